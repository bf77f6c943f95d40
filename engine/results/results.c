/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All results of a capture: settled, and open as of now. */
#include "daps/results.h"

#include <string.h>

#include "results/index.h"

/* What is known of a UE by now but may still change. */
struct ue_state {
    guint64 ue_key;
    bool stale;                                                     /* something of this UE was followed since */
    uint64_t touched_all;                                           /* what results.touched_all was then */
    GPtrArray *open;                                                /* struct daps_result * (owned) */
    GPtrArray *former;                                              /* open results before, for news; likewise */
    struct daps_not_judged_count not_judged[DAPS_NOT_JUDGED_COUNT]; /* if the capture ended here, beside the settled */
};

enum { HANDOVERS, FINDINGS, KINDS };

struct daps_results {
    struct daps_engine *engine;
    bool with_values;
    GPtrArray *settled[KINDS];   /* struct daps_result *, owned, as the engine delivered them */
    guint settled_before[KINDS]; /* this frame */
    GHashTable *settled_same;    /* the same results, by what makes them the same */
    struct result_index *settled_at, *open_at;
    bool open_at_stale;
    GHashTable *ues;      /* ue_key to struct ue_state (owned) */
    bool ues_stale;       /* one of them at least */
    uint64_t touched_all; /* how often something was about all UEs */
    GPtrArray *open;      /* of all UEs, of one kind, for whoever asked */
    GPtrArray *previewed; /* where a preview is collected */
    struct daps_not_judged_count *previewed_not_judged;
};

static void free_array(GPtrArray *results)
{
    if (results != NULL)
        g_ptr_array_unref(results);
}

static void ue_state_free(gpointer data)
{
    struct ue_state *ue = data;

    free_array(ue->open);
    free_array(ue->former);
    g_free(ue);
}

static struct ue_state *state_of(struct daps_results *results, guint64 ue_key)
{
    struct ue_state *ue = g_hash_table_lookup(results->ues, &ue_key);

    if (ue == NULL) {
        ue = g_new0(struct ue_state, 1);
        ue->ue_key = ue_key;
        ue->touched_all = results->touched_all;
        ue->open = g_ptr_array_new_with_free_func(daps_result_free);
        g_hash_table_insert(results->ues, &ue->ue_key, ue);
    }
    return ue;
}

static guint hash_of(gconstpointer result)
{
    return daps_result_hash(result);
}

static gboolean is_same(gconstpointer a, gconstpointer b)
{
    return daps_result_same(a, b);
}

static gboolean is_equal(gconstpointer a, gconstpointer b)
{
    return daps_result_equal(a, b);
}

struct daps_results *daps_results_new(struct daps_engine *engine, bool with_values)
{
    struct daps_results *results = g_new0(struct daps_results, 1);

    results->engine = engine;
    results->with_values = with_values;
    for (unsigned kind = 0; kind < KINDS; kind++)
        results->settled[kind] = g_ptr_array_new_with_free_func(daps_result_free);
    results->settled_same = g_hash_table_new(hash_of, is_same);
    results->settled_at = result_index_new();
    results->open_at = result_index_new();
    results->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, ue_state_free);
    results->open = g_ptr_array_new();
    return results;
}

void daps_results_free(struct daps_results *results)
{
    if (results == NULL)
        return;
    g_ptr_array_unref(results->open);
    result_index_free(results->open_at);
    result_index_free(results->settled_at);
    g_hash_table_unref(results->ues);
    g_hash_table_unref(results->settled_same);
    for (unsigned kind = 0; kind < KINDS; kind++)
        g_ptr_array_unref(results->settled[kind]);
    g_free(results);
}

static void settle(struct daps_results *results, unsigned kind, struct daps_result *result)
{
    g_ptr_array_add(results->settled[kind], result);
    g_hash_table_add(results->settled_same, result);
}

void daps_results_handover(struct daps_results *results, const struct daps_handover *handover)
{
    settle(results, HANDOVERS, daps_result_of_handover(handover, results->with_values));
}

void daps_results_finding(struct daps_results *results, const struct daps_finding *finding)
{
    settle(results, FINDINGS, daps_result_of_finding(finding, results->with_values));
}

void daps_results_begin(struct daps_results *results)
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        results->settled_before[kind] = results->settled[kind]->len;
}

void daps_results_touch(struct daps_results *results, uint64_t ue_key)
{
    state_of(results, ue_key)->stale = true;
    results->ues_stale = results->open_at_stale = true;
}

void daps_results_touch_all(struct daps_results *results)
{
    results->touched_all++;
    results->ues_stale = results->open_at_stale = true;
}

void daps_results_end(struct daps_results *results)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (guint i = results->settled_before[kind]; i < results->settled[kind]->len; i++)
            result_index_add(results->settled_at, results->settled[kind]->pdata[i]);
    }
}

/* ---- what is open ---- */

static void previewed_handover(void *user, const struct daps_handover *handover)
{
    struct daps_results *results = user;

    g_ptr_array_add(results->previewed, daps_result_of_handover(handover, results->with_values));
}

static void previewed_finding(void *user, const struct daps_finding *finding)
{
    struct daps_results *results = user;

    g_ptr_array_add(results->previewed, daps_result_of_finding(finding, results->with_values));
}

static void previewed_not_judged(void *user, enum daps_not_judged reason, uint64_t frame)
{
    struct daps_results *results = user;

    daps_not_judged_add(results->previewed_not_judged, reason, frame);
}

static void refresh(struct daps_results *results, struct ue_state *ue)
{
    const struct daps_sink sink = {.user = results,
                                   .handover = previewed_handover,
                                   .finding = previewed_finding,
                                   .not_judged = previewed_not_judged};

    if (!ue->stale && ue->touched_all == results->touched_all)
        return;
    ue->stale = false;
    ue->touched_all = results->touched_all;
    results->previewed = g_ptr_array_new_with_free_func(daps_result_free);
    memset(ue->not_judged, 0, sizeof ue->not_judged);
    results->previewed_not_judged = ue->not_judged;
    daps_engine_preview(results->engine, ue->ue_key, false, &sink);
    if (ue->former == NULL)
        ue->former = ue->open;
    else
        free_array(ue->open);
    ue->open = results->previewed;
    results->previewed = NULL;
}

static void refresh_all(struct daps_results *results)
{
    GHashTableIter iter;
    gpointer ue;

    if (!results->ues_stale)
        return;
    results->ues_stale = false;
    g_hash_table_iter_init(&iter, results->ues);
    while (g_hash_table_iter_next(&iter, NULL, &ue))
        refresh(results, ue);
}

void daps_results_not_judged(struct daps_results *results, struct daps_not_judged_count *sum)
{
    GHashTableIter iter;
    gpointer value;

    refresh_all(results);
    memcpy(sum, daps_engine_counts(results->engine)->not_judged, DAPS_NOT_JUDGED_COUNT * sizeof *sum);
    g_hash_table_iter_init(&iter, results->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        daps_not_judged_sum(sum, ((const struct ue_state *)value)->not_judged);
}

static void index_open(struct daps_results *results)
{
    GHashTableIter iter;
    gpointer value;

    if (!results->open_at_stale)
        return;
    refresh_all(results);
    results->open_at_stale = false;
    result_index_clear(results->open_at);
    g_hash_table_iter_init(&iter, results->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct ue_state *ue = value;
        for (guint i = 0; i < ue->open->len; i++)
            result_index_add(results->open_at, ue->open->pdata[i]);
    }
}

void daps_results_at(struct daps_results *results, uint64_t frame, GPtrArray *out)
{
    index_open(results);
    result_index_at(results->settled_at, frame, out);
    result_index_at(results->open_at, frame, out);
}

/* ---- news ---- */

/* A UE has many results at once, and they are asked for one by one. NULL for none. */
static GHashTable *set_of(const GPtrArray *among, GEqualFunc as)
{
    GHashTable *set = g_hash_table_new(hash_of, as);

    for (guint i = 0; among != NULL && i < among->len; i++)
        g_hash_table_add(set, among->pdata[i]);
    return set;
}

/* Takes one UE up to date, and tells what is new of it. */
static void ue_news(struct daps_results *results, struct ue_state *ue, uint64_t frame, struct daps_news *news)
{
    GHashTable *former, *open;

    refresh(results, ue);
    former = set_of(ue->former, is_equal);
    for (guint i = 0; i < ue->open->len; i++) {
        const struct daps_result *result = ue->open->pdata[i];
        if (daps_result_names(result, frame) || !g_hash_table_contains(former, result))
            g_ptr_array_add(news->results, (gpointer)result);
    }
    g_hash_table_unref(former);
    open = set_of(ue->open, is_same);
    for (guint i = 0; ue->former != NULL && i < ue->former->len; i++) {
        struct daps_result *before = ue->former->pdata[i];
        if (g_hash_table_contains(open, before) || g_hash_table_contains(results->settled_same, before))
            daps_result_free(before);
        else
            g_ptr_array_add(news->withdrawn, before);
    }
    g_hash_table_unref(open);
    if (ue->former != NULL)
        g_free(g_ptr_array_steal(ue->former, NULL)); /* each has been freed or handed on */
    free_array(ue->former);
    ue->former = NULL;
}

/* What was told of those UEs before this frame. */
static GHashTable *told_of(const GPtrArray *ues)
{
    GHashTable *told = g_hash_table_new(hash_of, is_equal);

    for (guint i = 0; i < ues->len; i++) {
        const struct ue_state *ue = ues->pdata[i];
        const GPtrArray *before = ue->former != NULL ? ue->former : ue->open; /* none: nobody has asked since */
        for (guint n = 0; n < before->len; n++)
            g_hash_table_add(told, before->pdata[n]);
    }
    return told;
}

/* struct ue_state of those UEs; ue_keys NULL: of all. */
static GPtrArray *states_of(struct daps_results *results, const uint64_t *ue_keys, size_t n_ues)
{
    GPtrArray *ues = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    for (size_t i = 0; ue_keys != NULL && i < n_ues; i++)
        g_ptr_array_add(ues, state_of(results, ue_keys[i]));
    if (ue_keys == NULL) {
        g_hash_table_iter_init(&iter, results->ues);
        while (g_hash_table_iter_next(&iter, NULL, &value))
            g_ptr_array_add(ues, value);
    }
    return ues;
}

void daps_results_news(struct daps_results *results, uint64_t frame, const uint64_t *ue_keys, size_t n_ues,
                       struct daps_news *news)
{
    GPtrArray *ues = states_of(results, ue_keys, n_ues);
    GHashTable *told = told_of(ues);

    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (guint i = results->settled_before[kind]; i < results->settled[kind]->len; i++) {
            const struct daps_result *result = results->settled[kind]->pdata[i];
            if (daps_result_names(result, frame) || !g_hash_table_contains(told, result))
                g_ptr_array_add(news->results, (gpointer)result);
        }
    }
    g_hash_table_unref(told);
    for (guint i = 0; i < ues->len; i++)
        ue_news(results, ues->pdata[i], frame, news);
    g_ptr_array_unref(ues);
}

const GPtrArray *daps_results_settled(const struct daps_results *results, bool findings)
{
    return results->settled[findings];
}

const GPtrArray *daps_results_open(struct daps_results *results, bool findings)
{
    GHashTableIter iter;
    gpointer value;

    refresh_all(results);
    g_ptr_array_set_size(results->open, 0);
    g_hash_table_iter_init(&iter, results->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GPtrArray *open = ((struct ue_state *)value)->open;
        for (guint i = 0; i < open->len; i++) {
            if (((const struct daps_result *)open->pdata[i])->is_finding == findings)
                g_ptr_array_add(results->open, open->pdata[i]);
        }
    }
    return results->open;
}
