/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a captured record to the PDUs in it: link layer, IP, tunnels and the carriers of radio PDUs are peeled off until
 * it is an NR RRC PDU or one of a layer below, which is handed over, or something else, which is counted. What cannot
 * be peeled is said. Memory is bounded: IP fragments and log segments wait in tables of fixed size.
 */
#ifndef DAPS_FRAMING_ROOM_H
#define DAPS_FRAMING_ROOM_H

#include "daps/record.h"
#include "tally/tally.h"

struct framing;

/* Receives each PDU; its octets are valid during the call only. */
typedef void framing_pdu(void *user, const struct daps_pdu *pdu);

/* State of one capture; tally is borrowed. Free with framing_free, NULL is fine there. */
struct framing *framing_new(struct tally *tally, void *user, framing_pdu *pdu);
void framing_free(struct framing *framing);

/* Peels one record. */
void framing_record(struct framing *framing, const struct daps_record *record);

/* The capture has ended: whatever still waits for its missing pieces is reported. */
void framing_finish(struct framing *framing);

#endif
