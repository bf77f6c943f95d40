/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would have become of the findings: as sentences, and as a record. */
#ifndef DAPSAUDIT_SAID_WHAT_IF_H
#define DAPSAUDIT_SAID_WHAT_IF_H

#include "report/outbuf.h"
#include "what_if.h"

/* "3 vanish: repeated-key of UE 1 (frames 6, 9), ..."; nothing if there is none with that fate. */
void said_what_if_fate(struct outbuf *out, const struct what_if_result *result, enum what_if_fate fate);
/* "1 change, 2 RRC messages, no AMF round trip; UE state: none" */
void said_what_if_cost(struct outbuf *out, const struct what_if_result *result);
/* What keeps the replay from being all that could be said; nothing if nothing does. */
void said_what_if_limits(struct outbuf *out, const struct what_if_result *result);

/* The text form of all results. */
void said_what_if(struct outbuf *out, const struct what_if *what_if);
/* One record (docs/schema.json), without a line end. */
void record_what_if(struct outbuf *out, const char *capture, const struct what_if_result *result);

#endif
