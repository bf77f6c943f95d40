/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of SCTP associations: what was captured before, and what came in several chunks (RFC 9260 3.3.1, 6.9).
 *
 * A flow is one direction of an association: addresses, ports and the verification tag, which is new with every
 * association. Its TSNs number its chunks, so a chunk with a TSN that was met before is the same one again:
 * retransmitted, or captured twice. A message in several chunks has TSNs that follow one another from the one that
 * begins it to the one that ends it, in whatever order they come.
 */
#include "framing/sctp_messages.h"

#include <glib.h>
#include <string.h>

#include "bytes/digest.h"
#include "daps/bound.h"

enum {
    SETS = DAPS_BOUND(1024, 2), /* flows, by their key; the one of a set that was met longest ago gives way */
    WAYS = DAPS_BOUND(4, 2),
    WINDOW = 1024, /* TSNs behind the newest one of which it is known whether they have come */
    MOST_PIECES = DAPS_BOUND(128, 4),
    MESSAGE_MAX = 262144
};

struct flow {
    uint64_t key;
    uint64_t frame; /* the last one with it */
    uint32_t newest;
    uint64_t met[WINDOW / 64]; /* bit n mod WINDOW: TSN n has come */
};

struct piece {
    uint64_t flow; /* 0: this place is empty */
    uint32_t tsn;
    bool begins, ends;
    uint64_t frame;
    size_t length;
    uint8_t *octets; /* owned */
};

struct sctp_messages {
    struct flow *flows[SETS][WAYS];
    struct piece pieces[MOST_PIECES];
    GByteArray *whole;
};

struct sctp_messages *sctp_messages_new(void)
{
    struct sctp_messages *messages = g_new0(struct sctp_messages, 1);

    messages->whole = g_byte_array_new();
    return messages;
}

void sctp_messages_free(struct sctp_messages *messages)
{
    if (messages == NULL)
        return;
    for (unsigned i = 0; i < SETS * WAYS; i++)
        g_free(messages->flows[i / WAYS][i % WAYS]);
    for (unsigned i = 0; i < MOST_PIECES; i++)
        g_free(messages->pieces[i].octets);
    g_byte_array_unref(messages->whole);
    g_free(messages);
}

uint64_t sctp_flow_key(const struct daps_ends *ends, uint32_t tag)
{
    const struct daps_endpoint *a = &ends->source, *b = &ends->destination;
    const uint64_t from = daps_digest_four(a->high, a->low, a->port, 1),
                   to = daps_digest_four(b->high, b->low, b->port, 2);

    return daps_digest_four(from, to, tag, 3);
}

static struct flow *flow_of(struct sctp_messages *messages, uint64_t key, uint64_t frame, uint32_t tsn)
{
    struct flow **set = messages->flows[key % SETS], **oldest = &set[0];

    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i] != NULL && set[i]->key == key)
            return set[i];
        if (set[i] == NULL || (*oldest != NULL && set[i]->frame < (*oldest)->frame))
            oldest = &set[i];
    }
    if (*oldest == NULL)
        *oldest = g_new(struct flow, 1);
    **oldest = (struct flow){.key = key, .frame = frame, .newest = tsn};
    return *oldest;
}

static bool mark(struct flow *flow, uint32_t tsn)
{
    uint64_t *word = &flow->met[tsn % WINDOW / 64];
    const uint64_t bit = UINT64_C(1) << tsn % 64;
    const bool was = (*word & bit) != 0;

    *word |= bit;
    return !was;
}

bool sctp_is_new(struct sctp_messages *messages, uint64_t key, uint64_t frame, uint32_t tsn)
{
    struct flow *flow = flow_of(messages, key, frame, tsn);
    const uint32_t ahead = tsn - flow->newest; /* serial number arithmetic (RFC 1982) */

    flow->frame = frame;
    if (ahead != 0 && ahead < UINT32_C(0x80000000)) {
        if (ahead >= WINDOW)
            memset(flow->met, 0, sizeof flow->met);
        for (uint32_t n = 1; n <= ahead && n < WINDOW; n++)
            flow->met[(flow->newest + n) % WINDOW / 64] &= ~(UINT64_C(1) << (flow->newest + n) % 64);
        flow->newest = tsn;
    } else if (flow->newest - tsn >= WINDOW) {
        return false; /* further behind than anything that has not come yet */
    }
    return mark(flow, tsn);
}

static void drop(struct piece *piece)
{
    g_free(piece->octets);
    *piece = (struct piece){.flow = 0};
}

static struct piece *find(struct sctp_messages *messages, uint64_t flow, uint32_t tsn)
{
    for (unsigned i = 0; i < MOST_PIECES; i++) {
        if (messages->pieces[i].flow == flow && messages->pieces[i].tsn == tsn)
            return &messages->pieces[i];
    }
    return NULL;
}

/* Is the message that this piece is of all there? Joins it, and forgets its pieces. */
static bool join(struct sctp_messages *messages, const struct piece *piece)
{
    const uint64_t flow = piece->flow;
    uint32_t first = piece->tsn, n = 0;
    const struct piece *at = piece;
    size_t length = 0;

    for (unsigned i = 0; at != NULL && !at->begins && i < MOST_PIECES; i++)
        at = find(messages, flow, --first);
    if (at == NULL || !at->begins)
        return false;
    for (n = 0; (at = find(messages, flow, first + n)) != NULL && n < MOST_PIECES; n++) {
        length += at->length;
        if (at->ends)
            break;
    }
    if (at == NULL || !at->ends)
        return false;
    g_byte_array_set_size(messages->whole, 0);
    for (uint32_t i = 0; i <= n; i++) {
        struct piece *part = find(messages, flow, first + i);
        if (length <= MESSAGE_MAX)
            g_byte_array_append(messages->whole, part->octets, (guint)part->length);
        drop(part);
    }
    return length <= MESSAGE_MAX;
}

bool sctp_join(struct sctp_messages *messages, const struct sctp_piece *given, struct octets *whole, uint64_t *lost)
{
    struct piece *place = &messages->pieces[0];

    *lost = 0;
    for (unsigned i = 0; i < MOST_PIECES && place->flow != 0; i++) {
        if (messages->pieces[i].flow == 0 || messages->pieces[i].frame < place->frame)
            place = &messages->pieces[i];
    }
    if (place->flow != 0)
        *lost = place->frame;
    drop(place);
    *place = (struct piece){.flow = given->flow,
                            .tsn = given->tsn,
                            .begins = given->begins,
                            .ends = given->ends,
                            .frame = given->frame,
                            .length = given->octets.left,
                            .octets = g_memdup2(given->octets.at, given->octets.left)};
    if (!join(messages, place))
        return false;
    *whole = octets_of(messages->whole->data, messages->whole->len);
    return true;
}

uint64_t sctp_unjoined(struct sctp_messages *messages)
{
    uint64_t frame = 0;

    for (unsigned i = 0; i < MOST_PIECES && frame == 0; i++) {
        frame = messages->pieces[i].frame;
        drop(&messages->pieces[i]);
    }
    return frame;
}
