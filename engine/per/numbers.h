/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lengths and numbers of packed encodings (ITU-T X.691 10.5 to 10.9), for the walk and for whoever joins fragments. In
 * a header because the walk spends its time here.
 *
 *   length        0nnnnnnn | 10nnnnnn nnnnnnnn | 11000mmm = m * 16K units, more follows   10.9.3
 *   small number  0nnnnnn | 1 length octets                                               10.6
 */
#ifndef DAPS_ENGINE_PER_NUMBERS_H
#define DAPS_ENGINE_PER_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/bits.h"

#define PER_FRAGMENT 16384U

/* X.691 10.9.3.5 to 10.9.3.8; *more: this was a fragment and another length follows. */
static inline uint32_t per_length(struct daps_bits *bits, bool aligned, bool *more)
{
    uint32_t first;

    if (aligned)
        daps_bits_align(bits);
    *more = false;
    first = daps_bits_take(bits, 8);
    if (first < 0x80)
        return first;
    if (first < 0xC0)
        return (first & 0x3F) << 8 | daps_bits_take(bits, 8);
    if ((first & 0x3F) < 1 || (first & 0x3F) > 4) {
        daps_bits_fail(bits, "impossible length");
        return 0;
    }
    *more = true;
    return (first & 0x3F) * PER_FRAGMENT;
}

/* A length that must be whole because what follows is read in place. */
static inline uint32_t per_whole_length(struct daps_bits *bits, bool aligned)
{
    bool more;
    uint32_t length = per_length(bits, aligned, &more);

    if (more)
        daps_bits_fail(bits, "contents in fragments");
    return length;
}

/* Steps over units of that many bits each, fragments included. */
static inline void per_skip_units(struct daps_bits *bits, bool aligned, unsigned unit)
{
    bool more;

    do {
        uint32_t n = per_length(bits, aligned, &more);
        daps_bits_skip(bits, (uint64_t)n * unit);
    } while (more && bits->error == NULL);
}

/* X.691 10.6: normally small non-negative number. */
static inline uint32_t per_small_number(struct daps_bits *bits, bool aligned)
{
    uint32_t octets;

    if (daps_bits_take(bits, 1) == 0)
        return daps_bits_take(bits, 6);
    octets = per_whole_length(bits, aligned);
    if (octets < 1 || octets > 4) {
        daps_bits_fail(bits, "impossible number");
        return 0;
    }
    return daps_bits_take(bits, octets * 8);
}

/* X.691 10.5.7, aligned: whole octets from 256 values on, counted ones beyond 65536. */
static __attribute__((noinline)) uint64_t per_constrained_aligned(struct daps_bits *bits, unsigned width,
                                                                  uint64_t range)
{
    const unsigned most = (width + 7) / 8;
    unsigned octets, count_bits = 0;

    if (range < 255)
        return daps_bits_take64(bits, width);
    if (range < 65536) {
        daps_bits_align(bits);
        return daps_bits_take(bits, most * 8);
    }
    while ((1U << count_bits) < most)
        count_bits++;
    octets = daps_bits_take(bits, count_bits) + 1;
    daps_bits_align(bits);
    return octets <= MIN(most, 8) ? daps_bits_take64(bits, octets * 8) : UINT64_MAX;
}

/* A number in 0..range, width bits wide in the unaligned variant. */
static inline __attribute__((always_inline)) uint64_t per_constrained(struct daps_bits *bits, bool aligned,
                                                                      unsigned width, uint64_t range)
{
    uint64_t value;

    if (aligned)
        value = per_constrained_aligned(bits, width, range);
    else
        value = width <= 32 ? daps_bits_take(bits, width) : daps_bits_take64(bits, width);
    if (value > range)
        daps_bits_fail(bits, "value out of range");
    return value;
}

/*
 * A number of as many octets as the length before it says. One beyond 64 bits is stepped over; that is an error only if
 * it is wanted.
 */
static inline uint64_t per_counted_number(struct daps_bits *bits, bool aligned, bool wanted, uint32_t *octets)
{
    *octets = per_whole_length(bits, aligned);
    if (*octets == 0)
        daps_bits_fail(bits, "impossible number");
    if (*octets <= 8)
        return daps_bits_take64(bits, *octets * 8);
    if (wanted)
        daps_bits_fail(bits, "number too large");
    daps_bits_skip(bits, (uint64_t)*octets * 8);
    return 0;
}

/* X.691 12.2.4: two's complement with a length. */
static inline int64_t per_unconstrained_integer(struct daps_bits *bits, bool aligned, bool wanted)
{
    uint32_t octets;
    uint64_t value = per_counted_number(bits, aligned, wanted, &octets);

    if (octets > 0 && octets < 8 && value >> (octets * 8 - 1) != 0)
        value |= UINT64_MAX << (octets * 8);
    return (int64_t)value;
}

#endif
