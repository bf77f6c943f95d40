/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconfiguration, its Complete, failure information and conditional candidates (TS 38.331 5.3.5, 5.7.5). */
#include "ue/ue.h"

static const struct daps_attempt *newest_attempt(const struct daps_ue *ue)
{
    for (guint i = ue->attempts->len; i-- > 0;) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt;
    }
    return NULL;
}

static bool has_failed(const struct daps_attempt *attempt)
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

/* The same command logged again: same octets, hence same transaction, and no failure since. */
static bool is_logged_again(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = newest_attempt(ue);

    if (last == NULL || ev->digest == 0 || last->digest != ev->digest || has_failed(last))
        return false;
    if (ue->open != NULL && ue->open->prepared && !ev->prepared)
        ue->open->prepared = false; /* what one node prepared for the other has now been sent */
    daps_engine_counters(ue->engine)->duplicates++;
    return true;
}

/*
 * A log with cell metadata names the cell that sends the command. If that is neither the serving cell nor one of the
 * newest attempt (tools lag a little), a handover was missed and the key in force is not the one we follow. Metadata
 * that never followed a handover says nothing: some tools write the same cell into every frame.
 */
static bool is_from_elsewhere(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = newest_attempt(ue);
    int32_t pci = ev->logged_cell.pci;

    if (!ue->cells_are_logged || pci < 0 || ue->active.pci < 0 || pci == ue->active.pci || pci == ev->target.pci)
        return false;
    return last == NULL || (pci != last->source.pci && pci != last->target.pci);
}

void daps_ue_watch_cells(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last;

    if (ue->cells_are_logged || ev->logged_cell.pci < 0)
        return;
    last = newest_attempt(ue);
    if (last != NULL && last->target.pci == ev->logged_cell.pci && last->source.pci != last->target.pci)
        ue->cells_are_logged = true;
}

/* TS 38.331 5.3.5.5.2: what the command does not give is that of the source. */
static void begin_handover(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure)
{
    daps_attempt_begin(ue, ev, procedure, ev->target.pci >= 0 ? ev->target.pci : ue->active.pci,
                       ev->target.ssb_arfcn >= 0 ? ev->target.ssb_arfcn : ue->active.arfcn);
}

static void handover_command(struct daps_ue *ue, const struct daps_event *ev)
{
    daps_attempt_close_by_next(ue, ev);
    if (is_from_elsewhere(ue, ev))
        daps_ue_lose_track(ue, ev, "a command from a cell the UE was not known to be in");
    daps_ue_require_key(ue, ev);
    begin_handover(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER);
}

/* One more Complete is due; more than one only if the log repeats the very same message. */
static void expect_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_outstanding *due = &ue->outstanding[ev->transaction & 3];

    if (ev->transaction < 0 || ev->prepared)
        return;
    for (unsigned i = 0; i < 4; i++) {
        struct daps_outstanding *other = &ue->outstanding[i];
        if (other->answered && other->digest != ev->digest)
            other->n = 0; /* the network has gone on, so no second answer to that one is due */
    }
    if (due->n == 0 || due->digest != ev->digest)
        due->answered = false;
    due->n = due->n > 0 && due->digest == ev->digest ? due->n + 1 : 1;
    due->digest = ev->digest;
    ue->reconfiguration_seen = true;
}

void daps_ue_reconfiguration(struct daps_ue *ue, const struct daps_event *ev)
{
    expect_complete(ue, ev);
    if (ev->sync && is_logged_again(ue, ev))
        return;
    if (ev->daps_source_release && ue->open != NULL && ue->open->daps) {
        /* TS 38.300 9.2.3.2: only now is the DAPS handover complete and the source key gone. */
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
        daps_attempt_close(ue, true);
    }
    if (ev->sync)
        handover_command(ue, ev);
    if (ev->sk_counter >= 0)
        daps_attempt_sk_counter(ue, ev);
}

/* Which candidate did a Complete execute? Cells of one PCI differ in frequency. NULL if several fit. */
static const struct daps_event *executed_candidate(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *by_cell = NULL, *by_transaction = NULL;
    unsigned cells = 0, transactions = 0;

    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *candidate = &ue->candidates[i];
        if (ev->logged_cell.pci >= 0 && candidate->target.pci == ev->logged_cell.pci &&
            (ev->logged_cell.ssb_arfcn < 0 || candidate->target.ssb_arfcn < 0 ||
             candidate->target.ssb_arfcn == ev->logged_cell.ssb_arfcn)) {
            by_cell = candidate;
            cells++;
        }
        if (candidate->transaction == ev->transaction) {
            by_transaction = candidate;
            transactions++;
        }
    }
    if (cells == 1)
        return by_cell;
    if (ue->n_candidates == 1)
        return &ue->candidates[0];
    return transactions == 1 ? by_transaction : NULL;
}

/* A candidate among several, none of them named: the cell is unknown and equals nothing. */
static void begin_unknown_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_event guess = ue->candidates[0];

    guess.target.pci = guess.target.ssb_arfcn = -1;
    guess.c_rnti = -1;
    guess.rach = DAPS_RACH_UNKNOWN;
    guess.frame = ue->candidates[0].frame;
    for (unsigned i = 1; i < ue->n_candidates; i++) {
        const struct daps_event *other = &ue->candidates[i];
        if (other->ncc != guess.ncc || other->key_update != guess.key_update ||
            other->key_set_change != guess.key_set_change) {
            daps_ue_lose_track(ue, ev, "a conditional handover to a candidate the log does not name");
            return;
        }
    }
    daps_attempt_begin(ue, &guess, DAPS_PROC_CONDITIONAL_HANDOVER, daps_term_symbol(ue->pool),
                       daps_term_symbol(ue->pool));
}

/* Two logs of one Complete, or a second execution? Only another cell or another message tells them apart. */
static bool is_same_complete(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    if (ev->executed)
        return false;
    if (ue->last_complete_digest == ev->digest && ue->last_complete_time_ns == ev->time_ns)
        return true;
    if (open != NULL && open->outcome == DAPS_OUTCOME_COMPLETED && ue->n_candidates > 0)
        return false; /* armed since then: another execution, even if it sounds the same */
    return open != NULL && open->procedure == DAPS_PROC_CONDITIONAL_HANDOVER && open->complete_digest == ev->digest &&
           (ev->logged_cell.pci < 0 || ev->logged_cell.pci == open->target.pci);
}

/* TS 38.331 5.3.5.13.5: the UE applies a stored candidate by itself; only the Complete shows it. */
static bool execute_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *candidate = executed_candidate(ue, ev);
    unsigned n_candidates = ue->n_candidates;

    if (n_candidates == 0)
        return false;
    if (ue->open != NULL && ue->open->procedure == DAPS_PROC_CONDITIONAL_HANDOVER &&
        ue->open->outcome == DAPS_OUTCOME_UNKNOWN) {
        /* TS 38.331 5.3.7.3: the first candidate failed, the UE is back on the source key and takes another. */
        daps_attempt_settle(ue, DAPS_OUTCOME_SUPERSEDED, ev->frame);
        daps_attempt_close(ue, false);
    }
    daps_attempt_close_by_next(ue, ev);
    ue->n_candidates = n_candidates;
    daps_ue_require_key(ue, ev);
    if (candidate != NULL)
        begin_handover(ue, candidate, DAPS_PROC_CONDITIONAL_HANDOVER);
    else
        begin_unknown_candidate(ue, ev);
    if (ue->open != NULL) {
        ue->open->executed_frame = ev->frame;
        daps_attempt_complete(ue, ue->open, ev);
    }
    return true;
}

static void unexpected_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (is_same_complete(ue, ev))
        daps_engine_counters(ue->engine)->duplicates++;
    else if (!execute_candidate(ue, ev) && ue->reconfiguration_seen)
        daps_ue_gap(ue, ev->frame, "a Complete without its reconfiguration");
}

void daps_ue_reconfiguration_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_outstanding *due = &ue->outstanding[ev->transaction & 3];
    struct daps_attempt *open = ue->open;

    if (ev->transaction >= 0 && due->n > 0) {
        due->n--;
        due->answered = true;
        if (open != NULL && open->complete_frame == 0 && open->transaction == ev->transaction)
            daps_attempt_complete(ue, open, ev);
    } else if (ev->channel == DAPS_CH_UL_DCCH) {
        unexpected_complete(ue, ev);
    }
    ue->last_complete_digest = ev->digest;
    ue->last_complete_time_ns = ev->time_ns;
}

void daps_ue_failure_information(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = newest_attempt(ue);

    if (!ev->daps_failure)
        return;
    if (ue->open == NULL || !ue->open->daps) {
        if (ue->open == NULL && last != NULL && last->outcome == DAPS_OUTCOME_DAPS_FALLBACK)
            daps_engine_counters(ue->engine)->duplicates += last->settled_frame != ev->frame;
        else
            daps_ue_gap(ue, ev->frame, "a DAPS failure without its handover command");
        return;
    }
    /* TS 38.331 5.3.5.8.3: target keys discarded, source SRBs resumed with the source's keys. */
    daps_attempt_settle(ue, DAPS_OUTCOME_DAPS_FALLBACK, ev->frame);
    daps_attempt_close(ue, false);
}

void daps_ue_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    unsigned i = 0;

    if (!ev->sync)
        return; /* a PSCell candidate: no handover of the UE */
    while (i < ue->n_candidates && ue->candidates[i].candidate_id != ev->candidate_id)
        i++;
    if (i == DAPS_MAX_CANDIDATES) {
        daps_ue_gap(ue, ev->frame, "more conditional candidates than the standard allows");
        return;
    }
    if (i < ue->n_candidates && ue->candidates[i].digest == ev->digest && ev->digest != 0)
        return; /* the same message once more, as another log or another layer has it */
    if (ue->candidates == NULL)
        ue->candidates = g_new(struct daps_event, DAPS_MAX_CANDIDATES);
    ue->candidates[i] = *ev;
    if (i == ue->n_candidates)
        ue->n_candidates++;
}

void daps_ue_candidate_release(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->candidate_id < 0)
        ue->n_candidates = 0;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (ue->candidates[i].candidate_id == ev->candidate_id) {
            ue->candidates[i] = ue->candidates[--ue->n_candidates];
            return;
        }
    }
}
