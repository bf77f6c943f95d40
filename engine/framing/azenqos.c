/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row of the signalling that a log of AZENQOS holds (analyzer/capture/azm.h has the file):
 *
 *     u32 which phone of the log | protocol 00 | symbol 00 | name 00 | octets of the message
 *
 * One of protocol and symbol is the direction, "send" or "recv", the other one the protocol: which is which differs
 * between versions of the tool. The channel is in the name, "RRCConnectionSetup (DL-CCCH)" or "NR DL CCCH RrcSetup";
 * a part of EN-DC is named by itself, "NR ENDC CellGroupConfig". Protocol RRC is UMTS, and at times LTE.
 */
#include <string.h>

#include "framing/peel.h"

enum direction { UNKNOWN, SEND, RECV };

struct row {
    const char *protocol, *name;
    enum direction direction;
    uint64_t ue_key;
    struct octets pdu;
};

struct named {
    const char *text;
    enum daps_channel channel;
    enum direction direction;
};

static const char layer[] = "AZENQOS signalling";

/* In brackets behind the name. */
static const struct named lte_channels[] = {
    {"BCCH-BCH", DAPS_CH_BCCH_BCH, RECV}, {"BCCH-DL-SCH", DAPS_CH_BCCH_DL_SCH, RECV},
    {"PCCH", DAPS_CH_PCCH, RECV},         {"DL-CCCH", DAPS_CH_DL_CCCH, RECV},
    {"DL-DCCH", DAPS_CH_DL_DCCH, RECV},   {"UL-CCCH", DAPS_CH_UL_CCCH, SEND},
    {"UL-DCCH", DAPS_CH_UL_DCCH, SEND},   {"MCCH", DAPS_CH_OTHER, RECV},
};

/* In front of it. */
static const struct named nr_channels[] = {
    {"NR BCCH BCH ", DAPS_CH_BCCH_BCH, RECV}, {"NR BCCH DL SCH ", DAPS_CH_BCCH_DL_SCH, RECV},
    {"NR PCCH ", DAPS_CH_PCCH, RECV},         {"NR DL CCCH ", DAPS_CH_DL_CCCH, RECV},
    {"NR DL DCCH ", DAPS_CH_DL_DCCH, RECV},   {"NR UL CCCH ", DAPS_CH_UL_CCCH, SEND},
    {"NR UL CCCH1 ", DAPS_CH_UL_CCCH1, SEND}, {"NR UL DCCH ", DAPS_CH_UL_DCCH, SEND},
};

static const struct named nr_parts[] = {
    {"NR ENDC RRCReconfiguration", DAPS_CH_RECONFIGURATION, RECV},
    {"NR ENDC RRCReconfigurationComplete", DAPS_CH_RECONFIGURATION_COMPLETE, SEND},
    {"NR ENDC RadioBearerConfig", DAPS_CH_RADIO_BEARER_CONFIG, RECV},
    {"NR ENDC CellGroupConfig", DAPS_CH_CELL_GROUP_CONFIG, RECV},
    {"NR ENDC FreqBandList", DAPS_CH_OTHER, RECV},
    {"NR ENDC MRDCCapability", DAPS_CH_OTHER, SEND},
    {"NR ENDC NRCapability", DAPS_CH_OTHER, SEND},
    {"NR ENDC MeasurementReport", DAPS_CH_OTHER, SEND},
};

/* What UMTS has no message of that name for (TS 25.331). */
static const char *const only_lte[] = {"RRCConnectionReconfiguration",
                                       "RRCConnectionReestablishment",
                                       "RRCConnectionResume",
                                       "MobilityFromEUTRACommand",
                                       "UEInformation",
                                       "LoggedMeasurement",
                                       "SCG",
                                       "ProximityIndication",
                                       "ULInformationTransfer",
                                       "DLInformationTransfer",
                                       "CounterCheck ("};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A text up to its NUL; "" where there is none. */
static const char *take_text(struct octets *rest)
{
    const uint8_t *end = rest->left > 0 ? memchr(rest->at, 0, rest->left) : NULL;
    const char *text = (const char *)rest->at;

    if (end == NULL)
        rest->bad = true;
    else
        octets_skip(rest, (size_t)(end - rest->at) + 1);
    return end == NULL ? "" : text;
}

static enum direction direction_of(const char *text)
{
    return strcmp(text, "send") == 0 ? SEND : strcmp(text, "recv") == 0 ? RECV : UNKNOWN;
}

static struct row read_row(struct octets rest)
{
    const uint32_t phone = octets_u32(&rest);
    const char *protocol = take_text(&rest), *symbol = take_text(&rest);
    struct row row = {.protocol = protocol, .direction = direction_of(symbol), .ue_key = phone};

    if (row.direction == UNKNOWN && direction_of(protocol) != UNKNOWN) {
        row.protocol = symbol;
        row.direction = direction_of(protocol);
    }
    row.name = take_text(&rest);
    row.pdu = rest;
    return row;
}

/* As the tool writes it, "DL-DCCH" or "DL_DCCH". */
static bool is_in_brackets(const char *bracket, const char *channel)
{
    const size_t length = strlen(channel);

    for (size_t i = 0; i < length; i++) {
        if (bracket[1 + i] != channel[i] && !(bracket[1 + i] == '_' && channel[i] == '-'))
            return false;
    }
    return strcmp(bracket + 1 + length, ")") == 0;
}

static const struct named *find_lte(const char *name)
{
    const char *bracket = strrchr(name, '(');

    for (size_t i = 0; bracket != NULL && i < sizeof lte_channels / sizeof *lte_channels; i++) {
        if (is_in_brackets(bracket, lte_channels[i].text))
            return &lte_channels[i];
    }
    return NULL;
}

static const struct named *find_nr(const char *name)
{
    for (size_t i = 0; i < sizeof nr_channels / sizeof *nr_channels; i++) {
        if (begins(name, nr_channels[i].text))
            return &nr_channels[i];
    }
    for (size_t i = 0; i < sizeof nr_parts / sizeof *nr_parts; i++) {
        if (strcmp(name, nr_parts[i].text) == 0)
            return &nr_parts[i];
    }
    return NULL;
}

static void lost(struct peel *peel, const struct row *row, enum daps_problem what)
{
    tally_problem(&peel->at,
                  (struct daps_framing_problem){
                      .what = what, .layer = layer, .rrc_lost = true, .ue_known = true, .ue_key = row->ue_key});
}

static void take_rrc(struct peel *peel, const struct row *row, enum daps_rat rat)
{
    const struct named *named = rat == DAPS_RAT_LTE ? find_lte(row->name) : find_nr(row->name);

    if (named == NULL)
        lost(peel, row, DAPS_PROBLEM_ROW_NAME);
    else if (row->direction != UNKNOWN && row->direction != named->direction)
        lost(peel, row, DAPS_PROBLEM_ROW_DIRECTION);
    else if (row->pdu.left == 0 && strstr(row->name, "apability") != NULL)
        tally_count(&peel->at, DAPS_FRAMING_AZENQOS); /* the tool leaves long ones out; no rule needs them */
    else
        peel_deliver(
            peel, layer,
            &(struct pdu_context){.rat = rat, .ue_key = row->ue_key, .channel = named->channel, .cell = NO_CELL},
            row->pdu);
}

static bool is_lte(const struct row *row)
{
    bool lte = strcmp(row->protocol, "ERRC") == 0;

    for (size_t i = 0; !lte && i < sizeof only_lte / sizeof *only_lte; i++)
        lte = strcmp(row->protocol, "RRC") == 0 && begins(row->name, only_lte[i]);
    return lte;
}

void peel_azenqos(struct peel *peel, struct octets packet)
{
    static const char *const nas[] = {"EMM", "ESM", "GMM", "MM", "SM", "5GMM", "5GSM"};
    const struct row row = read_row(packet);
    bool is_nas = false;

    for (size_t i = 0; i < sizeof nas / sizeof *nas; i++)
        is_nas |= strcmp(row.protocol, nas[i]) == 0;
    if (row.pdu.bad)
        tally_short(&peel->at, layer, true, NULL);
    else if (strcmp(row.protocol, "NR-RRC") == 0)
        take_rrc(peel, &row, DAPS_RAT_NR);
    else if (is_lte(&row))
        take_rrc(peel, &row, DAPS_RAT_LTE);
    else if (strcmp(row.protocol, "RRC") == 0)
        tally_count(&peel->at, DAPS_FRAMING_UMTS_RRC);
    else
        tally_count(&peel->at, is_nas ? DAPS_FRAMING_NAS : DAPS_FRAMING_AZENQOS);
}
