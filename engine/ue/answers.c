/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the UE answers: the Complete of a reconfiguration (TS 38.331 5.3.5.3) and failure information (5.7.5). */
#include "ue/ue.h"

#define FAILURE_NS INT64_C(1000000000) /* how long after T304 it may still come */

/* The UE has answered the source release, so it heard the target: no failure can follow. */
static void source_is_gone(struct daps_ue *ue)
{
    if (ue->open == NULL || !ue->open->daps || ue->open->outcome != DAPS_OUTCOME_COMPLETED)
        return;
    ue->open->answered = true;
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

/* Two layers of RRC need no longer between a reconfiguration and its Complete (TS 38.331 clause 12). */
#define ANSWER_NS INT64_C(500000000)

/*
 * The Complete of a reconfiguration that leaves the UE where it is, or that of a candidate with the same transaction?
 * The latter is logged in the candidate's cell, or long after: then the former is not in the log.
 */
static bool is_candidates(const struct daps_ue *ue, const struct daps_transaction *transaction,
                          const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;
    const bool moves = open != NULL && open->complete_frame == 0 && open->digest == transaction->digest;

    return !ue->seen.pdus && !moves && !transaction->source_release && daps_ue_may_execute(ue, ev) &&
           (daps_ue_names_candidate(ue, ev) || daps_ue_elapsed(ue, transaction->time_ns, ev->time_ns) > ANSWER_NS);
}

/* By then the attempt had succeeded or failed, and its Complete been sent: this may be that of another command. */
static bool is_behind_t304(const struct daps_ue *ue, const struct daps_attempt *attempt, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, attempt->time_ns, ev->time_ns);

    return ue->clock_is_fine && attempt->t304_ms >= 0 && attempt->executed_time_ns == INT64_MIN &&
           elapsed > attempt->t304_ms * INT64_C(1000000) + DAPS_RRC_NS;
}

/* By the log's own clock, in a log whose order is not that of its times. */
static bool is_before(const struct daps_ue *ue, const struct daps_attempt *attempt, const struct daps_event *ev)
{
    return ue->clock_moves && ev->time_ns != INT64_MIN && ev->time_ns < attempt->time_ns;
}

static void expected_complete(struct daps_ue *ue, struct daps_transaction *transaction, const struct daps_event *ev)
{
    struct daps_attempt *attempt =
        ue->open != NULL ? ue->open : daps_attempt_newest(ue); /* closed by what it is behind */
    const bool answers = attempt != NULL && attempt->complete_frame == 0 && attempt->transaction == ev->transaction &&
                         attempt->digest == transaction->digest && !daps_attempt_has_failed(attempt);
    bool outpaced;

    transaction->due = false;
    transaction->behind = 0;
    if (answers && is_first_answer(ue, attempt, ev)) {
        if (!ev->from_pdcp && is_behind_t304(ue, attempt, ev)) {
            daps_ue_gap(ue, ev->frame, DAPS_GAP_OUTCOME);
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, attempt->frame);
        }
        daps_attempt_complete(ue, attempt, ev);
        attempt->overtaken = (transaction->overtaken || is_before(ue, attempt, ev)) && !ev->from_pdcp;
        outpaced = attempt->outpaced && !ue->seen.pdus && attempt->gaps > 0;
        attempt->not_first |= attempt->overtaken || outpaced;
        /* Which of the two it answers, or in a log that misses messages what went before it, decides on its keystream.
         */
        if ((attempt->overtaken || outpaced) && attempt->parent != NULL)
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, attempt->frame);
    }
    if (transaction->source_release)
        source_is_gone(ue);
}

/* The Complete of what a failure undid, logged behind it or read late. */
static bool is_late(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    return ue->seen.pdus && ev->transaction >= 0 && transaction->undone &&
           (ev->from_pdcp || daps_ue_elapsed(ue, transaction->undone_time_ns, ev->time_ns) <= DAPS_LAG_NS);
}

/* Of what a failure just before has undone, the answer is no execution of a candidate. */
static bool is_undone(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];
    const int64_t elapsed = daps_ue_elapsed(ue, transaction->undone_time_ns, ev->time_ns);

    return ev->transaction >= 0 && transaction->undone && elapsed >= 0 && elapsed <= DAPS_LAG_NS;
}

/* Of two answers with one transaction, which is that of the newest command? Only the log's cell can tell. */
static bool is_second(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    return open != NULL && open->overtaken && open->transaction == ev->transaction &&
           daps_ue_elapsed(ue, open->complete_time_ns, ev->time_ns) > DAPS_RRC_NS;
}

static void second_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;

    if (ue->cells != DAPS_CELLS_FOLLOW || ev->logged_cell.pci != open->to_pci || open->source.pci == open->to_pci) {
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
    } else {
        daps_attempt_complete(ue, open, ev);
    }
    open->overtaken = false;
    ue->orphans[ev->transaction & 3].taken = false; /* it is that of another command, which may be late */
}

/* Of its reconfiguration, in a log that has had messages in the wrong order. */
static bool may_stand_in_front(const struct daps_ue *ue, const struct daps_event *ev)
{
    return ue->out_of_order && !ue->seen.pdus && ev->time_ns != INT64_MIN;
}

static void unexpected_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (is_second(ue, ev))
        second_complete(ue, ev);
    else if (daps_ue_complete_again(ue, ev))
        daps_ue_note_again(ue);
    else if (ev->executed && daps_ue_execute_candidate(ue, ev))
        return;
    else if (!ev->executed && is_late(ue, ev))
        return;
    else if (may_stand_in_front(ue, ev))
        daps_ue_hold(ue, ev, !is_undone(ue, ev));
    else if (!ev->executed && !is_undone(ue, ev) && daps_ue_execute_candidate(ue, ev))
        return;
    else if (!ue->seen.pdus && ev->time_ns != INT64_MIN)
        daps_ue_hold(ue, ev, false);
    else
        daps_ue_miss_reconfiguration(ue, ev, ue->answered_unread != ue->unread);
}

/* Its MAC-I, or its leg, is a candidate's: what it answers is not the reconfiguration whose Complete is missing. */
static bool is_in_candidates_cell(const struct daps_ue *ue, const struct daps_transaction *transaction,
                                  const struct daps_event *ev)
{
    const bool moves = ue->open != NULL && ue->open->digest == transaction->digest;

    return ev->executed && ev->from_pdcp && ev->logged_cell.pci >= 0 && !moves && ue->n_candidates > 0;
}

/* The Complete before of its transaction once more, behind a reconfiguration that had not come by then. */
static bool is_earlier_copy(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    return ev->transaction >= 0 && !ev->from_pdcp && transaction->due && ue->clock_moves &&
           ev->time_ns < transaction->time_ns && ev->digest != 0 && transaction->complete_digest == ev->digest &&
           daps_ue_elapsed(ue, transaction->complete_time_ns, ev->time_ns) < DAPS_RRC_NS;
}

void daps_ue_reconfiguration_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    if (is_earlier_copy(ue, ev)) {
        daps_ue_note_again(ue);
        return;
    }
    if (ev->transaction >= 0 && transaction->due &&
        (is_in_candidates_cell(ue, transaction, ev) || is_candidates(ue, transaction, ev) || comes_too_late(ue, ev)))
        transaction->due = false;
    if (ev->transaction >= 0 && transaction->due)
        expected_complete(ue, transaction, ev);
    else if (ev->channel == DAPS_CH_UL_DCCH)
        unexpected_complete(ue, ev);
    ue->answered_unread = ue->unread;
    if (ev->transaction >= 0) {
        transaction->complete_digest = ev->digest;
        transaction->complete_time_ns = ev->time_ns;
    }
}

/* ---- DAPS failure ---- */

/* When does a failure come, seen from T304 of the attempt? What a tool is out of step is on time. */
enum timing { ON_TIME, EARLY, LATE, MUCH_LATER };

static enum timing timing_of(const struct daps_ue *ue, int64_t command_ns, int32_t t304_ms, int64_t time_ns)
{
    const int64_t elapsed = daps_ue_elapsed(ue, command_ns, time_ns), t304 = t304_ms * INT64_C(1000000);

    if (elapsed < 0 || t304 < 0)
        return ON_TIME;
    if (elapsed > t304 + FAILURE_NS)
        return MUCH_LATER;
    if (!ue->clock_is_fine)
        return ON_TIME; /* times in whole milliseconds are rounded, or made by hand */
    return elapsed < t304 - DAPS_LAG_NS ? EARLY : elapsed > t304 + DAPS_LAG_NS ? LATE : ON_TIME;
}

/* Logged behind the next command: of the attempt before, which that command was taken to have ended. */
static bool is_of_attempt_before(const struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->open->time_ns, ev->time_ns);
    enum timing timing;

    if (ue->clock_moves && ev->time_ns < ue->open->time_ns)
        return true;
    if (ue->presumed.attempt == 0 || ue->presumed.attempt + 1 != ue->open->number || elapsed < 0 ||
        elapsed > DAPS_LAG_NS)
        return false;
    timing = timing_of(ue, ue->presumed.time_ns, ue->presumed.t304_ms, ev->time_ns);
    return timing == ON_TIME || timing == LATE;
}

/*
 * Is it the failure of the open attempt? It is reported when T304 has run out (TS 38.331 5.3.5.8.3). At another time it
 * may be that of an attempt which the log does not hold: if the open one is known to have succeeded, or is long over,
 * it is; else what follows rests on it not being so.
 */
static bool fits_open(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum daps_gap other = DAPS_GAP_DAPS_FAILURE;
    const enum timing timing = timing_of(ue, ue->open->time_ns, ue->open->t304_ms, ev->time_ns);

    if (is_of_attempt_before(ue, ev)) {
        daps_ue_lose_track(ue, ev, DAPS_GAP_DAPS_FAILURE_LATE, DAPS_NOT_JUDGED_OUTCOME_LOST);
        return false;
    }
    if (timing != ON_TIME && ue->open->outcome == DAPS_OUTCOME_COMPLETED) {
        daps_attempt_close(ue, true);
        daps_ue_gap(ue, ev->frame, other);
        ue->unexplained_failure = ev->frame;
        return false;
    }
    if (timing == MUCH_LATER) {
        daps_ue_lose_track(ue, ev, other, DAPS_NOT_JUDGED_COMMAND_LOST);
        return false;
    }
    if (timing == EARLY && daps_ue_is_contradicted(ue)) /* T304 has not run out (TS 38.331 5.3.5.8.3) */
        daps_ue_contradict(ue, ev);
    else if (timing != ON_TIME)
        daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE_OF_ANOTHER);
    if (timing == EARLY && ue->several.weight > 0) /* by itself captures made by hand have it as well */
        daps_ue_weigh_unexplained(ue, ev->frame);
    return true;
}

/*
 * T304 of the attempt under way has not run out, and the one before was taken to have fallen back when its command
 * came: this is that failure, logged late.
 */
static bool is_of_the_one_before(const struct daps_ue *ue, const struct daps_event *ev)
{
    guint i = ue->attempts->len;
    const struct daps_attempt *before = daps_attempts_back(daps_kept_all(ue), &i);

    while (before != NULL && (before == ue->open || before->procedure == DAPS_PROC_SK_COUNTER))
        before = daps_attempts_back(daps_kept_all(ue), &i);
    return before != NULL && before->daps && before->outcome == DAPS_OUTCOME_DAPS_FALLBACK &&
           before->settled_frame == ue->open->frame && !daps_attempt_t304_is_over(ue, ue->open, ev->time_ns, true);
}

/* Behind a fallback: the same one once more, or that of another attempt, whose command is not in the log. */
static void failure_again(struct daps_ue *ue, const struct daps_attempt *last, const struct daps_event *ev)
{
    if (last->settled_frame == ev->frame)
        return;
    if (ev->from_pdcp || daps_ue_elapsed(ue, last->closed_time_ns, ev->time_ns) <= DAPS_LAG_NS) {
        daps_ue_note_again(ue);
        return;
    }
    if (daps_ue_is_contradicted(ue))
        daps_ue_contradict(ue, ev);
    daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

/*
 * Under the key of the target, by its MAC-I: the UE had reached it, and what failed is another attempt, from there. Its
 * command is not in the capture.
 */
static void fails_in_target(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->open != NULL) {
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
        daps_attempt_close(ue, true);
    }
    daps_attempt_confirm(ue);
    daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

/*
 * Read only once its key was known, but sent before the command: T304 runs from the command on, so it is of an attempt
 * whose command the capture does not hold.
 */
static bool is_in_front(const struct daps_attempt *attempt, const struct daps_event *ev)
{
    return ev->frame < attempt->frame && ev->time_ns < attempt->time_ns;
}

void daps_ue_failure_information(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    if (!ev->daps_failure)
        return;
    if (ev->executed) {
        fails_in_target(ue, ev);
        return;
    }
    if (ue->open == NULL && daps_attempt_may_fail(ue, ev->time_ns))
        (void)daps_attempt_reopen(ue); /* the target's daps-SourceRelease did not reach the UE */
    if (ue->open == NULL || !ue->open->daps) {
        if (ue->open == NULL && last != NULL && last->outcome == DAPS_OUTCOME_DAPS_FALLBACK) {
            failure_again(ue, last, ev);
        } else {
            if (!ev->from_pdcp && daps_ue_is_contradicted(ue)) /* no DAPS handover is under way here */
                daps_ue_contradict(ue, ev);
            daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE);
            if (ue->active.chain.key != NULL || ue->setup.begun)
                ue->unexplained_failure = ev->frame;
            else /* the log began behind it, and its key may be made again */
                ue->failure_at_start = ev->frame;
        }
        return;
    }
    if (is_of_the_one_before(ue, ev)) {
        daps_ue_note_again(ue);
        return;
    }
    if (ev->from_pdcp && is_in_front(ue->open, ev)) {
        daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_FAILURE);
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
        return;
    }
    if (!ev->from_pdcp && !fits_open(ue, ev))
        return;
    /* TS 38.331 5.3.5.8.3: target keys discarded, source SRBs resumed with the source's keys. */
    daps_attempt_settle(ue, DAPS_OUTCOME_DAPS_FALLBACK, ev->frame);
    daps_attempt_close(ue, false);
    daps_ue_failure_undoes(ue, ev->time_ns);
}
