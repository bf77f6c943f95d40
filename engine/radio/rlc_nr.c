/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RLC of NR (TS 38.322 6.2.2), from MAC or by itself.
 *
 *     AMD    D/C P SI(2) SN(4) | SN(8)               | [SO(16)] | data       12-bit SN
 *            D/C P SI(2) R R SN(2) | SN(8) | SN(8)   | [SO(16)] | data       18-bit SN
 *     UMD    SI(2) R(6)                              | data                  SI 0: whole, no SN
 *            SI(2) SN(6)                             | [SO(16)] | data
 *            SI(2) R R SN(4) | SN(8)                 | [SO(16)] | data
 *     SI     0 whole, 1 first segment, 2 last, 3 between; SO is there for 2 and 3
 */
#include <string.h>

#include "daps/rat.h"
#include "inside.h"

enum { SI_WHOLE, SI_FIRST, SI_LAST, SI_BETWEEN };

static const char layer[] = "RLC-NR";

/* An RLC SDU of a radio bearer is a PDCP PDU. */
static void deliver(struct way *way, const struct rlc_entity *entity, bool am, const struct rlc_segment *segment,
                    struct octets sdu)
{
    uint64_t ue_key = entity->ue_key;
    if (entity->srb && entity->downlink)
        ue_key = radio_answered(way, ue_key, sdu);
    const struct radio_ue *ue = bearers_of(way->radio->bearers, ue_key);
    struct daps_pdu pdu = {
        .layer = DAPS_LAYER_PDCP,
        .ue_key = ue_key,
        .leg = entity->leg,
        .downlink = entity->downlink,
        .srb = entity->srb,
        .bearer = entity->bearer,
        .sn_bits = daps_rat_row(DAPS_RAT_NR)->srb_sn_bits,
        .rlc_mode = am ? DAPS_RLC_AM : DAPS_RLC_UM,
        .rlc_sn_bits = am ? segment->sn_bits : 0, /* UM counts only what it cuts in pieces (TS 38.322 5.2.2.1.1) */
        .rlc_sn = segment->sn,
    };
    if (!entity->srb && entity->bearer < sizeof ue->drbs / sizeof *ue->drbs) {
        const struct radio_drb *drb = &ue->drbs[entity->bearer];
        pdu.sn_bits = drb->sn_bits[entity->downlink];
        pdu.sdap_octets = drb->sdap[entity->downlink];
        pdu.ciphering_off = drb->ciphering_off;
    }
    radio_deliver_pdcp(way, layer, &pdu, sdu);
}

struct rlc_header {
    uint32_t sn;
    unsigned si;
    uint16_t so;
};

/* False for a control PDU. */
static bool read_header(struct octets *pdu, bool am, unsigned sn_bits, struct rlc_header *header)
{
    uint8_t first = octets_u8(pdu);
    if (am) {
        if (!(first & 0x80))
            return false;
        header->si = first >> 4 & 3;
        header->sn = sn_bits == 12 ? (first & 15u) << 8 : (first & 3u) << 16;
        if (sn_bits == 18)
            header->sn |= (uint32_t)octets_u8(pdu) << 8;
        header->sn |= octets_u8(pdu);
    } else {
        header->si = first >> 6;
        header->sn = 0;
        if (header->si == SI_WHOLE)
            return true;
        header->sn = sn_bits == 6 ? first & 63u : (first & 15u) << 8 | octets_u8(pdu);
    }
    header->so = header->si >= SI_LAST ? octets_u16(pdu) : 0;
    return true;
}

/* A UMD PDU with a whole SDU has no SN; all others move the entity on. */
static void entity_pdu(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu)
{
    struct rlc_header header = {.si = SI_WHOLE};
    const bool data = read_header(&pdu, am, sn_bits, &header);
    if (!data && !pdu.bad)
        return;
    if (pdu.bad) {
        tally_short(&way->at, layer, entity->srb, &entity->ue_key);
        return;
    }
    if (!way->radio->reassembly)
        way->radio->reassembly = reassembly_new();
    struct reassembly *reassembly = way->radio->reassembly;
    const struct rlc_segment segment = {.sn = header.sn,
                                        .sn_bits = (uint8_t)sn_bits,
                                        .offset = header.so,
                                        .last = header.si == SI_LAST || header.si == SI_WHOLE};
    struct octets whole = pdu;
    if (header.si == SI_WHOLE && am && !way->at.cut)
        reassembly_pass(reassembly, way, entity, &segment, pdu);
    if (header.si == SI_WHOLE || reassembly_add(reassembly, way, entity, &segment, pdu, &whole))
        deliver(way, entity, am, &segment, whole);
}

void radio_channel(struct way *way, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu)
{
    const struct radio_channel *channel = &bearers_of(way->radio->bearers, link->ue_key)->channels[lcid];
    const struct rlc_entity entity = {
        .ue_key = link->ue_key, .leg = link->leg, .downlink = downlink, .srb = channel->srb, .bearer = channel->bearer};
    unsigned sn_bits = channel->sn_bits[downlink];
    if (channel->mode == RADIO_MODE_UNKNOWN || !channel->bearer || (channel->mode != RADIO_TM && !sn_bits)) {
        tally_count(&way->at, DAPS_FRAMING_BEARER_UNKNOWN);
        return;
    }
    entity_pdu(way, &entity, channel->mode == RADIO_AM, sn_bits, pdu);
}

void radio_rlc(struct way *way, struct octets pdu)
{
    const struct daps_pdu *of = way->of;
    const bool bearer = of->channel == DAPS_CH_NONE && of->bearer >= 1 && of->bearer <= 32;
    const bool am = of->rlc_mode == DAPS_RLC_AM && (of->rlc_sn_bits == 12 || of->rlc_sn_bits == 18);
    const bool um = of->rlc_mode == DAPS_RLC_UM && (of->rlc_sn_bits == 6 || of->rlc_sn_bits == 12);
    struct identity_name name = radio_name(way);
    struct identity_link *link;

    tally_count(&way->at, DAPS_FRAMING_RLC_NR);
    name.first_access =
        of->rlc_mode == DAPS_RLC_TM && (of->channel == DAPS_CH_UL_CCCH || of->channel == DAPS_CH_DL_CCCH);
    link = radio_whose(way, &name);
    if (name.first_access)
        radio_common(way, layer, link, radio_ccch(of->downlink, pdu), pdu);
    else
        identity_dedicated(way->radio->identity, link);
    if (bearer && (am || um)) {
        const struct rlc_entity entity = {
            .ue_key = link->ue_key, .leg = link->leg, .downlink = of->downlink, .srb = of->srb, .bearer = of->bearer};
        entity_pdu(way, &entity, am, of->rlc_sn_bits, pdu);
    }
}
