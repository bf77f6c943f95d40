/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells and frequencies that messages name in passing: measurement objects and reports (TS 38.331 6.3.2, 5.5;
 * TS 36.331 6.3.5). */
#ifndef DAPS_ENGINE_RRC_CELLS_H
#define DAPS_ENGINE_RRC_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/event.h"

#define RRC_MOST_NAMED DAPS_BOUND(32, 3)

/* The first ones of a message; a cell has the PCI or the frequency, the other is -1. */
struct rrc_named_cells {
    unsigned n;
    struct daps_cell cells[RRC_MOST_NAMED];
};

/* Reads octets[0..length), a PDU of DL-DCCH or UL-DCCH. What cannot be read names nothing: decoding it says so. */
void rrc_named_cells(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length,
                     struct rrc_named_cells *named);

#endif
