/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SDUs of RLC put together from pieces (TS 36.322 5.1.2.2, 5.1.3.2). A piece is a stretch of the data field of one PDU;
 * the next one of its SDU lies behind it in that PDU, or, where it is the last there, in front of the PDU with the next
 * SN. Pieces of parts that were sent again in other sizes (5.2) may overlap.
 *
 * An entity is known by value. Its SNs are counted on beyond the field's end, so that a wrap makes other PDUs. A piece
 * that half of the numbers (7.2) have left behind will never be joined: its SDU is lost, which is said. Pieces that
 * were joined are kept for a while, so that one that comes again is known for what it is. What is kept is bounded: of
 * one entity, of all, and the entities; those that were met longest ago give way.
 */
#include <glib.h>
#include <string.h>

#include "daps/bound.h"
#include "inside.h"

enum {
    MOST_ENTITIES = DAPS_BOUND(4096, 4),
    MOST_WAITING = DAPS_BOUND(256, 6),                /* pieces of one entity */
    MOST_JOINED = DAPS_BOUND(32, 3),                  /* likewise */
    MOST_OCTETS = DAPS_BOUND(32 * 1024 * 1024, 4096), /* of all pieces */
};

struct piece {
    int64_t sn; /* counted on */
    uint32_t sn_field, from, to;
    bool starts, ends, last;
    uint64_t frame;
    uint8_t octets[]; /* to - from */
};

struct receiver {
    struct rlc_entity entity;
    GList of_age;
    int64_t newest; /* SN, counted on */
    GQueue waiting; /* struct piece, by SN and place; owned */
    GQueue joined;  /* likewise, oldest first */
};

struct rlc_lte {
    GHashTable *receivers; /* struct receiver by its entity; owned */
    GQueue oldest_first;
    size_t octets;
    GByteArray *whole; /* delivered last */
};

static guint hash_of(gconstpointer receiver)
{
    return (guint)rlc_entity_hash(&((const struct receiver *)receiver)->entity);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    return rlc_entity_equal(&((const struct receiver *)a)->entity, &((const struct receiver *)b)->entity);
}

struct rlc_lte *rlc_lte_new(void)
{
    struct rlc_lte *rlc = g_new0(struct rlc_lte, 1);

    rlc->receivers = g_hash_table_new(hash_of, equal);
    rlc->whole = g_byte_array_new();
    return rlc;
}

static void free_piece(struct rlc_lte *rlc, struct piece *piece)
{
    rlc->octets -= sizeof *piece + (piece->to - piece->from);
    g_free(piece);
}

static void free_receiver(struct rlc_lte *rlc, struct receiver *receiver)
{
    g_hash_table_remove(rlc->receivers, receiver);
    g_queue_unlink(&rlc->oldest_first, &receiver->of_age);
    for (struct piece *piece; (piece = g_queue_pop_head(&receiver->waiting)) != NULL;)
        free_piece(rlc, piece);
    for (struct piece *piece; (piece = g_queue_pop_head(&receiver->joined)) != NULL;)
        free_piece(rlc, piece);
    g_free(receiver);
}

void rlc_lte_free(struct rlc_lte *rlc)
{
    if (!rlc)
        return;
    while (!g_queue_is_empty(&rlc->oldest_first))
        free_receiver(rlc, g_queue_peek_head(&rlc->oldest_first));
    g_hash_table_unref(rlc->receivers);
    g_byte_array_unref(rlc->whole);
    g_free(rlc);
}

/* The SDU that a piece is of will not be whole; its other pieces go with it, unsaid: it is one loss. */
static void give_up(struct rlc_lte *rlc, struct way *way, struct receiver *receiver)
{
    struct piece *piece = g_queue_pop_head(&receiver->waiting);
    bool ends = piece->ends;
    int64_t sn = piece->sn;

    tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_RLC_INCOMPLETE,
                                                          .layer = radio_lte.rlc,
                                                          .numbers = {piece->sn_field, piece->frame},
                                                          .rrc_lost = receiver->entity.srb,
                                                          .ue_known = true,
                                                          .ue_key = receiver->entity.ue_key});
    free_piece(rlc, piece);
    while (!ends && (piece = g_queue_peek_head(&receiver->waiting)) != NULL && !piece->starts && piece->sn <= sn + 1) {
        ends = piece->ends;
        sn = piece->sn;
        free_piece(rlc, g_queue_pop_head(&receiver->waiting));
    }
}

static void give_all_up(struct rlc_lte *rlc, struct way *way, struct receiver *receiver)
{
    while (!g_queue_is_empty(&receiver->waiting))
        give_up(rlc, way, receiver);
}

void rlc_lte_finish(struct rlc_lte *rlc, struct way *way)
{
    for (GList *at = rlc->oldest_first.head; at != NULL; at = at->next)
        give_all_up(rlc, way, at->data);
}

static void make_room(struct rlc_lte *rlc, struct way *way, const struct receiver *met)
{
    while (rlc->oldest_first.length > MOST_ENTITIES || rlc->octets > MOST_OCTETS) {
        struct receiver *oldest = g_queue_peek_head(&rlc->oldest_first);
        if (oldest == met)
            break;
        give_all_up(rlc, way, oldest);
        free_receiver(rlc, oldest);
    }
}

static struct receiver *receiver_of(struct rlc_lte *rlc, const struct rlc_entity *entity, uint32_t sn)
{
    const struct receiver like = {.entity = *entity};
    struct receiver *receiver = g_hash_table_lookup(rlc->receivers, &like);

    if (receiver) {
        g_queue_unlink(&rlc->oldest_first, &receiver->of_age);
    } else {
        receiver = g_new0(struct receiver, 1);
        receiver->entity = *entity;
        receiver->newest = sn;
        receiver->of_age.data = receiver;
        g_hash_table_add(rlc->receivers, receiver);
    }
    g_queue_push_tail_link(&rlc->oldest_first, &receiver->of_age);
    return receiver;
}

/* What the SN stands for: the number nearest to the newest one (TS 36.322 7.1: all arithmetic is modulo). */
static int64_t count_on(const struct receiver *receiver, uint32_t sn, unsigned sn_bits)
{
    const int64_t modulus = (int64_t)1 << sn_bits;
    const int64_t step = (((int64_t)sn - receiver->newest) % modulus + modulus) % modulus;

    return receiver->newest + (step < modulus / 2 ? step : step - modulus);
}

/* What the window leaves behind when it moves up. */
static void advance(struct rlc_lte *rlc, struct way *way, struct receiver *receiver, int64_t sn, unsigned sn_bits)
{
    const struct piece *first;

    if (sn <= receiver->newest)
        return;
    receiver->newest = sn;
    while ((first = g_queue_peek_head(&receiver->waiting)) != NULL && first->sn + ((int64_t)1 << (sn_bits - 1)) <= sn)
        give_up(rlc, way, receiver);
}

void rlc_lte_seen(struct rlc_lte *rlc, struct way *way, const struct rlc_entity *entity, uint32_t sn, unsigned sn_bits)
{
    const struct receiver like = {.entity = *entity};
    struct receiver *receiver =
        g_hash_table_size(rlc->receivers) != 0 ? g_hash_table_lookup(rlc->receivers, &like) : NULL;

    if (receiver != NULL)
        advance(rlc, way, receiver, count_on(receiver, sn, sn_bits), sn_bits);
}

/* Do the two have octets in common that differ? */
static bool contradicts(const struct piece *a, const struct piece *b)
{
    const uint32_t from = MAX(a->from, b->from), to = MIN(a->to, b->to);

    return a->sn == b->sn && from < to &&
           memcmp(a->octets + (from - a->from), b->octets + (from - b->from), to - from) != 0;
}

/* As much more of piece as those of the list have, from *known on, with the same octets. */
static bool cover(const GQueue *pieces, const struct piece *piece, uint32_t *known)
{
    bool more = false;

    for (GList *at = pieces->head; at != NULL; at = at->next) {
        const struct piece *other = at->data;
        if (other->sn != piece->sn || other->from > *known || other->to <= *known || contradicts(piece, other))
            continue;
        *known = other->to;
        more = true;
    }
    return more;
}

static bool is_joined(const struct receiver *receiver, const struct piece *piece)
{
    uint32_t known = piece->from;

    while (known < piece->to && cover(&receiver->joined, piece, &known))
        ;
    return known >= piece->to;
}

/* It came before: waits, or has been joined. */
static bool is_known(const struct receiver *receiver, const struct piece *piece)
{
    uint32_t known = piece->from;

    while (known < piece->to && (cover(&receiver->waiting, piece, &known) || cover(&receiver->joined, piece, &known)))
        ;
    return known >= piece->to;
}

/* Other octets in a place that is taken: the entity was re-established, and begins anew (TS 36.322 5.4). */
static bool is_of_another_life(const struct receiver *receiver, const struct piece *piece)
{
    for (GList *at = receiver->waiting.head; at != NULL; at = at->next) {
        if (contradicts(piece, at->data))
            return true;
    }
    return false;
}

static gint by_place(gconstpointer a, gconstpointer b, gpointer unused)
{
    const struct piece *x = a, *y = b;

    (void)unused;
    if (x->sn != y->sn)
        return x->sn < y->sn ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Does next go on where the piece, as far as joined up to end, stops? */
static bool goes_on(const struct piece *piece, uint32_t end, const struct piece *next)
{
    if (next->sn == piece->sn)
        return next->from <= end && next->to > end;
    return next->sn == piece->sn + 1 && piece->last && next->from == 0 && end == piece->to;
}

/* The SDU that begins at first, as far as it is there; true: all of it, with last its last piece. */
static bool join(struct rlc_lte *rlc, GList *first, GList **last)
{
    const struct piece *piece = first->data;
    uint32_t end = piece->to;

    g_byte_array_set_size(rlc->whole, 0);
    g_byte_array_append(rlc->whole, piece->octets, piece->to - piece->from);
    *last = first;
    for (GList *at = first->next; at != NULL && !piece->ends; at = at->next) {
        const struct piece *next = at->data;
        const uint32_t known = next->sn == piece->sn ? end - next->from : 0;
        if (next->sn == piece->sn && next->to <= end)
            continue;
        if (next->starts || !goes_on(piece, end, next) || rlc->whole->len > DAPS_PDCP_MOST_OCTETS)
            return false;
        g_byte_array_append(rlc->whole, next->octets + known, next->to - next->from - known);
        piece = next;
        end = next->to;
        *last = at;
    }
    return piece->ends;
}

/* Those of an SDU that has been whole. */
static void retire(struct rlc_lte *rlc, struct receiver *receiver, GList *first, const GList *last)
{
    bool done = false;

    for (GList *at = first, *next; at != NULL && !done; at = next) {
        next = at->next;
        done = at == last;
        g_queue_unlink(&receiver->waiting, at);
        g_queue_push_tail_link(&receiver->joined, at);
    }
    for (GList *at = receiver->waiting.head, *next; at != NULL; at = next) { /* those it had twice */
        next = at->next;
        if (is_joined(receiver, at->data)) {
            free_piece(rlc, at->data);
            g_queue_delete_link(&receiver->waiting, at);
        }
    }
    while (receiver->joined.length > MOST_JOINED)
        free_piece(rlc, g_queue_pop_head(&receiver->joined));
}

/* The SDU that a piece at that place may have made whole. */
static void try_to_deliver(struct rlc_lte *rlc, struct way *way, struct receiver *receiver, GList *at, bool am)
{
    const struct rlc_entity entity = receiver->entity;
    const uint32_t sn = ((struct piece *)at->data)->sn_field;
    GList *last;

    while (!((struct piece *)at->data)->starts && at->prev != NULL)
        at = at->prev;
    if (!((struct piece *)at->data)->starts || !join(rlc, at, &last))
        return;
    retire(rlc, receiver, at, last);
    radio_deliver_sdu(way, &entity, am, 0, sn, octets_of(rlc->whole->data, rlc->whole->len));
}

static struct piece *new_piece(struct rlc_lte *rlc, const struct receiver *receiver, const struct way *way,
                               const struct rlc_piece *given, struct octets data)
{
    struct piece *piece = g_malloc(sizeof *piece + data.left);

    *piece = (struct piece){.sn = count_on(receiver, given->sn, given->sn_bits),
                            .sn_field = given->sn,
                            .from = given->offset,
                            .to = given->offset + (uint32_t)data.left,
                            .starts = given->starts,
                            .ends = given->ends,
                            .last = given->last,
                            .frame = way->at.frame};
    memcpy(piece->octets, data.at, data.left);
    rlc->octets += sizeof *piece + data.left;
    return piece;
}

void rlc_lte_add(struct rlc_lte *rlc, struct way *way, const struct rlc_entity *entity, const struct rlc_piece *given,
                 struct octets data)
{
    struct receiver *receiver = receiver_of(rlc, entity, given->sn);
    struct piece *piece = new_piece(rlc, receiver, way, given, data);

    if (is_of_another_life(receiver, piece))
        give_all_up(rlc, way, receiver);
    else if (is_known(receiver, piece)) {
        free_piece(rlc, piece);
        return;
    }
    advance(rlc, way, receiver, piece->sn, given->sn_bits);
    while (receiver->waiting.length >= MOST_WAITING)
        give_up(rlc, way, receiver);
    g_queue_insert_sorted(&receiver->waiting, piece, by_place, NULL);
    try_to_deliver(rlc, way, receiver, g_queue_find(&receiver->waiting, piece), given->am);
    make_room(rlc, way, receiver);
}
