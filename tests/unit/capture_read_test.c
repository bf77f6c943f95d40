/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading captures: formats, byte orders, times, cut files, what is no capture, standard input. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/reader.h"
#include "capture_bytes.h"

static char *directory;
static GString *seen; /* "frame:linktype:data/len@time " of every record */

static void setup(void)
{
    directory = make_directory();
    seen = g_string_new("");
}

static void teardown(void)
{
    remove_tree(directory);
    g_free(directory);
    g_string_free(seen, TRUE);
}

/* Reads all records into seen. Returns the error sentence or NULL; free it. */
static char *read_all(const char *path)
{
    g_string_truncate(seen, 0);
    char *error;
    struct daps_capture *capture = daps_capture_open(path, &error);
    if (!capture) {
        ck_assert_ptr_nonnull(error);
        return error;
    }
    ck_assert_ptr_null(error);
    struct daps_record r;
    enum daps_capture_status status;
    while ((status = daps_capture_next(capture, &r)) == DAPS_CAPTURE_RECORD) {
        g_string_append_printf(seen, "%" PRIu64 ":%d:%.*s/%u", r.frame, r.linktype, (int)r.caplen, (const char *)r.data,
                               r.len);
        if (r.time_ns == INT64_MIN)
            g_string_append(seen, "@none ");
        else
            g_string_append_printf(seen, "@%" PRId64 " ", r.time_ns);
    }
    error = status == DAPS_CAPTURE_ERROR ? g_strdup(daps_capture_error(capture)) : NULL;
    ck_assert_int_eq(daps_capture_next(capture, &r), status);
    daps_capture_close(capture);
    return error;
}

static char *read_bytes(GByteArray *file)
{
    char *path = write_file(directory, "capture", file->data, file->len);
    char *error = read_all(path);
    g_free(path);
    return error;
}

/* The same through a pipe on standard input. */
static char *read_piped(GByteArray *file)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_uint_le(file->len, 60000); /* fits in the pipe, so no second process is needed */
    ck_assert_int_eq(write(ends[1], file->data, file->len), (ssize_t)file->len);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return read_all("-");
}

static void assert_contains(const char *text, const char *part)
{
    ck_assert_msg(text && strstr(text, part), "\"%s\" does not say \"%s\"", text ? text : "(nothing)", part);
}

START_TEST(classic_pcap_of_every_kind)
{
    bool big = _i & 1, nano = _i & 2;
    GByteArray *file = pcap_begin(big, nano, 65535, 252);
    pcap_record(file, big, 1700000000, nano ? 123456789 : 123456, "abc", 3, 3);
    pcap_record(file, big, 0, 0, "", 0, 0);
    pcap_record(file, big, 4000000000u, 1, "hello", 5, 900); /* after 2038, cut by the snap length */
    char *expected = g_strdup_printf("1:252:abc/3@1700000000%d 2:252:/0@0 3:252:hello/900@4000000000%09d ",
                                     nano ? 123456789 : 123456000, nano ? 1 : 1000);
    ck_assert_ptr_null(read_bytes(file));
    ck_assert_str_eq(seen->str, expected);
    ck_assert_ptr_null(read_piped(file));
    ck_assert_str_eq(seen->str, expected);
    g_free(expected);
    g_byte_array_unref(file);
}
END_TEST

START_TEST(snap_length_of_all_ones)
{
    GByteArray *file = pcap_begin(false, false, UINT32_MAX, 252);
    pcap_record(file, false, 1, 0, "abc", 3, 3);
    ck_assert_ptr_null(read_bytes(file));
    ck_assert_str_eq(seen->str, "1:252:abc/3@1000000000 ");
    g_byte_array_unref(file);
}
END_TEST

/* Records longer than the file's snap length are whole all the same. */
START_TEST(snap_length_too_small)
{
    for (uint32_t snaplen = 0; snaplen < 8; snaplen++) {
        GByteArray *file = pcap_begin(snaplen & 1, false, snaplen, 252);
        pcap_record(file, snaplen & 1, 1, 0, "abcdef", 6, 6);
        pcap_record(file, snaplen & 1, 2, 0, "abcdef", 3, 6);
        ck_assert_ptr_null(read_bytes(file));
        ck_assert_str_eq(seen->str, "1:252:abcdef/6@1000000000 2:252:abc/6@2000000000 ");
        g_byte_array_unref(file);
    }
}
END_TEST

START_TEST(cut_at_every_octet)
{
    GByteArray *file = pcap_begin(false, false, 65535, 1);
    guint ends[4] = {24};
    for (int i = 1; i <= 3; i++) {
        pcap_record(file, false, (uint32_t)i, 0, "packet", 6, 6);
        ends[i] = file->len;
    }
    for (guint length = 0; length <= file->len; length++) {
        int whole = -1;
        while (whole < 3 && ends[whole + 1] <= length)
            whole++;
        GByteArray *part = g_byte_array_new();
        put(part, file->data, length);
        char *error = read_bytes(part);
        int records = 0;
        for (const char *c = seen->str; *c; c++)
            records += *c == ' ';
        ck_assert_int_eq(records, (whole < 0 ? 0 : whole));
        if (length == 0)
            assert_contains(error, "is empty");
        else if (whole < 0)
            ck_assert_ptr_nonnull(error);
        else if (length == ends[whole])
            ck_assert_ptr_null(error);
        else {
            char *text =
                g_strdup_printf("cut short in the middle of a packet after frame %d (offset %u)", whole, length);
            assert_contains(error, text);
            g_free(error);
            error = read_piped(part);
            assert_contains(error, text);
            assert_contains(error, "standard input: ");
            g_free(text);
        }
        g_free(error);
        g_byte_array_unref(part);
    }
    g_byte_array_unref(file);
}
END_TEST

START_TEST(damaged_in_the_middle)
{
    GByteArray *file = pcap_begin(false, false, 65535, 1);
    pcap_record(file, false, 1, 0, "packet", 6, 6);
    put_u32(file, false, 2);
    put_u32(file, false, 0);
    put_u32(file, false, 0x7fffffff);
    put_u32(file, false, 0x7fffffff);
    put(file, "x", 1);
    char *error = read_bytes(file);
    assert_contains(error, "after frame 1 (offset 62)"); /* behind the bad header */
    ck_assert_str_eq(seen->str, "1:1:packet/6@1000000000 ");
    g_free(error);
    g_byte_array_unref(file);
}
END_TEST

START_TEST(what_is_no_capture)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0\x1f\x15\xc4\x89";
    static const char text[] = "This is a note about captures,\nnot one of them.\n";
    static const char json[] = "{\"type\":\"summary\"}\n";
    const struct {
        const char *name, *data;
        size_t length;
    } files[] = {{"a.png", png, sizeof png - 1},
                 {"b.txt", text, sizeof text - 1},
                 {"c.json", json, sizeof json - 1},
                 {"d", "x", 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        char *path = write_file(directory, files[i].name, files[i].data, files[i].length);
        char *error = read_all(path);
        assert_contains(error, path);
        assert_contains(error, "not a ");
        ck_assert_str_eq(seen->str, "");
        const char *reason = NULL;
        ck_assert_int_eq(daps_capture_probe(path, &reason), DAPS_KIND_NOT_CAPTURE);
        ck_assert_ptr_nonnull(reason);
        g_free(error);
        g_free(path);
    }
    char *error = read_all(directory);
    assert_contains(error, "is a directory");
    g_free(error);
    char *missing = g_build_filename(directory, "missing", NULL);
    error = read_all(missing);
    assert_contains(error, "No such file");
    g_free(error);
    g_free(missing);
    char *empty = write_file(directory, "empty", "", 0);
    error = read_all(empty);
    assert_contains(error, "is empty");
    g_free(error);
    g_free(empty);
}
END_TEST

START_TEST(pcapng_simple)
{
    bool big = _i;
    GByteArray *file = pcapng_begin(big);
    pcapng_interface(file, big, 252, UINT32_MAX);
    pcapng_packet(file, big, 0, 1700000000123456, "abcde");
    pcapng_simple_packet(file, big, "no time");
    const char *expected = "1:252:abcde/5@1700000000123456000 2:252:no time/7@none ";
    ck_assert_ptr_null(read_bytes(file));
    ck_assert_str_eq(seen->str, expected);
    ck_assert_ptr_null(read_piped(file));
    ck_assert_str_eq(seen->str, expected);
    g_byte_array_unref(file);
}
END_TEST

/* libpcap stops at the second interface, wherever that comes. */
START_TEST(pcapng_of_two_kinds)
{
    bool late = _i & 1, same_type = _i & 2;
    GByteArray *file = pcapng_begin(false);
    pcapng_interface(file, false, 252, 1000);
    if (!late)
        pcapng_interface(file, false, same_type ? 252 : 228, 2000);
    pcapng_packet(file, false, 0, 1000001, "one");
    pcapng_packet(file, false, 0, 1000002, "two");
    if (late)
        pcapng_interface(file, false, same_type ? 252 : 228, 2000);
    pcapng_packet(file, false, 1, 1000003, "three");
    pcapng_packet(file, false, 0, 1000004, "four");
    char *expected = g_strdup_printf("1:252:one/3@1000001000 2:252:two/3@1000002000 3:%d:three/5@1000003000 "
                                     "4:252:four/4@1000004000 ",
                                     same_type ? 252 : 228);
    for (int piped = 0; piped < 2; piped++) {
        char *error = piped ? read_piped(file) : read_bytes(file);
        if (wiretap_missing()) {
            assert_contains(error, "libwiretap is needed");
        } else {
            ck_assert_ptr_null(error);
            ck_assert_str_eq(seen->str, expected);
        }
        g_free(error);
    }
    g_free(expected);
    g_byte_array_unref(file);
}
END_TEST

START_TEST(compressed)
{
    GByteArray *plain = pcap_begin(false, true, 65535, 101);
    pcap_record(plain, false, 5, 7, "abc", 3, 3);
    GByteArray *file = gzip_of(plain);
    for (int piped = 0; piped < 2; piped++) {
        char *error = piped ? read_piped(file) : read_bytes(file);
        if (wiretap_missing()) {
            assert_contains(error, "compressed with gzip; to read it libwiretap is needed");
        } else {
            ck_assert_ptr_null(error);
            ck_assert_str_eq(seen->str, "1:12:abc/3@5000000007 ");
        }
        g_free(error);
    }
    g_byte_array_set_size(file, file->len - 12); /* into the data */
    char *error = read_bytes(file);
    ck_assert_ptr_nonnull(error);
    g_free(error);
    g_byte_array_unref(file);

    file = gzip_of(g_byte_array_append(g_byte_array_set_size(plain, 0), (const guint8 *)"nothing to see", 14));
    error = read_bytes(file);
    assert_contains(error, "gzip");
    g_free(error);
    g_byte_array_unref(file);
    g_byte_array_unref(plain);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("capture");
    TCase *c = tcase_create("read");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, classic_pcap_of_every_kind, 0, 4);
    tcase_add_test(c, snap_length_of_all_ones);
    tcase_add_test(c, snap_length_too_small);
    tcase_add_test(c, cut_at_every_octet);
    tcase_add_test(c, damaged_in_the_middle);
    tcase_add_test(c, what_is_no_capture);
    tcase_add_loop_test(c, pcapng_simple, 0, 2);
    tcase_add_loop_test(c, pcapng_of_two_kinds, 0, 4);
    tcase_add_test(c, compressed);
    suite_add_tcase(s, c);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
