/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture holds of handovers that nobody can judge from it, by reason. Such a capture is not clean, whatever was
 * found in it: the fronts say what could not be judged and how often, and the program's exit status is 3.
 */
#ifndef DAPS_ENGINE_NOT_JUDGED_H
#define DAPS_ENGINE_NOT_JUDGED_H

#include <stdint.h>

/* Once per handover command, message or UE, as the words of each reason say. */
enum daps_not_judged {
    DAPS_NOT_JUDGED_ONE_DIRECTION,  /* UEs of which only one direction was captured */
    DAPS_NOT_JUDGED_COMMAND_CUT,    /* messages that the capture cut short */
    DAPS_NOT_JUDGED_COMMAND_LOST,   /* answers and key changes whose command is not in the capture */
    DAPS_NOT_JUDGED_OUTCOME_LOST,   /* commands of which the capture does not show whether they failed */
    DAPS_NOT_JUDGED_NO_KEY,         /* messages unread for want of a key, though a key log was given */
    DAPS_NOT_JUDGED_KEY_UNFIT,      /* messages that no key of the key log fits */
    DAPS_NOT_JUDGED_SEGMENTS_LOST,  /* RRC messages of which segments are missing */
    DAPS_NOT_JUDGED_CELL_UNKNOWN,   /* keys made for a cell that the capture does not name */
    DAPS_NOT_JUDGED_KEYS_UNREAD,    /* items of a baseband log with keys and COUNTs, of a version that is not known */
    DAPS_NOT_JUDGED_NODE_INTERFACE, /* handovers and RRC that node interfaces carry: NGAP, S1AP, ... */
    DAPS_NOT_JUDGED_SEVERAL_UES,    /* messages that cannot be of the UE that those before them are of */
    DAPS_NOT_JUDGED_COUNT_OPEN,     /* PDUs whose COUNT may be that of an earlier one under the same key */
    DAPS_NOT_JUDGED_NOT_FOLLOWED,   /* UEs, attempts or messages beyond a stated bound */
    DAPS_NOT_JUDGED_COUNT
};

struct daps_not_judged_count {
    uint64_t n;
    uint64_t first_frame; /* 0 if n is 0; of the first capture in a sum */
};

/* "one-direction", ...; never NULL. */
const char *daps_not_judged_name(enum daps_not_judged reason);

/* What n of them were, as the end of a sentence that begins with the number; never NULL. */
const char *daps_not_judged_words(enum daps_not_judged reason, uint64_t n);

/* The reason of that name; DAPS_NOT_JUDGED_COUNT if there is none. */
enum daps_not_judged daps_not_judged_by_name(const char *name);

/* Notes one more at that frame. counts[DAPS_NOT_JUDGED_COUNT]. */
void daps_not_judged_add(struct daps_not_judged_count *counts, enum daps_not_judged reason, uint64_t frame);

/* Adds more[] to sum[], both of DAPS_NOT_JUDGED_COUNT; the frames are of whichever came first. */
void daps_not_judged_sum(struct daps_not_judged_count *sum, const struct daps_not_judged_count *more);

/* How many in all. */
uint64_t daps_not_judged_total(const struct daps_not_judged_count *counts);

#endif
