/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exposed-fallback: the log ends while the UE still uses the key it fell back to, so a next handover to the cell that
 * failed derives the same key again. Any key change, release or re-connection since has removed the danger, and a
 * repeat that did happen is reported as such instead.
 */
#include <glib.h>

#include "rules/rules.h"

/* The same derivation from the same stay in the source. */
static guint repeat_hash(gconstpointer data)
{
    const struct daps_attempt *attempt = data;

    return g_direct_hash(attempt->key) ^ attempt->source.serial * 2654435761U;
}

static gboolean repeat_equal(gconstpointer a, gconstpointer b)
{
    const struct daps_attempt *x = a, *y = b;

    return x->key == y->key && x->source.serial == y->source.serial;
}

/* Of each derivation that was made more than once an attempt. */
static GHashTable *find_repeats(const struct daps_moment *moment)
{
    GHashTable *met = g_hash_table_new(repeat_hash, repeat_equal),
               *repeats = g_hash_table_new(repeat_hash, repeat_equal);

    for (unsigned i = 0; i < moment->n_attempts; i++) {
        if (g_hash_table_contains(met, moment->attempts[i]))
            g_hash_table_add(repeats, moment->attempts[i]);
        else
            g_hash_table_add(met, moment->attempts[i]);
    }
    g_hash_table_unref(met);
    return repeats;
}

static const struct daps_event *armed_candidate(const struct daps_moment *moment, const struct daps_attempt *attempt)
{
    for (unsigned i = 0; i < moment->closing.n_candidates; i++) {
        const struct daps_event *candidate = &moment->closing.candidates[i];
        if (candidate->key_update && candidate->ncc == attempt->ncc && candidate->target.pci == attempt->target.pci &&
            (candidate->target.ssb_arfcn == attempt->target.arfcn || candidate->target.ssb_arfcn < 0))
            return candidate;
    }
    return NULL;
}

static void report(const struct judgement *j, const struct daps_attempt *attempt)
{
    const struct daps_event *armed = armed_candidate(j->moment, attempt);
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_EXPOSED_FALLBACK, attempt);
    finding_add_attempt(&finding, attempt);
    finding_add_frame(&finding, attempt->settled_frame, DAPS_ROLE_FAILURE, NULL);
    if (armed != NULL)
        finding_add_frame(&finding, armed->frame, DAPS_ROLE_ARMED, NULL);
    g_strlcpy(finding.fallback.in_force, attempt->source.chain.key->label, sizeof finding.fallback.in_force);
    if (attempt->gaps != j->moment->closing.gaps)
        finding_assume_gap_harmless(&finding, j->moment->closing.gap_frame, j->moment->closing.gap);
    finding_end(&finding, j);
}

/*
 * Has the UE gone on since? A handover that it completed, of which nothing else is to be seen, may have led it away;
 * and so has one whose command is missing, under whose key there are messages.
 */
static bool may_have_gone(const struct daps_moment *moment, const struct daps_attempt *attempt)
{
    unsigned n = moment->n_attempts;
    const struct daps_attempt *last;

    if (moment->closing.leaves ||
        (moment->closing.gap == DAPS_GAP_COUNT_AGAIN && moment->closing.gap_frame > attempt->settled_frame))
        return true;
    do
        last = daps_attempts_back(moment->attempts, &n);
    while (last != NULL && last->procedure == DAPS_PROC_SK_COUNTER);
    return last != NULL && last->number > attempt->number && last->outcome == DAPS_OUTCOME_UNKNOWN && !last->daps &&
           last->parent != NULL && last->complete_frame != 0;
}

void rule_exposed_fallback(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    GHashTable *repeats;

    if (moment->n_attempts == 0)
        return;
    repeats = find_repeats(moment);
    for (unsigned i = 0; i < moment->n_attempts; i++) {
        const struct daps_attempt *attempt = moment->attempts[i];
        if (attempt->outcome == DAPS_OUTCOME_DAPS_FALLBACK && attempt->parent != NULL && !attempt->spent &&
            attempt->source.chain.key == moment->closing.in_force && attempt->source.doubt == moment->closing.doubt &&
            !g_hash_table_contains(repeats, attempt) && !may_have_gone(moment, attempt))
            report(j, attempt);
    }
    g_hash_table_unref(repeats);
}
