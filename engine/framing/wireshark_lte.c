/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC, RLC and PDCP PDUs of LTE with the context that Wireshark's framings put around them (packet-mac-lte.h,
 * packet-rlc-lte.h, packet-pdcp-lte.h): tags, of which 01 ends the context. What follows is the PDU. The names in front
 * stand in UDP only.
 *
 *     "mac-lte"  | u8 radio type | u8 direction: 0 UL, 1 DL | u8 RNTI type: 3 C, 5 SPS, ... | tags
 *     tags       02 RNTI u16 | 03 UEId u16 | 04 frame, subframe u16 | 05 predefined data u8 | 06 retransmissions u8 |
 *                07 CRC status u8: 1 success | 08 extended BSR sizes | 09 preamble u8, u8 | 0a carrier u8 |
 *                0b PHY: u8 length, octets | 0c, 0d PUCCH and PUSCH | 0e CE mode u8 | 0f NB mode u8: 1 NB-IoT |
 *                10 uplink resource blocks u8 | 11 SRs: u16 n, n times UEId u16, RNTI u16
 *
 *     "rlc-lte"  | u8 mode: 1 TM, 2 UM, 4 AM | tags
 *     tags       02 SN length u8 | 03 direction u8 | 04 priority u8 | 05 UEId u16 |
 *                06 channel type u16: 1 CCCH, 2 BCCH-BCH, 3 PCCH, 4 SRB, 5 DRB, ... | 07 channel id u16 |
 *                08 extended length indicators | 09 NB mode u8
 *
 *     "pdcp-lte" | u8 PDU without header | u8 plane: 1 signalling, 2 user | u8 ROHC | tags
 *     tags       02 SN length u8 | 03 direction u8 | 04 channel type u8: 1 DCCH, 2 BCCH, 3 CCCH, 4 PCCH |
 *                05 BCCH transport u8 | 06 ROHC u16 | 07 ... 0b u8 | 0c u16 | 0d channel id u16 | 0e UEId u16
 */
#include "framing/peel.h"

enum { TAG_PAYLOAD = 1 };

static struct daps_pdu pdu_of(enum daps_layer layer, const uint64_t *log_key)
{
    return (struct daps_pdu){
        .layer = layer,
        .rat = DAPS_RAT_LTE,
        .names = {.of_log = log_key != NULL, .log_key = log_key != NULL ? *log_key : 0},
    };
}

static void take_ue_id(struct octets *from, struct daps_pdu *pdu)
{
    pdu->names.ue_id = octets_u16(from);
    pdu->names.has_ue_id = true;
}

/* ---- MAC ---- */

enum { CE_MODE_B = 2, RNTI_TYPE_RA = 2, RNTI_TYPE_C = 3, RNTI_TYPE_SPS = 5, CRC_SUCCESS = 1, MODE_NB = 1 };

struct mac_context {
    bool predefined, failed, nb_iot;
};

/* Octets of the value of a tag that says nothing to us; -1 unknown. */
static int other_mac_size(struct octets *payload, uint8_t tag)
{
    switch (tag) {
    case 0x08:
    case 0x0c:
    case 0x0d:
        return 0;
    case 0x06:
    case 0x0a:
    case 0x0e:
    case 0x10:
        return 1;
    case 0x04:
    case 0x09:
        return 2;
    case 0x0b:
        return octets_u8(payload);
    case 0x11:
        return 4 * octets_u16(payload);
    default:
        return -1;
    }
}

/* Reads up to the payload tag; false if an unknown tag, or the end, comes first. */
static bool read_mac_tags(struct octets *payload, struct mac_context *context, struct daps_pdu *pdu)
{
    while (!payload->bad) {
        const uint8_t tag = octets_u8(payload);
        int size;
        switch (tag) {
        case TAG_PAYLOAD:
            return !payload->bad;
        case 0x02:
            pdu->names.rnti = octets_u16(payload);
            pdu->names.has_rnti = true;
            break;
        case 0x03:
            take_ue_id(payload, pdu);
            break;
        case 0x05:
            context->predefined = octets_u8(payload) != 0;
            break;
        case 0x07:
            context->failed = octets_u8(payload) != CRC_SUCCESS;
            break;
        case 0x0e: /* random access responses of mode B are shorter (TS 36.321 6.2.3) */
            if (octets_u8(payload) == CE_MODE_B && pdu->rnti_type == RNTI_TYPE_RA)
                pdu->rnti_type = 0;
            break;
        case 0x0f:
            context->nb_iot = octets_u8(payload) == MODE_NB;
            break;
        default:
            size = other_mac_size(payload, tag);
            if (size < 0)
                return false;
            octets_skip(payload, (size_t)size);
        }
    }
    return false;
}

/* Preambles and scheduling requests have no PDU. */
static bool is_event(struct octets payload, const struct octets *left)
{
    octets_skip(&payload, 3);
    const uint8_t tag = octets_u8(&payload);
    return !left->left && (tag == 0x09 || tag == 0x11);
}

void peel_mac_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    const struct octets whole = payload;
    struct daps_pdu pdu = pdu_of(DAPS_LAYER_MAC, log_key);
    struct mac_context context = {.predefined = false};
    peel->at.radio = true;
    octets_skip(&payload, 1);
    pdu.downlink = octets_u8(&payload) == 1;
    pdu.rnti_type = octets_u8(&payload);
    const bool read = read_mac_tags(&payload, &context, &pdu);
    if (!peel->at.cut && is_event(whole, &payload)) {
        tally_count(&peel->at, DAPS_FRAMING_MAC_LTE);
        return;
    }
    if (!read) {
        peel_no_context(peel, "MAC-LTE", &payload);
        return;
    }
    if (context.nb_iot || context.predefined || context.failed) { /* NB-IoT; data of a test; not received */
        tally_count(&peel->at, context.nb_iot       ? DAPS_FRAMING_NB_IOT_RRC
                               : context.predefined ? DAPS_FRAMING_MAC_LTE
                                                    : DAPS_FRAMING_CRC_FAILED);
        return;
    }
    if (pdu.rnti_type == RNTI_TYPE_SPS) { /* another number than the C-RNTI of the same UE (TS 36.321 7.1) */
        pdu.rnti_type = pdu.names.has_ue_id ? RNTI_TYPE_C : pdu.rnti_type;
        pdu.names.has_rnti = false;
    }
    peel_radio(peel, &pdu, payload);
}

void peel_mac_lte(struct peel *peel, struct octets payload)
{
    peel_mac_lte_in(peel, payload, NULL);
}

/* ---- RLC ---- */

static void rlc_channel_type(struct daps_pdu *pdu, unsigned type)
{
    enum { TYPE_CCCH = 1, TYPE_SRB = 4, TYPE_DRB = 5 };

    pdu->srb = type == TYPE_SRB;
    if (type == TYPE_CCCH)
        pdu->channel = DAPS_CH_UL_CCCH; /* or its downlink: the direction tells */
    else if (type != TYPE_SRB && type != TYPE_DRB)
        pdu->channel = DAPS_CH_OTHER;
}

static bool read_rlc_tags(struct octets *payload, struct daps_pdu *pdu, bool *nb_iot)
{
    unsigned type = 0;

    while (!payload->bad) {
        switch (octets_u8(payload)) {
        case TAG_PAYLOAD:
            rlc_channel_type(pdu, type);
            return !payload->bad;
        case 0x02:
            pdu->rlc_sn_bits = octets_u8(payload);
            break;
        case 0x03:
            pdu->downlink = octets_u8(payload) == 1;
            break;
        case 0x04:
            octets_skip(payload, 1);
            break;
        case 0x05:
            take_ue_id(payload, pdu);
            break;
        case 0x06:
            type = octets_u16(payload);
            break;
        case 0x07:
            pdu->bearer = (uint8_t)octets_u16(payload);
            break;
        case 0x08:
            pdu->rlc_extended_li = true;
            break;
        case 0x09:
            *nb_iot = octets_u8(payload) == MODE_NB;
            break;
        default:
            return false;
        }
    }
    return false;
}

void peel_rlc_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    enum { AM_SN = 10 }; /* unless it is said to be longer (packet-rlc-lte.h) */
    struct daps_pdu pdu = pdu_of(DAPS_LAYER_RLC, log_key);
    bool nb_iot = false;
    peel->at.radio = true;
    pdu.rlc_mode = daps_rlc_mode_of(octets_u8(&payload));
    if (!read_rlc_tags(&payload, &pdu, &nb_iot)) {
        peel_no_context(peel, "RLC-LTE", &payload);
        return;
    }
    if (nb_iot) {
        tally_count(&peel->at, DAPS_FRAMING_NB_IOT_RRC);
        return;
    }
    if (pdu.rlc_mode == DAPS_RLC_AM && pdu.rlc_sn_bits == 0)
        pdu.rlc_sn_bits = AM_SN;
    peel_radio(peel, &pdu, payload);
}

void peel_rlc_lte(struct peel *peel, struct octets payload)
{
    peel_rlc_lte_in(peel, payload, NULL);
}

/* ---- PDCP ---- */

struct pdcp_lte_context {
    uint8_t no_header, plane, channel_type;
};

static int other_pdcp_size(uint8_t tag)
{
    if (tag == 0x06 || tag == 0x0c)
        return 2;
    return tag == 0x05 || (tag >= 0x07 && tag <= 0x0b) ? 1 : -1;
}

static bool read_pdcp_tags(struct octets *payload, struct pdcp_lte_context *context, struct daps_pdu *pdu)
{
    while (!payload->bad) {
        const uint8_t tag = octets_u8(payload);
        switch (tag) {
        case TAG_PAYLOAD:
            return !payload->bad;
        case 0x02:
            pdu->sn_bits = octets_u8(payload);
            break;
        case 0x03:
            pdu->downlink = octets_u8(payload) == 1;
            break;
        case 0x04:
            context->channel_type = octets_u8(payload);
            break;
        case 0x0d:
            pdu->bearer = (uint8_t)octets_u16(payload);
            break;
        case 0x0e:
            take_ue_id(payload, pdu);
            break;
        default:
            if (other_pdcp_size(tag) < 0)
                return false;
            octets_skip(payload, (size_t)other_pdcp_size(tag));
        }
    }
    return false;
}

void peel_pdcp_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    enum { PLANE_SIGNALLING = 1, TYPE_DCCH = 1, TYPE_CCCH = 3 };
    struct daps_pdu pdu = pdu_of(DAPS_LAYER_PDCP, log_key);
    struct pdcp_lte_context context = {.no_header = octets_u8(&payload)};
    peel->at.radio = true;
    context.plane = octets_u8(&payload);
    octets_skip(&payload, 1);
    if (!read_pdcp_tags(&payload, &context, &pdu)) {
        peel_no_context(peel, "PDCP-LTE", &payload);
        return;
    }
    pdu.srb = context.plane == PLANE_SIGNALLING;
    if (pdu.srb && context.channel_type == TYPE_CCCH)
        pdu.channel = DAPS_CH_UL_CCCH;
    else if ((pdu.srb && context.channel_type > TYPE_DCCH) || context.no_header)
        pdu.channel = DAPS_CH_OTHER;
    peel_radio(peel, &pdu, payload);
}

void peel_pdcp_lte(struct peel *peel, struct octets payload)
{
    peel_pdcp_lte_in(peel, payload, NULL);
}
