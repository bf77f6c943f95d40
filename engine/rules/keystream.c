/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keystream-reuse and mac-nonce-reuse, inferred: the log holds the first SRB1 uplink message of two attempts under one
 * key. The target's PDCP entity is new each time (TS 38.331 5.3.5.3, TS 38.323 5.1.1), so both have COUNT 0, BEARER 0,
 * DIRECTION 0.
 */
#include <glib.h>
#include <stdio.h>

#include "daps/rat.h"
#include "rules/rules.h"

/*
 * Was the message whose submission the log shows also sent? With contention-based or two-step random access it goes
 * out before success is known, with four-step contention-free access only after it (TS 38.321 5.1.4 to 5.1.6).
 */
bool rule_sent_logged(const struct judgement *j, const struct daps_attempt *attempt)
{
    if (attempt->complete_frame == 0 || attempt->not_first || attempt->unsent)
        return false;
    if (attempt->sent)
        return true;
    if (j->moment->below_rrc)
        return attempt->target_used; /* what is not seen there was not sent */
    return attempt->rach != DAPS_RACH_CFRA || attempt->outcome == DAPS_OUTCOME_COMPLETED ||
           (attempt->outcome == DAPS_OUTCOME_RELEASED && attempt->proven);
}

/* Attempts of the group that share one algorithm's key and the COUNT of their first message. */
struct collision {
    struct daps_attempt *const *attempts; /* oldest first */
    unsigned n;
    int algorithm;
    bool ciphering;
    bool differs; /* in plaintext */
};

static int algorithm_of(const struct daps_attempt *attempt, bool ciphering)
{
    return ciphering ? attempt->target.ciphering : attempt->target.integrity;
}

/* MAC-I is enciphered with the message, so another integrity key makes another plaintext. */
static bool differs(const struct collision *c)
{
    const struct daps_attempt *first = c->attempts[0];

    for (unsigned i = 1; i < c->n; i++) {
        if (c->attempts[i]->complete_digest != first->complete_digest ||
            (c->ciphering && c->attempts[i]->target.integrity != first->target.integrity))
            return true;
    }
    return false;
}

static void report(const struct judgement *j, const struct collision *c)
{
    struct daps_finding finding;
    bool random_access_unknown = false, all_sent = true, any_shown = false;

    finding_start(&finding, j, c->ciphering ? DAPS_RULE_KEYSTREAM_REUSE : DAPS_RULE_MAC_NONCE_REUSE, c->attempts[0]);
    finding.variant = DAPS_VARIANT_LOGGED;
    finding.evidence = DAPS_EVIDENCE_INFERRED;
    for (unsigned i = 0; i < c->n; i++) {
        const struct daps_attempt *attempt = c->attempts[i];
        finding_add_frame(&finding, attempt->complete_frame, DAPS_ROLE_MESSAGE, attempt);
        random_access_unknown |= attempt->rach == DAPS_RACH_UNKNOWN && attempt->outcome != DAPS_OUTCOME_COMPLETED;
        all_sent &= attempt->sent || attempt->outcome == DAPS_OUTCOME_COMPLETED;
        any_shown |= attempt->sent;
    }
    finding.keystream = (struct daps_keystream_tuple){.present = true,
                                                      .integrity = !c->ciphering,
                                                      .algorithm = c->algorithm,
                                                      .count = c->attempts[0]->first_count,
                                                      .plaintext_differs = c->differs};
    if (!c->differs)
        finding.severity = DAPS_SEVERITY_LOW;
    finding_assume_no_gap(&finding, c->attempts, c->n);
    finding_assume_cells(&finding, c->attempts, c->n);
    if (c->algorithm < 0)
        finding.assumptions |= DAPS_ASSUMES_CIPHERING;
    if (!all_sent || !any_shown)
        finding.assumptions |= random_access_unknown ? DAPS_ASSUMES_SENT_RACH : DAPS_ASSUMES_SENT;
    finding_end(&finding, j);
}

/* NEA0 has no keystream; NIA2 is a CMAC and needs no nonce; an unknown integrity algorithm is most likely NIA2. */
static bool is_at_risk(const struct collision *c, enum daps_rat rat)
{
    if (c->n < 2)
        return false;
    if (c->ciphering)
        return c->algorithm != 0;
    return daps_rat_needs_nonce(rat, c->algorithm) && c->differs;
}

static void judge_tuple(const struct judgement *j, const GPtrArray *alike, bool ciphering)
{
    struct collision c = {.attempts = (struct daps_attempt *const *)alike->pdata,
                          .n = MIN(alike->len, DAPS_FINDING_MAX_FRAMES),
                          .ciphering = ciphering};

    c.algorithm = algorithm_of(c.attempts[0], ciphering);
    c.differs = differs(&c);
    if (is_at_risk(&c, j->moment->rat))
        report(j, &c);
}

static void free_alike(gpointer alike)
{
    g_ptr_array_unref(alike);
}

/* In one pass: with COUNT kept per key (what-if) no two of a group are alike. */
static void judge_tuples(const struct judgement *j, struct daps_attempt *const *group, unsigned n, bool ciphering)
{
    GHashTable *by_tuple = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    GPtrArray *all = g_ptr_array_new_with_free_func(free_alike); /* in the order in which their first ones came */

    for (unsigned i = 0; i < n; i++) {
        const gint64 tuple = (gint64)algorithm_of(group[i], ciphering) * (INT64_C(1) << 32) + group[i]->first_count;
        GPtrArray *alike;
        if (!rule_sent_logged(j, group[i]))
            continue;
        alike = g_hash_table_lookup(by_tuple, &tuple);
        if (alike == NULL) {
            alike = g_ptr_array_new();
            g_ptr_array_add(all, alike);
            g_hash_table_insert(by_tuple, g_memdup2(&tuple, sizeof tuple), alike);
        }
        g_ptr_array_add(alike, group[i]);
    }
    for (guint i = 0; i < all->len; i++)
        judge_tuple(j, g_ptr_array_index(all, i), ciphering);
    g_hash_table_unref(by_tuple);
    g_ptr_array_unref(all);
}

void rule_keystream(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    bool pointless[2] = {false, false};

    rule_observed(j, group, pointless);
    for (unsigned kind = 0; kind < 2; kind++) {
        if (!pointless[kind])
            judge_tuples(j, group, n, kind == 0);
    }
}
