/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells that a UE may have gone to: those that messages of this capture name, and pairs of a PCI and a frequency. */
#include <string.h>

#include "pdcp/inside.h"

static void learn_number(struct pdcp_cells *cells, int32_t *numbers, unsigned *n, int32_t number)
{
    if (number < 0)
        return;
    for (unsigned i = 0; i < *n; i++) {
        if (numbers[i] == number)
            return;
    }
    if (*n == PDCP_MOST_CELLS)
        memmove(numbers, numbers + 1, --*n * sizeof *numbers);
    numbers[(*n)++] = number;
    cells->learned++;
}

static bool is_known(const struct pdcp_cells *cells, const struct daps_cell *cell)
{
    for (unsigned i = 0; i < cells->n; i++) {
        if (daps_cell_equals(&cells->known[i].cell, cell))
            return true;
    }
    return false;
}

void pdcp_learn_cell(struct daps_pdcp *pdcp, struct daps_cell cell, int32_t point_a, int32_t carrier)
{
    struct pdcp_cells *cells = &pdcp->cells;

    learn_number(cells, cells->pcis, &cells->n_pcis, cell.pci);
    learn_number(cells, cells->arfcns, &cells->n_arfcns, cell.ssb_arfcn);
    if (cell.pci < 0 || cell.ssb_arfcn < 0)
        return;
    if (!is_known(cells, &cell)) {
        if (cells->n == PDCP_MOST_CELLS)
            memmove(cells->known, cells->known + 1, --cells->n * sizeof cells->known[0]);
        cells->known[cells->n++] = (struct pdcp_cell){cell, -1, -1};
        cells->learned++;
    }
    for (unsigned i = 0; i < cells->n; i++) {
        struct pdcp_cell *known = &cells->known[i];
        if (!daps_cell_equals(&known->cell, &cell))
            continue;
        known->point_a = point_a >= 0 ? point_a : known->point_a;
        known->carrier = carrier >= 0 ? carrier : known->carrier;
        pdcp_share_cell(pdcp->host.roots, known);
    }
}

bool pdcp_cell_elsewhere(const struct daps_pdcp *pdcp, unsigned i, struct pdcp_cell *out)
{
    for (unsigned at = 0; pdcp_shared_cell(pdcp->host.roots, at, out); at++) {
        if (!is_known(&pdcp->cells, &out->cell) && i-- == 0)
            return true;
    }
    return false;
}

bool pdcp_cell_at(const struct pdcp_cells *cells, unsigned i, struct pdcp_cell *out)
{
    if (i < cells->n) {
        *out = cells->known[i];
        return true;
    }
    i -= cells->n;
    for (unsigned pci = 0; pci < cells->n_pcis; pci++) {
        for (unsigned arfcn = 0; arfcn < cells->n_arfcns; arfcn++) {
            if (is_known(cells, &(struct daps_cell){cells->pcis[pci], cells->arfcns[arfcn]}) || i-- > 0)
                continue;
            *out = (struct pdcp_cell){{cells->pcis[pci], cells->arfcns[arfcn]}, -1, -1};
            return true;
        }
    }
    return false;
}
