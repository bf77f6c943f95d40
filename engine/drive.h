/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the coordinator's files: PDUs that have been unwrapped, and what reading them tells the framing. */
#ifndef DAPS_ENGINE_DRIVE_H
#define DAPS_ENGINE_DRIVE_H

#include "daps/engine.h"

/*
 * Decodes one PDU and follows what it says. result receives the decoder's answer (for messages about what could not
 * be read); its events are filled with frame, time and cell. Returns result->status.
 */
enum daps_rrc_status engine_rrc(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result);

/*
 * Follows one PDCP PDU: COUNT, keystream use, and what it says if it can be read. result is filled as by engine_rrc()
 * if the answer is DAPS_PDCP_READ, else it says nothing. PDUs that waited and can be read now go to drive_learn_pdcp().
 */
enum daps_pdcp_status engine_pdcp(struct daps_engine *engine, const struct daps_pdu *pdu,
                                  struct daps_rrc_result *result);

/* Follows what a phone's log says of a PDCP PDU, or of keys. */
void engine_logged(struct daps_engine *engine, const struct daps_pdu *pdu);

/* Follows what a node interface says. */
struct ap_said;
void engine_node(struct daps_engine *engine, const struct ap_said *said);

/* A name was joined to the UE of that key; the sink is told once the UE has a name. join is copied. */
void engine_join(struct daps_engine *engine, uint64_t ue_key, const struct daps_identity_join *join);

/* What unwraps for one engine. Free with drive_free; NULL is fine there. */
struct drive *drive_new(struct daps_engine *engine, const struct daps_engine_options *options);
void drive_free(struct drive *drive);

/* The engine's own. */
struct drive *engine_drive(const struct daps_engine *engine);

/* What the message in a PDCP PDU said goes to where it is needed: bearers, names to come. Or it could not be decoded.
 */
void drive_learn_pdcp(struct drive *drive, const struct daps_pdu *pdu, const struct daps_rrc_result *result);

#endif
