/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link layers: what is in front of IP, and the link types that are a protocol of their own.
 * Specified in the list of link-layer header types of tcpdump.org, IEEE 802.1Q, 802.1ad and 802.1ah; DLT_USER as srsRAN
 * and the
 * *-framed writers use them.
 */
#include "framing/peel.h"

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281, PPP_MPLS_MULTICAST = 0x0283 };
enum { MOST_LLC_LENGTH = 1500 };

bool ethertype_is_vlan(uint16_t ethertype)
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
        peel_short_carrier(peel, "PPP");
    else if (protocol == PPP_IPV4)
        peel_then(peel, peel_ipv4, packet);
    else if (protocol == PPP_IPV6)
        peel_then(peel, peel_ipv6, packet);
    else if (protocol == PPP_MPLS || protocol == PPP_MPLS_MULTICAST)
        peel_then(peel, peel_mpls, packet);
    else
        tally_count(&peel->at, DAPS_FRAMING_NON_IP);
}

void peel_ppp(struct peel *peel, struct octets packet)
{
    if (octets_peek16(packet) == 0xff03) /* address and control, RFC 1662 3.1 */
        octets_skip(&packet, 2);
    peel_ppp_protocol(peel, packet);
}

/* RFC 2516 4: u8 version, type | u8 code | u16 session | u16 length */
static void peel_pppoe(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 4);
    const uint16_t length = octets_u16(&packet);
    if (length && (length <= packet.left || peel->at.cut)) /* else IP says where it ends */
        peel_keep(peel, &packet, length);
    peel_ppp_protocol(peel, packet);
}

/* IEEE 802.1ah: u32 I-TAG, then a frame. */
static void peel_backbone(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 4);
    peel_then(peel, peel_ethernet, packet);
}

static const struct {
    uint16_t type;
    peel_layer *unwrap;
} ethertypes[] = {
    {ETHERTYPE_IPV4, peel_ipv4}, {ETHERTYPE_IPV6, peel_ipv6}, {0x8864, peel_pppoe},
    {0x8847, peel_mpls},         {0x8848, peel_mpls}, /* multicast */
    {0x6558, peel_ethernet},                          /* transparent bridging, in GRE and Geneve */
    {0x880b, peel_ppp},                               /* in GRE */
    {0x88e7, peel_backbone},
};

static peel_layer *layer_of(uint16_t type)
{
    for (size_t i = 0; i < sizeof ethertypes / sizeof *ethertypes; i++) {
        if (ethertypes[i].type == type)
            return ethertypes[i].unwrap;
    }
    return NULL;
}

bool ethertype_is_known(uint16_t ethertype)
{
    return layer_of(ethertype) || ethertype_is_vlan(ethertype);
}

/* RFC 1042: u24 aaaa03 | u24 0 | u16 type, where the type of Ethernet is a length. */
static uint16_t take_snap(struct octets *packet)
{
    const uint32_t first = octets_u32(packet);
    const uint32_t organisation = (first & 0xff) << 16 | octets_u16(packet);
    const uint16_t type = octets_u16(packet);
    return first >> 8 == 0xaaaa03 && !organisation ? type : 0;
}

void peel_ethertype(struct peel *peel, uint16_t ethertype, struct octets packet)
{
    /* Any number of VLAN tags, each two octets of tag and the next type. */
    while (ethertype_is_vlan(ethertype)) {
        octets_skip(&packet, 2);
        ethertype = octets_u16(&packet);
    }
    struct octets snap = packet;
    if (!packet.bad && ethertype <= MOST_LLC_LENGTH && (ethertype = take_snap(&snap)) && !snap.bad)
        packet = snap;
    peel_layer *layer = layer_of(ethertype);
    if (packet.bad)
        peel_short_carrier(peel, "Ethernet");
    else if (layer)
        peel_then(peel, layer, packet);
    else
        tally_count(&peel->at, DAPS_FRAMING_NON_IP);
}

void peel_ethernet(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 12);
    uint16_t ethertype = octets_u16(&packet);
    peel_ethertype(peel, ethertype, packet);
}

/* Cisco HDLC: u8 address | u8 control | u16 type */
static void peel_hdlc(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 2);
    const uint16_t ethertype = octets_u16(&packet);
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
        peel_short_carrier(peel, "loopback");
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
        tally_count(&peel->at, DAPS_FRAMING_NON_IP);
    }
}

/* Link types with a header of their own. */
static const struct {
    int linktype;
    void (*unwrap)(struct peel *peel, struct octets packet);
} headers[] = {
    {LINKTYPE_UPPER_PDU, peel_upper_pdu},
    {1, peel_ethernet},
    {12, peel_ip}, /* DLT_RAW */
    {14, peel_ip}, /* DLT_RAW of OpenBSD */
    {101, peel_ip},
    {228, peel_ipv4},
    {229, peel_ipv6},
    {113, peel_sll},
    {276, peel_sll2},
    {0, peel_null},
    {108, peel_null},
    {149, peel_udp}, /* srsRAN: a UDP header and no IP */
    {DAPS_LINKTYPE_UDP, peel_udp},
    {DAPS_LINKTYPE_DIAG, peel_diag},
    {DAPS_LINKTYPE_DIAG_ITEM, peel_diag_item},
    {DAPS_LINKTYPE_AZENQOS, peel_azenqos},
    {DAPS_LINKTYPE_SDM, peel_sdm},
    {157, peel_mac_nr},
    {147, peel_mac_lte}, /* srsRAN 4G, LTESniffer */
    {9, peel_ppp},
    {50, peel_ppp},
    {51, peel_pppoe},
    {104, peel_hdlc},
    {219, peel_mpls},
    {156, peel_gtp_u},
};

/* Link types that are one protocol without a header. */
static const struct {
    int linktype;
    enum daps_framing_class class;
} protocols[] = {
    {148, DAPS_FRAMING_NAS},  {150, DAPS_FRAMING_S1AP}, {151, DAPS_FRAMING_NAS},  {152, DAPS_FRAMING_NGAP},
    {153, DAPS_FRAMING_E1AP}, {154, DAPS_FRAMING_F1AP}, {155, DAPS_FRAMING_E2AP},
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
            peel_ap(peel, protocols[i].class, packet);
            return;
        }
    }
    tally_count(&peel->at, DAPS_FRAMING_LINK_OTHER);
}
