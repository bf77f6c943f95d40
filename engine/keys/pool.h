/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pool of key terms as the files of this room share it; not for others. */
#ifndef DAPS_ENGINE_KEYS_POOL_H
#define DAPS_ENGINE_KEYS_POOL_H

#include <glib.h>

#include "daps/bound.h"
#include "keys/term.h"

/* The NH chain of one root: what is known of it beyond the root's own value. */
struct nh_chain {
    const struct daps_term *root;
    bool computable;   /* upper and the root's value give NH 1, 2, ... */
    bool is_uppers;    /* the root's value is upper's, and not only given beside it */
    uint8_t upper[32]; /* KAMF, KASME */
    uint32_t nh_n;     /* newest NH computed, 0: none yet */
    uint8_t nh[32];
    int ahead; /* steps the network is ahead of the NCC it sends */
    const struct daps_keylog *keylog;
    char ue[64];
    unsigned ordinal;
};

/* The dialect in which keys for a cell were found to be computed. */
struct cell_dialect {
    int32_t pci, arfcn;
    struct daps_dialect dialect;
};

#define POOL_MOST_DIALECTS                                                                                             \
    DAPS_BOUND(64, 2) /* cells remembered with a dialect that is not the standard's; the oldest gives way */

struct daps_term_pool {
    struct daps_term_numbers numbers;
    GHashTable *terms;         /* set of struct daps_term, owned */
    struct daps_term *orphans; /* list, owned: terms whose parent was swept, alive, but never found again */
    unsigned n_orphans;
    struct daps_term *loose; /* list of terms that nobody is known to hold: the next sweep looks at them */
    bool is_trial;           /* terms made now are a trial's, ... */
    uint32_t tried;          /* ... of which there are so many, all of them loose */
    GArray *dialects;        /* struct cell_dialect, oldest first; NULL none */
};

/* The parent of a term that stays is about to go. */
void pool_orphan(struct daps_term_pool *pool, struct daps_term *term);

/* The same of a term that is out of the table; and whatever is in neither any more, nor anybody's child, goes. */
void pool_add_orphan(struct daps_term_pool *pool, struct daps_term *term);
void pool_free_orphan(struct daps_term_pool *pool, struct daps_term *term);

/* Takes in a term that was just made. */
void pool_enter(struct daps_term_pool *pool, struct daps_term *term);

/* Value, and parent's value, of a term that was just made or whose inputs have changed; nothing if a MAC-I has spoken.
 */
void pool_compute_value(struct daps_term_pool *pool, struct daps_term *term);

/* ... and of every term that comes from one of these: those are added, each once. */
void pool_recompute_below(struct daps_term_pool *pool, GPtrArray *changed);

/* Among the children of its parent. */
void pool_link(struct daps_term *term);
void pool_unlink(struct daps_term *term);

#endif
