/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts that cannot recur any more, sorted into groups of one key and of one {NH, NCC} pair, and judged. */
#include <glib.h>

#include "rules/rules.h"

/* Was this an attempt of the UE, or only something two nodes prepared? */
static bool was_tried(const struct daps_attempt *attempt)
{
    if (attempt->unsure)
        return false;
    return !attempt->prepared || attempt->by_node || attempt->outcome == DAPS_OUTCOME_DAPS_FALLBACK ||
           attempt->outcome == DAPS_OUTCOME_REESTABLISHED || attempt->complete_frame != 0;
}

static void judge_key(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    if (rule_split_by_value(j, group, n, judge_key))
        return;
    rule_repeated_key(j, group, n);
    if (group[0]->procedure != DAPS_PROC_SK_COUNTER)
        rule_keystream(j, group, n);
}

typedef void judge_group(const struct judgement *j, struct daps_attempt *const *group, unsigned n);
typedef const struct daps_term *group_term(const struct daps_attempt *attempt);

static const struct daps_term *by_key(const struct daps_attempt *attempt)
{
    if (attempt->by_node && !attempt->has_leaf)
        return NULL; /* only its value says whether what was not seen has changed the key before it */
    return attempt->parent != NULL ? attempt->key : NULL;
}

static const struct daps_term *by_nh(const struct daps_attempt *attempt)
{
    if (attempt->by_node && !attempt->key_fits)
        return NULL;
    return attempt->parent != NULL && attempt->parent->kind == DAPS_TERM_NH ? attempt->parent : NULL;
}

/*
 * A key that rests on cells of the log is one key only with what rests on the same ones (ue/cells.c); and behind
 * messages that could not be read nothing is known to be what it was before them. A key that a node interface carried
 * is what its value says: handovers within an eNB, which no node interface shows, may have changed the one before it.
 */
static gpointer group_of(const struct daps_attempt *attempt, const struct daps_term *term)
{
    const guintptr taint = term == attempt->key ? (guintptr)attempt->taint : 0;
    const guintptr doubt = (guintptr)(attempt->doubt * UINT64_C(0x9e3779b97f4a7c15));

    const guintptr value = attempt->by_node && term == attempt->key ? (guintptr)attempt->leaf.srb : 0;

    return (gpointer)((guintptr)term ^ (taint << 4) ^ doubt ^ value);
}

static void free_group(gpointer group)
{
    g_ptr_array_unref(group);
}

/* Groups in one pass, judged in the order in which their first attempts came. */
static void each_group(const struct judgement *j, group_term *term_of, judge_group *judge)
{
    GHashTable *by_term = g_hash_table_new(NULL, NULL);
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);

    for (unsigned i = 0; i < j->moment->n_attempts; i++) {
        struct daps_attempt *attempt = j->moment->attempts[i];
        const struct daps_term *term = was_tried(attempt) ? term_of(attempt) : NULL;
        GPtrArray *group = term != NULL ? g_hash_table_lookup(by_term, group_of(attempt, term)) : NULL;
        if (term == NULL)
            continue;
        if (group == NULL) {
            group = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            g_hash_table_insert(by_term, group_of(attempt, term), group);
        }
        g_ptr_array_add(group, attempt);
    }
    for (guint i = 0; i < groups->len; i++) {
        const GPtrArray *group = g_ptr_array_index(groups, i);
        if (group->len > 1)
            judge(j, (struct daps_attempt *const *)group->pdata, group->len);
    }
    g_hash_table_unref(by_term);
    g_ptr_array_unref(groups);
}

static GHashTable *collisions_by_key(const struct daps_moment *moment)
{
    GHashTable *by_key;

    if (moment->leave.n_collisions == 0)
        return NULL;
    by_key = g_hash_table_new_full(NULL, NULL, NULL, free_group);
    for (unsigned i = 0; i < moment->leave.n_collisions; i++) {
        struct daps_collision *c = &moment->leave.collisions[i];
        GPtrArray *of_key = g_hash_table_lookup(by_key, c->stream.key);
        if (of_key == NULL) {
            of_key = g_ptr_array_new();
            g_hash_table_insert(by_key, (gpointer)(guintptr)c->stream.key, of_key);
        }
        g_ptr_array_add(of_key, c);
    }
    return by_key;
}

void rule_attempts_leave(const struct judgement *j)
{
    struct judgement with = *j;

    if (j->moment->n_attempts < 2)
        return;
    with.collisions = collisions_by_key(j->moment);
    each_group(&with, by_key, judge_key);
    each_group(&with, by_nh, rule_nh_reuse);
    if (with.collisions != NULL)
        g_hash_table_unref(with.collisions);
}
