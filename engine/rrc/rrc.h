/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC PDUs to events (TS 38.331 6.2.2 and 11.2.2, TS 36.331 6.2.2 and 10.2.2; UPER of ITU-T X.691).
 *
 * One call decodes one PDU. No allocation, no recursion on input; what a PDU says depends on its octets alone.
 */
#ifndef DAPS_ENGINE_RRC_H
#define DAPS_ENGINE_RRC_H

#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"
#include "per/per.h"

#define DAPS_RRC_MAX_EVENTS 80
#define DAPS_RRC_MAX_OCTETS 524288 /* above the 45 segments of 9,000 octets that TS 38.331 5.7.7 allows */

#define DAPS_RRC_SCRATCH 131072 /* for contents of 16K and more, which PER cuts into fragments */

enum daps_rrc_status {
    DAPS_RRC_OK,        /* decoded; events hold what it said, possibly none */
    DAPS_RRC_UNDECODED, /* malformed or cut short: error and error_bit say where and why, no events */
};

/* One logical channel of a cell group (TS 38.331 6.3.2 RLC-BearerConfig). */
struct daps_rlc_bearer {
    uint8_t lcid;
    bool srb;
    uint8_t bearer;       /* srb-Identity or drb-Identity; 0: not in the message, the bearer stays as it was */
    bool am, um;          /* neither: not in the message */
    uint8_t ul_sn, dl_sn; /* bits of the SN: AM 12 or 18, UM 6 or 12; LTE: AM 10 or 16, UM 5 or 10; 0 absent */
    /* LTE, whose lists of bearers have all layers in one: */
    uint8_t pdcp_sn;     /* bits of the SN of PDCP; 0 absent */
    bool extended_li[2]; /* uplink, downlink: length indicators have 15 bits */
};

#define DAPS_RRC_MAX_RLC 40

/* One segment of a message above 9,000 octets (TS 38.331 5.7.6, 5.7.7). */
struct daps_rrc_segment {
    bool present;
    uint8_t number; /* from 0 */
    bool last;
    const uint8_t *octets; /* in the result, valid until it is used again */
    size_t length;
};

/* All zero before its first use; what is the decoder's own may be left in it from one PDU to the next. */
struct daps_rrc_result {
    enum daps_rrc_status status;
    const char *message; /* name of the RRC message as in the ASN.1, "" if unknown; static storage */
    const char *error;   /* reason in a few words; static storage, NULL if status is OK */
    uint32_t error_bit;  /* bit offset in the PDU (or in its embedded container) where decoding stopped */
    uint64_t read_bits;  /* of the PDU, where the walk of the message itself ended; 0: its type was all that mattered */
    uint32_t n_events;
    bool silent; /* the decoder's own: the first event says nothing but what it is, which needs no clearing */
    struct daps_event events[DAPS_RRC_MAX_EVENTS];
    uint32_t n_rlc; /* logical channels of the master cell group, for whoever reads RLC */
    struct daps_rlc_bearer rlc[DAPS_RRC_MAX_RLC];
    struct daps_rrc_segment segment;
    uint64_t digest;                   /* of the PDU's octets; 0: was not needed */
    uint8_t scratch[DAPS_RRC_SCRATCH]; /* the decoder's own */
};

/*
 * Decodes octets[0..length) as the RRC PDU type of that technology that channel names (TS 38.331, TS 36.331 V17 with
 * later extensions skipped). Fills out, whose events lack frame, time_ns and logged_cell (the caller knows those).
 * Events of the other technology are parts of the message (the NR cell group of EN-DC). Returns out->status.
 */
enum daps_rrc_status daps_rrc_decode(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length,
                                     struct daps_rrc_result *out);

/* The same of NR. */
enum daps_rrc_status daps_rrc_decode_nr(enum daps_channel channel, const uint8_t *octets, size_t length,
                                        struct daps_rrc_result *out);

#endif
