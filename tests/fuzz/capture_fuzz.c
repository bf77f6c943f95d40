/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of capture files: the input is one. Read as a file, through a pipe, and by libpcap alone it has the
 * same records; and an audit of it gives whole lines of JSON.
 */
#include <fcntl.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

#include "audit_run.h"
#include "capture/capture.h"
#include "fuzz.h"

enum { PIPE_HOLDS = 65536, PCAPNG_BEGINS = 0x0a, SNAP_LENGTH = 16, FILE_HEADER = 24 };

static GArray *records_of(const char *path)
{
    GArray *records = g_array_new(FALSE, FALSE, sizeof(struct daps_record));
    struct daps_record record = {.frame = 0};
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open(path, &error);
    enum daps_capture_status status = DAPS_CAPTURE_END;
    uint64_t done, whole;

    must((capture == NULL) == (error != NULL));
    while (capture != NULL && (status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD) {
        must(record.frame == records->len + 1);
        record.data = g_memdup2(record.data, record.caplen);
        g_array_append_val(records, record);
        daps_capture_progress(capture, &done, &whole);
        must(whole == 0 || done <= whole);
    }
    must(capture == NULL || (status == DAPS_CAPTURE_ERROR) == (daps_capture_error(capture) != NULL));
    daps_capture_close(capture);
    g_free(error);
    return records;
}

static void records_free(GArray *records)
{
    for (guint i = 0; i < records->len; i++)
        g_free((gpointer)g_array_index(records, struct daps_record, i).data);
    g_array_unref(records);
}

static bool same_record(const struct daps_record *a, const struct daps_record *b)
{
    return a->time_ns == b->time_ns && a->linktype == b->linktype && a->caplen == b->caplen && a->len == b->len &&
           (a->caplen == 0 || memcmp(a->data, b->data, a->caplen) == 0);
}

/* The pipe holds all of it, so nobody has to write while it is read. */
static void piped_is_the_same(const uint8_t *data, size_t size, const GArray *records)
{
    int ends[2];
    char *path;
    GArray *piped;

    must(pipe(ends) == 0);
    must(write(ends[1], data, size) == (ssize_t)size);
    close(ends[1]);
    path = g_strdup_printf("/proc/self/fd/%d", ends[0]);
    piped = records_of(path);
    must(piped->len == records->len);
    for (guint i = 0; i < records->len; i++)
        must(same_record(&g_array_index(records, struct daps_record, i), &g_array_index(piped, struct daps_record, i)));
    records_free(piped);
    g_free(path);
    close(ends[0]);
}

/* Seconds of a pcap have no sign; a pcapng record whose time is 0, or none that nanoseconds can hold, has none. */
static int64_t time_of(const struct pcap_pkthdr *header, bool pcapng)
{
    const int64_t seconds = header->ts.tv_sec, nanoseconds = header->ts.tv_usec;

    if (!pcapng)
        return (int64_t)(uint32_t)seconds * 1000000000 + nanoseconds;
    if ((seconds == 0 && nanoseconds == 0) || seconds > INT64_MAX / 1000000000 - 2 ||
        seconds < INT64_MIN / 1000000000 + 2)
        return INT64_MIN;
    return seconds * 1000000000 + nanoseconds;
}

/* libpcap delivers no more than we do, and what it delivers is the same. A pcap's snap length is not looked at. */
static void libpcap_has_the_same(const uint8_t *data, size_t size, const GArray *records)
{
    const bool pcapng = size > 0 && data[0] == PCAPNG_BEGINS;
    uint8_t *copy = g_memdup2(data, size);
    char why[PCAP_ERRBUF_SIZE], *path;
    pcap_t *pcap;
    int file;
    struct pcap_pkthdr *header;
    const u_char *octets;

    if (!pcapng && size >= FILE_HEADER)
        memset(copy + SNAP_LENGTH, 0, 4);
    path = fuzz_file(copy, size, &file);
    pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
    for (guint i = 0; pcap != NULL && i < records->len; i++) {
        const struct daps_record *record = &g_array_index(records, struct daps_record, i);
        must(pcap_next_ex(pcap, &header, &octets) == 1);
        must(header->caplen == record->caplen && header->len == record->len);
        must(record->caplen == 0 || memcmp(octets, record->data, record->caplen) == 0);
        must(record->time_ns == time_of(header, pcapng));
    }
    if (pcap != NULL) {
        must(pcap_next_ex(pcap, &header, &octets) != 1);
        pcap_close(pcap);
    }
    g_free(path);
    g_free(copy);
    close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file;
    char *path = fuzz_file(data, size, &file);
    const char *reason = "";
    GArray *records = records_of(path);
    struct options options;
    GString *said;

    must(daps_capture_probe(path, &reason) == DAPS_KIND_CAPTURE || reason[0] != '\0');
    if (size <= PIPE_HOLDS)
        piped_is_the_same(data, size, records);
    libpcap_has_the_same(data, size, records);
    records_free(records);
    fuzz_options(&options, REPORT_NDJSON, REPORT_AUDIT);
    options.keylog = fuzz_sample_keys();
    said = fuzz_run(&options, path, audit_run_capture);
    fuzz_is_ndjson(said);
    g_string_free(said, TRUE);
    fuzz_options_clear(&options);
    g_free(path);
    close(file);
    return 0;
}
