/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for spreadsheets (RFC 4180: comma, CRLF, quotes doubled). Empty cells stand for what is not known. The columns
 * are named in the first line and described in the manual page; new ones are only ever added on the right.
 */
#include <glib.h>

#include "daps/kdf.h"
#include "daps/words.h"
#include "report/event_json.h"
#include "report/records.h"
#include "report/report.h"
#include "report/rfc3339.h"

#define HANDOVER_COLUMNS                                                                                               \
    "capture,ue,rat,frame,time,procedure,daps,derivation,ncc,pci,arfcn,c_rnti,t304,rach,outcome,key,parent,"           \
    "key_set_change,source_pci,source_arfcn,same_frequency,complete_frame,settled_frame,executed_frame,ciphering,"     \
    "integrity,prepared"
#define FINDING_COLUMNS                                                                                                \
    "capture,ue,rat,rule,severity,evidence,exposure,frames,procedures,repeats,key,parent,kind,derivation,ncc,pci,"     \
    "arfcn,value,algorithm,bearer,direction,count,plaintext_differs,liaison,clauses,title,detail,assumes"
#define KEY_COLUMNS                                                                                                    \
    "capture,ue,rat,frame,time,id,parent,kind,procedure,derivation,ncc,fc,pci,arfcn,ciphering,integrity,value,"        \
    "rrc_enc,rrc_int,up_enc,up_int"

/* Text as a cell: quoted where RFC 4180 needs it, octets that are not UTF-8 as U+FFFD. */
static void quoted(struct outbuf *out, const char *text)
{
    char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    const char *at = valid != NULL ? valid : text;

    if (at[strcspn(at, ",\"\r\n")] == '\0') {
        outbuf_string(out, at);
    } else {
        outbuf_char(out, '"');
        for (; *at != '\0'; at++) {
            if (*at == '"')
                outbuf_char(out, '"');
            outbuf_char(out, *at);
        }
        outbuf_char(out, '"');
    }
    g_free(valid);
}

static void cell(struct outbuf *out, const char *text)
{
    outbuf_char(out, ',');
    if (text != NULL)
        quoted(out, text);
}

static void number_cell(struct outbuf *out, int64_t value)
{
    outbuf_char(out, ',');
    if (value >= 0)
        outbuf_unsigned(out, (uint64_t)value);
}

static void frame_cell(struct outbuf *out, uint64_t frame)
{
    outbuf_char(out, ',');
    if (frame != 0)
        outbuf_unsigned(out, frame);
}

static void flag_cell(struct outbuf *out, bool value)
{
    cell(out, value ? "true" : "false");
}

static void time_cell(struct outbuf *out, int64_t time_ns)
{
    char text[RFC3339_OCTETS];

    rfc3339_write(time_ns, text);
    cell(out, text);
}

static void algorithm_cell(struct outbuf *out, enum daps_rat rat, bool ciphering, int number)
{
    cell(out, daps_algorithm_name(rat, ciphering, number));
}

static void hex_cell(struct outbuf *out, const uint8_t *octets, size_t length)
{
    outbuf_char(out, ',');
    if (octets != NULL)
        outbuf_hex(out, octets, length);
}

static void origin_cells(struct report *report, const char *ue, enum daps_rat rat)
{
    quoted(report->out, report->capture);
    cell(report->out, ue);
    cell(report->out, daps_rat_name(rat));
}

static void csv_handover(struct report *report, const struct daps_handover *handover)
{
    struct outbuf *out = report->out;

    if (report->style->table != REPORT_TABLE_HANDOVERS)
        return;
    origin_cells(report, handover->ue, handover->rat);
    frame_cell(out, handover->frame);
    time_cell(out, handover->time_ns);
    cell(out, daps_procedure_name(handover->procedure));
    flag_cell(out, handover->daps);
    cell(out, daps_derivation_name(handover->derivation));
    number_cell(out, handover->ncc);
    number_cell(out, handover->target.pci);
    number_cell(out, handover->target.ssb_arfcn);
    number_cell(out, handover->c_rnti);
    number_cell(out, handover->t304_ms);
    cell(out, daps_rach_name(handover->rach));
    cell(out, daps_outcome_name(handover->outcome));
    cell(out, handover->key.id);
    cell(out, handover->key.parent);
    flag_cell(out, handover->key_set_change);
    number_cell(out, handover->source.pci);
    number_cell(out, handover->source.ssb_arfcn);
    flag_cell(out, handover->same_frequency);
    frame_cell(out, handover->complete_frame);
    frame_cell(out, handover->settled_frame);
    frame_cell(out, handover->executed_frame);
    algorithm_cell(out, handover->rat, true, handover->ciphering);
    algorithm_cell(out, handover->rat, false, handover->integrity);
    flag_cell(out, handover->prepared);
    outbuf_literal(out, "\r\n");
}

static void list_cells(struct outbuf *out, const struct daps_finding *finding)
{
    bool any = false;

    outbuf_char(out, ',');
    for (uint32_t i = 0; i < finding->n_frames; i++) {
        if (i > 0)
            outbuf_char(out, ' ');
        outbuf_unsigned(out, finding->subjects[i].frame);
    }
    outbuf_char(out, ',');
    for (uint32_t i = 0; i < finding->n_frames; i++) {
        if (finding->subjects[i].procedure == DAPS_PROC_COUNT)
            continue;
        outbuf_string(out, any ? " " : "");
        outbuf_string(out, daps_procedure_name(finding->subjects[i].procedure));
        any = true;
    }
}

static void finding_key_cells(struct outbuf *out, const struct daps_finding *finding, bool show_keys)
{
    const struct daps_key_view *key = &finding->key;

    if (!finding->has_key) {
        outbuf_literal(out, ",,,,,,,,");
        return;
    }
    cell(out, key->id);
    cell(out, key->parent);
    cell(out, daps_key_kind_name(key->kind, finding->rat));
    cell(out, daps_derivation_name(key->derivation));
    number_cell(out, key->ncc);
    number_cell(out, key->cell.pci);
    number_cell(out, key->cell.ssb_arfcn);
    hex_cell(out, show_keys ? key->value : NULL, DAPS_KEY_OCTETS);
}

static void keystream_cells(struct outbuf *out, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    if (!tuple->present) {
        outbuf_literal(out, ",,,,,");
        return;
    }
    algorithm_cell(out, finding->rat, !tuple->integrity, tuple->algorithm);
    number_cell(out, tuple->bearer);
    number_cell(out, tuple->direction);
    number_cell(out, tuple->count);
    flag_cell(out, tuple->plaintext_differs);
}

static void csv_finding(struct report *report, const struct daps_finding *finding)
{
    const struct daps_rule *rule = daps_rule(finding->rule);
    struct outbuf *out = report->out;
    char *clauses, *detail, *assumes;

    if (report->style->table != REPORT_TABLE_FINDINGS)
        return;
    origin_cells(report, finding->ue, finding->rat);
    cell(out, rule->name);
    cell(out, daps_severity_name(finding->severity));
    cell(out, daps_evidence_name(finding->evidence));
    cell(out, finding->has_exposure ? daps_exposure_name(finding->exposure) : NULL);
    list_cells(out, finding);
    number_cell(out, finding->repeats);
    finding_key_cells(out, finding, report->style->show_keys);
    keystream_cells(out, finding);
    cell(out, rule->liaison);
    clauses = g_strjoinv("; ", (char **)rule->clauses);
    cell(out, clauses);
    g_free(clauses);
    cell(out, daps_words_title(finding));
    detail = daps_words_detail(finding);
    cell(out, detail);
    g_free(detail);
    assumes = daps_words_assumes(finding);
    cell(out, assumes);
    g_free(assumes);
    outbuf_literal(out, "\r\n");
}

static void csv_key(struct report *report, const struct daps_key_step *step)
{
    const struct daps_key_view *key = &step->key;
    struct outbuf *out = report->out;
    uint8_t as_keys[AS_KEYS][16];
    bool shown = report->style->show_keys, below = shown && as_keys_of(step, as_keys);

    origin_cells(report, step->ue, step->rat);
    frame_cell(out, step->frame);
    time_cell(out, step->time_ns);
    cell(out, key->id);
    cell(out, key->parent);
    cell(out, daps_key_kind_name(key->kind, step->rat));
    cell(out, step->procedure < DAPS_PROC_COUNT ? daps_procedure_name(step->procedure) : NULL);
    cell(out, daps_derivation_name(key->derivation));
    number_cell(out, key->ncc);
    number_cell(out, key->fc != 0 ? key->fc : -1);
    number_cell(out, key->cell.pci);
    number_cell(out, key->cell.ssb_arfcn);
    algorithm_cell(out, step->rat, true, step->ciphering);
    algorithm_cell(out, step->rat, false, step->integrity);
    hex_cell(out, shown ? key->value : NULL, DAPS_KEY_OCTETS);
    for (unsigned i = 0; i < AS_KEYS; i++)
        hex_cell(out, below ? as_keys[i] : NULL, 16);
    outbuf_literal(out, "\r\n");
    daps_wipe(as_keys, sizeof as_keys);
}

static void csv_event(struct report *report, const char *ue, const struct daps_event *ev)
{
    struct outbuf *out = report->out;

    origin_cells(report, ue, ev->rat);
    frame_cell(out, ev->frame);
    time_cell(out, ev->time_ns);
    cell(out, daps_event_kind_name(ev->kind));
    cell(out, daps_channel_name(ev->channel));
    for (size_t i = 0; i < event_fields_n; i++) {
        outbuf_char(out, ',');
        event_field_write_plain(out, &event_fields[i], ev);
    }
    outbuf_literal(out, "\r\n");
}

/* Findings only: a row a reason, so that a table without findings is not taken for a clean bill. */
static void csv_end(struct report *report, const struct capture_totals *totals)
{
    struct outbuf *out = report->out;

    if (report->style->view != REPORT_AUDIT || report->style->table != REPORT_TABLE_FINDINGS)
        return;
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        const struct daps_not_judged_count *reason = &totals->counts.not_judged[i];
        if (reason->n == 0)
            continue;
        quoted(out, report->capture);
        outbuf_literal(out, ",,,not-judged,,,,");
        if (reason->first_frame != 0)
            outbuf_unsigned(out, reason->first_frame);
        outbuf_literal(out, ",,");
        outbuf_unsigned(out, reason->n);
        outbuf_literal(out, ",,,,,,,,,,,,,,,,");
        quoted(out, daps_not_judged_name((enum daps_not_judged)i));
        outbuf_char(out, ',');
        quoted(out, daps_not_judged_words((enum daps_not_judged)i, reason->n));
        outbuf_literal(out, ",\r\n");
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
        outbuf_literal(out, KEY_COLUMNS);
    } else if (style->view == REPORT_EVENTS) {
        outbuf_literal(out, "capture,ue,rat,frame,time,event,channel");
        for (size_t i = 0; i < event_fields_n; i++) {
            outbuf_char(out, ',');
            outbuf_string(out, event_fields[i].name);
        }
    } else if (style->table == REPORT_TABLE_HANDOVERS) {
        outbuf_literal(out, HANDOVER_COLUMNS);
    } else {
        outbuf_literal(out, FINDING_COLUMNS);
    }
    outbuf_literal(out, "\r\n");
}
