/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a phone's log proves by naming keys: repeated-key and key-unchanged where one value is that of two contexts,
 * key-mismatch where the values are others than the derivations say (TS 33.401 A.5, A.7).
 */
#include <glib.h>

#include "rules/rules.h"

/* Keys of one algorithm: equal, different, or not to be compared. */
static int compare(uint64_t a, uint8_t a_algorithm, uint64_t b, uint8_t b_algorithm)
{
    if (a == 0 || b == 0 || a_algorithm != b_algorithm)
        return 0;
    return a == b ? 1 : -1;
}

static int compare_leaves(const struct daps_attempt *a, const struct daps_attempt *b)
{
    int srb, drb;

    if (!a->has_leaf || !b->has_leaf)
        return 0;
    srb = compare(a->leaf.srb, a->leaf.srb_algorithm, b->leaf.srb, b->leaf.srb_algorithm);
    drb = compare(a->leaf.drb, a->leaf.drb_algorithm, b->leaf.drb, b->leaf.drb_algorithm);
    return srb != 0 ? srb : drb;
}

bool rule_is_named(struct daps_attempt *const *group, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        if (compare_leaves(group[0], group[i]) != 1)
            return false;
    }
    return true;
}

static void report_contradiction(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_KEY_MISMATCH, group[0]);
    finding.variant = DAPS_VARIANT_BY_VALUE;
    finding.evidence = DAPS_EVIDENCE_PROVEN;
    for (unsigned i = 0; i < n; i++)
        finding_add_attempt(&finding, group[i]);
    finding_end(&finding, j);
}

/* Those of the group that the log names the key of group[i] for, each such set once, from its first one. */
static void judge_named(const struct judgement *j, struct daps_attempt *const *group, unsigned n,
                        void (*judge)(const struct judgement *j, struct daps_attempt *const *group, unsigned n))
{
    GPtrArray *named = g_ptr_array_new();
    GHashTable *done = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (unsigned i = 0; i < n; i++) {
        if (!group[i]->has_leaf || g_hash_table_contains(done, &group[i]->leaf.srb))
            continue;
        g_hash_table_add(done, &group[i]->leaf.srb);
        g_ptr_array_set_size(named, 0);
        for (unsigned k = i; k < n; k++) {
            if (k == i || compare_leaves(group[i], group[k]) == 1)
                g_ptr_array_add(named, group[k]);
        }
        if (named->len > 1)
            judge(j, (struct daps_attempt *const *)named->pdata, named->len);
    }
    g_hash_table_unref(done);
    g_ptr_array_unref(named);
}

bool rule_split_by_value(const struct judgement *j, struct daps_attempt *const *group, unsigned n,
                         void (*judge)(const struct judgement *j, struct daps_attempt *const *group, unsigned n))
{
    const struct daps_attempt *first = NULL;
    bool differ = false;

    for (unsigned i = 0; i < n; i++) {
        if (first != NULL)
            differ |= compare_leaves(first, group[i]) == -1;
        else if (group[i]->has_leaf)
            first = group[i];
    }
    if (!differ)
        return false;
    report_contradiction(j, group, n);
    judge_named(j, group, n, judge);
    return true;
}

static void add_side(struct daps_finding *finding, const struct daps_repeat_side *side)
{
    finding_add(finding, (struct daps_subject){.frame = side->frame,
                                               .role = DAPS_ROLE_COMMAND,
                                               .procedure = side->procedure,
                                               .attempt = side->number});
}

void rule_key_again(const struct judgement *j)
{
    const struct daps_repeat_side *earlier = &j->moment->again.earlier, *later = &j->moment->again.later;
    const bool unchanged = j->moment->again.unchanged;
    struct daps_finding finding;

    finding_start(&finding, j, unchanged ? DAPS_RULE_KEY_UNCHANGED : DAPS_RULE_REPEATED_KEY, later->attempt);
    finding.variant = j->moment->again.carried ? DAPS_VARIANT_CARRIED : DAPS_VARIANT_BY_VALUE;
    finding.evidence = DAPS_EVIDENCE_PROVEN;
    add_side(&finding, earlier);
    add_side(&finding, later);
    if (!unchanged) {
        finding.has_exposure = true;
        finding.exposure = DAPS_EXPOSURE_POSSIBLE;
    }
    finding_end(&finding, j);
}

void rule_key_contradicted(const struct judgement *j)
{
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_KEY_MISMATCH, NULL);
    finding_set_key(&finding, j->moment->contradicted.key);
    finding.variant = DAPS_VARIANT_BY_VALUE;
    finding.evidence = DAPS_EVIDENCE_PROVEN;
    finding_add_frame(&finding, j->moment->contradicted.frame, DAPS_ROLE_FAILED, NULL);
    finding.assumptions = DAPS_ASSUMES_KEY_LOG;
    finding_end(&finding, j);
}
