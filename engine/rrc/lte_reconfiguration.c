/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRCConnectionReconfiguration (TS 36.331 6.2.2) and what nests in it:
 *
 *   RRCConnectionReconfiguration
 *     mobilityControlInfo              the handover: PCI, EARFCN, C-RNTI, T304, random access            6.3.4
 *     securityConfigHO, -v1530         NCC, keyChangeIndicator, algorithms                              6.3.3
 *     radioResourceConfigDedicated     bearers, DAPS per DRB                                            6.3.2
 *     scg-Configuration, nr-Config     secondary nodes: their counter; NR's RRCReconfiguration (OCTET STRING)
 *     nr-RadioBearerConfig1, 2         bearers with PDCP of NR, under either node's key (OCTET STRING)
 *     conditionalReconfiguration       each candidate an RRCConnectionReconfiguration (OCTET STRING)    6.3.4
 */
#include <stddef.h>
#include <string.h>

#include "per/tables_lte_rrc.h"
#include "per/tables_nr_rrc.h"
#include "rrc/reading.h"

#define MOST_CANDIDATES 8     /* maxCondConfig-r16 */
#define BEYOND          65535 /* maxEARFCN: the carrier is in carrierFreq-v9e0 (TS 36.331 6.3.4 ARFCN-ValueEUTRA) */

struct candidate {
    int id;
    struct rrc_span reconfiguration;
};

struct reconfiguration {
    struct rrc_reading *r;
    struct daps_event *ev;
    uint32_t drb;                /* bit of the one being read */
    struct daps_rlc_bearer *rlc; /* of the bearer being read, NULL: nobody needs it */
    bool candidate;
    bool in_chain; /* the new key comes from that of the source, or from the core network's by keyChangeIndicator */
    bool nas, future, too_many;
    struct rrc_span nr_scg, nr_bearers[2];
    unsigned n_candidates, n_removed;
    int removed[MOST_CANDIDATES];
    struct candidate candidates[MOST_CANDIDATES];
};

/* The next bearer of the list; those of a candidate are not in force. */
static void begin_rlc(struct reconfiguration *c)
{
    struct daps_rrc_result *out = c->r->out;

    c->rlc = c->candidate || out->n_rlc == DAPS_RRC_MAX_RLC ? NULL : &out->rlc[out->n_rlc++];
    if (c->rlc != NULL)
        *c->rlc = (struct daps_rlc_bearer){0};
}

/* RLC-Config CHOICE { am, um-Bi-Directional, um-Uni-Directional-UL, -DL }: AM has SNs of 10 bits unless v1310 says
 * more. */
static void rlc_mode_hit(struct daps_rlc_bearer *rlc, int64_t choice)
{
    rlc->am = choice == 0;
    rlc->um = choice >= 1 && choice <= 3;
    if (rlc->am)
        rlc->ul_sn = rlc->dl_sn = 10;
}

/* PDCP-Config: SNs of 12 bits, unless UM or an extension says otherwise. */
static void layers_hit(struct daps_rlc_bearer *rlc, const struct per_hit *hit)
{
    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_PDCP_CONFIG:
        rlc->pdcp_sn = 12;
        break;
    case LTE_RRC_PDCP_SN_SIZE: /* ENUMERATED {len7bits, len12bits} */
        rlc->pdcp_sn = hit->value == 0 ? 7 : 12;
        break;
    case LTE_RRC_PDCP_SN_SIZE_V1130:
        rlc->pdcp_sn = 15;
        break;
    case LTE_RRC_PDCP_SN_SIZE_V1310:
        rlc->pdcp_sn = 18;
        break;
    case LTE_RRC_PDCP_VER_CHANGE: /* PDCP of NR (TS 38.323), whose SRBs have SNs of 12 bits */
        rlc->pdcp_sn = 12;
        break;
    case LTE_RRC_RLC_MODE:
        rlc_mode_hit(rlc, hit->value);
        break;
    case LTE_RRC_RLC_SN_UL: /* SN-FieldLength {size5, size10} */
        rlc->ul_sn = hit->value == 0 ? 5 : 10;
        break;
    case LTE_RRC_RLC_SN_DL:
        rlc->dl_sn = hit->value == 0 ? 5 : 10;
        break;
    case LTE_RRC_RLC_EXTENDED_LI_UL:
    case LTE_RRC_RLC_EXTENDED_LI_DL:
        rlc->extended_li[hit->field == LTE_RRC_RLC_EXTENDED_LI_DL] = hit->value != 0;
        break;
    case LTE_RRC_RLC_EXTENDED_SN_UL:
        rlc->ul_sn = hit->value != 0 ? 16 : 10;
        break;
    case LTE_RRC_RLC_EXTENDED_SN_DL:
        rlc->dl_sn = hit->value != 0 ? 16 : 10;
        break;
    case LTE_RRC_LOGICAL_CHANNEL_IDENTITY:
        rlc->lcid = (uint8_t)hit->value;
        break;
    default:
        break;
    }
}

static void identity_hit(struct daps_rlc_bearer *rlc, const struct per_hit *hit)
{
    rlc->srb = hit->field == LTE_RRC_SRB_IDENTITY;
    rlc->bearer = (uint8_t)hit->value;
}

static void bearer_hit(struct reconfiguration *c, const struct per_hit *hit)
{
    struct daps_bearers *b = &c->ev->bearers;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_SRB:
        begin_rlc(c);
        break;
    case LTE_RRC_SRB_IDENTITY:
        b->srb_added |= rrc_bearer_bit(hit->value);
        if (c->rlc != NULL)
            identity_hit(c->rlc, hit);
        break;
    case LTE_RRC_DRB:
        c->drb = 0;
        begin_rlc(c);
        break;
    case LTE_RRC_DRB_IDENTITY:
        c->drb = rrc_bearer_bit(hit->value);
        b->drb_added |= c->drb;
        if (c->rlc != NULL)
            identity_hit(c->rlc, hit);
        break;
    case LTE_RRC_DAPS_HO:
        b->drb_daps |= c->drb;
        c->ev->daps = true; /* as in NR, one such DRB makes it a DAPS handover */
        break;
    case LTE_RRC_DRB_RELEASED:
        b->drb_released |= rrc_bearer_bit(hit->value);
        break;
    default:
        if (c->rlc != NULL)
            layers_hit(c->rlc, hit);
        break;
    }
}

static void candidate_hit(struct reconfiguration *c, const struct per_hit *hit)
{
    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_CONDITIONAL_RECONFIGURATION:
        c->ev->conditional = true;
        break;
    case LTE_RRC_ATTEMPT_COND_RECONF:
        c->ev->attempt_conditional = true;
        break;
    case LTE_RRC_CANDIDATE:
        c->too_many |= c->n_candidates == MOST_CANDIDATES;
        if (!c->too_many)
            c->candidates[c->n_candidates++] = (struct candidate){.id = -1};
        break;
    case LTE_RRC_CANDIDATE_ID:
        if (c->n_candidates > 0)
            c->candidates[c->n_candidates - 1].id = (int)hit->value;
        break;
    case LTE_RRC_CANDIDATE_RECONFIGURATION:
        if (c->n_candidates > 0)
            c->candidates[c->n_candidates - 1].reconfiguration = rrc_span_of(c->r, hit);
        break;
    case LTE_RRC_CANDIDATE_REMOVED:
        c->too_many |= c->n_removed == MOST_CANDIDATES;
        if (!c->too_many)
            c->removed[c->n_removed++] = (int)hit->value;
        break;
    default:
        bearer_hit(c, hit);
        break;
    }
}

static void mobility_hit(struct reconfiguration *c, const struct per_hit *hit)
{
    struct daps_event *ev = c->ev;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_MOBILITY_CONTROL_INFO:
        ev->sync = true;
        ev->rach = DAPS_RACH_CBRA;
        break;
    case LTE_RRC_TARGET_PHYS_CELL_ID:
        ev->target.pci = (int32_t)hit->value;
        break;
    case LTE_RRC_DL_CARRIER_FREQ:
    case LTE_RRC_DL_CARRIER_FREQ_V9E0: /* behind the other, and alone in bands above 64 (TS 36.508 4.6.5) */
        ev->target.ssb_arfcn = (int32_t)hit->value;
        break;
    case LTE_RRC_T304:
        ev->t304_ms = rrc_t304_ms(hit->value);
        break;
    case LTE_RRC_NEW_UE_IDENTITY:
        ev->c_rnti = (int32_t)rrc_bit_string(c->r, hit);
        break;
    case LTE_RRC_RACH_CONFIG_DEDICATED:
        ev->rach = DAPS_RACH_CFRA;
        break;
    case LTE_RRC_RACH_SKIP:
        ev->rach = DAPS_RACH_SKIP;
        break;
    case LTE_RRC_DAPS_POWER:
        ev->daps_power = true;
        break;
    default:
        candidate_hit(c, hit);
        break;
    }
}

/* CHOICE { intraLTE, interRAT }, { intra5GC, fivegc-ToEPC, epc-To5GC }: only the first of each goes on with a chain. */
static void security_hit(struct reconfiguration *c, const struct per_hit *hit)
{
    struct daps_event *ev = c->ev;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_HANDOVER_TYPE_V1530:
        ev->five_gc = hit->value != 1; /* fivegc-ToEPC */
        c->in_chain = hit->value == 0;
        break;
    case LTE_RRC_HANDOVER_TYPE:
        c->in_chain = hit->value == 0;
        break;
    case LTE_RRC_CIPHERING_ALGORITHM:
        ev->ciphering = rrc_algorithm(hit->value);
        break;
    case LTE_RRC_INTEGRITY_ALGORITHM:
        ev->integrity = rrc_algorithm(hit->value);
        break;
    case LTE_RRC_KEY_CHANGE_INDICATOR:
        ev->key_set_change = hit->value != 0;
        break;
    case LTE_RRC_NEXT_HOP_CHAINING_COUNT:
        if (c->in_chain)
            ev->ncc = (int8_t)hit->value;
        break;
    case LTE_RRC_NAS_CONTAINER:
        ev->nas_container = true;
        ev->nas_digest = rrc_digest(rrc_span_of(c->r, hit));
        break;
    default:
        mobility_hit(c, hit);
        break;
    }
}

static bool on_reconfiguration(void *user, const struct per_hit *hit)
{
    struct reconfiguration *c = user;
    struct daps_event *ev = c->ev;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case LTE_RRC_CRITICAL:
        c->future |= hit->value != 0;
        break;
    case LTE_RRC_DEDICATED_NAS:
        c->nas = true;
        break;
    case LTE_RRC_FULL_CONFIG:
        ev->full_config = true;
        break;
    case LTE_RRC_SK_COUNTER: /* scg-Counter of dual connectivity and sk-Counter of EN-DC count the same (TS 33.401 A.15)
                              */
        ev->sk_counter = (int32_t)hit->value;
        break;
    case LTE_RRC_NR_SCG:
        c->nr_scg = rrc_span_of(c->r, hit);
        break;
    case LTE_RRC_NR_RADIO_BEARERS:
    case LTE_RRC_NR_RADIO_BEARERS2:
        c->nr_bearers[hit->field == LTE_RRC_NR_RADIO_BEARERS2] = rrc_span_of(c->r, hit);
        break;
    case LTE_RRC_DAPS_SOURCE_RELEASE:
        ev->daps_source_release = true;
        break;
    default:
        security_hit(c, hit);
        break;
    }
    return true;
}

/*
 * Bearers with PDCP of NR are bearers of this UE, too: those of the secondary node are under its key (TS 33.401 E.2).
 * The algorithms are those of these bearers, not of the connection; and daps-HO alone makes a DAPS handover of LTE (TS
 * 36.331 5.3.5.4).
 */
static bool read_nr_bearers(struct rrc_reading *r, const struct rrc_span *span, struct daps_event *ev)
{
    const struct rrc_technology *own = r->technology;
    const int8_t ciphering = ev->ciphering, integrity = ev->integrity;
    const bool daps = ev->daps;
    struct rrc_bearers_walk walk;
    bool whole;

    if (!span->present)
        return true;
    rrc_bearers_begin(&walk, ev);
    r->technology = &rrc_nr;
    whole = rrc_walk(r, NR_RRC_ROOT_RADIOBEARERCONFIG, *span, rrc_on_bearer, &walk);
    r->technology = own;
    if (whole)
        rrc_bearers_end(&walk);
    ev->ciphering = ciphering;
    ev->integrity = integrity;
    ev->daps = daps;
    return whole;
}

/* Reads one RRCConnectionReconfiguration into ev. */
static bool read_reconfiguration(struct rrc_reading *r, struct rrc_span span, struct reconfiguration *c,
                                 struct daps_event *ev)
{
    memset(c, 0, offsetof(struct reconfiguration, removed));
    c->r = r;
    c->ev = ev;
    c->candidate = ev->kind == DAPS_EV_CANDIDATE;
    if (!rrc_walk(r, LTE_RRC_ROOT_RRCCONNECTIONRECONFIGURATION, span, on_reconfiguration, c))
        return false;
    ev->key_update = ev->sync; /* every handover changes the key (TS 36.331 5.3.1.2) */
    if (c->too_many)
        return rrc_refuse(r, "more candidates than the standard allows");
    if (ev->sync && ev->target.ssb_arfcn == BEYOND)
        return rrc_refuse(r, "carrierFreq refers to a carrierFreq-v9e0 that is not there");
    return read_nr_bearers(r, &c->nr_bearers[0], ev) && read_nr_bearers(r, &c->nr_bearers[1], ev);
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
    ev->digest = rrc_digest(candidate->reconfiguration);
    (void)read_reconfiguration(r, candidate->reconfiguration, &c, ev);
}

static void read_nr_scg(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter)
{
    const struct rrc_technology *own = r->technology;

    r->technology = &rrc_nr;
    rrc_nr_scg(r, span, sk_counter);
    r->technology = own;
}

void rrc_lte_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest)
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
    for (unsigned i = 0; i < c.n_removed; i++)
        rrc_candidate_released(r, c.removed[i], false);
    for (unsigned i = 0; i < c.n_candidates; i++)
        read_candidate(r, &c.candidates[i]);
    if (c.nr_scg.present)
        read_nr_scg(r, c.nr_scg, ev->sk_counter);
    if (c.nas)
        (void)rrc_add_event(r, DAPS_EV_NAS_TRANSFER);
}
