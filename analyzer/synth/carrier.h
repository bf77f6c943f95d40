/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrapping an RRC PDU the way real tools do, so that readers of those tools' captures can be tried. */
#ifndef DAPS_SYNTH_CARRIER_H
#define DAPS_SYNTH_CARRIER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "daps/event.h"

enum synth_framing {
    SYNTH_UPPER_PDU,          /* link type 252, names padded to four octets as Wireshark does */
    SYNTH_UPPER_PDU_UNPADDED, /* the same as some phone tools write it */
    SYNTH_GSMTAP_V3,          /* Ethernet, UDP 4729, with metadata and the header length as SCAT writes it */
    SYNTH_GSMTAP_V2,          /* the same in version 2, which has LTE only */
    SYNTH_QCSUPER,            /* raw IPv4, UDP 47928, log 0xB821 version 9 */
    SYNTH_RLS,                /* Ethernet, UDP 4997, UERANSIM */
    SYNTH_DIAG,               /* items of a phone's baseband log (diag.c), ... */
    SYNTH_DIAG_SEGMENTS,      /* ... each message in two parts */
    /* Below RRC, with real keys (layers.c): */
    SYNTH_MAC_NR,           /* Ethernet, UDP 9999, "mac-nr" */
    SYNTH_MAC_NR_DLT149,    /* a UDP header and no IP, as srsRAN */
    SYNTH_MAC_NR_DLT157,    /* no header at all */
    SYNTH_MAC_NR_UPPER,     /* link type 252, "mac-nr-framed" */
    SYNTH_MAC_NR_UPPER_UDP, /* link type 252, "udp" */
    SYNTH_RLC_NR,           /* Ethernet, UDP 9999, "rlc-nr" */
    SYNTH_PDCP_NR,          /* likewise "pdcp-nr" */
    SYNTH_PDCP_NR_2018,     /* the tags of its first generation */
    SYNTH_MAC_LTE,          /* Ethernet, UDP 9999, "mac-lte" */
    SYNTH_MAC_LTE_DLT147,   /* no header at all, as srsRAN 4G */
    SYNTH_MAC_LTE_DLT149,   /* a UDP header and no IP, likewise */
    SYNTH_MAC_LTE_UPPER,    /* link type 252, "mac-lte-framed" */
    SYNTH_RLC_LTE,          /* Ethernet, UDP 9999, "rlc-lte" */
    SYNTH_PDCP_LTE,         /* likewise "pdcp-lte" */
    SYNTH_GSMTAP_V2_MAC,    /* GSMTAP v2 type 0x0f, which has LTE only */
    /* Of either: */
    SYNTH_GSMTAP_V3_MAC,      /* GSMTAP v3 type 0x0500, LTE 0x0400 */
    SYNTH_GSMTAP_V3_PDCP,     /* GSMTAP v3 type 0x0502, LTE 0x0402 */
    SYNTH_GSMTAP_V3_BOTH,     /* RRC in clear, as a phone logs it, and the PDCP PDU it went in */
    SYNTH_DIAG_KEYS,          /* items of a phone's baseband log with the keys of LTE (diag_pdcp.c), ... */
    SYNTH_DIAG_KEYS_SEGMENTS, /* ... each message in two parts */
    SYNTH_FRAMING_COUNT
};

struct synth_frame {
    enum daps_rat rat;
    enum daps_channel channel;
    const GByteArray *octets;
    unsigned ue;     /* from 1 */
    unsigned ue_id;  /* of framings that have one */
    unsigned writer; /* last octet of the address that MAC, RLC and PDCP over UDP come from: 10.0.0.*; 0: 127.0.0.1 */
    bool many_ues;   /* the capture holds more than one, so the framing must tell them apart */
    struct daps_cell cell; /* the UE logs it in */
    int64_t time_ns;
    uint32_t number; /* of the frame, for identifiers that count */
};

/* The framing called name ("upper-pdu", "gsmtap-v3", ...), or SYNTH_FRAMING_COUNT. */
enum synth_framing synth_framing_by_name(const char *name);

/* Names of all framings, joined by commas; static storage. */
const char *synth_framing_names(void);

/* Whether the framing can hold that technology. */
bool synth_framing_carries(enum synth_framing framing, enum daps_rat rat);

/* Whether RRC stands in it in clear, as a log has it; PDCP may stand beside. */
bool synth_framing_logs(enum synth_framing framing);

/* Link type of the framing. */
int synth_link_type(enum synth_framing framing);

/* The frame's octets at link level; NULL if the framing cannot carry that channel. The caller unrefs. */
GByteArray *synth_wrap(enum synth_framing framing, const struct synth_frame *frame);

#endif
