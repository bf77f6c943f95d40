/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NR RRC as QCSuper writes it: the body of Qualcomm's log 0xB821 on UDP port 47928. There is no specification; the
 * layouts are those that QCSuper and SCAT read. Little-endian.
 *
 *     u8 version | u24 | u8 RRC release | u8 RRC version | u8 radio bearer | u16 PCI
 *     | from version 17 on: u64 NCGI
 *     | u32 NR-ARFCN | u32 SFN and subframe, u24 from version 12 on | u8 PDU type | u32 SIB mask | u16 length
 *     | version 19, 20, 25: u8      | version 23, 24, 26, 28: u24, u8 segment (0 whole, 1..6 a part, 7 the last)
 *     | PDU
 */
#include "framing/peel.h"

enum { PORT = 47928, PORTS_OF_SERVICES = 1024, SEGMENT_LAST = 7 };

static const char layer[] = "Qualcomm NR RRC log";

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

struct entry {
    uint32_t pci, arfcn;
    uint8_t pdu_type, segment;
    uint16_t length;
    struct octets pdu;
};

static const struct layout *layout_of(uint8_t version)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].version == version)
            return &layouts[i];
    }
    return NULL;
}

/* False: the payload ends inside the header. */
static bool read_entry(const struct layout *layout, struct octets payload, struct entry *entry)
{
    octets_skip(&payload, 7);
    entry->pci = octets_le16(&payload);
    if (layout->ncgi)
        octets_skip(&payload, 8);
    entry->arfcn = octets_le32(&payload);
    octets_skip(&payload, layout->sfn_octets);
    entry->pdu_type = octets_u8(&payload);
    octets_skip(&payload, 4);
    entry->length = octets_le16(&payload);
    entry->segment = 0;
    octets_skip(&payload, layout->segment ? layout->extra - 1u : layout->extra);
    if (layout->segment)
        entry->segment = octets_u8(&payload);
    entry->pdu = payload;
    return !payload.bad;
}

/* The port lies in the range that systems give out to clients, so an entry has to look like one there. */
static bool is_plausible(const struct peel *peel, const struct octets *payload)
{
    uint32_t source = peel->ends.source.port, destination = peel->ends.destination.port;
    if (destination == PORT && source >= PORTS_OF_SERVICES)
        return true;
    struct entry entry;
    const struct layout *layout = layout_of(octets_peek(*payload));
    return layout && read_entry(layout, *payload, &entry) && entry.length == entry.pdu.left;
}

/* Version 8 came with either size of the SFN field: where only the other one fits its own length, it is that one. */
static bool read_best(const struct layout *layout, struct octets payload, struct entry *entry)
{
    bool whole = read_entry(layout, payload, entry);
    if (layout->version > 9 || (whole && entry->length == entry->pdu.left))
        return whole;
    struct layout other = *layout;
    other.sfn_octets = 3;
    struct entry candidate;
    if (read_entry(&other, payload, &candidate) && candidate.length == candidate.pdu.left) {
        *entry = candidate;
        return true;
    }
    return whole;
}

static void peel_entry(struct peel *peel, const struct layout *layout, struct entry *entry)
{
    struct pdu_context context = {
        .channel = entry->pdu_type < PDU_TYPES ? layout->channels[entry->pdu_type] : DAPS_CH_NONE,
        .cell = peel_cell(DAPS_RAT_NR, entry->pci, entry->arfcn),
    };
    if (peel->ends.known)
        context.ue_key = daps_ends_key(&peel->ends, false);
    struct octets pdu = octets_take(&entry->pdu, entry->length);
    if (context.channel == DAPS_CH_NONE) {
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_PDU_TYPE,
                                                               .layer = layer,
                                                               .numbers = {entry->pdu_type, layout->version},
                                                               .rrc_lost = true,
                                                               .ue_known = true,
                                                               .ue_key = context.ue_key});
        return;
    }
    if (entry->segment > SEGMENT_LAST) {
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_PART_NUMBER,
                                                               .layer = layer,
                                                               .numbers = {entry->segment},
                                                               .rrc_lost = true,
                                                               .ue_known = true,
                                                               .ue_key = context.ue_key});
        return;
    }
    if (entry->segment && !pdu.bad) {
        if (!peel->framing->segments)
            peel->framing->segments = segments_new();
        struct octets whole;
        if (!segments_add(peel->framing->segments, peel, &context, entry->segment, entry->segment == SEGMENT_LAST, pdu,
                          &whole))
            return;
        pdu = whole;
    }
    if (!pdu.bad)
        peel->at.cut = false; /* what the entry says it holds is all there */
    peel_deliver(peel, layer, &context, pdu);
}

bool peel_qcsuper(struct peel *peel, struct octets payload)
{
    if (!is_plausible(peel, &payload))
        return false;
    if (!payload.left) {
        tally_short(&peel->at, layer, true, NULL);
        return true;
    }
    uint8_t version = octets_peek(payload);
    const struct layout *layout = layout_of(version);
    struct entry entry;
    if (!layout)
        tally_problem(&peel->at,
                      (struct daps_framing_problem){
                          .what = DAPS_PROBLEM_LOG_VERSION, .layer = layer, .numbers = {version}, .rrc_lost = true});
    else if (!read_best(layout, payload, &entry))
        tally_short(&peel->at, layer, true, NULL);
    else
        peel_entry(peel, layout, &entry);
    return true;
}
