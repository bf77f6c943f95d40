/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exposed-fallback: the log ends while the UE still uses the key it fell back to, so a next handover to the cell that
 * failed derives the same key again. Any key change, release or re-connection since has removed the danger, and a
 * repeat that did happen is reported as such instead.
 */
#include <inttypes.h>

#include "rules/rules.h"

static bool is_repeated(const struct daps_ue *ue, const struct daps_attempt *attempt)
{
    for (guint i = 0; i < ue->attempts->len; i++) {
        const struct daps_attempt *other = g_ptr_array_index(ue->attempts, i);
        if (other != attempt && other->key == attempt->key)
            return true;
    }
    return false;
}

static const struct daps_event *armed_candidate(const struct daps_ue *ue, const struct daps_attempt *attempt)
{
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *candidate = &ue->candidates[i];
        if (candidate->key_update && candidate->ncc == attempt->ncc && candidate->target.pci == attempt->target.pci &&
            (candidate->target.ssb_arfcn == attempt->target.arfcn || candidate->target.ssb_arfcn < 0))
            return candidate;
    }
    return NULL;
}

static void report(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const struct daps_event *armed = armed_candidate(ue, attempt);
    char *derivation = daps_text_derivation(attempt);
    GString *detail = g_string_new(NULL);
    struct daps_finding finding;

    daps_finding_start(&finding, ue, DAPS_RULE_EXPOSED_FALLBACK, attempt);
    daps_finding_add_frame(&finding, attempt->frame, attempt->procedure);
    daps_finding_add_frame(&finding, attempt->settled_frame, DAPS_PROC_COUNT);
    finding.evidence = DAPS_EVIDENCE_DERIVED;
    g_string_append_printf(detail,
                           "The attempt of frame %" PRIu64 " derived %s and fell back in frame %" PRIu64
                           ". %s is still in use where the log ends: a next handover to that cell with NCC %d derives "
                           "the same key.",
                           attempt->frame, derivation, attempt->settled_frame, attempt->source.chain.key->label,
                           attempt->ncc);
    if (armed != NULL)
        g_string_append_printf(detail,
                               " A conditional handover to it is armed since frame %" PRIu64
                               " and would do so without another command.",
                               armed->frame);
    finding.detail = detail->str;
    daps_deliver_finding(ue, &finding);
    g_free(derivation);
    g_string_free(detail, TRUE);
}

void daps_rule_exposed_fallback(struct daps_ue *ue)
{
    for (guint i = 0; i < ue->attempts->len; i++) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->outcome == DAPS_OUTCOME_DAPS_FALLBACK && attempt->parent != NULL &&
            attempt->source.chain.key == ue->active.chain.key && !is_repeated(ue, attempt))
            report(ue, attempt);
    }
}
