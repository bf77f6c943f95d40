/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PER reader on what is made of values: SEQUENCE with optional components and extension additions, CHOICE,
 * SEQUENCE OF, open types (ITU-T X.691 10.2, 18 to 22). Tables and encodings are written by hand.
 *
 *   Outer ::= SEQUENCE { inner Inner, z INTEGER (0..15) }
 *   Inner ::= SEQUENCE { a INTEGER (0..7) OPTIONAL, b BOOLEAN, c OCTET STRING OPTIONAL, ...,
 *                        d INTEGER (0..255), [[ e BOOLEAN OPTIONAL, f INTEGER (0..65535) ]] }
 */
#include "per_encoding.h"

enum { A = 1, B, C, D, E, F, Z, GROUP, ITEM, PICK };

enum {
    T_A,
    T_B,
    T_C,
    T_D,
    T_E,
    T_F,
    T_Z,
    T_GROUP,
    T_INNER,
    T_OUTER,
    T_STOP,
    T_SKIP_5,
    T_CHOICE,
    T_CHOICE_Z,
    T_LIST,
    T_LIST_EXTENSIBLE,
    T_LIST_SKIPPED,
    T_LIST_OF_LISTS,
    T_LISTS,
    T_TAIL_INNER,
    T_TAIL,
};

static const struct per_component outer_components[] = {
    /* 0: Inner */ {T_A, 0, true},
    {T_B, 0, false},
    {T_C, 0, true},
    /* 3: its additions */ {T_D, 0, false},
    {T_GROUP, 0, false},
    /* 5: the group */ {T_E, 0, true},
    {T_F, 0, false},
    /* 7: Outer */ {T_INNER, 0, false},
    {T_Z, 0, false},
    /* 9: CHOICE { a, skipped, stop, ..., d, group } */ {T_A, 0, false},
    {T_SKIP_5, 0, false},
    {T_B, 0, false},
    {T_D, 0, false},
    {T_STOP, 0, false},
    {T_GROUP, 0, false},
    /* 15: CHOICE then z */ {T_CHOICE, 0, false},
    {T_Z, 0, false},
    /* 17: lists then z */ {T_LIST, 0, false},
    {T_LIST_EXTENSIBLE, 0, false},
    {T_LIST_SKIPPED, 0, false},
    {T_LIST_OF_LISTS, 0, false},
    {T_Z, 0, false},
    /* 22: where the last wanted one is followed by others */ {T_A, 0, true},
    {T_D, 0, false},
    {T_C, 0, false},
    /* 25 */ {T_TAIL_INNER, 0, false},
    {T_C, 0, false},
};

static const struct per_type outer_types[] = {
    [T_A] = INTEGER_ROW(A, 3, 7, 0, 0),
    [T_B] = BOOLEAN_ROW(B),
    [T_C] = STRING_ROW(PER_OCTET_STRING, 8, 0, PER_UNCONSTRAINED, 0, 0, 0),
    [T_D] = INTEGER_ROW(D, 8, 255, 0, 0),
    [T_E] = BOOLEAN_ROW(E),
    [T_F] = INTEGER_ROW(F, 16, 65535, 0, 0),
    [T_Z] = INTEGER_ROW(Z, 4, 15, 0, 0),
    [T_GROUP] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .field = GROUP, .bits = 1, .first = 5, .n = 2, .n_tail = 2},
    [T_INNER] = {.kind = PER_SEQUENCE,
                 .flags = PER_EXTENSIBLE | PER_WANTED,
                 .bits = 2,
                 .first = 0,
                 .n = 3,
                 .n_tail = 2,
                 .ext_first = 3,
                 .ext_n = 2},
    [T_OUTER] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 7, .n = 2, .n_tail = 2},
    [T_STOP] = SKIP_ROW(0),
    [T_SKIP_5] = SKIP_ROW(5),
    [T_CHOICE] = {.kind = PER_CHOICE,
                  .flags = PER_EXTENSIBLE | PER_WANTED,
                  .field = PICK,
                  .bits = 2,
                  .first = 9,
                  .n = 3,
                  .n_tail = 3,
                  .ext_first = 12,
                  .ext_n = 3},
    [T_CHOICE_Z] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 15, .n = 2, .n_tail = 2},
    [T_LIST] = {.kind = PER_SEQUENCE_OF, .flags = PER_WANTED, .field = ITEM, .bits = 2, .range = 3, .first = T_A},
    [T_LIST_EXTENSIBLE] = {.kind = PER_SEQUENCE_OF,
                           .flags = PER_WANTED | PER_EXTENSIBLE,
                           .bits = 1,
                           .range = 1,
                           .lower = 1,
                           .first = T_B},
    [T_LIST_SKIPPED] = {.kind = PER_SEQUENCE_OF, .bits = PER_UNCONSTRAINED, .first = T_SKIP_5},
    [T_LIST_OF_LISTS] = {.kind = PER_SEQUENCE_OF, .flags = PER_WANTED, .bits = 1, .range = 1, .first = T_LIST},
    [T_LISTS] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 17, .n = 5, .n_tail = 5},
    [T_TAIL_INNER] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .bits = 1, .first = 22, .n = 3, .n_tail = 2},
    [T_TAIL] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 25, .n = 2, .n_tail = 1},
};

static const struct per_table outer_table = {outer_types, outer_components, false, NULL, NULL};

#define OCTET "11001010 "

struct sample {
    uint32_t root;
    const char *bits, *expected;
};

static const struct sample samples[] = {
    /* 18.1 to 18.4: extension bit, bitmap, components */
    {T_OUTER, "0 00  1  1010", "2=1@4 7=10@8"},
    {T_OUTER, "0 10  101 0  1010", "1=5@6 2=0@7 7=10@11"},
    {T_OUTER, "0 01  1 00000001 " OCTET "  0101", "2=1@4 7=5@24"},
    {T_OUTER, "0 11  111 1 00000000  0101", "1=7@6 2=1@7 7=5@19"},
    /* 18.7, 18.8: additions, each as an open type; d alone, none of them, d and the group */
    {T_OUTER, "1 00 1  0 000000 1  00000001 11111111  0101", "2=1@4 4=255@28 7=5@32"},
    {T_OUTER, "1 00 1  0 000001 00  0101", "2=1@4 7=5@17"},
    {T_OUTER, "1 00 1  0 000001 11  00000001 11111111  00000011 1 1 0000000000000010 000000  0101",
     "2=1@4 4=255@29 8=0@38 5=1@39 6=2@55 7=5@65"},
    {T_OUTER, "1 00 1  0 000001 01  00000011 0 0000000000000010 0000000  0101", "2=1@4 8=0@22 6=2@38 7=5@49"},
    /* an addition, or a group, that a later release made longer: what is left of it is stepped over */
    {T_OUTER, "1 00 1  0 000000 1  00000011 11111111 " OCTET OCTET "  0101", "2=1@4 4=255@28 7=5@48"},
    {T_OUTER, "1 00 1  0 000001 01  00000100 0 0000000000000010 1010101" OCTET "  0101", "2=1@4 8=0@22 6=2@38 7=5@57"},
    /* additions behind those that are known */
    {T_OUTER, "1 00 1  0 000011 0011  00000000  00000010" OCTET OCTET "  0101", "2=1@4 7=5@51"},
    {T_OUTER, "1 00 1  0 000011 1001  00000001 00000111  00000001" OCTET "  0101", "2=1@4 4=7@31 7=5@51"},
    /* an addition ends where its open type does, whatever follows */
    {T_OUTER, "1 00 1  0 000001 01  00000010 0 000000000000001  0 0000000 0101",
     "2=1@4 8=0@22; message ends too early@22"},
    {T_OUTER, "1 00 1  0 000000 1  00000000  11111111  0101", "2=1@4; message ends too early@20"},
    {T_OUTER, "1 00 1  0 000000 1  01111111  11111111  0101", "2=1@4; message ends too early@20"},
    {T_OUTER, "1 00 1  1 00000000", "2=1@4; impossible number of extension additions@13"},
    /* 22: the index, and for additions a normally small number and an open type */
    {T_CHOICE_Z, "0 00 101  1111", "10=0@3 1=5@6 7=15@10"},
    {T_CHOICE_Z, "0 01 11111  1111", "10=1@3 7=15@12"},
    {T_CHOICE_Z, "0 10 1  1111", "10=2@3 2=1@4 7=15@8"},
    {T_CHOICE_Z, "0 11 1  1111", "; value out of range@3"},
    {T_CHOICE_Z, "1 0 000000  00000010 00001111 " OCTET "  0001", "10=3@8 4=15@24 7=1@36"},
    {T_CHOICE_Z, "1 0 000001  00000001 " OCTET "  0001", "10=4@8 7=1@28"},
    {T_CHOICE_Z, "1 0 000010  00000011 1 1 00000000 00000001 000000  0001", "10=5@8 8=0@17 5=1@18 6=1@34 7=1@44"},
    {T_CHOICE_Z, "1 0 111111  00000001 " OCTET "  0001", "10=66@8 7=1@28"},
    {T_CHOICE_Z, "1 1 00000001 11111111  00000001 " OCTET "  0001", "10=258@18 7=1@38"},
    /* 19: counts, elements, elements of no interest, lists in lists */
    {T_LISTS, "00  0 0 1  00000000  0  0110", "9=0@2 2=1@5 7=6@18"},
    {T_LISTS, "11 001 010 011  0 1 1 0  00000011 11111 00000 11111  1 10 100 101  0110",
     "9=3@2 1=1@5 1=2@8 1=3@11 2=1@14 2=0@15 9=2@41 1=4@44 1=5@47 7=6@51"},
    {T_LISTS, "00  1 00000011 1 0 1  00000000  0  0110", "9=0@2 2=1@12 2=0@13 2=1@14 7=6@27"},
    {T_LISTS, "00  1 00000000  00000000  0  0110", "9=0@2 7=6@24"},
};

START_TEST(structure)
{
    must_walk(&outer_table, samples[_i].root, samples[_i].bits, samples[_i].expected);
    if (strchr(samples[_i].expected, ';') == NULL)
        must_fail_when_cut(&outer_table, samples[_i].root, samples[_i].bits);
}
END_TEST

/* More additions than fit a normally small length (X.691 10.9.3.4), and as many as just fit. */
START_TEST(many_additions)
{
    static const unsigned counts[] = {63, 64, 65, 66, 100, 127, 128, 200, 1024};
    struct encoding *encoding = g_new0(struct encoding, 1);

    for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
        char *found, *expected;
        uint64_t first;
        encoding->bits = 0;
        add_bits(encoding, "1 00 1");
        if (counts[i] <= 64) {
            add_number(encoding, counts[i] - 1, 7);
        } else {
            add_bits(encoding, "1");
            add_number(encoding, counts[i] < 128 ? counts[i] : 0x8000 | counts[i], counts[i] < 128 ? 8 : 16);
        }
        for (unsigned n = 0; n < counts[i]; n++)
            add_bits(encoding, n == 0 || n == 62 || n + 1 == counts[i] ? "1" : "0");
        add_bits(encoding, "00000001 00001001");
        first = encoding->bits;
        for (unsigned n = 0; n < (counts[i] == 63 ? 1 : 2); n++)
            add_bits(encoding, "00000010" OCTET OCTET);
        add_bits(encoding, "0111");
        expected = g_strdup_printf("2=1@4 4=9@%" PRIu64 " 7=7@%" PRIu64, first, encoding->bits);
        found = walked(&outer_table, T_OUTER, encoding, 0, encoding->bits);
        ck_assert_msg(strcmp(found, expected) == 0, "%u additions: %s, not %s", counts[i], found, expected);
        g_free(found);
        g_free(expected);
    }
    g_free(encoding);
}
END_TEST

/* An unknown addition of 16K and more comes in fragments and is stepped over; a known one cannot be read in place. */
START_TEST(additions_in_fragments)
{
    struct encoding *encoding = g_new0(struct encoding, 1);
    char *found;

    for (unsigned known = 0; known < 2; known++) {
        encoding->bits = 0;
        add_bits(encoding, "1 00 1 0 000010");
        add_bits(encoding, known ? "100" : "001");
        add_bits(encoding, "11000001");
        add_octets(encoding, 16384);
        add_bits(encoding, "11000010");
        add_octets(encoding, 32768);
        add_bits(encoding, "00000001" OCTET "0111");
        found = walked(&outer_table, T_OUTER, encoding, 0, encoding->bits);
        ck_assert_str_eq(found, known ? "2=1@4; contents in fragments@22" : "2=1@4 7=7@393266");
        g_free(found);
    }
    g_free(encoding);
}
END_TEST

/* What follows the last wanted value is not looked at: cut short there, or nonsense, it makes no difference. */
START_TEST(nothing_wanted_follows)
{
    must_walk(&outer_table, T_TAIL, "1  101 11111111  00000001" OCTET "00000001" OCTET, "1=5@4 4=255@12");
    must_walk(&outer_table, T_TAIL, "1  101 11111111  11111111", "1=5@4 4=255@12");
    must_walk(&outer_table, T_TAIL, "0  11111111", "4=255@9");
    must_walk(&outer_table, T_TAIL, "1  101 1111111", "1=5@4; message ends too early@4");
}
END_TEST

/* A walk ends when the one who asked has enough, and that is no error. */
START_TEST(stops_when_told)
{
    static const uint8_t octets[] = {0x57, 0xFF};
    struct hits hits = {g_string_new(NULL), 1, 0};
    struct daps_bits bits = daps_bits_of(octets, 2);

    ck_assert(per_walk(&outer_table, T_OUTER, &bits, note_hit, &hits));
    ck_assert_str_eq(hits.text->str, "1=5@6");
    ck_assert_uint_eq(bits.position, 6);
    g_string_free(hits.text, TRUE);
}
END_TEST

/* ---- ALIGNED: information objects as the node interfaces have them ---- */

enum { IES, IE, IE_ID, IE_CRITICALITY, IE_VALUE, IE_NCC, IE_KEY, IE_TRAILER, MESSAGE };

static const struct per_component ie_components[] = {
    {IE_ID, 0, false},
    {IE_CRITICALITY, 0, false},
    {IE_VALUE, 0, false},
    /* 3: contents by id */ {IE_NCC, 7, false},
    {IE_KEY, 300, false},
    /* 5 */ {IES, 0, false},
    {IE_TRAILER, 0, false},
};

static const struct per_type ie_types[] = {
    [IES] = {.kind = PER_SEQUENCE_OF, .flags = PER_WANTED, .bits = 16, .range = 65535, .first = IE},
    [IE] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 0, .n = 3, .n_tail = 3},
    [IE_ID] = INTEGER_ROW(0, 16, 65535, 0, 0),
    [IE_CRITICALITY] = ENUMERATED_ROW(0, 2, 2, 0),
    [IE_VALUE] = {.kind = PER_OPEN, .flags = PER_WANTED, .field = ITEM, .first = 3, .n = 2, .n_tail = 2},
    [IE_NCC] = INTEGER_ROW(A, 3, 7, 0, 0),
    [IE_KEY] = STRING_ROW(PER_BIT_STRING, 1, B, 0, 0, 24, 0),
    [IE_TRAILER] = INTEGER_ROW(Z, 8, 255, 0, 0),
    [MESSAGE] = {.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = 5, .n = 2, .n_tail = 2},
};

static const struct per_table ie_table = {ie_types, ie_components, true, NULL, NULL};

#define ID_7   "00000000 00000111  01 000000 "
#define ID_8   "00000000 00001000  10 000000 "
#define ID_300 "00000001 00101100  00 000000 "

START_TEST(open_types_by_key)
{
    static const char three[] = "00000000 00000011 " ID_7 "00000001 101 00000 " ID_8 "00000010 " OCTET OCTET ID_300
                                "00000011 " OCTET OCTET OCTET " 00101010";

    must_walk(&ie_table, MESSAGE, three, "9=7@34 1=5@51 9=8@74 9=300@122 2=24@136 7=42@168");
    must_fail_when_cut(&ie_table, MESSAGE, three);
    /* contents longer than known */
    must_walk(&ie_table, MESSAGE, "00000000 00000001 " ID_7 "00000010 101 00000" OCTET "00101010",
              "9=7@34 1=5@51 7=42@72");
    /* contents shorter than they must be */
    must_walk(&ie_table, MESSAGE, "00000000 00000001 " ID_300 "00000010 " OCTET OCTET OCTET "00101010",
              "9=300@34; message ends too early@48");
    must_walk(&ie_table, MESSAGE, "00000000 00000000 00101010", "7=42@24");
}
END_TEST

/* ---- depth ---- */

#define NESTED (PER_DEPTH + 1)

START_TEST(depth_is_bounded)
{
    struct per_type types[NESTED + 1];
    struct per_component components[NESTED];
    const struct per_table table = {types, components, false, NULL, NULL};

    memset(types, 0, sizeof types);
    for (uint32_t i = 0; i < NESTED; i++) {
        types[i] = (struct per_type){.kind = PER_SEQUENCE, .flags = PER_WANTED, .first = i, .n = 1, .n_tail = 1};
        components[i] = (struct per_component){i + 1, 0, false};
    }
    types[NESTED] = (struct per_type)BOOLEAN_ROW(A);
    must_walk(&table, 1, "1", "1=1@1");
    must_walk(&table, 0, "1", "; nested too deep@0");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("per-structures");
    TCase *tc = tcase_create("structures");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, structure, 0, G_N_ELEMENTS(samples));
    tcase_add_test(tc, many_additions);
    tcase_add_test(tc, additions_in_fragments);
    tcase_add_test(tc, nothing_wanted_follows);
    tcase_add_test(tc, stops_when_told);
    tcase_add_test(tc, open_types_by_key);
    tcase_add_test(tc, depth_is_bounded);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
