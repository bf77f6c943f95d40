/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 8259 by the letter: what is taken, what is not, and that depth and length cost no stack. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_strict.h"

static bool check(const char *text, size_t length)
{
    const char *reason = NULL;
    size_t at = 0;
    const bool ok = json_strict_check(text, length, &reason, &at);

    ck_assert(ok == (reason == NULL));
    ck_assert_uint_le(at, length);
    return ok;
}

START_TEST(takes_what_the_grammar_allows)
{
    static const char *const good[] = {
        "{}",
        "[]",
        " {\"a\" : [ 1 , -0.5e+3,\t0 ] , \"b\":null}\r\n",
        "\"\\u00e4\\n\\/\"",
        "true",
        "-0",
        "[[],{},[{\"x\":{}}]]",
        "{\"a\":{\"b\":[true,false]},\"c\":\"]\"}",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        ck_assert_msg(check(good[i], strlen(good[i])), "%s", good[i]);
}
END_TEST

START_TEST(refuses_everything_else)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "// x\n{}",
        "/**/{}",
        "{}/**/",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\"}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "Infinity",
        "tru",
        "nulll",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a",
        "\"a\nb\"",
        "[1]]",
        "{}{}",
        "[}",
        "{]",
        "{\"a\":[}]",
        "[,1]",
        "-",
        "\xef\xbb\xbf{}",
        "[\"a\":1]",
        "{1:2}",
        "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_msg(!check(bad[i], strlen(bad[i])), "%s", bad[i]);
    ck_assert(!check("{}\0", 3));
}
END_TEST

START_TEST(depth_costs_nothing)
{
    const size_t length = 1 << 20;
    char *text = g_malloc(length);

    memset(text, '[', length);
    ck_assert(!check(text, length));
    memcpy(text, "/*\"*/", 5);
    ck_assert(!check(text, length));
    g_free(text);
}
END_TEST

/* Cut anywhere, a line is no line any more. */
START_TEST(no_cut_line_is_whole)
{
    const char *line = "{\"type\":\"event\",\"set\":[1,2,30],\"o\":{\"n\":-1.5e3,\"s\":\"\\u0041\\\\\"},\"t\":true}";
    const size_t length = strlen(line);

    ck_assert(check(line, length));
    for (size_t cut = 0; cut < length; cut++)
        ck_assert_msg(!check(line, cut), "%.*s", (int)cut, line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("strict JSON");
    TCase *tcase = tcase_create("lines");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, takes_what_the_grammar_allows);
    tcase_add_test(tcase, refuses_everything_else);
    tcase_add_test(tcase, depth_costs_nothing);
    tcase_add_test(tcase, no_cut_line_is_whole);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
