/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to each UE around the frames of its findings: the second reading of a capture. A UE that has been in
 * two radio technologies has a chain of keys, and so a story, in each.
 */
#ifndef DAPSAUDIT_STORIES_H
#define DAPSAUDIT_STORIES_H

#include <glib.h>

#include "daps/bound.h"
#include "daps/engine.h"
#include "options.h"

#define STORIES_MOST_UES   DAPS_BOUND(30, 3)    /* UEs with a story */
#define STORIES_MOST_MARKS DAPS_BOUND(2000, 40) /* of all of them; ... */
#define STORY_MOST_MARKS   DAPS_BOUND(400, 20)  /* ... of one, if there is room */
#define STORY_LEAST_MARKS                                                                                              \
    DAPS_BOUND(60, 10) /* its first ones, kept whatever they are, in a capture of few messages; ... */
#define STORY_FIRST_MARKS DAPS_BOUND(8, 3)     /* ... in a longer one; ... */
#define STORY_QUIET_MARKS DAPS_BOUND(24, 4)    /* ... there of a UE without findings */
#define STORIES_FEW       DAPS_BOUND(200, 20)  /* messages */
#define STORIES_MOST_KEYS DAPS_BOUND(50000, 6) /* of all UEs: beyond that only those of findings and their parents */

/* A stretch in which nothing belongs to a finding. */
struct story_quiet {
    uint64_t messages, handovers, first_frame, last_frame;
};

/* One message, or PDU of a finding, that is shown. */
struct story_mark {
    uint64_t frame;
    int64_t time_ns;
    enum daps_event_kind kind;
    enum daps_rat rat; /* of the message */
    bool downlink;
    bool pdu;        /* no message was read in it; it is a finding's PDU */
    bool of_finding; /* a finding names it */
    bool handover;   /* a command, and not kept otherwise */
    bool milestone;  /* a command, or what ends an attempt: of a UE without findings these are kept */
    struct daps_cell logged_cell;
    struct story_quiet before; /* what was left out in front of it */
};

struct story_key {
    struct daps_key_view view; /* its values point to these or are NULL */
    uint8_t value[32], parent_value[32];
    int ciphering, integrity;
    enum daps_procedure procedure;
    uint64_t frames[8]; /* of its derivations, the first ones */
    uint64_t n_frames;
};

struct story {
    char *ue;
    enum daps_rat rat;
    GArray *marks;        /* struct story_mark, in order */
    GPtrArray *handovers; /* struct daps_result *: those whose command is among the marks */
    uint64_t n_handovers;
    GPtrArray *keys;          /* struct story_key * */
    GHashTable *by_id;        /* name of a key to it */
    struct story_quiet after; /* left out behind the last mark */
    uint64_t frames_left_out; /* of findings, for want of room */

    /* while reading */
    const GArray *wanted; /* uint64_t, in order: frames of its findings, NULL none */
    struct story_mark pending[2];
    unsigned n_pending, follow;
    struct daps_result *recent[8];
    unsigned n_recent;
};

/* A finding's PDU that may come without a message. */
struct stories_pdu {
    uint64_t frame;
    bool downlink;
};

struct stories {
    GPtrArray *list;     /* struct story * */
    GHashTable *by_name; /* technology and UE to its story */
    uint64_t ues_left_out;
    uint64_t keys, keys_left_out;
    int64_t first_ns, last_ns; /* of the capture; INT64_MIN none */

    /* while reading */
    GHashTable *wanted;      /* technology and UE to GArray of uint64_t */
    GArray *pdus;            /* struct stories_pdu, by frame */
    bool values;             /* key values are asked for */
    GHashTable *keys_wanted; /* names of keys of findings and of their parents, of whatever UE */
    bool few;                /* messages in the capture */
    unsigned milestones;     /* kept, of UEs without findings */
    unsigned room;           /* marks for one UE */
    int64_t now_ns;
    struct story *newest; /* asked for last, NULL none */
};

struct stories *stories_new(void);
void stories_free(struct stories *stories); /* wipes keys; NULL is fine */

/* Before reading: that frame is of a finding of that UE; of_pdu: perhaps of a PDU without a message. 0: none. */
struct story_want {
    enum daps_rat rat;
    const char *ue;
    uint64_t frame;
    bool of_pdu, downlink;
};
void stories_want(struct stories *stories, const struct story_want *want);

/* Before reading: that key is of a finding. */
void stories_want_key(struct stories *stories, const struct daps_key_view *key);

/* Reads the capture at path, which has that many messages. False if it cannot be opened. */
bool stories_read(struct stories *stories, const char *path, const struct options *options, uint64_t messages);

/* The story of a UE in one technology, NULL none; and whether it is the finding's. */
const struct story *stories_find(const struct stories *stories, enum daps_rat rat, const char *ue);
bool story_is_of(const struct story *story, const struct daps_finding *finding);

/* Does no finding name a frame of it? */
bool story_is_clean(const struct story *story);

/* The key of that name, NULL none. */
const struct story_key *story_key(const struct story *story, const char *id);

/* The handover whose command is in that frame; the one that its Complete or its end is in; NULL none. */
const struct daps_handover *story_command(const struct story *story, uint64_t frame);
const struct daps_handover *story_settled(const struct story *story, uint64_t frame);
const struct daps_handover *story_complete(const struct story *story, uint64_t frame);

#endif
