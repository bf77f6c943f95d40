/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bearers, from what RRC said. */
#include "bearers.h"
#include "daps/bound.h"
#include "daps/rat.h"

#include <glib.h>
#include <string.h>

#define MOST_UES DAPS_BOUND(16384, 3) /* whose configuration is kept; the one configured first gives way */

struct bearers {
    GHashTable *ues; /* struct radio_ue by its own ue_key, owned */
    GQueue age;      /* the same, oldest first */
    uint64_t evicted;
    struct radio_ue *last_ue;
    struct radio_ue fresh; /* a UE of which RRC has said nothing */
};

struct bearers *bearers_new(unsigned srbs, uint8_t srb_rlc_sn)
{
    struct bearers *bearers = g_new0(struct bearers, 1);

    bearers->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    for (unsigned lcid = 1; lcid <= srbs; lcid++)
        bearers->fresh.channels[lcid] = (struct radio_channel){
            .mode = RADIO_AM, .sn_bits = {srb_rlc_sn, srb_rlc_sn}, .srb = true, .bearer = (uint8_t)lcid};
    return bearers;
}

void bearers_free(struct bearers *bearers)
{
    if (bearers == NULL)
        return;
    g_hash_table_unref(bearers->ues);
    g_queue_clear(&bearers->age);
    g_free(bearers);
}

void bearers_assume(struct bearers *bearers, const struct daps_framing_drb *drb)
{
    bearers->fresh.channels[drb->lcid] = (struct radio_channel){
        .mode = drb->am ? RADIO_AM : RADIO_UM, .sn_bits = {drb->rlc_sn, drb->rlc_sn}, .bearer = drb->drb};
    bearers->fresh.drbs[drb->drb].sn_bits[0] = bearers->fresh.drbs[drb->drb].sn_bits[1] = drb->pdcp_sn;
}

static struct radio_ue *find_ue(struct bearers *bearers, uint64_t ue_key)
{
    if (bearers->last_ue == NULL || bearers->last_ue->ue_key != ue_key)
        bearers->last_ue = g_hash_table_lookup(bearers->ues, &ue_key);
    return bearers->last_ue;
}

static struct radio_ue *get_ue(struct bearers *bearers, uint64_t ue_key)
{
    struct radio_ue *ue = find_ue(bearers, ue_key);

    if (ue != NULL)
        return ue;
    if (g_hash_table_size(bearers->ues) >= MOST_UES) {
        struct radio_ue *oldest = g_queue_pop_head(&bearers->age);
        g_hash_table_remove(bearers->ues, &oldest->ue_key);
        bearers->evicted++;
    }
    ue = g_memdup2(&bearers->fresh, sizeof bearers->fresh);
    ue->ue_key = ue_key;
    g_hash_table_insert(bearers->ues, &ue->ue_key, ue);
    g_queue_push_tail(&bearers->age, ue);
    bearers->last_ue = ue;
    return ue;
}

const struct radio_ue *bearers_of(struct bearers *bearers, uint64_t ue_key)
{
    const struct radio_ue *ue = find_ue(bearers, ue_key);

    return ue != NULL ? ue : &bearers->fresh;
}

uint64_t bearers_evicted(const struct bearers *bearers)
{
    return bearers->evicted;
}

/* LTE: a DRB is changed by its identity alone (TS 36.331 6.3.2 DRB-ToAddMod). 0: none. */
static unsigned lcid_of(const struct radio_ue *ue, const struct daps_rlc_bearer *rlc)
{
    for (unsigned lcid = 1; rlc->bearer != 0 && lcid < RADIO_MOST_LCID; lcid++) {
        if (ue->channels[lcid].bearer == rlc->bearer && ue->channels[lcid].srb == rlc->srb)
            return lcid;
    }
    return 0;
}

/* LTE: what NR says in a radioBearerConfig. */
static void learn_pdcp(struct radio_ue *ue, const struct daps_rlc_bearer *rlc)
{
    if (rlc->pdcp_sn == 0)
        return;
    if (rlc->srb && rlc->bearer < G_N_ELEMENTS(ue->srb_sn_bits))
        ue->srb_sn_bits[rlc->bearer] = rlc->pdcp_sn;
    else if (!rlc->srb && rlc->bearer < G_N_ELEMENTS(ue->drbs))
        ue->drbs[rlc->bearer].sn_bits[0] = ue->drbs[rlc->bearer].sn_bits[1] = rlc->pdcp_sn;
}

static void learn_rlc(struct radio_ue *ue, const struct daps_rlc_bearer *rlc)
{
    struct radio_channel *channel;

    const unsigned lcid = rlc->lcid != 0 ? rlc->lcid : lcid_of(ue, rlc);

    learn_pdcp(ue, rlc);
    if (lcid == 0 || lcid >= RADIO_MOST_LCID)
        return;
    channel = &ue->channels[lcid];
    if (rlc->bearer != 0) {
        channel->srb = rlc->srb;
        channel->bearer = rlc->bearer;
    }
    if (rlc->am || rlc->um)
        channel->mode = rlc->am ? RADIO_AM : RADIO_UM;
    if (rlc->ul_sn != 0)
        channel->sn_bits[0] = rlc->ul_sn;
    if (rlc->dl_sn != 0)
        channel->sn_bits[1] = rlc->dl_sn;
    if (rlc->am || rlc->um || rlc->extended_li[0] || rlc->extended_li[1])
        memcpy(ue->extended_li[lcid], rlc->extended_li, sizeof rlc->extended_li);
}

static void learn_bearers(struct radio_ue *ue, const struct daps_bearers *b)
{
    for (uint32_t left = b->drb_added | b->drb_released; left != 0; left &= left - 1) {
        const unsigned i = (unsigned)__builtin_ctz(left);
        struct radio_drb *drb = &ue->drbs[i + 1];
        if ((b->drb_released >> i & 1) != 0)
            *drb = (struct radio_drb){0};
        if ((b->drb_added >> i & 1) == 0)
            continue;
        drb->sn_bits[0] = b->drb_ul_sn12 >> i & 1 ? 12 : b->drb_ul_sn18 >> i & 1 ? 18 : drb->sn_bits[0];
        drb->sn_bits[1] = b->drb_dl_sn12 >> i & 1 ? 12 : b->drb_dl_sn18 >> i & 1 ? 18 : drb->sn_bits[1];
        drb->sdap[0] |= (b->drb_sdap_ul >> i & 1) != 0;
        drb->sdap[1] |= (b->drb_sdap_dl >> i & 1) != 0;
        drb->ciphering_off |= (b->drb_ciphering_disabled >> i & 1) != 0;
    }
}

void bearers_learn(struct bearers *bearers, uint64_t ue_key, const struct daps_rrc_result *result)
{
    struct radio_ue *ue = NULL;

    for (uint32_t i = 0; i < result->n_events; i++) {
        const struct daps_event *ev = &result->events[i];
        if (ev->kind == DAPS_EV_RECONFIGURATION && !ev->prepared &&
            (ev->bearers.drb_added | ev->bearers.drb_released) != 0) {
            ue = get_ue(bearers, ue_key);
            learn_bearers(ue, &ev->bearers);
        }
    }
    for (uint32_t i = 0; i < result->n_rlc; i++)
        learn_rlc(ue != NULL ? ue : get_ue(bearers, ue_key), &result->rlc[i]);
}

uint8_t bearers_srb_sn_bits(struct bearers *bearers, uint64_t ue_key, enum daps_rat rat, unsigned srb)
{
    const struct radio_ue *ue = bearers_of(bearers, ue_key);
    const uint8_t said = srb < G_N_ELEMENTS(ue->srb_sn_bits) ? ue->srb_sn_bits[srb] : 0;

    return said != 0 ? said : daps_rat_row(rat)->srb_sn_bits;
}
