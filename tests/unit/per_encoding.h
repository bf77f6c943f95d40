/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodings written bit by bit, and what a walk makes of them as text, for the tests of the PER reader. */
#ifndef DAPS_TEST_PER_ENCODING_H
#define DAPS_TEST_PER_ENCODING_H

#include <check.h>
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "per/per.h"

struct encoding {
    uint8_t octets[150000];
    uint64_t bits;
};

/* Appends "0 101 1111": blanks do not count. */
static inline void add_bits(struct encoding *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        /* Not ck_assert: it writes to a pipe each time, and this runs for every bit. */
        if ((*text != '0' && *text != '1') || to->bits >= sizeof to->octets * 8)
            ck_abort_msg("no bits to add: %s", text);
        if ((to->bits & 7) == 0)
            to->octets[to->bits >> 3] = 0;
        to->octets[to->bits >> 3] |= (uint8_t)((*text - '0') << (7 - (to->bits & 7)));
        to->bits++;
    }
}

static inline void add_number(struct encoding *to, uint64_t value, unsigned bits)
{
    for (unsigned i = bits; i-- > 0;)
        add_bits(to, (value >> i & 1) != 0 ? "1" : "0");
}

/* n octets 0, 1, ... 255, 0, ... */
static inline void add_octets(struct encoding *to, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        add_number(to, i & 0xFF, 8);
}

struct hits {
    GString *text;
    unsigned stop_after; /* 0: never */
    unsigned n;
};

static inline bool note_hit(void *user, const struct per_hit *hit)
{
    struct hits *hits = user;

    g_string_append_printf(hits->text, "%s%u=%" PRId64 "@%" PRIu64 "%s", hits->n > 0 ? " " : "", hit->field, hit->value,
                           hit->bit, hit->fragmented ? "f" : "");
    return ++hits->n != hits->stop_after;
}

/*
 * Walks type `root` over bits [start, end) of a block that ends where the last octet of these bits does. Gives
 * "field=value@bit ...", then "; reason@position" if it failed.
 */
static inline char *walked(const struct per_table *table, uint32_t root, const struct encoding *encoding,
                           uint64_t start, uint64_t end)
{
    size_t length = (size_t)(end + 7) / 8;
    uint8_t *octets = malloc(length > 0 ? length : 1);
    struct hits hits = {g_string_new(NULL), 0, 0};
    struct daps_bits bits = daps_bits_of(octets, length);

    memcpy(octets, encoding->octets, length);
    bits.position = start;
    bits.limit = end;
    if (per_walk(table, root, &bits, note_hit, &hits))
        ck_assert_ptr_null(bits.error);
    else
        g_string_append_printf(hits.text, "; %s@%" PRIu64, bits.error, bits.position);
    ck_assert_uint_le(bits.position, end);
    free(octets);
    return g_string_free(hits.text, FALSE);
}

static inline void must_walk(const struct per_table *table, uint32_t root, const char *bits, const char *expected)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    char *found;

    add_bits(encoding, bits);
    found = walked(table, root, encoding, 0, encoding->bits);
    ck_assert_str_eq(found, expected);
    g_free(found);
    g_free(encoding);
}

/* Cut anywhere, an encoding whose last bit is wanted is an error at or before the cut, and what was read stays right.
 */
static inline void must_fail_when_cut(const struct per_table *table, uint32_t root, const char *bits)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    char *whole;

    add_bits(encoding, bits);
    whole = walked(table, root, encoding, 0, encoding->bits);
    ck_assert_ptr_null(strchr(whole, ';'));
    for (uint64_t end = 0; end < encoding->bits; end++) {
        char *cut = walked(table, root, encoding, 0, end), *error = strchr(cut, ';');
        ck_assert_msg(error != NULL, "cut to %" PRIu64 " bits: %s", end, cut);
        ck_assert(g_str_has_prefix(error, "; message ends too early@"));
        *error = '\0';
        ck_assert_msg(g_str_has_prefix(whole, cut), "cut to %" PRIu64 " bits: %s", end, cut);
        g_free(cut);
    }
    g_free(whole);
    g_free(encoding);
}

#define WANTED_IF(number) ((number) != 0 ? PER_WANTED : 0)

/* Rows as the generator writes them; f: field, 0 for none. */
#define SKIP_ROW(n)                                                                                                    \
    {                                                                                                                  \
        .kind = PER_SKIP, .bits = (n)                                                                                  \
    }
#define BOOLEAN_ROW(f)                                                                                                 \
    {                                                                                                                  \
        .kind = PER_BOOLEAN, .flags = WANTED_IF(f), .field = (f)                                                       \
    }
#define NULL_ROW(f)                                                                                                    \
    {                                                                                                                  \
        .kind = PER_NULL, .flags = WANTED_IF(f), .field = (f)                                                          \
    }
#define INTEGER_ROW(f, b, r, l, more)                                                                                  \
    {                                                                                                                  \
        .kind = PER_INTEGER, .flags = WANTED_IF(f) | (more), .field = (f), .bits = (b), .range = (r), .lower = (l)     \
    }
#define ENUMERATED_ROW(f, b, r, more)                                                                                  \
    {                                                                                                                  \
        .kind = PER_ENUMERATED, .flags = WANTED_IF(f) | (more), .field = (f), .bits = (b), .range = (r)                \
    }
#define STRING_ROW(k, u, f, b, r, l, more)                                                                             \
    {                                                                                                                  \
        .kind = (k), .flags = WANTED_IF(f) | (more), .unit = (u), .field = (f), .bits = (b), .range = (r),             \
        .lower = (l)                                                                                                   \
    }

#endif
