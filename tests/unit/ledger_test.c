/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger against brute force: random traces with loss, reordering, duplication, re-establishment and wrap, each PDU
 * also kept in a plain list that is searched from the beginning. Same intervals, same collisions, same repeats.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/digest.h"
#include "ledger/counts.h"
#include "ledger/ledger.h"
#include "pdcp/count.h"

struct seen {
    uint32_t stream, count, content, frame;
};

static const int keys[3];

static struct daps_stream_id stream_of(uint32_t n)
{
    return (struct daps_stream_id){.key = (const struct daps_term *)(const void *)&keys[n % 3],
                                   .srb = n / 3 % 2,
                                   .algorithm = 2,
                                   .bearer = (uint8_t)(n / 6 % 3),
                                   .direction = (uint8_t)(n / 18 % 2)};
}

static size_t make_contents(uint32_t content, uint8_t octets[static 100])
{
    const size_t length = 5 + content % 90;

    for (size_t i = 0; i < length; i++)
        octets[i] = (uint8_t)((content * 2654435761U) >> (i % 4 * 8) ^ i);
    octets[length - 1] = (uint8_t)content; /* two contents of one length may differ at the end only */
    return length;
}

/* The first PDU of that stream and COUNT, by looking at all of them. */
static const struct seen *first_sight(const GArray *all, const struct seen *now)
{
    for (guint i = 0; i < all->len; i++) {
        const struct seen *earlier = &g_array_index(all, struct seen, i);
        if (earlier->stream == now->stream && earlier->count == now->count)
            return earlier;
    }
    return NULL;
}

/* The first PDU that said the same there. */
static const struct seen *first_same(const GArray *all, const struct seen *now)
{
    for (guint i = 0; i < all->len; i++) {
        const struct seen *earlier = &g_array_index(all, struct seen, i);
        if (earlier->stream == now->stream && earlier->count == now->count && earlier->content == now->content)
            return earlier;
    }
    return NULL;
}

static enum daps_ledger_verdict enter(struct daps_ledger *ledger, const struct seen *now,
                                      struct daps_ledger_earlier *earlier)
{
    const struct daps_stream_id id = stream_of(now->stream);
    uint8_t octets[100];
    const size_t length = make_contents(now->content, octets);
    const struct daps_ledger_entry entry = {.count = now->count,
                                            .frame = now->frame,
                                            .entity = 1,
                                            .octets = octets,
                                            .length = length,
                                            .digest = daps_digest(octets, length)};

    return daps_ledger_enter(ledger, &id, &entry, earlier);
}

static void compare_one(struct daps_ledger *ledger, GArray *all, const struct seen *now, unsigned *collisions)
{
    const struct seen *first = first_sight(all, now), *same = first_same(all, now);
    struct daps_ledger_earlier earlier;
    const enum daps_ledger_verdict verdict = enter(ledger, now, &earlier);
    uint8_t octets[100];

    if (first == NULL) {
        ck_assert_int_eq(verdict, DAPS_LEDGER_NEW);
    } else if (first->content == now->content) {
        ck_assert_int_eq(verdict, DAPS_LEDGER_SAME);
        ck_assert_uint_eq(earlier.frame, first->frame);
    } else if (same != NULL) { /* a copy of contents that collided is no further collision */
        ck_assert_int_eq(verdict, DAPS_LEDGER_AGAIN);
        ck_assert_uint_eq(earlier.frame, same->frame);
    } else {
        ck_assert_int_eq(verdict, DAPS_LEDGER_COLLISION);
        ck_assert_uint_eq(earlier.frame, first->frame);
        ck_assert_uint_eq(earlier.length, make_contents(first->content, octets));
        ck_assert_mem_eq(earlier.octets, octets, earlier.held);
        if (stream_of(now->stream).srb)
            ck_assert_uint_eq(earlier.held, earlier.length);
        (*collisions)++;
    }
    g_array_append_val(all, *now);
}

/* Intervals as brute force has them: every COUNT below limit that was seen, in runs. */
static void compare_intervals(const struct daps_ledger *ledger, const GArray *all, uint32_t stream, uint32_t from,
                              uint32_t to)
{
    const struct daps_stream_id id = stream_of(stream);
    static uint32_t pairs[20000];
    static bool used[20000];
    size_t n = daps_ledger_intervals(ledger, &id, pairs, G_N_ELEMENTS(pairs) / 2), at = 0;

    ck_assert_uint_le(to - from, G_N_ELEMENTS(used));
    memset(used, 0, sizeof used);
    for (guint i = 0; i < all->len; i++) {
        const struct seen *s = &g_array_index(all, struct seen, i);
        if (s->stream == stream)
            used[s->count - from] = true;
    }
    for (uint32_t c = 0; c < to - from; c++) {
        uint32_t end = c;
        if (!used[c])
            continue;
        while (end + 1 < to - from && used[end + 1])
            end++;
        ck_assert_uint_lt(at, n);
        ck_assert_uint_eq(pairs[2 * at], from + c);
        ck_assert_uint_eq(pairs[2 * at + 1], from + end);
        at++;
        c = end;
    }
    ck_assert_uint_eq(at, n);
}

START_TEST(random_traces)
{
    GRand *random = g_rand_new_with_seed(4711);
    unsigned collisions = 0;

    for (unsigned trace = 0; trace < 60; trace++) {
        struct daps_ledger *ledger = daps_ledger_new(NULL);
        GArray *all = g_array_new(FALSE, FALSE, sizeof(struct seen));
        const uint32_t from = trace % 3 == 0   ? UINT32_MAX - 1500
                              : trace % 3 == 1 ? 0
                                               : 4000; /* wrap of SN, end of COUNT */
        uint32_t next[4] = {from, from, from, from}, stream[4];
        for (unsigned s = 0; s < 4; s++)
            stream[s] = (uint32_t)g_rand_int_range(random, 0, 9) * 4 + s; /* distinct */
        for (uint32_t frame = 1; frame <= 1500; frame++) {
            const unsigned s = (unsigned)g_rand_int_range(random, 0, 4);
            const int what = g_rand_int_range(random, 0, 100);
            struct seen now = {.stream = stream[s], .frame = frame, .content = g_rand_int(random) % 5000};
            if (what < 10 && next[s] - from < 1400)
                next[s] += (uint32_t)g_rand_int_range(random, 1, 4); /* lost */
            if (what >= 99)
                next[s] = from; /* re-established from where it began */
            now.count = next[s];
            if (what >= 10 && what < 20 && next[s] - from > 20)
                now.count -= (uint32_t)g_rand_int_range(random, 1, 20); /* late, or again */
            else if (what >= 20 && what < 30 && all->len > 0)
                now = g_array_index(all, struct seen, (guint)g_rand_int_range(random, 0, (gint32)all->len));
            else if (next[s] - from < 1500)
                next[s]++;
            now.frame = frame;
            compare_one(ledger, all, &now, &collisions);
        }
        for (unsigned s = 0; s < 4; s++)
            compare_intervals(ledger, all, stream[s], from, from + 1501 < from ? UINT32_MAX : from + 1501);
        g_array_unref(all);
        daps_ledger_free(ledger);
    }
    ck_assert_uint_gt(collisions, 1000);
    g_rand_free(random);
}
END_TEST

static enum daps_ledger_keeps only_first(const struct daps_term *key, void *user)
{
    (void)user;
    return key == (const struct daps_term *)(const void *)&keys[0] ? DAPS_LEDGER_HELD : DAPS_LEDGER_GOES;
}

static enum daps_ledger_keeps none(const struct daps_term *key, void *user)
{
    (void)key;
    (void)user;
    return DAPS_LEDGER_GOES;
}

/* Three PDUs under one COUNT, the last two in one stay: that is what the newest stay tells of the third. */
START_TEST(newest_stay_under_a_count)
{
    struct daps_ledger *ledger = daps_ledger_new(NULL);
    const struct daps_stream_id id = stream_of(3);
    struct daps_ledger_earlier earlier = {0};
    uint8_t octets[100];

    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t stays[] = {1, 2, 2};
        const size_t length = make_contents(i, octets);
        const struct daps_ledger_entry entry = {.count = 7,
                                                .frame = i + 1,
                                                .entity = stays[i],
                                                .octets = octets,
                                                .length = length,
                                                .digest = daps_digest(octets, length)};
        ck_assert_int_eq(daps_ledger_enter(ledger, &id, &entry, &earlier),
                         i == 0 ? DAPS_LEDGER_NEW : DAPS_LEDGER_COLLISION);
        if (i == 0)
            continue;
        ck_assert_uint_eq(earlier.entity, 1);
        ck_assert_uint_eq(earlier.newest, i == 1 ? 1 : 2);
    }
    daps_ledger_free(ledger);
}
END_TEST

START_TEST(streams_leave_with_their_key)
{
    struct daps_ledger *ledger = daps_ledger_new(NULL);
    struct seen a = {.stream = 0, .count = 5, .content = 1, .frame = 1},
                b = {.stream = 1, .count = 5, .content = 1, .frame = 2};
    struct daps_ledger_earlier earlier;

    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_NEW);
    ck_assert_int_eq(enter(ledger, &b, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_retain(ledger, only_first, NULL);
    a.content = b.content = 2;
    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_COLLISION);
    ck_assert_int_eq(enter(ledger, &b, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_free(ledger);
}
END_TEST

/* One that is held stays, until somebody has let go of it. */
START_TEST(held_keys_are_asked_about_once)
{
    struct daps_ledger *ledger = daps_ledger_new(NULL);
    struct seen a = {.stream = 0, .count = 5, .content = 1, .frame = 1};
    struct daps_ledger_earlier earlier;

    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_retain(ledger, only_first, NULL);
    daps_ledger_retain(ledger, none, NULL);
    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_SAME);
    daps_ledger_loosen(ledger, (const struct daps_term *)(const void *)&keys[0]);
    daps_ledger_retain(ledger, none, NULL);
    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_free(ledger);
}
END_TEST

/* What was entered under a key that has turned out to be another is found under that. */
START_TEST(a_key_is_renamed)
{
    struct daps_ledger *ledger = daps_ledger_new(NULL);
    struct seen a = {.stream = 0, .count = 5, .content = 1, .frame = 1},
                b = {.stream = 1, .count = 5, .content = 2, .frame = 2};
    const struct daps_term *first = (const struct daps_term *)(const void *)&keys[0],
                           *second = (const struct daps_term *)(const void *)&keys[1];
    struct daps_ledger_earlier earlier;

    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_rename(ledger, first, second);
    ck_assert_int_eq(enter(ledger, &b, &earlier), DAPS_LEDGER_COLLISION);
    ck_assert_int_eq(enter(ledger, &a, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_rename(ledger, first, second); /* both have the stream: that of the second stays */
    daps_ledger_retain(ledger, none, NULL);
    ck_assert_int_eq(enter(ledger, &b, &earlier), DAPS_LEDGER_NEW);
    daps_ledger_free(ledger);
}
END_TEST

/* Many intervals in any order: as a plain table of COUNTs has them. */
START_TEST(intervals_anywhere)
{
    enum { COUNTS = 40000 };
    GRand *random = g_rand_new_with_seed(17);

    for (unsigned way = 0; way < 3; way++) {
        struct counts counts = {0};
        bool *there = g_new0(bool, COUNTS);
        unsigned intervals = 0;
        for (unsigned i = 0; i < COUNTS; i++) {
            const uint32_t count = way == 0   ? (uint32_t)g_rand_int_range(random, 0, COUNTS)
                                   : way == 1 ? COUNTS - 1 - (2 * i) % COUNTS
                                              : (2 * i) % COUNTS + (2 * i) / COUNTS;
            ck_assert(counts_have(&counts, count) == there[count]);
            ck_assert(counts_add(&counts, count) == there[count]);
            there[count] = true;
        }
        for (unsigned i = 0; i < COUNTS; i++) {
            ck_assert(counts_have(&counts, i) == there[i]);
            intervals += there[i] && (i == 0 || !there[i - 1]);
        }
        ck_assert_uint_eq(counts.n, intervals);
        g_free(there);
        counts_clear(&counts);
    }
    g_rand_free(random);
}
END_TEST

/* More intervals than are kept: the lowest are joined, the highest are as they were. */
START_TEST(intervals_are_bounded)
{
    struct counts counts = {0};

    for (uint32_t i = 0; i < COUNTS_MOST + 1000; i++)
        ck_assert(!counts_add(&counts, 3 * i));
    ck_assert_uint_le(counts.n, COUNTS_MOST);
    ck_assert(counts_have(&counts, 1));
    ck_assert(!counts_have(&counts, 3 * (COUNTS_MOST + 900) + 1));
    counts_clear(&counts);
}
END_TEST

/* A COUNT that comes again long after: said to be uncompared, never taken for new or for a collision. */
START_TEST(contents_are_bounded)
{
    struct daps_ledger *ledger = daps_ledger_new(NULL);
    struct daps_ledger_earlier earlier;
    struct seen now = {.stream = 0, .content = 9};
    uint32_t pairs[2];
    const struct daps_stream_id id = stream_of(0);

    for (now.count = 0; now.count < 200000; now.count++)
        ck_assert_int_eq(enter(ledger, &now, &earlier), DAPS_LEDGER_NEW);
    now.content = 10;
    now.count = 7;
    ck_assert_int_eq(enter(ledger, &now, &earlier), DAPS_LEDGER_UNCOMPARED);
    ck_assert_uint_eq(daps_ledger_uncompared(ledger), 1);
    now.count = 199990;
    ck_assert_int_eq(enter(ledger, &now, &earlier), DAPS_LEDGER_COLLISION);
    ck_assert_uint_eq(daps_ledger_intervals(ledger, &id, pairs, 1), 1);
    ck_assert(pairs[0] == 0 && pairs[1] == 199999);
    daps_ledger_free(ledger);
}
END_TEST

/* COUNT from SN, as TS 38.323 5.2.2.1 has it, against a receiver that knows the true COUNT. */
START_TEST(count_is_inferred)
{
    GRand *random = g_rand_new_with_seed(17);

    for (unsigned bits = 12; bits <= 18; bits += 6) {
        struct pdcp_count state = {0};
        uint32_t truth = 0;
        for (unsigned i = 0; i < 300000; i++) {
            const uint32_t late = g_rand_int_range(random, 0, 10) == 0 ? (uint32_t)g_rand_int_range(random, 0, 200) : 0;
            const uint32_t count = truth > late ? truth - late : truth;
            ck_assert_uint_eq(pdcp_count_infer(&state, count & ((1U << bits) - 1), bits), count);
            pdcp_count_take(&state, count, bits);
            truth += 1 + (g_rand_int_range(random, 0, 20) == 0 ? (uint32_t)g_rand_int_range(random, 0, 300) : 0);
        }
    }
    g_rand_free(random);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger");
    TCase *tests = tcase_create("ledger");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, random_traces);
    tcase_add_test(tests, newest_stay_under_a_count);
    tcase_add_test(tests, streams_leave_with_their_key);
    tcase_add_test(tests, held_keys_are_asked_about_once);
    tcase_add_test(tests, a_key_is_renamed);
    tcase_add_test(tests, intervals_anywhere);
    tcase_add_test(tests, intervals_are_bounded);
    tcase_add_test(tests, contents_are_bounded);
    tcase_add_test(tests, count_is_inferred);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
