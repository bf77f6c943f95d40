/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the reasons for a join. */
#include "daps/identity.h"

const char *daps_identity_reason_name(enum daps_identity_reason reason)
{
    static const char *const names[DAPS_JOIN_REASON_COUNT] = {
        [DAPS_JOIN_FIRST_SEEN] = "first-seen",
        [DAPS_JOIN_LOG] = "log",
        [DAPS_JOIN_UE_ID] = "ue-id",
        [DAPS_JOIN_COMMAND] = "command",
        [DAPS_JOIN_C_RNTI_CE] = "c-rnti-mac-ce",
        [DAPS_JOIN_SAME_RNTI] = "same-c-rnti",
        [DAPS_JOIN_REQUEST] = "reestablishment",
        [DAPS_JOIN_RESUME] = "resume",
        [DAPS_JOIN_SETUP] = "setup",
    };

    return (unsigned)reason < DAPS_JOIN_REASON_COUNT ? names[reason] : "unknown";
}
