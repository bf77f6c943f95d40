/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules find in attempts whose keys cannot come again, against brute force: random attempts over few keys, and for
 * every pair of them the question the clause asks. Nothing here groups by key as the rules do.
 *
 *     repeated-key      two attempts of one key                                     TS 33.501 A.11
 *     nh-reuse          two attempts, in different frames, from one NH              TS 33.501 6.9.2.3.1
 *     keystream-reuse   two first uplink messages under one ciphering key           TS 33.501 A.8, TS 38.323 5.8
 *     mac-nonce-reuse   two different ones under one integrity key of NIA1 or NIA3  TS 33.501 Annex D
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "keys/term.h"
#include "rules/rules.h"

#define ATTEMPTS 24
#define TRACES   400

struct world {
    GRand *rand;
    struct daps_term_pool *pool;
    struct daps_attempt attempts[ATTEMPTS];
    struct daps_attempt *list[ATTEMPTS];
    bool below_rrc;
    GPtrArray *found; /* "rule severity: frame, frame", owned */
};

static int any(struct world *w, int n)
{
    return g_rand_int_range(w->rand, 0, n);
}

static void make_attempt(struct world *w, struct daps_attempt *a, unsigned i, const struct daps_term *const *parents)
{
    static const enum daps_outcome outcomes[] = {DAPS_OUTCOME_UNKNOWN,       DAPS_OUTCOME_COMPLETED,
                                                 DAPS_OUTCOME_DAPS_FALLBACK, DAPS_OUTCOME_REESTABLISHED,
                                                 DAPS_OUTCOME_RELEASED,      DAPS_OUTCOME_SUPERSEDED};

    *a = (struct daps_attempt){
        .parent = parents[any(w, 4)],
        .procedure = any(w, 6) == 0 ? DAPS_PROC_SK_COUNTER : DAPS_PROC_DAPS_HANDOVER,
        .derivation = DAPS_DERIVATION_HORIZONTAL,
        .number = i + 1,
        .frame = 10 * (i + 1),
        .rach = (enum daps_rach)any(w, DAPS_RACH_SKIP + 1),
        .prepared = any(w, 8) == 0,
        .outcome = outcomes[any(w, G_N_ELEMENTS(outcomes))],
        .complete_frame = any(w, 3) != 0 ? 10 * (i + 1) + 1 : 0,
        .complete_digest = (uint64_t)any(w, 2) + 1,
        .target_used = any(w, 2) != 0,
        .point_a = -1,
        .carrier = -1,
    };
    a->key = a->procedure == DAPS_PROC_SK_COUNTER ? daps_term_ksn(w->pool, a->parent, (uint16_t)any(w, 2))
                                                  : daps_term_star(w->pool, a->parent, any(w, 2), 632628);
    a->target.chain.key = a->key;
    a->target.ciphering = any(w, 5) - 1;
    a->target.integrity = any(w, 5) - 1;
    w->list[i] = a;
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%d %d:", (int)finding->rule, (int)finding->severity);
    for (uint32_t i = 0; i < finding->n_frames; i++)
        g_string_append_printf(text, " %u", (unsigned)finding->subjects[i].frame);
    g_ptr_array_add(((struct world *)user)->found, g_string_free(text, FALSE));
}

/* ---- brute force ---- */

static bool is_attempt(const struct daps_attempt *a)
{
    const bool on_air =
        a->complete_frame != 0 || a->outcome == DAPS_OUTCOME_DAPS_FALLBACK || a->outcome == DAPS_OUTCOME_REESTABLISHED;

    return on_air || !a->prepared;
}

/* TS 38.321 5.1.4: behind four-step contention-free access a message goes out only once access has succeeded. */
static bool went_out(const struct world *w, const struct daps_attempt *a)
{
    if (a->complete_frame == 0 || !is_attempt(a) || a->procedure == DAPS_PROC_SK_COUNTER)
        return false;
    if (w->below_rrc)
        return a->target_used;
    return !(a->rach == DAPS_RACH_CFRA && a->outcome != DAPS_OUTCOME_COMPLETED);
}

enum question { SAME_KEY, SAME_NH, SAME_KEYSTREAM, SAME_MAC_KEY };

static bool collide(const struct world *w, enum question question, const struct daps_attempt *a,
                    const struct daps_attempt *b)
{
    switch (question) {
    case SAME_KEY:
        return is_attempt(a) && is_attempt(b) && a->key == b->key;
    case SAME_NH:
        return is_attempt(a) && is_attempt(b) && a->parent == b->parent && a->parent->kind == DAPS_TERM_NH;
    case SAME_KEYSTREAM:
        return went_out(w, a) && went_out(w, b) && a->key == b->key && a->target.ciphering == b->target.ciphering &&
               a->target.ciphering != 0;
    case SAME_MAC_KEY:
        return went_out(w, a) && went_out(w, b) && a->key == b->key && a->target.integrity == b->target.integrity &&
               (a->target.integrity == 1 || a->target.integrity == 3);
    }
    return false;
}

/* Are the two plaintexts, MAC-I included, the same? */
static bool says_the_same(enum question question, const struct daps_attempt *a, const struct daps_attempt *b)
{
    return a->complete_digest == b->complete_digest &&
           (question == SAME_MAC_KEY || a->target.integrity == b->target.integrity);
}

static void expect(const struct world *w, enum question question, unsigned first, GPtrArray *out)
{
    static const enum daps_rule_id rules[] = {DAPS_RULE_REPEATED_KEY, DAPS_RULE_NH_REUSE, DAPS_RULE_KEYSTREAM_REUSE,
                                              DAPS_RULE_MAC_NONCE_REUSE};
    const struct daps_attempt *a = &w->attempts[first];
    enum daps_severity severity = daps_rule_severity(rules[question]);
    const bool messages = question == SAME_KEYSTREAM || question == SAME_MAC_KEY;
    GString *frames = g_string_new(NULL);
    bool all_equal = true;
    unsigned n = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        const struct daps_attempt *b = &w->attempts[i];
        if (!collide(w, question, a, b))
            continue;
        if (i < first) { /* told from there */
            g_string_free(frames, TRUE);
            return;
        }
        all_equal = all_equal && says_the_same(question, a, b);
        g_string_append_printf(frames, " %u", (unsigned)(messages ? b->complete_frame : b->frame));
        n++;
    }
    if (messages && all_equal)
        severity = DAPS_SEVERITY_LOW;
    if (n >= 2 && !(question == SAME_MAC_KEY && all_equal))
        g_ptr_array_add(out, g_strdup_printf("%d %d:%s", (int)rules[question], (int)severity, frames->str));
    g_string_free(frames, TRUE);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static void compare(struct world *w)
{
    GPtrArray *expected = g_ptr_array_new_with_free_func(g_free);

    for (int question = SAME_KEY; question <= SAME_MAC_KEY; question++) {
        for (unsigned first = 0; first < ATTEMPTS; first++)
            expect(w, (enum question)question, first, expected);
    }
    g_ptr_array_sort(expected, by_text);
    g_ptr_array_sort(w->found, by_text);
    for (guint i = 0; i < MIN(expected->len, w->found->len); i++)
        ck_assert_str_eq(g_ptr_array_index(w->found, i), g_ptr_array_index(expected, i));
    ck_assert_uint_eq(w->found->len, expected->len);
    g_ptr_array_unref(expected);
}

START_TEST(random_attempts)
{
    struct world w = {.rand = g_rand_new_with_seed((guint32)_i)};
    const struct daps_term *parents[4];
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_ATTEMPTS_LEAVE, .ue = "1", .attempts = w.list, .n_attempts = ATTEMPTS};
    const struct judgement judgement = {.moment = &moment, .deliver = on_finding, .user = &w};

    w.pool = daps_term_pool_new(DAPS_RAT_NR);
    w.found = g_ptr_array_new_with_free_func(g_free);
    moment.below_rrc = w.below_rrc = any(&w, 2) != 0;
    parents[0] = daps_term_root(w.pool);
    parents[1] = daps_term_star(w.pool, parents[0], 1, 632628);
    parents[2] = daps_term_nh(w.pool, parents[0], 1);
    parents[3] = daps_term_nh(w.pool, parents[0], 2);
    for (unsigned i = 0; i < ATTEMPTS; i++)
        make_attempt(&w, &w.attempts[i], i, parents);
    daps_rules_see(&judgement);
    compare(&w);
    g_ptr_array_unref(w.found);
    daps_term_pool_free(w.pool);
    g_rand_free(w.rand);
}
END_TEST

/* TS 33.501 6.9.2.3.1: the candidates of one conditional handover command share their pair. */
START_TEST(candidates_of_one_command_share_a_pair)
{
    struct world w = {.rand = g_rand_new_with_seed(1), .found = g_ptr_array_new_with_free_func(g_free)};
    struct daps_moment moment = {.kind = DAPS_MOMENT_ATTEMPTS_LEAVE, .ue = "1", .attempts = w.list, .n_attempts = 2};
    const struct judgement judgement = {.moment = &moment, .deliver = on_finding, .user = &w};
    const struct daps_term *nh;

    w.pool = daps_term_pool_new(DAPS_RAT_NR);
    nh = daps_term_nh(w.pool, daps_term_root(w.pool), 1);
    for (unsigned i = 0; i < 2; i++) {
        w.attempts[i] = (struct daps_attempt){.parent = nh, .procedure = DAPS_PROC_CONDITIONAL_HANDOVER, .frame = 7};
        w.attempts[i].key = w.attempts[i].target.chain.key = daps_term_star(w.pool, nh, (int)i, 632628);
        w.list[i] = &w.attempts[i];
    }
    daps_rules_see(&judgement);
    ck_assert_uint_eq(w.found->len, 0);
    w.attempts[1].frame = 9;
    daps_rules_see(&judgement);
    ck_assert_uint_eq(w.found->len, 1);
    g_ptr_array_unref(w.found);
    daps_term_pool_free(w.pool);
    g_rand_free(w.rand);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules: attempts that leave");
    TCase *tcase = tcase_create("against brute force");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, random_attempts, 0, TRACES);
    tcase_add_test(tcase, candidates_of_one_command_share_a_pair);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
