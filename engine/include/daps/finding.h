/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine has to say: handovers with their outcome, SCG changes, and findings.
 *
 * The structures are valid only during the callback that delivers them; pointers in them belong to the engine.
 */
#ifndef DAPS_ENGINE_FINDING_H
#define DAPS_ENGINE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"

enum daps_rule_id {
    DAPS_RULE_REPEATED_KEY,
    DAPS_RULE_NH_REUSE,
    DAPS_RULE_KEYSTREAM_REUSE,
    DAPS_RULE_MAC_NONCE_REUSE,
    DAPS_RULE_NCC_AMBIGUITY,
    DAPS_RULE_EXPOSED_FALLBACK,
    DAPS_RULE_KEY_MISMATCH,
    DAPS_RULE_COUNT_REUSE,
    DAPS_RULE_NCC_INVALID,
    DAPS_RULE_NULL_SECURITY,
    DAPS_RULE_FORGED_REQUEST,
    DAPS_RULE_COUNT_NEAR_WRAP,
    DAPS_RULE_UNCIPHERED,
    DAPS_RULE_COUNT
};

enum daps_severity { DAPS_SEVERITY_INFO, DAPS_SEVERITY_LOW, DAPS_SEVERITY_MEDIUM, DAPS_SEVERITY_HIGH };
enum daps_evidence { DAPS_EVIDENCE_DERIVED, DAPS_EVIDENCE_INFERRED, DAPS_EVIDENCE_OBSERVED, DAPS_EVIDENCE_PROVEN };

/* Could a message protected with the repeated key have left the UE in the earlier attempt? (TS 38.321 5.1.4) */
enum daps_exposure {
    DAPS_EXPOSURE_NONE,     /* no: nothing is sent under it, or the AS keys below it differ */
    DAPS_EXPOSURE_UNLIKELY, /* contention-free random access: only if the UE fell back to contention */
    DAPS_EXPOSURE_POSSIBLE, /* contention based or two-step, or the log does not say */
    DAPS_EXPOSURE_LOGGED,   /* the log holds the messages of both attempts */
};

enum daps_procedure {
    DAPS_PROC_HANDOVER,
    DAPS_PROC_DAPS_HANDOVER,
    DAPS_PROC_CONDITIONAL_HANDOVER,
    DAPS_PROC_INTRA_CELL_REFRESH,
    DAPS_PROC_REESTABLISHMENT,
    DAPS_PROC_RESUME,
    DAPS_PROC_SK_COUNTER,
    DAPS_PROC_COUNT
};

enum daps_outcome {
    DAPS_OUTCOME_UNKNOWN,
    DAPS_OUTCOME_COMPLETED,
    DAPS_OUTCOME_DAPS_FALLBACK,
    DAPS_OUTCOME_REESTABLISHED,
    DAPS_OUTCOME_RELEASED,
    DAPS_OUTCOME_SUPERSEDED,
};

enum daps_derivation {
    DAPS_DERIVATION_UNKNOWN,     /* the NCC in use before is not known */
    DAPS_DERIVATION_HORIZONTAL,  /* from the active key (TS 33.501 6.9.2.3) */
    DAPS_DERIVATION_VERTICAL,    /* from NH */
    DAPS_DERIVATION_NEW_KEY_SET, /* keySetChangeIndicator: from KAMF (TS 33.501 6.9.2.3.4) */
    DAPS_DERIVATION_NONE,        /* no masterKeyUpdate: the key stays */
    DAPS_DERIVATION_SK_COUNTER,  /* KSN from the active key (TS 33.501 A.16) */
};

enum daps_key_kind {
    DAPS_KEY_ROOT, /* KgNB (KeNB) of a secured connection, or of a new key set */
    DAPS_KEY_NH,
    DAPS_KEY_KGNB_STAR, /* KgNB*, KNG-RAN* (KeNB*) */
    DAPS_KEY_KSN,
};

/* A key as it is shown: what it was derived from; never more of its value than the caller asked for. */
struct daps_key_view {
    char id[24];     /* "K2", "K1/NH3" */
    char parent[24]; /* "" for a root */
    enum daps_key_kind kind;
    enum daps_derivation derivation;
    int ncc;                     /* NCC that goes with the key, -1 unknown */
    uint8_t fc;                  /* FC of TS 33.501 / 33.401 Annex A, 0 for a root */
    struct daps_cell cell;       /* KDF inputs; -1: not in the log */
    bool same_frequency;         /* ssb_arfcn is that of the source cell, which the log does not name */
    int32_t sk_counter;          /* KSN only, else -1 */
    int32_t computed_arfcn;      /* its value was computed with, where that is not cell.ssb_arfcn in the octets ... */
    int computed_octets;         /* ... that the standard has; else -1 and 0 */
    const uint8_t *value;        /* 32 octets, NULL if not known */
    const uint8_t *parent_value; /* 32 octets, NULL if not known */
};

struct daps_handover {
    const char *ue;
    enum daps_rat rat;
    enum daps_procedure procedure;
    uint64_t frame; /* of the command */
    int64_t time_ns;
    uint64_t complete_frame; /* of its RRCReconfigurationComplete, 0 none seen */
    uint64_t settled_frame;  /* of the message that settled the outcome, 0 none */
    uint64_t executed_frame; /* conditional handover: frame that shows it was executed, 0 otherwise */
    bool daps;
    bool prepared; /* seen in an inter-node HandoverCommand only */
    bool key_set_change;
    enum daps_derivation derivation;
    int ncc;                 /* received, -1 none */
    struct daps_cell source; /* -1 where the log does not say */
    struct daps_cell target;
    bool same_frequency; /* target frequency is the source's, which the log does not name */
    int32_t c_rnti;
    int32_t t304_ms;
    enum daps_rach rach;
    int ciphering, integrity; /* in force in the target, -1 unknown */
    enum daps_outcome outcome;
    struct daps_key_view key; /* of the target */
};

struct daps_scg_change {
    const char *ue;
    enum daps_rat rat;
    uint64_t frame;
    int64_t time_ns;
    struct daps_cell target;
    int32_t c_rnti;
    int32_t t304_ms;
    enum daps_rach rach;
    int32_t sk_counter; /* -1 none */
};

struct daps_keystream_tuple {
    bool present;
    char algorithm[8]; /* "NEA2", "NIA1"; "" unknown */
    int bearer;        /* BEARER of TS 38.323 5.8: RB identity - 1 */
    int direction;     /* 0 uplink, 1 downlink */
    uint32_t count;
    bool plaintext_differs;
    /* Observed and proven only: */
    bool srb;                      /* a signalling bearer; else a DRB */
    uint32_t overlap;              /* octets both PDUs have: what knowing one reveals of the other; 0 not known */
    uint32_t octets;               /* of the XORs below */
    const uint8_t *xor_ciphertext; /* of the two PDUs behind their headers; NULL none */
    const uint8_t *xor_plaintext;  /* of what they say, each deciphered by itself; NULL if no key */
};

#define DAPS_FINDING_MAX_FRAMES 1024

struct daps_finding {
    enum daps_rule_id rule;
    enum daps_severity severity;
    enum daps_evidence evidence;
    bool has_exposure;
    enum daps_exposure exposure;
    enum daps_rat rat;
    const char *ue;
    uint32_t n_frames; /* frames and procedures held; repeats counts them all */
    uint64_t frames[DAPS_FINDING_MAX_FRAMES];
    uint32_t n_procedures;
    enum daps_procedure procedures[DAPS_FINDING_MAX_FRAMES];
    uint32_t repeats; /* derivations in all, even beyond DAPS_FINDING_MAX_FRAMES */
    bool has_key;
    struct daps_key_view key;
    struct daps_keystream_tuple keystream;
    const char *title;   /* one line */
    const char *detail;  /* a few sentences: what happened in which frame */
    const char *assumes; /* what the finding rests on that the log cannot show, NULL nothing */
};

/* One PDCP PDU that used a (key, COUNT, BEARER, DIRECTION), as far as it could be placed. */
struct daps_keystream_use {
    uint64_t frame;
    char key[24]; /* its name, as in daps_key_view.id */
    bool srb;
    uint8_t bearer;    /* BEARER: RB identity - 1 */
    uint8_t direction; /* 0 uplink, 1 downlink */
    uint32_t count;
    int ciphering;         /* NEA number the PDU was sent under, 0 in clear, -1 unknown */
    bool verified;         /* its MAC-I was checked with the computed key and is right */
    uint64_t earlier;      /* frame that used the same four before, 0 none */
    bool earlier_is_other; /* ... with other contents */
};

/* A key coming into being, for the key chain listing. */
struct daps_key_step {
    const char *ue;
    enum daps_rat rat;
    uint64_t frame;
    int64_t time_ns;
    enum daps_procedure procedure; /* DAPS_PROC_COUNT for a root */
    int ciphering, integrity;      /* -1 unknown */
    struct daps_key_view key;
};

const char *daps_severity_name(enum daps_severity severity);
const char *daps_evidence_name(enum daps_evidence evidence);
const char *daps_exposure_name(enum daps_exposure exposure);
const char *daps_procedure_name(enum daps_procedure procedure);
const char *daps_outcome_name(enum daps_outcome outcome);
const char *daps_derivation_name(enum daps_derivation derivation);
const char *daps_key_kind_name(enum daps_key_kind kind, enum daps_rat rat);

#endif
