/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts and their keys: which derivations are one key, which pair is used again, what random access exposes. */
#include "ue_log.h"

START_TEST(daps_fallback_daps_again)
{
    struct log *log = connected();
    int8_t first = command(log, DAPS_B), second;
    uint64_t first_frame = log->frame, second_frame;
    const struct daps_finding *f;

    complete(log, first);
    fallback(log);
    second = command(log, DAPS_B);
    second_frame = log->frame;
    complete(log, second);
    traffic(log);
    log_end(log);
    f = finding_of(log, DAPS_RULE_REPEATED_KEY);
    ck_assert_uint_eq(f->n_frames, 2);
    ck_assert_uint_eq(f->subjects[0].frame, first_frame);
    ck_assert_uint_eq(f->subjects[1].frame, second_frame);
    ck_assert_int_eq(f->exposure, DAPS_EXPOSURE_LOGGED);
    ck_assert_int_eq(f->key.derivation, DAPS_DERIVATION_HORIZONTAL);
    ck_assert_uint_eq(f->assumptions, 0);
    f = finding_of(log, DAPS_RULE_KEYSTREAM_REUSE);
    ck_assert_int_eq(f->severity, DAPS_SEVERITY_MEDIUM);
    ck_assert_uint_eq(f->subjects[0].frame, first_frame + 1);
    ck_assert_uint_eq(f->subjects[1].frame, second_frame + 1);
    ck_assert(!f->keystream.integrity);
    ck_assert_int_eq(f->keystream.algorithm, 2);
    ck_assert(f->keystream.plaintext_differs);
    ck_assert_uint_eq(count_all(log), 2);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_DAPS_FALLBACK);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(complete_not_logged_means_possible)
{
    struct log *log = connected();

    command(log, DAPS_B);
    fallback(log);
    complete(log, command(log, PLAIN_B));
    traffic(log);
    log_end(log);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, DAPS_EXPOSURE_POSSIBLE);
    ck_assert_uint_eq(count_all(log), 1);
    log_free(log);
}
END_TEST

START_TEST(three_attempts_are_one_finding)
{
    struct log *log = connected();

    for (int i = 0; i < 2; i++) {
        complete(log, command(log, DAPS_B));
        fallback(log);
    }
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_uint_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->n_frames, 3);
    ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], 1);
    log_free(log);
}
END_TEST

START_TEST(other_inputs_are_other_keys)
{
    static const struct command second[] = {
        {C, .ncc = 0, .daps = true},          /* other cell */
        {22, 633000, .ncc = 0, .daps = true}, /* same PCI on another frequency */
    };

    for (unsigned i = 0; i < 2; i++) {
        struct log *log = connected();
        complete(log, command(log, DAPS_B));
        fallback(log);
        complete(log, command(log, second[i]));
        traffic(log);
        log_end(log);
        ck_assert_uint_eq(count_all(log), 0);
        log_free(log);
    }
}
END_TEST

START_TEST(refresh_between_changes_the_parent)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, (struct command){A, .ncc = 0}));
    traffic(log);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).procedure, DAPS_PROC_INTRA_CELL_REFRESH);
    log_free(log);
}
END_TEST

START_TEST(vertical_pairs)
{
    static const struct {
        struct command second;
        unsigned repeated, nh, ambiguity;
    } rows[] = {
        {{B, .ncc = 2, .daps = true}, 1, 1, 1},
        {{C, .ncc = 2, .daps = true}, 0, 1, 1},
        {{B, .ncc = 3, .daps = true}, 0, 0, 0},
        {{B, .ncc = 0, .daps = true}, 0, 0, 1}, /* back to the active key's NCC: NH 8 for the other reading */
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = connected();
        complete(log, command(log, (struct command){B, .ncc = 2, .daps = true}));
        fallback(log);
        complete(log, command(log, rows[i].second));
        traffic(log);
        log_end(log);
        ck_assert_msg(log->findings[DAPS_RULE_REPEATED_KEY] == rows[i].repeated, "row %u repeated-key", i);
        ck_assert_msg(log->findings[DAPS_RULE_NH_REUSE] == rows[i].nh, "row %u nh-reuse", i);
        ck_assert_msg(log->findings[DAPS_RULE_NCC_AMBIGUITY] == rows[i].ambiguity, "row %u ncc-ambiguity", i);
        log_free(log);
    }
}
END_TEST

START_TEST(ncc_wraps)
{
    struct log *log = connected();

    for (int n = 2; n <= 11; n++) {
        complete(log, command(log, (struct command){40 + n, 630000, .ncc = (int8_t)(n & 7)}));
        traffic(log);
    }
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_uint_eq(log->handovers->len, 11);
    for (guint i = 1; i < log->handovers->len; i++) {
        const struct daps_handover *h = &g_array_index(log->handovers, struct daps_handover, i);
        char nh[16];
        g_snprintf(nh, sizeof nh, "K1/NH%u", i + 1);
        ck_assert_int_eq(h->derivation, DAPS_DERIVATION_VERTICAL);
        ck_assert_str_eq(h->key.parent, nh);
    }
    log_free(log);
}
END_TEST

START_TEST(ordinary_mobility_is_silent)
{
    struct log *log = connected();

    for (int i = 0; i < 10; i++) {
        complete(log, command(log, i % 2 == 0 ? (struct command){B, .ncc = 0} : (struct command){A, .ncc = 0}));
        traffic(log);
    }
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    for (guint i = 0; i < log->handovers->len; i++)
        ck_assert_int_eq(outcome(log, i), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(null_and_other_algorithms)
{
    static const struct {
        int8_t nea, nia, retry_nea, retry_nia; /* 8: algorithm 0 */
        unsigned keystream, mac, null;
    } rows[] = {
        {0, 2, 0, 0, 0, 0, 1}, {2, 1, 0, 0, 1, 1, 0}, {2, 3, 0, 0, 1, 1, 0}, {2, 2, 0, 0, 1, 0, 0},
        {2, 2, 1, 0, 0, 0, 0}, {1, 1, 2, 0, 0, 1, 0}, {2, 2, 1, 1, 0, 0, 0},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = log_start();
        struct command retry = DAPS_B;
        connect_with(log, rows[i].nea, rows[i].nia);
        complete(log, command(log, DAPS_B));
        fallback(log);
        retry.nea = rows[i].retry_nea;
        retry.nia = rows[i].retry_nia;
        complete(log, command(log, retry));
        traffic(log);
        log_end(log);
        ck_assert_msg(log->findings[DAPS_RULE_REPEATED_KEY] == 1, "row %u repeated-key", i);
        ck_assert_msg(log->findings[DAPS_RULE_KEYSTREAM_REUSE] == rows[i].keystream, "row %u keystream", i);
        ck_assert_msg(log->findings[DAPS_RULE_MAC_NONCE_REUSE] == rows[i].mac, "row %u mac", i);
        ck_assert_msg(log->findings[DAPS_RULE_NULL_SECURITY] == rows[i].null, "row %u null", i);
        log_free(log);
    }
}
END_TEST

START_TEST(random_access_decides_exposure)
{
    static const struct {
        enum daps_rach rach;
        enum daps_exposure exposure;
        unsigned keystream;
    } rows[] = {
        {DAPS_RACH_CBRA, DAPS_EXPOSURE_LOGGED, 1},
        {DAPS_RACH_CFRA, DAPS_EXPOSURE_UNLIKELY, 0},
        {DAPS_RACH_CFRA_2STEP, DAPS_EXPOSURE_LOGGED, 1},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = connected();
        struct command c = DAPS_B;
        c.rach = rows[i].rach;
        complete(log, command(log, c));
        fallback(log);
        complete(log, command(log, c));
        traffic(log);
        log_end(log);
        ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, rows[i].exposure);
        ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], rows[i].keystream);
        log_free(log);
    }
}
END_TEST

START_TEST(no_key_update_no_repeat)
{
    struct log *log = connected();
    struct command c = DAPS_B;

    c.ncc = -1;
    complete(log, command(log, c));
    fallback(log);
    complete(log, command(log, c));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 1).derivation, DAPS_DERIVATION_NONE);
    log_free(log);
}
END_TEST

START_TEST(same_frequency_as_the_source)
{
    struct log *log = log_start();
    struct command c = {22, -1, .ncc = 0, .daps = true};

    connect_with(log, 2, 2);
    complete(log, command(log, c));
    fallback(log);
    complete(log, command(log, c));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert(finding_of(log, DAPS_RULE_REPEATED_KEY)->key.same_frequency);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->key.cell.ssb_arfcn, -1);
    log_free(log);
}
END_TEST

START_TEST(sk_counter_twice)
{
    for (int changed = 0; changed < 2; changed++) {
        struct log *log = connected();
        struct daps_event ev;
        for (int i = 0; i < 2; i++) {
            daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
            ev.channel = DAPS_CH_DL_DCCH;
            ev.sk_counter = 5 + (changed ? i : 0);
            ev.digest = 4000 + (uint64_t)i;
            put(log, &ev);
        }
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], changed ? 0 : 1);
        log_free(log);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("attempts");

    tcase_add_test(tc, daps_fallback_daps_again);
    tcase_add_test(tc, complete_not_logged_means_possible);
    tcase_add_test(tc, three_attempts_are_one_finding);
    tcase_add_test(tc, other_inputs_are_other_keys);
    tcase_add_test(tc, refresh_between_changes_the_parent);
    tcase_add_test(tc, vertical_pairs);
    tcase_add_test(tc, ncc_wraps);
    tcase_add_test(tc, ordinary_mobility_is_silent);
    tcase_add_test(tc, null_and_other_algorithms);
    tcase_add_test(tc, random_access_decides_exposure);
    tcase_add_test(tc, no_key_update_no_repeat);
    tcase_add_test(tc, same_frequency_as_the_source);
    tcase_add_test(tc, sk_counter_twice);
    return run_tests(tc);
}
