/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UE from its first to its last event: which message goes to which procedure, and what its mere arrival shows. */
#include "daps/short_way.h"
#include "ue/recovery.h"

#define NS_PER_MS      INT64_C(1000000)
#define SILENCE_NS     (60000 * NS_PER_MS) /* longer than any inactivity timer we know of */
#define TIME_TRAVEL_NS (-1000 * NS_PER_MS)

struct daps_ue *daps_ue_new(struct daps_engine *engine, const char *name, enum daps_rat rat, bool second)
{
    struct daps_ue *ue = g_new0(struct daps_ue, 1);

    ue->engine = engine;
    g_strlcpy(ue->name, name, sizeof ue->name);
    ue->rat = rat;
    ue->pool = daps_term_pool_new(rat);
    if (second)
        daps_term_pool_second(ue->pool);
    ue->attempts = g_ptr_array_new_with_free_func(g_free);
    ue->active.pci = daps_term_symbol(ue->pool);
    ue->active.arfcn = daps_term_symbol(ue->pool);
    ue->active.c_rnti = -1;
    ue->active.ciphering = ue->active.integrity = -1;
    ue->logged_cell = (struct daps_cell){-1, -1};
    ue->heard_pci = -1;
    ue->suspend_ncc = -1;
    ue->setup.due_ns = ue->setup.missing_ns = INT64_MIN;
    ue->release_alone_ns = ue->too_late.time_ns = INT64_MIN;
    ue->presumed_root_ns = ue->recovered_ns = INT64_MIN;
    ue->last_time_ns = ue->latest_time_ns = INT64_MIN;
    daps_several_init(&ue->several);
    return ue;
}

void daps_ue_free(struct daps_ue *ue)
{
    if (ue == NULL)
        return;
    daps_pdcp_free(ue->pdcp);
    daps_ue_seen_clear(ue);
    daps_ue_keys_clear(ue);
    logged_free(ue->logged);
    for (unsigned i = 0; i < G_N_ELEMENTS(ue->segments); i++)
        rrc_segments_clear(&ue->segments[i]);
    g_ptr_array_unref(ue->attempts);
    daps_kept_free(ue->kept);
    daps_term_pool_free(ue->pool);
    g_free(ue->candidates);
    g_free(ue->request.ev);
    g_free(ue->request.before);
    g_free(ue->early.complete);
    g_free(ue);
}

static void copy_attempts(struct daps_ue *copy, const struct daps_ue *ue)
{
    copy->attempts = g_ptr_array_new_full(ue->n_kept, g_free);
    copy->n_kept = 0;
    copy->kept = NULL;
    for (guint i = 0; i < ue->attempts->len; i++) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        struct daps_attempt *twin = attempt != NULL ? g_memdup2(attempt, sizeof *attempt) : NULL;
        if (twin == NULL)
            continue;
        daps_kept_add(copy, twin);
        twin->serials = attempt->serials;
        if (attempt == ue->open)
            copy->open = twin;
        if (attempt == ue->revocable)
            copy->revocable = twin;
    }
}

void daps_ue_copy(struct daps_ue *copy, const struct daps_ue *ue)
{
    struct pdcp_host host;

    *copy = *ue;
    copy->is_copy = true;
    copy_attempts(copy, ue);
    daps_ue_seen_copy(copy, ue);
    daps_ue_keys_copy(copy);
    if (ue->pdcp == NULL)
        return;
    host = daps_ue_host(copy);
    copy->pdcp = g_new(struct daps_pdcp, 1);
    daps_pdcp_copy(copy->pdcp, &host, ue->pdcp);
}

void daps_ue_copy_clear(struct daps_ue *copy)
{
    if (copy->pdcp != NULL)
        daps_pdcp_clear(copy->pdcp);
    g_free(copy->pdcp);
    daps_ue_seen_clear(copy);
    daps_ue_keys_clear(copy);
    g_ptr_array_unref(copy->attempts);
    daps_kept_free(copy->kept);
}

static void note_gap(struct daps_ue *ue, uint64_t frame, enum daps_gap gap)
{
    ue->gaps++;
    ue->gap_frame = frame;
    ue->gap = gap;
}

void daps_ue_gap(struct daps_ue *ue, uint64_t frame, enum daps_gap gap)
{
    note_gap(ue, frame, gap);
    daps_ue_tell_progress(ue, frame);
}

void daps_ue_not_judged(struct daps_ue *ue, enum daps_not_judged reason, uint64_t frame)
{
    daps_engine_not_judged(ue->engine, reason, frame);
    if (reason == DAPS_NOT_JUDGED_COMMAND_LOST || reason == DAPS_NOT_JUDGED_OUTCOME_LOST)
        daps_ue_weigh_unexplained(ue, frame);
}

void daps_ue_unread(struct daps_ue *ue, uint64_t frame, enum daps_gap gap)
{
    ue->unread++;
    note_gap(ue, frame, gap); /* whoever says so knows */
}

/*
 * Only a reconfiguration or a resume downlink comes in segments (TS 38.331 5.7.7), which is what changes keys: behind
 * it nothing is known to be what it was. Where keys are at hand MAC-Is tell.
 */
void daps_ue_miss_segments(struct daps_ue *ue, uint64_t frame)
{
    struct daps_event ev;

    daps_ue_unread(ue, frame, DAPS_GAP_SEGMENT_LOST);
    if (ue->seen.pdus || ue->active.chain.key == NULL)
        return;
    daps_event_clear(&ev, DAPS_EV_TRAFFIC);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.frame = frame;
    ev.time_ns = ue->last_time_ns;
    daps_ue_lose_track(ue, &ev, DAPS_GAP_SEGMENT_LOST, DAPS_NOT_JUDGED_COUNT);
}

static void watch_clock(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->time_ns == INT64_MIN)
        return;
    if (ue->last_time_ns != INT64_MIN) {
        /* Unsigned, so that absurd clocks of damaged files wrap instead of overflowing. */
        int64_t step = (int64_t)((uint64_t)ev->time_ns - (uint64_t)ue->last_time_ns);
        if (step > SILENCE_NS)
            daps_ue_gap(ue, ev->frame, DAPS_GAP_PAUSE);
        else if (step < TIME_TRAVEL_NS)
            daps_ue_gap(ue, ev->frame, DAPS_GAP_TIME_BACKWARDS);
    }
    ue->last_time_ns = ev->time_ns;
    ue->out_of_order |= ev->time_ns < ue->latest_time_ns;
    ue->latest_time_ns = MAX(ue->latest_time_ns, ev->time_ns);
}

/* Something of the UE behind the command and before its Complete: it may have been the first under the new key. */
static void note_uplink(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;

    if (open == NULL || open->complete_frame != 0 || open->prepared || ev->channel != DAPS_CH_UL_DCCH || ue->seen.pdus)
        return;
    if (ev->kind == DAPS_EV_FAILURE_INFORMATION && ev->daps_failure)
        return; /* to the source of an attempt before */
    if (ev->kind != DAPS_EV_RECONFIGURATION_COMPLETE || ev->transaction != open->transaction)
        open->outpaced = true;
}

static bool is_dcch(const struct daps_event *ev)
{
    return ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH;
}

/* Logged so soon behind the command, it may still be the source's. */
#define RANDOM_ACCESS_NS (10 * NS_PER_MS)

static bool is_silent_on_outcome(const struct daps_attempt *open, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_RECONFIGURATION:
        return ev->sync && ev->digest == open->digest; /* the command itself, logged again */
    case DAPS_EV_RELEASE:
        return open->daps; /* complete only with the source release (TS 38.300 9.2.3.2), which cannot come any more */
    case DAPS_EV_FAILURE_INFORMATION:
        return ev->daps_failure;
    case DAPS_EV_REESTABLISHMENT:
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
    case DAPS_EV_SETUP_COMPLETE: /* of another connection, these three */
    case DAPS_EV_SECURITY_MODE_COMMAND:
    case DAPS_EV_SECURITY_MODE_COMPLETE:
        return true;
    default:
        return false;
    }
}

/*
 * The SRBs of the source are suspended from the command on (TS 38.331 5.3.5.5.2), so a downlink DCCH message came from
 * the target. After a DAPS fallback the source speaks again, which is not before T304 has run out.
 */
static void settle_by_downlink(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;
    const int64_t elapsed = daps_ue_elapsed(ue, open->time_ns, ev->time_ns);
    const bool fallback = open->daps && daps_attempt_t304_is_over(ue, open, ev->time_ns, open->complete_frame == 0);

    if ((open->complete_frame == 0 && elapsed >= 0 && elapsed < RANDOM_ACCESS_NS) ||
        (fallback && open->complete_frame == 0))
        return;
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    /* So soon it may be a message of the source that the tool has written late. */
    open->proven = !fallback && (!open->daps || elapsed < 0 || elapsed > DAPS_LAG_NS || !ue->clock_is_fine);
    ue->unanswered += open->complete_frame == 0;
    if (open->complete_frame == 0 && open->heard_time_ns == INT64_MIN)
        open->heard_time_ns = ev->time_ns;
}

/* The log names the source, and not because the message is late: the attempt has failed. */
static void settle_in_source(struct daps_ue *ue, const struct daps_event *ev)
{
    if (daps_ue_elapsed(ue, ue->open->time_ns, ev->time_ns) <= DAPS_LAG_NS)
        return;
    /* Another key by then (TS 38.331 5.3.7.5): the SRBs of the source are suspended, in DAPS too (5.3.5.5.2). */
    if (!ue->open->daps || !daps_attempt_t304_is_over(ue, ue->open, ev->time_ns, false)) {
        daps_ue_lose_track(ue, ev, DAPS_GAP_SOURCE_SPEAKS, DAPS_NOT_JUDGED_OUTCOME_LOST);
        return;
    }
    daps_ue_gap(ue, ev->frame, DAPS_GAP_SOURCE_SPEAKS);
    daps_attempt_settle(ue, DAPS_OUTCOME_DAPS_FALLBACK, ev->frame);
    daps_attempt_close(ue, false);
    daps_ue_failure_undoes(ue, ev->time_ns);
}

/* What a message shows by being there at all. A failure outweighs it. */
static void settle_by_traffic(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;

    if (open == NULL || open->outcome != DAPS_OUTCOME_UNKNOWN || open->prepared ||
        open->procedure == DAPS_PROC_RESUME || !is_dcch(ev) || is_silent_on_outcome(open, ev))
        return;
    if (ue->clock_moves && ev->time_ns < open->time_ns)
        return; /* before the command, out of the log's order */
    if (ev->kind == DAPS_EV_RECONFIGURATION_COMPLETE && ue->n_candidates > 0)
        return; /* may be the recovery to a candidate */
    if (daps_attempt_is_logged_in(ue, ev, &open->source, &open->target))
        settle_in_source(ue, ev);
    else if (ev->channel == DAPS_CH_DL_DCCH)
        settle_by_downlink(ue, ev);
    else if (open->complete_frame == 0)
        return;
    else if (daps_attempt_t304_is_over(ue, open, ev->time_ns, false))
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
}

/* The command in an RRC log and as a PDU beside it: one message, up to 100 ms apart either way. */
static bool is_secured_by(const struct daps_ue *ue, const struct daps_event *smc)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->secured.time_ns, smc->time_ns);

    return ue->active.chain.key != NULL && smc->digest != 0 && ue->secured.digest == smc->digest &&
           ue->secured.from_pdcp != smc->from_pdcp && elapsed >= -100 * NS_PER_MS && elapsed <= 100 * NS_PER_MS;
}

/* A key has been taken for granted just before, in this very connection: the tool has written the command late. */
static bool is_late_smc(const struct daps_ue *ue, const struct daps_event *smc)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->presumed_root_ns, smc->time_ns);

    if (ue->active.chain.key == NULL || ue->secured.digest != 0)
        return false;
    if (smc->from_pdcp) /* its MAC-I is right under that key */
        return smc->executed;
    return ue->setup_seen && elapsed >= 0 && elapsed <= DAPS_LAG_NS;
}

static void security_mode(struct daps_ue *ue, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SECURITY_MODE_COMMAND:
        if ((ue->smc_digest != 0 && ue->smc_digest == ev->digest) || is_secured_by(ue, ev)) {
            daps_ue_note_again(ue);
            return;
        }
        if (is_late_smc(ue, ev))
            daps_ue_secured_late(ue, ev);
        else
            daps_ue_secure(ue, ev);
        ue->smc_digest = ue->secured.digest = ev->digest;
        ue->secured.time_ns = ev->time_ns;
        ue->secured.from_pdcp = ev->from_pdcp;
        break;
    case DAPS_EV_SECURITY_MODE_FAILURE:
        daps_ue_end_connection(ue, ev); /* TS 38.331 5.3.4.3: goes on without the new security */
        break;
    default:
        ue->smc_digest = 0;
        daps_ue_miss_security(ue, ev);
        break;
    }
}

static void nas_transfer(struct daps_ue *ue, const struct daps_event *ev)
{
    (void)ev;
    ue->nas_epoch++;
}

static void mobility_from_nr(struct daps_ue *ue, const struct daps_event *ev)
{
    (void)ev;
    ue->dropped_request = false;
    ue->left_nr = true;
}

static void dispatch(struct daps_ue *ue, const struct daps_event *ev)
{
    typedef void procedure(struct daps_ue * ue, const struct daps_event *ev);
    static procedure *const procedures[DAPS_EV_KIND_COUNT] = {
        [DAPS_EV_SETUP_REQUEST] = daps_ue_setup_request,
        [DAPS_EV_SETUP] = daps_ue_setup,
        [DAPS_EV_SETUP_COMPLETE] = daps_ue_setup_complete,
        [DAPS_EV_REJECT] = daps_ue_reject,
        [DAPS_EV_SECURITY_MODE_COMMAND] = security_mode,
        [DAPS_EV_SECURITY_MODE_COMPLETE] = security_mode,
        [DAPS_EV_SECURITY_MODE_FAILURE] = security_mode,
        [DAPS_EV_RECONFIGURATION] = daps_ue_reconfiguration,
        [DAPS_EV_RECONFIGURATION_COMPLETE] = daps_ue_reconfiguration_complete,
        [DAPS_EV_CANDIDATE] = daps_ue_candidate,
        [DAPS_EV_CANDIDATE_RELEASE] = daps_ue_candidate_release,
        [DAPS_EV_SCG_CHANGE] = daps_deliver_scg_change,
        [DAPS_EV_FAILURE_INFORMATION] = daps_ue_failure_information,
        [DAPS_EV_REESTABLISHMENT_REQUEST] = daps_ue_reestablishment_request,
        [DAPS_EV_REESTABLISHMENT] = daps_ue_reestablishment,
        [DAPS_EV_REESTABLISHMENT_COMPLETE] = daps_ue_reestablishment_complete,
        [DAPS_EV_RELEASE] = daps_ue_release,
        [DAPS_EV_RESUME_REQUEST] = daps_ue_resume_request,
        [DAPS_EV_RESUME] = daps_ue_resume,
        [DAPS_EV_RESUME_COMPLETE] = daps_ue_resume_complete,
        [DAPS_EV_SOURCE_IN_USE] = daps_ue_source_in_use,
        [DAPS_EV_NAS_TRANSFER] = nas_transfer,
        [DAPS_EV_MOBILITY_FROM_NR] = mobility_from_nr,
        [DAPS_EV_COUNTER_CHECK] = daps_ue_see_counts,
        [DAPS_EV_TRAFFIC] = daps_ue_see_counts, /* the response among it */
        [DAPS_EV_MOBILITY_FROM_EUTRA] = mobility_from_nr,
    };

    if (procedures[ev->kind] != NULL)
        procedures[ev->kind](ue, ev);
}

static bool is_answer(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_RECONFIGURATION_COMPLETE || ev->kind == DAPS_EV_REESTABLISHMENT_COMPLETE ||
           ev->kind == DAPS_EV_RESUME_COMPLETE || ev->kind == DAPS_EV_SECURITY_MODE_COMPLETE ||
           (ev->kind == DAPS_EV_FAILURE_INFORMATION && ev->daps_failure);
}

/* Which directions there are, and whether the one there is left something to be judged by the other. */
static void count_directions(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!is_dcch(ev))
        return;
    if (ue->first_dcch_frame == 0)
        ue->first_dcch_frame = ev->frame;
    if (ev->channel == DAPS_CH_UL_DCCH) {
        ue->ul_dcch++;
        /* What came first may answer something from before the log. */
        ue->answers += ue->ul_dcch + ue->dl_dcch > 1 && is_answer(ev);
    } else {
        ue->dl_dcch++;
        ue->after_command += ue->commands > 0;
        ue->commands += ev->kind == DAPS_EV_RECONFIGURATION && (ev->sync || ev->sk_counter >= 0);
    }
}

/* Commands and Completes have rules of their own for when they are copies. */
static bool is_ignored(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool own_rule =
        ev->kind == DAPS_EV_RECONFIGURATION_COMPLETE || (ev->kind == DAPS_EV_RECONFIGURATION && ev->sync);

    if (!daps_ue_message_begins(ue, ev))
        return ue->message.ignored;
    ue->message.ignored = daps_ue_is_repeated_stretch(ue, ev);
    ue->message.copy = !ue->message.ignored && daps_ue_is_copy(ue, ev);
    if (ue->message.ignored)
        daps_engine_counters(ue->engine)->repeats++;
    else
        ue->message.ignored = ue->message.copy && !own_rule;
    if (ue->message.ignored)
        daps_ue_note_again(ue);
    return ue->message.ignored;
}

/* Does that message say nothing but that it was sent, as measurement reports do and most others? */
static inline bool says_nothing(const struct daps_event *ev)
{
    return (ev->kind == DAPS_EV_TRAFFIC || ev->kind == DAPS_EV_NAS_TRANSFER) && !ev->from_pdcp && is_dcch(ev) &&
           ev->logged_cell.pci < 0 && ev->logged_cell.ssb_arfcn < 0 && (ev->counts.drb[0] | ev->counts.drb[1]) == 0;
}

/* Is nothing open that the next message could settle by being there at all? */
static inline bool is_settled(const struct daps_ue *ue)
{
    const struct daps_attempt *open = ue->open;

    return (open == NULL || (open->outcome != DAPS_OUTCOME_UNKNOWN && open->complete_frame != 0)) &&
           !ue->early.pending && !ue->request.pending && ue->setup.held == 0 && ue->smc_digest == 0 &&
           ue->pdcp == NULL && ue->logged_keys == NULL;
}

/* Then this is all that such a message does in follow(): what is added there is added here, or excluded above (builds
 * with DAPS_LONG_WAY show whether it was). */
static void follow_silent(struct daps_ue *ue, const struct daps_event *ev)
{
    watch_clock(ue, ev);
    count_directions(ue, ev);
    daps_ue_watch_others(ue, ev);
    ue->nas_epoch += ev->kind == DAPS_EV_NAS_TRANSFER;
    if (ev->channel == DAPS_CH_DL_DCCH)
        ue->heard_pci = ev->logged_cell.pci;
}

static void follow(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool asks = daps_ue_asks_for_held(ue, ev);

    if (!asks)
        daps_ue_let_go(ue);
    watch_clock(ue, ev);
    count_directions(ue, ev);
    daps_ue_watch_cells(ue, ev);
    daps_ue_decide_setup(ue, ev);
    if (!daps_ue_setup_is_unasked(ue, ev))
        daps_ue_watch_others(ue, ev);
    daps_ue_drop_request(ue, ev);
    if (ue->left_nr && ev->kind == DAPS_EV_RECONFIGURATION && ev->sync) {
        /* Back from another RAT: its security context, not the one we left with (TS 33.501 8.4). */
        daps_ue_lose_track(ue, ev, DAPS_GAP_OTHER_RAT,
                           ue->dropped_request ? DAPS_NOT_JUDGED_COMMAND_LOST : DAPS_NOT_JUDGED_COUNT);
        ue->left_nr = false;
    }
    if (daps_ue_is_elsewhere(ue, ev))
        daps_ue_lose_track(ue, ev, DAPS_GAP_ELSEWHERE, DAPS_NOT_JUDGED_COMMAND_LOST);
    daps_ue_miss_security_answer(ue, ev);
    settle_by_traffic(ue, ev);
    daps_ue_watch_cells(ue, ev); /* what it settled may be the handover that the log's cells have not followed */
    note_uplink(ue, ev);
    dispatch(ue, ev);
    if (ev->kind == DAPS_EV_SETUP)
        ue->left_nr = false; /* what a request before it means rests on it */
    if (asks)
        daps_ue_let_go(ue);
    if (is_dcch(ev) && ue->state == DAPS_UE_CONNECTED && !ue->early.pending)
        daps_ue_learn_cell(ue, ev);
    if (ev->channel == DAPS_CH_DL_DCCH && !ev->from_pdcp)
        ue->heard_pci = ev->logged_cell.pci;
    daps_ue_watch_cells_after(ue, ev);
}

void daps_ue_event(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->channel == DAPS_CH_BCCH_BCH || ev->channel == DAPS_CH_BCCH_DL_SCH || ev->channel == DAPS_CH_PCCH)
        return;
    ue->seen.pdus |= ev->from_pdcp; /* not ue->pdcp: whoever judges events has none */
    if (!ev->from_pdcp && !ue->seen.log && is_dcch(ev) && ev->kind != DAPS_EV_SOURCE_IN_USE) {
        ue->seen.log = true;
        daps_ue_believe(ue, 0);
    }
    if (is_ignored(ue, ev))
        return;
    if (DAPS_SHORT_WAY(says_nothing(ev) && is_settled(ue))) {
        follow_silent(ue, ev);
        return;
    }
    follow(ue, ev);
    daps_ue_watch_keys(ue, ev);
    if (ue->pdcp != NULL)
        daps_pdcp_event(ue->pdcp, ev);
}

/* Answers without their commands, or commands of which nobody can say what became of them. */
static void judge_directions(struct daps_ue *ue)
{
    const bool ul_below = ue->seen.uplink;

    if ((ue->dl_dcch == 0 && ue->answers > 0) || (ue->ul_dcch == 0 && !ul_below && ue->after_command > 0))
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_ONE_DIRECTION, ue->first_dcch_frame);
}

void daps_ue_finish(struct daps_ue *ue)
{
    struct daps_moment closing = {.kind = DAPS_MOMENT_CAPTURE_ENDED};

    if (ue->pdcp != NULL)
        daps_pdcp_close(ue->pdcp);
    daps_ue_let_go(ue);
    if (ue->setup.held != 0)
        daps_ue_gap(ue, ue->setup.held, DAPS_GAP_ANOTHER_UE);
    daps_ue_request_at_end(ue);
    daps_ue_watch_cells_end(ue);
    judge_directions(ue);
    daps_ue_keys_end(ue);
    if (ue->unexplained_failure != 0)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ue->unexplained_failure);
    if (ue->segments[0].n > 0) /* the end of a downlink message, perhaps a command */
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_SEGMENTS_LOST, ue->segments[0].first_frame);
    if (ue->open != NULL && ue->open->by_node && ue->open->outcome == DAPS_OUTCOME_UNKNOWN)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ue->open->frame);
    if (ue->open != NULL)
        daps_attempt_close(ue, ue->open->outcome == DAPS_OUTCOME_COMPLETED);
    daps_attempt_confirm(ue);
    closing.closing.in_force = ue->active.chain.key;
    closing.closing.doubt = ue->active.doubt;
    closing.closing.leaves = ue->left_nr;
    closing.closing.candidates = ue->candidates;
    closing.closing.n_candidates = ue->n_candidates;
    closing.closing.gaps = ue->gaps;
    closing.closing.gap_frame = ue->gap_frame;
    closing.closing.gap = ue->gap;
    daps_ue_tell(ue, &closing);
    daps_ue_tell_nulls(ue);
    daps_ue_tell_unfits(ue, true);
    daps_attempts_forget(ue, DAPS_FORGET_ALL);
    daps_ue_tell_bearers(ue, true);
    daps_ue_tell_collisions(ue, true);
}
