/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a UE may go, as far as its measurements say:
 *
 *   NR    RRCReconfiguration.measConfig.measObjectToAddModList   ssbFrequency, cellsToAddModList: physCellId
 *         MeasurementReport.measResults                          physCellId of serving and neighbour cells
 *   LTE   RRCConnectionReconfiguration.measConfig                carrierFreq, cellsToAddModList: physCellId
 *         MeasurementReport.measResults                          physCellId of neighbour cells (TS 36.331 6.3.5)
 */
#include "rrc/cells.h"

#include "per/per.h"
#include "per/tables_lte_cells.h"
#include "per/tables_nr_cells.h"

enum { MAX_EARFCN = 65535 }; /* the EARFCN is beyond it and comes as carrierFreq-v9e0 (TS 36.331 6.3.5) */

struct naming {
    struct rrc_named_cells *named;
    unsigned pci_field;
    int64_t no_frequency; /* a value that stands for none, -1: there is no such */
};

static const struct {
    const struct per_table *table;
    unsigned downlink, uplink, pci_field;
    int64_t no_frequency;
} rows[DAPS_RAT_COUNT] = {
    [DAPS_RAT_NR] = {&nr_cells_table, NR_CELLS_ROOT_DL_DCCH_MESSAGE, NR_CELLS_ROOT_UL_DCCH_MESSAGE,
                     NR_CELLS_PHYS_CELL_ID, -1},
    [DAPS_RAT_LTE] = {&lte_cells_table, LTE_CELLS_ROOT_DL_DCCH_MESSAGE, LTE_CELLS_ROOT_UL_DCCH_MESSAGE,
                      LTE_CELLS_PHYS_CELL_ID, MAX_EARFCN},
};

static bool on_field(void *user, const struct per_hit *hit)
{
    const struct naming *naming = user;
    struct rrc_named_cells *named = naming->named;
    const bool is_pci = hit->field == naming->pci_field;
    const int64_t value = (int64_t)hit->value;

    if (!is_pci && value == naming->no_frequency)
        return true;
    if (named->n == RRC_MOST_NAMED)
        return false;
    named->cells[named->n++] = (struct daps_cell){is_pci ? (int32_t)value : -1, is_pci ? -1 : (int32_t)value};
    return true;
}

void rrc_named_cells(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length,
                     struct rrc_named_cells *named)
{
    struct daps_bits bits = daps_bits_of(octets, length);
    struct naming naming = {named, rows[rat].pci_field, rows[rat].no_frequency};

    named->n = 0;
    if (channel == DAPS_CH_DL_DCCH)
        (void)per_walk(rows[rat].table, rows[rat].downlink, &bits, on_field, &naming);
    else if (channel == DAPS_CH_UL_DCCH)
        (void)per_walk(rows[rat].table, rows[rat].uplink, &bits, on_field, &naming);
}
