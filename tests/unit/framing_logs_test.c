/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QCSuper's Qualcomm NR RRC log on UDP 47928 in every version, and UERANSIM's radio link simulation on UDP 4997. */
#include "framing_bytes.h"

static bytes by_port(unsigned port, bytes payload)
{
    return ipv4(0, 0, 17, udp(port, port, payload));
}

/* Version, PCI 514, NR-ARFCN 504990. */
static bytes log_entry(unsigned version, unsigned pdu_type, int segment, bytes pdu)
{
    bytes b = join(u8(g_byte_array_new(), version), hex("000000 0f60 01"));
    b = le16(b, 514);
    if (version >= 17)
        b = join(b, hex("0102030405060708"));
    b = join(le32(b, 504990), hex(version < 12 ? "20004e00" : "20004e"));
    b = le16(join(u8(b, pdu_type), hex("00000000")), pdu->len);
    if (version == 19 || version == 20 || version == 25)
        b = u8(b, 9);
    if (version == 23 || version == 24 || version == 26 || version == 28)
        b = u8(join(b, hex("090909")), (unsigned)segment);
    return join(b, pdu);
}

#define FIRST  DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH, DAPS_CH_DL_CCCH, DAPS_CH_DL_DCCH
#define RECONF DAPS_CH_RECONFIGURATION, DAPS_CH_RECONFIGURATION_COMPLETE
#define OLD                                                                                                            \
    FIRST, DAPS_CH_PCCH, DAPS_CH_UL_CCCH, DAPS_CH_UL_CCCH1, DAPS_CH_UL_DCCH, RECONF, DAPS_CH_OTHER, DAPS_CH_OTHER
#define NEW FIRST, DAPS_CH_OTHER, DAPS_CH_PCCH, DAPS_CH_UL_CCCH, DAPS_CH_UL_CCCH1, DAPS_CH_UL_DCCH

static const struct {
    unsigned version, header;
    unsigned bearer_type;           /* PDU type of RadioBearerConfig */
    enum daps_channel channels[12]; /* of PDU types 1, 2, ... */
} versions[] = {
    {7, 24, 24, {OLD}},
    {8, 24, 26, {OLD}},
    {9, 24, 25, {OLD}},
    {12, 23, 25, {OLD}},
    {14, 23, 28, {OLD}},
    {17, 31, 29, {OLD}},
    {19, 32, 29, {OLD}},
    {25, 32, 29, {OLD}},
    {20, 32, 36, {NEW, RECONF, DAPS_CH_OTHER}},
    {23, 35, 36, {NEW, RECONF, DAPS_CH_OTHER}},
    {24, 35, 36, {NEW, RECONF, DAPS_CH_OTHER}},
    {26, 35, 36, {NEW, DAPS_CH_NONE, RECONF}},
    {28, 35, 36, {NEW, DAPS_CH_UL_DCCH, RECONF}},
};

START_TEST(qcsuper_versions)
{
    unsigned version = versions[_i].version;
    struct seen seen;
    for (unsigned type = 1; type <= 12; type++) {
        seen_begin(&seen);
        bytes entry = log_entry(version, type, 0, hex("14 0d 28"));
        ck_assert_uint_eq(entry->len, versions[_i].header + 3);
        give(&seen, 228, by_port(47928, entry));
        if (versions[_i].channels[type - 1] == DAPS_CH_NONE) {
            ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UNKNOWN), 1);
        } else {
            assert_one(&seen, versions[_i].channels[type - 1], "140d28");
            ck_assert_int_eq(seen.pdu.logged_cell.pci, 514);
            ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, 504990);
        }
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 228, by_port(47928, log_entry(version, versions[_i].bearer_type, 0, hex("14"))));
    assert_one(&seen, DAPS_CH_RADIO_BEARER_CONFIG, "14");
    give(&seen, 228, by_port(47928, log_entry(version, 200, 0, hex("14"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UNKNOWN), 1);
    seen_end(&seen);
    bytes b = by_port(47928, log_entry(version, 4, 0, hex("14 0d 28")));
    assert_cuts(228, b, G_MAXUINT);
    g_byte_array_unref(b);
    /* Octets behind the PDU do not belong to it; fewer than said make it malformed. */
    seen_begin(&seen);
    give(&seen, 228, by_port(47928, join(log_entry(version, 4, 0, hex("14 0d 28")), hex("00 00"))));
    assert_one(&seen, DAPS_CH_DL_DCCH, "140d28");
    bytes entry = log_entry(version, 4, 0, hex("14 0d 28"));
    give(&seen, 228, by_port(47928, part(entry, 0, entry->len - 1)));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    ck_assert(seen.rrc_lost);
    g_byte_array_unref(entry);
    seen_end(&seen);
}
END_TEST

/* Single SIBs, cell groups and MeasResultSCG-Failure are counted as what they are. */
START_TEST(qcsuper_what_no_rule_needs)
{
    struct seen seen;
    seen_begin(&seen);
    for (unsigned type = 13; type < versions[_i].bearer_type; type++) {
        if (versions[_i].version != 8 || type != 24)
            give(&seen, 228, by_port(47928, log_entry(versions[_i].version, type, 0, hex("0a 00 15"))));
    }
    ck_assert_uint_eq(seen.problems, 0);
    ck_assert_uint_ge(seen.pdus, 10);
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_OTHER);
    seen_end(&seen);
}
END_TEST

/* An entry as a Xiaomi phone wrote it. */
START_TEST(qcsuper_seen_in_the_field)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 101,
         by_port(47928, hex("08000000 0f 60 01 2802 9eb40700 20004e00 1a 00 000000 0900 140d28978cc26d2200")));
    assert_one(&seen, DAPS_CH_RADIO_BEARER_CONFIG, "140d28978cc26d2200");
    ck_assert_int_eq(seen.pdu.logged_cell.pci, 552);
    ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, 504990);
    seen_end(&seen);
    /* version 8 with the shorter SFN field */
    seen_begin(&seen);
    give(&seen, 101, by_port(47928, hex("08000000 0f 60 01 2802 9eb40700 20004e 04 00 000000 0300 140d28")));
    assert_one(&seen, DAPS_CH_DL_DCCH, "140d28");
    seen_end(&seen);
}
END_TEST

START_TEST(qcsuper_unknown_version)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, by_port(47928, hex("63 000000 0f60 01")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    ck_assert_ptr_nonnull(strstr(seen.detail, "version 99"));
    /* the port as any client's port: only what looks like an entry is one */
    give(&seen, 228, ipv4(1, 2, 17, udp(443, 47928, hex("63 000000 0f60 01"))));
    give(&seen, 228, ipv4(1, 2, 17, udp(47928, 443, hex("63 000000 0f60 01"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_IP_OTHER), 2);
    give(&seen, 228, ipv4(1, 2, 17, udp(47928, 443, log_entry(9, 4, 0, hex("14 0d 28")))));
    ck_assert_uint_eq(seen.pdus, 1);
    seen_end(&seen);
}
END_TEST

static void give_segment(struct seen *seen, uint32_t address, int segment, const char *octets)
{
    give(seen, 228, ipv4(address, address, 17, udp(47928, 47928, log_entry(24, 4, segment, hex(octets)))));
}

START_TEST(qcsuper_segments)
{
    struct seen seen;
    seen_begin(&seen);
    give_segment(&seen, 1, 1, "aa");
    give_segment(&seen, 2, 1, "11"); /* another UE in between */
    give_segment(&seen, 1, 2, "bb");
    ck_assert_uint_eq(seen.pdus, 0);
    give_segment(&seen, 1, 7, "cc");
    assert_one(&seen, DAPS_CH_DL_DCCH, "aabbcc");
    give_segment(&seen, 2, 7, "22");
    ck_assert_uint_eq(seen.pdus, 2);
    ck_assert_str_eq(seen.octets, "1122");
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_SEGMENT), 5);
    /* part 2 missing; the last alone; a new beginning; never ended */
    give_segment(&seen, 1, 1, "aa");
    give_segment(&seen, 1, 3, "bb");
    ck_assert_uint_eq(seen.problems, 2);
    give_segment(&seen, 1, 7, "bb");
    ck_assert_uint_eq(seen.problems, 3);
    give_segment(&seen, 1, 1, "aa");
    give_segment(&seen, 1, 1, "dd");
    ck_assert_uint_eq(seen.problems, 4);
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(seen.problems, 5);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 5);
    ck_assert(seen.rrc_lost && seen.ue_known);
    ck_assert_uint_eq(seen.pdus, 2);
    give_segment(&seen, 1, 8, "aa");
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    seen_end(&seen);
}
END_TEST

static bytes rls(unsigned channel, bytes pdu)
{
    bytes b = join(hex("03 03 02 00 06 1122334455667788 01 00000000"), u32(g_byte_array_new(), channel));
    return join(u32(b, pdu->len), pdu);
}

START_TEST(rls_channels)
{
    static const enum daps_channel channels[] = {DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH, DAPS_CH_DL_CCCH,
                                                 DAPS_CH_DL_DCCH,  DAPS_CH_PCCH,        DAPS_CH_UL_CCCH,
                                                 DAPS_CH_UL_CCCH1, DAPS_CH_UL_DCCH};
    struct seen seen;
    for (unsigned i = 0; i < G_N_ELEMENTS(channels); i++) {
        seen_begin(&seen);
        give(&seen, 228, by_port(4997, rls(i, hex("28 01"))));
        assert_one(&seen, channels[i], "2801");
        seen_end(&seen);
    }
    bytes b = by_port(4997, rls(3, hex("28 01")));
    assert_cuts(228, b, G_MAXUINT);
    g_byte_array_unref(b);
    seen_begin(&seen);
    give(&seen, 228, by_port(4997, rls(8, hex("28 01"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UNKNOWN), 1);
    give(&seen, 228, by_port(4997, hex("03 03 02 00 04 1122334455667788 00000000 00000000 00000000")));
    give(&seen, 228, by_port(4997, hex("03 03 02 00 05 1122334455667788 ffffffff")));
    give(&seen, 228, by_port(4997, hex("03 03 02 00 06 1122334455667788 02 00000000 00000001 00000002 4500")));
    give(&seen, 228, by_port(4997, hex("03 03 01 07 01 1122334455667788 00000000 00000000 00000000")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_RLS_OTHER), 4);
    ck_assert_uint_eq(seen.pdus, 0);
    /* 3.1 */
    give(&seen, 228, by_port(4997, hex("03 03 01 07 03 1122334455667788 01 00000002 2a01 00000004 00000007")));
    ck_assert_uint_eq(seen.pdus, 1);
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_DCCH);
    ck_assert_str_eq(seen.octets, "2a01");
    seen_end(&seen);
}
END_TEST

static uint64_t rls_key(uint32_t source, unsigned from, uint32_t destination, unsigned to, unsigned channel)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, ipv4(source, destination, 17, udp(from, to, rls(channel, hex("28")))));
    ck_assert_uint_eq(seen.pdus, 1);
    seen_end(&seen);
    return seen.pdu.ue_key;
}

START_TEST(rls_ue)
{
    enum { UE = 3, OTHER_UE = 4, GNB = 1, OTHER_GNB = 2, UPLINK = 7, DOWNLINK = 3 };
    uint64_t key = rls_key(UE, 60150, GNB, 4997, UPLINK);
    ck_assert_uint_eq(key, rls_key(GNB, 4997, UE, 60150, DOWNLINK));
    ck_assert_uint_eq(key, rls_key(UE, 60150, OTHER_GNB, 4997, UPLINK)); /* after a handover */
    ck_assert_uint_ne(key, rls_key(OTHER_UE, 60150, GNB, 4997, UPLINK));
    ck_assert_uint_ne(key, rls_key(UE, 60151, GNB, 4997, UPLINK)); /* two UEs on one machine */
    /* both on the same port: the channel tells the direction */
    key = rls_key(UE, 4997, GNB, 4997, UPLINK);
    ck_assert_uint_eq(key, rls_key(GNB, 4997, UE, 4997, DOWNLINK));
    ck_assert_uint_ne(key, rls_key(OTHER_UE, 4997, GNB, 4997, UPLINK));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("framing logs");
    TCase *c = tcase_create("logs");
    tcase_add_loop_test(c, qcsuper_what_no_rule_needs, 0, G_N_ELEMENTS(versions));
    tcase_add_loop_test(c, qcsuper_versions, 0, G_N_ELEMENTS(versions));
    tcase_add_test(c, qcsuper_seen_in_the_field);
    tcase_add_test(c, qcsuper_unknown_version);
    tcase_add_test(c, qcsuper_segments);
    tcase_add_test(c, rls_channels);
    tcase_add_test(c, rls_ue);
    suite_add_tcase(s, c);
    return run(s);
}
