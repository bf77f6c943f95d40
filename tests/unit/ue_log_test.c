/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log leaves out: copies, beginnings in the middle, gaps, connections between, metadata. */
#include "ue_log.h"

START_TEST(same_command_logged_twice)
{
    struct log *log = connected();
    struct daps_event ev = command_event(log, DAPS_B);

    put(log, &ev);
    put(log, &ev);
    complete(log, ev.transaction);
    complete(log, ev.transaction);
    fallback(log);
    fallback(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_uint_eq(log->findings[DAPS_RULE_EXPOSED_FALLBACK], 1);
    ck_assert_uint_eq(log->handovers->len, 2);
    ck_assert_uint_eq(daps_engine_counts(log->engine)->fallbacks, 1);
    log_free(log);
}
END_TEST

START_TEST(log_starts_in_the_middle)
{
    struct log *log = log_start();

    complete(log, command(log, (struct command){B, .ncc = 3, .daps = true}));
    fallback(log);
    complete(log, command(log, (struct command){B, .ncc = 3, .daps = true}));
    traffic(log);
    complete(log, command(log, (struct command){C, .ncc = 3}));
    traffic(log);
    complete(log, command(log, (struct command){A, .ncc = 4}));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 0).derivation, DAPS_DERIVATION_UNKNOWN);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).derivation, DAPS_DERIVATION_HORIZONTAL);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 3).derivation, DAPS_DERIVATION_VERTICAL);
    ck_assert_uint_ne(finding_of(log, DAPS_RULE_KEYSTREAM_REUSE)->assumptions, 0);
    log_free(log);
}
END_TEST

START_TEST(new_connection_between)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    simple(log, DAPS_EV_RELEASE, DAPS_CH_DL_DCCH);
    connect_with(log, 2, 2);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

START_TEST(two_ues_share_nothing)
{
    struct log *log = log_start();

    for (int round = 0; round < 2; round++) {
        for (log->ue_key = 1; log->ue_key <= 2; log->ue_key++) {
            if (round == 0)
                connect_with(log, 2, 2);
            command(log, DAPS_B);
            if (log->ue_key == 1 && round == 0)
                fallback(log);
        }
    }
    log_end(log);
    /* UE 1 repeats; UE 2's second command without a failure came from the cell it had reached. */
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_str_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->ue, "1");
    log_free(log);
}
END_TEST

START_TEST(new_key_set)
{
    struct log *log = connected();
    struct command c = {B, .ncc = 0, .daps = true, .key_set_change = true};

    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, c)); /* other parent: KgNB anew from KAMF */
    fallback(log);
    simple(log, DAPS_EV_NAS_TRANSFER, DAPS_CH_DL_DCCH);
    complete(log, command(log, c)); /* a NAS security mode command may have run */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

START_TEST(complete_alone_settles_nothing)
{
    struct log *log = connected();
    struct daps_event ev;

    complete(log, command(log, DAPS_B));
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_UNKNOWN);
    log_free(log);

    log = connected();
    complete(log, command(log, DAPS_B));
    traffic(log); /* a DAPS failure outweighs what looked like success */
    fallback(log);
    complete(log, command(log, DAPS_B));
    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.daps_source_release = true;
    put(log, &ev);
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_DAPS_FALLBACK);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    log_free(log);
}
END_TEST

START_TEST(gap_is_said)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    log->time_ns += INT64_C(120) * 1000 * 1000 * 1000;
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_ne(finding_of(log, DAPS_RULE_REPEATED_KEY)->assumptions, 0);
    log_free(log);
}
END_TEST

START_TEST(missed_handover_breaks_equality)
{
    for (int follows = 0; follows < 2; follows++) {
        struct log *log = connected();
        int8_t transaction;
        log->cell = (struct daps_cell){A};
        transaction = command(log, DAPS_B);
        if (follows)
            log->cell = (struct daps_cell){B}; /* this log's metadata is alive */
        complete(log, transaction);
        log->cell = (struct daps_cell){A};
        fallback(log);
        log->cell = (struct daps_cell){77, 630000}; /* the log lacks the handover that brought the UE here */
        complete(log, command(log, DAPS_B));
        traffic(log);
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], follows ? 0 : 1);
        log_free(log);
    }
}
END_TEST

START_TEST(one_cell_in_every_frame_is_no_metadata)
{
    struct log *log = connected();

    log->cell = (struct daps_cell){A};
    for (int i = 0; i < 3; i++) {
        complete(log, command(log, (struct command){50 + i, 630000, .ncc = 0}));
        traffic(log);
    }
    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 4).derivation, DAPS_DERIVATION_HORIZONTAL);
    log_free(log);
}
END_TEST

START_TEST(memory_is_flat)
{
    struct log *log = connected();

    for (int i = 0; i < 20000; i++) {
        complete(log, command(log, (struct command){i % 1000, 630000, .ncc = (int8_t)(i & 7)}));
        traffic(log);
    }
    g_array_set_size(log->handovers, 0);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("log");

    tcase_add_test(tc, same_command_logged_twice);
    tcase_add_test(tc, log_starts_in_the_middle);
    tcase_add_test(tc, new_connection_between);
    tcase_add_test(tc, two_ues_share_nothing);
    tcase_add_test(tc, new_key_set);
    tcase_add_test(tc, complete_alone_settles_nothing);
    tcase_add_test(tc, gap_is_said);
    tcase_add_test(tc, missed_handover_breaks_equality);
    tcase_add_test(tc, one_cell_in_every_frame_is_no_metadata);
    tcase_add_test(tc, memory_is_flat);
    return run_tests(tc);
}
