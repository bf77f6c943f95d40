/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who wrote a PDU down. Each gNB or tool numbers UEs by itself: equal numbers of two writers are two UEs.
 *
 * A writer is known by the address its datagrams come from. Its port is looked at only when a UE connects under a name
 * that is in use at that address: then there are two writers behind one address (a tool may take a new port for every
 * datagram otherwise). Where uplink comes from one address and downlink from the other, both are one conversation.
 */
#include <string.h>

#include "identity/inside.h"

static uint32_t add(struct identity *identity, const struct identity_writer *writer, uint32_t id)
{
    if (identity->n_nodes == MOST_NODES) {
        identity->evicted++;
        memmove(identity->nodes, identity->nodes + 1, (MOST_NODES - 1) * sizeof identity->nodes[0]);
        identity->n_nodes--;
    }
    identity->nodes[identity->n_nodes++] =
        (struct node){.id = id, .address = writer->address, .peer = writer->peer, .port = writer->port};
    return id;
}

static bool is_of(const struct node *node, const struct identity_writer *writer)
{
    return node->address == writer->address && node->port == writer->port;
}

static bool is_in_use(struct identity *identity, const struct identity_name *name, uint32_t node)
{
    const struct identity_link like = {
        .ue_id = name->has_ue_id ? name->ue_id : -1, .rnti = name->has_rnti ? name->rnti : -1, .node = node};
    const struct identity_link *link = identity_lookup(identity, &like);

    return link != NULL && !link->only_ccch && identity_is_held(link);
}

uint32_t identity_node(struct identity *identity, const struct identity_name *name)
{
    const struct identity_writer *writer = &name->writer;
    const struct node *same_address = NULL, *reverse = NULL;

    if (writer->address == 0)
        return 0;
    if (identity->last_node < identity->n_nodes && is_of(&identity->nodes[identity->last_node], writer))
        return identity->nodes[identity->last_node].id;
    for (unsigned i = identity->n_nodes; i-- > 0;) {
        const struct node *node = &identity->nodes[i];
        if (is_of(node, writer)) {
            identity->last_node = i;
            return node->id;
        }
        if (node->address == writer->address && same_address == NULL)
            same_address = node;
        else if (node->address == writer->peer && node->peer == writer->address && reverse == NULL)
            reverse = node;
    }
    if (same_address != NULL && !(name->first_access && is_in_use(identity, name, same_address->id)))
        return same_address->id;
    if (same_address == NULL && reverse != NULL)
        return add(identity, writer, reverse->id);
    return add(identity, writer, ++identity->last_node_id);
}
