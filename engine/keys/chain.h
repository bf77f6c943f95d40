/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NCC rule: which key the UE derives from when it is given an NCC (TS 33.501 6.9.2.3.4, TS 33.401 7.2.8.4).
 *
 * NCC has three bits; the chain counts its steps without wrap, n mod 8 = NCC, n = 0 for the virtual NH of a fresh
 * connection (TS 33.501 6.9.2.1.1).
 */
#ifndef DAPS_ENGINE_CHAIN_H
#define DAPS_ENGINE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/finding.h"
#include "keys/term.h"

/* Where a UE stands in its key hierarchy. */
struct daps_chain {
    const struct daps_term *root; /* of the NH chain */
    const struct daps_term *key;  /* KgNB in force; NULL: no AS security */
    bool n_known;
    uint32_t n;     /* index that goes with key; meaningful if n_known */
    uint32_t ahead; /* what-if: steps that the NCCs of the capture lag behind */
};

/* What one NCC makes of it. */
struct daps_chain_step {
    enum daps_derivation derivation; /* HORIZONTAL, VERTICAL or UNKNOWN */
    const struct daps_term *parent;  /* of the new key */
    uint32_t n;                      /* index that goes with the new key */
};

/* Applies ncc (0..7) to chain, whose key is not NULL. */
struct daps_chain_step daps_chain_step(struct daps_term_pool *pool, const struct daps_chain *chain, uint8_t ncc);

/* The index n' > = n nearest above n with n' mod 8 = ncc. */
uint32_t daps_chain_index(uint32_t n, uint8_t ncc);

#endif
