/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconfigurations: what they command, and what their answers will be held against (TS 38.331 5.3.5). */
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

/* ---- a Complete that is in the log before its reconfiguration ---- */

/* Has that reconfiguration been answered already, in the order of the log? A tool may be out of step. */
static bool answers_orphan(const struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->orphan.time_ns, ev->time_ns);

    return ue->orphan.transaction >= 0 && !ue->orphan.taken && ue->orphan.transaction == ev->transaction &&
           !ev->from_pdcp && elapsed >= 0 && elapsed <= DAPS_LAG_NS;
}

/* Nothing has come between that a key could have been derived from. */
static bool is_next_to_orphan(const struct daps_ue *ue)
{
    return ue->orphan.connection == ue->connection && ue->orphan.n_attempts == ue->n_attempts;
}

static void restore_cell(struct daps_ue *ue)
{
    struct daps_context *context = ue->open != NULL ? &ue->open->target : &ue->active;

    context->pci = ue->orphan.cell.pci;
    context->arfcn = ue->orphan.cell.arfcn;
    context->cell_taint = ue->orphan.cell.taint;
}

static void take_orphan(struct daps_ue *ue)
{
    const struct daps_event complete = {
        .frame = ue->orphan.frame, .digest = ue->orphan.digest, .time_ns = ue->orphan.time_ns};

    ue->transactions[ue->orphan.transaction & 3].due = false;
    ue->orphan.taken = true;
    daps_attempt_complete(ue, ue->open, &complete);
    ue->open->overtaken = ue->open->not_first = true; /* or it is that of an earlier one, late */
}

/* Other attempts lie between: which key each derives from nobody can say. It is listed, and compares with nothing. */
static void command_too_late(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum daps_gap reason = DAPS_GAP_COMMAND_BEHIND;
    struct daps_place place;

    ue->orphan.transaction = -1;
    ue->transactions[ev->transaction & 3].due = false;
    daps_ue_lose_track(ue, ev, reason, DAPS_NOT_JUDGED_COMMAND_LOST);
    daps_ue_forget_cell(ue);
    place = daps_ue_command_place(ue, ev);
    daps_attempt_begin(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER, &place);
    daps_ue_lose_track(ue, ev, reason, DAPS_NOT_JUDGED_COUNT);
    daps_ue_forget_cell(ue);
}

/*
 * From the source of a DAPS handover just commanded, whose SRBs are suspended until T304 has run out (TS 38.331
 * 5.3.5.5.2, 5.3.5.8.3): it was sent before that one, and written late.
 */
static bool is_from_before(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;
    const int64_t elapsed = open != NULL ? daps_ue_elapsed(ue, open->time_ns, ev->time_ns) : -1;

    return elapsed >= 0 && elapsed <= DAPS_LAG_NS && open->daps && !open->prepared && !ev->from_pdcp &&
           ue->clock_is_fine && open->t304_ms > 0 && elapsed < open->t304_ms * INT64_C(1000000) &&
           daps_attempt_is_logged_in(ue, ev, &open->source, &open->target);
}

static void handover_command(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool is_answered = answers_orphan(ue, ev);
    struct daps_place place;

    if ((is_answered && !is_next_to_orphan(ue)) || is_from_before(ue, ev)) {
        command_too_late(ue, ev);
        return;
    }
    if (is_answered)
        restore_cell(ue);
    daps_attempt_close_by_next(ue, ev);
    daps_ue_watch_cells(ue, ev);
    if (daps_ue_is_from_elsewhere(ue, ev))
        daps_ue_lose_track(ue, ev, DAPS_GAP_CELL_LEFT, DAPS_NOT_JUDGED_COMMAND_LOST);
    daps_ue_learn_cell(ue, ev);
    daps_ue_require_key(ue, ev);
    daps_ue_doubt_candidates(ue, ev);
    place = daps_ue_command_place(ue, ev);
    daps_attempt_begin(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER, &place);
    ue->open->answerable = true;
    if (is_answered)
        take_orphan(ue);
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
    ue->unanswered += transaction->due && transaction->digest != ev->digest;
    transaction->overtaken = transaction->due && transaction->digest != ev->digest &&
                             daps_ue_elapsed(ue, transaction->time_ns, ev->time_ns) <= DAPS_LAG_NS;
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
            if (ue->open == NULL || ue->open->digest != transaction->digest)
                ue->unanswered += daps_ue_elapsed(ue, transaction->time_ns, time_ns) > DAPS_LAG_NS;
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
    return last != NULL && last->daps && (last->release_digest == 0 || last->release_digest == ev->digest) &&
           daps_ue_elapsed(ue, last->closed_time_ns, ev->time_ns) <= DAPS_LAG_NS;
}

/*
 * TS 38.300 9.2.3.2: only now is the DAPS handover complete and the source key gone. The message proves that the target
 * heard the UE, not that the UE heard it: until the UE answers, a failure may still follow.
 */
static void source_release(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;

    if (open == NULL || !open->daps) {
        const struct daps_attempt *last = daps_attempt_newest(ue);
        if (!is_release_again(ue, ev))
            daps_ue_lose_track(ue, ev, DAPS_GAP_SOURCE_RELEASE, DAPS_NOT_JUDGED_COMMAND_LOST);
        else if (last != NULL && last->outcome == DAPS_OUTCOME_DAPS_FALLBACK && !ev->from_pdcp) {
            daps_ue_gap(ue, ev->frame, DAPS_GAP_SOURCE_RELEASE); /* of what failed, late, or of what the log lacks */
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
        }
        return;
    }
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    open->proven = open->source_released = true;
    if (open->complete_frame == 0 && open->heard_time_ns == INT64_MIN)
        open->heard_time_ns = ev->time_ns;
    open->release_digest = ev->digest;
    if (ev->transaction >= 0)
        ue->transactions[ev->transaction & 3].source_release = true;
    else
        daps_attempt_close(ue, true);
}

static void command_again(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *last = daps_attempt_newest(ue);

    if (last != NULL && last == ue->open && last->digest == ev->digest && last->prepared && !ev->prepared) {
        last->prepared = false; /* what one node prepared for the other has now been sent */
        expect_complete(ue, ev);
    }
    daps_ue_note_again(ue);
}

void daps_ue_reconfiguration(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->sync && daps_ue_command_again(ue, ev)) {
        command_again(ue, ev);
        return;
    }
    expect_complete(ue, ev);
    ue->secondary_drbs = (ue->secondary_drbs & ~ev->bearers.drb_released) | ev->bearers.drb_secondary;
    if (ev->conditional)
        ue->attempt_conditional = ev->attempt_conditional; /* Need R: gone unless it is given again */
    if (ev->daps_source_release)
        source_release(ue, ev);
    if (ev->sync)
        handover_command(ue, ev);
    if (ev->sk_counter >= 0)
        daps_attempt_sk_counter(ue, ev);
}
