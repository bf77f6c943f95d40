/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what Wireshark has unwrapped of a frame to PDUs for the session. */
#ifndef DAPS_DISSECTOR_TAKE_H
#define DAPS_DISSECTOR_TAKE_H

#include "ws_compat.h"

#include "session.h"

/* Looks up protocols and fields by name; once, when all of them are registered. */
void take_resolve(void);

/* The fields that take_frame looks for in a tree; the caller owns the array (of int). */
GArray *take_wanted_fields(void);

/* Has Wireshark dissected RRC in the frame? */
bool take_shows_rrc(const packet_info *pinfo);

/* What became of the PDUs of a frame; nothing was there to be taken: TAKEN. */
enum take_outcome { TAKEN, TREE_NEEDED, NOT_UNDERSTOOD };

/* Hands the PDUs of a frame to the session; tvb is the whole frame, tree has all the wanted fields or is NULL. */
enum take_outcome take_frame(struct session *session, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

#endif
