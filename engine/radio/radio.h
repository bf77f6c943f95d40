/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From PDUs of MAC, RLC and PDCP to what RRC and PDCP are given: MAC PDUs are taken apart (TS 38.321 6.1.2), RLC SDUs
 * put together (TS 38.322), likewise of LTE (TS 36.321, TS 36.322), by bearers as RRC configured them; identity/ says
 * whose each is.
 */
#ifndef DAPS_RADIO_H
#define DAPS_RADIO_H

#include "daps/identity.h"
#include "daps/pdu.h"
#include "rrc/rrc.h"
#include "tally/tally.h"

struct radio;

struct radio_sink {
    void *user;
    void (*pdu)(void *user, const struct daps_pdu *pdu); /* of RRC or PDCP; octets valid during the call only */
    void (*join)(void *user, uint64_t ue_key, const struct daps_identity_join *join);
};

/* State of one capture; tally is borrowed, sink copied. Free with radio_free, NULL is fine there. */
struct radio *radio_new(struct tally *tally, const struct radio_sink *sink);
void radio_free(struct radio *radio);

/* One PDU of MAC, RLC or PDCP, cut or not. */
void radio_take(struct radio *radio, const struct daps_pdu *pdu);

/*
 * What a message of that UE said: how its bearers are configured, and which C-RNTI it will have. For every decoded
 * message, before the next PDU.
 */
void radio_learn(struct radio *radio, enum daps_rat rat, uint64_t ue_key, const struct daps_rrc_result *result);

/* A bearer that every UE not seen yet has until RRC says otherwise. */
void radio_assume(struct radio *radio, const struct daps_framing_drb *drb);

/* The capture has ended: SDUs that still wait for segments are reported. */
void radio_finish(struct radio *radio);

/* Names of UEs and configurations that gave way because a table was full. */
uint64_t radio_evicted(const struct radio *radio);

#endif
