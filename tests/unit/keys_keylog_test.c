/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key log: every good and bad form of a line, and whose key is which. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"
#include "daps/keylog.h"

#define HEX(d)                                                                                                         \
    d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d  \
        d d d d d d d

static struct daps_keylog *log_of(const char *const *lines)
{
    struct daps_keylog *keylog = daps_keylog_new();
    char error[200];

    for (; *lines != NULL; lines++)
        ck_assert_msg(daps_keylog_add_line(keylog, *lines, error, sizeof error), "%s", *lines);
    return keylog;
}

START_TEST(good_lines)
{
    static const char *const lines[] = {"",
                                        "   ",
                                        "# a comment",
                                        "KGNB 1 " HEX("a") "\r\n",
                                        "KGNB * " HEX("B") " ncc=7",
                                        "\tKAMF  x  " HEX("c") "\tul_nas_count=4294967295\n",
                                        "KENB 2 " HEX("0"),
                                        "KASME 2 " HEX("1") " ul_nas_count=0",
                                        "NH 2 7 " HEX("f"),
                                        NULL};
    struct daps_keylog *keylog = log_of(lines);

    ck_assert_uint_eq(daps_keylog_count(keylog), 6);
    daps_keylog_free(keylog);
}
END_TEST

START_TEST(bad_lines)
{
    static const struct {
        const char *line, *quoted;
    } rows[] = {
        {"KEY 1 " HEX("a"), "KEY"},
        {"kgnb 1 " HEX("a"), "kgnb"},
        {"KGNB", "KGNB"},
        {"KGNB 1", "KGNB"},
        {"KGNB 1 abc", "3"},
        {"KGNB 1 " HEX("a") "a", "65"},
        {"KGNB 1 g"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "'g'"},
        {"KGNB 1 " HEX("a") " ncc=8", "8"},
        {"KGNB 1 " HEX("a") " ncc=-1", "-1"},
        {"KGNB 1 " HEX("a") " ncc=", "''"},
        {"KGNB 1 " HEX("a") " ul_nas_count=1", "ul_nas_count"},
        {"KGNB 1 " HEX("a") " ncc=1 more", "more"},
        {"KAMF 1 " HEX("a"), "ul_nas_count"},
        {"KAMF 1 " HEX("a") " ul_nas_count=4294967296", "4294967296"},
        {"KAMF 1 " HEX("a") " ul_nas_count=x", "x"},
        {"NH 1 " HEX("a"), "NH"},
        {"NH 1 8 " HEX("a"), "8"},
        {"NH 1 2 " HEX("a") " more", "more"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct daps_keylog *keylog = daps_keylog_new();
        char error[200] = "";
        ck_assert_msg(!daps_keylog_add_line(keylog, rows[i].line, error, sizeof error), "%s", rows[i].line);
        ck_assert_msg(strstr(error, rows[i].quoted) != NULL, "%s: %s", rows[i].line, error);
        ck_assert_msg(strstr(error, "aaaaaaaaaaaaaaaaaaaaaaaa") == NULL, "a key in: %s", error);
        ck_assert_uint_eq(daps_keylog_count(keylog), 0);
        daps_keylog_free(keylog);
    }
}
END_TEST

static void expect_root(const struct daps_keylog *keylog, const char *ue, unsigned ordinal, int first_octet, int ncc)
{
    struct daps_keylog_root root;
    bool found = daps_keylog_root(keylog, ue, DAPS_RAT_NR, ordinal, &root);

    ck_assert_int_eq(found, first_octet >= 0);
    if (!found)
        return;
    ck_assert_int_eq(root.key[0], first_octet);
    ck_assert_int_eq(root.has_ncc, ncc >= 0);
    if (ncc >= 0)
        ck_assert_int_eq(root.ncc, ncc);
}

START_TEST(roots_in_order)
{
    static const char *const lines[] = {"KGNB * " HEX("9"), "KGNB 1 " HEX("a"), "KENB 1 " HEX("e"),
                                        "KGNB 1 " HEX("b") " ncc=3", NULL};
    struct daps_keylog *keylog = log_of(lines);

    expect_root(keylog, "1", 0, 0xAA, -1);
    expect_root(keylog, "1", 1, 0xBB, 3);
    expect_root(keylog, "1", 2, -1, -1); /* no line for a third connection: the last one is not used again */
    expect_root(keylog, "2", 0, 0x99, -1);
    expect_root(keylog, "2", 1, -1, -1);
    daps_keylog_free(keylog);
}
END_TEST

START_TEST(upper_key_gives_the_root)
{
    static const char *const lines[] = {"KAMF 1 " HEX("c") " ul_nas_count=5", NULL};
    struct daps_keylog *keylog = log_of(lines);
    struct daps_keylog_root root;
    uint8_t kamf[32], kgnb[32];

    memset(kamf, 0xCC, 32);
    ck_assert(daps_kdf_kgnb(kamf, 5, 1, kgnb));
    ck_assert(daps_keylog_root(keylog, "1", DAPS_RAT_NR, 0, &root));
    ck_assert(root.has_upper);
    ck_assert_mem_eq(root.key, kgnb, 32);
    ck_assert(!daps_keylog_root(keylog, "1", DAPS_RAT_LTE, 0, &root));
    daps_keylog_free(keylog);
}
END_TEST

START_TEST(nh_indexes_wrap)
{
    static const char *const lines[] = {
        "KGNB 1 " HEX("a"), "NH 1 1 " HEX("1"),          "NH 1 7 " HEX("7"), "NH 1 0 " HEX("8"),
        "NH 1 2 " HEX("d"), "KGNB 1 " HEX("b") " ncc=3", "NH 1 4 " HEX("4"), NULL};
    static const struct {
        unsigned ordinal, n;
        int first;
    } rows[] = {{0, 1, 0x11}, {0, 7, 0x77}, {0, 8, 0x88}, {0, 10, 0xDD},
                {0, 2, -1},   {0, 9, -1},   {1, 4, 0x44}, {1, 12, -1}};
    struct daps_keylog *keylog = log_of(lines);

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t nh[32];
        bool found = daps_keylog_nh(keylog, "1", DAPS_RAT_NR, rows[i].ordinal, rows[i].n, nh);
        ck_assert_msg(found == (rows[i].first >= 0), "row %u", i);
        if (found)
            ck_assert_int_eq(nh[0], rows[i].first);
    }
    daps_keylog_free(keylog);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keylog");
    TCase *tc = tcase_create("keylog");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, good_lines);
    tcase_add_test(tc, bad_lines);
    tcase_add_test(tc, roots_in_order);
    tcase_add_test(tc, upper_key_gives_the_root);
    tcase_add_test(tc, nh_indexes_wrap);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
