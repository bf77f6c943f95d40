/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP, and what it carries by port or by the name a payload starts with. Specified in RFC 768.
 *
 *     0 source port | 2 destination port | 4 length | 6 checksum (never looked at: the writers put anything there)
 */
#include <string.h>

#include "framing/peel.h"

enum {
    PROTOCOL_UDP = 17,
    PORT_L2TP = 1701,
    PORT_GTP_U = 2152,
    PORT_LISP = 4341,
    PORT_GSMTAP = 4729,
    PORT_VXLAN = 4789,
    PORT_VXLAN_GPE = 4790,
    PORT_RLS = 4997,
    PORT_GENEVE = 6081,
    PORT_MPLS = 6635,
    PORT_VXLAN_LINUX = 8472, /* before the number was assigned */
    PORT_QCSUPER = 47928,
};

static bool peel_gtp_u_port(struct peel *peel, struct octets payload)
{
    peel_gtp_u(peel, payload);
    return true;
}

static bool peel_gsmtap(struct peel *peel, struct octets payload)
{
    return peel_gsmtap2(peel, payload) || peel_gsmtap3(peel, payload);
}

/* Each function says whether the payload really is what the port stands for. */
static const struct port {
    uint16_t port;
    bool destination_only; /* answers do not come from it */
    bool (*unwrap)(struct peel *peel, struct octets payload);
} ports[] = {
    {PORT_GSMTAP, false, peel_gsmtap},    {PORT_QCSUPER, false, peel_qcsuper}, {PORT_RLS, false, peel_rls},
    {PORT_GTP_U, false, peel_gtp_u_port}, {PORT_VXLAN, true, peel_vxlan},      {PORT_VXLAN_LINUX, true, peel_vxlan},
    {PORT_VXLAN_GPE, true, peel_vxlan},   {PORT_GENEVE, true, peel_geneve},    {PORT_L2TP, false, peel_l2tp},
    {PORT_LISP, true, peel_lisp},         {PORT_MPLS, true, peel_mpls_in_udp},
};

#define NAME(name) name, sizeof(name) - 1

static const struct name {
    const char *name;
    size_t length;
    void (*unwrap)(struct peel *peel, struct octets payload);
} names[] = {
    {NAME("pdcp-nr"), peel_pdcp_nr},   {NAME("mac-nr"), peel_mac_nr},   {NAME("rlc-nr"), peel_rlc_nr},
    {NAME("pdcp-lte"), peel_pdcp_lte}, {NAME("mac-lte"), peel_mac_lte}, {NAME("rlc-lte"), peel_rlc_lte},
};

/* Takes the name that the payload begins with off it; NULL: none of them. */
static const struct name *take_name(struct octets *payload)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t length = names[i].length;
        if (payload->left >= length && payload->at[0] == names[i].name[0] &&
            !memcmp(payload->at, names[i].name, length)) {
            octets_skip(payload, length);
            return &names[i];
        }
    }
    return NULL;
}

bool peel_named_payload(struct peel *peel, struct octets payload)
{
    const struct name *name = take_name(&payload);
    if (!name || !payload.left)
        return false;
    name->unwrap(peel, payload);
    return true;
}

struct header {
    uint16_t source, destination, length;
};

static struct header take_header(struct octets *datagram)
{
    struct header header;
    header.source = octets_u16(datagram);
    header.destination = octets_u16(datagram);
    header.length = octets_u16(datagram);
    octets_skip(datagram, 2);
    return header;
}

static bool is_wanted(struct octets datagram, size_t whole, const struct daps_framing_udp_wanted *wanted)
{
    struct header header = take_header(&datagram);
    if (datagram.bad || (header.length && (header.length < 8 || header.length > whole)))
        return false;
    if (wanted->of_ports && (header.source != wanted->source || header.destination != wanted->destination))
        return false;
    if (!wanted->named)
        return true;
    return take_name(&datagram) != NULL;
}

bool daps_framing_find_udp(const uint8_t *octets, size_t captured, size_t length,
                           const struct daps_framing_udp_wanted *wanted, size_t *at)
{
    struct octets left = octets_of(octets, captured);
    for (*at = 0; !left.bad; ++*at) {
        if (is_wanted(left, length - *at, wanted))
            return true;
        octets_skip(&left, 1);
    }
    return false;
}

static bool is_rrc_port(uint16_t port)
{
    return port == PORT_GSMTAP || port == PORT_QCSUPER || port == PORT_RLS;
}

static bool is_port_of(const struct port *entry, uint16_t source, uint16_t destination)
{
    return entry->port == destination || (entry->port == source && !entry->destination_only);
}

static bool is_tunnel_port(uint16_t destination)
{
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        if (ports[i].port == destination)
            return ports[i].destination_only;
    }
    return false;
}

static bool is_port(const struct header *header, uint16_t port)
{
    return header->source == port || header->destination == port;
}

/* Whether the payload, of which only these octets are there, may begin with the name of a radio layer. */
static bool may_be_named(struct octets begin)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t length = strlen(names[i].name);
        if (!memcmp(begin.at, names[i].name, begin.left < length ? begin.left : length))
            return true;
    }
    return false;
}

bool udp_may_hold_rrc(const struct peel *peel, uint8_t protocol, struct octets first_octets)
{
    if (protocol != PROTOCOL_UDP)
        return protocol_is_tunnel(protocol) && tally_has_radio(peel->at.tally);
    const struct header header = take_header(&first_octets);
    if (first_octets.bad)
        return tally_has_radio(peel->at.tally);
    if (is_rrc_port(header.source) || is_rrc_port(header.destination))
        return true;
    if (is_port(&header, PORT_GTP_U)) /* what is lost of the user plane is not taken for signalling */
        return false;
    if (is_tunnel_port(header.destination) || !first_octets.left)
        return tally_has_radio(peel->at.tally);
    return may_be_named(first_octets);
}

/* The payload of a cut datagram ends before it can be told what it is. */
static bool is_cut_short(const struct peel *peel, const struct header *header, struct octets payload)
{
    static const size_t longest_name = sizeof "pdcp-lte" - 1;
    if (!peel->at.cut || payload.left >= longest_name)
        return false;
    if (!payload.left)
        return is_rrc_port(header->source) || is_rrc_port(header->destination) || tally_has_radio(peel->at.tally);
    return may_be_named(payload);
}

void peel_udp(struct peel *peel, struct octets datagram)
{
    struct header header = take_header(&datagram);
    uint16_t source = header.source, destination = header.destination, length = header.length;
    if (datagram.bad) {
        peel_short_carrier(peel, "UDP");
        return;
    }
    size_t carried = length >= 8 ? length - 8u : 0;
    if ((length && length < 8) || (carried > datagram.left && !peel->at.cut)) {
        tally_problem(&peel->at,
                      (struct daps_framing_problem){.what = DAPS_PROBLEM_UDP_LENGTH,
                                                    .layer = "UDP",
                                                    .numbers = {length, datagram.left + 8},
                                                    .rrc_lost = is_rrc_port(source) || is_rrc_port(destination)});
        return;
    }
    if (length) /* 0: RFC 2675 4, longer than the field can say */
        peel_keep(peel, &datagram, carried);
    peel->ends.source.port = source;
    peel->ends.destination.port = destination;
    if (peel_named_payload(peel, datagram))
        return;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        if (is_port_of(&ports[i], source, destination) && ports[i].unwrap(peel, datagram))
            return;
    }
    if (is_cut_short(peel, &header, datagram))
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_PAYLOAD_CUT, .layer = "UDP", .rrc_lost = true});
    else
        tally_count(&peel->at, DAPS_FRAMING_IP_OTHER);
}
