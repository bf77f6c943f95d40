/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PDUs a frame holds, as Wireshark found them.
 *
 * Taken is the outermost radio layer that Wireshark shows, with all its PDUs in the frame:
 *
 *     mac-nr        MAC PDUs: which bearer an LCID is, and how long its SNs are, stands in RRC, which may be ciphered;
 *                   then only the engine, which deciphers it, can go on below MAC
 *     rlc-nr        RLC PDUs, reassembled by the engine
 *     pdcp-nr       PDCP PDUs
 *     nr-rrc        RRC in clear; the channel is the message type that was dissected
 *     lte_rrc       likewise
 *
 * MAC, RLC and PDCP of LTE are left to framing/, which finds them in the UDP datagram or the record.
 *
 * Where Wireshark has built no tree, as for a list of packets, the layers that it went through still say what a frame
 * holds, and framing/ goes on from the UDP datagram or the record. Only what comes otherwise needs a tree.
 *
 * What Wireshark does not open (GSMTAP version 3, QCSuper, UERANSIM's radio link, link types and names that it does
 * not know or that its preferences leave closed) goes to framing/ as the UDP datagram that Wireshark has unwrapped,
 * or as the record. So does what holds S1AP or X2AP. RRC inside other protocols between nodes (NGAP, F1AP, ...) is not
 * taken.
 */
#include "take.h"

#include <string.h>

#include "take_parts.h"

enum { PORT_GSMTAP = 4729, PORT_RLS = 4997, PORT_QCSUPER = 47928 };

/* ---- which way ---- */

enum route { NOTHING, BY_LAYER, BY_PORT, BY_NAME, BY_RECORD };

struct seen {
    bool layers[LAYERS];
    bool radio;      /* any of them, or ... */
    bool lte;        /* ... one of LTE below RRC: framing/ reads these alike in every version */
    bool closed;     /* a closed protocol comes before any radio layer, ... */
    bool sctp;       /* around whatever is closed */
    bool user_plane; /* ... but not GTP-U that carries IP, which may hold whatever IP may */
    bool udp, ip;    /* around the radio layers */
    bool user_data;  /* a datagram inside them: the ports that Wireshark tells are its */
    bool user_ip;    /* IP inside them: so are the addresses */
    int closed_by;   /* that protocol, 0 none */
};

static bool may_be_known(const struct take_ids *ids, int id)
{
    return (ids->marks[id >> 6 & 3] >> (id & 63) & 1) != 0;
}

/* The protocols of the frame, outermost first. */
static struct seen look(const packet_info *pinfo)
{
    const struct take_ids *ids = take_ids();
    struct seen seen = {.udp = false};
    int closed_by = 0;

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at != NULL; at = wmem_list_frame_next(at)) {
        const int id = GPOINTER_TO_INT(wmem_list_frame_data(at));
        if (!may_be_known(ids, id))
            continue;
        seen.udp |= !seen.radio && id == ids->udp;
        seen.sctp |= !seen.radio && closed_by == 0 && id == ids->sctp;
        seen.user_data |= seen.radio && id == ids->udp;
        seen.user_ip |= seen.radio && (id == ids->ip || id == ids->ipv6);
        if (!seen.radio && (id == ids->ip || id == ids->ipv6)) {
            seen.ip = true;
            seen.user_plane |= closed_by == ids->gtp;
            if (closed_by == ids->gtp)
                closed_by = 0;
        }
        if (!seen.radio && closed_by == 0 && take_is_closed(ids, id))
            closed_by = id;
        for (unsigned i = 0; i < LAYERS; i++) {
            if (id == ids->layers[i])
                seen.radio = seen.layers[i] = true;
        }
        for (unsigned i = 0; i < LTE_LAYERS; i++)
            seen.lte |= id == ids->lte[i];
        seen.radio |= seen.lte;
        if (id == ids->rrc_lte)
            seen.radio = seen.layers[RRC] = true;
    }
    seen.closed = closed_by != 0;
    seen.closed_by = closed_by;
    return seen;
}

static bool is_port(const packet_info *pinfo, uint32_t port)
{
    return pinfo->srcport == port || pinfo->destport == port;
}

static bool is_own_carrier(const packet_info *pinfo, const struct seen *seen)
{
    if (!seen->udp || seen->user_data)
        return false;
    return is_port(pinfo, PORT_GSMTAP) || is_port(pinfo, PORT_RLS) || is_port(pinfo, PORT_QCSUPER);
}

/*
 * Could a datagram of this frame begin with the name of a radio layer ("mac-nr", ...)? Most frames of most captures are
 * dismissed by this look at their first octets.
 */
static bool may_name_layer(tvbuff_t *tvb, const packet_info *pinfo)
{
    const size_t most = MIN(tvb_captured_length(tvb), 256);
    const uint8_t *at = most > 0 ? tvb_get_ptr(tvb, 0, (int)most) : NULL, *end = at + most;

    if (pinfo->data_src != NULL && pinfo->data_src->next != NULL)
        return true; /* put together from several frames */
    while (at != NULL && end - at >= 3 && (at = memchr(at, '-', (size_t)(end - at) - 2)) != NULL) {
        if ((at[1] == 'n' && at[2] == 'r') || (at[1] == 'l' && at[2] == 't'))
            return true;
        at++;
    }
    return false;
}

/*
 * PDUs of S1AP and X2AP are read from the record: framing/ tells chunks that come again, and joins those of one
 * message. Those of which Wireshark shows nothing yet are in a frame that holds no more than SCTP.
 */
static bool holds_nodes(const packet_info *pinfo, const struct seen *seen)
{
    const struct take_ids *ids = take_ids();
    const bool read =
        seen->closed ? seen->closed_by == ids->s1ap || seen->closed_by == ids->x2ap : seen->sctp && !seen->radio;

    return read && take_knows_link(pinfo);
}

static enum route route_of(tvbuff_t *tvb, const packet_info *pinfo, proto_tree *tree, const struct seen *seen)
{
    if (holds_nodes(pinfo, seen))
        return BY_RECORD;
    if (seen->closed)
        return NOTHING;
    if (seen->radio && seen->user_ip && take_knows_link(pinfo))
        return BY_RECORD; /* who sends to whom is part of a UE's name, and only the record still tells */
    if (is_own_carrier(pinfo, seen))
        return BY_PORT; /* cell and log are in its header, which only framing/ reads alike in every version */
    if (seen->radio && !seen->lte && tree != NULL)
        return BY_LAYER;
    if (seen->udp)
        return seen->radio || may_name_layer(tvb, pinfo) ? BY_NAME : NOTHING;
    return seen->ip ? NOTHING : BY_RECORD;
}

bool take_shows_rrc(const packet_info *pinfo)
{
    return look(pinfo).layers[RRC];
}

/* ---- where ---- */

/* n octets, at most 8, most significant first. */
static uint64_t number_of(const uint8_t *octets, unsigned n)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < n; i++)
        number = number << 8 | octets[i];
    return number;
}

static void set_ipv4(struct daps_endpoint *endpoint, const uint8_t *address)
{
    endpoint->high = 0;
    endpoint->low = (uint64_t)0xffff << 32 | number_of(address, 4);
}

static void set_ipv6(struct daps_endpoint *endpoint, const uint8_t *address)
{
    endpoint->high = number_of(address, 8);
    endpoint->low = number_of(address + 8, 8);
}

static void fill_endpoint(struct daps_endpoint *endpoint, const address *from, uint32_t port, bool *known)
{
    endpoint->port = port;
    if (from->type == AT_IPv4 && from->len == 4)
        set_ipv4(endpoint, from->data);
    else if (from->type == AT_IPv6 && from->len == 16)
        set_ipv6(endpoint, from->data);
    else
        return;
    *known = true;
}

static int64_t time_of(const packet_info *pinfo)
{
    const int64_t most = INT64_MAX / 1000000000 - 1; /* seconds; damaged files have absurd clocks */

    if ((pinfo->presence_flags & PINFO_HAS_TS) == 0 || pinfo->abs_ts.secs > most || pinfo->abs_ts.secs < -most)
        return INT64_MIN;
    return (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs;
}

struct take_place take_place(const struct session *session, const packet_info *pinfo)
{
    struct take_place place = {
        .frame = session_frame(session), .time_ns = time_of(pinfo), .user_plane = look(pinfo).user_plane};

    fill_endpoint(&place.ends.source, &pinfo->net_src, pinfo->srcport, &place.ends.known);
    fill_endpoint(&place.ends.destination, &pinfo->net_dst, pinfo->destport, &place.ends.known);
    return place;
}

enum { IPV4_OCTETS = 20, IPV6_OCTETS = 40, UDP_OCTETS = 8, PROTOCOL_UDP = 17 };

void take_ends(struct daps_ends *ends, tvbuff_t *tvb, int at)
{
    const uint8_t *ip, *udp;

    if (at < IPV4_OCTETS || !tvb_bytes_exist(tvb, at, UDP_OCTETS))
        return;
    udp = tvb_get_ptr(tvb, at, UDP_OCTETS);
    ip = tvb_get_ptr(tvb, at - IPV4_OCTETS, IPV4_OCTETS);
    if (ip[0] == 0x45 && ip[9] == PROTOCOL_UDP) {
        set_ipv4(&ends->source, ip + 12);
        set_ipv4(&ends->destination, ip + 16);
    } else if (at >= IPV6_OCTETS && (ip = tvb_get_ptr(tvb, at - IPV6_OCTETS, IPV6_OCTETS))[0] >> 4 == 6 &&
               ip[6] == PROTOCOL_UDP) {
        set_ipv6(&ends->source, ip + 8);
        set_ipv6(&ends->destination, ip + 24);
    } else {
        return;
    }
    ends->known = true;
    ends->source.port = (uint32_t)number_of(udp, 2);
    ends->destination.port = (uint32_t)number_of(udp + 2, 2);
}

/* ---- on the way ---- */

static enum take_outcome by_layer(struct session *session, packet_info *pinfo, proto_tree *tree,
                                  const struct seen *seen)
{
    int outermost = MAC;

    while (!seen->layers[outermost])
        outermost++;
    if (take_layer(session, pinfo, tree, (enum layer)outermost))
        return TAKEN;
    return seen->udp && take_datagram(session, pinfo, false, true) ? TAKEN : NOT_UNDERSTOOD;
}

static void take_note_of(struct session *session, int closed_by)
{
    const struct take_ids *ids = take_ids();

    for (unsigned i = 0; i < CLOSED; i++) {
        if (ids->closed[i] == closed_by && ids->closed_as[i] < COVERAGE_COUNT)
            session_aside(session, ids->closed_as[i]);
    }
}

enum take_outcome take_frame(struct session *session, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const struct seen seen = look(pinfo);
    bool known = false;

    session_time(session, time_of(pinfo));
    if (!seen.layers[RRC])
        session_keep_clear(session);
    if (seen.closed && !holds_nodes(pinfo, &seen))
        take_note_of(session, seen.closed_by);
    switch (route_of(tvb, pinfo, tree, &seen)) {
    case BY_LAYER:
        return by_layer(session, pinfo, tree, &seen);
    case BY_PORT:
        known = take_datagram(session, pinfo, true, false);
        if (!known && tree != NULL && seen.radio && !seen.lte)
            return by_layer(session, pinfo, tree, &seen); /* on that port, but something else */
        break;
    case BY_NAME:
        known = take_datagram(session, pinfo, !seen.radio, true);
        break;
    case BY_RECORD:
        known = take_record(session, tvb, pinfo);
        break;
    case NOTHING:
        break;
    }
    if (known || seen.closed || !seen.radio)
        return TAKEN;
    return tree != NULL ? NOT_UNDERSTOOD : TREE_NEEDED;
}
