/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ncc-ambiguity: TS 33.501 6.9.2.3.4 compares the received NCC with that of the active key; TS 38.331 5.3.5.7 lets the
 * UE store the received one, and its DAPS fallback (5.3.5.8.3) does not say that it is taken back.
 */
#include <inttypes.h>

#include "rules/rules.h"

static const char *name_of(enum daps_derivation derivation)
{
    return derivation == DAPS_DERIVATION_HORIZONTAL ? "horizontally from the active key" : "vertically from NH";
}

void daps_rule_ncc_ambiguity(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const struct daps_chain *active = &attempt->source.chain;
    struct daps_chain stored = *active;
    struct daps_chain_step by_active, by_stored;
    struct daps_finding finding;
    char *detail;

    if (!ue->stored_n_valid || !active->n_known || attempt->parent == NULL || attempt->key_set_change)
        return;
    stored.n = ue->stored_n;
    by_active = daps_chain_step(ue->pool, active, (uint8_t)attempt->ncc);
    by_stored = daps_chain_step(ue->pool, &stored, (uint8_t)attempt->ncc);
    if (by_active.parent == by_stored.parent)
        return;
    daps_finding_start(&finding, ue, DAPS_RULE_NCC_AMBIGUITY, attempt);
    daps_finding_add_frame(&finding, ue->stored_frame, DAPS_PROC_DAPS_HANDOVER);
    daps_finding_add_frame(&finding, attempt->frame, attempt->procedure);
    finding.evidence = DAPS_EVIDENCE_DERIVED;
    detail = g_strdup_printf(
        "The attempt of frame %" PRIu64 " stored another NCC than that of the key in force and fell back. NCC %d in "
        "frame %" PRIu64 " then derives %s (%s) if compared with the active key's NCC %" PRIu32
        ", and %s (%s) if compared with the stored NCC %" PRIu32 ". This audit follows the %s.",
        ue->stored_frame, attempt->ncc, attempt->frame, name_of(by_active.derivation), by_active.parent->label,
        active->n & 7U, name_of(by_stored.derivation), by_stored.parent->label, stored.n & 7U,
        daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED ? "stored NCC" : "active key");
    finding.detail = detail;
    daps_deliver_finding(ue, &finding);
    g_free(detail);
}
