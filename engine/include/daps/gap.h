/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a UE's signalling may be missing at some frame; words/ says it. */
#ifndef DAPS_GAP_H
#define DAPS_GAP_H

enum daps_gap {
    DAPS_GAP_NONE,
    DAPS_GAP_UNDECODED,               /* an RRC message could not be decoded */
    DAPS_GAP_PDU_CUT,                 /* a PDU is cut by the snap length */
    DAPS_GAP_PDU_INCOMPLETE,          /* pieces of a PDU are missing */
    DAPS_GAP_PDU_MALFORMED,           /* a PDU is malformed */
    DAPS_GAP_PDU_UNKNOWN,             /* a PDU is of an unknown type */
    DAPS_GAP_PDU_NOT_TAKEN,           /* a PDU could not be taken from the frame */
    DAPS_GAP_LINE_UNREAD,             /* a line of the events could not be read */
    DAPS_GAP_SEGMENT_LOST,            /* an RRC message of which a segment is missing */
    DAPS_GAP_CELL_LEFT,               /* a command from a cell the UE was not known to be in */
    DAPS_GAP_SOURCE_RELEASE,          /* a daps-SourceRelease without its handover command */
    DAPS_GAP_COMPLETE,                /* a Complete without its reconfiguration */
    DAPS_GAP_DAPS_FAILURE,            /* a DAPS failure without its handover command */
    DAPS_GAP_DAPS_FAILURE_LATE,       /* a DAPS failure logged behind the next command */
    DAPS_GAP_SECURITY_MODE_COMMAND,   /* a connection whose security mode command is not in the log */
    DAPS_GAP_SECURITY_UNANSWERED,     /* a security mode command whose answer is not in the log */
    DAPS_GAP_REQUEST_NAMES_TARGET,    /* a re-establishment request that names the target, not the source */
    DAPS_GAP_REQUEST_ELSEWHERE,       /* a re-establishment that names a cell the UE was not known to be in */
    DAPS_GAP_REQUEST_UNANSWERED,      /* a re-establishment request that nobody answered */
    DAPS_GAP_REQUEST_LOST,            /* a re-establishment without its request */
    DAPS_GAP_ANSWER_LOST,             /* a re-establishment whose answer is not in the log */
    DAPS_GAP_RELEASE_BEHIND_SUSPEND,  /* a release behind a lost suspend */
    DAPS_GAP_RESUME_REQUEST_ALONE,    /* a resume request whose suspend is not in the log */
    DAPS_GAP_RESUME_UNANSWERED,       /* a resume request whose answer is not in the log */
    DAPS_GAP_RESUME_ANSWER_ALONE,     /* an answer to a resume request that is not in the log */
    DAPS_GAP_RESUME_ALONE,            /* a resume whose suspend is not in the log */
    DAPS_GAP_DAPS_OUTCOME,            /* a DAPS handover of which neither the end nor the failure is in the log */
    DAPS_GAP_OUTCOME,                 /* a handover command without its Complete or failure */
    DAPS_GAP_PAUSE,                   /* more than a minute without a message */
    DAPS_GAP_TIME_BACKWARDS,          /* time runs backwards */
    DAPS_GAP_OTHER_RAT,               /* a stay in another radio access technology */
    DAPS_GAP_MANY_CANDIDATES,         /* more conditional candidates than the standard allows */
    DAPS_GAP_CANDIDATE_UNNAMED,       /* a conditional handover to a candidate the log does not name */
    DAPS_GAP_SECOND_CANDIDATE,        /* a second candidate although attemptCondReconfig is not configured */
    DAPS_GAP_COMPLETE_OF_UNREAD,      /* a Complete that a message which could not be read may have asked for */
    DAPS_GAP_SECOND_SECURITY_COMMAND, /* a second security mode command */
    DAPS_GAP_REESTABLISHED_LATE,      /* an RRCReestablishmentComplete behind what followed it */
    DAPS_GAP_COMPLETE_BEHIND,         /* a Complete behind what followed it */
    DAPS_GAP_REESTABLISHED_ALONE,     /* a re-establishment of which only the Complete is in the log */
    DAPS_GAP_RESUMED_ALONE,           /* a resume of which only the Complete is in the log */
    DAPS_GAP_SECURITY_COMMAND_LATE,   /* a security mode command that comes behind what it secured */
    DAPS_GAP_COMMAND_BEHIND,          /* a handover command that comes behind what followed it */
    DAPS_GAP_DAPS_FAILURE_OF_ANOTHER, /* a DAPS failure that may be that of another handover */
    DAPS_GAP_CANDIDATE_AGAIN,         /* a candidate's second Complete, which may answer what is not in the log */
    DAPS_GAP_CANDIDATE_UNSEEN,        /* a candidate that may have been executed, in a log that misses messages */
    DAPS_GAP_HANDOVER_UNSEEN,         /* a failed handover of which the log does not hold the command */
    DAPS_GAP_ELSEWHERE,               /* a message from a cell the UE was not known to be in */
    DAPS_GAP_ANOTHER_UE,              /* a message that cannot follow those before it */
    DAPS_GAP_SOURCE_SPEAKS,           /* a message from the source of a handover that is neither answered nor failed */
    DAPS_GAP_COMMAND_AGAIN, /* a command with the octets of one just before it, which a tool may have written twice */
    DAPS_GAP_COUNT_AGAIN,   /* signalling whose COUNT starts over, without the key change that does it */
    DAPS_GAP_NODE_KEY,      /* a key on a node interface that does not come from the one in use */
    DAPS_GAP_OTHER,         /* something that a later version has a name for */
    DAPS_GAP_COUNT
};

/* "pause", "complete-alone", ...: names used in every machine form; never NULL. */
const char *daps_gap_name(enum daps_gap gap);

/* The one of that name; DAPS_GAP_COUNT if there is none. */
enum daps_gap daps_gap_by_name(const char *name);

#endif
