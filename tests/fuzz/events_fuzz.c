/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of judge: the input is a file of event lines. What comes out are whole lines, whatever came in; and
 * an event that is read is the same when it is written and read again.
 */
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "judge_run.h"
#include "report/event_json.h"
#include "report/records.h"

static bool read_event(const char *text, size_t length, struct daps_event *ev)
{
    struct json_line *line = json_line_new();
    const struct json_value *value;
    const char *reason;
    char error[256];
    size_t at;
    bool read;

    value = json_line_read(line, text, length, &reason, &at);
    read = value != NULL && value->kind == JSON_OBJECT && event_read(value, ev, error, sizeof error);
    json_line_free(line);
    return read;
}

static void line_is_kept(const char *text, size_t length)
{
    struct daps_event ev, again;
    struct outbuf first, second;

    if (!read_event(text, length, &ev))
        return;
    outbuf_init(&first, NULL, NULL);
    outbuf_init(&second, NULL, NULL);
    record_event(&first, "c", "u", &ev);
    must(read_event(first.octets, first.length, &again));
    record_event(&second, "c", "u", &again);
    must(first.length == second.length && memcmp(first.octets, second.octets, first.length) == 0);
    outbuf_clear(&first);
    outbuf_clear(&second);
}

static void lines_are_kept(const uint8_t *data, size_t size)
{
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        const size_t length = end != NULL ? (size_t)(end - data) : size;
        char *line = g_memdup2(data, length); /* of its own, so that a read past its end is seen; NULL of nothing */
        line_is_kept(line, length);
        g_free(line);
        data += MIN(length + 1, size);
        size -= MIN(length + 1, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum report_format formats[] = {REPORT_NDJSON, REPORT_TEXT};
    int file;
    char *path = fuzz_file(data, size, &file);

    lines_are_kept(data, size);
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        struct options options;
        GString *said;
        fuzz_options(&options, formats[i], REPORT_AUDIT);
        options.keylog = fuzz_sample_keys();
        said = fuzz_run(&options, path, judge_run_events);
        if (i == 0)
            fuzz_is_ndjson(said);
        else
            fuzz_is_plain(said->str, said->len);
        g_string_free(said, TRUE);
        fuzz_options_clear(&options);
    }
    g_free(path);
    close(file);
    return 0;
}
