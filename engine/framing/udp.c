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
    PORT_GTP_U = 2152,
    PORT_GSMTAP = 4729,
    PORT_RLS = 4997,
    PORT_QCSUPER = 47928,
};

static bool peel_gtp_u(struct peel *peel, struct octets payload)
{
    (void)payload;
    peel_count(peel, DAPS_FRAMING_GTP_U);
    return true;
}

static bool peel_gsmtap(struct peel *peel, struct octets payload)
{
    return peel_gsmtap2(peel, payload) || peel_gsmtap3(peel, payload);
}

/* Each function says whether the payload really is what the port stands for. */
static const struct {
    uint16_t port;
    bool (*unwrap)(struct peel *peel, struct octets payload);
} ports[] = {
    {PORT_GSMTAP, peel_gsmtap},
    {PORT_QCSUPER, peel_qcsuper},
    {PORT_RLS, peel_rls},
    {PORT_GTP_U, peel_gtp_u},
};

static const struct name {
    const char *name;
    enum daps_framing_class class; /* without unwrap */
    void (*unwrap)(struct peel *peel, struct octets payload);
} names[] = {
    {"mac-nr", DAPS_FRAMING_MAC_NR, peel_mac_nr},    {"mac-lte", DAPS_FRAMING_MAC_LTE, NULL},
    {"rlc-nr", DAPS_FRAMING_RLC_NR, peel_rlc_nr},    {"rlc-lte", DAPS_FRAMING_RLC, NULL},
    {"pdcp-nr", DAPS_FRAMING_PDCP_NR, peel_pdcp_nr}, {"pdcp-lte", DAPS_FRAMING_PDCP, NULL},
};

/* Takes the name that the payload begins with off it; NULL: none of them. */
static const struct name *take_name(struct octets *payload)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i].name);
        if (payload->left >= length && !memcmp(payload->at, names[i].name, length)) {
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
    if (name->unwrap)
        name->unwrap(peel, payload);
    else
        peel_count(peel, name->class);
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
    const struct name *name = take_name(&datagram);
    return name && name->unwrap;
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

bool udp_may_hold_rrc(const struct peel *peel, uint8_t protocol, struct octets first_octets)
{
    if (protocol != PROTOCOL_UDP)
        return false;
    uint16_t source = octets_u16(&first_octets);
    uint16_t destination = octets_u16(&first_octets);
    if (first_octets.bad)
        return peel->framing->counts.classes[DAPS_FRAMING_NR_RRC] > 0;
    return is_rrc_port(source) || is_rrc_port(destination);
}

void peel_udp(struct peel *peel, struct octets datagram)
{
    struct header header = take_header(&datagram);
    uint16_t source = header.source, destination = header.destination, length = header.length;
    if (datagram.bad) {
        peel_short(peel, "UDP", false, NULL);
        return;
    }
    size_t carried = length >= 8 ? length - 8u : 0;
    if ((length && length < 8) || (carried > datagram.left && !peel->cut)) {
        peel_problem(peel, DAPS_FRAMING_MALFORMED, "UDP", "its length field does not fit",
                     is_rrc_port(source) || is_rrc_port(destination), NULL, "length %u, %zu octets are there", length,
                     datagram.left + 8);
        return;
    }
    if (length) /* 0: RFC 2675 4, longer than the field can say */
        peel_keep(peel, &datagram, carried);
    peel->source.port = source;
    peel->destination.port = destination;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        if ((ports[i].port == destination || ports[i].port == source) && ports[i].unwrap(peel, datagram))
            return;
    }
    if (!peel_named_payload(peel, datagram))
        peel_count(peel, DAPS_FRAMING_IP_OTHER);
}
