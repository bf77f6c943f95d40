/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RRC that the engine deciphered, as data sources of its own, dissected by nr-rrc. */
#ifndef DAPS_DISSECTOR_DECIPHER_H
#define DAPS_DISSECTOR_DECIPHER_H

#include "ws_compat.h"

#include "session.h"

/* Looks up dissectors by name; once, when all of them are registered. */
void decipher_resolve(void);

/* Name of the message as in TS 38.331, "RRC" if its type is none of 6.2.1; static storage. */
const char *decipher_message(const struct note_rrc *rrc);

/* tree: where it goes, NULL: only what filters and columns ask for. The columns are not touched. */
void decipher_show(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note);

#endif
