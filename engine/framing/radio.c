/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bearers, from what RRC said. */
#include "framing/radio.h"

#include <glib.h>
#include <string.h>

#include "daps/framing.h"

#define MOST_UES 16384 /* whose configuration is kept; the one configured first gives way */

struct radio {
    GHashTable *ues; /* struct radio_ue by its own ue_key, owned */
    GQueue age;      /* the same, oldest first */
    uint64_t evicted;
    struct radio_ue *last_ue;
    struct radio_ue fresh; /* a UE of which RRC has said nothing */
};

struct radio *radio_new(void)
{
    struct radio *radio = g_new0(struct radio, 1);

    radio->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    for (uint8_t lcid = 1; lcid <= 3; lcid++) /* TS 38.331 9.2.1: SRBs are AM with 12-bit SN unless told otherwise */
        radio->fresh.channels[lcid] =
            (struct radio_channel){.mode = RADIO_AM, .sn_bits = {12, 12}, .srb = true, .bearer = lcid};
    return radio;
}

void radio_free(struct radio *radio)
{
    if (radio == NULL)
        return;
    g_hash_table_unref(radio->ues);
    g_queue_clear(&radio->age);
    g_free(radio);
}

void radio_assume(struct radio *radio, const struct daps_framing_drb *drb)
{
    radio->fresh.channels[drb->lcid] = (struct radio_channel){
        .mode = drb->am ? RADIO_AM : RADIO_UM, .sn_bits = {drb->rlc_sn, drb->rlc_sn}, .bearer = drb->drb};
    radio->fresh.drbs[drb->drb].sn_bits[0] = radio->fresh.drbs[drb->drb].sn_bits[1] = drb->pdcp_sn;
}

static struct radio_ue *find_ue(struct radio *radio, uint64_t ue_key)
{
    if (radio->last_ue == NULL || radio->last_ue->ue_key != ue_key)
        radio->last_ue = g_hash_table_lookup(radio->ues, &ue_key);
    return radio->last_ue;
}

static struct radio_ue *get_ue(struct radio *radio, uint64_t ue_key)
{
    struct radio_ue *ue = find_ue(radio, ue_key);

    if (ue != NULL)
        return ue;
    if (g_hash_table_size(radio->ues) >= MOST_UES) {
        struct radio_ue *oldest = g_queue_pop_head(&radio->age);
        g_hash_table_remove(radio->ues, &oldest->ue_key);
        radio->evicted++;
    }
    ue = g_memdup2(&radio->fresh, sizeof radio->fresh);
    ue->ue_key = ue_key;
    g_hash_table_insert(radio->ues, &ue->ue_key, ue);
    g_queue_push_tail(&radio->age, ue);
    radio->last_ue = ue;
    return ue;
}

const struct radio_ue *radio_ue(struct radio *radio, uint64_t ue_key)
{
    const struct radio_ue *ue = find_ue(radio, ue_key);

    return ue != NULL ? ue : &radio->fresh;
}

uint64_t radio_evicted(const struct radio *radio)
{
    return radio->evicted;
}

static void learn_rlc(struct radio_ue *ue, const struct daps_rlc_bearer *rlc)
{
    struct radio_channel *channel;

    if (rlc->lcid == 0 || rlc->lcid >= RADIO_MOST_LCID)
        return;
    channel = &ue->channels[rlc->lcid];
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
}

static void learn_bearers(struct radio_ue *ue, const struct daps_bearers *b)
{
    for (unsigned i = 0; i < 32; i++) {
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

void radio_learn(struct radio *radio, uint64_t ue_key, const struct daps_rrc_result *result)
{
    struct radio_ue *ue = NULL;

    for (uint32_t i = 0; i < result->n_events; i++) {
        const struct daps_event *ev = &result->events[i];
        if (ev->kind == DAPS_EV_RECONFIGURATION && !ev->prepared &&
            (ev->bearers.drb_added | ev->bearers.drb_released) != 0) {
            ue = get_ue(radio, ue_key);
            learn_bearers(ue, &ev->bearers);
        }
    }
    for (uint32_t i = 0; i < result->n_rlc; i++)
        learn_rlc(ue != NULL ? ue : get_ue(radio, ue_key), &result->rlc[i]);
}
