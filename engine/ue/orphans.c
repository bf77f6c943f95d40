/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the log before the command it belongs to: a Complete, a daps-SourceRelease. A tool may be out of step
 * by DAPS_LAG_NS, so the command may still come. Then nobody can say from which key it derives, unless nothing has come
 * between.
 */
#include "ue/ue.h"

static bool is_near(const struct daps_ue *ue, int64_t then_ns, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, then_ns, ev->time_ns);

    return elapsed >= 0 && elapsed <= DAPS_LAG_NS;
}

static void note_orphan(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_context *context = ue->open != NULL ? &ue->open->target : &ue->active;

    if (ev->transaction < 0)
        return;
    ue->orphans[ev->transaction & 3] = (struct daps_orphan){.there = !ev->from_pdcp,
                                                            .frame = ev->frame,
                                                            .digest = ev->digest,
                                                            .time_ns = ev->time_ns,
                                                            .connection = ue->connection,
                                                            .n_attempts = ue->n_attempts,
                                                            .cell = {context->pci, context->arfcn, context->cell_taint},
                                                            .ciphering = context->ciphering,
                                                            .integrity = context->integrity};
}

/* A Complete of that transaction without its reconfiguration, so near that it may be this one's; NULL none. */
static struct daps_orphan *orphan_of(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_orphan *orphan = &ue->orphans[ev->transaction & 3];

    return ev->transaction >= 0 && !ev->from_pdcp && orphan->there && is_near(ue, orphan->time_ns, ev) ? orphan : NULL;
}

bool daps_ue_answers_orphan(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_orphan *orphan = orphan_of(ue, ev);

    return orphan != NULL && !orphan->taken;
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

bool daps_ue_is_out_of_place(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_orphan *orphan = orphan_of(ue, ev);

    if (orphan != NULL && !orphan->taken &&
        (orphan->connection != ue->connection || orphan->n_attempts != ue->n_attempts))
        return true; /* a key may have been derived between */
    if (ev->daps && !ev->from_pdcp && ev->transaction >= 0 && is_near(ue, ue->release_alone_ns, ev) &&
        is_near(ue, ue->transactions[ev->transaction & 3].complete_time_ns, ev))
        return true; /* answered and completed before it: by a command that was not seen, or by this one */
    if (ue->state == DAPS_UE_SUSPENDED && !ev->from_pdcp && !ev->prepared)
        return true; /* nobody commands a UE that is suspended (TS 38.331 5.3.8.3) */
    return is_from_before(ue, ev);
}

/* Which key it derives from nobody can say. It is listed, and compares with nothing. */
void daps_ue_command_too_late(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum daps_gap reason = DAPS_GAP_COMMAND_BEHIND;
    struct daps_place place;

    ue->late = true;
    ue->too_late.digest = ev->digest;
    ue->too_late.time_ns = ev->time_ns;
    daps_ue_lose_track(ue, ev, reason, DAPS_NOT_JUDGED_COMMAND_LOST);
    daps_ue_forget_cell(ue);
    place = daps_ue_command_place(ue, ev);
    daps_attempt_begin(ue, ev, ev->daps ? DAPS_PROC_DAPS_HANDOVER : DAPS_PROC_HANDOVER, &place);
    daps_ue_lose_track(ue, ev, reason, DAPS_NOT_JUDGED_COUNT);
    daps_ue_forget_cell(ue);
    if (ev->transaction >= 0) {
        ue->orphans[ev->transaction & 3].taken = true;
        ue->transactions[ev->transaction & 3].due = true; /* or it is not late, and what answers it still comes */
        ue->transactions[ev->transaction & 3].undone = false;
    }
}

bool daps_ue_has_no_orphan_left(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_orphan *orphan = orphan_of(ue, ev);

    return orphan != NULL && orphan->taken;
}

bool daps_ue_was_too_late(const struct daps_ue *ue, const struct daps_event *ev)
{
    return ev->digest != 0 && ue->too_late.digest == ev->digest && is_near(ue, ue->too_late.time_ns, ev);
}

void daps_ue_restore_cell(struct daps_ue *ue, const struct daps_event *command)
{
    const struct daps_orphan *orphan = &ue->orphans[command->transaction & 3];
    struct daps_context *context = ue->open != NULL ? &ue->open->target : &ue->active;

    context->pci = orphan->cell.pci;
    context->arfcn = orphan->cell.arfcn;
    context->cell_taint = orphan->cell.taint;
    context->ciphering = orphan->ciphering;
    context->integrity = orphan->integrity;
}

void daps_ue_take_orphan(struct daps_ue *ue, const struct daps_event *command)
{
    struct daps_orphan *orphan = &ue->orphans[command->transaction & 3];
    const struct daps_event complete = {
        .frame = orphan->frame, .digest = orphan->digest, .time_ns = orphan->time_ns, .logged_cell = {-1, -1}};

    ue->late = true;
    ue->transactions[command->transaction & 3].due = false;
    orphan->taken = true;
    daps_attempt_complete(ue, ue->open, &complete);
    ue->open->overtaken = ue->open->not_first = true; /* or it is that of an earlier one, late */
}

/* unread: it is there and could not be read, which is counted already. */
void daps_ue_miss_reconfiguration(struct daps_ue *ue, const struct daps_event *complete, bool unread)
{
    if (!ue->reconfiguration_seen && ue->active.chain.key == NULL && !ue->setup.begun)
        return;
    note_orphan(ue, complete);
    ue->seen.doubt_frame = MAX(ue->seen.doubt_frame, complete->frame);
    daps_ue_gap(ue, complete->frame, DAPS_GAP_COMPLETE);
    daps_ue_forget_cell(ue); /* which may have been a handover */
    if (ue->open == NULL)
        daps_ue_forget_algorithms(ue, &ue->active);
    ue->algorithms_missed = ue->open != NULL; /* those of the attempt itself are what its command said */
    if (!unread)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, complete->frame);
}

void daps_ue_hold(struct daps_ue *ue, const struct daps_event *complete, bool may_execute)
{
    if (ue->early.complete == NULL)
        ue->early.complete = g_new(struct daps_event, 1);
    *ue->early.complete = *complete;
    ue->early.pending = true;
    ue->early.may_execute = may_execute;
    ue->early.unread = ue->answered_unread != ue->unread;
    ue->early.cell_before = ue->logged_cell;
    daps_ue_tell_progress(ue, complete->frame); /* if nothing followed, a message would be missing */
}

/* By their times, in which the log's order is not, that reconfiguration came before the Complete held. */
bool daps_ue_asks_for_held(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_event *complete = ue->early.complete;

    return ue->early.pending && ev->kind == DAPS_EV_RECONFIGURATION && ev->transaction == complete->transaction &&
           ue->clock_moves && ev->time_ns < complete->time_ns &&
           daps_ue_elapsed(ue, ev->time_ns, complete->time_ns) <= DAPS_LAG_NS;
}

/* What the cell beside it shows is seen only now that the attempt it belongs to has begun. */
static bool executes_candidate(struct daps_ue *ue, const struct daps_event *complete)
{
    const struct daps_cell now = ue->logged_cell;

    if (!ue->early.may_execute || !daps_ue_execute_candidate(ue, complete))
        return false;
    ue->logged_cell = ue->early.cell_before;
    daps_ue_watch_cells_after(ue, complete);
    ue->logged_cell = now;
    return true;
}

void daps_ue_let_go(struct daps_ue *ue)
{
    struct daps_event complete;

    if (!ue->early.pending)
        return;
    complete = *ue->early.complete;
    ue->early.pending = false;
    if (ue->transactions[complete.transaction & 3].due && complete.transaction >= 0) {
        ue->late = true;
        daps_ue_reconfiguration_complete(ue, &complete);
    } else if (!executes_candidate(ue, &complete))
        daps_ue_miss_reconfiguration(ue, &complete, ue->early.unread);
}
