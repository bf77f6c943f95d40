/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link layers: what is in front of IP, and the link types that are a protocol of their own.
 * Specified in the list of link-layer header types of tcpdump.org and IEEE 802.1Q; DLT_USER as srsRAN and the
 * *-framed writers use them.
 */
#include "framing/peel.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd, ETHERTYPE_PPPOE = 0x8864 };

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

static bool is_vlan(uint16_t ethertype)
{
    switch (ethertype) {
    case 0x8100: /* 802.1Q */
    case 0x88a8: /* 802.1ad, QinQ */
    case 0x9100: /* QinQ before it was standardised */
    case 0x9200:
    case 0x9300:
        return true;
    default:
        return false;
    }
}

/* PPP protocol numbers may be one octet long: then that octet is odd (RFC 1661 2). */
static void peel_ppp_protocol(struct peel *peel, struct octets packet)
{
    uint16_t protocol = octets_u8(&packet);
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | octets_u8(&packet));
    if (packet.bad)
        peel_short(peel, "PPP", false, NULL);
    else if (protocol == PPP_IPV4)
        peel_ipv4(peel, packet);
    else if (protocol == PPP_IPV6)
        peel_ipv6(peel, packet);
    else
        peel_count(peel, DAPS_FRAMING_NON_IP);
}

static void peel_ppp(struct peel *peel, struct octets packet)
{
    if (octets_peek16(packet) == 0xff03) /* address and control, RFC 1662 3.1 */
        octets_skip(&packet, 2);
    peel_ppp_protocol(peel, packet);
}

/* Any number of VLAN tags, each two octets of tag and the next type. */
static void peel_ethertype(struct peel *peel, uint16_t ethertype, struct octets packet)
{
    while (is_vlan(ethertype)) {
        octets_skip(&packet, 2);
        ethertype = octets_u16(&packet);
    }
    if (packet.bad) {
        peel_short(peel, "Ethernet", false, NULL);
    } else if (ethertype == ETHERTYPE_IPV4) {
        peel_ipv4(peel, packet);
    } else if (ethertype == ETHERTYPE_IPV6) {
        peel_ipv6(peel, packet);
    } else if (ethertype == ETHERTYPE_PPPOE) {
        octets_skip(&packet, 6);
        peel_ppp_protocol(peel, packet);
    } else {
        peel_count(peel, DAPS_FRAMING_NON_IP);
    }
}

static void peel_ethernet(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 12);
    uint16_t ethertype = octets_u16(&packet);
    peel_ethertype(peel, ethertype, packet);
}

/* u16 packet type | u16 ARPHRD | u16 address length | 8 octets of address | u16 protocol */
static void peel_sll(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 14);
    uint16_t protocol = octets_u16(&packet);
    peel_ethertype(peel, protocol, packet);
}

/* u16 protocol | u16 0 | u32 interface | u16 ARPHRD | u8 packet type | u8 address length | 8 octets of address */
static void peel_sll2(struct peel *peel, struct octets packet)
{
    uint16_t protocol = octets_u16(&packet);
    octets_skip(&packet, 18);
    peel_ethertype(peel, protocol, packet);
}

/* An address family in the byte order of the machine that captured (DLT_LOOP: big-endian). */
static void peel_null(struct peel *peel, struct octets packet)
{
    struct octets head = octets_take(&packet, 4);
    if (packet.bad) {
        peel_short(peel, "loopback", false, NULL);
        return;
    }
    struct octets again = head;
    uint32_t big = octets_u32(&head), little = octets_le32(&again);
    switch (big < little ? big : little) {
    case 2:
        peel_ipv4(peel, packet);
        break;
    case 10: /* Linux */
    case 23: /* Windows */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        peel_ipv6(peel, packet);
        break;
    default:
        peel_count(peel, DAPS_FRAMING_NON_IP);
    }
}

/* Link types with a header of their own. */
static const struct {
    int linktype;
    void (*unwrap)(struct peel *peel, struct octets packet);
} headers[] = {
    {252, peel_upper_pdu}, {1, peel_ethernet}, {12, peel_ip}, /* DLT_RAW */
    {14, peel_ip},                                            /* DLT_RAW of OpenBSD */
    {101, peel_ip},        {228, peel_ipv4},   {229, peel_ipv6}, {113, peel_sll},
    {276, peel_sll2},      {0, peel_null},     {108, peel_null}, {149, peel_udp}, /* srsRAN: a UDP header and no IP */
    {157, peel_mac_nr},    {9, peel_ppp},      {50, peel_ppp},
};

/* Link types that are one protocol without a header. */
static const struct {
    int linktype;
    enum daps_framing_class class;
} protocols[] = {
    {147, DAPS_FRAMING_MAC_LTE}, {148, DAPS_FRAMING_NAS},  {150, DAPS_FRAMING_S1AP},
    {151, DAPS_FRAMING_NAS},     {152, DAPS_FRAMING_NGAP}, {153, DAPS_FRAMING_E1AP},
    {154, DAPS_FRAMING_F1AP},    {155, DAPS_FRAMING_E2AP}, {156, DAPS_FRAMING_GTP_U},
};

void peel_link(struct peel *peel, int linktype, struct octets packet)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (headers[i].linktype == linktype) {
            headers[i].unwrap(peel, packet);
            return;
        }
    }
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        if (protocols[i].linktype == linktype) {
            peel_count(peel, protocols[i].class);
            return;
        }
    }
    peel_count(peel, DAPS_FRAMING_LINK_OTHER);
}
