/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record of a capture, as whoever reads captures gives it to the engine. */
#ifndef DAPS_RECORD_H
#define DAPS_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/pdu.h"

/* Link type of a record whose encapsulation has no number of its own in pcap files. */
#define DAPS_LINKTYPE_NONE (-1)
/* A UDP datagram, its header included (RFC 768): what somebody else has unwrapped so far. */
#define DAPS_LINKTYPE_UDP (-2)
/* A command of Qualcomm's DIAG, without the checksum of its frame; and a log packet alone, which one of them holds. */
#define DAPS_LINKTYPE_DIAG      (-3)
#define DAPS_LINKTYPE_DIAG_ITEM (-4)
/* A row of signalling as AZENQOS logs it (framing/azenqos.c). */
#define DAPS_LINKTYPE_AZENQOS (-5)
/* A packet of a Samsung modem (framing/sdm.c). */
#define DAPS_LINKTYPE_SDM (-6)

/* How an item of a baseband log was found in its file. */
enum daps_diag_state {
    DAPS_DIAG_SOUND,           /* whole, and its checksum right, or a kind of file that has none */
    DAPS_DIAG_CHECKSUM_WRONG,  /* in a file whose others are right: it is damaged */
    DAPS_DIAG_CHECKSUM_UNUSED, /* wrong or absent in a file where none is right: a tool wrote it so */
    DAPS_DIAG_FOREIGN,         /* no item: octets between items that are none */
    DAPS_DIAG_HEAD,            /* the same in front of the first item */
    DAPS_DIAG_CUT,             /* no item: the file ends in the middle of one */
};

struct daps_record {
    uint64_t frame;      /* number in its capture, from 1 */
    int64_t time_ns;     /* since 1970-01-01 UTC; INT64_MIN if the record has none */
    int linktype;        /* DLT or LINKTYPE number of this very record */
    uint32_t caplen;     /* octets at data */
    uint32_t len;        /* octets the packet had; more than caplen: cut by the snap length */
    const uint8_t *data; /* borrowed; valid until the next record is asked for */

    /* Of what is around a record that somebody else has unwrapped so far: */
    struct daps_ends ends;
    enum daps_diag_state diag; /* of DIAG only */
    uint32_t foreign;          /* likewise: octets skipped in front of it, or that it is */
    bool user_plane;           /* it is inside IP that GTP-U carries: what is not radio there is not reported */
};

#endif
