/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of handovers and findings, a tree of rules, and the conversation filter. */
#ifndef DAPS_DISSECTOR_STATISTICS_H
#define DAPS_DISSECTOR_STATISTICS_H

/* Registers all of them: Statistics menu, and tshark -z daps,handovers, -z daps,findings, -z daps_rules,tree. */
void statistics_register(void);

#endif
