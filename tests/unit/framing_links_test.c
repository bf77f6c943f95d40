/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link layers, IP and UDP: the same GSMTAP v3 payload inside each of them. */
#include "framing_bytes.h"

static bytes payload(void)
{
    return udp(13337, 4729, gsmtap3(0x0503, 4, hex("11 22 33")));
}

static bytes packet4(void)
{
    return ipv4(0x7f000001, 0x7f000002, 17, payload());
}

static bytes packet6(void)
{
    return ipv6(1, 2, 17, payload());
}

static const struct {
    const char *name, *header;
    int linktype;
    bool v6;
} links[] = {
    {"Ethernet", "ffffffffffff 000000000001 0800", 1, false},
    {"Ethernet, IPv6", "ffffffffffff 000000000001 86dd", 1, true},
    {"802.1Q", "ffffffffffff 000000000001 8100 0005 0800", 1, false},
    {"QinQ", "ffffffffffff 000000000001 88a8 0005 8100 0006 86dd", 1, true},
    {"old QinQ, three tags", "ffffffffffff 000000000001 9100 0005 9200 0006 8100 0007 0800", 1, false},
    {"PPPoE", "ffffffffffff 000000000001 8864 1100 0001 0031 0021", 1, false},
    {"SLL", "0000 0304 0006 000000000000 0000 0800", 113, false},
    {"SLL, VLAN, IPv6", "0000 0001 0006 000000000000 0000 8100 0001 86dd", 113, true},
    {"SLL2", "0800 0000 00000001 0304 00 06 0000000000000000", 276, false},
    {"SLL2, IPv6", "86dd 0000 00000001 0304 00 06 0000000000000000", 276, true},
    {"raw 12", "", 12, false},
    {"raw 14, IPv6", "", 14, true},
    {"raw 101", "", 101, false},
    {"raw 101, IPv6", "", 101, true},
    {"raw IPv4", "", 228, false},
    {"raw IPv6", "", 229, true},
    {"null, little-endian", "02000000", 0, false},
    {"null, big-endian", "00000002", 0, false},
    {"null, IPv6 of Linux", "0a000000", 0, true},
    {"null, IPv6 of FreeBSD", "1c000000", 0, true},
    {"null, IPv6 of macOS", "0000001e", 0, true},
    {"loopback of OpenBSD", "00000018", 108, true},
    {"PPP", "ff03 0021", 9, false},
    {"PPP, short protocol", "21", 9, false},
    {"PPP, IPv6", "0057", 50, true},
};

START_TEST(every_link)
{
    bytes b = join(hex(links[_i].header), links[_i].v6 ? packet6() : packet4());
    assert_cuts(links[_i].linktype, b, b->len);
    struct seen seen;
    seen_begin(&seen);
    give(&seen, links[_i].linktype, b);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
}
END_TEST

START_TEST(bare_udp_header)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 149, payload());
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    ck_assert_uint_eq(seen.pdu.ue_key, 0); /* no address: the only UE */
    give(&seen, 149, udp(0xbeef, 0xdead, join(text("mac-nr"), hex("010003 01 3f"))));
    give(&seen, 149, udp(0xbeef, 0xdead, join(text("rlc-nr"), hex("040c 01 80"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 1);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_RLC_NR), 1);
    seen_end(&seen);
}
END_TEST

/* The link's padding behind the packet is not part of the PDU, and losing it loses nothing. */
START_TEST(padding)
{
    bytes head = hex("ffffffffffff 000000000001 0800");
    bytes b = join(join(head, packet4()), hex("00 00 00 00 00 00"));
    assert_cuts(1, b, b->len - 6);
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 1, b);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
}
END_TEST

START_TEST(ip_options_and_extensions)
{
    static const struct {
        const char *header;
        unsigned next;
    } chains[] = {
        {"11 00 01 04 00 00 00 00", 0},                                                   /* hop by hop */
        {"11 01 04 00 00 00 00 00 0000000000000000", 60},                                 /* options of 16 octets */
        {"3c 00 00 00 00 00 00 00  2b 00 00 00 00 00 00 00  11 00 00 00 00 00 00 00", 0}, /* three of them */
        {"11 04 0000 00000001 00000001 000000000000000000000000", 51},                    /* authentication */
        {"11 00 0000 12345678", 44},                                                      /* atomic fragment */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(chains); i++) {
        struct seen seen;
        seen_begin(&seen);
        bytes b = ipv6(1, 2, chains[i].next, join(hex(chains[i].header), payload()));
        assert_cuts(229, b, b->len);
        give(&seen, 229, b);
        assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
        seen_end(&seen);
    }
    struct seen seen;
    seen_begin(&seen);
    bytes b = join(hex("46 00 00 00 0000 0000 40 11 0000 0a000001 0a000002 94040000"), payload());
    b->data[3] = (guint8)b->len;
    assert_cuts(228, b, b->len);
    give(&seen, 228, b);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
}
END_TEST

/* Sent in one piece to the network card: total length 0. */
START_TEST(ip_length_zero)
{
    struct seen seen;
    seen_begin(&seen);
    bytes b = packet4();
    b->data[2] = b->data[3] = 0;
    give(&seen, 228, b);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
}
END_TEST

static void assert_malformed(int linktype, bytes b, const char *reason)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, linktype, b);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    ck_assert_uint_eq(counted_all(&seen), 1);
    ck_assert_msg(strstr(seen.detail, reason) != NULL, "%s", seen.detail);
    seen_end(&seen);
}

START_TEST(malformed)
{
    bytes b = packet4();
    b->data[0] = 0x44;
    assert_malformed(228, b, "header length 16");
    b = packet4();
    b->data[3] = 19;
    assert_malformed(228, b, "shorter than the header");
    b = packet4();
    b->data[3]++;
    assert_malformed(228, b, "past the end");
    b = packet6();
    b->data[5]++;
    assert_malformed(229, b, "past the end");
    b = packet4();
    b->data[25]++; /* UDP length */
    assert_malformed(228, b, "does not fit");
    b = packet4();
    b->data[25] = 7;
    assert_malformed(228, b, "does not fit");
    assert_malformed(228, ipv6(1, 2, 17, payload()), "version 6");
    assert_malformed(1, hex("ffffffffffff 000000000001 8100 00"), "past the end");
    assert_malformed(101, hex(""), "past the end");
}
END_TEST

START_TEST(everything_else_is_counted)
{
    static const struct {
        int linktype;
        const char *octets;
        enum daps_framing_class class;
    } records[] = {
        {1, "ffffffffffff 000000000001 0806 0001", DAPS_FRAMING_NON_IP},
        {101, "00 11 22", DAPS_FRAMING_NON_IP},
        {0, "07000000 11 22", DAPS_FRAMING_NON_IP},
        {9, "c021 01", DAPS_FRAMING_NON_IP},
        {228, "45 00 0014 0000 0000 40 06 0000 0a000001 0a000002", DAPS_FRAMING_IP_OTHER},
        {105, "08 00", DAPS_FRAMING_LINK_OTHER},
        {DAPS_LINKTYPE_NONE, "08 00", DAPS_FRAMING_LINK_OTHER},
        {147, "010104011f", DAPS_FRAMING_MAC_LTE},
        {148, "01", DAPS_FRAMING_NAS},
        {150, "01", DAPS_FRAMING_S1AP},
        {151, "01", DAPS_FRAMING_NAS},
        {152, "01", DAPS_FRAMING_NGAP},
        {153, "01", DAPS_FRAMING_E1AP},
        {154, "01", DAPS_FRAMING_F1AP},
        {155, "01", DAPS_FRAMING_E2AP},
        {156, "01", DAPS_FRAMING_GTP_U},
        {157, "010003013f", DAPS_FRAMING_MAC_NR},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, records[i].linktype, hex(records[i].octets));
        ck_assert_uint_eq(counted(&seen, records[i].class), 1);
        ck_assert_uint_eq(counted_all(&seen), 1);
        ck_assert_uint_eq(seen.problems, 0);
        seen_end(&seen);
    }
}
END_TEST

START_TEST(udp_payloads)
{
    static const struct {
        unsigned source, destination;
        const char *payload;
        enum daps_framing_class class;
    } datagrams[] = {
        {2152, 2152, "x", DAPS_FRAMING_GTP_U},       {1, 2, "mac-lte\1\1\4\1x", DAPS_FRAMING_MAC_LTE},
        {1, 2, "rlc-lte\1\1x", DAPS_FRAMING_RLC},    {1, 2, "pdcp-lte\1\2\1\1x", DAPS_FRAMING_PDCP},
        {1, 2, "mac-nr", DAPS_FRAMING_IP_OTHER},     {53, 4729, "\7dns", DAPS_FRAMING_IP_OTHER},
        {53, 47928, "\7dns", DAPS_FRAMING_IP_OTHER}, {4997, 53, "\7dns", DAPS_FRAMING_IP_OTHER},
        {1, 2, "", DAPS_FRAMING_IP_OTHER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(datagrams); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 228,
             ipv4(1, 2, 17, udp(datagrams[i].source, datagrams[i].destination, text(datagrams[i].payload))));
        ck_assert_msg(counted(&seen, datagrams[i].class) == 1, "datagram %zu", i);
        ck_assert_uint_eq(counted_all(&seen), 1);
        seen_end(&seen);
    }
}
END_TEST

static bytes data_chunk(unsigned flags, uint32_t ppid, const char *data)
{
    bytes b = u8(u8(g_byte_array_new(), 0), flags);
    b = u32(u32(u32(u16(b, (unsigned)strlen(data) + 16), 1), 0), ppid);
    b = join(b, text(data));
    while (b->len % 4)
        u8(b, 0);
    return b;
}

START_TEST(sctp_payloads)
{
    static const struct {
        uint32_t ppid;
        enum daps_framing_class class;
    } protocols[] = {{18, DAPS_FRAMING_S1AP}, {27, DAPS_FRAMING_X2AP},      {60, DAPS_FRAMING_NGAP},
                     {61, DAPS_FRAMING_XNAP}, {62, DAPS_FRAMING_F1AP},      {64, DAPS_FRAMING_E1AP},
                     {70, DAPS_FRAMING_E2AP}, {66, DAPS_FRAMING_SCTP_OTHER}};
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        seen_begin(&seen);
        bytes b = join(hex("9a60 9a60 00000001 00000000"), data_chunk(3, protocols[i].ppid, "abcde"));
        give(&seen, 228, ipv4(1, 2, 132, b));
        ck_assert_uint_eq(counted(&seen, protocols[i].class), 1);
        ck_assert_uint_eq(counted_all(&seen), 1);
        seen_end(&seen);
    }
    /* A SACK, two messages, of one of which only the middle, and an I-DATA chunk. */
    bytes b =
        join(hex("9a60 9a60 00000001 00000000  03 00 0010 00000001 00010000 0000 0000"), data_chunk(3, 60, "abc"));
    b = join(join(b, data_chunk(2, 62, "x")), data_chunk(0, 0, "y"));
    b = join(b, hex("40 03 0016 00000001 0000 0000 00000001 0000003d 6162 0000"));
    assert_cuts(228, ipv4(1, 2, 132, copy(b)), G_MAXUINT);
    seen_begin(&seen);
    give(&seen, 228, ipv4(1, 2, 132, b));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_NGAP), 1);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_F1AP), 1);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_XNAP), 1);
    ck_assert_uint_eq(counted_all(&seen), 3);
    seen_end(&seen);
    assert_malformed(228, ipv4(1, 2, 132, hex("9a60 9a60 00000001 00000000 00 03 0003")), "shorter than its header");
}
END_TEST

static void give_chunk(struct seen *seen, const char *chunk)
{
    give(seen, 228, ipv4(1, 2, 132, join(hex("8e76 8e76 00000007 00000000"), hex(chunk))));
}

/* RFC 9260 3.3.1: a TSN that was met before is the same chunk; pieces of a message have TSNs that follow one another.
 */
START_TEST(sctp_messages)
{
    struct seen seen;

    seen_begin(&seen);
    give_chunk(&seen, "00 03 0014 fffffffe 0001 0001 0000001b 00050001");
    give_chunk(&seen, "00 03 0014 fffffffe 0001 0001 0000001b 00050001"); /* sent again */
    ck_assert_uint_eq(seen.aps, 1);
    give_chunk(&seen, "00 01 0014 00000001 0001 0002 0000001b aabbccdd"); /* the end, the beginning, the middle */
    give_chunk(&seen, "00 02 0014 ffffffff 0001 0002 0000001b 00050002");
    give_chunk(&seen, "00 02 0014 ffffffff 0001 0002 0000001b 00050002");
    ck_assert_uint_eq(seen.aps, 1);
    give_chunk(&seen, "00 00 0014 00000000 0001 0002 0000001b 11223344");
    ck_assert_uint_eq(seen.aps, 2);
    ck_assert_str_eq(seen.ap_octets, "0005000211223344aabbccdd");
    give_chunk(&seen, "00 03 0014 fffffffd 0001 0000 0000001b 00050003"); /* late, but new */
    ck_assert_uint_eq(seen.aps, 3);
    give(&seen, 228,
         ipv4(1, 2, 132, hex("8e76 8e76 00000008 00000000 00 03 0014 fffffffe 0001 0001 0000001b 00050004")));
    ck_assert_uint_eq(seen.aps, 4); /* of another association */
    give_chunk(&seen, "00 02 0014 00000005 0001 0003 0000001b 00000005");
    ck_assert_uint_eq(seen.aps, 4);
    ck_assert_uint_eq(seen.unfollowed, 0);
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(seen.unfollowed, 1); /* its end never came */
    seen_end(&seen);
}
END_TEST

/* Where a datagram is, in octets that have something in front of it and behind it; every octet of it may be cut off. */
START_TEST(udp_is_found)
{
    struct daps_framing_udp_wanted of_ports = {.of_ports = true, .source = 0xbeef, .destination = 0xdead};
    struct daps_framing_udp_wanted named = {.named = true}, both = of_ports, other = of_ports;
    bytes head =
        hex("00 06 6d 61 63 2d 6e 72 be ef de ad 00 07 ff ff"); /* a name without a header, ports without a length */
    const size_t before = head->len;
    bytes datagram = udp(0xbeef, 0xdead, join(text("rlc-nr"), hex("040c 01 80")));
    const size_t inside = datagram->len;
    bytes whole = join(join(head, datagram), hex("de ad be ef"));
    size_t at = 0;

    both.named = true;
    other.source = 0xbeee;
    ck_assert(daps_framing_find_udp(whole->data, whole->len, whole->len, &of_ports, &at) && at == before);
    ck_assert(daps_framing_find_udp(whole->data, whole->len, whole->len, &named, &at) && at == before);
    ck_assert(daps_framing_find_udp(whole->data, whole->len, whole->len, &both, &at) && at == before);
    ck_assert(!daps_framing_find_udp(whole->data, whole->len, whole->len, &other, &at));
    for (size_t length = 0; length <= whole->len; length++) {
        uint8_t *exact = g_memdup2(whole->data, length); /* so that reading on is seen by a sanitizer */
        bool found = daps_framing_find_udp(exact, length, length, &named, &at);
        ck_assert_msg(found == (length >= before + inside), "%zu octets", length);
        found = daps_framing_find_udp(exact, length, whole->len, &named, &at); /* cut by the snap length */
        ck_assert_msg(found == (length >= before + 8 + 6), "%zu octets of more", length);
        g_free(exact);
    }
    g_byte_array_unref(whole);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("framing links");
    TCase *c = tcase_create("links");
    tcase_add_loop_test(c, every_link, 0, G_N_ELEMENTS(links));
    tcase_add_test(c, bare_udp_header);
    tcase_add_test(c, padding);
    tcase_add_test(c, ip_options_and_extensions);
    tcase_add_test(c, ip_length_zero);
    tcase_add_test(c, malformed);
    tcase_add_test(c, everything_else_is_counted);
    tcase_add_test(c, udp_payloads);
    tcase_add_test(c, sctp_payloads);
    tcase_add_test(c, sctp_messages);
    tcase_add_test(c, udp_is_found);
    suite_add_tcase(s, c);
    return run(s);
}
