/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts whose key cannot come again: told to the rules, and dropped. */
#include "daps/bound.h"
#include "ue/ue.h"

/* Could a key from that parent be derived once more from where the UE stands now? */
static bool is_at_hand(const struct daps_ue *ue, const struct daps_term *parent)
{
    if (parent == NULL)
        return false;
    if (parent == ue->active.chain.key)
        return true;
    switch (parent->kind) {
    case DAPS_TERM_NH:
        /* NH numbers only go up; the one of the active key gives way to that key itself. */
        return parent->parent == ue->active.chain.root && parent->n > ue->active.chain.n;
    case DAPS_TERM_STEP:
        return parent->parent == ue->active.chain.key;
    case DAPS_TERM_ROOT:
        return parent == ue->new_key_set.root && ue->new_key_set.nas_epoch == ue->nas_epoch;
    default:
        return false;
    }
}

/* Or from the key of a target, once that is made again: a handover that failed had given out an sk-Counter under it. */
static bool can_recur(const struct daps_ue *ue, const struct daps_term *parent)
{
    return is_at_hand(ue, parent) ||
           (parent != NULL && parent->kind == DAPS_TERM_STAR && is_at_hand(ue, parent->parent));
}

static void keep_context(const struct daps_context *context)
{
    daps_term_keep(context->chain.key);
    daps_term_keep(context->chain.root);
}

static void sweep_terms(struct daps_ue *ue)
{
    keep_context(&ue->active);
    daps_term_keep(ue->new_key_set.root);
    if (ue->pdcp != NULL)
        daps_pdcp_keep_terms(ue->pdcp); /* a context ends with the event, behind this */
    daps_term_sweep(ue->pool, daps_kept_holds, ue);
}

static void tell_leaving(struct daps_ue *ue, const GPtrArray *leaving)
{
    struct daps_moment moment = {.kind = DAPS_MOMENT_ATTEMPTS_LEAVE,
                                 .attempts = (struct daps_attempt *const *)leaving->pdata,
                                 .n_attempts = leaving->len};

    if (ue->seen.collisions != NULL) {
        moment.leave.collisions = (struct daps_collision *)(void *)ue->seen.collisions->data;
        moment.leave.n_collisions = ue->seen.collisions->len;
    }
    daps_ue_tell(ue, &moment);
}

#define MOST_UNDECIDED DAPS_BOUND(64, 3)

static bool may_be_answered(const struct daps_ue *ue)
{
    bool behind = false;

    for (unsigned i = 0; i < G_N_ELEMENTS(ue->transactions); i++)
        behind |= ue->transactions[i].behind != 0;
    return behind;
}

/*
 * Does a key rest on cells of the log of which it is not known yet whether they follow the UE, or an execution on what
 * a reconfiguration is answered with? Then all wait for that.
 */
static bool are_undecided(const struct daps_ue *ue, enum daps_forget what)
{
    const struct daps_attempt *attempt;

    if (what == DAPS_FORGET_ALL || ue->n_kept >= MOST_UNDECIDED)
        return false;
    if (what == DAPS_FORGET_PAST && may_be_answered(ue))
        return true;
    if (ue->cells != DAPS_CELLS_UNKNOWN)
        return false;
    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
        if (attempt->taint != 0)
            return true;
    }
    return false;
}

static int by_age(gconstpointer a, gconstpointer b)
{
    const struct daps_attempt *x = *(struct daps_attempt *const *)a, *y = *(struct daps_attempt *const *)b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* Those that leave, oldest first. */
static GPtrArray *leaving_now(struct daps_ue *ue, enum daps_forget what)
{
    GPtrArray *leaving = daps_kept_leaving(ue);
    struct daps_attempt *attempt;

    if (what == DAPS_FORGET_PAST) {
        daps_kept_each_parent(ue, can_recur, leaving);
    } else {
        for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
            if (what == DAPS_FORGET_ALL || attempt != ue->open)
                g_ptr_array_add(leaving, attempt);
        }
    }
    if (leaving->len > 1)
        g_ptr_array_sort(leaving, by_age);
    if (what == DAPS_FORGET_OLDEST)
        leaving->len /= 2; /* the others stay, and are not freed */
    return leaving;
}

static void retain(struct daps_ue *ue, const GPtrArray *leaving)
{
    for (guint i = 0; i < leaving->len; i++)
        daps_pdcp_let_go(ue->pdcp, ((const struct daps_attempt *)g_ptr_array_index(leaving, i))->key);
    daps_pdcp_retain(ue->pdcp);
}

/* It rests on a reconfiguration getting a Complete of its own, and that has not come. */
static bool is_undecided_execution(const struct daps_ue *ue, const struct daps_attempt *attempt)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(ue->transactions); i++) {
        if (ue->transactions[i].behind == attempt->number)
            return true;
    }
    return false;
}

void daps_ue_forget_keys(struct daps_ue *ue)
{
    if (ue->is_copy)
        return;
    daps_ue_seen_keep_terms(ue); /* what is seen of them is told by whoever ends the connection */
    if (ue->pdcp != NULL)
        daps_pdcp_retain(ue->pdcp);
    sweep_terms(ue);
}

/* Reports and drops attempts whose key cannot come again, so that memory does not grow with the log. */
void daps_attempts_forget(struct daps_ue *ue, enum daps_forget what)
{
    GPtrArray *leaving;

    if (ue->n_kept == 0 && what == DAPS_FORGET_CONNECTION)
        daps_ue_forget_keys(ue);
    if (ue->n_kept == 0 || are_undecided(ue, what))
        return;
    leaving = leaving_now(ue, what);
    for (guint i = 0; i < leaving->len; i++) {
        struct daps_attempt *attempt = g_ptr_array_index(leaving, i);
        if (is_undecided_execution(ue, attempt))
            daps_attempt_doubt(ue, attempt);
        if (attempt->by_transaction && ue->gaps > 0) {
            attempt->rests_frame = ue->gap_frame;
            attempt->rests = ue->gap;
        }
        if (ue->cells == DAPS_CELLS_UNKNOWN)
            attempt->unproven = attempt->taint;
        if (ue->cells != DAPS_CELLS_DO_NOT_FOLLOW)
            attempt->taint = 0;
        daps_kept_steal(ue, attempt);
    }
    daps_kept_close_up(ue, false);
    if (leaving->len > 0) {
        tell_leaving(ue, leaving);
        daps_ue_tell_unnamed(ue, leaving);
        daps_ue_tell_unfits(ue, false);
        daps_ue_tell_bearers(ue, false);
        daps_ue_tell_collisions(ue, false);
        if (ue->pdcp != NULL)
            retain(ue, leaving);
        if (!ue->is_copy)
            sweep_terms(ue);
    }
    daps_kept_left(ue);
}
