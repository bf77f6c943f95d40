/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of SCTP associations: which chunks were captured before, and messages that came in several (RFC 9260 6.9).
 * Tables of fixed size; what gives way in them is said.
 */
#ifndef DAPS_FRAMING_SCTP_MESSAGES_H
#define DAPS_FRAMING_SCTP_MESSAGES_H

#include "bytes/octets.h"
#include "daps/pdu.h"

struct sctp_messages;

/* Free with sctp_messages_free, NULL is fine there. */
struct sctp_messages *sctp_messages_new(void);
void sctp_messages_free(struct sctp_messages *messages);

/* One direction of an association: between those ends, with that verification tag. Never 0. */
uint64_t sctp_flow_key(const struct daps_ends *ends, uint32_t tag);

/* False: a chunk of that flow with that TSN was met before, or it is too old to tell. Notes it. */
bool sctp_is_new(struct sctp_messages *messages, uint64_t flow, uint64_t frame, uint32_t tsn);

/* A chunk that holds a part of a message. */
struct sctp_piece {
    uint64_t flow, frame;
    uint32_t tsn;
    bool begins, ends;
    struct octets octets;
};

/*
 * Keeps a copy of it. True: its message is all there now, *whole, valid until the next call. *lost: frame of a piece
 * that had to give way to it, 0 none.
 */
bool sctp_join(struct sctp_messages *messages, const struct sctp_piece *piece, struct octets *whole, uint64_t *lost);

/* The frame of a piece whose message has not become whole, and forgets that piece; 0: there is none. */
uint64_t sctp_unjoined(struct sctp_messages *messages);

#endif
