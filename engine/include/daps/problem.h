/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could not be taken out of a record, and why; words/ says it. */
#ifndef DAPS_PROBLEM_H
#define DAPS_PROBLEM_H

#include <glib.h>

#include "daps/framing.h"

enum daps_problem {
    DAPS_PROBLEM_HEADER_CUT,      /* cut by the snap length inside a header */
    DAPS_PROBLEM_HEADER_SHORT,    /* a header or field runs past the end */
    DAPS_PROBLEM_HEADER_WORDS,    /* header too short: N words */
    DAPS_PROBLEM_RRC_CUT,         /* the RRC PDU is cut by the snap length */
    DAPS_PROBLEM_RRC_SHORT,       /* the RRC PDU ends early */
    DAPS_PROBLEM_RRC_MISSING,     /* no RRC PDU behind the header */
    DAPS_PROBLEM_RRC_LENGTH,      /* an RRC PDU of impossible length */
    DAPS_PROBLEM_RRC_CHANNEL,     /* unknown RRC channel: N */
    DAPS_PROBLEM_LTE_RRC_SUBTYPE, /* unknown LTE RRC sub-type: 0xN */
    DAPS_PROBLEM_RRC_SUBTYPE,     /* unknown NR RRC sub-type: 0xN */
    DAPS_PROBLEM_PDCP_CUT,        /* the PDCP PDU is cut by the snap length */
    DAPS_PROBLEM_PDCP_SHORT,      /* the PDCP PDU ends early */
    DAPS_PROBLEM_LENGTH_PAST_END, /* its length field goes past the end of the packet: N octets after the header, N are
                                     there */
    DAPS_PROBLEM_NOT_IPV4,        /* not an IPv4 header: version N, header length N */
    DAPS_PROBLEM_NOT_IPV6,        /* not an IPv6 header: version N */
    DAPS_PROBLEM_TOTAL_LENGTH,    /* total length shorter than the header: N octets, header N */
    DAPS_PROBLEM_FRAGMENT_CUT,    /* a fragment is cut by the snap length */
    DAPS_PROBLEM_FRAGMENT_NESTED, /* a fragment inside a fragment */
    DAPS_PROBLEM_FRAGMENT_LENGTH, /* a fragment of impossible length: offset N, N octets */
    DAPS_PROBLEM_FRAGMENTS_OVERLAP,  /* overlapping fragments: identification 0xN, offset N, from frame N on */
    DAPS_PROBLEM_FRAGMENTS_DISAGREE, /* fragments disagree on the length of the datagram: identification 0xN, offset N,
                                        from frame N on */
    DAPS_PROBLEM_FRAGMENTS_MISSING,  /* fragments of a datagram are missing: identification 0xN, from frame N on, N
                                        octets of N */
    DAPS_PROBLEM_FRAGMENTS_UNENDED,  /* fragments of a datagram are missing: identification 0xN, from frame N on, N
                                        octets of more than N */
    DAPS_PROBLEM_UDP_LENGTH,         /* its length field does not fit: length N, N octets are there */
    DAPS_PROBLEM_PAYLOAD_CUT,        /* cut by the snap length before its payload can be told */
    DAPS_PROBLEM_SCTP_CHUNK,         /* a chunk shorter than its header: length N */
    DAPS_PROBLEM_TOO_MANY_LAYERS,    /* more layers inside one another than are followed: N */
    DAPS_PROBLEM_DISSECTOR_UNNAMED,  /* no tag names the dissector */
    DAPS_PROBLEM_CONTEXT_TAG,        /* unknown tag in its context */
    DAPS_PROBLEM_PDU_TYPE,           /* unknown PDU type: type N of version N */
    DAPS_PROBLEM_PART_NUMBER,        /* unknown segment number: N */
    DAPS_PROBLEM_LOG_VERSION,        /* unknown version of the log: version N */
    DAPS_PROBLEM_PARTS_MISSING,      /* parts of an RRC PDU are missing: part N */
    DAPS_PROBLEM_MAC_CUT,            /* cut by the snap length, signalling may be behind it: N octets are missing */
    DAPS_PROBLEM_MAC_SUBPDU,         /* a subPDU runs past the end: LCID N */
    DAPS_PROBLEM_MAC_TALKATIVE,      /* more than one CCCH message in one PDU */
    DAPS_PROBLEM_MAC_RESERVED,       /* a reserved bit is set, and no subPDU fits */
    DAPS_PROBLEM_RLC_INCOMPLETE,     /* segments of an SDU are missing: SN N, from frame N on */
    DAPS_PROBLEM_RLC_CUT,            /* a segment is cut by the snap length: SN N */
    DAPS_PROBLEM_RLC_LONG,           /* an SDU longer than PDCP makes them: SN N */
    DAPS_PROBLEM_RLC_EMPTY,          /* a segment without data: SN N */
    DAPS_PROBLEM_DIAG_CHECKSUM,      /* the checksum of its frame is wrong */
    DAPS_PROBLEM_DIAG_FOREIGN,       /* octets that are no item: N octets */
    DAPS_PROBLEM_DIAG_CUT,           /* the log ends in the middle of an item: after N octets of it */
    DAPS_PROBLEM_DIAG_ENCRYPTED,     /* it is encrypted */
    DAPS_PROBLEM_DIAG_LENGTH,        /* an item whose lengths disagree: N octets, N are there */
    DAPS_PROBLEM_ROW_NAME,           /* a message of RRC whose name says no channel */
    DAPS_PROBLEM_ROW_DIRECTION,      /* its name says one direction, its row the other */
    DAPS_PROBLEM_COUNT
};

#define DAPS_PROBLEM_NUMBERS 4

struct daps_framing_problem {
    enum daps_problem what;
    enum daps_framing_class class; /* of what: cut, incomplete, ... */
    uint64_t frame;
    int64_t time_ns;
    const char *layer;                      /* name of the protocol, for example "GSMTAP v3"; static storage */
    uint64_t numbers[DAPS_PROBLEM_NUMBERS]; /* as many as this problem has, in the order of its sentence */
    bool rrc_lost;                          /* an RRC PDU was, or may have been, in what is lost ... */
    bool ue_known;                          /* ... of the UE ... */
    uint64_t ue_key;                        /* ... with this key */
};

/* What kind of problem that is: one of the classes behind DAPS_FRAMING_UNKNOWN. */
enum daps_framing_class daps_problem_class(enum daps_problem what);

/* A few words that can end a sentence; static storage, never NULL. */
const char *daps_problem_reason(enum daps_problem what);

/* Appends one sentence without its full stop: the layer, the reason and the numbers. */
void daps_problem_say(GString *text, const struct daps_framing_problem *problem);

#endif
