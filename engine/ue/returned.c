/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back. A MAC-I under the source's key proves that an attempt failed, even where the failure itself is missing
 * from the capture and something of the target suggested success: a target's message, daps-SourceRelease included,
 * shows that the target heard the UE, not that the UE heard it (TS 38.331 5.3.5.8.3, TS 38.321 5.1.5).
 */
#include "ue/ue.h"

void daps_attempt_confirm(struct daps_ue *ue)
{
    struct daps_attempt *attempt = ue->revocable;

    ue->revocable = NULL;
    if (attempt == NULL || attempt->delivered)
        return;
    attempt->delivered = true;
    daps_deliver_handover(ue, attempt);
}

struct daps_attempt *daps_attempt_reopen(struct daps_ue *ue)
{
    struct daps_attempt *attempt = ue->revocable;

    if (ue->open != NULL || attempt == NULL || attempt->target.serial != ue->active.serial)
        return ue->open;
    ue->revocable = NULL;
    ue->active = attempt->source;
    ue->stored_n_valid = ue->revocable_n_valid;
    ue->open = attempt;
    return attempt;
}

void daps_ue_source_in_use(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *attempt = daps_attempt_reopen(ue);

    if (attempt == NULL || attempt->target.serial == attempt->source.serial)
        return;
    daps_attempt_settle(ue, attempt->daps ? DAPS_OUTCOME_DAPS_FALLBACK : DAPS_OUTCOME_SUPERSEDED, ev->frame);
    daps_attempt_close(ue, false);
}

/* T304 of the attempt can run out no later than that: what comes then is another attempt's failure. */
bool daps_attempt_may_fail(const struct daps_ue *ue, int64_t time_ns)
{
    const struct daps_attempt *attempt = ue->open != NULL ? ue->open : ue->revocable;
    const int64_t elapsed = attempt != NULL ? daps_ue_elapsed(ue, attempt->time_ns, time_ns) : -1;

    return attempt != NULL && attempt->daps && !attempt->answered &&
           (elapsed < 0 || attempt->t304_ms < 0 || elapsed <= (attempt->t304_ms + INT64_C(1000)) * 1000000);
}
