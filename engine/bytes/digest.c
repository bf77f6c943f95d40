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

/* n octets, 1 to 7, padded: by two loads that overlap, so that none is beyond them. */
static inline uint64_t short_word(const uint8_t *octets, size_t n)
{
    uint32_t first, end;
    uint16_t two, end_two;

    if (n >= 4) {
        memcpy(&first, octets, sizeof first);
        memcpy(&end, octets + n - sizeof end, sizeof end);
        return (uint64_t)GUINT32_FROM_BE(first) << 32 | (uint64_t)GUINT32_FROM_BE(end) << (64 - 8 * n);
    }
    if (n < 2)
        return (uint64_t)octets[0] << 56;
    memcpy(&two, octets, sizeof two);
    memcpy(&end_two, octets + n - sizeof end_two, sizeof end_two);
    return (uint64_t)GUINT16_FROM_BE(two) << 48 | (uint64_t)GUINT16_FROM_BE(end_two) << (64 - 8 * n);
}

/* The last octets, n of them, 1 to 7, padded: from the eight that end with them if there are as many. */
static inline uint64_t last_word(const uint8_t *octets, size_t length, size_t n)
{
    return length >= 8 ? word_at(octets + length - 8) << (64 - 8 * n) : short_word(octets, length);
}

/*
 * Four words a step while there are four, then no lane waits for another. Lanes are named, not numbered, so that they
 * stay in registers; what follows is what daps_digest_word() does with one word after the other.
 */
uint64_t daps_digest(const uint8_t *octets, size_t length)
{
    uint64_t a = DAPS_DIGEST_LANE_0, b = DAPS_DIGEST_LANE_1, c = DAPS_DIGEST_LANE_2, d = DAPS_DIGEST_LANE_3, last;
    size_t at = 0, left;

    for (; at + 32 <= length; at += 32) {
        a = daps_digest_lane(a, word_at(octets + at));
        b = daps_digest_lane(b, word_at(octets + at + 8));
        c = daps_digest_lane(c, word_at(octets + at + 16));
        d = daps_digest_lane(d, word_at(octets + at + 24));
    }
    left = length - at;
    last = left % 8 > 0 ? last_word(octets, length, left % 8) : 0;
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
    return daps_digest_join(a, b, c, d, length);
}
