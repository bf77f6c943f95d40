/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share while one PDU is read; not for others. */
#ifndef DAPS_ENGINE_RRC_READING_H
#define DAPS_ENGINE_RRC_READING_H

#include "bytes/digest.h"
#include "per/per.h"
#include "per/tables_nr_rrc.h"
#include "rrc/rrc.h"

/*
 * A part of the PDU that is read by itself, as the contents of an OCTET STRING; UPER does not align it. octets is the
 * PDU, or the scratch room where contents that came in fragments have been joined.
 */
struct rrc_span {
    bool present;
    const uint8_t *octets;
    size_t length; /* of octets */
    uint64_t bit;  /* first */
    uint64_t bits; /* how many */
};

/* One PDU on its way to events. */
struct rrc_reading {
    const uint8_t *octets;
    size_t length;
    struct daps_rrc_result *out;
    struct rrc_span walked; /* what the walk under way goes through: positions of hits count in it */
    size_t scratch;         /* octets of out->scratch in use */
};

/* Appends an event; NULL (and the result is marked) if the message holds more than any real one. */
struct daps_event *rrc_add_event(struct rrc_reading *r, enum daps_event_kind kind);

/* Walks contents of span as type root; false if the result has been marked undecoded. */
bool rrc_walk(struct rrc_reading *r, uint32_t root, struct rrc_span span, per_on_hit *on_hit, void *user);

/* Digest of a span of whole octets, equal to that of the same octets as a PDU of their own. */
uint64_t rrc_digest(struct rrc_span span);

/* The whole PDU as a span. */
struct rrc_span rrc_whole(const struct rrc_reading *r);

/* The contents of an OCTET STRING hit of the walk under way; not present if they cannot be had. */
struct rrc_span rrc_span_of(struct rrc_reading *r, const struct per_hit *hit);

/* Reads span, an RRCReconfiguration, into a RECONFIGURATION event and those that go with it. digest: of the message. */
void rrc_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest);

/* Reads span, a CellGroupConfig of a secondary cell group. sk_counter goes into its event. */
void rrc_secondary_cell_group(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter);

/* Reads span, a bare RadioBearerConfig, into a RECONFIGURATION event without synchronisation. */
void rrc_radio_bearer_config(struct rrc_reading *r, struct rrc_span span);

#endif
