/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: one derivation each, settled by what follows. */
#include <string.h>

#include "daps/bound.h"
#include "ue/ue.h"

const struct daps_context *daps_ue_context(const struct daps_ue *ue)
{
    if (ue->open != NULL && ue->open->outcome == DAPS_OUTCOME_COMPLETED)
        return &ue->open->target;
    return &ue->active;
}

/* The new key and the chain position that goes with it (TS 33.501 6.9.2.3.4). */
static void derive_target(struct daps_ue *ue, struct daps_attempt *attempt, const struct daps_event *ev)
{
    struct daps_chain *target = &attempt->target.chain;
    struct daps_chain_step step;

    if (ev->key_update && ev->ncc < 0) {
        /* Events from elsewhere may lack it: a key that nobody can know, equal to nothing. But as many resumes as
         * follow one suspendConfig take its NCC (TS 38.331 5.3.13.3), and so one key or NH. */
        target->root = daps_term_root(ue->pool);
        attempt->parent = ue->suspended_before ? attempt->source.chain.key : target->root;
        attempt->derivation = DAPS_DERIVATION_UNKNOWN;
        target->n_known = false;
    } else if (ev->key_update && ev->key_set_change) {
        target->root = daps_ue_new_key_set(ue, ev);
        target->ahead = 0;
        attempt->parent = target->root;
        attempt->derivation = DAPS_DERIVATION_NEW_KEY_SET;
        target->n = (uint32_t)ev->ncc;
        target->n_known = true;
    } else if (ev->key_update) {
        struct daps_chain from = attempt->source.chain;
        if (ue->stored_n_valid && daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED)
            from.n = ue->stored_n;
        step = daps_chain_step(ue->pool, &from, (uint8_t)ev->ncc);
        attempt->parent = step.parent;
        attempt->derivation = step.derivation;
        target->n = step.n;
        target->n_known = true;
    } else {
        attempt->derivation = DAPS_DERIVATION_NONE;
        attempt->key = target->key;
        return;
    }
    attempt->target.gaps = ue->gaps;
    if (ev->rat == DAPS_RAT_LTE && ev->kind != DAPS_EV_REESTABLISHMENT && ev->kind != DAPS_EV_RESUME)
        daps_term_pool_five_gc(ue->pool, ev->five_gc);
    target->key = daps_term_star(ue->pool, attempt->parent, attempt->target.pci, attempt->target.arfcn);
    daps_term_frequencies(ue->pool, target->key, ev->point_a, ev->carrier);
    attempt->target.serial = ++ue->serials;
    attempt->target.supposed = false;
    attempt->key = target->key;
    daps_ue_suppose_key(ue, attempt);
}

/* The octets of the command before, no later than a tool may be out of step. */
static bool is_commanded_again(const struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->commanded.time_ns, ev->time_ns);

    return !ev->from_pdcp && elapsed >= 0 && elapsed <= DAPS_LAG_NS && ev->digest != 0 &&
           ue->commanded.digest == ev->digest;
}

/*
 * Equal octets behind a Complete or a failure are a new attempt. Yet within a tool's lag the same octets may also be
 * the same command, in a log that holds messages twice or beside PDUs: unless the first had failed, by a failure that
 * stands where T304 of it had run out.
 */
static void doubt_equal_octets(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);
    bool failed, twice;

    if (ev->kind != DAPS_EV_RECONFIGURATION || ev->from_pdcp)
        return;
    failed = last != NULL && last->digest == ev->digest && daps_attempt_has_failed(last) &&
             daps_attempt_t304_is_over(ue, last, last->closed_time_ns, false);
    twice = ue->seen.pdus || ue->copies.n > 0;
    if (is_commanded_again(ue, ev) && twice && !failed && !daps_ue_lag_is_known(ue))
        daps_ue_gap(ue, ev->frame, DAPS_GAP_COMMAND_AGAIN);
    ue->commanded.digest = ev->digest;
    ue->commanded.time_ns = ev->time_ns;
}

/* In a log known to be out of step, a Complete of its transaction just before it may be its own. */
static bool is_behind_complete(const struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->transactions[ev->transaction & 3].complete_time_ns, ev->time_ns);

    return ue->late && ev->transaction >= 0 && elapsed >= 0 && elapsed <= DAPS_LAG_NS;
}

static struct daps_attempt *new_attempt(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure)
{
    struct daps_attempt *attempt = g_new(struct daps_attempt, 1);

    doubt_equal_octets(ue, ev);
    *attempt = (struct daps_attempt){
        .number = ++ue->n_attempts,
        .procedure = procedure,
        .source = ue->active,
        .target = ue->active,
        .frame = ev->frame,
        .time_ns = ev->time_ns,
        .digest = ev->digest,
        .transaction = ev->transaction,
        .ncc = ev->ncc,
        .c_rnti = ev->c_rnti,
        .t304_ms = ev->t304_ms,
        .rach = ev->rach,
        .daps = ev->daps,
        .prepared = ev->prepared,
        .key_set_change = ev->key_set_change,
        .point_a = ev->point_a,
        .carrier = ev->carrier,
        .doubt = ue->active.doubt,
        .connection = ue->connection,
        .unread = ue->unread,
        /* What the log has before it, though it came later, may have been sent under its key. */
        .outpaced = procedure != DAPS_PROC_CONDITIONAL_HANDOVER &&
                    (ev->time_ns < ue->latest_time_ns || is_behind_complete(ue, ev)),
        .complete_time_ns = INT64_MIN,
        .executed_time_ns = INT64_MIN,
        .closed_time_ns = INT64_MIN,
        .heard_time_ns = INT64_MIN,
        .gaps = ue->gaps,
        .gap_frame = ue->gap_frame,
        .gap = ue->gap,
    };
    return attempt;
}

/* With the two readings of "stored NCC", where they can part (TS 38.331 5.3.5.7 against TS 33.501 6.9.2.3.4). */
static void tell_began(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const struct daps_chain *active = &attempt->source.chain;
    struct daps_moment moment = {.kind = DAPS_MOMENT_ATTEMPT_BEGAN, .began = {.attempt = attempt}};
    struct daps_chain stored = *active;

    if (ue->stored_n_valid && ue->stored_doubt == attempt->doubt && active->n_known && attempt->parent != NULL &&
        !attempt->key_set_change) {
        stored.n = ue->stored_n;
        moment.began.two_readings = true;
        moment.began.by_active = daps_chain_step(ue->pool, active, (uint8_t)attempt->ncc);
        moment.began.by_stored = daps_chain_step(ue->pool, &stored, (uint8_t)attempt->ncc);
        moment.began.active_n = active->n;
        moment.began.stored_n = stored.n;
        moment.began.stored_frame = ue->stored_frame;
        moment.began.stored_attempt = ue->stored_attempt;
        moment.began.follows_stored = daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED;
    }
    daps_ue_tell(ue, &moment);
}

#define MOST_KEPT DAPS_BOUND(131072, 8) /* attempts of one UE; then the older half is reported, and met no more */

static void bound_attempts(struct daps_ue *ue, uint64_t frame)
{
    if (ue->n_kept < MOST_KEPT)
        return;
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_NOT_FOLLOWED, frame);
    daps_attempts_forget(ue, DAPS_FORGET_OLDEST);
}

struct daps_attempt *daps_attempt_begin(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure,
                                        const struct daps_place *place)
{
    struct daps_attempt *attempt;
    struct daps_event room;

    if (ue->failure_at_start != 0)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ue->failure_at_start);
    ue->failure_at_start = 0;
    daps_attempt_confirm(ue);
    daps_attempts_forget(ue, DAPS_FORGET_PAST);
    bound_attempts(ue, ev->frame);
    ev = daps_ue_suppose(ue, ev, procedure, place, &room);
    attempt = new_attempt(ue, ev, procedure);
    attempt->target.pci = place->pci;
    attempt->target.arfcn = place->arfcn;
    attempt->to_pci = place->pci;
    attempt->to_arfcn = place->arfcn;
    attempt->target.c_rnti = ev->c_rnti;
    if (ev->ciphering >= 0)
        attempt->target.ciphering = ev->ciphering;
    if (ev->integrity >= 0)
        attempt->target.integrity = ev->integrity;
    derive_target(ue, attempt, ev);
    daps_ue_taint(attempt, place);
    attempt->pci_given = place->taint == 0 || (procedure != DAPS_PROC_RESUME && ev->target.pci >= 0);
    attempt->arfcn_given = place->taint == 0 || (procedure != DAPS_PROC_RESUME && ev->target.ssb_arfcn >= 0);
    if (procedure == DAPS_PROC_HANDOVER && place->pci == attempt->source.pci && place->arfcn == attempt->source.arfcn)
        attempt->procedure = DAPS_PROC_INTRA_CELL_REFRESH;

    daps_kept_add(ue, attempt);
    ue->open = attempt;
    tell_began(ue, attempt);
    daps_ue_note_null(ue, ev->frame, ev->ciphering, ev->integrity);
    if (attempt->parent != NULL)
        daps_deliver_derivation(ue, attempt);
    return attempt;
}

void daps_ue_tell_progress(const struct daps_ue *ue, uint64_t frame)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);

    if (sink->progress != NULL && !ue->is_copy) /* for a copy nothing has happened */
        sink->progress(sink->user, ue->name, frame);
}

void daps_attempt_doubt(struct daps_ue *ue, struct daps_attempt *attempt)
{
    if (attempt->unsure)
        return;
    attempt->unsure = true;
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, attempt->frame);
}

void daps_attempt_settle(struct daps_ue *ue, enum daps_outcome outcome, uint64_t frame)
{
    struct daps_attempt *attempt = ue->open;

    attempt->outcome = outcome;
    attempt->settled_frame = frame;
    daps_ue_tell_progress(ue, frame);
    if (outcome == DAPS_OUTCOME_COMPLETED)
        ue->n_candidates = 0; /* TS 38.331 5.3.5.3: VarConditionalReconfig is emptied */
    if (outcome == DAPS_OUTCOME_DAPS_FALLBACK) {
        daps_engine_counters(ue->engine)->fallbacks++;
        /* TS 38.331 5.3.5.7 stored the received NCC; 5.3.5.8.3 does not say that a fallback takes it back. */
        if (attempt->parent != NULL && !attempt->key_set_change && attempt->source.chain.n_known) {
            uint32_t base = ue->stored_n_valid ? ue->stored_n : attempt->source.chain.n;
            ue->stored_n = daps_chain_index(base, (uint8_t)attempt->ncc);
            ue->stored_n_valid = true;
            ue->stored_frame = attempt->frame;
            ue->stored_attempt = attempt->number;
            ue->stored_doubt = attempt->source.doubt;
        }
    }
}

static bool is_handover(const struct daps_attempt *attempt)
{
    switch (attempt->procedure) {
    case DAPS_PROC_HANDOVER:
    case DAPS_PROC_DAPS_HANDOVER:
    case DAPS_PROC_CONDITIONAL_HANDOVER:
    case DAPS_PROC_INTRA_CELL_REFRESH:
        return true;
    default:
        return false;
    }
}

void daps_attempt_close(struct daps_ue *ue, bool keep_target)
{
    struct daps_attempt *attempt = ue->open;

    if (attempt == NULL)
        return;
    ue->open = NULL;
    attempt->closed_time_ns = ue->last_time_ns;
    daps_attempt_confirm(ue);
    ue->revocable_n_valid = ue->stored_n_valid;
    if (keep_target) {
        if (attempt->target.chain.key != ue->active.chain.key)
            ue->stored_n_valid = false;
        ue->active = attempt->target;
        if (ue->algorithms_missed)
            daps_ue_forget_algorithms(ue, &ue->active);
        if (attempt->outcome != DAPS_OUTCOME_COMPLETED)
            ue->n_candidates = 0;
    }
    if (keep_target && attempt->daps && attempt->outcome == DAPS_OUTCOME_COMPLETED) {
        ue->revocable = attempt;
    } else if (is_handover(attempt) && !attempt->delivered) {
        attempt->delivered = true;
        daps_deliver_handover(ue, attempt);
    }
    ue->algorithms_missed = false;
    if (!keep_target)
        daps_ue_suppose_failed(ue, attempt);
}

bool daps_attempt_t304_is_over(const struct daps_ue *ue, const struct daps_attempt *attempt, int64_t now_ns,
                               bool unknown)
{
    const bool executed = attempt->executed_time_ns != INT64_MIN;
    const int64_t elapsed = daps_ue_elapsed(ue, executed ? attempt->executed_time_ns : attempt->time_ns, now_ns);

    if (elapsed < 0 || attempt->t304_ms < 0)
        return unknown;
    return elapsed > (int64_t)attempt->t304_ms * INT64_C(1000000);
}

static bool fits(const struct daps_context *context, const struct daps_cell *cell)
{
    return context->pci == cell->pci &&
           (context->arfcn < 0 || cell->ssb_arfcn < 0 || context->arfcn == cell->ssb_arfcn);
}

bool daps_attempt_is_logged_in(const struct daps_ue *ue, const struct daps_event *ev, const struct daps_context *here,
                               const struct daps_context *there)
{
    return ue->cells == DAPS_CELLS_FOLLOW && ev->logged_cell.pci >= 0 && fits(here, &ev->logged_cell) &&
           !fits(there, &ev->logged_cell);
}

/*
 * A DAPS handover of which neither the source release nor the failure is in the log: only the cell of what follows can
 * tell. False if it fell back.
 */
static bool settle_daps_by_next(struct daps_ue *ue, struct daps_attempt *attempt, const struct daps_event *ev)
{
    if (attempt->source_released || daps_attempt_is_logged_in(ue, ev, &attempt->target, &attempt->source)) {
        if (attempt->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
        return true;
    }
    daps_ue_gap(ue, ev->frame, DAPS_GAP_DAPS_OUTCOME);
    if (daps_attempt_is_logged_in(ue, ev, &attempt->source, &attempt->target)) {
        daps_attempt_settle(ue, DAPS_OUTCOME_DAPS_FALLBACK, ev->frame);
        return false;
    }
    if (attempt->parent != NULL)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, attempt->frame);
    ue->presumed.attempt = attempt->number;
    ue->presumed.time_ns = attempt->time_ns;
    ue->presumed.t304_ms = attempt->t304_ms;
    if (attempt->outcome == DAPS_OUTCOME_UNKNOWN && attempt->complete_frame != 0)
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    return true;
}

/*
 * A command arrives while an attempt is open. SRBs of the source are suspended from the command on (TS 38.331
 * 5.3.5.5.2), so nothing but the target can have sent it, unless a failure was missed.
 */
void daps_attempt_close_by_next(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *attempt = ue->open;
    bool keep_target = true;

    if (attempt == NULL)
        return;
    if (attempt->prepared) {
        /* Prepared between nodes, never seen on the air. */
        daps_attempt_settle(ue, DAPS_OUTCOME_SUPERSEDED, ev->frame);
        daps_attempt_close(ue, false);
        return;
    }
    if (attempt->daps) {
        keep_target = settle_daps_by_next(ue, attempt, ev);
    } else if (attempt->outcome == DAPS_OUTCOME_UNKNOWN) {
        if (attempt->complete_frame == 0)
            daps_ue_gap(ue, ev->frame, DAPS_GAP_OUTCOME);
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    }
    daps_attempt_close(ue, keep_target);
}

/* Which cell does the tool name beside a handover's Complete? */
static void note_tool(struct daps_ue *ue, const struct daps_attempt *attempt, const struct daps_event *complete)
{
    const struct daps_cell *cell = &complete->logged_cell;
    bool source, target;

    if (complete->from_pdcp || cell->pci < 0 || !attempt->pci_given)
        return;
    source = fits(&attempt->source, cell);
    target = fits(&attempt->target, cell);
    ue->tool.ahead |= target && !source;
    ue->tool.behind |= source && !target;
}

void daps_attempt_complete(struct daps_ue *ue, struct daps_attempt *attempt, const struct daps_event *ev)
{
    attempt->complete_frame = ev->frame;
    attempt->complete_digest = ev->digest;
    attempt->complete_time_ns = ev->time_ns;
    note_tool(ue, attempt, ev);
    attempt->not_first = attempt->unread != ue->unread; /* what could not be read may have gone before it */
    daps_ue_tell_progress(ue, ev->frame);
}

/* TS 33.501 A.16, TS 38.331 5.3.5.7: a key of the secondary node, from the key in force. */
void daps_attempt_sk_counter(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_context *context;
    struct daps_attempt *attempt;
    bool may_be_late_copy;

    daps_ue_require_key(ue, ev);
    if (ue->open != NULL && ue->open->daps && !ue->open->source_released && !ev->sync) /* in DAPS there is none */
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ue->open->frame);
    bound_attempts(ue, ev->frame);
    may_be_late_copy = !ev->sync && is_commanded_again(ue, ev);
    context = ue->open != NULL && ev->sync ? &ue->open->target : daps_ue_context(ue);
    attempt = new_attempt(ue, ev, DAPS_PROC_SK_COUNTER);
    attempt->source = attempt->target = *context;
    attempt->doubt = context->doubt;
    attempt->sk_counter = (uint32_t)ev->sk_counter;
    attempt->derivation = DAPS_DERIVATION_SK_COUNTER;
    attempt->parent = context->chain.key;
    attempt->key = daps_term_ksn(ue->pool, attempt->parent, (uint16_t)ev->sk_counter); /* TS 33.501 A.16 */
    attempt->taint = context->key_taint;
    attempt->ncc = -1;
    attempt->outcome = DAPS_OUTCOME_COMPLETED;
    if (may_be_late_copy && ev->transaction >= 0) /* sure once it has a Complete of its own */
        ue->transactions[ev->transaction & 3].behind = attempt->number;
    daps_kept_add(ue, attempt);
    daps_deliver_derivation(ue, attempt);
}
