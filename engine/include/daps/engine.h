/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine as its two fronts see it: RRC PDUs or events of one capture in, handovers and findings out.
 *
 * One engine serves one capture and one thread; engines share nothing. Results are handed out as soon as they
 * cannot change any more, so that memory does not grow with the capture.
 */
#ifndef DAPS_ENGINE_ENGINE_H
#define DAPS_ENGINE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/counts.h"
#include "daps/event.h"
#include "daps/finding.h"
#include "daps/gap.h"
#include "daps/identity.h"
#include "daps/mitigation.h"
#include "daps/not_judged.h"
#include "daps/pdu.h"
#include "rrc/rrc.h"

struct daps_engine;
struct daps_keylog;
struct daps_term;
struct daps_record;
struct daps_framing_counts;
struct daps_framing_drb;
struct daps_framing_problem;

enum daps_pdcp_status {
    DAPS_PDCP_USER,       /* user data or a control PDU: nothing to decode */
    DAPS_PDCP_READ,       /* RRC in clear, or deciphered and verified; decoded */
    DAPS_PDCP_AGAIN,      /* signalling seen before: nothing new */
    DAPS_PDCP_UNREADABLE, /* ciphered, and no key for it */
    DAPS_PDCP_UNVERIFIED, /* a key, but its MAC-I is wrong with every candidate */
    DAPS_PDCP_MALFORMED,  /* too short */
};

/* A message that could not be decoded. Strings are static. */
struct daps_undecoded {
    uint64_t frame, ue_key;
    enum daps_rat rat;
    enum daps_channel channel;
    const char *message; /* name of the RRC message, "" or NULL unknown */
    const char *error;   /* NULL unknown */
    uint32_t error_bit;
};

/* Any of these may be NULL. user is passed through. */
struct daps_sink {
    void *user;
    void (*event)(void *user, const char *ue, const struct daps_event *ev);
    /* What is said of attempts may be another: one has its Complete or its outcome, something may be missing, or PDUs
     * below RRC have shown something. */
    void (*progress)(void *user, const char *ue, uint64_t frame);
    void (*handover)(void *user, const struct daps_handover *handover);
    void (*scg_change)(void *user, const struct daps_scg_change *change);
    void (*key)(void *user, const struct daps_key_step *step);
    void (*finding)(void *user, const struct daps_finding *finding);
    void (*rrc)(void *user, const char *ue, const struct daps_pdu *pdu,
                const struct daps_term *key); /* read; key or NULL */
    void (*use)(void *user, const char *ue, const struct daps_keystream_use *use);
    void (*join)(void *user, const struct daps_identity_join *join);
    void (*leaf)(void *user, const char *ue,
                 const struct daps_leaf_keys *keys); /* which a phone's log names by value */
    void (*not_judged)(void *user, enum daps_not_judged reason, uint64_t frame); /* as it is counted */
    /* Of what is unwrapped: a PDU of that UE comes, whose framing gives it that UEId (-1 none); ... */
    void (*pdu)(void *user, uint64_t ue_key, enum daps_rat rat, int32_t ue_id);
    void (*pdcp)(void *user, enum daps_pdcp_status status); /* ... it was one of PDCP that says nothing to RRC; ... */
    void (*undecoded)(void *user, const struct daps_undecoded *undecoded);      /* ... it could not be decoded; ... */
    void (*problem)(void *user, const struct daps_framing_problem *problem);    /* ... it could not be unwrapped */
    void (*gap)(void *user, const char *ue, uint64_t frame, enum daps_gap gap); /* ue NULL: of all UEs */
};

/* Which NCC a received one is compared with after a DAPS fallback; where a MAC-I tells, it decides. */
enum daps_ncc_reading {
    DAPS_NCC_ACTIVE, /* that of the active key (TS 33.501 6.9.2.3.4) */
    DAPS_NCC_STORED, /* the stored one, which a fallback does not take back (TS 38.331 5.3.5.7) */
};

#define DAPS_ENGINE_MOST_UES    DAPS_BOUND(65536, 6)
#define DAPS_ENGINE_MOST_OCTETS DAPS_BOUND(UINT64_C(256) << 20, 65536U)

struct daps_engine_options {
    /* Followed at a time, and what they may cost in memory; the one met longest ago gives way. 0: the values above. */
    unsigned most_ues;
    uint64_t most_octets;
    const struct daps_keylog *keylog; /* borrowed for the engine's life; NULL: symbolic only */
    bool extract_only;                /* deliver events, judge nothing */
    enum daps_ncc_reading ncc_reading;
    enum daps_mitigation mitigation;     /* what-if; for an engine that is given events only */
    unsigned n_cells;                    /* cells that UEs may go to without a message naming them, ... */
    const struct daps_cell *cells;       /* ... borrowed likewise */
    const struct daps_framing_drb *drbs; /* configured so until RRC says otherwise; read by daps_engine_new only */
    unsigned n_drbs;
};

/* options may be NULL; sink is copied. Free with daps_engine_free. */
struct daps_engine *daps_engine_new(const struct daps_engine_options *options, const struct daps_sink *sink);

/* One record of the capture: what is in it is unwrapped and followed. */
void daps_engine_record(struct daps_engine *engine, const struct daps_record *record);

/*
 * One PDU that somebody else has unwrapped (in the plugin, Wireshark): of MAC, RLC, PDCP or RRC. ue_key and leg are not
 * looked at; frame numbers do not go down.
 */
void daps_engine_pdu(struct daps_engine *engine, const struct daps_pdu *pdu);

/* What records and PDUs so far turned out to be; valid as long as the engine. */
const struct daps_framing_counts *daps_engine_unwrapped(const struct daps_engine *engine);

/* Names of UEs and their configuration that gave way because a table was full: what they were joined to is forgotten.
 */
uint64_t daps_engine_forgotten(const struct daps_engine *engine);

/* No more records come: what still waits for its missing pieces is reported. */
void daps_engine_drain(struct daps_engine *engine);

/* Follows one event of the UE that ue_key stands for; name is used for a UE not seen before (NULL: numbered). */
void daps_engine_event(struct daps_engine *engine, uint64_t ue_key, const char *name, const struct daps_event *ev);

/*
 * Says that something of this UE's signalling may be missing at this frame (an undecoded PDU, a record the capture
 * dropped): findings that span it say so. all = true: every UE seen so far,
 * whatever ue_key.
 */
void daps_engine_gap(struct daps_engine *engine, uint64_t ue_key, bool all, uint64_t frame, enum daps_gap gap);

/*
 * Says that something of the capture cannot be judged, for a reason that only whoever reads it knows (a command cut
 * short, a layer below). What the engine sees by itself it counts by itself.
 */
void daps_engine_not_judged(struct daps_engine *engine, enum daps_not_judged reason, uint64_t frame);

/*
 * The capture has ended: everything still open is settled and delivered. Call once, before the counts are read; UEs are
 * not known any more then.
 */
void daps_engine_finish(struct daps_engine *engine);

/*
 * What daps_engine_finish would deliver now about that UE (all = true: about every UE), given to sink instead and
 * changing nothing: handovers whose outcome may still change and findings that may still grow or, as
 * exposed-fallback, go away. For whoever must answer before the capture has ended.
 */
void daps_engine_preview(struct daps_engine *engine, uint64_t ue_key, bool all, const struct daps_sink *sink);

/* One AS security context of a UE. */
struct daps_context_view {
    struct daps_key_view key;
    int ciphering, integrity; /* -1 unknown */
    struct daps_cell cell;    /* -1 where the log does not say */
    int32_t c_rnti;           /* -1 unknown */
};

/*
 * The contexts that UE has at this moment in that technology: its source and, while an attempt is open, its target.
 * Returns how many of the two were filled: 0 no AS security known, 1 source, 2 both. Key values are views into the
 * engine, valid until the next PDU.
 */
unsigned daps_engine_contexts(const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat,
                              struct daps_context_view *source, struct daps_context_view *target);

/* Name of the UE that ue_key stands for, NULL if none was seen; valid as long as the engine. */
const char *daps_engine_ue_name(const struct daps_engine *engine, uint64_t ue_key);

/* What would open signalling that could not be read. */
enum daps_needs {
    DAPS_NEEDS_ROOT,    /* KgNB, or KAMF with the UL NAS COUNT */
    DAPS_NEEDS_NH,      /* the NH of NCC number */
    DAPS_NEEDS_CELL,    /* PCI and SSB-ARFCN of the cell that the UE went to in needs_frame */
    DAPS_NEEDS_FITTING, /* a root that fits: the key log has some, and none does (security mode command: needs_frame) */
    DAPS_NEEDS_ALGORITHM, /* a build that can run NEA or NIA number */
    DAPS_NEEDS_NOTHING,   /* all was read */
    DAPS_NEEDS_COUNT
};

/* Signalling of a UE that was ciphered and for which no key was there, or what is wrong with its lines in the key log.
 */
struct daps_sealed {
    const char *ue;  /* valid as long as the engine */
    const char *key; /* name of the key in force at the end, "" unknown; likewise */
    enum daps_rat rat;
    uint64_t pdus, first_frame;
    enum daps_needs needs;
    int number;           /* -1: none */
    uint64_t needs_frame; /* 0: none */
    bool other_count;     /* a MAC-I is right with another UL NAS COUNT than the key log gives: */
    uint32_t given, fits;
};

/* "root", "nh", "cell", "fitting-root", "algorithm", "nothing"; never NULL. */
const char *daps_needs_name(enum daps_needs needs);
/* The one of that name; DAPS_NEEDS_COUNT if there is none. */
enum daps_needs daps_needs_by_name(const char *name);

/* The sealed UE number index, from 0; false if there are no more. After daps_engine_finish. */
bool daps_engine_sealed(const struct daps_engine *engine, unsigned index, struct daps_sealed *out);

const struct daps_engine_counts *daps_engine_counts(const struct daps_engine *engine);

/* What the mitigation of the options has taken so far. */
const struct daps_mitigation_cost *daps_engine_cost(const struct daps_engine *engine);

/* Wipes key material and frees. NULL is fine. */
void daps_engine_free(struct daps_engine *engine);

#endif
