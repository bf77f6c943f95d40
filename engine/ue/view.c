/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's own structures as the sink gets to see them. */
#include <string.h>

#include "ue/recovery.h"

void daps_view_context(struct daps_context_view *view, const struct daps_context *context)
{
    daps_view_term(&view->key, context->chain.key);
    view->key.derivation = DAPS_DERIVATION_UNKNOWN;
    view->key.ncc = context->chain.n_known ? (int)(context->chain.n & 7U) : -1;
    view->ciphering = context->ciphering;
    view->integrity = context->integrity;
    view->cell.pci = daps_shown(context->pci);
    view->cell.ssb_arfcn = daps_shown(context->arfcn);
    view->c_rnti = context->c_rnti;
}

void daps_deliver_handover(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const bool follow = ue->cells != DAPS_CELLS_DO_NOT_FOLLOW; /* else what rests on them alone is not shown */
    struct daps_engine_counts *counts = daps_engine_counters(ue->engine);
    const struct daps_sink *sink = daps_engine_sink(ue->engine);
    struct daps_handover handover = {
        .ue = ue->name,
        .rat = ue->rat,
        .procedure = attempt->procedure,
        .frame = attempt->frame,
        .time_ns = attempt->time_ns,
        .complete_frame = attempt->complete_frame,
        .settled_frame = attempt->settled_frame,
        .executed_frame = attempt->executed_frame,
        .daps = attempt->daps,
        .prepared = attempt->prepared,
        .key_set_change = attempt->key_set_change,
        .derivation = attempt->derivation,
        .ncc = attempt->ncc,
        .source = {daps_shown(attempt->source.pci), daps_shown(attempt->source.arfcn)},
        .target = {attempt->pci_given || follow ? daps_shown(attempt->to_pci) : -1,
                   attempt->arfcn_given || follow ? daps_shown(attempt->to_arfcn) : -1},
        .same_frequency =
            attempt->to_arfcn == attempt->source.arfcn && (attempt->to_arfcn < -1 || !(attempt->arfcn_given || follow)),
        .c_rnti = attempt->c_rnti,
        .t304_ms = attempt->t304_ms,
        .rach = attempt->rach,
        .ciphering = attempt->target.ciphering,
        .integrity = attempt->target.integrity,
        .outcome = attempt->outcome,
        .key_frame = attempt->key_frame,
        .key_verified = attempt->key_fits,
    };

    counts->handovers++;
    if (attempt->daps)
        counts->daps_handovers++;
    if (sink->handover == NULL)
        return;
    daps_view_key(&handover.key, attempt);
    sink->handover(sink->user, &handover);
}

void daps_deliver_scg_change(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);
    const struct daps_scg_change change = {
        .ue = ue->name,
        .rat = ev->rat,
        .frame = ev->frame,
        .time_ns = ev->time_ns,
        .target = ev->target,
        .c_rnti = ev->c_rnti,
        .t304_ms = ev->t304_ms,
        .rach = ev->rach,
        .sk_counter = ev->sk_counter,
    };

    daps_engine_counters(ue->engine)->scg_changes++;
    if (sink->scg_change != NULL)
        sink->scg_change(sink->user, &change);
}

void daps_deliver_root(struct daps_ue *ue, const struct daps_context *context, const struct daps_event *ev,
                       enum daps_derivation derivation)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);
    struct daps_key_step step = {
        .ue = ue->name,
        .rat = ue->rat,
        .frame = ev->frame,
        .time_ns = ev->time_ns,
        .procedure = DAPS_PROC_COUNT,
        .ciphering = context->ciphering,
        .integrity = context->integrity,
    };

    if (sink->key == NULL || ue->is_copy) /* for a copy nothing is derived */
        return;
    daps_view_term(&step.key, context->chain.root);
    step.key.derivation = derivation;
    step.key.ncc = context->chain.n_known ? (int)(context->chain.n & 7U) : -1;
    sink->key(sink->user, &step);
}

/* An NH is shown before the first key that comes from it. */
static void deliver_nh(struct daps_ue *ue, const struct daps_attempt *attempt, struct daps_key_step step)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);

    daps_view_term(&step.key, attempt->parent);
    step.key.derivation = DAPS_DERIVATION_VERTICAL;
    step.key.ncc = attempt->ncc;
    step.ciphering = step.integrity = -1;
    sink->key(sink->user, &step);
}

/* A key that was shown before, now with the value that a MAC-I under the key of attempt has shown. */
void daps_deliver_value(struct daps_ue *ue, const struct daps_term *term, const struct daps_attempt *attempt)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);
    struct daps_key_step step = {
        .ue = ue->name,
        .rat = ue->rat,
        .frame = attempt->frame,
        .time_ns = attempt->time_ns,
        .procedure = DAPS_PROC_COUNT,
        .ciphering = attempt->source.ciphering,
        .integrity = attempt->source.integrity,
    };

    if (sink->key == NULL || ue->is_copy) /* for a copy nothing is derived */
        return;
    daps_view_term(&step.key, term);
    step.key.derivation = DAPS_DERIVATION_UNKNOWN;
    sink->key(sink->user, &step);
}

void daps_deliver_derivation(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const struct daps_sink *sink = daps_engine_sink(ue->engine);
    struct daps_key_step step = {
        .ue = ue->name,
        .rat = ue->rat,
        .frame = attempt->frame,
        .time_ns = attempt->time_ns,
        .procedure = attempt->procedure,
        .ciphering = attempt->target.ciphering,
        .integrity = attempt->target.integrity,
    };

    if (sink->key == NULL || ue->is_copy) /* for a copy nothing is derived */
        return;
    if (attempt->parent->kind == DAPS_TERM_NH)
        deliver_nh(ue, attempt, step);
    daps_view_key(&step.key, attempt);
    sink->key(sink->user, &step);
}

/* What compares attempts of a UE says nothing where they may be those of two. */
static bool compares(enum daps_moment_kind kind)
{
    return kind == DAPS_MOMENT_ATTEMPT_BEGAN || kind == DAPS_MOMENT_ATTEMPTS_LEAVE || kind == DAPS_MOMENT_CAPTURE_ENDED;
}

void daps_ue_tell(struct daps_ue *ue, struct daps_moment *moment)
{
    if (ue->several.frame != 0 && compares(moment->kind))
        return;
    moment->ue = ue->name;
    moment->rat = ue->rat;
    moment->below_rrc = ue->seen.uplink;
    if (moment->attempts == NULL && moment->kind != DAPS_MOMENT_ATTEMPT_BEGAN) {
        daps_kept_close_up(ue, true);
        moment->attempts = daps_kept_all(ue);
        moment->n_attempts = ue->n_kept;
    }
    daps_engine_tell(ue->engine, moment);
}

/* ---- what PDCP may look at, and ask ---- */

static void look(void *user, struct daps_ue_view *view)
{
    const struct daps_ue *ue = user;

    *view = (struct daps_ue_view){
        .name = ue->name,
        .rat = ue->rat,
        .pool = ue->pool,
        .state = ue->state,
        .active = ue->active,
        .open = ue->open,
        .revocable = ue->revocable,
        .attempts = ue->attempts,
        .candidates = ue->candidates,
        .n_candidates = ue->n_candidates,
        .suspend_ncc = daps_ue_sleeps(ue) ? ue->suspend_ncc : -1,
        .stored_n_valid = ue->stored_n_valid,
        .stored_n = ue->stored_n,
        .setup_seen = ue->setup_seen,
        .is_copy = ue->is_copy,
        .serials = ue->serials,
        .roots = ue->roots,
        .smc_digest = ue->smc_digest,
        .logged_smc = ue->secured.from_pdcp ? 0 : ue->secured.digest,
        .secured_ns = ue->secured.time_ns,
        .gaps = ue->gaps,
        .last_time_ns = ue->last_time_ns,
    };
}

static void evidence(void *user, const struct daps_event *ev)
{
    struct daps_ue *ue = user;

    daps_engine_evidence(ue->engine, ue, ev);
}

static void not_judged(void *user, enum daps_not_judged reason, uint64_t frame)
{
    daps_ue_not_judged(user, reason, frame);
}

static bool keeps(void *user, const struct daps_term *key)
{
    return daps_ue_keeps(user, key);
}

static bool holds(void *user, const struct daps_term *key)
{
    return daps_kept_has_key(user, key);
}

static bool came_from(void *user, const struct daps_term *key)
{
    return daps_kept_has_source(user, key);
}

static bool cell_identity(void *user, enum daps_rat rat, const struct daps_cell *cell, int64_t *identity)
{
    const struct daps_ue *ue = user;

    return daps_engine_cell_identity(ue->engine, rat, cell, identity);
}

struct pdcp_host daps_ue_host(struct daps_ue *ue)
{
    struct daps_engine *engine = ue->engine;

    return (struct pdcp_host){.user = ue,
                              .look = look,
                              .evidence = evidence,
                              .not_judged = not_judged,
                              .keeps = keeps,
                              .holds = holds,
                              .came_from = came_from,
                              .cell_identity = cell_identity,
                              .options = daps_engine_options(engine),
                              .ciphers = daps_engine_ciphers(engine),
                              .sink = daps_engine_sink(engine),
                              .counts = daps_engine_counters(engine),
                              .roots = daps_engine_roots(engine),
                              .room = daps_engine_ledger_room(engine),
                              .trial = daps_engine_trial(engine),
                              .open = daps_engine_open_octets(engine)};
}
