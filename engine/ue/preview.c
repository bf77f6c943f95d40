/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the log, tried on a copy: a UE's attempts, contexts and collisions are copied, the copy is finished, and
 * the UE goes on as if nothing had been asked. Terms are shared: those that finishing derives are taken back, and a
 * copy does not sweep.
 */
#include "ue/ue.h"

void daps_ue_preview(const struct daps_ue *ue)
{
    struct daps_ue copy; /* some KiB, and often asked for: not worth an allocation */
    const struct daps_term_numbers before = daps_term_trial(ue->pool);

    daps_ue_copy(&copy, ue);
    daps_ue_finish(&copy);
    daps_ue_copy_clear(&copy);
    daps_term_trial_over(ue->pool, &before);
}
