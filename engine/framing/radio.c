/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links and bearers, from what RRC said. */
#include "framing/radio.h"

#include <glib.h>
#include <string.h>

#include "daps/framing.h"

#define MOST_LINKS    65536 /* names a capture may bring; then the tables start anew */
#define MOST_EXPECTED 64
#define UE_ID_KEY     (UINT64_C(0x554549) << 40)
#define RNTI_KEY      (UINT64_C(0x524E54) << 40)

struct expected {
    uint16_t rnti;
    uint64_t ue_key, frame;
};

struct radio {
    GHashTable *links;                       /* struct radio_link by its own name */
    GHashTable *ues;                         /* struct radio_ue by its own ue_key */
    GHashTable *by_id;                       /* UEId + 1 to struct radio_link: the one used last with that UEId */
    GHashTable *by_rnti;                     /* C-RNTI + 1 likewise */
    struct expected expected[MOST_EXPECTED]; /* C-RNTIs that commands announced, newest last */
    unsigned n_expected;
    struct radio_link *last;
    struct radio_ue *last_ue;
    struct radio_ue fresh; /* a UE of which RRC has said nothing */
    struct daps_rrc_result *trial;
};

static guint name_hash(gconstpointer key)
{
    const struct radio_link *link = key;

    return (guint)link->name.ue_id * 2654435761U ^ (guint)link->name.rnti * 40503U ^ (guint)link->name.log_key;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
    const struct radio_name *x = &((const struct radio_link *)a)->name, *y = &((const struct radio_link *)b)->name;

    return x->has_ue_id == y->has_ue_id && x->has_rnti == y->has_rnti && x->ue_id == y->ue_id && x->rnti == y->rnti &&
           x->of_log == y->of_log && x->log_key == y->log_key;
}

struct radio *radio_new(void)
{
    struct radio *radio = g_new0(struct radio, 1);

    radio->links = g_hash_table_new_full(name_hash, name_equal, g_free, NULL);
    radio->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    radio->by_id = g_hash_table_new(NULL, NULL);
    radio->by_rnti = g_hash_table_new(NULL, NULL);
    radio->trial = g_new0(struct daps_rrc_result, 1);
    for (uint8_t lcid = 1; lcid <= 3; lcid++) /* TS 38.331 9.2.1: SRBs are AM with 12-bit SN unless told otherwise */
        radio->fresh.channels[lcid] =
            (struct radio_channel){.mode = RADIO_AM, .sn_bits = {12, 12}, .srb = true, .bearer = lcid};
    return radio;
}

void radio_free(struct radio *radio)
{
    if (radio == NULL)
        return;
    g_hash_table_unref(radio->by_id);
    g_hash_table_unref(radio->by_rnti);
    g_hash_table_unref(radio->links);
    g_hash_table_unref(radio->ues);
    g_free(radio->trial);
    g_free(radio);
}

/* The UE (that one, or with ue_key 0 any) that a command sent to this C-RNTI, newest first; 0 none. Taken off the list.
 */
static uint64_t take_expected(struct radio *radio, uint16_t rnti, uint64_t ue_key)
{
    for (unsigned i = radio->n_expected; i-- > 0;) {
        const struct expected found = radio->expected[i];
        if (found.rnti == rnti && (ue_key == 0 || found.ue_key == ue_key)) {
            memmove(&radio->expected[i], &radio->expected[i + 1],
                    (radio->n_expected - i - 1) * sizeof radio->expected[0]);
            radio->n_expected--;
            return found.ue_key;
        }
    }
    return 0;
}

static const struct radio_link *newest_with(const struct radio *radio, uint16_t rnti)
{
    return g_hash_table_lookup(radio->by_rnti, GUINT_TO_POINTER(rnti + 1U));
}

static uint64_t new_key(struct radio *radio, const struct radio_name *name)
{
    const struct radio_link *same_id, *msg3 = name->has_rnti ? newest_with(radio, name->rnti) : NULL;
    uint64_t ue_key = 0;

    if (name->of_log)
        return name->log_key;
    if (name->has_ue_id && name->ue_id != 0) {
        same_id = g_hash_table_lookup(radio->by_id, GUINT_TO_POINTER(name->ue_id + 1U));
        if (same_id != NULL) {
            /* A C-RNTI is unique in its cell only: that another UE expects it says less. */
            (void)take_expected(radio, name->rnti, same_id->ue_key);
            return same_id->ue_key;
        }
    }
    if (name->has_rnti && !name->first_access)
        ue_key = take_expected(radio, name->rnti, 0);
    if (ue_key != 0)
        return ue_key;
    if (msg3 != NULL && msg3->only_ccch && !msg3->name.of_log)
        return msg3->ue_key; /* some give a UEId only once the UE has sent its first message */
    if (name->has_ue_id && name->ue_id != 0)
        return UE_ID_KEY | name->ue_id;
    if (name->has_rnti)
        return RNTI_KEY | (uint64_t)name->has_ue_id << 32 | (uint64_t)name->ue_id << 16 | name->rnti;
    return UE_ID_KEY | name->ue_id;
}

struct radio_link *radio_link(struct radio *radio, const struct radio_name *name, uint64_t frame)
{
    struct radio_link like = {.name = *name}, *link;

    if (radio->last != NULL && name_equal(radio->last, &like)) {
        radio->last->frame = frame;
        return radio->last;
    }
    link = g_hash_table_lookup(radio->links, &like);
    if (link == NULL) {
        if (g_hash_table_size(radio->links) >= MOST_LINKS) {
            g_hash_table_remove_all(radio->by_id);
            g_hash_table_remove_all(radio->by_rnti);
            g_hash_table_remove_all(radio->links);
        }
        link = g_new0(struct radio_link, 1);
        link->name = *name;
        link->leg = name->has_rnti ? (uint64_t)name->rnti + 1 : 0;
        link->by_ue_id = name->has_ue_id && name->ue_id != 0 &&
                         g_hash_table_contains(radio->by_id, GUINT_TO_POINTER(name->ue_id + 1U));
        link->ue_key = new_key(radio, name);
        g_hash_table_add(radio->links, link);
    } else if (radio->n_expected > 0 && name->has_rnti && !name->of_log && !name->first_access &&
               (!name->has_ue_id || name->ue_id == 0)) {
        /* A C-RNTI used before comes again because a command said so: whose it is now, the command knows. */
        for (unsigned i = radio->n_expected; i-- > 0;) {
            if (radio->expected[i].rnti == name->rnti && radio->expected[i].frame >= link->frame) {
                link->ue_key = take_expected(radio, name->rnti, 0);
                break;
            }
        }
    }
    if (name->has_rnti)
        g_hash_table_replace(radio->by_rnti, GUINT_TO_POINTER(name->rnti + 1U), link);
    if (name->has_ue_id)
        g_hash_table_replace(radio->by_id, GUINT_TO_POINTER(name->ue_id + 1U), link);
    link->frame = frame;
    radio->last = link;
    return link;
}

int32_t radio_last_ue_id(const struct radio *radio)
{
    return radio->last != NULL && radio->last->name.has_ue_id ? radio->last->name.ue_id : -1;
}

void radio_ccch(struct radio *radio, struct radio_link *link, enum daps_channel channel, const uint8_t *octets,
                size_t length)
{
    const struct radio_link *source;

    link->only_ccch = true;
    if (channel != DAPS_CH_UL_CCCH || link->name.of_log || link->by_ue_id ||
        daps_rrc_decode_nr(channel, octets, length, radio->trial) != DAPS_RRC_OK || radio->trial->n_events != 1 ||
        radio->trial->events[0].kind != DAPS_EV_REESTABLISHMENT_REQUEST)
        return;
    source = newest_with(radio, (uint16_t)radio->trial->events[0].ue_c_rnti);
    if (source != NULL && source != link)
        link->ue_key = source->ue_key;
}

void radio_assume(struct radio *radio, const struct daps_framing_drb *drb)
{
    radio->fresh.channels[drb->lcid] = (struct radio_channel){
        .mode = drb->am ? RADIO_AM : RADIO_UM, .sn_bits = {drb->rlc_sn, drb->rlc_sn}, .bearer = drb->drb};
    radio->fresh.drbs[drb->drb].sn_bits[0] = radio->fresh.drbs[drb->drb].sn_bits[1] = drb->pdcp_sn;
}

static struct radio_ue *find_ue(struct radio *radio, uint64_t ue_key)
{
    struct radio_ue *ue;
    guint64 key = ue_key;

    if (radio->last_ue != NULL && radio->last_ue->ue_key == ue_key)
        return radio->last_ue;
    ue = g_hash_table_lookup(radio->ues, &key);
    if (ue == NULL) {
        if (g_hash_table_size(radio->ues) >= MOST_LINKS)
            g_hash_table_remove_all(radio->ues);
        ue = g_memdup2(&radio->fresh, sizeof radio->fresh);
        ue->ue_key = ue_key;
        g_hash_table_insert(radio->ues, &ue->ue_key, ue);
    }
    radio->last_ue = ue;
    return ue;
}

const struct radio_ue *radio_ue(struct radio *radio, uint64_t ue_key)
{
    return find_ue(radio, ue_key);
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

static void expect(struct radio *radio, uint64_t ue_key, const struct daps_event *ev)
{
    if (radio->n_expected == MOST_EXPECTED) {
        memmove(radio->expected, radio->expected + 1, (MOST_EXPECTED - 1) * sizeof radio->expected[0]);
        radio->n_expected--;
    }
    radio->expected[radio->n_expected++] = (struct expected){(uint16_t)ev->c_rnti, ue_key, ev->frame};
}

void radio_learn(struct radio *radio, uint64_t ue_key, const struct daps_rrc_result *result)
{
    struct radio_ue *ue = NULL;

    for (uint32_t i = 0; i < result->n_events; i++) {
        const struct daps_event *ev = &result->events[i];
        if ((ev->kind != DAPS_EV_RECONFIGURATION && ev->kind != DAPS_EV_CANDIDATE) || ev->prepared)
            continue;
        if (ev->sync && ev->c_rnti >= 0)
            expect(radio, ue_key, ev);
        if (ev->kind == DAPS_EV_RECONFIGURATION && (ev->bearers.drb_added | ev->bearers.drb_released) != 0) {
            ue = find_ue(radio, ue_key);
            learn_bearers(ue, &ev->bearers);
        }
    }
    for (uint32_t i = 0; i < result->n_rlc; i++)
        learn_rlc(ue != NULL ? ue : find_ue(radio, ue_key), &result->rlc[i]);
}
