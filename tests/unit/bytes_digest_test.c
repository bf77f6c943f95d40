/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The digest of contents in one piece is that of its words, one after the other. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/digest.h"

#define MOST 200

static uint64_t word_by_word(const uint8_t *octets, size_t length)
{
    struct daps_digest_state state = daps_digest_start();

    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = 0;
        for (size_t i = at; i < at + 8; i++)
            word = word << 8 | (i < length ? octets[i] : 0U);
        daps_digest_word(&state, word);
    }
    return daps_digest_end(&state, length);
}

/* Of every length; what lies behind the contents, or before them, does not matter. */
START_TEST(every_length)
{
    uint8_t octets[MOST + 16];

    for (size_t length = 0; length <= MOST; length++) {
        uint8_t *exact = malloc(length + 1);
        memset(octets, 0xa5, sizeof octets);
        for (size_t i = 0; i < length; i++)
            exact[i] = octets[8 + i] = (uint8_t)(i * 37 + length * 11 + 1);
        ck_assert_uint_eq(daps_digest(octets + 8, length), word_by_word(octets + 8, length));
        ck_assert_uint_eq(daps_digest(exact, length), daps_digest(octets + 8, length));
        free(exact);
    }
}
END_TEST

/* Digests stand in lines of events, which may be judged by another version. */
START_TEST(known_values)
{
    static const uint8_t octets[40] = "DAPSaudit: the digest of forty octets..";

    ck_assert_uint_eq(daps_digest(octets, 40), 0x7651edbe6a03ed18U);
    ck_assert_uint_eq(daps_digest(octets, 5), 0x0ba0fd0c7a392c7aU);
    ck_assert_uint_eq(daps_digest(octets, 0), 0xd828a3543634b09cU);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bytes/digest");
    TCase *tests = tcase_create("digest");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, every_length);
    tcase_add_test(tests, known_values);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
