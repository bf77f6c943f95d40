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

/* The attempt that a return to its source would undo, opened again if it was closed; NULL none. */
static struct daps_attempt *reopen(struct daps_ue *ue)
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
    struct daps_attempt *attempt = reopen(ue);

    if (attempt == NULL || attempt->target.serial == attempt->source.serial)
        return;
    daps_attempt_settle(ue, attempt->daps ? DAPS_OUTCOME_DAPS_FALLBACK : DAPS_OUTCOME_SUPERSEDED, ev->frame);
    daps_attempt_close(ue, false);
}
