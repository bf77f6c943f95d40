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

struct daps_record {
    uint64_t frame;      /* number in its capture, from 1 */
    int64_t time_ns;     /* since 1970-01-01 UTC; INT64_MIN if the record has none */
    int linktype;        /* DLT or LINKTYPE number of this very record */
    uint32_t caplen;     /* octets at data */
    uint32_t len;        /* octets the packet had; more than caplen: cut by the snap length */
    const uint8_t *data; /* borrowed; valid until the next record is asked for */

    /* Of what is around a record that somebody else has unwrapped so far: */
    struct daps_ends ends;
    bool user_plane; /* it is inside IP that GTP-U carries: what is not radio there is not reported */
};

#endif
