/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PDUs a frame holds, as Wireshark found them.
 *
 * Taken is the outermost radio layer that Wireshark shows, with all its PDUs in the frame:
 *
 *     mac-nr        MAC PDUs: which bearer an LCID is, and how long its SNs are, stands in RRC, which may be ciphered;
 *                   then only who deciphers it (framing/, fed by the engine) can go on below MAC
 *     rlc-nr        RLC PDUs, reassembled by framing/
 *     pdcp-nr       PDCP PDUs
 *     nr-rrc        RRC in clear; the channel is the message type that was dissected
 *
 * What Wireshark does not open (GSMTAP version 3, QCSuper, UERANSIM's radio link, link types and names that it does
 * not know or that its preferences leave closed) goes to framing/ as the UDP datagram that Wireshark has unwrapped,
 * or as the record. RRC inside other protocols of the network (LTE RRC, NGAP, F1AP, ...) is not taken.
 */
#include "take.h"

#include <epan/addr_resolv.h>
#include <epan/dissectors/packet-pdcp-nr.h>
#include <epan/proto_data.h>
#include <string.h>
#include <wiretap/wtap.h>

enum layer { MAC, RLC, PDCP, RRC, LAYERS };

static const char *const layer_names[LAYERS] = {"mac-nr", "rlc-nr", "pdcp-nr", "nr-rrc"};

/* Protocols that have RRC of their own, carry it between nodes, or quote packets that did not arrive. */
static const char *const closed_names[] = {"lte_rrc", "mac-lte", "rlc-lte", "pdcp-lte", "ngap", "xnap",
                                           "f1ap",    "e1ap",    "s1ap",    "x2ap",     "e2ap", "nas-5gs",
                                           "nas-eps", "gtp",     "icmp",    "icmpv6"};

static const struct {
    const char *name;
    enum daps_channel channel;
} root_names[] = {
    {"nr-rrc.BCCH_BCH_Message_element", DAPS_CH_BCCH_BCH},
    {"nr-rrc.BCCH_DL_SCH_Message_element", DAPS_CH_BCCH_DL_SCH},
    {"nr-rrc.DL_CCCH_Message_element", DAPS_CH_DL_CCCH},
    {"nr-rrc.DL_DCCH_Message_element", DAPS_CH_DL_DCCH},
    {"nr-rrc.PCCH_Message_element", DAPS_CH_PCCH},
    {"nr-rrc.UL_CCCH_Message_element", DAPS_CH_UL_CCCH},
    {"nr-rrc.UL_CCCH1_Message_element", DAPS_CH_UL_CCCH1},
    {"nr-rrc.UL_DCCH_Message_element", DAPS_CH_UL_DCCH},
    {"nr-rrc.RRCReconfiguration_element", DAPS_CH_RECONFIGURATION},
    {"nr-rrc.HandoverCommand_element", DAPS_CH_HANDOVER_COMMAND},
    {"nr-rrc.HandoverPreparationInformation_element", DAPS_CH_HANDOVER_PREPARATION},
    {"nr-rrc.RadioBearerConfig_element", DAPS_CH_RADIO_BEARER_CONFIG},
    {"nr-rrc.CellGroupConfig_element", DAPS_CH_CELL_GROUP_CONFIG},
};

/* Fields of the context that Wireshark shows with a PDU below RRC. */
enum context_field { DIRECTION, UE_ID, RNTI, RNTI_TYPE, MODE, SN_BITS, BEARER_TYPE, BEARER, PLANE, CONTEXT_FIELDS };

static const char *const context_names[][CONTEXT_FIELDS] = {
    [MAC] = {[DIRECTION] = "mac-nr.direction",
             [UE_ID] = "mac-nr.ueid",
             [RNTI] = "mac-nr.rnti",
             [RNTI_TYPE] = "mac-nr.rnti-type"},
    [RLC] = {[DIRECTION] = "rlc-nr.direction",
             [UE_ID] = "rlc-nr.ueid",
             [MODE] = "rlc-nr.mode",
             [SN_BITS] = "rlc-nr.seqnum-length",
             [BEARER_TYPE] = "rlc-nr.bearer-type",
             [BEARER] = "rlc-nr.bearer-id"},
    [PDCP] = {[DIRECTION] = "pdcp-nr.direction",
              [UE_ID] = "pdcp-nr.ueid",
              [SN_BITS] = "pdcp-nr.seqnum_length",
              [BEARER_TYPE] = "pdcp-nr.Bearer-type",
              [BEARER] = "pdcp-nr.bearer-id",
              [PLANE] = "pdcp-nr.plane"},
};

enum { PORT_GSMTAP = 4729, PORT_RLS = 4997, PORT_QCSUPER = 47928 };

static struct {
    int layers[LAYERS];
    int closed[G_N_ELEMENTS(closed_names)];
    int udp, ip, ipv6;
    int roots[G_N_ELEMENTS(root_names)];
    int context[RRC][CONTEXT_FIELDS];
    uint64_t marks[4]; /* bits of the protocols above: most protocols of most frames are none of them */
} ids;

static int protocol_id(const char *name)
{
    const int id = proto_get_id_by_filter_name(name);

    if (id > 0)
        ids.marks[id >> 6 & 3] |= UINT64_C(1) << (id & 63);
    return id;
}

static bool may_be_known(int id)
{
    return (ids.marks[id >> 6 & 3] >> (id & 63) & 1) != 0;
}

void take_resolve(void)
{
    for (unsigned i = 0; i < LAYERS; i++)
        ids.layers[i] = protocol_id(layer_names[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(closed_names); i++)
        ids.closed[i] = protocol_id(closed_names[i]);
    ids.udp = protocol_id("udp");
    ids.ip = protocol_id("ip");
    ids.ipv6 = protocol_id("ipv6");
    for (unsigned i = 0; i < G_N_ELEMENTS(root_names); i++)
        ids.roots[i] = proto_registrar_get_id_byname(root_names[i].name);
    for (unsigned layer = 0; layer < RRC; layer++) {
        for (unsigned i = 0; i < CONTEXT_FIELDS; i++)
            ids.context[layer][i] =
                context_names[layer][i] != NULL ? proto_registrar_get_id_byname(context_names[layer][i]) : -1;
    }
}

static void want(GArray *wanted, int id)
{
    if (id > 0)
        g_array_append_val(wanted, id);
}

GArray *take_wanted_fields(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    for (unsigned i = 0; i < LAYERS; i++)
        want(wanted, ids.layers[i]);
    want(wanted, ids.udp); /* 4.6 leaves out protocols, too, that nobody asks for */
    for (unsigned i = 0; i < G_N_ELEMENTS(ids.roots); i++)
        want(wanted, ids.roots[i]);
    for (unsigned layer = 0; layer < RRC; layer++) {
        for (unsigned i = 0; i < CONTEXT_FIELDS; i++)
            want(wanted, ids.context[layer][i]);
    }
    return wanted;
}

/* ---- which way ---- */

enum route { NOTHING, BY_LAYER, BY_DATAGRAM, BY_RECORD };

struct seen {
    bool layers[LAYERS];
    bool closed; /* a closed protocol comes before any radio layer */
    bool udp, ip;
};

static bool is_closed(int id)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(ids.closed); i++) {
        if (ids.closed[i] == id)
            return true;
    }
    return false;
}

/* The protocols of the frame, outermost first. */
static struct seen look(packet_info *pinfo)
{
    struct seen seen = {.udp = false};
    bool radio = false;

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at != NULL; at = wmem_list_frame_next(at)) {
        const int id = GPOINTER_TO_INT(wmem_list_frame_data(at));
        if (!may_be_known(id))
            continue;
        seen.udp |= id == ids.udp;
        seen.ip |= id == ids.ip || id == ids.ipv6;
        seen.closed |= !radio && is_closed(id);
        for (unsigned i = 0; i < LAYERS; i++) {
            if (id == ids.layers[i])
                radio = seen.layers[i] = true;
        }
    }
    return seen;
}

static bool is_port(const packet_info *pinfo, uint32_t port)
{
    return pinfo->srcport == port || pinfo->destport == port;
}

static bool any_layer(const struct seen *seen)
{
    for (unsigned i = 0; i < LAYERS; i++) {
        if (seen->layers[i])
            return true;
    }
    return false;
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
        if (at[1] == 'n' && at[2] == 'r')
            return true;
        at++;
    }
    return false;
}

static enum route route_of(tvbuff_t *tvb, const packet_info *pinfo, const struct seen *seen)
{
    const bool own_carrier =
        seen->udp && (is_port(pinfo, PORT_GSMTAP) || is_port(pinfo, PORT_RLS) || is_port(pinfo, PORT_QCSUPER));

    if (seen->closed)
        return NOTHING;
    if (own_carrier)
        return BY_DATAGRAM; /* cell and log are in its header, which only framing/ reads alike in every version */
    if (any_layer(seen))
        return BY_LAYER;
    if (seen->udp)
        return may_name_layer(tvb, pinfo) ? BY_DATAGRAM : NOTHING;
    return seen->ip ? NOTHING : BY_RECORD;
}

/* ---- where ---- */

static void fill_endpoint(struct daps_framing_endpoint *endpoint, const address *from, uint32_t port, bool *addressed)
{
    endpoint->port = port;
    if (from->type == AT_IPv4 && from->len == 4) {
        endpoint->address[10] = endpoint->address[11] = 0xff;
        memcpy(endpoint->address + 12, from->data, 4);
        *addressed = true;
    } else if (from->type == AT_IPv6 && from->len == 16) {
        memcpy(endpoint->address, from->data, 16);
        *addressed = true;
    }
}

static int64_t time_of(const packet_info *pinfo)
{
    const int64_t most = INT64_MAX / 1000000000 - 1; /* seconds; damaged files have absurd clocks */

    if ((pinfo->presence_flags & PINFO_HAS_TS) == 0 || pinfo->abs_ts.secs > most || pinfo->abs_ts.secs < -most)
        return INT64_MIN;
    return (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs;
}

static struct daps_framing_place place_of(const struct session *session, const packet_info *pinfo)
{
    struct daps_framing_place place = {.frame = session_frame(session), .time_ns = time_of(pinfo)};

    fill_endpoint(&place.source, &pinfo->net_src, pinfo->srcport, &place.addressed);
    fill_endpoint(&place.destination, &pinfo->net_dst, pinfo->destport, &place.addressed);
    return place;
}

/* ---- what ---- */

struct extent {
    const uint8_t *octets;
    size_t length;
    bool cut;
};

/* The octets of an item from its start to its end, or to that of its data source. */
static bool extent_of(const field_info *finfo, bool to_end, struct extent *extent)
{
    int captured;

    if (finfo->ds_tvb == NULL || finfo->start < 0)
        return false;
    captured = (int)tvb_captured_length(finfo->ds_tvb) - finfo->start;
    if (captured <= 0)
        return false;
    extent->length = (size_t)(to_end || finfo->length > captured ? captured : finfo->length);
    extent->cut = tvb_reported_length(finfo->ds_tvb) > tvb_captured_length(finfo->ds_tvb);
    extent->octets = tvb_get_ptr(finfo->ds_tvb, finfo->start, (int)extent->length);
    return extent->length > 0;
}

/* The next node behind this one in the tree below root, its children first unless skip. */
static proto_node *next_node(const proto_node *root, proto_node *node, bool skip)
{
    if (!skip && node->first_child != NULL)
        return node->first_child;
    while (node != root && node->next == NULL)
        node = node->parent;
    return node != root ? node->next : NULL;
}

struct context {
    bool present[CONTEXT_FIELDS];
    uint32_t values[CONTEXT_FIELDS];
};

static int layer_of_node(const proto_node *node)
{
    const field_info *finfo = PNODE_FINFO(node);

    for (int i = 0; finfo != NULL && i < LAYERS; i++) {
        if (finfo->hfinfo->id == ids.layers[i])
            return i;
    }
    return -1;
}

/* What the item of a PDU shows around it; the PDUs inside have contexts of their own. */
static struct context context_of(proto_node *item, enum layer layer)
{
    struct context context = {.present = {false}};

    for (proto_node *node = item->first_child; node != NULL; node = next_node(item, node, layer_of_node(node) >= 0)) {
        field_info *finfo = PNODE_FINFO(node);
        for (unsigned i = 0; finfo != NULL && i < CONTEXT_FIELDS; i++) {
            if (finfo->hfinfo->id == ids.context[layer][i] && !context.present[i]) {
                context.present[i] = true;
                context.values[i] = ws_finfo_unsigned(finfo);
            }
        }
    }
    return context;
}

static struct daps_framing_name name_of(const struct context *context)
{
    return (struct daps_framing_name){.has_ue_id = context->present[UE_ID],
                                      .ue_id = (uint16_t)context->values[UE_ID],
                                      .has_rnti = context->present[RNTI],
                                      .rnti = (uint16_t)context->values[RNTI]};
}

static void take_mac(struct daps_framing *framing, const struct daps_framing_place *place, proto_node *item,
                     const struct extent *pdu)
{
    const struct context context = context_of(item, MAC);
    const struct daps_framing_mac mac = {.downlink = context.values[DIRECTION] == 1,
                                         .rnti_type = (uint8_t)context.values[RNTI_TYPE],
                                         .name = name_of(&context)};

    daps_framing_take_mac(framing, place, &mac, pdu->octets, pdu->length);
}

static void take_rlc(struct daps_framing *framing, const struct daps_framing_place *place, proto_node *item,
                     const struct extent *pdu)
{
    const struct context context = context_of(item, RLC);
    const struct daps_framing_rlc rlc = {.mode = (uint8_t)context.values[MODE],
                                         .sn_bits = (uint8_t)context.values[SN_BITS],
                                         .bearer_type = (uint8_t)context.values[BEARER_TYPE],
                                         .bearer = (uint8_t)context.values[BEARER],
                                         .downlink = context.values[DIRECTION] == 1,
                                         .name = name_of(&context)};

    daps_framing_take_rlc(framing, place, &rlc, pdu->octets, pdu->length);
}

/* False: Wireshark took the framing for what it is not; it knows that of today only, not that of 2018. */
static bool take_pdcp(struct daps_framing *framing, const struct daps_framing_place *place, packet_info *pinfo,
                      proto_node *item, const struct extent *pdu)
{
    const struct context context = context_of(item, PDCP);
    const pdcp_nr_info *info = get_pdcp_nr_proto_data(pinfo); /* of the last PDU; these two are not in the tree */
    const struct daps_framing_pdcp pdcp = {
        .signalling = context.values[PLANE] == NR_SIGNALING_PLANE,
        .sn_bits = (uint8_t)context.values[SN_BITS],
        .bearer_type = (uint8_t)context.values[BEARER_TYPE],
        .bearer = (uint8_t)context.values[BEARER],
        .downlink = context.values[DIRECTION] == 1,
        .sdap_ul = info != NULL && (info->sdap_header & PDCP_NR_UL_SDAP_HEADER_PRESENT) != 0,
        .sdap_dl = info != NULL && (info->sdap_header & PDCP_NR_DL_SDAP_HEADER_PRESENT) != 0,
        .ciphering_off = info != NULL && info->ciphering_disabled,
        .name = name_of(&context)};

    if (pdcp.sn_bits != PDCP_NR_SN_LENGTH_12_BITS && pdcp.sn_bits != PDCP_NR_SN_LENGTH_18_BITS &&
        pdcp.bearer_type != Bearer_CCCH)
        return false;
    daps_framing_take_pdcp(framing, place, &pdcp, pdu->octets, pdu->length);
    return true;
}

/* What the message at node is, -1 none that is followed. */
static int root_of_node(const proto_node *node)
{
    const field_info *finfo = PNODE_FINFO(node);

    for (unsigned i = 0; finfo != NULL && i < G_N_ELEMENTS(ids.roots); i++) {
        if (finfo->hfinfo->id == ids.roots[i])
            return (int)i;
    }
    return -1;
}

/* A message in an item of nr-rrc. */
static void take_rrc(struct daps_framing *framing, const struct daps_framing_place *place, const proto_node *item,
                     const struct extent *pdu)
{
    for (const proto_node *child = item->first_child; child != NULL; child = child->next) {
        const int root = root_of_node(child);
        if (root >= 0) {
            daps_framing_take_rrc(framing, place, root_names[root].channel, pdu->octets, pdu->length);
            return;
        }
    }
}

/* A message that Wireshark shows without an item of nr-rrc around it: one that is not sent by itself over the air. */
static void take_bare_rrc(struct session *session, packet_info *pinfo, const proto_node *item)
{
    struct daps_framing_place place = place_of(session, pinfo);
    const int root = root_of_node(item);
    struct extent pdu;

    if (root < 0 || !extent_of(PNODE_FINFO(item), true, &pdu))
        return;
    place.cut = pdu.cut;
    daps_framing_take_rrc(session_framing(session), &place, root_names[root].channel, pdu.octets, pdu.length);
}

/* False: what is around the PDU was not understood. */
static bool take_item(struct session *session, packet_info *pinfo, proto_node *item, enum layer layer)
{
    struct daps_framing_place place = place_of(session, pinfo);
    struct extent pdu;

    if (!extent_of(PNODE_FINFO(item), false, &pdu))
        return true;
    place.cut = pdu.cut;
    switch (layer) {
    case MAC:
        take_mac(session_framing(session), &place, item, &pdu);
        return true;
    case RLC:
        take_rlc(session_framing(session), &place, item, &pdu);
        return true;
    case PDCP:
        return take_pdcp(session_framing(session), &place, pinfo, item, &pdu);
    default:
        take_rrc(session_framing(session), &place, item, &pdu);
        return true;
    }
}

/* Is what is below this node another protocol's, or a part of a message? */
static bool is_inside(const proto_node *node)
{
    const field_info *finfo = PNODE_FINFO(node);

    return finfo != NULL && (is_closed(finfo->hfinfo->id) || finfo->hfinfo->parent == ids.layers[RRC]);
}

/* False: not understood. */
static bool take_layer(struct session *session, packet_info *pinfo, proto_tree *tree, const struct seen *seen)
{
    int outermost = MAC;
    bool understood = true;

    while (!seen->layers[outermost])
        outermost++;
    for (proto_node *node = tree->first_child; node != NULL;) {
        const int layer = layer_of_node(node);
        if (layer == outermost)
            understood = take_item(session, pinfo, node, (enum layer)layer) && understood;
        else if (outermost == RRC && node->parent == tree)
            take_bare_rrc(session, pinfo, node);
        node = next_node(tree, node, layer == outermost || is_inside(node));
    }
    return understood;
}

/* The innermost UDP item; what it carries is behind its header in the same data source. */
static void take_datagram(struct session *session, packet_info *pinfo, proto_tree *tree)
{
    struct daps_framing_place place = place_of(session, pinfo);
    const field_info *udp = NULL;
    struct extent datagram;

    for (proto_node *node = tree->first_child; node != NULL; node = next_node(tree, node, false)) {
        const field_info *finfo = PNODE_FINFO(node);
        if (finfo != NULL && finfo->hfinfo->id == ids.udp)
            udp = finfo;
    }
    if (udp == NULL || !extent_of(udp, true, &datagram))
        return;
    place.cut = datagram.cut;
    daps_framing_take_udp(session_framing(session), &place, datagram.octets, datagram.length);
}

/* Link types by Wireshark's numbers for them (its own conversion is not for plugins). -1: none that holds RRC. */
static int linktype_of(int encapsulation)
{
    static const struct {
        int encapsulation, linktype;
    } known[] = {{WTAP_ENCAP_WIRESHARK_UPPER_PDU, 252},
                 {WTAP_ENCAP_ETHERNET, 1},
                 {WTAP_ENCAP_RAW_IP, 101},
                 {WTAP_ENCAP_RAW_IP4, 228},
                 {WTAP_ENCAP_RAW_IP6, 229},
                 {WTAP_ENCAP_SLL, 113}};

    if (encapsulation >= WTAP_ENCAP_USER0 && encapsulation <= WTAP_ENCAP_USER15)
        return 147 + encapsulation - WTAP_ENCAP_USER0;
    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i].encapsulation == encapsulation)
            return known[i].linktype;
    }
    return -1;
}

static void take_record(struct session *session, tvbuff_t *tvb, packet_info *pinfo)
{
    struct daps_record record = {.frame = session_frame(session), .time_ns = time_of(pinfo)};

    if (pinfo->rec == NULL || pinfo->rec->rec_type != REC_TYPE_PACKET)
        return;
    record.linktype = linktype_of(pinfo->rec->rec_header.packet_header.pkt_encap);
    if (record.linktype < 0)
        return;
    record.caplen = tvb_captured_length(tvb);
    record.len = tvb_reported_length(tvb);
    record.data = record.caplen > 0 ? tvb_get_ptr(tvb, 0, (int)record.caplen) : (const uint8_t *)"";
    daps_framing_unwrap(session_framing(session), &record);
}

void take_frame(struct session *session, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const struct seen seen = look(pinfo);
    const enum route route = tree != NULL ? route_of(tvb, pinfo, &seen) : BY_RECORD;

    switch (route) {
    case BY_LAYER:
        if (!take_layer(session, pinfo, tree, &seen) && seen.udp)
            take_datagram(session, pinfo, tree);
        break;
    case BY_DATAGRAM:
        take_datagram(session, pinfo, tree);
        break;
    case BY_RECORD:
        take_record(session, tvb, pinfo);
        break;
    case NOTHING:
        break;
    }
}
