/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of COUNTs as intervals, in pieces of bounded length, so that a COUNT is entered anywhere at the same cost.
 * Where there are more than COUNTS_MOST intervals the lowest ones are joined to one: what lies between them counts as
 * there, and its contents are not held anyhow.
 */
#ifndef DAPS_ENGINE_LEDGER_COUNTS_H
#define DAPS_ENGINE_LEDGER_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/bound.h"

#define COUNTS_MOST DAPS_BOUND(65536U, 16U)

struct counts_interval {
    uint32_t lo, hi;
};

struct counts_piece {
    uint16_t n, room;
    struct counts_interval *at; /* owned; disjoint, not touching, ascending; at least one */
};

/* All zero: empty. */
struct counts {
    uint32_t n_pieces, room, n;  /* n: intervals */
    struct counts_piece *pieces; /* owned, ascending */
};

void counts_clear(struct counts *counts);
struct counts counts_copy(const struct counts *counts);
bool counts_have(const struct counts *counts, uint32_t count);
/* True if it was there already. */
bool counts_add(struct counts *counts, uint32_t count);

#endif
