/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NCC rule of TS 33.501 6.9.2.3.4 against counting by hand. */
#include <check.h>
#include <stdlib.h>

#include "keys/chain.h"

#define MOST 40

START_TEST(index_is_the_next_with_that_ncc)
{
    for (uint32_t n = 0; n < MOST; n++) {
        for (uint8_t ncc = 0; ncc < 8; ncc++) {
            uint32_t wanted = n;
            while (wanted % 8 != ncc)
                wanted++;
            ck_assert_uint_eq(daps_chain_index(n, ncc), wanted);
        }
    }
}
END_TEST

/* From every index, by every NCC: horizontal only where it is that of the active key, else from exactly that NH. */
START_TEST(steps)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool), *key = daps_term_star(pool, root, 1, 2);

    for (uint32_t n = 0; n < MOST; n++) {
        const struct daps_chain chain = {.root = root, .key = key, .n_known = true, .n = n};
        for (uint8_t ncc = 0; ncc < 8; ncc++) {
            const struct daps_chain_step step = daps_chain_step(pool, &chain, ncc);
            if (n % 8 == ncc) {
                ck_assert_int_eq(step.derivation, DAPS_DERIVATION_HORIZONTAL);
                ck_assert_ptr_eq(step.parent, key);
                ck_assert_uint_eq(step.n, n);
            } else {
                ck_assert_int_eq(step.derivation, DAPS_DERIVATION_VERTICAL);
                ck_assert_uint_eq(step.n % 8, ncc);
                ck_assert(step.n > n && step.n <= n + 7); /* three bits: at most seven steps */
                ck_assert_ptr_eq(step.parent, daps_term_nh(pool, root, step.n));
            }
        }
    }
    daps_term_pool_free(pool);
}
END_TEST

/* Where the NCC of the active key is not known: the same NCC from the same key is the same parent, and no other is. */
START_TEST(unknown_ncc)
{
    struct daps_term_pool *pool = daps_term_pool_new(DAPS_RAT_NR);
    const struct daps_term *root = daps_term_root(pool), *other = daps_term_root(pool);
    const struct daps_term *parents[2][8];

    for (unsigned k = 0; k < 2; k++) {
        const struct daps_chain chain = {.root = k == 0 ? root : other, .key = k == 0 ? root : other};
        for (uint8_t ncc = 0; ncc < 8; ncc++) {
            const struct daps_chain_step step = daps_chain_step(pool, &chain, ncc);
            ck_assert_int_eq(step.derivation, DAPS_DERIVATION_UNKNOWN);
            ck_assert_uint_eq(step.n, ncc);
            ck_assert_ptr_eq(step.parent, daps_chain_step(pool, &chain, ncc).parent);
            parents[k][ncc] = step.parent;
        }
    }
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned j = 0; j < i; j++)
            ck_assert_ptr_ne(parents[i / 8][i % 8], parents[j / 8][j % 8]);
    }
    daps_term_pool_free(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chain");
    TCase *tc = tcase_create("chain");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, index_is_the_next_with_that_ncc);
    tcase_add_test(tc, steps);
    tcase_add_test(tc, unknown_ncc);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
