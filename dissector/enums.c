/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and their numbers. */
#include "enums.h"

#include <string.h>

#include "daps/words.h"

value_string daps_rats[DAPS_RAT_COUNT + 1], daps_rules[DAPS_RULE_COUNT + 1], daps_severities[DAPS_SEVERITY_HIGH + 2],
    daps_evidences[DAPS_EVIDENCE_PROVEN + 2], daps_exposures[DAPS_EXPOSURE_LOGGED + 2],
    daps_procedures[DAPS_PROC_COUNT + 1], daps_outcomes[DAPS_OUTCOMES + 1],
    daps_derivations[DAPS_DERIVATION_SK_COUNTER + 2], daps_rachs[DAPS_RACH_SKIP + 2],
    daps_algorithms[ENUM_ALGORITHMS + 1], daps_key_kinds[ENUM_KEY_KINDS + 1];
const value_string daps_directions[] = {{0, "uplink"}, {1, "downlink"}, {0, NULL}};

#define FILL(words, type, name)                                                                                        \
    for (unsigned i = 0; i + 1 < G_N_ELEMENTS(words); i++)                                                             \
        (words)[i] = (value_string)                                                                                    \
        {                                                                                                              \
            i, name((type)i)                                                                                           \
        }

static void fill_algorithms(void)
{
    for (unsigned i = 0; i < ENUM_ALGORITHMS; i++) /* the number says all three */
        daps_algorithms[i] =
            (value_string){i, daps_algorithm_name(i < 16 ? DAPS_RAT_NR : DAPS_RAT_LTE, (i & 8) == 0, (int)(i & 7))};
}

static void fill_key_kinds(void)
{
    unsigned n = 0;
    uint32_t known;

    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++) {
        for (unsigned kind = 0; kind < ENUM_KEY_KINDS / DAPS_RAT_COUNT; kind++) {
            const char *name = daps_key_kind_name((enum daps_key_kind)kind, (enum daps_rat)rat);
            if (!enums_number(daps_key_kinds, name, &known))
                daps_key_kinds[n++] = (value_string){rat * 16 + kind, name};
        }
    }
}

static const char *rule_name(enum daps_rule_id rule)
{
    return daps_rule(rule)->name;
}

void enums_fill(void)
{
    FILL(daps_rats, enum daps_rat, daps_rat_name);
    FILL(daps_rules, enum daps_rule_id, rule_name);
    FILL(daps_severities, enum daps_severity, daps_severity_name);
    FILL(daps_evidences, enum daps_evidence, daps_evidence_name);
    FILL(daps_exposures, enum daps_exposure, daps_exposure_name);
    FILL(daps_procedures, enum daps_procedure, daps_procedure_name);
    FILL(daps_outcomes, enum daps_outcome, daps_outcome_name);
    FILL(daps_derivations, enum daps_derivation, daps_derivation_name);
    FILL(daps_rachs, enum daps_rach, daps_rach_name);
    fill_algorithms();
    fill_key_kinds();
}

bool enums_number(const value_string *words, const char *word, uint32_t *number)
{
    for (; words->strptr != NULL; words++) {
        if (strcmp(words->strptr, word) == 0) {
            *number = words->value;
            return true;
        }
    }
    return false;
}
