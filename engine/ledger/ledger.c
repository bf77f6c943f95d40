/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The streams of each key: what is entered, what is compared, what goes with a key. */
#include "ledger/ledger.h"

#include <string.h>

#include "ledger/streams.h"

static guint stream_hash(gconstpointer data)
{
    const struct daps_stream_id *id = &((const struct stream *)data)->id;
    const guint small = (guint)id->bearer << 24 | (guint)id->view << 12 | (guint)id->algorithm << 4 |
                        (guint)id->direction << 2 | (guint)id->mac << 1 | id->srb;

    return g_direct_hash(id->key) * 31U ^ small * 2654435761U;
}

static bool id_equal(const struct daps_stream_id *x, const struct daps_stream_id *y)
{
    return x->key == y->key && x->srb == y->srb && x->mac == y->mac && x->algorithm == y->algorithm &&
           x->view == y->view && x->bearer == y->bearer && x->direction == y->direction;
}

static gboolean stream_equal(gconstpointer a, gconstpointer b)
{
    return id_equal(&((const struct stream *)a)->id, &((const struct stream *)b)->id);
}

struct daps_ledger *daps_ledger_new(struct daps_ledger_room *room)
{
    struct daps_ledger *ledger = g_new0(struct daps_ledger, 1);

    if (room == NULL)
        room = ledger->own_room = daps_ledger_room_new();
    ledger->room = room;
    return ledger;
}

void daps_ledger_free(struct daps_ledger *ledger)
{
    GHashTableIter iter;
    gpointer stream;

    if (ledger == NULL)
        return;
    if (ledger->streams != NULL) {
        g_hash_table_iter_init(&iter, ledger->streams);
        while (g_hash_table_iter_next(&iter, &stream, NULL))
            stream_free(ledger, stream);
        g_hash_table_unref(ledger->streams);
        g_hash_table_unref(ledger->keys);
    }
    daps_ledger_room_free(ledger->own_room);
    g_free(ledger);
}

static void loosen(struct daps_ledger *ledger, struct key *key)
{
    if (key->is_loose)
        return;
    key->is_loose = true;
    key->loose = ledger->loose;
    ledger->loose = key;
}

void daps_ledger_loosen(struct daps_ledger *ledger, const struct daps_term *key)
{
    struct key *of = ledger->keys != NULL ? g_hash_table_lookup(ledger->keys, key) : NULL;

    if (of != NULL)
        loosen(ledger, of);
}

static void add_stream(struct daps_ledger *ledger, struct stream *stream)
{
    struct key *key;

    if (ledger->streams == NULL) {
        ledger->streams = g_hash_table_new(stream_hash, stream_equal);
        ledger->keys = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    key = g_hash_table_lookup(ledger->keys, stream->id.key);
    if (key == NULL) {
        key = g_new0(struct key, 1);
        key->key = stream->id.key;
        g_hash_table_insert(ledger->keys, (gpointer)(guintptr)key->key, key);
        loosen(ledger, key);
    }
    stream->of_key = key->streams;
    key->streams = stream;
    ledger->room->slots += stream->n_slots;
    g_hash_table_add(ledger->streams, stream);
}

struct daps_ledger *daps_ledger_copy(const struct daps_ledger *ledger)
{
    struct daps_ledger *copy = daps_ledger_new(NULL);
    GHashTableIter iter;
    gpointer stream;

    copy->others = ledger->others;
    copy->intervals = ledger->intervals;
    copy->uncompared = ledger->uncompared;
    if (ledger->streams == NULL)
        return copy;
    g_hash_table_iter_init(&iter, ledger->streams);
    while (g_hash_table_iter_next(&iter, &stream, NULL)) {
        struct stream *twin = stream_copy(copy, stream);
        add_stream(copy, twin);
        stream_use_now(copy->room, twin);
    }
    return copy;
}

static struct stream *find(const struct daps_ledger *ledger, const struct daps_stream_id *id)
{
    if (ledger->last != NULL && id_equal(&ledger->last->id, id))
        return ledger->last;
    return ledger->streams != NULL ? g_hash_table_lookup(ledger->streams, &(const struct stream){.id = *id}) : NULL;
}

static struct stream *find_or_add(struct daps_ledger *ledger, const struct daps_stream_id *id)
{
    struct stream *stream = find(ledger, id);

    if (stream == NULL) {
        stream = g_new0(struct stream, 1);
        stream->id = *id;
        stream->n_slots = SLOTS_FIRST;
        stream->slots = g_new0(struct slot, stream->n_slots);
        add_stream(ledger, stream);
    }
    ledger->last = stream;
    stream_use_now(ledger->room, stream);
    return stream;
}

static enum daps_ledger_verdict compare(const struct stream *stream, const struct daps_ledger_entry *entry,
                                        struct daps_ledger_earlier *earlier)
{
    const struct slot *slot = &stream->slots[entry->count & (stream->n_slots - 1)];

    if (!slot->used || slot->count != entry->count)
        return DAPS_LEDGER_UNCOMPARED;
    *earlier = (struct daps_ledger_earlier){
        .frame = slot->frame,
        .entity = slot->entity,
        .verified = slot->verified,
        .octets = slot->whole != NULL ? slot->whole : slot->head,
        .held = slot->whole != NULL ? slot->length : MIN(slot->length, DAPS_LEDGER_HEAD),
        .length = slot->length,
        .copies = slot->copies,
        .collided = slot->collided,
        .newest = slot->newest != 0 ? slot->newest : slot->entity,
    };
    if (slot->digest != entry->digest && stream->others != NULL) {
        const struct other *other =
            g_hash_table_lookup(stream->others, &(struct other){.digest = entry->digest, .count = entry->count});
        if (other != NULL) {
            earlier->frame = other->frame;
            earlier->entity = other->entity;
            return DAPS_LEDGER_AGAIN;
        }
    }
    return slot->digest == entry->digest && slot->length == entry->length ? DAPS_LEDGER_SAME : DAPS_LEDGER_COLLISION;
}

enum daps_ledger_verdict daps_ledger_look(const struct daps_ledger *ledger, const struct daps_stream_id *id,
                                          const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier)
{
    const struct stream *stream = find(ledger, id);

    if (stream == NULL || !counts_have(&stream->counts, entry->count))
        return DAPS_LEDGER_NEW;
    return compare(stream, entry, earlier);
}

enum daps_ledger_verdict daps_ledger_enter(struct daps_ledger *ledger, const struct daps_stream_id *id,
                                           const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier)
{
    struct stream *stream = find_or_add(ledger, id);
    const uint32_t intervals = stream->counts.n;
    const bool seen = counts_add(&stream->counts, entry->count);
    enum daps_ledger_verdict verdict;

    ledger->intervals = ledger->intervals - intervals + stream->counts.n;
    if (!seen) {
        stream_remember(ledger, stream, entry);
        return DAPS_LEDGER_NEW;
    }
    verdict = compare(stream, entry, earlier);
    if (verdict == DAPS_LEDGER_COLLISION && stream->slots[entry->count & (stream->n_slots - 1)].era != entry->era) {
        stream_remember(ledger, stream, entry); /* as far as anyone can tell, another COUNT */
        verdict = DAPS_LEDGER_UNCOMPARED;
    }
    ledger->uncompared += verdict == DAPS_LEDGER_UNCOMPARED;
    if (verdict == DAPS_LEDGER_COLLISION) {
        stream->slots[entry->count & (stream->n_slots - 1)].collided = true;
        stream->slots[entry->count & (stream->n_slots - 1)].newest = entry->entity;
        stream_add_other(ledger, stream, entry);
    } else if (verdict == DAPS_LEDGER_SAME) {
        struct slot *slot = &stream->slots[entry->count & (stream->n_slots - 1)];
        slot->copies = (uint16_t)MIN(slot->copies + 1U, UINT16_MAX);
        slot->entity = entry->entity; /* what comes once more is a copy of the newest use */
    }
    return verdict;
}

static void drop_key(struct daps_ledger *ledger, struct key *key)
{
    struct stream *next;

    for (struct stream *stream = key->streams; stream != NULL; stream = next) {
        next = stream->of_key;
        g_hash_table_remove(ledger->streams, stream);
        stream_free(ledger, stream);
    }
    g_hash_table_remove(ledger->keys, key->key);
}

void daps_ledger_retain(struct daps_ledger *ledger, daps_ledger_keeping *keeping, void *user)
{
    struct key *loose = ledger->loose, *next;

    ledger->loose = NULL;
    ledger->last = NULL;
    for (struct key *key = loose; key != NULL; key = next) {
        next = key->loose;
        key->is_loose = false;
        switch (keeping(key->key, user)) {
        case DAPS_LEDGER_GOES:
            drop_key(ledger, key);
            break;
        case DAPS_LEDGER_KEPT:
            loosen(ledger, key);
            break;
        case DAPS_LEDGER_HELD:
            break;
        }
    }
}

void daps_ledger_rename(struct daps_ledger *ledger, const struct daps_term *gone, const struct daps_term *is)
{
    struct key *key = ledger->keys != NULL ? g_hash_table_lookup(ledger->keys, gone) : NULL;
    struct stream *next;

    if (key == NULL)
        return;
    ledger->last = NULL;
    for (struct stream *stream = key->streams; stream != NULL; stream = next) {
        next = stream->of_key;
        g_hash_table_remove(ledger->streams, stream);
        stream->id.key = is;
        if (g_hash_table_contains(ledger->streams, stream)) {
            stream_free(ledger, stream);
            continue;
        }
        ledger->room->slots -= stream->n_slots; /* add_stream() counts them once more */
        add_stream(ledger, stream);
    }
    key->streams = NULL;
    loosen(ledger, key);
}

size_t daps_ledger_intervals(const struct daps_ledger *ledger, const struct daps_stream_id *id, uint32_t *pairs,
                             size_t most)
{
    const struct stream *stream = find(ledger, id);
    size_t n = 0;

    for (uint32_t p = 0; stream != NULL && p < stream->counts.n_pieces; p++) {
        const struct counts_piece *piece = &stream->counts.pieces[p];
        for (uint16_t i = 0; i < piece->n && n < most; i++) {
            pairs[2 * n] = piece->at[i].lo;
            pairs[2 * n++ + 1] = piece->at[i].hi;
        }
    }
    return stream != NULL ? stream->counts.n : 0;
}

uint64_t daps_ledger_uncompared(const struct daps_ledger *ledger)
{
    return ledger->uncompared;
}

bool daps_ledger_is_empty(const struct daps_ledger *ledger)
{
    return (ledger->streams == NULL || g_hash_table_size(ledger->streams) == 0) && ledger->uncompared == 0;
}

size_t daps_ledger_octets(const struct daps_ledger *ledger)
{
    const size_t stream = sizeof(struct stream) + sizeof(struct key) + 64;

    if (ledger->streams == NULL)
        return sizeof *ledger;
    return sizeof *ledger + 512 + g_hash_table_size(ledger->streams) * stream +
           ledger->others * (sizeof(struct other) + 32) + ledger->intervals * sizeof(struct counts_interval);
}

size_t daps_ledger_room_octets(const struct daps_ledger_room *room)
{
    return room->slots * sizeof(struct slot) + room->octets;
}
