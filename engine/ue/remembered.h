/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of a UE that are remembered for those that will answer, repeat or contradict them. */
#ifndef DAPS_ENGINE_UE_REMEMBERED_H
#define DAPS_ENGINE_UE_REMEMBERED_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/event.h"
#include "moment/view.h"

/* The newest reconfiguration of one transaction, and the Complete that answered it (TS 38.331 5.3.5.3). */
struct daps_transaction {
    bool due;        /* its Complete may still come */
    uint64_t digest; /* of the reconfiguration */
    int64_t time_ns;
    uint64_t complete_digest; /* 0 none yet */
    int64_t complete_time_ns;
    bool undone; /* by a failure, without its Complete, at ... */
    int64_t undone_time_ns;
    bool overtaken;      /* another of this transaction, not long before it, has not been answered */
    bool source_release; /* it was the daps-SourceRelease of the open attempt */
    uint32_t executed;   /* number of the candidate's attempt that its newest Complete belongs to; 0 none */
    uint32_t behind;     /* number of an attempt of which nothing is sure unless this gets a Complete now; 0 none */
};

/* again.c: messages just seen, to tell those that a log holds twice. */
#define DAPS_RECENT DAPS_BOUND(8, 3)
struct daps_recent {
    enum daps_event_kind kind;
    uint64_t digest;
    int64_t time_ns;
    bool air;  /* read from a PDCP PDU */
    bool sync; /* a handover command */
};

/* A re-establishment request that nobody has answered yet: it changes nothing until then. */
struct daps_request {
    bool pending;
    struct daps_event *ev; /* owned; NULL until there is one */
    enum daps_ue_state state_before;
    struct daps_event
        *before; /* owned; an earlier one that spoke for another connection than ev, and so was answered */
    bool has_before;
};

#endif
