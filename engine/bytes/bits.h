/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bounded bit reader: the only place where a position is compared with an end.
 *
 * Bits are numbered from the most significant bit of octets[0]. A read beyond the limit gives 0, sets error once and
 * leaves the position where the missing bit would have been; every later read gives 0 as well.
 */
#ifndef DAPS_ENGINE_BITS_H
#define DAPS_ENGINE_BITS_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct daps_bits {
    const uint8_t *octets;
    uint64_t size;     /* bits that exist in octets, for loads; >= limit */
    uint64_t limit;    /* first bit that must not be read */
    uint64_t position; /* next bit */
    const char *error; /* static storage; NULL while all is well */
};

/* Reads octets[0..length). */
static inline struct daps_bits daps_bits_of(const uint8_t *octets, size_t length)
{
    struct daps_bits bits = {octets, (uint64_t)length * 8, (uint64_t)length * 8, 0, NULL};

    return bits;
}

static inline void daps_bits_fail(struct daps_bits *bits, const char *reason)
{
    if (bits->error == NULL)
        bits->error = reason;
}

/* Steps over n bits. */
static inline void daps_bits_skip(struct daps_bits *bits, uint64_t n)
{
    if (bits->error != NULL)
        return;
    if (n > bits->limit - bits->position) {
        bits->error = "message ends too early";
        return;
    }
    bits->position += n;
}

/* The next n bits, 0 to 32, as a number. */
static inline uint32_t daps_bits_take(struct daps_bits *bits, unsigned n)
{
    uint64_t window = 0, octet = bits->position >> 3;
    unsigned shift = (unsigned)(bits->position & 7);

    if (n == 0 || bits->error != NULL)
        return 0;
    if (n > bits->limit - bits->position) {
        bits->error = "message ends too early";
        return 0;
    }
    if (octet + 8 <= bits->size >> 3) {
        memcpy(&window, bits->octets + octet, 8);
        window = GUINT64_FROM_BE(window);
    } else {
        for (unsigned i = 0; i < 8; i++)
            window = window << 8 | (octet + i < bits->size >> 3 ? bits->octets[octet + i] : 0U);
    }
    bits->position += n;
    return (uint32_t)(window << shift >> (64 - n));
}

/* The next n bits, 0 to 64. */
static inline uint64_t daps_bits_take64(struct daps_bits *bits, unsigned n)
{
    uint64_t high = n > 32 ? daps_bits_take(bits, n - 32) : 0;

    return high << 32 | daps_bits_take(bits, n > 32 ? 32 : n);
}

/* To the next octet boundary, counted from octets[0] (X.691 10.2.4: aligned variant). */
static inline void daps_bits_align(struct daps_bits *bits)
{
    daps_bits_skip(bits, (8 - (bits->position & 7)) & 7);
}

#endif
