/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UEs an engine follows: found by key, in order of appearance, and by when each was met last. Those not met for a
 * while sleep (ue/asleep.h); a UE that was given out stays awake until another is met and yet another one wakes.
 */
#ifndef DAPS_ENGINE_UES_H
#define DAPS_ENGINE_UES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daps_ue;
struct daps_ue_asleep;

struct ue_entry {
    uint64_t key;
    struct daps_ue *ue;            /* owned; NULL: it sleeps, and ... */
    struct daps_ue_asleep *asleep; /* ... is this; owned */
    bool met;                      /* since its turn to sleep came last */
    unsigned place;                /* among those awake */
    size_t octets;                 /* it was last found to cost */
    uint64_t gaps;                 /* of all UEs that this one has been told of */
    struct ue_entry *next;         /* by appearance */
    struct ue_entry *before;       /* likewise */
    struct ue_entry *met_later;    /* by when they were met last */
    struct ue_entry *met_before;   /* likewise */
};

struct ues;

/* Free with ues_free, which frees the UEs; NULL is fine there. */
struct ues *ues_new(void);
void ues_free(struct ues *ues);

/* NULL: not there. The UE counts as met now only with ues_meet. */
struct ue_entry *ues_find(struct ues *ues, uint64_t key);
struct ue_entry *ues_add(struct ues *ues, uint64_t key, struct daps_ue *ue);
void ues_meet(struct ues *ues, struct ue_entry *entry);

/* Its UE, which wakes if it sleeps. */
struct daps_ue *ues_awake(struct ues *ues, struct ue_entry *entry);

/* What it costs by now is found out; what all cost, as far as that was. */
void ues_account(struct ues *ues, struct ue_entry *entry);
size_t ues_octets(const struct ues *ues);

unsigned ues_count(const struct ues *ues);
struct ue_entry *ues_first(const struct ues *ues);         /* by appearance, then next; NULL none */
struct ue_entry *ues_longest_unmet(const struct ues *ues); /* NULL none */

/* Frees the entry and its UE. */
void ues_remove(struct ues *ues, struct ue_entry *entry);

#endif
