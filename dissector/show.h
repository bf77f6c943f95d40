/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subtree "DAPS handover security" of a frame, its expert items and its part of the Info column. */
#ifndef DAPS_DISSECTOR_SHOW_H
#define DAPS_DISSECTOR_SHOW_H

#include "ws_compat.h"

#include "session.h"

/* What is to be said of one frame. Anything may be NULL. */
struct showing {
    struct session *session;
    const struct frame_note *note;
    const struct note_ue *bystander; /* whose the frame is, where note is NULL */
    const GPtrArray *results;        /* const struct daps_result * */
    const GPtrArray *withdrawn;      /* const struct daps_result * */
};

/* tree: of the protocol, from show_start. */
proto_tree *show_start(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, int protocol,
                       const struct showing *showing);
void show_note(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct showing *showing);
void show_handover(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result,
                   const struct showing *showing);
void show_finding(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result);
void show_withdrawn(proto_tree *tree, tvbuff_t *tvb, const struct daps_result *result);

/* Expert items where no tree is wanted: for Wireshark's lamp, and for who collects them. */
void show_experts(packet_info *pinfo, const struct showing *showing);
/* The expert items of a finding; item NULL: no tree is wanted. */
void show_finding_experts(packet_info *pinfo, proto_item *item, const struct daps_result *result);

/* What an event is here, "daps-handover-command"; and whether it is a message of its own, and not a part of one. */
const char *show_event(const struct note_event *event);
bool show_is_message(const struct note_event *event);

/* Adds to the Info column what matters of the frame. */
void show_in_info(packet_info *pinfo, const struct showing *showing);

#endif
