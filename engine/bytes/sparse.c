/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/sparse.h"

#include <glib.h>
#include <string.h>

#define WORD  8U
#define GROUP 8U /* words */

/* Its first octet is the lowest one. */
static uint64_t word_at(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, WORD);
    return GUINT64_FROM_LE(word);
}

static size_t write_word(uint64_t word, uint8_t *out)
{
    unsigned which = 0;
    size_t n = 1;

    while (word != 0) {
        const unsigned i = (unsigned)__builtin_ctzll(word) / 8;
        which |= 1U << i;
        out[n++] = (uint8_t)(word >> 8 * i);
        word &= ~(UINT64_C(0xff) << 8 * i);
    }
    out[0] = (uint8_t)which;
    return n;
}

size_t sparse_write(const void *from, size_t octets, uint8_t *out)
{
    const uint8_t *at = from;
    size_t n = 0;

    for (size_t left = octets / WORD; left > 0;) {
        const size_t group = left < GROUP ? left : GROUP;
        unsigned which = 0;
        for (size_t i = 0; i < group; i++)
            which |= (unsigned)(word_at(at + i * WORD) != 0) << i;
        out[n++] = (uint8_t)which;
        for (; which != 0; which &= which - 1)
            n += write_word(word_at(at + (size_t)__builtin_ctz(which) * WORD), out + n);
        at += group * WORD;
        left -= group;
    }
    return n;
}

static size_t read_word(uint8_t *word, const uint8_t *from)
{
    size_t n = 1;

    for (unsigned which = from[0]; which != 0; which &= which - 1)
        word[__builtin_ctz(which)] = from[n++];
    return n;
}

size_t sparse_read(void *to, size_t octets, const uint8_t *from)
{
    uint8_t *at = to;
    size_t n = 0;

    memset(to, 0, octets);
    for (size_t left = octets / WORD; left > 0;) {
        const size_t group = left < GROUP ? left : GROUP;
        for (unsigned which = from[n++]; which != 0; which &= which - 1)
            n += read_word(at + (size_t)__builtin_ctz(which) * WORD, from + n);
        at += group * WORD;
        left -= group;
    }
    return n;
}
