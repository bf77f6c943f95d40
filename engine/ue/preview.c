/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the log, tried on a copy: a UE's attempts, periods and collisions are copied, the copy is finished, and
 * the UE goes on as if nothing had been asked. Terms are shared: finishing derives no key, and a copy does not sweep.
 */
#include "daps/kdf.h"
#include "ledger/ledger.h"
#include "ue/ue.h"

static void copy_attempts(struct daps_ue *copy, const struct daps_ue *ue)
{
    copy->attempts = g_ptr_array_new_full(ue->attempts->len, g_free);
    for (guint i = 0; i < ue->attempts->len; i++) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        struct daps_attempt *twin = g_memdup2(attempt, sizeof *attempt);
        g_ptr_array_add(copy->attempts, twin);
        if (attempt == ue->open)
            copy->open = twin;
        if (attempt == ue->revocable)
            copy->revocable = twin;
    }
}

void daps_ue_preview(const struct daps_ue *ue)
{
    struct daps_ue copy = *ue; /* some KiB, and often asked for: not worth an allocation */
    struct daps_pdcp pdcp;

    copy.is_copy = true;
    copy_attempts(&copy, ue);
    daps_ue_seen_copy(&copy, ue);
    if (ue->pdcp != NULL)
        daps_pdcp_copy(&pdcp, &copy, ue->pdcp);
    daps_ue_finish(&copy);
    if (ue->pdcp != NULL)
        daps_pdcp_clear(&pdcp);
    daps_ue_seen_clear(&copy);
    g_ptr_array_unref(copy.attempts);
}
