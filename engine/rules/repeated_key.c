/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeated-key: one derivation, two attempts. The KDF of TS 33.501 A.11 has no fresh input, so equal parent, PCI and
 * ARFCN are equal keys; equal terms are found by pointer, and what is left is to say how much it may have cost.
 */
#include <glib.h>

#include "rules/rules.h"

/* Algorithms of some attempts, a bit each: the lowest for one that the log does not show. */
#define CIPHERING(attempt) (1U << (1 + MIN((attempt)->target.ciphering, 14)))
#define INTEGRITY(attempt) (1U << (17 + MIN((attempt)->target.integrity, 14)))
#define UNKNOWN            (1U | 1U << 16)

/*
 * Does one of those with these algorithms share a key with the attempt? Both the ciphering and the integrity keys below
 * KgNB* differ if both algorithms do (TS 33.501 A.8); one that the log does not show may be any.
 */
static bool shares(unsigned algorithms, const struct daps_attempt *attempt)
{
    const unsigned own = CIPHERING(attempt) | INTEGRITY(attempt);

    return algorithms != 0 && ((own & UNKNOWN) != 0 || (algorithms & (own | UNKNOWN)) != 0);
}

/* What an attempt that was followed by another may have let out under the key (TS 38.321 5.1.4 to 5.1.6). */
static enum daps_exposure exposure_of(const struct judgement *j, const struct daps_attempt *attempt)
{
    if (attempt->rejected)
        return DAPS_EXPOSURE_NONE; /* turned down on SRB0, or never applied: nothing was sent under the new keys */
    if (attempt->procedure == DAPS_PROC_SK_COUNTER)
        return DAPS_EXPOSURE_POSSIBLE;
    if (attempt->outcome == DAPS_OUTCOME_CANCELLED && !attempt->handed_over)
        return DAPS_EXPOSURE_UNLIKELY; /* nothing shows that the UE was sent the command (TS 36.300 10.1.2.1.1) */
    if (attempt->outcome == DAPS_OUTCOME_COMPLETED)
        return DAPS_EXPOSURE_POSSIBLE;
    if (attempt->sent && !attempt->unsent)
        return DAPS_EXPOSURE_POSSIBLE;
    if (j->moment->below_rrc)
        return attempt->target_used ? DAPS_EXPOSURE_POSSIBLE : DAPS_EXPOSURE_UNLIKELY;
    return attempt->rach == DAPS_RACH_CFRA ? DAPS_EXPOSURE_UNLIKELY : DAPS_EXPOSURE_POSSIBLE;
}

static enum daps_exposure worst_exposure(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    GHashTable *later =
        g_hash_table_new(NULL, NULL); /* COUNT of the first message, to algorithms: else COUNT went on */
    enum daps_exposure worst = DAPS_EXPOSURE_NONE;
    unsigned logged = 0;

    for (unsigned i = n; i-- > 0;) {
        const gpointer count = GUINT_TO_POINTER(group[i]->first_count);
        const unsigned algorithms = GPOINTER_TO_UINT(g_hash_table_lookup(later, count));
        if (shares(algorithms, group[i]))
            worst = MAX(worst, exposure_of(j, group[i]));
        g_hash_table_insert(later, count, GUINT_TO_POINTER(algorithms | CIPHERING(group[i]) | INTEGRITY(group[i])));
        if (rule_sent_logged(j, group[i]))
            logged++;
    }
    g_hash_table_unref(later);
    if (logged >= 2 && worst == DAPS_EXPOSURE_POSSIBLE)
        worst = DAPS_EXPOSURE_LOGGED;
    return worst;
}

void rule_repeated_key(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_REPEATED_KEY, group[0]);
    for (unsigned i = 0; i < n; i++)
        finding_add_attempt(&finding, group[i]);
    if (rule_is_named(group, n)) {
        finding.evidence = DAPS_EVIDENCE_PROVEN;
        finding.variant = group[0]->by_node ? DAPS_VARIANT_CARRIED : DAPS_VARIANT_BY_VALUE;
    }
    finding.has_exposure = true;
    finding.exposure = worst_exposure(j, group, n);
    if (finding.variant != DAPS_VARIANT_CARRIED) /* whatever is missing: the values are equal */
        finding_assume_no_gap(&finding, group, n);
    finding_assume_cells(&finding, group, n);
    if (group[0]->derivation == DAPS_DERIVATION_NEW_KEY_SET)
        finding.assumptions |= DAPS_ASSUMES_NO_NAS_SMC;
    else if (group[0]->procedure == DAPS_PROC_RESUME)
        finding.assumptions |= DAPS_ASSUMES_NO_SDT;
    finding_end(&finding, j);
}
