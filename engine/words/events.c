/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of what happened, in the machine forms. */
#include "daps/event.h"
#include "daps/rat.h"

const char *daps_event_kind_name(enum daps_event_kind kind)
{
    static const char *const names[DAPS_EV_KIND_COUNT] = {
        [DAPS_EV_SYSTEM_INFORMATION] = "system-information",
        [DAPS_EV_SETUP_REQUEST] = "setup-request",
        [DAPS_EV_SETUP] = "setup",
        [DAPS_EV_SETUP_COMPLETE] = "setup-complete",
        [DAPS_EV_REJECT] = "reject",
        [DAPS_EV_SECURITY_MODE_COMMAND] = "security-mode-command",
        [DAPS_EV_SECURITY_MODE_COMPLETE] = "security-mode-complete",
        [DAPS_EV_SECURITY_MODE_FAILURE] = "security-mode-failure",
        [DAPS_EV_RECONFIGURATION] = "reconfiguration",
        [DAPS_EV_CANDIDATE] = "candidate",
        [DAPS_EV_CANDIDATE_RELEASE] = "candidate-release",
        [DAPS_EV_SCG_CHANGE] = "scg-change",
        [DAPS_EV_RECONFIGURATION_COMPLETE] = "reconfiguration-complete",
        [DAPS_EV_FAILURE_INFORMATION] = "failure-information",
        [DAPS_EV_REESTABLISHMENT_REQUEST] = "reestablishment-request",
        [DAPS_EV_REESTABLISHMENT] = "reestablishment",
        [DAPS_EV_REESTABLISHMENT_COMPLETE] = "reestablishment-complete",
        [DAPS_EV_RELEASE] = "release",
        [DAPS_EV_RESUME_REQUEST] = "resume-request",
        [DAPS_EV_RESUME] = "resume",
        [DAPS_EV_RESUME_COMPLETE] = "resume-complete",
        [DAPS_EV_MOBILITY_FROM_NR] = "mobility-from-nr",
        [DAPS_EV_MOBILITY_FROM_EUTRA] = "mobility-from-eutra",
        [DAPS_EV_COUNTER_CHECK] = "counter-check",
        [DAPS_EV_SOURCE_IN_USE] = "source-in-use",
        [DAPS_EV_HANDOVER_PREPARATION] = "handover-preparation",
        [DAPS_EV_BELOW_RRC] = "below-rrc",
        [DAPS_EV_KEY_ROOT] = "key-root",
        [DAPS_EV_KEY_FITS] = "key-fits",
        [DAPS_EV_KEYSTREAM_USE] = "keystream-use",
        [DAPS_EV_COLLISION] = "collision",
        [DAPS_EV_KEY_UNFIT] = "key-unfit",
        [DAPS_EV_KEY_SEEN] = "key-seen",
        [DAPS_EV_MESSAGE_SENT] = "message-sent",
        [DAPS_EV_NODE] = "node-interface",
        [DAPS_EV_UNREAD] = "unread",
        [DAPS_EV_RESUMED] = "resumed",
        [DAPS_EV_BEARER] = "bearer",
        [DAPS_EV_REQUEST_FORGED] = "request-forged",
        [DAPS_EV_NAS_TRANSFER] = "nas-transfer",
        [DAPS_EV_TRAFFIC] = "traffic",
    };

    return (unsigned)kind < DAPS_EV_KIND_COUNT ? names[kind] : "unknown";
}

const char *daps_channel_name(enum daps_channel channel)
{
    static const char *const names[DAPS_CH_COUNT] = {
        [DAPS_CH_NONE] = "none",
        [DAPS_CH_BCCH_BCH] = "bcch-bch",
        [DAPS_CH_BCCH_DL_SCH] = "bcch-dl-sch",
        [DAPS_CH_DL_CCCH] = "dl-ccch",
        [DAPS_CH_DL_DCCH] = "dl-dcch",
        [DAPS_CH_PCCH] = "pcch",
        [DAPS_CH_UL_CCCH] = "ul-ccch",
        [DAPS_CH_UL_CCCH1] = "ul-ccch1",
        [DAPS_CH_UL_DCCH] = "ul-dcch",
        [DAPS_CH_RECONFIGURATION] = "rrc-reconfiguration",
        [DAPS_CH_RECONFIGURATION_COMPLETE] = "rrc-reconfiguration-complete",
        [DAPS_CH_HANDOVER_COMMAND] = "handover-command",
        [DAPS_CH_HANDOVER_PREPARATION] = "handover-preparation-information",
        [DAPS_CH_RADIO_BEARER_CONFIG] = "radio-bearer-config",
        [DAPS_CH_CELL_GROUP_CONFIG] = "cell-group-config",
        [DAPS_CH_OTHER] = "other",
    };

    return (unsigned)channel < DAPS_CH_COUNT ? names[channel] : "unknown";
}

const char *daps_rat_name(enum daps_rat rat)
{
    return daps_rat_row(rat)->name;
}

const char *daps_rach_name(enum daps_rach rach)
{
    static const char *const names[] = {"unknown", "cbra", "cfra", "cfra-2step", "skip"};

    return (unsigned)rach < sizeof names / sizeof names[0] ? names[rach] : "unknown";
}

const char *daps_reestablishment_cause_name(enum daps_reestablishment_cause cause)
{
    static const char *const names[] = {"none", "reconfiguration-failure", "handover-failure", "other-failure"};

    return (unsigned)cause < sizeof names / sizeof names[0] ? names[cause] : "none";
}

const char *daps_node_says_name(enum daps_node_says says)
{
    static const char *const names[DAPS_NODE_SAYS] = {
        [DAPS_NODE_SECURED] = "secured",   [DAPS_NODE_REKEYED] = "rekeyed",
        [DAPS_NODE_PREPARES] = "prepares", [DAPS_NODE_REFUSED] = "refused",
        [DAPS_NODE_KEY] = "key",           [DAPS_NODE_SENT] = "sent",
        [DAPS_NODE_REACHED] = "reached",   [DAPS_NODE_CANCELLED] = "cancelled",
        [DAPS_NODE_LOST] = "lost",         [DAPS_NODE_RELEASED] = "released",
    };

    return (unsigned)says < DAPS_NODE_SAYS ? names[says] : "unknown";
}
