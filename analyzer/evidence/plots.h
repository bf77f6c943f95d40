/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers, fallbacks and findings of many captures, counted by what they have in common. */
#ifndef DAPSAUDIT_PLOTS_H
#define DAPSAUDIT_PLOTS_H

#include <glib.h>

#include "daps/bound.h"
#include "daps/finding.h"
#include "evidence/page.h"

#define PLOTS_MOST_GROUPS DAPS_BOUND(20000, 6) /* of one plot; what is beyond is counted as "others" */

enum plot { PLOT_OUTCOME, PLOT_CELLS, PLOT_NCC, PLOT_HOUR, PLOT_RETRY, PLOTS };

struct plots;

struct plots *plots_new(void);
void plots_free(struct plots *plots); /* NULL is fine */

/* What a handover, or a finding about it, is counted under. */
struct plots_place {
    enum daps_rat rat;
    int16_t from_pci, to_pci; /* -1 not known */
    int8_t ncc;
    int64_t time_ns;
};

void plots_handover(struct plots *plots, const struct daps_handover *handover);
void plots_finding(struct plots *plots, const struct plots_place *place);
/* So long after the command of an attempt that fell back came the next one. */
void plots_retry(struct plots *plots, int64_t elapsed_ns);

/* The pictures with their numbers; and the numbers alone. */
void plots_section(struct page *page, const struct plots *plots);
void plots_csv(const struct plots *plots, struct outbuf *out);

#endif
