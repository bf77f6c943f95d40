/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments: what rules see of a UE's life.
 *
 * ue/ and pdcp/ tell them, and know no rule; rules/ judge them, and know neither the state machine nor PDCP. A moment
 * is valid while it is told.
 */
#ifndef DAPS_ENGINE_MOMENT_H
#define DAPS_ENGINE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"
#include "daps/finding.h"
#include "keys/chain.h"
#include "keys/term.h"
#include "ledger/ledger.h"

struct daps_engine;

/* One AS security context with the cell it is used in. */
struct daps_context {
    struct daps_chain chain;
    int32_t pci, arfcn; /* values, or symbols (engine/keys/term.h) where the log does not say */
    int32_t c_rnti;     /* -1 unknown */
    int ciphering;      /* NEA number, -1 unknown */
    int integrity;
    uint64_t cell_taint, key_taint; /* what cell and key rest on beside RRC (ue/cells.c); 0 on nothing */
    uint32_t doubt;  /* its key rests on what could not be read having changed nothing; 0 on nothing of the kind */
    unsigned gaps;   /* of the log, when its place in the chain was shown: what came since may have moved it */
    uint32_t serial; /* tells contexts of one UE apart; the same as long as key and PDCP entities are */
    bool supposed;   /* what-if: its key is not that of the capture */
};

/* One derivation of a key for this UE and what became of it. */
struct daps_attempt {
    struct daps_context source, target;
    const struct daps_term *parent; /* of the derived key, NULL if no key was derived */
    const struct daps_term *key;    /* target.chain.key, or the KSN */
    enum daps_procedure procedure;
    enum daps_derivation derivation;
    uint32_t number; /* among the UE's attempts, from 1 */
    uint64_t frame;
    int64_t time_ns;
    uint64_t digest;
    int transaction;
    int ncc;
    int32_t c_rnti, t304_ms;
    uint32_t sk_counter;
    enum daps_rach rach;
    bool daps, prepared, key_set_change;
    bool rejected;            /* nothing was sent under its key: RRCReject, or a command the UE could not comply with */
    bool answerable;          /* its Complete may still come, and would be the first uplink message under its key */
    bool not_first;           /* its Complete may not have been the first uplink message under its key */
    int32_t to_pci, to_arfcn; /* cell it led to; target's is where the UE is now, which may not be known any more */
    bool pci_given, arfcn_given; /* by RRC, not by the cells of the log */
    bool proven;                 /* the UE was in the target: not only the network says so */
    bool answered;               /* the UE has answered its daps-SourceRelease, so it heard the target */
    bool outpaced; /* something of the UE is in the log, or was when it began, that may have gone before its Complete */
    bool by_transaction;  /* a candidate's: only the transaction of its Complete shows that it was executed */
    bool unsure;          /* whether it was one at all: nothing is claimed of it */
    bool overtaken;       /* its Complete may be that of a reconfiguration of its transaction just before it */
    bool source_released; /* daps-SourceRelease was seen, without which no command may follow (TS 38.300 9.2.3.2) */
    enum daps_outcome outcome;
    uint64_t settled_frame;
    int64_t closed_time_ns;                   /* since then nothing is expected of it */
    int64_t heard_time_ns;                    /* of the target's first message, if its Complete had not come by then */
    uint64_t complete_frame;                  /* of the message that used COUNT 0 of SRB1 uplink in the target */
    uint64_t complete_digest, release_digest; /* 0: not seen */
    int64_t complete_time_ns;
    uint64_t executed_frame;
    int64_t executed_time_ns; /* of a candidate, where T304 begins */
    uint64_t taint;    /* keys that are one term with other taints are one key only if the cells of the log are right */
    uint32_t doubt;    /* of its source when it began: terms of other doubts are not known to be one key */
    uint64_t unproven; /* that taint, once the attempt leaves, if the log never showed whether they are */
    uint32_t connection; /* of the UE, counted */
    unsigned unread;     /* messages of this UE that could not be read, when it began */
    unsigned gaps;       /* gaps of the log when it began */
    uint64_t gap_frame;  /* newest of them */
    enum daps_gap gap;
    uint64_t rests_frame; /* a gap anywhere in the log that may explain its Complete otherwise; 0 none */
    enum daps_gap rests;
    bool delivered;
    int32_t point_a; /* absoluteFrequencyPointA of the command, -1 */
    int32_t carrier; /* centre of its carrier as NR-ARFCN, -1 */
    bool has_leaf;   /* a phone's log names the keys below that of its target: */
    struct daps_seen_evidence leaf;
    bool by_node;       /* a node interface brought its command; its leaf is the whole key */
    bool handed_over;   /* ... the source has handed its PDCP status over, which follows the command */
    bool key_fits;      /* ... the key carried comes from what was known */
    uint64_t key_frame; /* of the message that carried it, 0 none */
    bool target_used;   /* uplink signalling under the target's key was seen below RRC */
    bool sent;          /* a phone's log shows its first message in the random access to the target */
    /* What-if (ue/suppose.c), else 0: */
    uint32_t first_count; /* COUNT of the first message under its key */
    bool unsent;          /* it failed before anything was sent under its key */
    bool spent;           /* its key would not be derived again */
    /* How the UE finds it (ue/kept.c). */
    uint32_t serials;                               /* of contexts, given when it had begun: no later one is in it */
    unsigned place;                                 /* in the UE's array */
    struct daps_attempt *alike_newer, *alike_older; /* derived from the same parent */
};

#define DAPS_COLLISION_SIGHTS 16
#define DAPS_COLLISION_OCTETS 64

/* Different PDUs under one (key, COUNT, BEARER, DIRECTION): the first such COUNT of a stream; further ones are counted.
 */
struct daps_collision {
    struct daps_stream_id stream;
    bool one_entity; /* within one stay under the key */
    unsigned n;      /* PDUs with that COUNT, oldest first */
    struct {
        uint32_t entity; /* daps_context.serial */
        uint64_t frame;
    } sights[DAPS_COLLISION_SIGHTS];
    uint32_t copies; /* further sights of these PDUs */
    uint32_t count;
    uint64_t more;          /* further COUNTs that collide */
    bool counted_elsewhere; /* MACs of PDUs whose keystream collides as well, within one stay */
    bool proven;
    bool by_value;    /* a phone's log names the key */
    uint32_t octets;  /* of the XORs */
    uint32_t overlap; /* octets that both PDUs have */
    bool has_plain;
    uint8_t xor_cipher[DAPS_COLLISION_OCTETS];
    uint8_t xor_plain[DAPS_COLLISION_OCTETS];
    char label[24];  /* of the key, once its term is gone */
    bool told;       /* by a rule that judged the attempts of its key */
    bool equal;      /* no collision yet: one PDU made again in another stay, ... */
    bool some_equal; /* ... which is among those that collide */
};

/* 2^24 PDUs, a quarter of a minute at a million a second, are left (TS 33.501 6.9.4.1). */
#define DAPS_COUNT_NEAR_END UINT32_C(0xFF000000)

/* A bearer's PDUs that came in clear with a right MAC-I while ciphering was on; or its newest COUNT, near the end. */
struct daps_bearer_fact {
    const struct daps_term *key;
    bool srb;
    uint8_t bearer;    /* BEARER: RB identity - 1 */
    uint8_t direction; /* 0 uplink, 1 downlink */
    int ciphering;     /* NEA number in force, -1 unknown */
    uint32_t count;    /* of the first PDU; near the end: the newest */
    unsigned n;        /* frames held, the first ones */
    uint64_t frames[DAPS_COLLISION_SIGHTS];
    uint64_t more; /* PDUs beyond these */
    bool verified; /* their MAC-Is are right under the computed key */
    bool said;     /* by RRC (TS 38.331 5.3.6): COUNT is that or higher */
};

/* One of two contexts that have one key. */
struct daps_repeat_side {
    const struct daps_attempt *attempt; /* NULL: it has left, or is none */
    uint32_t number;                    /* of the attempt, 0: the context is no attempt's */
    uint64_t frame;                     /* of what began it */
    enum daps_procedure procedure;      /* DAPS_PROC_COUNT none */
};

/* The next attempt from place *i backwards, newest first; NULL no more. attempts may have empty places. */
static inline struct daps_attempt *daps_attempts_back(struct daps_attempt *const *attempts, unsigned *i)
{
    struct daps_attempt *attempt = NULL;

    while (*i > 0 && attempt == NULL)
        attempt = attempts[--*i];
    return attempt;
}

/* The first place from which on all attempts began with that serial or later; n: none did. In the order they came. */
static inline unsigned daps_attempts_since(struct daps_attempt *const *attempts, unsigned n, uint32_t serial)
{
    unsigned from = 0;

    while (from < n) {
        const unsigned middle = from + (n - from) / 2;
        unsigned i = middle;
        while (i < n && attempts[i] == NULL)
            i++;
        if (i == n || attempts[i]->serials >= serial)
            n = middle;
        else
            from = i + 1;
    }
    return from;
}

/* The newest of n attempts whose target the context of that serial is; NULL none. */
static inline struct daps_attempt *daps_attempt_to(struct daps_attempt *const *attempts, unsigned n, uint32_t serial)
{
    struct daps_attempt *attempt;

    while ((attempt = daps_attempts_back(attempts, &n)) != NULL && attempt->serials >= serial) {
        if (attempt->target.serial == serial && attempt->parent != NULL && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt;
    }
    return NULL;
}

enum daps_moment_kind {
    DAPS_MOMENT_ATTEMPT_BEGAN,    /* began */
    DAPS_MOMENT_ATTEMPTS_LEAVE,   /* attempts: their keys cannot come again; leave */
    DAPS_MOMENT_CONNECTION_ENDED, /* ended; also at the end of the capture */
    DAPS_MOMENT_CAPTURE_ENDED,    /* closing; before the last attempts leave */
    DAPS_MOMENT_COLLISION,        /* collision: of a key whose attempts are gone */
    DAPS_MOMENT_KEY_FITS,         /* fit: a key is not what the standard's inputs give */
    DAPS_MOMENT_NO_KEY_FITS,      /* unfit: a key at hand, and no MAC-I right */
    DAPS_MOMENT_UNCIPHERED,       /* bearer */
    DAPS_MOMENT_COUNT_NEAR_END,   /* bearer */
    DAPS_MOMENT_REQUEST_FORGED,   /* request */
    DAPS_MOMENT_KEY_AGAIN,        /* again: a phone's log names one key for two contexts */
    DAPS_MOMENT_KEY_CONTRADICTED, /* contradicted: ... another than the derived one */
};

struct daps_moment {
    enum daps_moment_kind kind;
    /* Filled by daps_ue_tell(). */
    const char *ue;
    enum daps_rat rat;
    bool below_rrc; /* the capture shows this UE's protected uplink signalling itself, as PDCP PDUs */
    /* Oldest first; unless given, all that are kept; none when an attempt began. */
    struct daps_attempt *const *attempts;
    unsigned n_attempts;
    union {
        struct {
            const struct daps_attempt *attempt;
            bool two_readings; /* of "stored NCC" (TS 38.331 5.3.5.7 against TS 33.501 6.9.2.3.4) */
            struct daps_chain_step by_active, by_stored;
            uint32_t active_n, stored_n; /* NCCs compared with, as chain indices */
            uint64_t stored_frame;       /* of the failed command that stored it */
            uint32_t stored_attempt;
            bool follows_stored;
        } began;
        struct {
            struct daps_collision *collisions; /* of the UE; those told are marked */
            unsigned n_collisions;
        } leave;
        struct {
            bool null_ciphering, null_integrity;
            const uint64_t *null_frames;
            unsigned n_null_frames;
        } ended;
        struct {
            const struct daps_term *in_force;
            uint32_t doubt;                      /* of it */
            bool leaves;                         /* its newest command sends the UE to another system */
            const struct daps_event *candidates; /* armed */
            unsigned n_candidates;
            unsigned gaps; /* of the log, and the newest of them */
            uint64_t gap_frame;
            enum daps_gap gap;
        } closing;
        const struct daps_collision *collision;
        struct {
            const struct daps_attempt *attempt; /* whose key it is; NULL: a root */
            const struct daps_term *key;
            uint64_t frame;        /* of the message that made the key; 0: the attempt's */
            uint64_t parent_frame; /* DAPS_FITS_FAILED_KEY: command of that attempt, 0 none */
            struct daps_fit fit;
        } fits;
        struct {
            const struct daps_term *key;
            uint64_t messages, frame; /* from that one on */
        } unfit;
        struct daps_bearer_fact bearer;
        struct {
            uint64_t frame;
            bool resume;    /* else a re-establishment */
            uint32_t tried; /* keys */
        } request;
        struct {
            struct daps_repeat_side earlier, later;
            int algorithm;
            bool unchanged; /* the later one is where the key had to change */
            bool carried;   /* node interfaces carried the key, no phone's log */
        } again;
        struct {
            const struct daps_term *key;
            uint64_t frame; /* of the item */
        } contradicted;
    };
};

/* engine.c: hands the moment to the rules, and what they find to the sink. */
void daps_engine_tell(struct daps_engine *engine, const struct daps_moment *moment);

/* view.c: keys as findings show them. */
void daps_view_term(struct daps_key_view *view, const struct daps_term *term);
void daps_view_key(struct daps_key_view *view, const struct daps_attempt *attempt);
/* What goes into a KDF, or -1 for a symbol: those are the engine's own business. */
static inline int32_t daps_shown(int32_t value)
{
    return value >= 0 ? value : -1;
}

#endif
