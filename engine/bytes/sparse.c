/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/sparse.h"

#include <stdbool.h>
#include <string.h>

#define WORD 8U

static bool is_zero(const uint8_t *word)
{
    uint64_t value;

    memcpy(&value, word, WORD);
    return value == 0;
}

static size_t write_word(const uint8_t *word, uint8_t *out)
{
    size_t n = 1;

    out[0] = 0;
    for (unsigned i = 0; i < WORD; i++) {
        if (word[i] == 0)
            continue;
        out[0] |= (uint8_t)(1U << i);
        out[n++] = word[i];
    }
    return n;
}

size_t sparse_write(const void *from, size_t octets, uint8_t *out)
{
    const uint8_t *word = from;
    size_t n = 0;

    for (size_t left = octets / WORD; left > 0;) {
        const size_t group = left < 8 ? left : 8, which = n++;
        out[which] = 0;
        for (size_t i = 0; i < group; i++, word += WORD) {
            if (is_zero(word))
                continue;
            out[which] |= (uint8_t)(1U << i);
            n += write_word(word, out + n);
        }
        left -= group;
    }
    return n;
}

static size_t read_word(uint8_t *word, const uint8_t *from)
{
    size_t n = 1;

    for (unsigned i = 0; i < WORD; i++) {
        if ((from[0] >> i & 1) != 0)
            word[i] = from[n++];
    }
    return n;
}

size_t sparse_read(void *to, size_t octets, const uint8_t *from)
{
    uint8_t *word = to;
    size_t n = 0;

    memset(to, 0, octets);
    for (size_t left = octets / WORD; left > 0;) {
        const size_t group = left < 8 ? left : 8, which = n++;
        for (size_t i = 0; i < group; i++, word += WORD) {
            if ((from[which] >> i & 1) != 0)
                n += read_word(word, from + n);
        }
        left -= group;
    }
    return n;
}
