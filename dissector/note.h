/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling the note of a frame (session.h), piece by piece. */
#ifndef DAPS_DISSECTOR_NOTE_H
#define DAPS_DISSECTOR_NOTE_H

#include "session.h"

/* Does a frame take part in a handover, or in the life of a key, by saying this? */
bool note_event_matters(const struct daps_event *ev);
struct note_event note_event_of(const struct daps_event *ev);

void note_add_events(struct frame_note *note, const GArray *events);
void note_add_ue(struct frame_note *note, const struct daps_engine *engine, guint64 ue_key);
void note_add_step(struct frame_note *note, const struct daps_key_step *step, bool with_values);
void note_add_scg_change(struct frame_note *note, const struct daps_scg_change *change);
void note_add_rrc(struct frame_note *note, const struct daps_pdu *pdu, const char *key);
void note_add_use(struct frame_note *note, const struct daps_keystream_use *use);
void note_set_undecoded(struct frame_note *note, const struct daps_rrc_result *result);

/* Wipes key values; NULL is fine. */
void note_free(gpointer note);

#endif
