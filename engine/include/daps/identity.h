/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which UE a name of a framing or of RRC was taken to stand for, and why. */
#ifndef DAPS_IDENTITY_JOIN_H
#define DAPS_IDENTITY_JOIN_H

#include <stdint.h>

enum daps_identity_reason {
    DAPS_JOIN_FIRST_SEEN, /* nothing joins it to a UE seen before */
    DAPS_JOIN_LOG,        /* the log it comes in is about one UE */
    DAPS_JOIN_UE_ID,      /* the UEId is still that UE's */
    DAPS_JOIN_COMMAND,    /* newUE-Identity of a command (TS 38.331 5.3.5.5.2), or of a candidate */
    DAPS_JOIN_C_RNTI_CE,  /* the C-RNTI MAC CE names that UE's C-RNTI (TS 38.321 5.1.5) */
    DAPS_JOIN_SAME_RNTI,  /* the UE has this C-RNTI, and no UEId so far */
    DAPS_JOIN_REQUEST,    /* ue-Identity of a re-establishment request (TS 38.331 5.3.7.4) */
    DAPS_JOIN_RESUME,     /* resumeIdentity of a resume request (TS 38.331 5.3.13.3) */
    DAPS_JOIN_SETUP,      /* RRCSetup over a name whose UE is elsewhere by now: another UE's */
    DAPS_JOIN_ASSIGNED,   /* a random access response gave the C-RNTI away anew (TS 38.321, 36.321 5.1.4) */
    DAPS_JOIN_RESOLVED,   /* the UE Contention Resolution Identity is that of another Msg3 (5.1.5) */
    DAPS_JOIN_REASON_COUNT
};

struct daps_identity_join {
    uint64_t frame;
    const char *ue;   /* as in findings */
    const char *name; /* "UEId 2, C-RNTI 0x4602", "" where the reason says it all */
    enum daps_identity_reason reason;
    uint64_t announced_frame; /* of the message that announced the name, 0 none */
};

/* "first-seen", "command", ...: the name used in machine forms; never NULL. */
const char *daps_identity_reason_name(enum daps_identity_reason reason);

#endif
