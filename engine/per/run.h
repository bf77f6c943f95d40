/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What generated walks (engine/per/generate/walker.py) are made of: the unaligned variant of ITU-T X.691, read without
 * asking at every step whether there was that much.
 *
 * A read beyond the limit gives what is there, or zeros behind the last octet, and only moves the position on: a walk
 * looks at the limit where that matters, before a hit, at the bounds of an open type, in a list and at the end. What
 * is impossible moves the position out of reach. So there is one sticky mark, position > limit, and no hit behind it.
 * Why a walk failed and where is then found by the tables (per_run_end).
 */
#ifndef DAPS_ENGINE_PER_RUN_H
#define DAPS_ENGINE_PER_RUN_H

#include "per/numbers.h"
#include "per/per.h"

#define PER_OUT_OF_REACH (UINT64_C(1) << 62)

struct per_run {
    const uint8_t *octets;
    uint64_t size; /* octets that exist, for loads */
    uint64_t position, limit;
    per_on_hit *on_hit;
    void *user;
    bool stopped; /* by on_hit */
};

static inline struct per_run per_run_of(const struct daps_bits *bits, per_on_hit *on_hit, void *user)
{
    return (struct per_run){bits->octets, bits->size >> 3, bits->position, bits->limit, on_hit, user, false};
}

/* After a generated walk of type root; bits as they were before it. Returns what per_walk() does. */
bool per_run_end(const struct per_run *run, const struct per_table *table, uint32_t root, struct daps_bits *bits);

static inline bool per_run_is_good(const struct per_run *run)
{
    return run->position <= run->limit;
}

static inline void per_run_fail(struct per_run *run)
{
    run->position = PER_OUT_OF_REACH;
}

/* A wanted field that ends here, or whose contents begin at bit; not told once something was wrong. */
void per_run_tell(struct per_run *run, uint16_t field, int64_t value);
void per_run_tell_at(struct per_run *run, uint16_t field, int64_t value, uint64_t bit);

/* Eight octets of which the last do not exist. */
uint64_t per_run_last_octets(const struct per_run *run, uint64_t octet);

/* The next n bits, 1 to 57. */
static inline __attribute__((always_inline)) uint64_t per_run_take(struct per_run *run, unsigned n)
{
    const uint64_t octet = run->position >> 3;
    const unsigned shift = (unsigned)(run->position & 7);
    uint64_t window;

    if (octet + 8 <= run->size) {
        memcpy(&window, run->octets + octet, 8);
        window = GUINT64_FROM_BE(window);
    } else {
        window = per_run_last_octets(run, octet);
    }
    run->position += n;
    return window << shift >> (64 - n);
}

/* A number in 0..range, n bits wide. */
static inline uint64_t per_run_number(struct per_run *run, unsigned n, uint64_t range)
{
    const uint64_t value = per_run_take(run, n);

    if (value > range)
        per_run_fail(run);
    return value;
}

/* X.691 10.9.3; *more: a fragment, and another length follows. */
static inline uint32_t per_run_length(struct per_run *run, bool *more)
{
    uint32_t first = (uint32_t)per_run_take(run, 8);

    *more = false;
    if (first < 0x80)
        return first;
    if (first < 0xC0)
        return (first & 0x3F) << 8 | (uint32_t)per_run_take(run, 8);
    if ((first & 0x3F) < 1 || (first & 0x3F) > 4) {
        per_run_fail(run);
        return 0;
    }
    *more = true;
    return (first & 0x3F) * PER_FRAGMENT;
}

static inline uint32_t per_run_whole_length(struct per_run *run)
{
    bool more;
    const uint32_t length = per_run_length(run, &more);

    if (more)
        per_run_fail(run);
    return length;
}

/* X.691 10.6 */
uint32_t per_run_small_number(struct per_run *run);

/* X.691 12.2.4, or without a sign 10.7; beyond 64 bits: an error if it is wanted, else 0. */
int64_t per_run_counted_integer(struct per_run *run, bool has_sign, bool wanted);

/* Over units of that many bits each behind a length, fragments included. */
void per_run_over_units(struct per_run *run, unsigned unit);

/* The same of a wanted string. */
void per_run_string(struct per_run *run, unsigned unit, uint16_t field);

/* An open type: its octets are a region of their own. False if it does not fit. */
static inline bool per_run_enter(struct per_run *run, struct per_run *outer)
{
    const uint64_t bits = (uint64_t)per_run_whole_length(run) * 8;

    *outer = *run;
    if (!per_run_is_good(run) || bits > run->limit - run->position) {
        per_run_fail(run);
        return false;
    }
    outer->position += bits;
    run->limit = outer->position;
    return true;
}

static inline void per_run_leave(struct per_run *run, const struct per_run *outer)
{
    run->position = per_run_is_good(run) ? outer->position : PER_OUT_OF_REACH;
    run->limit = outer->limit;
}

/* X.691 18.7 to 18.9: extension additions, each an open type. */
struct per_run_additions {
    uint64_t there; /* presence bits of the first 64, next one on top */
    uint32_t next, end;
};

void per_run_additions(struct per_run *run, struct per_run_additions *additions);

/* Number of the next addition that is there; -1: no more. */
int per_run_next_addition(struct per_run *run, struct per_run_additions *additions);

/* Over additions of which none is wanted. */
void per_run_over_additions(struct per_run *run);

#endif
