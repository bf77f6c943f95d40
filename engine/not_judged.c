/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting what could not be judged, by reason. */
#include "daps/not_judged.h"

void daps_not_judged_add(struct daps_not_judged_count *counts, enum daps_not_judged reason, uint64_t frame)
{
    if (counts[reason].n++ == 0 || frame < counts[reason].first_frame)
        counts[reason].first_frame = frame; /* UEs are settled in an order of their own */
}

void daps_not_judged_sum(struct daps_not_judged_count *sum, const struct daps_not_judged_count *more)
{
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        if (sum[i].n == 0 || (more[i].n > 0 && more[i].first_frame < sum[i].first_frame))
            sum[i].first_frame = more[i].first_frame;
        sum[i].n += more[i].n;
    }
}

uint64_t daps_not_judged_total(const struct daps_not_judged_count *counts)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++)
        n += counts[i].n;
    return n;
}
