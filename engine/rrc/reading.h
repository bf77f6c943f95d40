/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share while one PDU is read; not for others. */
#ifndef DAPS_ENGINE_RRC_READING_H
#define DAPS_ENGINE_RRC_READING_H

#include "bytes/digest.h"
#include "per/per.h"
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

struct rrc_technology;

/* One PDU on its way to events. */
struct rrc_reading {
    const struct rrc_technology *technology; /* of what is being read */
    const uint8_t *octets;
    size_t length;
    struct daps_rrc_result *out;
    struct rrc_span walked; /* what the walk under way goes through: positions of hits count in it */
    size_t scratch;         /* octets of out->scratch in use */
};

/* What the walk of a message finds. */
struct rrc_message {
    struct rrc_reading *r;
    struct daps_event *ev;
    bool future;
    int c2;
    uint8_t drb; /* of the COUNTs that follow */
    struct rrc_span container;
    struct daps_rrc_segment segment;
};

/* One row a message of a channel's c1. */
/* What is wanted of a message beside its type: nothing, rrc-TransactionIdentifier right behind it, or more. */
enum rrc_wanted { RRC_NOTHING, RRC_TRANSACTION, RRC_FIELDS };

struct rrc_message_kind {
    const char *name; /* NULL: spare */
    enum daps_event_kind kind;
    bool digest; /* rules compare its octets */
    enum rrc_wanted wanted;
};

#define RRC_OTHER(name)                                                                                                \
    {                                                                                                                  \
        name, DAPS_EV_TRAFFIC, false, RRC_NOTHING                                                                      \
    }
#define RRC_SPARE                                                                                                      \
    {                                                                                                                  \
        NULL, DAPS_EV_KIND_COUNT, false, RRC_NOTHING                                                                   \
    }

struct rrc_message_class {
    uint32_t root;
    const struct rrc_message_kind *kinds; /* 2 to the power of c1_bits of them */
    unsigned c1_bits;                     /* 0: no c1, one message */
};

/* What differs between technologies. */
struct rrc_technology {
    enum daps_rat rat;
    bool (*walk)(uint32_t root, struct daps_bits *bits, per_on_hit *on_hit, void *user);
    const struct per_table *table;
    per_on_hit *on_field;                    /* of a message; user is a struct rrc_message */
    const struct rrc_message_class *classes; /* by channel; those that have none are all 0 */
    void (*read_channel)(struct rrc_reading *r, enum daps_channel channel);
    void (*read_extension)(struct rrc_reading *r, struct rrc_span span, uint32_t root); /* messageClassExtension */
    void (*reconfiguration)(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest);
};
extern const struct rrc_technology rrc_nr, rrc_lte;

/* Reads a message of that class: see rrc.c. */
void rrc_read_message(struct rrc_reading *r, const struct rrc_message_class *class);

/* Reads span, of type root, into one event: the message called kind->name. */
void rrc_read_fields(struct rrc_reading *r, struct rrc_span span, uint32_t root, const struct rrc_message_kind *kind);

/* The segment that m has read becomes the result's. */
void rrc_take_segment(struct rrc_reading *r, struct rrc_message *m);

/* The value of a BIT STRING of at most 64 bits, a hit of the walk under way. */
uint64_t rrc_bit_string(const struct rrc_reading *r, const struct per_hit *hit);

/* Appends an event; NULL (and the result is marked) if the message holds more than any real one. */
struct daps_event *rrc_add_event(struct rrc_reading *r, enum daps_event_kind kind);

/* Marks the result undecoded; false. why: static storage. */
bool rrc_refuse(struct rrc_reading *r, const char *why);

/* Appends the event of a conditional candidate that is taken back. */
void rrc_candidate_released(struct rrc_reading *r, int id, bool ltm);

/* Walks contents of span as type root; false if the result has been marked undecoded. */
bool rrc_walk(struct rrc_reading *r, uint32_t root, struct rrc_span span, per_on_hit *on_hit, void *user);

/* Digest of a span of whole octets, equal to that of the same octets as a PDU of their own. */
uint64_t rrc_digest(struct rrc_span span);

/*
 * Digest of a bare RRCReconfiguration as if it stood in a DL-DCCH-Message, where five zero bits (c1,
 * rrcReconfiguration) go before it: what one node prepared for another is then told to be what was sent over the air.
 */
uint64_t rrc_digest_as_dcch(struct rrc_span span);

/* A span of whole octets without the zero octets at its end: padding, which differs by how a message is wrapped. */
struct rrc_span rrc_without_padding(struct rrc_span span);

/* The whole PDU as a span. */
struct rrc_span rrc_whole(const struct rrc_reading *r);

/* The contents of an OCTET STRING hit of the walk under way; not present if they cannot be had. */
struct rrc_span rrc_span_of(struct rrc_reading *r, const struct per_hit *hit);

/* Values that both technologies encode alike. */

/* Number of a ciphering or integrity algorithm; 127: some algorithm of a later release. */
int8_t rrc_algorithm(int64_t value);

/* Bearer n is bit n - 1; 0 if there is no such bearer. */
uint32_t rrc_bearer_bit(int64_t id);

/* T304 in milliseconds by its place in the enumeration, -1 a spare. */
int32_t rrc_t304_ms(int64_t value);

/* An SRB or DRB of a RadioBearerConfig. */
struct rrc_bearer_item {
    bool is_drb, is_srb;
    unsigned id;
    bool daps, reestablish, recover, ciphering_disabled, integrity, sdap_ul, sdap_dl;
    int ul_sn, dl_sn; /* 12, 18; 0 absent */
};

/* What a walk through RadioBearerConfigs keeps until an item, or one of them, is complete. */
struct rrc_bearers_walk {
    struct daps_event *ev;
    struct rrc_bearer_item item;
    int ciphering, integrity; /* of the RadioBearerConfig being read; -1 absent */
    uint32_t drbs;            /* of it */
    bool secondary_key;
};

/* Begins such a walk; what it finds goes into ev. */
void rrc_bearers_begin(struct rrc_bearers_walk *walk, struct daps_event *ev);

/* Takes one field of a RadioBearerConfig; others are let pass. */
void rrc_bearers_hit(struct rrc_bearers_walk *walk, const struct per_hit *hit);

/* The same for rrc_walk: user is a struct rrc_bearers_walk. */
bool rrc_on_bearer(void *user, const struct per_hit *hit);

/* A RadioBearerConfig has been read to its end. */
void rrc_bearers_end(struct rrc_bearers_walk *walk);

/* What a walk through a CellGroupConfig keeps. */
struct rrc_cell_group_walk {
    struct daps_event *ev;
    uint32_t offset, scs_khz;    /* of the carrier being read */
    struct daps_rrc_result *rlc; /* NULL: not wanted */
};

/* For rrc_walk, of a CellGroupConfig: user is a struct rrc_cell_group_walk. */
bool rrc_on_cell_group(void *user, const struct per_hit *hit);

/* NR. Reads span, an RRCReconfiguration, into a RECONFIGURATION event and those that go with it. digest: of the
 * message. */
void rrc_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest);

/* Reads span, a CellGroupConfig of a secondary cell group. sk_counter goes into its event. */
void rrc_secondary_cell_group(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter);

/* Reads span, a bare RadioBearerConfig, into a RECONFIGURATION event without synchronisation. */
void rrc_radio_bearer_config(struct rrc_reading *r, struct rrc_span span);

/* Reads span, an RRCReconfiguration of which only the secondary cell group is looked at. */
void rrc_nr_scg(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter);

/* LTE. Reads span, an RRCConnectionReconfiguration, likewise. */
void rrc_lte_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest);

#endif
