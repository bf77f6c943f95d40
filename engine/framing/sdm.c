/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of Samsung's modems (SDM), from where both kinds of file have them alike (analyzer/capture/sdm.c). There is
 * no specification; the layouts are those that SCAT reads. Little-endian.
 *
 *     u8 kind | u8 group, in its upper 3 bits the SIM: 0, 1 the first, 2 the second | u8 command | u32 | body
 *
 *     group 2, command 52, LTE RRC: u8 channel | u8 direction, 0 down, 1 up | u16 length | PDU
 *     group 1, command 08, NR RRC: u8 parts | u8 part, from 1 | u8 id | u8 channel | u8 direction | u16 length | PDU
 *
 * Channels: 0 CCCH, 1 PCCH, 2 BCCH-BCH, 3 BCCH-DL-SCH, 4 DCCH. Cells are not named.
 */
#include "framing/peel.h"

enum { LTE_RRC = 0x0252, NR_RRC = 0x0108, SIM_SHIFT = 5, GROUP_MASK = 0x1f, CHANNELS = 5 };

static const char layer[] = "Samsung SDM";

static const enum daps_channel channels[2][CHANNELS] = {
    {DAPS_CH_DL_CCCH, DAPS_CH_PCCH, DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH, DAPS_CH_DL_DCCH},
    {DAPS_CH_UL_CCCH, DAPS_CH_NONE, DAPS_CH_NONE, DAPS_CH_NONE, DAPS_CH_UL_DCCH}};

static void lost(struct peel *peel, uint64_t ue_key, enum daps_problem what, uint64_t number, uint64_t other)
{
    tally_problem(&peel->at, (struct daps_framing_problem){.what = what,
                                                           .layer = layer,
                                                           .numbers = {number, other},
                                                           .rrc_lost = true,
                                                           .ue_known = true,
                                                           .ue_key = ue_key});
}

/* False: it is not whole yet, or never will be. */
static bool join(struct peel *peel, const struct pdu_context *context, uint8_t parts, uint8_t part, struct octets *pdu)
{
    const struct octets piece = *pdu;

    if (parts <= 1)
        return true;
    if (peel->framing->segments == NULL)
        peel->framing->segments = segments_new();
    return segments_add(peel->framing->segments, peel, context, part, part == parts, piece, pdu);
}

static void take_rrc(struct peel *peel, uint64_t ue_key, bool nr, struct octets body)
{
    const uint8_t parts = nr ? octets_u8(&body) : 1, part = nr ? octets_u8(&body) : 1;
    uint8_t channel, direction;
    uint16_t length;
    struct pdu_context context = {
        .rat = nr ? DAPS_RAT_NR : DAPS_RAT_LTE, .ue_key = ue_key, .cell = NO_CELL, .layer = layer};

    octets_skip(&body, nr ? 1 : 0);
    channel = octets_u8(&body);
    direction = octets_u8(&body);
    length = octets_le16(&body);
    if (!body.bad && direction < 2 && channel < CHANNELS)
        context.channel = channels[direction][channel];
    if (body.bad)
        tally_short(&peel->at, layer, true, &ue_key);
    else if (context.channel == DAPS_CH_NONE)
        lost(peel, ue_key, DAPS_PROBLEM_PDU_TYPE, channel, direction);
    else if (length != body.left || part == 0 || part > parts)
        lost(peel, ue_key, DAPS_PROBLEM_DIAG_LENGTH, length, body.left);
    else if (join(peel, &context, parts, part, &body))
        peel_deliver(peel, layer, &context, body);
}

static void count_other(struct peel *peel, uint16_t code)
{
    tally_count(&peel->at, DAPS_FRAMING_DIAG);
    tally_item(&peel->at, (struct daps_framing_items){.code = code, .samsung = true});
}

void peel_sdm(struct peel *peel, struct octets packet)
{
    uint8_t group, command;
    uint16_t code;
    uint64_t ue_key;

    if (peel_foreign(peel, layer))
        return;
    octets_skip(&packet, 1);
    group = octets_u8(&packet);
    command = octets_u8(&packet);
    octets_skip(&packet, 4);
    code = (uint16_t)((group & GROUP_MASK) << 8 | command);
    ue_key = group >> SIM_SHIFT > 1 ? 2 : 0;
    if (packet.bad)
        tally_short(&peel->at, layer, true, NULL);
    else if (code == LTE_RRC || code == NR_RRC)
        take_rrc(peel, ue_key, code == NR_RRC, packet);
    else
        count_other(peel, code);
}
