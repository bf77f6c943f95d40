/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules.c needs of the rules in LTE's words. */
#ifndef DAPS_WORDS_RULES_LTE_H
#define DAPS_WORDS_RULES_LTE_H

#include "daps/finding.h"
#include "daps/rule.h"

/* NULL: no other words than those of NR. */
const struct daps_prose *rules_lte(enum daps_rule_id id);

#endif
