/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement: each rule looks at one moment and says what it can prove from it, as facts. */
#ifndef DAPS_ENGINE_RULES_H
#define DAPS_ENGINE_RULES_H

#include "moment/moment.h"

/* One moment, and where what is found goes: the finding is the receiver's only during the call. */
struct judgement {
    const struct daps_moment *moment;
    void (*deliver)(void *user, const struct daps_finding *finding);
    void *user;
    GHashTable *collisions; /* of a moment's leave, by key: GPtrArray of struct daps_collision; NULL there are none */
};

/* Every rule that this moment concerns. */
void daps_rules_see(const struct judgement *j);

/* leave.c: attempts whose keys cannot come again: the four rules below, by groups of one key or {NH, NCC} pair. */
void rule_attempts_leave(const struct judgement *j);
void rule_repeated_key(const struct judgement *j, struct daps_attempt *const *group, unsigned n);
void rule_nh_reuse(const struct judgement *j, struct daps_attempt *const *group, unsigned n);
void rule_keystream(const struct judgement *j, struct daps_attempt *const *group, unsigned n);
/*
 * Collisions of PDCP PDUs under the key of this group, each reported once. pointless: those on SRB1 uplink leave
 * nothing to be inferred of keystream (0), of the MAC's tuple (1), of which keys by value show nothing.
 */
void rule_observed(const struct judgement *j, struct daps_attempt *const *group, bool pointless[static 2]);

void rule_collision_left(const struct judgement *j); /* observed.c: of a key whose attempts are gone */
void rule_ncc_ambiguity(const struct judgement *j);
void rule_exposed_fallback(const struct judgement *j);
void rule_null_security(const struct judgement *j);
void rule_key_fits(const struct judgement *j); /* key_mismatch.c */
void rule_no_key_fits(const struct judgement *j);
void rule_key_again(const struct judgement *j); /* by_value.c */
void rule_key_contradicted(const struct judgement *j);
/* A phone's log names different keys for attempts of one derivation: which of them are one key is said by the log. */
bool rule_split_by_value(const struct judgement *j, struct daps_attempt *const *group, unsigned n,
                         void (*judge)(const struct judgement *j, struct daps_attempt *const *group, unsigned n));
bool rule_is_named(struct daps_attempt *const *group, unsigned n); /* all of them by value, as one key */
void rule_unciphered(const struct judgement *j);                   /* bearer_facts.c */
void rule_count_near_wrap(const struct judgement *j);
void rule_forged_request(const struct judgement *j);

/* Did the first uplink message under the attempt's key, which the log holds, go out? */
bool rule_sent_logged(const struct judgement *j, const struct daps_attempt *attempt);

/* finding.c: a finding of that rule about that attempt's key (NULL none), without subjects; evidence is derived. */
void finding_start(struct daps_finding *finding, const struct judgement *j, enum daps_rule_id rule,
                   const struct daps_attempt *attempt);
void finding_set_key(struct daps_finding *finding, const struct daps_term *key);
/* Frames first, then those spoken of aside. */
void finding_add(struct daps_finding *finding, struct daps_subject subject);
/* That attempt's command; in the second form another frame of it. */
void finding_add_attempt(struct daps_finding *finding, const struct daps_attempt *attempt);
void finding_add_frame(struct daps_finding *finding, uint64_t frame, enum daps_role role,
                       const struct daps_attempt *attempt);
/* That nothing was missed around that frame. */
void finding_assume_gap_harmless(struct daps_finding *finding, uint64_t frame, enum daps_gap gap);
/* ... since the place in the chain was shown from which each of these attempts derives: which way it derives, and from
 * which NH, rests on that place (TS 33.501 6.9.2.3.4). */
void finding_assume_chain_known(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n);
/* That one key is one, where it rests on cells of the log of which nothing shows that they follow the UE. */
void finding_assume_cells(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n);
/* What the capture may have missed between these attempts. */
void finding_assume_no_gap(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n);
/* Delivers the finding, and frees what it holds. */
void finding_end(struct daps_finding *finding, const struct judgement *j);

#endif
