/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences about one capture that every form for people says: what was in it, what could not be read or judged, and
 * that nothing was found. Names of UEs stand in them as they are; each form makes them safe in its own way.
 */
#ifndef DAPSAUDIT_SAID_H
#define DAPSAUDIT_SAID_H

#include "report/outbuf.h"
#include "report/totals.h"

/* "NR RRC message", "LTE RRC message"; where there were both, "RRC message". */
const char *said_rrc(const struct daps_engine_counts *counts);

/* "12 frames, 12 NR RRC messages, 1 UE" */
void said_contents(struct outbuf *out, const struct capture_totals *totals);

/* "not audited by this version: 3 NAS PDUs, ..."; nothing where there is none. */
void said_other(struct outbuf *out, const struct capture_totals *totals);

/* What could not be read, and why the rest of the file was not; nothing where all was. */
void said_unread(struct outbuf *out, const struct capture_totals *totals);

/* Ciphered signalling of one UE, and what would open it. */
void said_sealed(struct outbuf *out, const struct sealed_ue *sealed);

/* Messages that did not verify; nothing where there are none. */
void said_unverified(struct outbuf *out, const struct capture_totals *totals);

/* UEs that bounds made give way; nothing if there are none. */
void said_given_up(struct outbuf *out, const struct daps_engine_counts *counts);

/* "not judged: 2 handover commands ... (first frame 7)"; nothing if there are none. */
void said_not_judged(struct outbuf *out, enum daps_not_judged reason, const struct daps_not_judged_count *count);

/* " in 12 NR RRC messages and 2 handovers.": the rest of a sentence that begins with "No findings". */
void said_none_found(struct outbuf *out, const struct capture_totals *totals);

/* Findings of all rules. */
uint64_t said_findings(const struct capture_totals *totals);

#endif
