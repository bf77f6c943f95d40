/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UE as other rooms may look at it: nothing of it can be changed here. */
#ifndef DAPS_ENGINE_VIEW_H
#define DAPS_ENGINE_VIEW_H

#include <glib.h>

#include "moment/moment.h"

enum daps_ue_state {
    DAPS_UE_CONNECTED, /* or the log has not said otherwise */
    DAPS_UE_IDLE,
    DAPS_UE_REESTABLISHING, /* between the request and its answer */
    DAPS_UE_SUSPENDED,
};

/* Pointers are borrowed and hold until the next event of the UE. */
struct daps_ue_view {
    const char *name;
    enum daps_rat rat;
    struct daps_term_pool *pool; /* of its terms: looking for one may make it */
    enum daps_ue_state state;
    struct daps_context active;
    const struct daps_attempt *open;      /* NULL none */
    const struct daps_attempt *revocable; /* closed, but a MAC-I under its source's key would undo it; NULL none */
    const GPtrArray *attempts; /* struct daps_attempt: all whose key could still be met again, oldest first. Empty
                                  places are NULL: to be gone through by daps_view_back */
    const struct daps_event *candidates;
    unsigned n_candidates;
    int suspend_ncc;     /* of a suspended UE that nobody has been seen to resume; -1 it is not, or none is known */
    bool stored_n_valid; /* TS 38.331 5.3.5.7's reading of "stored NCC" after a fallback */
    uint32_t stored_n;
    bool setup_seen;     /* RRCSetup, and no security since */
    bool is_copy;        /* for a preview: nobody is told what is found */
    uint32_t serials;    /* of contexts */
    unsigned roots;      /* of the UE's name in the key log that are spent */
    uint64_t smc_digest; /* of a security mode command not yet answered, 0 none */
    uint64_t logged_smc; /* of the one that secured the connection, if an RRC log has it, else 0 ... */
    int64_t secured_ns;  /* ... then */
    unsigned gaps;
    int64_t last_time_ns;
};

/* The next of its attempts from place *i backwards, newest first; NULL no more. */
static inline struct daps_attempt *daps_view_back(const struct daps_ue_view *ue, guint *i)
{
    return daps_attempts_back((struct daps_attempt *const *)ue->attempts->pdata, i);
}

static inline struct daps_attempt *daps_view_attempt_to(const struct daps_ue_view *ue, uint32_t serial)
{
    return daps_attempt_to((struct daps_attempt *const *)ue->attempts->pdata, ue->attempts->len, serial);
}

#endif
