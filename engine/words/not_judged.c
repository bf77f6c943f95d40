/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why something could not be judged, in words. */
#include "daps/not_judged.h"

#include <string.h>

static const struct {
    const char *name, *one, *many;
} reasons[DAPS_NOT_JUDGED_COUNT] = {
    [DAPS_NOT_JUDGED_ONE_DIRECTION] = {"one-direction", "UE of which only one direction was captured",
                                       "UEs of which only one direction was captured"},
    [DAPS_NOT_JUDGED_COMMAND_CUT] = {"command-cut",
                                     "message that the capture cut short, which may be a handover command",
                                     "messages that the capture cut short, which may be handover commands"},
    [DAPS_NOT_JUDGED_COMMAND_LOST] = {"command-lost", "key change whose command is not in the capture",
                                      "key changes whose commands are not in the capture"},
    [DAPS_NOT_JUDGED_OUTCOME_LOST] = {"outcome-lost", "attempt whose outcome is not in the capture",
                                      "attempts whose outcome is not in the capture"},
    [DAPS_NOT_JUDGED_NO_KEY] = {"no-key", "message unread for want of a key that the key log does not lead to",
                                "messages unread for want of a key that the key log does not lead to"},
    [DAPS_NOT_JUDGED_KEY_UNFIT] = {"key-unfit", "message that no key of the key log fits",
                                   "messages that no key of the key log fits"},
    [DAPS_NOT_JUDGED_SEGMENTS_LOST] = {"segments-lost", "RRC message of which segments are missing",
                                       "RRC messages of which segments are missing"},
    [DAPS_NOT_JUDGED_CELL_UNKNOWN] = {"cell-unknown", "key made for a cell that the capture does not name",
                                      "keys made for cells that the capture does not name"},
    [DAPS_NOT_JUDGED_KEYS_UNREAD] = {"keys-unread", "logged item of PDCP whose version is not known",
                                     "logged items of PDCP whose version is not known"},
    [DAPS_NOT_JUDGED_NODE_INTERFACE] =
        {"node-interface", "message of a node interface with a handover or RRC in it, which is not followed",
         "messages of node interfaces with handovers or RRC in them, which are not followed"},
    [DAPS_NOT_JUDGED_SEVERAL_UES] =
        {"several-ues", "message that cannot follow those before it: others are missing, or it is of another UE",
         "messages that cannot follow those before them: others are missing, or they are of another UE"},
    [DAPS_NOT_JUDGED_COUNT_OPEN] = {"count-open", "PDU whose COUNT may be that of an earlier one under the same key",
                                    "PDUs whose COUNTs may be those of earlier ones under the same key"},
    [DAPS_NOT_JUDGED_NOT_FOLLOWED] = {"not-followed", "UE or attempt that was not followed to its end",
                                      "UEs or attempts that were not followed to their end"},
};

const char *daps_not_judged_name(enum daps_not_judged reason)
{
    return reason < DAPS_NOT_JUDGED_COUNT ? reasons[reason].name : "unknown";
}

const char *daps_not_judged_words(enum daps_not_judged reason, uint64_t n)
{
    if (reason >= DAPS_NOT_JUDGED_COUNT)
        return "unknown";
    return n == 1 ? reasons[reason].one : reasons[reason].many;
}

enum daps_not_judged daps_not_judged_by_name(const char *name)
{
    unsigned reason = 0;

    while (reason < DAPS_NOT_JUDGED_COUNT && strcmp(reasons[reason].name, name) != 0)
        reason++;
    return (enum daps_not_judged)reason;
}
