/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's session without Wireshark. What it says of every capture, asked at any time and in any order, and what
 * it tells bit by bit to who passes once, is what the engine says at the end; key values stay with it only if they are
 * to be shown.
 */
#include "daps/kdf.h"
#include "session.h"
#include "session_runs.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>

static struct said *said_of(const struct daps_result *result)
{
    return result->is_finding ? said_of_finding(result->finding) : said_of_handover(&result->handover);
}

static void append(GPtrArray *said, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++)
        g_ptr_array_add(said, said_of(results->pdata[i]));
}

/* ---- key values ---- */

static bool is_zero(const uint8_t octets[static 32])
{
    static const uint8_t zero[32];

    return memcmp(octets, zero, sizeof zero) == 0;
}

static unsigned n_values; /* met so far */

static void assert_key(const struct daps_key_view *key, const uint8_t value[static 32],
                       const uint8_t parent_value[static 32], bool kept)
{
    ck_assert(key->value == NULL || (kept && key->value == value));
    ck_assert(key->parent_value == NULL || (kept && key->parent_value == parent_value));
    ck_assert_int_eq(key->value != NULL, !is_zero(value));
    ck_assert_int_eq(key->parent_value != NULL, !is_zero(parent_value));
    n_values += key->value != NULL;
}

static void assert_keys_of_results(const GPtrArray *results, bool kept)
{
    for (guint i = 0; i < results->len; i++) {
        const struct daps_result *result = results->pdata[i];
        if (!result->is_finding) {
            assert_key(&result->handover.key, result->value, result->parent_value, kept);
            continue;
        }
        ck_assert(kept || (result->finding->key.value == NULL && result->finding->key.parent_value == NULL));
        n_values += result->finding->key.value != NULL;
    }
}

static void assert_keys_of_note(const struct frame_note *note, bool kept)
{
    for (unsigned i = 0; i < note->n_steps; i++) {
        const struct note_step *step = &note->steps[i];
        ck_assert_ptr_null(step->step.key.value);
        ck_assert_ptr_null(step->step.key.parent_value);
        ck_assert(kept || (!step->has_value && !step->has_parent_value));
        ck_assert_int_eq(step->has_value, !is_zero(step->value));
        ck_assert_int_eq(step->has_parent_value, !is_zero(step->parent_value));
        n_values += step->has_value;
    }
}

/* ---- asking ---- */

struct play {
    const struct capture *capture;
    const struct variant *variant;
    bool kept;
    struct session *session;
    GHashTable *told; /* id to struct said: what was said last of it, in the one pass */
};

static struct session *session_for(const struct play *play)
{
    const struct session_options options = {.keylog = keys_of(play->capture, play->variant),
                                            .ncc_reading = play->variant->reading,
                                            .keep_values = play->kept};

    return session_new(&options);
}

static void feed(struct session *session, const struct daps_record *record)
{
    session_begin(session, record->frame);
    session_record(session, record);
    session_end(session);
}

/* All there is by now, from the lists. */
static GPtrArray *listed(const struct play *play)
{
    GPtrArray *said = said_new();

    for (unsigned findings = 0; findings < 2; findings++) {
        const GPtrArray *settled = session_settled(play->session, findings != 0),
                        *open = session_open(play->session, findings != 0);
        for (guint i = 0; i < settled->len; i++)
            ck_assert_int_eq(((const struct daps_result *)settled->pdata[i])->is_finding, findings);
        for (guint i = 0; i < open->len; i++)
            ck_assert_int_eq(((const struct daps_result *)open->pdata[i])->is_finding, findings);
        assert_keys_of_results(settled, play->kept);
        assert_keys_of_results(open, play->kept);
        append(said, settled);
        append(said, open);
    }
    return said;
}

/* What the session says of one frame is what of the whole names that frame. */
static void assert_frame(const struct play *play, uint64_t frame, const GPtrArray *whole)
{
    GPtrArray *results = g_ptr_array_new(), *said = said_new(), *should = g_ptr_array_new();
    char *where = place_of(play->capture, play->variant, (guint)frame);

    session_results(play->session, frame, results);
    assert_keys_of_results(results, play->kept);
    append(said, results);
    for (guint i = 0; i < whole->len; i++) {
        if (said_names(whole->pdata[i], frame))
            g_ptr_array_add(should, whole->pdata[i]);
    }
    assert_same(said, should, where);
    g_free(where);
    g_ptr_array_unref(should);
    g_ptr_array_unref(said);
    g_ptr_array_unref(results);
}

/* ---- the one pass ---- */

static void hear_news(struct play *play, uint64_t frame)
{
    struct daps_news news = {g_ptr_array_new(), g_ptr_array_new_with_free_func(daps_result_free)};

    session_news(play->session, &news);
    assert_keys_of_results(news.results, play->kept);
    ck_assert(session_note(play->session, frame) != NULL || (news.results->len == 0 && news.withdrawn->len == 0));
    for (guint i = 0; i < news.withdrawn->len; i++) {
        struct said *said = said_of(news.withdrawn->pdata[i]);
        ck_assert_msg(g_hash_table_remove(play->told, said->id), "%s, frame %u: withdrawn without having been said: %s",
                      play->capture->path, (unsigned)frame, said->id);
        said_free(said);
    }
    for (guint i = 0; i < news.results->len; i++) {
        struct said *said = said_of(news.results->pdata[i]);
        g_hash_table_replace(play->told, said->id, said);
    }
    g_ptr_array_unref(news.withdrawn);
    g_ptr_array_unref(news.results);
}

static GPtrArray *heard(const struct play *play)
{
    GPtrArray *said = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, play->told);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(said, value);
    return said;
}

/* Nothing that is said twice could be told apart by what stays the same of it. */
static void assert_distinct(const struct play *play, const GPtrArray *whole)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < whole->len; i++) {
        const struct said *said = whole->pdata[i];
        ck_assert_msg(g_hash_table_add(seen, said->id), "%s: two results are one to the session: %s",
                      play->capture->path, said->text);
    }
    g_hash_table_unref(seen);
}

static void assert_point(const struct play *play, guint frame, GPtrArray *end)
{
    char *where = place_of(play->capture, play->variant, frame), *in_news = g_strconcat(where, ", one pass", NULL);
    GPtrArray *now = listed(play), *told = heard(play);

    assert_same(now, end, where);
    assert_distinct(play, end);
    assert_same(told, end, in_news);
    for (guint other = 1; other <= play->capture->records->len; other++)
        assert_frame(play, other, end);
    g_ptr_array_unref(told);
    g_ptr_array_unref(now);
    g_free(in_news);
    g_free(where);
}

static void play_through(struct play *play)
{
    const struct capture *capture = play->capture;
    const guint stride = stride_of(capture);

    play->session = session_for(play);
    play->told = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, said_free);
    for (guint i = 0; i < capture->records->len; i++) {
        const struct daps_record *record = &g_array_index(capture->records, struct daps_record, i);
        const struct frame_note *note;
        feed(play->session, record);
        hear_news(play, record->frame);
        note = session_note(play->session, record->frame);
        if (note != NULL)
            assert_keys_of_note(note, play->kept);
        if (i % stride == 0 || i + 1 == capture->records->len) {
            GPtrArray *end = end_after(capture, play->variant, i + 1, play->kept);
            assert_point(play, i + 1, end);
            g_ptr_array_unref(end);
        }
    }
    g_hash_table_unref(play->told);
    session_free(play->session);
}

/* Where sanitizers make all slow, every other capture keeps the values. */
static bool is_left_out(int capture, bool kept)
{
#ifdef __SANITIZE_ADDRESS__
    return capture % 2 != (kept ? 1 : 0);
#else
    (void)capture;
    (void)kept;
    return false;
#endif
}

START_TEST(session_is_engine)
{
    struct capture capture = capture_load(captures->pdata[_i]);

    for (guint i = 0; i < G_N_ELEMENTS(variants); i++) {
        for (unsigned kept = 0; kept < 2; kept++) {
            if (is_left_out(_i, kept != 0))
                continue;
            struct play play = {.capture = &capture, .variant = &variants[i], .kept = kept != 0};
            n_values = 0;
            play_through(&play);
            ck_assert(kept != 0 || n_values == 0);
        }
    }
    capture_free(&capture);
}
END_TEST

/* The same with messages missing, which findings have to say. */
START_TEST(session_of_cut)
{
    struct capture capture = capture_load(captures->pdata[_i]);

    capture_cut(&capture);
    for (guint i = 0; i < G_N_ELEMENTS(variants); i++) {
        struct play play = {.capture = &capture, .variant = &variants[i]};
        play_through(&play);
    }
    capture_free(&capture);
}
END_TEST

/* Asked only once everything is there, as by two passes: nothing depends on having been asked on the way. */
START_TEST(asked_late)
{
    struct capture capture = capture_load(captures->pdata[_i]);

    for (guint i = 0; i < G_N_ELEMENTS(variants); i++) {
        struct play play = {.capture = &capture, .variant = &variants[i], .kept = true};
        GPtrArray *end = end_after(&capture, &variants[i], capture.records->len, true);
        GPtrArray *now;
        play.session = session_for(&play);
        for (guint n = 0; n < capture.records->len; n++)
            feed(play.session, &g_array_index(capture.records, struct daps_record, n));
        for (guint n = capture.records->len; n > 0; n--)
            assert_frame(&play, n, end);
        now = listed(&play);
        assert_same(now, end, capture.path);
        g_ptr_array_unref(now);
        g_ptr_array_unref(end);
        session_free(play.session);
    }
    capture_free(&capture);
}
END_TEST

/* A finding without a key leaves the room for one as it was, which may be anything. */
START_TEST(finding_without_key)
{
    struct daps_finding *finding = g_new(struct daps_finding, 1);
    struct daps_subject subject = {.frame = 4, .role = DAPS_ROLE_SELECTED, .procedure = DAPS_PROC_COUNT};
    struct daps_result *result, *again;

    memset(finding, 0xA5, sizeof *finding);
    memset(finding, 0, offsetof(struct daps_finding, has_key));
    finding->rule = DAPS_RULE_NULL_SECURITY;
    finding->ue = "1";
    finding->n_subjects = finding->n_frames = 1;
    finding->subjects = &subject;
    finding->has_key = false;
    finding->keystream = (struct daps_keystream_tuple){0};
    finding->assumptions = 0;
    finding->gap = DAPS_GAP_NONE;
    finding->below_rrc = finding->null.ciphering = finding->null.integrity = false;
    result = daps_result_of_finding(finding, true);
    memset(&finding->key, 0x5A, sizeof finding->key);
    again = daps_result_of_finding(finding, true);
    ck_assert_ptr_null(daps_result_key(result));
    ck_assert_ptr_null(result->finding->key.value);
    ck_assert_ptr_null(result->finding->key.parent_value);
    ck_assert(is_zero(result->value) && is_zero(result->parent_value));
    ck_assert(daps_result_same(result, again) && daps_result_equal(result, again));
    daps_result_free(again);
    daps_result_free(result);
    g_free(finding);
}
END_TEST

/* ---- what is left of keys ---- */

#define HALF                                                                                                           \
    16 /* octets of a leaf key; of others the second half, as malloc writes into the beginning of a freed block */

/* Turned inside out, so that this array does not count. */
static void remember(GArray *inverted, const uint8_t key[static HALF])
{
    uint8_t value[HALF];

    for (unsigned octet = 0; octet < HALF; octet++)
        value[octet] = key[octet] ^ 0xff;
    g_array_append_val(inverted, value);
}

/* The key, and what RRC is protected with below it (TS 33.501 A.8). */
static void remember_all(GArray *inverted, const uint8_t key[static 32])
{
    uint8_t leaf[32];

    remember(inverted, key + 32 - HALF);
    for (uint8_t algorithm = 1; algorithm < 4; algorithm++) {
        ck_assert(daps_kdf_algorithm_key(key, DAPS_USE_RRC_ENC, algorithm, leaf));
        remember(inverted, leaf + 32 - HALF);
        ck_assert(daps_kdf_algorithm_key(key, DAPS_USE_RRC_INT, algorithm, leaf));
        remember(inverted, leaf + 32 - HALF);
    }
    daps_wipe(leaf, sizeof leaf);
}

static GArray *inverted_keys(const struct capture *capture)
{
    struct play play = {.capture = capture, .variant = &variants[0], .kept = true};
    GArray *inverted = g_array_new(FALSE, FALSE, HALF);

    play.session = session_for(&play);
    for (guint i = 0; i < capture->records->len; i++) {
        const struct daps_record *record = &g_array_index(capture->records, struct daps_record, i);
        const struct frame_note *note;
        feed(play.session, record);
        note = session_note(play.session, record->frame);
        for (unsigned k = 0; note != NULL && k < note->n_steps; k++) {
            const struct note_step *step = &note->steps[k];
            if (step->has_value)
                remember_all(inverted, step->value);
        }
    }
    session_free(play.session);
    return inverted;
}

/* Libraries have tables of all octets in order, and some key logs keys that are a stretch of it. */
static bool is_in_table(const uint8_t *octets, size_t length, size_t at)
{
    size_t first = at, last = at;

    while (first > 0 && octets[first - 1] + 1 == octets[first])
        first--;
    while (last + 1 < length && octets[last] + 1 == octets[last + 1])
        last++;
    return last - first + 1 > 2 * (size_t)HALF;
}

static unsigned count_in(const uint8_t *octets, size_t length, const GArray *inverted)
{
    unsigned found = 0;

    for (size_t at = 0; at + HALF <= length; at++) {
        for (guint i = 0; i < inverted->len; i++) {
            const uint8_t *value = (const uint8_t *)inverted->data + (size_t)HALF * i;
            unsigned octet = 0;
            while (octet < HALF && (octets[at + octet] ^ value[octet]) == 0xff)
                octet++;
            found += octet == HALF && !is_in_table(octets, length, at);
        }
    }
    return found;
}

/* How often a key lies somewhere in the heap, in use or freed. */
static unsigned keys_in_heap(const GArray *inverted)
{
    FILE *maps = fopen("/proc/self/maps", "r"), *memory = fopen("/proc/self/mem", "r");
    unsigned long from, to;
    char line[512];
    unsigned found = 0;

    ck_assert(maps != NULL && memory != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        uint8_t *copy;
        size_t n;
        if (strstr(line, "[heap]") == NULL || sscanf(line, "%lx-%lx", &from, &to) != 2)
            continue;
        copy = mmap(NULL, to - from, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ck_assert(copy != MAP_FAILED && fseek(memory, (long)from, SEEK_SET) == 0);
        n = fread(copy, 1, to - from, memory);
        found += count_in(copy, n, inverted);
        munmap(copy, to - from);
    }
    fclose(memory);
    fclose(maps);
    return found;
}

START_TEST(keys_are_wiped)
{
    struct capture capture = capture_load(captures->pdata[_i]);
    struct play play = {.capture = &capture, .variant = &variants[0], .kept = true};
    GArray *inverted = inverted_keys(&capture);
    const bool held = capture.keylog != NULL;
    GPtrArray *said;

    ck_assert(!held || inverted->len > 0);
    play.session = session_for(&play);
    for (guint i = 0; i < capture.records->len; i++) {
        feed(play.session, &g_array_index(capture.records, struct daps_record, i));
        said = listed(&play);
        g_ptr_array_unref(said);
    }
#ifndef __SANITIZE_ADDRESS__ /* whose heap is elsewhere */
    ck_assert(!held || keys_in_heap(inverted) > 0);
#endif
    session_free(play.session);
    capture_free(&capture);
    ck_assert_uint_eq(keys_in_heap(inverted), 0);
    g_array_unref(inverted);
}
END_TEST

/* What framing lost is said on its frame, as the program says it. */
START_TEST(lost_in_framing)
{
    struct capture capture = capture_load(DAPS_SOURCE_DIR "/tests/cases/air-snap-length/air-snap-length.pcap");
    struct play play = {.capture = &capture, .variant = &variants[0]};
    unsigned said = 0;

    ck_assert_uint_gt(capture.records->len, 0);
    play.session = session_for(&play);
    for (guint i = 0; i < capture.records->len; i++)
        feed(play.session, &g_array_index(capture.records, struct daps_record, i));
    for (guint i = 1; i <= capture.records->len; i++) {
        const struct frame_note *note = session_note(play.session, i);
        said += note != NULL && note->undecoded != NULL && strstr(note->undecoded, "cut by the snap length") != NULL;
    }
    ck_assert_uint_eq(said, 3); /* command-cut of the case's expect.ndjson */
    session_free(play.session);
    capture_free(&capture);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session");
    TCase *c = tcase_create("session");

    find_captures();
    tcase_add_loop_test(c, session_is_engine, 0, (int)captures->len);
    tcase_add_loop_test(c, session_of_cut, 0, (int)captures->len);
    tcase_add_loop_test(c, asked_late, 0, (int)captures->len);
    tcase_add_test(c, finding_without_key);
    tcase_add_test(c, lost_in_framing);
    tcase_add_loop_test(c, keys_are_wiped, 0, (int)captures->len);
    suite_add_tcase(s, c);
    return run_suite(s);
}
