/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Re-establishment (TS 38.331 5.3.7), release, suspend and resume (5.3.8, 5.3.13). */
#include "ue/ue.h"

static bool names(const struct daps_event *request, const struct daps_context *context)
{
    return request->ue_c_rnti >= 0 && request->ue_c_rnti == context->c_rnti && request->ue_pci >= 0 &&
           request->ue_pci == context->pci;
}

/* T304 expiry, or a target the UE had reached? The request names the PCell it speaks for (TS 38.331 5.3.7.4). */
static bool had_reached_target(const struct daps_attempt *open, const struct daps_event *request)
{
    if (names(request, &open->target))
        return true;
    if (names(request, &open->source) || request->cause == DAPS_REEST_HANDOVER_FAILURE)
        return false;
    return open->outcome == DAPS_OUTCOME_COMPLETED || request->cause == DAPS_REEST_OTHER_FAILURE;
}

/* A single armed candidate that nobody saw executed: the failure shows that it was tried. */
static void failed_candidate(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event candidate = ue->candidates[0];

    daps_attempt_begin(ue, &candidate, DAPS_PROC_CONDITIONAL_HANDOVER,
                       candidate.target.pci >= 0 ? candidate.target.pci : ue->active.pci,
                       candidate.target.ssb_arfcn >= 0 ? candidate.target.ssb_arfcn : ue->active.arfcn);
    ue->open->executed_frame = ev->frame;
    daps_attempt_settle(ue, DAPS_OUTCOME_REESTABLISHED, ev->frame);
    daps_attempt_close(ue, false);
}

static void settle_by_request(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->open == NULL) {
        if (ue->n_candidates == 1 && ev->cause == DAPS_REEST_HANDOVER_FAILURE && ue->active.chain.key != NULL)
            failed_candidate(ue, ev);
    } else if (had_reached_target(ue->open, ev)) {
        if (ue->open->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
        daps_attempt_close(ue, true);
    } else {
        /* TS 38.331 5.3.5.8.3: back to the configuration, and so the key, of the source. */
        daps_attempt_settle(ue, DAPS_OUTCOME_REESTABLISHED, ev->frame);
        daps_attempt_close(ue, false);
    }
}

void daps_ue_reestablishment_request(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_context *active = &ue->active;

    if (ue->state == DAPS_UE_REESTABLISHING && ue->open == NULL) {
        daps_engine_counters(ue->engine)->duplicates++;
    } else {
        settle_by_request(ue, ev);
        daps_ue_require_key(ue, ev);
        if (active->pci >= 0 && ev->ue_pci >= 0 && active->pci != ev->ue_pci && active->c_rnti != ev->ue_c_rnti)
            daps_ue_lose_track(ue, ev, "a re-establishment that names a cell the UE was not known to be in");
    }
    if (active->pci < 0 && ue->attempts->len == 0)
        active->pci = ev->ue_pci >= 0 ? ev->ue_pci : active->pci;
    if (active->c_rnti < 0)
        active->c_rnti = ev->ue_c_rnti;
    ue->n_candidates = 0;
    for (unsigned i = 0; i < 4; i++)
        ue->outstanding[i].n = 0;
    ue->request_cell = ev->logged_cell;
    ue->state = DAPS_UE_REESTABLISHING;
}

/* RRC never names the selected cell; only the log can, and if it does not, the cell equals nothing. */
static void begin_in_logged_cell(struct daps_ue *ue, const struct daps_event *ev, const struct daps_cell *also,
                                 enum daps_procedure procedure)
{
    int32_t pci = ev->logged_cell.pci >= 0 ? ev->logged_cell.pci : also->pci;
    int32_t arfcn = ev->logged_cell.ssb_arfcn >= 0 ? ev->logged_cell.ssb_arfcn : also->ssb_arfcn;

    daps_attempt_begin(ue, ev, procedure, pci >= 0 ? pci : daps_term_symbol(ue->pool),
                       arfcn >= 0 ? arfcn : daps_term_symbol(ue->pool));
}

/* TS 38.331 5.3.7.5, TS 33.501 6.11: a new key by the NCC rule, in force at once, same algorithms. */
void daps_ue_reestablishment(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last =
        ue->attempts->len > 0 ? g_ptr_array_index(ue->attempts, ue->attempts->len - 1) : NULL;
    struct daps_event derived = *ev;

    if (last != NULL && last->procedure == DAPS_PROC_REESTABLISHMENT && last->digest == ev->digest &&
        ue->state == DAPS_UE_CONNECTED && last->complete_frame == 0) {
        daps_engine_counters(ue->engine)->duplicates++;
        return;
    }
    if (ue->state != DAPS_UE_REESTABLISHING)
        daps_ue_lose_track(ue, ev, "a re-establishment without its request");
    daps_ue_require_key(ue, ev);
    derived.key_update = true;
    begin_in_logged_cell(ue, &derived, &ue->request_cell, DAPS_PROC_REESTABLISHMENT);
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    daps_attempt_close(ue, true);
    ue->state = DAPS_UE_CONNECTED;
}

static void complete_newest(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure)
{
    for (guint i = ue->attempts->len; i-- > 0;) {
        struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->procedure != procedure)
            continue;
        if (attempt->complete_frame == 0 && !attempt->rejected)
            daps_attempt_complete(ue, attempt, ev);
        return;
    }
}

void daps_ue_reestablishment_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->state == DAPS_UE_REESTABLISHING) {
        /* The answer with its NCC is missing from the log. */
        daps_ue_lose_track(ue, ev, "a re-establishment whose answer is not in the log");
        ue->state = DAPS_UE_CONNECTED;
        return;
    }
    complete_newest(ue, ev, DAPS_PROC_REESTABLISHMENT);
}

void daps_ue_release(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!ev->suspend) {
        daps_ue_end_connection(ue, ev);
        return;
    }
    if (ue->open != NULL) {
        if (ue->open->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(
                ue, ue->open->procedure == DAPS_PROC_RESUME ? DAPS_OUTCOME_COMPLETED : DAPS_OUTCOME_RELEASED,
                ev->frame);
        daps_attempt_close(ue, true);
    }
    daps_ue_require_key(ue, ev);
    ue->n_candidates = 0;
    ue->suspend_ncc = ev->ncc;
    ue->state = DAPS_UE_SUSPENDED;
}

/* TS 38.331 5.3.13.3: the key of the resumed connection is derived before the answer, with suspendConfig's NCC. */
static void begin_resume(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_event derived = *ev;

    derived.key_update = true;
    derived.ncc = (int8_t)ue->suspend_ncc;
    begin_in_logged_cell(ue, &derived, &(struct daps_cell){-1, -1}, DAPS_PROC_RESUME);
}

void daps_ue_resume_request(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->state != DAPS_UE_SUSPENDED || ue->suspend_ncc < 0)
        return; /* suspended before the log began: RESUME will show that the key is not known */
    if (ue->open != NULL && ue->open->procedure == DAPS_PROC_RESUME) {
        daps_engine_counters(ue->engine)->duplicates++;
        return;
    }
    begin_resume(ue, ev);
}

void daps_ue_resume(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->state != DAPS_UE_SUSPENDED || ue->suspend_ncc < 0) {
        if (ue->state != DAPS_UE_CONNECTED || ue->active.chain.key == NULL)
            daps_ue_lose_track(ue, ev, "a resume whose suspend is not in the log");
        ue->state = DAPS_UE_CONNECTED;
        return;
    }
    if (ue->open == NULL)
        begin_resume(ue, ev); /* the request is missing from the log */
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    daps_attempt_close(ue, true);
    ue->suspend_ncc = -1;
    ue->state = DAPS_UE_CONNECTED;
}

void daps_ue_resume_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    complete_newest(ue, ev, DAPS_PROC_RESUME);
}

/* TS 33.501 6.8.2.1.3: on RRCReject the derived keys are deleted and the stored ones kept. */
void daps_ue_reject(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->open == NULL || ue->open->procedure != DAPS_PROC_RESUME)
        return;
    ue->open->rejected = true;
    daps_attempt_settle(ue, DAPS_OUTCOME_SUPERSEDED, ev->frame);
    daps_attempt_close(ue, false);
}
