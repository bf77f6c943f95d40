/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP fragments put together again. Specified in RFC 791 3.2 and RFC 8200 4.5; overlaps are refused (RFC 5722).
 *
 * A fixed number of datagrams wait at a time. One that gets no fragment for a while, or that is the oldest when all
 * places are taken, is given up and reported. A finished datagram keeps its place for a while: fragments of it that
 * come again were seen on a second interface and are not another datagram - unless a different one follows, for some
 * writers give all datagrams one identification; then they were the first fragments of the next.
 */
#include <glib.h>
#include <string.h>

#include "daps/bound.h"
#include "framing/peel.h"

enum {
    SLOTS = DAPS_BOUND(64, 3),
    PATIENCE = DAPS_BOUND(20000, 8), /* records without a further fragment */
    DATAGRAM_MAX = 65535,
    UNIT = 8, /* octets, all offsets are multiples of it */
    UNITS = (DATAGRAM_MAX + UNIT) / UNIT
};

enum state { FREE, WAITING, DONE };

enum coverage { NOTHING, SOME, ALL };

struct slot {
    enum state state;
    bool user_plane;    /* not reported if it never becomes whole */
    struct fragment id; /* of any of its fragments: offset and more are not looked at */
    uint8_t protocol;
    uint64_t first_frame, last_frame;
    uint32_t total; /* octets; 0 until the last fragment was seen */
    uint32_t have;  /* octets */
    uint32_t end;   /* of the fragment that reaches furthest */
    uint8_t present[(UNITS + 7) / 8];
    uint8_t again[(UNITS + 7) / 8]; /* of a finished datagram: what has come a second time, with the same octets */
    uint8_t *data;                  /* DATAGRAM_MAX octets, kept for reuse */
};

struct fragments {
    struct slot slot[SLOTS];
};

struct fragments *fragments_new(void)
{
    return g_new0(struct fragments, 1);
}

void fragments_free(struct fragments *fragments)
{
    if (!fragments)
        return;
    for (int i = 0; i < SLOTS; i++)
        g_free(fragments->slot[i].data);
    g_free(fragments);
}

/* How much of [offset, offset + length) is marked: all, some or nothing. */
static enum coverage coverage(const uint8_t *marks, uint32_t offset, uint32_t length)
{
    uint32_t first = offset / UNIT, end = (offset + length + UNIT - 1) / UNIT, found = 0;
    for (uint32_t unit = first; unit < end; unit++)
        found += marks[unit / 8] >> (unit % 8) & 1;
    return found == 0 ? NOTHING : found == end - first ? ALL : SOME;
}

static void mark(uint8_t *marks, uint32_t offset, uint32_t length)
{
    for (uint32_t unit = offset / UNIT; unit < (offset + length + UNIT - 1) / UNIT; unit++)
        marks[unit / 8] |= (uint8_t)(1u << (unit % 8));
}

static bool may_hold_rrc(const struct slot *slot, const struct peel *peel)
{
    bool begun = coverage(slot->present, 0, 1) == ALL;
    size_t length = !begun ? 0 : coverage(slot->present, 0, 2 * UNIT) == ALL ? 2 * UNIT : UNIT;
    if (begun && slot->total && length > slot->total)
        length = slot->total;
    return udp_may_hold_rrc(peel, begun ? slot->protocol : slot->id.protocol, octets_of(slot->data, length));
}

static void give_up(struct slot *slot, struct peel *peel)
{
    if (slot->state == WAITING && !slot->user_plane)
        tally_problem(&peel->at, (struct daps_framing_problem){.what = slot->total ? DAPS_PROBLEM_FRAGMENTS_MISSING
                                                                                   : DAPS_PROBLEM_FRAGMENTS_UNENDED,
                                                               .layer = slot->id.version == 4 ? "IPv4" : "IPv6",
                                                               .numbers = {slot->id.id, slot->first_frame, slot->have,
                                                                           slot->total ? slot->total : slot->have},
                                                               .rrc_lost = may_hold_rrc(slot, peel)});
    slot->state = FREE;
}

static bool same_datagram(const struct fragment *a, const struct fragment *b)
{
    return a->id == b->id && a->version == b->version && a->depth == b->depth &&
           (a->version == 6 || a->protocol == b->protocol) && !memcmp(a->source, b->source, sizeof a->source) &&
           !memcmp(a->destination, b->destination, sizeof a->destination);
}

static bool is_repeat(const struct slot *slot, const struct fragment *fragment, struct octets data)
{
    return coverage(slot->present, fragment->offset, (uint32_t)data.left) == ALL &&
           (!slot->total || fragment->offset + data.left <= slot->total) &&
           !memcmp(slot->data + fragment->offset, data.at, data.left);
}

static void start(struct slot *slot, const struct peel *peel, const struct fragment *fragment)
{
    uint8_t *data = slot->data ? slot->data : g_malloc(DATAGRAM_MAX);
    memset(slot, 0, sizeof *slot);
    slot->data = data;
    slot->state = WAITING;
    slot->id = *fragment;
    slot->first_frame = peel->at.frame;
    slot->user_plane = peel->at.user_plane;
}

/* The identification of a finished datagram was used for the next one, which begins with what has come again. */
static void start_next(struct slot *slot, const struct peel *peel, const struct fragment *fragment, uint32_t length)
{
    uint8_t again[sizeof slot->again];
    uint8_t protocol = slot->protocol;
    uint32_t old_total = slot->total;
    memcpy(again, slot->again, sizeof again);
    start(slot, peel, fragment);
    if (coverage(again, fragment->offset, length) != NOTHING)
        return; /* they belonged to the finished one */
    memcpy(slot->present, again, sizeof again);
    slot->protocol = protocol;
    for (uint32_t offset = 0; offset < old_total; offset += UNIT) {
        if (coverage(again, offset, 1) == NOTHING)
            continue;
        slot->end = MIN(offset + UNIT, old_total);
        slot->have += slot->end - offset;
    }
    if (slot->end == old_total)
        slot->total = old_total;
}

/* One more fragment of a finished datagram with the octets it already has. */
static void note_repeat(struct slot *slot, const struct fragment *fragment, uint32_t length)
{
    if (slot->state != DONE)
        return;
    mark(slot->again, fragment->offset, length);
    if (coverage(slot->again, 0, slot->total) == ALL)
        memset(slot->again, 0, sizeof slot->again); /* all of it once more */
}

/* Prefer what is free, then what is finished, then what is oldest; what this record's own layers are in is not to go.
 */
static int rank_of(const struct slot *slot, const struct peel *peel)
{
    if (slot->state == DONE)
        return slot->last_frame == peel->at.frame ? 3 : 1;
    return slot->state == FREE ? 0 : 2;
}

/* The place of this fragment's datagram: its own, a free one, or the one that waited longest. */
static struct slot *find(struct fragments *fragments, struct peel *peel, const struct fragment *fragment)
{
    struct slot *own = NULL, *best = &fragments->slot[0];
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &fragments->slot[i];
        if (slot->state != FREE && peel->at.frame - slot->last_frame > PATIENCE)
            give_up(slot, peel);
        if (slot->state != FREE && same_datagram(&slot->id, fragment))
            own = slot;
        int rank = rank_of(slot, peel), best_rank = rank_of(best, peel);
        if (rank < best_rank || (rank == best_rank && slot->last_frame < best->last_frame))
            best = slot;
    }
    if (own)
        return own;
    give_up(best, peel);
    start(best, peel, fragment);
    return best;
}

/* False: reported, the datagram is dropped. */
static bool store(struct slot *slot, struct peel *peel, const struct fragment *fragment, struct octets data)
{
    const char *layer = fragment->version == 4 ? "IPv4" : "IPv6";
    uint32_t length = (uint32_t)data.left, end = fragment->offset + length;
    enum daps_problem wrong = DAPS_PROBLEM_COUNT;
    if (coverage(slot->present, fragment->offset, length) != NOTHING)
        wrong = DAPS_PROBLEM_FRAGMENTS_OVERLAP;
    else if (slot->total && (end > slot->total || (!fragment->more && end != slot->total)))
        wrong = DAPS_PROBLEM_FRAGMENTS_DISAGREE;
    else if (!fragment->more && end < slot->end)
        wrong = DAPS_PROBLEM_FRAGMENTS_DISAGREE;
    if (wrong != DAPS_PROBLEM_COUNT) {
        tally_problem(&peel->at,
                      (struct daps_framing_problem){.what = wrong,
                                                    .layer = layer,
                                                    .numbers = {fragment->id, fragment->offset, slot->first_frame}});
        slot->state = FREE;
        return false;
    }
    memcpy(slot->data + fragment->offset, data.at, length);
    mark(slot->present, fragment->offset, length);
    slot->have += length;
    if (end > slot->end)
        slot->end = end;
    if (!fragment->more)
        slot->total = end;
    if (fragment->offset == 0)
        slot->protocol = fragment->protocol;
    return true;
}

bool fragments_add(struct fragments *fragments, struct peel *peel, const struct fragment *fragment, struct octets data,
                   struct octets *datagram, uint8_t *protocol)
{
    const char *layer = fragment->version == 4 ? "IPv4" : "IPv6";
    if (!data.left || (fragment->more && data.left % UNIT) || fragment->offset + data.left > DATAGRAM_MAX) {
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_FRAGMENT_LENGTH,
                                                               .layer = layer,
                                                               .numbers = {fragment->offset, data.left}});
        return false;
    }
    struct slot *slot = find(fragments, peel, fragment);
    slot->last_frame = peel->at.frame;
    if (is_repeat(slot, fragment, data)) {
        note_repeat(slot, fragment, (uint32_t)data.left);
        return false;
    }
    if (slot->state == DONE)
        start_next(slot, peel, fragment, (uint32_t)data.left);
    slot->last_frame = peel->at.frame;
    if (!store(slot, peel, fragment, data) || !slot->total || slot->have != slot->total)
        return false;
    slot->state = DONE;
    *datagram = octets_of(slot->data, slot->total);
    *protocol = slot->protocol;
    return true;
}

void fragments_finish(struct fragments *fragments, struct peel *peel)
{
    for (int i = 0; i < SLOTS; i++)
        give_up(&fragments->slot[i], peel);
}
