/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GSMTAP version 3, the one with NR as well. Specified in gsmtapv3.h (osmocom, peremen/gsmtapv3) and, for the sub-types
 * above 0x0200, by SCAT that writes them.
 *
 *     0 version = 3 | 1 reserved | 2 header length in words of 4 octets | 4 type | 6 sub-type | metadata | PDU
 *     metadata: u16 tag | u16 length | value ... , ended by tag 0xfffe, which has no length
 *
 * The header length is rounded up by the writers but nothing is written to fill it, so the PDU begins right behind
 * tag 0xfffe. Without that tag (a header of 2 words, and the drafts that SCAT wrote from March to November 2025) the
 * metadata may be filled up with zeros, and the PDU begins where the length says.
 */
#include <string.h>

#include "framing/peel.h"

enum { WORDS_WITHOUT_METADATA = 2 };

enum { TAG_CHANNEL_NUMBER = 0x0002, TAG_PCI = 0x0005, TAG_KEY_FIRST = 0x0200, TAG_KEY_LAST = 0x0207, TAG_END = 0xfffe };

enum { TYPE_LTE_RRC = 0x0403, TYPE_NR_RRC = 0x0503 };

static const char layer[] = "GSMTAP v3";

struct metadata {
    uint32_t arfcn, pci;
    unsigned keys;
};

static const struct {
    uint16_t type;
    enum daps_framing_class class;
} types[] = {
    {0x0303, DAPS_FRAMING_UMTS_RRC},
    {0x0404, DAPS_FRAMING_NAS},
    {0x0504, DAPS_FRAMING_NAS},
};

static const enum daps_channel standard_channels[] = {
    [1] = DAPS_CH_BCCH_BCH, [2] = DAPS_CH_BCCH_DL_SCH, [3] = DAPS_CH_DL_CCCH,  [4] = DAPS_CH_DL_DCCH,
    [5] = DAPS_CH_OTHER, /* MCCH */
    [6] = DAPS_CH_PCCH,     [7] = DAPS_CH_UL_CCCH,     [8] = DAPS_CH_UL_CCCH1, [9] = DAPS_CH_UL_DCCH,
};

/* From 0x0200 on (SCAT: 0x0201) they are of NB-IoT. */
enum { FIRST_NB = 0x0200, LAST_NB = 0x02ff };
static const enum daps_channel lte_channels[] = {
    [1] = DAPS_CH_BCCH_BCH,    [2] = DAPS_CH_OTHER, /* of MBMS */
    [3] = DAPS_CH_BCCH_DL_SCH, [4] = DAPS_CH_OTHER, /* of BL UEs, of MBMS, MCCH */
    [5] = DAPS_CH_OTHER,       [6] = DAPS_CH_OTHER,    [7] = DAPS_CH_PCCH,     [8] = DAPS_CH_DL_CCCH,
    [9] = DAPS_CH_DL_DCCH,     [10] = DAPS_CH_UL_CCCH, [11] = DAPS_CH_UL_DCCH, [12] = DAPS_CH_OTHER, /* SC-MCCH */
};

static enum daps_channel lte_channel_of(uint16_t subtype)
{
    return subtype < sizeof lte_channels / sizeof *lte_channels ? lte_channels[subtype] : DAPS_CH_NONE;
}

/* DAPS_CH_NONE: no such sub-type. */
static enum daps_channel channel_of(uint16_t subtype)
{
    if (subtype < sizeof standard_channels / sizeof *standard_channels)
        return standard_channels[subtype];
    switch (subtype) {
    case 0x0201:
        return DAPS_CH_RECONFIGURATION;
    case 0x0202:
        return DAPS_CH_RECONFIGURATION_COMPLETE;
    default:
        break;
    }
    /* 0x0101, 0x0102 sidelink; 0x0203 to 0x0206 capabilities and paging; from 0x0207 on SIB1, SIB2, ... by themselves
     */
    bool other = subtype == 0x0101 || subtype == 0x0102 || (subtype >= 0x0203 && subtype <= 0x02ff);
    return other ? DAPS_CH_OTHER : DAPS_CH_NONE;
}

static void read_value(struct metadata *metadata, uint16_t tag, struct octets value)
{
    if (tag == TAG_CHANNEL_NUMBER && value.left == 4)
        metadata->arfcn = octets_u32(&value);
    else if (tag == TAG_PCI && value.left == 2)
        metadata->pci = octets_u16(&value);
    else if (tag >= TAG_KEY_FIRST && tag <= TAG_KEY_LAST)
        metadata->keys++;
}

static bool is_filling(struct octets rest)
{
    for (size_t i = 0; i < rest.left; i++) {
        if (rest.at[i])
            return false;
    }
    return true;
}

enum metadata_end { END_TAG, END_OF_HEADER, NO_END };

/* Walks the metadata in left, and leaves left behind them. */
static enum metadata_end walk_metadata(struct octets *left, struct metadata *metadata)
{
    while (!is_filling(*left)) {
        const uint16_t tag = octets_u16(left);
        if (tag == TAG_END && !left->bad)
            return END_TAG;
        const struct octets value = octets_take(left, octets_u16(left));
        if (left->bad)
            return NO_END;
        read_value(metadata, tag, value);
    }
    return END_OF_HEADER;
}

/*
 * Leaves payload at the PDU, or bad. length: octets of metadata by the header, which may say too much or, where there
 * is an end tag, anything.
 */
static void read_metadata(struct octets *payload, size_t length, struct metadata *metadata)
{
    const struct metadata none = *metadata;
    struct octets left = *payload;
    octets_trim(&left, length);
    enum metadata_end end = walk_metadata(&left, metadata);
    if (end == END_OF_HEADER) {
        octets_skip(payload, length);
        if (octets_peek16(*payload) == TAG_END) /* not counted by the header */
            octets_skip(payload, 2);
        return;
    }
    if (end == NO_END) {
        *metadata = none;
        left = *payload;
        end = walk_metadata(&left, metadata);
    }
    if (end == END_TAG)
        octets_skip(payload, (size_t)(left.at - payload->at));
    else
        octets_skip(payload, SIZE_MAX);
}

void peel_gsmtap_rrc(struct peel *peel, const char *of_version, unsigned subtype, struct pdu_context *context,
                     struct octets pdu)
{
    const enum daps_problem what =
        context->rat == DAPS_RAT_LTE ? DAPS_PROBLEM_LTE_RRC_SUBTYPE : DAPS_PROBLEM_RRC_SUBTYPE;
    if (peel->ends.known)
        context->ue_key = daps_ends_key(&peel->ends, false);
    if (context->channel == DAPS_CH_NONE)
        tally_problem(&peel->at, (struct daps_framing_problem){.what = what,
                                                               .layer = of_version,
                                                               .numbers = {subtype},
                                                               .rrc_lost = true,
                                                               .ue_known = true,
                                                               .ue_key = context->ue_key});
    else
        peel_deliver(peel, of_version, context, pdu);
}

/* MAC, RLC and PDCP "with context": Wireshark's framing, with or without its name in front. */
struct radio_type {
    uint16_t type;
    const char *name;
    void (*unwrap)(struct peel *peel, struct octets payload, const uint64_t *log_key);
};
static const struct radio_type radio_types[] = {
    {GSMTAP_NR_MAC, "mac-nr", peel_mac_nr_in},        {GSMTAP_NR_MAC + 1, "rlc-nr", peel_rlc_nr_in},
    {GSMTAP_NR_MAC + 2, "pdcp-nr", peel_pdcp_nr_in},  {GSMTAP_LTE_MAC, "mac-lte", peel_mac_lte_in},
    {GSMTAP_LTE_MAC + 1, "rlc-lte", peel_rlc_lte_in}, {GSMTAP_LTE_MAC + 2, "pdcp-lte", peel_pdcp_lte_in},
};

/* NULL: of no layer below RRC. */
static const struct radio_type *radio_type_of(uint16_t type)
{
    for (size_t i = 0; i < sizeof radio_types / sizeof *radio_types; i++) {
        if (radio_types[i].type == type)
            return &radio_types[i];
    }
    return NULL;
}

void peel_gsmtap_radio(struct peel *peel, uint16_t type, struct octets pdu)
{
    const struct radio_type *of = radio_type_of(type);
    const char *name = of->name;
    if (pdu.left >= strlen(name) && !memcmp(pdu.at, name, strlen(name)))
        octets_skip(&pdu, strlen(name));
    uint64_t log_key = peel->ends.known ? daps_ends_key(&peel->ends, false) : 0;
    of->unwrap(peel, pdu, &log_key);
}

static void peel_type(struct peel *peel, uint16_t type, uint16_t subtype, const struct metadata *metadata,
                      struct octets pdu)
{
    if (type == TYPE_LTE_RRC && subtype >= FIRST_NB && subtype <= LAST_NB) {
        tally_count(&peel->at, DAPS_FRAMING_NB_IOT_RRC);
        return;
    }
    if (type == TYPE_NR_RRC || type == TYPE_LTE_RRC) {
        const bool lte = type == TYPE_LTE_RRC;
        struct pdu_context context = {.rat = lte ? DAPS_RAT_LTE : DAPS_RAT_NR,
                                      .channel = lte ? lte_channel_of(subtype) : channel_of(subtype)};
        context.cell = peel_cell(context.rat, metadata->pci, metadata->arfcn);
        peel_gsmtap_rrc(peel, layer, subtype, &context, pdu);
        return;
    }
    if (radio_type_of(type)) {
        peel_gsmtap_radio(peel, type, pdu);
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].type == type) {
            tally_count(&peel->at, types[i].class);
            return;
        }
    }
    tally_count(&peel->at, DAPS_FRAMING_GSMTAP_OTHER);
}

bool peel_gsmtap3(struct peel *peel, struct octets payload)
{
    if (octets_u8(&payload) != 3)
        return false;
    octets_skip(&payload, 1);
    uint16_t words = octets_u16(&payload);
    uint16_t type = octets_u16(&payload);
    uint16_t subtype = octets_u16(&payload);
    struct metadata metadata = {.arfcn = UINT32_MAX, .pci = UINT32_MAX};
    if (!payload.bad && words < WORDS_WITHOUT_METADATA) {
        tally_problem(&peel->at,
                      (struct daps_framing_problem){
                          .what = DAPS_PROBLEM_HEADER_WORDS, .layer = layer, .numbers = {words}, .rrc_lost = true});
        return true;
    }
    read_metadata(&payload, (words - WORDS_WITHOUT_METADATA) * (size_t)4, &metadata);
    if (payload.bad) {
        tally_short(&peel->at, layer, radio_type_of(type) || type == TYPE_NR_RRC || type == TYPE_LTE_RRC || type == 0,
                    NULL);
        return true;
    }
    peel->at.tally->counts.keys += metadata.keys;
    peel_type(peel, type, subtype, &metadata, payload);
    return true;
}
