/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC of NR as Wireshark's framing carries it (packet-mac-nr.h), and what is inside (TS 38.321 6.1.2, 6.2.1).
 *
 *     "mac-nr" (UDP only) | u8 radio type | u8 direction: 0 UL, 1 DL | u8 RNTI type | tags | 01 | MAC PDU
 *     tags    02 RNTI u16 | 03 UEId u16 | 04 frame, subframe u16 | 05 PHR u8 | 06 HARQ u8 | 07 frame u16, slot u16
 *
 *     subPDU  R F LCID(6) | L(8 or 16, F)   | contents            logical channels, CEs of variable size
 *             R R LCID(6)                   | contents            CEs and CCCHs of fixed size, padding
 */
#include "framing/peel.h"

enum { RNTI_TYPE_C = 3, TAG_PAYLOAD = 1 };
enum {
    LCID_CCCH1_UL = 0,
    LCID_CCCH_DL = 0,
    LCID_LAST_CHANNEL = 32,
    LCID_CCCH_UL = 52,
    LCID_C_RNTI = 58,
    LCID_PADDING = 63
};
enum { LCID_TWO_OCTET_ELCID = 33, LCID_ONE_OCTET_ELCID = 34, LCID_REDCAP_CCCH = 35, LCID_REDCAP_CCCH1 = 36 };

static const char layer[] = "MAC-NR";

/* TS 38.321 Tables 6.2.1-1 and 6.2.1-2: octets of what has no length field; -1: it has one. */
static int fixed_size(bool downlink, unsigned lcid)
{
    static const int8_t uplink[64] = {
        [0] = 8, [35] = 6, [36] = 8, [52] = 6, [53] = 2, [55] = -2, [57] = 2, [58] = 2, [59] = 1, [61] = 1,
    };
    static const int8_t downlink_sizes[64] = {
        [47] = 2, [48] = 2, [49] = 3,  [51] = 2,  [52] = 2, [56] = 1,
        [57] = 4, [58] = 1, [59] = -2, [60] = -2, [61] = 1, [62] = 6,
    };
    const int size = downlink ? downlink_sizes[lcid] : uplink[lcid];

    return size == 0 ? -1 : size == -2 ? 0 : size;
}

static uint8_t tag_size(uint8_t tag)
{
    switch (tag) {
    case 0x05:
    case 0x06:
        return 1;
    case 0x02:
    case 0x03:
    case 0x04:
        return 2;
    case 0x07:
        return 4;
    default:
        return 0; /* a tag without a known size cannot be stepped over */
    }
}

/* Reads up to the payload tag; false if an unknown tag, or the end, comes first. */
static bool read_tags(struct octets *payload, struct mac_context *context)
{
    while (!payload->bad) {
        uint8_t tag = octets_u8(payload);
        if (tag == TAG_PAYLOAD)
            return !payload->bad;
        uint8_t size = tag_size(tag);
        if (!size)
            return false;
        struct octets value = octets_take(payload, size);
        if (tag == 0x02) {
            context->name.rnti = octets_u16(&value);
            context->name.has_rnti = true;
        } else if (tag == 0x03) {
            context->name.ue_id = octets_u16(&value);
            context->name.has_ue_id = true;
        }
    }
    return false;
}

static void common_channel(struct peel *peel, struct radio_link *link, bool downlink, enum daps_channel channel,
                           struct octets sdu)
{
    struct pdu_context context = {.channel = channel, .cell = NO_CELL};
    if (!downlink)
        radio_ccch(peel->framing->radio, link, channel, sdu.at, sdu.left);
    context.ue_key = link->ue_key;
    peel_deliver(peel, layer, &context, sdu);
}

static void sub_pdu(struct peel *peel, const struct mac_context *mac, struct radio_link *link, unsigned lcid,
                    struct octets sdu)
{
    if (lcid >= 1 && lcid <= LCID_LAST_CHANNEL) {
        link->only_ccch = false;
        peel_rlc_channel(peel, link, mac->downlink, lcid, sdu);
    } else if (mac->downlink && lcid == LCID_CCCH_DL)
        common_channel(peel, link, mac->downlink, DAPS_CH_DL_CCCH, sdu);
    else if (!mac->downlink && (lcid == LCID_CCCH1_UL || lcid == LCID_REDCAP_CCCH1))
        common_channel(peel, link, mac->downlink, DAPS_CH_UL_CCCH1, sdu);
    else if (!mac->downlink && (lcid == LCID_CCCH_UL || lcid == LCID_REDCAP_CCCH))
        common_channel(peel, link, mac->downlink, DAPS_CH_UL_CCCH, sdu);
}

/* One subheader off the front: its LCID and contents; false at padding, at the end, or where nothing can be told. */
static bool next_sub_pdu(struct octets *pdu, bool downlink, unsigned *lcid, struct octets *sdu)
{
    if (!pdu->left)
        return false;
    uint8_t first = octets_u8(pdu);
    *lcid = first & 0x3f;
    if (*lcid == LCID_PADDING)
        return false;
    int size = fixed_size(downlink, *lcid);
    if (size < 0) {
        if (*lcid == LCID_TWO_OCTET_ELCID || *lcid == LCID_ONE_OCTET_ELCID)
            octets_skip(pdu, *lcid == LCID_TWO_OCTET_ELCID ? 2 : 1);
        size = first & 0x40 ? octets_u16(pdu) : octets_u8(pdu);
    }
    *sdu = octets_take(pdu, (size_t)size);
    return !pdu->bad;
}

/* Msg3 of a handover goes over a temporary C-RNTI and names the real one in a CE (TS 38.321 5.1.5). */
static bool named_c_rnti(struct octets pdu, uint16_t *c_rnti)
{
    unsigned lcid;
    struct octets sdu;
    while (next_sub_pdu(&pdu, false, &lcid, &sdu)) {
        if (lcid == LCID_C_RNTI) {
            *c_rnti = octets_u16(&sdu);
            return true;
        }
    }
    return false;
}

/* A block of nothing but zeros, as receivers log one they could not decode; its octets would pass for CCCH. */
static bool is_blank(struct octets pdu)
{
    for (size_t i = 0; i < pdu.left; i++) {
        if (pdu.at[i])
            return false;
    }
    return true;
}

/* Every subPDU fits, and there is at most one CCCH, as the UE has nothing else to say in Msg3 before it has a context.
 */
static bool is_sound(struct peel *peel, struct mac_context *mac, struct octets pdu)
{
    unsigned lcid = 0, common = 0;
    struct octets sdu;
    const bool downlink = mac->downlink;
    while (next_sub_pdu(&pdu, downlink, &lcid, &sdu))
        common += lcid == LCID_CCCH_DL ||
                  (!downlink && (lcid == LCID_CCCH_UL || lcid == LCID_REDCAP_CCCH || lcid == LCID_REDCAP_CCCH1));
    mac->name.first_access = common == 1;
    if (pdu.bad)
        peel_short(peel, layer, false);
    else if (common > 1)
        peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "more than one CCCH message in one PDU", false, NULL, NULL);
    return !pdu.bad && common <= 1;
}

static void transport_block(struct peel *peel, struct mac_context *mac, struct octets pdu)
{
    if (is_blank(pdu) || !is_sound(peel, mac, pdu))
        return;
    if (!mac->downlink && named_c_rnti(pdu, &mac->name.rnti))
        mac->name.has_rnti = true;
    struct radio_link *link = radio_link(peel->framing->radio, &mac->name, peel->frame);
    unsigned lcid;
    struct octets sdu;
    while (next_sub_pdu(&pdu, mac->downlink, &lcid, &sdu))
        sub_pdu(peel, mac, link, lcid, sdu);
}

void peel_mac_pdu(struct peel *peel, struct mac_context *mac, struct octets pdu)
{
    peel_count(peel, DAPS_FRAMING_MAC_NR);
    /* Broadcast, paging and random access responses are nobody's. */
    if (mac->rnti_type == RNTI_TYPE_C)
        transport_block(peel, mac, pdu);
}

/* The context and PDU behind the name. log_key: of a log that is about one UE, else NULL. */
void peel_mac_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct mac_context mac = {.name = radio_name_of(log_key)};
    octets_skip(&payload, 1);
    mac.downlink = octets_u8(&payload) == 1;
    mac.rnti_type = octets_u8(&payload);
    if (!read_tags(&payload, &mac)) {
        if (payload.bad)
            peel_short(peel, layer, false);
        else
            peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "unknown tag in its context", false, NULL, NULL);
        return;
    }
    peel_mac_pdu(peel, &mac, payload);
}

void peel_mac_nr(struct peel *peel, struct octets payload)
{
    peel_mac_nr_in(peel, payload, NULL);
}
