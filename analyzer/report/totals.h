/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there was in one capture, and in all of them. */
#ifndef DAPSAUDIT_TOTALS_H
#define DAPSAUDIT_TOTALS_H

#include "daps/bound.h"
#include "daps/engine.h"

#define TOTALS_MAX_OTHER DAPS_BOUND(600, 4) /* a baseband log has some hundred kinds of items */

/* One class of payload that was recognised but is not what is audited, for example "lte-rrc". */
struct other_count {
    char name[40];
    uint64_t n;
};

/* Signalling of one UE that no key was there for: struct daps_sealed with its names. */
struct sealed_ue {
    char ue[64], key[24];
    struct daps_sealed what; /* its ue and key are not used */
};

#define TOTALS_MAX_SEALED DAPS_BOUND(16, 2)

struct capture_totals {
    unsigned n_sealed; /* the first ones */
    struct sealed_ue sealed[TOTALS_MAX_SEALED];
    uint64_t frames;
    struct daps_engine_counts counts;
    unsigned n_other; /* sorted by name */
    struct other_count other[TOTALS_MAX_OTHER];
    char *error; /* why it, or its rest, could not be read; owned, NULL if it could */
    uint64_t findings_by_severity[DAPS_SEVERITY_HIGH + 1];
    bool unreadable; /* error, or something in it was counted as undecoded */
};

struct run_totals {
    uint64_t captures, unreadable;
    uint64_t lost;    /* of the unreadable ones, those of which nothing could be read */
    uint64_t skipped; /* files in folders that are no captures */
    struct capture_totals sum;
};

/* Adds n to the class of that name; beyond TOTALS_MAX_OTHER classes to the last, "more". */
void totals_add_other(struct capture_totals *totals, const char *name, uint64_t n);

void totals_add_capture(struct run_totals *run, const struct capture_totals *capture);
void totals_clear(struct capture_totals *totals);

/* Findings of at least that severity. */
uint64_t totals_findings_from(const struct capture_totals *totals, unsigned severity);

#endif
