/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One finding as a person reads it. */
#ifndef DAPSAUDIT_TEXT_FINDING_H
#define DAPSAUDIT_TEXT_FINDING_H

#include "daps/rule.h"
#include "report/report.h"

/* with_remedy: also what to do about it. name_ue: the capture has several. */
void text_finding(struct outbuf *out, const struct report_style *style, const struct daps_finding *finding,
                  bool name_ue, bool with_remedy);

/* What the rule means, its clauses, and what to do. */
void text_rule(struct outbuf *out, const struct daps_rule *rule);

/* "K2 = KDF(K1, FC 0x70, PCI 22, SSB-ARFCN 632628)" */
void text_derivation(struct outbuf *out, const struct daps_key_view *key, enum daps_rat rat);

/* "7 (daps-handover), 10 (daps-handover) and 3 more" */
void text_frames(struct outbuf *out, const struct daps_finding *finding);

/* "NEA2, COUNT 0, BEARER 0, DIRECTION 0 (uplink); the plaintexts differ" */
void text_tuple(struct outbuf *out, const struct daps_finding *finding);

/* "NEA2/NIA2", "NEA2/?" */
void text_algorithms(struct outbuf *out, enum daps_rat rat, int ciphering, int integrity);

#endif
