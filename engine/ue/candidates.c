/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditional reconfiguration (TS 38.331 5.3.5.13): candidates armed, released, executed. */
#include "ue/ue.h"

void daps_ue_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    unsigned i = 0;

    if (!ev->sync)
        return; /* a PSCell candidate: no handover of the UE */
    while (i < ue->n_candidates && ue->candidates[i].candidate_id != ev->candidate_id)
        i++;
    if (i == DAPS_MAX_CANDIDATES) {
        daps_ue_gap(ue, ev->frame, DAPS_GAP_MANY_CANDIDATES);
        return;
    }
    if (i < ue->n_candidates && ue->candidates[i].digest == ev->digest && ev->digest != 0)
        return; /* the same message once more, as another log or another layer has it */
    if (ue->candidates == NULL)
        ue->candidates = g_new(struct daps_event, DAPS_MAX_CANDIDATES);
    ue->candidates[i] = *ev;
    ue->candidates_unread = ue->unread;
    ue->candidates_gaps = ue->gaps;
    if (i == ue->n_candidates)
        ue->n_candidates++;
}

/*
 * Candidates are gone once one has been executed (TS 38.331 5.3.5.3), and nobody removes what is gone. So none was, if
 * only a transaction told of it: another command's Complete had it, and that command is not in the log.
 */
static bool was_not_executed(const struct daps_ue *ue)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    return ue->n_candidates == 0 && last != NULL && last->procedure == DAPS_PROC_CONDITIONAL_HANDOVER &&
           last->by_transaction && last->connection == ue->connection;
}

void daps_ue_candidate_release(struct daps_ue *ue, const struct daps_event *ev)
{
    if (was_not_executed(ue))
        daps_ue_lose_track(ue, ev, DAPS_GAP_COMPLETE_OF_UNREAD, DAPS_NOT_JUDGED_COMMAND_LOST);
    if (ev->candidate_id < 0)
        ue->n_candidates = 0;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (ue->candidates[i].candidate_id == ev->candidate_id) {
            ue->candidates[i] = ue->candidates[--ue->n_candidates];
            return;
        }
    }
}

/* The Complete of a candidate has the transaction of the candidate's own RRCReconfiguration (TS 38.331 5.3.5.3). */
static bool fits(const struct daps_event *candidate, int transaction)
{
    return candidate->transaction == transaction || candidate->transaction < 0 || transaction < 0;
}

bool daps_ue_is_armed(const struct daps_ue *ue, int transaction)
{
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (fits(&ue->candidates[i], transaction))
            return true;
    }
    return false;
}

/* Does the log name the candidate's cell, and not that of the source once more? Cells of one PCI differ in frequency.
 */
static bool is_named(const struct daps_ue *ue, const struct daps_event *ev, const struct daps_event *candidate)
{
    const struct daps_cell *cell = &ev->logged_cell;
    const int32_t arfcn = daps_ue_command_place(ue, candidate).arfcn;
    const bool frequency = cell->ssb_arfcn >= 0 && arfcn >= 0;

    if (ev->executed && ev->from_pdcp && ev->logged_cell.pci >= 0)
        return daps_cell_equals(cell, &candidate->target); /* by its MAC-I: the cell as the candidate has it */
    if (cell->pci < 0 || candidate->target.pci != cell->pci || (frequency && arfcn != cell->ssb_arfcn))
        return false;
    if (ue->cells == DAPS_CELLS_DO_NOT_FOLLOW ||
        (ue->cells == DAPS_CELLS_UNKNOWN && daps_ue_is_same_cell(cell, &ue->logged_cell)))
        return false; /* what was named before the UE left names the cell of every frame */
    return cell->pci != ue->active.pci || (frequency && cell->ssb_arfcn != ue->active.arfcn);
}

/* Which candidate did a Complete execute? NULL if several fit. */
static const struct daps_event *executed_candidate(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *by_cell = NULL, *by_transaction = NULL;
    unsigned n_cells = 0, n_transactions = 0;
    /* Where a MAC-I tells the cell it may be a later answer there; else it is the first. */
    const bool any = ev->executed && ev->logged_cell.pci >= 0;

    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *candidate = &ue->candidates[i];
        if (!any && !fits(candidate, ev->transaction))
            continue;
        by_transaction = candidate;
        n_transactions++;
        if (is_named(ue, ev, candidate)) {
            by_cell = candidate;
            n_cells++;
        }
    }
    if (n_cells == 1)
        return by_cell;
    return n_transactions == 1 ? by_transaction : NULL;
}

bool daps_ue_names_candidate(const struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->cells != DAPS_CELLS_FOLLOW && (ue->logged_cell.pci < 0 || ue->logged_cell.pci == ev->logged_cell.pci))
        return false; /* the cell may be that of every frame */
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (fits(&ue->candidates[i], ev->transaction) && is_named(ue, ev, &ue->candidates[i]))
            return true;
    }
    return false;
}

/* A candidate among several, none of them named: the cell is unknown and equals nothing. */
static void begin_unknown_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_place nowhere = {daps_term_symbol(ue->pool), daps_term_symbol(ue->pool), 0};
    struct daps_event guess = ue->candidates[0];
    bool first = true;

    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *other = &ue->candidates[i];
        if (!fits(other, ev->transaction))
            continue;
        if (first) {
            guess = *other;
            first = false;
        } else if (other->ncc != guess.ncc || other->key_update != guess.key_update ||
                   other->key_set_change != guess.key_set_change) {
            daps_ue_lose_track(ue, ev, DAPS_GAP_CANDIDATE_UNNAMED, DAPS_NOT_JUDGED_CELL_UNKNOWN);
            return;
        } else if (other->t304_ms < guess.t304_ms) {
            guess.t304_ms = other->t304_ms; /* from then on it may have failed */
        }
    }
    guess.target.pci = guess.target.ssb_arfcn = -1;
    guess.c_rnti = -1;
    guess.rach = DAPS_RACH_UNKNOWN;
    daps_attempt_begin(ue, &guess, DAPS_PROC_CONDITIONAL_HANDOVER, &nowhere);
}

static bool is_in(const struct daps_context *context, const struct daps_cell *cell)
{
    return context->pci == cell->pci &&
           (context->arfcn < 0 || cell->ssb_arfcn < 0 || context->arfcn == cell->ssb_arfcn);
}

/*
 * Does the log name the cell of no candidate? A tool may lag and name the one before; not if it has been seen to name
 * the target beside every Complete.
 */
static bool is_logged_elsewhere(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_cell *cell = &ev->logged_cell;
    const struct daps_context *here = daps_ue_context(ue);

    if (ue->cells != DAPS_CELLS_FOLLOW || cell->pci < 0 || ev->from_pdcp)
        return false;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *candidate = &ue->candidates[i];
        const int32_t given = candidate->target.ssb_arfcn, arfcn = given >= 0 ? given : here->arfcn;
        if (fits(candidate, ev->transaction) && candidate->target.pci == cell->pci &&
            (arfcn < 0 || cell->ssb_arfcn < 0 || arfcn == cell->ssb_arfcn))
            return false;
    }
    if (is_in(&ue->active, cell) || (ue->open != NULL && is_in(&ue->open->target, cell)))
        return ue->tool.ahead && !ue->tool.behind;
    return true;
}

static bool was_tried(const struct daps_ue *ue, const struct daps_event *candidate)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    return last != NULL && last->procedure == DAPS_PROC_CONDITIONAL_HANDOVER && last->frame == candidate->frame &&
           last->digest == candidate->digest && last->to_pci == candidate->target.pci;
}

/* It may be tried again (TS 38.331 5.3.7.3); but where the log has missed messages since, that is not what it shows. */
static bool was_tried_in_vain(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *candidate = executed_candidate(ue, ev);

    return candidate != NULL && was_tried(ue, candidate) && daps_attempt_newest(ue)->gaps != ue->gaps;
}

/*
 * May the UE have executed a candidate by now? With an attempt under way, only if that has failed by T304 and
 * attemptCondReconfig is configured (TS 38.331 5.3.7.3); once it succeeded its candidates are gone (5.3.5.3).
 */
bool daps_ue_may_execute(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    if (ev->executed || ev->from_pdcp) /* of a PDU its COUNT and key tell (TS 38.331 5.3.5.13.5) */
        return ev->executed && ue->n_candidates > 0;
    if (!daps_ue_is_armed(ue, ev->transaction) || is_logged_elsewhere(ue, ev) || was_tried_in_vain(ue, ev))
        return false;
    if (open == NULL || open->outcome == DAPS_OUTCOME_COMPLETED || open->prepared)
        return true;
    if (open->daps || !daps_attempt_t304_is_over(ue, open, ev->time_ns, true))
        return false;
    /* Of candidates themselves nothing else is known that the second Complete could be. */
    return ue->attempt_conditional || open->procedure == DAPS_PROC_CONDITIONAL_HANDOVER;
}

static void fail_open(struct daps_ue *ue, const struct daps_event *ev)
{
    const unsigned n_candidates = ue->n_candidates;

    if (ue->open != NULL && !ue->open->prepared && ue->open->outcome == DAPS_OUTCOME_UNKNOWN) {
        /* TS 38.331 5.3.7.3: it failed, the UE is back on the source key and takes a candidate. */
        if (!ue->attempt_conditional && !ev->executed)
            daps_ue_gap(ue, ev->frame, DAPS_GAP_SECOND_CANDIDATE);
        daps_attempt_settle(ue, DAPS_OUTCOME_SUPERSEDED, ev->frame);
        daps_attempt_close(ue, false);
        daps_ue_failure_undoes(ue, ev->time_ns);
    }
    daps_attempt_close_by_next(ue, ev);
    ue->n_candidates = n_candidates;
}

/* TS 38.331 5.3.5.13.5: the UE applies a stored candidate by itself; only the Complete shows it. */
bool daps_ue_execute_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *candidate;
    struct daps_place place;

    if (!daps_ue_may_execute(ue, ev))
        return false;
    if (!ev->executed && ue->candidates_unread != ue->unread) {
        daps_ue_lose_track(ue, ev, DAPS_GAP_COMPLETE_OF_UNREAD, DAPS_NOT_JUDGED_COMMAND_LOST);
        return true;
    }
    fail_open(ue, ev);
    ue->left_nr = false;
    daps_ue_require_key(ue, ev);
    candidate = executed_candidate(ue, ev);
    if (candidate != NULL) {
        if (!ev->executed && was_tried(ue, candidate))
            daps_ue_gap(ue, ev->frame, DAPS_GAP_CANDIDATE_AGAIN);
        place = daps_ue_command_place(ue, candidate);
        daps_attempt_begin(ue, candidate, DAPS_PROC_CONDITIONAL_HANDOVER, &place);
    } else {
        begin_unknown_candidate(ue, ev);
    }
    if (ue->open != NULL) {
        const bool is_later = ue->cells == DAPS_CELLS_FOLLOW && !ev->executed && candidate != NULL &&
                              candidate->target.pci == ue->heard_pci && ue->heard_pci != ue->open->source.pci;

        ue->open->executed_frame = ev->frame;
        ue->open->executed_time_ns = ev->time_ns;
        if (candidate == NULL || fits(candidate, ev->transaction)) { /* else what followed its Complete shows it */
            daps_attempt_complete(ue, ue->open, ev);
            if (ev->transaction >= 0)
                ue->transactions[ev->transaction & 3].executed = ue->open->number;
        }
        if (is_later) { /* the UE was heard there before: this may answer something else, or be late */
            ue->open->not_first = true;
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ue->open->frame);
        }
        ue->open->by_transaction = !ev->executed && (candidate == NULL || !is_named(ue, ev, candidate));
    }
    return true;
}

/*
 * In a log of which messages are known to be missing, the Complete of an armed candidate may be among them: its key
 * and NCC would then be those in force, unless the log's cell speaks against it. A command with the
 * candidate's NCC, not that of the active key, looks like that in any log.
 */
void daps_ue_doubt_candidates(struct daps_ue *ue, const struct daps_event *ev)
{
    bool same_ncc = false;

    for (unsigned i = 0; i < ue->n_candidates; i++)
        same_ncc |= ue->candidates[i].key_update && ue->candidates[i].ncc == ev->ncc && ue->active.chain.n_known &&
                    (ue->active.chain.n & 7U) != (uint32_t)ev->ncc;
    if (ue->n_candidates == 0 || (ue->unanswered + ue->gaps == 0 && !same_ncc) || ev->from_pdcp ||
        (ue->cells == DAPS_CELLS_FOLLOW && ev->logged_cell.pci >= 0 && ev->logged_cell.pci == ue->active.pci))
        return;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_CANDIDATE_UNSEEN);
}

/*
 * A single armed candidate that nobody saw executed: a failed handover when none was commanded shows that it was tried.
 * Not so if a command may be missing, or if the UE was sent to another system (TS 38.331 5.4.3.5).
 */
void daps_ue_fail_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_event candidate;
    struct daps_place place;

    if (ue->n_candidates != 1 || ev->cause != DAPS_REEST_HANDOVER_FAILURE || ue->active.chain.key == NULL ||
        ue->left_nr || ue->candidates_unread != ue->unread)
        return;
    if (ue->candidates_gaps != ue->gaps) {
        daps_ue_gap(ue, ev->frame, DAPS_GAP_HANDOVER_UNSEEN);
        return;
    }
    /* It may also have been sent somewhere by what is not in the log. */
    daps_ue_gap(ue, ev->frame, DAPS_GAP_HANDOVER_UNSEEN);
    candidate = ue->candidates[0];
    place = daps_ue_command_place(ue, &candidate);
    daps_attempt_begin(ue, &candidate, DAPS_PROC_CONDITIONAL_HANDOVER, &place);
    ue->open->executed_frame = ev->frame;
    daps_attempt_settle(ue, DAPS_OUTCOME_REESTABLISHED, ev->frame);
    daps_attempt_close(ue, false);
    daps_ue_gap(ue, ev->frame, DAPS_GAP_HANDOVER_UNSEEN); /* what comes may not repeat it, either */
}
