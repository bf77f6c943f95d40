/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which security context was a message of the log sent in? The log does not say; what the message did to the UE does.
 * PDUs beside the log are read in that context, whatever order the two were captured in.
 */
#include "ue/ue.h"

static uint32_t active(const struct daps_ue *ue)
{
    return ue->active.chain.key != NULL ? ue->active.serial : 0;
}

struct daps_ue_moment daps_ue_moment(const struct daps_ue *ue)
{
    const struct daps_attempt *open = ue->open;
    const bool has_target = open != NULL && open->target.chain.key != NULL && !open->prepared;
    const struct daps_context *in_force = daps_ue_context(ue);

    return (struct daps_ue_moment){
        .active = active(ue),
        .target = has_target ? open->target.serial : 0,
        .in_force = in_force->chain.key != NULL ? in_force->serial : 0,
        .command = has_target ? open->digest : 0,
        .answered = has_target && open->complete_frame != 0,
    };
}

/* A Complete goes under the key of what it answers, or of the candidate that was executed (TS 38.331 5.3.5.3). */
static uint32_t of_complete(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_ue_moment after = daps_ue_moment(ue);

    return ue->open != NULL && ue->open->complete_frame == ev->frame ? after.target : after.in_force;
}

/* From the command on SRBs are the target's (5.3.5.5.2); uplink from its Complete on. */
static uint32_t of_other(const struct daps_ue *ue, const struct daps_ue_moment *before, const struct daps_event *ev)
{
    const bool again = ev->kind == DAPS_EV_RECONFIGURATION && ev->sync && ev->digest == before->command;

    if (before->active == 0)
        return active(ue); /* the log begins here, or behind what secured the connection */
    if (before->target == 0 || again)
        return before->active;
    return ev->channel == DAPS_CH_DL_DCCH || before->answered ? before->target : before->in_force;
}

uint32_t daps_ue_sent_in(const struct daps_ue *ue, const struct daps_ue_moment *before, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SETUP_COMPLETE:
        return 0;
    case DAPS_EV_SECURITY_MODE_COMMAND: /* integrity protected with the key it brings (5.3.4.3) */
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_REESTABLISHMENT: /* likewise (5.3.7.5) */
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
    case DAPS_EV_RESUME: /* under the key of the resumed connection (5.3.13.3) */
    case DAPS_EV_RESUME_COMPLETE:
        return active(ue);
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        return of_complete(ue, ev);
    case DAPS_EV_FAILURE_INFORMATION: /* a DAPS failure goes to the source (5.3.5.8.3) */
        return ev->daps_failure ? active(ue) : of_other(ue, before, ev);
    default:
        return of_other(ue, before, ev);
    }
}
