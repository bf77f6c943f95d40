/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without a key: the connection a PDU came over, or the COUNT that fits, if only one does. */
#include "pdcp/inside.h"

static bool fits_count(struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn, bool exactly)
{
    const struct pdcp_count *count = pdcp_count_of(context, pdu);
    const uint32_t mask = (UINT32_C(1) << pdu->sn_bits) - 1, next = count->rx_next & mask;

    if (exactly)
        return sn == next;
    return ((next - sn) & mask) <= 16 || ((sn - next) & mask) <= 64; /* seen again, or some PDUs missed */
}

/* Signalling that is wrong under a key that is at hand is not that key's. */
static bool may_hold(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return !pdu->srb || !pdcp_is_keyed(pdcp, context) || pdcp_is_clear_whatever_the_key(pdcp, context, pdu);
}

static bool is_of(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return pdu->leg == 0 || context->leg == 0 || pdu->leg == context->leg || pdu->leg == context->target_leg;
}

/* Behind a re-establishment request a new key is on its way (TS 38.331 5.3.7.5), and its command may come late. */
static bool is_of_request(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    if (pdcp->ue.state != DAPS_UE_REESTABLISHING || !pdu->srb)
        return false;
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (pdu->leg != 0 && pdcp->contexts[i].leg == pdu->leg)
            return false; /* over a connection that was there before */
    }
    return true;
}

/* Armed candidates wait for the UE to execute one: its COUNT starts over, under a key nobody has seen a command for. */
static bool may_be_executed(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    if (pdu->downlink || !pdu->srb || pdcp->ue.n_candidates == 0 || pdcp->log_beside)
        return false;
    return pdcp->ul_doubt || pdcp_starts_over(pdcp, pdu, sn);
}

/* The one context that the connection, or the COUNT, points to; NULL if it stays open. */
struct pdcp_context *pdcp_place_by_rule(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    struct pdcp_context *found = NULL;
    unsigned n = 0;

    if (pdcp->dl_credit < 0 || is_of_request(pdcp, pdu) || may_be_executed(pdcp, pdu, sn))
        return NULL;
    if (pdcp->n_contexts == 1 &&
        may_hold(pdcp, &pdcp->contexts[0],
                 pdu)) /* what comes over another connection belongs to a key that is not known, or gone */
        return is_of(&pdcp->contexts[0], pdu) ? &pdcp->contexts[0] : NULL;
    for (unsigned i = 0; pdu->leg != 0 && i < pdcp->n_contexts; i++) {
        if (pdcp->contexts[i].leg == pdu->leg && may_hold(pdcp, &pdcp->contexts[i], pdu)) {
            found = &pdcp->contexts[i];
            n++;
        }
    }
    if (n == 1)
        return found;
    if (n == 0 && pdu->leg != 0) {
        /* One connection is known and this is not it: the other one, if that is not known. */
        for (unsigned i = 0; i < pdcp->n_contexts; i++) {
            if (pdcp->contexts[i].leg == 0 && may_hold(pdcp, &pdcp->contexts[i], pdu)) {
                found = &pdcp->contexts[i];
                n++;
            }
        }
        if (n == 1)
            return found;
        if (n == 0)
            return NULL; /* a third one, whose key is not known, or gone */
    }
    if (!pdu->srb)
        return NULL; /* a DRB's COUNT runs on over both legs */
    for (unsigned exactly = 2; exactly-- > 0;) {
        n = 0;
        for (unsigned i = 0; i < pdcp->n_contexts; i++) {
            if (may_hold(pdcp, &pdcp->contexts[i], pdu) && fits_count(&pdcp->contexts[i], pdu, sn, exactly != 0)) {
                found = &pdcp->contexts[i];
                n++;
            }
        }
        if (n == 1)
            return found;
        if (n > 1)
            return NULL;
    }
    return NULL;
}
