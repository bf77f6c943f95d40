/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Horizontal or vertical: the NCC rule of TS 33.501 6.9.2.3.4. */
#include "keys/chain.h"

uint32_t daps_chain_index(uint32_t n, uint8_t ncc)
{
    return n + ((ncc - n) & 7U);
}

struct daps_chain_step daps_chain_step(struct daps_term_pool *pool, const struct daps_chain *chain, uint8_t ncc)
{
    struct daps_chain_step step = {.derivation = DAPS_DERIVATION_UNKNOWN, .n = ncc};

    if (!chain->n_known) {
        step.parent = daps_term_step(pool, chain->key, ncc);
        return step;
    }
    step.n = daps_chain_index(chain->n, ncc);
    if (step.n == chain->n) {
        /* TS 33.501 6.9.2.3.4: NCC of the active key received, so KNG-RAN* comes from that key. */
        step.derivation = DAPS_DERIVATION_HORIZONTAL;
        step.parent = chain->key;
    } else {
        /* Otherwise NH is stepped until its NCC matches, and KNG-RAN* comes from NH. */
        step.derivation = DAPS_DERIVATION_VERTICAL;
        step.parent = daps_term_nh(pool, chain->root, step.n);
    }
    return step;
}
