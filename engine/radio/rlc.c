/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RLC, from MAC or by itself: whose a PDU is and of which entity; and what an SDU of an entity is. */
#include "inside.h"

/* An RLC SDU of a radio bearer is a PDCP PDU. */
void radio_deliver_sdu(struct way *way, const struct rlc_entity *entity, bool am, uint8_t rlc_sn_bits, uint32_t rlc_sn,
                       struct octets sdu)
{
    uint64_t ue_key = entity->ue_key;
    if (entity->srb && entity->downlink)
        ue_key = radio_answered(way, ue_key, sdu);
    const struct radio_ue *ue = bearers_of(way->side->bearers, ue_key);
    struct daps_pdu pdu = {
        .layer = DAPS_LAYER_PDCP,
        .ue_key = ue_key,
        .leg = entity->leg,
        .downlink = entity->downlink,
        .srb = entity->srb,
        .bearer = entity->bearer,
        .sn_bits = bearers_srb_sn_bits(way->side->bearers, ue_key, way->of->rat, entity->bearer),
        .rlc_mode = am ? DAPS_RLC_AM : DAPS_RLC_UM,
        .rlc_sn_bits = rlc_sn_bits,
        .rlc_sn = rlc_sn,
    };
    if (!entity->srb && entity->bearer < sizeof ue->drbs / sizeof *ue->drbs) {
        const struct radio_drb *drb = &ue->drbs[entity->bearer];
        pdu.sn_bits = drb->sn_bits[entity->downlink];
        pdu.sdap_octets = drb->sdap[entity->downlink];
        pdu.ciphering_off = drb->ciphering_off;
    }
    radio_deliver_pdcp(way, way->side->row->rlc, &pdu, sdu);
}

void radio_channel(struct way *way, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu)
{
    const struct radio_channel *channel = &bearers_of(way->side->bearers, link->ue_key)->channels[lcid];
    const struct rlc_entity entity = {
        .ue_key = link->ue_key,
        .leg = link->leg,
        .downlink = downlink,
        .srb = channel->srb,
        .bearer = channel->bearer,
        .extended_li = bearers_of(way->side->bearers, link->ue_key)->extended_li[lcid][downlink],
    };
    unsigned sn_bits = channel->sn_bits[downlink];
    if (channel->mode == RADIO_MODE_UNKNOWN || !channel->bearer || (channel->mode != RADIO_TM && !sn_bits)) {
        tally_count(&way->at, DAPS_FRAMING_BEARER_UNKNOWN);
        return;
    }
    way->side->row->rlc_pdu(way, &entity, channel->mode == RADIO_AM, sn_bits, pdu);
}

static bool has_sn(uint64_t lengths, unsigned bits)
{
    return bits < 64 && (lengths >> bits & 1) != 0;
}

void radio_rlc(struct way *way, struct octets pdu)
{
    const struct daps_pdu *of = way->of;
    const bool bearer = of->channel == DAPS_CH_NONE && of->bearer >= 1 && of->bearer <= 32;
    const struct radio_row *row = way->side->row;
    const bool am = of->rlc_mode == DAPS_RLC_AM && has_sn(row->am_sn, of->rlc_sn_bits);
    const bool um = of->rlc_mode == DAPS_RLC_UM && has_sn(row->um_sn, of->rlc_sn_bits);
    struct identity_name name = radio_name(way);
    struct identity_link *link;

    tally_count(&way->at, row->rlc_class);
    name.first_access =
        of->rlc_mode == DAPS_RLC_TM && (of->channel == DAPS_CH_UL_CCCH || of->channel == DAPS_CH_DL_CCCH);
    link = radio_whose(way, &name);
    if (name.first_access)
        radio_common(way, row->rlc, link, radio_ccch(of, pdu), pdu);
    else
        identity_dedicated(way->side->identity, link);
    if (bearer && (am || um)) {
        const struct rlc_entity entity = {
            .ue_key = link->ue_key,
            .leg = link->leg,
            .downlink = of->downlink,
            .srb = of->srb,
            .bearer = of->bearer,
            .extended_li = of->rlc_extended_li,
        };
        way->side->row->rlc_pdu(way, &entity, am, of->rlc_sn_bits, pdu);
    }
}
