/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures played through framing and engine as the program does, and everything that is said on the way as text, field
 * by field, so that two ways of asking can be held against each other. For the tests of previews and of the session.
 *
 * Captures: the samples, and those of the folder DAPS_MORE_CAPTURES names (a key log beside one has its name and
 * ".keys"), so that damaged and random captures can be put through the same tests.
 */
#ifndef DAPS_TEST_SESSION_RUNS_H
#define DAPS_TEST_SESSION_RUNS_H

#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "../said.h"
#include "capture/capture.h"
#include "daps/framing.h"
#include "keyfile.h"

/* ---- captures ---- */

static GPtrArray *captures; /* of paths, sorted */

static inline gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline void find_captures_in(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (strstr(name, ".pcap") != NULL)
            g_ptr_array_add(captures, g_build_filename(folder, name, NULL));
    }
    g_clear_pointer(&dir, g_dir_close);
}

static inline void find_captures(void)
{
    captures = g_ptr_array_new_with_free_func(g_free);
    find_captures_in(DAPS_SOURCE_DIR "/samples");
    g_assert_cmpuint(captures->len, >, 0);
    if (g_getenv("DAPS_MORE_CAPTURES") != NULL)
        find_captures_in(g_getenv("DAPS_MORE_CAPTURES"));
    g_ptr_array_sort(captures, by_text);
}

struct capture {
    const char *path;
    GArray *records; /* struct daps_record, their octets owned */
    struct daps_keylog *keylog;
};

static inline void say_nothing(void *user, bool is_error, const char *sentence)
{
    (void)user;
    ck_assert_msg(!is_error, "%s", sentence);
}

static inline struct daps_keylog *keys_beside(const char *path)
{
    char *stem = g_strndup(path, (gsize)(strstr(path, ".pcap") - path)), *keys = g_strconcat(stem, ".keys", NULL);
    struct daps_keylog *keylog = g_file_test(keys, G_FILE_TEST_EXISTS) ? keyfile_load(keys, say_nothing, NULL) : NULL;

    g_free(keys);
    g_free(stem);
    return keylog;
}

/* A file that breaks off, or is no capture at all, has the records before that. */
static inline struct capture capture_load(const char *path)
{
    struct capture capture = {.path = path, .records = g_array_new(FALSE, FALSE, sizeof(struct daps_record))};
    char *error = NULL;
    struct daps_capture *file = daps_capture_open(path, &error);
    struct daps_record record = {.frame = 0};

    while (file != NULL && daps_capture_next(file, &record) == DAPS_CAPTURE_RECORD) {
        record.data = g_memdup2(record.data, record.caplen);
        g_array_append_val(capture.records, record);
    }
    daps_capture_close(file);
    g_free(error);
    capture.keylog = keys_beside(path);
    return capture;
}

/* Cuts every fourth record, as a snap length does: what is lost makes gaps, in one UE's log or in everybody's. */
static inline void capture_cut(struct capture *capture)
{
    for (guint i = 3; i < capture->records->len; i += 4) {
        struct daps_record *record = &g_array_index(capture->records, struct daps_record, i);
        record->caplen -= MIN(record->caplen, i % 8 < 4 ? 3 : record->caplen / 2);
    }
}

static inline void capture_free(struct capture *capture)
{
    for (guint i = 0; i < capture->records->len; i++)
        g_free((gpointer)g_array_index(capture->records, struct daps_record, i).data);
    g_array_unref(capture->records);
    daps_keylog_free(capture->keylog);
}

/* The same things are said, in whatever order; else the test ends with what is said on one side only. */
static inline void assert_same(GPtrArray *is, GPtrArray *should, const char *where)
{
    GString *difference = g_string_new(NULL);

    g_ptr_array_sort(is, said_order);
    g_ptr_array_sort(should, said_order);
    for (guint i = 0, j = 0; i < is->len || j < should->len;) {
        const struct said *a = i < is->len ? is->pdata[i] : NULL, *b = j < should->len ? should->pdata[j] : NULL;
        int order = a == NULL ? 1 : b == NULL ? -1 : strcmp(a->text, b->text);
        if (order != 0)
            g_string_append_printf(difference, "\n%s %s", order < 0 ? "unexpected" : "missing   ",
                                   (order < 0 ? a : b)->text);
        i += order <= 0;
        j += order >= 0;
    }
    ck_assert_msg(difference->len == 0, "%s:%s", where, difference->str);
    g_string_free(difference, TRUE);
}

/* ---- an engine, fed as analyzer/audit_run.c feeds it ---- */

struct run {
    bool without_values; /* of keys, in what is said */
    struct daps_engine *engine;
    GPtrArray *said; /* handovers and findings, struct said */
    GString *asides; /* everything else that the sink was given, in order */
    GArray *ue_keys; /* uint64_t */
};

static inline void forget_values(const struct run *run, struct daps_key_view *key)
{
    if (run->without_values)
        key->value = key->parent_value = NULL;
}

static inline void run_on_handover(void *user, const struct daps_handover *handover)
{
    struct run *run = user;
    struct daps_handover copy = *handover;

    forget_values(run, &copy.key);
    g_ptr_array_add(run->said, said_of_handover(&copy));
}

static inline void run_on_finding(void *user, const struct daps_finding *finding)
{
    struct run *run = user;
    struct daps_finding copy = *finding;

    forget_values(run, &copy.key);
    g_ptr_array_add(run->said, said_of_finding(&copy));
}

static inline void run_on_event(void *user, const char *ue, const struct daps_event *ev)
{
    g_string_append_printf(((struct run *)user)->asides, "event %s %d %" PRIu64 "\n", ue, ev->kind, ev->frame);
}

static inline void run_on_progress(void *user, const char *ue, uint64_t frame)
{
    g_string_append_printf(((struct run *)user)->asides, "progress %s %" PRIu64 "\n", ue, frame);
}

static inline void run_on_scg_change(void *user, const struct daps_scg_change *change)
{
    g_string_append_printf(((struct run *)user)->asides, "scg %s %" PRIu64 " %d\n", change->ue, change->frame,
                           change->sk_counter);
}

static inline void run_on_key(void *user, const struct daps_key_step *step)
{
    GString *asides = ((struct run *)user)->asides;

    g_string_append_printf(asides, "key %s %" PRIu64, step->ue, step->frame);
    put(asides, "procedure", step->procedure);
    put(asides, "ciphering", step->ciphering);
    put(asides, "integrity", step->integrity);
    put_key(asides, &step->key);
    g_string_append_c(asides, '\n');
}

static inline void run_on_rrc(void *user, const char *ue, const struct daps_pdu *pdu, const struct daps_term *key)
{
    GString *asides = ((struct run *)user)->asides;

    g_string_append_printf(asides, "rrc %s %" PRIu64 " %d %d", ue != NULL ? ue : "", pdu->frame, pdu->channel,
                           key != NULL);
    put_octets(asides, "octets", pdu->octets, pdu->length);
    g_string_append_c(asides, '\n');
}

static inline void run_on_use(void *user, const char *ue, const struct daps_keystream_use *use)
{
    g_string_append_printf(((struct run *)user)->asides, "use %s %" PRIu64 " %s %d %u %u %u %d %d %" PRIu64 " %d\n", ue,
                           use->frame, use->key, use->srb, use->bearer, use->direction, use->count, use->ciphering,
                           use->verified, use->earlier, use->earlier_is_other);
}

static inline void run_on_pdu(void *user, uint64_t ue_key, enum daps_rat rat, int32_t ue_id)
{
    struct run *run = user;

    (void)rat;
    (void)ue_id;
    for (guint i = 0; i < run->ue_keys->len; i++) {
        if (g_array_index(run->ue_keys, uint64_t, i) == ue_key)
            return;
    }
    g_array_append_val(run->ue_keys, ue_key);
}

static inline struct daps_sink run_sink(struct run *run)
{
    return (struct daps_sink){.user = run,
                              .event = run_on_event,
                              .progress = run_on_progress,
                              .handover = run_on_handover,
                              .scg_change = run_on_scg_change,
                              .key = run_on_key,
                              .finding = run_on_finding,
                              .rrc = run_on_rrc,
                              .use = run_on_use,
                              .pdu = run_on_pdu};
}

/* How a capture is played: every one with and without its keys, in both readings. */
struct variant {
    bool with_keys;
    enum daps_ncc_reading reading;
};

static const struct variant variants[] = {
    {true, DAPS_NCC_ACTIVE}, {true, DAPS_NCC_STORED}, {false, DAPS_NCC_ACTIVE}, {false, DAPS_NCC_STORED}};

static inline const struct daps_keylog *keys_of(const struct capture *capture, const struct variant *variant)
{
    return variant->with_keys ? capture->keylog : NULL;
}

static inline char *place_of(const struct capture *capture, const struct variant *variant, guint frame)
{
    return g_strdup_printf("%s, frame %u, %s keys, NCC reading %d", capture->path, frame,
                           variant->with_keys ? "with" : "without", variant->reading);
}

static inline void run_start(struct run *run, const struct capture *capture, const struct variant *variant)
{
    const struct daps_engine_options options = {.keylog = keys_of(capture, variant), .ncc_reading = variant->reading};
    const struct daps_sink sink = run_sink(run);

    *run = (struct run){.said = said_new(), .asides = g_string_new(NULL)};
    run->ue_keys = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    run->engine = daps_engine_new(&options, &sink);
}

static inline void run_end(struct run *run)
{
    daps_engine_free(run->engine);
    g_ptr_array_unref(run->said);
    g_string_free(run->asides, TRUE);
    g_array_unref(run->ue_keys);
}

static inline void run_frame(struct run *run, const struct capture *capture, guint index)
{
    daps_engine_record(run->engine, &g_array_index(capture->records, struct daps_record, index));
}

/* What is said in all if the capture ends after its first n frames. */
static inline GPtrArray *end_after(const struct capture *capture, const struct variant *variant, guint n,
                                   bool with_values)
{
    struct run run;
    GPtrArray *said;

    run_start(&run, capture, variant);
    run.without_values = !with_values;
    for (guint i = 0; i < n; i++)
        run_frame(&run, capture, i);
    daps_engine_finish(run.engine);
    said = g_ptr_array_ref(run.said);
    run_end(&run);
    return said;
}

/* Long captures, which only DAPS_MORE_CAPTURES brings, are ended at some frames only. */
static inline guint stride_of(const struct capture *capture)
{
    return 1 + capture->records->len / 150;
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    g_ptr_array_unref(captures);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
