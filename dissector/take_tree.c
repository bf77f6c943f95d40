/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs by the items that Wireshark has made of them: octets from the data source and extent of an item, context (which
 * UE, which bearer, which direction) from the items around it.
 */
#include "take_parts.h"

#include <epan/dissectors/packet-pdcp-nr.h>

struct extent {
    const uint8_t *octets;
    size_t length;
    size_t missing; /* octets behind them that were not captured */
};

/* The octets of an item from its start to its end, or to that of its data source. */
static bool extent_of(const field_info *finfo, bool to_end, struct extent *extent)
{
    int captured;

    if (finfo == NULL || finfo->ds_tvb == NULL || finfo->start < 0)
        return false;
    captured = (int)tvb_captured_length(finfo->ds_tvb) - finfo->start;
    if (captured <= 0)
        return false;
    extent->length = (size_t)(to_end || finfo->length > captured ? captured : finfo->length);
    extent->missing =
        extent->length < (size_t)captured ? 0 : tvb_reported_length(finfo->ds_tvb) - tvb_captured_length(finfo->ds_tvb);
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

    if (finfo == NULL || finfo->hfinfo->parent >= 0) /* most nodes are fields */
        return -1;
    for (int i = 0; i < LAYERS; i++) {
        if (finfo->hfinfo->id == take_ids()->layers[i])
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
            if (finfo->hfinfo->id == take_ids()->context[layer][i] && !context.present[i]) {
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

/* False: Wireshark shows the PDU, but nothing around it. */
static bool take_mac(struct daps_framing *framing, const struct daps_framing_place *place, proto_node *item,
                     const struct extent *pdu)
{
    const struct context context = context_of(item, MAC);
    const struct daps_framing_mac mac = {.downlink = context.values[DIRECTION] == 1,
                                         .rnti_type = (uint8_t)context.values[RNTI_TYPE],
                                         .name = name_of(&context)};

    if (context.present[DIRECTION])
        daps_framing_take_mac(framing, place, &mac, pdu->octets, pdu->length);
    return context.present[DIRECTION];
}

static bool take_rlc(struct daps_framing *framing, const struct daps_framing_place *place, proto_node *item,
                     const struct extent *pdu)
{
    const struct context context = context_of(item, RLC);
    const struct daps_framing_rlc rlc = {.mode = (uint8_t)context.values[MODE],
                                         .sn_bits = (uint8_t)context.values[SN_BITS],
                                         .bearer_type = (uint8_t)context.values[BEARER_TYPE],
                                         .bearer = (uint8_t)context.values[BEARER],
                                         .downlink = context.values[DIRECTION] == 1,
                                         .name = name_of(&context)};

    if (context.present[DIRECTION])
        daps_framing_take_rlc(framing, place, &rlc, pdu->octets, pdu->length);
    return context.present[DIRECTION];
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

    for (unsigned i = 0; finfo != NULL && i < ROOTS; i++) {
        if (finfo->hfinfo->id == take_ids()->roots[i].id)
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
            daps_framing_take_rrc(framing, place, take_ids()->roots[root].channel, pdu->octets, pdu->length);
            return;
        }
    }
}

/* A message that Wireshark shows without an item of nr-rrc around it: one that is not sent by itself over the air. */
static void take_bare_rrc(struct session *session, packet_info *pinfo, const proto_node *item)
{
    const int root = root_of_node(item);
    struct daps_framing_place place;
    struct extent pdu;

    if (root < 0 || !extent_of(PNODE_FINFO(item), true, &pdu))
        return;
    place = take_place(session, pinfo);
    place.missing = pdu.missing;
    daps_framing_take_rrc(session_framing(session), &place, take_ids()->roots[root].channel, pdu.octets, pdu.length);
}

/* False: what is around the PDU was not understood. datagram: the item of the UDP header it came behind, NULL none. */
static bool take_item(struct session *session, packet_info *pinfo, proto_node *item, enum layer layer,
                      const field_info *datagram)
{
    struct daps_framing_place place = take_place(session, pinfo);
    struct extent pdu;

    if (!extent_of(PNODE_FINFO(item), false, &pdu))
        return true;
    if (datagram != NULL && datagram->ds_tvb != NULL)
        take_ends(&place, datagram->ds_tvb, datagram->start);
    place.missing = pdu.missing;
    switch (layer) {
    case MAC:
        return take_mac(session_framing(session), &place, item, &pdu);
    case RLC:
        return take_rlc(session_framing(session), &place, item, &pdu);
    case PDCP:
        return take_pdcp(session_framing(session), &place, pinfo, item, &pdu);
    default:
        take_rrc(session_framing(session), &place, item, &pdu);
        return true;
    }
}

/* Is there nothing to look for below this node: a part of a message, another protocol's, of the frame as such? */
static bool is_inside(const proto_node *node)
{
    const struct take_ids *ids = take_ids();
    const field_info *finfo = PNODE_FINFO(node);

    if (finfo == NULL)
        return false;
    if (finfo->hfinfo->parent >= 0)
        return finfo->hfinfo->parent == ids->layers[RRC];
    return finfo->hfinfo->id == ids->frame || take_is_closed(ids, finfo->hfinfo->id);
}

bool take_layer(struct session *session, packet_info *pinfo, proto_tree *tree, enum layer outermost)
{
    const field_info *datagram = NULL;
    bool understood = true, found = outermost == RRC; /* there are messages without an item of nr-rrc */

    for (proto_node *node = tree->first_child; node != NULL;) {
        const int layer = layer_of_node(node);
        if (layer < 0 && !found && PNODE_FINFO(node) != NULL && PNODE_FINFO(node)->hfinfo->id == take_ids()->udp)
            datagram = PNODE_FINFO(node);
        found |= layer == (int)outermost;
        if (layer == (int)outermost)
            understood = take_item(session, pinfo, node, outermost, datagram) && understood;
        else if (outermost == RRC && node->parent == tree)
            take_bare_rrc(session, pinfo, node);
        node = next_node(tree, node, layer == (int)outermost || is_inside(node));
    }
    return understood && found;
}
