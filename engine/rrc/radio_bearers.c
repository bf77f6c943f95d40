/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RadioBearerConfig (TS 38.331 6.3.2):
 *
 *   srb-ToAddModList   each SRB: identity, re-establishment of its PDCP
 *   drb-ToAddModList   each DRB: identity, re-establishment, recovery, PDCP-Config (SN sizes, integrity, DAPS), SDAP
 * headers drb-ToReleaseList securityConfig     algorithms, and to which node's keys they belong
 */
#include <string.h>

#include "per/tables_nr_rrc.h"
#include "rrc/reading.h"

void rrc_bearers_begin(struct rrc_bearers_walk *c, struct daps_event *ev)
{
    *c = (struct rrc_bearers_walk){.ev = ev, .ciphering = -1, .integrity = -1};
}

static void set_if(uint32_t *mask, bool condition, uint32_t bit)
{
    if (condition)
        *mask |= bit;
}

static void flush_drb(struct daps_bearers *b, const struct rrc_bearer_item *item)
{
    uint32_t bit = rrc_bearer_bit(item->id);

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
static void flush_item(struct rrc_bearers_walk *c)
{
    struct daps_bearers *b = &c->ev->bearers;

    if (c->item.is_drb) {
        flush_drb(b, &c->item);
        c->drbs |= rrc_bearer_bit(c->item.id);
        c->ev->daps |= c->item.daps; /* TS 38.331 5.3.5.5.2 NOTE 2b: one such DRB makes it a DAPS handover */
    } else if (c->item.is_srb) {
        b->srb_added |= rrc_bearer_bit(c->item.id);
        set_if(&b->srb_reestablish, c->item.reestablish, rrc_bearer_bit(c->item.id));
    }
    memset(&c->item, 0, sizeof c->item);
}

/* keyToUse secondary: the algorithms belong to the secondary node's keys. */
void rrc_bearers_end(struct rrc_bearers_walk *c)
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

/* One SRB or DRB of the lists. */
static void item_hit(struct rrc_bearer_item *item, const struct per_hit *hit)
{
    switch ((enum nr_rrc_field)hit->field) {
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
    default:
        break;
    }
}

void rrc_bearers_hit(struct rrc_bearers_walk *c, const struct per_hit *hit)
{
    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_RADIO_BEARER_CONFIG:
        rrc_bearers_end(c);
        break;
    case NR_RRC_SRB:
        flush_item(c);
        c->item.is_srb = true;
        break;
    case NR_RRC_DRB:
        flush_item(c);
        c->item.is_drb = true;
        break;
    case NR_RRC_DRB_RELEASED:
        flush_item(c);
        c->ev->bearers.drb_released |= rrc_bearer_bit(hit->value);
        break;
    case NR_RRC_CIPHERING_ALGORITHM:
        flush_item(c);
        c->ciphering = rrc_algorithm(hit->value);
        break;
    case NR_RRC_INTEGRITY_ALGORITHM:
        c->integrity = rrc_algorithm(hit->value);
        break;
    case NR_RRC_KEY_TO_USE:
        flush_item(c);
        c->secondary_key = hit->value == 1; /* ENUMERATED {master, secondary} */
        break;
    default:
        item_hit(&c->item, hit);
        break;
    }
}

bool rrc_on_bearer(void *user, const struct per_hit *hit)
{
    rrc_bearers_hit(user, hit);
    return true;
}

void rrc_radio_bearer_config(struct rrc_reading *r, struct rrc_span span)
{
    struct rrc_bearers_walk c;
    struct daps_event *ev = rrc_add_event(r, DAPS_EV_RECONFIGURATION);

    if (ev == NULL)
        return;
    rrc_bearers_begin(&c, ev);
    if (rrc_walk(r, NR_RRC_ROOT_RADIOBEARERCONFIG, span, rrc_on_bearer, &c))
        rrc_bearers_end(&c);
}
