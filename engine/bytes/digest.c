/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contents to 64 bits. */
#include "bytes/digest.h"

#include <glib.h>
#include <string.h>

uint64_t daps_digest_end(const struct daps_digest_state *state, uint64_t length)
{
    uint64_t hash = length * 0x9e3779b97f4a7c15U;

    for (unsigned lane = 0; lane < DAPS_DIGEST_LANES; lane++) {
        hash = (hash ^ state->lanes[lane]) * 0xc4ceb9fe1a85ec53U;
        hash ^= hash >> 32;
    }
    return hash != 0 ? hash : 1;
}

static uint64_t word_at(const uint8_t *octets)
{
    uint64_t word;

    memcpy(&word, octets, sizeof word);
    return GUINT64_FROM_BE(word);
}

/* Four words a step while there are four: then no lane waits for another. */
uint64_t daps_digest(const uint8_t *octets, size_t length)
{
    struct daps_digest_state state = daps_digest_start();
    const size_t stride = (size_t)8 * DAPS_DIGEST_LANES;
    uint8_t last[8] = {0};
    size_t i = 0;

    for (; i + stride <= length; i += stride) {
        for (unsigned lane = 0; lane < DAPS_DIGEST_LANES; lane++)
            daps_digest_word(&state, word_at(octets + i + 8 * (size_t)lane));
    }
    for (; i + 8 <= length; i += 8)
        daps_digest_word(&state, word_at(octets + i));
    if (i < length) {
        memcpy(last, octets + i, length - i);
        daps_digest_word(&state, word_at(last));
    }
    return daps_digest_end(&state, length);
}
