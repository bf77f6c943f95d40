/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contexts begin and end with the UE's security contexts; COUNTs go from one to the next as TS 38.323 says. */
#include <string.h>

#include "daps/kdf.h"
#include "pdcp/inside.h"

struct pdcp_context *pdcp_context_of(struct daps_pdcp *pdcp, uint32_t serial)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (pdcp->contexts[i].serial == serial)
            return &pdcp->contexts[i];
    }
    return NULL;
}

struct pdcp_context *pdcp_find_context(struct daps_pdcp *pdcp, uint32_t serial)
{
    struct pdcp_context *context = serial != 0 ? pdcp_context_of(pdcp, serial) : NULL;

    for (unsigned i = pdcp->n_past; serial != 0 && context == NULL && i-- > 0;) {
        if (pdcp->past[i].serial == serial)
            context = &pdcp->past[i];
    }
    return context;
}

bool pdcp_keys(struct daps_pdcp *pdcp, struct pdcp_context *context)
{
    if (context->keys_valid || context->by_value)
        return true;
    if (!context->term->has_value || context->nea < 0 || context->nia < 0)
        return false;
    context->keys_valid = daps_kdf_leaf(pdcp->ue.rat, context->term->value, DAPS_USE_RRC_ENC, (uint8_t)context->nea,
                                        context->keys[PDCP_RRC_ENC]) &&
                          daps_kdf_leaf(pdcp->ue.rat, context->term->value, DAPS_USE_RRC_INT, (uint8_t)context->nia,
                                        context->keys[PDCP_RRC_INT]);
    return context->keys_valid;
}

void pdcp_drbs_begin(struct pdcp_context *context)
{
    context->drbs = g_new0(struct pdcp_drbs, 1);
    for (unsigned i = 0; i < 32; i++) {
        context->drbs->at[i][0] = context->drbs->at[i][1] = PDCP_COUNT_ZERO;
        context->drbs->at[i][0].unsure = context->drbs->at[i][1].unsure = context->drbs_unsure;
    }
}

struct pdcp_drbs *pdcp_drbs_copy(const struct pdcp_drbs *drbs)
{
    return drbs != NULL ? g_memdup2(drbs, sizeof *drbs) : NULL;
}

void pdcp_context_clear(struct pdcp_context *context)
{
    g_free(context->drbs);
    daps_wipe(context, sizeof *context);
}

void pdcp_keys_changed(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++)
        pdcp->contexts[i].keys_valid = false;
    for (unsigned i = 0; i < pdcp->n_past; i++)
        pdcp->past[i].keys_valid = false;
    pdcp->changed = true;
}

/* When the attempt began that led to that context: its command may have waited, and was read later. */
static int64_t begun_ns(const struct daps_pdcp *pdcp, uint32_t serial)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_attempt *attempt;
    int64_t began;

    for (guint i = ue->attempts->len; (attempt = daps_view_back(ue, &i)) != NULL && attempt->serials >= serial;) {
        if (attempt->target.serial != serial || attempt->procedure == DAPS_PROC_SK_COUNTER)
            continue;
        began = attempt->executed_frame != 0 ? attempt->executed_time_ns : attempt->time_ns;
        return began != INT64_MIN ? began : pdcp->now_ns;
    }
    return pdcp->now_ns;
}

/*
 * A new context. The first of a connection continues the COUNTs of the unprotected phase; a new key for the same
 * connection means new SRB entities (TS 38.323 5.1.1), while DRBs keep their COUNT (5.1.2: AM; DAPS: one entity). A UM
 * DRB that starts from zero again is recognised by its SN.
 */
static void begin(struct daps_pdcp *pdcp, const struct daps_context *shown, const struct pdcp_context *before)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    struct pdcp_context *context = &pdcp->contexts[pdcp->n_contexts++];
    const bool root = shown->chain.key == shown->chain.root;
    bool fresh;

    memset(context, 0, sizeof *context);
    context->serial = shown->serial;
    context->term = shown->chain.key;
    context->nea = shown->ciphering;
    context->nia = shown->integrity;
    context->leg = shown->c_rnti >= 0 ? (uint64_t)shown->c_rnti + 1 : root ? pdcp->plain_leg : 0;
    context->ul_active = context->dl_active = !root || ue->smc_digest == 0;
    context->begun_ns = begun_ns(pdcp, shown->serial);
    context->algorithms_unsure = pdcp->unread_dl && !root;
    pdcp->changed = true;
    if (root && pdcp->plain_started)
        memcpy(context->srb, pdcp->plain, sizeof context->srb);
    if (before != NULL)
        context->drbs = pdcp_drbs_copy(before->drbs);
    for (unsigned i = 0; context->drbs != NULL && i < 32; i++) {
        for (unsigned d = 0; d < 2; d++) {
            context->drbs->at[i][d].may_restart = (pdcp->daps_drbs >> i & 1) == 0;
            context->drbs->at[i][d].reset_ns = INT64_MIN;
        }
    }
    pdcp_tentative_drop(pdcp, UINT32_MAX);
    pdcp->ul_doubt = false;
    /* Before the security mode command there is SRB1 alone (TS 38.331 5.3.1.1). */
    fresh = pdcp->plain_started || ue->smc_digest != 0;
    context->drbs_unsure = root ? !fresh : before != NULL && before->drbs_unsure;
    if (root && !pdcp->plain_started) {
        for (unsigned i = 0; i < (fresh ? 1 : 4); i++)
            context->srb[i][0].unsure = context->srb[i][1].unsure = true;
    }
}

/* The entity of a DAPS DRB outlives both legs: what one leg counted the other goes on from (TS 38.323 5.1.4, 5.1.5). */
static void hand_back(struct daps_pdcp *pdcp, const struct pdcp_context *from)
{
    for (unsigned i = 0; from->drbs != NULL && i < pdcp->n_contexts; i++) {
        struct pdcp_context *to = &pdcp->contexts[i];
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

/* Could a PDU under the key of a context that ends still come, and which way did the context end? */
static enum pdcp_past past_of(const struct daps_pdcp *pdcp, const struct pdcp_context *context)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const enum pdcp_past ended = pdcp->log_beside ? PDCP_PAST_ENDED : PDCP_PRESENT;
    const struct daps_attempt *attempt;

    if (!pdcp_has_key(pdcp, context) || context->nia == 0)
        return ended;
    for (guint i = ue->attempts->len;
         (attempt = daps_view_back(ue, &i)) != NULL && attempt->serials >= context->serial;) {
        if (attempt->procedure == DAPS_PROC_SK_COUNTER || attempt->source.serial == attempt->target.serial)
            continue;
        if (attempt->target.serial == context->serial)
            return PDCP_PAST_TARGET;
        if (attempt->source.serial == context->serial && attempt->target.serial == ue->active.serial)
            return PDCP_PAST_SOURCE;
    }
    return ended;
}

static void drop_past(struct daps_pdcp *pdcp, unsigned i)
{
    pdcp_context_clear(&pdcp->past[i]);
    memmove(&pdcp->past[i], &pdcp->past[i + 1], (--pdcp->n_past - i) * sizeof pdcp->past[0]);
    memset(&pdcp->past[pdcp->n_past], 0, sizeof pdcp->past[0]);
}

void pdcp_forget_past(struct daps_pdcp *pdcp, bool (*is_kept)(const struct daps_term *key, void *user), void *user)
{
    for (unsigned i = 0; i < pdcp->n_past;) {
        const bool late = pdcp->past[i].past == PDCP_PAST_ENDED &&
                          !pdcp_is_later(pdcp->now_ns, pdcp->past[i].ended_ns, PDCP_DISORDER_NS);
        if (late || is_kept(pdcp->past[i].term, user))
            i++;
        else
            drop_past(pdcp, i);
    }
}

/* One whose PDUs cannot come any more, else the oldest. */
static void make_room_for_past(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_past; i++) {
        if (pdcp->past[i].past == PDCP_PAST_ENDED) {
            drop_past(pdcp, i);
            return;
        }
    }
    drop_past(pdcp, 0);
}

static void end(struct daps_pdcp *pdcp, struct pdcp_context *context)
{
    struct pdcp_context *last = &pdcp->contexts[pdcp->n_contexts - 1];
    const enum pdcp_past past = past_of(pdcp, context);

    hand_back(pdcp, context);
    if (past != PDCP_PRESENT) {
        if (pdcp->n_past == PDCP_MOST_PAST)
            make_room_for_past(pdcp);
        if (pdcp->past == NULL)
            pdcp->past = g_new0(struct pdcp_context, PDCP_MOST_PAST);
        pdcp->past[pdcp->n_past] = *context;
        pdcp->past[pdcp->n_past].ended_ns = pdcp->now_ns;
        pdcp->past[pdcp->n_past++].past = past;
    } else {
        g_free(context->drbs);
    }
    memmove(context, context + 1, (size_t)(last - context) * sizeof *context);
    pdcp->n_contexts--;
    daps_wipe(last, sizeof *last);
}

/* A context that had ended is in force again. */
static struct pdcp_context *revive(struct daps_pdcp *pdcp, uint32_t serial)
{
    for (unsigned i = 0; i < pdcp->n_past && pdcp->n_contexts < PDCP_MOST_CONTEXTS; i++) {
        struct pdcp_context *context = &pdcp->contexts[pdcp->n_contexts];
        if (pdcp->past[i].serial != serial)
            continue;
        *context = pdcp->past[i];
        context->past = PDCP_PRESENT;
        context->leave = (struct pdcp_leave){0};
        pdcp->past[i].drbs = NULL;
        drop_past(pdcp, i);
        pdcp->n_contexts++;
        return context;
    }
    return NULL;
}

static const struct daps_context *target_of(const struct daps_ue_view *ue)
{
    return ue->open != NULL && ue->open->target.chain.key != NULL && ue->open->target.serial != ue->active.serial
               ? &ue->open->target
               : NULL;
}

static void follow(struct daps_pdcp *pdcp, const struct daps_context *shown, uint32_t before)
{
    struct pdcp_context *context = pdcp_context_of(pdcp, shown->serial);

    if (context == NULL)
        context = revive(pdcp, shown->serial);
    if (context == NULL) {
        if (pdcp->n_contexts == PDCP_MOST_CONTEXTS)
            return;
        begin(pdcp, shown, pdcp_context_of(pdcp, before));
        return;
    }
    if (context->term != shown->chain.key || context->nea != shown->ciphering || context->nia != shown->integrity) {
        context->by_value &= context->nea == shown->ciphering && context->nia == shown->integrity;
        context->term = shown->chain.key;
        context->nea = shown->ciphering;
        context->nia = shown->integrity;
        context->keys_valid = false;
        pdcp->changed = true;
    }
}

/* A handover without a new key keeps the context and brings another connection. */
static void follow_leg(struct pdcp_context *context, const struct daps_ue_view *ue)
{
    if (context == NULL)
        return;
    if (ue->open != NULL && ue->open->target.serial == context->serial && ue->open->target.c_rnti >= 0)
        context->target_leg = (uint64_t)ue->open->target.c_rnti + 1;
    else if (ue->open == NULL && context->target_leg != 0 && ue->active.c_rnti >= 0) {
        context->leg = (uint64_t)ue->active.c_rnti + 1;
        context->target_leg = 0;
    }
}

/* The open attempt leads away from the active context; or there is none, and the UE is in it. */
static void follow_leave(const struct daps_pdcp *pdcp, struct pdcp_context *source, bool has_target)
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
                                            .time_ns = begun_ns(pdcp, open->target.serial)};
    }
}

void pdcp_sync(struct daps_pdcp *pdcp)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_context *active = &ue->active, *target = target_of(ue);
    /* A key that replaced the active one at once (re-establishment) follows the newest context there is. */
    uint32_t newest = pdcp->n_contexts > 0 ? pdcp->contexts[pdcp->n_contexts - 1].serial : 0;

    if (active->chain.key != NULL)
        follow(pdcp, active, newest);
    follow_leg(pdcp_context_of(pdcp, active->serial), ue);
    if (target != NULL)
        follow(pdcp, target, active->serial);
    follow_leave(pdcp, pdcp_context_of(pdcp, active->serial), target != NULL);
    for (unsigned i = 0; i < pdcp->n_contexts;) {
        struct pdcp_context *context = &pdcp->contexts[i];
        if ((active->chain.key != NULL && context->serial == active->serial) ||
            (target != NULL && context->serial == target->serial))
            i++;
        else
            end(pdcp, context);
    }
}

static void reset(struct pdcp_count count[2])
{
    count[0] = count[1] = PDCP_COUNT_ZERO;
    count[0].reset = count[1].reset = true;
}

/* Entities that the message releases or re-establishes start from COUNT 0 (TS 38.331 5.3.5.6, TS 38.323 5.1). */
static void reconfigure(struct daps_pdcp *pdcp, const struct daps_event *ev)
{
    const struct daps_bearers *b = &ev->bearers;

    pdcp_tentative_drop(pdcp, b->drb_released | b->drb_reestablish);
    pdcp->secondary_drbs &= ~b->drb_released;
    pdcp->secondary_drbs |= b->drb_secondary;
    pdcp->gone_drbs = (pdcp->gone_drbs | b->drb_released) & ~b->drb_added;
    if (ev->sync)
        pdcp->daps_drbs = b->drb_daps;
    for (unsigned p = 0; p < pdcp->n_contexts; p++) {
        struct pdcp_context *context = &pdcp->contexts[p];
        for (unsigned i = 0; i < 32; i++) {
            if (context->drbs != NULL && (b->drb_released >> i & 1) != 0)
                reset(context->drbs->at[i]);
        }
        for (unsigned i = 0; i < 4 && !ev->sync && ev->ncc < 0; i++) {
            if (b->srb_reestablish >> i & 1)
                reset(context->srb[i]);
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
    struct pdcp_context *active;

    pdcp_look(pdcp);
    memset(pdcp->unread_told, 0, sizeof pdcp->unread_told);
    if (!pdcp->reading && ev->time_ns != INT64_MIN)
        pdcp->now_ns = ev->time_ns;
    pdcp_sync(pdcp);
    learn_cells(pdcp, ev);
    active = pdcp_context_of(pdcp, pdcp->ue.active.serial);
    if (!pdcp->reading && ev->channel == DAPS_CH_DL_DCCH && ev->frame != pdcp->credited_frame) {
        pdcp->credited_frame = ev->frame;
        pdcp->dl_credit = MIN(pdcp->dl_credit + 1, 1);
    }
    switch (ev->kind) {
    case DAPS_EV_SETUP:
        pdcp_note_connection(pdcp);
        memset(pdcp->plain, 0, sizeof pdcp->plain);
        memset(pdcp->newest_digest, 0, sizeof pdcp->newest_digest);
        pdcp->plain_started = true;
        pdcp->dl_credit = 0;
        break;
    case DAPS_EV_SETUP_COMPLETE: /* there is one in a connection: the RRCSetup of this one is not in the capture */
        if (!pdcp->just_began)
            pdcp_note_connection(pdcp);
        pdcp->just_began = false;
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
