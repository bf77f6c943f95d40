/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frame numbers under a read filter (tshark -2 -R, Wireshark's "read filter").
 *
 * Such a filter is applied after a frame's first dissection, and a frame that it drops gives its number to the next
 * one. The engine needs numbers that mean one frame each: *ids*, which are the numbers until the first frame is
 * dropped.
 */
#ifndef DAPS_DISSECTOR_NUMBERS_H
#define DAPS_DISSECTOR_NUMBERS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct numbers {
    uint64_t last_id, last_number;
    uint64_t first_id;     /* from this one on ids and numbers differ; 0 they do not */
    uint64_t first_number; /* that goes with it */
    GArray *number_of;     /* uint64_t by id - first_id, 0 dropped */
    GArray *id_of;         /* uint64_t by number - first_number */
};

/* The next frame, in capture order; returns its id. numbers starts as all zero. */
uint64_t numbers_next(struct numbers *numbers, uint64_t number);
void numbers_clear(struct numbers *numbers);

static inline bool numbers_differ(const struct numbers *numbers)
{
    return numbers->first_id != 0;
}

uint64_t numbers_id(const struct numbers *numbers, uint64_t number);
uint64_t numbers_number(const struct numbers *numbers, uint64_t id); /* 0: dropped */

#endif
