/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for spreadsheets (RFC 4180: comma, CRLF, quotes doubled). Empty cells stand for what is not known. The columns
 * are named in the first line and described in the manual page; new ones are only ever added on the right.
 */
#include <glib.h>

#include "daps/kdf.h"
#include "daps/shapes.h"
#include "daps/words.h"
#include "report/event_json.h"
#include "report/records.h"
#include "report/report.h"
#include "report/rfc3339.h"
#include "report/text.h"

/*
 * Text as a cell: quoted where RFC 4180 needs it, nothing in it but plain characters, and an apostrophe in front of
 * what a spreadsheet would take for a formula.
 */
static void quoted(struct outbuf *out, const char *text)
{
    const bool formula = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    struct outbuf plain;

    outbuf_init(&plain, NULL, NULL);
    text_safe(&plain, text);
    outbuf_char(&plain, '\0');
    if (!formula && plain.octets[strcspn(plain.octets, ",\"")] == '\0') {
        outbuf_string(out, plain.octets);
    } else {
        outbuf_string(out, formula ? "\"'" : "\"");
        for (const char *at = plain.octets; *at != '\0'; at++) {
            if (*at == '"')
                outbuf_char(out, '"');
            outbuf_char(out, *at);
        }
        outbuf_char(out, '"');
    }
    outbuf_clear(&plain);
}

static void cell(struct outbuf *out, const char *text)
{
    outbuf_char(out, ',');
    if (text != NULL)
        quoted(out, text);
}

/* ---- rows of a table of members ---- */

#define MOST_COLUMNS 40

struct column {
    const struct daps_member *member, *part_of; /* part_of: the member whose object it is in, NULL none */
};

static void place(struct column columns[static MOST_COLUMNS], unsigned *n, const struct daps_member *member,
                  const struct daps_member *part_of)
{
    if (member->column == 0 || member->column > MOST_COLUMNS)
        return;
    columns[member->column - 1] = (struct column){member, part_of};
    *n = MAX(*n, member->column);
}

/* The columns of a record in their order; returns how many there are. */
static unsigned columns_of(const struct daps_shape *shape, struct column columns[static MOST_COLUMNS])
{
    unsigned n = 0;

    for (size_t i = 0; i < shape->n; i++) {
        const struct daps_member *member = &shape->members[i];
        place(columns, &n, member, NULL);
        for (size_t k = 0; member->object != NULL && k < member->object->n; k++)
            place(columns, &n, &member->object->members[k], member);
    }
    return n;
}

static void write_value(struct outbuf *out, const struct daps_value *value)
{
    char time[RFC3339_OCTETS];

    switch (value->kind) {
    case DAPS_VALUE_NONE:
        break;
    case DAPS_VALUE_NUMBER:
        outbuf_unsigned(out, value->number);
        break;
    case DAPS_VALUE_FLAG:
        outbuf_string(out, value->number != 0 ? "true" : "false");
        break;
    case DAPS_VALUE_WORD:
        quoted(out, value->word);
        break;
    case DAPS_VALUE_TIME:
        rfc3339_write(value->time_ns, time);
        outbuf_string(out, time);
        break;
    case DAPS_VALUE_OCTETS:
        outbuf_hex(out, value->octets, value->n_octets);
        break;
    }
}

static void write_list(struct outbuf *out, const struct daps_member *member, const void *object)
{
    struct daps_value value;
    uint32_t at = 0;

    for (bool first = true; member->item(object, &at, &value); first = false) {
        outbuf_string(out, first ? "" : member->joint);
        write_value(out, &value);
    }
}

static void write_as_keys(struct outbuf *out, const struct daps_key_step *step, bool shown)
{
    uint8_t as_keys[AS_KEYS][16];
    bool known = shown && as_keys_of(step, as_keys);

    for (unsigned i = 0; i < AS_KEYS; i++) {
        outbuf_string(out, i > 0 ? "," : "");
        if (known)
            outbuf_hex(out, as_keys[i], 16);
    }
    daps_wipe(as_keys, sizeof as_keys);
}

static void write_cell(struct outbuf *out, const struct column *column, const void *object,
                       const struct daps_telling *telling)
{
    const void *of = column->part_of != NULL ? daps_member_object(column->part_of, object) : object;
    struct daps_value value;

    if (of == NULL)
        return;
    if (column->member->type == DAPS_MEMBER_LIST) {
        write_list(out, column->member, of);
    } else if (column->member->type == DAPS_MEMBER_AS_KEYS) {
        write_as_keys(out, of, telling->show_keys);
    } else {
        value = daps_member_value(column->member, of, telling);
        write_value(out, &value);
        g_free(value.owned);
    }
}

static void write_row(struct report *report, const struct daps_shape *shape, const void *object)
{
    const struct daps_telling telling = {
        .capture = report->capture, .rat = daps_shape_rat(shape, object), .show_keys = report->style->show_keys};
    struct column columns[MOST_COLUMNS] = {{0}};
    const unsigned n = columns_of(shape, columns);

    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            outbuf_char(report->out, ',');
        write_cell(report->out, &columns[i], object, &telling);
    }
    outbuf_literal(report->out, "\r\n");
}

static void write_header(struct outbuf *out, const struct daps_shape *shape)
{
    struct column columns[MOST_COLUMNS] = {{0}};
    const unsigned n = columns_of(shape, columns);

    for (unsigned i = 0; i < n; i++) {
        const struct daps_member *member = columns[i].member;
        outbuf_string(out, i > 0 ? "," : "");
        if (member->type != DAPS_MEMBER_AS_KEYS) {
            outbuf_string(out, member->header != NULL ? member->header : member->name);
            continue;
        }
        for (unsigned key = 0; key < AS_KEYS; key++)
            outbuf_printf(out, "%s%s", key > 0 ? "," : "", as_key_names[key]);
    }
}

static void csv_handover(struct report *report, const struct daps_handover *handover)
{
    if (report->style->table == REPORT_TABLE_HANDOVERS)
        write_row(report, &daps_shape_handover, handover);
}

static void csv_finding(struct report *report, const struct daps_finding *finding)
{
    if (report->style->table == REPORT_TABLE_FINDINGS)
        write_row(report, &daps_shape_finding, finding);
}

static void csv_key(struct report *report, const struct daps_key_step *step)
{
    write_row(report, &daps_shape_key, step);
}

static void csv_event(struct report *report, const char *ue, const struct daps_event *ev)
{
    struct outbuf *out = report->out;
    char time[RFC3339_OCTETS];

    rfc3339_write(ev->time_ns, time);
    quoted(out, report->capture);
    cell(out, ue);
    cell(out, daps_rat_name(ev->rat));
    outbuf_char(out, ',');
    if (ev->frame != 0)
        outbuf_unsigned(out, ev->frame);
    cell(out, time);
    cell(out, daps_event_kind_name(ev->kind));
    cell(out, daps_channel_name(ev->channel));
    for (size_t i = 0; i < event_fields_n; i++) {
        outbuf_char(out, ',');
        if (event_fields[i].type == EVENT_FIELD_TEXT)
            quoted(out, event_field_is_present(&event_fields[i], ev) ? event_field_text(&event_fields[i], ev) : "");
        else
            event_field_write_plain(out, &event_fields[i], ev);
    }
    outbuf_literal(out, "\r\n");
}

/* What is in no finding, as a row of the table of findings: its rule says what became of it. */
struct remark {
    const char *rule; /* not-judged, not-read, not-audited */
    const char *title, *detail;
    uint64_t n, frame; /* 0: not known */
};

static void remark_cell(struct outbuf *out, const char *capture, const char *column, const struct remark *remark)
{
    if (strcmp(column, "capture") == 0)
        quoted(out, capture);
    else if (strcmp(column, "rule") == 0)
        outbuf_string(out, remark->rule);
    else if (strcmp(column, "frames") == 0 && remark->frame != 0)
        outbuf_unsigned(out, remark->frame);
    else if (strcmp(column, "repeats") == 0)
        outbuf_unsigned(out, remark->n);
    else if (strcmp(column, "title") == 0)
        quoted(out, remark->title);
    else if (strcmp(column, "detail") == 0)
        quoted(out, remark->detail);
}

static void write_remark(struct outbuf *out, const char *capture, const struct remark *remark)
{
    struct column columns[MOST_COLUMNS] = {{0}};
    const unsigned n = columns_of(&daps_shape_finding, columns);

    if (remark->n == 0)
        return;
    for (unsigned k = 0; k < n; k++) {
        if (k > 0)
            outbuf_char(out, ',');
        remark_cell(out, capture, columns[k].member->name, remark);
    }
    outbuf_literal(out, "\r\n");
}

static bool has_remarks(const struct report_style *style)
{
    return style->view == REPORT_AUDIT && style->table == REPORT_TABLE_FINDINGS;
}

/* A row a reason, so that a table without findings is not taken for a clean bill. */
static void csv_end(struct report *report, const struct capture_totals *totals)
{
    if (!has_remarks(report->style))
        return;
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        const struct daps_not_judged_count *count = &totals->counts.not_judged[i];
        const enum daps_not_judged reason = (enum daps_not_judged)i;
        write_remark(report->out, report->capture,
                     &(struct remark){"not-judged", daps_not_judged_name(reason),
                                      daps_not_judged_words(reason, count->n), count->n, count->first_frame});
    }
}

/* The sums over all captures, of none in particular. */
void report_csv_summary(const struct report_style *style, struct outbuf *out, const struct run_totals *run)
{
    const struct daps_engine_counts *counts = &run->sum.counts;
    const struct remark unread[] = {
        {"not-read", "unreadable", "inputs that could not be read, or not in full", run->unreadable, 0},
        {"not-read", "skipped", "files in folders that are of no known capture format", run->skipped, 0},
        {"not-read", "undecoded", "RRC messages that could not be read", counts->undecoded, 0},
        {"not-read", "ciphered", "ciphered messages without a key that opens them", counts->pdcp.unreadable, 0},
        {"not-read", "unverified", "messages that did not verify under any candidate for their key",
         counts->pdcp.unverified, 0},
        {"not-followed", "given-up", "UEs that gave way to others (--max-ues, --max-memory)", counts->ues_given_up, 0}};

    for (size_t i = 0; has_remarks(style) && i < G_N_ELEMENTS(unread); i++)
        write_remark(out, "", &unread[i]);
    for (unsigned i = 0; has_remarks(style) && i < run->sum.n_other; i++) {
        const struct other_count *other = &run->sum.other[i];
        write_remark(
            out, "",
            &(struct remark){"not-audited", other->name, daps_words_class(other->name, other->n), other->n, 0});
    }
}

const struct report_form report_form_csv = {
    .event = csv_event,
    .handover = csv_handover,
    .key = csv_key,
    .finding = csv_finding,
    .end = csv_end,
};

void report_csv_header(const struct report_style *style, struct outbuf *out)
{
    if (style->view == REPORT_KEYS) {
        write_header(out, &daps_shape_key);
    } else if (style->view == REPORT_EVENTS) {
        outbuf_literal(out, "capture,ue,rat,frame,time,event,channel");
        for (size_t i = 0; i < event_fields_n; i++) {
            outbuf_char(out, ',');
            outbuf_string(out, event_fields[i].name);
        }
    } else if (style->table == REPORT_TABLE_HANDOVERS) {
        write_header(out, &daps_shape_handover);
    } else {
        write_header(out, &daps_shape_finding);
    }
    outbuf_literal(out, "\r\n");
}
