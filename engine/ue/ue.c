/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UE from its first to its last event: which message goes to which procedure, and what its mere arrival shows. */
#include "ue/ue.h"

#define NS_PER_MS      INT64_C(1000000)
#define SILENCE_NS     (60000 * NS_PER_MS) /* longer than any inactivity timer we know of */
#define TIME_TRAVEL_NS (-1000 * NS_PER_MS)

struct daps_ue *daps_ue_new(struct daps_engine *engine, const char *name, enum daps_rat rat)
{
    struct daps_ue *ue = g_new0(struct daps_ue, 1);

    ue->engine = engine;
    g_strlcpy(ue->name, name, sizeof ue->name);
    ue->rat = rat;
    ue->pool = daps_term_pool_new(rat);
    ue->attempts = g_ptr_array_new_with_free_func(g_free);
    ue->active.pci = daps_term_symbol(ue->pool);
    ue->active.arfcn = daps_term_symbol(ue->pool);
    ue->active.c_rnti = -1;
    ue->active.ciphering = ue->active.integrity = -1;
    ue->request_cell = (struct daps_cell){-1, -1};
    ue->suspend_ncc = -1;
    ue->last_time_ns = INT64_MIN;
    ue->last_complete_time_ns = INT64_MIN;
    return ue;
}

void daps_ue_free(struct daps_ue *ue)
{
    if (ue == NULL)
        return;
    daps_pdcp_free(ue->pdcp);
    daps_ue_seen_clear(ue);
    g_ptr_array_unref(ue->attempts);
    daps_term_pool_free(ue->pool);
    g_free(ue->candidates);
    g_free(ue);
}

void daps_ue_gap(struct daps_ue *ue, uint64_t frame, const char *reason)
{
    ue->gaps++;
    ue->gap_frame = frame;
    ue->gap_reason = reason;
}

void daps_ue_not_judged(struct daps_ue *ue, enum daps_not_judged reason, uint64_t frame)
{
    daps_engine_not_judged(ue->engine, reason, frame);
}

static void watch_clock(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->time_ns == INT64_MIN)
        return;
    if (ue->last_time_ns != INT64_MIN) {
        /* Unsigned, so that absurd clocks of damaged files wrap instead of overflowing. */
        int64_t step = (int64_t)((uint64_t)ev->time_ns - (uint64_t)ue->last_time_ns);
        if (step > SILENCE_NS)
            daps_ue_gap(ue, ev->frame, "more than a minute without a message");
        else if (step < TIME_TRAVEL_NS)
            daps_ue_gap(ue, ev->frame, "time runs backwards");
    }
    ue->last_time_ns = ev->time_ns;
}

static bool is_dcch(const struct daps_event *ev)
{
    return ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH;
}

static bool t304_is_over(const struct daps_attempt *open, const struct daps_event *ev)
{
    if (open->t304_ms < 0 || open->time_ns == INT64_MIN || ev->time_ns == INT64_MIN || ev->time_ns < open->time_ns)
        return false;
    return (uint64_t)ev->time_ns - (uint64_t)open->time_ns > (uint64_t)open->t304_ms * (uint64_t)NS_PER_MS;
}

/*
 * What a message shows by being there at all: the SRBs of the source are suspended from the command on (TS 38.331
 * 5.3.5.5.2), so a downlink DCCH message after the Complete came from the target; so did anything after T304 would
 * have expired, unless it is the failure itself.
 */
static void settle_by_traffic(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    if (open == NULL || open->outcome != DAPS_OUTCOME_UNKNOWN || open->complete_frame == 0 || open->prepared ||
        open->procedure == DAPS_PROC_RESUME || !is_dcch(ev))
        return;
    if (ev->kind == DAPS_EV_RECONFIGURATION && ev->sync && ev->digest == open->digest)
        return; /* the command itself, logged again */
    if (ev->kind == DAPS_EV_RELEASE && open->daps)
        return; /* complete only with the source release (TS 38.300 9.2.3.2), which cannot come any more */
    if (ev->kind == DAPS_EV_FAILURE_INFORMATION && ev->daps_failure)
        return;
    if (ev->kind == DAPS_EV_RECONFIGURATION_COMPLETE && ue->n_candidates > 0)
        return; /* may be the recovery to another candidate */
    if (ev->channel == DAPS_CH_DL_DCCH || t304_is_over(open, ev))
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
}

/* The log goes on after a re-establishment whose answer it lacks. */
static void settle_lost_reestablishment(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->state != DAPS_UE_REESTABLISHING || ev->channel != DAPS_CH_DL_DCCH || ev->kind == DAPS_EV_REESTABLISHMENT ||
        ev->kind == DAPS_EV_RELEASE)
        return;
    daps_ue_lose_track(ue, ev, "a re-establishment whose answer is not in the log");
    ue->state = DAPS_UE_CONNECTED;
}

static void security_mode(struct daps_ue *ue, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SECURITY_MODE_COMMAND:
        if (ue->smc_digest != 0 && ue->smc_digest == ev->digest) {
            daps_engine_counters(ue->engine)->duplicates++;
            return;
        }
        daps_ue_secure(ue, ev);
        ue->smc_digest = ev->digest;
        break;
    case DAPS_EV_SECURITY_MODE_FAILURE:
        daps_ue_end_connection(ue, ev); /* TS 38.331 5.3.4.3: goes on without the new security */
        break;
    default:
        ue->smc_digest = 0;
        break;
    }
}

static void dispatch(struct daps_ue *ue, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SETUP:
        daps_ue_end_connection(ue, ev);
        ue->state = DAPS_UE_CONNECTED;
        ue->setup_seen = true;
        break;
    case DAPS_EV_REJECT:
        daps_ue_reject(ue, ev);
        break;
    case DAPS_EV_SECURITY_MODE_COMMAND:
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_SECURITY_MODE_FAILURE:
        security_mode(ue, ev);
        break;
    case DAPS_EV_RECONFIGURATION:
        daps_ue_reconfiguration(ue, ev);
        break;
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        daps_ue_reconfiguration_complete(ue, ev);
        break;
    case DAPS_EV_CANDIDATE:
        daps_ue_candidate(ue, ev);
        break;
    case DAPS_EV_CANDIDATE_RELEASE:
        daps_ue_candidate_release(ue, ev);
        break;
    case DAPS_EV_SCG_CHANGE:
        daps_deliver_scg_change(ue, ev);
        break;
    case DAPS_EV_FAILURE_INFORMATION:
        daps_ue_failure_information(ue, ev);
        break;
    case DAPS_EV_REESTABLISHMENT_REQUEST:
        daps_ue_reestablishment_request(ue, ev);
        break;
    case DAPS_EV_REESTABLISHMENT:
        daps_ue_reestablishment(ue, ev);
        break;
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
        daps_ue_reestablishment_complete(ue, ev);
        break;
    case DAPS_EV_RELEASE:
        daps_ue_release(ue, ev);
        break;
    case DAPS_EV_RESUME_REQUEST:
        daps_ue_resume_request(ue, ev);
        break;
    case DAPS_EV_RESUME:
        daps_ue_resume(ue, ev);
        break;
    case DAPS_EV_RESUME_COMPLETE:
        daps_ue_resume_complete(ue, ev);
        break;
    case DAPS_EV_SOURCE_IN_USE:
        daps_ue_source_in_use(ue, ev);
        break;
    case DAPS_EV_NAS_TRANSFER:
        ue->nas_epoch++;
        break;
    case DAPS_EV_MOBILITY_FROM_NR:
        ue->left_nr = true;
        break;
    default:
        break;
    }
}

void daps_ue_event(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->channel == DAPS_CH_BCCH_BCH || ev->channel == DAPS_CH_BCCH_DL_SCH || ev->channel == DAPS_CH_PCCH)
        return;
    watch_clock(ue, ev);
    if (ue->left_nr && ev->kind == DAPS_EV_RECONFIGURATION && ev->sync) {
        /* Back from another RAT: its security context, not the one we left with (TS 33.501 8.4). */
        daps_ue_lose_track(ue, ev, "a stay in another radio access technology");
        ue->left_nr = false;
    } else if (ev->kind == DAPS_EV_REESTABLISHMENT_REQUEST || ev->kind == DAPS_EV_SETUP) {
        ue->left_nr = false;
    }
    settle_lost_reestablishment(ue, ev);
    settle_by_traffic(ue, ev);
    dispatch(ue, ev);
    if (is_dcch(ev)) {
        daps_ue_learn_cell(ue, ev);
        daps_ue_watch_cells(ue, ev);
    }
    if (ue->pdcp != NULL)
        daps_pdcp_event(ue->pdcp, ev);
}

void daps_ue_finish(struct daps_ue *ue)
{
    struct daps_moment closing = {.kind = DAPS_MOMENT_CAPTURE_ENDED};

    if (ue->pdcp != NULL)
        daps_pdcp_close(ue->pdcp);
    if (ue->open != NULL)
        daps_attempt_close(ue, ue->open->outcome == DAPS_OUTCOME_COMPLETED);
    daps_attempt_confirm(ue);
    closing.closing.in_force = ue->active.chain.key;
    closing.closing.candidates = ue->candidates;
    closing.closing.n_candidates = ue->n_candidates;
    daps_ue_tell(ue, &closing);
    daps_ue_tell_nulls(ue);
    daps_ue_tell_unfits(ue, true);
    daps_attempts_forget(ue, true);
    daps_ue_tell_bearers(ue, true);
    daps_ue_tell_collisions(ue, true);
}
