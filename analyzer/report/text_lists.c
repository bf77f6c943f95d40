/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events and key chains as people read them, and the sentence that ends an audit. */
#include <inttypes.h>

#include "daps/kdf.h"
#include "daps/words.h"
#include "report/event_json.h"
#include "report/leaves.h"
#include "report/records.h"
#include "report/report.h"
#include "report/rfc3339.h"
#include "report/said.h"
#include "report/text.h"
#include "report/text_finding.h"

static void capture_line(struct report *report)
{
    text_colour(report->out, report->style->colour, TEXT_BOLD);
    text_safe(report->out, report->capture);
    text_colour(report->out, report->style->colour, TEXT_PLAIN);
    outbuf_char(report->out, '\n');
}

static void text_event(struct report *report, const char *ue, const struct daps_event *ev)
{
    char time[RFC3339_OCTETS];
    struct outbuf *out = report->out;

    rfc3339_write(ev->time_ns, time);
    outbuf_printf(out, "%8" PRIu64 "  %-30s  UE ", ev->frame, time[0] != '\0' ? time : "-");
    text_safe(out, ue[0] != '\0' ? ue : "-");
    outbuf_printf(out, "  %s (%s)", daps_event_kind_name(ev->kind), daps_channel_name(ev->channel));
    for (size_t i = 0; i < event_fields_n; i++) {
        if (!event_field_is_present(&event_fields[i], ev))
            continue;
        outbuf_printf(out, "  %s=", event_fields[i].name);
        event_field_write_plain(out, &event_fields[i], ev);
    }
    outbuf_char(out, '\n');
}

static void text_gap(struct report *report, const char *ue, uint64_t frame, enum daps_gap gap)
{
    outbuf_printf(report->out, "%8" PRIu64 "  %-30s  UE ", frame, "");
    text_safe(report->out, ue != NULL ? ue : "all");
    outbuf_literal(report->out, "  gap: ");
    outbuf_string(report->out, daps_words_gap(gap));
    outbuf_char(report->out, '\n');
}

static void text_events_end(struct report *report, const struct capture_totals *totals)
{
    struct outbuf *out = report->out;

    outbuf_spaces(out, 2);
    text_counted(out, totals->frames, "frame", NULL);
    outbuf_literal(out, ", ");
    text_counted(out, totals->counts.rrc_messages, said_rrc(&totals->counts), NULL);
    outbuf_literal(out, ", ");
    text_counted(out, totals->counts.ues, "UE", NULL);
    if (totals->error != NULL) {
        outbuf_literal(out, "; ");
        text_safe(out, totals->error);
    }
    outbuf_literal(out, "\n\n");
}

const struct report_form report_form_text_events = {
    .begin = capture_line,
    .event = text_event,
    .gap = text_gap,
    .end = text_events_end,
};

static void key_values(struct report *report, const struct daps_key_step *step)
{
    struct outbuf *out = report->out;
    uint8_t as_keys[AS_KEYS][16];

    if (!report->style->show_keys || step->key.value == NULL)
        return;
    outbuf_spaces(out, 10);
    outbuf_literal(out, "value    ");
    outbuf_hex(out, step->key.value, DAPS_KEY_OCTETS);
    outbuf_char(out, '\n');
    if (!as_keys_of(step, as_keys))
        return;
    for (unsigned i = 0; i < AS_KEYS; i++) {
        outbuf_spaces(out, 10);
        outbuf_printf(out, "%-9s", as_key_names[i]);
        outbuf_hex(out, as_keys[i], 16);
        outbuf_char(out, '\n');
    }
    daps_wipe(as_keys, sizeof as_keys);
}

static void text_key(struct report *report, const struct daps_key_step *step)
{
    char time[RFC3339_OCTETS];
    struct outbuf *out = report->out;

    rfc3339_write(step->time_ns, time);
    outbuf_printf(out, "%8" PRIu64 "  UE ", step->frame);
    text_safe(out, step->ue);
    outbuf_literal(out, "  ");
    text_derivation(out, &step->key, step->rat);
    if (step->key.ncc >= 0)
        outbuf_printf(out, "  NCC %d", step->key.ncc);
    if (step->key.derivation != DAPS_DERIVATION_NONE)
        outbuf_printf(out, "  %s", daps_derivation_name(step->key.derivation));
    if (step->procedure < DAPS_PROC_COUNT)
        outbuf_printf(out, "  %s", daps_procedure_name(step->procedure));
    if (step->ciphering >= 0 || step->integrity >= 0) {
        outbuf_literal(out, "  ");
        text_algorithms(out, step->rat, step->ciphering, step->integrity);
    }
    outbuf_printf(out, "%s%s\n", time[0] != '\0' ? "  " : "", time);
    key_values(report, step);
}

const struct report_form report_form_text_keys = {
    .begin = capture_line,
    .key = text_key,
    .leaf = leaves_text,
    .end = text_events_end,
};

static void write_rules(struct outbuf *out, const struct daps_engine_counts *counts)
{
    const char *joint = ": ";

    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++) {
        if (counts->findings[rule] == 0)
            continue;
        outbuf_printf(out, "%s%" PRIu64 " %s", joint, counts->findings[rule], daps_rule((enum daps_rule_id)rule)->name);
        joint = ", ";
    }
}

static uint64_t all_findings(const struct capture_totals *totals)
{
    return totals_findings_from(totals, DAPS_SEVERITY_INFO);
}

static void write_not_judged(struct outbuf *out, const struct daps_engine_counts *counts)
{
    const char *joint = " Not judged: ";

    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        const uint64_t n = counts->not_judged[i].n;
        if (n == 0)
            continue;
        outbuf_string(out, joint);
        text_grouped(out, n);
        outbuf_printf(out, " %s", daps_not_judged_words((enum daps_not_judged)i, n));
        joint = ", ";
    }
    if (joint[0] == ',')
        outbuf_char(out, '.');
}

/* What was there and is in none of the findings: of other kinds, or not readable. */
static void write_unread(struct outbuf *out, const struct run_totals *run)
{
    const struct daps_engine_counts *counts = &run->sum.counts;
    const struct {
        uint64_t n;
        const char *one, *many;
    } unread[] = {{counts->undecoded, said_rrc(counts), NULL},
                  {counts->pdcp.unreadable, "ciphered message", "ciphered messages"},
                  {counts->pdcp.unverified, "message that did not verify", "messages that did not verify"}};
    const char *joint = " Not read: ";

    for (size_t i = 0; i < G_N_ELEMENTS(unread); i++) {
        if (unread[i].n == 0)
            continue;
        outbuf_string(out, joint);
        text_counted(out, unread[i].n, unread[i].one, unread[i].many);
        joint = ", ";
    }
    if (joint[0] == ',')
        outbuf_char(out, '.');
    for (unsigned i = 0; i < run->sum.n_other; i++) {
        const struct other_count *other = &run->sum.other[i];
        outbuf_string(out, i == 0 ? " Not audited by this version: " : ", ");
        text_grouped(out, other->n);
        outbuf_char(out, ' ');
        outbuf_string(out, daps_words_class(other->name, other->n));
    }
    if (run->sum.n_other > 0)
        outbuf_char(out, '.');
    if (run->skipped > 0) {
        outbuf_char(out, ' ');
        text_counted(out, run->skipped, "file", NULL);
        outbuf_string(out, run->skipped == 1 ? " of no known capture format was skipped."
                                             : " of no known capture format were skipped.");
    }
}

/* What was found, in one clause. */
static void write_found(struct outbuf *out, const struct run_totals *run)
{
    const struct daps_engine_counts *counts = &run->sum.counts;

    if (all_findings(&run->sum) > 0) {
        text_counted(out, all_findings(&run->sum), "finding", NULL);
        write_rules(out, counts);
    } else if (counts->rrc_messages > 0) {
        outbuf_literal(out, "no findings");
    } else if (run->unreadable + run->skipped > 0) {
        outbuf_literal(out, "nothing could be audited");
    } else {
        outbuf_literal(out, "nothing to look at");
    }
    outbuf_char(out, '.');
}

void report_text_summary(const struct report_style *style, struct outbuf *out, const struct run_totals *run)
{
    const struct daps_engine_counts *counts = &run->sum.counts;
    struct outbuf text;

    if (style->view != REPORT_AUDIT)
        return;
    if (style->brief)
        outbuf_char(out, '\n'); /* behind captures of one line each */
    outbuf_init(&text, NULL, NULL);
    text_counted(&text, run->captures, "capture", NULL);
    outbuf_literal(&text, ", ");
    text_counted(&text, counts->rrc_messages, said_rrc(counts), NULL);
    outbuf_literal(&text, ", ");
    text_counted(&text, counts->handovers, "handover", NULL);
    outbuf_literal(&text, " (");
    text_grouped(&text, counts->daps_handovers);
    outbuf_literal(&text, " DAPS, ");
    text_counted(&text, counts->fallbacks, "fallback", NULL);
    outbuf_literal(&text, "): ");
    write_found(&text, run);
    if (run->unreadable > 0) {
        outbuf_char(&text, ' ');
        text_counted(&text, run->unreadable, "input", NULL);
        outbuf_literal(&text, " could not be read in full.");
    }
    write_unread(&text, run);
    if (counts->ues_given_up > 0) {
        outbuf_char(&text, ' ');
        said_given_up(&text, counts);
        outbuf_char(&text, '.');
    }
    write_not_judged(&text, counts);
    outbuf_char(&text, '\0');
    text_wrap(out, text.octets, 0, 2);
    outbuf_clear(&text);
}
