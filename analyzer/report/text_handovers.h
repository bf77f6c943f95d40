/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handovers of one UE as rows of a table for people. */
#ifndef DAPSAUDIT_TEXT_HANDOVERS_H
#define DAPSAUDIT_TEXT_HANDOVERS_H

#include <glib.h>

#include "daps/finding.h"
#include "report/outbuf.h"

/* What is kept of a handover until its capture has ended. */
struct handover_row {
    uint64_t frame, settled_frame;
    int64_t time_ns;
    enum daps_procedure procedure;
    enum daps_derivation derivation;
    enum daps_rach rach;
    enum daps_outcome outcome;
    struct daps_cell source, target;
    int ncc, ciphering, integrity;
    uint64_t key_frame; /* of the message of a node interface with its key, 0 none */
    bool key_verified;
    bool prepared, same_frequency;
    char key[24];
};

void text_handover_row(struct handover_row *row, const struct daps_handover *handover);

/* rows: of struct handover_row, sorted by frame here. Times are shown from first_ns on. */
void text_handovers(struct outbuf *out, GArray *rows, enum daps_rat rat, int64_t first_ns, bool colour);

#endif
