/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments of RLC SDUs (TS 38.322 5.2.2.2, 5.2.3.2), in a table of fixed size: the oldest gives way. */
#include <glib.h>
#include <string.h>

#include "framing/peel.h"

#define MOST_OPEN   64
#define MOST_OCTETS DAPS_PDCP_MOST_OCTETS
#define MOST_PIECES 32

struct piece {
    uint32_t from, to;
};

struct sdu {
    bool used;
    struct rlc_entity entity;
    uint32_t sn;
    uint64_t age;
    uint32_t length; /* 0 until the last segment is there */
    unsigned n_pieces;
    struct piece pieces[MOST_PIECES]; /* ascending, neither touching nor overlapping */
    uint8_t octets[MOST_OCTETS];
};

struct reassembly {
    uint64_t clock;
    struct sdu sdus[MOST_OPEN];
};

struct reassembly *reassembly_new(void)
{
    return g_new0(struct reassembly, 1);
}

void reassembly_free(struct reassembly *reassembly)
{
    g_free(reassembly);
}

static void give_up(struct peel *peel, struct sdu *sdu)
{
    if (sdu->used)
        peel_problem(peel, DAPS_FRAMING_INCOMPLETE, "RLC-NR", "segments of an SDU are missing", sdu->entity.srb,
                     &sdu->entity.link->ue_key, "SN %u", sdu->sn);
    sdu->used = false;
}

static bool same_entity(const struct rlc_entity *a, const struct rlc_entity *b)
{
    return a->link == b->link && a->downlink == b->downlink && a->srb == b->srb && a->bearer == b->bearer;
}

static struct sdu *find_or_open(struct reassembly *reassembly, struct peel *peel, const struct rlc_entity *entity,
                                uint32_t sn)
{
    struct sdu *oldest = &reassembly->sdus[0];
    for (unsigned i = 0; i < MOST_OPEN; i++) {
        struct sdu *sdu = &reassembly->sdus[i];
        if (sdu->used && sdu->sn == sn && same_entity(&sdu->entity, entity))
            return sdu;
        if (!sdu->used && oldest->used)
            oldest = sdu;
        else if (sdu->used == oldest->used && sdu->age < oldest->age)
            oldest = sdu;
    }
    give_up(peel, oldest);
    oldest->used = true;
    oldest->entity = *entity;
    oldest->sn = sn;
    oldest->length = 0;
    oldest->n_pieces = 0;
    return oldest;
}

/* Merges from..to into the pieces; false if there are too many. */
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

bool reassembly_add(struct reassembly *reassembly, struct peel *peel, const struct rlc_entity *entity,
                    const struct rlc_segment *segment, struct octets data, struct octets *whole)
{
    struct sdu *sdu = find_or_open(reassembly, peel, entity, segment->sn);
    const uint64_t end = (uint64_t)segment->offset + data.left;

    sdu->age = ++reassembly->clock;
    if (end > MOST_OCTETS || !data.left || (sdu->length && end > sdu->length)) {
        give_up(peel, sdu);
        return false;
    }
    /* The same SN with another beginning: the entity was re-established, and the old SDU will never be whole. */
    if (segment->first && sdu->n_pieces && sdu->pieces[0].from == 0 && sdu->pieces[0].to >= data.left &&
        memcmp(sdu->octets, data.at, data.left) != 0) {
        give_up(peel, sdu);
        return reassembly_add(reassembly, peel, entity, segment, data, whole);
    }
    memcpy(sdu->octets + segment->offset, data.at, data.left);
    if (segment->last)
        sdu->length = (uint32_t)end;
    if (!add_piece(sdu, segment->offset, (uint32_t)end)) {
        give_up(peel, sdu);
        return false;
    }
    if (!sdu->length || sdu->n_pieces != 1 || sdu->pieces[0].from != 0 || sdu->pieces[0].to < sdu->length)
        return false;
    sdu->used = false;
    *whole = octets_of(sdu->octets, sdu->length);
    return true;
}

void reassembly_finish(struct reassembly *reassembly, struct peel *peel)
{
    for (unsigned i = 0; i < MOST_OPEN; i++)
        give_up(peel, &reassembly->sdus[i]);
}
