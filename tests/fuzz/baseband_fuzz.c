/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of baseband logs. The first octet says how the rest becomes one: 0 as it is; else u16 length and
 * octets of one command after the other, each as a frame with its checksum, so that what is inside is reached. It is no
 * other log through a pipe, an audit of it and its keys give whole lines of JSON.
 */
#include <string.h>
#include <unistd.h>

#include "audit_run.h"
#include "capture/capture.h"
#include "fuzz.h"
#include "synth/put.h"

enum { PIPE_HOLDS = 65536 };

/* Number of items, and a digest of what they are. */
static uint64_t items_of(const char *path, uint64_t *items)
{
    struct daps_record record = {.frame = 0};
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open(path, &error);
    enum daps_capture_status status = DAPS_CAPTURE_END;
    uint64_t digest = 0, done, whole;

    must((capture == NULL) == (error != NULL));
    *items = 0;
    while (capture != NULL && (status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD) {
        must(record.frame == ++*items);
        digest = digest * 31 + record.caplen + record.foreign * 7U + (uint64_t)record.diag;
        for (uint32_t i = 0; i < record.caplen; i++)
            digest = digest * 31 + record.data[i];
        daps_capture_progress(capture, &done, &whole);
        must(whole == 0 || done <= whole);
    }
    must(capture == NULL || (status == DAPS_CAPTURE_ERROR) == (daps_capture_error(capture) != NULL));
    daps_capture_close(capture);
    g_free(error);
    return digest;
}

static void piped_is_the_same(const GByteArray *log, uint64_t digest, uint64_t items)
{
    uint64_t piped;
    int ends[2];
    char *path;

    must(pipe(ends) == 0);
    must(write(ends[1], log->data, log->len) == (ssize_t)log->len);
    close(ends[1]);
    path = g_strdup_printf("/proc/self/fd/%d", ends[0]);
    must(items_of(path, &piped) == digest && piped == items);
    g_free(path);
    close(ends[0]);
}

static GByteArray *log_of(const uint8_t *data, size_t size)
{
    struct feed feed = {data + 1, size - 1};
    GByteArray *log = g_byte_array_new();

    if (data[0] == 0)
        return g_byte_array_append(log, feed.octets, (guint)feed.left);
    while (feed.left > 0) {
        uint32_t length = feed_number(&feed, 2);
        uint8_t *command = feed_octets(&feed, &length);
        put_diag_frame(log, command, length);
        g_free(command);
    }
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GByteArray *log;
    struct options options;
    uint64_t items, digest;
    GString *said;
    char *path;
    int file;

    if (size < 2)
        return 0;
    log = log_of(data, size);
    path = fuzz_file(log->data, log->len, &file);
    digest = items_of(path, &items);
    if (log->len <= PIPE_HOLDS)
        piped_is_the_same(log, digest, items);
    fuzz_options(&options, REPORT_NDJSON, REPORT_AUDIT);
    options.keylog = fuzz_sample_keys();
    said = fuzz_run(&options, path, audit_run_capture);
    fuzz_is_ndjson(said);
    g_string_free(said, TRUE);
    fuzz_options_clear(&options);
    fuzz_options(&options, REPORT_NDJSON, REPORT_KEYS);
    said = fuzz_run(&options, path, audit_run_capture);
    fuzz_is_ndjson(said);
    g_string_free(said, TRUE);
    fuzz_options_clear(&options);
    g_byte_array_unref(log);
    g_free(path);
    close(file);
    return 0;
}
