/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RLC of NR (TS 38.322 6.2.2), from MAC or in Wireshark's framing (packet-rlc-nr.h).
 *
 *     "rlc-nr" | u8 mode: 1 TM, 2 UM, 4 AM | u8 SN length | tags | 01 | RLC PDU
 *     tags   02 direction u8 | 03 UEId u16 | 04 bearer type u8: 1 CCCH, 4 SRB, 5 DRB, ... | 05 bearer id u8
 *
 *     AMD    D/C P SI(2) SN(4) | SN(8)               | [SO(16)] | data       12-bit SN
 *            D/C P SI(2) R R SN(2) | SN(8) | SN(8)   | [SO(16)] | data       18-bit SN
 *     UMD    SI(2) R(6)                              | data                  SI 0: whole, no SN
 *            SI(2) SN(6)                             | [SO(16)] | data
 *            SI(2) R R SN(4) | SN(8)                 | [SO(16)] | data
 *     SI     0 whole, 1 first segment, 2 last, 3 between; SO is there for 2 and 3
 */
#include <string.h>

#include "framing/peel.h"

enum { TAG_PAYLOAD = 1, MODE_TM = 1, MODE_UM = 2, MODE_AM = 4, TYPE_CCCH = 1, TYPE_SRB = 4, TYPE_DRB = 5 };
enum { SI_WHOLE, SI_FIRST, SI_LAST, SI_BETWEEN };

static const char layer[] = "RLC-NR";

/* An RLC SDU of a radio bearer is a PDCP PDU. */
static void deliver(struct peel *peel, const struct rlc_entity *entity, bool am, const struct rlc_segment *segment,
                    struct octets sdu)
{
    uint64_t ue_key = entity->ue_key;
    if (entity->srb && entity->downlink)
        ue_key = peel_answered(peel, ue_key, sdu);
    const struct radio_ue *ue = radio_ue(peel->framing->radio, ue_key);
    struct daps_pdcp_pdu pdu = {
        .ue_key = ue_key,
        .leg = entity->leg,
        .downlink = entity->downlink,
        .srb = entity->srb,
        .bearer = entity->bearer,
        .sn_bits = 12,
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
    peel_pdcp(peel, layer, &pdu, sdu);
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
static void entity_pdu(struct peel *peel, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu)
{
    struct rlc_header header = {.si = SI_WHOLE};
    const bool data = read_header(&pdu, am, sn_bits, &header);
    if (!data && !pdu.bad)
        return;
    if (pdu.bad) {
        peel_short(peel, layer, entity->srb, &entity->ue_key);
        return;
    }
    if (!peel->framing->reassembly)
        peel->framing->reassembly = reassembly_new();
    struct reassembly *reassembly = peel->framing->reassembly;
    const struct rlc_segment segment = {.sn = header.sn,
                                        .sn_bits = (uint8_t)sn_bits,
                                        .offset = header.so,
                                        .last = header.si == SI_LAST || header.si == SI_WHOLE};
    struct octets whole = pdu;
    if (header.si == SI_WHOLE && am && !peel->cut)
        reassembly_pass(reassembly, peel, entity, &segment, pdu);
    if (header.si == SI_WHOLE || reassembly_add(reassembly, peel, entity, &segment, pdu, &whole))
        deliver(peel, entity, am, &segment, whole);
}

void peel_rlc_channel(struct peel *peel, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu)
{
    const struct radio_channel *channel = &radio_ue(peel->framing->radio, link->ue_key)->channels[lcid];
    const struct rlc_entity entity = {
        .ue_key = link->ue_key, .leg = link->leg, .downlink = downlink, .srb = channel->srb, .bearer = channel->bearer};
    unsigned sn_bits = channel->sn_bits[downlink];
    if (channel->mode == RADIO_MODE_UNKNOWN || !channel->bearer || (channel->mode != RADIO_TM && !sn_bits)) {
        peel_count(peel, DAPS_FRAMING_BEARER_UNKNOWN);
        return;
    }
    entity_pdu(peel, &entity, channel->mode == RADIO_AM, sn_bits, pdu);
}

static bool read_tags(struct octets *payload, struct rlc_context *context)
{
    while (!payload->bad) {
        switch (octets_u8(payload)) {
        case TAG_PAYLOAD:
            return !payload->bad;
        case 0x02:
            context->downlink = octets_u8(payload) == 1;
            break;
        case 0x03:
            context->name.ue_id = octets_u16(payload);
            context->name.has_ue_id = true;
            break;
        case 0x04:
            context->bearer_type = octets_u8(payload);
            break;
        case 0x05:
            context->bearer = octets_u8(payload);
            break;
        default:
            return false;
        }
    }
    return false;
}

void peel_rlc_pdu(struct peel *peel, const struct rlc_context *rlc, struct octets pdu)
{
    peel_count(peel, DAPS_FRAMING_RLC_NR);
    struct identity_name name = rlc->name;
    name.first_access = rlc->mode == MODE_TM && rlc->bearer_type == TYPE_CCCH;
    struct identity_link *link = peel_identify(peel, &name);
    if (name.first_access)
        peel_common(peel, layer, link, peel_ccch(rlc->downlink, pdu), pdu);
    else
        identity_dedicated(peel->framing->identity, link);
    const struct rlc_entity entity = {.ue_key = link->ue_key,
                                      .leg = link->leg,
                                      .downlink = rlc->downlink,
                                      .srb = rlc->bearer_type == TYPE_SRB,
                                      .bearer = rlc->bearer};
    bool am = rlc->mode == MODE_AM && (rlc->sn_bits == 12 || rlc->sn_bits == 18);
    bool um = rlc->mode == MODE_UM && (rlc->sn_bits == 6 || rlc->sn_bits == 12);
    if ((am || um) && (rlc->bearer_type == TYPE_SRB || rlc->bearer_type == TYPE_DRB) && rlc->bearer >= 1 &&
        rlc->bearer <= 32)
        entity_pdu(peel, &entity, am, rlc->sn_bits, pdu);
}

void peel_rlc_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct rlc_context rlc = {.name = identity_name_of(log_key)};
    peel->radio = true;
    rlc.mode = octets_u8(&payload);
    rlc.sn_bits = octets_u8(&payload);
    if (read_tags(&payload, &rlc))
        peel_rlc_pdu(peel, &rlc, payload);
    else
        peel_no_context(peel, layer, &payload);
}

void peel_rlc_nr(struct peel *peel, struct octets payload)
{
    peel_rlc_nr_in(peel, payload, NULL);
}
