/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The global frequency raster of NR (TS 38.104 5.4.2.1): F_REF = F_REF-Offs + dF_Global (N_REF - N_REF-Offs).
 *
 *     0 to 3 GHz          dF   5 kHz    N from 0
 *     3 to 24.25 GHz      dF  15 kHz    N from 600000
 *     24.25 to 100 GHz    dF  60 kHz    N from 2016667, at 24250.08 MHz
 */
#ifndef DAPS_ENGINE_RASTER_H
#define DAPS_ENGINE_RASTER_H

#include <stdint.h>

static inline int64_t daps_raster_khz(int32_t arfcn)
{
    if (arfcn < 600000)
        return (int64_t)arfcn * 5;
    if (arfcn < 2016667)
        return 3000000 + ((int64_t)arfcn - 600000) * 15;
    return 24250080 + ((int64_t)arfcn - 2016667) * 60;
}

/* -1 beyond the raster. */
static inline int32_t daps_raster_arfcn(int64_t khz)
{
    int64_t arfcn;

    if (khz < 0)
        return -1;
    if (khz < 3000000)
        arfcn = khz / 5;
    else if (khz < 24250080)
        arfcn = 600000 + (khz - 3000000) / 15;
    else
        arfcn = 2016667 + (khz - 24250080) / 60;
    return arfcn <= 3279165 ? (int32_t)arfcn : -1;
}

/*
 * Centre of a carrier of n_rb resource blocks that begins offset blocks above Point A (TS 38.331 SCS-SpecificCarrier,
 * TS 38.211 4.4.4.2), scs_khz apart.
 */
static inline int32_t daps_raster_carrier(int32_t point_a, uint32_t offset, uint32_t scs_khz, uint32_t n_rb)
{
    return daps_raster_arfcn(daps_raster_khz(point_a) + ((int64_t)offset * 12 + (int64_t)n_rb * 6) * scs_khz);
}

#endif
