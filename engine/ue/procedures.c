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
    case DAPS_OUTCOME_CANCELLED:
        return true;
    case DAPS_OUTCOME_SUPERSEDED:
        return !attempt->prepared;
    default:
        return false;
    }
}

/*
 * A Complete that executed a candidate, or seemed to: did it answer this reconfiguration, written late? It did unless
 * the reconfiguration gets a Complete of its own.
 */
static uint32_t executed_just_before(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];
    const int64_t elapsed = daps_ue_elapsed(ue, transaction->complete_time_ns, ev->time_ns);

    return !ue->seen.pdus && ev->channel == DAPS_CH_DL_DCCH && elapsed >= 0 && elapsed <= DAPS_LAG_NS
               ? transaction->executed
               : 0;
}

static struct daps_attempt *of_number(const struct daps_ue *ue, uint32_t number)
{
    struct daps_attempt *attempt;

    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
        if (attempt->number <= number)
            return attempt->number == number ? attempt : NULL;
    }
    return NULL;
}

static void doubt_executed(struct daps_ue *ue, struct daps_transaction *transaction)
{
    struct daps_attempt *attempt = transaction->behind != 0 ? of_number(ue, transaction->behind) : NULL;

    if (attempt != NULL)
        daps_attempt_doubt(ue, attempt);
    transaction->behind = 0;
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
    doubt_executed(ue, transaction);
    transaction->behind = executed_just_before(ue, ev);
    transaction->executed = 0;
    transaction->overtaken = transaction->due && transaction->digest != ev->digest &&
                             daps_ue_elapsed(ue, transaction->time_ns, ev->time_ns) <= DAPS_LAG_NS;
    transaction->due = true;
    transaction->digest = ev->digest;
    transaction->time_ns = ev->time_ns;
    transaction->source_release = transaction->undone = false;
    ue->reconfiguration_seen = true;
}

static void handover_command(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool is_answered = daps_ue_answers_orphan(ue, ev);
    struct daps_place place;

    if (daps_ue_is_out_of_place(ue, ev)) {
        daps_ue_command_too_late(ue, ev);
        return;
    }
    if (is_answered)
        daps_ue_restore_cell(ue, ev);
    daps_attempt_close_by_next(ue, ev);
    daps_ue_watch_cells(ue, ev);
    if (daps_ue_is_from_elsewhere(ue, ev)) {
        daps_ue_lose_track(ue, ev, DAPS_GAP_CELL_LEFT, DAPS_NOT_JUDGED_COMMAND_LOST);
        expect_complete(ue, ev);
    }
    ue->tool.command_in_source |= ev->logged_cell.pci >= 0 && ev->logged_cell.pci == ue->active.pci &&
                                  ev->target.pci >= 0 && ev->target.pci != ue->active.pci;
    daps_ue_learn_cell(ue, ev);
    daps_ue_require_key(ue, ev);
    daps_ue_doubt_candidates(ue, ev);
    place = daps_ue_command_place(ue, ev);
    daps_attempt_begin(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER, &place);
    ue->open->answerable = true;
    if (daps_ue_has_no_orphan_left(ue, ev))
        ue->transactions[ev->transaction & 3].behind = ue->open->number;
    if (is_answered)
        daps_ue_take_orphan(ue, ev);
    if (ev->daps && ev->frame < ue->unexplained_failure)
        ue->unexplained_failure = 0; /* it was read behind what followed it */
}

void daps_ue_failure_undoes(struct daps_ue *ue, int64_t time_ns)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    for (unsigned i = 0; i < 4; i++) {
        struct daps_transaction *transaction = &ue->transactions[i];
        if (last != NULL && daps_attempt_has_failed(last) && last->digest == transaction->digest &&
            last->number != transaction->behind)
            transaction->behind = 0; /* it was received, and its Complete may have got lost with the attempt */
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
        if (!is_release_again(ue, ev) ||
            (last != NULL && last->outcome == DAPS_OUTCOME_DAPS_FALLBACK && !ev->from_pdcp)) {
            /* Behind a failure it is of what failed, late, or of what the log lacks. */
            daps_ue_lose_track(ue, ev, DAPS_GAP_SOURCE_RELEASE, DAPS_NOT_JUDGED_COMMAND_LOST);
            expect_complete(ue, ev);
            ue->release_alone_ns = ev->time_ns;
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
