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

/* The same key however its octets are written. */
START_TEST(forms_of_a_key)
{
    static const char *const lines[] = {
        "KGNB 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "\xEF\xBB\xBFKGNB 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\r\n",
        "kgnb 1 0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
        "KGNB 1 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f",
        "KGNB 1 00-01-02-03-04-05-06-07-08-09-0a-0b-0c-0d-0e-0f-10-11-12-13-14-15-16-17-18-19-1a-1b-1c-1d-1e-1f",
        "KGNB 1 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f ",
        "KGNB 1 0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x09 0x0a 0x0b 0x0c 0x0d 0x0e 0x0f 0x10 0x11 0x12 0x13 "
        "0x14 0x15 0x16 0x17 0x18 0x19 0x1a 0x1b 0x1c 0x1d 0x1e 0x1f # from the core",
        "KGNB 1 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f ncc=0",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct daps_keylog *keylog = daps_keylog_new();
        struct daps_keylog_root root;
        char error[200] = "";
        ck_assert_msg(daps_keylog_add_line(keylog, lines[i], error, sizeof error), "%u: %s", i, error);
        ck_assert(daps_keylog_root(keylog, "1", DAPS_RAT_NR, 0, &root));
        for (unsigned octet = 0; octet < 32; octet++)
            ck_assert_msg(root.key[octet] == octet, "%u: octet %u", i, octet);
        daps_keylog_free(keylog);
    }
}
END_TEST

/* What is wrong is said; nothing of the line is quoted, since whatever stands in the wrong place may be a key. */
START_TEST(bad_lines)
{
    static const struct {
        const char *line, *said;
    } rows[] = {
        {"KEY 1 " HEX("a"), "begins with none of"},
        {HEX("a"), "begins with none of"},
        {"KGNB", "before its UE"},
        {"KGNB 1", "before its key"},
        {"KGNB " HEX("a"), "name of the UE"},
        {"KGNB 0x" HEX("a"), "name of the UE"},
        {"KGNB 1 abc", "3 hexadecimal digits where 64"},
        {"KGNB 1 " HEX("a") "a", "65"},
        {"KGNB 1 g"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "character 1 of the key"},
        {"KGNB 1 aaaaaaaaaaaaaaaaag"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "character 18 of the key"},
        {"KGNB 1 " HEX("a") " ncc=8", "from 0 to 7"},
        {"KGNB 1 " HEX("a") " ncc=-1", "from 0 to 7"},
        {"KGNB 1 " HEX("a") " ncc=", "from 0 to 7"},
        {"KGNB 1 " HEX("a") " ul_nas_count=1", "option that this line does not have"},
        {"KGNB 1 " HEX("a") " ncc=1 " HEX("b"), "follows the option"},
        {"KGNB 1 " HEX("a") " " HEX("b"), "follows the key"},
        {"KAMF 1 " HEX("a"), "ul_nas_count=<number> is missing"},
        {"KAMF 1 " HEX("a") " ul_nas_count=4294967296", "from 0 to 4294967295"},
        {"KAMF 1 " HEX("a") " ul_nas_count=x", "from 0 to 4294967295"},
        {"NH 1 " HEX("a"), "the NCC is not"},
        {"NH 1 8 " HEX("a"), "the NCC is not"},
        {"NH 1 2 " HEX("a") " ncc=1", "option that this line does not have"},
        {"LEAF 1 " HEX("a"), "kind of the AS key"},
        {"LEAF 1 rrcenc " HEX("a"), "64 hexadecimal digits where 32"},
        {"LEAF 1 rrcenc aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa frame=0", "frame number"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct daps_keylog *keylog = daps_keylog_new();
        char error[200] = "";
        ck_assert_msg(!daps_keylog_add_line(keylog, rows[i].line, error, sizeof error), "%s", rows[i].line);
        ck_assert_msg(strstr(error, rows[i].said) != NULL, "%s: %s", rows[i].line, error);
        ck_assert_msg(strstr(error, "aa") == NULL && strstr(error, "bb") == NULL, "a key in: %s", error);
        ck_assert_uint_eq(daps_keylog_count(keylog), 0);
        daps_keylog_free(keylog);
    }
}
END_TEST

START_TEST(leaf_lines_make_sets)
{
    static const char *const lines[] = {"LEAF 1 rrcenc 11111111111111111111111111111111 frame=7",
                                        "LEAF 1 rrcint 22222222222222222222222222222222 frame=7",
                                        "LEAF 1 upenc 33333333333333333333333333333333",
                                        "LEAF 1 rrcint 44444444444444444444444444444444",
                                        "LEAF * upint 55555555555555555555555555555555",
                                        NULL};
    struct daps_keylog *keylog = log_of(lines);
    struct daps_keylog_leaves leaves;

    ck_assert(daps_keylog_leaves(keylog, "1", 0, &leaves));
    ck_assert_uint_eq(leaves.frame, 7);
    ck_assert(leaves.has[DAPS_LEAF_RRC_ENC] && leaves.has[DAPS_LEAF_RRC_INT] && leaves.has[DAPS_LEAF_UP_ENC]);
    ck_assert(!leaves.has[DAPS_LEAF_UP_INT]);
    ck_assert_int_eq(leaves.keys[DAPS_LEAF_RRC_INT][15], 0x22);
    ck_assert(daps_keylog_leaves(keylog, "1", 1, &leaves));
    ck_assert(!leaves.has[DAPS_LEAF_RRC_ENC] && leaves.keys[DAPS_LEAF_RRC_INT][0] == 0x44);
    ck_assert(!daps_keylog_leaves(keylog, "1", 2, &leaves));
    ck_assert(daps_keylog_leaves(keylog, "2", 0, &leaves) && leaves.has[DAPS_LEAF_UP_INT]);
    daps_keylog_free(keylog);
}
END_TEST

/* Every question costs the same in a long log; were it walked through, this would take minutes. */
START_TEST(a_long_log)
{
    enum { LINES = 50000 };
    struct daps_keylog *keylog = daps_keylog_new();
    struct daps_keylog_root root;
    char line[128], ue[16], error[200];
    const char *name;
    unsigned ordinal;

    for (unsigned i = 0; i < LINES; i++) {
        g_snprintf(line, sizeof line, "KGNB %u %064x", i, i);
        ck_assert(daps_keylog_add_line(keylog, line, error, sizeof error));
    }
    ck_assert_uint_eq(daps_keylog_roots(keylog, DAPS_RAT_NR), LINES);
    for (unsigned i = 0; i < LINES; i++) {
        g_snprintf(ue, sizeof ue, "%u", i);
        ck_assert(daps_keylog_root(keylog, ue, DAPS_RAT_NR, 0, &root));
        ck_assert_int_eq(root.key[31], (int)(i & 0xFF));
        ck_assert(daps_keylog_any_root(keylog, DAPS_RAT_NR, i, &name, &ordinal, &root));
        ck_assert_str_eq(name, ue);
        ck_assert_uint_eq(ordinal, 0);
    }
    ck_assert(!daps_keylog_any_root(keylog, DAPS_RAT_NR, LINES, &name, &ordinal, &root));
    daps_keylog_free(keylog);
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
    tcase_add_test(tc, forms_of_a_key);
    tcase_add_test(tc, bad_lines);
    tcase_add_test(tc, leaf_lines_make_sets);
    tcase_add_test(tc, a_long_log);
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
