/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User data: COUNT and ledger; what it says is nobody's business here. */
#include "pdcp/inside.h"

/* A DRB that a handover re-established from zero (UM, TS 38.323 5.1.2) has a small SN where a large one was due. */
static void notice_restart(struct pdcp_count *count, uint32_t sn, unsigned sn_bits)
{
    const uint32_t mask = (UINT32_C(1) << sn_bits) - 1;

    if (!count->unsure && sn < 64 && (count->rx_next & mask) > 1024 && (count->rx_next & mask) < mask - 1024)
        *count = (struct pdcp_count){0};
}

/*
 * An SN that goes back by more than reordering explains is either an entity that was reset, or one that ran through
 * half its numbers unseen. Where there was time for that, it is taken for the latter: it proves nothing then.
 */
static uint32_t look_ahead(const struct pdcp_count *state, uint32_t count, const struct daps_pdcp_pdu *pdu)
{
    const int64_t enough_ns = pdu->sn_bits == 12 ? INT64_C(50000000) : INT64_C(1000000000);
    const bool had_time = pdu->time_ns == INT64_MIN || state->time_ns == INT64_MIN || pdu->time_ns < state->time_ns ||
                          (uint64_t)pdu->time_ns - (uint64_t)state->time_ns > (uint64_t)enough_ns;

    if (state->rx_next < 64 || count >= state->rx_next - 64 || !had_time)
        return count;
    return count + (UINT32_C(1) << pdu->sn_bits);
}

void pdcp_read_user(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, const struct pdcp_header *header)
{
    struct pdcp_period *period = pdcp->n_periods > 0 ? pdcp_place_by_rule(pdcp, pdu, header->sn) : NULL;
    const size_t clear = header->octets + pdu->sdap_octets;
    struct pdcp_count *state;
    uint32_t count;

    if ((pdcp->secondary_drbs >> (pdu->bearer - 1) & 1) != 0)
        period = NULL;
    if (period == NULL || pdu->length <= clear) {
        pdcp_counts(pdcp)->pdcp.unplaced += period == NULL;
        return;
    }
    state = pdcp_count_of(period, pdu);
    if (state->unsure) {
        state->unsure = false; /* HFN 0 is a guess, but one that stays the same: equal COUNT is equal COUNT */
        state->rx_next = state->rx_deliv = header->sn;
    }
    notice_restart(state, header->sn, pdu->sn_bits);
    count = look_ahead(state, pdcp_count_infer(state, header->sn, pdu->sn_bits), pdu);
    state->time_ns = pdu->time_ns;
    pdcp_take(pdcp, period, pdu, count);
    if (pdcp->daps_drbs >> (pdu->bearer - 1) & 1) {
        for (unsigned i = 0; i < pdcp->n_periods; i++) /* one entity for both legs */
            *pdcp_count_of(&pdcp->periods[i], pdu) = *state;
    }
    (void)pdcp_enter(pdcp, period, pdu,
                     &(struct pdcp_protection){.count = count,
                                               .stay = period->serial,
                                               .header = clear,
                                               .ciphered = !pdu->ciphering_off && period->nea != 0});
}
