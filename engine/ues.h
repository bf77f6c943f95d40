/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UEs an engine follows: found by key, in order of appearance, and by when each was met last. */
#ifndef DAPS_ENGINE_UES_H
#define DAPS_ENGINE_UES_H

#include <stddef.h>
#include <stdint.h>

struct daps_ue;

struct ue_entry {
    uint64_t key;
    struct daps_ue *ue;          /* owned */
    size_t octets;               /* it was last found to cost */
    uint64_t gaps;               /* of all UEs that this one has been told of */
    struct ue_entry *next;       /* by appearance */
    struct ue_entry *before;     /* likewise */
    struct ue_entry *met_later;  /* by when they were met last */
    struct ue_entry *met_before; /* likewise */
};

struct ues;

/* Free with ues_free, which frees the UEs; NULL is fine there. */
struct ues *ues_new(void);
void ues_free(struct ues *ues);

/* NULL: not there. The UE counts as met now only with ues_meet. */
struct ue_entry *ues_find(struct ues *ues, uint64_t key);
struct ue_entry *ues_add(struct ues *ues, uint64_t key, struct daps_ue *ue);
void ues_meet(struct ues *ues, struct ue_entry *entry);

unsigned ues_count(const struct ues *ues);
struct ue_entry *ues_first(const struct ues *ues);         /* by appearance, then next; NULL none */
struct ue_entry *ues_longest_unmet(const struct ues *ues); /* NULL none */

/* Frees the entry and its UE. */
void ues_remove(struct ues *ues, struct ue_entry *entry);

#endif
