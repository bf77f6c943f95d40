/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking up by name what PDUs are taken by. */
#include "take_ids.h"

#include "take.h"

static const char *const layer_names[LAYERS] = {"mac-nr", "rlc-nr", "pdcp-nr", "nr-rrc"};
static const char *const lte_names[LTE_LAYERS] = {"mac-lte", "rlc-lte", "pdcp-lte"};

/* Protocols that carry RRC between nodes, or quote packets that did not arrive. */
static const struct {
    const char *name;
    enum coverage as;
} closed_names[CLOSED] = {
    {"ngap", COVERAGE_NODES},  {"xnap", COVERAGE_NODES}, {"f1ap", COVERAGE_NODES}, {"e1ap", COVERAGE_NODES},
    {"s1ap", COVERAGE_NODES},  {"x2ap", COVERAGE_NODES}, {"e2ap", COVERAGE_NODES}, {"nas-5gs", COVERAGE_NAS},
    {"nas-eps", COVERAGE_NAS}, {"gtp", COVERAGE_NODES},  {"icmp", COVERAGE_COUNT}, {"icmpv6", COVERAGE_COUNT},
};

static const struct {
    const char *name;
    enum daps_rat rat;
    enum daps_channel channel;
} root_names[ROOTS] = {
    {"nr-rrc.BCCH_BCH_Message_element", DAPS_RAT_NR, DAPS_CH_BCCH_BCH},
    {"nr-rrc.BCCH_DL_SCH_Message_element", DAPS_RAT_NR, DAPS_CH_BCCH_DL_SCH},
    {"nr-rrc.DL_CCCH_Message_element", DAPS_RAT_NR, DAPS_CH_DL_CCCH},
    {"nr-rrc.DL_DCCH_Message_element", DAPS_RAT_NR, DAPS_CH_DL_DCCH},
    {"nr-rrc.PCCH_Message_element", DAPS_RAT_NR, DAPS_CH_PCCH},
    {"nr-rrc.UL_CCCH_Message_element", DAPS_RAT_NR, DAPS_CH_UL_CCCH},
    {"nr-rrc.UL_CCCH1_Message_element", DAPS_RAT_NR, DAPS_CH_UL_CCCH1},
    {"nr-rrc.UL_DCCH_Message_element", DAPS_RAT_NR, DAPS_CH_UL_DCCH},
    {"nr-rrc.RRCReconfiguration_element", DAPS_RAT_NR, DAPS_CH_RECONFIGURATION},
    {"nr-rrc.RRCReconfigurationComplete_element", DAPS_RAT_NR, DAPS_CH_RECONFIGURATION_COMPLETE},
    {"nr-rrc.HandoverCommand_element", DAPS_RAT_NR, DAPS_CH_HANDOVER_COMMAND},
    {"nr-rrc.HandoverPreparationInformation_element", DAPS_RAT_NR, DAPS_CH_HANDOVER_PREPARATION},
    {"nr-rrc.RadioBearerConfig_element", DAPS_RAT_NR, DAPS_CH_RADIO_BEARER_CONFIG},
    {"nr-rrc.CellGroupConfig_element", DAPS_RAT_NR, DAPS_CH_CELL_GROUP_CONFIG},
    {"lte-rrc.BCCH_BCH_Message_element", DAPS_RAT_LTE, DAPS_CH_BCCH_BCH},
    {"lte-rrc.BCCH_DL_SCH_Message_element", DAPS_RAT_LTE, DAPS_CH_BCCH_DL_SCH},
    {"lte-rrc.DL_CCCH_Message_element", DAPS_RAT_LTE, DAPS_CH_DL_CCCH},
    {"lte-rrc.DL_DCCH_Message_element", DAPS_RAT_LTE, DAPS_CH_DL_DCCH},
    {"lte-rrc.PCCH_Message_element", DAPS_RAT_LTE, DAPS_CH_PCCH},
    {"lte-rrc.UL_CCCH_Message_element", DAPS_RAT_LTE, DAPS_CH_UL_CCCH},
    {"lte-rrc.UL_DCCH_Message_element", DAPS_RAT_LTE, DAPS_CH_UL_DCCH},
    {"lte-rrc.RRCConnectionReconfiguration_element", DAPS_RAT_LTE, DAPS_CH_RECONFIGURATION},
    {"lte-rrc.HandoverPreparationInformation_element", DAPS_RAT_LTE, DAPS_CH_HANDOVER_PREPARATION},
};

static const char *const context_names[][CONTEXT_FIELDS] = {
    [MAC] = {[DIRECTION] = "mac-nr.direction",
             [UE_ID] = "mac-nr.ueid",
             [RNTI] = "mac-nr.rnti",
             [RNTI_TYPE] = "mac-nr.rnti-type"},
    [RLC] = {[DIRECTION] = "rlc-nr.direction",
             [UE_ID] = "rlc-nr.ueid",
             [MODE] = "rlc-nr.mode",
             [SN_BITS] = "rlc-nr.seqnum-length",
             [BEARER_TYPE] = "rlc-nr.bearer-type",
             [BEARER] = "rlc-nr.bearer-id"},
    [PDCP] = {[DIRECTION] = "pdcp-nr.direction",
              [UE_ID] = "pdcp-nr.ueid",
              [SN_BITS] = "pdcp-nr.seqnum_length",
              [BEARER_TYPE] = "pdcp-nr.Bearer-type",
              [BEARER] = "pdcp-nr.bearer-id",
              [PLANE] = "pdcp-nr.plane"},
};

static struct take_ids ids;

const struct take_ids *take_ids(void)
{
    return &ids;
}

static int protocol_id(const char *name)
{
    const int id = proto_get_id_by_filter_name(name);

    if (id > 0)
        ids.marks[id >> 6 & 3] |= UINT64_C(1) << (id & 63);
    return id;
}

void take_resolve(void)
{
    for (unsigned i = 0; i < LAYERS; i++)
        ids.layers[i] = protocol_id(layer_names[i]);
    ids.rrc_lte = protocol_id("lte_rrc");
    for (unsigned i = 0; i < LTE_LAYERS; i++)
        ids.lte[i] = protocol_id(lte_names[i]);
    for (unsigned i = 0; i < CLOSED; i++) {
        ids.closed[i] = protocol_id(closed_names[i].name);
        ids.closed_as[i] = closed_names[i].as;
    }
    ids.frame = proto_get_id_by_filter_name("frame");
    ids.udp = protocol_id("udp");
    ids.ip = protocol_id("ip");
    ids.ipv6 = protocol_id("ipv6");
    ids.gtp = protocol_id("gtp");
    ids.sctp = protocol_id("sctp");
    ids.s1ap = protocol_id("s1ap");
    ids.x2ap = protocol_id("x2ap");
    for (unsigned i = 0; i < ROOTS; i++) {
        ids.roots[i].id = proto_registrar_get_id_byname(root_names[i].name);
        ids.roots[i].rat = root_names[i].rat;
        ids.roots[i].channel = root_names[i].channel;
    }
    for (unsigned layer = 0; layer < RRC; layer++) {
        for (unsigned i = 0; i < CONTEXT_FIELDS; i++)
            ids.context[layer][i] =
                context_names[layer][i] != NULL ? proto_registrar_get_id_byname(context_names[layer][i]) : -1;
    }
}

static void want(GArray *wanted, int id)
{
    if (id > 0)
        g_array_append_val(wanted, id);
}

GArray *take_wanted_fields(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    for (unsigned i = 0; i < LAYERS; i++)
        want(wanted, ids.layers[i]); /* 4.6 leaves out protocols, too, that nobody asks for */
    want(wanted, ids.rrc_lte);
    want(wanted, ids.udp);
    for (unsigned i = 0; i < ROOTS; i++)
        want(wanted, ids.roots[i].id);
    for (unsigned layer = 0; layer < RRC; layer++) {
        for (unsigned i = 0; i < CONTEXT_FIELDS; i++)
            want(wanted, ids.context[layer][i]);
    }
    return wanted;
}
