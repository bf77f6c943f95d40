/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream: its COUNTs, and a direct-mapped store of what the newest of them carried, which all ledgers share out. */
#include "ledger/streams.h"
#include "daps/bound.h"

#include <string.h>

#define SLOTS_CHEAP DAPS_BOUND(64U, 8U)       /* up to here places are made until the COUNT has one of its own */
#define SLOTS_MOST  DAPS_BOUND(32768U, 16U)   /* of one stream: at least that many PDUs back a repeat is compared */
#define SLOTS_ALL   DAPS_BOUND(1000000U, 64U) /* of all ledgers of one capture */
#define OCTETS_ALL  ((size_t)16777216)        /* of signalling kept whole, likewise */

#define OTHERS_MOST                                                                                                    \
    DAPS_BOUND(4096U, 4U) /* contents that collided, of one ledger: a copy of them is no further collision */

struct daps_ledger_room *daps_ledger_room_new(void)
{
    return g_new0(struct daps_ledger_room, 1);
}

void daps_ledger_room_free(struct daps_ledger_room *room)
{
    g_free(room);
}

static void leave_age(struct daps_ledger_room *room, struct stream *stream)
{
    if (room->oldest != stream && stream->older == NULL)
        return;
    if (stream->older != NULL)
        stream->older->newer = stream->newer;
    else
        room->oldest = stream->newer;
    if (stream->newer != NULL)
        stream->newer->older = stream->older;
    else
        room->newest = stream->older;
    stream->older = stream->newer = NULL;
}

void stream_use_now(struct daps_ledger_room *room, struct stream *stream)
{
    if (stream->n_slots <= SLOTS_FIRST || room->newest == stream)
        return;
    leave_age(room, stream);
    stream->older = room->newest;
    if (room->newest != NULL)
        room->newest->newer = stream;
    else
        room->oldest = stream;
    room->newest = stream;
}

static void slot_clear(struct daps_ledger *ledger, struct slot *slot)
{
    if (slot->whole != NULL) {
        ledger->room->octets -= slot->length;
        g_free(slot->whole);
        slot->whole = NULL;
    }
    slot->used = false;
}

static guint other_hash(gconstpointer key)
{
    const struct other *other = key;

    return (guint)(other->digest >> 32) ^ (guint)other->digest ^ other->count * 2654435761U;
}

static gboolean other_equal(gconstpointer a, gconstpointer b)
{
    const struct other *x = a, *y = b;

    return x->digest == y->digest && x->count == y->count;
}

void stream_add_other(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry)
{
    const struct other other = {
        .digest = entry->digest, .count = entry->count, .entity = entry->entity, .frame = entry->frame};

    if (ledger->others == OTHERS_MOST)
        return;
    if (stream->others == NULL)
        stream->others = g_hash_table_new_full(other_hash, other_equal, g_free, NULL);
    g_hash_table_add(stream->others, g_memdup2(&other, sizeof other));
    ledger->others++;
}

void stream_free(struct daps_ledger *ledger, struct stream *stream)
{
    ledger->intervals -= stream->counts.n;
    if (stream->others != NULL) {
        ledger->others -= g_hash_table_size(stream->others);
        g_hash_table_unref(stream->others);
    }
    leave_age(ledger->room, stream);
    for (uint32_t i = 0; i < stream->n_slots; i++)
        slot_clear(ledger, &stream->slots[i]);
    ledger->room->slots -= stream->n_slots;
    g_free(stream->slots);
    counts_clear(&stream->counts);
    g_free(stream);
}

struct stream *stream_copy(struct daps_ledger *copied_to, const struct stream *stream)
{
    struct stream *copy = g_memdup2(stream, sizeof *stream);

    copy->counts = counts_copy(&stream->counts);
    copy->older = copy->newer = NULL;
    copy->others = NULL;
    if (stream->others != NULL) {
        GHashTableIter iter;
        gpointer other;
        copy->others = g_hash_table_new_full(other_hash, other_equal, g_free, NULL);
        g_hash_table_iter_init(&iter, stream->others);
        while (g_hash_table_iter_next(&iter, &other, NULL))
            g_hash_table_add(copy->others, g_memdup2(other, sizeof(struct other)));
    }
    copy->slots = g_memdup2(stream->slots, stream->n_slots * sizeof *stream->slots);
    for (uint32_t i = 0; i < copy->n_slots; i++) {
        struct slot *slot = &copy->slots[i];
        if (slot->whole == NULL)
            continue;
        slot->whole = g_memdup2(slot->whole, slot->length);
        copied_to->room->octets += slot->length;
    }
    return copy;
}

/* Gives up what a stream held, but for its COUNTs. */
static void shrink(struct daps_ledger_room *room, struct stream *stream)
{
    leave_age(room, stream);
    for (uint32_t i = 0; i < stream->n_slots; i++) {
        struct slot *slot = &stream->slots[i];
        if (slot->whole != NULL)
            room->octets -= slot->length;
        g_free(slot->whole);
    }
    g_free(stream->slots);
    room->slots -= stream->n_slots - SLOTS_FIRST;
    stream->n_slots = SLOTS_FIRST;
    stream->slots = g_new0(struct slot, SLOTS_FIRST);
}

/* Room for twice as many of the newest COUNTs; those held keep their places' contents. Streams long not used give way.
 */
static bool grow(struct daps_ledger *ledger, struct stream *stream)
{
    struct daps_ledger_room *room = ledger->room;
    const uint32_t n = stream->n_slots * 2;
    struct slot *slots;

    if (n > SLOTS_MOST)
        return false;
    while (room->slots + stream->n_slots > SLOTS_ALL && room->oldest != NULL && room->oldest != stream)
        shrink(room, room->oldest);
    if (room->slots + stream->n_slots > SLOTS_ALL)
        return false;
    slots = g_new0(struct slot, n);
    for (uint32_t i = 0; i < stream->n_slots; i++) {
        if (stream->slots[i].used)
            slots[stream->slots[i].count & (n - 1)] = stream->slots[i];
    }
    g_free(stream->slots);
    room->slots += stream->n_slots;
    stream->slots = slots;
    stream->n_slots = n;
    stream_use_now(room, stream);
    return true;
}

void stream_remember(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry)
{
    struct slot *slot = &stream->slots[entry->count & (stream->n_slots - 1)];
    const size_t head = MIN(entry->length, DAPS_LEDGER_HEAD);

    for (bool last = false; !last && slot->used && slot->count != entry->count;) {
        last = stream->n_slots >= SLOTS_CHEAP;
        last |= !grow(ledger, stream);
        slot = &stream->slots[entry->count & (stream->n_slots - 1)];
    }
    slot_clear(ledger, slot);
    slot->used = true;
    slot->count = entry->count;
    slot->entity = entry->entity;
    slot->frame = entry->frame;
    slot->digest = entry->digest;
    slot->length = (uint32_t)entry->length;
    slot->verified = entry->verified;
    slot->era = entry->era;
    slot->copies = 0;
    slot->collided = false;
    slot->newest = 0;
    memcpy(slot->head, entry->octets, head);
    if (stream->id.srb && entry->length > head && ledger->room->octets + entry->length <= OCTETS_ALL) {
        slot->whole = g_memdup2(entry->octets, entry->length);
        ledger->room->octets += entry->length;
    }
}
