/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving out records of a capture as long as an audit of the rest says the same. */
#ifndef DAPSAUDIT_REDUCE_H
#define DAPSAUDIT_REDUCE_H

#include <glib.h>

#include "daps/finding.h"
#include "daps/not_judged.h"
#include "daps/record.h"
#include "daps/rule.h"
#include "options.h"

/* What an audit said, to be compared: one line a finding, its frames as in the source. */
struct verdicts {
    GPtrArray *findings; /* char *, sorted by verdicts_same */
    bool with_names;     /* UEs by name as well: a key log may name them */
    bool not_judged[DAPS_NOT_JUDGED_COUNT];
    uint64_t undecoded;
    uint64_t of_rule[DAPS_RULE_COUNT]; /* findings, ... */
    int evidence[DAPS_RULE_COUNT];     /* ... and the strongest evidence of one (enum daps_evidence); -1 none */
};

struct verdicts *verdicts_new(bool with_names);
void verdicts_free(struct verdicts *verdicts);
void verdicts_add(struct verdicts *verdicts, const struct daps_finding *finding);

/* Does b say the same findings, and is there nothing that could not be judged but what a had? */
bool verdicts_same(struct verdicts *a, struct verdicts *b);

struct reduction {
    const struct options *options;
    const struct daps_record *records; /* of the source, in order */
    guint n_records;
    GHashTable *stays; /* frames that are not left out (gint64) */
    GArray *kept;      /* guint: indexes into records that are left */
    struct verdicts *wanted;
    guint64 budget; /* records that may still be audited */
    bool ran_out;
};

/* What an audit of the records left says. numbers: their new frame numbers are used, 1, 2, ..., and told as the old. */
struct verdicts *reduction_audit(const struct reduction *reduction, bool numbers);

/* Leaves out what can be left out; in the end no single record can, unless the budget ran out. */
void reduction_run(struct reduction *reduction);

#endif
