/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of the machine forms, one JSON object each without a line end (docs/schema.json). capture is the path
 * as the user gave it.
 */
#ifndef DAPSAUDIT_RECORDS_H
#define DAPSAUDIT_RECORDS_H

#include "daps/engine.h"
#include "report/outbuf.h"
#include "report/totals.h"

void record_handover(struct outbuf *out, const char *capture, const struct daps_handover *handover);
void record_scg_change(struct outbuf *out, const char *capture, const struct daps_scg_change *change);
void record_finding(struct outbuf *out, const char *capture, const struct daps_finding *finding, bool show_keys);
void record_key(struct outbuf *out, const char *capture, const struct daps_key_step *step, bool show_keys);
void record_event(struct outbuf *out, const char *capture, const char *ue, const struct daps_event *ev);
void record_gap(struct outbuf *out, const char *capture, const char *ue, uint64_t frame, enum daps_gap gap);
void record_join(struct outbuf *out, const char *capture, const struct daps_identity_join *join);
/* judged: with the counts that only an audit has. */
void record_capture(struct outbuf *out, const char *capture, const struct capture_totals *totals, bool judged);
void record_summary(struct outbuf *out, const struct run_totals *run);

/* The AS keys below a key, in the order of their names here. */
#define AS_KEYS 4
extern const char *const as_key_names[AS_KEYS];
/*
 * The last 16 octets of K_RRCenc, K_RRCint, K_UPenc, K_UPint (TS 33.501 A.8, TS 33.401 A.7). False if the value or an
 * algorithm is not known. The caller wipes as_keys.
 */
bool as_keys_of(const struct daps_key_step *step, uint8_t as_keys[static AS_KEYS][16]);

#endif
