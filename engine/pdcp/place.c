/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a PDU of signalling belongs that verifies under a key of this UE, and what it shows by being there.
 *
 *     present context     its next PDU; a COUNT taken by another PDU is a suspect
 *     source of an open   a copy, late, or sent after the command: then the source is in use again (TS 38.331
 *     or finished attempt 5.3.5.8.3), whatever suggested that the attempt succeeded
 *     target of a failed  a copy, late, or a suspect
 *     attempt
 *
 * A suspect may belong to the next attempt under the same key, whose command is still to come: it waits (room.c). When
 * the time is over it is what it seemed: COUNT used twice within one stay, or a late PDU; behind a failure a COUNT
 * taken means that the key was in use once more, in an attempt the capture does not show.
 */
#include <string.h>

#include "pdcp/inside.h"

bool pdcp_is_later(int64_t time_ns, int64_t than_ns, int64_t by_ns)
{
    if (time_ns == INT64_MIN || than_ns == INT64_MIN || time_ns <= than_ns)
        return false;
    return (uint64_t)time_ns - (uint64_t)than_ns > (uint64_t)by_ns;
}

/* A message that says so itself needs no further proof. */
static bool is_daps_failure(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    struct daps_pdu plain = *pdu;

    if (pdu->downlink)
        return false;
    plain.octets = pdcp->open;
    return pdcp_kind_if_clear(pdcp, &plain) == DAPS_EV_FAILURE_INFORMATION && pdcp->host.trial->events[0].daps_failure;
}

/* Was it sent after the UE, or the network, had left that context? Then one of them is back (see struct pdcp_leave). */
static bool is_after_leave(struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t count)
{
    const struct pdcp_leave *leave = &context->leave;

    if (!leave->left || count < pdcp_count_of(context, pdu)->rx_next)
        return false;
    if (pdu->downlink && leave->conditional)
        return false; /* the source does not know yet */
    if (pdu->time_ns == INT64_MIN || leave->time_ns == INT64_MIN ||
        pdcp_is_later(pdu->time_ns, leave->time_ns, PDCP_DISORDER_NS))
        return true;
    return pdu->downlink && pdu->bearer == 1 && leave->by_pdu && count >= leave->next_dl;
}

/* An earlier stay under the same key that has not used that COUNT: of two PDUs under it, one was late. */
static const struct pdcp_context *other_stay(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                                             const struct daps_pdu *pdu, const struct pdcp_attempted *how)
{
    for (unsigned i = pdcp->n_past; i-- > 0;) {
        const struct pdcp_context *past = &pdcp->past[i];
        if (past->term == context->term && past->nia == context->nia && past->nea == context->nea &&
            past->srb[pdu->bearer - 1][pdu->downlink].rx_next <= how->count)
            return past;
    }
    return NULL;
}

/* A stay under the same key in an attempt whose messages the capture does not have. */
static uint32_t unseen_stay(struct daps_pdcp *pdcp, struct pdcp_context *context)
{
    if (context->unseen_stay == 0)
        context->unseen_stay = DAPS_STAY_UNSEEN | ++pdcp->unseen_stays;
    return context->unseen_stay;
}

/* Nothing but the target's word says that the attempt succeeded: it may have failed, and been repeated, unseen. */
static bool may_have_failed(const struct daps_ue_view *ue, const struct pdcp_context *context)
{
    const struct daps_attempt *attempt = ue->open != NULL ? ue->open : ue->revocable;

    return attempt != NULL && attempt->target.serial == context->serial && attempt->source.serial != context->serial;
}

/*
 * COUNT has come again, and the command that began it anew may be one that nobody could read. Where only AS keys are
 * known, no earlier MAC-I tells either when this key began to serve.
 */
static bool may_be_commanded_unread(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    return pdcp->unread_dl || (context->by_value && (context->algorithms_unsure || context->srb[0][1].rx_next == 0));
}

/*
 * COUNT was taken by another PDU, and the message says itself that the entity has begun anew: a re-establishment led to
 * the same key (TS 38.331 5.3.7.5), or did before.
 */
static bool is_of_unseen_stay(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    struct daps_pdu plain = *pdu;

    plain.octets = pdcp->open;
    return context->unseen_stay != 0 ||
           (!pdu->downlink && pdcp_kind_if_clear(pdcp, &plain) == DAPS_EV_REESTABLISHMENT_COMPLETE);
}

/*
 * A failure releases what the UE had in the target (TS 38.331 5.3.5.8.3): uplink after that is of another attempt, and
 * so is downlink to another C-RNTI, of whatever the target may still send.
 */
static bool is_of_another(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    const bool other_leg = pdu->leg != 0 && context->leg != 0 && pdu->leg != context->leg;

    return (!pdu->downlink || other_leg) && pdcp_is_later(pdu->time_ns, context->ended_ns, PDCP_DISORDER_NS);
}

/* False: it waits. */
static bool settle_past_target(struct daps_pdcp *pdcp, const struct pdcp_placed *placed, enum pdcp_seen seen, bool over,
                               uint32_t *stay, struct pdcp_reading *reading)
{
    reading->not_followed = true; /* a failure has undone what it could have said (TS 38.331 5.3.5.8.3) */
    if (seen == PDCP_SEEN_COPY)
        return true;
    if (!over)
        return false;
    if (seen == PDCP_SEEN_OTHER)
        *stay = unseen_stay(pdcp, placed->context);
    return true;
}

/* Decides for a PDU that verifies; false: it waits. stay: the serial it is entered with. */
static bool settle(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed,
                   enum pdcp_patience patience, uint32_t *stay, struct pdcp_reading *reading)
{
    struct pdcp_context *context = placed->context;
    const enum pdcp_seen seen = pdcp_seen(pdcp, context, pdu, &placed->how);
    const bool over = patience == PDCP_TIME_IS_OVER;
    const struct pdcp_context *other;

    *stay = context->serial;
    if (context->past == PDCP_PAST_TARGET)
        return settle_past_target(pdcp, placed,
                                  seen == PDCP_SEEN_NEVER && is_of_another(context, pdu) ? PDCP_SEEN_OTHER : seen, over,
                                  stay, reading);
    if (context->past == PDCP_PAST_SOURCE || context->leave.left) {
        reading->returned = seen != PDCP_SEEN_COPY && (is_after_leave(context, pdu, placed->how.count) ||
                                                       (context->leave.left && is_daps_failure(pdcp, pdu)));
        reading->not_followed = !reading->returned;
        if (seen == PDCP_SEEN_OTHER && may_be_commanded_unread(pdcp, context))
            *stay = unseen_stay(pdcp, context);
        return true;
    }
    if (patience != PDCP_JUST_CAME && pdcp_is_later(context->begun_ns, pdu->time_ns, PDCP_DISORDER_NS)) {
        /* Long before the command: of an attempt under the same key whose command is missing. */
        *stay = unseen_stay(pdcp, context);
        reading->not_followed = true;
        return true;
    }
    context->early |= patience != PDCP_JUST_CAME && pdu->time_ns < context->begun_ns;
    if (seen != PDCP_SEEN_OTHER)
        return true;
    if (is_of_unseen_stay(pdcp, context, pdu)) {
        *stay = unseen_stay(pdcp, context);
        return true;
    }
    if (over) {
        other = other_stay(pdcp, context, pdu, &placed->how);
        if (other != NULL)
            *stay = other->serial;
        else if (context->early || may_have_failed(&pdcp->ue, context) || may_be_commanded_unread(pdcp, context))
            *stay = unseen_stay(pdcp, context);
        reading->not_followed = *stay != context->serial;
    }
    return over;
}

/* Messages that the standard sends in clear under a key (TS 38.331 5.3.4.3, 5.3.7.5), seen late or again. */
static bool may_be_clear(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    switch (pdcp_kind_if_clear(pdcp, pdu)) {
    case DAPS_EV_SECURITY_MODE_COMMAND:
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_SECURITY_MODE_FAILURE:
    case DAPS_EV_REESTABLISHMENT:
        return true;
    default:
        return false;
    }
}

/* Of an attempt before under the same key, with other algorithms, it would say nothing of this one's. */
static bool is_of_its_time(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    const bool other_leg = pdu->leg != 0 && context->leg != 0 && pdu->leg != context->leg;

    return !other_leg && !pdcp_is_later(context->begun_ns, pdu->time_ns, 0);
}

/* The MAC-I is right: what pdcp->open holds is what was said. */
static void read_verified(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed,
                          uint32_t stay, struct pdcp_reading *reading)
{
    struct pdcp_context *context = placed->context;
    const bool in_its_time = is_of_its_time(context, pdu);
    const struct pdcp_protection how = {.count = placed->how.count,
                                        .stay = stay,
                                        .header = pdcp_header(pdu),
                                        .ciphered = placed->how.ciphered,
                                        .verified = true};

    pdcp_name_key(pdcp, pdu, placed);
    if (context->verified == 0)
        pdcp_join_by_leaves(pdcp, pdu, context);
    if (context->verified++ == 0 && context->failed > 0)
        pdcp_tell_unfit(pdcp, context, pdu);
    pdcp_try_root(pdcp, context, true);
    memset(pdcp->unread_told, 0, sizeof pdcp->unread_told);
    pdcp->ul_doubt &= context->past != PDCP_PRESENT || reading->not_followed;
    pdcp->unread_dl &=
        !pdu->downlink || context->past != PDCP_PRESENT || reading->not_followed || context->algorithms_unsure;
    if (stay == context->serial) {
        pdcp_tell_use(pdcp, context, pdu, &how);
        pdcp_take(pdcp, context, pdu, placed->how.count);
    } else if (context->past == PDCP_PAST_TARGET && is_of_another(context, pdu)) {
        pdcp_tell_unseen(pdcp, context, pdu, &how);
    }
    pdcp_counts(pdcp)->pdcp.verified++;
    if (!pdcp_enter(pdcp, context, pdu, &how)) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    /* A context that has ended is not in force: the same key may serve again, with another algorithm. */
    if (context->past == PDCP_PRESENT && stay == context->serial && !how.ciphered && context->nea > 0 &&
        pdcp_is_active(context, pdu) && !context->algorithms_unsure && in_its_time && !may_be_clear(pdcp, pdu))
        pdcp_note_unciphered(pdcp, context, pdu, how.count);
    pdcp_note_near_end(pdcp, context, pdu, how.count);
    reading->status = DAPS_PDCP_READ;
    reading->rrc = pdcp->open + pdcp_header(pdu);
    reading->length = pdcp_data(pdu).length;
    reading->channel = daps_channel_dcch(pdu->downlink);
    reading->key = context->term;
    reading->ciphered = placed->how.ciphered && context->nea != 0;
}

/* The Complete of a conditional handover: what it says starts the context that it belongs to. */
static void read_executed(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct daps_event *candidate,
                          struct pdcp_reading *reading)
{
    reading->status = DAPS_PDCP_READ;
    reading->rrc = pdcp->open + pdcp_header(pdu);
    reading->length = pdcp_data(pdu).length;
    reading->channel = DAPS_CH_UL_DCCH;
    reading->key = pdcp->contexts[pdcp->n_contexts - 1].term;
    reading->cell = candidate->target;
    reading->late = reading->late_ciphered = true;
    reading->ciphered = pdcp->contexts[pdcp->n_contexts - 1].nea != 0;
    reading->count = pdcp_sn(pdu);
}

/*
 * An armed candidate leads to the key of a failed target again: what is no copy may be its execution, and equal octets
 * when that target is long gone are no copy.
 */
static bool may_be_executed(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed)
{
    return placed->context == NULL || (placed->context->past == PDCP_PAST_TARGET &&
                                       (pdcp_seen(pdcp, placed->context, pdu, &placed->how) != PDCP_SEEN_COPY ||
                                        pdcp_is_later(pdu->time_ns, placed->context->ended_ns, PDCP_DISORDER_NS)));
}

void pdcp_read_in_stay(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed,
                       struct pdcp_reading *reading)
{
    uint32_t stay = placed->context->serial;

    /* A COUNT taken by another PDU: the log may lack what began another stay under the key. */
    if (pdcp_seen(pdcp, placed->context, pdu, &placed->how) == PDCP_SEEN_OTHER)
        reading->suspect = !settle(pdcp, pdu, placed, PDCP_JUST_CAME, &stay, reading);
    reading->status = DAPS_PDCP_UNVERIFIED;
    if (!reading->suspect)
        read_verified(pdcp, pdu, placed, stay, reading);
}

bool pdcp_place(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, enum pdcp_patience patience,
                struct pdcp_reading *reading)
{
    const struct daps_event *candidate = NULL;
    struct pdcp_placed placed = {0};
    uint32_t stay;

    if (pdcp->n_contexts == 0)
        return false;
    (void)pdcp_place_by_mac(pdcp, pdu, pdcp_sn(pdu), &placed);
    if (reading->known && placed.context == NULL)
        return false;
    if (placed.context != NULL && placed.context->past != PDCP_PRESENT && pdcp_reestablishes_unasked(pdcp, pdu, false))
        return false; /* no late PDU of an attempt that is over: the same key was made once more */
    if (!reading->known && may_be_executed(pdcp, pdu, &placed)) {
        candidate = pdcp_executed(pdcp, pdu);
        if (candidate != NULL) {
            read_executed(pdcp, pdu, candidate, reading);
            return true;
        }
        if (placed.context == NULL || !pdcp_verify(pdcp, placed.context, pdu, &placed.how))
            return false; /* open holds what was tried last */
    }
    reading->suspect = !settle(pdcp, pdu, &placed, patience, &stay, reading);
    if (!reading->suspect)
        read_verified(pdcp, pdu, &placed, stay, reading);
    return !reading->suspect;
}
