/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways back to a connection, and out of it, as the files of this room share them (recovery.c, resume.c). */
#ifndef DAPS_ENGINE_UE_RECOVERY_H
#define DAPS_ENGINE_UE_RECOVERY_H

#include "ue/ue.h"

void daps_ue_request_applies(struct daps_ue *ue);                           /* the pending request was the UE's */
void daps_ue_drop_request(struct daps_ue *ue, const struct daps_event *ev); /* if ev shows that it was not */
void daps_ue_request_at_end(struct daps_ue *ue);
void daps_ue_reestablishment_request(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_reestablishment(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_reestablishment_complete(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_release(struct daps_ue *ue, const struct daps_event *ev);
/* Begins the attempt that ev is about where the log, or also, says the UE is; else in a cell that equals no other. */
void daps_ue_begin_in_logged_cell(struct daps_ue *ue, const struct daps_event *ev, const struct daps_cell *also,
                                  enum daps_procedure procedure);
/* The newest attempt of that procedure has its Complete. False: what this completes is not in the log. */
bool daps_ue_complete_newest(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure);
/* A Complete of which nothing else is in the log: a key has changed, unless it only stands behind what followed it. */
void daps_ue_miss_answer(struct daps_ue *ue, const struct daps_event *ev, enum daps_gap reason);
void daps_ue_resume_request(struct daps_ue *ue, const struct daps_event *ev);
/* Is it suspended, and has nobody been seen to resume it? */
bool daps_ue_sleeps(const struct daps_ue *ue);
/* Suspended, it has been given an answer (ev) to a request that is not in the log. */
void daps_ue_resume_unasked(struct daps_ue *ue, const struct daps_event *ev);
/* Evidence (DAPS_EV_RESUMED) that it has been. */
void daps_ue_resumed(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_resume(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_resume_complete(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_reject(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_suspend_is_lost(struct daps_ue *ue); /* by a resume request; said once */

#endif
