/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs by the items that Wireshark has made of them: octets from the data source and extent of an item, context (which
 * UE, which bearer, which direction) from the items around it.
 */
#include "take_parts.h"

#include <epan/dissectors/packet-pdcp-nr.h>

/* Bearer types of rlc-nr (packet-rlc-nr.h). */
enum { RLC_CCCH = 1, RLC_SRB = 4, RLC_DRB = 5 };

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
    return finfo->hfinfo->id == take_ids()->rrc_lte ? RRC : -1;
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

static void fill_names(struct daps_pdu *pdu, const struct context *context)
{
    pdu->names = (struct daps_names){.has_ue_id = context->present[UE_ID],
                                     .ue_id = (uint16_t)context->values[UE_ID],
                                     .has_rnti = context->present[RNTI],
                                     .rnti = (uint16_t)context->values[RNTI]};
    pdu->downlink = context->values[DIRECTION] == 1;
    pdu->bearer = (uint8_t)context->values[BEARER];
}

/* False: Wireshark shows the PDU, but nothing around it. */
static bool fill_mac(struct daps_pdu *pdu, proto_node *item)
{
    const struct context context = context_of(item, MAC);

    pdu->layer = DAPS_LAYER_MAC;
    fill_names(pdu, &context);
    pdu->rnti_type = (uint8_t)context.values[RNTI_TYPE];
    return context.present[DIRECTION];
}

static bool fill_rlc(struct daps_pdu *pdu, proto_node *item)
{
    const struct context context = context_of(item, RLC);
    const uint32_t type = context.values[BEARER_TYPE];

    pdu->layer = DAPS_LAYER_RLC;
    fill_names(pdu, &context);
    pdu->rlc_mode = daps_rlc_mode_of(context.values[MODE]);
    pdu->rlc_sn_bits = (uint8_t)context.values[SN_BITS];
    pdu->srb = type == RLC_SRB;
    if (type == RLC_CCCH)
        pdu->channel = DAPS_CH_UL_CCCH; /* or its downlink, by the direction */
    else if (type != RLC_SRB && type != RLC_DRB)
        pdu->channel = DAPS_CH_OTHER;
    return context.present[DIRECTION];
}

/* False: Wireshark took the framing for what it is not; it knows that of today only, not that of 2018. */
static bool fill_pdcp(struct daps_pdu *pdu, packet_info *pinfo, proto_node *item)
{
    const struct context context = context_of(item, PDCP);
    const pdcp_nr_info *info = get_pdcp_nr_proto_data(pinfo); /* of the last PDU; these two are not in the tree */
    const uint32_t type = context.values[BEARER_TYPE];

    pdu->layer = DAPS_LAYER_PDCP;
    fill_names(pdu, &context);
    pdu->srb = context.values[PLANE] == NR_SIGNALING_PLANE;
    pdu->sn_bits = (uint8_t)context.values[SN_BITS];
    if (pdu->srb && type == Bearer_CCCH)
        pdu->channel = DAPS_CH_UL_CCCH;
    else if (pdu->srb && type != Bearer_DCCH)
        pdu->channel = DAPS_CH_OTHER;
    if (info != NULL) {
        pdu->sdap_octets = (info->sdap_header &
                            (pdu->downlink ? PDCP_NR_DL_SDAP_HEADER_PRESENT : PDCP_NR_UL_SDAP_HEADER_PRESENT)) != 0;
        pdu->ciphering_off = info->ciphering_disabled;
    }
    return pdu->sn_bits == PDCP_NR_SN_LENGTH_12_BITS || pdu->sn_bits == PDCP_NR_SN_LENGTH_18_BITS ||
           type == Bearer_CCCH;
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

/* The message in an item of nr-rrc or lte_rrc. False: none that is followed. */
static bool fill_rrc(struct daps_pdu *pdu, const proto_node *item)
{
    pdu->layer = DAPS_LAYER_RRC;
    for (const proto_node *child = item->first_child; child != NULL; child = child->next) {
        const int root = root_of_node(child);
        if (root >= 0) {
            pdu->rat = take_ids()->roots[root].rat;
            pdu->channel = take_ids()->roots[root].channel;
            return true;
        }
    }
    return false;
}

static struct daps_pdu pdu_at(const struct take_place *place, const struct extent *extent)
{
    return (struct daps_pdu){.frame = place->frame,
                             .time_ns = place->time_ns,
                             .rat = DAPS_RAT_NR,
                             .octets = extent->octets,
                             .length = extent->length,
                             .missing = extent->missing,
                             .ends = place->ends,
                             .logged_cell = {.pci = -1, .ssb_arfcn = -1}};
}

/* A message that Wireshark shows without an item of its protocol around it: one that is not sent by itself over the
 * air. */
static void take_bare_rrc(struct session *session, packet_info *pinfo, const proto_node *item)
{
    const struct take_place place = take_place(session, pinfo);
    const int root = root_of_node(item);
    struct extent extent;
    struct daps_pdu pdu;

    if (root < 0 || !extent_of(PNODE_FINFO(item), true, &extent))
        return;
    pdu = pdu_at(&place, &extent);
    pdu.layer = DAPS_LAYER_RRC;
    pdu.rat = take_ids()->roots[root].rat;
    pdu.channel = take_ids()->roots[root].channel;
    session_pdu(session, &pdu);
}

static bool fill(struct daps_pdu *pdu, packet_info *pinfo, proto_node *item, enum layer layer)
{
    switch (layer) {
    case MAC:
        return fill_mac(pdu, item);
    case RLC:
        return fill_rlc(pdu, item);
    case PDCP:
        return fill_pdcp(pdu, pinfo, item);
    default:
        return fill_rrc(pdu, item);
    }
}

/* False: what is around the PDU was not understood. datagram: the item of the UDP header it came behind, NULL none. */
static bool take_item(struct session *session, packet_info *pinfo, proto_node *item, enum layer layer,
                      const field_info *datagram)
{
    struct take_place place = take_place(session, pinfo);
    struct extent extent;
    struct daps_pdu pdu;

    if (!extent_of(PNODE_FINFO(item), false, &extent))
        return true;
    if (datagram != NULL && datagram->ds_tvb != NULL)
        take_ends(&place.ends, datagram->ds_tvb, datagram->start);
    pdu = pdu_at(&place, &extent);
    if (!fill(&pdu, pinfo, item, layer))
        return layer == RRC;
    session_pdu(session, &pdu);
    return true;
}

/* Is there nothing to look for below this node: a part of a message, another protocol's, of the frame as such? */
static bool is_inside(const proto_node *node)
{
    const struct take_ids *ids = take_ids();
    const field_info *finfo = PNODE_FINFO(node);

    if (finfo == NULL)
        return false;
    if (finfo->hfinfo->parent >= 0)
        return finfo->hfinfo->parent == ids->layers[RRC] || finfo->hfinfo->parent == ids->rrc_lte;
    return finfo->hfinfo->id == ids->frame || take_is_closed(ids, finfo->hfinfo->id);
}

bool take_layer(struct session *session, packet_info *pinfo, proto_tree *tree, enum layer outermost)
{
    const field_info *datagram = NULL;
    bool understood = true, found = outermost == RRC; /* there are messages without an item of their protocol */

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
