/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COUNT of a received PDU, by the receiver's rule (TS 38.323 5.2.2.1; TS 36.323 6.3.5):
 *
 *     COUNT = HFN(32 - n) | SN(n)      Window_Size = 2^(n-1)      RX_DELIV: first COUNT not delivered upwards
 *
 *     SN <  SN(RX_DELIV) - Window_Size    HFN(RX_DELIV) + 1
 *     SN >= SN(RX_DELIV) + Window_Size    HFN(RX_DELIV) - 1
 *     otherwise                           HFN(RX_DELIV)
 *
 * COUNT neither goes below zero nor begins again behind 2^32 - 1: then HFN(RX_DELIV).
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
    int64_t time_ns;   /* of the newest PDU, for user data */
    uint32_t proposed; /* COUNT that one PDU's MAC-I proposes while unsure; 0 none */
    bool reset;        /* RRC began it anew with the key it had */
    bool unsure;       /* HFN is a guess: the capture did not show the entity from its start */
    /* User data: */
    bool near_end_told;  /* COUNT is close to its end, and that was told */
    bool may_restart;    /* a key change: a UM bearer starts from zero (TS 38.323 5.1.2) */
    uint8_t rlc_sn_bits; /* of the newest PDU's RLC SN, 0 none */
    uint32_t rlc_sn;
    uint32_t era;     /* COUNTs of one era can be compared; 0: HFN known from the entity's start */
    int64_t reset_ns; /* newest reset that no RRC message explains; INT64_MIN none */
};

#define PDCP_COUNT_ZERO ((struct pdcp_count){.time_ns = INT64_MIN, .reset_ns = INT64_MIN})

static inline uint32_t pdcp_count_infer(const struct pdcp_count *state, uint32_t sn, unsigned sn_bits)
{
    const uint32_t mask = (UINT32_C(1) << sn_bits) - 1, window = UINT32_C(1) << (sn_bits - 1);
    const uint32_t deliv_sn = state->rx_deliv & mask, hfn = state->rx_deliv & ~mask;

    if (sn + window < deliv_sn && hfn <= UINT32_MAX - mask - 1) /* nor does it begin again (TS 38.323 6.3.5) */
        return (hfn + mask + 1) | sn;
    if (sn >= deliv_sn + window && hfn != 0)
        return (hfn - mask - 1) | sn;
    return hfn | sn;
}

/*
 * The same where PDUs come in order: an SN that goes back has gone round (TS 36.323 5.1.2.2). For SNs so short that the
 * window would take a loss of a few messages for COUNTs used again.
 */
static inline uint32_t pdcp_count_onward(const struct pdcp_count *state, uint32_t sn, unsigned sn_bits)
{
    const uint32_t mask = (UINT32_C(1) << sn_bits) - 1, count = (state->rx_next & ~mask) | sn;

    return count < state->rx_next && count <= UINT32_MAX - mask - 1 ? count + mask + 1 : count;
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
