/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One UE: its security contexts, the attempts to move it, and what its log has shown so far.
 *
 *   active ──command──► open attempt {source = active, target} ──evidence──► closed, active = target
 *      ▲                         │
 *      └──── fallback, failure ──┘  active stays the source
 *
 * A UE log writes the Complete when RRC submits it, before random access succeeds. So an attempt stays open after its
 * Complete; traffic from the target only makes it tentatively completed, and the source context is kept until the next
 * command, the source release or the end of the connection, because a DAPS failure may still follow.
 */
#ifndef DAPS_ENGINE_UE_H
#define DAPS_ENGINE_UE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/engine.h"
#include "keys/chain.h"
#include "logged/logged.h"
#include "moment/moment.h"
#include "moment/view.h"
#include "pdcp/pdcp.h"
#include "rrc/segments.h"
#include "ue/remembered.h"
#include "ue/several.h"

#define DAPS_LAG_NS          INT64_C(100000000) /* what a tool, or a second log, may be out of step */
#define DAPS_RRC_NS          INT64_C(10000000)  /* least time between two Completes: TS 38.331 clause 12 */
#define DAPS_MAX_CANDIDATES  DAPS_BOUND(32, 3)
#define DAPS_MAX_NULL_FRAMES DAPS_BOUND(32, 3)

/* Does the cell that a log gives for every message follow the UE? */
enum daps_cells { DAPS_CELLS_UNKNOWN, DAPS_CELLS_FOLLOW, DAPS_CELLS_DO_NOT_FOLLOW };

/* A cell and what it rests on beside RRC. */
struct daps_place {
    int32_t pci, arfcn;
    uint64_t taint;
};

/* orphans.c: the newest Complete of a transaction without its reconfiguration, which may still come. */
struct daps_orphan {
    bool there;
    bool taken; /* by a command that may yet have one of its own */
    uint64_t frame, digest;
    int64_t time_ns;
    uint32_t connection, n_attempts;
    struct daps_place cell; /* before it was forgotten */
    int ciphering, integrity;
};

#define DAPS_CARRIED 8 /* keys that node interfaces carried last, by which an equal one is told from others' */
struct daps_carried {
    uint64_t digest, frame;
    uint32_t attempt;
    enum daps_procedure procedure;
};

struct daps_ue {
    struct daps_engine *engine;
    char name[64];
    uint32_t number; /* among the engine's */
    enum daps_rat rat;
    struct daps_term_pool *pool;

    enum daps_ue_state state;
    struct daps_context active; /* chain.key NULL: no AS security known */
    struct daps_attempt *open;  /* in attempts, or NULL */
    GPtrArray *attempts;        /* owned: all whose key could still be met again, oldest first, and empty places */
    unsigned n_kept;            /* of them */
    struct daps_kept *kept;     /* kept.c; NULL if there have been none */

    struct daps_attempt *revocable; /* closed as completed by the target's word alone, not yet delivered; NULL none */
    bool revocable_n_valid;         /* stored_n_valid before it was closed */

    /* 38.331's reading of "stored NCC" after a DAPS fallback, as a chain index (standards: 5.3.5.7 against 33.501). */
    bool stored_n_valid;
    uint32_t stored_n;
    uint64_t stored_frame; /* of the failed command that stored it */
    uint32_t stored_attempt;
    uint32_t stored_doubt; /* of the source it fell back to */
    uint32_t n_attempts;   /* begun so far */

    unsigned n_candidates;
    struct daps_event *candidates; /* room for DAPS_MAX_CANDIDATES; NULL until there is one */
    unsigned candidates_unread;    /* messages that could not be read, when the newest was armed */
    unsigned candidates_gaps;      /* gaps of the log, then */
    bool attempt_conditional;      /* attemptCondReconfig */
    struct daps_transaction transactions[4];
    bool reconfiguration_seen;
    uint32_t secondary_drbs; /* under a secondary node's key; drb-Identity n is bit n - 1 */
    struct {
        uint64_t digest;
        int64_t time_ns;
    } commanded;                   /* the newest attempt that a reconfiguration asked for */
    unsigned unanswered;           /* reconfigurations of which the log does not hold the Complete */
    struct daps_orphan orphans[4]; /* by transaction */
    int64_t release_alone_ns;      /* of a daps-SourceRelease whose command may still come; INT64_MIN none */
    struct {
        uint64_t digest;
        int64_t time_ns;
    } too_late; /* the newest command that stood behind what followed it */
    struct {
        bool pending;
        bool unread;                  /* messages could not be read since the Complete before */
        bool may_execute;             /* a candidate, if it answers nothing */
        struct daps_cell cell_before; /* logged before it */
        struct daps_event *complete;  /* owned; NULL until there is one */
    } early;                          /* a Complete that answers nothing yet */
    uint64_t unexplained_failure;     /* frame of a DAPS failure whose command has not come (late), 0 none */
    uint64_t failure_at_start; /* frame of one with which the log begins, as long as nothing was derived, 0 none */
    unsigned answered_unread;  /* messages that could not be read, at the newest Complete */

    struct {
        uint64_t frame;
        enum daps_channel channel;
        bool copy;    /* of a recent one */
        bool ignored; /* it repeats another: so do the parts of it that follow */
        bool again;   /* it was taken for one that has been seen before */
    } message;        /* the newest one */
    struct daps_recent recent[DAPS_RECENT];
    unsigned n_recent;
    bool algorithms_missed;          /* once the open attempt is over: a message since may have changed them */
    bool late;                       /* the log is known to be out of step: something stood behind what followed it */
    bool out_of_order;               /* by its times */
    bool clock_moves, clock_is_fine; /* two times differ; one was finer than a millisecond */
    struct {
        unsigned n;
        bool far;                                                /* one came later than anything of a steady tool */
        int64_t most_ns;                                         /* the longest delay of one */
        bool steady;                                             /* some have come one after another with one delay */
        int64_t lag_ns;                                          /* of the newest */
    } copies;                                                    /* messages that the log had twice */
    unsigned dl_dcch, ul_dcch, commands, after_command, answers; /* messages seen; after_command: downlink ones */
    uint64_t first_dcch_frame;

    struct rrc_segments segments[2]; /* messages of which not all segments have come: downlink, uplink */

    struct logged *logged;                /* PDUs that a phone logged with their keys; NULL until there is one */
    struct daps_logged_keys *logged_keys; /* those keys; likewise */
    struct daps_pdcp *pdcp;               /* NULL until a PDCP PDU of this UE is seen */
    struct {
        bool pdus;                     /* PDCP PDUs of this UE are in the capture ... */
        bool uplink;                   /* ... protected uplink signalling among them */
        bool log;                      /* RRC of dedicated channels comes in a log: what PDUs hide, it has */
        uint32_t doubts;               /* given so far */
        uint32_t restarted;            /* newest context whose COUNT was seen to start over unexplained, 0 none */
        uint64_t doubt_frame;          /* newest that shows a message missing or unread, which may have changed keys */
        uint64_t doubt_told;           /* newest of those for which user data was not judged */
        GArray *collisions;            /* struct daps_collision, of keys that are still known; NULL none */
        GArray *facts;                 /* what is to be told of bearers, likewise */
        GArray *unfits;                /* struct daps_unfit_evidence, likewise */
        struct daps_key_evidence told; /* how the newest key came about that a finding told */
    } seen;                            /* below RRC */
    int64_t presumed_root_ns;          /* since then a key is in force whose security mode command was not seen */
    bool setup_seen;                   /* RRCSetup, and no security since */
    struct {
        bool asked;         /* RRCSetupRequest, not answered yet */
        bool begun;         /* the log holds how this connection began */
        uint64_t held;      /* frame of an RRCSetup that nobody asked for, and of which nothing has come, 0 none ... */
        int64_t held_ns;    /* ... and its time */
        int64_t due_ns;     /* of an RRCSetup whose RRCSetupComplete has not come; INT64_MIN none */
        int64_t missing_ns; /* of the first message of a connection whose RRCSetup has not come; INT64_MIN none */
    } setup;
    struct {
        bool awaits; /* the next command is that of a new preparation */
        unsigned n;  /* carried so far */
        struct daps_carried keys[DAPS_CARRIED];
    } node;                               /* what node interfaces say */
    const struct daps_keylog_root *given; /* value of the root about to be made, while that is known; NULL else */
    uint32_t serials;                     /* of contexts */
    bool is_copy;                         /* for a preview: what it shares with the UE must not change */
    struct daps_root_match root;          /* of the connection that is about to be secured */
    unsigned roots;                       /* of this UE's name in the key log that are spent: which one is next */
    unsigned nas_epoch;                   /* NAS messages seen: a NAS security mode command may hide among them */
    struct {
        const struct daps_term *root;
        unsigned nas_epoch;
        uint64_t nas_digest;
    } new_key_set;

    struct {
        uint32_t attempt; /* number, 0 none */
        int64_t time_ns;
        int32_t t304_ms;
    } presumed; /* the newest DAPS attempt over only because a command followed: neither end nor failure was seen */

    bool dropped_request;  /* since then, a re-establishment request that the log does not show answered */
    bool left_nr;          /* mobilityFromNRCommand seen, nothing from NR since */
    int suspend_ncc;       /* -1: not suspended with one */
    bool suspended_before; /* the log began behind the release with suspendConfig */
    uint64_t unsuspended;  /* frame of a resume request of a UE that was not seen to be suspended, 0 none */
    bool resumed_blindly;  /* its RRCResume has ended what was known; the Complete says nothing more */
    int64_t recovered_ns;  /* of the newest RRCReestablishment or resume */
    enum daps_cells cells;
    struct {
        bool ahead, behind;     /* a handover's Complete was logged in the target, in the source */
        bool command_in_source; /* a handover command was logged in the cell that sent it */
    } tool;
    bool cells_behind;            /* they have not followed a handover yet */
    struct daps_cell logged_cell; /* of the message before, -1 */
    int32_t heard_pci;            /* in which the log has the newest downlink message, -1 not known */
    uint64_t taints;              /* given so far */
    uint32_t connection;          /* counted, and anew where track was lost */
    struct daps_request request;
    uint64_t smc_digest; /* of a security mode command not yet answered, 0 none */
    struct {
        uint64_t digest; /* of the command that secured the connection, 0 not seen */
        int64_t time_ns;
        bool from_pdcp;
    } secured;

    struct daps_several several;
    unsigned gaps;
    uint64_t gap_frame;
    enum daps_gap gap;
    unsigned unread;                      /* gaps that are messages nobody could read */
    int64_t last_time_ns, latest_time_ns; /* of the message before; of all */

    /* Null algorithms selected in this connection. */
    bool null_ciphering, null_integrity;
    uint32_t n_null_frames;
    uint64_t null_frames[DAPS_MAX_NULL_FRAMES]; /* the first ones */
};

/* ue.c: the life of a UE and what each event does to it. */
/* second: of a UE that is followed in another technology already; its keys have names of their own. */
struct daps_ue *daps_ue_new(struct daps_engine *engine, const char *name, enum daps_rat rat, bool second);
void daps_ue_free(struct daps_ue *ue);
void daps_ue_event(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_gap(struct daps_ue *ue, uint64_t frame, enum daps_gap gap);
void daps_ue_tell_progress(const struct daps_ue *ue, uint64_t frame);       /* to the sink, unless ue is a copy */
void daps_ue_unread(struct daps_ue *ue, uint64_t frame, enum daps_gap gap); /* a gap that may be any message */
void daps_ue_miss_segments(struct daps_ue *ue, uint64_t frame); /* a downlink message came, and not all of it */
/* A copy whose attempts and PDCP state are its own, for looking ahead; free with daps_ue_copy_clear. */
void daps_ue_copy(struct daps_ue *copy, const struct daps_ue *ue);
void daps_ue_copy_clear(struct daps_ue *copy);
/* One more that this UE's part of the capture does not let anyone judge; counted with the engine's. */
void daps_ue_not_judged(struct daps_ue *ue, enum daps_not_judged reason, uint64_t frame);
void daps_ue_finish(struct daps_ue *ue);
size_t daps_ue_octets(const struct daps_ue *ue); /* size.c: about what it costs in memory */
void daps_ue_preview(const struct daps_ue *ue);  /* what daps_ue_finish would deliver, without finishing */

/*
 * suppose.c: what-if. Each does nothing where nothing is supposed. What the network would have commanded instead of ev
 * (which is ev itself, or in room); what its key would have been; what follows a failure; whether PDUs would collide.
 */
const struct daps_event *daps_ue_suppose(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure,
                                         const struct daps_place *place, struct daps_event *room);
void daps_ue_suppose_key(struct daps_ue *ue, struct daps_attempt *attempt);
void daps_ue_suppose_failed(struct daps_ue *ue, struct daps_attempt *attempt);
bool daps_ue_suppose_collides(const struct daps_ue *ue, const struct daps_collision_evidence *seen);

/* connection.c: connections, their security and their roots. */
void daps_ue_setup_request(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_setup(struct daps_ue *ue, const struct daps_event *ev); /* TS 38.331 5.3.3 */
/* It has no protection: while a key is in force, one without a request waits until what follows shows whose it is. */
bool daps_ue_setup_is_unasked(const struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_decide_setup(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_setup_complete(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_secure(struct daps_ue *ue, const struct daps_event *smc);       /* TS 33.501 6.9.2.1.1 */
void daps_ue_secured_late(struct daps_ue *ue, const struct daps_event *smc); /* ... read behind what it secured */
void daps_ue_rekey(struct daps_ue *ue, const struct daps_event *ev);         /* TS 33.401 7.2.9.2 */
void daps_ue_root_matched(struct daps_ue *ue); /* ue->root has been found out after the connection was secured */
/* A message that shows security, and the command that began it is not in a log that saw the connection begin. */
void daps_ue_miss_security(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_miss_security_answer(struct daps_ue *ue, const struct daps_event *ev); /* ... whose command is */
void daps_ue_require_key(struct daps_ue *ue, const struct daps_event *ev);          /* log began in the middle */
/* not_judged: DAPS_NOT_JUDGED_COUNT if nothing that could be judged is lost with it. */
void daps_ue_lose_track(struct daps_ue *ue, const struct daps_event *ev, enum daps_gap gap,
                        enum daps_not_judged not_judged);
void daps_ue_forget_algorithms(struct daps_ue *ue, struct daps_context *context); /* of a log */
void daps_ue_forget_cell(struct daps_ue *ue); /* the UE may be in another one by now */
void daps_ue_end_connection(struct daps_ue *ue, const struct daps_event *ev);
const struct daps_term *daps_ue_new_key_set(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_note_null(struct daps_ue *ue, uint64_t frame, int ciphering, int integrity);
void daps_ue_tell_nulls(struct daps_ue *ue); /* ... that were selected in the connection; they are forgotten */

/* attempt.c: beginning and settling attempts. */
struct daps_attempt *daps_attempt_begin(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure,
                                        const struct daps_place *place);
/* The newest one of this connection that is not a sk-Counter's; NULL none. */
struct daps_attempt *daps_attempt_newest(const struct daps_ue *ue);
bool daps_attempt_has_failed(const struct daps_attempt *attempt);
/* Has T304 run out, counted from the command or from the execution of a candidate? unknown: what to take that for. */
bool daps_attempt_t304_is_over(const struct daps_ue *ue, const struct daps_attempt *attempt, int64_t now_ns,
                               bool unknown);
/* Is that logged in here's cell? Only where the log's cells follow the UE and tell the two apart. */
bool daps_attempt_is_logged_in(const struct daps_ue *ue, const struct daps_event *ev, const struct daps_context *here,
                               const struct daps_context *there);
/* What it was is not sure: nothing is said of its key, and that is counted. */
void daps_attempt_doubt(struct daps_ue *ue, struct daps_attempt *attempt);
void daps_attempt_settle(struct daps_ue *ue, enum daps_outcome outcome, uint64_t frame);
void daps_attempt_close(struct daps_ue *ue, bool keep_target);
void daps_attempt_close_by_next(struct daps_ue *ue, const struct daps_event *ev);
void daps_attempt_complete(struct daps_ue *ue, struct daps_attempt *attempt, const struct daps_event *ev);
void daps_attempt_sk_counter(struct daps_ue *ue, const struct daps_event *ev);
/* forget.c: attempts whose key cannot come again leave; so do those of a connection that is over, the oldest, or all.
 */
enum daps_forget { DAPS_FORGET_PAST, DAPS_FORGET_OLDEST, DAPS_FORGET_CONNECTION, DAPS_FORGET_ALL };
void daps_attempts_forget(struct daps_ue *ue, enum daps_forget what);
/* unnamed.c: of those that leave, keys for cells the log does not name, where one may repeat another. */
void daps_ue_tell_unnamed(struct daps_ue *ue, const GPtrArray *leaving);
/* May what was sent under that key in that frame be of an attempt for such a cell? */
bool daps_ue_may_be_unnamed(const struct daps_ue *ue, const struct daps_term *key, uint64_t frame);
void daps_ue_forget_keys(struct daps_ue *ue); /* those that neither attempts nor anything seen hold */
/*
 * kept.c: the attempts that are kept. add takes it; steal gives it to the caller, and leaves a place empty; close_up
 * closes such places, unless there are too few of them to be worth it (all: in any case).
 */
struct daps_kept *daps_kept_new(void);
static inline struct daps_attempt *const *daps_kept_all(const struct daps_ue *ue)
{
    return (struct daps_attempt *const *)ue->attempts->pdata;
}
static inline struct daps_attempt *daps_ue_attempt_to(const struct daps_ue *ue, uint32_t serial)
{
    return daps_attempt_to(daps_kept_all(ue), ue->attempts->len, serial);
}
void daps_kept_free(struct daps_kept *kept); /* NULL is fine */
void daps_kept_add(struct daps_ue *ue, struct daps_attempt *attempt);
void daps_kept_steal(struct daps_ue *ue, struct daps_attempt *attempt);
void daps_kept_close_up(struct daps_ue *ue, bool all);
/* Room for those that leave now, empty; they are freed with daps_kept_left(). */
GPtrArray *daps_kept_leaving(struct daps_ue *ue);
void daps_kept_left(struct daps_ue *ue);
/* Before and after what changes the keys of an attempt that is kept. */
void daps_kept_out(struct daps_ue *ue, struct daps_attempt *attempt);
void daps_kept_in(struct daps_ue *ue, struct daps_attempt *attempt);
bool daps_kept_holds(const void *ue, const struct daps_term *term);             /* in whatever way */
bool daps_kept_has_key(const struct daps_ue *ue, const struct daps_term *key);  /* of one that is kept */
unsigned daps_kept_keys(const struct daps_ue *ue, const struct daps_term *key); /* of how many */
/* The newest attempt derived from that parent, the others behind it as alike_older; NULL none. */
const struct daps_attempt *daps_kept_derived(const struct daps_ue *ue, const struct daps_term *parent);
bool daps_kept_has_source(const struct daps_ue *ue, const struct daps_term *key); /* of the source of one */
struct daps_attempt *daps_kept_newest(const struct daps_ue *ue);                  /* not a sk-Counter's; NULL none */
/* Adds to out those, but for the open one, that were derived from a parent which recurs denies. In no order. */
typedef bool daps_kept_parent(const struct daps_ue *ue, const struct daps_term *parent);
void daps_kept_each_parent(const struct daps_ue *ue, daps_kept_parent *recurs, GPtrArray *out);

/* returned.c: what is evidence of a failure outweighs what suggested success. */
void daps_attempt_confirm(struct daps_ue *ue); /* nothing can undo ue->revocable any more */
/* The attempt that a return to its source would undo, opened again if it was closed; NULL none. */
struct daps_attempt *daps_attempt_reopen(struct daps_ue *ue);
bool daps_attempt_may_fail(const struct daps_ue *ue, int64_t time_ns); /* is that in time for its T304? */
void daps_ue_source_in_use(struct daps_ue *ue, const struct daps_event *ev);
/* The context in force: the open attempt's target once it is tentatively completed, else the active one. */
const struct daps_context *daps_ue_context(const struct daps_ue *ue);

/* procedures.c: what single messages mean. */
void daps_ue_reconfiguration(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_reconfiguration_complete(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_failure_information(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_failure_undoes(struct daps_ue *ue, int64_t time_ns); /* no reconfiguration so far will have its Complete */

/* orphans.c: what stands in the log before the command it belongs to. */
bool daps_ue_answers_orphan(struct daps_ue *ue, const struct daps_event *ev); /* one that no command has taken */
/* Another command has taken what may be the answer to this one. */
bool daps_ue_has_no_orphan_left(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_is_out_of_place(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_command_too_late(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_was_too_late(const struct daps_ue *ue, const struct daps_event *ev); /* the same one just before */
void daps_ue_restore_cell(struct daps_ue *ue, const struct daps_event *command);  /* known before its Complete came */
void daps_ue_take_orphan(struct daps_ue *ue, const struct daps_event *command);   /* the open attempt's */
void daps_ue_miss_reconfiguration(struct daps_ue *ue, const struct daps_event *complete, bool unread);
/* A Complete that stands in front of its reconfiguration is held until the next message: is that the one? */
void daps_ue_hold(struct daps_ue *ue, const struct daps_event *complete, bool may_execute);
bool daps_ue_asks_for_held(const struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_let_go(struct daps_ue *ue); /* it answers, or executes, or what it answers is not in the log */

/* candidates.c: conditional reconfiguration. */
void daps_ue_candidate(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_candidate_release(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_execute_candidate(struct daps_ue *ue, const struct daps_event *ev); /* a Complete that answers nothing */
bool daps_ue_may_execute(const struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_names_candidate(const struct daps_ue *ue, const struct daps_event *ev); /* by the cell it is logged in */
bool daps_ue_is_armed(const struct daps_ue *ue, int transaction);
void daps_ue_doubt_candidates(struct daps_ue *ue, const struct daps_event *ev); /* ev derives from the key in force */
void daps_ue_fail_candidate(struct daps_ue *ue, const struct daps_event *ev);   /* the only one armed was tried */

/* again.c: the same message twice in a log. */
void daps_ue_note_again(struct daps_ue *ue);                                  /* the newest one is counted as such */
bool daps_ue_message_begins(struct daps_ue *ue, const struct daps_event *ev); /* false: part of the one before */
bool daps_ue_is_copy(struct daps_ue *ue, const struct daps_event *ev);        /* of a recent message; notes it */
bool daps_ue_is_repeated_stretch(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_command_again(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_complete_again(struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_lag_is_known(const struct daps_ue *ue); /* copies of this log come with one delay */
/* Time between two moments of the log; -1 if it does not tell. */
int64_t daps_ue_elapsed(const struct daps_ue *ue, int64_t then_ns, int64_t now_ns);

/* One PCI, and no two frequencies that differ. */
bool daps_ue_is_same_cell(const struct daps_cell *a, const struct daps_cell *b);
/* cells.c: what the log says of cells, and how far that is believed. */
void daps_ue_watch_cells(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_watch_cells_end(struct daps_ue *ue);
void daps_ue_watch_cells_after(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_learn_cell(struct daps_ue *ue, const struct daps_event *ev);
/* Is that message from a cell to which nothing in the log can have led the UE? */
bool daps_ue_is_elsewhere(const struct daps_ue *ue, const struct daps_event *ev);
bool daps_ue_is_from_elsewhere(const struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_taint(struct daps_attempt *attempt, const struct daps_place *place); /* ... of its key, once derived */
struct daps_place daps_ue_command_place(const struct daps_ue *ue, const struct daps_event *ev);
struct daps_place daps_ue_logged_place(struct daps_ue *ue, const struct daps_event *ev, const struct daps_cell *also);

/* node.c: what node interfaces say of its keys and handovers. */
void daps_ue_node(struct daps_ue *ue, const struct daps_event *ev);

/* evidence.c: what PDUs below RRC show of the UE's keys and contexts. */
void daps_ue_evidence(struct daps_ue *ue, const struct daps_event *ev);
/* The key of that context is beyond doubt, those of all if serial is 0: whatever could not be read has not changed it.
 */
void daps_ue_believe(struct daps_ue *ue, uint32_t serial);
/* seen.c: keeps it, and tells what it comes to once its key is not kept any more (all: whatever is kept). */
void daps_ue_see_unseen(struct daps_ue *ue, const struct daps_event *ev); /* a use in a stay without its command */
void daps_ue_see_collision(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_see_unfit(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_tell_unfits(struct daps_ue *ue, bool all);
void daps_ue_tell_collisions(struct daps_ue *ue, bool all);
/* What CounterCheck or its response say of COUNTs (TS 38.331 5.3.6). */
void daps_ue_see_counts(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_see_bearer(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_forget_unciphered(struct daps_ue *ue,
                               const struct daps_term *key); /* PDUs under it: they were right to be in clear */
void daps_ue_tell_bearers(struct daps_ue *ue, bool all);
void daps_ue_seen_keep_terms(const struct daps_ue *ue); /* before a sweep (daps_term_keep) */
void daps_ue_seen_copy(struct daps_ue *copy, const struct daps_ue *ue);
void daps_ue_seen_clear(struct daps_ue *ue);
/* The key of that context, NULL if it is not in sight. */
const struct daps_term *daps_ue_key_of(const struct daps_ue *ue, uint32_t serial);
/* Could something still be said of that key? Of one that an attempt left? */
bool daps_ue_keeps(const struct daps_ue *ue, const struct daps_term *key);

/* logged_keys.c: keys that a phone's log names by value. */
void daps_ue_see_keys(struct daps_ue *ue, const struct daps_event *ev);
void daps_ue_watch_keys(struct daps_ue *ue, const struct daps_event *ev); /* behind a message that was followed */
bool daps_ue_wants_keys(const struct daps_ue *ue); /* those of the context in force are not known */
/* The newest context with that key, 0 none. current: it is the one that RRC shows to be the newest in force. */
uint32_t daps_ue_stay_under(const struct daps_ue *ue, uint64_t digest, bool *current);
void daps_ue_keys_end(struct daps_ue *ue);
size_t daps_ue_keys_octets(const struct daps_ue *ue);
void daps_ue_keys_copy(struct daps_ue *copy); /* what it shares becomes its own */
void daps_ue_keys_clear(struct daps_ue *ue);

/* sent_in.c: the UE's contexts, by serial (0 none), around a message that is followed ... */
struct daps_ue_moment {
    uint32_t active, target, in_force;
    uint64_t command; /* digest of the open attempt's, 0 none */
    bool answered;    /* it has its Complete */
};
struct daps_ue_moment daps_ue_moment(const struct daps_ue *ue);
/* ... and the one that the message was sent in, once it has been followed. */
uint32_t daps_ue_sent_in(const struct daps_ue *ue, const struct daps_ue_moment *before, const struct daps_event *ev);

/* resolve.c: an input that symbol stood for is value, as a MAC-I has shown; nothing if it is no symbol. */
void daps_ue_resolve(struct daps_ue *ue, int32_t symbol, int32_t value);

/* view.c: engine structures as the sink gets them. */
void daps_deliver_handover(struct daps_ue *ue, const struct daps_attempt *attempt);
void daps_deliver_scg_change(struct daps_ue *ue, const struct daps_event *ev);
void daps_deliver_root(struct daps_ue *ue, const struct daps_context *context, const struct daps_event *ev,
                       enum daps_derivation derivation);
void daps_deliver_derivation(struct daps_ue *ue, const struct daps_attempt *attempt);
void daps_deliver_value(struct daps_ue *ue, const struct daps_term *term, const struct daps_attempt *attempt);
void daps_view_context(struct daps_context_view *view, const struct daps_context *context);
/* Tells the rules: fills what every moment has (whose it is, the attempts kept if it names no others). */
void daps_ue_tell(struct daps_ue *ue, struct daps_moment *moment);

/* view.c: what PDCP may look at, and what it may ask. */
struct pdcp_host daps_ue_host(struct daps_ue *ue);

/* engine.c: what a UE needs of its engine. */
/* What PDCP found of this UE: to the sink, and followed. */
void daps_engine_evidence(struct daps_engine *engine, struct daps_ue *ue, const struct daps_event *ev);
/* Was a message with that fingerprint handed over before, among the newest 32,768? Notes it. */
bool daps_engine_seen(struct daps_engine *engine, uint64_t fingerprint);
const struct daps_sink *daps_engine_sink(const struct daps_engine *engine);
struct daps_ciphers *daps_engine_ciphers(struct daps_engine *engine);
struct daps_rrc_result *daps_engine_trial(struct daps_engine *engine); /* room for a decoding nobody follows */
struct pdcp_roots *daps_engine_roots(struct daps_engine *engine);
struct daps_ledger_room *daps_engine_ledger_room(struct daps_engine *engine);
uint8_t *daps_engine_open_octets(struct daps_engine *engine); /* room for one PDCP PDU, deciphered */
/* cellIdentity of that cell as its SIB1 in this capture says; false: not known. */
bool daps_engine_cell_identity(const struct daps_engine *engine, enum daps_rat rat, const struct daps_cell *cell,
                               int64_t *identity);
const struct daps_engine_options *daps_engine_options(const struct daps_engine *engine);
enum daps_ncc_reading daps_engine_ncc_reading(const struct daps_engine *engine);
const struct daps_keylog *daps_engine_keylog(const struct daps_engine *engine);
struct daps_engine_counts *daps_engine_counters(struct daps_engine *engine);
struct daps_mitigation_cost *daps_engine_mitigation_cost(struct daps_engine *engine);

#endif
