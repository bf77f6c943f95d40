/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit as a person reads it: a heading for the capture, per UE its handovers in a table and its SCG changes in a
 * line, then the findings, gravest first. Handovers wait as short rows, findings as text, until the capture has ended.
 */
#include <inttypes.h>

#include "daps/bound.h"
#include "daps/rat.h"
#include "daps/words.h"
#include "report/rfc3339.h"
#include "report/said.h"
#include "report/said_what_if.h"
#include "report/spool.h"
#include "report/text.h"
#include "report/text_finding.h"
#include "report/text_handovers.h"

#define MOST_ROWS      DAPS_BOUND(10000, 4) /* of a capture; the machine forms have no limit */
#define MOST_UES       DAPS_BOUND(1000, 2)
#define SPOOL_OCTETS   DAPS_BOUND(1U << 20, 512U)
#define SCG_FRAMES_MAX 8

struct ue_section {
    char *name;
    enum daps_rat rat;
    GArray *rows; /* struct handover_row */
    uint64_t scg_changes;
    uint64_t scg_frames[SCG_FRAMES_MAX];
};

struct text_audit {
    GPtrArray *ues; /* struct ue_section, in order of appearance */
    GHashTable *by_name[DAPS_RAT_COUNT];
    uint64_t rows, rows_left_out;
    struct spool findings[DAPS_SEVERITY_HIGH + 1];
    uint64_t findings_left_out;
    uint64_t joins_left_out, n_joins;
    struct spool joins; /* one line each, --why */
    bool remedy_given[DAPS_RULE_COUNT][DAPS_SEVERITY_HIGH + 1];
    int64_t first_time_ns;
};

static void section_free(gpointer data)
{
    struct ue_section *section = data;

    g_free(section->name);
    g_array_unref(section->rows);
    g_free(section);
}

static void text_begin(struct report *report)
{
    struct text_audit *state = g_new0(struct text_audit, 1);

    state->ues = g_ptr_array_new_with_free_func(section_free);
    for (unsigned i = 0; i < DAPS_RAT_COUNT; i++)
        state->by_name[i] = g_hash_table_new(g_str_hash, g_str_equal);
    state->first_time_ns = INT64_MIN;
    for (unsigned i = 0; i <= DAPS_SEVERITY_HIGH; i++)
        spool_init(&state->findings[i], SPOOL_OCTETS);
    spool_init(&state->joins, SPOOL_OCTETS);
    report->state = state;
}

static void text_free(struct report *report)
{
    struct text_audit *state = report->state;

    for (unsigned i = 0; i < DAPS_RAT_COUNT; i++)
        g_hash_table_unref(state->by_name[i]);
    g_ptr_array_unref(state->ues);
    for (unsigned i = 0; i <= DAPS_SEVERITY_HIGH; i++)
        spool_clear(&state->findings[i]);
    spool_clear(&state->joins);
    g_free(state);
}

/* NULL once there are too many. */
static struct ue_section *section_of(struct text_audit *state, const char *ue, enum daps_rat rat)
{
    GHashTable *by_name = state->by_name[rat];
    struct ue_section *section = g_hash_table_lookup(by_name, ue);

    if (section != NULL || state->ues->len == MOST_UES)
        return section;
    section = g_new0(struct ue_section, 1);
    section->name = g_strdup(ue);
    section->rat = rat;
    section->rows = g_array_new(FALSE, FALSE, sizeof(struct handover_row));
    g_ptr_array_add(state->ues, section);
    g_hash_table_insert(by_name, section->name, section);
    return section;
}

static void text_handover(struct report *report, const struct daps_handover *handover)
{
    struct text_audit *state = report->state;
    struct ue_section *section = section_of(state, handover->ue, handover->rat);
    struct handover_row row;

    if (state->rows == MOST_ROWS || section == NULL) {
        state->rows_left_out++;
        return;
    }
    state->rows++;
    text_handover_row(&row, handover);
    g_array_append_val(section->rows, row);
}

static void text_scg_change(struct report *report, const struct daps_scg_change *change)
{
    struct ue_section *section = section_of(report->state, change->ue, change->rat);

    if (section == NULL)
        return;
    if (section->scg_changes < SCG_FRAMES_MAX)
        section->scg_frames[section->scg_changes] = change->frame;
    section->scg_changes++;
}

static void text_audit_finding(struct report *report, const struct daps_finding *finding)
{
    struct text_audit *state = report->state;
    bool *given = &state->remedy_given[finding->rule][finding->severity];
    struct outbuf out;

    if (report->style->max_spool > 0 && state->findings[finding->severity].length >= report->style->max_spool) {
        state->findings_left_out++;
        return;
    }
    outbuf_init(&out, spool_take, &state->findings[finding->severity]);
    text_finding(&out, report->style, finding, true, !*given);
    *given = true;
    outbuf_flush(&out);
    if (out.failed)
        report->out->failed = true;
    outbuf_clear(&out);
}

static void write_scg_changes(struct outbuf *out, const struct ue_section *section)
{
    uint64_t shown = MIN(section->scg_changes, SCG_FRAMES_MAX);

    text_counted(out, section->scg_changes, "SCG change", NULL);
    outbuf_string(out, " (no handover of the UE): ");
    outbuf_string(out, section->scg_changes == 1 ? "frame" : "frames");
    for (uint64_t i = 0; i < shown; i++)
        outbuf_printf(out, "%s %" PRIu64, i == 0 ? "" : ",", section->scg_frames[i]);
    if (section->scg_changes > shown)
        outbuf_printf(out, " and %" PRIu64 " more", section->scg_changes - shown);
    outbuf_char(out, '\n');
}

static void write_section(struct report *report, const struct ue_section *section, int64_t first_ns)
{
    struct outbuf *out = report->out;

    outbuf_literal(out, "\n  UE ");
    text_safe(out, section->name);
    outbuf_printf(out, " (%s): ", daps_rat_row(section->rat)->title);
    if (section->rows->len > 0) {
        text_counted(out, section->rows->len, "handover", "handovers");
        outbuf_char(out, '\n');
        text_handovers(out, section->rows, section->rat, first_ns, report->style->colour);
        if (section->scg_changes > 0)
            outbuf_spaces(out, 4);
    }
    if (section->scg_changes > 0)
        write_scg_changes(out, section);
}

static void start_time(struct text_audit *state)
{
    for (guint i = 0; i < state->ues->len; i++) {
        const struct ue_section *section = g_ptr_array_index(state->ues, i);
        for (guint j = 0; j < section->rows->len; j++) {
            int64_t time_ns = g_array_index(section->rows, struct handover_row, j).time_ns;
            if (time_ns != INT64_MIN && (state->first_time_ns == INT64_MIN || time_ns < state->first_time_ns))
                state->first_time_ns = time_ns;
        }
    }
}

/* What there was, and from when the times of the tables count. */
static void write_contents(struct outbuf *out, const struct capture_totals *totals, int64_t first_ns)
{
    char time[RFC3339_OCTETS];

    outbuf_spaces(out, 2);
    said_contents(out, totals);
    if (rfc3339_write(first_ns, time))
        outbuf_printf(out, "; times count from the first handover, %s", time);
    outbuf_char(out, '\n');
}

/* What is in text as a paragraph, if there is anything; text is emptied. */
static void write_said(struct outbuf *out, struct outbuf *text)
{
    if (text->length == 0)
        return;
    outbuf_char(text, '\0');
    outbuf_spaces(out, 2);
    text_wrap(out, text->octets, 2, 4);
    text->length = 0;
}

/* What was there and is not looked at by this version, what could not be read, and what not judged. */
static void write_unseen(struct outbuf *out, const struct capture_totals *totals)
{
    struct outbuf text;

    outbuf_init(&text, NULL, NULL);
    said_other(&text, totals);
    write_said(out, &text);
    said_unread(&text, totals);
    write_said(out, &text);
    for (unsigned i = 0; i < totals->n_sealed; i++) {
        said_sealed(&text, &totals->sealed[i]);
        write_said(out, &text);
    }
    said_unverified(&text, totals);
    write_said(out, &text);
    said_given_up(&text, &totals->counts);
    write_said(out, &text);
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        said_not_judged(&text, (enum daps_not_judged)i, &totals->counts.not_judged[i]);
        write_said(out, &text);
    }
    outbuf_clear(&text);
}

static void text_join(struct report *report, const struct daps_identity_join *join)
{
    struct text_audit *state = report->state;
    struct outbuf out;
    char *because, *line;

    if (state->n_joins == MOST_ROWS) {
        state->joins_left_out++;
        return;
    }
    state->n_joins++;
    because = daps_words_join(join);
    line = g_strdup_printf("UE %s, frame %" PRIu64 ": %s", join->ue, join->frame, because);
    outbuf_init(&out, spool_take, &state->joins);
    outbuf_literal(&out, "    ");
    text_wrap(&out, line, 4, 6);
    outbuf_flush(&out);
    outbuf_clear(&out);
    g_free(line);
    g_free(because);
}

static void write_joins(struct outbuf *out, struct text_audit *state)
{
    if (state->n_joins == 0)
        return;
    outbuf_literal(out, "\n  Why a name is a UE's:\n");
    if (!spool_copy(&state->joins, outbuf_take, out))
        out->failed = true;
    if (state->joins_left_out > 0) {
        outbuf_literal(out, "    ");
        text_counted(out, state->joins_left_out, "more name", NULL);
        outbuf_literal(out, " not shown here; --format ndjson has all.\n");
    }
}

static void write_verdict(struct report *report, const struct capture_totals *totals)
{
    struct text_audit *state = report->state;
    struct outbuf *out = report->out;
    uint64_t n = said_findings(totals);

    outbuf_char(out, '\n');
    if (n > 0) {
        for (int i = DAPS_SEVERITY_HIGH; i >= 0; i--) {
            if (!spool_copy(&state->findings[i], outbuf_take, out))
                out->failed = true;
        }
        if (state->findings_left_out > 0) {
            outbuf_literal(out, "  ");
            text_counted(out, state->findings_left_out, "more finding", NULL);
            outbuf_literal(out, " not shown here (--max-spool); --format ndjson or csv has all.\n");
        }
        return;
    }
    outbuf_spaces(out, 2);
    text_colour(out, report->style->colour, TEXT_GREEN);
    outbuf_literal(out, "No findings");
    text_colour(out, report->style->colour, TEXT_PLAIN);
    said_none_found(out, totals);
    outbuf_char(out, '\n');
    outbuf_char(out, '\n');
}

/* Nothing found, and nothing that could not be read or judged. */
static bool is_quiet(const struct capture_totals *totals)
{
    const struct daps_engine_counts *counts = &totals->counts;

    return said_findings(totals) == 0 && daps_not_judged_total(counts->not_judged) == 0 && !totals->unreadable &&
           totals->error == NULL && counts->undecoded == 0 && totals->n_sealed == 0 &&
           counts->pdcp.unreadable + counts->pdcp.unverified == 0;
}

static void write_quiet(struct report *report, const struct capture_totals *totals)
{
    struct outbuf *out = report->out, text;

    text_safe(out, report->capture);
    outbuf_literal(out, ": ");
    text_counted(out, totals->frames, "frame", NULL);
    outbuf_literal(out, ", ");
    if (totals->counts.rrc_messages == 0) {
        outbuf_literal(out, "no NR or LTE RRC seen");
    } else {
        text_counted(out, totals->counts.rrc_messages, said_rrc(&totals->counts), NULL);
        outbuf_literal(out, ", ");
        text_counted(out, totals->counts.handovers, "handover", NULL);
        outbuf_literal(out, ", no findings");
    }
    outbuf_init(&text, NULL, NULL);
    said_other(&text, totals);
    if (text.length > 0)
        outbuf_literal(out, "; ");
    outbuf_octets(out, text.octets, text.length);
    outbuf_clear(&text);
    outbuf_char(out, '\n');
}

static void text_end(struct report *report, const struct capture_totals *totals)
{
    struct text_audit *state = report->state;
    struct outbuf *out = report->out;

    if (report->style->brief && is_quiet(totals)) {
        write_quiet(report, totals);
        return;
    }
    start_time(state);
    text_colour(out, report->style->colour, TEXT_BOLD);
    text_safe(out, report->capture);
    text_colour(out, report->style->colour, TEXT_PLAIN);
    outbuf_char(out, '\n');
    write_contents(out, totals, state->first_time_ns);
    write_unseen(out, totals);
    write_joins(out, state);
    for (guint i = 0; i < state->ues->len; i++)
        write_section(report, g_ptr_array_index(state->ues, i), state->first_time_ns);
    if (state->rows_left_out > 0) {
        outbuf_literal(out, "\n  ");
        text_counted(out, state->rows_left_out, "more handover", NULL);
        outbuf_literal(out, " not shown here; --format ndjson or csv has all.\n");
    }
    write_verdict(report, totals);
    if (report->what_if != NULL)
        said_what_if(out, report->what_if);
}

const struct report_form report_form_text_audit = {
    .begin = text_begin,
    .handover = text_handover,
    .join = text_join,
    .scg_change = text_scg_change,
    .finding = text_audit_finding,
    .end = text_end,
    .free = text_free,
};
