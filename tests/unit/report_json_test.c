/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON strings and times as they are written, read back by somebody else's parser. */
#include <check.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>

#include "report/json.h"
#include "report/rfc3339.h"
#include "report/spool.h"
#include "report/text.h"

static const struct {
    const char *octets, *read_back;
} strings[] = {
    {"", ""},
    {"plain", "plain"},
    {"a \"quoted\" \\ name", "a \"quoted\" \\ name"},
    {"new\nline\r\ttab", "new\nline\r\ttab"},
    {"\x01\x1b[31mred\x7f", "\x01\x1b[31mred\x7f"},
    {"caf\xc3\xa9 \xe6\xb8\xac\xe5\xae\x9a \xf0\x9f\x93\xa1", "caf\xc3\xa9 \xe6\xb8\xac\xe5\xae\x9a \xf0\x9f\x93\xa1"},
    {"bad \xff octet", "bad \xef\xbf\xbd octet"},
    {"cut \xe6\xb8", "cut \xef\xbf\xbd\xef\xbf\xbd"},
    {"over-long \xc0\xaf", "over-long \xef\xbf\xbd\xef\xbf\xbd"},
    {"surrogate \xed\xa0\x80", "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};

START_TEST(string_survives)
{
    struct outbuf out;
    JsonNode *node;

    outbuf_init(&out, NULL, NULL);
    json_string(&out, strings[_i].octets);
    outbuf_char(&out, '\0');
    ck_assert(g_utf8_validate(out.octets, -1, NULL));
    node = json_from_string(out.octets, NULL);
    ck_assert_ptr_nonnull(node);
    ck_assert_str_eq(json_node_get_string(node), strings[_i].read_back);
    json_node_unref(node);
    outbuf_clear(&out);
}
END_TEST

static void expect_written(void (*write)(struct outbuf *out, int64_t value), int64_t value, const char *expected)
{
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    write(&out, value);
    outbuf_char(&out, '\0');
    ck_assert_str_eq(out.octets, expected);
    outbuf_clear(&out);
}

START_TEST(numbers)
{
    expect_written(outbuf_signed, 0, "0");
    expect_written(outbuf_signed, -1, "-1");
    expect_written(outbuf_signed, INT64_MAX, "9223372036854775807");
    expect_written(outbuf_signed, INT64_MIN, "-9223372036854775808");
    expect_written(json_integer_or_null, -1, "null");
    expect_written(json_integer_or_null, 0, "0");
    expect_written(json_time, INT64_MIN, "null");
    expect_written(json_time, 100000000, "\"1970-01-01T00:00:00.1Z\"");
}
END_TEST

/* Values from GNU date -u -d @N and the calendar, not from the code under test. */
static const struct {
    int64_t ns;
    const char *text;
} times[] = {
    {0, "1970-01-01T00:00:00Z"},
    {1, "1970-01-01T00:00:00.000000001Z"},
    {-1, "1969-12-31T23:59:59.999999999Z"},
    {-1000000000, "1969-12-31T23:59:59Z"},
    {1767225600100000000, "2026-01-01T00:00:00.1Z"},
    {951782400000000000, "2000-02-29T00:00:00Z"},
    {4107542400000000000, "2100-03-01T00:00:00Z"},
    {1709164800120300000, "2024-02-29T00:00:00.1203Z"},
    {-2208988800000000000, "1900-01-01T00:00:00Z"},
    {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
    {INT64_MIN + 1, "1677-09-21T00:12:43.145224193Z"},
};

START_TEST(time_both_ways)
{
    char text[RFC3339_OCTETS];
    int64_t ns = 0;

    ck_assert(rfc3339_write(times[_i].ns, text));
    ck_assert_str_eq(text, times[_i].text);
    ck_assert(rfc3339_read(text, &ns));
    ck_assert_int_eq(ns, times[_i].ns);
}
END_TEST

START_TEST(any_time_both_ways)
{
    GRand *rand = g_rand_new_with_seed(20260101);

    for (unsigned i = 0; i < 200000; i++) {
        int64_t ns = (int64_t)((uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand)), back;
        char text[RFC3339_OCTETS];

        if (ns == INT64_MIN)
            continue;
        ck_assert(rfc3339_write(ns, text));
        ck_assert_msg(rfc3339_read(text, &back) && back == ns, "%s", text);
    }
    g_rand_free(rand);
}
END_TEST

START_TEST(wrong_times)
{
    static const char *const wrong[] = {"",
                                        "2026-01-01",
                                        "2026-13-01T00:00:00Z",
                                        "2026-02-29T00:00:00Z",
                                        "2026-01-01T24:00:00Z",
                                        "2026-01-01T00:00:60Z",
                                        "2026-01-01T00:00:00",
                                        "2026-01-01T00:00:00+00:00",
                                        "2026-01-01T00:00:00.Z",
                                        "2026-01-01T00:00:00.1234567891Z",
                                        "2026-01-01T00:00:00ZZ",
                                        "2262-04-11T23:47:16.854775808Z",
                                        "1677-09-21T00:12:43.145224192Z",
                                        "9999-12-31T23:59:59Z",
                                        "0000-01-01T00:00:00Z"};
    char text[RFC3339_OCTETS];
    int64_t ns;

    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!rfc3339_read(wrong[i], &ns), "%s", wrong[i]);
    ck_assert(!rfc3339_write(INT64_MIN, text));
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(spool_keeps_order)
{
    const size_t limits[] = {0, 1, 1000, 1U << 20};

    for (unsigned i = 0; i < G_N_ELEMENTS(limits); i++) {
        GString *expected = g_string_new(NULL);
        struct outbuf out;
        struct spool spool;

        spool_init(&spool, limits[i]);
        ck_assert(spool_is_empty(&spool));
        for (unsigned n = 0; n < 5000; n++) {
            char *line = g_strdup_printf("line %u\n", n);
            ck_assert(spool_take(&spool, line, strlen(line)));
            g_string_append(expected, line);
            g_free(line);
        }
        ck_assert_int_eq(spool.fd >= 0, limits[i] < expected->len);
        outbuf_init(&out, NULL, NULL);
        ck_assert(spool_copy(&spool, outbuf_take, &out));
        ck_assert_uint_eq(out.length, expected->len);
        ck_assert_mem_eq(out.octets, expected->str, expected->len);
        outbuf_clear(&out);
        spool_clear(&spool);
        g_string_free(expected, TRUE);
    }
}
END_TEST

START_TEST(text_is_safe_and_wraps)
{
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    text_safe(&out, "a\x1b[2J\x9b\n\xc2\x9b \xc3\xa9");
    outbuf_char(&out, '\0');
    ck_assert_str_eq(out.octets, "a\\x1b[2J\xef\xbf\xbd\\x0a\\x9b \xc3\xa9");
    out.length = 0;
    for (unsigned i = 0; i < 60; i++)
        outbuf_string(&out, "word ");
    outbuf_char(&out, '\0');
    {
        struct outbuf wrapped;
        char **lines;

        outbuf_init(&wrapped, NULL, NULL);
        text_wrap(&wrapped, out.octets, 17, 17);
        outbuf_char(&wrapped, '\0');
        lines = g_strsplit(wrapped.octets, "\n", -1);
        ck_assert_uint_eq(g_strv_length(lines), 5);
        ck_assert_uint_le(strlen(lines[0]) + 17, TEXT_WIDTH);
        for (unsigned i = 1; lines[i][0] != '\0'; i++) {
            ck_assert_uint_le(strlen(lines[i]), TEXT_WIDTH);
            ck_assert_uint_eq(strspn(lines[i], " "), 17);
        }
        g_strfreev(lines);
        outbuf_clear(&wrapped);
    }
    out.length = 0;
    text_grouped(&out, 1234567);
    outbuf_char(&out, ' ');
    text_grouped(&out, 999);
    outbuf_char(&out, '\0');
    ck_assert_str_eq(out.octets, "1,234,567 999");
    outbuf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_json");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tests, string_survives, 0, G_N_ELEMENTS(strings));
    tcase_add_test(tests, numbers);
    tcase_add_loop_test(tests, time_both_ways, 0, G_N_ELEMENTS(times));
    tcase_add_test(tests, any_time_both_ways);
    tcase_add_test(tests, wrong_times);
    tcase_add_test(tests, spool_keeps_order);
    tcase_add_test(tests, text_is_safe_and_wraps);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
