/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* memfd_create; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daps/keylog.h"
#include "report/json_read.h"
#include "report/report.h"

static int said_to = STDERR_FILENO;

/* libFuzzer closes what the program under test writes to; what does not hold is to be read nevertheless. */
__attribute__((constructor)) static void keep_standard_error(void)
{
    said_to = dup(STDERR_FILENO);
}

void fuzz_fail(const char *where, int line, const char *what)
{
    dprintf(said_to, "%s:%d: does not hold: %s\n", where, line, what);
    abort();
}

uint8_t *feed_octets(struct feed *feed, uint32_t *length)
{
    uint8_t *octets;

    if (*length > feed->left)
        *length = (uint32_t)feed->left;
    octets = malloc(*length > 0 ? *length : 1);
    must(octets != NULL);
    if (*length > 0)
        memcpy(octets, feed->octets, *length);
    feed->octets += *length;
    feed->left -= *length;
    return octets;
}

char *fuzz_file(const void *octets, size_t length, int *file)
{
    size_t written = 0;

    *file = memfd_create("fuzz", MFD_CLOEXEC);
    must(*file >= 0);
    while (written < length) {
        ssize_t n = write(*file, (const char *)octets + written, length - written);
        must(n > 0);
        written += (size_t)n;
    }
    return g_strdup_printf("/proc/self/fd/%d", *file);
}

struct daps_record fuzz_record(struct feed *feed, uint64_t frame)
{
    static const int linktypes[] = {252,
                                    1,
                                    101,
                                    228,
                                    229,
                                    113,
                                    276,
                                    0,
                                    108,
                                    149,
                                    9,
                                    147,
                                    152,
                                    105,
                                    157,
                                    156,
                                    219,
                                    104,
                                    51,
                                    DAPS_LINKTYPE_NONE,
                                    DAPS_LINKTYPE_AZENQOS,
                                    DAPS_LINKTYPE_SDM};
    struct daps_record record = {.frame = frame, .time_ns = (int64_t)frame * 1000000};
    uint32_t missing;

    record.linktype = linktypes[feed_number(feed, 1) % G_N_ELEMENTS(linktypes)];
    missing = feed_number(feed, 1);
    record.caplen = feed_number(feed, 2);
    record.data = feed_octets(feed, &record.caplen);
    record.len = record.caplen + missing;
    return record;
}

void fuzz_finding(const struct daps_finding *finding, uint64_t last_frame)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    must(finding->n_frames > 0 && finding->subjects[0].frame > 0 && finding->n_frames <= finding->n_subjects);
    must(finding->repeats >= finding->n_frames && finding->ue != NULL && finding->rule < DAPS_RULE_COUNT);
    for (uint32_t i = 0; i < finding->n_subjects; i++)
        must(finding->subjects[i].frame <= last_frame);
    if (tuple->xor_plaintext != NULL)
        must(memcmp(tuple->xor_plaintext, tuple->xor_ciphertext, tuple->octets) == 0);
}

struct daps_keylog *fuzz_sample_keys(void)
{
    static const char line[] = "KAMF * f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233445566778899aabbccddeeff00 ul_nas_count=7";
    struct daps_keylog *keylog = daps_keylog_new();
    char error[128];

    must(daps_keylog_add_line(keylog, line, error, sizeof error));
    return keylog;
}

void fuzz_options(struct options *options, enum report_format format, enum report_view view)
{
    *options = (struct options){.style = {.format = format, .view = view, .max_spool = 1 << 20},
                                .jobs = 1,
                                .max_spool = 1 << 20,
                                .found = g_hash_table_new(NULL, NULL)};
}

void fuzz_options_clear(struct options *options)
{
    g_hash_table_unref(options->found);
    daps_keylog_free(options->keylog);
}

GString *fuzz_run(const struct options *options, const char *path, batch_work *work)
{
    struct batch_job job = {.path = path};
    struct outbuf frame;
    GString *text;

    outbuf_init(&job.lines, NULL, NULL);
    outbuf_init(&job.notes, NULL, NULL);
    outbuf_init(&frame, NULL, NULL);
    work(&job, options);
    report_epilogue(&options->style, &job.lines, &job.totals);
    report_prologue(&options->style, &frame);
    if (options->style.format == REPORT_JSON && job.lines.length >= strlen(REPORT_JSON_SEPARATOR))
        outbuf_octets(&frame, job.lines.octets + strlen(REPORT_JSON_SEPARATOR),
                      job.lines.length - strlen(REPORT_JSON_SEPARATOR));
    else
        outbuf_octets(&frame, job.lines.octets, job.lines.length);
    text = g_string_new_len(frame.octets, (gssize)frame.length);
    fuzz_is_plain(job.notes.octets, job.notes.length);
    totals_clear(&job.totals.sum);
    outbuf_clear(&frame);
    outbuf_clear(&job.notes);
    outbuf_clear(&job.lines);
    return text;
}

void fuzz_is_json(const char *text, size_t length)
{
    struct json_line *line = json_line_new();
    const char *reason;
    size_t at;

    must(json_line_read(line, text, length, &reason, &at) != NULL);
    json_line_free(line);
}

void fuzz_is_ndjson(const GString *text)
{
    const char *line = text->str, *end;

    must(strlen(text->str) == text->len);
    for (; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        must(end != NULL);
        fuzz_is_json(line, (size_t)(end - line));
    }
    fuzz_is_plain(text->str, text->len);
}

void fuzz_is_plain(const char *text, size_t length)
{
    const char *at = text, *end;

    if (length == 0)
        return; /* there may be no text */
    end = text + length;
    must(g_utf8_validate(text, (gssize)length, NULL));
    for (; at < end; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        must(character == '\n' || outbuf_is_plain(character) || (character == '\r' && at + 1 < end && at[1] == '\n'));
    }
}
