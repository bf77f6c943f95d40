/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts that cannot recur any more, sorted into groups of one key and of one {NH, NCC} pair, and judged. */
#include <glib.h>

#include "rules/rules.h"

/* Was this an attempt of the UE, or only something two nodes prepared? */
static bool was_tried(const struct daps_attempt *attempt)
{
    return !attempt->prepared || attempt->outcome == DAPS_OUTCOME_DAPS_FALLBACK ||
           attempt->outcome == DAPS_OUTCOME_REESTABLISHED || attempt->complete_frame != 0;
}

static void judge_key(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    rule_repeated_key(j, group, n);
    if (group[0]->procedure != DAPS_PROC_SK_COUNTER)
        rule_keystream(j, group, n);
}

typedef void judge_group(const struct judgement *j, struct daps_attempt *const *group, unsigned n);
typedef const struct daps_term *group_term(const struct daps_attempt *attempt);

static const struct daps_term *by_key(const struct daps_attempt *attempt)
{
    return attempt->parent != NULL ? attempt->key : NULL;
}

static const struct daps_term *by_nh(const struct daps_attempt *attempt)
{
    return attempt->parent != NULL && attempt->parent->kind == DAPS_TERM_NH ? attempt->parent : NULL;
}

static void each_group(const struct judgement *j, struct daps_attempt *const *attempts, unsigned n, group_term *term_of,
                       judge_group *judge)
{
    GPtrArray *group = g_ptr_array_new();
    GHashTable *done = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < n; i++) {
        const struct daps_term *term = term_of(attempts[i]);
        if (term == NULL || !was_tried(attempts[i]) || !g_hash_table_add(done, (gpointer)(guintptr)term))
            continue;
        g_ptr_array_set_size(group, 0);
        for (unsigned k = i; k < n; k++) {
            if (term_of(attempts[k]) == term && was_tried(attempts[k]))
                g_ptr_array_add(group, attempts[k]);
        }
        if (group->len > 1)
            judge(j, (struct daps_attempt *const *)group->pdata, group->len);
    }
    g_hash_table_unref(done);
    g_ptr_array_unref(group);
}

void rule_attempts_leave(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;

    if (moment->n_attempts < 2)
        return;
    each_group(j, moment->attempts, moment->n_attempts, by_key, judge_key);
    each_group(j, moment->attempts, moment->n_attempts, by_nh, rule_nh_reuse);
}
