/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names, UEIds and UEs. The name used longest ago gives way. */
#include <string.h>

#include "identity/inside.h"

#define UE_KEY (UINT64_C(0x5545) << 48)
#define OF_RAT 44 /* the bit from which on a key has the technology */

static guint name_hash(gconstpointer key)
{
    const struct identity_link *link = key;

    return (guint)link->ue_id * 2654435761U ^ (guint)link->rnti * 40503U ^ (guint)link->log_key ^
           link->node * 2246822519U;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
    const struct identity_link *x = a, *y = b;

    return x->ue_id == y->ue_id && x->rnti == y->rnti && x->node == y->node && x->of_log == y->of_log &&
           x->log_key == y->log_key;
}

void identity_tables_new(struct identity *identity)
{
    identity->links = g_hash_table_new(name_hash, name_equal);
    identity->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    identity->slots = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    identity->slab = g_ptr_array_new_with_free_func(g_free);
    identity->resumable = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    g_queue_init(&identity->resumable_age);
}

void identity_tables_free(struct identity *identity)
{
    g_hash_table_unref(identity->links);
    g_hash_table_unref(identity->slots);
    g_ptr_array_unref(identity->slab);
    g_hash_table_unref(identity->resumable);
    g_queue_clear(&identity->resumable_age);
    g_hash_table_unref(identity->ues);
    for (unsigned i = 0; i < G_N_ELEMENTS(identity->by_rnti); i++)
        g_free(identity->by_rnti[i]);
}

struct by_rnti *identity_by_rnti(struct identity *identity, uint16_t rnti)
{
    struct by_rnti **block = &identity->by_rnti[rnti >> 8];

    if (*block == NULL)
        *block = g_new0(struct by_rnti, 256);
    return &(*block)[rnti & 255];
}

/* ---- UEs ---- */

struct identity_ue *identity_ue_of(struct identity *identity, uint64_t ue_key)
{
    struct identity_ue *ue = g_hash_table_lookup(identity->ues, &ue_key);

    if (ue == NULL) {
        ue = g_new0(struct identity_ue, 1);
        ue->key = ue_key;
        g_hash_table_insert(identity->ues, &ue->key, ue);
    }
    return ue;
}

struct identity_ue *identity_ue_new(struct identity *identity)
{
    return identity_ue_of(identity, UE_KEY | (uint64_t)identity->rat << OF_RAT | ++identity->ue_numbers);
}

void identity_ue_hold(struct identity_ue *ue)
{
    ue->refs++;
}

void identity_ue_drop(struct identity *identity, struct identity_ue *ue)
{
    if (--ue->refs == 0)
        g_hash_table_remove(identity->ues, &ue->key);
}

/* ---- UEIds ---- */

static void join_slot(struct identity *identity, struct identity_link *link)
{
    const uint64_t key = (uint64_t)link->node << 16 | (uint16_t)link->ue_id;

    if (link->ue_id <= 0 || link->of_log) /* tools that number nobody write 0 */
        return;
    link->slot = g_hash_table_lookup(identity->slots, &key);
    if (link->slot == NULL) {
        link->slot = g_new0(struct identity_slot, 1);
        link->slot->key = key;
        g_hash_table_insert(identity->slots, &link->slot->key, link->slot);
    }
    link->slot->links++;
    link->slot->newest = link;
}

static void leave_slot(struct identity *identity, struct identity_link *link)
{
    struct identity_slot *slot = link->slot;

    if (slot == NULL)
        return;
    link->slot = NULL;
    if (slot->newest == link)
        slot->newest = NULL;
    if (--slot->links == 0)
        g_hash_table_remove(identity->slots, &slot->key);
}

struct identity_link *identity_ue_id_holder(struct identity *identity, uint32_t node, int32_t ue_id)
{
    const uint64_t key = (uint64_t)node << 16 | (uint16_t)ue_id;
    const struct identity_slot *slot = ue_id > 0 ? g_hash_table_lookup(identity->slots, &key) : NULL;

    return slot != NULL ? slot->newest : NULL;
}

/* ---- names ---- */

struct identity_link *identity_lookup(struct identity *identity, const struct identity_link *like)
{
    return g_hash_table_lookup(identity->links, like);
}

static void join_rnti(struct identity *identity, struct identity_link *link)
{
    struct by_rnti *at;

    if (link->rnti < 0 || link->of_log)
        return;
    at = identity_by_rnti(identity, (uint16_t)link->rnti);
    link->rnti_newer = NULL;
    link->rnti_older = at->links;
    if (at->links != NULL)
        at->links->rnti_newer = link;
    at->links = link;
}

static void leave_rnti(struct identity *identity, struct identity_link *link)
{
    if (link->rnti < 0 || link->of_log)
        return;
    if (link->rnti_newer != NULL)
        link->rnti_newer->rnti_older = link->rnti_older;
    else
        identity_by_rnti(identity, (uint16_t)link->rnti)->links = link->rnti_older;
    if (link->rnti_older != NULL)
        link->rnti_older->rnti_newer = link->rnti_newer;
    link->rnti_newer = link->rnti_older = NULL;
}

static void leave_age(struct identity *identity, struct identity_link *link)
{
    if (link->newer != NULL)
        link->newer->older = link->older;
    else if (identity->newest == link)
        identity->newest = link->older;
    if (link->older != NULL)
        link->older->newer = link->newer;
    else if (identity->oldest == link)
        identity->oldest = link->newer;
    link->newer = link->older = NULL;
}

static void join_age(struct identity *identity, struct identity_link *link)
{
    link->older = identity->newest;
    if (identity->newest != NULL)
        identity->newest->newer = link;
    else
        identity->oldest = link;
    identity->newest = link;
}

static void leave_ues(struct identity *identity, struct identity_link *link)
{
    if (link->claimed != NULL)
        identity_ue_drop(identity, link->claimed);
    link->claimed = NULL;
    if (link->ue == NULL)
        return;
    if (link->ue->newest == link)
        link->ue->newest = NULL;
    identity_ue_drop(identity, link->ue);
    link->ue = NULL;
}

/* The oldest name's room. */
static struct identity_link *evict(struct identity *identity)
{
    struct identity_link *link = identity->oldest;

    identity->evicted++;
    g_hash_table_remove(identity->links, link);
    leave_age(identity, link);
    leave_rnti(identity, link);
    leave_slot(identity, link);
    leave_ues(identity, link);
    if (identity->last == link)
        identity->last = NULL;
    return link;
}

void identity_give(struct identity *identity, struct identity_link *link, struct identity_ue *ue)
{
    identity_ue_hold(ue);
    leave_ues(identity, link);
    link->ue = ue;
    link->ue_key = ue->key;
    link->serial = ++identity->serials;
    link->connection = ue->connection;
    link->provisional = false;
    link->pci = -1;
}

struct identity_link *identity_link_new(struct identity *identity, const struct identity_link *like,
                                        struct identity_ue *ue)
{
    struct identity_link *link;

    identity_ue_hold(ue); /* eviction may take its last name */
    if (identity->slab->len >= MOST_LINKS) {
        link = evict(identity);
        memset(link, 0, sizeof *link);
    } else {
        link = g_new0(struct identity_link, 1);
        g_ptr_array_add(identity->slab, link);
    }
    link->ue_id = like->ue_id;
    link->rnti = like->rnti;
    link->node = like->node;
    link->of_log = like->of_log;
    link->log_key = like->log_key;
    link->leg = (uint64_t)like->rnti + 1;
    identity_give(identity, link, ue);
    identity_ue_drop(identity, ue);
    g_hash_table_add(identity->links, link);
    join_age(identity, link);
    join_rnti(identity, link);
    join_slot(identity, link);
    return link;
}

void identity_add_ue_id(struct identity *identity, struct identity_link *link, int32_t ue_id)
{
    g_hash_table_remove(identity->links, link);
    leave_slot(identity, link);
    link->ue_id = ue_id;
    g_hash_table_add(identity->links, link);
    join_slot(identity, link);
}

static void note_ue_id(const struct identity_link *link)
{
    struct identity_ue *ue = link->ue;

    if (link->ue_id <= 0 || link->of_log)
        return;
    ue->renumbered |= ue->ue_id != 0 && ue->ue_id_node == link->node && ue->ue_id != link->ue_id;
    ue->ue_id = link->ue_id;
    ue->ue_id_node = link->node;
}

void identity_use(struct identity *identity, struct identity_link *link)
{
    if (identity->newest != link) {
        leave_age(identity, link);
        join_age(identity, link);
    }
    if (link->slot != NULL)
        link->slot->newest = link;
    if (!link->provisional) {
        link->ue->newest = link;
        note_ue_id(link);
    }
    link->frame = identity->frame;
    link->time_ns = identity->time_ns;
    identity->last = link;
}
