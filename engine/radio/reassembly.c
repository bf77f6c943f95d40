/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments of RLC SDUs put together (TS 38.322 5.2.2.2, 5.2.3.2).
 *
 * An entity is known by value: whose, which bearer, which way. It is kept only while SDUs of it wait. Their SNs are
 * counted on beyond the field's end, so that a wrap makes another SDU. An SDU that the window (7.2) has left behind is
 * lost. What waits is bounded; the oldest gives way. All that is given up is reported, except what had come before
 * (rlc_known.c): a retransmission that is not complete loses nothing.
 */
#include <glib.h>
#include <string.h>

#include "daps/bound.h"
#include "inside.h"

enum {
    MOST_WAITING = DAPS_BOUND(4096, 4),               /* SDUs, of signalling and of user data each */
    MOST_OF_ENTITY = DAPS_BOUND(64, 3),               /* of one entity */
    MOST_OCTETS = DAPS_BOUND(16 * 1024 * 1024, 1024), /* of signalling and of user data each */
    MOST_PIECES = DAPS_BOUND(32, 4),
    FIRST_ROOM = DAPS_BOUND(256, 8)
};

static const char layer[] = "RLC-NR";

struct piece {
    uint32_t from, to;
};

struct pool {
    GQueue oldest_first; /* of struct sdu */
    size_t octets;
};

struct receiver {
    struct rlc_entity entity;
    int64_t newest; /* SN, counted on */
    GQueue sdus;
};

struct sdu {
    GList of_pool, of_receiver;
    struct receiver *receiver;
    int64_t sn; /* counted on */
    uint32_t sn_field;
    uint64_t first_frame;
    bool repeat;     /* every segment so far had come before */
    bool reported;   /* a segment of it was cut, which was said then */
    uint32_t length; /* 0 until the last segment is there */
    unsigned n_pieces;
    struct piece pieces[MOST_PIECES]; /* ascending, neither touching nor overlapping */
    size_t room;
    uint8_t *octets;
};

struct reassembly {
    GHashTable *receivers;
    struct pool pools[2]; /* user data, signalling */
    struct rlc_known *known;
    uint8_t *whole; /* delivered last */
};

static guint hash_of(gconstpointer receiver)
{
    return (guint)rlc_entity_hash(&((const struct receiver *)receiver)->entity);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    return rlc_entity_equal(&((const struct receiver *)a)->entity, &((const struct receiver *)b)->entity);
}

struct reassembly *reassembly_new(void)
{
    struct reassembly *reassembly = g_new0(struct reassembly, 1);

    reassembly->receivers = g_hash_table_new_full(hash_of, equal, g_free, NULL);
    reassembly->known = rlc_known_new();
    return reassembly;
}

static struct pool *pool_of(struct reassembly *reassembly, const struct rlc_entity *entity)
{
    return &reassembly->pools[entity->srb];
}

/* Takes an SDU out of all lists, and its entity with the last of them. */
static void drop(struct reassembly *reassembly, struct sdu *sdu)
{
    struct receiver *receiver = sdu->receiver;
    struct pool *pool = pool_of(reassembly, &receiver->entity);

    g_queue_unlink(&pool->oldest_first, &sdu->of_pool);
    g_queue_unlink(&receiver->sdus, &sdu->of_receiver);
    pool->octets -= sdu->room;
    if (g_queue_is_empty(&receiver->sdus))
        g_hash_table_remove(reassembly->receivers, receiver);
    g_free(sdu->octets);
    g_free(sdu);
}

static void give_up(struct reassembly *reassembly, struct way *way, struct sdu *sdu)
{
    const struct rlc_entity *entity = &sdu->receiver->entity;

    if (!sdu->repeat && !sdu->reported)
        tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_RLC_INCOMPLETE,
                                                              .layer = layer,
                                                              .numbers = {sdu->sn_field, sdu->first_frame},
                                                              .rrc_lost = entity->srb,
                                                              .ue_known = true,
                                                              .ue_key = entity->ue_key});
    drop(reassembly, sdu);
}

void reassembly_free(struct reassembly *reassembly)
{
    if (!reassembly)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(reassembly->pools); i++) {
        GQueue *queue = &reassembly->pools[i].oldest_first;
        while (!g_queue_is_empty(queue))
            drop(reassembly, g_queue_peek_head(queue));
    }
    g_hash_table_unref(reassembly->receivers);
    rlc_known_free(reassembly->known);
    g_free(reassembly->whole);
    g_free(reassembly);
}

static struct receiver *find_receiver(struct reassembly *reassembly, const struct rlc_entity *entity)
{
    const struct receiver like = {.entity = *entity};

    return g_hash_table_size(reassembly->receivers) ? g_hash_table_lookup(reassembly->receivers, &like) : NULL;
}

/* What the SN stands for: the number nearest to the newest one (TS 38.322 7.1: all arithmetic is modulo). */
static int64_t count_on(const struct receiver *receiver, uint32_t sn, unsigned sn_bits)
{
    const int64_t modulus = (int64_t)1 << sn_bits;
    int64_t step = (((int64_t)sn - receiver->newest) % modulus + modulus) % modulus;

    return receiver->newest + (step < modulus / 2 ? step : step - modulus);
}

static struct sdu *find_sdu(const struct receiver *receiver, int64_t sn)
{
    for (GList *at = receiver ? receiver->sdus.head : NULL; at; at = at->next) {
        struct sdu *sdu = at->data;
        /* The analyzer does not see that a receiver outlives all but its last SDU: see advance. */
        if (sdu->sn == sn) /* NOLINT(clang-analyzer-unix.Malloc) */
            return sdu;
    }
    return NULL;
}

/*
 * The window moves up to sn: what it leaves behind will not come any more (TS 38.322 5.2.2.2.3, 5.2.3.2.3, and 7.2:
 * windows are half of the numbers). True if the entity still waits for anything.
 */
static bool advance(struct reassembly *reassembly, struct way *way, struct receiver *receiver, int64_t sn,
                    unsigned sn_bits)
{
    if (sn <= receiver->newest)
        return true;
    receiver->newest = sn;
    for (GList *at = receiver->sdus.head, *next; at; at = next) {
        struct sdu *sdu = at->data;
        next = at->next;
        if (sdu->sn + ((int64_t)1 << (sn_bits - 1)) > sn)
            continue;
        if (!next && at == receiver->sdus.head) { /* the receiver goes with its last SDU */
            give_up(reassembly, way, sdu);
            return false;
        }
        give_up(reassembly, way, sdu);
    }
    return true;
}

static struct sdu *open_sdu(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                            const struct rlc_segment *segment)
{
    struct pool *pool = pool_of(reassembly, entity);
    struct receiver *receiver = find_receiver(reassembly, entity);

    if (receiver && receiver->sdus.length >= MOST_OF_ENTITY)
        give_up(reassembly, way, g_queue_peek_head(&receiver->sdus));
    while (pool->oldest_first.length >= MOST_WAITING ||
           (pool->octets > MOST_OCTETS && !g_queue_is_empty(&pool->oldest_first)))
        give_up(reassembly, way, g_queue_peek_head(&pool->oldest_first));
    receiver = find_receiver(reassembly, entity);
    if (!receiver) {
        receiver = g_new0(struct receiver, 1);
        receiver->entity = *entity;
        receiver->newest = segment->sn;
        g_hash_table_add(reassembly->receivers, receiver);
    }
    struct sdu *sdu = g_new0(struct sdu, 1);
    sdu->receiver = receiver;
    sdu->sn = count_on(receiver, segment->sn, segment->sn_bits);
    sdu->sn_field = segment->sn;
    sdu->first_frame = way->at.frame;
    sdu->repeat = true;
    sdu->of_pool.data = sdu->of_receiver.data = sdu;
    g_queue_push_tail_link(&receiver->sdus, &sdu->of_receiver);
    g_queue_push_tail_link(&pool->oldest_first, &sdu->of_pool);
    return sdu;
}

/* Whether octets that are there already, or the length, say that this belongs to another SDU. */
static bool contradicts(const struct sdu *sdu, const struct rlc_segment *segment, struct octets data)
{
    const uint32_t from = segment->offset, to = from + (uint32_t)data.left;

    if (sdu->length && (to > sdu->length || (segment->last && to != sdu->length)))
        return true;
    if (segment->last && sdu->n_pieces && sdu->pieces[sdu->n_pieces - 1].to > to)
        return true;
    for (unsigned i = 0; i < sdu->n_pieces; i++) {
        const uint32_t begin = MAX(from, sdu->pieces[i].from), end = MIN(to, sdu->pieces[i].to);
        if (begin < end && memcmp(sdu->octets + begin, data.at + (begin - from), end - begin) != 0)
            return true;
    }
    return false;
}

/* Adds [from, to); false: too many holes. */
static bool add_piece(struct sdu *sdu, uint32_t from, uint32_t to)
{
    struct piece merged[MOST_PIECES + 1];
    unsigned n = 0, i = 0;

    while (i < sdu->n_pieces && sdu->pieces[i].to < from)
        merged[n++] = sdu->pieces[i++];
    for (; i < sdu->n_pieces && sdu->pieces[i].from <= to; i++) {
        from = MIN(from, sdu->pieces[i].from);
        to = MAX(to, sdu->pieces[i].to);
    }
    merged[n++] = (struct piece){from, to};
    while (i < sdu->n_pieces)
        merged[n++] = sdu->pieces[i++];
    if (n > MOST_PIECES)
        return false;
    memcpy(sdu->pieces, merged, n * sizeof *merged);
    sdu->n_pieces = n;
    return true;
}

static bool store(struct reassembly *reassembly, struct sdu *sdu, const struct rlc_segment *segment, struct octets data)
{
    struct pool *pool = pool_of(reassembly, &sdu->receiver->entity);
    const size_t end = segment->offset + data.left;

    if (end > sdu->room) {
        size_t room = MAX(sdu->room, (size_t)FIRST_ROOM);
        while (room < end)
            room *= 2;
        sdu->octets = g_realloc(sdu->octets, room);
        pool->octets += room - sdu->room;
        sdu->room = room;
    }
    memcpy(sdu->octets + segment->offset, data.at, data.left);
    if (segment->last)
        sdu->length = (uint32_t)end;
    return add_piece(sdu, segment->offset, (uint32_t)end);
}

/*
 * Whether the segment belongs to another SDU than this one of the same SN: the entity was re-established, and the old
 * SDU will never be whole. What came again so far is known whole, so that what it does not have is of another one.
 */
static bool is_another(const struct reassembly *reassembly, const struct sdu *sdu, const struct rlc_segment *segment,
                       struct octets data)
{
    if (contradicts(sdu, segment, data))
        return true;
    return sdu->repeat && sdu->n_pieces && data.left &&
           !rlc_known_has(reassembly->known, &sdu->receiver->entity, segment, data);
}

static struct sdu *sdu_of(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                          const struct rlc_segment *segment, struct octets data)
{
    struct receiver *receiver = find_receiver(reassembly, entity);
    struct sdu *sdu = NULL;

    if (receiver) {
        const int64_t sn = count_on(receiver, segment->sn, segment->sn_bits);
        if (advance(reassembly, way, receiver, sn, segment->sn_bits))
            sdu = find_sdu(receiver, sn);
    }
    if (sdu && is_another(reassembly, sdu, segment, data)) {
        give_up(reassembly, way, sdu);
        sdu = NULL;
    }
    return sdu ? sdu : open_sdu(reassembly, way, entity, segment);
}

/* What is there of a cut segment is not used, and its SDU is not reported once more. */
static void add_cut(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                    struct rlc_segment segment, struct octets data)
{
    segment.last = false;
    octets_trim(&data, 0);
    sdu_of(reassembly, way, entity, &segment, data)->reported = true;
    tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_RLC_CUT,
                                                          .layer = layer,
                                                          .numbers = {segment.sn},
                                                          .rrc_lost = entity->srb,
                                                          .ue_known = true,
                                                          .ue_key = entity->ue_key});
}

/* Moves a whole SDU out of its place, into octets that are valid until the next one. */
static struct octets take_whole(struct reassembly *reassembly, struct sdu *sdu)
{
    struct octets whole = octets_of(sdu->octets, sdu->length);

    g_free(reassembly->whole);
    reassembly->whole = sdu->octets;
    sdu->octets = NULL;
    drop(reassembly, sdu);
    return whole;
}

bool reassembly_add(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                    const struct rlc_segment *segment, struct octets data, struct octets *whole)
{
    if (way->at.cut) {
        add_cut(reassembly, way, entity, *segment, data);
        return false;
    }
    if (!data.left || segment->offset + data.left > DAPS_PDCP_MOST_OCTETS) {
        tally_problem(&way->at,
                      (struct daps_framing_problem){.what = data.left ? DAPS_PROBLEM_RLC_LONG : DAPS_PROBLEM_RLC_EMPTY,
                                                    .layer = layer,
                                                    .numbers = {segment->sn},
                                                    .rrc_lost = entity->srb,
                                                    .ue_known = true,
                                                    .ue_key = entity->ue_key});
        return false;
    }
    struct sdu *sdu = sdu_of(reassembly, way, entity, segment, data);
    sdu->repeat &= rlc_known_has(reassembly->known, entity, segment, data);
    if (!store(reassembly, sdu, segment, data)) {
        give_up(reassembly, way, sdu);
        return false;
    }
    if (!sdu->length || sdu->n_pieces != 1 || sdu->pieces[0].from != 0 || sdu->pieces[0].to < sdu->length)
        return false;
    *whole = take_whole(reassembly, sdu);
    rlc_known_note(reassembly->known, entity, segment->sn, *whole, true);
    return true;
}

void reassembly_pass(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                     const struct rlc_segment *segment, struct octets sdu)
{
    struct receiver *receiver = find_receiver(reassembly, entity);

    if (receiver) {
        const int64_t sn = count_on(receiver, segment->sn, segment->sn_bits);
        struct sdu *waiting = advance(reassembly, way, receiver, sn, segment->sn_bits) ? find_sdu(receiver, sn) : NULL;
        if (waiting && !contradicts(waiting, segment, sdu))
            drop(reassembly, waiting);
        else if (waiting)
            give_up(reassembly, way, waiting);
    }
    rlc_known_note(reassembly->known, entity, segment->sn, sdu, entity->srb);
}

void reassembly_finish(struct reassembly *reassembly, struct way *way)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(reassembly->pools); i++) {
        GQueue *queue = &reassembly->pools[i].oldest_first;
        while (!g_queue_is_empty(queue))
            give_up(reassembly, way, g_queue_peek_head(queue));
    }
}
