/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of UEs in two orders. */
#include "ues.h"

#include <glib.h>

#include "ue/asleep.h"
#include "ue/ue.h"

#ifndef MOST_AWAKE
#define MOST_AWAKE 1024 /* a test makes it 2 */
#endif

struct ues {
    GHashTable *by_key; /* struct ue_entry by its own key, owned */
    struct ue_entry *first, *newest;
    struct ue_entry *met_last, *met_first;
    struct ue_entry *last; /* most PDUs are from the same UE as the one before */
    unsigned n_awake, turn;
    struct ue_entry *awake[MOST_AWAKE]; /* the next to sleep is the first from turn on that was not met since */
    size_t octets;
};

static void entry_free(gpointer data)
{
    struct ue_entry *entry = data;

    daps_ue_free(entry->ue != NULL ? entry->ue : daps_ue_wake(entry->asleep));
    g_free(entry);
}

struct ues *ues_new(void)
{
    struct ues *ues = g_new0(struct ues, 1);

    ues->by_key = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
    return ues;
}

void ues_free(struct ues *ues)
{
    if (ues == NULL)
        return;
    g_hash_table_unref(ues->by_key);
    g_free(ues);
}

struct ue_entry *ues_find(struct ues *ues, uint64_t key)
{
    if (ues->last == NULL || ues->last->key != key)
        ues->last = g_hash_table_lookup(ues->by_key, &key);
    return ues->last;
}

/* ---- sleep ---- */

static void set_octets(struct ues *ues, struct ue_entry *entry, size_t octets)
{
    ues->octets = ues->octets - entry->octets + octets;
    entry->octets = octets;
}

void ues_account(struct ues *ues, struct ue_entry *entry)
{
    set_octets(ues, entry,
               sizeof *entry + (entry->ue != NULL ? daps_ue_octets(entry->ue) : daps_ue_asleep_octets(entry->asleep)));
}

size_t ues_octets(const struct ues *ues)
{
    return ues->octets;
}

/* A place among those awake; whoever has it sleeps, but never the one met last. */
static unsigned place(struct ues *ues)
{
    struct ue_entry *entry;

    if (ues->n_awake < MOST_AWAKE)
        return ues->n_awake++;
    while ((entry = ues->awake[ues->turn])->met || entry == ues->met_last) {
        entry->met = false;
        ues->turn = (ues->turn + 1) % MOST_AWAKE;
    }
    entry->asleep = daps_ue_sleep(entry->ue);
    entry->ue = NULL;
    ues_account(ues, entry);
    return ues->turn;
}

static void enter_awake(struct ues *ues, struct ue_entry *entry)
{
    entry->place = place(ues);
    ues->awake[entry->place] = entry;
}

static void leave_awake(struct ues *ues, const struct ue_entry *entry)
{
    struct ue_entry *last = ues->awake[--ues->n_awake];

    last->place = entry->place;
    ues->awake[last->place] = last;
    if (ues->turn >= ues->n_awake)
        ues->turn = 0;
}

struct daps_ue *ues_awake(struct ues *ues, struct ue_entry *entry)
{
    if (entry->ue == NULL) {
        enter_awake(ues, entry);
        entry->ue = daps_ue_wake(entry->asleep);
        entry->asleep = NULL;
        ues_account(ues, entry);
    }
    entry->met = true;
    return entry->ue;
}

/* ---- order ---- */

static void meet_last(struct ues *ues, struct ue_entry *entry)
{
    entry->met_before = ues->met_last;
    entry->met_later = NULL;
    if (ues->met_last != NULL)
        ues->met_last->met_later = entry;
    else
        ues->met_first = entry;
    ues->met_last = entry;
}

static void unmeet(struct ues *ues, struct ue_entry *entry)
{
    if (entry->met_later != NULL)
        entry->met_later->met_before = entry->met_before;
    else
        ues->met_last = entry->met_before;
    if (entry->met_before != NULL)
        entry->met_before->met_later = entry->met_later;
    else
        ues->met_first = entry->met_later;
}

struct ue_entry *ues_add(struct ues *ues, uint64_t key, struct daps_ue *ue)
{
    struct ue_entry *entry = g_new0(struct ue_entry, 1);

    enter_awake(ues, entry);
    entry->key = key;
    entry->ue = ue;
    entry->met = true;
    entry->before = ues->newest;
    if (ues->newest != NULL)
        ues->newest->next = entry;
    else
        ues->first = entry;
    ues->newest = entry;
    meet_last(ues, entry);
    g_hash_table_insert(ues->by_key, &entry->key, entry);
    ues->last = entry;
    return entry;
}

void ues_meet(struct ues *ues, struct ue_entry *entry)
{
    if (ues->met_last == entry)
        return;
    unmeet(ues, entry);
    meet_last(ues, entry);
}

unsigned ues_count(const struct ues *ues)
{
    return g_hash_table_size(ues->by_key);
}

struct ue_entry *ues_first(const struct ues *ues)
{
    return ues->first;
}

struct ue_entry *ues_longest_unmet(const struct ues *ues)
{
    return ues->met_first;
}

void ues_remove(struct ues *ues, struct ue_entry *entry)
{
    unmeet(ues, entry);
    if (entry->next != NULL)
        entry->next->before = entry->before;
    else
        ues->newest = entry->before;
    if (entry->before != NULL)
        entry->before->next = entry->next;
    else
        ues->first = entry->next;
    if (ues->last == entry)
        ues->last = NULL;
    if (entry->ue != NULL)
        leave_awake(ues, entry);
    ues->octets -= entry->octets;
    g_hash_table_remove(ues->by_key, &entry->key);
}
