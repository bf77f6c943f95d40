/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Periods begin and end with the UE's security contexts; COUNTs go from one to the next as TS 38.323 says. */
#include <string.h>

#include "daps/kdf.h"
#include "pdcp/inside.h"

struct pdcp_period *pdcp_period_of(struct daps_pdcp *pdcp, uint32_t serial)
{
    for (unsigned i = 0; i < pdcp->n_periods; i++) {
        if (pdcp->periods[i].serial == serial)
            return &pdcp->periods[i];
    }
    return NULL;
}

bool pdcp_keys(struct daps_pdcp *pdcp, struct pdcp_period *period)
{
    if (period->keys_valid || period->by_value)
        return true;
    if (!period->term->has_value || period->nea < 0 || period->nia < 0)
        return false;
    period->keys_valid = daps_kdf_leaf(pdcp->ue.rat, period->term->value, DAPS_USE_RRC_ENC, (uint8_t)period->nea,
                                       period->keys[PDCP_RRC_ENC]) &&
                         daps_kdf_leaf(pdcp->ue.rat, period->term->value, DAPS_USE_RRC_INT, (uint8_t)period->nia,
                                       period->keys[PDCP_RRC_INT]);
    return period->keys_valid;
}

struct pdcp_count *pdcp_drb(struct pdcp_period *period, unsigned index, unsigned direction)
{
    if (period->drbs == NULL) {
        period->drbs = g_new0(struct pdcp_drbs, 1);
        for (unsigned i = 0; i < 32; i++) {
            period->drbs->at[i][0] = period->drbs->at[i][1] = PDCP_COUNT_ZERO;
            period->drbs->at[i][0].unsure = period->drbs->at[i][1].unsure = period->drbs_unsure;
        }
    }
    return &period->drbs->at[index][direction];
}

void pdcp_period_clear(struct pdcp_period *period)
{
    g_free(period->drbs);
    daps_wipe(period, sizeof *period);
}

void pdcp_keys_changed(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_periods; i++)
        pdcp->periods[i].keys_valid = false;
    for (unsigned i = 0; i < pdcp->n_past; i++)
        pdcp->past[i].keys_valid = false;
    pdcp->changed = true;
}

/*
 * A new period. The first of a connection continues the COUNTs of the unprotected phase; a new key for the same
 * connection means new SRB entities (TS 38.323 5.1.1), while DRBs keep their COUNT (5.1.2: AM; DAPS: one entity). A UM
 * DRB that starts from zero again is recognised by its SN.
 */
static void begin(struct daps_pdcp *pdcp, const struct daps_context *context, const struct pdcp_period *before)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    struct pdcp_period *period = &pdcp->periods[pdcp->n_periods++];
    const bool root = context->chain.key == context->chain.root;

    memset(period, 0, sizeof *period);
    period->serial = context->serial;
    period->term = context->chain.key;
    period->nea = context->ciphering;
    period->nia = context->integrity;
    period->leg = context->c_rnti >= 0 ? (uint64_t)context->c_rnti + 1 : root ? pdcp->plain_leg : 0;
    period->ul_active = period->dl_active = !root || ue->smc_digest == 0;
    period->begun_ns = pdcp->now_ns;
    pdcp->changed = true;
    if (root && pdcp->plain_started)
        memcpy(period->srb, pdcp->plain, sizeof period->srb);
    if (before != NULL && before->drbs != NULL)
        period->drbs = g_memdup2(before->drbs, sizeof *before->drbs);
    for (unsigned i = 0; period->drbs != NULL && i < 32; i++) {
        for (unsigned d = 0; d < 2; d++) {
            period->drbs->at[i][d].may_restart = (pdcp->daps_drbs >> i & 1) == 0;
            period->drbs->at[i][d].reset_ns = INT64_MIN;
        }
    }
    pdcp_tentative_drop(pdcp, UINT32_MAX);
    pdcp->ul_doubt = false;
    period->drbs_unsure = root ? !pdcp->plain_started : before != NULL && before->drbs_unsure;
    if (root && !pdcp->plain_started) {
        for (unsigned i = 0; i < 4; i++)
            period->srb[i][0].unsure = period->srb[i][1].unsure = true;
    }
}

/* The entity of a DAPS DRB outlives both legs: what one leg counted the other goes on from (TS 38.323 5.1.4, 5.1.5). */
static void hand_back(struct daps_pdcp *pdcp, const struct pdcp_period *from)
{
    for (unsigned i = 0; from->drbs != NULL && i < pdcp->n_periods; i++) {
        struct pdcp_period *to = &pdcp->periods[i];
        for (unsigned drb = 0; to != from && drb < 32; drb++) {
            if ((pdcp->daps_drbs >> drb & 1) == 0)
                continue;
            for (unsigned d = 0; d < 2; d++) {
                if (from->drbs->at[drb][d].rx_next > pdcp_drb(to, drb, d)->rx_next)
                    *pdcp_drb(to, drb, d) = from->drbs->at[drb][d];
            }
        }
    }
}

/* Could a PDU under the key of a period that ends still come, and which way did the period end? */
static enum pdcp_past past_of(const struct daps_pdcp *pdcp, const struct pdcp_period *period)
{
    const struct daps_ue_view *ue = &pdcp->ue;

    if (!pdcp_has_key(pdcp, period) || period->nia == 0)
        return PDCP_PRESENT;
    for (guint i = ue->attempts->len; i-- > 0;) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->procedure == DAPS_PROC_SK_COUNTER || attempt->source.serial == attempt->target.serial)
            continue;
        if (attempt->target.serial == period->serial)
            return PDCP_PAST_TARGET;
        if (attempt->source.serial == period->serial && attempt->target.serial == ue->active.serial)
            return PDCP_PAST_SOURCE;
    }
    return PDCP_PRESENT;
}

static void drop_past(struct daps_pdcp *pdcp, unsigned i)
{
    pdcp_period_clear(&pdcp->past[i]);
    memmove(&pdcp->past[i], &pdcp->past[i + 1], (--pdcp->n_past - i) * sizeof pdcp->past[0]);
    memset(&pdcp->past[pdcp->n_past], 0, sizeof pdcp->past[0]);
}

void pdcp_forget_past(struct daps_pdcp *pdcp, bool (*is_kept)(const struct daps_term *key, void *user), void *user)
{
    for (unsigned i = 0; i < pdcp->n_past;) {
        if (is_kept(pdcp->past[i].term, user))
            i++;
        else
            drop_past(pdcp, i);
    }
}

static void end(struct daps_pdcp *pdcp, struct pdcp_period *period)
{
    struct pdcp_period *last = &pdcp->periods[pdcp->n_periods - 1];
    const enum pdcp_past past = past_of(pdcp, period);

    hand_back(pdcp, period);
    if (past != PDCP_PRESENT) {
        if (pdcp->n_past == PDCP_MOST_PAST)
            drop_past(pdcp, 0);
        if (pdcp->past == NULL)
            pdcp->past = g_new0(struct pdcp_period, PDCP_MOST_PAST);
        pdcp->past[pdcp->n_past] = *period;
        pdcp->past[pdcp->n_past++].past = past;
    } else {
        g_free(period->drbs);
    }
    memmove(period, period + 1, (size_t)(last - period) * sizeof *period);
    pdcp->n_periods--;
    daps_wipe(last, sizeof *last);
}

/* A context that had ended is in force again. */
static struct pdcp_period *revive(struct daps_pdcp *pdcp, uint32_t serial)
{
    for (unsigned i = 0; i < pdcp->n_past && pdcp->n_periods < PDCP_MOST_PERIODS; i++) {
        struct pdcp_period *period = &pdcp->periods[pdcp->n_periods];
        if (pdcp->past[i].serial != serial)
            continue;
        *period = pdcp->past[i];
        period->past = PDCP_PRESENT;
        period->leave = (struct pdcp_leave){0};
        pdcp->past[i].drbs = NULL;
        drop_past(pdcp, i);
        pdcp->n_periods++;
        return period;
    }
    return NULL;
}

static const struct daps_context *target_of(const struct daps_ue_view *ue)
{
    return ue->open != NULL && ue->open->target.chain.key != NULL && ue->open->target.serial != ue->active.serial
               ? &ue->open->target
               : NULL;
}

static void follow(struct daps_pdcp *pdcp, const struct daps_context *context, uint32_t before)
{
    struct pdcp_period *period = pdcp_period_of(pdcp, context->serial);

    if (period == NULL)
        period = revive(pdcp, context->serial);
    if (period == NULL) {
        if (pdcp->n_periods == PDCP_MOST_PERIODS)
            return;
        begin(pdcp, context, pdcp_period_of(pdcp, before));
        return;
    }
    if (period->term != context->chain.key || period->nea != context->ciphering || period->nia != context->integrity) {
        period->term = context->chain.key;
        period->nea = context->ciphering;
        period->nia = context->integrity;
        period->keys_valid = period->by_value = false;
        pdcp->changed = true;
    }
}

/* A handover without a new key keeps the period and brings another connection. */
static void follow_leg(struct pdcp_period *period, const struct daps_ue_view *ue)
{
    if (period == NULL)
        return;
    if (ue->open != NULL && ue->open->target.serial == period->serial && ue->open->target.c_rnti >= 0)
        period->target_leg = (uint64_t)ue->open->target.c_rnti + 1;
    else if (ue->open == NULL && period->target_leg != 0 && ue->active.c_rnti >= 0) {
        period->leg = (uint64_t)ue->active.c_rnti + 1;
        period->target_leg = 0;
    }
}

/* The open attempt leads away from the active context; or there is none, and the UE is in it. */
static void follow_leave(const struct daps_pdcp *pdcp, struct pdcp_period *source, bool has_target)
{
    const struct daps_attempt *open = pdcp->ue.open;

    if (source == NULL)
        return;
    if (!has_target || open->prepared) {
        source->leave = (struct pdcp_leave){0};
    } else if (!source->leave.left) {
        source->leave = (struct pdcp_leave){.left = true,
                                            .conditional = open->procedure == DAPS_PROC_CONDITIONAL_HANDOVER,
                                            .by_pdu = pdcp->reading && open->executed_frame == 0,
                                            .next_dl = source->srb[0][1].rx_next,
                                            .time_ns = pdcp->now_ns};
    }
}

void pdcp_sync(struct daps_pdcp *pdcp)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_context *active = &ue->active, *target = target_of(ue);
    /* A key that replaced the active one at once (re-establishment) follows the newest period there is. */
    uint32_t newest = pdcp->n_periods > 0 ? pdcp->periods[pdcp->n_periods - 1].serial : 0;

    if (active->chain.key != NULL)
        follow(pdcp, active, newest);
    follow_leg(pdcp_period_of(pdcp, active->serial), ue);
    if (target != NULL)
        follow(pdcp, target, active->serial);
    follow_leave(pdcp, pdcp_period_of(pdcp, active->serial), target != NULL);
    for (unsigned i = 0; i < pdcp->n_periods;) {
        struct pdcp_period *period = &pdcp->periods[i];
        if ((active->chain.key != NULL && period->serial == active->serial) ||
            (target != NULL && period->serial == target->serial))
            i++;
        else
            end(pdcp, period);
    }
}

static void reset(struct pdcp_count count[2])
{
    count[0] = count[1] = PDCP_COUNT_ZERO;
}

/* Entities that the message releases or re-establishes start from COUNT 0 (TS 38.331 5.3.5.6, TS 38.323 5.1). */
static void reconfigure(struct daps_pdcp *pdcp, const struct daps_event *ev)
{
    const struct daps_bearers *b = &ev->bearers;

    pdcp_tentative_drop(pdcp, b->drb_released | b->drb_reestablish);
    pdcp->secondary_drbs &= ~b->drb_released;
    pdcp->secondary_drbs |= b->drb_secondary;
    if (ev->sync)
        pdcp->daps_drbs = b->drb_daps;
    for (unsigned p = 0; p < pdcp->n_periods; p++) {
        struct pdcp_period *period = &pdcp->periods[p];
        for (unsigned i = 0; i < 32; i++) {
            if (period->drbs != NULL && (b->drb_released >> i & 1) != 0)
                reset(period->drbs->at[i]);
        }
        for (unsigned i = 0; i < 4 && !ev->sync && ev->ncc < 0; i++) {
            if (b->srb_reestablish >> i & 1)
                reset(period->srb[i]);
        }
    }
}

/* Cells that a message names; without a frequency a command means that of its source (TS 38.331 5.3.5.5.2). */
static void learn_cells(struct daps_pdcp *pdcp, const struct daps_event *ev)
{
    const struct daps_context *active = &pdcp->ue.active;
    struct daps_cell cell = ev->target;

    pdcp_learn_cell(pdcp, ev->logged_cell, -1, -1);
    pdcp_learn_cell(pdcp, (struct daps_cell){active->pci, active->arfcn}, -1, -1);
    pdcp_learn_cell(pdcp, (struct daps_cell){ev->ue_pci, -1}, -1, -1); /* a request speaks for its PCell (5.3.7.4) */
    if (ev->kind != DAPS_EV_RECONFIGURATION && ev->kind != DAPS_EV_CANDIDATE)
        return;
    if (cell.ssb_arfcn < 0)
        cell.ssb_arfcn = active->arfcn;
    pdcp_learn_cell(pdcp, cell, ev->point_a, ev->carrier);
}

void daps_pdcp_event(struct daps_pdcp *pdcp, const struct daps_event *ev)
{
    struct pdcp_period *active;

    pdcp_look(pdcp);
    if (!pdcp->reading && ev->time_ns != INT64_MIN)
        pdcp->now_ns = ev->time_ns;
    pdcp_sync(pdcp);
    learn_cells(pdcp, ev);
    active = pdcp_period_of(pdcp, pdcp->ue.active.serial);
    pdcp->log_beside |= !pdcp->reading && (ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH);
    if (!pdcp->reading && ev->channel == DAPS_CH_DL_DCCH && ev->frame != pdcp->credited_frame) {
        pdcp->credited_frame = ev->frame;
        pdcp->dl_credit = MIN(pdcp->dl_credit + 1, 1);
    }
    switch (ev->kind) {
    case DAPS_EV_SETUP:
        memset(pdcp->plain, 0, sizeof pdcp->plain);
        memset(pdcp->newest_digest, 0, sizeof pdcp->newest_digest);
        pdcp->plain_started = true;
        pdcp_twins_forget(pdcp); /* what is followed from here on is another connection's */
        pdcp->dl_credit = 0;
        break;
    case DAPS_EV_SECURITY_MODE_COMPLETE:
        if (active != NULL)
            active->ul_active = active->dl_active = true;
        break;
    case DAPS_EV_RECONFIGURATION:
        if (!ev->prepared)
            reconfigure(pdcp, ev);
        break;
    default:
        break;
    }
}
