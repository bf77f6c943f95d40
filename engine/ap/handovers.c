/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A handover between two eNBs, whichever interface prepares it (TS 36.300 10.1.2.1, TS 33.401 7.2.8.4):
 *
 *     request (KeNB*, NCC or NH, NCC) ──► acknowledge (HandoverCommand) ──► UE there, or cancelled
 *                                    └──► failure
 */
#include "ap/inside.h"

static struct ap_said said_of(const struct ap_ue *ue, const struct ap_message *m, enum daps_node_says what)
{
    return (struct ap_said){.what = what,
                            .ue_key = ue->key,
                            .frame = m->pdu->frame,
                            .time_ns = m->pdu->time_ns,
                            .source = {-1, -1, -1},
                            .ncc = -1,
                            .fresh_ncc = -1};
}

void ap_say(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, enum daps_node_says what)
{
    struct ap_said said = said_of(ue, m, what);

    if (what == DAPS_NODE_SECURED)
        said.kenb = m->key;
    if (what == DAPS_NODE_REKEYED)
        said.kenb = ue->new_kenb;
    if (what == DAPS_NODE_PREPARES)
        said.source = ue->handover.source;
    ue->begun = true;
    ap->sink.says(ap->sink.user, &said);
}

void ap_unfollowed(const struct ap *ap, const struct ap_message *m)
{
    ap->sink.unfollowed(ap->sink.user, m->pdu->frame);
}

void ap_rekeyed(struct ap *ap, struct ap_ue *ue, const struct ap_message *m)
{
    if (!ue->new_due)
        return;
    ue->new_due = false;
    ue->has_fresh = false; /* the chain begins anew (TS 33.401 7.2.8.3) */
    ap_say(ap, ue, m, DAPS_NODE_REKEYED);
}

static void over(struct ap_ue *ue)
{
    daps_wipe(&ue->handover, sizeof ue->handover);
}

bool ap_prepare(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, struct ap_span preparation)
{
    struct ap_preparation *h = &ue->handover;
    const uint64_t digest = daps_digest(m->pdu->octets, m->pdu->length), from = ap_node(&m->pdu->ends.source, false);

    if (h->there && !m->pdu->numbered && h->digest == digest)
        return false;
    if (h->there && h->told && from != 0 && from == h->to && from != h->from)
        ap_reached(ap, ue, m); /* only where the UE is can it be asked for */
    else if (h->there)
        ap_gone(ap, ue, m);
    ap_rekeyed(ap, ue, m); /* the answer is not in the capture */
    *h = (struct ap_preparation){.there = true,
                                 .x2 = m->pdu->x2,
                                 .frame = m->pdu->frame,
                                 .digest = digest,
                                 .source = ap_source_of(preparation),
                                 .from = from,
                                 .to = ap_node(&m->pdu->ends.destination, false),
                                 .ncc = -1};
    ap_say(ap, ue, m, DAPS_NODE_PREPARES);
    return true;
}

/* The key that goes with the command, from what has been carried. */
static void say_key(const struct ap *ap, const struct ap_ue *ue, const struct ap_message *m)
{
    const struct ap_preparation *h = &ue->handover;
    struct ap_said said = said_of(ue, m, DAPS_NODE_KEY);

    said.key_frame = h->has_key ? h->key_frame : 0;
    said.ncc = h->ncc;
    if (h->has_key && h->x2)
        said.star = h->key;
    else if (h->has_key)
        said.nh = h->key;
    if (ue->has_fresh) {
        said.fresh_nh = ue->fresh_nh;
        said.fresh_ncc = ue->fresh_ncc;
    }
    ap->sink.says(ap->sink.user, &said);
}

void ap_command(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, struct ap_span command)
{
    const struct daps_pdu rrc = {.frame = m->pdu->frame,
                                 .time_ns = m->pdu->time_ns,
                                 .layer = DAPS_LAYER_RRC,
                                 .rat = DAPS_RAT_LTE,
                                 .octets = command.octets,
                                 .length = command.length,
                                 .ue_key = ue->key,
                                 .downlink = true,
                                 .channel = DAPS_CH_HANDOVER_COMMAND,
                                 .logged_cell = {-1, -1},
                                 .between_nodes = true};

    if (!ue->handover.there || ue->handover.told || command.octets == NULL)
        return;
    ue->handover.told = true;
    ap->sink.rrc(ap->sink.user, &rrc);
    say_key(ap, ue, m);
}

void ap_sent(struct ap *ap, struct ap_ue *ue, const struct ap_message *m)
{
    ue->handover.agreed = true;
    if (ue->handover.there && ue->handover.told)
        ap_say(ap, ue, m, DAPS_NODE_SENT);
}

void ap_reached(struct ap *ap, struct ap_ue *ue, const struct ap_message *m)
{
    if (!ue->handover.there)
        return;
    if (!ue->handover.told) {
        ap->sink.unfollowed(ap->sink.user, ue->handover.frame);
        ap_say(ap, ue, m, DAPS_NODE_LOST);
    } else {
        ap_say(ap, ue, m, DAPS_NODE_REACHED);
    }
    ue->has_fresh = ue->new_due = false;
    over(ue);
}

void ap_gone(struct ap *ap, struct ap_ue *ue, const struct ap_message *m)
{
    if (!ue->handover.there)
        return;
    if (ue->handover.agreed && !ue->handover.told)
        ap->sink.unfollowed(ap->sink.user, ue->handover.frame);
    ap_say(ap, ue, m, ue->handover.told ? DAPS_NODE_CANCELLED : DAPS_NODE_REFUSED);
    over(ue);
}

void ap_drop(struct ap *ap, struct ap_ue *ue)
{
    if (ue->handover.there && !ue->handover.told)
        ap->sink.unfollowed(ap->sink.user, ue->handover.frame);
    over(ue);
}
