/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log says twice, in one direction, without an answer, or of cells that do not follow: nothing of it may become
 * a second attempt, and what cannot be judged is counted.
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "daps/engine.h"

#define MS INT64_C(1000000)

struct life {
    struct daps_engine *engine;
    uint64_t frame;
    int64_t time_ns;
    struct daps_cell cell;
    enum daps_outcome newest;
};

static void on_handover(void *user, const struct daps_handover *handover)
{
    ((struct life *)user)->newest = handover->outcome;
}

static struct life *begin(void)
{
    struct life *life = g_new0(struct life, 1);
    const struct daps_sink sink = {.user = life, .handover = on_handover};

    life->engine = daps_engine_new(NULL, &sink);
    life->cell = (struct daps_cell){-1, -1};
    life->time_ns = 1234567;
    return life;
}

static void end(struct life *life)
{
    daps_engine_free(life->engine);
    g_free(life);
}

/* A message after that time; digest tells it from others of its kind. */
static struct daps_event *say(struct life *life, int64_t after_ns, enum daps_event_kind kind, enum daps_channel channel,
                              uint64_t digest)
{
    static struct daps_event ev;

    daps_event_clear(&ev, kind);
    ev.channel = channel;
    ev.digest = digest;
    ev.frame = ++life->frame;
    ev.time_ns = life->time_ns += after_ns;
    ev.logged_cell = life->cell;
    return &ev;
}

static void put(struct life *life, const struct daps_event *ev)
{
    daps_engine_event(life->engine, 1, NULL, ev);
}

static void secure(struct life *life)
{
    struct daps_event *ev;

    put(life, say(life, 20 * MS, DAPS_EV_SETUP, DAPS_CH_DL_CCCH, 1));
    ev = say(life, 20 * MS, DAPS_EV_SECURITY_MODE_COMMAND, DAPS_CH_DL_DCCH, 2);
    ev->ciphering = ev->integrity = 2;
    put(life, ev);
    put(life, say(life, 20 * MS, DAPS_EV_SECURITY_MODE_COMPLETE, DAPS_CH_UL_DCCH, 3));
}

static void command(struct life *life, bool daps, int32_t pci, uint64_t digest)
{
    struct daps_event *ev = say(life, 20 * MS, DAPS_EV_RECONFIGURATION, DAPS_CH_DL_DCCH, digest);

    ev->sync = ev->key_update = true;
    ev->daps = daps;
    ev->transaction = 1;
    ev->ncc = 0;
    ev->target = (struct daps_cell){pci, 632628};
    ev->c_rnti = 17000 + pci;
    ev->t304_ms = 1000;
    put(life, ev);
}

static void complete(struct life *life)
{
    struct daps_event *ev = say(life, 20 * MS, DAPS_EV_RECONFIGURATION_COMPLETE, DAPS_CH_UL_DCCH, 11);

    ev->transaction = 1;
    put(life, ev);
}

static void fallback(struct life *life)
{
    struct daps_event *ev = say(life, 1100 * MS, DAPS_EV_FAILURE_INFORMATION, DAPS_CH_UL_DCCH, 12);

    ev->daps_failure = true;
    put(life, ev);
}

static uint64_t findings(const struct life *life, enum daps_rule_id rule)
{
    return daps_engine_counts(life->engine)->findings[rule];
}

static uint64_t not_judged(const struct life *life, enum daps_not_judged reason)
{
    return daps_engine_counts(life->engine)->not_judged[reason].n;
}

START_TEST(stretch_stored_twice)
{
    struct life *life = begin();
    int64_t end_ns;

    secure(life);
    for (unsigned i = 0; i < 2; i++) {
        const int64_t start_ns = life->time_ns;
        command(life, true, 22, 100);
        complete(life);
        fallback(life);
        end_ns = life->time_ns;
        life->time_ns = start_ns; /* the same once more, with the same times */
    }
    life->time_ns = end_ns;
    daps_engine_finish(life->engine);
    ck_assert_uint_eq(daps_engine_counts(life->engine)->repeats, 3);
    ck_assert_uint_eq(daps_engine_counts(life->engine)->handovers, 1);
    ck_assert_uint_eq(findings(life, DAPS_RULE_REPEATED_KEY), 0);
    ck_assert_uint_eq(findings(life, DAPS_RULE_EXPOSED_FALLBACK), 1);
    end(life);
}
END_TEST

START_TEST(equal_octets_later_are_a_new_attempt)
{
    struct life *life = begin();

    secure(life);
    for (unsigned i = 0; i < 2; i++) {
        command(life, true, 22, 100);
        complete(life);
        fallback(life);
    }
    daps_engine_finish(life->engine);
    ck_assert_uint_eq(daps_engine_counts(life->engine)->handovers, 2);
    ck_assert_uint_eq(findings(life, DAPS_RULE_REPEATED_KEY), 1);
    end(life);
}
END_TEST

START_TEST(one_direction)
{
    struct life *down = begin(), *up = begin();

    secure(down);
    down->frame = 0;
    command(down, true, 22, 100);
    daps_engine_finish(down->engine);
    ck_assert_uint_eq(not_judged(down, DAPS_NOT_JUDGED_ONE_DIRECTION), 0); /* SecurityModeComplete is there */
    complete(up);
    complete(up);
    fallback(up);
    daps_engine_finish(up->engine);
    ck_assert_uint_eq(not_judged(up, DAPS_NOT_JUDGED_ONE_DIRECTION), 1);
    end(down);
    end(up);
}
END_TEST

START_TEST(request_that_nobody_answers)
{
    struct life *life = begin();
    struct daps_event *ev;

    secure(life);
    command(life, true, 22, 100);
    complete(life);
    ev = say(life, 20 * MS, DAPS_EV_REESTABLISHMENT_REQUEST, DAPS_CH_UL_CCCH, 13);
    ev->ue_c_rnti = 17022;
    ev->ue_pci = 22;
    ev->cause = DAPS_REEST_OTHER_FAILURE;
    put(life, ev);
    fallback(life);
    ck_assert_int_eq(life->newest, DAPS_OUTCOME_DAPS_FALLBACK);
    command(life, true, 22, 101);
    complete(life);
    daps_engine_finish(life->engine);
    ck_assert_uint_eq(findings(life, DAPS_RULE_REPEATED_KEY), 1);
    end(life);
}
END_TEST

START_TEST(cells_that_do_not_follow)
{
    struct life *life = begin();
    struct daps_event *ev;

    life->cell = (struct daps_cell){11, 632628}; /* in every frame */
    secure(life);
    command(life, false, 22, 100);
    complete(life);
    if (_i == 0) { /* else the suspend itself is all that shows it */
        put(life, say(life, 20 * MS, DAPS_EV_TRAFFIC, DAPS_CH_DL_DCCH, 14));
        put(life, say(life, 200 * MS, DAPS_EV_TRAFFIC, DAPS_CH_DL_DCCH, 15));
    }
    ev = say(life, _i == 0 ? 20 * MS : 3400 * MS, DAPS_EV_RELEASE, DAPS_CH_DL_DCCH, 16);
    ev->suspend = true;
    ev->ncc = 0;
    put(life, ev);
    put(life, say(life, 1000 * MS, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH, 17));
    put(life, say(life, 20 * MS, DAPS_EV_REJECT, DAPS_CH_DL_CCCH, 18));
    put(life, say(life, 5000 * MS, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH, 19));
    put(life, say(life, 20 * MS, DAPS_EV_RESUME, DAPS_CH_DL_DCCH, 20));
    daps_engine_finish(life->engine);
    ck_assert_uint_eq(findings(life, DAPS_RULE_REPEATED_KEY), 0);
    end(life);
}
END_TEST

START_TEST(unread_message_ends_claims)
{
    struct life *life = begin();
    struct daps_event *ev;

    secure(life);
    ev = say(life, 20 * MS, DAPS_EV_CANDIDATE, DAPS_CH_DL_DCCH, 21);
    ev->sync = ev->key_update = true;
    ev->ncc = 0;
    ev->transaction = 2;
    ev->candidate_id = 1;
    ev->target = (struct daps_cell){22, 632628};
    put(life, ev);
    daps_engine_gap(life->engine, 1, false, life->frame, DAPS_GAP_UNDECODED);
    ev = say(life, 2000 * MS, DAPS_EV_REESTABLISHMENT_REQUEST, DAPS_CH_UL_CCCH, 22);
    ev->ue_pci = 11;
    ev->ue_c_rnti = 1;
    ev->cause = DAPS_REEST_HANDOVER_FAILURE;
    put(life, ev);
    ev = say(life, 20 * MS, DAPS_EV_REESTABLISHMENT, DAPS_CH_DL_DCCH, 23);
    ev->ncc = 0;
    put(life, ev);
    daps_engine_finish(life->engine);
    ck_assert_uint_eq(daps_engine_counts(life->engine)->handovers, 0);
    end(life);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lives");
    TCase *tc = tcase_create("lives");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, stretch_stored_twice);
    tcase_add_test(tc, equal_octets_later_are_a_new_attempt);
    tcase_add_test(tc, one_direction);
    tcase_add_test(tc, request_that_nobody_answers);
    tcase_add_loop_test(tc, cells_that_do_not_follow, 0, 2);
    tcase_add_test(tc, unread_message_ends_claims);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
