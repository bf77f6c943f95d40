/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of a scenario: one function each, and what they share; not for others. */
#ifndef DAPS_SYNTH_STEPS_H
#define DAPS_SYNTH_STEPS_H

#include "synth/player.h"

/* A message without cell group, by its name. */
void step_send(struct player *p, const char *message, struct synth_simple values);
/* The network's next rrc-TransactionIdentifier. */
unsigned step_transaction(struct player *p);
struct synth_simple step_with_transaction(unsigned transaction);
/* The key log's line of this connection, once. */
void step_tell_key(struct player *p);
/* The open command has led to the target, or has not. */
void step_settle(struct synth_ue *ue, bool in_target);

/* steps_connection.c */
void step_connect(struct player *p);
void step_security(struct player *p);
void step_middle(struct player *p);
void step_release(struct player *p);
void step_suspend(struct player *p);
void step_resume_request(struct player *p);
void step_resume(struct player *p);
void step_resume_complete(struct player *p);
void step_reject(struct player *p);

/* steps_mobility.c */
void step_handover(struct player *p);
void step_daps_handover(struct player *p);
void step_conditional_handover(struct player *p);
void step_execute(struct player *p);
void step_refresh(struct player *p);
void step_complete(struct player *p);
void step_fallback(struct player *p);
void step_source_release(struct player *p);
void step_sk_counter(struct player *p);
void step_scg_change(struct player *p);
void step_reestablish(struct player *p);

/* steps_traffic.c */
void step_traffic(struct player *p);
void step_nas(struct player *p);
void step_measurement_report(struct player *p);
void step_counter_check(struct player *p);
void step_mobility_from_nr(struct player *p);
void step_mobility_from_eutra(struct player *p);
void step_rlc_failure(struct player *p);
void step_duplicate(struct player *p);
void step_bearers(struct player *p);
void step_data(struct player *p);
void step_data_reset(struct player *p);
void step_raw(struct player *p);
void step_ueid(struct player *p);
void step_writer(struct player *p);

#endif
