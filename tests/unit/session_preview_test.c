/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the log, asked for before it is there: after every frame of every capture the preview says what an engine
 * says whose log ends with that frame, and asking changes nothing.
 */
#include "session_runs.h"

static GPtrArray *preview(struct run *run, uint64_t ue_key, bool all)
{
    struct run asked = {.said = said_new(), .asides = g_string_new(NULL)};
    const struct daps_sink sink = run_sink(&asked);

    daps_engine_preview(run->engine, ue_key, all, &sink);
    ck_assert_str_eq(asked.asides->str, ""); /* nothing has happened */
    g_string_free(asked.asides, TRUE);
    return asked.said;
}

static void append(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++) {
        const struct said *said = from->pdata[i];
        struct said *copy = g_memdup2(said, sizeof *said);
        copy->id = g_strdup(said->id);
        copy->text = g_strdup(said->text);
        g_array_ref(copy->frames);
        g_ptr_array_add(to, copy);
    }
}

static char *contexts(const struct run *run)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < run->ue_keys->len * DAPS_RAT_COUNT; i++) {
        struct daps_context_view views[2];
        unsigned n = daps_engine_contexts(run->engine, g_array_index(run->ue_keys, uint64_t, i / DAPS_RAT_COUNT),
                                          (enum daps_rat)(i % DAPS_RAT_COUNT), &views[0], &views[1]);
        put(text, "contexts", n);
        for (unsigned k = 0; k < n; k++) {
            put_key(text, &views[k].key);
            put(text, "ciphering", views[k].ciphering);
            put(text, "integrity", views[k].integrity);
            put(text, "pci", views[k].cell.pci);
            put(text, "c_rnti", views[k].c_rnti);
        }
    }
    return g_string_free(text, FALSE);
}

/* One preview of all UEs, twice, and one of each: all alike, and nothing else has changed. */
static GPtrArray *ask(struct run *run, const char *where)
{
    const struct daps_engine_counts before = *daps_engine_counts(run->engine);
    char *contexts_before = contexts(run), *contexts_after;
    GPtrArray *all = preview(run, 0, true), *again = preview(run, 0, true), *each = said_new();

    for (guint i = 0; i < run->ue_keys->len; i++) {
        GPtrArray *one = preview(run, g_array_index(run->ue_keys, uint64_t, i), false);
        append(each, one);
        g_ptr_array_unref(one);
    }
    assert_same(again, all, where);
    assert_same(each, all, where);
    ck_assert_msg(memcmp(&before, daps_engine_counts(run->engine), sizeof before) == 0, "%s: counts changed", where);
    contexts_after = contexts(run);
    ck_assert_str_eq(contexts_after, contexts_before);
    g_free(contexts_after);
    g_free(contexts_before);
    g_ptr_array_unref(each);
    g_ptr_array_unref(again);
    return all;
}

static void play(const struct capture *capture, const struct variant *variant)
{
    const guint stride = stride_of(capture);
    struct run asked, silent;

    run_start(&asked, capture, variant);
    run_start(&silent, capture, variant);
    for (guint i = 0; i < capture->records->len; i++) {
        char *where = place_of(capture, variant, i + 1);
        GPtrArray *said;
        run_frame(&asked, capture, i);
        run_frame(&silent, capture, i);
        said = ask(&asked, where);
        append(said, asked.said);
        if (i % stride == 0) {
            GPtrArray *end = end_after(capture, variant, i + 1, true);
            assert_same(said, end, where);
            g_ptr_array_unref(end);
        }
        g_ptr_array_unref(said);
        g_free(where);
    }
    daps_engine_finish(asked.engine);
    daps_engine_finish(silent.engine);
    assert_same(asked.said, silent.said, capture->path);
    ck_assert_str_eq(asked.asides->str, silent.asides->str);
    ck_assert(memcmp(daps_engine_counts(asked.engine), daps_engine_counts(silent.engine),
                     sizeof(struct daps_engine_counts)) == 0);
    run_end(&silent);
    run_end(&asked);
}

START_TEST(preview_is_end)
{
    struct capture capture = capture_load(captures->pdata[_i]);

    for (guint i = 0; i < G_N_ELEMENTS(variants); i++)
        play(&capture, &variants[i]);
    capture_free(&capture);
}
END_TEST

START_TEST(preview_of_cut)
{
    struct capture capture = capture_load(captures->pdata[_i]);

    capture_cut(&capture);
    play(&capture, &variants[0]);
    play(&capture, &variants[2]);
    capture_free(&capture);
}
END_TEST

/* A preview of a UE that nobody has seen, and of an engine that only extracts, says nothing. */
START_TEST(preview_of_nothing)
{
    const struct daps_engine_options options = {.extract_only = true};
    struct capture capture = capture_load(DAPS_SOURCE_DIR "/samples/daps-fallback-daps.pcap");
    struct run run;
    GPtrArray *said;

    ck_assert_uint_gt(capture.records->len, 0);
    run_start(&run, &capture, &variants[0]);
    said = preview(&run, 7, false);
    ck_assert_uint_eq(said->len, 0);
    g_ptr_array_unref(said);
    daps_engine_free(run.engine);
    run.engine = daps_engine_new(&options, NULL);
    for (guint i = 0; i < capture.records->len; i++)
        run_frame(&run, &capture, i);
    said = preview(&run, 0, true);
    ck_assert_uint_eq(said->len, 0);
    g_ptr_array_unref(said);
    run_end(&run);
    capture_free(&capture);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("previews");
    TCase *c = tcase_create("previews");

    find_captures();
    tcase_add_loop_test(c, preview_is_end, 0, (int)captures->len);
    tcase_add_loop_test(c, preview_of_cut, 0, (int)captures->len);
    tcase_add_test(c, preview_of_nothing);
    suite_add_tcase(s, c);
    return run_suite(s);
}
