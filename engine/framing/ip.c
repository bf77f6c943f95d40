/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 and IPv6 down to the transport protocol. Specified in RFC 791 and RFC 8200.
 *
 * Checksums are not looked at: the tools that write these captures put anything there.
 *
 *     IPv4   0 version, header length | 1 TOS | 2 total length | 4 identification | 6 flags, fragment offset
 *            8 TTL | 9 protocol | 10 checksum | 12 source | 16 destination | 20 options
 *     IPv6   0 version, class, flow | 4 payload length | 6 next header | 7 hop limit | 8 source | 24 destination
 */
#include "framing/peel.h"

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AH = 51,
    PROTOCOL_DESTINATION_OPTIONS = 60,
    PROTOCOL_ETHERIP = 97,
    PROTOCOL_SCTP = 132,
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_MPLS = 137,
    PROTOCOL_HIP = 139,
    PROTOCOL_SHIM6 = 140,
};

void peel_transport(struct peel *peel, uint8_t protocol, struct octets payload)
{
    switch (protocol) {
    case PROTOCOL_UDP:
        peel_udp(peel, payload);
        break;
    case PROTOCOL_SCTP:
        peel_sctp(peel, payload);
        break;
    case PROTOCOL_IPV4:
        peel_then(peel, peel_ipv4, payload);
        break;
    case PROTOCOL_IPV6:
        peel_then(peel, peel_ipv6, payload);
        break;
    case PROTOCOL_GRE:
        peel_then(peel, peel_gre, payload);
        break;
    case PROTOCOL_MPLS:
        peel_then(peel, peel_mpls, payload);
        break;
    case PROTOCOL_ETHERIP:
        peel_then(peel, peel_etherip, payload);
        break;
    default:
        tally_count(&peel->at, DAPS_FRAMING_IP_OTHER);
    }
}

bool protocol_is_tunnel(uint8_t protocol)
{
    return protocol == PROTOCOL_IPV4 || protocol == PROTOCOL_IPV6 || protocol == PROTOCOL_GRE ||
           protocol == PROTOCOL_MPLS || protocol == PROTOCOL_ETHERIP;
}

bool ip_fits(const struct peel *peel, struct octets packet, bool exact)
{
    const size_t whole = packet.left + peel->at.missing;
    const uint8_t first = octets_u8(&packet);
    size_t length;
    if (first >> 4 == 4 && (first & 15) >= 5) {
        octets_skip(&packet, 1);
        length = octets_u16(&packet);
        if (length < (size_t)(first & 15) * 4)
            return false;
    } else if (first >> 4 == 6) {
        octets_skip(&packet, 3);
        length = 40u + octets_u16(&packet);
    } else {
        return false;
    }
    return !packet.bad && (exact ? length == whole : length <= whole);
}

void peel_ip(struct peel *peel, struct octets packet)
{
    if (!packet.left) {
        peel_short_carrier(peel, "IP");
        return;
    }
    switch (octets_peek(packet) >> 4) {
    case 4:
        peel_ipv4(peel, packet);
        break;
    case 6:
        peel_ipv6(peel, packet);
        break;
    default:
        tally_count(&peel->at, DAPS_FRAMING_NON_IP);
    }
}

static struct daps_endpoint ipv4_endpoint(struct octets *header)
{
    return (struct daps_endpoint){.high = 0, .low = 0xffff00000000u | octets_u32(header), .port = 0};
}

static struct daps_endpoint ipv6_endpoint(struct octets *header)
{
    struct daps_endpoint e = {.port = 0};
    e.high = octets_u64(header);
    e.low = octets_u64(header);
    return e;
}

/*
 * Leaves the octets that belong to the packet, without the padding of the link. False (and reported) if there are
 * fewer than the header says although the record is whole; a shorter record makes what follows "cut".
 */
static bool keep_payload(struct peel *peel, struct octets *payload, size_t length, const char *layer)
{
    if (length > payload->left && !peel->at.cut) {
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_LENGTH_PAST_END,
                                                               .layer = layer,
                                                               .numbers = {length, payload->left}});
        return false;
    }
    peel_keep(peel, payload, length);
    return true;
}

static bool skip_extensions(struct peel *peel, uint8_t *protocol, struct octets *packet, bool reassembled);

static void add_fragment(struct peel *peel, struct fragment *fragment, struct octets data, const char *layer)
{
    if (peel->at.cut) {
        octets_trim(&data, fragment->offset ? 0 : data.left);
        tally_problem(&peel->at,
                      (struct daps_framing_problem){.what = DAPS_PROBLEM_FRAGMENT_CUT,
                                                    .layer = layer,
                                                    .rrc_lost = udp_may_hold_rrc(peel, fragment->protocol, data)});
        return;
    }
    fragment->source[0] = peel->ends.source.high;
    fragment->source[1] = peel->ends.source.low;
    fragment->destination[0] = peel->ends.destination.high;
    fragment->destination[1] = peel->ends.destination.low;
    if (!peel->framing->fragments)
        peel->framing->fragments = fragments_new();
    fragment->depth = peel->depth;
    struct octets datagram;
    uint8_t protocol;
    tally_count(&peel->at, DAPS_FRAMING_IP_FRAGMENT);
    if (!fragments_add(peel->framing->fragments, peel, fragment, data, &datagram, &protocol))
        return;
    if (fragment->version == 4 || skip_extensions(peel, &protocol, &datagram, true))
        peel_transport(peel, protocol, datagram);
}

void peel_ipv4(struct peel *peel, struct octets packet)
{
    const char *layer = "IPv4";
    struct octets whole = packet;
    uint8_t first = octets_u8(&packet);
    octets_skip(&packet, 1);
    uint16_t total = octets_u16(&packet);
    uint16_t id = octets_u16(&packet);
    uint16_t offset = octets_u16(&packet);
    octets_skip(&packet, 1);
    uint8_t protocol = octets_u8(&packet);
    octets_skip(&packet, 2);
    struct daps_endpoint source = ipv4_endpoint(&packet), destination = ipv4_endpoint(&packet);
    size_t header = (first & 15u) * (size_t)4;
    if (packet.bad) {
        peel_short_carrier(peel, layer);
        return;
    }
    if (first >> 4 != 4 || header < 20) {
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_NOT_IPV4, .layer = layer, .numbers = {first >> 4, header}});
        return;
    }
    octets_skip(&whole, header);
    if (whole.bad) {
        peel_short_carrier(peel, layer);
        return;
    }
    /* Total length 0: captured before the network card cut a large send into packets. */
    if (total && total < header) {
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_TOTAL_LENGTH, .layer = layer, .numbers = {total, header}});
        return;
    }
    if (total && !keep_payload(peel, &whole, total - header, layer))
        return;
    peel->ends.known = true;
    peel->ends.source = source;
    peel->ends.destination = destination;
    if (offset & 0x3fff) {
        struct fragment fragment = {
            .id = id, .version = 4, .protocol = protocol, .offset = (offset & 0x1fffu) * 8, .more = offset & 0x2000};
        add_fragment(peel, &fragment, whole, layer);
        return;
    }
    peel_transport(peel, protocol, whole);
}

/*
 * Walks the extension headers (RFC 8200 4). True: *protocol is the transport and packet is at it. False: it was a
 * fragment or something was wrong, and that has been dealt with. Each header takes at least 8 octets, so the walk ends.
 */
static bool skip_extensions(struct peel *peel, uint8_t *protocol, struct octets *packet, bool reassembled)
{
    for (;;) {
        uint8_t next;
        switch (*protocol) {
        case PROTOCOL_HOP_BY_HOP:
        case PROTOCOL_ROUTING:
        case PROTOCOL_DESTINATION_OPTIONS:
        case PROTOCOL_MOBILITY:
        case PROTOCOL_HIP:
        case PROTOCOL_SHIM6:
            next = octets_u8(packet);
            octets_skip(packet, octets_u8(packet) * 8u + 6);
            break;
        case PROTOCOL_AH: /* RFC 4302 2.2: length in words of 4 octets minus 2 */
            next = octets_u8(packet);
            octets_skip(packet, octets_u8(packet) * 4u + 6);
            break;
        case PROTOCOL_FRAGMENT: {
            if (reassembled) {
                tally_problem(&peel->at,
                              (struct daps_framing_problem){.what = DAPS_PROBLEM_FRAGMENT_NESTED, .layer = "IPv6"});
                return false;
            }
            next = octets_u8(packet);
            octets_skip(packet, 1);
            uint16_t offset = octets_u16(packet);
            uint32_t id = octets_u32(packet);
            if (packet->bad || !(offset & 0xfff9)) /* RFC 6946: an atomic fragment is the whole packet */
                break;
            struct fragment fragment = {
                .id = id,
                .version = 6,
                .protocol = next,
                .offset = offset & 0xfff8u,
                .more = offset & 1,
            };
            add_fragment(peel, &fragment, *packet, "IPv6");
            return false;
        }
        default:
            return true;
        }
        if (packet->bad) {
            peel_short_carrier(peel, "IPv6");
            return false;
        }
        *protocol = next;
    }
}

void peel_ipv6(struct peel *peel, struct octets packet)
{
    const char *layer = "IPv6";
    uint32_t first = octets_u32(&packet);
    uint16_t length = octets_u16(&packet);
    uint8_t protocol = octets_u8(&packet);
    octets_skip(&packet, 1);
    struct daps_endpoint source = ipv6_endpoint(&packet), destination = ipv6_endpoint(&packet);
    if (packet.bad) {
        peel_short_carrier(peel, layer);
        return;
    }
    if (first >> 28 != 6) {
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_NOT_IPV6, .layer = layer, .numbers = {(first >> 28)}});
        return;
    }
    /* Length 0: a jumbogram, or captured before segmentation; the record says where it ends. */
    if (length && !keep_payload(peel, &packet, length, layer))
        return;
    peel->ends.known = true;
    peel->ends.source = source;
    peel->ends.destination = destination;
    if (skip_extensions(peel, &protocol, &packet, false))
        peel_transport(peel, protocol, packet);
}
