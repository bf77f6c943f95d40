/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams and what they hold; not for other rooms. */
#ifndef DAPS_ENGINE_LEDGER_STREAMS_H
#define DAPS_ENGINE_LEDGER_STREAMS_H

#include "ledger/counts.h"
#include "ledger/ledger.h"

#define SLOTS_FIRST 1U

struct slot {
    uint32_t count;
    uint32_t entity;
    uint64_t frame;
    uint64_t digest;
    uint32_t length;
    uint32_t era;
    bool used : 1, verified : 1, collided : 1;
    uint16_t copies;
    uint32_t newest; /* entity of the newest contents that collided, 0 none */
    uint8_t head[DAPS_LEDGER_HEAD];
    uint8_t *whole; /* signalling: owned copy of all octets, or NULL */
};

/* Contents that collided with those of the slot. */
struct other {
    uint64_t digest;
    uint32_t count, entity;
    uint64_t frame;
};

struct stream {
    struct daps_stream_id id;
    struct counts counts;
    struct slot *slots;
    uint32_t n_slots;             /* a power of two */
    GHashTable *others;           /* set of struct other, owned; NULL none */
    struct stream *of_key;        /* the next one of its key */
    struct stream *older, *newer; /* by use, of all ledgers: those that have more than SLOTS_FIRST */
};

/* The streams of one key. */
struct key {
    const struct daps_term *key;
    struct stream *streams;
    bool is_loose;
    struct key *loose; /* the next one */
};

struct daps_ledger_room {
    uint32_t slots;
    size_t octets;
    struct stream *oldest, *newest;
};

struct daps_ledger {
    GHashTable *streams; /* set of struct stream by id, owned */
    GHashTable *keys;    /* struct key by key, owned */
    struct key *loose;   /* keys that nobody is known to hold */
    struct stream *last;
    struct daps_ledger_room *room, *own_room; /* own_room: owned, NULL if it is another's */
    uint32_t others;
    size_t intervals; /* of all streams */
    uint64_t uncompared;
};

/* The stream has been used: what is short of places takes them from others first. */
void stream_use_now(struct daps_ledger_room *room, struct stream *stream);

/* Keeps the contents that collided with those held under entry's COUNT, as far as there is room. */
void stream_add_other(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry);

/* Keeps what entry's COUNT carried; what its place held goes. */
void stream_remember(struct daps_ledger *ledger, struct stream *stream, const struct daps_ledger_entry *entry);

/* A copy for copied_to, in whose room it counts; caller adds it. */
struct stream *stream_copy(struct daps_ledger *copied_to, const struct stream *stream);
void stream_free(struct daps_ledger *ledger, struct stream *stream);

#endif
