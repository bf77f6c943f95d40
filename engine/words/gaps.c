/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be missing in a log. */
#include <string.h>

#include "daps/words.h"

static const struct {
    const char *name, *what; /* what: ends a sentence */
} gaps[DAPS_GAP_COUNT] = {
    [DAPS_GAP_NONE] = {"none", "nothing"},
    [DAPS_GAP_UNDECODED] = {"undecoded", "an RRC message could not be decoded"},
    [DAPS_GAP_PDU_CUT] = {"pdu-cut", "a PDU is cut by the snap length"},
    [DAPS_GAP_PDU_INCOMPLETE] = {"pdu-incomplete", "pieces of a PDU are missing"},
    [DAPS_GAP_PDU_MALFORMED] = {"pdu-malformed", "a PDU is malformed"},
    [DAPS_GAP_PDU_UNKNOWN] = {"pdu-unknown", "a PDU is of an unknown type"},
    [DAPS_GAP_PDU_NOT_TAKEN] = {"pdu-not-taken", "a PDU could not be taken from the frame"},
    [DAPS_GAP_LINE_UNREAD] = {"line-unread", "a line of the events could not be read"},
    [DAPS_GAP_SEGMENT_LOST] = {"segment-lost", "an RRC message of which a segment is missing"},
    [DAPS_GAP_CELL_LEFT] = {"command-from-elsewhere", "a command from a cell the UE was not known to be in"},
    [DAPS_GAP_SOURCE_RELEASE] = {"source-release-alone", "a daps-SourceRelease without its handover command"},
    [DAPS_GAP_COMPLETE] = {"complete-alone", "a Complete without its reconfiguration"},
    [DAPS_GAP_DAPS_FAILURE] = {"daps-failure-alone", "a DAPS failure without its handover command"},
    [DAPS_GAP_DAPS_FAILURE_LATE] = {"daps-failure-late", "a DAPS failure logged behind the next command"},
    [DAPS_GAP_SECURITY_MODE_COMMAND] = {"security-command-lost",
                                        "a connection whose security mode command is not in the log"},
    [DAPS_GAP_SECURITY_UNANSWERED] = {"security-unanswered", "a security mode command whose answer is not in the log"},
    [DAPS_GAP_REQUEST_NAMES_TARGET] = {"request-names-target",
                                       "a re-establishment request that names the target, not the source"},
    [DAPS_GAP_REQUEST_ELSEWHERE] = {"request-from-elsewhere",
                                    "a re-establishment that names a cell the UE was not known to be in"},
    [DAPS_GAP_REQUEST_UNANSWERED] = {"request-unanswered", "a re-establishment request that nobody answered"},
    [DAPS_GAP_REQUEST_LOST] = {"request-lost", "a re-establishment without its request"},
    [DAPS_GAP_ANSWER_LOST] = {"answer-lost", "a re-establishment whose answer is not in the log"},
    [DAPS_GAP_RELEASE_BEHIND_SUSPEND] = {"release-behind-suspend", "a release behind a lost suspend"},
    [DAPS_GAP_RESUME_REQUEST_ALONE] = {"resume-request-alone", "a resume request whose suspend is not in the log"},
    [DAPS_GAP_RESUME_UNANSWERED] = {"resume-unanswered", "a resume request whose answer is not in the log"},
    [DAPS_GAP_RESUME_ANSWER_ALONE] = {"resume-answer-alone", "an answer to a resume request that is not in the log"},
    [DAPS_GAP_RESUME_ALONE] = {"resume-alone", "a resume whose suspend is not in the log"},
    [DAPS_GAP_DAPS_OUTCOME] = {"daps-outcome-lost",
                               "a DAPS handover of which neither the end nor the failure is in the log"},
    [DAPS_GAP_OUTCOME] = {"outcome-lost", "a handover command without its Complete or failure"},
    [DAPS_GAP_PAUSE] = {"pause", "more than a minute without a message"},
    [DAPS_GAP_TIME_BACKWARDS] = {"time-backwards", "time runs backwards"},
    [DAPS_GAP_OTHER_RAT] = {"other-rat", "a stay in another radio access technology"},
    [DAPS_GAP_MANY_CANDIDATES] = {"many-candidates", "more conditional candidates than the standard allows"},
    [DAPS_GAP_CANDIDATE_UNNAMED] = {"candidate-unnamed", "a conditional handover to a candidate the log does not name"},
    [DAPS_GAP_SECOND_CANDIDATE] = {"second-candidate",
                                   "a second candidate although attemptCondReconfig is not configured"},
    [DAPS_GAP_COMPLETE_OF_UNREAD] = {"complete-of-unread",
                                     "a Complete that a message which could not be read may have asked for"},
    [DAPS_GAP_SECOND_SECURITY_COMMAND] = {"second-security-command", "a second security mode command"},
    [DAPS_GAP_REESTABLISHED_LATE] = {"reestablished-late", "an RRCReestablishmentComplete behind what followed it"},
    [DAPS_GAP_COMPLETE_BEHIND] = {"complete-behind", "a Complete behind what followed it"},
    [DAPS_GAP_REESTABLISHED_ALONE] = {"reestablished-alone",
                                      "a re-establishment of which only the Complete is in the log"},
    [DAPS_GAP_RESUMED_ALONE] = {"resumed-alone", "a resume of which only the Complete is in the log"},
    [DAPS_GAP_SECURITY_COMMAND_LATE] = {"security-command-late",
                                        "a security mode command that comes behind what it secured"},
    [DAPS_GAP_COMMAND_BEHIND] = {"command-behind", "a handover command that comes behind what followed it"},
    [DAPS_GAP_DAPS_FAILURE_OF_ANOTHER] = {"daps-failure-of-another",
                                          "a DAPS failure that may be that of another handover"},
    [DAPS_GAP_CANDIDATE_AGAIN] = {"candidate-again",
                                  "a candidate's second Complete, which may answer what is not in the log"},
    [DAPS_GAP_CANDIDATE_UNSEEN] = {"candidate-unseen",
                                   "a candidate that may have been executed, in a log that misses messages"},
    [DAPS_GAP_HANDOVER_UNSEEN] = {"handover-unseen", "a failed handover of which the log does not hold the command"},
    [DAPS_GAP_ELSEWHERE] = {"from-elsewhere", "a message from a cell the UE was not known to be in"},
    [DAPS_GAP_ANOTHER_UE] = {"another-ue", "a message that cannot follow those before it: it may be of another UE"},
    [DAPS_GAP_SOURCE_SPEAKS] = {"from-source",
                                "a message from the source of a handover that is neither answered nor failed"},
    [DAPS_GAP_COMMAND_AGAIN] = {"command-again",
                                "a command with the octets of one just before it, which a tool may have written twice"},
    [DAPS_GAP_NODE_KEY] = {"node-key", "a key on a node interface that does not come from the one in use"},
    [DAPS_GAP_COUNT_AGAIN] = {"count-again", "signalling whose COUNT starts over, without the key change that does it"},
    [DAPS_GAP_OTHER] = {"other", "something that this version has no name for"},
};

const char *daps_gap_name(enum daps_gap gap)
{
    return (unsigned)gap < DAPS_GAP_COUNT ? gaps[gap].name : "none";
}

enum daps_gap daps_gap_by_name(const char *name)
{
    unsigned gap = 0;

    while (gap < DAPS_GAP_COUNT && strcmp(gaps[gap].name, name) != 0)
        gap++;
    return (enum daps_gap)gap;
}

const char *daps_words_gap(enum daps_gap gap)
{
    return (unsigned)gap < DAPS_GAP_COUNT ? gaps[gap].what : "";
}
