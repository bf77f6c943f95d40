/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A story told step by step: what each shown message is, between whom it went, and which findings name it. */
#ifndef DAPSAUDIT_EVIDENCE_STEPS_H
#define DAPSAUDIT_EVIDENCE_STEPS_H

#include "evidence/evidence.h"

struct step {
    const struct story_mark *mark;
    const struct daps_handover *command; /* that this message commands; NULL none */
    const struct daps_handover *settles; /* that ends here */
    const char *message;
    char *note;            /* what it does, "" nothing to say */
    char *findings;        /* "F1, F3", "" none */
    bool core;             /* goes on to the core network (NAS) */
    struct daps_cell cell; /* at the other end; pci -1: not named */
    /* Behind it: the cell and key in force, and those of the attempt under way. */
    struct daps_cell current, target;
    char current_key[24], target_key[24]; /* "" not known, no attempt */
};

/* The steps of a story: struct step, to be freed with g_array_unref. */
GArray *steps_of(const struct evidence *evidence, const struct story *story);

/* "312 messages with 25 handover commands left out here: frames 100 to 4000."; NULL for nothing. Caller frees. */
char *steps_left_out(const struct story_quiet *what);

/* Is that a key some finding of this UE says was derived more than once? */
bool steps_key_repeats(const struct evidence *evidence, const struct story *story, const char *id);

#endif
