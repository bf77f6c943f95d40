/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one digest: 64 bits that tell contents apart. It is no cryptographic hash; whoever compares what an attacker may
 * have made compares octets as well.
 *
 * Contents are read as big-endian words of eight octets, the last one padded with zero octets; word number i goes to
 * lane i mod 4, so that a processor works on four words at once. Never 0, which stands for "not computed".
 */
#ifndef DAPS_BYTES_DIGEST_H
#define DAPS_BYTES_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DAPS_DIGEST_LANES 4

/* For contents that do not lie in one piece: start, then every word in order, then end. */
struct daps_digest_state {
    uint64_t lanes[DAPS_DIGEST_LANES];
    unsigned next; /* lane of the next word */
};

static inline struct daps_digest_state daps_digest_start(void)
{
    return (struct daps_digest_state){
        {0x9e3779b97f4a7c15U, 0xc2b2ae3d27d4eb4fU, 0x165667b19e3779f9U, 0x27d4eb2f165667c5U}, 0};
}

static inline void daps_digest_word(struct daps_digest_state *state, uint64_t word)
{
    uint64_t lane = (state->lanes[state->next] ^ word) * 0xff51afd7ed558ccdU;

    state->lanes[state->next] = lane ^ lane >> 29;
    state->next = (state->next + 1) % DAPS_DIGEST_LANES;
}

/* length: octets in all. */
uint64_t daps_digest_end(const struct daps_digest_state *state, uint64_t length);

/* Of octets[0..length). */
uint64_t daps_digest(const uint8_t *octets, size_t length);

#endif
