/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carriers of NR RRC, outermost last:
 *
 *   upper PDU     tag 12 length name | [tag 20 length 4 address] | 0000 0000 | PDU                    (link type 252)
 *   GSMTAP v3     03 00 length/4 0503 channel | (tag length value)* | fffe | PDU                      UDP 4729
 *   QCSuper       body of DIAG log 0xB821, little endian                                              UDP 47928
 *   UERANSIM RLS  03 major minor patch 06 | sti(8) | 01 | id(4) | channel(4) | length(4) | PDU        UDP 4997
 */
#include "synth/carrier.h"

#include <string.h>

#include "daps/record.h"
#include "synth/layers.h"
#include "synth/put.h"

#define DLT_ETHERNET  1
#define DLT_RAW       101
#define DLT_UPPER_PDU 252

static const char *const framing_names[SYNTH_FRAMING_COUNT] = {"upper-pdu",
                                                               "upper-pdu-unpadded",
                                                               "gsmtap-v3",
                                                               "gsmtap-v2",
                                                               "qcsuper",
                                                               "rls",
                                                               "diag",
                                                               "diag-segments",
                                                               "mac-nr",
                                                               "mac-nr-dlt149",
                                                               "mac-nr-dlt157",
                                                               "mac-nr-upper",
                                                               "mac-nr-upper-udp",
                                                               "rlc-nr",
                                                               "pdcp-nr",
                                                               "pdcp-nr-2018",
                                                               "mac-lte",
                                                               "mac-lte-dlt147",
                                                               "mac-lte-dlt149",
                                                               "mac-lte-upper",
                                                               "rlc-lte",
                                                               "pdcp-lte",
                                                               "gsmtap-v2-mac",
                                                               "gsmtap-v3-mac",
                                                               "gsmtap-v3-pdcp",
                                                               "gsmtap-v3-both",
                                                               "diag-keys",
                                                               "diag-keys-segments"};

enum synth_framing synth_framing_by_name(const char *name)
{
    unsigned i = 0;

    while (i < SYNTH_FRAMING_COUNT && strcmp(framing_names[i], name) != 0)
        i++;
    return (enum synth_framing)i;
}

const char *synth_framing_names(void)
{
    return "upper-pdu, upper-pdu-unpadded, gsmtap-v3, gsmtap-v2, qcsuper, rls, diag, diag-segments, mac-nr, "
           "mac-nr-dlt149, mac-nr-dlt157, "
           "mac-nr-upper, "
           "mac-nr-upper-udp, rlc-nr, pdcp-nr, pdcp-nr-2018, mac-lte, mac-lte-dlt147, mac-lte-dlt149, mac-lte-upper, "
           "rlc-lte, pdcp-lte, gsmtap-v2-mac, gsmtap-v3-mac, gsmtap-v3-pdcp, gsmtap-v3-both, diag-keys, "
           "diag-keys-segments";
}

bool synth_framing_carries(enum synth_framing framing, enum daps_rat rat)
{
    const bool of_nr =
        (framing >= SYNTH_MAC_NR && framing <= SYNTH_PDCP_NR_2018) || framing == SYNTH_QCSUPER || framing == SYNTH_RLS;
    const bool of_lte = (framing >= SYNTH_MAC_LTE && framing <= SYNTH_GSMTAP_V2_MAC) || framing == SYNTH_GSMTAP_V2;

    return rat == DAPS_RAT_LTE ? !of_nr : !of_lte;
}

bool synth_framing_logs(enum synth_framing framing)
{
    return !synth_is_below_rrc(framing) || framing >= SYNTH_GSMTAP_V3_BOTH;
}

int synth_link_type(enum synth_framing framing)
{
    switch (framing) {
    case SYNTH_UPPER_PDU:
    case SYNTH_UPPER_PDU_UNPADDED:
    case SYNTH_MAC_NR_UPPER:
    case SYNTH_MAC_NR_UPPER_UDP:
    case SYNTH_MAC_LTE_UPPER:
        return DLT_UPPER_PDU;
    case SYNTH_MAC_LTE_DLT147:
        return 147;
    case SYNTH_MAC_NR_DLT149:
    case SYNTH_MAC_LTE_DLT149:
        return 149;
    case SYNTH_MAC_NR_DLT157:
        return 157;
    case SYNTH_QCSUPER:
        return DLT_RAW;
    case SYNTH_DIAG:
    case SYNTH_DIAG_SEGMENTS:
    case SYNTH_DIAG_KEYS:
    case SYNTH_DIAG_KEYS_SEGMENTS:
        return DAPS_LINKTYPE_DIAG;
    default:
        return DLT_ETHERNET;
    }
}

void put_number(GByteArray *out, uint64_t value, unsigned octets)
{
    for (unsigned i = octets; i-- > 0;) {
        uint8_t octet = (uint8_t)(value >> (8 * i));
        g_byte_array_append(out, &octet, 1);
    }
}

void put_little(GByteArray *out, uint64_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++)
        put_number(out, value >> (8 * i) & 0xFF, 1);
}

static void put_pdu(GByteArray *out, const struct synth_frame *frame)
{
    g_byte_array_append(out, frame->octets->data, frame->octets->len);
}

/* ---- link type 252 ---- */

void put_upper_name(GByteArray *out, const char *name)
{
    const size_t length = strlen(name), field = (length + 3) / 4 * 4;

    put_number(out, 12, 2);
    put_number(out, field, 2);
    g_byte_array_append(out, (const uint8_t *)name, (guint)length);
    put_number(out, 0, (unsigned)(field - length));
}

/* "lte_rrc.dl_dcch" and "lte-rrc.dl.dcch" are names of one dissector: Wireshark writes the former, phone tools the
 * latter. */
static const char *lte_dissector_name(enum daps_channel channel, bool padded)
{
    static const char *const names[DAPS_CH_COUNT][2] = {
        [DAPS_CH_BCCH_BCH] = {"lte-rrc.bcch.bch", "lte_rrc.bcch_bch"},
        [DAPS_CH_BCCH_DL_SCH] = {"lte-rrc.bcch.dl.sch", "lte_rrc.bcch_dl_sch"},
        [DAPS_CH_DL_CCCH] = {"lte-rrc.dl.ccch", "lte_rrc.dl_ccch"},
        [DAPS_CH_DL_DCCH] = {"lte-rrc.dl.dcch", "lte_rrc.dl_dcch"},
        [DAPS_CH_PCCH] = {"lte-rrc.pcch", "lte_rrc.pcch"},
        [DAPS_CH_UL_CCCH] = {"lte-rrc.ul.ccch", "lte_rrc.ul_ccch"},
        [DAPS_CH_UL_DCCH] = {"lte-rrc.ul.dcch", "lte_rrc.ul_dcch"},
    };

    return names[channel][padded];
}

static const char *dissector_name(enum daps_channel channel)
{
    static const char *const names[DAPS_CH_COUNT] = {
        [DAPS_CH_BCCH_BCH] = "nr-rrc.bcch.bch",
        [DAPS_CH_BCCH_DL_SCH] = "nr-rrc.bcch.dl.sch",
        [DAPS_CH_DL_CCCH] = "nr-rrc.dl.ccch",
        [DAPS_CH_DL_DCCH] = "nr-rrc.dl.dcch",
        [DAPS_CH_PCCH] = "nr-rrc.pcch",
        [DAPS_CH_UL_CCCH] = "nr-rrc.ul.ccch",
        [DAPS_CH_UL_CCCH1] = "nr-rrc.ul.ccch1",
        [DAPS_CH_UL_DCCH] = "nr-rrc.ul.dcch",
        [DAPS_CH_RECONFIGURATION] = "nr-rrc.rrc_reconf",
        [DAPS_CH_HANDOVER_COMMAND] = "nr-rrc.handovercommand_msg",
        [DAPS_CH_HANDOVER_PREPARATION] = "nr-rrc.handoverpreparationinformation_msg",
        [DAPS_CH_RADIO_BEARER_CONFIG] = "nr-rrc.radiobearerconfig",
        [DAPS_CH_CELL_GROUP_CONFIG] = "nr-rrc.cellgroupconfig_msg",
    };

    return names[channel];
}

static GByteArray *upper_pdu(const struct synth_frame *frame, bool padded)
{
    const char *name =
        frame->rat == DAPS_RAT_LTE ? lte_dissector_name(frame->channel, padded) : dissector_name(frame->channel);
    GByteArray *out;
    size_t length, field;

    if (name == NULL)
        return NULL;
    length = strlen(name);
    field = padded ? (length + 3) / 4 * 4 : length;
    out = g_byte_array_new();
    put_number(out, 12, 2);
    put_number(out, field, 2);
    g_byte_array_append(out, (const uint8_t *)name, (guint)length);
    for (size_t i = length; i < field; i++)
        put_number(out, 0, 1);
    if (frame->many_ues) {
        put_number(out, 20, 2);
        put_number(out, 4, 2);
        put_number(out, 0x0A000000U | frame->ue, 4);
    }
    put_number(out, 0, 4);
    put_pdu(out, frame);
    return out;
}

/* ---- IPv4 and UDP ---- */

static uint32_t ip_sum(const uint8_t *octets, guint n)
{
    uint32_t sum = 0;

    for (guint i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    while (sum >> 16 != 0)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

GByteArray *put_udp(const struct udp_path *path, GByteArray *payload, uint32_t number)
{
    GByteArray *out = g_byte_array_new();
    guint ip;
    uint32_t sum;

    if (path->ethernet) {
        put_number(out, 0, 8);
        put_number(out, 0, 4);
        put_number(out, 0x0800, 2);
    }
    ip = out->len;
    put_number(out, 0x4500, 2);
    put_number(out, 28 + payload->len, 2);
    put_number(out, number & 0xFFFF, 2);
    put_number(out, 0x4000, 2);
    put_number(out, 0x4011, 2); /* TTL 64, UDP */
    put_number(out, 0, 2);
    put_number(out, path->from, 4);
    put_number(out, path->to, 4);
    sum = ip_sum(out->data + ip, 20);
    out->data[ip + 10] = (uint8_t)(sum >> 8);
    out->data[ip + 11] = (uint8_t)sum;
    put_number(out, path->from_port, 2);
    put_number(out, path->to_port, 2);
    put_number(out, 8 + payload->len, 2);
    put_number(out, 0, 2);
    g_byte_array_append(out, payload->data, payload->len);
    g_byte_array_unref(payload);
    return out;
}

/* ---- GSMTAP v3 ---- */

static GByteArray *gsmtap_v3(const struct synth_frame *frame)
{
    static const uint16_t subtypes[DAPS_CH_COUNT] = {
        [DAPS_CH_BCCH_BCH] = 1,
        [DAPS_CH_BCCH_DL_SCH] = 2,
        [DAPS_CH_DL_CCCH] = 3,
        [DAPS_CH_DL_DCCH] = 4,
        [DAPS_CH_PCCH] = 6,
        [DAPS_CH_UL_CCCH] = 7,
        [DAPS_CH_UL_CCCH1] = 8,
        [DAPS_CH_UL_DCCH] = 9,
        [DAPS_CH_RECONFIGURATION] = 0x201,
        [DAPS_CH_RECONFIGURATION_COMPLETE] = 0x202,
    };
    static const uint16_t lte_subtypes[DAPS_CH_COUNT] = {
        [DAPS_CH_BCCH_BCH] = 1, [DAPS_CH_BCCH_DL_SCH] = 3, [DAPS_CH_PCCH] = 7,     [DAPS_CH_DL_CCCH] = 8,
        [DAPS_CH_DL_DCCH] = 9,  [DAPS_CH_UL_CCCH] = 10,    [DAPS_CH_UL_DCCH] = 11,
    };
    const bool lte = frame->rat == DAPS_RAT_LTE;
    const uint16_t subtype = lte ? lte_subtypes[frame->channel] : subtypes[frame->channel];
    const struct udp_path path = {0x7F000000U | frame->ue, 0x7F000000U | frame->ue, 13337, 4729, true};
    GByteArray *out;

    if (subtype == 0)
        return NULL;
    out = g_byte_array_new();
    put_number(out, 0x0300, 2);
    put_number(out, 0, 2);
    put_number(out, lte ? 0x0403 : 0x0503, 2);
    put_number(out, subtype, 2);
    put_number(out, 0x0000000C, 4); /* packet timestamp */
    put_number(out, (uint64_t)(frame->time_ns / 1000000000), 8);
    put_number(out, (uint64_t)(frame->time_ns % 1000000000), 4);
    put_number(out, 0x00020004, 4); /* channel number */
    put_number(out, (uint32_t)frame->cell.ssb_arfcn, 4);
    put_number(out, 0x00050002, 4); /* PCI */
    put_number(out, (uint32_t)frame->cell.pci, 2);
    put_number(out, 0x00080004, 4); /* SFN */
    put_number(out, frame->number % 1024, 4);
    put_number(out, 0xFFFE, 2);
    out->data[3] = (uint8_t)((out->len + 3) / 4); /* rounded up, nothing padded */
    put_pdu(out, frame);
    return put_udp(&path, out, frame->number);
}

/* ---- GSMTAP v2 ---- */

/* 02 04 0d slot | uplink, channel number (14 bits) | 0 | SFN | sub-type | 0: no PCI, and EARFCNs below 16384 only */
static GByteArray *gsmtap_v2(const struct synth_frame *frame)
{
    static const uint8_t subtypes[DAPS_CH_COUNT] = {
        [DAPS_CH_DL_CCCH] = 1,  [DAPS_CH_DL_DCCH] = 2,     [DAPS_CH_UL_CCCH] = 3, [DAPS_CH_UL_DCCH] = 4,
        [DAPS_CH_BCCH_BCH] = 5, [DAPS_CH_BCCH_DL_SCH] = 6, [DAPS_CH_PCCH] = 7,
    }; /* one more than on the wire, 0: not carried */
    const bool up = frame->channel == DAPS_CH_UL_CCCH || frame->channel == DAPS_CH_UL_DCCH;
    const struct udp_path path = {0x7F000000U | frame->ue, 0x7F000000U | frame->ue, 13337, 4729, true};
    const uint32_t earfcn = (uint32_t)frame->cell.ssb_arfcn;
    GByteArray *out;

    if (subtypes[frame->channel] == 0 || frame->rat != DAPS_RAT_LTE)
        return NULL;
    out = g_byte_array_new();
    put_number(out, 0x02040d00, 4);
    put_number(out, (up ? 0x4000 : 0) | (earfcn < 0x4000 ? earfcn : 0), 2);
    put_number(out, 0, 2);
    put_number(out, frame->number % 1024, 4);
    put_number(out, subtypes[frame->channel] - 1U, 1);
    put_number(out, 0, 3);
    put_pdu(out, frame);
    return put_udp(&path, out, frame->number);
}

/* ---- QCSuper ---- */

/* Log version 9: version | 3 | release | version | bearer | PCI | NR-ARFCN | SFN | type | SIB mask | 3 | length | PDU
 */
static GByteArray *qcsuper(const struct synth_frame *frame)
{
    static const uint8_t types[DAPS_CH_COUNT] = {
        [DAPS_CH_BCCH_BCH] = 1,
        [DAPS_CH_BCCH_DL_SCH] = 2,
        [DAPS_CH_DL_CCCH] = 3,
        [DAPS_CH_DL_DCCH] = 4,
        [DAPS_CH_PCCH] = 5,
        [DAPS_CH_UL_CCCH] = 6,
        [DAPS_CH_UL_CCCH1] = 7,
        [DAPS_CH_UL_DCCH] = 8,
        [DAPS_CH_RECONFIGURATION] = 9,
        [DAPS_CH_RECONFIGURATION_COMPLETE] = 10,
    };
    const struct udp_path path = {frame->many_ues ? frame->ue : 0, frame->many_ues ? frame->ue : 0, 47928, 47928,
                                  false};
    GByteArray *out;

    if (types[frame->channel] == 0)
        return NULL;
    out = g_byte_array_new();
    put_little(out, 9, 1);
    put_little(out, 0, 3);
    put_little(out, 0x10, 1);
    put_little(out, 0x40, 1);
    put_little(out, 1, 1);
    put_little(out, (uint32_t)frame->cell.pci, 2);
    put_little(out, (uint32_t)frame->cell.ssb_arfcn, 4);
    put_little(out, frame->number % 1024, 4);
    put_little(out, types[frame->channel], 1);
    put_little(out, 0, 1);
    put_little(out, 0, 3);
    put_little(out, frame->octets->len, 2);
    put_pdu(out, frame);
    return put_udp(&path, out, frame->number);
}

/* ---- UERANSIM RLS ---- */

static bool is_uplink(enum daps_channel channel)
{
    return channel == DAPS_CH_UL_CCCH || channel == DAPS_CH_UL_CCCH1 || channel == DAPS_CH_UL_DCCH;
}

static GByteArray *rls(const struct synth_frame *frame)
{
    static const int8_t channels[DAPS_CH_COUNT] = {
        [DAPS_CH_BCCH_BCH] = 1, [DAPS_CH_BCCH_DL_SCH] = 2, [DAPS_CH_DL_CCCH] = 3,  [DAPS_CH_DL_DCCH] = 4,
        [DAPS_CH_PCCH] = 5,     [DAPS_CH_UL_CCCH] = 6,     [DAPS_CH_UL_CCCH1] = 7, [DAPS_CH_UL_DCCH] = 8,
    }; /* one more than on the wire, 0: not carried */
    const uint32_t node = 0x7F000001, ue = 0x7F000100U + frame->ue;
    const uint16_t ue_port = (uint16_t)(40000 + frame->ue);
    const bool up = is_uplink(frame->channel);
    const struct udp_path path = {up ? ue : node, up ? node : ue, up ? ue_port : 4997, up ? 4997 : ue_port, true};
    GByteArray *out;

    if (channels[frame->channel] == 0)
        return NULL;
    out = g_byte_array_new();
    put_number(out, 0x03030206, 4); /* RLS of UERANSIM 3.2.6 */
    put_number(out, 6, 1);          /* PDU transmission */
    put_number(out, up ? 0x1111000000000000U | frame->ue : 0x2222000000000001U, 8);
    put_number(out, 1, 1); /* RRC */
    put_number(out, frame->number, 4);
    put_number(out, (uint64_t)(channels[frame->channel] - 1), 4);
    put_number(out, frame->octets->len, 4);
    put_pdu(out, frame);
    return put_udp(&path, out, frame->number);
}

GByteArray *synth_wrap(enum synth_framing framing, const struct synth_frame *frame)
{
    switch (framing) {
    case SYNTH_UPPER_PDU:
        return upper_pdu(frame, true);
    case SYNTH_UPPER_PDU_UNPADDED:
        return upper_pdu(frame, false);
    case SYNTH_GSMTAP_V3:
    case SYNTH_GSMTAP_V3_BOTH:
        return gsmtap_v3(frame);
    case SYNTH_GSMTAP_V2:
        return gsmtap_v2(frame);
    case SYNTH_QCSUPER:
        return frame->rat == DAPS_RAT_LTE ? NULL : qcsuper(frame);
    case SYNTH_DIAG:
    case SYNTH_DIAG_SEGMENTS:
    case SYNTH_DIAG_KEYS:
    case SYNTH_DIAG_KEYS_SEGMENTS:
        return synth_diag(frame, framing == SYNTH_DIAG_SEGMENTS || framing == SYNTH_DIAG_KEYS_SEGMENTS);
    case SYNTH_RLS:
        return frame->rat == DAPS_RAT_LTE ? NULL : rls(frame);
    default: /* below RRC: layers.c */
        return NULL;
    }
}
