/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share; not for others. */
#ifndef DAPS_IDENTITY_INSIDE_H
#define DAPS_IDENTITY_INSIDE_H

#include <glib.h>

#include "daps/bound.h"
#include "identity/identity.h"

#define MOST_LINKS     DAPS_BOUND(65536, 8) /* names kept */
#define MOST_ANNOUNCED DAPS_BOUND(16384, 4) /* C-RNTIs announced */
#define MOST_RESUMABLE DAPS_BOUND(16384, 4) /* I-RNTIs of either length */
#define MOST_NODES     DAPS_BOUND(1024, 4)
#define MOST_LOOKED_AT DAPS_BOUND(64, 2) /* entries of one C-RNTI that a search goes through, newest first */

/* How long a name counts as that of a UE that has been seen elsewhere since. */
#define HELD_NS INT64_C(5000000000)
/* How long a command may wait for its UE: T304 is at most 10 s (TS 38.331 6.3.2). */
#define COMMAND_NS INT64_C(12000000000)
/* Records of merged captures may be that far out of order. */
#define DISORDER_NS INT64_C(100000000)
/* How long after a random access response its UE may be met first: T300, T301 and T319 are at most 2 s (6.3.2). */
#define ASSIGNED_NS INT64_C(2000000000)
/* Within this time an equal request is the same one, sent or captured again. */
#define COPY_NS INT64_C(2000000000)

struct identity_ue {
    uint64_t key;
    unsigned refs;                /* links, announcements, I-RNTIs */
    struct identity_link *newest; /* used last, on trial or not counted; NULL none */
    bool ordered;                 /* by a command to a connection it has not been seen in yet, ... */
    int64_t ordered_ns;           /* ... at this time */
    uint32_t connection;          /* counted: names of an earlier one are the past ... */
    int64_t connected_ns;         /* ... and the RRCSetup of this one, INT64_MIN not known */
    uint32_t moved_rnti;          /* C-RNTI + 1 that a command moved it to and where it has been seen, 0 none ... */
    uint32_t moved_node;          /* ... by that writer */
    int32_t ue_id;                /* its UEId of late, 0 none ... */
    uint32_t ue_id_node;          /* ... by that writer ... */
    bool renumbered;              /* ... who gave it another before: UEIds go with connections, not with UEs */
    bool suspended;               /* its names are free; it comes back with its I-RNTI */
    bool released;                /* its names are free */
    bool adrift;                  /* made for a name that came from nowhere, ... */
    int64_t adrift_ns;            /* ... at this time */
    uint64_t first_valid;         /* number of the oldest command that it may still follow */
};

/* A UEId of one node. */
struct identity_slot {
    uint64_t key; /* node << 16 | UEId */
    unsigned links;
    struct identity_link *newest;
};

/* One who writes PDUs down, and numbers UEs. */
struct node {
    uint32_t id; /* several endpoints may be one node */
    uint64_t address, peer;
    uint32_t port;
};

/* A C-RNTI that RRC gave a UE. */
struct announcement {
    uint16_t rnti;
    int32_t pci; /* of the target, -1 not said */
    struct identity_ue *ue;
    uint64_t frame;
    int64_t time_ns;
    uint64_t number;                              /* in order */
    bool arrived;                                 /* its UE has been seen under it since */
    uint32_t connection;                          /* of its UE */
    bool candidate;                               /* of a conditional handover: no time limit */
    struct announcement *newer, *older;           /* all */
    struct announcement *rnti_newer, *rnti_older; /* of the same C-RNTI */
};

/* Newest first. */
struct by_rnti {
    struct identity_link *links;
    struct announcement *announced;
    uint64_t assigned_frame; /* of the newest random access response that gave it, 0 none ... */
    int64_t assigned_ns;
    uint32_t assigned_node; /* ... by that writer */
};

struct resumable {
    uint64_t key;
    struct identity_ue *ue;
    uint64_t frame;
};

/* How the name at hand came to its UE. */
struct found {
    struct identity_link *link;   /* new with this PDU; NULL: known before, or told */
    struct identity_ue *by_ue_id; /* whose the UEId was before */
    bool left;                    /* its UE has moved on from the name */
    bool anew;                    /* the C-RNTI has been given away anew since that UE used it */
    bool past;                    /* a request over it names a connection that an RRCSetup had ended */
    enum daps_identity_reason reason;
    uint64_t announced_frame;
};

struct identity {
    struct identity_sink sink;
    enum daps_rat rat;
    GHashTable *links; /* struct identity_link by name; in slab */
    GHashTable *ues;   /* struct identity_ue by key, owned */
    GHashTable *slots; /* struct identity_slot by key, owned */
    GPtrArray *slab;   /* all links ever made, owned */
    uint64_t marks;    /* goes up with whatever may change whose a name is */
    struct identity_link *newest, *oldest, *last;
    struct by_rnti *by_rnti[256]; /* blocks of 256 C-RNTIs, made when needed */
    struct announcement *announced, *announced_oldest;
    unsigned n_announced;
    uint64_t announced_numbers;
    GHashTable *resumable; /* struct resumable by key, owned */
    GQueue resumable_age;  /* oldest first */
    struct node nodes[MOST_NODES];
    unsigned n_nodes, last_node;
    uint32_t last_node_id;
    uint64_t ue_numbers, serials, evicted;
    uint64_t frame; /* at hand */
    int64_t time_ns;
    struct found found;
};

/* links.c: the tables */
void identity_tables_new(struct identity *identity);
void identity_tables_free(struct identity *identity);
struct by_rnti *identity_by_rnti(struct identity *identity, uint16_t rnti);
struct identity_ue *identity_ue_of(struct identity *identity, uint64_t ue_key);
struct identity_ue *identity_ue_new(struct identity *identity);
void identity_ue_hold(struct identity_ue *ue);
void identity_ue_drop(struct identity *identity, struct identity_ue *ue);
struct identity_link *identity_lookup(struct identity *identity, const struct identity_link *like);
/* A link with the name of like, given to ue. */
struct identity_link *identity_link_new(struct identity *identity, const struct identity_link *like,
                                        struct identity_ue *ue);
void identity_give(struct identity *identity, struct identity_link *link, struct identity_ue *ue);
void identity_add_ue_id(struct identity *identity, struct identity_link *link, int32_t ue_id);
/* link is used at this moment. */
void identity_use(struct identity *identity, struct identity_link *link);
struct identity_link *identity_ue_id_holder(struct identity *identity, uint32_t node, int32_t ue_id);

/* nodes.c */
uint32_t identity_node(struct identity *identity, const struct identity_name *name);

/* announce.c: what RRC announced */
/* The one that the UE behind a name follows, which is new or was last used at frame last_used; NULL none. */
struct announcement *identity_expected(struct identity *identity, const struct identity_link *name, uint64_t last_used);
void identity_arrived(struct announcement *announced, struct identity_link *link);
bool identity_is_ordered(const struct identity *identity, const struct identity_ue *ue);
void identity_announced_free(struct identity *identity);
struct identity_ue *identity_of_request(struct identity *identity, const struct identity_link *link,
                                        const struct daps_event *request, uint64_t *announced_frame);
struct identity_ue *identity_of_resume(struct identity *identity, const struct daps_event *request,
                                       uint64_t *announced_frame);

/* access.c: has a random access response given the name's C-RNTI to another UE? */
bool identity_is_anew(struct identity *identity, const struct identity_link *link, bool first_access);
/* The temporary C-RNTI was not taken: Msg3 names another (TS 38.321, 36.321 5.1.5). */
void identity_not_taken(struct identity *identity, const struct identity_link *like, uint16_t temporary);
void identity_note_msg3(struct identity *identity, struct identity_link *link, uint64_t ue_key, uint64_t msg3);

/* identity.c: is the UEId of that link still its UE's? */
bool identity_is_held(const struct identity_link *link);
/* Did its UE come from nowhere just now, so that what announces the name may only be captured late? */
bool identity_is_adrift(const struct identity *identity, const struct identity_link *link);
void identity_tell(struct identity *identity, const struct identity_link *link, enum daps_identity_reason reason,
                   uint64_t announced_frame);
void identity_tell_found(struct identity *identity);

#endif
