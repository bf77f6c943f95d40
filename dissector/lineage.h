/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a capture as trees: a root, NHs and keys derived from it, each once with the frames that lead to it. Keys
 * come in the order of their first frame, so that a key stands behind the one it is derived from. No Wireshark here.
 */
#ifndef DAPS_DISSECTOR_LINEAGE_H
#define DAPS_DISSECTOR_LINEAGE_H

#include "session.h"

struct lineage;

/* All strings are valid as long as the lineage, words and findings until it takes the next frame. */
struct lineage_key {
    char *name; /* of UE and key: unique */
    char *ue;
    char id[24], parent[24];
    unsigned depth;           /* 0 a root */
    unsigned ue_place, place; /* of the UE among UEs, of the key among its keys; from 1 */
    int ncc;                  /* -1 not known */
    char *words;              /* how it is derived; NULL: only its name is known */
    GArray *frames;           /* uint64_t, of commands and the like that lead to it, in their order */
    GPtrArray *findings;      /* struct lineage_finding * about it */
};

struct lineage_finding {
    char *name, *words; /* words: "repeated-key (medium, derived)" */
    bool repeats;       /* it says that the key was derived again */
};

struct lineage *lineage_new(void);
void lineage_free(struct lineage *lineage); /* NULL is fine */

/*
 * Takes what was told of a frame: its number, its note (or NULL), results, and results that no longer hold. Appends to
 * changed the keys that say something else now: const struct lineage_key *, possibly twice.
 */
void lineage_take(struct lineage *lineage, uint64_t frame, const struct frame_note *note, const GPtrArray *results,
                  const GPtrArray *withdrawn, GPtrArray *changed);

#endif
