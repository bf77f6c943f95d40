/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X2AP between two eNBs (TS 36.423 8.2). The source gives the UE an identity for the handover, which every message of
 * it names; the request names it as the MME does as well.
 *
 *     HandoverRequest {KeNB*, NCC, HandoverPreparationInformation} ──► ... Acknowledge {HandoverCommand}
 *     ──► SNStatusTransfer ──► UEContextRelease, by the target
 */
#include "ap/inside.h"

/* Of a message that the source has sent, or else the target. */
static uint64_t name_of(const struct ap_message *m, bool by_source)
{
    const struct daps_ends *ends = &m->pdu->ends;
    const uint64_t source = ap_node(by_source ? &ends->source : &ends->destination, true),
                   target = ap_node(by_source ? &ends->destination : &ends->source, true);

    return ap_name(AP_NAME_X2, daps_digest_four(source, target, 0, 0), (uint64_t)m->old_extension << 32 | m->old_id);
}

static struct ap_ue *under_way(struct ap *ap, const struct ap_message *m, bool by_source)
{
    struct ap_ue *ue = m->has_old_id ? ap_find(ap, name_of(m, by_source)) : NULL;

    return ue != NULL && ue->handover.there && ue->handover.x2 ? ue : NULL;
}

static void request(struct ap *ap, const struct ap_message *m)
{
    const uint64_t at_source = ap_name(AP_NAME_ENB, ap_node(&m->pdu->ends.source, false), m->mme_id);
    struct ap_ue *ue;

    if (m->conditional || !m->has_old_id || !m->has_mme_id || !m->has_key || !m->has_ncc) {
        ap_unfollowed(ap, m);
        return;
    }
    ue = ap_find(ap, at_source);
    if (ue == NULL) {
        ue = ap_add(ap, m->pdu->frame);
        ap_rename(ap, ue, AP_NAME_ENB, at_source);
    }
    if (!ap_prepare(ap, ue, m, m->rrc_context))
        return;
    ue->mme_id = m->mme_id;
    ue->handover.has_key = true;
    ue->handover.ncc = m->ncc;
    ue->handover.key_frame = m->pdu->frame;
    memcpy(ue->handover.key, m->key, sizeof m->key);
    ap_rename(ap, ue, AP_NAME_X2, name_of(m, true));
    ap_rename(ap, ue, AP_NAME_ENB, at_source); /* it has gone, if the one before was reached */
}

static void acknowledge(struct ap *ap, const struct ap_message *m)
{
    struct ap_ue *ue = under_way(ap, m, false);

    if (ue != NULL)
        ap_command(ap, ue, m, m->target_to_source);
    else if (!m->has_old_id || ap_find(ap, name_of(m, false)) == NULL)
        ap_unfollowed(ap, m); /* its request is not in the capture */
}

static void refused(struct ap *ap, const struct ap_message *m)
{
    struct ap_ue *ue = under_way(ap, m, m->choice == 0);

    if (ue == NULL)
        return;
    ue->handover.agreed |= m->has_new_id; /* the target's, which its acknowledge gives */
    ap_gone(ap, ue, m);
}

static void status(struct ap *ap, const struct ap_message *m)
{
    struct ap_ue *ue = under_way(ap, m, true);

    if (ue != NULL)
        ap_sent(ap, ue, m);
}

static void release(struct ap *ap, const struct ap_message *m)
{
    struct ap_ue *ue = under_way(ap, m, false);

    if (ue == NULL)
        return;
    ap_reached(ap, ue, m);
    ue->path_switch_due = true;
    ap_rename(ap, ue, AP_NAME_ENB, ap_name(AP_NAME_ENB, ap_node(&m->pdu->ends.source, false), ue->mme_id));
}

/* SeNBAdditionRequest, SgNBAdditionRequest and RetrieveUEContextResponse carry keys by value, which nobody follows. */
static void with_keys(struct ap *ap, const struct ap_message *m)
{
    ap_unfollowed(ap, m);
}

/* By choice and procedureCode (TS 36.423 9.3.2). */
static const struct {
    uint8_t choice, procedure;
    void (*take)(struct ap *ap, const struct ap_message *m);
} messages[] = {
    {0, 0, request},    {1, 0, acknowledge}, {2, 0, refused}, /* HandoverPreparationFailure */
    {0, 1, refused},                                          /* HandoverCancel */
    {0, 4, status},     {0, 51, status},     {0, 5, release}, /* UEContextRelease */
    {0, 19, with_keys}, {0, 27, with_keys},  {1, 26, with_keys},
};

bool ap_x2_begins(const struct ap_message *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (messages[i].choice == m->choice && messages[i].procedure == m->procedure)
            return true;
    }
    return false;
}

void ap_take_x2(struct ap *ap, const struct ap_message *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (messages[i].choice == m->choice && messages[i].procedure == m->procedure)
            messages[i].take(ap, m);
    }
}
