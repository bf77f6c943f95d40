/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement: each rule looks at a UE's attempts and says what it can prove from them. */
#ifndef DAPS_ENGINE_RULES_H
#define DAPS_ENGINE_RULES_H

#include "daps/rule.h"
#include "ue/ue.h"

/* Attempts whose keys cannot come again, oldest first: repeated-key, nh-reuse, keystream-reuse, mac-nonce-reuse. */
void daps_rules_leave(struct daps_ue *ue, struct daps_attempt *const *attempts, guint n);

/* At the start of an attempt: do the two readings of "stored NCC" part here? */
void daps_rule_ncc_ambiguity(struct daps_ue *ue, const struct daps_attempt *attempt);

/* At the end of the log, before the attempts leave: fallbacks whose source key is still in use. */
void daps_rule_exposed_fallback(struct daps_ue *ue);

/* At the end of a connection: null algorithms that were selected in it. */
void daps_rule_null_security(struct daps_ue *ue);

/* Called by daps_rules_leave for one group of attempts with one key. */
void daps_rule_repeated_key(struct daps_ue *ue, struct daps_attempt *const *group, guint n);
void daps_rule_nh_reuse(struct daps_ue *ue, struct daps_attempt *const *group, guint n);
void daps_rule_keystream(struct daps_ue *ue, struct daps_attempt *const *group, guint n);

/* Two attempts of one key whose SRB1 uplink COUNT 0 messages the log holds: is this one of them? */
bool daps_rule_sent_logged(const struct daps_ue *ue, const struct daps_attempt *attempt);
/* Does the capture show this UE's protected uplink signalling itself, as PDCP PDUs? */
bool daps_rule_seen_below_rrc(const struct daps_ue *ue);

/*
 * Collisions of PDCP PDUs under the key of this group, each reported once. True if one of them is on SRB1 uplink, which
 * makes inferring it pointless.
 */
bool daps_rule_observed(struct daps_ue *ue, struct daps_attempt *const *group, guint n);
/* The same for all whose key is not kept any more. */
void daps_rule_observed_gone(struct daps_ue *ue, bool (*is_kept)(const struct daps_term *key, void *user));
/* A choice of the network that is not the standard's (key-mismatch, ncc-ambiguity), found by MAC-I. */
void daps_rule_departure(struct daps_ue *ue, const struct daps_attempt *attempt,
                         const struct pdcp_departure *departure);
/* At the end of a period: its key at hand, and no MAC-I right? */
void daps_rule_mismatch(struct daps_ue *ue, const struct pdcp_period *period);

/* A finding of that rule about that attempt's key, with everything but frames, detail and evidence filled. */
void daps_finding_start(struct daps_finding *finding, const struct daps_ue *ue, enum daps_rule_id rule,
                        const struct daps_attempt *attempt);
void daps_finding_add_frame(struct daps_finding *finding, uint64_t frame, enum daps_procedure procedure);

/* "frame 3 (daps-handover)", ...; caller frees. */
char *daps_text_attempts(struct daps_attempt *const *group, guint n);
/* "K2 = KDF(K1, FC 0x70, PCI 22, SSB-ARFCN 632628)"; caller frees. */
char *daps_text_derivation(const struct daps_attempt *attempt);
/* What the log may have missed between these attempts; NULL nothing. Caller frees. */
char *daps_text_gap(struct daps_attempt *const *group, guint n);

#endif
