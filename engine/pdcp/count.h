/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COUNT of a received PDU, by the receiver's rule (TS 38.323 5.2.2.1):
 *
 *     COUNT = HFN(32 - n) | SN(n)      Window_Size = 2^(n-1)      RX_DELIV: first COUNT not delivered upwards
 *
 *     SN <  SN(RX_DELIV) - Window_Size    HFN(RX_DELIV) + 1
 *     SN >= SN(RX_DELIV) + Window_Size    HFN(RX_DELIV) - 1
 *     otherwise                           HFN(RX_DELIV)
 *
 * A real receiver moves RX_DELIV over a hole when t-Reordering expires. An observer has no such timer and may have lost
 * PDUs that the receiver got; here RX_DELIV never stays more than a quarter of the window behind RX_NEXT.
 */
#ifndef DAPS_ENGINE_PDCP_COUNT_H
#define DAPS_ENGINE_PDCP_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: an entity just established (TS 38.323 5.1.1). */
struct pdcp_count {
    uint32_t rx_next, rx_deliv;
    int64_t time_ns; /* of the newest PDU, for user data */
    bool unsure;     /* HFN is a guess: the capture did not show the entity from its start */
};

static inline uint32_t pdcp_count_infer(const struct pdcp_count *state, uint32_t sn, unsigned sn_bits)
{
    const uint32_t mask = (UINT32_C(1) << sn_bits) - 1, window = UINT32_C(1) << (sn_bits - 1);
    const uint32_t deliv_sn = state->rx_deliv & mask, hfn = state->rx_deliv & ~mask;

    if (sn + window < deliv_sn)
        return (hfn + mask + 1) | sn;
    if (sn >= deliv_sn + window && hfn != 0) /* COUNT does not go below zero */
        return (hfn - mask - 1) | sn;
    return hfn | sn;
}

/* The PDU with that COUNT has been received. */
static inline void pdcp_count_take(struct pdcp_count *state, uint32_t count, unsigned sn_bits)
{
    const uint32_t most_behind = UINT32_C(1) << (sn_bits - 3);

    if (count >= state->rx_next)
        state->rx_next = count + 1;
    if (count == state->rx_deliv)
        state->rx_deliv = count + 1;
    if (state->rx_next - state->rx_deliv > most_behind)
        state->rx_deliv = state->rx_next - most_behind;
}

#endif
