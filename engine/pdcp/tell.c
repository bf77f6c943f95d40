/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PDUs show, as evidence (daps/evidence.h): this room changes nothing of the UE by itself. */
#include "daps/kdf.h"
#include "pdcp/inside.h"

void pdcp_tell(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct daps_event *ev)
{
    ev->rat = pdcp->ue.rat;
    ev->frame = pdu->frame;
    ev->time_ns = pdu->time_ns;
    pdcp->host.evidence(pdcp->host.user, ev);
    pdcp_look(pdcp);
}

void pdcp_tell_collision(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct daps_event *ev)
{
    const struct daps_collision_evidence *c = &ev->collision;
    struct pdcp_context *context = pdcp_find_context(pdcp, c->context);

    if (context != NULL && c->srb && !c->proven && !c->reset && c->stays[0] == c->stays[1])
        context->restarted = true;
    pdcp_tell(pdcp, pdu, ev);
}

/*
 * A wrong MAC-I speaks against the key only if the key was derived from the right one. Beside a log, which is followed
 * whatever verifies, the command itself must show that.
 */
static bool is_accused(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    return context->verified == 0 && !context->contested && !context->algorithms_unsure &&
           (!pdcp->log_beside || context->commanded);
}

void pdcp_tell_unfit(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_KEY_UNFIT);
    ev.unfit.context = context->serial;
    ev.unfit.messages = is_accused(pdcp, context) ? context->failed : 0;
    ev.unfit.first_frame = context->first_failed_frame;
    pdcp_tell(pdcp, pdu, &ev);
}

static void tell_use_in(struct daps_pdcp *pdcp, uint32_t stay, const struct daps_pdu *pdu,
                        const struct pdcp_protection *how)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_KEYSTREAM_USE);
    ev.use = (struct daps_use_evidence){.context = stay,
                                        .srb = pdu->srb,
                                        .bearer = (uint8_t)(pdu->bearer - 1),
                                        .direction = pdu->downlink,
                                        .count = how->count,
                                        .verified = how->verified};
    pdcp_tell(pdcp, pdu, &ev);
}

void pdcp_tell_use(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                   const struct pdcp_protection *how)
{
    const bool first = pdu->srb && !pdu->downlink && !context->uplink_told, shows = how->verified && !context->key_told;

    if (!first && !shows)
        return;
    context->uplink_told |= first;
    context->key_told |= shows;
    tell_use_in(pdcp, context->serial, pdu, how);
}

void pdcp_tell_unseen(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                      const struct pdcp_protection *how)
{
    if (context->unseen_told)
        return;
    context->unseen_told = true;
    tell_use_in(pdcp, how->stay, pdu, how);
}

void pdcp_tell_unread(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    struct daps_event ev;

    if (pdcp->unread_told[pdu->downlink] || pdcp->log_beside || pdu->bearer != 1)
        return;
    pdcp->unread_told[pdu->downlink] = true;
    for (unsigned i = 0; i < pdcp->n_contexts; i++)
        pdcp->contexts[i].key_told = false;
    daps_event_clear(&ev, DAPS_EV_UNREAD);
    ev.channel = daps_channel_dcch(pdu->downlink);
    pdcp_tell(pdcp, pdu, &ev);
}

void pdcp_tell_root(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct daps_root_evidence *root)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_KEY_ROOT);
    ev.root = *root;
    pdcp_tell(pdcp, pdu, &ev);
}

void pdcp_tell_nas_count(struct daps_pdcp *pdcp)
{
    const struct daps_pdu at = {.frame = pdcp->unsure_frame, .time_ns = pdcp->now_ns};
    const struct daps_root_evidence root = {.fits = true,
                                            .in_force = true,
                                            .near = true,
                                            .ul_nas_count = pdcp->needs.fits,
                                            .ciphering = -1,
                                            .integrity = -1,
                                            .confirmed = true,
                                            .given = pdcp->needs.given,
                                            .command_frame = pdcp->unsure_frame};

    pdcp_tell_root(pdcp, &at, &root);
}
