/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC, RLC and PDCP PDUs of NR with the context that Wireshark's framings put around them (packet-mac-nr.h,
 * packet-rlc-nr.h, packet-pdcp-nr.h): tags, of which 01 ends the context. What follows is the PDU. The names in front
 * stand in UDP only.
 *
 *     "mac-nr" | u8 radio type | u8 direction: 0 UL, 1 DL | u8 RNTI type | tags
 *     tags       02 RNTI u16 | 03 UEId u16 | 04 frame, subframe u16 | 05 PHR u8 | 06 HARQ u8 | 07 frame u16, slot u16
 *
 *     "rlc-nr" | u8 mode: 1 TM, 2 UM, 4 AM | u8 SN length | tags
 *     tags       02 direction u8 | 03 UEId u16 | 04 bearer type u8: 1 CCCH, 4 SRB, 5 DRB, ... | 05 bearer id u8
 *
 * That of PDCP exists in two generations, told apart by the octet behind the first two: "02 01 03" and "02 02 03"
 * begin the old one.
 *
 *     now        "pdcp-nr" | u8 plane: 1 signalling, 2 user | tags
 *     tags       02 SN length u8 | 03 direction u8 |
 *                04 bearer type u8: 1 DCCH, 2 BCCH-BCH, 3 BCCH-DL-SCH, 4 CCCH, 5 PCCH | 05 bearer id u8 | 06 UEId u16 |
 *                07 ROHC | 08 u8 | 09 | 0a | 0b u8 | 0c | 0d | 0e u16 | 0f MAC-I | 10 SDAP u8: 1 UL, 2 DL |
 *                11 ciphering off
 *     2018       "pdcp-nr" | tags
 *     tags       02 plane u8 | 03 SN length u8 | 04 direction u8 | 05 bearer type u8 | 06 bearer id u8 | 07 UEId u16 |
 *                08 ROHC ... as 07 ... above
 */
#include <string.h>

#include "framing/peel.h"

enum { TAG_PAYLOAD = 1 };

static struct daps_names names_of(const uint64_t *log_key)
{
    return (struct daps_names){.of_log = log_key != NULL, .log_key = log_key != NULL ? *log_key : 0};
}

static void take_ue_id(struct octets *from, struct daps_names *names)
{
    names->ue_id = octets_u16(from);
    names->has_ue_id = true;
}

/* ---- MAC ---- */

static uint8_t mac_tag_size(uint8_t tag)
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
static bool read_mac_tags(struct octets *payload, struct daps_pdu *pdu)
{
    while (!payload->bad) {
        const uint8_t tag = octets_u8(payload);
        if (tag == TAG_PAYLOAD)
            return !payload->bad;
        const uint8_t size = mac_tag_size(tag);
        if (!size)
            return false;
        struct octets value = octets_take(payload, size);
        if (tag == 0x02) {
            pdu->names.rnti = octets_u16(&value);
            pdu->names.has_rnti = true;
        } else if (tag == 0x03) {
            take_ue_id(&value, &pdu->names);
        }
    }
    return false;
}

void peel_mac_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct daps_pdu pdu = {.layer = DAPS_LAYER_MAC, .names = names_of(log_key)};

    peel->at.radio = true;
    octets_skip(&payload, 1);
    pdu.downlink = octets_u8(&payload) == 1;
    pdu.rnti_type = octets_u8(&payload);
    if (read_mac_tags(&payload, &pdu))
        peel_radio(peel, &pdu, payload);
    else
        peel_no_context(peel, "MAC-NR", &payload);
}

void peel_mac_nr(struct peel *peel, struct octets payload)
{
    peel_mac_nr_in(peel, payload, NULL);
}

/* ---- RLC ---- */

static void rlc_bearer_type(struct daps_pdu *pdu, uint8_t type)
{
    enum { TYPE_CCCH = 1, TYPE_SRB = 4, TYPE_DRB = 5 };

    pdu->srb = type == TYPE_SRB;
    if (type == TYPE_CCCH)
        pdu->channel = DAPS_CH_UL_CCCH; /* or its downlink: the direction comes behind */
    else if (type != TYPE_SRB && type != TYPE_DRB)
        pdu->channel = DAPS_CH_OTHER;
}

static bool read_rlc_tags(struct octets *payload, struct daps_pdu *pdu)
{
    uint8_t type = 0;

    while (!payload->bad) {
        switch (octets_u8(payload)) {
        case TAG_PAYLOAD:
            rlc_bearer_type(pdu, type);
            return !payload->bad;
        case 0x02:
            pdu->downlink = octets_u8(payload) == 1;
            break;
        case 0x03:
            take_ue_id(payload, &pdu->names);
            break;
        case 0x04:
            type = octets_u8(payload);
            break;
        case 0x05:
            pdu->bearer = octets_u8(payload);
            break;
        default:
            return false;
        }
    }
    return false;
}

void peel_rlc_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct daps_pdu pdu = {.layer = DAPS_LAYER_RLC, .names = names_of(log_key)};

    peel->at.radio = true;
    pdu.rlc_mode = daps_rlc_mode_of(octets_u8(&payload));
    pdu.rlc_sn_bits = octets_u8(&payload);
    if (read_rlc_tags(&payload, &pdu))
        peel_radio(peel, &pdu, payload);
    else
        peel_no_context(peel, "RLC-NR", &payload);
}

void peel_rlc_nr(struct peel *peel, struct octets payload)
{
    peel_rlc_nr_in(peel, payload, NULL);
}

/* ---- PDCP ---- */

struct pdcp_context {
    uint8_t plane, bearer_type, sdap;
};

/* Size of the value of a tag that says nothing to us, in the numbering of today; -1 unknown. */
static int other_pdcp_size(unsigned tag)
{
    static const int8_t sizes[] = {
        [0x07] = 0, [0x08] = 1, [0x09] = 0, [0x0a] = 0, [0x0b] = 1, [0x0c] = 0, [0x0d] = 0, [0x0e] = 2, [0x0f] = 0};

    return tag >= 0x07 && tag <= 0x0f ? sizes[tag] : -1;
}

/* One tag in the numbering of today; false if its size is not known. */
static bool read_pdcp_tag(struct octets *payload, unsigned tag, struct pdcp_context *context, struct daps_pdu *pdu)
{
    switch (tag) {
    case 0x02:
        pdu->sn_bits = octets_u8(payload);
        return true;
    case 0x03:
        pdu->downlink = octets_u8(payload) == 1;
        return true;
    case 0x04:
        context->bearer_type = octets_u8(payload);
        return true;
    case 0x05:
        pdu->bearer = octets_u8(payload);
        return true;
    case 0x06:
        take_ue_id(payload, &pdu->names);
        return true;
    case 0x10:
        context->sdap = octets_u8(payload);
        return true;
    case 0x11:
        pdu->ciphering_off = true;
        return true;
    default:
        if (other_pdcp_size(tag) < 0)
            return false;
        octets_skip(payload, (size_t)other_pdcp_size(tag));
        return true;
    }
}

static bool is_old_pdcp(struct octets payload)
{
    return octets_u8(&payload) == 0x02 && (octets_peek(payload) == 1 || octets_peek(payload) == 2) &&
           (octets_skip(&payload, 1), octets_u8(&payload) == 0x03);
}

static bool read_pdcp_context(struct octets *payload, struct pdcp_context *context, struct daps_pdu *pdu)
{
    const bool old = is_old_pdcp(*payload);

    context->plane = old ? 0 : octets_u8(payload);
    while (!payload->bad) {
        const unsigned tag = octets_u8(payload);
        if (tag == TAG_PAYLOAD)
            return !payload->bad;
        if (old && tag == 0x02)
            context->plane = octets_u8(payload);
        else if (!read_pdcp_tag(payload, old ? tag - 1 : tag, context, pdu))
            return false;
    }
    return false;
}

/* A context ends with the payload tag; UEs and bearers differ in its last octets. */
static size_t slot_of(struct octets payload)
{
    enum { UE_ID = 11, BEARER = 8, SLOTS = 16 };
    return payload.left > UE_ID ? (payload.at[UE_ID] + payload.at[BEARER] * (size_t)5 + payload.at[0]) % SLOTS : 0;
}

/* What a context met before said is said again; it is taken off payload. */
static bool recall(struct peel *peel, struct octets *payload, struct daps_pdu *pdu)
{
    const struct pdcp_memory *memory = &peel->framing->pdcp_contexts;
    const size_t i = slot_of(*payload), length = memory->slot[i].length;

    if (length == 0 || length > payload->left || memcmp(memory->slot[i].octets, payload->at, length) != 0)
        return false;
    octets_skip(payload, length);
    pdu->downlink = memory->slot[i].downlink;
    pdu->srb = memory->slot[i].srb;
    pdu->names.has_ue_id = memory->slot[i].has_ue_id;
    pdu->names.ue_id = memory->slot[i].ue_id;
    pdu->ciphering_off = memory->slot[i].ciphering_off;
    pdu->bearer = memory->slot[i].bearer;
    pdu->sn_bits = memory->slot[i].sn_bits;
    pdu->sdap_octets = memory->slot[i].sdap_octets;
    pdu->channel = memory->slot[i].channel;
    return true;
}

static void remember(struct peel *peel, struct octets context, size_t length, const struct daps_pdu *pdu)
{
    struct pdcp_memory *memory = &peel->framing->pdcp_contexts;
    const size_t i = slot_of(context);

    if (length > PDCP_CONTEXT_MAX)
        return;
    memcpy(memory->slot[i].octets, context.at, length);
    memory->slot[i].length = (uint8_t)length;
    memory->slot[i].downlink = pdu->downlink;
    memory->slot[i].srb = pdu->srb;
    memory->slot[i].has_ue_id = pdu->names.has_ue_id;
    memory->slot[i].ue_id = pdu->names.ue_id;
    memory->slot[i].ciphering_off = pdu->ciphering_off;
    memory->slot[i].bearer = pdu->bearer;
    memory->slot[i].sn_bits = pdu->sn_bits;
    memory->slot[i].sdap_octets = pdu->sdap_octets;
    memory->slot[i].channel = pdu->channel;
}

/* False: it cannot be read. */
static bool take_pdcp_context(struct octets *payload, struct daps_pdu *pdu)
{
    enum { PLANE_SIGNALLING = 1, TYPE_DCCH = 1, TYPE_CCCH = 4 };
    struct pdcp_context context = {.plane = 0};

    if (!read_pdcp_context(payload, &context, pdu))
        return false;
    pdu->srb = context.plane == PLANE_SIGNALLING;
    pdu->sdap_octets = context.sdap >> pdu->downlink & 1;
    if (pdu->srb && context.bearer_type == TYPE_CCCH)
        pdu->channel = DAPS_CH_UL_CCCH;
    else if (pdu->srb && context.bearer_type != TYPE_DCCH)
        pdu->channel = DAPS_CH_OTHER;
    return true;
}

void peel_pdcp_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct daps_pdu pdu = {.layer = DAPS_LAYER_PDCP, .names = names_of(log_key)};
    const struct octets whole = payload;

    peel->at.radio = true;
    if (!recall(peel, &payload, &pdu)) {
        if (!take_pdcp_context(&payload, &pdu)) {
            peel_no_context(peel, "PDCP-NR", &payload);
            return;
        }
        remember(peel, whole, whole.left - payload.left, &pdu);
    }
    peel_radio(peel, &pdu, payload);
}

void peel_pdcp_nr(struct peel *peel, struct octets payload)
{
    peel_pdcp_nr_in(peel, payload, NULL);
}
