/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nh-reuse: a {NH, NCC} pair that a failed attempt had used is used again. TS 33.501 6.9.2.3.1 speaks of an unused
 * pair and does not say whether a pair counts as used after a fallback; so this names the frames and leaves the
 * question open, while repeated-key says whether the key came out the same.
 */
#include <glib.h>

#include "rules/rules.h"

void rule_nh_reuse(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    GPtrArray *users = g_ptr_array_new();
    struct daps_finding finding;

    for (unsigned i = 0; i < n; i++) {
        /* Candidates of one command are meant to share a pair (TS 33.501 6.9.2.3.1 NOTE on conditional handover). */
        if (users->len > 0) {
            const struct daps_attempt *before = g_ptr_array_index(users, users->len - 1);
            if (before->frame == group[i]->frame)
                continue;
            /* TS 38.331 5.3.13.3 makes the UE take the NCC of suspendConfig again after an RRCReject. */
            if (before->procedure == DAPS_PROC_RESUME && before->rejected && group[i]->procedure == DAPS_PROC_RESUME)
                continue;
        }
        g_ptr_array_add(users, group[i]);
    }
    if (users->len >= 2) {
        group = (struct daps_attempt *const *)users->pdata;
        finding_start(&finding, j, DAPS_RULE_NH_REUSE, group[0]);
        for (unsigned i = 0; i < users->len; i++)
            finding_add_attempt(&finding, group[i]);
        finding_assume_no_gap(&finding, group, users->len);
        finding_assume_chain_known(&finding, group, users->len);
        finding_end(&finding, j);
    }
    g_ptr_array_unref(users);
}
