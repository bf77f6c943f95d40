/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baseband logs: the three kinds of file, told by what they hold, whole, damaged, compressed, through a pipe. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture_bytes.h"

static char *directory;
static GString *seen; /* "number:state/foreign:octets " of every item */

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

/* Only the first and last octets of long items, and how many. */
static void note(const struct daps_record *record)
{
    static const char *const states[] = {"sound", "wrong", "unused", "foreign", "head", "cut"};
    g_string_append_printf(seen, "%" PRIu64 ":%s", record->frame, states[record->diag]);
    if (record->foreign > 0)
        g_string_append_printf(seen, "/%u", record->foreign);
    g_string_append_c(seen, ':');
    for (uint32_t i = 0; i < record->caplen && record->caplen <= 24; i++)
        g_string_append_printf(seen, "%02x", record->data[i]);
    if (record->caplen > 24)
        g_string_append_printf(seen, "%u", record->caplen);
    g_string_append_c(seen, ' ');
    ck_assert_int_eq(record->caplen, record->len);
}

static char *read_all(const char *path)
{
    char *error;
    struct daps_capture *capture = daps_capture_open(path, &error);
    struct daps_record record;
    enum daps_capture_status status;

    g_string_truncate(seen, 0);
    if (capture == NULL)
        return error;
    while ((status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD)
        note(&record);
    error = status == DAPS_CAPTURE_ERROR ? g_strdup(daps_capture_error(capture)) : NULL;
    daps_capture_close(capture);
    return error;
}

/* Keeps file. */
static char *read_bytes(const GByteArray *file)
{
    char *path = write_file(directory, "log.txt", file->data, file->len);
    char *error = read_all(path);
    g_free(path);
    return error;
}

static void assert_read(const GByteArray *file, const char *expected)
{
    char *error = read_bytes(file);
    ck_assert_msg(error == NULL, "%s", error);
    ck_assert_str_eq(seen->str, expected);
}

/* ITU-T V.42 8.1.1.6.1, bit by bit. */
static unsigned checksum(const uint8_t *octets, guint n)
{
    unsigned crc = 0xffff;
    for (guint i = 0; i < n; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const unsigned feedback = (crc ^ (unsigned)octets[i] >> bit) & 1;
            crc = crc >> 1 ^ (feedback ? 0x8408 : 0);
        }
    }
    return crc ^ 0xffff;
}

/* wrong: is added to the checksum. */
static void put_frame(GByteArray *to, const GByteArray *command, unsigned wrong)
{
    GByteArray *plain = g_byte_array_new();
    put(plain, command->data, command->len);
    put_u16(plain, false, (checksum(command->data, command->len) + wrong) & 0xffff);
    for (guint i = 0; i < plain->len; i++) {
        const uint8_t octet = plain->data[i], escaped[] = {0x7d, octet ^ 0x20};
        if (octet == 0x7d || octet == 0x7e)
            put(to, escaped, 2);
        else
            put(to, &octet, 1);
    }
    put(to, "\x7e", 1);
    g_byte_array_unref(plain);
}

/* Of n octets of body, at a time in 2026. */
static GByteArray *packet_of(unsigned code, const void *body, guint n)
{
    GByteArray *packet = g_byte_array_new();
    put_u16(packet, false, 12 + n);
    put_u16(packet, false, code);
    put(packet, "\0\0\x10\x32\x54\x76\x09\x01", 8);
    put(packet, body, n);
    return packet;
}

static GByteArray *log_of(unsigned code, const void *body, guint n)
{
    GByteArray *packet = packet_of(code, body, n), *command = g_byte_array_new();
    put(command, "\x10\0", 2);
    put_u16(command, false, packet->len);
    put(command, packet->data, packet->len);
    g_byte_array_unref(packet);
    return command;
}

static void put_log(GByteArray *file, const char *body, unsigned wrong)
{
    GByteArray *command = log_of(0xb0c0, body, (guint)strlen(body));
    put_frame(file, command, wrong);
    g_byte_array_unref(command);
}

#define ITEM(length, body)                                                                                             \
    "1000" length "00" length "00c0b000001032547609"                                                                   \
    "01" body

START_TEST(frames)
{
    GByteArray *file = g_byte_array_new();
    put(file, "\x7e", 1); /* some begin with a flag */
    put_log(file, "ab", 0);
    put(file, "\x7e\x7e", 2);
    put_log(file, "~}", 0);
    GByteArray *event = g_byte_array_new();
    put(event, "\x60\x01\x02", 3);
    put_frame(file, event, 0);
    assert_read(file, "1:sound:" ITEM("0e", "6162") " 2:sound:" ITEM("0e", "7e7d") " 3:sound:600102 ");

    /* Compressed, and through a pipe. */
    GByteArray *packed = gzip_of(file);
    assert_read(packed, "1:sound:" ITEM("0e", "6162") " 2:sound:" ITEM("0e", "7e7d") " 3:sound:600102 ");
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], packed->data, packed->len), (ssize_t)packed->len);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    ck_assert_ptr_null(read_all("-"));
    ck_assert_str_eq(seen->str, "1:sound:" ITEM("0e", "6162") " 2:sound:" ITEM("0e", "7e7d") " 3:sound:600102 ");
    ck_assert_int_eq(packed->data[0], 0x1f);
    g_byte_array_set_size(packed, packed->len - 12);
    char *error = read_bytes(packed);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error, "cut short in the middle of what gzip packed") != NULL, "%s", error);
    g_free(error);
    g_byte_array_unref(packed);
    g_byte_array_unref(event);
    g_byte_array_unref(file);
}
END_TEST

START_TEST(frames_damaged)
{
    GByteArray *file = g_byte_array_new();
    put(file, "a head", 6);
    put(file, "\x7e", 1);
    put_log(file, "ab", 0);
    put_log(file, "cd", 7);
    put(file, "what is no item~", 16);
    put(file, "garbage", 7); /* right in front of one */
    put_log(file, "ef", 0);
    put_log(file, "gh", 0);
    const guint whole = file->len;
    assert_read(file,
                "1:head/6: 2:sound:" ITEM("0e", "6162") " 3:wrong:" ITEM("0e", "6364") " 4:foreign/15: 5:sound/7:" ITEM(
                    "0e", "6566") " 6:sound:" ITEM("0e", "6768") " ");
    /* Cut anywhere in the last item; where only its flag is missing, it is whole. */
    for (guint cut = 2; cut < 22; cut++) {
        g_byte_array_set_size(file, whole - cut);
        char *error = read_bytes(file), *state = g_strdup_printf(" 6:cut/%u: ", 21 - cut);
        ck_assert_ptr_null(error);
        ck_assert_msg(cut == 21 || g_str_has_suffix(seen->str, state), "%u: %s", cut, seen->str);
        g_free(state);
    }
    g_byte_array_unref(file);
    file = g_byte_array_new();
    put_log(file, "ab", 0);
    g_byte_array_set_size(file, file->len - 1);
    put(file, "\x7e", 1);
    put_log(file, "cd", 0);
    g_byte_array_set_size(file, file->len - 1);
    assert_read(file, "1:sound:" ITEM("0e", "6162") " 2:sound:" ITEM("0e", "6364") " ");
    g_byte_array_unref(file);
}
END_TEST

/* A tool that writes no right checksum at all. */
START_TEST(checksums_unused)
{
    GByteArray *file = g_byte_array_new();
    put_log(file, "ab", 1);
    put_log(file, "cd", 2);
    assert_read(file, "1:unused:" ITEM("0e", "6162") " 2:unused:" ITEM("0e", "6364") " ");
    g_byte_array_unref(file);
}
END_TEST

/* The longest item there is, every octet of it escaped; and more than that without a flag. */
START_TEST(long_items)
{
    GByteArray *file = g_byte_array_new();
    uint8_t *body = g_malloc(200000);
    memset(body, 0x7e, 65535 - 12);
    GByteArray *command = log_of(0xb821, body, 65535 - 12);
    put_frame(file, command, 0);
    memset(body, 'x', 200000);
    put(file, body, 200000);
    put(file, "~", 1);
    put_frame(file, command, 0);
    assert_read(file, "1:sound:65539 2:foreign/200000: 3:sound:65539 ");
    g_byte_array_unref(command);
    g_byte_array_unref(file);
    g_free(body);
}
END_TEST

START_TEST(packets)
{
    GByteArray *file = g_byte_array_new(), *packet = packet_of(0xb0c0, "abc", 3);
    for (unsigned i = 0; i < 3; i++)
        put(file, packet->data, packet->len);
#define PACKET "0f00c0b00000103254760901616263"
    assert_read(file, "1:sound:" PACKET " 2:sound:" PACKET " 3:sound:" PACKET " ");
    put(file, "foreign", 7);
    put(file, packet->data, packet->len);
    put(file, packet->data, packet->len);
    put(file, packet->data, 9);
    assert_read(file, "1:sound:" PACKET " 2:sound:" PACKET " 3:sound:" PACKET " 4:foreign/7: 5:sound:" PACKET
                      " 6:sound:" PACKET " 7:cut/9: ");
    g_byte_array_unref(packet);
    g_byte_array_unref(file);
}
END_TEST

START_TEST(headed)
{
    GByteArray *file = g_byte_array_new(), *command = log_of(0xb821, "abc", 3);
    put(file, "a header", 8);
    put(file, command->data, command->len);
    put(file, "\x10\x10\0\0", 4);
    put(file, command->data, command->len);
    put(file, command->data, 11);
#define COMMAND "10000f000f0021b80000103254760901616263"
    assert_read(file, "1:sound:" COMMAND " 2:sound:" COMMAND " ");
    g_byte_array_set_size(file, file->len - 11);
    put(file, command->data, command->len - 1);
    assert_read(file, "1:sound:" COMMAND " 2:sound:" COMMAND " 3:cut/18: ");
    g_byte_array_unref(command);
    g_byte_array_unref(file);
}
END_TEST

/* Neither text nor noise is a baseband log, nor one whose items are fewer than what is none. */
START_TEST(what_is_none)
{
    GByteArray *file = g_byte_array_new();
    GRand *random = g_rand_new_with_seed(20261128);
    const char *reason = NULL;
    for (unsigned i = 0; i < 20; i++) {
        g_byte_array_set_size(file, 0);
        for (unsigned n = 0; n < 100000; n++) {
            const uint8_t octet =
                (uint8_t)(i < 10 ? g_rand_int_range(random, 0, 256) : g_rand_int_range(random, 32, 127));
            put(file, &octet, 1);
        }
        char *path = write_file(directory, "log.qmdl", file->data, file->len);
        ck_assert_int_eq(daps_capture_probe(path, &reason), DAPS_KIND_NOT_CAPTURE);
        g_free(path);
    }
    g_rand_free(random);
    g_byte_array_set_size(file, 0);
    put_log(file, "ab", 0);
    char *path = write_file(directory, "picture.jpg", file->data, file->len);
    ck_assert_int_eq(daps_capture_probe(path, &reason), DAPS_KIND_CAPTURE);
    g_free(path);
    g_byte_array_unref(file);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("baseband logs");
    TCase *c = tcase_create("read");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, frames);
    tcase_add_test(c, frames_damaged);
    tcase_add_test(c, checksums_unused);
    tcase_add_test(c, long_items);
    tcase_add_test(c, packets);
    tcase_add_test(c, headed);
    tcase_add_test(c, what_is_none);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
