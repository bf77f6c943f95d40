/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a frame is that says nothing: most frames of a capture. Of a UE one copy is kept for all the frames in which it
 * stayed as it was, and of a frame one pointer.
 */
#ifndef DAPS_DISSECTOR_BYSTANDERS_H
#define DAPS_DISSECTOR_BYSTANDERS_H

#include "session.h"

struct bystanders;

struct bystanders *bystanders_new(void);
void bystanders_free(struct bystanders *bystanders);

/* ue is copied; it has no padding that is not zero (note.h). Frames come in their order. */
void bystanders_add(struct bystanders *bystanders, uint64_t frame, const struct note_ue *ue);
/* NULL: none was added at that frame. Valid until the next is added. */
const struct note_ue *bystanders_at(const struct bystanders *bystanders, uint64_t frame);

#endif
