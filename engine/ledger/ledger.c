/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams with their COUNTs and a direct-mapped store of what the newest of them carried. */
#include "ledger/ledger.h"

#include <string.h>

#include "ledger/counts.h"

#define SLOTS_FIRST 4U
#define SLOTS_CHEAP 64U                /* up to here places are made until the COUNT has one of its own */
#define SLOTS_MOST  32768U             /* of one stream: at least that many PDUs back a repeat is compared */
#define SLOTS_ALL   1000000U           /* of all ledgers of one capture */
#define OCTETS_ALL  ((size_t)16777216) /* of signalling kept whole, likewise */

#define OTHERS_MOST 4096U /* contents that collided, of one ledger: a copy of them is no further collision */

struct slot {
    uint32_t count;
    uint32_t entity;
    uint64_t frame;
    uint64_t digest;
    uint32_t length;
    uint32_t era;
    bool used, verified, collided;
    uint16_t copies;
    uint8_t head[DAPS_LEDGER_HEAD];
    uint8_t *whole; /* signalling: owned copy of all octets, or NULL */
};

/* Contents that collided with those of the slot. */
struct other {
    uint64_t digest;
    uint32_t count, entity;
    uint64_t frame;
};

struct stream {
    struct daps_stream_id id;
    struct counts counts;
    struct slot *slots;
    uint32_t n_slots;             /* a power of two */
    GHashTable *others;           /* set of struct other, owned; NULL none */
    struct stream *of_key;        /* the next one of its key */
    struct stream *older, *newer; /* by use, of all ledgers: those that have more than SLOTS_FIRST */
};

/* The streams of one key. */
struct key {
    const struct daps_term *key;
    struct stream *streams;
    bool is_loose;
    struct key *loose; /* the next one */
};

struct daps_ledger_room {
    uint32_t slots;
    size_t octets;
    struct stream *oldest, *newest;
};

struct daps_ledger {
    GHashTable *streams; /* set of struct stream by id, owned */
    GHashTable *keys;    /* struct key by key, owned */
    struct key *loose;   /* keys that nobody is known to hold */
    struct stream *last;
    struct daps_ledger_room *room, *own_room; /* own_room: owned, NULL if it is another's */
    uint32_t others;
    uint64_t uncompared;
};

struct daps_ledger_room *daps_ledger_room_new(void)
{
    return g_new0(struct daps_ledger_room, 1);
}

void daps_ledger_room_free(struct daps_ledger_room *room)
{
    g_free(room);
}

static guint stream_hash(gconstpointer data)
{
    const struct daps_stream_id *id = &((const struct stream *)data)->id;
    const guint small = (guint)id->bearer << 24 | (guint)id->view << 12 | (guint)id->algorithm << 4 |
                        (guint)id->direction << 2 | (guint)id->mac << 1 | id->srb;

    return g_direct_hash(id->key) * 31U ^ small * 2654435761U;
}

static gboolean stream_equal(gconstpointer a, gconstpointer b)
{
    const struct daps_stream_id *x = &((const struct stream *)a)->id, *y = &((const struct stream *)b)->id;

    return x->key == y->key && x->srb == y->srb && x->mac == y->mac && x->algorithm == y->algorithm &&
           x->view == y->view && x->bearer == y->bearer && x->direction == y->direction;
}

/* ---- the slots of all ---- */

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

static void use_now(struct daps_ledger_room *room, struct stream *stream)
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

static void add_other(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry)
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

static void stream_free(struct daps_ledger *ledger, struct stream *stream)
{
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

static struct stream *stream_copy(struct daps_ledger *copied_to, const struct stream *stream)
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

struct daps_ledger *daps_ledger_copy(const struct daps_ledger *ledger)
{
    struct daps_ledger *copy = daps_ledger_new(NULL);
    GHashTableIter iter;
    gpointer stream;

    copy->others = ledger->others;
    copy->uncompared = ledger->uncompared;
    if (ledger->streams == NULL)
        return copy;
    g_hash_table_iter_init(&iter, ledger->streams);
    while (g_hash_table_iter_next(&iter, &stream, NULL)) {
        struct stream *twin = stream_copy(copy, stream);
        add_stream(copy, twin);
        use_now(copy->room, twin);
    }
    return copy;
}

static struct stream *find(const struct daps_ledger *ledger, const struct daps_stream_id *id)
{
    const struct stream like = {.id = *id};

    if (ledger->last != NULL && stream_equal(ledger->last, &like))
        return ledger->last;
    return ledger->streams != NULL ? g_hash_table_lookup(ledger->streams, &like) : NULL;
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
    use_now(ledger->room, stream);
    return stream;
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
    use_now(room, stream);
    return true;
}

static void remember(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry)
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
    memcpy(slot->head, entry->octets, head);
    if (stream->id.srb && entry->length > head && ledger->room->octets + entry->length <= OCTETS_ALL) {
        slot->whole = g_memdup2(entry->octets, entry->length);
        ledger->room->octets += entry->length;
    }
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
    enum daps_ledger_verdict verdict;

    if (!counts_add(&stream->counts, entry->count)) {
        remember(ledger, stream, entry);
        return DAPS_LEDGER_NEW;
    }
    verdict = compare(stream, entry, earlier);
    if (verdict == DAPS_LEDGER_COLLISION && stream->slots[entry->count & (stream->n_slots - 1)].era != entry->era) {
        remember(ledger, stream, entry); /* as far as anyone can tell, another COUNT */
        verdict = DAPS_LEDGER_UNCOMPARED;
    }
    ledger->uncompared += verdict == DAPS_LEDGER_UNCOMPARED;
    if (verdict == DAPS_LEDGER_COLLISION) {
        stream->slots[entry->count & (stream->n_slots - 1)].collided = true;
        add_other(ledger, stream, entry);
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

size_t daps_ledger_octets(const struct daps_ledger *ledger)
{
    const size_t stream = sizeof(struct stream) + sizeof(struct key) + SLOTS_FIRST * sizeof(struct slot) + 64;

    if (ledger->streams == NULL)
        return sizeof *ledger;
    return sizeof *ledger + 512 + g_hash_table_size(ledger->streams) * stream + ledger->others * sizeof(struct other);
}
