/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evidence: all that `dapsaudit report` writes of one capture, gathered in two readings of it.
 *
 * The first reading is an audit like any other and gives the findings. The second one looks at what is around their
 * frames: messages, handovers and keys of the UEs concerned; quiet stretches are only counted. So memory is bounded by
 * what is shown, not by the length of the capture.
 */
#ifndef DAPSAUDIT_EVIDENCE_H
#define DAPSAUDIT_EVIDENCE_H

#include <glib.h>

#include "daps/bound.h"
#include "daps/engine.h"
#include "evidence/plots.h"
#include "evidence/stories.h"
#include "options.h"
#include "report/report.h"
#include "what_if.h"

/* Bounds of what is shown; what is beyond them is counted and said. */
#define EVIDENCE_MOST_ROWS     DAPS_BOUND(1000, 4) /* findings in the table, ... */
#define EVIDENCE_MOST_DETAILED DAPS_BOUND(100, 2)  /* ... and with their derivation */
#define EVIDENCE_MOST_FRAMES   DAPS_BOUND(12, 3)   /* of one finding */

/* What identifies a capture. */
struct evidence_facts {
    uint64_t octets;
    char sha256[65]; /* "" if the file could not be read again */
    int64_t first_ns, last_ns;
};

/* One finding of the table; number is that of "F1". */
struct evidence_finding {
    unsigned number;
    bool detailed;
    struct daps_finding *finding;
};

/* What the network did next after a DAPS fallback (../../docs/liaison.md). */
enum evidence_next {
    EVIDENCE_NEXT_REPEATED,  /* derived the same key again */
    EVIDENCE_NEXT_REFRESHED, /* changed the key in the source cell */
    EVIDENCE_NEXT_OTHER_NH,  /* took another NH */
    EVIDENCE_NEXT_OTHER,     /* another cell or key */
    EVIDENCE_NEXT_NOTHING,   /* nothing more is seen */
    EVIDENCE_NEXTS
};

struct evidence_liaison {
    uint64_t fallbacks, vertical_fallbacks;
    uint64_t next[EVIDENCE_NEXTS], next_frame[EVIDENCE_NEXTS]; /* how often, and the first command's frame */
    uint64_t cfra, cfra_frame;                                 /* attempts with contention-free random access */
    uint64_t harmless, harmless_frame;                         /* repeated keys with exposure none */
    uint64_t horizontal, vertical;
    uint64_t repeated_horizontally, pairs_taken, readings; /* findings of Q1 and Q4 */
    /* Copies of the findings with the strongest evidence, the first of them; NULL none. */
    struct daps_finding *first, *rrc_keystream, *user_keystream, *fourth, *repeat;
};

struct evidence {
    struct evidence_wish *wish;
    const char *name; /* of the capture, as the user gave it */
    const char *path; /* where it can be read again */
    unsigned number;  /* among those of the report, from 1 */
    struct evidence_facts facts;
    const struct capture_totals *totals;
    struct capture_totals own_totals;        /* anonymized: those, if any others were given */
    char *own_name;                          /* likewise; NULL none */
    GPtrArray *kept[DAPS_SEVERITY_HIGH + 1]; /* struct daps_finding *, first reading */
    GPtrArray *findings;                     /* struct evidence_finding *, gravest first */
    uint64_t n_findings, findings_left_out;
    struct evidence_liaison liaison;
    GHashTable *fallen_back; /* technology and UE to the last fallback's struct daps_result * */
    GArray *attempts;        /* struct evidence_attempt, by frame */
    GArray *finding_frames;  /* uint64_t: the first one of each finding */
    struct stories *stories;
    const struct what_if *what_if; /* NULL: the capture could not be opened */
    struct excerpt *excerpt;       /* NULL: not asked for */
    char *excerpt_note;            /* what became of it */
};

/* One line of the list of captures. */
struct evidence_overview {
    char *name;
    uint64_t findings, not_judged;
    char *verdict;
    GPtrArray *observations; /* char *, of a contribution draft; NULL: none is wanted */
};

/* What the user asked for, and what the report knows across captures. */
struct evidence_wish {
    const struct options *options;
    char *command_line; /* as it can be typed again */
    bool liaison, tdoc;
    struct plots *plots;
    const char *excerpt; /* path, NULL none */
    bool excerpt_failed;
    GHashTable *stand_ins; /* temporary file to the name it stands for */
    GPtrArray *overview;   /* struct evidence_overview * */
};

/* "3 findings, ...": the verdict in a sentence. Caller frees. */
char *evidence_verdict(const struct capture_totals *totals, const struct evidence *evidence);

/* Size and SHA-256 of the file at path. */
void evidence_facts_of(struct evidence_facts *facts, const char *path);

/* The number of a story on the page. */
unsigned evidence_story_number(const struct evidence *evidence, const struct story *story);

/* Frames that belong to the attempt whose command is in frame: complete and settled, 0 none. */
void evidence_attempt(const struct evidence *evidence, uint64_t frame, uint64_t *complete, uint64_t *settled);

/* The forms. All write to out. */
void evidence_page(const struct evidence *evidence, struct outbuf *out, bool html);
void evidence_json(const struct evidence *evidence, struct outbuf *out);
void evidence_tamarin(const struct evidence *evidence, struct outbuf *out);

/* What comes before and after the captures, once all is known. */
void evidence_prologue(const struct report_style *style, struct outbuf *out);
void evidence_epilogue(const struct report_style *style, struct outbuf *out, const struct run_totals *run);

#endif
