/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys as terms.
 *
 * Most captures hold no key, so a key is first what it was derived from. Terms are hash-consed: in one pool, equal
 * derivation is equal pointer, and that is all the audit needs to say "this key was derived twice". Where the value
 * of a root is known, the terms below it carry their 32 octets as well.
 *
 *     ROOT  KgNB of a secured connection                              TS 33.501 A.9
 *     NH    number n of a root's chain, n counted without wrap        TS 33.501 A.10
 *     STEP  the parent a UE takes for NCC ncc when the NCC of its active key is not known: either that key or an
 *           NH, but always the same one from the same state           TS 33.501 6.9.2.3.4
 *     STAR  KgNB* of (parent, FC, PCI, ARFCN)                         TS 33.501 A.11, A.12; TS 33.401 A.5
 *     KSN   secondary node key of (parent, counter)                   TS 33.501 A.16
 *
 * A KDF input that the log does not name is a symbol: a number below -1 from daps_term_symbol(), equal only to itself.
 *
 * Identity is what the standard's inputs say, as commanded. The value is another matter: an implementation may have
 * computed it in a dialect of its own (keys/dialect.h), or from a parent one step off. What a MAC-I shows about that is
 * applied to values and never makes another term of a key.
 */
#ifndef DAPS_ENGINE_TERM_H
#define DAPS_ENGINE_TERM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"
#include "daps/keylog.h"
#include "keys/dialect.h"

enum daps_term_kind { DAPS_TERM_ROOT, DAPS_TERM_NH, DAPS_TERM_STEP, DAPS_TERM_STAR, DAPS_TERM_KSN };

struct daps_term {
    enum daps_term_kind kind;
    const struct daps_term *parent;             /* NULL for a root, and once the parent has been swept */
    struct daps_term *children;                 /* what was derived from it, newest first: */
    struct daps_term *sibling, *sibling_before; /* of an orphan: the next and the one before among the orphans */
    struct nh_chain *chain;                     /* of a root, owned */
    uint8_t fc;                                 /* STAR, KSN: FC octet of the KDF */
    int32_t pci, arfcn;                         /* STAR: KDF inputs, values >= 0 or symbols < -1 */
    int32_t point_a, carrier;    /* STAR: other frequencies of that cell, -1 unknown; no part of the identity */
    struct daps_dialect dialect; /* STAR: in which the value was computed */
    uint32_t n;                  /* NH: index; STEP: NCC; KSN: counter; ROOT: which */
    char label[24];              /* "K3", "K1/NH2" */
    char parent_label[24];
    bool has_value, has_parent_value;
    bool verified; /* a MAC-I has shown that this is the value */
    uint8_t value[32];
    uint8_t parent_value[32];
    /* For sweeping. */
    bool kept, goes, is_loose, is_tried, is_orphan;
    struct daps_term *loose;
};

struct daps_term_pool;

struct daps_term_pool *daps_term_pool_new(enum daps_rat rat);

/* Its keys stand beside those of another technology: "L1" (LTE), "N1" (NR) instead of "K1". */
void daps_term_pool_second(struct daps_term_pool *pool);

/* LTE: whether the stars to come are an ng-eNB's (TS 33.501 A.12), or an eNB's (TS 33.401 A.5). */
void daps_term_pool_five_gc(struct daps_term_pool *pool, bool five_gc);

/* Wipes every value and frees; NULL is fine. */
void daps_term_pool_free(struct daps_term_pool *pool);

/* What a pool has counted, ... */
struct daps_term_numbers {
    enum daps_rat rat;
    unsigned keys; /* labels given */
    unsigned roots;
    unsigned others; /* terms told apart from one of the same inputs */
    int32_t symbols;
    uint16_t second;  /* beside those of another technology: 1 */
    uint16_t five_gc; /* LTE: of an ng-eNB: 1 */
};
/* ... which is all there is of one without terms (true), ... */
bool daps_term_pool_rest(const struct daps_term_pool *pool, struct daps_term_numbers *numbers);
/* ... and makes it again. */
struct daps_term_pool *daps_term_pool_again(const struct daps_term_numbers *numbers);

/* A KDF input that is not known and equals nothing but itself. Always below -1. */
int32_t daps_term_symbol(struct daps_term_pool *pool);

/* A new root, of which nothing is known. */
const struct daps_term *daps_term_root(struct daps_term_pool *pool);

/* What a key log says about a root, and where; keylog is borrowed for the life of the pool, the rest copied. */
struct daps_root_source {
    const struct daps_keylog_root *known; /* its value and the means to compute its NH chain; NULL none */
    const struct daps_keylog *keylog;     /* asked for NH lines; NULL none */
    const char *ue;
    unsigned ordinal;
};

/* Which root of the key log is a connection's, as far as a MAC-I has told. */
struct daps_root_match {
    enum { DAPS_ROOT_BY_NAME, DAPS_ROOT_FITS, DAPS_ROOT_NONE_FITS } match;
    char ue[64]; /* FITS: that root */
    unsigned ordinal;
    bool near; /* with another UL NAS COUNT than the key log gives: */
    uint32_t ul_nas_count;
};

/* Gives root that value and chain, or takes back what it had (NULL); what comes from it follows. */
void daps_term_root_known(struct daps_term_pool *pool, const struct daps_term *root,
                          const struct daps_root_source *source);

/* NH number n >= 1 of root's chain (TS 33.501 A.10, TS 33.401 A.4). */
const struct daps_term *daps_term_nh(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n);

/* The parent that NCC ncc leads to from active, whose own NCC is not known. */
const struct daps_term *daps_term_step(struct daps_term_pool *pool, const struct daps_term *active, uint32_t ncc);

/* KgNB* (KeNB*) from parent. pci and arfcn are values or symbols. */
const struct daps_term *daps_term_star(struct daps_term_pool *pool, const struct daps_term *parent, int32_t pci,
                                       int32_t arfcn);

/*
 * For trying whether a MAC-I fits: what daps_term_star() would give, with its value if that is known, but without a
 * name and not in the pool, where it would count. The caller wipes out.
 */
void daps_term_star_trial(struct daps_term_pool *pool, const struct daps_term *parent, int32_t pci, int32_t arfcn,
                          struct daps_term *out);

/* The other frequencies of the cell of term, a STAR: what an implementation may have taken instead of the SSB's. */
void daps_term_frequencies(struct daps_term_pool *pool, const struct daps_term *term, int32_t point_a, int32_t carrier);

/* The frequencies of the cell of term, a STAR. */
struct daps_frequencies daps_term_frequencies_of(const struct daps_term *term);

/*
 * The value of a STAR from that parent in that dialect; where the parent itself is a STAR whose value no MAC-I has
 * shown, deep says to compute that in the same dialect as well. False where an input is not known. The caller wipes
 * out.
 */
struct daps_star_inputs {
    uint8_t fc;
    const struct daps_term *parent;
    int32_t pci;
    const struct daps_frequencies *frequencies;
};
bool daps_term_star_value(const struct daps_star_inputs *inputs, const struct daps_dialect *dialect, bool deep,
                          uint8_t out[static 32]);

/*
 * A MAC-I has shown the value of term, a STAR of the pool, and the dialect it was computed in. The dialect is kept for
 * the cell: later derivations for it, and earlier ones no MAC-I has spoken about, are computed so, and what is derived
 * from them follows. deep: as in daps_term_star_value(), the parents' values are shown with it.
 */
void daps_term_verified(struct daps_term_pool *pool, const struct daps_term *term, const struct daps_dialect *dialect,
                        const uint8_t value[static 32], bool deep);

/* The ARFCN and its octets that the value of term was computed with, where the standard has others; else -1 and 0. */
void daps_term_computed(const struct daps_term *term, int32_t *arfcn, int *octets);

/* The network is steps ahead of the NCC it sends: NH n of root has the value that NH n + steps should have. */
void daps_term_nh_ahead(struct daps_term_pool *pool, const struct daps_term *root, int steps);

/* The value of NH n of root as the standard has it, whatever the network makes of it; false if not known. */
bool daps_term_nh_value(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n, uint8_t out[static 32]);

/*
 * A MAC-I has shown that the input which symbol stood for is value: so it is in every term. Returns which of them are
 * from now on the same as another (struct daps_same_term): whoever holds one that is gone changes over to the other.
 * The caller frees.
 */
struct daps_same_term {
    const struct daps_term *gone, *is;
};
GArray *daps_term_resolve(struct daps_term_pool *pool, int32_t symbol, int32_t value);

/* Does that value rest on a line of the key log, and on nothing that a MAC-I could have shown? */
bool daps_term_nh_is_given(const struct daps_term_pool *pool, const struct daps_term *root, uint32_t n);

/* A MAC-I is right under the value that term has. */
void daps_term_confirm(const struct daps_term *term);

/*
 * MAC-Is have shown that two attempts with the inputs of term have two values, so they are two keys. Which of those
 * that are told apart from others is the one with value? From 1; one more than there are if it was not met before.
 */
uint32_t daps_term_other_number(const struct daps_term_pool *pool, const struct daps_term *term,
                                const uint8_t value[static 32]);

/* That key. */
const struct daps_term *daps_term_other(struct daps_term_pool *pool, const struct daps_term *term, uint32_t number);

/* KSN (S-KeNB) from parent and counter. */
const struct daps_term *daps_term_ksn(struct daps_term_pool *pool, const struct daps_term *parent, uint16_t counter);

/*
 * Forgets terms: call daps_term_keep() for each that is still wanted (its parents are not kept with it), then sweep.
 * Those that is_held (NULL: none) affirms are kept as well, and not asked about again until somebody has let go of
 * them: daps_term_loosen. So a sweep looks at what is new or was let go of, not at all there is. A kept term whose
 * parent goes can no longer be found again, which is right: nothing can be derived from the parent.
 */
typedef bool daps_term_holds(const void *holder, const struct daps_term *term);
void daps_term_keep(const struct daps_term *term);
void daps_term_loosen(struct daps_term_pool *pool, const struct daps_term *term); /* NULL is fine */
void daps_term_sweep(struct daps_term_pool *pool, daps_term_holds *is_held, const void *holder);

/* What is tried on a copy of the holder leaves no term and no number behind: between these two nothing is swept. */
struct daps_term_numbers daps_term_trial(struct daps_term_pool *pool);
void daps_term_trial_over(struct daps_term_pool *pool, const struct daps_term_numbers *before);

/* Terms alive, for tests of memory bounds. */
size_t daps_term_pool_size(const struct daps_term_pool *pool);

#endif
