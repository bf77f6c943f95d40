/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own reading of classic pcap against libpcap's: the same records and the same end, also of damaged files. */
#include <check.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "capture/capture.h"
#include "capture_bytes.h"

#define FILES 250

static char *directory;

static void setup(void)
{
    directory = make_directory();
}

static void teardown(void)
{
    remove_tree(directory);
    g_free(directory);
}

static void add_record(GString *text, int64_t time_ns, int linktype, uint32_t caplen, uint32_t len, const uint8_t *data)
{
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, data, caplen);

    g_string_append_printf(text, "%" PRId64 " %d %u/%u %s\n", time_ns, linktype, caplen, len, sum);
    g_free(sum);
}

/* What libpcap alone reads. Our program does without the snap length: the file has none. */
static GString *by_libpcap(const char *path)
{
    GString *text = g_string_new("");
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    int status;
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);

    if (pcap == NULL) {
        g_string_append(text, "not opened");
        return text;
    }
    while ((status = pcap_next_ex(pcap, &header, &data)) == 1)
        add_record(text, (int64_t)(uint32_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec, pcap_datalink(pcap),
                   header->caplen, header->len, data);
    g_string_append(text, status == PCAP_ERROR_BREAK ? "end" : "error");
    pcap_close(pcap);
    return text;
}

static GString *by_us(const char *path)
{
    GString *text = g_string_new("");
    enum daps_capture_status status;
    struct daps_record r;
    char *error;
    struct daps_capture *capture = daps_capture_open(path, &error);

    if (capture == NULL) {
        g_free(error);
        g_string_append(text, "not opened");
        return text;
    }
    while ((status = daps_capture_next(capture, &r)) == DAPS_CAPTURE_RECORD)
        add_record(text, r.time_ns, r.linktype, r.caplen, r.len, r.data);
    g_string_append(text, status == DAPS_CAPTURE_END ? "end" : "error");
    daps_capture_close(capture);
    return text;
}

static void assert_same(const GByteArray *file, unsigned number)
{
    char *path = write_file(directory, "capture", file->data, file->len);
    GString *theirs = by_libpcap(path), *ours = by_us(path);

    ck_assert_msg(strcmp(theirs->str, ours->str) == 0, "file %u: libpcap\n%s\nwe\n%s", number, theirs->str, ours->str);
    g_string_free(theirs, TRUE);
    g_string_free(ours, TRUE);
    g_free(path);
}

static GByteArray *random_file(GRand *rand)
{
    static char octets[300000];
    const bool big = g_rand_int_range(rand, 0, 4) == 0;
    GByteArray *file = pcap_begin(big, g_rand_boolean(rand), 0, (uint32_t)g_rand_int_range(rand, 0, 300));

    for (gint32 i = 0, n = g_rand_int_range(rand, 0, 20); i < n; i++) {
        gint32 length = g_rand_int_range(rand, 0, 200);
        if (g_rand_int_range(rand, 0, 100) == 0)
            length = g_rand_int_range(rand, 0, 262145);
        octets[g_rand_int_range(rand, 0, 200)] = (char)g_rand_int(rand);
        pcap_record(file, big, g_rand_int(rand), g_rand_int(rand), octets, (uint32_t)length, g_rand_int(rand));
    }
    return file;
}

static void damage(GRand *rand, GByteArray *file)
{
    const gint32 cut = g_rand_int_range(rand, 0, (gint32)file->len + 1);

    for (gint32 i = g_rand_int_range(rand, 0, 3); i > 0; i--) {
        const gint32 most = g_rand_boolean(rand) ? MIN((gint32)file->len, 400) : (gint32)file->len;
        file->data[g_rand_int_range(rand, 24, MAX(most, 25)) % (gint32)file->len] ^= (guint8)(1U << (cut & 7));
    }
    if (g_rand_int_range(rand, 0, 3) == 0)
        g_byte_array_set_size(file, (guint)MAX(cut, 24));
}

START_TEST(same_records_as_libpcap)
{
    GRand *rand = g_rand_new_with_seed(20240601);

    for (unsigned i = 0; i < FILES; i++) {
        GByteArray *file = random_file(rand);
        assert_same(file, i);
        damage(rand, file);
        assert_same(file, i);
        g_byte_array_unref(file);
    }
    g_rand_free(rand);
}
END_TEST

START_TEST(largest_record_and_one_above)
{
    static char octets[262145];
    GByteArray *file = pcap_begin(false, false, 0, 1);

    for (unsigned i = 0; i < 5; i++)
        pcap_record(file, false, i, i, octets, 262144, 262144);
    assert_same(file, 0);
    pcap_record(file, false, 9, 9, octets, 262145, 262145);
    assert_same(file, 1);
    g_byte_array_unref(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture_plain");
    TCase *tcase = tcase_create("against libpcap");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, same_records_as_libpcap);
    tcase_add_test(tcase, largest_record_and_one_above);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
