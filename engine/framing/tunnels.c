/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carries Ethernet frames or IP packets inside IP, UDP or Ethernet. Each takes its header off and says what is
 * behind it (peel_then), so that layers within layers need no recursion.
 *
 *     MPLS      RFC 3032     label(20) TC(3) S(1) TTL(8), until S; then IP, or Ethernet with or without a control word
 *                            (RFC 4448: u32, first nibble 0)
 *     GRE       RFC 2784, 2890, 1701, 2637
 *                            C R K S s recur(3) A flags(4) version(3) | u16 protocol | [checksum, offset] | [u32 key]
 *                            | [u32 sequence number] | [routing] | version 1: [u32 acknowledgement]
 *     ERSPAN    draft-foschiano-erspan
 *                            I nothing | II u32 u32 | III u32 u32 u16, P FT(5) HW(6) D GRA(2) O | [u64, if O]
 *     VXLAN     RFC 7348     u8 flags, 08: VNI | u24 (GPE: u16, next protocol) | u24 VNI | u8
 *     Geneve    RFC 8926     version(2) length(6) | u8 | u16 protocol | u24 VNI | u8 | length words of options
 *     EtherIP   RFC 3378     u16 3000
 *     L2TP      RFC 2661     T L - - S - O P version(8) | [length] | tunnel | session | [Ns Nr] | [offset] | PPP
 *     LISP      RFC 9300     u8 flags, u24 nonce | u32
 */
#include "framing/peel.h"

enum { NIBBLE_CONTROL_WORD = 0, BOTTOM_OF_STACK = 0x100 };
enum { ETHERNET_ADDRESSES = 12, CONTROL_WORD = 4 };

/* Two addresses, a type that is known, and an IP header that fits if that is the type. */
static bool is_ethernet(const struct peel *peel, struct octets packet)
{
    octets_skip(&packet, ETHERNET_ADDRESSES);
    uint16_t type = octets_u16(&packet);
    while (!packet.bad && ethertype_is_vlan(type)) {
        octets_skip(&packet, 2);
        type = octets_u16(&packet);
    }
    if (packet.bad || !ethertype_is_known(type))
        return false;
    return (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6) || ip_fits(peel, packet, false);
}

void peel_mpls(struct peel *peel, struct octets packet)
{
    uint32_t entry = 0;
    while (!packet.bad && !(entry & BOTTOM_OF_STACK))
        entry = octets_u32(&packet);
    if (packet.bad) {
        peel_short_carrier(peel, "MPLS");
        return;
    }
    struct octets behind_word = packet;
    octets_skip(&behind_word, CONTROL_WORD);
    if (ip_fits(peel, packet, false))
        peel_then(peel, peel_ip, packet);
    else if (is_ethernet(peel, packet))
        peel_then(peel, peel_ethernet, packet);
    else if (octets_peek(packet) >> 4 == NIBBLE_CONTROL_WORD && is_ethernet(peel, behind_word))
        peel_then(peel, peel_ethernet, behind_word);
    else
        tally_count(&peel->at, DAPS_FRAMING_NON_IP);
}

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGEMENT = 0x0080,
    GRE_VERSION = 0x0007
};
enum { PROTOCOL_ERSPAN = 0x88be, PROTOCOL_ERSPAN_III = 0x22eb };
enum { ERSPAN_FRAME_TYPE = 0x7c00, ERSPAN_IP = 0x0800, ERSPAN_PLATFORM = 0x0001 };

/* Source route entries, up to the one of length 0 (RFC 1701). */
static void skip_routing(struct octets *packet)
{
    uint8_t length = 1;
    while (!packet->bad && length) {
        octets_skip(packet, 3);
        length = octets_u8(packet);
        octets_skip(packet, length);
    }
}

static void peel_erspan_iii(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 10);
    const uint16_t last = octets_u16(&packet);
    if (last & ERSPAN_PLATFORM)
        octets_skip(&packet, 8);
    if (packet.bad)
        peel_short_carrier(peel, "ERSPAN");
    else
        peel_then(peel, (last & ERSPAN_FRAME_TYPE) == ERSPAN_IP ? peel_ip : peel_ethernet, packet);
}

static void skip_gre_fields(struct octets *packet, uint16_t flags)
{
    if (flags & (GRE_CHECKSUM | GRE_ROUTING))
        octets_skip(packet, 4);
    if (flags & GRE_KEY)
        octets_skip(packet, 4);
    if (flags & GRE_SEQUENCE)
        octets_skip(packet, 4);
    if ((flags & GRE_ACKNOWLEDGEMENT) && (flags & GRE_VERSION) == 1)
        octets_skip(packet, 4);
    if (flags & GRE_ROUTING)
        skip_routing(packet);
}

void peel_gre(struct peel *peel, struct octets packet)
{
    const uint16_t flags = octets_u16(&packet);
    const uint16_t protocol = octets_u16(&packet);
    skip_gre_fields(&packet, flags);
    if (protocol == PROTOCOL_ERSPAN && (flags & GRE_SEQUENCE)) /* type II; without a sequence number type I */
        octets_skip(&packet, 8);
    if (packet.bad)
        peel_short_carrier(peel, "GRE");
    else if ((flags & GRE_VERSION) > 1)
        tally_count(&peel->at, DAPS_FRAMING_IP_OTHER);
    else if (protocol == PROTOCOL_ERSPAN)
        peel_then(peel, peel_ethernet, packet);
    else if (protocol == PROTOCOL_ERSPAN_III)
        peel_erspan_iii(peel, packet);
    else
        peel_ethertype(peel, protocol, packet);
}

void peel_etherip(struct peel *peel, struct octets packet)
{
    octets_skip(&packet, 2);
    peel_then(peel, peel_ethernet, packet);
}

/* The capture has not all of a header: said; without it the port may be somebody else's. */
static bool is_cut_off(struct peel *peel, const struct octets *payload, const char *layer)
{
    if (!payload->bad || !peel->at.cut)
        return false;
    peel_short_carrier(peel, layer);
    return true;
}

enum { VXLAN_VNI = 0x08, VXLAN_GPE_PROTOCOL = 0x04, VXLAN_RESERVED = 0x73 };

/* VXLAN-GPE: what is inside (draft-ietf-nvo3-vxlan-gpe). */
static peel_layer *gpe_layer(uint8_t next)
{
    switch (next) {
    case 1:
        return peel_ipv4;
    case 2:
        return peel_ipv6;
    case 5:
        return peel_mpls;
    default:
        return peel_ethernet;
    }
}

bool peel_vxlan(struct peel *peel, struct octets payload)
{
    const uint8_t flags = octets_u8(&payload);
    octets_skip(&payload, 2);
    const uint8_t next = octets_u8(&payload);
    octets_skip(&payload, 3);
    const uint8_t reserved = octets_u8(&payload);
    if (is_cut_off(peel, &payload, "VXLAN"))
        return true;
    if (payload.bad || !(flags & VXLAN_VNI) || (flags & VXLAN_RESERVED) || reserved)
        return false;
    peel_then(peel, flags & VXLAN_GPE_PROTOCOL ? gpe_layer(next) : peel_ethernet, payload);
    return true;
}

bool peel_geneve(struct peel *peel, struct octets payload)
{
    const uint8_t first = octets_u8(&payload);
    octets_skip(&payload, 1);
    const uint16_t protocol = octets_u16(&payload);
    octets_skip(&payload, 4 + (first & 0x3fu) * (size_t)4);
    if (is_cut_off(peel, &payload, "Geneve"))
        return true;
    if (first >> 6 || payload.bad || !ethertype_is_known(protocol))
        return false;
    peel_ethertype(peel, protocol, payload);
    return true;
}

enum {
    L2TP_CONTROL = 0x8000,
    L2TP_LENGTH = 0x4000,
    L2TP_SEQUENCE = 0x0800,
    L2TP_OFFSET = 0x0200,
    L2TP_RESERVED = 0x34f0,
    L2TP_VERSION = 0x000f
};

bool peel_l2tp(struct peel *peel, struct octets payload)
{
    const uint16_t flags = octets_u16(&payload);
    if (payload.bad || (flags & L2TP_VERSION) != 2 || (flags & (L2TP_CONTROL | L2TP_RESERVED)))
        return false;
    octets_skip(&payload, flags & L2TP_LENGTH ? 6 : 4);
    if (flags & L2TP_SEQUENCE)
        octets_skip(&payload, 4);
    if (flags & L2TP_OFFSET)
        octets_skip(&payload, octets_u16(&payload));
    if (payload.bad)
        return false;
    peel_then(peel, peel_ppp, payload);
    return true;
}

bool peel_lisp(struct peel *peel, struct octets payload)
{
    octets_skip(&payload, 8);
    if (payload.bad || !ip_fits(peel, payload, true))
        return false;
    peel_then(peel, peel_ip, payload);
    return true;
}

bool peel_mpls_in_udp(struct peel *peel, struct octets payload)
{
    peel_then(peel, peel_mpls, payload);
    return true;
}
