/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of RRC messages by their first bits, and who in Wireshark dissects them. */
#ifndef DAPS_DISSECTOR_MESSAGES_H
#define DAPS_DISSECTOR_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"

/* "RRCReconfiguration"; "RRC" where the octets do not begin with a message of that channel. Static storage. */
const char *messages_name(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length);

/* Name of Wireshark's dissector, NULL none. */
const char *messages_dissector(enum daps_rat rat, enum daps_channel channel);

#endif
