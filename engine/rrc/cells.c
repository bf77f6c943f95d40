/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a UE may go, as far as its measurements say:
 *
 *   RRCReconfiguration.measConfig.measObjectToAddModList   ssbFrequency, cellsToAddModList: physCellId
 *   MeasurementReport.measResults                          physCellId of serving and neighbour cells
 */
#include "rrc/cells.h"

#include "per/per.h"
#include "per/tables_nr_cells.h"

static bool on_field(void *user, const struct per_hit *hit)
{
    struct rrc_named_cells *named = user;
    const bool is_pci = hit->field == NR_CELLS_PHYS_CELL_ID;

    if (named->n == RRC_MOST_NAMED)
        return false;
    named->cells[named->n++] = (struct daps_cell){is_pci ? (int32_t)hit->value : -1, is_pci ? -1 : (int32_t)hit->value};
    return true;
}

void rrc_named_cells(enum daps_channel channel, const uint8_t *octets, size_t length, struct rrc_named_cells *named)
{
    struct daps_bits bits = daps_bits_of(octets, length);

    named->n = 0;
    if (channel == DAPS_CH_DL_DCCH)
        (void)per_walk(&nr_cells_table, NR_CELLS_ROOT_DL_DCCH_MESSAGE, &bits, on_field, named);
    else if (channel == DAPS_CH_UL_DCCH)
        (void)per_walk(&nr_cells_table, NR_CELLS_ROOT_UL_DCCH_MESSAGE, &bits, on_field, named);
}
