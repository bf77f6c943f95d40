/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same GSMTAP v3 payload in everything that carries Ethernet or IP inside IP, UDP or Ethernet. */
#include "framing_bytes.h"

static bytes packet4(void)
{
    return ipv4(0x7f000001, 0x7f000002, 17, udp(13337, 4729, gsmtap3(0x0503, 4, hex("11 22 33"))));
}

static bytes packet6(void)
{
    return ipv6(1, 2, 17, udp(13337, 4729, gsmtap3(0x0503, 4, hex("11 22 33"))));
}

static bytes ethernet(const char *type, bytes packet)
{
    return join(join(hex("020000000002 020000000001"), hex(type)), packet);
}

static bytes frame(void)
{
    return ethernet("0800", packet4());
}

enum carrier { IN_ETHERNET, IN_IP, IN_IPV6, IN_UDP };
enum content { FRAME, PACKET4, PACKET6 };

static const struct {
    const char *name;
    enum carrier carrier;
    unsigned number; /* ethertype, protocol, port */
    const char *header;
    enum content content;
} tunnels[] = {
    {"MPLS", IN_ETHERNET, 0x8847, "00010140", PACKET4},
    {"MPLS, three labels, IPv6", IN_ETHERNET, 0x8847, "00010040 00020040 00030140", PACKET6},
    {"MPLS, multicast", IN_ETHERNET, 0x8848, "00010140", PACKET4},
    {"MPLS, Ethernet", IN_ETHERNET, 0x8847, "00010140", FRAME},
    {"MPLS, control word, Ethernet", IN_ETHERNET, 0x8847, "00010140 00000000", FRAME},
    {"802.1ah", IN_ETHERNET, 0x88e7, "00000001", FRAME},
    {"PPPoE", IN_ETHERNET, 0x8864, "1100 0001 0000 0021", PACKET4},
    {"PPPoE, IPv6", IN_ETHERNET, 0x8864, "1100 0001 0000 57", PACKET6},
    {"PPPoE, MPLS", IN_ETHERNET, 0x8864, "1100 0001 0000 0281 00010140", PACKET4},
    {"4in4", IN_IP, 4, "", PACKET4},
    {"6in4", IN_IP, 41, "", PACKET6},
    {"4in6", IN_IPV6, 4, "", PACKET4},
    {"6in6", IN_IPV6, 41, "", PACKET6},
    {"GRE", IN_IP, 47, "0000 0800", PACKET4},
    {"GRE, IPv6", IN_IPV6, 47, "0000 86dd", PACKET6},
    {"GRE, checksum, key, sequence number", IN_IP, 47, "b000 0800 ffff0000 00000007 00000001", PACKET4},
    {"GRE, routing", IN_IP, 47, "4000 0800 ffff0000 0800 0004 0a000001 0000 0000", PACKET4},
    {"GRE, bridged", IN_IP, 47, "2000 6558 00000700", FRAME},
    {"GRE, VLAN", IN_IP, 47, "0000 8100 0005 0800", PACKET4},
    {"GRE, MPLS", IN_IP, 47, "0000 8847 00010140", PACKET4},
    {"GRE, PPP of PPTP", IN_IP, 47, "3081 880b 00400001 00000001 00000002 ff03 0021", PACKET4},
    {"ERSPAN I", IN_IP, 47, "0000 88be", FRAME},
    {"ERSPAN II", IN_IP, 47, "1000 88be 00000001 10050000 00000007", FRAME},
    {"ERSPAN III", IN_IP, 47, "1000 22eb 00000001 2005 0000 00000000 0000 0000", FRAME},
    {"ERSPAN III, platform, IP", IN_IP, 47, "1000 22eb 00000001 2005 0000 00000000 0000 8801 0000000000000000",
     PACKET4},
    {"MPLS in IP", IN_IP, 137, "00010140", PACKET4},
    {"EtherIP", IN_IP, 97, "3000", FRAME},
    {"VXLAN", IN_UDP, 4789, "08000000 00002a00", FRAME},
    {"VXLAN, old port", IN_UDP, 8472, "08000000 00002a00", FRAME},
    {"VXLAN, group policy", IN_UDP, 4789, "88000005 00002a00", FRAME},
    {"VXLAN-GPE, IPv4", IN_UDP, 4790, "0c000001 00002a00", PACKET4},
    {"VXLAN-GPE, Ethernet", IN_UDP, 4790, "0c000003 00002a00", FRAME},
    {"Geneve", IN_UDP, 6081, "0000 6558 00002a00", FRAME},
    {"Geneve, options, IPv6", IN_UDP, 6081, "0240 86dd 00002a00 0102 0301 aabbccdd", PACKET6},
    {"L2TP", IN_UDP, 1701, "0002 0001 0002 ff03 0021", PACKET4},
    {"L2TP, offset", IN_UDP, 1701, "0a02 0001 0002 0000 0000 0002 0000 0021", PACKET4},
    {"LISP", IN_UDP, 4341, "80000001 00000001", PACKET4},
    {"MPLS in UDP", IN_UDP, 6635, "00010140", PACKET4},
    {"GTP-U", IN_UDP, 2152, "30ff LLLL 00000001", PACKET4},
    {"GTP-U, PDU session, IPv6", IN_UDP, 2152, "34ff LLLL 00000001 0000 00 85 01 0009 00", PACKET6},
};

static bytes content_of(enum content content)
{
    return content == FRAME ? frame() : content == PACKET4 ? packet4() : packet6();
}

/* The header, in which LLLL is the number of octets from 8 octets after its begin on. */
static bytes inside(const char *header, bytes content)
{
    char *digits = g_strdup(header), *length = strstr(digits, "LLLL");
    if (length)
        memcpy(length, "0000", 4);
    bytes b = join(hex(digits), content);
    g_free(digits);
    if (length) {
        b->data[2] = (guint8)((b->len - 8) >> 8);
        b->data[3] = (guint8)(b->len - 8);
    }
    return b;
}

static bytes carried(enum carrier carrier, unsigned number, bytes b)
{
    char type[5];
    g_snprintf(type, sizeof type, "%04x", number);
    switch (carrier) {
    case IN_ETHERNET:
        return ethernet(type, b);
    case IN_IP:
        return ethernet("0800", ipv4(0x0a000001, 0x0a000002, number, b));
    case IN_IPV6:
        return ethernet("86dd", ipv6(7, 8, number, b));
    default:
        return ethernet("0800", ipv4(0x0a000001, 0x0a000002, 17, udp(40000, number, b)));
    }
}

START_TEST(every_tunnel)
{
    struct seen seen;
    seen_begin(&seen);
    bytes b =
        carried(tunnels[_i].carrier, tunnels[_i].number, inside(tunnels[_i].header, content_of(tunnels[_i].content)));
    for (guint length = 0; length < b->len; length++) {
        give_part(&seen, 1, b, length, b->len);
        ck_assert_msg(seen.pdus == 0, "%s: a PDU from %u octets", tunnels[_i].name, length);
        ck_assert_msg(counted(&seen, DAPS_FRAMING_MALFORMED) == 0, "%s cut at %u: %s", tunnels[_i].name, length,
                      seen.detail);
    }
    seen_end(&seen);
    for (guint length = 0; length < b->len; length++) {
        seen_begin(&seen);
        give_part(&seen, 1, b, length, length);
        ck_assert_uint_ge(counted_all(&seen), 1);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 1, b);
    ck_assert_msg(seen.pdus == 1, "%s: no PDU", tunnels[_i].name);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
}
END_TEST

/* Once the capture has shown radio, what is cut in front of any of it may be signalling. */
START_TEST(cut_tunnels_may_hold_signalling)
{
    bytes b = carried(IN_UDP, 4789, inside("08000000 00002a00", frame()));
    for (guint length = 14; length < b->len; length++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 1, frame());
        give_part(&seen, 1, b, length, b->len);
        ck_assert_msg(seen.problems == 1 && seen.rrc_lost, "cut at %u: %s", length, seen.detail);
        seen_end(&seen);
    }
    g_byte_array_unref(b);
}
END_TEST

/* SCTP holds no radio here: what is cut of it is no lost signalling. */
START_TEST(cut_sctp_is_none)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 1, frame());
    bytes b =
        ethernet("0800", ipv4(1, 2, 132, hex("0001 0002 00000001 00000000 0003 0013 00000001 0000 0000 0000003c 00")));
    give_part(&seen, 1, b, b->len - 8, b->len);
    ck_assert(seen.problems == 1 && !seen.rrc_lost);
    g_byte_array_unref(b);
    seen_end(&seen);
}
END_TEST

/* Layers inside layers: as many as anyone builds, and not without end. */
START_TEST(nested)
{
    struct seen seen;
    bytes b = packet4();
    for (unsigned i = 0; i < 10; i++)
        b = ipv4(i, i, 47, join(hex("0000 0800"), b));
    seen_begin(&seen);
    give(&seen, 228, b);
    assert_one(&seen, DAPS_CH_DL_DCCH, "112233");
    seen_end(&seen);
    b = packet4();
    for (unsigned i = 0; i < 2000; i++)
        b = ipv4(i, i, 4, b);
    seen_begin(&seen);
    give(&seen, 228, b);
    ck_assert_uint_eq(seen.pdus, 0);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert_ptr_nonnull(strstr(seen.detail, "more layers"));
    seen_end(&seen);
}
END_TEST

/* Fragments of a tunnel whose contents are fragments, all with the same addresses and identification. */
START_TEST(fragments_in_fragments)
{
    struct seen seen;
    seen_begin(&seen);
    bytes inner = udp(13337, 4729, gsmtap3(0x0503, 4, hex("11 22 33 44 55 66 77 88")));
    for (guint at = 0; at < inner->len; at += 16) {
        const guint inner_size = MIN(16, inner->len - at);
        bytes packet =
            ipv4_fragment(1, 2, 17, 5, at / 8 | (at + 16 < inner->len ? 0x2000 : 0), part(inner, at, inner_size));
        for (guint outer = 0; outer < packet->len; outer += 24)
            give(&seen, 228,
                 ipv4_fragment(1, 2, 4, 5, outer / 8 | (outer + 24 < packet->len ? 0x2000 : 0),
                               part(packet, outer, MIN(24, packet->len - outer))));
        g_byte_array_unref(packet);
    }
    g_byte_array_unref(inner);
    assert_one(&seen, DAPS_CH_DL_DCCH, "1122334455667788");
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(seen.problems, 0);
    seen_end(&seen);
}
END_TEST

static bytes gtp(bytes packet)
{
    return carried(IN_UDP, 2152, inside("30ff LLLL 00000001", packet));
}

/* What users send each other is counted as GTP-U and else nobody's business. */
START_TEST(user_plane_is_private)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 1, gtp(ipv4(1, 2, 6, hex("0050 1234"))));
    give(&seen, 1, gtp(ipv4(1, 2, 17, udp(1, 53, hex("1234")))));
    give(&seen, 1, gtp(ipv4(1, 2, 17, udp(5000, 47928, hex("ff 00 12")))));
    give(&seen, 1, gtp(ipv4(1, 2, 17, udp(5000, 4997, hex("03")))));
    give(&seen, 1, gtp(ipv4(1, 2, 17, hex("0001 0002 0004 0000"))));
    give(&seen, 1, gtp(ipv4_fragment(1, 2, 17, 5, 0x2000, hex("1279 1279 0100 0000"))));
    give(&seen, 1, gtp(hex("80 01 22 33"))); /* a PDCP PDU of F1-U */
    unwrap_finish(seen.unwrap);
    ck_assert_msg(seen.problems == 0, "%s", seen.detail);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_GTP_U), 7);
    ck_assert_uint_eq(counted_all(&seen), 7);
    give(&seen, 1, gtp(ipv4(1, 2, 17, udp(9999, 9999, join(text("mac-nr"), hex("02 01 03 02 4601 01 01 ff 80"))))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 1);
    ck_assert(seen.problems == 1 && seen.rrc_lost); /* but radio is radio */
    seen_end(&seen);
}
END_TEST

/* Ports that others use, too. */
START_TEST(other_payloads_on_those_ports)
{
    static const unsigned ports[] = {4789, 6081, 1701, 4341, 8472, 2152};
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 1, carried(IN_UDP, ports[i], hex("ffffffff ffffffff ffffffff ffffffff")));
        ck_assert_uint_eq(seen.problems, 0);
        ck_assert_uint_eq(counted(&seen, ports[i] == 2152 ? DAPS_FRAMING_GTP_U : DAPS_FRAMING_IP_OTHER), 1);
        give(&seen, 1, carried(IN_UDP, ports[i], join(text("mac-nr"), hex("02 01 03 02 4601 01 00 01 20"))));
        assert_one(&seen, DAPS_CH_DL_CCCH, "20");
        seen_end(&seen);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing tunnels");
    TCase *tests = tcase_create("tunnels");
    tcase_add_loop_test(tests, every_tunnel, 0, G_N_ELEMENTS(tunnels));
    tcase_add_test(tests, cut_tunnels_may_hold_signalling);
    tcase_add_test(tests, cut_sctp_is_none);
    tcase_add_test(tests, nested);
    tcase_add_test(tests, fragments_in_fragments);
    tcase_add_test(tests, user_plane_is_private);
    tcase_add_test(tests, other_payloads_on_those_ports);
    suite_add_tcase(suite, tests);
    return run(suite);
}
