/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each moment by itself: what a rule makes of it, and when it says nothing. Groups of attempts: rules_leave_test.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "keys/term.h"
#include "rules/rules.h"

static struct daps_finding *found; /* the newest, NULL none */
static unsigned n_found;
static struct daps_term_pool *pool;
static const struct daps_term *root, *key;

static void on_finding(void *user, const struct daps_finding *finding)
{
    (void)user;
    daps_finding_free(found);
    found = daps_finding_copy(finding, true);
    n_found++;
}

static void see(struct daps_moment *moment)
{
    const struct judgement j = {.moment = moment, .deliver = on_finding};

    moment->ue = "1";
    n_found = 0;
    daps_rules_see(&j);
}

static void setup(void)
{
    pool = daps_term_pool_new(DAPS_RAT_NR);
    root = daps_term_root(pool);
    key = daps_term_star(pool, root, 22, 632628);
}

static void teardown(void)
{
    daps_finding_free(found);
    found = NULL;
    daps_term_pool_free(pool);
}

static struct daps_attempt fallen_back(void)
{
    struct daps_attempt attempt = {.parent = root,
                                   .key = key,
                                   .procedure = DAPS_PROC_DAPS_HANDOVER,
                                   .number = 1,
                                   .frame = 6,
                                   .settled_frame = 8,
                                   .outcome = DAPS_OUTCOME_DAPS_FALLBACK};

    attempt.source.chain.key = root;
    attempt.target.chain.key = key;
    attempt.target.pci = 22;
    attempt.target.arfcn = 632628;
    return attempt;
}

/* TS 33.501 5.3.2, 5.3.3 */
START_TEST(null_algorithms)
{
    const uint64_t frames[] = {4, 9};
    struct daps_moment moment = {.kind = DAPS_MOMENT_CONNECTION_ENDED};

    see(&moment);
    ck_assert_uint_eq(n_found, 0);
    moment.ended.null_ciphering = true;
    moment.ended.null_frames = frames;
    moment.ended.n_null_frames = 2;
    see(&moment);
    ck_assert_uint_eq(n_found, 1);
    ck_assert_int_eq(found->rule, DAPS_RULE_NULL_SECURITY);
    ck_assert_int_eq(found->severity, DAPS_SEVERITY_LOW);
    ck_assert_uint_eq(found->n_frames, 2);
    moment.ended.null_integrity = true;
    see(&moment);
    ck_assert_int_eq(found->severity, DAPS_SEVERITY_MEDIUM);
}
END_TEST

/* Only while the key that it fell back to is in force, and nothing has repeated yet. */
START_TEST(exposed_fallback)
{
    struct daps_attempt first = fallen_back(), second = fallen_back(), *attempts[] = {&first, &second};
    struct daps_event armed = {.frame = 3, .key_update = true, .target = {22, -1}};
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_CAPTURE_ENDED, .attempts = attempts, .n_attempts = 1, .closing = {.in_force = root}};

    see(&moment);
    ck_assert_uint_eq(n_found, 1);
    ck_assert_int_eq(found->rule, DAPS_RULE_EXPOSED_FALLBACK);
    ck_assert_uint_eq(found->n_frames, 2);
    ck_assert_ptr_null(daps_finding_subject(found, DAPS_ROLE_ARMED));
    moment.closing.candidates = &armed;
    moment.closing.n_candidates = 1;
    see(&moment);
    ck_assert_uint_eq(daps_finding_subject(found, DAPS_ROLE_ARMED)->frame, 3);
    ck_assert_uint_eq(found->n_frames, 2); /* it is spoken of, not one of its frames */
    moment.n_attempts = 2;
    see(&moment);
    ck_assert_uint_eq(n_found, 0); /* that is repeated-key's */
    moment.n_attempts = 1;
    moment.closing.in_force = key;
    see(&moment);
    ck_assert_uint_eq(n_found, 0);
}
END_TEST

/* TS 33.501 6.9.2.3.4 against TS 38.331 5.3.5.7 */
START_TEST(two_readings)
{
    struct daps_attempt attempt = fallen_back();
    const struct daps_term *nh = daps_term_nh(pool, root, 1);
    struct daps_moment moment = {.kind = DAPS_MOMENT_ATTEMPT_BEGAN, .began = {.attempt = &attempt}};

    see(&moment);
    ck_assert_uint_eq(n_found, 0);
    moment.began.two_readings = true;
    moment.began.by_active = (struct daps_chain_step){DAPS_DERIVATION_VERTICAL, nh, 1};
    moment.began.by_stored = moment.began.by_active;
    see(&moment);
    ck_assert_uint_eq(n_found, 0); /* both lead to one key */
    moment.began.by_stored = (struct daps_chain_step){DAPS_DERIVATION_HORIZONTAL, root, 1};
    moment.began.stored_n = 9;
    moment.began.stored_frame = 2;
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_NCC_AMBIGUITY);
    ck_assert_uint_eq(found->readings.stored.ncc, 1); /* modulo 8 */
    ck_assert_str_eq(found->readings.active.parent, nh->label);
    ck_assert_int_eq(found->subjects[0].role, DAPS_ROLE_STORED);
}
END_TEST

START_TEST(keys_that_fit)
{
    struct daps_attempt attempt = fallen_back();
    struct daps_moment moment = {.kind = DAPS_MOMENT_KEY_FITS,
                                 .fits = {.attempt = &attempt, .fit = {.what = DAPS_FITS_TWO_OCTETS}}};

    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_KEY_MISMATCH);
    ck_assert_int_eq(found->evidence, DAPS_EVIDENCE_PROVEN);
    moment.fits.fit.what = DAPS_FITS_STORED_NCC;
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_NCC_AMBIGUITY);
    moment = (struct daps_moment){.kind = DAPS_MOMENT_NO_KEY_FITS, .unfit = {.key = key, .messages = 4, .frame = 11}};
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_KEY_MISMATCH);
    ck_assert_int_eq(found->variant, DAPS_VARIANT_NONE_FITS);
    ck_assert_uint_ne(found->assumptions & DAPS_ASSUMES_KEY_LOG, 0);
}
END_TEST

START_TEST(bearers_and_requests)
{
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_UNCIPHERED,
        .bearer = {.key = key, .srb = true, .bearer = 1, .ciphering = 2, .n = 1, .frames = {7}, .verified = true}};

    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_UNCIPHERED);
    ck_assert_int_eq(found->evidence, DAPS_EVIDENCE_PROVEN);
    ck_assert_int_eq(found->keystream.algorithm, 2);
    moment.kind = DAPS_MOMENT_COUNT_NEAR_END;
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_COUNT_NEAR_WRAP);
    moment = (struct daps_moment){.kind = DAPS_MOMENT_REQUEST_FORGED, .request = {.frame = 12, .tried = 2}};
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_FORGED_REQUEST);
    ck_assert_uint_eq(found->subjects[0].frame, 12);
}
END_TEST

/* One stay is count-reuse, two are reuse of keystream; MACs of PDUs that collide anyway are not told again. */
START_TEST(collisions)
{
    struct daps_collision c = {.stream = {.key = key, .srb = 1, .algorithm = 2},
                               .one_entity = true,
                               .n = 2,
                               .sights = {{.entity = 1, .frame = 7}, {.entity = 1, .frame = 9}},
                               .copies = 1};
    struct daps_moment moment = {.kind = DAPS_MOMENT_COLLISION, .collision = &c};

    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_COUNT_REUSE);
    ck_assert_uint_eq(found->copies, 1);
    c.one_entity = false;
    see(&moment);
    ck_assert_int_eq(found->rule, DAPS_RULE_KEYSTREAM_REUSE);
    ck_assert_uint_ne(found->assumptions & DAPS_ASSUMES_RECEIVED, 0);
    c.proven = true;
    see(&moment);
    ck_assert_int_eq(found->evidence, DAPS_EVIDENCE_PROVEN);
    ck_assert_uint_eq(found->assumptions, 0);
    c.one_entity = c.counted_elsewhere = true;
    see(&moment);
    ck_assert_uint_eq(n_found, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_moments");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, null_algorithms);
    tcase_add_test(tests, exposed_fallback);
    tcase_add_test(tests, two_readings);
    tcase_add_test(tests, keys_that_fit);
    tcase_add_test(tests, bearers_and_requests);
    tcase_add_test(tests, collisions);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
