/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of synth: the input is a scenario. It is played to its end or refused with a sentence that says no
 * digit of a key; its key log is one, and what was played is followed with it.
 */
#include <string.h>

#include "daps/keylog.h"
#include "fuzz.h"
#include "synth/scenario.h"

enum { MOST_FRAMES = 3000, DIGITS_TOLD = 16 };

struct play {
    struct daps_keylog *keylog;
    GPtrArray *frames; /* GByteArray */
    GArray *times;
    int linktype;
    uint64_t last_frame;
};

static bool on_open(void *user, int link_type)
{
    struct play *play = user;

    play->linktype = link_type;
    return true;
}

static bool on_frame(void *user, int64_t time_ns, const GByteArray *octets)
{
    struct play *play = user;
    GByteArray *copy = g_byte_array_sized_new(octets->len);

    g_byte_array_append(copy, octets->data, octets->len);
    g_ptr_array_add(play->frames, copy);
    g_array_append_val(play->times, time_ns);
    return play->frames->len < MOST_FRAMES;
}

static void on_key(void *user, const char *line)
{
    struct play *play = user;
    char error[200];

    must(daps_keylog_add_line(play->keylog, line, error, sizeof error) ||
         daps_keylog_count(play->keylog) == DAPS_KEYLOG_MOST);
}

static void take_finding(void *user, const struct daps_finding *finding)
{
    const struct play *play = user;

    fuzz_finding(finding, play->last_frame);
}

static void follow(struct play *play)
{
    const struct daps_sink sink = {.user = play, .finding = take_finding};
    const struct daps_engine_options options = {.keylog = play->keylog};
    struct daps_engine *engine = daps_engine_new(&options, &sink);

    for (guint i = 0; i < play->frames->len; i++) {
        const GByteArray *octets = play->frames->pdata[i];
        const struct daps_record record = {.frame = i + 1,
                                           .time_ns = g_array_index(play->times, int64_t, i),
                                           .linktype = play->linktype,
                                           .caplen = octets->len,
                                           .len = octets->len,
                                           .data = octets->data};
        play->last_frame = i + 1;
        daps_engine_record(engine, &record);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    daps_engine_free(engine);
}

static void sentence_is_fit(const char *sentence)
{
    unsigned digits = 0;

    for (const char *c = sentence; *c != '\0'; c++) {
        digits = g_ascii_isxdigit(*c) ? digits + 1 : 0;
        must(digits < DIGITS_TOLD);
    }
}

static void unref_frame(gpointer frame)
{
    g_byte_array_unref(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct play play = {.keylog = daps_keylog_new()};
    const struct synth_sink sink = {&play, on_open, on_frame, on_key};
    const struct synth_options options = {0};
    char *text = g_strndup((const char *)data, size), *error;

    play.frames = g_ptr_array_new_with_free_func(unref_frame);
    play.times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    error = synth_play("s", text, &options, &sink);
    if (error != NULL)
        sentence_is_fit(error);
    follow(&play);
    g_free(error);
    g_free(text);
    g_ptr_array_unref(play.frames);
    g_array_unref(play.times);
    daps_keylog_free(play.keylog);
    return 0;
}
