/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What-if: beside an audit, one engine for each mitigation that is asked for is given the same events, as `judge` is,
 * and supposes the mitigation while it follows them (daps/mitigation.h). At the end its findings are held against the
 * audit's: what vanishes, what stays, what is new.
 *
 * A replay costs about what the audit's UEs cost. Of each side the first WHAT_IF_MOST findings are compared.
 */
#ifndef DAPSAUDIT_WHAT_IF_H
#define DAPSAUDIT_WHAT_IF_H

#include <glib.h>

#include "daps/bound.h"
#include "daps/engine.h"

#define WHAT_IF_MOST   DAPS_BOUND(20000, 40)
#define WHAT_IF_FRAMES 4 /* of a finding, by which it is found again */
#define WHAT_IF_LISTED DAPS_BOUND(20, 4)

enum what_if_fate {
    WHAT_IF_VANISHES,
    WHAT_IF_WEAKER, /* stays, less grave or less exposed */
    WHAT_IF_STAYS,
    WHAT_IF_APPEARS,
    WHAT_IF_FATES
};

/* "vanishes" */
const char *what_if_fate_name(enum what_if_fate fate);

struct what_if_note {
    enum daps_rule_id rule;
    enum daps_rat rat;
    enum daps_severity severity;
    enum daps_exposure exposure;
    const char *ue;
    unsigned n_frames;
    uint64_t frames[WHAT_IF_FRAMES]; /* the first ones */
    bool met;
};

/* What became of the findings under one mitigation. */
struct what_if_result {
    enum daps_mitigation mitigation;
    struct daps_mitigation_cost cost;
    uint64_t n[WHAT_IF_FATES];
    uint64_t by_rule[WHAT_IF_FATES][DAPS_RULE_COUNT];
    const struct what_if_note *listed[WHAT_IF_FATES][WHAT_IF_LISTED]; /* the first ones */
    uint64_t not_compared;
    uint64_t given_up; /* UEs that only the replay did not follow to their end */
};

struct what_if;

/* mitigations: bits, 1 << enum daps_mitigation. options as the audit's engine has them. Free with what_if_free. */
struct what_if *what_if_new(const struct daps_engine_options *options, unsigned mitigations);
void what_if_free(struct what_if *what_if); /* NULL is fine */

/* From the sink of the audit's engine. */
void what_if_event(struct what_if *what_if, const char *ue, const struct daps_event *ev);
void what_if_gap(struct what_if *what_if, const char *ue, uint64_t frame, enum daps_gap gap);
void what_if_finding(struct what_if *what_if, const struct daps_finding *finding);

/* The audit's engine has finished, having given up so many UEs: compares. Call once, before results are asked for. */
void what_if_end(struct what_if *what_if, uint64_t given_up);

/* The result number i, in the order of the mitigations; NULL no more. Valid as long as what_if. */
const struct what_if_result *what_if_result(const struct what_if *what_if, unsigned i);

/* The bits that --what-if names: one mitigation, or all. 0: no such name. */
unsigned what_if_bits(const char *name);
/* "refresh, fresh-nh, ... or all"; the caller frees. */
char *what_if_names(void);

#endif
