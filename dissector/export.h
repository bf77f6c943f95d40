/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "File > Export PDUs to File": RRC that only the plugin has, as records of its own. */
#ifndef DAPS_DISSECTOR_EXPORT_H
#define DAPS_DISSECTOR_EXPORT_H

#include "ws_compat.h"

#include "session.h"

void export_register(void);

/* Does somebody collect it? */
bool export_is_wanted(void);

/* Hands over the RRC of the frame; tvb: the frame. */
void export_rrc(tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note);

#endif
