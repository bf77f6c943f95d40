/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one bounded reader of this room: octets that are left, and a sticky mark once more was asked for than there
 * was. After that every read gives 0 or nothing, so a parser may read a whole header and look at the mark once.
 */
#ifndef DAPS_FRAMING_OCTETS_H
#define DAPS_FRAMING_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct octets {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static inline struct octets octets_of(const uint8_t *data, size_t length)
{
    return (struct octets){.at = data, .left = length, .bad = false};
}

/* Takes n octets off the front; too few left: takes none and marks both readers. */
static inline struct octets octets_take(struct octets *from, size_t n)
{
    if (from->bad || n > from->left) {
        from->bad = true;
        from->left = 0;
        return (struct octets){.at = from->at, .left = 0, .bad = true};
    }
    struct octets taken = {.at = from->at, .left = n, .bad = false};
    from->at += n;
    from->left -= n;
    return taken;
}

static inline void octets_skip(struct octets *from, size_t n)
{
    (void)octets_take(from, n);
}

/* Forgets what is behind the first n octets; fewer than n left: no change. */
static inline void octets_trim(struct octets *from, size_t n)
{
    if (n < from->left)
        from->left = n;
}

static inline uint8_t octets_u8(struct octets *from)
{
    struct octets o = octets_take(from, 1);
    return o.bad ? 0 : o.at[0];
}

static inline uint16_t octets_u16(struct octets *from)
{
    struct octets o = octets_take(from, 2);
    if (o.bad)
        return 0;
    return (uint16_t)(o.at[0] << 8 | o.at[1]);
}

static inline uint32_t octets_u32(struct octets *from)
{
    struct octets o = octets_take(from, 4);
    return o.bad ? 0 : (uint32_t)o.at[0] << 24 | (uint32_t)o.at[1] << 16 | (uint32_t)o.at[2] << 8 | o.at[3];
}

static inline uint64_t octets_u64(struct octets *from)
{
    uint64_t high = octets_u32(from);
    return high << 32 | octets_u32(from);
}

static inline uint16_t octets_le16(struct octets *from)
{
    struct octets o = octets_take(from, 2);
    if (o.bad)
        return 0;
    return (uint16_t)(o.at[1] << 8 | o.at[0]);
}

static inline uint32_t octets_le32(struct octets *from)
{
    struct octets o = octets_take(from, 4);
    return o.bad ? 0 : (uint32_t)o.at[3] << 24 | (uint32_t)o.at[2] << 16 | (uint32_t)o.at[1] << 8 | o.at[0];
}

/* What the next read would give, without taking it; 0 if there is none. */
static inline uint8_t octets_peek(struct octets from)
{
    return octets_u8(&from);
}

static inline uint16_t octets_peek16(struct octets from)
{
    return octets_u16(&from);
}

#endif
