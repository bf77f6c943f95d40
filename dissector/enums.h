/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that have a number, so that Wireshark's filter dialog offers them; the words are those of words/. */
#ifndef DAPS_DISSECTOR_ENUMS_H
#define DAPS_DISSECTOR_ENUMS_H

#include "ws_compat.h"

#include "daps/event.h"
#include "daps/finding.h"

enum { ENUM_ALGORITHMS = 32, ENUM_KEY_KINDS = 2 * 4 };

/* The number is that of the enumeration in the engine; ended as Wireshark wants it. */
extern value_string daps_rats[DAPS_RAT_COUNT + 1], daps_rules[DAPS_RULE_COUNT + 1],
    daps_severities[DAPS_SEVERITY_HIGH + 2], daps_evidences[DAPS_EVIDENCE_PROVEN + 2],
    daps_exposures[DAPS_EXPOSURE_LOGGED + 2], daps_procedures[DAPS_PROC_COUNT + 1], daps_outcomes[DAPS_OUTCOMES + 1],
    daps_derivations[DAPS_DERIVATION_SK_COUNTER + 2], daps_rachs[DAPS_RACH_SKIP + 2];
/* NEA0 to NEA7 are 0 to 7, NIA 8 to 15, EEA 16 to 23, EIA 24 to 31. */
extern value_string daps_algorithms[ENUM_ALGORITHMS + 1];
/* Kinds of NR, those of LTE from 16 on; what both call alike has one number. */
extern value_string daps_key_kinds[ENUM_KEY_KINDS + 1];
extern const value_string daps_directions[];

/* Before fields are registered. */
void enums_fill(void);

/* The number of a word. False: it has none. */
bool enums_number(const value_string *words, const char *word, uint32_t *number);

#endif
