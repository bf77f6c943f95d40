/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which form writes, and the JSON forms themselves, which need no state. */
#include "report/report.h"

#include <glib.h>

#include "evidence/evidence.h"
#include "report/leaves.h"
#include "report/records.h"
#include "report/said_what_if.h"

static const struct report_form *form_of(const struct report_style *style)
{
    static const struct report_form *const text[] = {
        [REPORT_AUDIT] = &report_form_text_audit,
        [REPORT_EVENTS] = &report_form_text_events,
        [REPORT_KEYS] = &report_form_text_keys,
    };

    if (style->view == REPORT_EVIDENCE)
        return &report_form_evidence;
    switch (style->format) {
    case REPORT_TEXT:
        return text[style->view];
    case REPORT_CSV:
        return &report_form_csv;
    case REPORT_WIRESHARK:
        return &report_form_wireshark;
    case REPORT_LEAVES:
        return &report_form_leaves;
    default:
        return &report_form_machine;
    }
}

bool report_is_audit(const struct report_style *style)
{
    return style->view == REPORT_AUDIT || style->view == REPORT_EVIDENCE;
}

bool report_verdict_first(const struct report_style *style)
{
    return style->view == REPORT_EVIDENCE;
}

struct report *report_new(const struct report_style *style, const char *capture, struct outbuf *out)
{
    struct report *report = g_new0(struct report, 1);

    report->style = style;
    report->form = form_of(style);
    report->capture = capture;
    report->out = out;
    report->ue_id = -1;
    if (report->form->begin != NULL)
        report->form->begin(report);
    return report;
}

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct report *report = user;

    report->form->event(report, ue, ev);
    outbuf_settle(report->out);
}

static void on_handover(void *user, const struct daps_handover *handover)
{
    struct report *report = user;

    report->form->handover(report, handover);
    outbuf_settle(report->out);
}

static void on_scg_change(void *user, const struct daps_scg_change *change)
{
    struct report *report = user;

    report->form->scg_change(report, change);
    outbuf_settle(report->out);
}

static void on_key(void *user, const struct daps_key_step *step)
{
    struct report *report = user;

    report->form->key(report, step);
    outbuf_settle(report->out);
}

static void on_leaf(void *user, const char *ue, const struct daps_leaf_keys *keys)
{
    struct report *report = user;

    report->form->leaf(report, ue, keys);
    outbuf_settle(report->out);
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct report *report = user;

    report->findings_by_severity[finding->severity]++;
    if (report->what_if != NULL)
        what_if_finding(report->what_if, finding);
    if (report->form->finding != NULL)
        report->form->finding(report, finding);
    outbuf_settle(report->out);
}

static void on_join(void *user, const struct daps_identity_join *join)
{
    struct report *report = user;

    report->form->join(report, join);
    outbuf_settle(report->out);
}

struct daps_sink report_sink(struct report *report)
{
    struct daps_sink sink = {.user = report};

    switch (report->style->view) {
    case REPORT_AUDIT:
    case REPORT_EVIDENCE:
        sink.finding = on_finding;
        sink.handover = report->form->handover != NULL ? on_handover : NULL;
        sink.scg_change = report->form->scg_change != NULL ? on_scg_change : NULL;
        sink.join = report->style->why && report->form->join != NULL ? on_join : NULL;
        break;
    case REPORT_EVENTS:
        sink.event = on_event;
        break;
    case REPORT_KEYS:
        sink.key = on_key;
        sink.leaf = report->form->leaf != NULL ? on_leaf : NULL;
        break;
    }
    return sink;
}

void report_gap(struct report *report, const char *ue, uint64_t frame, enum daps_gap gap)
{
    if (report->style->view != REPORT_EVENTS || report->form->gap == NULL)
        return;
    report->form->gap(report, ue, frame, gap);
    outbuf_settle(report->out);
}

void report_end(struct report *report, const struct capture_totals *totals)
{
    if (report->form->end != NULL)
        report->form->end(report, totals);
}

void report_free(struct report *report)
{
    if (report->form->free != NULL)
        report->form->free(report);
    g_free(report);
}

/* NDJSON and JSON arrays. */

static void record_begin(struct report *report)
{
    if (report->style->format == REPORT_JSON)
        outbuf_literal(report->out, REPORT_JSON_SEPARATOR);
}

static void record_end(struct report *report)
{
    if (report->style->format == REPORT_NDJSON)
        outbuf_char(report->out, '\n');
}

static void machine_event(struct report *report, const char *ue, const struct daps_event *ev)
{
    record_begin(report);
    record_event(report->out, report->capture, ue, ev);
    record_end(report);
}

static void machine_gap(struct report *report, const char *ue, uint64_t frame, enum daps_gap gap)
{
    record_begin(report);
    record_gap(report->out, report->capture, ue, frame, gap);
    record_end(report);
}

static void machine_handover(struct report *report, const struct daps_handover *handover)
{
    record_begin(report);
    record_handover(report->out, report->capture, handover);
    record_end(report);
}

static void machine_scg_change(struct report *report, const struct daps_scg_change *change)
{
    record_begin(report);
    record_scg_change(report->out, report->capture, change);
    record_end(report);
}

static void machine_key(struct report *report, const struct daps_key_step *step)
{
    record_begin(report);
    record_key(report->out, report->capture, step, report->style->show_keys);
    record_end(report);
}

static void machine_leaf(struct report *report, const char *ue, const struct daps_leaf_keys *keys)
{
    record_begin(report);
    leaves_record(report->out, report->capture, ue, keys, report->style->show_keys);
    record_end(report);
}

static void machine_finding(struct report *report, const struct daps_finding *finding)
{
    record_begin(report);
    record_finding(report->out, report->capture, finding, report->style->show_keys);
    record_end(report);
}

static void machine_join(struct report *report, const struct daps_identity_join *join)
{
    record_begin(report);
    record_join(report->out, report->capture, join);
    record_end(report);
}

static void machine_end(struct report *report, const struct capture_totals *totals)
{
    const struct what_if_result *result;

    record_begin(report);
    record_capture(report->out, report->capture, totals, report->style->view == REPORT_AUDIT);
    record_end(report);
    for (unsigned i = 0; report->what_if != NULL && (result = what_if_result(report->what_if, i)) != NULL; i++) {
        record_begin(report);
        record_what_if(report->out, report->capture, result);
        record_end(report);
    }
}

const struct report_form report_form_machine = {
    .event = machine_event,
    .gap = machine_gap,
    .handover = machine_handover,
    .scg_change = machine_scg_change,
    .key = machine_key,
    .leaf = machine_leaf,
    .finding = machine_finding,
    .join = machine_join,
    .end = machine_end,
};

void report_prologue(const struct report_style *style, struct outbuf *out)
{
    if (style->view == REPORT_EVIDENCE)
        evidence_prologue(style, out);
    else if (style->format == REPORT_JSON)
        outbuf_literal(out, "[\n");
    else if (style->format == REPORT_CSV)
        report_csv_header(style, out);
}

void report_epilogue(const struct report_style *style, struct outbuf *out, const struct run_totals *run)
{
    switch (style->format) {
    case REPORT_TEXT:
        report_text_summary(style, out, run);
        break;
    case REPORT_NDJSON:
        if (style->view != REPORT_AUDIT)
            break;
        record_summary(out, run);
        outbuf_char(out, '\n');
        break;
    case REPORT_JSON:
        if (style->view == REPORT_AUDIT) {
            outbuf_literal(out, REPORT_JSON_SEPARATOR);
            record_summary(out, run);
        }
        outbuf_literal(out, "\n]\n");
        break;
    case REPORT_HTML:
    case REPORT_MARKDOWN:
    case REPORT_EVIDENCE_JSON:
    case REPORT_EVIDENCE_CSV:
    case REPORT_TAMARIN:
        evidence_epilogue(style, out, run);
        break;
    case REPORT_CSV:
        report_csv_summary(style, out, run);
        break;
    case REPORT_WIRESHARK:
    case REPORT_LEAVES:
        break;
    }
}
