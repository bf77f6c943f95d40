/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session holds, for the two files that are it: session.c fills it, answers.c is asked. */
#ifndef DAPS_DISSECTOR_SESSION_STATE_H
#define DAPS_DISSECTOR_SESSION_STATE_H

#include "bystanders.h"
#include "ground.h"
#include "note.h"
#include "numbers.h"
#include "session.h"

/* A UE of the frame at hand, in the technology of its newest PDU there. */
struct touched_ue {
    uint64_t ue_key;
    enum daps_rat rat; /* DAPS_RAT_COUNT: only something that was lost is known to be its */
};

struct session {
    struct session_options options;
    struct daps_engine *engine;
    GHashTable *notes;       /* frame to struct frame_note (owned) */
    struct note_draft draft; /* of the frame at hand */
    struct numbers numbers;
    guint64 frame;         /* id of the frame at hand (numbers.h) */
    GPtrArray *renumbered; /* results handed out under numbers that are not ids: struct daps_result *, owned */
    GArray *touched;       /* struct touched_ue of it */
    bool touched_all;
    struct daps_results *results;
    struct ground *ground;
    struct bystanders *bystanders;
    struct coverage_count coverage[COVERAGE_COUNT];
    uint64_t coverage_state;
    int64_t first_time_ns, time_ns; /* of the capture; of the frame at hand */
    GHashTable *commands;           /* ue_key to the frame of its newest handover command: guint64 (owned), both */
    GPtrArray *at_command;          /* results that name it, while they are looked through */
    bool command;                   /* the frame at hand holds one */
    bool keep_clear;                /* its RRC is kept even if it was in clear */
    bool signalling, begins;        /* of the frame at hand: RRC of a UE; a connection's root key */
};

#endif
