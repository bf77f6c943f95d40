/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconfiguration, its Complete and failure information (TS 38.331 5.3.5, 5.7.5). */
#include "ue/ue.h"

struct daps_attempt *daps_attempt_newest(const struct daps_ue *ue)
{
    struct daps_attempt *newest = daps_kept_newest(ue);

    return newest != NULL && newest->connection == ue->connection ? newest : NULL;
}

bool daps_attempt_has_failed(const struct daps_attempt *attempt)
{
    switch (attempt->outcome) {
    case DAPS_OUTCOME_DAPS_FALLBACK:
    case DAPS_OUTCOME_REESTABLISHED:
        return true;
    case DAPS_OUTCOME_SUPERSEDED:
        return !attempt->prepared;
    default:
        return false;
    }
}

static void handover_command(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_place place;

    daps_attempt_close_by_next(ue, ev);
    if (daps_ue_is_from_elsewhere(ue, ev))
        daps_ue_lose_track(ue, ev, DAPS_GAP_CELL_LEFT, DAPS_NOT_JUDGED_COMMAND_LOST);
    daps_ue_learn_cell(ue, ev);
    daps_ue_require_key(ue, ev);
    place = daps_ue_command_place(ue, ev);
    daps_attempt_begin(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER, &place);
    ue->open->answerable = true;
    if (ev->daps && ev->frame < ue->unexplained_failure)
        ue->unexplained_failure = 0; /* it was read behind what followed it */
}

/* A Complete answers the newest reconfiguration of its transaction; an older one will not be answered any more. */
static void expect_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    if (ev->transaction < 0 || ev->prepared)
        return;
    if (ue->open != NULL && ue->open->transaction == ev->transaction && ue->open->digest != ev->digest)
        ue->open->answerable = false;
    transaction->due = true;
    transaction->digest = ev->digest;
    transaction->time_ns = ev->time_ns;
    transaction->source_release = transaction->undone = false;
    ue->reconfiguration_seen = true;
}

void daps_ue_failure_undoes(struct daps_ue *ue, int64_t time_ns)
{
    for (unsigned i = 0; i < 4; i++) {
        struct daps_transaction *transaction = &ue->transactions[i];
        if (transaction->due) {
            transaction->due = false;
            transaction->undone = true;
            transaction->undone_time_ns = time_ns;
        }
    }
}

/* The newest attempt is a DAPS handover that is over: its release once more, or late behind its failure. */
static bool is_release_again(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    if (ue->active.chain.key == NULL)
        return true; /* the log began behind the command */
    if (ev->from_pdcp && last != NULL && ev->frame < last->frame)
        return true; /* read behind the command that made its key known once more: of an attempt before that */
    return last != NULL && last->daps && daps_ue_elapsed(ue, last->closed_time_ns, ev->time_ns) <= DAPS_LAG_NS;
}

/*
 * TS 38.300 9.2.3.2: only now is the DAPS handover complete and the source key gone. The message proves that the target
 * heard the UE, not that the UE heard it: until the UE answers, a failure may still follow.
 */
static void source_release(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;

    if (open == NULL || !open->daps) {
        if (!is_release_again(ue, ev))
            daps_ue_lose_track(ue, ev, DAPS_GAP_SOURCE_RELEASE, DAPS_NOT_JUDGED_COMMAND_LOST);
        return;
    }
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    open->proven = true;
    if (open->complete_frame == 0 && open->heard_time_ns == INT64_MIN)
        open->heard_time_ns = ev->time_ns;
    if (ev->transaction >= 0)
        ue->transactions[ev->transaction & 3].source_release = true;
    else
        daps_attempt_close(ue, true);
}

static void command_again(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *last = daps_attempt_newest(ue);

    if (last == ue->open && last->prepared && !ev->prepared) {
        last->prepared = false; /* what one node prepared for the other has now been sent */
        expect_complete(ue, ev);
    }
    daps_engine_counters(ue->engine)->duplicates++;
}

void daps_ue_reconfiguration(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->sync && daps_ue_command_again(ue, ev)) {
        command_again(ue, ev);
        return;
    }
    expect_complete(ue, ev);
    if (ev->conditional)
        ue->attempt_conditional = ev->attempt_conditional; /* Need R: gone unless it is given again */
    if (ev->daps_source_release)
        source_release(ue, ev);
    if (ev->sync)
        handover_command(ue, ev);
    if (ev->sk_counter >= 0)
        daps_attempt_sk_counter(ue, ev);
}

/* The UE has answered the source release, so it heard the target: no failure can follow. */
static void source_is_gone(struct daps_ue *ue)
{
    if (ue->open != NULL && ue->open->daps && ue->open->outcome == DAPS_OUTCOME_COMPLETED)
        daps_attempt_close(ue, true);
}

/* The open attempt had failed by then, and the Complete is that of a candidate with the same transaction. */
static bool comes_too_late(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    return open != NULL && open->complete_frame == 0 && open->outcome == DAPS_OUTCOME_UNKNOWN &&
           open->transaction == ev->transaction && daps_attempt_t304_is_over(ue, open, ev->time_ns, false) &&
           daps_ue_may_execute(ue, ev);
}

/* Behind a message of the target it is the first uplink one under its key only if no more is late than the log. */
static bool is_first_answer(const struct daps_ue *ue, const struct daps_attempt *open, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, open->heard_time_ns, ev->time_ns);

    if (ev->from_pdcp || !open->answerable)
        return ev->from_pdcp;
    return open->heard_time_ns == INT64_MIN || (elapsed >= 0 && elapsed <= DAPS_LAG_NS);
}

static void expected_complete(struct daps_ue *ue, struct daps_transaction *transaction, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;
    const bool opens = open != NULL && open->complete_frame == 0 && open->transaction == ev->transaction &&
                       open->digest == transaction->digest;

    transaction->due = false;
    if (opens && is_first_answer(ue, open, ev))
        daps_attempt_complete(ue, open, ev);
    if (transaction->source_release)
        source_is_gone(ue);
}

/* The Complete of what a failure undid, logged behind it or read late. */
static bool is_late(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    return ue->pdcp != NULL && ev->transaction >= 0 && transaction->undone &&
           (ev->from_pdcp || daps_ue_elapsed(ue, transaction->undone_time_ns, ev->time_ns) <= DAPS_LAG_NS);
}

/* unread: it is there and could not be read, which is counted already. */
static void miss_reconfiguration(struct daps_ue *ue, const struct daps_event *complete, bool unread)
{
    if (!ue->reconfiguration_seen && ue->active.chain.key == NULL)
        return;
    daps_ue_gap(ue, complete->frame, DAPS_GAP_COMPLETE);
    daps_ue_forget_cell(ue); /* which may have been a handover */
    if (!unread)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, complete->frame);
}

/* The log may have it in front of its reconfiguration: the next message tells. */
static void hold(struct daps_ue *ue, const struct daps_event *complete)
{
    if (ue->early.complete == NULL)
        ue->early.complete = g_new(struct daps_event, 1);
    *ue->early.complete = *complete;
    ue->early.pending = true;
    ue->early.unread = ue->answered_unread != ue->unread;
}

/* By their times, in which the log's order is not, that reconfiguration came before the Complete held. */
bool daps_ue_asks_for_held(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *complete = ue->early.complete;

    return ue->early.pending && ev->kind == DAPS_EV_RECONFIGURATION && ev->transaction == complete->transaction &&
           ue->clock_moves && ev->time_ns < complete->time_ns &&
           daps_ue_elapsed(ue, ev->time_ns, complete->time_ns) <= DAPS_LAG_NS;
}

void daps_ue_let_go(struct daps_ue *ue)
{
    struct daps_event complete;

    if (!ue->early.pending)
        return;
    complete = *ue->early.complete;
    ue->early.pending = false;
    if (ue->transactions[complete.transaction & 3].due && complete.transaction >= 0)
        daps_ue_reconfiguration_complete(ue, &complete);
    else
        miss_reconfiguration(ue, &complete, ue->early.unread);
}

static void unexpected_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (daps_ue_complete_again(ue, ev))
        daps_engine_counters(ue->engine)->duplicates++;
    else if (daps_ue_execute_candidate(ue, ev) || is_late(ue, ev))
        return;
    else if (ue->pdcp == NULL && ev->time_ns != INT64_MIN)
        hold(ue, ev);
    else
        miss_reconfiguration(ue, ev, ue->answered_unread != ue->unread);
}

void daps_ue_reconfiguration_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    if (ev->transaction >= 0 && transaction->due && !comes_too_late(ue, ev))
        expected_complete(ue, transaction, ev);
    else if (ev->channel == DAPS_CH_UL_DCCH)
        unexpected_complete(ue, ev);
    ue->answered_unread = ue->unread;
    if (ev->transaction >= 0) {
        transaction->complete_digest = ev->digest;
        transaction->complete_time_ns = ev->time_ns;
    }
}

void daps_ue_failure_information(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    if (!ev->daps_failure)
        return;
    if (ue->open == NULL && daps_attempt_may_fail(ue, ev->time_ns))
        (void)daps_attempt_reopen(ue); /* the target's daps-SourceRelease did not reach the UE */
    if (ue->open == NULL || !ue->open->daps) {
        if (ue->open == NULL && last != NULL && last->outcome == DAPS_OUTCOME_DAPS_FALLBACK) {
            daps_engine_counters(ue->engine)->duplicates += last->settled_frame != ev->frame;
        } else {
            daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE);
            if (ue->active.chain.key != NULL) /* else the log began behind it */
                ue->unexplained_failure = ev->frame;
        }
        return;
    }
    if (!ev->from_pdcp && ue->clock_moves && ev->time_ns < ue->open->time_ns) {
        /* Logged behind the next command: of the attempt before, which that command was taken to have ended. */
        daps_ue_lose_track(ue, ev, DAPS_GAP_DAPS_FAILURE_LATE, DAPS_NOT_JUDGED_OUTCOME_LOST);
        return;
    }
    /* TS 38.331 5.3.5.8.3: target keys discarded, source SRBs resumed with the source's keys. */
    daps_attempt_settle(ue, DAPS_OUTCOME_DAPS_FALLBACK, ev->frame);
    daps_attempt_close(ue, false);
    daps_ue_failure_undoes(ue, ev->time_ns);
}
