/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What records, and the payloads in them, turn out to be.
 *
 * Every record is peeled layer by layer until it is an RRC or NR PDCP PDU, which is followed, or something else that is
 * recognised and counted. What cannot be peeled is counted and reported with its frame and the reason.
 */
#ifndef DAPS_FRAMING_H
#define DAPS_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/rat.h"

/* What a record, or one payload in it, turned out to be. */
enum daps_framing_class {
    DAPS_FRAMING_NR_RRC,  /* handed over */
    DAPS_FRAMING_LTE_RRC, /* likewise */
    DAPS_FRAMING_NB_IOT_RRC,
    DAPS_FRAMING_UMTS_RRC,
    DAPS_FRAMING_NAS,
    DAPS_FRAMING_MAC_NR,
    DAPS_FRAMING_MAC_LTE,
    DAPS_FRAMING_RLC_NR,
    DAPS_FRAMING_PDCP_NR,
    DAPS_FRAMING_BLANK,          /* a MAC PDU of nothing but zeros: logged although it could not be decoded */
    DAPS_FRAMING_CRC_FAILED,     /* a MAC PDU of which its context says that it was not received */
    DAPS_FRAMING_BEARER_UNKNOWN, /* an RLC PDU of a bearer whose configuration was not seen: not followed */
    DAPS_FRAMING_RLC,            /* of LTE */
    DAPS_FRAMING_PDCP,
    DAPS_FRAMING_NGAP,
    DAPS_FRAMING_XNAP,
    DAPS_FRAMING_F1AP,
    DAPS_FRAMING_E1AP,
    DAPS_FRAMING_E2AP,
    DAPS_FRAMING_S1AP,
    DAPS_FRAMING_X2AP,
    DAPS_FRAMING_GTP_U,
    DAPS_FRAMING_GSMTAP_OTHER,
    DAPS_FRAMING_RLS_OTHER,   /* heartbeats, acknowledgements and user data of UERANSIM's radio link simulation */
    DAPS_FRAMING_UPPER_OTHER, /* DLT 252 with a dissector that is none of the above */
    DAPS_FRAMING_SCTP_OTHER,
    DAPS_FRAMING_IP_OTHER,
    DAPS_FRAMING_IP_FRAGMENT, /* one piece of a datagram; the datagram is counted when it is whole */
    DAPS_FRAMING_SEGMENT,     /* one piece of a log entry, likewise */
    DAPS_FRAMING_NON_IP,
    DAPS_FRAMING_LINK_OTHER,    /* link type not supported */
    DAPS_FRAMING_DIAG,          /* an item of a baseband log: those not followed are counted by code, too */
    DAPS_FRAMING_DIAG_PDCP,     /* one with keys and PDUs of PDCP, which is followed */
    DAPS_FRAMING_DIAG_CHECKSUM, /* one whose checksum is wrong or not there, where a tool wrote them all so */
    DAPS_FRAMING_DIAG_HEAD,     /* octets in front of the first item of a baseband log */
    DAPS_FRAMING_AZENQOS,       /* a row of a log of AZENQOS that is neither RRC nor NAS */
    /* The rest are problems: each is reported, too. */
    DAPS_FRAMING_UNKNOWN,    /* a carrier of NR RRC with a PDU type that it should not have */
    DAPS_FRAMING_CUT,        /* cut by the snap length, and what is left is not enough */
    DAPS_FRAMING_INCOMPLETE, /* fragments or segments of which some are missing */
    DAPS_FRAMING_MALFORMED,
    DAPS_FRAMING_CLASS_COUNT
};

/* Items of a baseband log of one kind that are not followed. */
struct daps_framing_items {
    uint64_t n; /* 0: this place is empty */
    uint16_t code;
    bool command;         /* code is that of a command of DIAG, not of a log packet */
    bool samsung;         /* code is group and command of a Samsung modem */
    bool version_unknown; /* they would be followed, were the layout of this version known */
    uint32_t version;
};

#define DAPS_FRAMING_MAX_ITEMS 512

struct daps_framing_counts {
    uint64_t frames;                            /* records given */
    uint64_t classes[DAPS_FRAMING_CLASS_COUNT]; /* payloads; a record may hold several, or a part of one */
    struct daps_framing_items *items;           /* DAPS_FRAMING_MAX_ITEMS places; NULL: there are none */
    uint64_t more_items;                        /* of kinds beyond */
    uint64_t keys;                              /* key values that came in GSMTAP v3 metadata; only counted */
};

/*
 * Where the first UDP datagram (RFC 768) begins in octets that hold it somewhere, with a length field that fits into
 * length octets, of which captured are there. of_ports: it has these ports. named: its payload begins with the name of
 * a radio layer of NR ("mac-nr", ...). False: there is none.
 */
struct daps_framing_udp_wanted {
    bool of_ports, named;
    uint16_t source, destination;
};
bool daps_framing_find_udp(const uint8_t *octets, size_t captured, size_t length,
                           const struct daps_framing_udp_wanted *wanted, size_t *at);

/* How a DRB is configured until RRC says otherwise, for captures that do not show it. */
struct daps_framing_drb {
    enum daps_rat rat;
    uint8_t lcid, drb; /* 4..32, LTE 3..10 and 32..38; 1..32 */
    bool am;           /* else UM */
    uint8_t rlc_sn;    /* AM 12 or 18, UM 6 or 12; LTE: AM 10 or 16, UM 5 or 10; both directions */
    uint8_t pdcp_sn;   /* 12 or 18; LTE: 7, 12, 15 or 18 */
};

#define DAPS_FRAMING_MAX_DRBS 32

/* Whether payloads of this class are followed, not only counted. */
bool daps_framing_class_is_followed(enum daps_framing_class class);

/* "nr-rrc", "lte-rrc", "gtp-u", ...: names used in every output form; never NULL. */
const char *daps_framing_class_name(enum daps_framing_class class);

/* Whether payloads of this class are problems, which the sink was told about (daps/problem.h). */
bool daps_framing_class_is_problem(enum daps_framing_class class);

#endif
