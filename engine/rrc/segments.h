/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC messages in segments (TS 38.331 5.7.7 DLDedicatedMessageSegment, 5.7.6 ULDedicatedMessageSegment): one at a time
 * for each UE and direction, in order, as SRBs deliver them.
 */
#ifndef DAPS_ENGINE_RRC_SEGMENTS_H
#define DAPS_ENGINE_RRC_SEGMENTS_H

#include "rrc/rrc.h"

#define RRC_MOST_SEGMENTS 16   /* maxSegments of TS 38.331: 0..4 downlink, 0..15 uplink */
#define RRC_SEGMENT_MOST  9000 /* octets of one, as of any RRC PDU */

/* What has come of one message. All zero: nothing. */
struct rrc_segments {
    uint8_t *octets; /* owned */
    size_t length;
    unsigned n;                          /* segments so far */
    uint64_t digests[RRC_MOST_SEGMENTS]; /* of them */
    uint64_t first_frame;
    int64_t first_ns; /* time of it, as the caller has it */
};

enum rrc_segments_state {
    RRC_SEGMENTS_WAIT,     /* more to come, or one that was there already */
    RRC_SEGMENTS_WHOLE,    /* octets[0..length) is the message; clear after use */
    RRC_SEGMENTS_LOST,     /* a segment is missing: what was there is gone; it may have been any message */
    RRC_SEGMENTS_LOST_OLD, /* the one before is missing its end; the new one has begun */
};

enum rrc_segments_state rrc_segments_take(struct rrc_segments *segments, const struct daps_rrc_segment *segment,
                                          uint64_t frame);

/* Frees what has come. */
void rrc_segments_clear(struct rrc_segments *segments);

#endif
