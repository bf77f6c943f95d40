/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a dissector name in an upper PDU stands for. The names are those Wireshark registers; spelling differs between
 * its versions and the tools ('-', '_' and '.' are used for one another), so it is compared with all of them as '.'.
 */
#include <stdlib.h>
#include <string.h>

#include "framing/peel.h"

#define NR(name, channel)                                                                                              \
    {                                                                                                                  \
        "nr.rrc." name, UPPER_RRC, DAPS_RAT_NR, channel, DAPS_FRAMING_NR_RRC, NULL                                     \
    }
#define LTE(name, channel)                                                                                             \
    {                                                                                                                  \
        "lte.rrc." name, UPPER_RRC, DAPS_RAT_LTE, channel, DAPS_FRAMING_LTE_RRC, NULL                                  \
    }
#define COUNTED(name, class)                                                                                           \
    {                                                                                                                  \
        name, UPPER_COUNTED, DAPS_RAT_NR, DAPS_CH_NONE, class, NULL                                                    \
    }
#define INNER(name, unwrap)                                                                                            \
    {                                                                                                                  \
        name, UPPER_INNER, DAPS_RAT_NR, DAPS_CH_NONE, DAPS_FRAMING_UPPER_OTHER, unwrap                                 \
    }

static void inner_gsmtap(struct peel *peel, struct octets payload)
{
    if (!peel_gsmtap2(peel, payload) && !peel_gsmtap3(peel, payload))
        tally_count(&peel->at, DAPS_FRAMING_UPPER_OTHER);
}

/* The heuristic dissectors: with the protocol's name in front, as in UDP. */
static void inner_named(struct peel *peel, struct octets payload)
{
    if (!peel_named_payload(peel, payload))
        tally_count(&peel->at, DAPS_FRAMING_UPPER_OTHER);
}

/* Sorted by strcmp; the unit test holds it to that. */
static const struct upper_name names[] = {
    COUNTED("e1ap", DAPS_FRAMING_E1AP),
    COUNTED("e2ap", DAPS_FRAMING_E2AP),
    COUNTED("f1ap", DAPS_FRAMING_F1AP),
    INNER("gsmtap", inner_gsmtap),
    INNER("gsmtapv3", inner_gsmtap),
    INNER("gtp", peel_gtp_u),
    INNER("ip", peel_ip),
    INNER("ipv4", peel_ip),
    INNER("ipv6", peel_ip),
    LTE("bcch.bch", DAPS_CH_BCCH_BCH),
    COUNTED("lte.rrc.bcch.bch.nb", DAPS_FRAMING_NB_IOT_RRC),
    COUNTED("lte.rrc.bcch.bch.nb.tdd", DAPS_FRAMING_NB_IOT_RRC),
    LTE("bcch.dl.sch", DAPS_CH_BCCH_DL_SCH),
    COUNTED("lte.rrc.bcch.dl.sch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("dl.ccch", DAPS_CH_DL_CCCH),
    COUNTED("lte.rrc.dl.ccch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("dl.dcch", DAPS_CH_DL_DCCH),
    COUNTED("lte.rrc.dl.dcch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("handover.prep.info", DAPS_CH_HANDOVER_PREPARATION),
    LTE("pcch", DAPS_CH_PCCH),
    COUNTED("lte.rrc.pcch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("rrc.conn.reconf", DAPS_CH_RECONFIGURATION),
    COUNTED("lte.rrc.sc.mcch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("ul.ccch", DAPS_CH_UL_CCCH),
    COUNTED("lte.rrc.ul.ccch.nb", DAPS_FRAMING_NB_IOT_RRC),
    LTE("ul.dcch", DAPS_CH_UL_DCCH),
    COUNTED("lte.rrc.ul.dcch.nb", DAPS_FRAMING_NB_IOT_RRC),
    INNER("mac.lte", inner_named),
    INNER("mac.lte.framed", peel_mac_lte),
    INNER("mac.lte.udp", inner_named),
    INNER("mac.nr", inner_named),
    INNER("mac.nr.framed", peel_mac_nr),
    INNER("mac.nr.udp", inner_named),
    COUNTED("nas.5gs", DAPS_FRAMING_NAS),
    COUNTED("nas.eps", DAPS_FRAMING_NAS),
    COUNTED("nas.eps.plain", DAPS_FRAMING_NAS),
    COUNTED("ngap", DAPS_FRAMING_NGAP),
    NR("bcch.bch", DAPS_CH_BCCH_BCH),
    NR("bcch.dl.sch", DAPS_CH_BCCH_DL_SCH),
    NR("cellgroupconfig", DAPS_CH_CELL_GROUP_CONFIG),
    NR("cellgroupconfig.msg", DAPS_CH_CELL_GROUP_CONFIG),
    NR("dl.ccch", DAPS_CH_DL_CCCH),
    NR("dl.ccch.msg.msg", DAPS_CH_DL_CCCH),
    NR("dl.dcch", DAPS_CH_DL_DCCH),
    NR("dl.dcch.msg.msg", DAPS_CH_DL_DCCH),
    NR("handovercommand", DAPS_CH_HANDOVER_COMMAND),
    NR("handovercommand.msg", DAPS_CH_HANDOVER_COMMAND),
    NR("handoverpreparationinformation", DAPS_CH_HANDOVER_PREPARATION),
    NR("handoverpreparationinformation.msg", DAPS_CH_HANDOVER_PREPARATION),
    NR("pcch", DAPS_CH_PCCH),
    NR("radiobearerconfig", DAPS_CH_RADIO_BEARER_CONFIG),
    NR("radiobearerconfig.msg", DAPS_CH_RADIO_BEARER_CONFIG),
    NR("rrc.reconf", DAPS_CH_RECONFIGURATION),
    NR("rrc.reconf.compl", DAPS_CH_RECONFIGURATION_COMPLETE),
    NR("rrc.reconf.compl.msg", DAPS_CH_RECONFIGURATION_COMPLETE),
    NR("rrc.reconf.msg", DAPS_CH_RECONFIGURATION),
    NR("ul.ccch", DAPS_CH_UL_CCCH),
    NR("ul.ccch.msg.msg", DAPS_CH_UL_CCCH),
    NR("ul.ccch1", DAPS_CH_UL_CCCH1),
    NR("ul.ccch1.msg.msg", DAPS_CH_UL_CCCH1),
    NR("ul.dcch", DAPS_CH_UL_DCCH),
    NR("ul.dcch.msg.msg", DAPS_CH_UL_DCCH),
    INNER("pdcp.lte", inner_named),
    INNER("pdcp.lte.udp", inner_named),
    INNER("pdcp.nr", inner_named),
    INNER("pdcp.nr.udp", inner_named),
    INNER("rlc.lte", inner_named),
    INNER("rlc.lte.udp", inner_named),
    INNER("rlc.nr", inner_named),
    INNER("rlc.nr.udp", inner_named),
    COUNTED("s1ap", DAPS_FRAMING_S1AP),
    INNER("sctp", peel_sctp),
    INNER("udp", peel_udp),
    COUNTED("x2ap", DAPS_FRAMING_X2AP),
    COUNTED("xnap", DAPS_FRAMING_XNAP),
};

/* Families, for the names not listed: whatever else belongs to a protocol is counted with it. */
static const struct upper_name families[] = {
    NR("", DAPS_CH_OTHER),
    LTE("", DAPS_CH_OTHER),
    COUNTED("rrc.", DAPS_FRAMING_UMTS_RRC),
    COUNTED("nas.", DAPS_FRAMING_NAS),
    COUNTED("e2ap.", DAPS_FRAMING_E2AP),
    COUNTED("gtp", DAPS_FRAMING_GTP_U),
};

static const struct upper_name other = COUNTED("", DAPS_FRAMING_UPPER_OTHER);

static int compare(const void *key, const void *entry)
{
    return strcmp(key, ((const struct upper_name *)entry)->name);
}

const struct upper_name *upper_name_find(const uint8_t *name, size_t length)
{
    char plain[UPPER_NAME_MAX + 1] = "";
    for (size_t i = 0; i < length && i < UPPER_NAME_MAX; i++) {
        char c = (char)name[i];
        plain[i] = (char)(c == '-' || c == '_' ? '.' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    const struct upper_name *found = NULL;
    if (length <= UPPER_NAME_MAX)
        found = bsearch(plain, names, sizeof names / sizeof *names, sizeof *names, compare);
    for (size_t i = 0; !found && i < sizeof families / sizeof *families; i++) {
        if (!strncmp(plain, families[i].name, strlen(families[i].name)))
            found = &families[i];
    }
    return found ? found : &other;
}
