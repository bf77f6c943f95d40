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

/* What lanes begin with. */
#define DAPS_DIGEST_LANE_0 0x9e3779b97f4a7c15U
#define DAPS_DIGEST_LANE_1 0xc2b2ae3d27d4eb4fU
#define DAPS_DIGEST_LANE_2 0x165667b19e3779f9U
#define DAPS_DIGEST_LANE_3 0x27d4eb2f165667c5U

/* For contents that do not lie in one piece: start, then every word in order, then end. */
struct daps_digest_state {
    uint64_t lanes[DAPS_DIGEST_LANES];
    unsigned next; /* lane of the next word */
};

static inline struct daps_digest_state daps_digest_start(void)
{
    return (struct daps_digest_state){{DAPS_DIGEST_LANE_0, DAPS_DIGEST_LANE_1, DAPS_DIGEST_LANE_2, DAPS_DIGEST_LANE_3},
                                      0};
}

/* A lane with one more word. */
static inline uint64_t daps_digest_lane(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * 0xff51afd7ed558ccdU;
    return lane ^ lane >> 29;
}

static inline void daps_digest_word(struct daps_digest_state *state, uint64_t word)
{
    state->lanes[state->next] = daps_digest_lane(state->lanes[state->next], word);
    state->next = (state->next + 1) % DAPS_DIGEST_LANES;
}

static inline uint64_t daps_digest_mix(uint64_t hash, uint64_t lane)
{
    hash = (hash ^ lane) * 0xc4ceb9fe1a85ec53U;
    return hash ^ hash >> 32;
}

/* Of four lanes that have all their words; length: octets in all. */
static inline uint64_t daps_digest_join(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t length)
{
    uint64_t hash = daps_digest_mix(length * 0x9e3779b97f4a7c15U, a);

    hash = daps_digest_mix(daps_digest_mix(daps_digest_mix(hash, b), c), d);
    return hash != 0 ? hash : 1;
}

/* length: octets in all. */
static inline uint64_t daps_digest_end(const struct daps_digest_state *state, uint64_t length)
{
    return daps_digest_join(state->lanes[0], state->lanes[1], state->lanes[2], state->lanes[3], length);
}

/* Of four words; what their length is does not matter. */
static inline uint64_t daps_digest_four(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return daps_digest_join(daps_digest_lane(DAPS_DIGEST_LANE_0, a), daps_digest_lane(DAPS_DIGEST_LANE_1, b),
                            daps_digest_lane(DAPS_DIGEST_LANE_2, c), daps_digest_lane(DAPS_DIGEST_LANE_3, d), 0);
}

/* Of octets[0..length). */
uint64_t daps_digest(const uint8_t *octets, size_t length);

#endif
