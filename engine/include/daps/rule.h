/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rules: what each finding means, where it comes from and what to do; `explain` and the docs print it. */
#ifndef DAPS_ENGINE_RULE_H
#define DAPS_ENGINE_RULE_H

#include "daps/finding.h"

struct daps_rule {
    enum daps_rule_id id;
    const char *name; /* "repeated-key" */
    const char *title;
    const char *liaison;        /* "Q1", or "" */
    const char *const *clauses; /* NULL-terminated, "TS 33.501 A.11" */
    const char *meaning;        /* a paragraph */
    const char *remedy;         /* what to do, a paragraph */
};

/* The rule; never NULL for an id below DAPS_RULE_COUNT. */
const struct daps_rule *daps_rule(enum daps_rule_id id);

/* The rule of that name, NULL if there is none. */
const struct daps_rule *daps_rule_by_name(const char *name);

#endif
