/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a PDU is: from the names that framings and RRC use to UEs, each join with its reason.
 *
 * A framing names a UE by a UEId, a C-RNTI or both, as the one who wrote it numbers them, and nothing in it links the
 * connection before a handover to the one behind it. What links them is RRC. In order of weight:
 *
 *     1  what RRC announces     newUE-Identity of a command, ue-Identity of a re-establishment request, resumeIdentity
 *     2  the name itself        the same UEId and C-RNTI of the same writer, seen before
 *     3  the C-RNTI MAC CE      names the UE by the C-RNTI it has, whatever the temporary one (TS 38.321 5.1.5)
 *     4  the UEId               as long as its UE is still where it had that UEId: numbers are given again
 *     5  nothing                a new UE
 *
 * Whoever sends a request has proven nothing: until it is answered the name is its UE's on trial, and takes nothing
 * from anybody. An RRCSetup starts a connection; of the same UE only if the name is still that UE's.
 *
 * All tables are bounded. The oldest entry gives way, and is counted.
 */
#ifndef DAPS_IDENTITY_H
#define DAPS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"
#include "daps/identity.h"

/* Who wrote a PDU down: the endpoints of the datagram it came in, as numbers that differ if the endpoints do; 0 none.
 */
struct identity_writer {
    uint64_t address, peer; /* source and destination */
    uint32_t port;          /* of the source */
};

/* One connection as a framing names it. */
struct identity_name {
    bool has_ue_id, has_rnti;
    uint16_t ue_id, rnti;
    bool in_mac_ce;     /* the C-RNTI comes from a C-RNTI MAC CE: the framing's own was a temporary one, ... */
    uint16_t temporary; /* ... if has_temporary */
    bool has_temporary;
    bool first_access; /* ... comes with a CCCH message, which no handover has; none of these is part of the name */
    bool of_log;       /* of a log that is about one UE by itself (GSMTAP), ... */
    uint64_t log_key;  /* ... which it gives this key */
    struct identity_writer writer;
};

/* A name to be filled, of a log that is about one UE (log_key) or not (NULL). */
static inline struct identity_name identity_name_of(const uint64_t *log_key)
{
    return (struct identity_name){.of_log = log_key != NULL, .log_key = log_key != NULL ? *log_key : 0};
}

struct identity_ue;

/* What a UE said first in a random access, of which the network repeats 48 bits (TS 38.321, 36.321 5.1.5). */
struct identity_msg3 {
    uint64_t id; /* those bits + 2^48, 0 none */
    uint64_t ue_key, frame;
    bool provisional;
};
#define IDENTITY_MSG3_OCTETS 6

/* A name and whose it is. Valid as long as the identity; after eviction another name's, with another serial. */
struct identity_link {
    uint64_t ue_key;     /* of its UE */
    uint64_t leg;        /* C-RNTI + 1, 0 unknown: tells the connections of a UE apart */
    uint64_t serial;     /* changes with the UE */
    int32_t ue_id, rnti; /* -1 none */

    /* The rest is the room's own. */
    struct identity_ue *ue, *claimed; /* claimed: by a request on a name that is another UE's */
    uint64_t log_key;
    uint32_t node;
    bool of_log, only_ccch, provisional;
    int32_t pci;         /* of the cell, -1 unknown */
    uint32_t connection; /* of its UE, counted */
    uint32_t msg3_ue_id; /* UEId that its Msg3 came under, + 1: perhaps that of a temporary C-RNTI; 0 none */
    uint64_t frame;
    int64_t time_ns;                         /* last use */
    struct identity_msg3 msg3, earlier_msg3; /* over it, the newest two */
    uint64_t request_digest;
    int64_t request_time_ns;
    struct identity_slot *slot;
    struct identity_link *newer, *older;           /* by use */
    struct identity_link *rnti_newer, *rnti_older; /* of the same C-RNTI, by appearance */
};

struct identity;

/* Receives each join as it happens; the name in it is valid during the call only. */
struct identity_sink {
    void *user;
    void (*join)(void *user, uint64_t ue_key, const struct daps_identity_join *join);
};

/* Names of one technology: equal ones of two are two UEs. sink is copied. Free with identity_free; NULL is fine there.
 */
struct identity *identity_new(enum daps_rat rat, const struct identity_sink *sink);
void identity_free(struct identity *identity);

/* The link of that name at this moment; one not met before is joined to the UE it must belong to, or is a new UE's. */
struct identity_link *identity_find(struct identity *identity, const struct identity_name *name, uint64_t frame,
                                    int64_t time_ns);

/*
 * Most PDUs have the name of the one before. A mark of what was found last, 0: it could change by itself. With that
 * mark identity_again() is identity_find() of the same name; NULL: something else has been found or said since.
 */
uint64_t identity_mark(const struct identity *identity);
struct identity_link *identity_again(struct identity *identity, uint64_t mark, uint64_t frame, int64_t time_ns);

/* The link found last, NULL none. */
const struct identity_link *identity_last(const struct identity *identity);

/*
 * A message on CCCH over link: what it says (NULL: nothing that matters), the digest of its octets and, in the uplink,
 * what the network will repeat of it (0 none; identity_msg3_id). Returns the key of the UE that the message speaks for;
 * link may have become another UE's.
 */
uint64_t identity_common(struct identity *identity, struct identity_link *link, const struct daps_event *ev,
                         uint64_t digest, uint64_t msg3);

/* As kept, of the first IDENTITY_MSG3_OCTETS octets of a CCCH message or of a UE Contention Resolution Identity. */
uint64_t identity_msg3_id(const uint8_t octets[static IDENTITY_MSG3_OCTETS]);

/* The network repeated these bits over link: that Msg3 won, whatever came over the name since. */
void identity_resolved(struct identity *identity, struct identity_link *link, uint64_t msg3);

/* A random access response of that writer gave a temporary C-RNTI: who had it in that cell has it no more. */
void identity_assigned(struct identity *identity, const struct identity_name *writer, uint16_t rnti, uint64_t frame,
                       int64_t time_ns);

/* A PDU on a dedicated channel over link: the request that came over it, if one did, has been answered. */
void identity_dedicated(struct identity *identity, struct identity_link *link);

/* Did a request for another UE come over the name found last? */
bool identity_is_claimed(const struct identity *identity);

/* It has been answered by RRCReestablishment: now the name is that UE's, whose key is returned. */
uint64_t identity_answered(struct identity *identity);

/* Could it say anything to identity_learn()? */
static inline bool identity_is_of_use(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_RECONFIGURATION || ev->kind == DAPS_EV_CANDIDATE || ev->kind == DAPS_EV_RELEASE ||
           ev->kind == DAPS_EV_FAILURE_INFORMATION || ev->kind == DAPS_EV_REESTABLISHMENT;
}

/* What a message of that UE said: C-RNTIs and I-RNTIs to come, a release. n events. */
void identity_learn(struct identity *identity, uint64_t ue_key, const struct daps_event *events, uint32_t n);

/* Tells what has not been told yet: the capture has ended. */
void identity_finish(struct identity *identity);

/* Entries that gave way because a table was full. */
uint64_t identity_evicted(const struct identity *identity);

#endif
