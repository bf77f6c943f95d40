/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rules: what each finding means, where it comes from and what to do; `explain` and the docs print it. */
#ifndef DAPS_ENGINE_RULE_H
#define DAPS_ENGINE_RULE_H

#include "daps/finding.h"

/* A rule in NR, the technology that is audited. */
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

/* What a rule says where it is about one radio technology. */
struct daps_prose {
    const char *title;
    const char *const *clauses; /* NULL-terminated */
    const char *meaning, *remedy;
};

/* Its prose for that technology; that of NR where there is no other. */
struct daps_prose daps_rule_prose(enum daps_rule_id id, enum daps_rat rat);

/* The rule of that name, NULL if there is none. */
const struct daps_rule *daps_rule_by_name(const char *name);

#endif
