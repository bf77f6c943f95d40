/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a name was taken to be that of a UE. */
#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "daps/words.h"

static const struct {
    const char *name, *because; /* %s: where it was announced */
} reasons[DAPS_JOIN_REASON_COUNT] = {
    [DAPS_JOIN_FIRST_SEEN] = {"first-seen", "a new UE, as nothing joins it to one seen before"},
    [DAPS_JOIN_LOG] = {"log", "the log it comes in is about one UE"},
    [DAPS_JOIN_UE_ID] = {"ue-id", "this UE has that UEId"},
    [DAPS_JOIN_COMMAND] = {"command",
                           "the C-RNTI is the newUE-Identity of a command%s (TS 38.331 5.3.5.5.2, TS 36.331 5.3.5.4)"},
    [DAPS_JOIN_C_RNTI_CE] = {"c-rnti-mac-ce", "the C-RNTI MAC CE names this UE (TS 38.321, TS 36.321 5.1.5)"},
    [DAPS_JOIN_SAME_RNTI] = {"same-c-rnti", "this UE has that C-RNTI, so far without a UEId"},
    [DAPS_JOIN_REQUEST] =
        {"reestablishment",
         "a re-establishment request over it names the C-RNTI and cell of this UE%s (TS 38.331, TS 36.331 5.3.7.4)"},
    [DAPS_JOIN_RESUME] =
        {"resume",
         "a resume request over it has the I-RNTI or resumeID of this UE%s (TS 38.331 5.3.13.3, TS 36.331 5.3.3.3a)"},
    [DAPS_JOIN_SETUP] = {"setup", "a new UE, as a connection is set up and the UE that had the name is elsewhere"},
    [DAPS_JOIN_ASSIGNED] =
        {"assigned", "a new UE, as a random access response gave the C-RNTI away anew%s (TS 38.321, TS 36.321 5.1.4)"},
    [DAPS_JOIN_RESOLVED] =
        {"contention", "the contention resolution identity is that of this UE's Msg3%s (TS 38.321, TS 36.321 5.1.5)"},
};

const char *daps_identity_reason_name(enum daps_identity_reason reason)
{
    return (unsigned)reason < DAPS_JOIN_REASON_COUNT ? reasons[reason].name : "unknown";
}

char *daps_words_join(const struct daps_identity_join *join)
{
    const char *because = (unsigned)join->reason < DAPS_JOIN_REASON_COUNT ? reasons[join->reason].because : "";
    const char *place = strstr(because, "%s");
    GString *out = g_string_new(join->name);

    if (out->len > 0)
        g_string_append(out, ": ");
    g_string_append_len(out, because, place != NULL ? place - because : (gssize)strlen(because));
    if (place != NULL && join->announced_frame != 0)
        g_string_append_printf(out, ", announced in frame %" PRIu64, join->announced_frame);
    if (place != NULL)
        g_string_append(out, place + 2);
    return g_string_free(out, FALSE);
}
