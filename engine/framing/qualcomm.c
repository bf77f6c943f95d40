/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC as Qualcomm's modems log it. There is no specification; the layouts are those that QCSuper, SCAT and
 * MobileInsight read. Little-endian. Log 0xB821, NR:
 *
 *     u8 version | u24 | u8 RRC release | u8 RRC version | u8 radio bearer | u16 PCI
 *     | from version 17 on: u64 NCGI
 *     | u32 NR-ARFCN | u32 SFN and subframe, u24 from version 12 on | u8 PDU type | u32 SIB mask | u16 length
 *     | version 19, 20, 25: u8      | version 23, 24, 26, 28: u24, u8 segment (0 whole, 1..6 a part, 7 the last)
 *     | PDU
 *
 * Log 0xB0C0, LTE:
 *
 *     u8 version | u8 RRC release | u8 RRC version | from 25 on: u8 NR RRC release, u8 NR RRC version
 *     | u8 radio bearer | u16 PCI | EARFCN, u16 below version 8, u32 from it on | u16 SFN and subframe | u8 PDU type
 *     | from 5 on: u32 SIB mask | u16 length | from 30 on: u16, u8 segment, as above
 *     | PDU
 */
#include "framing/peel.h"

enum { SEGMENT_LAST = 7 };

static const char nr_layer[] = "Qualcomm NR RRC log", lte_layer[] = "Qualcomm LTE RRC log";

#define COMMON_CHANNELS [1] = DAPS_CH_BCCH_BCH, [2] = DAPS_CH_BCCH_DL_SCH, [3] = DAPS_CH_DL_CCCH, [4] = DAPS_CH_DL_DCCH

#define CHANNELS_OF_15                                                                                                 \
    COMMON_CHANNELS, [5] = DAPS_CH_PCCH, [6] = DAPS_CH_UL_CCCH, [7] = DAPS_CH_UL_CCCH1, [8] = DAPS_CH_UL_DCCH,         \
                     [9] = DAPS_CH_RECONFIGURATION, [10] = DAPS_CH_RECONFIGURATION_COMPLETE

/* With MCCH at 5. */
#define CHANNELS_OF_17                                                                                                 \
    COMMON_CHANNELS, [5] = DAPS_CH_OTHER, [6] = DAPS_CH_PCCH, [7] = DAPS_CH_UL_CCCH, [8] = DAPS_CH_UL_CCCH1,           \
                     [9] = DAPS_CH_UL_DCCH

/*
 * Between the messages and RadioBearerConfig stand SIB1 and the other SIBs by themselves, CellGroupConfig, which
 * RRCReconfiguration has, too, and MeasResultSCG-Failure, in numberings of their own. No rule needs them.
 */
#define OTHERS_13_20                                                                                                   \
    [13] = DAPS_CH_OTHER, [14] = DAPS_CH_OTHER, [15] = DAPS_CH_OTHER, [16] = DAPS_CH_OTHER, [17] = DAPS_CH_OTHER,      \
    [18] = DAPS_CH_OTHER, [19] = DAPS_CH_OTHER, [20] = DAPS_CH_OTHER
#define OTHERS_11_23                                                                                                   \
    [11] = DAPS_CH_OTHER, [12] = DAPS_CH_OTHER,                                                                        \
    OTHERS_13_20, [21] = DAPS_CH_OTHER, [22] = DAPS_CH_OTHER, [23] = DAPS_CH_OTHER
#define OTHERS_11_27                                                                                                   \
    OTHERS_11_23, [24] = DAPS_CH_OTHER, [25] = DAPS_CH_OTHER, [26] = DAPS_CH_OTHER, [27] = DAPS_CH_OTHER
#define OTHERS_13_35                                                                                                   \
    OTHERS_13_20, [21] = DAPS_CH_OTHER, [22] = DAPS_CH_OTHER, [23] = DAPS_CH_OTHER, [24] = DAPS_CH_OTHER,              \
                  [25] = DAPS_CH_OTHER, [26] = DAPS_CH_OTHER, [27] = DAPS_CH_OTHER, [28] = DAPS_CH_OTHER,              \
                  [29] = DAPS_CH_OTHER, [30] = DAPS_CH_OTHER, [31] = DAPS_CH_OTHER, [32] = DAPS_CH_OTHER,              \
                  [33] = DAPS_CH_OTHER, [34] = DAPS_CH_OTHER, [35] = DAPS_CH_OTHER

/* UE-MRDC-Capability, UE-NR-Capability */
#define CAPABILITIES_AT(type) [type] = DAPS_CH_OTHER, [(type) + 1] = DAPS_CH_OTHER

enum { PDU_TYPES = 40 };

/* PDU type to channel; DAPS_CH_NONE where none is known. Version 8 came with RadioBearerConfig in either place. */
static const enum daps_channel
    map_7[PDU_TYPES] = {CHANNELS_OF_15, OTHERS_11_23, [24] = DAPS_CH_RADIO_BEARER_CONFIG, CAPABILITIES_AT(28)},
    map_8[PDU_TYPES] = {CHANNELS_OF_15,
                        OTHERS_11_23,
                        [24] = DAPS_CH_RADIO_BEARER_CONFIG,
                        [25] = DAPS_CH_OTHER,
                        [26] = DAPS_CH_RADIO_BEARER_CONFIG,
                        CAPABILITIES_AT(28)},
    map_9[PDU_TYPES] = {CHANNELS_OF_15, OTHERS_11_23, [24] = DAPS_CH_OTHER, [25] = DAPS_CH_RADIO_BEARER_CONFIG,
                        CAPABILITIES_AT(28)},
    map_14[PDU_TYPES] = {CHANNELS_OF_15, OTHERS_11_27, [28] = DAPS_CH_RADIO_BEARER_CONFIG,
                         CAPABILITIES_AT(31), [33] = DAPS_CH_OTHER},
    map_17[PDU_TYPES] = {CHANNELS_OF_15, OTHERS_11_27, [28] = DAPS_CH_OTHER, [29] = DAPS_CH_RADIO_BEARER_CONFIG},
    map_20[PDU_TYPES] = {CHANNELS_OF_17,
                         [10] = DAPS_CH_RECONFIGURATION,
                         [11] = DAPS_CH_RECONFIGURATION_COMPLETE,
                         [12] = DAPS_CH_OTHER,
                         OTHERS_13_35,
                         [36] = DAPS_CH_RADIO_BEARER_CONFIG},
    map_26[PDU_TYPES] = {CHANNELS_OF_17, [11] = DAPS_CH_RECONFIGURATION, [12] = DAPS_CH_RECONFIGURATION_COMPLETE,
                         OTHERS_13_35, [36] = DAPS_CH_RADIO_BEARER_CONFIG},
    map_28[PDU_TYPES] = {CHANNELS_OF_17,
                         [10] = DAPS_CH_UL_DCCH,
                         [11] = DAPS_CH_RECONFIGURATION,
                         [12] = DAPS_CH_RECONFIGURATION_COMPLETE,
                         OTHERS_13_35,
                         [36] = DAPS_CH_RADIO_BEARER_CONFIG};

struct layout {
    uint8_t version;
    bool ncgi;
    uint8_t sfn_octets;
    uint8_t extra; /* octets between the length and the PDU */
    bool segment;  /* the last of them is the segment number */
    const enum daps_channel *channels;
};

static const struct layout layouts[] = {
    {7, false, 4, 0, false, map_7},  {8, false, 4, 0, false, map_8},   {9, false, 4, 0, false, map_9},
    {12, false, 3, 0, false, map_9}, {14, false, 3, 0, false, map_14}, {17, true, 3, 0, false, map_17},
    {19, true, 3, 1, false, map_17}, {20, true, 3, 1, false, map_20},  {23, true, 3, 4, true, map_20},
    {24, true, 3, 4, true, map_20},  {25, true, 3, 1, false, map_17},  {26, true, 3, 4, true, map_26},
    {28, true, 3, 4, true, map_28},
};

/* Where the PDU types of LTE begin with BCCH-BCH differs, and which are left out. */
#define LTE_CHANNELS(bch, dl_sch, mcch, pcch)                                                                          \
    [bch] = DAPS_CH_BCCH_BCH, [dl_sch] = DAPS_CH_BCCH_DL_SCH, [mcch] = DAPS_CH_OTHER, [pcch] = DAPS_CH_PCCH,           \
    [(pcch) + 1] = DAPS_CH_DL_CCCH, [(pcch) + 2] = DAPS_CH_DL_DCCH, [(pcch) + 3] = DAPS_CH_UL_CCCH,                    \
    [(pcch) + 4] = DAPS_CH_UL_DCCH

enum { LTE_TYPES = 16, FIRST_NB_IOT = 45, LAST_NB_IOT = 61, NO_NB_IOT = 53, LTE_MOST_VERSION = 31 };

static const enum daps_channel lte_2[LTE_TYPES] = {LTE_CHANNELS(1, 2, 3, 4)},
                               lte_9[LTE_TYPES] = {LTE_CHANNELS(8, 9, 10, 11)},
                               lte_14[LTE_TYPES] = {LTE_CHANNELS(1, 2, 4, 5)},
                               lte_19[LTE_TYPES] = {LTE_CHANNELS(1, 3, 6, 7)};

/* By version; NULL where none is known. */
static const enum daps_channel *const lte_channels[LTE_MOST_VERSION + 1] = {
    [2] = lte_2,   [3] = lte_2,   [4] = lte_2,   [6] = lte_2,   [7] = lte_2,   [8] = lte_2,
    [9] = lte_9,   [12] = lte_9,  [13] = lte_2,  [14] = lte_14, [15] = lte_14, [16] = lte_14,
    [19] = lte_19, [20] = lte_14, [22] = lte_2,  [24] = lte_14, [25] = lte_14, [26] = lte_19,
    [27] = lte_19, [29] = lte_19, [30] = lte_19, [31] = lte_19,
};

struct entry {
    enum daps_rat rat;
    uint8_t version;
    uint32_t pci, arfcn;
    uint8_t pdu_type, segment;
    uint16_t length;
    enum daps_channel channel; /* DAPS_CH_NONE: no such type */
    struct octets pdu;
};

static const char *layer_of(enum daps_rat rat)
{
    return rat == DAPS_RAT_LTE ? lte_layer : nr_layer;
}

static const struct layout *layout_of(uint8_t version)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].version == version)
            return &layouts[i];
    }
    return NULL;
}

/* False: the payload ends inside the header. */
static bool read_nr(const struct layout *layout, struct octets payload, struct entry *entry)
{
    *entry = (struct entry){.rat = DAPS_RAT_NR, .version = layout->version};
    octets_skip(&payload, 7);
    entry->pci = octets_le16(&payload);
    if (layout->ncgi)
        octets_skip(&payload, 8);
    entry->arfcn = octets_le32(&payload);
    octets_skip(&payload, layout->sfn_octets);
    entry->pdu_type = octets_u8(&payload);
    octets_skip(&payload, 4);
    entry->length = octets_le16(&payload);
    octets_skip(&payload, layout->segment ? layout->extra - 1u : layout->extra);
    if (layout->segment)
        entry->segment = octets_u8(&payload);
    if (entry->pdu_type < PDU_TYPES)
        entry->channel = layout->channels[entry->pdu_type];
    entry->pdu = payload;
    return !payload.bad;
}

static bool fits(const struct entry *entry)
{
    return entry->length == entry->pdu.left;
}

bool qualcomm_nr_fits(struct octets body)
{
    const struct layout *layout = layout_of(octets_peek(body));
    struct entry entry;

    return layout != NULL && read_nr(layout, body, &entry) && fits(&entry);
}

/* Version 8 came with either size of the SFN field: where only the other one fits its own length, it is that one. */
static bool read_nr_best(const struct layout *layout, struct octets payload, struct entry *entry)
{
    const bool whole = read_nr(layout, payload, entry);
    struct layout other = *layout;
    struct entry candidate;

    if (layout->version > 9 || (whole && fits(entry)))
        return whole;
    other.sfn_octets = 3;
    if (!read_nr(&other, payload, &candidate) || !fits(&candidate))
        return whole;
    *entry = candidate;
    return true;
}

static bool read_lte(const enum daps_channel *channels, struct octets payload, struct entry *entry)
{
    *entry = (struct entry){.rat = DAPS_RAT_LTE, .version = octets_u8(&payload)};
    octets_skip(&payload, entry->version >= 25 ? 5 : 3);
    entry->pci = octets_le16(&payload);
    entry->arfcn = entry->version >= 8 ? octets_le32(&payload) : octets_le16(&payload);
    octets_skip(&payload, 2);
    entry->pdu_type = octets_u8(&payload);
    octets_skip(&payload, entry->version >= 5 ? 4 : 0);
    entry->length = octets_le16(&payload);
    if (entry->version >= 30) {
        octets_skip(&payload, 2);
        entry->segment = octets_u8(&payload);
    }
    if (entry->pdu_type < LTE_TYPES)
        entry->channel = channels[entry->pdu_type];
    entry->pdu = payload;
    return !payload.bad;
}

static void lost(struct peel *peel, uint64_t ue_key, struct daps_framing_problem problem)
{
    problem.rrc_lost = problem.ue_known = true;
    problem.ue_key = ue_key;
    tally_problem(&peel->at, problem);
}

/* False: the PDU is not whole yet, or never will be. */
static bool join_segments(struct peel *peel, const struct pdu_context *context, const struct entry *entry,
                          struct octets *pdu)
{
    const struct octets part = *pdu;

    if (entry->segment == 0 || part.bad)
        return true;
    if (!peel->framing->segments)
        peel->framing->segments = segments_new();
    return segments_add(peel->framing->segments, peel, context, entry->segment % SEGMENT_LAST,
                        entry->segment == SEGMENT_LAST, part, pdu);
}

static void peel_entry(struct peel *peel, uint64_t ue_key, struct entry *entry)
{
    const char *layer = layer_of(entry->rat);
    const struct pdu_context context = {.rat = entry->rat,
                                        .ue_key = ue_key,
                                        .channel = entry->channel,
                                        .cell = peel_cell(entry->rat, entry->pci, entry->arfcn)};
    struct octets pdu = octets_take(&entry->pdu, entry->length);

    if (context.channel == DAPS_CH_NONE) {
        lost(peel, ue_key,
             (struct daps_framing_problem){
                 .what = DAPS_PROBLEM_PDU_TYPE, .layer = layer, .numbers = {entry->pdu_type, entry->version}});
        return;
    }
    if (entry->segment > SEGMENT_LAST) {
        lost(peel, ue_key,
             (struct daps_framing_problem){
                 .what = DAPS_PROBLEM_PART_NUMBER, .layer = layer, .numbers = {entry->segment}});
        return;
    }
    if (!join_segments(peel, &context, entry, &pdu))
        return;
    if (!pdu.bad)
        peel->at.cut = false; /* what the entry says it holds is all there */
    peel_deliver(peel, layer, &context, pdu);
}

static bool unknown_version(struct peel *peel, uint64_t ue_key, const char *layer, uint8_t version)
{
    lost(peel, ue_key,
         (struct daps_framing_problem){.what = DAPS_PROBLEM_LOG_VERSION, .layer = layer, .numbers = {version}});
    return false;
}

bool peel_qualcomm_nr(struct peel *peel, uint64_t ue_key, struct octets body)
{
    const uint8_t version = octets_peek(body);
    const struct layout *layout = layout_of(version);
    struct entry entry;

    if (body.left > 0 && layout == NULL)
        return unknown_version(peel, ue_key, nr_layer, version);
    if (body.left == 0 || !read_nr_best(layout, body, &entry))
        tally_short(&peel->at, nr_layer, true, &ue_key);
    else
        peel_entry(peel, ue_key, &entry);
    return true;
}

bool peel_qualcomm_lte(struct peel *peel, uint64_t ue_key, struct octets body)
{
    const uint8_t version = octets_peek(body);
    const enum daps_channel *channels = version <= LTE_MOST_VERSION ? lte_channels[version] : NULL;
    struct entry entry;

    if (body.left > 0 && channels == NULL)
        return unknown_version(peel, ue_key, lte_layer, version);
    if (body.left == 0 || !read_lte(channels, body, &entry))
        tally_short(&peel->at, lte_layer, true, &ue_key);
    else if (entry.pdu_type >= FIRST_NB_IOT && entry.pdu_type <= LAST_NB_IOT && entry.pdu_type != NO_NB_IOT)
        tally_count(&peel->at, DAPS_FRAMING_NB_IOT_RRC);
    else
        peel_entry(peel, ue_key, &entry);
    return true;
}
