/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What records turned out to be, counted, and what is lost of them, said. One tally a capture; whoever takes layers off
 * carries a place along, which says where in the capture it is.
 */
#ifndef DAPS_TALLY_H
#define DAPS_TALLY_H

#include "bytes/octets.h"
#include "daps/event.h"
#include "daps/problem.h"

struct tally {
    struct daps_framing_counts counts;
    uint64_t frame;                                                          /* the last one */
    void *user;                                                              /* handed to problem, ... */
    void (*problem)(void *user, const struct daps_framing_problem *problem); /* ... which may be NULL, ... */
    void (*unfollowed)(void *user, uint64_t frame);                          /* ... likewise */
};

struct tally_place {
    struct tally *tally;
    uint64_t frame;
    int64_t time_ns;
    bool cut;        /* the octets at hand end before the packet did: what runs out of them is cut, not malformed */
    size_t missing;  /* so many octets before; 0 if not cut */
    bool user_plane; /* inside a tunnel of the core network: what is not radio is nobody's business */
    bool radio;      /* a radio layer was recognised */
};

/* One payload of that class. */
void tally_count(struct tally_place *place, enum daps_framing_class class);

/* One item of a baseband log that is not followed, of that kind; its n is not looked at. */
void tally_item(struct tally_place *place, struct daps_framing_items kind);

/* Frees what counting took. */
void tally_clear(struct tally *tally);

/*
 * A problem, counted and said: what, layer, numbers, and of whom RRC may be lost, are given; the place knows the rest.
 */
void tally_problem(struct tally_place *place, struct daps_framing_problem problem);

/* A header of layer ended early: cut or malformed, as the record tells. ue_key: NULL if it is not known. */
void tally_short(struct tally_place *place, const char *layer, bool rrc, const uint64_t *ue_key);

/* Counts an RRC PDU of that UE; false, and said, if it is not whole. */
bool tally_rrc(struct tally_place *place, const char *layer, enum daps_rat rat, uint64_t ue_key, struct octets pdu);

/* In this frame a node interface carries handovers or RRC, which nobody follows: said. */
void tally_unfollowed(const struct tally_place *place);

/* Whether the capture has shown any RRC, or what carries it, so far. */
bool tally_has_radio(const struct tally *tally);

#endif
