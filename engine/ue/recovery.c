/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Re-establishment (TS 38.331 5.3.7), release and suspend (5.3.8). */
#include "ue/recovery.h"

/* What is not known of the context does not speak against it. */
static bool names(const struct daps_event *request, const struct daps_context *context)
{
    if (request->ue_c_rnti < 0 || request->ue_pci < 0 || (context->pci < 0 && context->c_rnti < 0))
        return false;
    return (context->pci < 0 || context->pci == request->ue_pci) &&
           (context->c_rnti < 0 || context->c_rnti == request->ue_c_rnti);
}

/* Where the command sent it, whatever may have come since. */
static bool leads_to(const struct daps_attempt *attempt, const struct daps_event *request)
{
    return attempt->c_rnti >= 0 && attempt->c_rnti == request->ue_c_rnti && attempt->to_pci >= 0 &&
           attempt->to_pci == request->ue_pci;
}

/*
 * The PCI of the target, but not the C-RNTI it would have there, and nothing known of the source: cells of one PCI on
 * two frequencies. DAPS alone goes on at the source, and fails there, when its failure is not in the log.
 */
static bool is_of_source_so_called(const struct daps_attempt *attempt, const struct daps_event *request)
{
    return attempt->source.pci < 0 && attempt->source.c_rnti < 0 && attempt->c_rnti >= 0 && request->ue_c_rnti >= 0 &&
           attempt->c_rnti != request->ue_c_rnti && attempt->to_pci == request->ue_pci;
}

/*
 * T304 expiry, or a target the UE had reached? The request names the PCell it speaks for: the source if a handover
 * failed, else the cell in which the UE was (TS 38.331 5.3.7.4). What proves a failure outweighs what suggests success.
 */
static bool had_reached_target(struct daps_ue *ue, const struct daps_event *request)
{
    const struct daps_attempt *open = ue->open;
    const bool target = names(request, &open->target) || leads_to(open, request),
               source = names(request, &open->source);

    if (open->procedure == DAPS_PROC_RESUME)
        return true; /* only a UE that has been resumed re-establishes (TS 38.331 5.3.7.2) */
    if (ue->left_nr && open->outcome == DAPS_OUTCOME_COMPLETED)
        return true; /* it was the handover to another system that failed (5.4.3.5) */
    if (request->cause == DAPS_REEST_HANDOVER_FAILURE) {
        if (target && open->outcome == DAPS_OUTCOME_COMPLETED && open->proven)
            return true; /* and failed on its way from there */
        if (!target || source)
            return false;
        if (open->unread != ue->unread)
            return true; /* what failed is among what could not be read */
        daps_ue_gap(ue, request->frame, DAPS_GAP_REQUEST_NAMES_TARGET);
        return false;
    }
    if (request->cause == DAPS_REEST_RECONFIGURATION_FAILURE && open->outcome == DAPS_OUTCOME_UNKNOWN &&
        open->complete_frame == 0)
        return false; /* it was this command (5.3.5.8.2) */
    if (target)
        return true;
    if (request->cause == DAPS_REEST_OTHER_FAILURE && !open->daps && open->source.pci == open->to_pci)
        return true; /* nothing else fails while T304 runs (5.3.10.3), and either name is that of one cell */
    if (source || request->cause == DAPS_REEST_RECONFIGURATION_FAILURE)
        return false;
    if (open->daps && open->complete_frame == 0 && is_of_source_so_called(open, request))
        return false;
    return open->outcome == DAPS_OUTCOME_COMPLETED || request->cause == DAPS_REEST_OTHER_FAILURE;
}

static void settle_by_request(struct daps_ue *ue, const struct daps_event *request)
{
    struct daps_attempt *open = ue->open;

    if (open == NULL && request->cause == DAPS_REEST_HANDOVER_FAILURE && ue->revocable != NULL &&
        names(request, &ue->revocable->source) && !names(request, &ue->revocable->target) &&
        daps_attempt_may_fail(ue, request->time_ns))
        open = daps_attempt_reopen(ue); /* likewise, and the source failed as well */
    if (open == NULL) {
        if (request->cause == DAPS_REEST_HANDOVER_FAILURE && ue->active.chain.key == NULL && !ue->setup.begun)
            ue->failure_at_start = request->frame; /* the log began behind that command */
        daps_ue_fail_candidate(ue, request);
    } else if (had_reached_target(ue, request)) {
        if (open->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, request->frame);
        daps_attempt_close(ue, true);
        daps_ue_fail_candidate(ue, request);
    } else {
        /* TS 38.331 5.3.5.8.2: a command the UE cannot comply with is not applied, and nothing is sent under its key.
         */
        open->rejected = request->cause == DAPS_REEST_RECONFIGURATION_FAILURE && open->complete_frame == 0;
        /* TS 38.331 5.3.5.8.3: back to the configuration, and so the key, of the source. */
        daps_attempt_settle(ue, DAPS_OUTCOME_REESTABLISHED, request->frame);
        daps_attempt_close(ue, false);
    }
}

/* A UE has another C-RNTI and PCell only once the request before was answered (TS 38.331 5.3.7.4, 5.3.7.6). */
static bool speaks_for_another(const struct daps_event *before, const struct daps_event *ev)
{
    return before->ue_c_rnti != ev->ue_c_rnti || before->ue_pci != ev->ue_pci;
}

/* Nobody has said yet whether the UE sent it: it changes nothing until it is answered, or the UE goes on after it. */
void daps_ue_reestablishment_request(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_request *request = &ue->request;

    if (!request->pending) {
        request->state_before = ue->state;
        request->has_before = false;
    } else if (request->ev->digest == ev->digest) {
        daps_ue_note_again(ue);
    } else if (!request->has_before && speaks_for_another(request->ev, ev)) {
        if (request->before == NULL)
            request->before = g_new(struct daps_event, 1);
        *request->before = *request->ev;
        request->has_before = true;
    }
    request->pending = true;
    if (request->ev == NULL)
        request->ev = g_new(struct daps_event, 1);
    *request->ev = *ev;
    ue->state = DAPS_UE_REESTABLISHING;
}

/* Is that cell one the UE is known to have been in, or may it have been there? */
static bool is_strange(const struct daps_ue *ue, const struct daps_event *request)
{
    const struct daps_context *active = &ue->active;

    if (active->pci < 0 || request->ue_pci < 0 || active->pci == request->ue_pci ||
        active->c_rnti == request->ue_c_rnti)
        return false;
    return active->cell_taint == 0 || ue->cells == DAPS_CELLS_FOLLOW;
}

/* It names the C-RNTI that the UE had in its PCell (TS 38.331 5.3.7.4), which is that of the command before. */
static bool has_another_c_rnti(const struct daps_context *active, const struct daps_event *request)
{
    return active->c_rnti >= 0 && request->ue_c_rnti >= 0 && active->c_rnti != request->ue_c_rnti && active->pci >= 0 &&
           active->pci == request->ue_pci;
}

void daps_ue_request_applies(struct daps_ue *ue)
{
    struct daps_context *active = &ue->active;
    struct daps_event request;
    bool names_target;

    if (!ue->request.pending)
        return;
    request = *ue->request.ev;
    ue->request.pending = false;
    names_target = ue->open != NULL && names(&request, &ue->open->target);
    settle_by_request(ue, ue->request.has_before ? ue->request.before : &request);
    daps_ue_require_key(ue, &request);
    if (ue->request.has_before)
        daps_ue_lose_track(ue, &request, DAPS_GAP_ANSWER_LOST, DAPS_NOT_JUDGED_COMMAND_LOST);
    else if (!names_target && is_strange(ue, &request))
        daps_ue_lose_track(ue, &request, DAPS_GAP_REQUEST_ELSEWHERE, DAPS_NOT_JUDGED_COMMAND_LOST);
    else if (!names_target && has_another_c_rnti(active, &request)) {
        daps_ue_contradict(ue, &request);
        daps_ue_lose_track(ue, &request, DAPS_GAP_REQUEST_ELSEWHERE, DAPS_NOT_JUDGED_COUNT);
    }
    if (active->pci < 0 && daps_attempt_newest(ue) == NULL && request.ue_pci >= 0)
        active->pci = request.ue_pci;
    if (active->c_rnti < 0)
        active->c_rnti = request.ue_c_rnti;
    ue->n_candidates = 0;
    ue->left_nr = false;
    daps_ue_failure_undoes(ue, request.time_ns);
}

/*
 * The request calls the newest attempt failed, and what goes on says that it succeeded: it was not this UE's, or its
 * answer is not where it belongs. In LTE that goes without PDCP (TS 36.331 5.3.7.5), and no MAC-I puts it in its place.
 */
static bool contradicts(const struct daps_ue *ue)
{
    const struct daps_event *request = ue->request.ev;
    const struct daps_attempt *last = daps_attempt_newest(ue);

    return ue->rat == DAPS_RAT_LTE && last != NULL && last->connection == ue->connection &&
           !daps_attempt_has_failed(last) && last->frame < request->frame &&
           (last->settled_frame == 0 || last->settled_frame > request->frame) &&
           request->cause != DAPS_REEST_OTHER_FAILURE && !names(request, &last->target) && !leads_to(last, request);
}

/* Signalling goes on, but no answer came: the request was not this UE's, or its answer is not in the capture. */
void daps_ue_drop_request(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!ue->request.pending || (ev->channel != DAPS_CH_DL_DCCH && ev->channel != DAPS_CH_UL_DCCH) ||
        ev->kind == DAPS_EV_REESTABLISHMENT || ev->kind == DAPS_EV_REESTABLISHMENT_COMPLETE ||
        ev->kind == DAPS_EV_SETUP_COMPLETE)
        return;
    if (contradicts(ue))
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ue->request.ev->frame);
    ue->request.pending = false;
    ue->dropped_request = true;
    ue->state = ue->request.state_before;
    daps_ue_gap(ue, ue->request.ev->frame, DAPS_GAP_REQUEST_UNANSWERED);
}

/*
 * A failed handover, told from the PCell before it (TS 38.331 5.3.7.4), outweighs the daps-SourceRelease of a target
 * that the UE has not answered.
 */
static bool calls_failed(const struct daps_attempt *attempt, const struct daps_event *request)
{
    return attempt != NULL && attempt->daps && !attempt->answered && request->cause == DAPS_REEST_HANDOVER_FAILURE &&
           !names(request, &attempt->target) && !leads_to(attempt, request);
}

/* The log ends behind a request: nothing contradicts it, so an attempt that it calls failed has failed. */
void daps_ue_request_at_end(struct daps_ue *ue)
{
    const struct daps_attempt *open = ue->open;

    if (ue->request.pending && ((open != NULL && open->outcome != DAPS_OUTCOME_COMPLETED) ||
                                calls_failed(open != NULL ? open : ue->revocable, ue->request.ev)))
        settle_by_request(ue, ue->request.ev);
    ue->request.pending = false;
}

/* A Complete of which nothing else is in the log: a key has changed, unless it only stands behind what followed it. */
void daps_ue_miss_answer(struct daps_ue *ue, const struct daps_event *ev, enum daps_gap reason)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->recovered_ns, ev->time_ns);

    if (elapsed < 0 || elapsed > 2 * DAPS_LAG_NS) {
        daps_ue_lose_track(ue, ev, reason, DAPS_NOT_JUDGED_COMMAND_LOST);
        return;
    }
    ue->late = true;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_COMPLETE_BEHIND);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

void daps_ue_begin_in_logged_cell(struct daps_ue *ue, const struct daps_event *ev, const struct daps_cell *also,
                                  enum daps_procedure procedure)
{
    const struct daps_place place = daps_ue_logged_place(ue, ev, also);

    ue->recovered_ns = ue->last_time_ns;
    daps_attempt_begin(ue, ev, procedure, &place);
}

/* Without its request nobody knows whether an attempt under way had failed, and so from which key it derives. */
static void miss_request(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum daps_gap gap = DAPS_GAP_REQUEST_LOST;

    if (ue->n_candidates > 0 && ue->open == NULL) /* one may have been tried in vain */
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ev->frame);
    if (ue->open != NULL || ue->active.chain.key == NULL)
        daps_ue_lose_track(ue, ev, gap, DAPS_NOT_JUDGED_OUTCOME_LOST);
    else
        daps_ue_gap(ue, ev->frame, gap);
    ue->n_candidates = 0;
    ue->left_nr = false;
}

/* TS 38.331 5.3.7.5, TS 33.501 6.11: a new key by the NCC rule, in force at once, same algorithms. */
void daps_ue_reestablishment(struct daps_ue *ue, const struct daps_event *ev)
{
    static const struct daps_cell nowhere = {-1, -1};
    const struct daps_attempt *last = daps_attempt_newest(ue);
    const bool requested = ue->request.pending;
    struct daps_event derived = *ev;

    if (last != NULL && last->procedure == DAPS_PROC_REESTABLISHMENT && last->digest == ev->digest && !requested &&
        ue->state == DAPS_UE_CONNECTED && last->complete_frame == 0) {
        daps_ue_note_again(ue);
        return;
    }
    if (requested)
        daps_ue_request_applies(ue);
    else
        miss_request(ue, ev);
    daps_ue_require_key(ue, ev);
    derived.key_update = true;
    daps_ue_begin_in_logged_cell(ue, &derived, requested ? &ue->request.ev->logged_cell : &nowhere,
                                 DAPS_PROC_REESTABLISHMENT);
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    daps_attempt_close(ue, true);
    ue->state = DAPS_UE_CONNECTED;
}

/* Is it over and done with? What comes later than a tool's lag behind what followed it is not its Complete. */
static bool is_past(const struct daps_ue *ue, const struct daps_attempt *attempt, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, attempt->closed_time_ns, ev->time_ns);

    if (attempt->complete_frame != 0)
        return attempt->complete_digest != ev->digest ||
               daps_ue_elapsed(ue, attempt->complete_time_ns, ev->time_ns) > DAPS_LAG_NS;
    return attempt->rejected || (attempt != daps_attempt_newest(ue) && elapsed > 2 * DAPS_LAG_NS);
}

/* The Complete has the transaction of what it answers (TS 38.331 6.2.2). */
static bool is_of_transaction(const struct daps_ue *ue, const struct daps_attempt *attempt,
                              const struct daps_event *complete)
{
    return ue->rat != DAPS_RAT_NR || attempt->transaction < 0 || complete->transaction < 0 ||
           attempt->transaction == complete->transaction;
}

/* The newest attempt of that procedure has its Complete. False: what this completes is not in the log. */
bool daps_ue_complete_newest(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure)
{
    struct daps_attempt *attempt;

    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
        if (attempt->connection != ue->connection)
            break;
        if (attempt->procedure != procedure || !is_of_transaction(ue, attempt, ev))
            continue;
        if (is_past(ue, attempt, ev))
            break;
        if (attempt->complete_frame == 0)
            daps_attempt_complete(ue, attempt, ev);
        else
            daps_ue_note_again(ue);
        return true;
    }
    return false;
}

/*
 * A re-establishment under the key of a handover, and the capture does not hold it (it goes over SRB0 in LTE): so the
 * handover has failed, and that key was made again for the same cell. The algorithms stay those in use before it (TS
 * 36.331 5.3.7.5, TS 38.331 5.3.7.5).
 */
static void reestablished_unseen(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_context *context = ue->open != NULL ? &ue->open->target : &ue->active;
    struct daps_attempt *attempt = daps_ue_attempt_to(ue, context->serial);

    if (attempt == NULL || attempt->procedure == DAPS_PROC_REESTABLISHMENT || attempt->procedure == DAPS_PROC_RESUME)
        return;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_REESTABLISHED_ALONE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
    if (attempt->source.ciphering != 0)
        return; /* or the message could not have been read */
    context->ciphering = attempt->target.ciphering = 0;
    daps_ue_forget_unciphered(ue, context->chain.key);
}

void daps_ue_reestablishment_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->request.pending) {
        /* The answer with its NCC is missing from the log. */
        daps_ue_request_applies(ue);
        daps_ue_lose_track(ue, ev, DAPS_GAP_ANSWER_LOST, DAPS_NOT_JUDGED_COMMAND_LOST);
        ue->state = DAPS_UE_CONNECTED;
        return;
    }
    if (daps_ue_complete_newest(ue, ev, DAPS_PROC_REESTABLISHMENT) || ue->active.chain.key == NULL)
        return;
    if (ue->seen.pdus && (ev->executed || !ev->from_pdcp))
        reestablished_unseen(ue, ev);
    else
        daps_ue_miss_answer(ue, ev, DAPS_GAP_REESTABLISHED_ALONE);
}

void daps_ue_release(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!ev->suspend) {
        if (ue->open != NULL && ue->open->complete_frame != 0 && ev->channel == DAPS_CH_DL_DCCH &&
            !daps_attempt_t304_is_over(ue, ue->open, ev->time_ns, true))
            ue->open->proven = true;       /* the source is silent until then: the target says so */
        (void)daps_ue_suspend_is_lost(ue); /* this may be the answer to its resume request (TS 38.331 5.3.13.3) */
        daps_ue_end_connection(ue, ev);
        return;
    }
    if (daps_ue_suspend_is_lost(ue)) /* it answers the resume request, under a key made from what the lost one said */
        daps_ue_lose_track(ue, ev, DAPS_GAP_RELEASE_BEHIND_SUSPEND, DAPS_NOT_JUDGED_COUNT);
    daps_ue_resume_unasked(ue, ev); /* suspended again: it answers a request (TS 38.331 5.3.13.1) */
    if (ue->open != NULL && ue->open->daps) {
        daps_attempt_close_by_next(ue, ev); /* a release may follow only the source release (TS 38.300 9.2.3.2) */
    } else if (ue->open != NULL) {
        if (ue->open->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(
                ue, ue->open->procedure == DAPS_PROC_RESUME ? DAPS_OUTCOME_COMPLETED : DAPS_OUTCOME_RELEASED,
                ev->frame);
        daps_attempt_close(ue, true);
    }
    daps_ue_require_key(ue, ev);
    ue->n_candidates = 0;
    ue->suspend_ncc = ev->ncc;
    ue->suspended_before = false;
    ue->state = DAPS_UE_SUSPENDED;
}
