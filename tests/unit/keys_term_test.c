/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key terms against brute force: random derivations whose descriptions are compared one with every other, and values
 * recomputed from their inputs with the bare KDF (TS 33.220 B.2).
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"
#include "keys/term.h"

#define TERMS 600

/* What was asked for, and what came. */
struct made {
    int kind, parent; /* parent: index, -1 none */
    int32_t pci, arfcn;
    uint32_t n;
    const struct daps_term *term;
    bool known;
    uint8_t value[32];
};

static const uint8_t kamf[32] = {1, 2, 3}, kgnb[32] = {9, 8, 7};

static void know(struct daps_term_pool *pool, const struct daps_term *root, bool with_upper)
{
    struct daps_keylog_root known = {.has_key = true, .has_upper = with_upper};
    const struct daps_root_source source = {.known = &known, .ue = "1"};

    memcpy(known.key, kgnb, 32);
    memcpy(known.upper, kamf, 32);
    daps_term_root_known(pool, root, &source);
}

/* FC | P0 | L0 | P1 | L1, PCI in two octets (TS 33.501 A.11); or one parameter (A.10, A.16). */
static void star_by_hand(const uint8_t parent[static 32], int32_t pci, int32_t arfcn, unsigned octets,
                         uint8_t out[static 32])
{
    uint8_t s[16] = {0x70, (uint8_t)(pci >> 8), (uint8_t)pci, 0, 2}, key[32];
    size_t at = 5;

    for (unsigned i = octets; i-- > 0;)
        s[at++] = (uint8_t)(arfcn >> (8 * i));
    s[at++] = 0;
    s[at++] = (uint8_t)octets;
    memcpy(key, parent, 32); /* out may be parent */
    ck_assert(daps_kdf(key, s, at, out));
}

static void nh_by_hand(uint32_t n, uint8_t out[static 32])
{
    uint8_t s[35] = {0x6F};

    memcpy(out, kgnb, 32);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(s + 1, out, 32);
        s[33] = 0;
        s[34] = 32;
        ck_assert(daps_kdf(kamf, s, sizeof s, out));
    }
}

static void ksn_by_hand(const uint8_t parent[static 32], uint32_t counter, uint8_t out[static 32])
{
    const uint8_t s[] = {0x79, (uint8_t)(counter >> 8), (uint8_t)counter, 0, 2};
    uint8_t key[32];

    memcpy(key, parent, 32);
    ck_assert(daps_kdf(key, s, sizeof s, out));
}

static void make(struct daps_term_pool *pool, GRand *random, struct made *made, int i)
{
    struct made *m = &made[i];
    const struct made *parent;

    *m = (struct made){.kind = g_rand_int_range(random, DAPS_TERM_NH, DAPS_TERM_KSN + 1), .parent = -1};
    m->parent = m->kind == DAPS_TERM_NH ? g_rand_int_range(random, 0, 2) : g_rand_int_range(random, 0, i);
    parent = &made[m->parent];
    m->n = (uint32_t)g_rand_int_range(random, 1, 5);
    m->pci = m->arfcn = -1;
    switch (m->kind) {
    case DAPS_TERM_NH:
        m->term = daps_term_nh(pool, parent->term, m->n);
        m->known = m->parent == 0; /* KAMF of the first root only */
        if (m->known)
            nh_by_hand(m->n, m->value);
        break;
    case DAPS_TERM_STAR:
        m->n = 0;
        m->pci = g_rand_int_range(random, 0, 3) * 300;
        m->arfcn = 630000 + g_rand_int_range(random, 0, 3);
        m->term = daps_term_star(pool, parent->term, m->pci, m->arfcn);
        m->known = parent->known;
        if (m->known)
            star_by_hand(parent->value, m->pci, m->arfcn, 3, m->value);
        break;
    case DAPS_TERM_KSN:
        m->term = daps_term_ksn(pool, parent->term, (uint16_t)m->n);
        m->known = parent->known;
        if (m->known)
            ksn_by_hand(parent->value, m->n, m->value);
        break;
    default:
        m->term = daps_term_step(pool, parent->term, m->n);
    }
}

static bool is_same(const struct made *made, int i, int j)
{
    return made[i].kind == made[j].kind && made[i].pci == made[j].pci && made[i].arfcn == made[j].arfcn &&
           made[i].n == made[j].n &&
           (made[i].parent == made[j].parent || made[made[i].parent].term == made[made[j].parent].term);
}

START_TEST(identity_and_values)
{
    GRand *random = g_rand_new_with_seed((guint32)_i + 1);
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    struct made *made = g_new0(struct made, TERMS);

    for (int i = 0; i < 2; i++) {
        made[i] = (struct made){.kind = DAPS_TERM_ROOT, .parent = -1, .term = daps_term_root(pool), .known = i == 0};
        memcpy(made[i].value, kgnb, 32);
    }
    know(pool, made[0].term, true);
    for (int i = 2; i < TERMS; i++) {
        make(pool, random, made, i);
        ck_assert_int_eq(made[i].term->has_value, made[i].known);
        if (made[i].known)
            ck_assert_mem_eq(made[i].term->value, made[i].value, 32);
        for (int j = 2; j < i; j++)
            ck_assert_msg((made[i].term == made[j].term) == is_same(made, i, j), "terms %d and %d", i, j);
    }
    daps_term_pool_free(pool);
    g_free(made);
    g_rand_free(random);
}
END_TEST

/* An ng-eNB's key is another function of the same inputs than an eNB's (TS 33.501 A.12, TS 33.401 A.5). */
START_TEST(an_ng_enb)
{
    static const struct {
        uint8_t s[10];
        size_t length;
    } read[] = {{{0x13, 0, 32, 0, 2, 0x02, 0x31, 0, 2}, 9}, {{0x71, 0, 32, 0, 2, 0, 0x02, 0x31, 0, 3}, 10}};
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_LTE);
    const struct daps_term *root = daps_term_root(pool), *star[2];
    uint8_t value[32], key[32];

    know(pool, root, false);
    memcpy(key, kgnb, sizeof key);
    for (int i = 0; i < 2; i++) {
        daps_term_pool_five_gc(pool, i == 1);
        star[i] = daps_term_star(pool, root, 32, 561);
        ck_assert(daps_kdf(key, read[i].s, read[i].length, value));
        ck_assert(star[i]->has_value);
        ck_assert_uint_eq(star[i]->fc, read[i].s[0]);
        ck_assert_mem_eq(star[i]->value, value, sizeof value);
    }
    ck_assert_ptr_ne(star[0], star[1]);
    daps_term_pool_free(pool);
}
END_TEST

START_TEST(symbols_equal_only_themselves)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool);
    const int32_t a = daps_term_symbol(pool), b = daps_term_symbol(pool);

    ck_assert(a < -1 && b < -1 && a != b);
    ck_assert_ptr_eq(daps_term_star(pool, root, a, 5), daps_term_star(pool, root, a, 5));
    ck_assert_ptr_ne(daps_term_star(pool, root, a, 5), daps_term_star(pool, root, b, 5));
    know(pool, root, true);
    ck_assert(!daps_term_star(pool, root, a, 5)->has_value);
    daps_term_pool_free(pool);
}
END_TEST

/* What a root's value gives comes with it, whenever it is known; and goes with it. */
/* A MAC-I shows what the symbol stood for: terms that meet another one give way to it, and what they led to follows. */
START_TEST(a_symbol_is_resolved)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool);
    const int32_t symbol = daps_term_symbol(pool), other = daps_term_symbol(pool);
    const struct daps_term *named = daps_term_star(pool, root, 22, 632628),
                           *alike = daps_term_star(pool, root, 22, symbol),
                           *below = daps_term_star(pool, alike, 33, 630000),
                           *met = daps_term_star(pool, named, 33, 630000),
                           *moved = daps_term_star(pool, alike, 44, 630000),
                           *alone = daps_term_star(pool, root, 33, symbol),
                           *unlike = daps_term_star(pool, root, 22, other);
    const struct daps_same_term *pairs;
    uint8_t value[32];
    GArray *same;

    know(pool, root, false);
    ck_assert(!alone->has_value && !below->has_value);
    same = daps_term_resolve(pool, symbol, 632628);
    pairs = (const struct daps_same_term *)(const void *)same->data;
    ck_assert_uint_eq(same->len, 2);
    ck_assert(pairs[0].gone == alike && pairs[0].is == named);
    ck_assert(pairs[1].gone == below && pairs[1].is == met);
    ck_assert_ptr_eq(daps_term_star(pool, named, 44, 630000), moved);
    ck_assert_str_eq(moved->parent_label, named->label);
    ck_assert_ptr_eq(daps_term_star(pool, root, 33, 632628), alone);
    star_by_hand(kgnb, 33, 632628, 3, value);
    ck_assert_mem_eq(alone->value, value, 32);
    star_by_hand(named->value, 44, 630000, 3, value);
    ck_assert(moved->has_value);
    ck_assert_mem_eq(moved->value, value, 32);
    ck_assert_int_eq(unlike->arfcn, other);
    ck_assert_ptr_ne(daps_term_star(pool, root, 22, other), named);
    g_array_unref(same);
    daps_term_sweep(pool, NULL, NULL); /* nobody holds any of them */
    ck_assert_uint_eq(daps_term_pool_size(pool), 0);
    daps_term_pool_free(pool);
}
END_TEST

START_TEST(a_root_known_later)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool), *nh = daps_term_nh(pool, root, 2);
    const struct daps_term *horizontal = daps_term_star(pool, root, 7, 632628);
    const struct daps_term *vertical = daps_term_star(pool, nh, 7, 632628), *below = daps_term_ksn(pool, vertical, 3);
    uint8_t value[32];

    ck_assert(!horizontal->has_value && !below->has_value);
    know(pool, root, true);
    star_by_hand(kgnb, 7, 632628, 3, value);
    ck_assert_mem_eq(horizontal->value, value, 32);
    nh_by_hand(2, value);
    star_by_hand(value, 7, 632628, 3, value);
    ck_assert_mem_eq(vertical->value, value, 32);
    ksn_by_hand(value, 3, value);
    ck_assert_mem_eq(below->value, value, 32);
    daps_term_root_known(pool, root, NULL);
    ck_assert(!root->has_value && !nh->has_value && !horizontal->has_value && !below->has_value);
    daps_term_pool_free(pool);
}
END_TEST

/* A dialect found for a cell: for its keys made earlier and later, and what comes from them; for no other cell. */
START_TEST(a_dialect_is_the_cells)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_dialect point_a = {.frequency = DAPS_FREQUENCY_POINT_A};
    const struct daps_term *root = daps_term_root(pool), *earlier, *shown, *elsewhere, *below, *later;
    uint8_t value[32], child[32];

    know(pool, root, true);
    earlier = daps_term_star(pool, daps_term_nh(pool, root, 1), 22, 632628);
    daps_term_frequencies(pool, earlier, 631000, -1);
    below = daps_term_star(pool, earlier, 33, 632628);
    elsewhere = daps_term_star(pool, root, 33, 632628);
    daps_term_frequencies(pool, elsewhere, 631000, -1);
    shown = daps_term_star(pool, root, 22, 632628);
    daps_term_frequencies(pool, shown, 631000, -1);
    star_by_hand(kgnb, 22, 631000, 3, value);
    daps_term_verified(pool, shown, &point_a, value, false);

    ck_assert_mem_eq(shown->value, value, 32);
    ck_assert_ptr_eq(shown, daps_term_star(pool, root, 22, 632628)); /* the same key in any dialect */
    nh_by_hand(1, value);
    star_by_hand(value, 22, 631000, 3, child);
    ck_assert_mem_eq(earlier->value, child, 32);
    star_by_hand(child, 33, 632628, 3, child);
    ck_assert_mem_eq(below->value, child, 32);
    star_by_hand(kgnb, 33, 632628, 3, value);
    ck_assert_mem_eq(elsewhere->value, value, 32);
    later = daps_term_star(pool, daps_term_nh(pool, root, 3), 22, 632628);
    daps_term_frequencies(pool, later, 631000, -1);
    nh_by_hand(3, value);
    star_by_hand(value, 22, 631000, 3, child);
    ck_assert_mem_eq(later->value, child, 32);
    daps_term_pool_free(pool);
}
END_TEST

/* Two keys in a row that only the second's MAC-I speaks about; and one that two values were shown for. */
START_TEST(deep_and_other)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_dialect two = {.two_octets = true}, standard = {0};
    const struct daps_frequencies frequencies = {52001, -1, -1};
    const struct daps_term *root = daps_term_root(pool), *first, *second, *other;
    uint8_t value[32], wanted[32];

    know(pool, root, false);
    first = daps_term_star(pool, root, 22, 52000);
    second = daps_term_star(pool, first, 33, 52001);
    ck_assert(daps_term_star_value(&(struct daps_star_inputs){0x70, first, 33, &frequencies}, &two, true, value));
    star_by_hand(kgnb, 22, 52000, 2, wanted);
    star_by_hand(wanted, 33, 52001, 2, wanted);
    ck_assert_mem_eq(value, wanted, 32);
    daps_term_verified(pool, second, &two, value, true);
    star_by_hand(kgnb, 22, 52000, 2, wanted);
    ck_assert(first->verified);
    ck_assert_mem_eq(first->value, wanted, 32);
    star_by_hand(kgnb, 22, 52000, 3, value);
    other = daps_term_other(pool, first, daps_term_other_number(pool, first, value));
    ck_assert_ptr_ne(other, first);
    daps_term_verified(pool, other, &standard, value, false);
    ck_assert_ptr_eq(daps_term_other(pool, first, daps_term_other_number(pool, first, value)), other);
    ck_assert_mem_eq(first->value, wanted, 32);
    daps_term_pool_free(pool);
}
END_TEST

START_TEST(nh_ahead)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool), *nh = daps_term_nh(pool, root, 1),
                           *star = daps_term_star(pool, nh, 22, 632628);
    uint8_t value[32], computed[32];

    know(pool, root, true);
    daps_term_nh_ahead(pool, root, 1);
    nh_by_hand(2, value);
    ck_assert_mem_eq(nh->value, value, 32);
    star_by_hand(value, 22, 632628, 3, value);
    ck_assert_mem_eq(star->value, value, 32);
    nh_by_hand(3, value);
    ck_assert_mem_eq(daps_term_nh(pool, root, 2)->value, value, 32);
    nh_by_hand(1, value);
    ck_assert(daps_term_nh_value(pool, root, 1, computed)); /* as the standard has it */
    ck_assert_mem_eq(computed, value, 32);
    daps_term_pool_free(pool);
}
END_TEST

/* A sweep leaves what is kept, and memory does not grow with what is not. */
START_TEST(sweep)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool), *key = root;

    know(pool, root, true);
    for (int i = 0; i < 1000; i++) {
        const struct daps_term *next = daps_term_star(pool, key, i % 1008, 632628);
        uint8_t value[32];
        memcpy(value, next->value, 32);
        daps_term_keep(root);
        daps_term_keep(next);
        daps_term_sweep(pool, NULL, NULL);
        ck_assert_mem_eq(next->value, value, 32);
        ck_assert_uint_le(daps_term_pool_size(pool), 3);
        key = next;
    }
    daps_term_pool_free(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("term");
    TCase *tc = tcase_create("term");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tc, identity_and_values, 0, 8);
    tcase_add_test(tc, an_ng_enb);
    tcase_add_test(tc, symbols_equal_only_themselves);
    tcase_add_test(tc, a_symbol_is_resolved);
    tcase_add_test(tc, a_root_known_later);
    tcase_add_test(tc, a_dialect_is_the_cells);
    tcase_add_test(tc, deep_and_other);
    tcase_add_test(tc, nh_ahead);
    tcase_add_test(tc, sweep);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
