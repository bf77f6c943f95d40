/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One capture as the plugin follows it: PDUs in, in capture order and once; what each frame was about and what is to
 * be said of it out, in any order and as often as asked. No Wireshark here, so that tests can drive it without.
 */
#ifndef DAPS_DISSECTOR_SESSION_H
#define DAPS_DISSECTOR_SESSION_H

#include <glib.h>

#include "coverage.h"
#include "daps/engine.h"
#include "daps/problem.h"
#include "daps/record.h"
#include "daps/results.h"

struct session;

struct session_options {
    const struct daps_keylog *keylog; /* borrowed for the session's life; NULL none */
    enum daps_ncc_reading ncc_reading;
    bool keep_values; /* of keys, for display */
};

/* What RRC said in a frame. */
struct note_event {
    enum daps_event_kind kind;
    enum daps_rat rat;
    bool downlink, sync, daps, daps_failure, source_release, suspend, prepared;
};

/* An AS security context, in what one line can hold: a capture has many. -1 unknown. */
struct note_context {
    char key[24];
    int8_t ncc, ciphering, integrity;
    int32_t pci, c_rnti;
};

/* A UE that the frame is about, with its contexts once the frame was followed. */
struct note_ue {
    uint64_t ue_key;
    enum daps_rat rat;
    const char *name; /* valid as long as the session */
    unsigned n_contexts;
    uint64_t command; /* frame (id) of the handover command that the target comes from, 0 not known */
    struct note_context source, target;
};

/* A key derived in the frame; values only if the session keeps them. */
struct note_step {
    struct daps_key_step step; /* its own pointers to values are NULL */
    bool has_value, has_parent_value;
    uint8_t value[32], parent_value[32];
};

/* RRC of the frame that Wireshark does not show: it was ciphered, or came in a way that Wireshark does not read. */
struct note_rrc {
    enum daps_rat rat;
    enum daps_channel channel;
    char key[24]; /* name of the key it was deciphered with, "" it was in clear */
    uint32_t length;
    uint8_t *octets;
};

/* What a frame was about; all of it but the last lines is one piece of memory. n_ues is 0 only where missed,
 * undecoded or rrc is set. */
struct frame_note {
    uint64_t frame;  /* id (numbers.h) */
    int64_t time_ns; /* since 1970, INT64_MIN not known */
    unsigned n_events, n_ues, n_steps;
    const struct note_event *events;
    const struct note_ue *ues;
    struct note_step *steps;
    unsigned unreadable; /* signalling PDUs ciphered without a key at hand */
    unsigned unverified; /* ... whose MAC-I is wrong under every key at hand */
    unsigned clear;      /* RRC messages that were not ciphered */
    unsigned deciphered; /* ... that were, and could be read: so many of rrc */
    const char *missed;  /* why PDUs could not be taken: what the UEs did is not all known any more. NULL */
    char *undecoded;     /* why an RRC message could not be unwrapped or read, NULL */
    GArray *scg_changes; /* struct daps_scg_change; strings as note_ue.name; NULL none */
    GArray *rrc;         /* struct note_rrc, likewise */
    GArray *uses;        /* struct daps_keystream_use, likewise */
    GPtrArray *joins;    /* struct daps_identity_join: names of UEs and why they are, likewise */
};

/* The keylog in options must outlive the session. Free with session_free. */
struct session *session_new(const struct session_options *options);
void session_free(struct session *session); /* wipes keys; NULL is fine */

/*
 * Frames come in capture order, under the number that Wireshark gives them; one that repeats the last number takes its
 * place (numbers.h). Begin, any number of records and PDUs, end.
 */
void session_begin(struct session *session, uint64_t frame);
/* Of the frame at hand: RRC in clear is kept, as Wireshark shows none. */
void session_keep_clear(struct session *session);
void session_time(struct session *session, int64_t time_ns); /* of the frame at hand; INT64_MIN not known */
uint64_t session_frame(const struct session *session);       /* what PDUs of the frame at hand are to be numbered */
void session_record(struct session *session, const struct daps_record *record); /* as daps_engine_record */
void session_pdu(struct session *session, const struct daps_pdu *pdu);          /* as daps_engine_pdu */
const struct daps_framing_counts *session_unwrapped(const struct session *session);
/* The frame at hand holds PDUs that cannot be taken; reason: one sentence, static storage. */
void session_miss(struct session *session, const char *reason);
void session_end(struct session *session);

/* Number that a frame in a note has now, 0 none: it was dropped by a read filter, or is 0. */
uint64_t session_number(const struct session *session, uint64_t frame);

/* NULL: the frame was about nothing that matters here. */
const struct frame_note *session_note(const struct session *session, uint64_t frame);

/* The UE of a frame without a note, with its contexts behind it; NULL none, or more than one. */
const struct note_ue *session_bystander(const struct session *session, uint64_t frame);

/*
 * Name of the key of the UE's target, as the whole capture up to now has it: a MAC-I that came later may have shown
 * that the command led to another one than was thought at its frame. Valid until the next session_begin.
 */
const char *session_target_key(struct session *session, const struct note_ue *ue);

/* Results that name the frame: const struct daps_result *, valid until the next session_begin. */
void session_results(struct session *session, uint64_t frame, GPtrArray *out);

/*
 * The same for the frame just ended, as far as it is known by now: results that name it, results that it brought or
 * changed, and in withdrawn what was said earlier and no longer holds.
 */
void session_news(struct session *session, struct daps_news *news);

/* Frames that a finding rests on, as far as they are known by now: appends numbers (guint64) to out. */
void session_ground(const struct session *session, const struct daps_result *result, GArray *out);

/*
 * All results so far of one kind: const struct daps_result *, findings or handovers. Settled ones will not change any
 * more and keep their places; open ones are as of now, valid until the next session_begin.
 */
const GPtrArray *session_settled(const struct session *session, bool findings);
const GPtrArray *session_open(struct session *session, bool findings);

/* The frame at hand holds something that is not taken. */
void session_aside(struct session *session, enum coverage what);
/* Frames so far: COVERAGE_COUNT of them; and a number that changes whenever one of them does. */
const struct coverage_count *session_coverage(const struct session *session);
uint64_t session_coverage_state(const struct session *session);

/* When the capture begins and from then to that frame, in ns; INT64_MIN where the capture does not tell. */
int64_t session_elapsed(const struct session *session, int64_t time_ns);
int64_t session_frame_time(const struct session *session, uint64_t frame); /* of a frame that a result names */

/* What could not be judged so far, and would not be if the capture ended here: sum[DAPS_NOT_JUDGED_COUNT]. */
void session_not_judged(struct session *session, struct daps_not_judged_count *sum);

#endif
