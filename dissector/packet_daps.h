/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The post-dissector: it runs behind all others on every frame. */
#ifndef DAPS_DISSECTOR_PACKET_DAPS_H
#define DAPS_DISSECTOR_PACKET_DAPS_H

#include "ws_compat.h"

#include <epan/epan_dissect.h>

#include "session.h"

void packet_daps_register(void); /* protocol, fields, preferences, statistics */
void packet_daps_handoff(void);  /* what needs the other protocols to be registered */

/* Wireshark is about to dissect frames, with a protocol tree or without. */
void packet_daps_dissection(epan_dissect_t *edt);

/* The session of the open capture, NULL none. */
struct session *packet_daps_session(void);

/* What a tap of this protocol is given about a frame. */
struct daps_tap {
    struct session *session;
    uint64_t frame;
    const struct frame_note *note; /* NULL none */
    const GPtrArray *results;      /* const struct daps_result * of the frame */
    const GPtrArray *withdrawn;    /* what was told earlier in this pass and no longer holds */
};

#endif
