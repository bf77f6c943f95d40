/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam between decoding and judging: what one RRC PDU said, or PDUs below it showed, as a small fixed-size value.
 *
 * Code left of this header (per, rrc, later pdcp and ap) knows octets; code right of it (ue, keys, rules)
 * knows only events. An event holds no pointers, so it can be copied, stored and written as one JSON line.
 */
#ifndef DAPS_ENGINE_EVENT_H
#define DAPS_ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/evidence.h"

enum daps_rat { DAPS_RAT_NR, DAPS_RAT_LTE, DAPS_RAT_COUNT };

/* What an RRC PDU is called by the layer that carried it (TS 38.331 6.2.1, 11.2.2). */
enum daps_channel {
    DAPS_CH_NONE,
    DAPS_CH_BCCH_BCH,
    DAPS_CH_BCCH_DL_SCH,
    DAPS_CH_DL_CCCH,
    DAPS_CH_DL_DCCH,
    DAPS_CH_PCCH,
    DAPS_CH_UL_CCCH,
    DAPS_CH_UL_CCCH1,
    DAPS_CH_UL_DCCH,
    DAPS_CH_RECONFIGURATION,          /* bare RRCReconfiguration */
    DAPS_CH_RECONFIGURATION_COMPLETE, /* bare RRCReconfigurationComplete */
    DAPS_CH_HANDOVER_COMMAND,         /* inter-node HandoverCommand */
    DAPS_CH_HANDOVER_PREPARATION,     /* inter-node HandoverPreparationInformation */
    DAPS_CH_RADIO_BEARER_CONFIG,      /* bare RadioBearerConfig */
    DAPS_CH_CELL_GROUP_CONFIG,        /* bare CellGroupConfig */
    DAPS_CH_OTHER,                    /* recognised RRC container that no rule needs (capabilities, MCCH, sidelink) */
    DAPS_CH_COUNT
};

/* One value per message a rule needs; everything else on a DCCH is TRAFFIC. */
enum daps_event_kind {
    DAPS_EV_SYSTEM_INFORMATION,    /* MIB or SIB1 */
    DAPS_EV_SETUP_REQUEST,         /* rrcSetupRequest */
    DAPS_EV_SETUP,                 /* rrcSetup */
    DAPS_EV_SETUP_COMPLETE,        /* rrcSetupComplete */
    DAPS_EV_REJECT,                /* rrcReject */
    DAPS_EV_SECURITY_MODE_COMMAND, /* ciphering, integrity */
    DAPS_EV_SECURITY_MODE_COMPLETE,
    DAPS_EV_SECURITY_MODE_FAILURE,
    DAPS_EV_RECONFIGURATION,   /* rrcReconfiguration; sync says whether it is a handover command */
    DAPS_EV_CANDIDATE,         /* one conditional or LTM candidate of the RECONFIGURATION just before */
    DAPS_EV_CANDIDATE_RELEASE, /* one candidate removed; candidate_id -1: all */
    DAPS_EV_SCG_CHANGE,        /* reconfigurationWithSync of a secondary cell group */
    DAPS_EV_RECONFIGURATION_COMPLETE,
    DAPS_EV_FAILURE_INFORMATION,     /* failureInformation; daps_failure says whether it is a DAPS failure */
    DAPS_EV_REESTABLISHMENT_REQUEST, /* ue_c_rnti, ue_pci, cause */
    DAPS_EV_REESTABLISHMENT,         /* ncc */
    DAPS_EV_REESTABLISHMENT_COMPLETE,
    DAPS_EV_RELEASE,        /* rrcRelease; suspend: with suspendConfig and its ncc */
    DAPS_EV_RESUME_REQUEST, /* rrcResumeRequest(1); cause */
    DAPS_EV_RESUME,
    DAPS_EV_RESUME_COMPLETE,
    DAPS_EV_MOBILITY_FROM_NR,
    DAPS_EV_MOBILITY_FROM_EUTRA,
    DAPS_EV_COUNTER_CHECK,
    DAPS_EV_HANDOVER_PREPARATION, /* HandoverPreparationInformation */
    DAPS_EV_SOURCE_IN_USE,        /* no message: a MAC-I is right under the key that the newest attempt left */
    DAPS_EV_NAS_TRANSFER,         /* dl/ulInformationTransfer */
    DAPS_EV_TRAFFIC,              /* any other message on a DCCH */
    /* No messages, but what PDUs below RRC show (daps/evidence.h). */
    DAPS_EV_BELOW_RRC, /* the capture holds PDCP PDUs of this UE */
    DAPS_EV_KEY_ROOT,
    DAPS_EV_KEY_FITS,
    DAPS_EV_KEYSTREAM_USE,
    DAPS_EV_COLLISION,
    DAPS_EV_REQUEST_FORGED, /* a request whose MAC is right under no key of the UE */
    DAPS_EV_KEY_UNFIT,
    DAPS_EV_BEARER,
    DAPS_EV_KEY_SEEN,
    DAPS_EV_UNREAD,  /* signalling on SRB1 in the channel's direction that cannot be read; told once for several */
    DAPS_EV_RESUMED, /* the key of a suspended UE is in use that it has in logged_cell; its request is not there */
    DAPS_EV_MESSAGE_SENT,
    DAPS_EV_NODE, /* what a node interface says */
    DAPS_EV_KIND_COUNT
};

/*
 * TS 38.331 RACH-ConfigDedicated: absent or without cfra = contention based. TS 36.331 rach-ConfigDedicated: absent
 * likewise; rach-Skip: no random access at all.
 */
enum daps_rach { DAPS_RACH_UNKNOWN, DAPS_RACH_CBRA, DAPS_RACH_CFRA, DAPS_RACH_CFRA_2STEP, DAPS_RACH_SKIP };

/* TS 38.331 ReestablishmentCause */
enum daps_reestablishment_cause {
    DAPS_REEST_NONE,
    DAPS_REEST_RECONFIGURATION_FAILURE,
    DAPS_REEST_HANDOVER_FAILURE,
    DAPS_REEST_OTHER_FAILURE,
};

/* Physical cell as the KDF sees it (TS 33.501 A.11): -1 where the message or the log does not say. */
struct daps_cell {
    int32_t pci;       /* 0..1007 */
    int32_t ssb_arfcn; /* absoluteFrequencySSB as NR-ARFCN 0..3279165; EARFCN-DL for LTE */
};

/* Per bearer facts of radioBearerConfig (both of them merged): bit n-1 stands for drb-Identity n, srb-Identity n. */
struct daps_bearers {
    uint32_t drb_added;                /* in drb-ToAddModList */
    uint32_t drb_released;             /* in drb-ToReleaseList */
    uint32_t drb_daps;                 /* daps-Config-r16 / daps-HO-r16 */
    uint32_t drb_reestablish;          /* reestablishPDCP */
    uint32_t drb_recover;              /* recoverPDCP */
    uint32_t drb_ul_sn12, drb_ul_sn18; /* pdcp-SN-SizeUL */
    uint32_t drb_dl_sn12, drb_dl_sn18; /* pdcp-SN-SizeDL */
    uint32_t drb_integrity;            /* integrityProtection enabled */
    uint32_t drb_ciphering_disabled;   /* cipheringDisabled */
    uint32_t drb_sdap_ul, drb_sdap_dl; /* sdap-HeaderUL/DL present */
    uint32_t drb_secondary;            /* in a radioBearerConfig with keyToUse secondary */
    uint32_t srb_added;
    uint32_t srb_reestablish;
};

/* What CounterCheck and its response say of user data (TS 38.331 5.3.6): the highest COUNT of each direction. */
struct daps_drb_counts {
    uint8_t drb[2];    /* by direction, 0 uplink, 1 downlink: its drb-Identity, 0 none */
    uint32_t count[2]; /* at least: of countMSB the 7 least significant bits are not known */
};

struct daps_event {
    enum daps_event_kind kind;
    enum daps_rat rat;
    enum daps_channel channel;

    /* Where it was seen. */
    uint64_t frame;               /* number in its capture, from 1 */
    int64_t time_ns;              /* since 1970-01-01 UTC; INT64_MIN if the capture has no time */
    struct daps_cell logged_cell; /* cell the log says the PDU was sent in; -1 where it does not say */

    union {
        struct { /* a message of RRC */
            /* The PDU: enough to tell a repeated message from a new one and equal plaintext from different plaintext.
             */
            uint64_t digest; /* of the PDU's octets (bytes/digest.h); of a candidate for CANDIDATE; 0 of broadcast and
                                of what goes with a message */
            uint32_t octets; /* length of the PDU */
            int8_t transaction; /* rrc-TransactionIdentifier 0..3, -1 none */

            /* Security. -1: not in the message. */
            int8_t ncc;          /* nextHopChainingCount 0..7 of masterKeyUpdate, reestablishment or suspendConfig */
            int8_t ciphering;    /* NEA/EEA number 0..7; 127 of a later release */
            int8_t integrity;    /* NIA/EIA number 0..7 */
            bool key_update;     /* masterKeyUpdate is there */
            bool key_set_change; /* keySetChangeIndicator */
            bool five_gc;        /* LTE: the new key is that of an ng-eNB (TS 33.501 A.12), handoverType-v1530 */
            bool nas_container;  /* masterKeyUpdate holds a nas-Container ... */
            uint64_t nas_digest; /* ... with this digest */
            int32_t sk_counter;  /* sk-Counter 0..65535, -1 none */

            /* Handover: RECONFIGURATION with sync, CANDIDATE, SCG_CHANGE. */
            bool sync;     /* reconfigurationWithSync of the master cell group is there */
            bool prepared; /* came in an inter-node HandoverCommand, not over the air */
            bool full_config;
            bool daps; /* at least one DRB has daps-Config (TS 38.331 5.3.5.5.2) */
            bool daps_source_release;
            bool conditional;         /* conditionalReconfiguration is there ... */
            bool attempt_conditional; /* ... with attemptCondReconfig: a failure may be followed by a candidate
                                         (5.3.7.3) */
            bool daps_power;          /* daps-UplinkPowerConfig is there */
            enum daps_rach rach;
            struct daps_cell target; /* -1: same as the source (TS 38.331 5.3.5.5.2) */
            int32_t point_a;         /* absoluteFrequencyPointA, -1 */
            int32_t carrier;         /* NR-ARFCN of the centre of the first carrier of scs-SpecificCarrierList, -1 */
            int32_t c_rnti;          /* newUE-Identity, -1 */
            int32_t t304_ms;         /* -1 */
            int16_t candidate_id;    /* condReconfigId, ltm-CandidateId; -1 */
            bool ltm;                /* the candidate is an LTM one */
            struct daps_bearers bearers;

            /* Failure, re-establishment, resume, release. */
            bool from_pdcp;       /* read from a PDCP PDU, whose COUNT tells it from a copy */
            bool executed;        /* a MAC-I shows it under a candidate's key (RECONFIGURATION_COMPLETE), the target's
                                     (FAILURE_INFORMATION), that in force (SECURITY_MODE_COMMAND), one of the UE's
                                     (REESTABLISHMENT_COMPLETE) */
            bool daps_failure;    /* FAILURE_INFORMATION: failureInfoDAPS */
            bool suspend;         /* RELEASE: suspendConfig is there */
            int64_t i_rnti;       /* fullI-RNTI of suspendConfig, resumeIdentity of an rrcResumeRequest1: 40 bits, -1 */
            int32_t short_i_rnti; /* shortI-RNTI of suspendConfig, resumeIdentity of an rrcResumeRequest: 24 bits, -1 */
            int32_t request_mac;  /* shortMAC-I, resumeMAC-I of a request: 16 bits, -1 */
            int32_t ue_c_rnti;    /* REESTABLISHMENT_REQUEST ue-Identity c-RNTI, -1 */
            int32_t ue_pci;       /* REESTABLISHMENT_REQUEST ue-Identity physCellId, HANDOVER_PREPARATION source; -1 */
            enum daps_reestablishment_cause cause;

            struct daps_drb_counts counts; /* COUNTER_CHECK, and TRAFFIC that is its response */

            int64_t cell_identity; /* SYSTEM_INFORMATION: cellIdentity of the first PLMN of SIB1: 36 bits, -1 */
            bool of_phone;         /* SYSTEM_INFORMATION: not SIB1, but what a phone notes of its cell */
        };
        struct daps_root_evidence root;           /* KEY_ROOT */
        struct daps_key_evidence key;             /* KEY_FITS */
        struct daps_use_evidence use;             /* KEYSTREAM_USE */
        struct daps_collision_evidence collision; /* COLLISION */
        struct daps_unfit_evidence unfit;         /* KEY_UNFIT */
        struct daps_bearer_evidence bearer;       /* BEARER */
        struct daps_request_evidence request;     /* REQUEST_FORGED */
        struct daps_seen_evidence seen;           /* KEY_SEEN */
        struct daps_sent_evidence sent;           /* MESSAGE_SENT */
        struct daps_node_evidence node;           /* NODE */
    };
};

/* Fills ev so that nothing is present: kind as given, every "-1 where absent" field -1, the rest zero. */
void daps_event_clear(struct daps_event *ev, enum daps_event_kind kind);

/* Is it no message, but evidence from below RRC? */
static inline bool daps_event_is_evidence(enum daps_event_kind kind)
{
    return kind >= DAPS_EV_BELOW_RRC && kind < DAPS_EV_KIND_COUNT;
}

/* Names used in every output form, for example "security-mode-command", "dl-dcch"; never NULL. */
const char *daps_event_kind_name(enum daps_event_kind kind);
const char *daps_channel_name(enum daps_channel channel);
const char *daps_rat_name(enum daps_rat rat);
const char *daps_rach_name(enum daps_rach rach); /* "cbra", "cfra", "cfra-2step", "skip", "unknown" */
const char *daps_reestablishment_cause_name(enum daps_reestablishment_cause cause);

/* The channel of messages on SRB1 and SRB2 in that direction (TS 38.331 6.2.1). */
static inline enum daps_channel daps_channel_dcch(bool downlink)
{
    return downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH;
}

/* The same PCI and the same frequency; unknown is equal to unknown only. */
static inline bool daps_cell_equals(const struct daps_cell *a, const struct daps_cell *b)
{
    return a->pci == b->pci && a->ssb_arfcn == b->ssb_arfcn;
}

#endif
