/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEs that are not met for a while take little room, and wake as they were; a UE that comes and goes keeps nothing. */
#include "ue_log.h"

#include "bytes/sparse.h"
#include "ue/asleep.h"
#include "ue/ue.h"

#define MANY 3000 /* more than are awake at a time */

START_TEST(octets_are_read_back)
{
    enum { OCTETS = 8 * 67 };
    uint8_t from[OCTETS], to[OCTETS], out[SPARSE_MOST(OCTETS) + 1];
    GRand *rand = g_rand_new_with_seed(7);

    for (unsigned round = 0; round < 2000; round++) {
        const int per_mille = g_rand_int_range(rand, 0, 1001);
        size_t n;
        for (unsigned i = 0; i < OCTETS; i++)
            from[i] = g_rand_int_range(rand, 0, 1000) < per_mille ? (uint8_t)g_rand_int_range(rand, 0, 256) : 0;
        out[SPARSE_MOST(OCTETS)] = 0xA5;
        n = sparse_write(from, OCTETS, out);
        ck_assert_uint_le(n, SPARSE_MOST(OCTETS));
        ck_assert_uint_eq(out[SPARSE_MOST(OCTETS)], 0xA5);
        memset(to, 0xFF, sizeof to);
        ck_assert_uint_eq(sparse_read(to, OCTETS, out), n);
        ck_assert_mem_eq(from, to, OCTETS);
    }
    memset(from, 0xFF, sizeof from);
    ck_assert_uint_eq(sparse_write(from, OCTETS, out), SPARSE_MOST(OCTETS));
    g_rand_free(rand);
}
END_TEST

/* Whatever lies between its two attempts: the key is one key (TS 33.501 A.11). */
START_TEST(each_wakes_as_it_was)
{
    struct log *log = log_start();

    for (log->ue_key = 1; log->ue_key <= MANY; log->ue_key++)
        connect_with(log, 2, 2);
    for (unsigned round = 0; round < 2; round++) {
        for (log->ue_key = 1; log->ue_key <= MANY; log->ue_key++) {
            complete(log, command(log, (struct command){22, 632628, 0, .daps = true}));
            fallback(log);
        }
    }
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], MANY);
    ck_assert_uint_eq(log->handovers->len, 2 * MANY);
    log_free(log);
}
END_TEST

START_TEST(an_idle_one_takes_little)
{
    struct daps_engine *engine = daps_engine_new(NULL, NULL);
    struct daps_ue *ue = daps_ue_new(engine, "1", DAPS_RAT_NR, false), *woken;
    struct daps_ue_asleep *asleep;
    struct daps_event ev;

    for (unsigned i = 0; i < 100; i++) {
        daps_event_clear(&ev, i % 2 == 0 ? DAPS_EV_SECURITY_MODE_COMMAND : DAPS_EV_RELEASE);
        ev.channel = DAPS_CH_DL_DCCH;
        ev.digest = i + 1;
        ev.frame = i + 1;
        ev.time_ns = 20000000 * (int64_t)i;
        daps_ue_event(ue, &ev);
        ck_assert_uint_le(daps_term_pool_size(ue->pool), 4); /* nothing of connections that are over */
    }
    asleep = daps_ue_sleep(ue);
    ck_assert_uint_le(daps_ue_asleep_octets(asleep), 400);
    woken = daps_ue_wake(asleep);
    ck_assert_str_eq(woken->name, "1");
    ck_assert_int_eq(woken->state, DAPS_UE_IDLE);
    ck_assert_uint_eq(woken->connection, 50);
    daps_ue_free(woken);
    daps_engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asleep");
    TCase *tc = tcase_create("asleep");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tc, octets_are_read_back);
    tcase_add_test(tc, each_wakes_as_it_was);
    tcase_add_test(tc, an_idle_one_takes_little);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
