/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * S1AP between MME and eNB (TS 36.413 8.3, 8.4). A UE is known by the identity that the MME gives it.
 *
 *     InitialContextSetup       KeNB, with NCC 0              PathSwitchRequest   the UE is at another eNB, by X2
 *     UEContextModification     a new KeNB                       ... Acknowledge  {NH, NCC} for the next handover
 *     HandoverRequired ──► HandoverRequest {NH, NCC} ──► ... Acknowledge ──► HandoverCommand ──► HandoverNotify
 */
#include "ap/inside.h"

/* Of the message at hand: the MME, the eNB and the UE by the MME's identity. */
struct whose {
    uint64_t mme, enb, name;
    struct ap_ue *ue; /* NULL: not known */
};

static struct whose whose_of(struct ap *ap, const struct ap_message *m, bool from_mme)
{
    const struct daps_ends *ends = &m->pdu->ends;
    struct whose w = {.mme = ap_node(from_mme ? &ends->source : &ends->destination, true),
                      .enb = ap_node(from_mme ? &ends->destination : &ends->source, false)};

    w.name = ap_name(AP_NAME_S1, w.mme, m->mme_id);
    w.ue = m->has_mme_id ? ap_find(ap, w.name) : NULL;
    return w;
}

/* From now on the UE is at that eNB, under that identity. */
static void be_at(struct ap *ap, struct ap_ue *ue, const struct whose *w, uint32_t mme_id)
{
    ap_rename(ap, ue, AP_NAME_S1_TARGET, 0);
    ap_rename(ap, ue, AP_NAME_S1, w->name);
    ap_rename(ap, ue, AP_NAME_ENB, ap_name(AP_NAME_ENB, w->enb, mme_id));
    ue->mme_id = mme_id;
}

static struct ap_ue *met(struct ap *ap, struct whose *w, const struct ap_message *m)
{
    if (w->ue == NULL) {
        w->ue = ap_add(ap, m->pdu->frame);
        be_at(ap, w->ue, w, m->mme_id);
    }
    return w->ue;
}

/* InitialContextSetupRequest (TS 33.401 7.2.8.1) */
static void context_setup(struct ap *ap, const struct ap_message *m)
{
    struct whose w = whose_of(ap, m, true);
    const uint64_t digest = daps_digest(m->key, sizeof m->key);
    struct ap_ue *ue;

    if (!m->has_mme_id || !m->has_key || (w.ue != NULL && !m->pdu->numbered && w.ue->secured == digest))
        return;
    ue = met(ap, &w, m);
    ap_drop(ap, ue);
    be_at(ap, ue, &w, m->mme_id);
    ue->secured = digest;
    ue->has_fresh = ue->new_due = ue->path_switch_due = false;
    ap_say(ap, ue, m, DAPS_NODE_SECURED);
}

/* UEContextModificationRequest with a SecurityKey (TS 33.401 7.2.9.2); its answer */
static void modification(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, m->choice == 0);

    if (w.ue == NULL)
        return;
    if (m->choice == 0 && m->has_key) {
        memcpy(w.ue->new_kenb, m->key, sizeof m->key);
        w.ue->new_due = true;
    } else if (m->choice == 1) {
        ap_rekeyed(ap, w.ue, m);
    } else if (m->choice == 2) {
        w.ue->new_due = false;
    }
}

static void released(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, m->choice == 0);

    if (w.ue == NULL)
        return;
    if (w.ue->names[AP_NAME_S1_TARGET] == w.name) {
        ap_gone(ap, w.ue, m);
        ap_rename(ap, w.ue, AP_NAME_S1_TARGET, 0);
        return;
    }
    if (w.ue->names[AP_NAME_ENB] != ap_name(AP_NAME_ENB, w.enb, m->mme_id))
        return; /* the eNB that it has left */
    if (w.ue->begun)
        ap_say(ap, w.ue, m, DAPS_NODE_RELEASED);
    ap_remove(ap, w.ue);
}

/* ---- handover by S1 ---- */

static void required(struct ap *ap, const struct ap_message *m)
{
    struct whose w = whose_of(ap, m, false);
    const struct ap_span container = m->source_to_target;

    if (m->handover_type != 0 || !m->has_mme_id || container.octets == NULL) {
        ap_unfollowed(ap, m); /* to another system */
        return;
    }
    if (!ap_prepare(ap, met(ap, &w, m), m, ap_rrc_of_source(container)))
        return;
    w.ue->handover.to = 0; /* the MME is not where it goes */
    ap_rename(ap, w.ue, AP_NAME_S1_TARGET, 0);
    ap_rename(ap, w.ue, AP_NAME_CONTAINER,
              ap_name(AP_NAME_CONTAINER, daps_digest(container.octets, container.length), container.length));
}

/* The MME passes the source's container on as it is: of which UE the request is. */
static struct ap_ue *of_container(struct ap *ap, struct ap_span container)
{
    struct ap_ue *ue =
        ap_find(ap, ap_name(AP_NAME_CONTAINER, daps_digest(container.octets, container.length), container.length));

    return ue != NULL && ue->handover.there && !ue->handover.x2 ? ue : NULL;
}

static void request(struct ap *ap, const struct ap_message *m)
{
    struct whose w = whose_of(ap, m, true);
    struct ap_ue *ue;

    if (m->handover_type != 0 || !m->has_mme_id || m->source_to_target.octets == NULL) {
        ap_unfollowed(ap, m);
        return;
    }
    ue = of_container(ap, m->source_to_target);
    if (ue == NULL) { /* only the target's side is in the capture */
        ue = w.ue != NULL ? w.ue : met(ap, &w, m);
        if (!ap_prepare(ap, ue, m, ap_rrc_of_source(m->source_to_target)))
            return;
    } else if (ue->names[AP_NAME_S1] != w.name) {
        ap_rename(ap, ue, AP_NAME_S1_TARGET, w.name);
    }
    ue->handover.to = w.enb;
    ue->handover.ncc = m->has_ncc ? m->ncc : -1;
    ue->handover.has_key = m->has_key && m->has_ncc;
    ue->handover.key_frame = m->pdu->frame;
    memcpy(ue->handover.key, m->key, sizeof m->key);
}

static void command(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, m->procedure == 0);

    if (m->handover_type != 0)
        return; /* to another system, which has been said of its request */
    if (w.ue == NULL)
        ap_unfollowed(ap, m); /* its request is not in the capture */
    else if (!w.ue->handover.x2)
        ap_command(ap, w.ue, m, ap_rrc_of_target(m->target_to_source));
}

static void refused(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, m->choice == 2 && m->procedure == 0);

    if (w.ue != NULL && !w.ue->handover.x2)
        ap_gone(ap, w.ue, m);
}

static void notify(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, false);

    if (w.ue == NULL || !w.ue->handover.there || w.ue->handover.x2)
        return;
    ap_reached(ap, w.ue, m);
    be_at(ap, w.ue, &w, m->mme_id);
}

static void status(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, false);

    if (w.ue != NULL && !w.ue->handover.x2)
        ap_sent(ap, w.ue, m);
}

/* ---- behind a handover by X2 ---- */

/* Is it where the handover under way leads? */
static bool arrives(const struct ap_ue *ue, const struct whose *w)
{
    const struct ap_preparation *h = &ue->handover;

    return h->there && h->x2 && (h->to == 0 || w->enb == 0 || h->to == w->enb);
}

static void path_switch(struct ap *ap, const struct ap_message *m)
{
    struct whose w = whose_of(ap, m, false);
    const uint64_t digest = daps_digest(m->pdu->octets, m->pdu->length);

    if (!m->has_mme_id)
        return;
    if (w.ue == NULL)
        w.ue = ap_find(ap, ap_name(AP_NAME_ENB, w.enb, m->mme_id));
    if (w.ue != NULL && !m->pdu->numbered && w.ue->switched == digest)
        return;
    if (w.ue == NULL || !(w.ue->path_switch_due || arrives(w.ue, &w))) {
        ap_unfollowed(ap, m); /* by a handover that is not in the capture */
        ap_say(ap, met(ap, &w, m), m, DAPS_NODE_LOST);
    } else if (arrives(w.ue, &w)) {
        ap_reached(ap, w.ue, m);
    }
    w.ue->switched = digest;
    w.ue->path_switch_due = false;
    be_at(ap, w.ue, &w, m->mme_id);
}

static void path_switched(struct ap *ap, const struct ap_message *m)
{
    const struct whose w = whose_of(ap, m, true);

    if (w.ue == NULL || !m->has_key || !m->has_ncc)
        return;
    w.ue->has_fresh = true;
    w.ue->fresh_ncc = m->ncc;
    memcpy(w.ue->fresh_nh, m->key, sizeof m->key);
}

/* By choice and procedureCode (TS 36.413 9.3.2). */
static const struct {
    uint8_t choice, procedure;
    void (*take)(struct ap *ap, const struct ap_message *m);
} messages[] = {
    {0, 9, context_setup}, /* InitialContextSetupRequest */
    {2, 9, released},      /* InitialContextSetupFailure */
    {0, 21, modification}, {1, 21, modification}, {2, 21, modification},
    {0, 23, released}, /* UEContextReleaseCommand */
    {0, 0, required},      {0, 1, request},       {1, 1, command},
    {1, 0, command},       {2, 0, refused}, /* HandoverPreparationFailure */
    {2, 1, refused},                        /* HandoverFailure */
    {0, 4, refused},                        /* HandoverCancel */
    {0, 2, notify},        {0, 24, status},       {0, 65, status},
    {0, 3, path_switch},   {1, 3, path_switched},
};

bool ap_s1_begins(const struct ap_message *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (messages[i].choice == m->choice && messages[i].procedure == m->procedure)
            return true;
    }
    return false;
}

void ap_take_s1(struct ap *ap, const struct ap_message *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (messages[i].choice == m->choice && messages[i].procedure == m->procedure)
            messages[i].take(ap, m);
    }
}
