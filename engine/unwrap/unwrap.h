/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records and PDUs in, PDUs of RRC and PDCP out: framing/ and radio/ one behind the other, and what both count. By two
 * doors: a record as captured, and one PDU that somebody else has unwrapped.
 */
#ifndef DAPS_UNWRAP_H
#define DAPS_UNWRAP_H

#include "daps/identity.h"
#include "daps/problem.h"
#include "daps/record.h"
#include "rrc/rrc.h"

struct unwrap;

struct unwrap_sink {
    void *user;
    void (*pdu)(void *user, const struct daps_pdu *pdu); /* of RRC or PDCP; octets valid during the call only */
    void (*problem)(void *user, const struct daps_framing_problem *problem);          /* or NULL */
    void (*join)(void *user, uint64_t ue_key, const struct daps_identity_join *join); /* likewise */
    void (*unfollowed)(void *user, uint64_t frame); /* handovers or RRC on a node interface; likewise */
};

/* State of one capture. sink is copied. Free with unwrap_free, NULL is fine there. */
struct unwrap *unwrap_new(const struct unwrap_sink *sink);
void unwrap_free(struct unwrap *unwrap);

/* n DRBs that every UE has until RRC says otherwise; copied. */
void unwrap_assume(struct unwrap *unwrap, const struct daps_framing_drb *drbs, unsigned n);

/* The two doors; as daps_engine_record and daps_engine_pdu. */
void unwrap_record(struct unwrap *unwrap, const struct daps_record *record);
void unwrap_pdu(struct unwrap *unwrap, const struct daps_pdu *pdu);

/* What a decoded message of that UE said; before the next record. */
void unwrap_learn(struct unwrap *unwrap, enum daps_rat rat, uint64_t ue_key, const struct daps_rrc_result *result);

/* The capture has ended: whatever still waits for its missing pieces is reported. */
void unwrap_finish(struct unwrap *unwrap);

const struct daps_framing_counts *unwrap_counts(const struct unwrap *unwrap);

/* Names of UEs and their configuration that gave way because a table was full. */
uint64_t unwrap_evicted(const struct unwrap *unwrap);

#endif
