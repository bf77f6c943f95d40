/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDCP of LTE as Qualcomm's modems log it, keys and all: 0xB0A3 (downlink) and 0xB0B3 (uplink), PDUs that are ciphered;
 * 0xB0A5 and 0xB0B5, PDUs of signalling bearers with their MAC-I. There is no specification; the layouts are those that
 * MobileInsight reads. Little-endian.
 *
 *     u8 version 1 | u8 number of subpackets | u16
 *     subpacket: u8 C3 | u8 version | u16 size, its header included | KRRCenc, 16 octets | KUPenc, 16 octets
 *         | u8 EEA of SRBs | u8 EEA of DRBs | u16 number of PDUs
 *         | each PDU: u16 configuration | u16 size | u16 logged | u16 SFN and subframe | u32 COUNT
 *           | from version 3 on: u8 | the logged first octets
 *     subpacket: u8 C6 (downlink), C7 (uplink) | u8 version | u16 size | KRRCenc | KRRCint
 *         | u8 EEA | u8 EIA | u16 number of PDUs
 *         | each PDU: u16 configuration | u16 size | u16 logged | u16 SFN | u32 COUNT | u32 MAC-I
 *           | downlink: u32 expected MAC-I | the logged first octets
 *
 * configuration, from its lowest bit on: index 6 bits | mode 1 | SN length 2 (version 40: 3; 5, 7, 12, 15, 18 bits)
 * | BEARER 5 | valid 1. EEA is written as 2 SNOW 3G, 3 AES, 4 ZUC, 7 none; EIA as 1, 2, 3, and 7 for none.
 */
#include "framing/peel.h"

enum { DOWNLINK_CIPHERED = 0xb0a3, UPLINK_CIPHERED = 0xb0b3, DOWNLINK_INTEGRITY = 0xb0a5, UPLINK_INTEGRITY = 0xb0b5 };
enum { SUB_CIPHERED = 0xc3, SUB_DOWNLINK_INTEGRITY = 0xc6, SUB_UPLINK_INTEGRITY = 0xc7, SUB_HEADER = 4 };
enum { WITH_EXTRA = 3, WIDE_SN = 40, SN_OF_SRB = 0, NONE = 7 };

static const char layer[] = "Qualcomm PDCP log";

struct subpacket {
    uint8_t version;
    bool downlink;
    struct daps_logged logged;
};

static bool is_known(uint8_t id, uint8_t version)
{
    if (id == SUB_CIPHERED)
        return version == 1 || version == WITH_EXTRA || version == 24 || version == 26 || version == WIDE_SN;
    return (id == SUB_DOWNLINK_INTEGRITY || id == SUB_UPLINK_INTEGRITY) && version == 1;
}

/* As RRC numbers it; -1 not known. */
static int8_t eea_of(uint8_t logged)
{
    return logged >= 2 && logged <= 4 ? (int8_t)(logged - 1) : logged == NONE ? 0 : -1;
}

static int8_t eia_of(uint8_t logged)
{
    return logged >= 1 && logged <= 3 ? (int8_t)logged : logged == NONE ? 0 : -1;
}

static void deliver(struct peel *peel, uint64_t ue_key, const struct subpacket *sub, struct daps_pdu *pdu)
{
    pdu->layer = DAPS_LAYER_LOGGED;
    pdu->rat = DAPS_RAT_LTE;
    pdu->frame = peel->at.frame;
    pdu->time_ns = peel->at.time_ns;
    pdu->ue_key = ue_key;
    pdu->downlink = sub->downlink;
    pdu->logged_cell = NO_CELL;
    pdu->logged = &sub->logged;
    peel->framing->pdu(peel->framing->user, pdu);
}

/* False: it ends early. One that is marked as not valid is stepped over. */
static bool take_pdu(struct peel *peel, uint64_t ue_key, struct subpacket *sub, struct octets *rest)
{
    const uint16_t configuration = octets_le16(rest), size = octets_le16(rest), length = octets_le16(rest);
    static const uint8_t sn_lengths[8] = {5, 7, 12, 15, 18};
    const unsigned sn_bits = sub->version == WIDE_SN ? 3 : 2;
    struct octets octets;
    const unsigned sn_length = configuration >> 7 & ((1U << sn_bits) - 1);
    struct daps_pdu pdu = {.bearer = (uint8_t)((configuration >> (7 + sn_bits) & 31) + 1),
                           .sn_bits = sn_lengths[sn_length],
                           .srb = sn_length == SN_OF_SRB};

    sub->logged.has_pdu = true;
    sub->logged.size = size;
    sub->logged.sfn = octets_le16(rest);
    sub->logged.count = octets_le32(rest);
    if (sub->logged.integrity) {
        pdu.srb = true;
        sub->logged.mac = octets_le32(rest);
        octets_skip(rest, sub->downlink ? 4 : 0);
    } else {
        octets_skip(rest, sub->version >= WITH_EXTRA ? 1 : 0);
    }
    octets = octets_take(rest, length);
    pdu.octets = octets.at;
    pdu.length = octets.left;
    if (!rest->bad && (configuration >> (12 + sn_bits) & 1) != 0 && length <= size)
        deliver(peel, ue_key, sub, &pdu);
    return !rest->bad && length <= size;
}

/* Keys first, then each PDU. False: it ends early. */
static bool take_subpacket(struct peel *peel, uint64_t ue_key, struct subpacket *sub, struct octets rest)
{
    uint16_t n;
    uint8_t algorithms[2];

    for (unsigned i = 0; i < 2; i++) {
        const struct octets key = octets_take(&rest, sizeof sub->logged.keys[i]);
        for (size_t k = 0; k < key.left; k++)
            sub->logged.keys[i][k] = key.at[k];
    }
    for (unsigned i = 0; i < 2; i++)
        algorithms[i] = octets_u8(&rest);
    sub->logged.algorithms[0] = eea_of(algorithms[0]);
    sub->logged.algorithms[1] = sub->logged.integrity ? eia_of(algorithms[1]) : eea_of(algorithms[1]);
    n = octets_le16(&rest);
    if (rest.bad)
        return false;
    deliver(peel, ue_key, sub, &(struct daps_pdu){.srb = true});
    while (n-- > 0) {
        if (!take_pdu(peel, ue_key, sub, &rest))
            return false;
    }
    return true;
}

/* False: *unknown, its layout is not known; else it ends early. */
static bool read_subpacket(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets *body, bool *unknown)
{
    struct subpacket sub = {.downlink = code == DOWNLINK_CIPHERED || code == DOWNLINK_INTEGRITY};
    const uint8_t id = octets_u8(body), version = octets_u8(body);
    const uint16_t size = octets_le16(body);
    struct octets inside;
    bool whole;

    *unknown = !body->bad && !is_known(id, version);
    if (*unknown || size < SUB_HEADER)
        return false;
    inside = octets_take(body, size - (size_t)SUB_HEADER);
    sub.version = version;
    sub.logged.integrity = id != SUB_CIPHERED;
    whole = !inside.bad && take_subpacket(peel, ue_key, &sub, inside);
    for (volatile uint8_t *key = &sub.logged.keys[0][0]; key < &sub.logged.keys[0][0] + sizeof sub.logged.keys; key++)
        *key = 0;
    return whole;
}

bool peel_diag_pdcp(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets body)
{
    const uint8_t version = octets_u8(&body);
    uint8_t n = octets_u8(&body);
    bool unknown = !body.bad && version != 1, whole = !unknown;

    octets_skip(&body, 2);
    tally_count(&peel->at, DAPS_FRAMING_DIAG_PDCP);
    while (whole && n-- > 0)
        whole = read_subpacket(peel, ue_key, code, &body, &unknown);
    if (unknown)
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_LOG_VERSION, .layer = layer, .numbers = {version}});
    else if (!whole || body.bad)
        tally_short(&peel->at, layer, false, NULL);
    return !unknown;
}
