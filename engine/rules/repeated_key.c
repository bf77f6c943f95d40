/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeated-key: one derivation, two attempts. The KDF of TS 33.501 A.11 has no fresh input, so equal parent, PCI and
 * ARFCN are equal keys; equal terms are found by pointer, and what is left is to say how much it may have cost.
 */
#include <inttypes.h>

#include "rules/rules.h"

/* Both the ciphering and the integrity keys below KgNB* differ if both algorithms do (TS 33.501 A.8). */
static bool shares_as_key(const struct daps_attempt *a, const struct daps_attempt *b)
{
    return a->target.ciphering == b->target.ciphering || a->target.integrity == b->target.integrity;
}

static bool shares_with_later(struct daps_attempt *const *group, guint n, guint i)
{
    for (guint j = i + 1; j < n; j++) {
        if (shares_as_key(group[i], group[j]))
            return true;
    }
    return false;
}

/* What an attempt that was followed by another may have let out under the key (TS 38.321 5.1.4 to 5.1.6). */
static enum daps_exposure exposure_of(const struct daps_ue *ue, const struct daps_attempt *attempt)
{
    if (attempt->rejected)
        return DAPS_EXPOSURE_NONE; /* RRCReject on SRB0: nothing was sent under the new keys */
    if (attempt->procedure == DAPS_PROC_SK_COUNTER)
        return DAPS_EXPOSURE_POSSIBLE;
    if (attempt->outcome == DAPS_OUTCOME_COMPLETED)
        return DAPS_EXPOSURE_POSSIBLE;
    if (daps_rule_seen_below_rrc(ue))
        return attempt->target_used ? DAPS_EXPOSURE_POSSIBLE : DAPS_EXPOSURE_UNLIKELY;
    return attempt->rach == DAPS_RACH_CFRA ? DAPS_EXPOSURE_UNLIKELY : DAPS_EXPOSURE_POSSIBLE;
}

static enum daps_exposure worst_exposure(const struct daps_ue *ue, struct daps_attempt *const *group, guint n)
{
    enum daps_exposure worst = DAPS_EXPOSURE_NONE;
    guint logged = 0;

    for (guint i = 0; i < n; i++) {
        if (i + 1 < n && shares_with_later(group, n, i))
            worst = MAX(worst, exposure_of(ue, group[i]));
        if (daps_rule_sent_logged(ue, group[i]))
            logged++;
    }
    if (logged >= 2 && worst == DAPS_EXPOSURE_POSSIBLE)
        worst = DAPS_EXPOSURE_LOGGED;
    return worst;
}

static const char *exposure_sentence(const struct daps_ue *ue, enum daps_exposure exposure)
{
    switch (exposure) {
    case DAPS_EXPOSURE_NONE:
        return "No message can have been protected with it twice: nothing was sent under it in the earlier attempt, or "
               "other algorithms give other keys below it.";
    case DAPS_EXPOSURE_UNLIKELY:
        if (daps_rule_seen_below_rrc(ue))
            return "The capture holds uplink signalling as PDCP PDUs, and none under this key in the earlier attempt; "
                   "only "
                   "one that it missed could have been sent.";
        return "The earlier attempt had contention-free random access, which ends before the first uplink message; "
               "only "
               "a fall-back to contention-based preambles could have let one out.";
    case DAPS_EXPOSURE_POSSIBLE:
        return "The earlier attempt may have sent an uplink message under it before it failed; the log does not hold "
               "the messages of both attempts.";
    case DAPS_EXPOSURE_LOGGED:
        return "The log holds the first uplink message of more than one attempt.";
    }
    return "";
}

static char *assumptions(struct daps_attempt *const *group, guint n)
{
    char *gap = daps_text_gap(group, n);
    const char *more = NULL;
    char *both;

    if (group[0]->derivation == DAPS_DERIVATION_NEW_KEY_SET)
        more = "that no NAS security mode command ran between the frames";
    else if (group[0]->procedure == DAPS_PROC_RESUME)
        more = "that no small data transmission went with the rejected resume";
    if (more == NULL)
        return gap;
    both = gap != NULL ? g_strdup_printf("%s, and %s", gap, more) : g_strdup(more);
    g_free(gap);
    return both;
}

void daps_rule_repeated_key(struct daps_ue *ue, struct daps_attempt *const *group, guint n)
{
    struct daps_finding finding;
    char *attempts = daps_text_attempts(group, n), *derivation = daps_text_derivation(group[0]);
    char *assumes = assumptions(group, n), *detail;

    daps_finding_start(&finding, ue, DAPS_RULE_REPEATED_KEY, group[0]);
    for (guint i = 0; i < n; i++)
        daps_finding_add_frame(&finding, group[i]->frame, group[i]->procedure);
    finding.evidence = DAPS_EVIDENCE_DERIVED;
    finding.has_exposure = true;
    finding.exposure = worst_exposure(ue, group, n);
    detail = g_strdup_printf("The commands in %s lead to the same key: %s. %s", attempts, derivation,
                             exposure_sentence(ue, finding.exposure));
    finding.detail = detail;
    finding.assumes = assumes;
    daps_deliver_finding(ue, &finding);
    g_free(attempts);
    g_free(derivation);
    g_free(assumes);
    g_free(detail);
}
