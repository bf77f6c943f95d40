/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UERANSIM's radio link simulation on UDP port 4997: RRC without PDCP between its UE and its gNB. Specified by
 * UERANSIM's src/lib/rls/rls_pdu.cpp; the layout changed between 3.1 and 3.2.
 *
 *     u8 3 | u8 major | u8 minor | u8 patch | u8 message type | u64 sender's temporary identity
 *     3.2: type 6 is a PDU:  u8 PDU type (1 RRC, 2 data) | u32 PDU identity | u32 channel | u32 length | PDU
 *     3.1: type 3 is a PDU:  u8 PDU type | u32 length | PDU | u32 length of the next field | u32 channel
 *
 * Every node has a temporary identity of its own, so what both directions of one UE share is the UE's UDP endpoint:
 * the end that is not on the gNB's port, or, if both are, the end that the channel's direction tells.
 */
#include "framing/peel.h"

enum { PORT = 4997, COMPATIBILITY = 3, MESSAGE_PDU_3_1 = 3, MESSAGE_PDU = 6, PDU_RRC = 1 };

static const char layer[] = "UERANSIM RLS";

static const enum daps_channel channels[] = {
    DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH, DAPS_CH_DL_CCCH,  DAPS_CH_DL_DCCH,
    DAPS_CH_PCCH,     DAPS_CH_UL_CCCH,     DAPS_CH_UL_CCCH1, DAPS_CH_UL_DCCH,
};

static bool is_uplink(enum daps_channel channel)
{
    return channel == DAPS_CH_UL_CCCH || channel == DAPS_CH_UL_CCCH1 || channel == DAPS_CH_UL_DCCH;
}

static uint64_t ue_key(const struct peel *peel, enum daps_channel channel)
{
    if (peel->ends.source.port == PORT && peel->ends.destination.port != PORT)
        return peel_endpoint_key(&peel->ends.destination);
    if (peel->ends.destination.port == PORT && peel->ends.source.port != PORT)
        return peel_endpoint_key(&peel->ends.source);
    return peel_endpoint_key(is_uplink(channel) ? &peel->ends.source : &peel->ends.destination);
}

static void peel_rrc(struct peel *peel, uint32_t channel, struct octets pdu)
{
    if (channel >= sizeof channels / sizeof *channels) {
        tally_problem(&peel->at,
                      (struct daps_framing_problem){
                          .what = DAPS_PROBLEM_RRC_CHANNEL, .layer = layer, .numbers = {channel}, .rrc_lost = true});
        return;
    }
    struct pdu_context context = {.channel = channels[channel], .cell = NO_CELL};
    context.ue_key = ue_key(peel, context.channel);
    peel->at.cut = false; /* the caller has all octets of the PDU */
    peel_deliver(peel, layer, &context, pdu);
}

static void peel_pdu_3_2(struct peel *peel, struct octets message)
{
    uint8_t type = octets_u8(&message);
    octets_skip(&message, 4);
    uint32_t channel = octets_u32(&message);
    struct octets pdu = octets_take(&message, octets_u32(&message));
    if (message.bad)
        tally_short(&peel->at, layer, type == PDU_RRC, NULL);
    else if (type != PDU_RRC)
        tally_count(&peel->at, DAPS_FRAMING_RLS_OTHER);
    else
        peel_rrc(peel, channel, pdu);
}

static void peel_pdu_3_1(struct peel *peel, struct octets message)
{
    uint8_t type = octets_u8(&message);
    struct octets pdu = octets_take(&message, octets_u32(&message));
    octets_skip(&message, 4);
    uint32_t channel = octets_u32(&message);
    if (message.bad)
        tally_short(&peel->at, layer, type == PDU_RRC, NULL);
    else if (type != PDU_RRC)
        tally_count(&peel->at, DAPS_FRAMING_RLS_OTHER);
    else
        peel_rrc(peel, channel, pdu);
}

bool peel_rls(struct peel *peel, struct octets payload)
{
    if (octets_u8(&payload) != COMPATIBILITY)
        return false;
    uint16_t version = octets_u16(&payload);
    octets_skip(&payload, 1);
    uint8_t type = octets_u8(&payload);
    octets_skip(&payload, 8);
    if (payload.bad)
        tally_short(&peel->at, layer, true, NULL);
    else if (version >= 0x0302 && type == MESSAGE_PDU)
        peel_pdu_3_2(peel, payload);
    else if (version <= 0x0301 && type == MESSAGE_PDU_3_1)
        peel_pdu_3_1(peel, payload);
    else
        tally_count(&peel->at, DAPS_FRAMING_RLS_OTHER);
    return true;
}
