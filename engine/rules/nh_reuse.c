/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nh-reuse: a {NH, NCC} pair that a failed attempt had used is used again. TS 33.501 6.9.2.3.1 speaks of an unused
 * pair and does not say whether a pair counts as used after a fallback; so this names the frames and leaves the
 * question open, while repeated-key says whether the key came out the same.
 */
#include <inttypes.h>

#include "rules/rules.h"

void daps_rule_nh_reuse(struct daps_ue *ue, struct daps_attempt *const *group, guint n)
{
    GPtrArray *users = g_ptr_array_new();
    struct daps_finding finding;
    char *attempts, *assumes, *detail;

    for (guint i = 0; i < n; i++) {
        /* Candidates of one command are meant to share a pair (TS 33.501 6.9.2.3.1 NOTE on conditional handover). */
        if (users->len > 0) {
            const struct daps_attempt *before = g_ptr_array_index(users, users->len - 1);
            if (before->frame == group[i]->frame)
                continue;
        }
        g_ptr_array_add(users, group[i]);
    }
    if (users->len < 2) {
        g_ptr_array_unref(users);
        return;
    }
    group = (struct daps_attempt *const *)users->pdata;
    n = users->len;
    attempts = daps_text_attempts(group, n);
    assumes = daps_text_gap(group, n);
    detail = g_strdup_printf("The pair {%s, NCC %d} served %s. All but the last of them failed, and no newer pair was "
                             "taken in between.",
                             group[0]->parent->label, group[0]->ncc, attempts);
    daps_finding_start(&finding, ue, DAPS_RULE_NH_REUSE, group[0]);
    for (guint i = 0; i < n; i++)
        daps_finding_add_frame(&finding, group[i]->frame, group[i]->procedure);
    finding.evidence = DAPS_EVIDENCE_DERIVED;
    finding.detail = detail;
    finding.assumes = assumes;
    daps_deliver_finding(ue, &finding);
    g_free(attempts);
    g_free(assumes);
    g_free(detail);
    g_ptr_array_unref(users);
}
