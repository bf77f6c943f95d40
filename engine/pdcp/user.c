/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User data: COUNT and ledger; what it says is nobody's business here.
 *
 * A DRB's PDU has no MAC-I that would show its COUNT, and captures lose PDUs. So an SN that goes back, or on by much,
 * has more than one reading: the entity went on, unseen, through all its numbers; a PDU came late or again; the entity
 * was reset. What tells them apart:
 *
 *     content   the same octets are the same PDU
 *     time      in the time that went by no bearer sends that many PDUs
 *     RLC       its SN goes on by one for every PDU (AM, TS 38.322 5.2.3.1.1)
 *     RRC       a message released the bearer or gave it another key
 *
 * As long as one reading is left, COUNTs are of one era and may be compared. Where the HFN stays open a new era begins:
 * equal numbers of two eras prove nothing.
 */
#include "bytes/digest.h"
#include "pdcp/inside.h"

#define NEAR         64  /* PDUs that reordering or a short loss explain */
#define PDUS_A_MS_12 100 /* more than these no bearer sends: half a window of 12 bits in 20 ms ... */
#define PDUS_A_MS_18 600 /* ... and 7 Gbit/s in packets of 1,500 octets */
#define PDUS_A_MS_15 300 /* LTE: half of that */
#define PDUS_A_MS_7  10  /* LTE: voice and the like */

/* Can so many PDUs have been sent since the newest one? */
static bool had_time(const struct pdcp_count *state, const struct daps_pdu *pdu, uint64_t pdus)
{
    const uint64_t a_ms = pdu->sn_bits <= 7    ? PDUS_A_MS_7
                          : pdu->sn_bits == 12 ? PDUS_A_MS_12
                          : pdu->sn_bits == 15 ? PDUS_A_MS_15
                                               : PDUS_A_MS_18;
    uint64_t ms;

    if (pdu->time_ns == INT64_MIN || state->time_ns == INT64_MIN || pdu->time_ns < state->time_ns)
        return true; /* nobody knows */
    ms = ((uint64_t)pdu->time_ns - (uint64_t)state->time_ns) / 1000000U;
    return ms + 1 > pdus / a_ms;
}

/* What RLC's numbers say about the PDUs between: 0 nothing, else how far its SN went on, or -1 a retransmission. */
static int32_t rlc_step(const struct pdcp_count *state, const struct daps_pdu *pdu)
{
    uint32_t mask, step;

    if (state->rlc_sn_bits == 0 || pdu->rlc_sn_bits != state->rlc_sn_bits)
        return 0;
    mask = (UINT32_C(1) << pdu->rlc_sn_bits) - 1;
    step = (pdu->rlc_sn - state->rlc_sn) & mask;
    return step == 0 || step > mask / 2 ? -1 : (int32_t)step;
}

/* Does RLC's step, modulo its numbers, agree with that many PDUs? */
static bool rlc_agrees(const struct pdcp_count *state, const struct daps_pdu *pdu, uint32_t pdus)
{
    const uint32_t mask = (UINT32_C(1) << pdu->rlc_sn_bits) - 1;

    return ((pdu->rlc_sn - state->rlc_sn - pdus) & mask) == 0;
}

static void set_to(struct pdcp_count *state, uint32_t count)
{
    state->rx_next = state->rx_deliv = count + 1;
}

/* Goes on by forward PDUs, or by a whole round of numbers more: then its HFN is open from here on. */
static uint32_t go_on(struct daps_pdcp *pdcp, struct pdcp_count *state, const struct daps_pdu *pdu, uint32_t forward)
{
    const uint32_t round = UINT32_C(1) << pdu->sn_bits;
    const bool by_rlc =
        rlc_step(state, pdu) != 0 && pdu->rlc_sn_bits > pdu->sn_bits && rlc_agrees(state, pdu, forward + 1);
    const uint32_t count = state->rx_next + forward;

    if ((forward > NEAR && !by_rlc && had_time(state, pdu, (uint64_t)forward + round)) || count < state->rx_next)
        state->era = ++pdcp->eras;
    set_to(state, count);
    return count;
}

/*
 * COUNT of a PDU whose SN is not the next few; *enter false: it is a copy, or late, and moves nothing.
 * forward: PDUs between the newest one and it, if the entity went on.
 */
static uint32_t decide(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, size_t header,
                       uint32_t forward)
{
    struct pdcp_count *state = pdcp_count_of(context, pdu);
    const uint32_t back = (UINT32_C(1) << pdu->sn_bits) - forward, earlier = state->rx_next - back;
    const int32_t step = rlc_step(state, pdu);
    const bool forward_by_rlc = step != 0 && rlc_agrees(state, pdu, forward + 1);
    enum pdcp_seen seen;

    if (state->rx_next < back)
        return go_on(pdcp, state, pdu, forward);
    seen = pdcp_seen_user(pdcp, context, pdu, header, earlier);
    if (seen == PDCP_SEEN_COPY || (seen == PDCP_SEEN_NEVER && back <= NEAR && !(forward_by_rlc && step > 0)))
        return earlier;
    if ((step > 0 && step <= NEAR && !forward_by_rlc) || !had_time(state, pdu, forward)) {
        set_to(state, earlier); /* it was reset */
        state->reset_ns = pdu->time_ns;
        return earlier;
    }
    return go_on(pdcp, state, pdu, forward);
}

/*
 * Behind a handover a UM bearer starts from zero (TS 38.323 5.1.2), an AM bearer goes on. True: from zero, and whether
 * the numbers could also have gone round is noted.
 */
static bool starts_anew(struct daps_pdcp *pdcp, struct pdcp_count *state, const struct daps_pdu *pdu, uint32_t sn,
                        uint32_t forward)
{
    if (!state->may_restart || sn >= NEAR || forward <= NEAR || pdu->rlc_mode == DAPS_RLC_AM)
        return false;
    *state =
        (struct pdcp_count){.time_ns = state->time_ns,
                            .era = pdu->rlc_mode == DAPS_RLC_UM || !had_time(state, pdu, forward) ? 0 : ++pdcp->eras};
    set_to(state, sn);
    return true;
}

static uint32_t count_of(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                         const struct pdcp_header *header)
{
    struct pdcp_count *state = pdcp_count_of(context, pdu);
    const uint32_t mask = (UINT32_C(1) << pdu->sn_bits) - 1, forward = (header->sn - state->rx_next) & mask;

    if (state->unsure) {
        *state = (struct pdcp_count){.era = ++pdcp->eras};
        set_to(state, header->sn);
        return header->sn;
    }
    if (forward <= NEAR) {
        if (pdcp_is_later(pdu->time_ns, context->begun_ns, PDCP_DISORDER_NS))
            state->may_restart = false;
        if (mask < 4095 && forward > mask / 64 && had_time(state, pdu, (uint64_t)forward + mask + 1))
            state->era = ++pdcp->eras; /* of 128 numbers a few missing ones may be a whole round and a few */
        set_to(state, state->rx_next + forward);
        return state->rx_next - 1;
    }
    if (starts_anew(pdcp, state, pdu, header->sn, forward))
        return header->sn;
    return decide(pdcp, context, pdu, header->octets + pdu->sdap_octets, forward);
}

/* Right behind the end of another context a number that does not go on in this one may be that one's, late. */
static bool may_be_late(const struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                        uint32_t sn)
{
    const struct pdcp_count *state = pdcp_count_of(context, pdu);
    bool late = false;

    if (pdu->leg != 0 || state->unsure || ((sn - state->rx_next) & ((UINT32_C(1) << pdu->sn_bits) - 1)) <= NEAR)
        return false;
    for (unsigned i = 0; i < pdcp->n_past; i++)
        late |= pdcp->past[i].ended_ns != INT64_MIN &&
                !pdcp_is_later(pdu->time_ns, pdcp->past[i].ended_ns, PDCP_DISORDER_NS);
    return late;
}

/* A context for it that nothing speaks against; NULL none. */
static struct pdcp_context *place(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    struct pdcp_context *context;

    if (pdcp->n_contexts == 0 || pdcp->ul_doubt ||
        ((pdcp->secondary_drbs | pdcp->gone_drbs) >> (pdu->bearer - 1) & 1) != 0)
        return NULL;
    context = pdcp_place_by_rule(pdcp, pdu, sn);
    /* A log may be ahead of the PDUs beside it: right behind a change of key they may still be the old key's. */
    if (context != NULL && pdcp->log_beside && pdu->leg == 0 && context->begun_ns != INT64_MIN &&
        context->term != pdcp->ue.active.chain.root &&
        !pdcp_is_later(pdu->time_ns, context->begun_ns, PDCP_DISORDER_NS))
        return NULL;
    return context != NULL && may_be_late(pdcp, context, pdu, sn) ? NULL : context;
}

void pdcp_read_user(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_header *header)
{
    struct pdcp_context *context = place(pdcp, pdu, header->sn);
    struct pdcp_protection how = {.header = header->octets + pdu->sdap_octets};
    struct pdcp_count *state;

    if (context == NULL || pdu->length <= how.header) {
        pdcp_counts(pdcp)->pdcp.unplaced += context == NULL;
        if (context == NULL)
            pdcp_note_unplaced(pdcp, pdu);
        return;
    }
    state = pdcp_count_of(context, pdu);
    how.count = count_of(pdcp, context, pdu, header);
    how.stay = context->serial;
    how.era = state->era;
    how.ciphered = !pdu->ciphering_off && context->nea != 0;
    how.tentative = state->reset_ns != INT64_MIN && !pdcp_is_later(pdu->time_ns, state->reset_ns, PDCP_DISORDER_NS);
    how.since_ns = state->reset_ns;
    if (how.count + 1 == state->rx_next) {
        state->time_ns = pdu->time_ns;
        state->rlc_sn = pdu->rlc_sn;
        state->rlc_sn_bits = pdu->rlc_sn_bits;
    }
    if (pdu->leg != 0)
        context->leg = pdu->leg;
    if (pdcp->daps_drbs >> (pdu->bearer - 1) & 1) {
        for (unsigned i = 0; i < pdcp->n_contexts; i++) /* one entity for both legs */
            *pdcp_count_of(&pdcp->contexts[i], pdu) = *state;
    }
    if (state->era == 0)
        pdcp_note_near_end(pdcp, context, pdu, how.count);
    (void)pdcp_enter(pdcp, context, pdu, &how);
}
