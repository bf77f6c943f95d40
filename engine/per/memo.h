/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of encodings that were stepped over before.
 *
 * A part without wanted fields that comes again bit for bit (a measurement configuration repeated in every command,
 * say) has the same end, since an encoding shows its own end: comparing is much cheaper than reading.
 */
#ifndef DAPS_ENGINE_PER_MEMO_H
#define DAPS_ENGINE_PER_MEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bytes/bits.h"

#define PER_MEMO_ENTRIES 256
#define PER_MEMO_OCTETS  240

struct per_memo_entry {
    uint32_t type;                   /* row of the table */
    uint32_t bits;                   /* length of the part, 0: nothing here */
    uint8_t phase;                   /* bit within an octet where it begins */
    uint8_t octets[PER_MEMO_OCTETS]; /* the part, first and last octet cut to it */
};

/* All zero to begin with; belongs to one thread and one table. */
struct per_memo {
    struct per_memo_entry entries[PER_MEMO_ENTRIES];
};

/* Where a part of that type beginning at bits->position is kept if it is kept at all. */
static inline struct per_memo_entry *per_memo_entry(struct per_memo *memo, uint32_t type, const struct daps_bits *bits)
{
    struct daps_bits ahead = *bits;
    uint64_t left = ahead.limit - ahead.position;
    uint64_t hash = daps_bits_take64(&ahead, left < 64 ? (unsigned)left : 64);

    hash = (hash ^ type) * UINT64_C(0x9e3779b97f4a7c15);
    return &memo->entries[hash >> 32 & (PER_MEMO_ENTRIES - 1)];
}

/* What of the first and of the last octet belongs to a part of that many bits that begins at bit phase. */
static inline uint8_t per_memo_first_mask(unsigned phase)
{
    return (uint8_t)(0xFF >> phase);
}

static inline uint8_t per_memo_last_mask(unsigned phase, uint32_t bits)
{
    return (uint8_t)(0xFF << (7 - ((phase + bits - 1) & 7)));
}

/* Does what entry keeps stand at bits->position, as that type? Its end is then entry->bits further. */
static inline bool per_memo_matches(const struct per_memo_entry *entry, uint32_t type, const struct daps_bits *bits)
{
    const uint8_t *octets = bits->octets + (bits->position >> 3);
    const unsigned phase = (unsigned)(bits->position & 7);
    const uint32_t n = (phase + entry->bits + 7) / 8;

    if (entry->bits == 0 || entry->type != type || entry->phase != phase || entry->bits > bits->limit - bits->position)
        return false;
    if (n == 1)
        return entry->octets[0] == (octets[0] & per_memo_first_mask(phase) & per_memo_last_mask(phase, entry->bits));
    return entry->octets[0] == (octets[0] & per_memo_first_mask(phase)) &&
           entry->octets[n - 1] == (octets[n - 1] & per_memo_last_mask(phase, entry->bits)) &&
           memcmp(entry->octets + 1, octets + 1, n - 2) == 0;
}

/* Keeps the part of that type from bit start to bits->position, unless it is too long. */
static inline void per_memo_keep(struct per_memo_entry *entry, uint32_t type, uint64_t start,
                                 const struct daps_bits *bits)
{
    const unsigned phase = (unsigned)(start & 7);
    const uint64_t length = bits->position - start, n = (phase + length + 7) / 8;

    if (length == 0 || n > PER_MEMO_OCTETS || bits->error != NULL)
        return;
    entry->type = type;
    entry->bits = (uint32_t)length;
    entry->phase = (uint8_t)phase;
    memcpy(entry->octets, bits->octets + (start >> 3), n);
    entry->octets[0] &= per_memo_first_mask(phase);
    entry->octets[n - 1] &= per_memo_last_mask(phase, entry->bits);
}

#endif
