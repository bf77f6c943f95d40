/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams with their intervals and a direct-mapped store of what the newest COUNTs carried. */
#include "ledger/ledger.h"

#include <string.h>

#define SLOTS_FIRST 64U
#define SLOTS_MOST  32768U             /* of one stream: at least that many PDUs back a repeat is compared */
#define SLOTS_ALL   400000U            /* of one ledger */
#define OCTETS_ALL  ((size_t)16777216) /* of signalling kept whole */

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

struct interval {
    uint32_t lo, hi;
};

/* Contents that collided with those of the slot. */
struct other {
    uint64_t digest;
    uint32_t count, entity;
    uint64_t frame;
};

struct stream {
    struct daps_stream_id id;
    GArray *intervals; /* of struct interval: disjoint, not touching, ascending */
    struct slot *slots;
    uint32_t n_slots;   /* a power of two */
    GHashTable *others; /* set of struct other, owned; NULL none */
};

struct daps_ledger {
    GPtrArray *streams;
    struct stream *last;
    uint32_t slots;
    size_t octets;
    uint32_t others;
    uint64_t uncompared;
};

static void slot_clear(struct daps_ledger *ledger, struct slot *slot)
{
    if (slot->whole != NULL) {
        ledger->octets -= slot->length;
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
    for (uint32_t i = 0; i < stream->n_slots; i++)
        slot_clear(ledger, &stream->slots[i]);
    ledger->slots -= stream->n_slots;
    g_free(stream->slots);
    g_array_unref(stream->intervals);
    g_free(stream);
}

struct daps_ledger *daps_ledger_new(void)
{
    struct daps_ledger *ledger = g_new0(struct daps_ledger, 1);

    ledger->streams = g_ptr_array_new();
    return ledger;
}

void daps_ledger_free(struct daps_ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (guint i = 0; i < ledger->streams->len; i++)
        stream_free(ledger, g_ptr_array_index(ledger->streams, i));
    g_ptr_array_unref(ledger->streams);
    g_free(ledger);
}

static struct stream *stream_copy(const struct stream *stream)
{
    struct stream *copy = g_memdup2(stream, sizeof *stream);

    copy->intervals = g_array_sized_new(FALSE, FALSE, sizeof(struct interval), stream->intervals->len);
    g_array_append_vals(copy->intervals, stream->intervals->data, stream->intervals->len);
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
        if (slot->whole != NULL)
            slot->whole = g_memdup2(slot->whole, slot->length);
    }
    return copy;
}

struct daps_ledger *daps_ledger_copy(const struct daps_ledger *ledger)
{
    struct daps_ledger *copy = g_memdup2(ledger, sizeof *ledger);

    copy->last = NULL;
    copy->streams = g_ptr_array_new();
    for (guint i = 0; i < ledger->streams->len; i++)
        g_ptr_array_add(copy->streams, stream_copy(g_ptr_array_index(ledger->streams, i)));
    return copy;
}

static bool same_id(const struct daps_stream_id *a, const struct daps_stream_id *b)
{
    return a->key == b->key && a->srb == b->srb && a->mac == b->mac && a->algorithm == b->algorithm &&
           a->view == b->view && a->bearer == b->bearer && a->direction == b->direction;
}

static struct stream *find(const struct daps_ledger *ledger, const struct daps_stream_id *id)
{
    if (ledger->last != NULL && same_id(&ledger->last->id, id))
        return ledger->last;
    for (guint i = 0; i < ledger->streams->len; i++) {
        struct stream *stream = g_ptr_array_index(ledger->streams, i);
        if (same_id(&stream->id, id))
            return stream;
    }
    return NULL;
}

static struct stream *find_or_add(struct daps_ledger *ledger, const struct daps_stream_id *id)
{
    struct stream *stream = find(ledger, id);

    if (stream == NULL) {
        stream = g_new0(struct stream, 1);
        stream->id = *id;
        stream->intervals = g_array_new(FALSE, FALSE, sizeof(struct interval));
        stream->n_slots = SLOTS_FIRST;
        stream->slots = g_new0(struct slot, stream->n_slots);
        ledger->slots += stream->n_slots;
        g_ptr_array_add(ledger->streams, stream);
    }
    ledger->last = stream;
    return stream;
}

/* Adds count; true if it was there already. */
static bool add_count(GArray *intervals, uint32_t count)
{
    struct interval *all = (struct interval *)(void *)intervals->data, added = {count, count};
    guint low = 0, high = intervals->len;

    if (high > 0 && all[high - 1].hi != UINT32_MAX && count == all[high - 1].hi + 1) {
        all[high - 1].hi = count; /* nearly always */
        return false;
    }
    while (low < high) { /* first interval that ends at or behind count - 1 */
        guint middle = (low + high) / 2;
        if (all[middle].hi != UINT32_MAX && all[middle].hi + 1 < count)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < intervals->len && count >= all[low].lo && count <= all[low].hi)
        return true;
    if (low < intervals->len && all[low].hi + 1 == count) {
        all[low].hi = count;
        if (low + 1 < intervals->len && all[low + 1].lo == count + 1) {
            all[low].hi = all[low + 1].hi;
            g_array_remove_index(intervals, low + 1);
        }
    } else if (low < intervals->len && count + 1 == all[low].lo) {
        all[low].lo = count;
    } else {
        g_array_insert_val(intervals, low, added);
    }
    return false;
}

/* Room for twice as many of the newest COUNTs; those held keep their places' contents. */
static void grow(struct daps_ledger *ledger, struct stream *stream)
{
    const uint32_t n = stream->n_slots * 2;
    struct slot *slots;

    if (n > SLOTS_MOST || ledger->slots + stream->n_slots > SLOTS_ALL)
        return;
    slots = g_new0(struct slot, n);
    for (uint32_t i = 0; i < stream->n_slots; i++) {
        if (stream->slots[i].used)
            slots[stream->slots[i].count & (n - 1)] = stream->slots[i];
    }
    g_free(stream->slots);
    ledger->slots += stream->n_slots;
    stream->slots = slots;
    stream->n_slots = n;
}

static void remember(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry)
{
    struct slot *slot = &stream->slots[entry->count & (stream->n_slots - 1)];
    const size_t head = MIN(entry->length, DAPS_LEDGER_HEAD);

    if (slot->used && slot->count != entry->count) {
        grow(ledger, stream);
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
    if (stream->id.srb && entry->length > head && ledger->octets + entry->length <= OCTETS_ALL) {
        slot->whole = g_memdup2(entry->octets, entry->length);
        ledger->octets += entry->length;
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

static bool has_count(const GArray *intervals, uint32_t count)
{
    guint low = 0, high = intervals->len;

    while (low < high) {
        guint middle = (low + high) / 2;
        const struct interval *interval = &g_array_index(intervals, struct interval, middle);
        if (count >= interval->lo && count <= interval->hi)
            return true;
        if (count < interval->lo)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

enum daps_ledger_verdict daps_ledger_look(const struct daps_ledger *ledger, const struct daps_stream_id *id,
                                          const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier)
{
    const struct stream *stream = find(ledger, id);

    if (stream == NULL || !has_count(stream->intervals, entry->count))
        return DAPS_LEDGER_NEW;
    return compare(stream, entry, earlier);
}

enum daps_ledger_verdict daps_ledger_enter(struct daps_ledger *ledger, const struct daps_stream_id *id,
                                           const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier)
{
    struct stream *stream = find_or_add(ledger, id);
    enum daps_ledger_verdict verdict;

    if (!add_count(stream->intervals, entry->count)) {
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

void daps_ledger_retain(struct daps_ledger *ledger, bool (*is_kept)(const struct daps_term *key, void *user),
                        void *user)
{
    for (guint i = 0; i < ledger->streams->len;) {
        struct stream *stream = g_ptr_array_index(ledger->streams, i);
        if (is_kept(stream->id.key, user)) {
            i++;
            continue;
        }
        stream_free(ledger, stream);
        g_ptr_array_remove_index_fast(ledger->streams, i);
    }
    ledger->last = NULL;
}

size_t daps_ledger_intervals(const struct daps_ledger *ledger, const struct daps_stream_id *id, uint32_t *pairs,
                             size_t most)
{
    const struct stream *stream = find(ledger, id);

    if (stream == NULL)
        return 0;
    for (size_t i = 0; i < stream->intervals->len && i < most; i++) {
        pairs[2 * i] = g_array_index(stream->intervals, struct interval, (guint)i).lo;
        pairs[2 * i + 1] = g_array_index(stream->intervals, struct interval, (guint)i).hi;
    }
    return stream->intervals->len;
}

uint64_t daps_ledger_uncompared(const struct daps_ledger *ledger)
{
    return ledger->uncompared;
}
