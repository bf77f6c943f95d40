/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a log that names no UE the log of one? What one UE does, it does one after another: a second procedure of a kind
 * is not begun before the first is answered, nothing protected goes between RRCSetup and the security mode command, and
 * who has been released does not go on. Where that is not so, messages are missing or another UE's are among them.
 * Twice within a while: nothing is compared any more, for it may be of two UEs.
 */
#ifndef DAPS_ENGINE_UE_SEVERAL_H
#define DAPS_ENGINE_UE_SEVERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/event.h"

struct daps_ue;

/* Procedures that a UE does one after another, by what begins them and what answers. */
enum daps_sequel { DAPS_SEQUEL_SETUP, DAPS_SEQUEL_SECURITY, DAPS_SEQUEL_HANDOVER, DAPS_SEQUEL_RECOVERY, DAPS_SEQUELS };

/* The newest two of them that have not been answered, the older first. */
struct daps_sequel_state {
    unsigned open;
    bool two; /* were open at once */
    struct {
        uint64_t digest;
        int64_t time_ns;
        int8_t transaction; /* -1 unknown */
    } of[2];
};

#define DAPS_SEVERAL_NAMES DAPS_BOUND(8, 2)

struct daps_several {
    uint64_t frame;    /* from there on it is taken for several UEs, 0 not */
    unsigned weight;   /* of what one UE does not explain, ... */
    int64_t newest_ns; /* ... the newest at */
    struct daps_sequel_state sequels[DAPS_SEQUELS];
    struct {
        int64_t setup_ns;  /* of an RRCSetup behind which no security mode command has come, INT64_MIN none */
        bool reconfigured; /* an RRCReconfiguration has come since */
        bool protected;    /* so has what needs security, or answers what came before */
    } insecure;
    struct {
        int64_t time_ns; /* of a re-establishment request without an answer, INT64_MIN none */
        bool goes_on;    /* a message on a dedicated channel has come since */
    } request;
    struct {
        bool bearers;    /* SRB2 and a DRB are there */
        int64_t time_ns; /* of the newest message on a dedicated channel, INT64_MIN none */
    } connected;
    int64_t away_ns;     /* of a handover to another system that nothing has followed, INT64_MIN none */
    int64_t set_up_ns;   /* of an RRCSetupComplete, and no RRCSetup since; INT64_MIN none */
    bool idle;           /* the newest release had no suspendConfig, and nothing has come since */
    int64_t rejected_ns; /* of an RRCReject, INT64_MIN none */
    int64_t left_ns;     /* the UE was released or suspended, and has not asked for anything since; INT64_MIN not */
    struct {
        int32_t c_rnti, pci;
        int64_t command_ns; /* INT64_MIN: no command is open to doubt */
        int8_t transaction; /* of a reconfiguration in the target, -1 none */
        bool heard;         /* it was answered: the UE is in the target */
    } target;
    struct {
        int32_t c_rnti, pci;
        int64_t time_ns;
    } names[DAPS_SEVERAL_NAMES]; /* C-RNTIs and their cells, as commands and requests have named them, the newest ones
                                  */
    unsigned n_names;
    int64_t access_ns; /* a random access gave a new C-RNTI (TS 38.321 5.1.5), INT64_MIN not yet */
    bool named_again;
};

void daps_several_init(struct daps_several *several);
/* A message that is no copy, before it is followed. */
void daps_ue_contradict(struct daps_ue *ue, const struct daps_event *ev); /* another UE's, or behind what is missing */
/* Was there one a while ago? What made captures have as well (a failure before T304 has run out) is one only then. */
bool daps_ue_is_contradicted(const struct daps_ue *ue);
void daps_ue_weigh_unexplained(struct daps_ue *ue, uint64_t frame); /* a key change, or an outcome */
void daps_ue_watch_others(struct daps_ue *ue, const struct daps_event *ev);

#endif
