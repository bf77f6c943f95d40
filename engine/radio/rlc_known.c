/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SDUs of RLC that have been whole, so that segments which come again are known for what they are: an AM entity
 * retransmits, in other pieces if the grant is smaller, until it has an acknowledgement (TS 38.322 5.3.2), and the
 * receiver discards what it has (5.2.3.2.2).
 *
 * Two tables of fixed size, each SDU in the place that its entity and SN give; the next one with that place takes it.
 * Signalling and what came in segments is kept with its octets as long as they fit, of other user data the first ones.
 */
#include <glib.h>
#include <string.h>

#include "daps/bound.h"
#include "inside.h"

enum { SLOTS = DAPS_BOUND(4096, 4), BEGINS = 8, MOST_OCTETS = DAPS_BOUND(4 * 1024 * 1024, 1024) };

struct slot {
    uint64_t entity; /* its hash, 0: free */
    uint32_t sn, length;
    uint8_t begins[BEGINS];
    uint8_t *octets; /* length, or NULL: not kept */
};

struct rlc_known {
    struct slot *tables[2]; /* user data, signalling; NULL until used */
    size_t octets;
    unsigned hand; /* whose octets are given up next, of either table */
};

struct rlc_known *rlc_known_new(void)
{
    return g_new0(struct rlc_known, 1);
}

static void forget_octets(struct rlc_known *known, struct slot *slot)
{
    if (slot->octets)
        known->octets -= slot->length;
    g_free(slot->octets);
    slot->octets = NULL;
}

void rlc_known_free(struct rlc_known *known)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(known->tables); i++) {
        for (unsigned at = 0; known->tables[i] && at < SLOTS; at++)
            forget_octets(known, &known->tables[i][at]);
        g_free(known->tables[i]);
    }
    g_free(known);
}

uint64_t rlc_entity_hash(const struct rlc_entity *entity)
{
    uint64_t state = entity->ue_key * 0x9e3779b97f4a7c15u;

    state = (state ^ state >> 32 ^ entity->leg) * 0x9e3779b97f4a7c15u;
    state = (state ^ state >> 29 ^ (uint64_t)(entity->bearer << 2 | entity->srb << 1 | entity->downlink)) *
            0x9e3779b97f4a7c15u;
    state ^= state >> 32;
    return state ? state : 1;
}

bool rlc_entity_equal(const struct rlc_entity *a, const struct rlc_entity *b)
{
    return a->ue_key == b->ue_key && a->leg == b->leg && a->downlink == b->downlink && a->srb == b->srb &&
           a->bearer == b->bearer;
}

static struct slot *slot_of(struct slot *table, uint64_t entity, uint32_t sn)
{
    return &table[(entity ^ entity >> 17 ^ sn) % SLOTS];
}

static void keep_octets(struct rlc_known *known, struct slot *slot, struct octets sdu)
{
    if (sdu.left > MOST_OCTETS)
        return;
    slot->octets = g_memdup2(sdu.at, sdu.left);
    known->octets += sdu.left;
    while (known->octets > MOST_OCTETS) {
        known->hand = (known->hand + 1) % (2 * SLOTS);
        struct slot *table = known->tables[known->hand / SLOTS];
        if (table && &table[known->hand % SLOTS] != slot)
            forget_octets(known, &table[known->hand % SLOTS]);
    }
}

void rlc_known_note(struct rlc_known *known, const struct rlc_entity *entity, uint32_t sn, struct octets sdu,
                    bool with_octets)
{
    if (!sdu.left || sdu.left > DAPS_PDCP_MOST_OCTETS)
        return;
    if (!known->tables[entity->srb])
        known->tables[entity->srb] = g_new0(struct slot, SLOTS);
    const uint64_t hash = rlc_entity_hash(entity);
    struct slot *slot = slot_of(known->tables[entity->srb], hash, sn);
    forget_octets(known, slot);
    slot->entity = hash;
    slot->sn = sn;
    slot->length = (uint32_t)sdu.left;
    memcpy(slot->begins, sdu.at, MIN(sdu.left, (size_t)BEGINS));
    if (with_octets)
        keep_octets(known, slot, sdu);
}

bool rlc_known_has(const struct rlc_known *known, const struct rlc_entity *entity, const struct rlc_segment *segment,
                   struct octets data)
{
    if (!known->tables[entity->srb])
        return false;
    const uint64_t hash = rlc_entity_hash(entity);
    const struct slot *slot = slot_of(known->tables[entity->srb], hash, segment->sn);
    const size_t end = segment->offset + data.left;
    if (slot->entity != hash || slot->sn != segment->sn || end > slot->length || (segment->last && end != slot->length))
        return false;
    if (slot->octets)
        return !memcmp(slot->octets + segment->offset, data.at, data.left);
    if (entity->srb)
        return false; /* what may be a message is not called known on less than its octets */
    return segment->offset > 0 || !memcmp(slot->begins, data.at, MIN(data.left, (size_t)BEGINS));
}
