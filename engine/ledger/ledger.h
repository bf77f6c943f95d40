/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which (key, BEARER, DIRECTION, COUNT) were used (TS 33.501 6.9.4.1: each at most once).
 *
 * A stream is one key for one use (ciphering or integrity), one bearer, one direction. It keeps the COUNTs seen as
 * intervals, so memory grows with gaps and not with packets, and what the newest COUNTs carried: a digest and the first
 * octets, for signalling all octets. Where a COUNT comes again with other contents, keystream or MAC mask have been
 * used twice; with equal contents it is a retransmission or a second sight of one PDU, and nothing. A COUNT that comes
 * again after its contents had to be given up is counted, not judged.
 */
#ifndef DAPS_ENGINE_LEDGER_H
#define DAPS_ENGINE_LEDGER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAPS_LEDGER_HEAD 32 /* octets kept of user data */

struct daps_ledger;
struct daps_term;

/* One stream's name. */
struct daps_stream_id {
    const struct daps_term *key; /* KgNB the leaf keys come from */
    uint8_t srb;                 /* 1 RRC keys, 0 UP keys: SRB1 and DRB1 share BEARER but not keys */
    bool mac;                    /* MACs; else keystream */
    uint8_t algorithm;           /* NEA or NIA number: the leaf key depends on it (TS 33.501 A.8) */
    uint8_t view;                /* contents as deciphered: 0; as sent under NEA n: n + 1 */
    uint8_t bearer;              /* BEARER: RB identity - 1 */
    uint8_t direction;
};

/* One PDU under protection. */
struct daps_ledger_entry {
    uint32_t count;
    uint32_t era; /* contents are compared within one era only: HFN may be open from one to the next */
    uint64_t frame;
    uint32_t entity;       /* which stay under the key this belongs to; equal = same PDCP entities */
    bool verified;         /* the MAC-I was checked with the computed key and is right */
    const uint8_t *octets; /* PDU behind its header */
    size_t length;
    uint64_t digest; /* of octets */
};

enum daps_ledger_verdict {
    DAPS_LEDGER_NEW,       /* COUNT not seen before in this stream */
    DAPS_LEDGER_SAME,      /* seen before with the same contents: *earlier is filled; entity: of the newest use */
    DAPS_LEDGER_COLLISION, /* seen before with other contents: *earlier is filled */
    DAPS_LEDGER_AGAIN,     /* these contents have collided before: frame and entity of *earlier are theirs */
    DAPS_LEDGER_UNCOMPARED /* seen before, contents no longer held */
};

/* What is still held of the earlier PDU; octets are valid until the next call. */
struct daps_ledger_earlier {
    uint64_t frame;
    uint32_t entity;
    bool verified;
    const uint8_t *octets; /* all of it, or its first DAPS_LEDGER_HEAD octets */
    size_t held, length;
    uint32_t copies; /* of it, seen so far */
    uint32_t newest; /* entity of the newest contents under its COUNT */
    bool collided;   /* other contents have come under its COUNT */
};

/* What all ledgers of one capture may hold of contents together: the streams used longest ago give theirs up. */
struct daps_ledger_room;
struct daps_ledger_room *daps_ledger_room_new(void);
void daps_ledger_room_free(struct daps_ledger_room *room); /* after its ledgers; NULL is fine */

/* room: borrowed for the ledger's life; NULL: one of its own. */
struct daps_ledger *daps_ledger_new(struct daps_ledger_room *room);
void daps_ledger_free(struct daps_ledger *ledger); /* NULL is fine */

/* Another one that says the same, with room of its own. */
struct daps_ledger *daps_ledger_copy(const struct daps_ledger *ledger);

/* Enters one PDU. */
enum daps_ledger_verdict daps_ledger_enter(struct daps_ledger *ledger, const struct daps_stream_id *id,
                                           const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier);

/* What daps_ledger_enter() would answer; enters nothing. */
enum daps_ledger_verdict daps_ledger_look(const struct daps_ledger *ledger, const struct daps_stream_id *id,
                                          const struct daps_ledger_entry *entry, struct daps_ledger_earlier *earlier);

/*
 * Drops the streams of every key that goes. A key that is held is not asked about again until somebody has let go of
 * it, which daps_ledger_loosen says.
 */
enum daps_ledger_keeps { DAPS_LEDGER_GOES, DAPS_LEDGER_KEPT, DAPS_LEDGER_HELD };
typedef enum daps_ledger_keeps daps_ledger_keeping(const struct daps_term *key, void *user);
void daps_ledger_retain(struct daps_ledger *ledger, daps_ledger_keeping *keeping, void *user);
void daps_ledger_loosen(struct daps_ledger *ledger, const struct daps_term *key);

/* What was entered under one key was under that other one; where that has a stream of the name, it alone is kept. */
void daps_ledger_rename(struct daps_ledger *ledger, const struct daps_term *gone, const struct daps_term *is);

/* Intervals of one stream, for tests: fills lo/hi pairs, returns how many there are. */
size_t daps_ledger_intervals(const struct daps_ledger *ledger, const struct daps_stream_id *id, uint32_t *pairs,
                             size_t most);

/* Nothing is in it, and nothing was lost of it. */
bool daps_ledger_is_empty(const struct daps_ledger *ledger);

/* About what it costs in memory, but for what is counted in its room; and about what is. */
size_t daps_ledger_octets(const struct daps_ledger *ledger);
size_t daps_ledger_room_octets(const struct daps_ledger_room *room);

/* COUNTs that came again after their contents had been given up. */
uint64_t daps_ledger_uncompared(const struct daps_ledger *ledger);

#endif
