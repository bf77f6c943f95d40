/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PDCP entities of one UE as an observer follows them (TS 38.323, TS 33.501 6.5, 6.6).
 *
 * struct pdcp_context is what PDCP holds of one AS security context: while a handover is open there are two, source and
 * target, each with COUNTs of its own. Every PDU is given to the context it belongs to:
 *
 *     key known      the context, and the COUNT, with which the MAC-I is right; nothing else is believed
 *     key not known  the connection (C-RNTI) it came over if the capture tells, else the COUNT that fits; where both
 *                    fit, or where a downlink message that nobody could read may have changed the key, to none: a PDU
 *                    that cannot be placed is counted and proves nothing
 *
 * Only what was sent in clear, or was deciphered with a key whose MAC-I is right, is handed on as RRC.
 */
#ifndef DAPS_ENGINE_PDCP_H
#define DAPS_ENGINE_PDCP_H

#include <glib.h>

#include "daps/bound.h"
#include "daps/cipher.h"
#include "daps/engine.h"
#include "keys/term.h"
#include "ledger/ledger.h"
#include "moment/view.h"
#include "pdcp/count.h"

#define PDCP_MOST_CONTEXTS 4
#define PDCP_MOST_PAST                                                                                                 \
    DAPS_BOUND(6, 2) /* contexts that ended and may still turn out to be in use; the oldest gives way */
#define PDCP_DISORDER_NS INT64_C(100000000) /* logs, clocks and legs of one capture may be that far out of step */

enum { PDCP_RRC_ENC, PDCP_RRC_INT, PDCP_LEAF_KEYS };

/* User data of one context: room only where there is any. */
struct pdcp_drbs {
    struct pdcp_count at[32][2]; /* by drb-Identity - 1, direction */
};

/* What the UE left a context with. After it, a PDU under its key shows the way back. */
struct pdcp_leave {
    bool left;        /* a command or execution led from this context to another */
    bool conditional; /* the network did not say when: its own messages prove nothing (TS 38.331 5.3.5.13.5) */
    bool by_pdu;      /* the command was one of this context's own PDUs, so that its COUNT tells before from after */
    uint32_t next_dl; /* then COUNT after it on SRB1 downlink */
    int64_t time_ns;
};

/* PAST_ENDED: beside a log, whose PDUs may come behind the record that ended the context. */
enum pdcp_past { PDCP_PRESENT, PDCP_PAST_SOURCE, PDCP_PAST_TARGET, PDCP_PAST_ENDED };

struct pdcp_context {
    uint32_t serial; /* daps_context.serial */
    enum pdcp_past past;
    struct pdcp_leave leave;
    int64_t begun_ns;
    int64_t ended_ns;       /* of a past one */
    uint32_t unseen_stay;   /* under the same key, of an attempt whose command is missing; 0 none */
    bool unseen_told;       /* that the key is in use there, after a failure */
    bool early;             /* PDUs of it came before its command */
    bool algorithms_unsure; /* a message before it could not be read, and may have changed them */
    bool restarted;         /* signalling that nobody could read has COUNTs twice: not all of it is this key's */
    bool commanded;         /* the command that led to it verifies under the key it was derived from */
    bool contested;         /* two PDUs of one SN behind its command fit no key: it is not the only key since then */
    const struct daps_term *term;
    int nea, nia;        /* -1 unknown */
    bool ul_active;      /* uplink is ciphered: from the SecurityModeComplete on (TS 38.331 5.3.4.3) */
    bool dl_active;      /* likewise downlink */
    uint64_t leg;        /* C-RNTI + 1, 0 unknown */
    uint64_t target_leg; /* of an open handover that keeps the key, 0 none */
    bool keys_valid;     /* leaf keys computed for term, nea, nia */
    uint32_t records[2]; /* of a log beside it, on SRB1: uplink, downlink */
    bool by_value;       /* leaf keys are those of a key log, whatever the term's value */
    uint8_t keys[PDCP_LEAF_KEYS][DAPS_CIPHER_KEY_OCTETS];
    bool uplink_told;       /* that its key was used for signalling uplink ... */
    bool key_told;          /* ... and that a MAC-I is right under it */
    unsigned choices_tried; /* PDUs for which what is left open was tried in vain ... */
    unsigned choices_cells; /* ... with that many cells learned */
    uint64_t verified, failed, first_failed_frame;
    uint32_t hfn_searches;
    uint32_t failed_gaps;        /* gaps of the log when it first failed */
    struct pdcp_count srb[4][2]; /* by srb-Identity - 1, direction */
    struct pdcp_drbs *drbs;      /* owned; NULL none yet */
    bool drbs_unsure;            /* what drbs begins with */
};

/* What explains a PDU whose MAC-I is wrong under the key as commanded. */
struct pdcp_choice {
    const struct daps_term *parent;
    uint32_t n;
    enum daps_derivation derivation;
    struct daps_cell cell;
    struct daps_frequencies frequencies; /* of the cell */
    struct daps_dialect dialect;
    bool other_reading;    /* of the NCC (TS 38.331 5.3.5.7) */
    int nh_ahead;          /* steps the NH taken is ahead of the NCC sent */
    bool horizontal;       /* from the active key, although the NCC asks for an NH */
    uint64_t failed_frame; /* of the failed attempt whose key was the parent, 0 none */
    bool deep;             /* the parent is computed in the same dialect */
    bool twice;            /* not to be believed on one MAC-I */
    uint8_t value[32];
};

#define PDCP_MOST_CELLS DAPS_BOUND(16, 3) /* of each kind, where a UE may have gone; the oldest gives way */
#define PDCP_FEW        16 /* candidates tried: above, one MAC-I of 32 bits is not enough to adopt what fits */

/* Where a UE may have gone in a re-establishment or resume, which no message names. */
struct pdcp_cells {
    unsigned n, n_pcis, n_arfcns;
    unsigned learned; /* how often one was added */
    struct pdcp_cell {
        struct daps_cell cell;
        int32_t point_a, carrier;                           /* -1 unknown */
    } known[PDCP_MOST_CELLS];                               /* named with their frequency */
    int32_t pcis[PDCP_MOST_CELLS], arfcns[PDCP_MOST_CELLS]; /* named each by itself: every pair of them may be a cell */
};

struct pdcp_roots;

/* What PDCP works with, all borrowed: it looks at the UE, and tells what it finds; it changes nothing of it. */
struct pdcp_host {
    void *user;
    void (*look)(void *user, struct daps_ue_view *view);
    void (*evidence)(void *user, const struct daps_event *ev); /* to the sink, and followed by the UE */
    void (*not_judged)(void *user, enum daps_not_judged reason, uint64_t frame);
    bool (*keeps)(void *user, const struct daps_term *key);     /* could something still be said of that key? */
    bool (*holds)(void *user, const struct daps_term *key);     /* is it that of an attempt still kept? */
    bool (*came_from)(void *user, const struct daps_term *key); /* is it that of the source of an attempt still kept? */
    bool (*cell_identity)(void *user, enum daps_rat rat, const struct daps_cell *cell,
                          int64_t *identity); /* of its SIB1 */
    const struct daps_engine_options *options;
    struct daps_ciphers *ciphers;
    const struct daps_sink *sink;
    struct daps_engine_counts *counts;
    struct pdcp_roots *roots;      /* what all UEs of the capture share, ... */
    struct daps_ledger_room *room; /* ... likewise */
    struct daps_rrc_result *trial; /* room for a decoding nobody follows */
    uint8_t *open;                 /* room for DAPS_PDCP_MOST_OCTETS */
};

struct daps_pdcp {
    struct pdcp_host host;
    struct daps_ue_view ue;       /* as it was when this room was entered, or told something last */
    struct daps_ciphers *ciphers; /* borrowed */
    struct daps_ledger *ledger;
    bool plain_started; /* RRCSetup seen: the COUNTs of the unprotected phase are known */
    struct pdcp_count plain[4][2];
    uint64_t newest_digest[4][2]; /* of signalling: without a context, a second sight of it is nothing new */
    uint64_t plain_leg;
    unsigned n_contexts;
    struct pdcp_context contexts[PDCP_MOST_CONTEXTS];
    unsigned n_past;
    struct pdcp_context *past; /* oldest first, room for PDCP_MOST_PAST; NULL until there is one */
    struct pdcp_room *room;    /* PDUs that wait for a context, NULL none yet */
    bool changed;              /* a context or key came into being: those that wait are tried again */
    int64_t now_ns;
    uint32_t eras;    /* of COUNTs whose HFN is open (count.h) */
    bool log_beside;  /* RRC of this UE comes in a log, beside its PDCP PDUs ... */
    bool log_missing; /* ... which its PDUs have waited for in vain */
    bool ul_doubt;    /* an uplink message was not read that may have executed a candidate: which key is in force? */
    struct pdcp_beside *beside; /* records and PDUs that wait for one another, NULL none yet */
    GArray *tentative;          /* struct pdcp_tentative: what a message that comes late may still explain; NULL none */
    uint32_t secondary_drbs;    /* were under the secondary node's key, which is not followed (TS 33.501 6.10.2) */
    uint32_t gone_drbs;         /* released and not set up again: whose PDUs go on under that identity nobody knows */
    uint32_t daps_drbs;         /* drb-Identity n is bit n - 1: one entity for both legs */
    int dl_credit;              /* downlink signalling read in clear elsewhere, less what could not be read: below zero
                                   a key change may have gone unseen, and nothing is placed without a MAC-I */
    uint64_t credited_frame;
    bool unread_dl;        /* downlink SRB1 has not been read since one was verified: algorithms may have changed */
    uint32_t unseen_stays; /* serials given to stays that no context stands for */
    bool unread_told[2];   /* downlink: since the UE's newest event or MAC-I that is right */
    bool reading;          /* the events under way come from a PDCP PDU */
    struct {
        uint32_t serial; /* of the context it was found for, 0 none */
        uint64_t digest; /* of the PDU it explains */
        struct pdcp_choice choice;
    } proposal; /* fits one PDU and waits for a second one */
    struct {
        uint64_t digest; /* of the PDU it explains, 0 none */
        struct daps_root_evidence root;
        int nea, nia;
    } root_proposal; /* likewise, for a capture that begins behind the security mode command */
    struct {
        uint64_t digest; /* of the PDU it explains, 0 none */
        unsigned set;
    } leaf_proposal;        /* likewise, for AS keys of the key log */
    unsigned leaf_searches; /* PDUs that were tried under them in vain */
    unsigned root_searches; /* PDUs that were tried under the roots of the key log in vain */
    uint64_t given_root;    /* digest of the root that needs.other_count is about, as the key log gives it */
    uint32_t unsure_root;   /* context whose root fits one MAC-I among many, 0 none */
    bool root_found;        /* of the connection at hand ... */
    bool just_began;        /* ... of which nothing behind RRCSetupComplete has come yet */
    bool nas_count_due;     /* needs.other_count is confirmed: told at the end, unless another connection explains it */
    uint64_t unsure_frame;  /* of its security mode command */
    uint64_t unfit_frame;   /* of the security mode command that no root of the key log fits, 0 none */
    struct pdcp_cells cells; /* named in this capture */
    uint64_t first_unreadable_frame, unreadable;
    struct daps_sealed needs; /* what would open them */
    char last_key[24];        /* name of the newest context's key, once closed */
    uint8_t *open;            /* deciphered PDU, room for DAPS_PDCP_MOST_OCTETS */
};

/* A message on a DCCH as a log shows it, for the PDU beside it that brought it. */
struct pdcp_record {
    uint64_t digest; /* of its octets */
    uint64_t frame;
    int64_t time_ns;
    uint32_t octets;
    uint32_t context; /* serial of the context it was sent in; 0 before security, or not known */
    enum daps_channel channel;
    enum daps_event_kind kind;
    int8_t integrity;     /* NIA number of a security mode command, -1 */
    bool vague;           /* it may be another PDU's: neither octets nor time tell */
    uint32_t least_count; /* of its PDU: so many went before it in that context, direction and bearer */
};

/* What came of one PDU. rrc points into the PDU or into room of the UE's, valid until the next call. */
/* What would open signalling that cannot be read. */
struct pdcp_need {
    enum daps_needs what;
    int number;     /* NCC or algorithm, -1 none */
    uint64_t frame; /* 0 none */
};

struct pdcp_reading {
    enum daps_pdcp_status status;
    const uint8_t *rrc;
    size_t length;
    enum daps_channel channel;
    const struct daps_term *key; /* it was deciphered or verified with, NULL none */
    bool ciphered;               /* with key: it was */
    bool waits;                  /* kept: a context that comes later may explain it */
    bool suspect;                /* it verifies, but waits */
    bool not_followed;           /* what it says was true before something that has been followed already */
    bool known;                  /* its record in a log has been followed: what it says is nothing new */
    bool returned;               /* the source's key is in use again although an attempt left it (see pdcp_leave) */
    /* for pdcp_after() */
    bool late;
    bool late_ciphered;
    struct daps_cell cell; /* that the key shows the PDU was sent in; -1 */
    uint32_t count;
    const struct daps_pdu *pdu;
    struct pdcp_need need; /* unreadable: if nothing was before */
};

struct daps_pdcp *daps_pdcp_new(const struct pdcp_host *host);
void daps_pdcp_free(struct daps_pdcp *pdcp);  /* NULL is fine */
void daps_pdcp_clear(struct daps_pdcp *pdcp); /* all but the structure itself */

/* Places, deciphers and enters one PDU. record: what a log beside it says of it, NULL nothing. */
void daps_pdcp_read(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record,
                    struct pdcp_reading *reading);

/* After the events of a reading were followed: what it said may have started the very context it was protected with. */
void daps_pdcp_after(struct daps_pdcp *pdcp, const struct pdcp_reading *reading);

/*
 * beside.c. A PDU comes: is it read at once (with the record it has, or without one), or does it wait for its record?
 * log: the capture has a log of RRC.
 */
enum pdcp_arrival { PDCP_ARRIVES, PDCP_ARRIVES_WITH_RECORD, PDCP_WAITS };
enum pdcp_arrival daps_pdcp_arrive(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool log,
                                   struct pdcp_record *record);
/* A record of the log has been followed: it finds its PDU among those that wait, or is noted for it. */
void daps_pdcp_record(struct daps_pdcp *pdcp, const struct pdcp_record *record);
/* A PDU that has waited long enough; false if there is none. all: whatever waits. Its octets hold until the next one.
 */
struct pdcp_turn {
    struct daps_pdu pdu;
    bool has_record;
    struct pdcp_record record;
};
bool daps_pdcp_turn(struct daps_pdcp *pdcp, bool all, struct pdcp_turn *turn);
/* Has the other of PDUs (below) and the log beside them said the same? A message that has not is noted. */
bool daps_pdcp_is_twin(struct daps_pdcp *pdcp, const struct pdcp_record *message, bool below);
/*
 * known.c. A record is about to be followed whose PDU waits already: what its MAC-I shows is told first. Of a Complete
 * that executes a conditional candidate (true): that candidate's cell.
 */
bool daps_pdcp_foresee(struct daps_pdcp *pdcp, const struct pdcp_record *record, struct daps_cell *cell);

/* The capture's clock. */
void daps_pdcp_clock(struct daps_pdcp *pdcp, int64_t time_ns);

/* After any event of the UE was followed: contexts begin and end with its contexts. */
void daps_pdcp_event(struct daps_pdcp *pdcp, const struct daps_event *ev);

/* A PDU that waited and can be read or placed now: as daps_pdcp_read(). False if there is none (any more). */
bool daps_pdcp_next(struct daps_pdcp *pdcp, struct pdcp_reading *reading);

/* Has any ever waited? Where none has, daps_pdcp_next() need not be asked at every PDU. */
static inline bool daps_pdcp_has_waited(struct daps_pdcp *pdcp)
{
    pdcp->changed = pdcp->changed && pdcp->room != NULL;
    return pdcp->room != NULL;
}

/*
 * For a preview of the end: copy becomes what pdcp is, for the UE of host, as far as the end of the capture needs it.
 * Undone by daps_pdcp_clear().
 */
void daps_pdcp_copy(struct daps_pdcp *copy, const struct pdcp_host *host, const struct daps_pdcp *pdcp);

/* Terms are about to be swept: streams of keys that are gone go. let_go: of an attempt that is not kept any more. */
void daps_pdcp_retain(struct daps_pdcp *pdcp);
void daps_pdcp_let_go(struct daps_pdcp *pdcp, const struct daps_term *key);
/* The one key has turned out to be the other. */
void daps_pdcp_rename(struct daps_pdcp *pdcp, const struct daps_term *gone, const struct daps_term *is);
/*
 * The UE is not met for a while: room for what there may be again goes, and what the UE's structure has or lends.
 * Before anything else, wake.
 */
void daps_pdcp_sleep(struct daps_pdcp *pdcp);
void daps_pdcp_wake(struct daps_pdcp *pdcp, const struct pdcp_host *host);
/* About what it costs in memory. */
size_t daps_pdcp_octets(const struct daps_pdcp *pdcp);
/* Marks the terms of contexts that are still followed, before others are swept (daps_term_keep). */
void daps_pdcp_keep_terms(const struct daps_pdcp *pdcp);
/* The capture has ended: what waits is settled. Before the UE is judged. */
void daps_pdcp_close(struct daps_pdcp *pdcp);

/* request.c: a request is about to be followed: is its shortMAC-I or resumeMAC-I one of the UE's? */
void daps_pdcp_check_request(const struct pdcp_host *host, const struct daps_event *ev);

/* roots.c: what all UEs of a capture share of the search for roots; NULL is fine. */
struct pdcp_roots *pdcp_roots_new(void);
void pdcp_roots_free(struct pdcp_roots *roots);

/* contexts.c */
void pdcp_drbs_begin(struct pdcp_context *context);
static inline struct pdcp_count *pdcp_drb(struct pdcp_context *context, unsigned index, unsigned direction)
{
    if (context->drbs == NULL)
        pdcp_drbs_begin(context);
    return &context->drbs->at[index][direction];
}
struct pdcp_drbs *pdcp_drbs_copy(const struct pdcp_drbs *drbs); /* NULL of NULL */
void pdcp_context_clear(struct pdcp_context *context);
void pdcp_forget_past(struct daps_pdcp *pdcp, bool (*is_kept)(const struct daps_term *key, void *user), void *user);
void pdcp_sync(struct daps_pdcp *pdcp);
struct pdcp_context *pdcp_context_of(struct daps_pdcp *pdcp, uint32_t serial);
bool pdcp_keys(struct daps_pdcp *pdcp, struct pdcp_context *context);
void pdcp_keys_changed(struct daps_pdcp *pdcp); /* terms have other values now */

/* protection.c: one PDU under one context. */
struct pdcp_attempted {
    uint32_t count;
    bool ciphered;
};
/* Tries whether the MAC-I is right; on success the plain SDU with MAC-I is in pdcp->open. */
bool pdcp_verify(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                 const struct pdcp_attempted *how);

/*
 * choices.c: what the standard or the capture leaves open, decided by MAC-I. True if the PDU is explained: its context
 * then has the key, and pdcp->open the plain SDU. A choice among many waits for a second PDU that it explains.
 */
bool pdcp_choose(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                 const struct pdcp_attempted *how);
/* Could a PDU that no key at hand explains be of an armed candidate that was executed, whose key is not at hand? */
bool pdcp_may_be_executed_unseen(const struct daps_pdcp *pdcp);
/* That candidate, NULL none; key, without a value, says what it would be derived from. */
const struct daps_event *pdcp_unseen_candidate(const struct daps_pdcp *pdcp, struct daps_term *key);
/* The candidate of a conditional handover whose key the PDU is under (TS 38.331 5.3.5.13.5); NULL none. */
const struct daps_event *pdcp_executed(struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
/* roots.c: a security mode command is about to be followed: which root of the key log is its MAC-I right under? */
void daps_pdcp_find_root(struct daps_pdcp *pdcp, const struct pdcp_reading *reading, const struct daps_event *smc);
/* A cell the UE may go to, or one of its inputs (the other -1); point_a and carrier -1 where not known. */
void pdcp_learn_cell(struct daps_pdcp *pdcp, struct daps_cell cell, int32_t point_a, int32_t carrier);
/* cells.c: candidate number i, those named whole first; false if there are no more. */
/* Likewise of those that only messages to other UEs of the capture name, or to this one under another name. */
bool pdcp_cell_elsewhere(const struct daps_pdcp *pdcp, unsigned i, struct pdcp_cell *out);
bool pdcp_cell_at(const struct pdcp_cells *cells, unsigned i, struct pdcp_cell *out);

#endif
