/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a captured record to the RRC PDUs in it.
 *
 * Every record is peeled layer by layer until it is an NR RRC PDU, which is handed over, or something else that is
 * recognised and counted. What cannot be peeled is counted and reported with its frame and the reason.
 * Memory is bounded: IP fragments and log segments wait in tables of fixed size.
 */
#ifndef DAPS_FRAMING_H
#define DAPS_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/engine.h"
#include "daps/record.h"

/* What a record, or one payload in it, turned out to be. */
enum daps_framing_class {
    DAPS_FRAMING_NR_RRC, /* handed over */
    DAPS_FRAMING_LTE_RRC,
    DAPS_FRAMING_UMTS_RRC,
    DAPS_FRAMING_NAS,
    DAPS_FRAMING_MAC_NR,
    DAPS_FRAMING_MAC_LTE,
    DAPS_FRAMING_RLC_NR,
    DAPS_FRAMING_PDCP_NR,
    DAPS_FRAMING_BLANK,          /* a MAC PDU of nothing but zeros: logged although it could not be decoded */
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
    DAPS_FRAMING_LINK_OTHER, /* link type not supported */
    /* The rest are problems: each is reported, too. */
    DAPS_FRAMING_UNKNOWN,    /* a carrier of NR RRC with a PDU type that it should not have */
    DAPS_FRAMING_CUT,        /* cut by the snap length, and what is left is not enough */
    DAPS_FRAMING_INCOMPLETE, /* fragments or segments of which some are missing */
    DAPS_FRAMING_MALFORMED,
    DAPS_FRAMING_CLASS_COUNT
};

struct daps_framing_problem {
    enum daps_framing_class class;
    uint64_t frame;
    int64_t time_ns;
    const char *layer;  /* for example "GSMTAP v3"; static storage */
    const char *reason; /* a few words that can end a sentence; static storage */
    const char *detail; /* one sentence: layer, reason and the numbers; valid during the call only */
    bool rrc_lost;      /* an NR RRC PDU was, or may have been, in what is lost ... */
    bool ue_known;      /* ... of the UE ... */
    uint64_t ue_key;    /* ... with this key */
};

/* Either may be NULL. user is passed through. */
struct daps_framing_sink {
    void *user;
    void (*pdu)(void *user, const struct daps_pdu *pdu);
    void (*pdcp)(void *user, const struct daps_pdcp_pdu *pdu);
    void (*problem)(void *user, const struct daps_framing_problem *problem);
    void (*join)(void *user, uint64_t ue_key, const struct daps_identity_join *join); /* for daps_engine_join */
};

struct daps_framing_counts {
    uint64_t frames;                            /* records given */
    uint64_t classes[DAPS_FRAMING_CLASS_COUNT]; /* payloads; a record may hold several, or a part of one */
    uint64_t keys;                              /* key values that came in GSMTAP v3 metadata; only counted */
};

struct daps_framing;

/* State of one capture. sink is copied. Free with daps_framing_free. */
struct daps_framing *daps_framing_new(const struct daps_framing_sink *sink);

/* Peels one record. The octets of a PDU handed to the sink are valid during that call only. */
void daps_framing_unwrap(struct daps_framing *framing, const struct daps_record *record);

/*
 * What somebody else has unwrapped already: in the plugin, Wireshark. The octets of a PDU are whole unless missing
 * says that they end before the PDU does; addresses are what UEs of a log are told apart by, all zero where there is
 * none.
 */
struct daps_framing_endpoint {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint32_t port;
};

struct daps_framing_place {
    uint64_t frame;
    int64_t time_ns;
    size_t missing;  /* octets of the PDU behind those that are given; 0: it is whole */
    bool user_plane; /* inside IP that GTP-U carries: what is not radio there is not reported */
    bool addressed;  /* source and destination are filled */
    struct daps_framing_endpoint source, destination;
};

/* Whose a PDU below RRC is, as far as its framing says. */
struct daps_framing_name {
    bool has_ue_id, has_rnti;
    uint16_t ue_id, rnti;
};

struct daps_framing_mac {
    bool downlink;
    uint8_t rnti_type; /* 3: C-RNTI */
    struct daps_framing_name name;
};

struct daps_framing_rlc {
    uint8_t mode;        /* 1 TM, 2 UM, 4 AM */
    uint8_t sn_bits;     /* 6, 12 or 18 */
    uint8_t bearer_type; /* 1 CCCH, 4 SRB, 5 DRB */
    uint8_t bearer;      /* srb-Identity or drb-Identity */
    bool downlink;
    struct daps_framing_name name;
};

struct daps_framing_pdcp {
    bool signalling;     /* plane */
    uint8_t sn_bits;     /* 12 or 18 */
    uint8_t bearer_type; /* of signalling: 1 DCCH, 4 CCCH */
    uint8_t bearer;      /* srb-Identity or drb-Identity */
    bool sdap_ul, sdap_dl, ciphering_off, downlink;
    struct daps_framing_name name;
};

/* One PDU each; length in octets. */
void daps_framing_take_rrc(struct daps_framing *framing, const struct daps_framing_place *place,
                           enum daps_channel channel, const uint8_t *octets, size_t length);
void daps_framing_take_mac(struct daps_framing *framing, const struct daps_framing_place *place,
                           const struct daps_framing_mac *mac, const uint8_t *octets, size_t length);
void daps_framing_take_rlc(struct daps_framing *framing, const struct daps_framing_place *place,
                           const struct daps_framing_rlc *rlc, const uint8_t *octets, size_t length);
void daps_framing_take_pdcp(struct daps_framing *framing, const struct daps_framing_place *place,
                            const struct daps_framing_pdcp *pdcp, const uint8_t *octets, size_t length);
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

/* A UDP datagram, its header included (RFC 768). */
void daps_framing_take_udp(struct daps_framing *framing, const struct daps_framing_place *place, const uint8_t *octets,
                           size_t length);

/*
 * Tells what a message of that UE said: how its bearers are configured, and which C-RNTI it will have. To be called
 * for every decoded message, before the next record.
 */
void daps_framing_learn(struct daps_framing *framing, uint64_t ue_key, const struct daps_rrc_result *result);

/* How a DRB is configured until RRC says otherwise, for captures that do not show it. */
struct daps_framing_drb {
    uint8_t lcid, drb; /* 4..32, 1..32 */
    bool am;           /* else UM */
    uint8_t rlc_sn;    /* AM 12 or 18, UM 6 or 12; both directions */
    uint8_t pdcp_sn;   /* 12 or 18 */
};

#define DAPS_FRAMING_MAX_DRBS 32

/* Copied; for UEs not seen yet. */
void daps_framing_assume_drbs(struct daps_framing *framing, const struct daps_framing_drb *drbs, unsigned n);

/* UEId of the framing for the PDU delivered last, -1 if it has none. */
int32_t daps_framing_ue_id(const struct daps_framing *framing);

/* Names of UEs and their configuration that gave way because a table was full: what they were joined to is forgotten.
 */
uint64_t daps_framing_evicted(const struct daps_framing *framing);

/* Whether payloads of this class are followed, not only counted. */
bool daps_framing_class_is_followed(enum daps_framing_class class);

/* The capture has ended: whatever still waits for its missing pieces is reported. */
void daps_framing_finish(struct daps_framing *framing);

const struct daps_framing_counts *daps_framing_counts(const struct daps_framing *framing);

/* NULL is fine. */
void daps_framing_free(struct daps_framing *framing);

/* "nr-rrc", "lte-rrc", "gtp-u", ...: names used in every output form; never NULL. */
const char *daps_framing_class_name(enum daps_framing_class class);

/* Whether payloads of this class are problems, which the sink was told about. */
bool daps_framing_class_is_problem(enum daps_framing_class class);

#endif
