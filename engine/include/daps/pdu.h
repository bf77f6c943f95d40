/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PDU on its way up: as a capture's framing or Wireshark unwrapped it, and, once the layers below RRC have been
 * taken off it, as RRC or PDCP gets it. A layer fills what it knows and leaves the rest as it was.
 */
#ifndef DAPS_PDU_H
#define DAPS_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"

enum daps_layer {
    DAPS_LAYER_RRC,    /* channel says which; ue_key whose */
    DAPS_LAYER_PDCP,   /* with srb or not, bearer, sn_bits and downlink */
    DAPS_LAYER_RLC,    /* with srb or not, bearer, rlc_mode, rlc_sn_bits and downlink */
    DAPS_LAYER_MAC,    /* with rnti_type and downlink */
    DAPS_LAYER_LOGGED, /* what a phone's log says of a PDCP PDU and of the keys in use: logged */
    DAPS_LAYER_AP,     /* a PDU of S1AP, or with x2 of X2AP; numbered or not */
};

/*
 * Keys by value, as a phone logs them, and one PDU under them: srb, bearer and downlink of struct daps_pdu, whose
 * octets are its first ones, uplink as they were before ciphering, downlink as they were received.
 */
struct daps_logged {
    bool integrity;        /* keys are KRRCenc and KRRCint; else KRRCenc and KUPenc */
    uint8_t keys[2][16];   /* wiped after use by whoever read them */
    int8_t algorithms[2];  /* EEA or EIA number that each is for; -1 not known */
    bool has_pdu;          /* else only the keys */
    uint32_t count, size;  /* of the PDU */
    uint32_t mac;          /* integrity: its MAC-I */
    uint16_t sfn;          /* and subframe, in which it was logged */
    bool sent;             /* no keys and no PDU, but a random access: in Msg3 a message of SRB1 went ... */
    uint16_t c_rnti;       /* ... under that C-RNTI */
    bool cell;             /* no keys and no PDU, but what the phone notes of its cell, logged_cell: ... */
    int64_t cell_identity; /* ... that it has this identity */
};

enum daps_rlc_mode { DAPS_RLC_UNKNOWN, DAPS_RLC_TM, DAPS_RLC_UM, DAPS_RLC_AM };

/* As Wireshark's framing of RLC numbers them. */
static inline enum daps_rlc_mode daps_rlc_mode_of(unsigned number)
{
    return number == 1 ? DAPS_RLC_TM : number == 2 ? DAPS_RLC_UM : number == 4 ? DAPS_RLC_AM : DAPS_RLC_UNKNOWN;
}

/* One side of a conversation; IPv4 addresses as ::ffff:a.b.c.d. All zero: none. */
struct daps_endpoint {
    uint64_t high, low; /* halves of the address */
    uint32_t port;
};

/* Between whom the packet around a PDU went: UEs of a log may be told apart by it. */
struct daps_ends {
    bool known;
    struct daps_endpoint source, destination;
};

/* How what came around a PDU names its UE. */
struct daps_names {
    bool has_ue_id, has_rnti;
    uint16_t ue_id, rnti;
    bool of_log;      /* of a log that is about one UE by itself (GSMTAP), ... */
    uint64_t log_key; /* ... which it gives this key */
};

#define DAPS_PDCP_MOST_OCTETS 9216 /* TS 38.323 4.3.1: SDUs of 9000 octets, header and MAC-I */

struct daps_pdu {
    uint64_t frame;
    int64_t time_ns; /* INT64_MIN: none */
    enum daps_layer layer;
    enum daps_rat rat;
    const uint8_t *octets;
    size_t length;  /* octets at octets */
    size_t missing; /* octets of the PDU behind them that were not captured; 0: it is whole */

    struct daps_ends ends;
    struct daps_names names;
    uint64_t ue_key; /* whatever tells UEs of one capture apart; equal key = same UE */
    uint64_t leg;    /* connection within the UE (C-RNTI + 1): tells source and target apart; 0 not known */

    bool downlink;
    enum daps_channel channel; /* DAPS_CH_NONE below RRC: of a radio bearer, */
    bool srb;                  /* ... signalling or else data, ... */
    uint8_t bearer;            /* ... srb-Identity 1..4 or drb-Identity 1..32; 0 unknown */
    struct daps_cell logged_cell;
    uint8_t rnti_type; /* of MAC; 3: C-RNTI */

    enum daps_rlc_mode rlc_mode;
    uint8_t rlc_sn_bits;  /* AM 12 or 18, UM 6 or 12; of PDCP: of the RLC PDU that brought its last octet; 0 unknown */
    uint32_t rlc_sn;      /* of PDCP: likewise */
    bool rlc_extended_li; /* LTE: length indicators have 15 bits (TS 36.322 6.2.2.5) */
    uint8_t
        sn_bits; /* of PDCP: 12 or 18, LTE: 5, 7, 12, 15 or 18; of SRBs 12 (TS 38.323 6.2.2.1), 5 (TS 36.323 6.2.2) */
    uint8_t sdap_octets;              /* of the SDAP header, which is not ciphered (TS 38.323 5.8): 0 or 1 */
    bool ciphering_off;               /* cipheringDisabled */
    bool air;                         /* of RRC: it came in MAC, RLC or PDCP; else in a log of RRC */
    const struct daps_logged *logged; /* of LOGGED */
    bool deciphered;                  /* of RRC, by the engine: it was sent ciphered */
    bool x2;                          /* of AP: X2AP, else S1AP */
    bool numbered;                    /* of AP: its TSNs show that it is no copy of a PDU before it */
    bool between_nodes;               /* of RRC: a node interface carried it */
};

/* A UE key from both ends, the same whichever way round they are; 0 if they tell nobody apart. */
uint64_t daps_ends_key(const struct daps_ends *ends, bool with_ports);

#endif
