/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRCReconfiguration (TS 38.331 6.2.2) and what nests in it:
 *
 *   RRCReconfiguration
 *     radioBearerConfig, radioBearerConfig2        bearers, DAPS per DRB, algorithms           6.3.2
 *     masterCellGroup (OCTET STRING)               reconfigurationWithSync: the handover       6.3.2
 *     masterKeyUpdate                              NCC, keySetChangeIndicator                  6.2.2
 *     secondaryCellGroup, nr-SCG (OCTET STRINGs)   SCG change
 *     conditionalReconfiguration, ltm-Config       each candidate an RRCReconfiguration (OCTET STRING)
 *
 * OCTET STRINGs are noted in the first walk and read in walks of their own: no recursion, and a candidate within a
 * candidate is not looked for (TS 38.331 forbids it).
 */
#include <stddef.h>
#include <string.h>

#include "rrc/raster.h"
#include "rrc/reading.h"

#define MOST_CANDIDATES 32

struct bearer_item {
    bool is_drb, is_srb;
    unsigned id;
    bool daps, reestablish, recover, ciphering_disabled, integrity, sdap_ul, sdap_dl;
    int ul_sn, dl_sn; /* 12, 18; 0 absent */
};

struct candidate {
    int id;
    bool ltm;
    struct rrc_span reconfiguration;
};

struct reconfiguration {
    struct daps_event *ev;
    struct bearer_item item;
    int ciphering, integrity; /* of the RadioBearerConfig being read */
    uint32_t drbs;            /* of it */
    bool secondary_key;
    struct rrc_span master, secondary, nr_scg, bearers2;
    unsigned n_candidates, n_removed;
    bool nas, future, too_many;
    struct candidate candidates[MOST_CANDIDATES]; /* not cleared: those below n_candidates count */
    struct candidate removed[MOST_CANDIDATES];
};

/* ---- RadioBearerConfig ---- */

static uint32_t bit_of(unsigned id)
{
    return id >= 1 && id <= 32 ? 1U << (id - 1) : 0;
}

static void set_if(uint32_t *mask, bool condition, uint32_t bit)
{
    if (condition)
        *mask |= bit;
}

static void flush_drb(struct daps_bearers *b, const struct bearer_item *item)
{
    uint32_t bit = bit_of(item->id);

    b->drb_added |= bit;
    set_if(&b->drb_daps, item->daps, bit);
    set_if(&b->drb_reestablish, item->reestablish, bit);
    set_if(&b->drb_recover, item->recover, bit);
    set_if(&b->drb_ul_sn12, item->ul_sn == 12, bit);
    set_if(&b->drb_ul_sn18, item->ul_sn == 18, bit);
    set_if(&b->drb_dl_sn12, item->dl_sn == 12, bit);
    set_if(&b->drb_dl_sn18, item->dl_sn == 18, bit);
    set_if(&b->drb_integrity, item->integrity, bit);
    set_if(&b->drb_ciphering_disabled, item->ciphering_disabled, bit);
    set_if(&b->drb_sdap_ul, item->sdap_ul, bit);
    set_if(&b->drb_sdap_dl, item->sdap_dl, bit);
}

/* The list item read so far is complete: the next one, or the end, has come. */
static void flush_item(struct reconfiguration *c)
{
    struct daps_bearers *b = &c->ev->bearers;

    if (c->item.is_drb) {
        flush_drb(b, &c->item);
        c->drbs |= bit_of(c->item.id);
        c->ev->daps |= c->item.daps; /* TS 38.331 5.3.5.5.2 NOTE 2b: one such DRB makes it a DAPS handover */
    } else if (c->item.is_srb) {
        b->srb_added |= bit_of(c->item.id);
        set_if(&b->srb_reestablish, c->item.reestablish, bit_of(c->item.id));
    }
    memset(&c->item, 0, sizeof c->item);
}

/* keyToUse secondary: the algorithms belong to the secondary node's keys. */
static void flush_bearer_config(struct reconfiguration *c)
{
    flush_item(c);
    if (!c->secondary_key && c->ciphering >= 0)
        c->ev->ciphering = (int8_t)c->ciphering;
    if (!c->secondary_key && c->integrity >= 0)
        c->ev->integrity = (int8_t)c->integrity;
    if (c->secondary_key)
        c->ev->bearers.drb_secondary |= c->drbs;
    c->drbs = 0;
    c->ciphering = c->integrity = -1;
    c->secondary_key = false;
}

static int8_t algorithm(int64_t value)
{
    return value <= 7 ? (int8_t)value : 127; /* an extension value: some algorithm of a later release */
}

static void bearer_hit(struct reconfiguration *c, const struct per_hit *hit)
{
    struct bearer_item *item = &c->item;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_RADIO_BEARER_CONFIG:
        flush_bearer_config(c);
        break;
    case NR_RRC_SRB:
        flush_item(c);
        item->is_srb = true;
        break;
    case NR_RRC_DRB:
        flush_item(c);
        item->is_drb = true;
        break;
    case NR_RRC_SRB_IDENTITY:
    case NR_RRC_DRB_IDENTITY:
        item->id = (unsigned)hit->value;
        break;
    case NR_RRC_SRB_REESTABLISH:
    case NR_RRC_DRB_REESTABLISH:
        item->reestablish = true;
        break;
    case NR_RRC_DRB_RECOVER:
        item->recover = true;
        break;
    case NR_RRC_SDAP_HEADER_DL:
        item->sdap_dl = hit->value == 0; /* ENUMERATED {present, absent} */
        break;
    case NR_RRC_SDAP_HEADER_UL:
        item->sdap_ul = hit->value == 0;
        break;
    case NR_RRC_PDCP_SN_SIZE_UL:
        item->ul_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_PDCP_SN_SIZE_DL:
        item->dl_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_DRB_INTEGRITY:
        item->integrity = true;
        break;
    case NR_RRC_CIPHERING_DISABLED:
        item->ciphering_disabled = true;
        break;
    case NR_RRC_DAPS_CONFIG:
        item->daps = true;
        break;
    case NR_RRC_DRB_RELEASED:
        flush_item(c);
        c->ev->bearers.drb_released |= bit_of((unsigned)hit->value);
        break;
    case NR_RRC_CIPHERING_ALGORITHM:
        flush_item(c);
        c->ciphering = algorithm(hit->value);
        break;
    case NR_RRC_INTEGRITY_ALGORITHM:
        c->integrity = algorithm(hit->value);
        break;
    case NR_RRC_KEY_TO_USE:
        flush_item(c);
        c->secondary_key = hit->value == 1; /* ENUMERATED {master, secondary} */
        break;
    default:
        break;
    }
}

static bool on_bearer(void *user, const struct per_hit *hit)
{
    bearer_hit(user, hit);
    return true;
}

/* ---- CellGroupConfig ---- */

static int32_t t304_ms(int64_t value)
{
    static const int32_t ms[] = {50, 100, 150, 200, 500, 1000, 2000, 10000};

    return value >= 0 && value < (int64_t)(sizeof ms / sizeof ms[0]) ? ms[value] : -1;
}

/* RLC-BearerConfig, one by one; out is NULL for a cell group that is not the master's. */
static void rlc_hit(struct daps_rrc_result *out, const struct per_hit *hit)
{
    struct daps_rlc_bearer *rlc = out->n_rlc > 0 ? &out->rlc[out->n_rlc - 1] : NULL;

    if (hit->field == NR_RRC_RLC_BEARER) {
        if (out->n_rlc < DAPS_RRC_MAX_RLC)
            out->rlc[out->n_rlc++] = (struct daps_rlc_bearer){0};
        return;
    }
    if (rlc == NULL)
        return;
    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_LOGICAL_CHANNEL_IDENTITY:
        rlc->lcid = (uint8_t)hit->value;
        break;
    case NR_RRC_SERVED_SRB:
    case NR_RRC_SERVED_DRB:
        rlc->srb = hit->field == NR_RRC_SERVED_SRB;
        rlc->bearer = (uint8_t)hit->value;
        break;
    case NR_RRC_RLC_MODE:
        rlc->am = hit->value == 0; /* CHOICE {am, um-Bi-Directional, um-Uni-Directional-UL, -DL} */
        rlc->um = hit->value >= 1 && hit->value <= 3;
        break;
    case NR_RRC_RLC_SN_UL_AM: /* SN-FieldLengthAM {size12, size18} */
        rlc->ul_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_RLC_SN_DL_AM:
        rlc->dl_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_RLC_SN_UL_UM: /* SN-FieldLengthUM {size6, size12} */
        rlc->ul_sn = hit->value == 0 ? 6 : 12;
        break;
    case NR_RRC_RLC_SN_DL_UM:
        rlc->dl_sn = hit->value == 0 ? 6 : 12;
        break;
    default:
        break;
    }
}

struct cell_group_walk {
    struct daps_event *ev;
    uint32_t offset, scs_khz;    /* of the carrier being read */
    struct daps_rrc_result *rlc; /* NULL: not wanted */
};

static bool on_cell_group(void *user, const struct per_hit *hit)
{
    struct cell_group_walk *walk = user;
    struct daps_event *ev = walk->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_RECONFIGURATION_WITH_SYNC:
        ev->sync = true;
        ev->rach = DAPS_RACH_CBRA;
        break;
    case NR_RRC_PHYS_CELL_ID:
        ev->target.pci = (int32_t)hit->value;
        break;
    case NR_RRC_ABSOLUTE_FREQUENCY_SSB:
        ev->target.ssb_arfcn = (int32_t)hit->value;
        break;
    case NR_RRC_ABSOLUTE_FREQUENCY_POINT_A:
        ev->point_a = (int32_t)hit->value;
        break;
    case NR_RRC_OFFSET_TO_CARRIER:
        walk->offset = (uint32_t)hit->value;
        break;
    case NR_RRC_SUBCARRIER_SPACING: /* kHz15, kHz30, kHz60, ... */
        walk->scs_khz = hit->value <= 6 ? 15U << hit->value : 0;
        break;
    case NR_RRC_CARRIER_BANDWIDTH:
        if (ev->carrier < 0 && ev->point_a >= 0)
            ev->carrier = daps_raster_carrier(ev->point_a, walk->offset, walk->scs_khz, (uint32_t)hit->value);
        break;
    case NR_RRC_NEW_UE_IDENTITY:
        ev->c_rnti = (int32_t)hit->value;
        break;
    case NR_RRC_T304:
        ev->t304_ms = t304_ms(hit->value);
        break;
    case NR_RRC_CFRA:
        ev->rach = DAPS_RACH_CFRA;
        break;
    case NR_RRC_CFRA_TWO_STEP:
        ev->rach = DAPS_RACH_CFRA_2STEP;
        break;
    case NR_RRC_DAPS_UPLINK_POWER_CONFIG:
        ev->daps_power = true;
        break;
    default:
        if (walk->rlc != NULL)
            rlc_hit(walk->rlc, hit);
        break;
    }
    return true;
}

void rrc_secondary_cell_group(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter)
{
    struct daps_event group, *ev;
    struct cell_group_walk walk = {.ev = &group};

    daps_event_clear(&group, DAPS_EV_SCG_CHANGE);
    if (!rrc_walk(r, NR_RRC_ROOT_CELLGROUPCONFIG, span, on_cell_group, &walk) || !group.sync)
        return;
    ev = rrc_add_event(r, DAPS_EV_SCG_CHANGE);
    if (ev == NULL)
        return;
    group.octets = ev->octets;
    group.sk_counter = sk_counter;
    *ev = group;
}

/* ---- RRCReconfiguration ---- */

static void note_candidate(struct reconfiguration *c, bool ltm)
{
    if (c->n_candidates == MOST_CANDIDATES) {
        c->too_many = true;
        return;
    }
    c->candidates[c->n_candidates++] = (struct candidate){.id = -1, .ltm = ltm};
}

static void note_removed(struct reconfiguration *c, int id, bool ltm)
{
    if (c->n_removed == MOST_CANDIDATES) {
        c->too_many = true;
        return;
    }
    c->removed[c->n_removed++] = (struct candidate){.id = id, .ltm = ltm};
}

static void candidate_hit(struct rrc_reading *r, struct reconfiguration *c, const struct per_hit *hit)
{
    struct candidate *newest = c->n_candidates > 0 ? &c->candidates[c->n_candidates - 1] : NULL;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_CANDIDATE:
    case NR_RRC_LTM_CANDIDATE:
        note_candidate(c, hit->field == NR_RRC_LTM_CANDIDATE);
        break;
    case NR_RRC_CANDIDATE_ID:
        if (newest != NULL && newest->id < 0)
            newest->id = (int)hit->value;
        break;
    case NR_RRC_CANDIDATE_RECONFIGURATION:
        if (newest != NULL)
            newest->reconfiguration = rrc_span_of(r, hit);
        break;
    case NR_RRC_CONDITIONAL_RECONFIGURATION:
        c->ev->conditional = true;
        break;
    case NR_RRC_ATTEMPT_COND_RECONFIG:
        c->ev->attempt_conditional = true;
        break;
    case NR_RRC_CANDIDATE_REMOVED:
        note_removed(c, (int)hit->value, false);
        break;
    case NR_RRC_LTM_REMOVED:
        note_removed(c, (int)hit->value, true);
        break;
    case NR_RRC_LTM_RELEASE:
        note_removed(c, -1, true);
        break;
    default:
        bearer_hit(c, hit);
        break;
    }
}

struct reconfiguration_walk {
    struct rrc_reading *r;
    struct reconfiguration *c;
};

static bool on_reconfiguration(void *user, const struct per_hit *hit)
{
    struct reconfiguration_walk *walk = user;
    struct reconfiguration *c = walk->c;
    struct daps_event *ev = c->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case NR_RRC_CRITICAL:
        c->future = hit->value != 0;
        break;
    case NR_RRC_MASTER_CELL_GROUP:
        c->master = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_SECONDARY_CELL_GROUP:
        c->secondary = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_NR_SCG:
        c->nr_scg = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_RADIO_BEARER_CONFIG2:
        c->bearers2 = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_FULL_CONFIG:
        ev->full_config = true;
        break;
    case NR_RRC_DEDICATED_NAS:
        c->nas = true;
        break;
    case NR_RRC_MASTER_KEY_UPDATE:
        ev->key_update = true;
        break;
    case NR_RRC_KEY_SET_CHANGE_INDICATOR:
        ev->key_set_change = hit->value != 0;
        break;
    case NR_RRC_NEXT_HOP_CHAINING_COUNT:
        ev->ncc = (int8_t)hit->value;
        break;
    case NR_RRC_NAS_CONTAINER:
        ev->nas_container = true;
        ev->nas_digest = rrc_digest(rrc_span_of(walk->r, hit));
        break;
    case NR_RRC_SK_COUNTER:
        ev->sk_counter = (int32_t)hit->value;
        break;
    case NR_RRC_DAPS_SOURCE_RELEASE:
        ev->daps_source_release = true;
        break;
    default:
        candidate_hit(walk->r, c, hit);
        break;
    }
    return true;
}

/* Reads one RRCReconfiguration with its master cell group and bearers into ev. */
static bool read_reconfiguration(struct rrc_reading *r, struct rrc_span span, struct reconfiguration *c,
                                 struct daps_event *ev)
{
    struct reconfiguration_walk walk = {r, c};
    struct cell_group_walk group = {.ev = ev, .rlc = ev->kind == DAPS_EV_RECONFIGURATION ? r->out : NULL};

    memset(c, 0, offsetof(struct reconfiguration, candidates));
    c->ev = ev;
    c->ciphering = c->integrity = -1;
    if (!rrc_walk(r, NR_RRC_ROOT_RRCRECONFIGURATION, span, on_reconfiguration, &walk))
        return false;
    flush_bearer_config(c);
    if (c->bearers2.present && !rrc_walk(r, NR_RRC_ROOT_RADIOBEARERCONFIG, c->bearers2, on_bearer, c))
        return false;
    flush_bearer_config(c);
    if (c->master.present && !rrc_walk(r, NR_RRC_ROOT_CELLGROUPCONFIG, c->master, on_cell_group, &group))
        return false;
    if (c->too_many) {
        r->out->error = "more candidates than the standard allows";
        r->out->status = DAPS_RRC_UNDECODED;
    }
    return !c->too_many;
}

static void read_candidate(struct rrc_reading *r, const struct candidate *candidate)
{
    struct daps_event *ev;
    struct reconfiguration c;

    if (!candidate->reconfiguration.present)
        return; /* only its execution condition changes */
    ev = rrc_add_event(r, DAPS_EV_CANDIDATE);
    if (ev == NULL)
        return;
    ev->candidate_id = (int16_t)candidate->id;
    ev->ltm = candidate->ltm;
    ev->digest = rrc_digest(candidate->reconfiguration);
    (void)read_reconfiguration(r, candidate->reconfiguration, &c, ev);
}

/* nr-SCG holds an RRCReconfiguration of which only the secondary cell group is looked at. */
static void read_nr_scg(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter)
{
    struct daps_event inner;
    struct reconfiguration c;

    daps_event_clear(&inner, DAPS_EV_SCG_CHANGE);
    if (read_reconfiguration(r, span, &c, &inner) && c.secondary.present)
        rrc_secondary_cell_group(r, c.secondary, sk_counter);
}

void rrc_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest)
{
    struct reconfiguration c;
    struct daps_event *ev = rrc_add_event(r, DAPS_EV_RECONFIGURATION);

    if (ev == NULL)
        return;
    ev->prepared = prepared;
    ev->digest = digest;
    if (!read_reconfiguration(r, span, &c, ev))
        return;
    if (c.future) {
        ev->kind = DAPS_EV_TRAFFIC; /* criticalExtensionsFuture: nobody knows what it says */
        return;
    }
    for (unsigned i = 0; i < c.n_removed; i++) {
        struct daps_event *removed = rrc_add_event(r, DAPS_EV_CANDIDATE_RELEASE);
        if (removed == NULL)
            return;
        removed->candidate_id = (int16_t)c.removed[i].id;
        removed->ltm = c.removed[i].ltm;
    }
    for (unsigned i = 0; i < c.n_candidates; i++)
        read_candidate(r, &c.candidates[i]);
    if (c.secondary.present)
        rrc_secondary_cell_group(r, c.secondary, ev->sk_counter);
    if (c.nr_scg.present)
        read_nr_scg(r, c.nr_scg, ev->sk_counter);
    if (c.nas)
        (void)rrc_add_event(r, DAPS_EV_NAS_TRANSFER);
}

void rrc_radio_bearer_config(struct rrc_reading *r, struct rrc_span span)
{
    struct reconfiguration c = {.ciphering = -1, .integrity = -1};
    struct daps_event *ev = rrc_add_event(r, DAPS_EV_RECONFIGURATION);

    if (ev == NULL)
        return;
    c.ev = ev;
    if (rrc_walk(r, NR_RRC_ROOT_RADIOBEARERCONFIG, span, on_bearer, &c))
        flush_bearer_config(&c);
}
