/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which key, which COUNT: those with which the MAC-I is right, and nothing else. */
#include "daps/bound.h"
#include "pdcp/inside.h"

#define MOST_CHOICES      DAPS_BOUND(32, 4)  /* PDUs of a context that choices are tried for in vain */
#define MOST_ABOVE        DAPS_BOUND(8, 3)   /* keys in a row that no MAC-I has spoken about */
#define MOST_CHOICES_EVER DAPS_BOUND(256, 8) /* however many cells are learned meanwhile */

#define MOST_HFN          64                 /* of a signalling bearer: 262,144 messages under one key, LTE: 2,048 */
#define LEAST_NEAR        256                /* messages that may lie between two of which the second confirms */
#define MOST_HFN_SEARCHES DAPS_BOUND(256, 4) /* PDUs of one context that are tried with all of them */

/* In clear although ciphering is on, with a right MAC-I: late (5.3.4.3), or sent so. */
static bool is_tried_in_clear(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return context->nia > 0 || (!pdu->downlink && pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_SECURITY_MODE_COMPLETE);
}

bool pdcp_try_hfns(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                   struct pdcp_placed *placed)
{
    for (uint32_t hfn = 0; hfn < MOST_HFN; hfn++) {
        const struct pdcp_attempted how = {.count = hfn << pdu->sn_bits | pdcp_sn(pdu), .ciphered = true};
        if (!pdcp_verify(pdcp, context, pdu, &how))
            continue;
        *placed = (struct pdcp_placed){(struct pdcp_context *)(uintptr_t)context, how};
        return true;
    }
    return false;
}

/* The capture begins behind the entity's start: among so many HFNs a second PDU must agree. */
static bool search_hfn(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                       struct pdcp_placed *placed)
{
    struct pdcp_count *state = pdcp_count_of(context, pdu);
    const uint32_t proposed = state->proposed, near = MAX(UINT32_C(1) << pdu->sn_bits, LEAST_NEAR);

    if (!state->unsure || context->hfn_searches == MOST_HFN_SEARCHES)
        return false;
    context->hfn_searches++;
    if (!pdcp_try_hfns(pdcp, context, pdu, placed))
        return false;
    state->proposed = placed->how.count;
    if (proposed == 0 || placed->how.count == proposed)
        return false; /* the first one, or a copy of it: it waits for the second */
    return placed->how.count - proposed < near || proposed - placed->how.count < near;
}

bool pdcp_try_context(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                      struct pdcp_placed *placed)
{
    const uint32_t inferred = pdcp_count_infer(pdcp_count_of(context, pdu), sn, pdu->sn_bits);
    const uint32_t round = UINT32_C(1) << pdu->sn_bits;
    /* An SN of 5 bits (TS 36.323 6.2.3) has gone round after 32 messages: more of them may be missing. */
    const uint32_t tries[] = {inferred,
                              sn,
                              inferred + round,
                              inferred >= round ? inferred - round : sn,
                              inferred + 2 * round,
                              inferred + 3 * round,
                              inferred + 4 * round};
    const size_t n_tries = pdu->sn_bits < 12 ? G_N_ELEMENTS(tries) : 4;

    if (!pdcp_keys(pdcp, context))
        return false;
    for (size_t i = 0; i < n_tries; i++) {
        for (unsigned flip = 0; flip < 2; flip++) {
            const struct pdcp_attempted how = {.count = tries[i],
                                               .ciphered = pdcp_is_active(context, pdu) != (flip == 1)};
            if ((i > 0 && tries[i] == inferred) || (flip == 1 && context->nea == 0))
                continue;
            if (flip == 1 && pdcp_is_active(context, pdu) && !is_tried_in_clear(pdcp, context, pdu))
                continue;
            if (!pdcp_verify(pdcp, context, pdu, &how))
                continue;
            *placed = (struct pdcp_placed){context, how};
            return true;
        }
    }
    return search_hfn(pdcp, context, pdu, placed);
}

bool pdcp_is_supported(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    return context->nea >= 0 && context->nia >= 0 && daps_ciphers_supported(pdcp->ciphers, (unsigned)context->nea) &&
           daps_ciphers_supported(pdcp->ciphers, (unsigned)context->nia);
}

/* Is the key of the context, or of what it could have been derived from, at hand? */
bool pdcp_has_key(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    if (!pdcp_is_supported(pdcp, context))
        return false;
    if (context->term->has_value || context->by_value)
        return true;
    return context->term->kind == DAPS_TERM_STAR && context->term->has_parent_value && context->nia > 0;
}

bool pdcp_is_keyed(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    return pdcp_is_supported(pdcp, context) && (context->term->has_value || context->by_value);
}

bool pdcp_may_be_mislabelled(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    const struct daps_term *term = context->term;

    if (context->verified > 0 || context->by_value)
        return false;
    for (unsigned i = 0; i < MOST_ABOVE && term != NULL && !term->verified; i++) {
        if (term->kind == DAPS_TERM_NH)
            return daps_term_nh_is_given(pdcp->ue.pool, term->parent, term->n);
        term = term->parent;
    }
    return false;
}

/* Its octets are RRC as they are, and what they say does not hang on the line of the key log. */
bool pdcp_is_clear_whatever_the_key(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                                    const struct daps_pdu *pdu)
{
    return context->nea == 0 && pdcp_may_be_mislabelled(pdcp, context) &&
           pdcp_kind_if_clear(pdcp, pdu) != DAPS_EV_KIND_COUNT;
}

static bool try_past(struct daps_pdcp *pdcp, enum pdcp_past which, const struct daps_pdu *pdu, uint32_t sn,
                     struct pdcp_placed *placed)
{
    for (unsigned i = pdcp->n_past; i-- > 0;) {
        if (pdcp->past[i].past == which && pdcp_try_context(pdcp, &pdcp->past[i], pdu, sn, placed))
            return true;
    }
    return false;
}

/* Choices are many, and a PDU that none explains will not be explained by trying the same ones again and again. */
static bool may_choose(const struct daps_pdcp *pdcp, struct pdcp_context *context)
{
    if (!pdcp_is_supported(pdcp, context) || (context->verified > 0 && !context->by_value) ||
        context->choices_tried == MOST_CHOICES_EVER)
        return false;
    if (context->choices_tried < MOST_CHOICES)
        return true;
    if (context->choices_cells == pdcp->cells.learned)
        return false;
    context->choices_cells = pdcp->cells.learned; /* another cell is in question now */
    return true;
}

bool pdcp_try_choices(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                      struct pdcp_placed *placed)
{
    struct pdcp_attempted how = {.count = pdcp_count_infer(pdcp_count_of(context, pdu), sn, pdu->sn_bits),
                                 .ciphered = pdcp_is_active(context, pdu)};

    if (!may_choose(pdcp, context))
        return false;
    if (!pdcp_choose(pdcp, context, pdu, &how)) {
        context->choices_tried++;
        return false;
    }
    *placed = (struct pdcp_placed){context, how};
    pdcp_keys_changed(pdcp);
    return true;
}

void pdcp_name_key(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed)
{
    struct pdcp_context *context = placed->context;
    struct pdcp_placed chosen;

    if (!context->by_value || context->past != PDCP_PRESENT || context->term->has_value ||
        !context->term->has_parent_value)
        return;
    (void)pdcp_try_choices(pdcp, context, pdu, pdcp_sn(pdu), &chosen);
    (void)pdcp_verify(pdcp, context, pdu, &placed->how); /* open holds what was tried last */
}

static bool try_all_choices(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn, struct pdcp_placed *placed)
{
    for (unsigned i = pdcp->n_contexts; i-- > 0;) {
        if (pdcp_try_choices(pdcp, &pdcp->contexts[i], pdu, sn, placed))
            return true;
    }
    return false;
}

bool pdcp_place_by_mac(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn, struct pdcp_placed *placed)
{
    /* The newest first: while a handover is open, signalling is the target's. */
    for (unsigned i = pdcp->n_contexts; i-- > 0;) {
        if (pdcp_is_supported(pdcp, &pdcp->contexts[i]) && pdcp_try_context(pdcp, &pdcp->contexts[i], pdu, sn, placed))
            return true;
    }
    /* The key of a failed target may be that of the present one, once the choice behind it is made. */
    return try_past(pdcp, PDCP_PAST_SOURCE, pdu, sn, placed) || try_all_choices(pdcp, pdu, sn, placed) ||
           (!pdcp->log_beside && pdcp_place_by_leaves(pdcp, pdu, sn, placed)) ||
           try_past(pdcp, PDCP_PAST_TARGET, pdu, sn, placed);
}

bool pdcp_all_keyed(const struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (!pdcp_is_keyed(pdcp, &pdcp->contexts[i]))
            return false;
    }
    return true;
}
