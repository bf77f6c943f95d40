/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine has to say: handovers with their outcome, SCG changes, and findings. Facts only; the sentences that
 * say them are made by daps/words.h.
 *
 * The structures are valid only during the callback that delivers them; pointers in them belong to the engine.
 * daps_finding_copy() keeps a finding beyond that.
 */
#ifndef DAPS_ENGINE_FINDING_H
#define DAPS_ENGINE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"
#include "daps/gap.h"

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
    DAPS_RULE_KEY_UNCHANGED,
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
    DAPS_OUTCOME_CANCELLED, /* by the source, which goes on without the target (TS 36.423 8.2.3, TS 36.413 8.4.5) */
    DAPS_OUTCOMES
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
    uint64_t key_frame;       /* of the message of a node interface that carried that key or the NH before it, 0 none */
    bool key_verified;        /* ... and it comes from what was known before */
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
    bool integrity; /* the tuple is that of the MAC-I, else of the keystream */
    int algorithm;  /* NIA (EIA) or NEA (EEA) number, -1 unknown */
    int bearer;     /* BEARER of TS 38.323 5.8: RB identity - 1 */
    int direction;  /* 0 uplink, 1 downlink */
    uint32_t count;
    bool plaintext_differs;
    /* Observed and proven only: */
    bool srb;                      /* a signalling bearer; else a DRB */
    uint32_t overlap;              /* octets both PDUs have: what knowing one reveals of the other; 0 not known */
    uint32_t octets;               /* of the XORs below */
    const uint8_t *xor_ciphertext; /* of the two PDUs behind their headers; NULL none */
    const uint8_t *xor_plaintext;  /* of what they say, each deciphered by itself; NULL if no key */
};

/* What a frame is in a finding. Those from DAPS_ROLE_ASIDE on are spoken of, but are not among its frames. */
enum daps_role {
    DAPS_ROLE_COMMAND,  /* leads to the key: a command, an answer, an execution */
    DAPS_ROLE_FAILURE,  /* settled the attempt before it */
    DAPS_ROLE_MESSAGE,  /* used the keystream or MAC tuple, or came in clear */
    DAPS_ROLE_STORED,   /* failed command whose NCC was stored (TS 38.331 5.3.5.7) */
    DAPS_ROLE_SELECTED, /* selected a null algorithm */
    DAPS_ROLE_FAILED,   /* first message that does not verify */
    DAPS_ROLE_REQUEST,  /* request with a MAC that fits nothing */
    DAPS_ROLE_ASIDE,
    DAPS_ROLE_GAP = DAPS_ROLE_ASIDE, /* something may be missing in the capture around it */
    DAPS_ROLE_ARMED,                 /* conditional candidate that would do the same */
    DAPS_ROLE_PARENT,                /* command of the attempt whose key was taken as parent */
    DAPS_ROLE_COUNT
};

struct daps_subject {
    uint64_t frame; /* 0: not there any more (a read filter dropped it) */
    enum daps_role role;
    enum daps_procedure procedure; /* DAPS_PROC_COUNT none */
    uint32_t attempt;              /* number of the UE's attempt that it belongs to, from 1; 0 none */
};

/* Which of a rule's sentences the facts are for. */
enum daps_variant {
    DAPS_VARIANT_USUAL,
    DAPS_VARIANT_LOGGED,    /* keystream, MAC tuple: inferred from the messages of an RRC log */
    DAPS_VARIANT_SEEN,      /* ... PDCP PDUs show it */
    DAPS_VARIANT_FITS,      /* key-mismatch, ncc-ambiguity: a MAC-I shows what the network did */
    DAPS_VARIANT_BY_VALUE,  /* a phone's log names the keys */
    DAPS_VARIANT_CARRIED,   /* node interfaces carried the keys */
    DAPS_VARIANT_NONE_FITS, /* key-mismatch: nothing that was tried makes a MAC-I right */
};

/* What a finding rests on that the capture cannot show: bits, in the order they are said. */
enum daps_assumption {
    DAPS_ASSUMES_NO_GAP = 1 << 0,     /* gap, and the subject with DAPS_ROLE_GAP */
    DAPS_ASSUMES_CIPHERING = 1 << 1,  /* the algorithm is not in the log */
    DAPS_ASSUMES_SENT = 1 << 2,       /* a message that RRC handed down before the attempt failed */
    DAPS_ASSUMES_SENT_RACH = 1 << 3,  /* the same, and the log does not show the random access */
    DAPS_ASSUMES_NO_NAS_SMC = 1 << 4, /* no NAS security mode command in between (TS 33.501 6.9.2.3.4) */
    DAPS_ASSUMES_NO_SDT = 1 << 5,     /* no small data with a rejected resume (TS 38.331 5.3.13) */
    DAPS_ASSUMES_RECEIVED = 1 << 6,   /* PDUs were received without error: no framing says whether a CRC was right */
    DAPS_ASSUMES_KEY_LOG = 1 << 7,    /* the key log is right, no key change was missed before the frame */
    DAPS_ASSUMES_CELLS = 1 << 8,      /* cells that the log names beside its messages are those of the UE */
};

/* What makes a MAC-I right although the standard's inputs do not: bits. */
enum daps_fits {
    DAPS_FITS_POINT_A = 1 << 0,    /* arfcn, that of Point A, instead of the SSB's */
    DAPS_FITS_CARRIER = 1 << 1,    /* arfcn, that of the carrier's centre, instead of the SSB's */
    DAPS_FITS_TWO_OCTETS = 1 << 2, /* ARFCN in two octets instead of three */
    DAPS_FITS_STORED_NCC = 1 << 3, /* received NCC compared with the stored one, not with the active key's */
    DAPS_FITS_ACTIVE_NCC = 1 << 4, /* the other way round */
    DAPS_FITS_NH_STEP = 1 << 5,    /* parent is NH number nh, another than the NCC stands for */
    DAPS_FITS_HORIZONTAL = 1 << 6, /* parent is the active key, although the NCC asks for an NH */
    DAPS_FITS_FAILED_KEY = 1 << 7, /* parent is the key of a failed attempt: the subject with DAPS_ROLE_PARENT */
    DAPS_FITS_NAS_COUNT = 1 << 8,  /* ul_nas_count nas_count, where the key log gives nas_count_given */
};

struct daps_fit {
    unsigned what;
    int32_t arfcn;
    int64_t nh;
    bool nh_given; /* by a line of the key log, which alone says whose NCC it is */
    uint32_t nas_count, nas_count_given;
};

/* One reading of "stored NCC" and where it leads (ncc-ambiguity). */
struct daps_reading {
    enum daps_derivation derivation;
    char parent[24];
    uint32_t ncc; /* compared with */
};

#define DAPS_FINDING_MAX_FRAMES 1024

struct daps_finding {
    enum daps_rule_id rule;
    enum daps_variant variant;
    enum daps_severity severity;
    enum daps_evidence evidence;
    bool has_exposure;
    enum daps_exposure exposure;
    enum daps_rat rat;
    const char *ue;
    struct daps_subject *subjects; /* its frames in order, then those spoken of aside */
    uint32_t n_subjects, n_frames; /* held; n_frames of them, at most DAPS_FINDING_MAX_FRAMES, are its frames */
    uint32_t repeats;              /* frames in all, even beyond that */
    uint32_t copies;               /* further sights of PDUs that are in the frames */
    bool has_key;
    struct daps_key_view key;
    struct daps_keystream_tuple keystream;
    unsigned assumptions; /* enum daps_assumption */
    enum daps_gap gap;    /* with DAPS_ASSUMES_NO_GAP */
    bool below_rrc;       /* the capture shows the UE's uplink signalling as PDCP PDUs */
    union {
        struct {
            struct daps_reading active, stored;
            bool follows_stored; /* this audit does */
        } readings;              /* ncc-ambiguity */
        struct daps_fit fit;     /* key-mismatch, ncc-ambiguity: DAPS_VARIANT_FITS */
        struct {
            uint64_t messages;
        } unfit; /* key-mismatch: DAPS_VARIANT_NONE_FITS */
        struct {
            bool ciphering, integrity;
        } null; /* null-security */
        struct {
            char in_force[24]; /* key that the UE is on again */
        } fallback;            /* exposed-fallback */
        struct {
            uint64_t more;   /* further COUNTs of the stream that collide, further PDUs in clear */
            bool some_equal; /* some of the PDUs are equal, made again in another attempt */
        } pdus;              /* keystream rules with DAPS_VARIANT_SEEN, unciphered */
        struct {
            bool resume;    /* else a re-establishment */
            uint32_t tried; /* keys */
        } request;          /* forged-request */
    };
};

/* The usual severity of a rule's findings; one of them may have another. */
enum daps_severity daps_rule_severity(enum daps_rule_id rule);

/* A copy of finding that owns all it points to. Key values are copied only if with_values. Free with
 * daps_finding_free(). */
struct daps_finding *daps_finding_copy(const struct daps_finding *finding, bool with_values);

/* Wipes key values and frees a copy; NULL is fine. */
void daps_finding_free(struct daps_finding *copy);

/* Is that one of the finding's frames, or only spoken of? */
static inline bool daps_subject_counts(const struct daps_subject *subject)
{
    return subject->role < DAPS_ROLE_ASIDE;
}

/* The first subject in that role, NULL none. */
const struct daps_subject *daps_finding_subject(const struct daps_finding *finding, enum daps_role role);

/* Do two findings state the same facts, keys' values aside? */
bool daps_finding_equal(const struct daps_finding *a, const struct daps_finding *b);

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

/* Keys that a phone's log names by value, where it first shows them in force. */
struct daps_leaf_keys {
    enum daps_rat rat;
    uint64_t frame;
    int64_t time_ns;
    const char *key;          /* name of the key they come from, "" if that is not known */
    bool integrity;           /* KRRCenc and KRRCint; else KRRCenc and KUPenc */
    uint64_t digests[2];      /* of each, 0: its algorithm is null */
    int algorithms[2];        /* each is for, -1 not known */
    const uint8_t *values[2]; /* 16 octets each, valid during the call */
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

#endif
