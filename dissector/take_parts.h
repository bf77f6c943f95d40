/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways a frame's PDUs get to the session; which one is taken, take.c says. */
#ifndef DAPS_DISSECTOR_TAKE_PARTS_H
#define DAPS_DISSECTOR_TAKE_PARTS_H

#include "session.h"
#include "take_ids.h"

/* When the frame was captured, and between whom, as Wireshark tells it. */
struct take_place {
    uint64_t frame;
    int64_t time_ns;
    bool user_plane; /* inside IP that GTP-U carries */
    struct daps_ends ends;
};
struct take_place take_place(const struct session *session, const packet_info *pinfo);

/*
 * The same by the IP header right before the UDP header at that offset, if there is one: user data that Wireshark
 * dissects inside a radio layer has addresses as well, and Wireshark tells those.
 */
void take_ends(struct daps_ends *ends, tvbuff_t *tvb, int at);

/* take_tree.c: all PDUs of that layer in the tree. False: there are none, or one was not understood. */
bool take_layer(struct session *session, packet_info *pinfo, proto_tree *tree, enum layer outermost);

/* take_data.c: the UDP datagram with the ports that Wireshark names, or any that begins with the name of a radio layer.
 * False: there is none. */
bool take_datagram(struct session *session, const packet_info *pinfo, bool of_those_ports, bool named);
/* Is the record's link type one that framing/ reads? */
bool take_knows_link(const packet_info *pinfo);
/* The record as captured. False: nothing in it is known by framing/. */
bool take_record(struct session *session, tvbuff_t *tvb, const packet_info *pinfo);

#endif
