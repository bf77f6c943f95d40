/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments to messages. */
#include "rrc/segments.h"

#include <glib.h>
#include <string.h>

#include "bytes/digest.h"

void rrc_segments_clear(struct rrc_segments *segments)
{
    g_free(segments->octets);
    *segments = (struct rrc_segments){0};
}

static bool is_copy(const struct rrc_segments *segments, const struct daps_rrc_segment *segment, uint64_t digest)
{
    return segment->number < segments->n && segments->digests[segment->number] == digest;
}

static void append(struct rrc_segments *segments, const struct daps_rrc_segment *segment, uint64_t digest)
{
    if (segment->length > 0) {
        segments->octets = g_realloc(segments->octets, segments->length + segment->length);
        memcpy(segments->octets + segments->length, segment->octets, segment->length);
    }
    segments->length += segment->length;
    segments->digests[segments->n++] = digest;
}

enum rrc_segments_state rrc_segments_take(struct rrc_segments *segments, const struct daps_rrc_segment *segment,
                                          uint64_t frame)
{
    const uint64_t digest = daps_digest(segment->octets, segment->length);
    enum rrc_segments_state state = RRC_SEGMENTS_WAIT;

    if (is_copy(segments, segment, digest))
        return RRC_SEGMENTS_WAIT;
    if (segment->number == 0 && segments->n > 0) {
        rrc_segments_clear(segments);
        state = RRC_SEGMENTS_LOST_OLD;
    }
    if (segment->number != segments->n || segment->number >= RRC_MOST_SEGMENTS || segment->length > RRC_SEGMENT_MOST) {
        rrc_segments_clear(segments);
        return RRC_SEGMENTS_LOST;
    }
    if (segments->n == 0)
        segments->first_frame = frame;
    append(segments, segment, digest);
    return segment->last ? RRC_SEGMENTS_WHOLE : state;
}
