/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows a failure: re-establishment, conditional recovery, resume. */
#include "ue_log.h"

START_TEST(failed_handover_then_reestablishment_in_the_target)
{
    for (int named = 0; named < 2; named++) {
        struct log *log = log_start();
        int8_t t;
        connect_with(log, 2, 2);
        complete(log, command(log, (struct command){A, .ncc = 0, .c_rnti = 77}));
        traffic(log);
        t = command(log, PLAIN_B);
        complete(log, t);
        if (named)
            log->cell = (struct daps_cell){B};
        reestablish(log, 77, 11, DAPS_REEST_HANDOVER_FAILURE, 0);
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], (unsigned)named);
        ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], (unsigned)named);
        ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_REESTABLISHED);
        log_free(log);
    }
}
END_TEST

START_TEST(reestablishment_from_a_reached_target_uses_its_key)
{
    struct log *log = connected();
    struct command c = PLAIN_B;

    c.c_rnti = 88;
    complete(log, command(log, c));
    log->cell = (struct daps_cell){B};
    reestablish(log, 88, 22, DAPS_REEST_OTHER_FAILURE, 0); /* radio link failure after success */
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(conditional_handover_to_the_failed_cell)
{
    struct log *log = connected();
    uint64_t armed_frame;

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    armed_frame = log->frame;
    complete(log, 0);
    traffic(log);
    complete(log, 1); /* executed */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->subjects[1].frame, armed_frame);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->subjects[1].procedure, DAPS_PROC_CONDITIONAL_HANDOVER);
    log_free(log);
}
END_TEST

/* A PDU's key and COUNT tell whether it executed a candidate (TS 38.331 5.3.5.13.5); its transaction alone does not. */
START_TEST(a_pdu_with_the_transaction_of_a_candidate)
{
    for (int executed = 0; executed < 2; executed++) {
        struct log *log = connected();
        struct daps_event ev;
        arm(log, 0, PLAIN_B, 1, 1);
        complete(log, 0);
        daps_event_clear(&ev, DAPS_EV_RECONFIGURATION_COMPLETE);
        ev.channel = DAPS_CH_UL_DCCH;
        ev.transaction = 1;
        ev.digest = 77;
        ev.from_pdcp = true;
        ev.executed = executed != 0;
        put(log, &ev);
        log_end(log);
        ck_assert_uint_eq(log->handovers->len, 1U + (unsigned)executed); /* the first brought the UE to A */
        log_free(log);
    }
}
END_TEST

START_TEST(armed_but_not_executed_is_only_exposed)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    complete(log, 0);
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_uint_eq(log->findings[DAPS_RULE_EXPOSED_FALLBACK], 1);
    log_free(log);
}
END_TEST

START_TEST(unnamed_candidate_equals_nothing)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    arm(log, 0, (struct command){C, .ncc = 0}, 1, 2);
    complete(log, 0);
    complete(log, 1);
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).target.pci, -1);
    log_free(log);
}
END_TEST

START_TEST(recovery_to_another_candidate)
{
    struct log *log = connected();

    arm(log, 0, PLAIN_B, 1, 1);
    arm(log, 0, (struct command){C, .ncc = 0}, 2, 2);
    complete(log, 0);
    complete(log, 1); /* towards B ... */
    log->time_ns += INT64_C(1100) * 1000 * 1000;
    complete(log, 2); /* ... which failed when T304 ran out, recovery in C */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_SUPERSEDED);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    ck_assert_str_eq(g_array_index(log->handovers, struct daps_handover, 2).key.parent,
                     g_array_index(log->handovers, struct daps_handover, 1).key.parent);
    log_free(log);
}
END_TEST

START_TEST(resume_rejected_and_retried)
{
    for (int same = 0; same < 2; same++) {
        struct log *log = log_start();
        struct daps_event ev;
        connect_with(log, 2, 2);
        daps_event_clear(&ev, DAPS_EV_RELEASE);
        ev.channel = DAPS_CH_DL_DCCH;
        ev.suspend = true;
        ev.ncc = 0;
        put(log, &ev);
        log->cell = (struct daps_cell){B};
        simple(log, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH);
        simple(log, DAPS_EV_REJECT, DAPS_CH_DL_CCCH);
        if (!same)
            log->cell = (struct daps_cell){C};
        simple(log, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH);
        simple(log, DAPS_EV_RESUME, DAPS_CH_DL_DCCH);
        simple(log, DAPS_EV_RESUME_COMPLETE, DAPS_CH_UL_DCCH);
        log_end(log);
        ck_assert_uint_eq(count_all(log), (unsigned)same);
        if (same)
            ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, DAPS_EXPOSURE_NONE);
        log_free(log);
    }
}
END_TEST

START_TEST(source_failure_then_reestablishment)
{
    struct log *log = log_start();

    connect_with(log, 2, 2);
    complete(log, command(log, (struct command){A, .ncc = 0, .c_rnti = 77}));
    traffic(log);
    complete(log, command(log, DAPS_B));
    log->cell = (struct daps_cell){B};
    reestablish(log, 77, 11, DAPS_REEST_HANDOVER_FAILURE, 0);
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_REESTABLISHED);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    log_free(log);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("recovery");

    tcase_add_test(tc, failed_handover_then_reestablishment_in_the_target);
    tcase_add_test(tc, reestablishment_from_a_reached_target_uses_its_key);
    tcase_add_test(tc, conditional_handover_to_the_failed_cell);
    tcase_add_test(tc, a_pdu_with_the_transaction_of_a_candidate);
    tcase_add_test(tc, armed_but_not_executed_is_only_exposed);
    tcase_add_test(tc, unnamed_candidate_equals_nothing);
    tcase_add_test(tc, recovery_to_another_candidate);
    tcase_add_test(tc, resume_rejected_and_retried);
    tcase_add_test(tc, source_failure_then_reestablishment);
    return run_tests(tc);
}
