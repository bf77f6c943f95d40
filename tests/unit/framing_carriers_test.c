/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Upper PDUs and GSMTAP: names, channels, metadata, whose PDU it is, and every cut of them. */
#include "framing_bytes.h"

static const struct {
    const char *name;
    enum daps_channel channel;
} nr_names[] = {
    {"nr-rrc.bcch.bch", DAPS_CH_BCCH_BCH},
    {"nr-rrc.bcch.dl.sch", DAPS_CH_BCCH_DL_SCH},
    {"nr-rrc.dl.ccch", DAPS_CH_DL_CCCH},
    {"nr-rrc.dl.dcch", DAPS_CH_DL_DCCH},
    {"nr-rrc.pcch", DAPS_CH_PCCH},
    {"nr-rrc.ul.ccch", DAPS_CH_UL_CCCH},
    {"nr-rrc.ul.ccch1", DAPS_CH_UL_CCCH1},
    {"nr-rrc.ul.dcch", DAPS_CH_UL_DCCH},
    {"nr-rrc.mcch", DAPS_CH_OTHER},
    {"nr-rrc.scch", DAPS_CH_OTHER},
    {"nr-rrc.sbcch.sl.bch", DAPS_CH_OTHER},
    {"nr-rrc.rrc_reconf", DAPS_CH_RECONFIGURATION},
    {"nr-rrc.rrc_reconf_msg", DAPS_CH_RECONFIGURATION},
    {"nr-rrc.rrc_reconf_compl", DAPS_CH_RECONFIGURATION_COMPLETE},
    {"nr-rrc.radiobearerconfig", DAPS_CH_RADIO_BEARER_CONFIG},
    {"nr-rrc.cellgroupconfig_msg", DAPS_CH_CELL_GROUP_CONFIG},
    {"nr-rrc.measconfig_msg", DAPS_CH_OTHER},
    {"nr-rrc.measgapconfig_msg", DAPS_CH_OTHER},
    {"nr-rrc.handovercommand_msg", DAPS_CH_HANDOVER_COMMAND},
    {"nr-rrc.handoverpreparationinformation_msg", DAPS_CH_HANDOVER_PREPARATION},
    {"nr-rrc.ue_mrdc_cap", DAPS_CH_OTHER},
    {"nr-rrc.ue_mrdc_cap_msg", DAPS_CH_OTHER},
    {"nr-rrc.ue_nr_cap", DAPS_CH_OTHER},
    {"nr-rrc.ue_nr_cap_msg", DAPS_CH_OTHER},
    {"nr-rrc.ue_radio_access_cap_info", DAPS_CH_OTHER},
    {"nr-rrc.ue_radio_access_cap_info_msg", DAPS_CH_OTHER},
    {"nr-rrc.ue_radio_paging_info", DAPS_CH_OTHER},
    {"nr-rrc.ue_capabilityrat_containerlist", DAPS_CH_OTHER},
    {"nr-rrc.dl.dcch_msg_msg", DAPS_CH_DL_DCCH},
    {"nr-rrc.ul.dcch_msg_msg", DAPS_CH_UL_DCCH},
    {"nr-rrc.dl.ccch_msg_msg", DAPS_CH_DL_CCCH},
    {"nr-rrc.ul.ccch_msg_msg", DAPS_CH_UL_CCCH},
    /* other spellings */
    {"nr_rrc.dl_dcch", DAPS_CH_DL_DCCH},
    {"nr.rrc.ul-dcch", DAPS_CH_UL_DCCH},
    {"NR-RRC.UL.CCCH1", DAPS_CH_UL_CCCH1},
};

START_TEST(upper_pdu_names)
{
    for (unsigned nuls = 0; nuls < 6; nuls++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 252, upper(nr_names[_i].name, nuls, hex("28 00 01")));
        assert_one(&seen, nr_names[_i].channel, "280001");
        ck_assert_uint_eq(seen.pdu.ue_key, 0);
        ck_assert_int_eq(seen.pdu.logged_cell.pci, -1);
        ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, -1);
        seen_end(&seen);
    }
}
END_TEST

START_TEST(upper_pdu_of_other_protocols)
{
    static const struct {
        const char *name;
        enum daps_framing_class class;
    } names[] = {
        {"lte_rrc.dl_dcch", DAPS_FRAMING_LTE_RRC},
        {"lte-rrc.dl.dcch", DAPS_FRAMING_LTE_RRC},
        {"lte_rrc.handover_prep_info", DAPS_FRAMING_LTE_RRC},
        {"rrc.dl.dcch", DAPS_FRAMING_UMTS_RRC},
        {"ngap", DAPS_FRAMING_NGAP},
        {"xnap", DAPS_FRAMING_XNAP},
        {"f1ap", DAPS_FRAMING_F1AP},
        {"e1ap", DAPS_FRAMING_E1AP},
        {"s1ap", DAPS_FRAMING_S1AP},
        {"x2ap", DAPS_FRAMING_X2AP},
        {"nas-5gs", DAPS_FRAMING_NAS},
        {"nas-eps", DAPS_FRAMING_NAS},
        {"nas-eps_plain", DAPS_FRAMING_NAS},
        {"gtp", DAPS_FRAMING_GTP_U},
        {"sip", DAPS_FRAMING_UPPER_OTHER},
        {"nr-rrcx", DAPS_FRAMING_UPPER_OTHER},
        {"a name that is longer than any dissector of Wireshark has had so far", DAPS_FRAMING_UPPER_OTHER},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        seen_begin(&seen);
        for (int twice = 0; twice < 2; twice++)
            give(&seen, 252, upper(names[i].name, 1, hex("00")));
        ck_assert_msg(counted(&seen, names[i].class) == 2, "%s", names[i].name);
        ck_assert_uint_eq(counted_all(&seen), 2);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 252, join(join(u32(tlv(13, text("mac_nr_udp")), 0), text("mac-nr")), hex("010003 01 3f")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 1);
    give(&seen, 252, join(u32(join(tlv(14, text("sctp.ppi")), tlv(32, hex("0000003c"))), 0), hex("00")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_NGAP), 1);
    give(&seen, 252, join(u32(tlv(14, text("gsm_a.dtap")), 0), hex("00")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UPPER_OTHER), 1);
    ck_assert_uint_eq(seen.problems, 0);
    give(&seen, 252, join(u32(tlv(33, text("NR")), 0), hex("00")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    seen_end(&seen);
}
END_TEST

/* PDUs of node interfaces: the procedures with handovers or RRC in them are not followed, and said; others counted. */
START_TEST(node_interfaces)
{
    static const struct {
        const char *name, *octets;
        enum daps_framing_class class;
        unsigned unfollowed;
    } pdus[] = {
        {"x2ap", "0000006d", DAPS_FRAMING_X2AP, 0}, /* S1AP and X2AP are handed over */
        {"s1ap", "000980", DAPS_FRAMING_S1AP, 0},   {"ngap", "000c00", DAPS_FRAMING_NGAP, 1},
        {"ngap", "000e00", DAPS_FRAMING_NGAP, 0},   {"ngap", "00ff00", DAPS_FRAMING_NGAP, 0},
        {"xnap", "000000", DAPS_FRAMING_XNAP, 1},   {"f1ap", "000c00", DAPS_FRAMING_F1AP, 1},
        {"f1ap", "000100", DAPS_FRAMING_F1AP, 0},   {"nas-eps", "000000", DAPS_FRAMING_NAS, 0},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(pdus); i++) {
        seen_begin(&seen);
        give(&seen, 252, upper(pdus[i].name, 1, hex(pdus[i].octets)));
        ck_assert_uint_eq(counted(&seen, pdus[i].class), 1);
        ck_assert_uint_eq(counted_all(&seen), 1);
        ck_assert_msg(seen.unfollowed == pdus[i].unfollowed, "%s %s", pdus[i].name, pdus[i].octets);
        ck_assert_uint_eq(seen.problems, 0);
        ck_assert_uint_eq(seen.aps, i < 2);
        if (i < 2) {
            ck_assert_str_eq(seen.ap_octets, pdus[i].octets);
            ck_assert(seen.ap.x2 == (i == 0) && !seen.ap.numbered);
        }
        seen_end(&seen);
    }
    seen_begin(&seen); /* SCTP in IPv4 in raw IP, one DATA chunk of X2AP */
    give(&seen, 101,
         hex("45000034 00000000 40840000 0a000001 0a000002 8e368e36 00000000 00000000"
             "00030014 00000001 00000000 0000001b 0000006d"));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_X2AP), 1);
    ck_assert_uint_eq(seen.unfollowed, 0);
    ck_assert_str_eq(seen.ap_octets, "0000006d");
    ck_assert(seen.ap.x2 && seen.ap.numbered);
    ck_assert_uint_eq(seen.ap.ends.source.port, 36406);
    seen_end(&seen);
}
END_TEST

/* Names after one another, so that a wrong answer of the cache of names would show. */
START_TEST(upper_pdu_names_in_turn)
{
    struct seen seen;
    seen_begin(&seen);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < G_N_ELEMENTS(nr_names); i++) {
            give(&seen, 252, upper(nr_names[i].name, (unsigned)round, hex("28")));
            ck_assert_int_eq(seen.pdu.channel, nr_names[i].channel);
        }
    }
    ck_assert_uint_eq(seen.pdus, 3 * G_N_ELEMENTS(nr_names));
    seen_end(&seen);
}
END_TEST

static bytes addressed(const char *source, const char *destination, unsigned from, unsigned to)
{
    bytes b = join(tlv(10, hex("00000050")), tlv(12, text("nr-rrc.dl.dcch")));
    b = join(b, tlv(strlen(source) > 8 ? 22 : 20, hex(source)));
    b = join(b, tlv(strlen(destination) > 8 ? 23 : 21, hex(destination)));
    b = join(join(b, tlv(24, hex("00000003"))), tlv(25, u32(g_byte_array_new(), from)));
    b = join(join(b, tlv(26, u32(g_byte_array_new(), to))), tlv(33, text("odd")));
    return join(u32(b, 0), hex("28 00 01"));
}

static uint64_t key_of(int linktype, bytes b)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, linktype, b);
    ck_assert_uint_eq(seen.pdus, 1);
    seen_end(&seen);
    return seen.pdu.ue_key;
}

START_TEST(upper_pdu_ue)
{
    uint64_t one = key_of(252, addressed("0a000001", "0a000002", 1000, 2000));
    ck_assert_uint_ne(one, 0);
    ck_assert_uint_eq(one, key_of(252, addressed("0a000002", "0a000001", 2000, 1000)));
    ck_assert_uint_ne(one, key_of(252, addressed("0a000003", "0a000001", 2000, 1000)));
    ck_assert_uint_ne(one, key_of(252, addressed("0a000001", "0a000002", 1001, 2000)));
    const char *a = "20010db8000000000000000000000001", *b = "20010db8000000000000000000000002";
    uint64_t six = key_of(252, addressed(a, b, 1, 2));
    ck_assert_uint_eq(six, key_of(252, addressed(b, a, 2, 1)));
    ck_assert_uint_ne(six, one);
    /* What stands for no address, and none at all, is the only UE. */
    bytes loop = join(tlv(12, text("nr-rrc.dl.dcch")), tlv(21, hex("7f000001")));
    ck_assert_uint_eq(key_of(252, join(u32(loop, 0), hex("28"))), 0);
    ck_assert_uint_eq(key_of(252, addressed("7f000001", "7f000001", 0, 0)), 0);
    ck_assert_uint_eq(key_of(252, addressed("00000000", "00000000", 0, 0)), 0);
    ck_assert_uint_ne(key_of(252, addressed("7f000001", "7f000002", 0, 0)), 0);
}
END_TEST

START_TEST(upper_pdu_cut)
{
    bytes b = addressed("0a000001", "0a000002", 1000, 2000);
    assert_cuts(252, b, G_MAXUINT);
    g_byte_array_unref(b);
    b = upper("nr-rrc.dl.dcch", 2, hex("28 00 01"));
    assert_cuts(252, b, G_MAXUINT);
    struct seen seen;
    seen_begin(&seen);
    give_part(&seen, 252, b, b->len - 1, b->len);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_CUT), 1);
    ck_assert(seen.rrc_lost);
    ck_assert_ptr_nonnull(strstr(seen.detail, "cut by the snap length"));
    give_part(&seen, 252, b, b->len - 3, b->len - 3);
    ck_assert_ptr_nonnull(strstr(seen.detail, "no RRC PDU"));
    give_part(&seen, 252, b, b->len - 4, b->len - 4);
    ck_assert_ptr_nonnull(strstr(seen.detail, "runs past the end"));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 2);
    ck_assert(seen.rrc_lost);
    g_byte_array_unref(b);
    b = upper("s1ap", 1, hex("28 00 01"));
    give_part(&seen, 252, b, b->len - 4, b->len - 4);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 3);
    ck_assert(!seen.rrc_lost);
    seen_end(&seen);
    g_byte_array_unref(b);
}
END_TEST

START_TEST(upper_pdu_with_udp_inside)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 252, upper("udp", 1, udp(0xbeef, 0xdead, join(text("mac-nr"), hex("010003 01 3f")))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 1);
    give(&seen, 252, upper("udp", 1, udp(4729, 4729, gsmtap3(0x0503, 9, hex("2a")))));
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_DCCH);
    give(&seen, 252, upper("ip", 0, ipv4(1, 2, 17, udp(1, 4729, gsmtap3(0x0503, 7, hex("2b"))))));
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_CCCH);
    ck_assert_uint_eq(seen.problems, 0);
    seen_end(&seen);
}
END_TEST

static bytes by_ip(bytes payload)
{
    return ipv4(0x7f000001, 0x7f000001, 17, udp(13337, 4729, payload));
}

START_TEST(gsmtap2_is_counted)
{
    static const struct {
        const char *header;
        enum daps_framing_class class;
    } headers[] = {
        {"02 04 0d 00 4000 00 00 00000000 01 00 00 00", DAPS_FRAMING_LTE_RRC},
        {"02 04 12 00 4000 00 00 00000000 00 00 00 00", DAPS_FRAMING_NAS},
        {"02 04 0c 00 4000 00 00 00000000 00 00 00 00", DAPS_FRAMING_UMTS_RRC},
        {"02 04 0e 00 4000 00 00 00000000 00 00 00 00", DAPS_FRAMING_MAC_LTE},
        {"02 05 0d 00 4000 00 00 00000000 01 00 00 00 00000000", DAPS_FRAMING_LTE_RRC},
        {"02 04 01 00 4000 00 00 00000000 01 00 00 00", DAPS_FRAMING_GSMTAP_OTHER},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        seen_begin(&seen);
        give(&seen, 228, by_ip(join(hex(headers[i].header), hex("11 22"))));
        ck_assert_uint_eq(counted(&seen, headers[i].class), 1);
        ck_assert_uint_eq(counted_all(&seen), 1);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 228, by_ip(hex("02 05 0d 00 4000 00 00 00000000 01 00 00 00"))); /* header past the end */
    give(&seen, 228, by_ip(hex("02 03 0d 00 4000 00 00 00000000 01 00 00 00")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 2);
    seen_end(&seen);
}
END_TEST

/* TS 36.331: PhysCellId to 503, EARFCN to 262143; version 2 has 14 bits for it, and 0 where the tool does not know. */
START_TEST(gsmtap_lte)
{
    static const struct {
        const char *header;
        enum daps_channel channel;
        int32_t pci, earfcn;
    } rows[] = {
        {"02 04 0d 00 4514 00 00 00000000 03 00 00 00", DAPS_CH_UL_DCCH, -1, 1300},
        {"02 04 0d 00 0514 00 00 00000000 01 00 00 00", DAPS_CH_DL_DCCH, -1, 1300},
        {"02 04 0d 00 0000 00 00 00000000 00 00 00 00", DAPS_CH_DL_CCCH, -1, -1},
        {"02 04 0d 00 4000 00 00 00000000 02 00 00 00", DAPS_CH_UL_CCCH, -1, -1},
        {"02 04 0d 00 0000 00 00 00000000 07 00 00 00", DAPS_CH_OTHER, -1, -1},
        {"03 00 0007 0403 000b 0002 0004 000104e2 0005 0002 01f7 fffe", DAPS_CH_UL_DCCH, 503, 66786},
        {"03 00 0007 0403 0009 0002 0004 00040000 0005 0002 01f8 fffe", DAPS_CH_DL_DCCH, -1, -1},
        {"03 09 0d 00 0000 00 00 00000000 01 00 00 00 000000006955b900 00000000 00009600 002c 0000", DAPS_CH_DL_DCCH,
         44, 38400},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        seen_begin(&seen);
        give(&seen, 228, by_ip(join(hex(rows[i].header), hex("28 02"))));
        ck_assert_uint_eq(seen.pdus, 1);
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_LTE_RRC), 1);
        ck_assert_int_eq(seen.pdu.rat, DAPS_RAT_LTE);
        ck_assert_int_eq(seen.pdu.channel, rows[i].channel);
        ck_assert_int_eq(seen.pdu.logged_cell.pci, rows[i].pci);
        ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, rows[i].earfcn);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 228, by_ip(hex("02 04 0d 00 0000 00 00 00000000 0f 00 00 00 28 02")));
    give(&seen, 228, by_ip(hex("03 00 0003 0403 0201 fffe 28 02")));
    give(&seen, 252, upper("lte_rrc.dl_dcch.nb", 1, hex("28 02")));
    ck_assert(counted(&seen, DAPS_FRAMING_NB_IOT_RRC) == 3 && seen.pdus == 0 && seen.problems == 0);
    give(&seen, 228, by_ip(hex("02 04 0d 00 0000 00 00 00000000 1f 00 00 00 28 02")));
    ck_assert(seen.problems == 1 && seen.rrc_lost && counted(&seen, DAPS_FRAMING_UNKNOWN) == 1);
    give(&seen, 252, upper("lte-rrc.ul.dcch", 0, hex("28 02")));
    ck_assert(seen.pdus == 1 && seen.pdu.rat == DAPS_RAT_LTE && seen.pdu.channel == DAPS_CH_UL_DCCH);
    seen_end(&seen);
}
END_TEST

START_TEST(gsmtap3_channels)
{
    static const struct {
        unsigned subtype;
        enum daps_channel channel;
    } subtypes[] = {
        {1, DAPS_CH_BCCH_BCH},  {2, DAPS_CH_BCCH_DL_SCH},
        {3, DAPS_CH_DL_CCCH},   {4, DAPS_CH_DL_DCCH},
        {5, DAPS_CH_OTHER},     {6, DAPS_CH_PCCH},
        {7, DAPS_CH_UL_CCCH},   {8, DAPS_CH_UL_CCCH1},
        {9, DAPS_CH_UL_DCCH},   {0x101, DAPS_CH_OTHER},
        {0x102, DAPS_CH_OTHER}, {0x201, DAPS_CH_RECONFIGURATION},
        {0x203, DAPS_CH_OTHER}, {0x202, DAPS_CH_RECONFIGURATION_COMPLETE},
        {0x204, DAPS_CH_OTHER}, {0x207, DAPS_CH_OTHER},
        {0x208, DAPS_CH_OTHER},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(subtypes); i++) {
        seen_begin(&seen);
        give(&seen, 228, by_ip(gsmtap3(0x0503, subtypes[i].subtype, hex("0a 0b"))));
        assert_one(&seen, subtypes[i].channel, "0a0b");
        seen_end(&seen);
    }
    static const unsigned unknown[] = {0, 10, 0x100, 0x103, 0x200, 0x300};
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        seen_begin(&seen);
        give(&seen, 228, by_ip(gsmtap3(0x0503, unknown[i], hex("0a 0b"))));
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UNKNOWN), 1);
        ck_assert_uint_eq(seen.pdus, 0);
        ck_assert(seen.rrc_lost && seen.ue_known);
        seen_end(&seen);
    }
}
END_TEST

START_TEST(gsmtap3_other_types)
{
    static const struct {
        unsigned type;
        enum daps_framing_class class;
    } types[] = {
        {0x0303, DAPS_FRAMING_UMTS_RRC}, {0x0403, DAPS_FRAMING_LTE_RRC},      {0x0404, DAPS_FRAMING_NAS},
        {0x0504, DAPS_FRAMING_NAS},      {0x0000, DAPS_FRAMING_GSMTAP_OTHER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 228, by_ip(gsmtap3(types[i].type, 1, hex("0a 0b"))));
        ck_assert_uint_eq(counted(&seen, types[i].class), 1);
        ck_assert_uint_eq(counted_all(&seen), 1);
        seen_end(&seen);
    }
}
END_TEST

/* Metadata as SCAT writes it; words is the header length field, which must not matter. */
static bytes with_metadata(unsigned words, const char *arfcn, const char *pci, bool keys)
{
    bytes b = u16(u16(u16(hex("03 00"), words), 0x0503), 4);
    b = join(b, tlv(0x0000, hex("000000005fb267d7 05cc8ee0")));
    if (arfcn)
        b = join(b, tlv(0x0002, hex(arfcn)));
    if (pci)
        b = join(b, tlv(0x0005, hex(pci)));
    if (keys)
        b = join(join(b, tlv(0x0204, hex("00112233445566778899aabbccddeeff"))), tlv(0x0205, hex("00")));
    b = join(join(b, tlv(0x0009, hex("0000"))), tlv(0x0001, g_byte_array_new()));
    return join(u16(b, 0xfffe), hex("12 a6 77"));
}

START_TEST(gsmtap3_metadata)
{
    static const struct {
        const char *arfcn, *pci;
        int32_t expected_arfcn, expected_pci;
    } cells[] = {
        {"0007b49e", "0202", 504990, 514},
        {"0007b49e", "0000", 504990, 0},
        {"00000000", "0000", -1, -1},
        {"00000000", "0007", -1, 7},
        {NULL, "0000", -1, 0},
        {"0007b49e", NULL, 504990, -1},
        {"0032093e", "03f0", -1, -1},
        {"0032093d", "03ef", 3279165, 1007},
        {"b49e", "02", -1, -1},
    };
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
        for (unsigned words = 3; words < 40; words += 9) {
            seen_begin(&seen);
            give(&seen, 228, by_ip(with_metadata(words, cells[i].arfcn, cells[i].pci, false)));
            assert_one(&seen, DAPS_CH_DL_DCCH, "12a677");
            ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, cells[i].expected_arfcn);
            ck_assert_int_eq(seen.pdu.logged_cell.pci, cells[i].expected_pci);
            seen_end(&seen);
        }
    }
    seen_begin(&seen);
    give(&seen, 228, by_ip(with_metadata(20, "0007b49e", "0001", true)));
    ck_assert_uint_eq(unwrap_counts(seen.unwrap)->keys, 2);
    ck_assert_uint_eq(seen.pdus, 1);
    give(&seen, 228, by_ip(hex("03 00 0001 0503 0004 11 22")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    seen_end(&seen);
    bytes b = by_ip(with_metadata(20, "0007b49e", "0001", true));
    assert_cuts(228, b, G_MAXUINT);
    g_byte_array_unref(b);
    /* Metadata that never ends: the datagram itself is whole. */
    seen_begin(&seen);
    give(&seen, 228, by_ip(hex("03 00 0005 0503 0004 0008 0004 00000000")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    ck_assert(seen.rrc_lost);
    seen_end(&seen);
}
END_TEST

/* As SCAT wrote it in 2025: no end tag, zeros up to the header length. */
START_TEST(gsmtap3_draft_metadata)
{
    static const struct {
        const char *octets;
        int32_t pci;
    } headers[] = {
        {"03 00 0008 0503 0004 0000 000c 000000006955b90000000000 0002 0004 0009c6c0", -1},
        {"03 00 000a 0503 0004 0000 000c 000000006955b90000000000 0002 0004 0009c6c0 0005 0002 0001 0000", 1},
        {"03 00 0006 0503 0004 0002 0004 0009c6c0 0001 0001 78 000000", -1},
        {"03 00 0004 0503 0004 0002 0004 0009c6c0", -1}};
    static const char *const pdus[] = {"12a677", "000004", "00"};
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(pdus); j++) {
            struct seen seen;
            bytes b = by_ip(join(hex(headers[i].octets), hex(pdus[j])));
            assert_cuts(228, b, b->len);
            seen_begin(&seen);
            give(&seen, 228, b);
            assert_one(&seen, DAPS_CH_DL_DCCH, pdus[j]);
            ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, 640704);
            ck_assert_int_eq(seen.pdu.logged_cell.pci, headers[i].pci);
            seen_end(&seen);
        }
    }
}
END_TEST

/* As SCAT 1.0 to 1.2 wrote it: a header of 4, 7 or 9 words like version 2's. */
START_TEST(gsmtap3_before_publication)
{
    static const char *const headers[] = {
        "03 04 21 00 0bb8 00 00 00000000 03 00 00 00", "02 04 21 00 0bb8 00 00 00000000 03 00 00 00",
        "03 07 21 00 0bb8 00 00 00000000 03 00 00 00 000000006955b900 00000000",
        "03 09 21 00 0bb8 00 00 00000000 03 00 00 00 000000006955b900 00000000 0009c6c0 0016 0000"};
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        bytes b = by_ip(join(hex(headers[i]), hex("12 a6 77")));
        assert_cuts(228, b, b->len);
        seen_begin(&seen);
        give(&seen, 228, b);
        assert_one(&seen, DAPS_CH_DL_DCCH, "12a677");
        ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, i == 3 ? 640704 : -1);
        ck_assert_int_eq(seen.pdu.logged_cell.pci, i == 3 ? 22 : -1);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 228, by_ip(hex("03 07 0d 00 0bb8 00 00 00000000 01 00 00 00 000000006955b900 00000000 2802")));
    give(&seen, 228, by_ip(hex("03 04 20 00 0bb8 00 00 00000000 00 00 00 00 7e00")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_LTE_RRC), 1);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_NAS), 1);
    ck_assert_uint_eq(seen.problems, 0);
    give(&seen, 228, by_ip(hex("03 04 21 00 0bb8 00 00 00000000 1f 00 00 00 2802")));
    ck_assert(seen.problems == 1 && seen.rrc_lost && counted(&seen, DAPS_FRAMING_UNKNOWN) == 1);
    give(&seen, 228, by_ip(hex("03 04 22 00 0bb8 00 00 00000000 00 00 00 00 02 01 03 02 4601 01 00 01 20")));
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_DL_CCCH);
    seen_end(&seen);
}
END_TEST

START_TEST(gsmtap3_ue)
{
    bytes pdu = gsmtap3(0x0503, 4, hex("11"));
    uint64_t first = key_of(228, ipv4(0x7f000001, 0x7f000001, 17, udp(13337, 4729, copy(pdu))));
    uint64_t second = key_of(228, ipv4(0x7f000001, 0x7f000002, 17, udp(13337, 4729, copy(pdu))));
    ck_assert_uint_ne(first, second);
    /* either port, either direction, another sender's port: the same UE */
    ck_assert_uint_eq(second, key_of(228, ipv4(0x7f000002, 0x7f000001, 17, udp(4729, 50000, copy(pdu)))));
    uint64_t six = key_of(229, ipv6(1, 2, 17, udp(1, 4729, copy(pdu))));
    ck_assert_uint_eq(six, key_of(229, ipv6(2, 1, 17, udp(1, 4729, pdu))));
    ck_assert_uint_ne(six, second);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("framing carriers");
    TCase *c = tcase_create("carriers");
    tcase_add_loop_test(c, upper_pdu_names, 0, G_N_ELEMENTS(nr_names));
    tcase_add_test(c, upper_pdu_of_other_protocols);
    tcase_add_test(c, node_interfaces);
    tcase_add_test(c, upper_pdu_names_in_turn);
    tcase_add_test(c, upper_pdu_ue);
    tcase_add_test(c, upper_pdu_cut);
    tcase_add_test(c, upper_pdu_with_udp_inside);
    tcase_add_test(c, gsmtap2_is_counted);
    tcase_add_test(c, gsmtap_lte);
    tcase_add_test(c, gsmtap3_channels);
    tcase_add_test(c, gsmtap3_other_types);
    tcase_add_test(c, gsmtap3_metadata);
    tcase_add_test(c, gsmtap3_draft_metadata);
    tcase_add_test(c, gsmtap3_before_publication);
    tcase_add_test(c, gsmtap3_ue);
    suite_add_tcase(s, c);
    return run(s);
}
