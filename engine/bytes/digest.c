/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contents to 64 bits. */
#include "bytes/digest.h"

#include <glib.h>
#include <string.h>

static inline uint64_t word_at(const uint8_t *octets)
{
    uint64_t word;

    memcpy(&word, octets, sizeof word);
    return GUINT64_FROM_BE(word);
}

/* The last octets, 1 to 7 of them behind at, padded: from the eight that end with them if there are as many. */
static inline uint64_t last_word(const uint8_t *octets, size_t length, size_t at)
{
    uint8_t last[8] = {0};

    if (length >= 8)
        return word_at(octets + length - 8) << (64 - 8 * (length - at));
    memcpy(last, octets + at, length - at);
    return word_at(last);
}

/*
 * Four words a step while there are four, then no lane waits for another. Lanes are named, not numbered, so that they
 * stay in registers; what follows is what daps_digest_word() does with one word after the other.
 */
uint64_t daps_digest(const uint8_t *octets, size_t length)
{
    struct daps_digest_state state = daps_digest_start();
    uint64_t a = state.lanes[0], b = state.lanes[1], c = state.lanes[2], d = state.lanes[3], last;
    size_t at = 0, left;

    for (; at + 32 <= length; at += 32) {
        a = daps_digest_lane(a, word_at(octets + at));
        b = daps_digest_lane(b, word_at(octets + at + 8));
        c = daps_digest_lane(c, word_at(octets + at + 16));
        d = daps_digest_lane(d, word_at(octets + at + 24));
    }
    left = length - at;
    last = left % 8 > 0 ? last_word(octets, length, at + left / 8 * 8) : 0;
    if (left >= 8)
        a = daps_digest_lane(a, word_at(octets + at));
    else if (left > 0)
        a = daps_digest_lane(a, last);
    if (left >= 16)
        b = daps_digest_lane(b, word_at(octets + at + 8));
    else if (left > 8)
        b = daps_digest_lane(b, last);
    if (left >= 24)
        c = daps_digest_lane(c, word_at(octets + at + 16));
    else if (left > 16)
        c = daps_digest_lane(c, last);
    if (left > 24)
        d = daps_digest_lane(d, last);
    return daps_digest_end(&(struct daps_digest_state){{a, b, c, d}, 0}, length);
}
