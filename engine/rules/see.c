/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule looks at which moment. */
#include "rules/rules.h"

void daps_rules_see(const struct judgement *j)
{
    typedef void rule(const struct judgement *j);
    static rule *const rules[][2] = {
        [DAPS_MOMENT_ATTEMPT_BEGAN] = {rule_ncc_ambiguity},
        [DAPS_MOMENT_ATTEMPTS_LEAVE] = {rule_attempts_leave},
        [DAPS_MOMENT_CONNECTION_ENDED] = {rule_null_security},
        [DAPS_MOMENT_CAPTURE_ENDED] = {rule_exposed_fallback},
        [DAPS_MOMENT_COLLISION] = {rule_collision_left},
        [DAPS_MOMENT_KEY_FITS] = {rule_key_fits},
        [DAPS_MOMENT_NO_KEY_FITS] = {rule_no_key_fits},
        [DAPS_MOMENT_UNCIPHERED] = {rule_unciphered},
        [DAPS_MOMENT_KEY_AGAIN] = {rule_key_again},
        [DAPS_MOMENT_KEY_CONTRADICTED] = {rule_key_contradicted},
        [DAPS_MOMENT_COUNT_NEAR_END] = {rule_count_near_wrap},
        [DAPS_MOMENT_REQUEST_FORGED] = {rule_forged_request},
    };

    for (unsigned i = 0; i < 2 && rules[j->moment->kind][i] != NULL; i++)
        rules[j->moment->kind][i](j);
}
