/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written about one capture, in whatever form the user asked for. A report is fed through the sink of the
 * engine that audits the capture and writes to an output buffer; reports of several captures share nothing.
 */
#ifndef DAPSAUDIT_REPORT_H
#define DAPSAUDIT_REPORT_H

#include "daps/engine.h"
#include "report/outbuf.h"
#include "report/totals.h"

/* REPORT_WIRESHARK: the key table of Wireshark's PDCP-NR preference; the keys view only. */
enum report_format {
    REPORT_TEXT,
    REPORT_NDJSON,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_WIRESHARK,
    REPORT_LEAVES, /* LEAF lines of a key log; the keys view only */
    REPORT_HTML,   /* this one and those below: the evidence view only */
    REPORT_MARKDOWN,
    REPORT_EVIDENCE_JSON,
    REPORT_EVIDENCE_CSV, /* what the plots show */
    REPORT_TAMARIN,
};
enum report_view { REPORT_AUDIT, REPORT_EVENTS, REPORT_KEYS, REPORT_EVIDENCE };
enum report_table { REPORT_TABLE_FINDINGS, REPORT_TABLE_HANDOVERS }; /* CSV of an audit */

struct evidence_wish; /* evidence/evidence.h */
struct what_if;       /* what_if.h */

struct report_style {
    enum report_format format;
    enum report_view view;
    enum report_table table;
    bool show_keys;
    bool colour;
    bool why;                       /* an audit: each name of a UE with the reason why it is that UE's */
    bool brief;                     /* text: captures without anything to say in one line */
    uint64_t max_spool;             /* text: octets of findings that may wait in temporary files, 0: any */
    struct evidence_wish *evidence; /* the evidence view only */
};

struct report;

/* One form's way of writing; members may be NULL where the form has nothing to say. */
struct report_form {
    void (*begin)(struct report *report);
    void (*event)(struct report *report, const char *ue, const struct daps_event *ev);
    void (*gap)(struct report *report, const char *ue, uint64_t frame, enum daps_gap gap);
    void (*handover)(struct report *report, const struct daps_handover *handover);
    void (*scg_change)(struct report *report, const struct daps_scg_change *change);
    void (*key)(struct report *report, const struct daps_key_step *step);
    void (*leaf)(struct report *report, const char *ue, const struct daps_leaf_keys *keys);
    void (*finding)(struct report *report, const struct daps_finding *finding);
    void (*join)(struct report *report, const struct daps_identity_join *join);
    void (*end)(struct report *report, const struct capture_totals *totals);
    void (*free)(struct report *report);
};

struct report {
    const struct report_style *style;
    const struct report_form *form;
    const char *capture;
    struct outbuf *out;
    int32_t ue_id;           /* UEId that the framing gives the UE at hand, -1 none */
    void *state;             /* the form's own */
    struct what_if *what_if; /* is told the findings, and at the end what became of them is said; NULL: not asked for */
    uint64_t findings_by_severity[DAPS_SEVERITY_HIGH + 1];
};

/* An audit, whatever is written of it? */
bool report_is_audit(const struct report_style *style);

/* Does the beginning say what comes of all captures, so that it can only be written once they are read? */
bool report_verdict_first(const struct report_style *style);

/* What comes before the first capture (a CSV header, a bracket) and after the last one (the summary). */
void report_prologue(const struct report_style *style, struct outbuf *out);
void report_epilogue(const struct report_style *style, struct outbuf *out, const struct run_totals *run);

/*
 * JSON arrays: every record is written with ",\n" before it, whichever worker writes it; whoever joins the reports
 * drops these octets from the front of the whole.
 */
#define REPORT_JSON_SEPARATOR ",\n"

/* style, capture and out are borrowed. capture: the path as given. Free with report_free. */
struct report *report_new(const struct report_style *style, const char *capture, struct outbuf *out);

/* The sink to give to the engine, for what this view shows. */
struct daps_sink report_sink(struct report *report);

/* ue NULL: all. */
void report_gap(struct report *report, const char *ue, uint64_t frame, enum daps_gap gap);

/* The capture has ended; call once. */
void report_end(struct report *report, const struct capture_totals *totals);
void report_free(struct report *report);

/* The forms. */
extern const struct report_form report_form_machine, report_form_csv, report_form_text_audit, report_form_text_events,
    report_form_text_keys, report_form_wireshark, report_form_leaves, report_form_evidence;
void report_csv_header(const struct report_style *style, struct outbuf *out);
void report_csv_summary(const struct report_style *style, struct outbuf *out, const struct run_totals *run);
void report_text_summary(const struct report_style *style, struct outbuf *out, const struct run_totals *run);

#endif
