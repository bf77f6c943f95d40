/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PER reader on single values: every primitive encoding of ITU-T X.691 that the tables know, unaligned and aligned,
 * at the edges of its ranges and cut at every bit. Encodings are written by hand from the clauses.
 */
#include "per_encoding.h"

#define EXTENSIBLE PER_EXTENSIBLE

enum { /* index in types */
       BOOL,
       NOTHING,
       INT_3_6,
       INT_0_2,
       INT_ONE,
       INT_NEGATIVE,
       INT_BYTE,
       INT_257,
       INT_64K,
       INT_64K_PLUS,
       INT_32_BITS,
       INT_40_BITS,
       INT_64_BITS,
       INT_EXTENSIBLE,
       INT_FREE,
       INT_FROM_5,
       ENUM_3,
       ENUM_EXTENSIBLE,
       N_NUMBERS
};

static const struct per_type numbers[] = {
    [BOOL] = BOOLEAN_ROW(1),
    [NOTHING] = NULL_ROW(1),
    [INT_3_6] = INTEGER_ROW(1, 2, 3, 3, 0),
    [INT_0_2] = INTEGER_ROW(1, 2, 2, 0, 0),
    [INT_ONE] = INTEGER_ROW(1, 0, 0, 7, 0),
    [INT_NEGATIVE] = INTEGER_ROW(1, 8, 255, -128, 0),
    [INT_BYTE] = INTEGER_ROW(1, 8, 255, 0, 0),
    [INT_257] = INTEGER_ROW(1, 9, 256, 0, 0),
    [INT_64K] = INTEGER_ROW(1, 16, 65535, 0, 0),
    [INT_64K_PLUS] = INTEGER_ROW(1, 17, 65536, 0, 0),
    [INT_32_BITS] = INTEGER_ROW(1, 32, UINT32_MAX, 0, 0),
    [INT_40_BITS] = INTEGER_ROW(1, 40, UINT64_C(0xFFFFFFFFFF), 0, 0),
    [INT_64_BITS] = INTEGER_ROW(1, 64, UINT64_MAX, INT64_MIN, 0),
    [INT_EXTENSIBLE] = INTEGER_ROW(1, 3, 7, 0, EXTENSIBLE),
    [INT_FREE] = INTEGER_ROW(1, PER_UNCONSTRAINED, 0, 0, 0),
    [INT_FROM_5] = INTEGER_ROW(1, PER_SEMI_CONSTRAINED, 0, 5, 0),
    [ENUM_3] = ENUMERATED_ROW(1, 2, 2, 0),
    [ENUM_EXTENSIBLE] = ENUMERATED_ROW(1, 2, 3, EXTENSIBLE),
};

static const struct per_component no_components[] = {{0, 0, false}};
static const struct per_table unaligned = {numbers, no_components, false, NULL, NULL};
static const struct per_table aligned = {numbers, no_components, true, NULL, NULL};

struct sample {
    unsigned type;
    const char *bits, *expected;
};

static const struct sample unaligned_numbers[] = {
    {BOOL, "1", "1=1@1"},
    {BOOL, "0", "1=0@1"},
    {NOTHING, "", "1=0@0"},
    /* 10.5.6: offset from the lower bound in the fewest bits that hold the range */
    {INT_3_6, "00", "1=3@2"},
    {INT_3_6, "11", "1=6@2"},
    {INT_0_2, "10", "1=2@2"},
    {INT_0_2, "11", "; value out of range@2"},
    {INT_ONE, "", "1=7@0"},
    {INT_NEGATIVE, "00000000", "1=-128@8"},
    {INT_NEGATIVE, "11111111", "1=127@8"},
    {INT_BYTE, "10000001", "1=129@8"},
    {INT_257, "1 00000000", "1=256@9"},
    {INT_257, "1 00000001", "; value out of range@9"},
    {INT_64K, "11111111 11111111", "1=65535@16"},
    {INT_64K_PLUS, "1 00000000 00000000", "1=65536@17"},
    {INT_64K_PLUS, "1 00000000 00000001", "; value out of range@17"},
    {INT_32_BITS, "11111111 11111111 11111111 11111111", "1=4294967295@32"},
    {INT_40_BITS, "10000000 00000000 00000000 00000000 00000001", "1=549755813889@40"},
    {INT_64_BITS, "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000",
     "1=-9223372036854775808@64"},
    {INT_64_BITS, "11111111 11111111 11111111 11111111 11111111 11111111 11111111 11111111",
     "1=9223372036854775807@64"},
    /* 12.1: extension bit, then as if there were no constraint */
    {INT_EXTENSIBLE, "0 101", "1=5@4"},
    {INT_EXTENSIBLE, "1 00000001 00001001", "1=9@17"},
    {INT_EXTENSIBLE, "1 00000001 11111111", "1=-1@17"},
    /* 12.2.4: two's complement behind its length */
    {INT_FREE, "00000001 00000000", "1=0@16"},
    {INT_FREE, "00000001 01111111", "1=127@16"},
    {INT_FREE, "00000010 00000000 10000000", "1=128@24"},
    {INT_FREE, "00000010 11111111 01111111", "1=-129@24"},
    {INT_FREE, "00001000 10000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000",
     "1=-9223372036854775808@72"},
    {INT_FREE, "00000000", "; impossible number@8"},
    {INT_FREE, "00001001 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000",
     "; number too large@8"},
    /* 12.2.3: offset behind its length */
    {INT_FROM_5, "00000001 00000000", "1=5@16"},
    {INT_FROM_5, "00000010 00000001 00000000", "1=261@24"},
    {INT_FROM_5, "00000000", "; impossible number@8"},
    /* 13: index; extension values as a normally small number behind the known ones */
    {ENUM_3, "10", "1=2@2"},
    {ENUM_3, "11", "; value out of range@2"},
    {ENUM_EXTENSIBLE, "0 11", "1=3@3"},
    {ENUM_EXTENSIBLE, "1 0 000000", "1=4@8"},
    {ENUM_EXTENSIBLE, "1 0 111111", "1=67@8"},
    {ENUM_EXTENSIBLE, "1 1 00000001 01000000", "1=68@18"},
    {ENUM_EXTENSIBLE, "1 1 00000010 00000001 00000000", "1=260@26"},
    {ENUM_EXTENSIBLE, "1 1 00000101 00000001 00000000 00000000 00000000 00000000", "; impossible number@10"},
    {ENUM_EXTENSIBLE, "1 1 00000000", "; impossible number@10"},
};

START_TEST(unaligned_number)
{
    const struct sample *sample = &unaligned_numbers[_i];

    must_walk(&unaligned, sample->type, sample->bits, sample->expected);
    if (strchr(sample->expected, ';') == NULL)
        must_fail_when_cut(&unaligned, sample->type, sample->bits);
}
END_TEST

static const struct sample aligned_numbers[] = {
    /* 10.5.7.1: up to 255 values a bit field, not aligned */
    {INT_3_6, "11", "1=6@2"},
    {INT_0_2, "11", "; value out of range@2"},
    {INT_ONE, "", "1=7@0"},
    /* 10.5.7.2, 10.5.7.3: an octet for 256 values, two octets up to 64K */
    {INT_BYTE, "11111110", "1=254@8"},
    {INT_NEGATIVE, "00000000", "1=-128@8"},
    {INT_257, "00000001 00000000", "1=256@16"},
    {INT_257, "00000001 00000001", "; value out of range@16"},
    {INT_64K, "11111111 11111111", "1=65535@16"},
    /* 10.5.7.4: beyond, number of octets less one as a bit field, then that many octets */
    {INT_64K_PLUS, "00 000000 00000111", "1=7@16"},
    {INT_64K_PLUS, "10 000000 00000001 00000000 00000000", "1=65536@32"},
    {INT_64K_PLUS, "10 000000 00000001 00000000 00000001", "; value out of range@32"},
    {INT_32_BITS, "00 000000 00000001", "1=1@16"},
    {INT_32_BITS, "01 000000 10000000 00000001", "1=32769@24"},
    {INT_32_BITS, "11 000000 11111111 11111111 11111111 11111111", "1=4294967295@40"},
    {INT_40_BITS, "100 00000 11111111 11111111 11111111 11111111 11111111", "1=1099511627775@48"},
    {INT_40_BITS, "110 00000 00000000 00000000 00000000 00000000 00000000 00000000 00000000", "; value out of range@8"},
    {INT_64_BITS, "111 00000 11111111 11111111 11111111 11111111 11111111 11111111 11111111 11111111",
     "1=9223372036854775807@72"},
    /* lengths and unconstrained numbers are aligned, extension bits and small numbers are not */
    {INT_EXTENSIBLE, "0 101", "1=5@4"},
    {INT_EXTENSIBLE, "1 0000000 00000001 00001001", "1=9@24"},
    {INT_FREE, "00000010 11111111 01111111", "1=-129@24"},
    {INT_FROM_5, "00000001 00000011", "1=8@16"},
    {ENUM_EXTENSIBLE, "1 0 000011", "1=7@8"},
    {ENUM_EXTENSIBLE, "1 1 000000 00000001 01000000", "1=68@24"},
};

START_TEST(aligned_number)
{
    const struct sample *sample = &aligned_numbers[_i];

    must_walk(&aligned, sample->type, sample->bits, sample->expected);
    if (strchr(sample->expected, ';') == NULL)
        must_fail_when_cut(&aligned, sample->type, sample->bits);
}
END_TEST

/* Unaligned encodings say the same wherever in an octet they begin. */
START_TEST(any_phase)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    const struct sample *sample = &unaligned_numbers[_i];

    for (unsigned phase = 1; phase < 8; phase++) {
        char *moved, *there;
        encoding->bits = 0;
        add_bits(encoding, &"1111111"[7 - phase]);
        add_bits(encoding, sample->bits);
        moved = walked(&unaligned, sample->type, encoding, phase, encoding->bits);
        there = strchr(moved, '@');
        ck_assert_ptr_nonnull(there);
        ck_assert_uint_eq(strtoul(there + 1, NULL, 10), strtoul(strchr(sample->expected, '@') + 1, NULL, 10) + phase);
        ck_assert_int_eq(strncmp(moved, sample->expected, (size_t)(there - moved)), 0);
        g_free(moved);
    }
    g_free(encoding);
}
END_TEST

enum {
    BITS_4,
    BITS_16,
    BITS_17,
    BITS_1_6,
    BITS_FREE,
    BITS_EXTENSIBLE,
    OCTETS_1,
    OCTETS_2,
    OCTETS_3,
    OCTETS_0_3,
    OCTETS_FREE,
    OCTETS_300,
    OCTETS_EXTENSIBLE,
    PRINTABLE_7,
    PRINTABLE_8,
    CHARACTERS_1_2,
    CHARACTERS_2,
    N_STRINGS
};

static const struct per_type strings[] = {
    [BITS_4] = STRING_ROW(PER_BIT_STRING, 1, 1, 0, 0, 4, 0),
    [BITS_16] = STRING_ROW(PER_BIT_STRING, 1, 1, 0, 0, 16, 0),
    [BITS_17] = STRING_ROW(PER_BIT_STRING, 1, 1, 0, 0, 17, 0),
    [BITS_1_6] = STRING_ROW(PER_BIT_STRING, 1, 1, 3, 5, 1, 0),
    [BITS_FREE] = STRING_ROW(PER_BIT_STRING, 1, 1, PER_UNCONSTRAINED, 0, 0, 0),
    [BITS_EXTENSIBLE] = STRING_ROW(PER_BIT_STRING, 1, 1, 0, 0, 4, EXTENSIBLE),
    [OCTETS_1] = STRING_ROW(PER_OCTET_STRING, 8, 1, 0, 0, 1, 0),
    [OCTETS_2] = STRING_ROW(PER_OCTET_STRING, 8, 1, 0, 0, 2, 0),
    [OCTETS_3] = STRING_ROW(PER_OCTET_STRING, 8, 1, 0, 0, 3, 0),
    [OCTETS_0_3] = STRING_ROW(PER_OCTET_STRING, 8, 1, 2, 3, 0, 0),
    [OCTETS_FREE] = STRING_ROW(PER_OCTET_STRING, 8, 1, PER_UNCONSTRAINED, 0, 0, 0),
    [OCTETS_300] = STRING_ROW(PER_OCTET_STRING, 8, 1, 9, 299, 1, 0),
    [OCTETS_EXTENSIBLE] = STRING_ROW(PER_OCTET_STRING, 8, 1, 1, 1, 1, EXTENSIBLE),
    [PRINTABLE_7] = STRING_ROW(PER_STRING, 7, 1, 3, 7, 1, 0),
    [PRINTABLE_8] = STRING_ROW(PER_STRING, 8, 1, 8, 149, 1, EXTENSIBLE),
    [CHARACTERS_1_2] = STRING_ROW(PER_STRING, 8, 1, 1, 1, 1, 0),
    [CHARACTERS_2] = STRING_ROW(PER_STRING, 8, 1, 0, 0, 2, 0),
};

static const struct per_table unaligned_strings_table = {strings, no_components, false, NULL, NULL};
static const struct per_table aligned_strings_table = {strings, no_components, true, NULL, NULL};

static const struct sample unaligned_strings[] = {
    {BITS_4, "1010", "1=4@0"},
    {BITS_17, "10101010 10101010 1", "1=17@0"},
    {BITS_1_6, "000 1", "1=1@3"},
    {BITS_1_6, "101 111111", "1=6@3"},
    {BITS_1_6, "110 1111111", "; value out of range@3"},
    {BITS_FREE, "00000011 101", "1=3@8"},
    {BITS_EXTENSIBLE, "0 1010", "1=4@1"},
    {BITS_EXTENSIBLE, "1 00000010 10", "1=2@9"},
    {OCTETS_2, "00000001 00000010", "1=2@0"},
    {OCTETS_0_3, "00", "1=0@2"},
    {OCTETS_0_3, "01 11111111", "1=1@2"},
    {OCTETS_FREE, "00000000", "1=0@8"},
    {OCTETS_FREE, "00000010 11111111 00000000", "1=2@8"},
    {OCTETS_FREE, "10000000 00000001 11111111", "1=1@16"}, /* longer form than needed: its meaning is clear */
    {OCTETS_FREE, "11000000", "; impossible length@8"},
    {OCTETS_FREE, "11000101", "; impossible length@8"},
    {OCTETS_EXTENSIBLE, "0 1 11111111 11111111", "1=2@2"},
    {OCTETS_EXTENSIBLE, "1 00000011 11111111 11111111 11111111", "1=3@9"},
    {PRINTABLE_7, "001 1000001 1000010", "1=2@3"},
};

START_TEST(unaligned_string)
{
    const struct sample *sample = &unaligned_strings[_i];

    must_walk(&unaligned_strings_table, sample->type, sample->bits, sample->expected);
    if (strchr(sample->expected, ';') == NULL)
        must_fail_when_cut(&unaligned_strings_table, sample->type, sample->bits);
}
END_TEST

/* All begin at bit 1, so that it shows whether they are moved to an octet. */
static const struct sample aligned_strings[] = {
    /* 15.9, 15.10, 16.6, 16.7: fixed and up to 16 bits stays, fixed and longer moves */
    {BITS_4, "1 1010", "1=4@1"},
    {BITS_16, "1 11111111 11111111", "1=16@1"},
    {BITS_17, "1 0000000 11111111 11111111 1", "1=17@8"},
    {OCTETS_1, "1 11111111", "1=1@1"},
    {OCTETS_2, "1 11111111 11111111", "1=2@1"},
    {OCTETS_3, "1 0000000 11111111 11111111 11111111", "1=3@8"},
    /* 15.11, 16.8: behind a length it moves, unless there is nothing to move */
    {BITS_1_6, "1 000 0000 1", "1=1@8"},
    {OCTETS_0_3, "1 01 00000 11111111", "1=1@8"},
    {OCTETS_0_3, "1 00", "1=0@3"},
    {OCTETS_FREE, "1 0000000 00000001 11111111", "1=1@16"},
    {OCTETS_300, "1 0000000 00000000 00000001 11111111 11111111", "1=2@24"},
    {BITS_EXTENSIBLE, "1 0 1010", "1=4@2"},
    {BITS_EXTENSIBLE, "1 1 000000 00000010 10", "1=2@16"},
    {OCTETS_EXTENSIBLE, "1 1 000000 00000011 11111111 11111111 11111111", "1=3@16"},
    {PRINTABLE_8, "1 0 00000001 000000 01000001 01000010", "1=2@16"},
    /* 27.5.6, 27.5.7: of characters, fixed and 16 bits stays, up to 16 bits moves */
    {CHARACTERS_2, "1 01000001 01000010", "1=2@1"},
    {CHARACTERS_1_2, "1 1 000000 01000001 01000010", "1=2@8"},
};

START_TEST(aligned_string)
{
    const struct sample *sample = &aligned_strings[_i];
    struct encoding *encoding = g_new0(struct encoding, 1);
    char *found;

    add_bits(encoding, sample->bits);
    found = walked(&aligned_strings_table, sample->type, encoding, 1, encoding->bits);
    ck_assert_str_eq(found, sample->expected);
    g_free(found);
    found = walked(&aligned_strings_table, sample->type, encoding, 1, encoding->bits - 1);
    if (strstr(sample->expected, "=0@") == NULL)
        ck_assert_ptr_nonnull(strchr(found, ';'));
    g_free(found);
    g_free(encoding);
}
END_TEST

/* 10.9.3.6, 10.9.3.7: where a length changes its form. */
START_TEST(length_forms)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    static const unsigned lengths[] = {127, 128, 129, 255, 256, 16383};

    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        char *expected = g_strdup_printf("1=%u@%u", lengths[i], lengths[i] < 128 ? 8U : 16U), *found;
        encoding->bits = 0;
        if (lengths[i] < 128)
            add_number(encoding, lengths[i], 8);
        else
            add_number(encoding, 0x8000 | lengths[i], 16);
        add_octets(encoding, lengths[i]);
        found = walked(&unaligned_strings_table, OCTETS_FREE, encoding, 0, encoding->bits);
        ck_assert_str_eq(found, expected);
        g_free(found);
        found = walked(&unaligned_strings_table, OCTETS_FREE, encoding, 0, encoding->bits - 1);
        ck_assert(g_str_has_prefix(found, "; message ends too early@"));
        g_free(found);
        g_free(expected);
    }
    g_free(encoding);
}
END_TEST

/* 10.9.3.8: n octets in fragments of up to 64K, of which the last is below 16K, be it empty. Begins at bit `phase`. */
static void add_fragments(struct encoding *to, unsigned phase, unsigned n)
{
    unsigned at = 0;

    add_bits(to, &"0000000"[7 - phase]);
    while (n - at >= 16384) {
        unsigned units = MIN((n - at) / 16384, 4);
        add_number(to, 0xC0 | units, 8);
        for (unsigned i = 0; i < units * 16384; i++, at++)
            add_number(to, (uint8_t)(at * 7 + at / 251), 8);
    }
    if (n - at < 128)
        add_number(to, n - at, 8);
    else
        add_number(to, 0x8000 | (n - at), 16);
    for (; at < n; at++)
        add_number(to, (uint8_t)(at * 7 + at / 251), 8);
}

START_TEST(fragments)
{
    static const unsigned lengths[] = {16384,         16385, 16384 + 127, 16384 + 128,
                                       2 * 16384 - 1, 65536, 65537,       65536 + 20000};
    struct encoding *encoding = g_new0(struct encoding, 1);
    uint8_t *joined = g_malloc(100000);

    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        for (unsigned phase = 0; phase < 8; phase += 3) {
            struct daps_bits bits;
            char *found, *expected = g_strdup_printf("1=%u@%uf", lengths[i], phase);
            encoding->bits = 0;
            add_fragments(encoding, phase, lengths[i]);
            found = walked(&unaligned_strings_table, OCTETS_FREE, encoding, phase, encoding->bits);
            ck_assert_str_eq(found, expected);
            g_free(found);
            g_free(expected);

            bits = daps_bits_of(encoding->octets, (size_t)(encoding->bits + 7) / 8);
            bits.position = phase;
            ck_assert_uint_eq(per_gather(&unaligned_strings_table, &bits, joined, 100000), lengths[i]);
            for (unsigned at = 0; at < lengths[i]; at++) {
                if (joined[at] != (uint8_t)(at * 7 + at / 251))
                    ck_abort_msg("length %u phase %u: octet %u differs", lengths[i], phase, at);
            }
        }
    }
    g_free(joined);
    g_free(encoding);
}
END_TEST

START_TEST(fragments_cut_or_too_many)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    uint8_t *joined = g_malloc(20000);
    static const unsigned ends[] = {
        0, 4, 8, 100, 8 + 16384 * 8 - 1, 8 + 16384 * 8, 8 + 16384 * 8 + 7, 8 + 16384 * 8 + 9};
    struct daps_bits bits;

    add_fragments(encoding, 0, 16384 + 2);
    for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
        char *found = walked(&unaligned_strings_table, OCTETS_FREE, encoding, 0, ends[i]);
        ck_assert_msg(g_str_has_prefix(found, "; message ends too early@"), "%u: %s", ends[i], found);
        g_free(found);
        bits = daps_bits_of(encoding->octets, (size_t)(encoding->bits + 7) / 8);
        bits.limit = ends[i];
        ck_assert_uint_eq(per_gather(&unaligned_strings_table, &bits, joined, 20000), 0);
        ck_assert_ptr_nonnull(bits.error);
    }
    bits = daps_bits_of(encoding->octets, (size_t)(encoding->bits + 7) / 8);
    ck_assert_uint_eq(per_gather(&unaligned_strings_table, &bits, joined, 16385), 0);
    ck_assert_str_eq(bits.error, "contents too long");
    bits = daps_bits_of(encoding->octets, (size_t)(encoding->bits + 7) / 8);
    ck_assert_uint_eq(per_gather(&unaligned_strings_table, &bits, joined, 16386), 16386);
    g_free(joined);
    g_free(encoding);
}
END_TEST

/* The bit reader itself: after an error nothing moves and nothing but zero comes. */
START_TEST(sticky_error)
{
    static const uint8_t octets[] = {0xFF, 0xFF, 0xFF};
    struct daps_bits bits = daps_bits_of(octets, sizeof octets);

    ck_assert_uint_eq(daps_bits_take(&bits, 20), 0xFFFFF);
    ck_assert_uint_eq(daps_bits_take(&bits, 5), 0);
    ck_assert_str_eq(bits.error, "message ends too early");
    ck_assert_uint_eq(bits.position, 20);
    ck_assert_uint_eq(daps_bits_take(&bits, 1), 0);
    ck_assert_uint_eq(daps_bits_take64(&bits, 4), 0);
    daps_bits_skip(&bits, 1);
    daps_bits_align(&bits);
    daps_bits_fail(&bits, "another");
    ck_assert_str_eq(bits.error, "message ends too early");
    ck_assert_uint_eq(bits.position, 20);

    bits = daps_bits_of(octets, sizeof octets);
    bits.position = 23;
    daps_bits_align(&bits);
    ck_assert_uint_eq(bits.position, 24);
    daps_bits_skip(&bits, UINT64_MAX);
    ck_assert_ptr_nonnull(bits.error);
    ck_assert_uint_eq(bits.position, 24);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("per-values");
    TCase *tc = tcase_create("values");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, unaligned_number, 0, G_N_ELEMENTS(unaligned_numbers));
    tcase_add_loop_test(tc, any_phase, 0, G_N_ELEMENTS(unaligned_numbers));
    tcase_add_loop_test(tc, aligned_number, 0, G_N_ELEMENTS(aligned_numbers));
    tcase_add_loop_test(tc, unaligned_string, 0, G_N_ELEMENTS(unaligned_strings));
    tcase_add_loop_test(tc, aligned_string, 0, G_N_ELEMENTS(aligned_strings));
    tcase_add_test(tc, length_forms);
    tcase_add_test(tc, fragments);
    tcase_add_test(tc, fragments_cut_or_too_many);
    tcase_add_test(tc, sticky_error);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
