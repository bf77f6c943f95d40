/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of a whole life: a scenario is played with its right keys, and its frames are changed.
 *
 *     scenario, an octet 0, changes
 *     change: u8 kind | u8 frame (of those there are) | u16 place | u8 value
 *     0 an octet is another, 1 a bit is another, 2 cut there, 3 gone, 4 once more at once, 5 once more at the end,
 *     6 swapped with the next one, 7 value ms later
 *
 * Findings are about frames that were there, proofs hold, and judging the events of the capture says what the audit of
 * it says.
 */
#include <string.h>
#include <unistd.h>

#include "audit_run.h"
#include "daps/keylog.h"
#include "fuzz.h"
#include "judge_run.h"
#include "synth/scenario.h"

enum { MOST_FRAMES = 400 };

struct frame {
    int64_t time_ns;
    GByteArray *octets;
};

struct life {
    struct daps_keylog *keylog;
    GPtrArray *frames; /* struct frame */
    int linktype;
    uint64_t last_frame;
};

static void free_frame(gpointer data)
{
    struct frame *frame = data;

    g_byte_array_unref(frame->octets);
    g_free(frame);
}

static struct frame *new_frame(int64_t time_ns, const uint8_t *octets, guint length)
{
    struct frame *frame = g_new0(struct frame, 1);

    frame->time_ns = time_ns;
    frame->octets = g_byte_array_sized_new(length);
    g_byte_array_append(frame->octets, octets, length);
    return frame;
}

static bool on_open(void *user, int link_type)
{
    struct life *life = user;

    life->linktype = link_type;
    return true;
}

static bool on_frame(void *user, int64_t time_ns, const GByteArray *octets)
{
    struct life *life = user;

    g_ptr_array_add(life->frames, new_frame(time_ns, octets->data, octets->len));
    return life->frames->len < MOST_FRAMES;
}

static void on_key(void *user, const char *line)
{
    struct life *life = user;
    char error[200];

    (void)daps_keylog_add_line(life->keylog, line, error, sizeof error);
}

static void swap(GPtrArray *frames, guint at)
{
    gpointer frame = frames->pdata[at];
    const guint next = (at + 1) % frames->len;

    frames->pdata[at] = frames->pdata[next];
    frames->pdata[next] = frame;
}

static void change(struct life *life, struct feed *feed)
{
    const unsigned kind = feed_number(feed, 1) % 8;
    const guint at = feed_number(feed, 1) % life->frames->len;
    struct frame *frame = life->frames->pdata[at];
    const guint place = feed_number(feed, 2) % MAX(frame->octets->len, 1);
    const uint8_t value = (uint8_t)feed_number(feed, 1);

    if (kind == 3)
        g_ptr_array_remove_index(life->frames, at);
    else if (kind == 4 && life->frames->len < MOST_FRAMES)
        g_ptr_array_insert(life->frames, (gint)at, new_frame(frame->time_ns, frame->octets->data, frame->octets->len));
    else if (kind == 5 && life->frames->len < MOST_FRAMES)
        g_ptr_array_add(life->frames, new_frame(frame->time_ns, frame->octets->data, frame->octets->len));
    else if (kind == 6)
        swap(life->frames, at);
    else if (kind == 7)
        frame->time_ns += value * INT64_C(1000000);
    else if (frame->octets->len > 0 && kind == 2)
        g_byte_array_set_size(frame->octets, place);
    else if (frame->octets->len > 0)
        frame->octets->data[place] = kind == 0 ? value : frame->octets->data[place] ^ (uint8_t)(1 << value % 8);
}

static void take_finding(void *user, const struct daps_finding *finding)
{
    const struct life *life = user;

    fuzz_finding(finding, life->last_frame);
}

static void follow(struct life *life)
{
    const struct daps_sink sink = {.user = life, .finding = take_finding};
    const struct daps_engine_options options = {.keylog = life->keylog};
    struct daps_engine *engine = daps_engine_new(&options, &sink);

    for (guint i = 0; i < life->frames->len; i++) {
        const struct frame *frame = life->frames->pdata[i];
        uint8_t *octets = g_memdup2(frame->octets->data, frame->octets->len);
        const struct daps_record record = {.frame = i + 1,
                                           .time_ns = frame->time_ns,
                                           .linktype = life->linktype,
                                           .caplen = frame->octets->len,
                                           .len = frame->octets->len,
                                           .data = octets};
        life->last_frame = i + 1;
        daps_engine_record(engine, &record);
        g_free(octets);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    daps_engine_free(engine);
}

static GString *pcap_of(const struct life *life)
{
    const uint32_t head[] = {0xa1b23c4d, 0x00040002, 0, 0, 262144, (uint32_t)life->linktype};
    GString *pcap = g_string_new_len((const char *)head, sizeof head);

    for (guint i = 0; i < life->frames->len; i++) {
        const struct frame *frame = life->frames->pdata[i];
        const uint32_t record[] = {(uint32_t)(frame->time_ns / 1000000000), (uint32_t)(frame->time_ns % 1000000000),
                                   frame->octets->len, frame->octets->len};
        g_string_append_len(pcap, (const char *)record, sizeof record);
        g_string_append_len(pcap, (const char *)frame->octets->data, frame->octets->len);
    }
    return pcap;
}

/* A view of what is in text, in JSON lines. */
static GString *view_of(struct life *life, const char *octets, size_t length, enum report_view view, batch_work *work)
{
    struct options options;
    GString *said;
    int file;
    char *path = fuzz_file(octets, length, &file);

    fuzz_options(&options, REPORT_NDJSON, view);
    options.keylog = life->keylog;
    said = fuzz_run(&options, path, work);
    fuzz_is_ndjson(said);
    options.keylog = NULL;
    fuzz_options_clear(&options);
    g_free(path);
    close(file);
    return said;
}

/* Lines but for the name of the capture, which is a descriptor's. */
static void are_the_same(GString *a, GString *b)
{
    must(strcmp(a->str, b->str) == 0);
}

static void judge_says_the_same(struct life *life)
{
    GString *pcap = pcap_of(life), *audit = view_of(life, pcap->str, pcap->len, REPORT_AUDIT, audit_run_capture),
            *events = view_of(life, pcap->str, pcap->len, REPORT_EVENTS, audit_run_capture),
            *judge = view_of(life, events->str, events->len, REPORT_AUDIT, judge_run_events);

    are_the_same(audit, judge);
    g_string_free(judge, TRUE);
    g_string_free(events, TRUE);
    g_string_free(audit, TRUE);
    g_string_free(pcap, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0, size);
    const size_t length = end != NULL ? (size_t)(end - data) : size;
    struct feed feed = {data + length, size - length};
    struct life life = {.keylog = daps_keylog_new(), .frames = g_ptr_array_new_with_free_func(free_frame)};
    const struct synth_sink sink = {&life, on_open, on_frame, on_key};
    const struct synth_options options = {0};
    char *text = g_strndup((const char *)data, length);

    g_free(synth_play("s", text, &options, &sink));
    (void)feed_number(&feed, 1);
    while (feed.left >= 5 && life.frames->len > 0)
        change(&life, &feed);
    follow(&life);
    judge_says_the_same(&life);
    g_free(text);
    g_ptr_array_unref(life.frames);
    daps_keylog_free(life.keylog);
    return 0;
}
