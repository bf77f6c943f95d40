/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signalling of which a log beside the PDUs has the record (beside.c): what it says is known, and so is the context it
 * was sent in. What is left to find is its COUNT, and whether the key at hand is right.
 */
#include "pdcp/inside.h"

static bool is_in_clear(const struct daps_pdu *pdu, const struct pdcp_record *record)
{
    const struct pdcp_data data = pdcp_data(pdu);

    return daps_digest(data.octets, data.length) == record->digest;
}

/* Before security. A log that is ahead may have shown the security mode command already: its context goes on from here.
 */
static void read_plain(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct pdcp_reading *reading)
{
    const struct daps_context *active = &pdcp->ue.active;
    struct pdcp_count *plain = &pdcp->plain[pdu->bearer - 1][pdu->downlink];
    struct pdcp_context *context =
        active->chain.key == active->chain.root ? pdcp_context_of(pdcp, active->serial) : NULL;

    reading->count = pdcp_count_infer(plain, pdcp_sn(pdu), pdu->sn_bits);
    pdcp_count_take(plain, reading->count, pdu->sn_bits);
    if (context != NULL && context->verified == 0)
        pdcp_count_take(pdcp_count_of(context, pdu), reading->count, pdu->sn_bits);
    pdcp->plain_leg = pdu->leg;
    pdcp_hand_clear(pdu, reading);
}

static struct daps_event command_of(const struct pdcp_record *record)
{
    struct daps_event ev;

    daps_event_clear(&ev, record->kind);
    ev.digest = record->digest;
    ev.integrity = record->integrity;
    return ev;
}

/* The root of the key log that the security mode command of this context is right under. */
static void find_root(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                      const struct pdcp_record *record)
{
    const struct daps_event smc = command_of(record);
    const struct pdcp_reading at = {.pdu = pdu,
                                    .count = pdcp_count_infer(pdcp_count_of(context, pdu), pdcp_sn(pdu), pdu->sn_bits)};

    daps_pdcp_find_root(pdcp, &at, &smc);
    pdcp_sync(pdcp);
}

static bool is_right(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                     const struct pdcp_record *record, struct pdcp_placed *placed)
{
    const uint32_t sn = pdcp_sn(pdu);

    if (!pdcp_is_supported(pdcp, context))
        return false;
    if (pdcp_try_context(pdcp, context, pdu, sn, placed))
        return true;
    if (context->past != PDCP_PRESENT)
        return false;
    if (record->kind == DAPS_EV_SECURITY_MODE_COMMAND && context->verified == 0 &&
        context->serial == pdcp->ue.active.serial && pdcp->host.options->keylog != NULL) {
        find_root(pdcp, context, pdu, record);
        return pdcp_try_context(pdcp, context, pdu, sn, placed);
    }
    return pdcp_try_choices(pdcp, context, pdu, sn, placed) || pdcp_try_leaves(pdcp, context, pdu, sn, placed);
}

/* COUNT by the receiver's rule. */
static void enter_unverified(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                             const struct pdcp_record *record, struct pdcp_reading *reading)
{
    const bool clear = is_in_clear(pdu, record);
    const struct pdcp_protection how = {.count = pdcp_count_unread(context, pdu),
                                        .stay = context->serial,
                                        .header = pdcp_header(pdu),
                                        .ciphered = !clear && context->nea != 0,
                                        .tentative = true, /* what began another key may be logged behind this */
                                        .since_ns = MAX(pdu->time_ns, pdcp->now_ns)};

    reading->status = DAPS_PDCP_UNREADABLE;
    if (context->restarted || record->vague) {
        pdcp_counts(pdcp)->pdcp.unplaced++;
    } else if (!pdcp_count_of(context, pdu)->unsure) {
        pdcp_take(pdcp, context, pdu, how.count);
        if (!pdcp_enter(pdcp, context, pdu, &how)) {
            reading->status = DAPS_PDCP_AGAIN;
            return;
        }
    }
    if (clear)
        pdcp_hand_clear(pdu, reading);
}

/* The command verifies: the key that it led to was derived from the right one. */
static void note_commanded(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_attempt *attempt;
    struct pdcp_context *target;

    for (guint i = ue->attempts->len; (attempt = daps_view_back(ue, &i)) != NULL;) {
        if (attempt->frame < record->frame && attempt->executed_frame == 0)
            return;
        if (attempt->frame != record->frame || attempt->procedure == DAPS_PROC_SK_COUNTER)
            continue;
        target = pdcp_find_context(pdcp, attempt->target.serial);
        if (target == NULL || target->commanded)
            return;
        target->commanded = true;
        if (target->failed > 0)
            pdcp_tell_unfit(pdcp, target, pdu);
        return;
    }
}

bool pdcp_read_known(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record,
                     struct pdcp_reading *reading)
{
    struct pdcp_context *context = pdcp_find_context(pdcp, record->context);
    struct pdcp_placed placed = {0};

    reading->known = true;
    if (record->context == 0 && is_in_clear(pdu, record)) {
        read_plain(pdcp, pdu, reading);
        return true;
    }
    if (context == NULL)
        return false;
    if (is_right(pdcp, context, pdu, record, &placed)) {
        pdcp_read_in_stay(pdcp, pdu, &placed, reading);
        if (record->kind == DAPS_EV_RECONFIGURATION)
            note_commanded(pdcp, pdu, record);
        if (reading->status == DAPS_PDCP_READ)
            reading->known = daps_digest(reading->rrc, reading->length) == record->digest;
        return true;
    }
    if (pdcp_is_keyed(pdcp, context) && !pdcp_may_be_mislabelled(pdcp, context))
        return false; /* the capture, or who follows the log, is wrong about the context */
    enter_unverified(pdcp, context, pdu, record, reading);
    return true;
}

bool daps_pdcp_foresee(struct daps_pdcp *pdcp, const struct pdcp_record *record, struct daps_cell *cell)
{
    const struct daps_pdu *pdu = pdcp->host.options->keylog != NULL ? pdcp_beside_find(pdcp, record) : NULL;
    const struct daps_event *candidate = NULL, smc = command_of(record);
    struct pdcp_reading at = {.pdu = pdu};
    struct pdcp_placed placed = {0};

    if (pdu == NULL)
        return false;
    pdcp_look(pdcp);
    if (record->kind == DAPS_EV_SECURITY_MODE_COMMAND && pdu->downlink) {
        at.count = pdcp_count_infer(&pdcp->plain[pdu->bearer - 1][1], pdcp_sn(pdu), pdu->sn_bits);
        daps_pdcp_find_root(pdcp, &at, &smc);
    } else if (record->kind == DAPS_EV_RECONFIGURATION_COMPLETE && pdcp->ue.n_candidates > 0 && pdcp->n_contexts > 0 &&
               !pdcp_place_by_mac(pdcp, pdu, pdcp_sn(pdu), &placed)) {
        candidate = pdcp_executed(pdcp, pdu);
    }
    if (candidate != NULL)
        *cell = candidate->target;
    return candidate != NULL;
}
