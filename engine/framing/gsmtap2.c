/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GSMTAP version 2, which has LTE RRC but no type for NR. Specified in libosmocore's gsmtap.h.
 *
 *     0 version = 2 | 1 header length in words of 4 octets | 2 type | 3 timeslot | 4 ARFCN | 6 signal | 7 SNR
 *     8 frame number | 12 sub-type | 13 antenna | 14 sub-slot | 15 reserved; then the PDU
 *
 * Version 3 before it was one (SCAT 1.0 to 1.2) is the same header with a 3 in front and types for NR, with
 *
 *     7 words     16 u64 seconds | u32 microseconds
 *     9 words     28 u32 channel number | u16 PCI | u16
 */
#include "framing/peel.h"

enum { CHANNEL_BITS = 0x3fff };
enum { VERSION_2 = 2, VERSION_3 = 3, WORDS_OF_HEADER = 4, WORDS_WITH_CELL = 9 };
enum { TYPE_LTE_RRC = 0x0d, TYPE_NR_NAS = 0x20, TYPE_NR_RRC = 0x21, TYPE_NR_MAC = 0x22, TYPE_LTE_MAC_FRAMED = 0x0f };

/* Sub-types of NR RRC in SCAT's numbering of that time. */
static const enum daps_channel nr_channels[] = {
    [0] = DAPS_CH_BCCH_BCH, [1] = DAPS_CH_BCCH_DL_SCH,      [2] = DAPS_CH_DL_CCCH,  [3] = DAPS_CH_DL_DCCH,
    [4] = DAPS_CH_OTHER, /* MCCH */
    [5] = DAPS_CH_PCCH,     [6] = DAPS_CH_UL_CCCH,          [7] = DAPS_CH_UL_CCCH1, [8] = DAPS_CH_UL_DCCH,
    [9] = DAPS_CH_OTHER,                                                          /* sidelink */
    [10] = DAPS_CH_OTHER,   [32] = DAPS_CH_RECONFIGURATION, [33] = DAPS_CH_OTHER, /* capabilities and paging */
    [34] = DAPS_CH_OTHER,   [35] = DAPS_CH_OTHER,           [36] = DAPS_CH_OTHER,
};

/* Sub-types of LTE RRC (gsmtap.h, GSMTAP_LTE_RRC_SUB_*); from FIRST_NB on they are of NB-IoT. */
enum { FIRST_NB = 14, LAST_NB = 22 };
static const enum daps_channel lte_channels[] = {
    [0] = DAPS_CH_DL_CCCH,  [1] = DAPS_CH_DL_DCCH,     [2] = DAPS_CH_UL_CCCH, [3] = DAPS_CH_UL_DCCH,
    [4] = DAPS_CH_BCCH_BCH, [5] = DAPS_CH_BCCH_DL_SCH, [6] = DAPS_CH_PCCH,    [7] = DAPS_CH_OTHER, /* MCCH */
    [8] = DAPS_CH_OTHER,                                                     /* of MBMS and BL UEs, these three */
    [9] = DAPS_CH_OTHER,    [10] = DAPS_CH_OTHER,      [11] = DAPS_CH_OTHER, /* SC-MCCH */
    [12] = DAPS_CH_OTHER,                                                    /* sidelink */
    [13] = DAPS_CH_OTHER,
};

static enum daps_framing_class class_of(uint8_t type)
{
    switch (type) {
    case 0x0c:
        return DAPS_FRAMING_UMTS_RRC;
    case 0x0e: /* a bare PDU: nobody's */
        return DAPS_FRAMING_MAC_LTE;
    case 0x12:
    case TYPE_NR_NAS:
        return DAPS_FRAMING_NAS;
    default:
        return DAPS_FRAMING_GSMTAP_OTHER;
    }
}

static enum daps_channel channel_of(enum daps_rat rat, uint8_t subtype)
{
    if (rat == DAPS_RAT_LTE)
        return subtype < sizeof lte_channels / sizeof *lte_channels ? lte_channels[subtype] : DAPS_CH_NONE;
    return subtype < sizeof nr_channels / sizeof *nr_channels ? nr_channels[subtype] : DAPS_CH_NONE;
}

/*
 * header: behind the type. 16 bits of channel number hold no NR-ARFCN that is in use, and 14 of them an EARFCN below
 * 16384, where 0 says nothing (QCSuper writes it always).
 */
static void peel_rrc(struct peel *peel, const char *layer, uint8_t type, uint8_t words, struct octets header,
                     struct octets pdu)
{
    const enum daps_rat rat = type == TYPE_LTE_RRC ? DAPS_RAT_LTE : DAPS_RAT_NR;
    uint32_t arfcn = UINT32_MAX, pci = UINT32_MAX;
    octets_skip(&header, 1);
    if (rat == DAPS_RAT_LTE)
        arfcn = octets_peek16(header) & CHANNEL_BITS;
    octets_skip(&header, 8);
    const uint8_t subtype = octets_u8(&header);
    octets_skip(&header, 15);
    if (words == WORDS_WITH_CELL) {
        arfcn = octets_u32(&header);
        pci = octets_u16(&header);
    }
    if (rat == DAPS_RAT_LTE && subtype >= FIRST_NB && subtype <= LAST_NB) {
        tally_count(&peel->at, DAPS_FRAMING_NB_IOT_RRC);
        return;
    }
    struct pdu_context context = {.rat = rat, .channel = channel_of(rat, subtype), .cell = peel_cell(rat, pci, arfcn)};
    peel_gsmtap_rrc(peel, layer, subtype, &context, pdu);
}

bool peel_gsmtap2(struct peel *peel, struct octets payload)
{
    struct octets whole = payload;
    const uint8_t version = octets_u8(&payload);
    const uint8_t words = octets_u8(&payload);
    if (version != VERSION_2 && (version != VERSION_3 || !words))
        return false;
    const char *layer = version == VERSION_2 ? "GSMTAP v2" : "GSMTAP v3 before its publication";
    const uint8_t type = octets_u8(&payload);
    octets_skip(&whole, words * (size_t)4);
    const bool rrc = type == TYPE_NR_RRC || type == TYPE_LTE_RRC,
               followed = rrc || type == TYPE_NR_MAC || type == TYPE_LTE_MAC_FRAMED;
    if (payload.bad || whole.bad)
        tally_short(&peel->at, layer, followed || (payload.bad && version == VERSION_3), NULL);
    else if (words < WORDS_OF_HEADER)
        tally_problem(&peel->at,
                      (struct daps_framing_problem){
                          .what = DAPS_PROBLEM_HEADER_WORDS, .layer = layer, .numbers = {words}, .rrc_lost = followed});
    else if (rrc)
        peel_rrc(peel, layer, type, words, payload, whole);
    else if (type == TYPE_NR_MAC)
        peel_gsmtap_radio(peel, GSMTAP_NR_MAC, whole);
    else if (type == TYPE_LTE_MAC_FRAMED)
        peel_gsmtap_radio(peel, GSMTAP_LTE_MAC, whole);
    else
        tally_count(&peel->at, class_of(type));
    return true;
}
