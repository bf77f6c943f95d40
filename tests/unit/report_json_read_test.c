/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 8259 by the letter: what is taken and how it is read, what is not, and that depth and length cost no stack. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_read.h"

/* text in room of its own, so that a read past its end is seen. Free with json_line_free. */
static const struct json_value *read_in(struct json_line *line, const char *text, size_t length)
{
    char *own = g_malloc(length);
    const struct json_value *value;
    const char *reason = NULL;
    size_t at = 0;

    if (length > 0)
        memcpy(own, text, length);
    value = json_line_read(line, own, length, &reason, &at);
    ck_assert((value != NULL) == (reason == NULL));
    ck_assert_uint_le(at, length);
    g_free(own);
    return value;
}

static bool check(const char *text, size_t length)
{
    struct json_line *line = json_line_new();
    const bool ok = read_in(line, text, length) != NULL;

    json_line_free(line);
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
        "\"\\u0000\"",
        "\"\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "\"\xff\"",
        "{\"\xc3\":1}",
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

START_TEST(values_are_read)
{
    static const char text[] = "{\"w\":[9223372036854775807,-9223372036854775807,9223372036854775808,1.0,1e2,-0],"
                               "\"s\":\"\\u00e4\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\tz\",\"e\":{},\"n\":null,"
                               "\"t\":true,\"f\":false,\"a\":[],\"\":1,\"t\":false}";
    static const enum json_kind kinds[] = {JSON_WHOLE, JSON_WHOLE, JSON_NUMBER, JSON_NUMBER, JSON_NUMBER, JSON_WHOLE};
    static const int64_t numbers[] = {INT64_MAX, -INT64_MAX};
    struct json_line *line = json_line_new();
    const struct json_value *all = read_in(line, text, strlen(text)), *list = json_member(all, "w"), *value;
    unsigned n = 0;

    for (value = json_first(list); value != NULL; value = json_next(list, value), n++) {
        ck_assert_int_eq(value->kind, kinds[n]);
        ck_assert_ptr_null(value->name);
        if (n < G_N_ELEMENTS(numbers))
            ck_assert_int_eq(value->number, numbers[n]);
    }
    ck_assert_uint_eq(n, G_N_ELEMENTS(kinds));
    ck_assert_str_eq(json_member(all, "s")->string, "\xc3\xa4\xf0\x9f\x98\x80\"\\/\b\f\n\r\tz");
    ck_assert_int_eq(json_member(all, "e")->kind, JSON_OBJECT);
    ck_assert_ptr_null(json_first(json_member(all, "e")));
    ck_assert_ptr_null(json_first(json_member(all, "a")));
    ck_assert_int_eq(json_member(all, "n")->kind, JSON_NULL);
    ck_assert_int_eq(json_member(all, "t")->number, 0); /* the last of them */
    ck_assert_int_eq(json_member(all, "f")->kind, JSON_TRUTH);
    ck_assert_int_eq(json_member(all, "")->number, 1);
    ck_assert_ptr_null(json_member(all, "x"));
    ck_assert_ptr_null(json_member(list, "w"));
    n = 0;
    for (value = json_first(all); value != NULL; value = json_next(all, value))
        n++;
    ck_assert_uint_eq(n, 9);
    ck_assert_int_eq(read_in(line, "7", 1)->number, 7); /* the room is used again */
    json_line_free(line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reading JSON");
    TCase *tcase = tcase_create("lines");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, takes_what_the_grammar_allows);
    tcase_add_test(tcase, refuses_everything_else);
    tcase_add_test(tcase, depth_costs_nothing);
    tcase_add_test(tcase, no_cut_line_is_whole);
    tcase_add_test(tcase, values_are_read);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
