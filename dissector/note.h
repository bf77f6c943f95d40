/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling the note of a frame (session.h), piece by piece. */
#ifndef DAPS_DISSECTOR_NOTE_H
#define DAPS_DISSECTOR_NOTE_H

#include "session.h"

/* Does a frame take part in a handover, or in the life of a key, by saying this? */
bool note_event_matters(const struct daps_event *ev);

/* The note of the frame at hand, while it grows. */
struct note_draft {
    bool matters;           /* else there will be no note */
    GArray *events;         /* struct note_event */
    GArray *ues;            /* struct note_ue */
    GPtrArray *steps;       /* struct note_step *: with keys, they never move; a copy would stay behind */
    struct frame_note note; /* what is not in the arrays */
};

void note_draft_init(struct note_draft *draft);
void note_draft_clear(struct note_draft *draft); /* wipes key values */

void note_add_event(struct note_draft *draft,
                    const struct daps_event *ev); /* it alone does not make the frame matter */
/* The UE as it is at this moment; all of ue is written, its padding as zero. False: it has no name. rat: as below. */
bool note_ue_fill(struct note_ue *ue, const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat);
/* rat: DAPS_RAT_COUNT that in which it has a context; command: as in note_ue */
void note_add_ue(struct note_draft *draft, const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat,
                 uint64_t command);
void note_add_step(struct note_draft *draft, const struct daps_key_step *step, bool with_values);
void note_add_scg_change(struct note_draft *draft, const struct daps_scg_change *change);
void note_add_rrc(struct note_draft *draft, const struct daps_pdu *pdu, const char *key);
void note_add_use(struct note_draft *draft, const struct daps_keystream_use *use);
void note_add_dark(struct note_draft *draft, bool unreadable); /* a signalling PDU; else it does not verify */
void note_add_join(struct note_draft *draft, const struct daps_identity_join *join);
void note_set_undecoded(struct note_draft *draft, const struct daps_undecoded *undecoded);
void note_set_lost(struct note_draft *draft, const struct daps_framing_problem *problem);

/* Forgets what a frame that came to no end has left. */
void note_draft_reset(struct note_draft *draft);

/* Ends the draft, and begins the next one. NULL: nothing of the frame matters. Free with note_free. */
struct frame_note *note_of_draft(struct note_draft *draft, uint64_t frame);

/* Wipes key values; NULL is fine. */
void note_free(gpointer note);

#endif
