/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDCP of NR in Wireshark's framing, which exists in two generations (packet-pdcp-nr.h):
 *
 *     now    "pdcp-nr" | u8 plane: 1 signalling, 2 user | tags | 01 | PDU
 *            02 SN length u8 | 03 direction u8 | 04 bearer type u8: 1 DCCH, 2 BCCH-BCH, 3 BCCH-DL-SCH, 4 CCCH, 5 PCCH |
 *            05 bearer id u8 | 06 UEId u16 | 07 ROHC | 08 u8 | 09 | 0a | 0b u8 | 0c | 0d | 0e u16 | 0f MAC-I |
 *            10 SDAP u8: 1 UL, 2 DL | 11 ciphering off
 *     2018   "pdcp-nr" | tags | 01 | PDU
 *            02 plane u8 | 03 SN length u8 | 04 direction u8 | 05 bearer type u8 | 06 bearer id u8 | 07 UEId u16 |
 *            08 ROHC ... as 07 ... above
 *
 * They are told apart by the octet behind the first two: "02 01 03" and "02 02 03" begin the old one.
 */
#include "framing/peel.h"

enum { TAG_PAYLOAD = 1, PLANE_SIGNALLING = 1, TYPE_DCCH = 1, TYPE_CCCH = 4 };

static const char layer[] = "PDCP-NR";

/* Size of the value of a tag that says nothing to us, in the numbering of today; -1 unknown. */
static int other_size(unsigned tag)
{
    static const int8_t sizes[] = {
        [0x07] = 0, [0x08] = 1, [0x09] = 0, [0x0a] = 0, [0x0b] = 1, [0x0c] = 0, [0x0d] = 0, [0x0e] = 2, [0x0f] = 0};
    return tag >= 0x07 && tag <= 0x0f ? sizes[tag] : -1;
}

/* One tag in the numbering of today; false if its size is not known. */
static bool read_tag(struct octets *payload, unsigned tag, struct pdcp_context *context)
{
    switch (tag) {
    case 0x02:
        context->sn_bits = octets_u8(payload);
        return true;
    case 0x03:
        context->downlink = octets_u8(payload) == 1;
        return true;
    case 0x04:
        context->bearer_type = octets_u8(payload);
        return true;
    case 0x05:
        context->bearer = octets_u8(payload);
        return true;
    case 0x06:
        context->name.ue_id = octets_u16(payload);
        context->name.has_ue_id = true;
        return true;
    case 0x10:
        context->sdap = octets_u8(payload);
        return true;
    case 0x11:
        context->ciphering_off = true;
        return true;
    default:
        if (other_size(tag) < 0)
            return false;
        octets_skip(payload, (size_t)other_size(tag));
        return true;
    }
}

static bool is_old(struct octets payload)
{
    return octets_u8(&payload) == 0x02 && (octets_peek(payload) == 1 || octets_peek(payload) == 2) &&
           (octets_skip(&payload, 1), octets_u8(&payload) == 0x03);
}

static bool read_context(struct octets *payload, struct pdcp_context *context)
{
    const bool old = is_old(*payload);
    context->plane = old ? 0 : octets_u8(payload);
    while (!payload->bad) {
        unsigned tag = octets_u8(payload);
        if (tag == TAG_PAYLOAD)
            return !payload->bad;
        if (old && tag == 0x02)
            context->plane = octets_u8(payload);
        else if (!read_tag(payload, old ? tag - 1 : tag, context))
            return false;
    }
    return false;
}

static void signalling(struct peel *peel, const struct pdcp_context *pdcp, struct identity_link *link,
                       struct octets pdu)
{
    if (pdcp->bearer_type == TYPE_CCCH) {
        peel_common(peel, layer, link, peel_ccch(pdcp->downlink, pdu), pdu);
        return;
    }
    struct daps_pdcp_pdu out = {.ue_key = pdcp->downlink ? peel_answered(peel, link->ue_key, pdu) : link->ue_key,
                                .leg = link->leg,
                                .downlink = pdcp->downlink,
                                .srb = true,
                                .bearer = pdcp->bearer,
                                .sn_bits = 12};
    if (pdcp->bearer_type == TYPE_DCCH)
        peel_pdcp(peel, layer, &out, pdu);
}

void peel_pdcp_pdu(struct peel *peel, const struct pdcp_context *pdcp, struct octets pdu)
{
    peel_count(peel, DAPS_FRAMING_PDCP_NR);
    struct identity_name name = pdcp->name;
    name.first_access = pdcp->plane == PLANE_SIGNALLING && pdcp->bearer_type == TYPE_CCCH;
    struct identity_link *link = peel_identify(peel, &name);
    if (!name.first_access)
        identity_dedicated(peel->framing->identity, link);
    if (pdcp->plane == PLANE_SIGNALLING) {
        signalling(peel, pdcp, link, pdu);
        return;
    }
    struct daps_pdcp_pdu out = {.ue_key = link->ue_key,
                                .leg = link->leg,
                                .downlink = pdcp->downlink,
                                .bearer = pdcp->bearer,
                                .sn_bits = pdcp->sn_bits,
                                .sdap_octets = pdcp->sdap >> pdcp->downlink & 1,
                                .ciphering_off = pdcp->ciphering_off};
    peel_pdcp(peel, layer, &out, pdu);
}

void peel_pdcp_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct pdcp_context pdcp = {.name = identity_name_of(log_key)};
    peel->radio = true;
    if (read_context(&payload, &pdcp))
        peel_pdcp_pdu(peel, &pdcp, payload);
    else
        peel_no_context(peel, layer, &payload);
}

void peel_pdcp_nr(struct peel *peel, struct octets payload)
{
    peel_pdcp_nr_in(peel, payload, NULL);
}
