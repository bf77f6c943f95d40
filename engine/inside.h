/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the coordinator share; not for others. */
#ifndef DAPS_ENGINE_INSIDE_H
#define DAPS_ENGINE_INSIDE_H

#include "daps/bound.h"
#include "daps/engine.h"
#include "daps/kdf.h"
#include "drive.h"
#include "joins.h"
#include "pdcp/pdcp.h"
#include "rrc/cells.h"
#include "rules/rules.h"
#include "ue/ue.h"
#include "ues.h"
#include <glib.h>
#include <inttypes.h>

#define SEALED_MOST DAPS_BOUND(64, 2) /* UEs whose sealed signalling is told */

struct sealed_ue {
    struct daps_sealed view;
    char ue[64], key[24];
};

#define MOST_IDENTITIES DAPS_BOUND(256, 4)
#define MOST_LOGGED     DAPS_BOUND(32, 2) /* records of the log kept for UEs whose PDUs have not begun */

struct daps_engine {
    struct daps_engine_options options;
    struct daps_sink sink;
    struct daps_engine_counts counts;
    struct daps_mitigation_cost cost;
    struct ues *ues;
    struct ue_entry *touched; /* its UE was given out last, and may cost more by now; NULL none */
    GStringChunk *names;      /* of UEs that somebody asked for */
    GArray *sealed;           /* struct sealed_ue: of UEs that were followed to their end */
    struct {
        uint64_t n, frame;
        enum daps_gap gap;
    } gaps;                               /* of all UEs; each is told when it is met */
    struct joins *joins;                  /* of UEs without a PDU so far */
    struct daps_ciphers *ciphers;         /* NULL until needed */
    struct pdcp_roots *roots;             /* likewise */
    struct daps_ledger_room *ledger_room; /* likewise */
    unsigned n_identities;
    struct cell_identity {
        enum daps_rat rat;
        struct daps_cell cell;
        int64_t identity;
    } identities[MOST_IDENTITIES]; /* of cells whose SIB1 was seen; the oldest gives way */
    struct drive *drive;
    bool segments_seen;           /* messages of RRC have come in segments */
    bool has_log[DAPS_RAT_COUNT]; /* of RRC, beside whatever PDUs there are */
    unsigned n_logged;
    struct logged {
        uint64_t ue_key;
        enum daps_rat rat;
        struct pdcp_record record;
    } logged[MOST_LOGGED];          /* the newest, number n at n % MOST_LOGGED */
    struct daps_rrc_result *waited; /* what PDUs that waited said; NULL until needed */
    uint64_t *seen;                 /* fingerprints of the newest messages, NULL until there is one */
    struct daps_rrc_result *trial;  /* for looking whether octets could be RRC; likewise */
    GHashTable *node_roots;         /* digest of each KeNB of the key log, to its number + 1; likewise */
    uint8_t *open;                  /* the PDU at hand, deciphered; likewise */
};

/* In ues, a UE has an entry a technology: the key of that. */
static inline uint64_t engine_key_in(enum daps_rat rat, uint64_t ue_key)
{
    return rat == DAPS_RAT_LTE ? ue_key ^ UINT64_C(0x8a91a6d40bf42040) : ue_key;
}

/* Mostly a PDU is of the UE at hand before, which knows all there is to be told of gaps. NULL: it is not. */
static inline struct daps_ue *engine_at_hand(const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat)
{
    struct ue_entry *entry = engine->touched;

    if (entry == NULL || entry->key != engine_key_in(rat, ue_key) || entry->ue == NULL || entry->gaps != engine->gaps.n)
        return NULL;
    entry->met = true;
    return entry->ue;
}

/*
 * engine.c: the UE of that key in that technology, NULL if it was not seen there; or a new one, named or numbered. A UE
 * seen in two technologies has a chain in each: two of these, of one name.
 */
struct daps_ue *engine_find_ue(struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat);
struct daps_ue *engine_get_ue(struct daps_engine *engine, uint64_t ue_key, const char *name, enum daps_rat rat,
                              uint64_t frame);
/* engine.c: as daps_engine_event(); its UE, which stays where it is until there is one more, NULL: of none. */
struct daps_ue *engine_event(struct daps_engine *engine, uint64_t ue_key, const char *name,
                             const struct daps_event *ev);

#endif
