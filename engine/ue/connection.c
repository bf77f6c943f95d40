/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secured connections: where a key hierarchy starts, restarts, is lost from sight and ends. */
#include <string.h>

#include "daps/kdf.h"
#include "ue/recovery.h"

#define NS_PER_MS INT64_C(1000000)
#define SETUP_NS  (2000 * NS_PER_MS) /* T300 at most: an answer to RRCSetup takes no longer */

static bool is_within(const struct daps_ue *ue, int64_t then_ns, int64_t now_ns, int64_t limit_ns)
{
    const int64_t elapsed = daps_ue_elapsed(ue, then_ns, now_ns);

    return elapsed >= 0 && elapsed <= limit_ns;
}

void daps_ue_setup_request(struct daps_ue *ue, const struct daps_event *ev)
{
    (void)ev;
    ue->setup.asked = true;
}

static void begin_connection(struct daps_ue *ue, const struct daps_event *ev)
{
    daps_ue_request_applies(ue); /* RRCSetup may answer a re-establishment request (TS 38.331 5.3.7.8) */
    (void)daps_ue_suspend_is_lost(ue);
    daps_ue_end_connection(ue, ev);
    ue->state = DAPS_UE_CONNECTED;
    ue->left_nr = false;
    ue->setup_seen = true;
    ue->secondary_drbs = 0;
    ue->setup.begun = true;
    ue->setup.asked = false;
    ue->left_nr = false; /* not before the request it may answer, which may be about that */
}

static void take_setup(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool late =
        (!ue->seen.pdus || ue->secured.from_pdcp) && is_within(ue, ue->setup.missing_ns, ev->time_ns, DAPS_LAG_NS);

    ue->setup.missing_ns = INT64_MIN;
    ue->late |= late;
    if (late)
        return; /* logged behind the first messages, or PDUs, of the connection that it set up */
    begin_connection(ue, ev);
    ue->setup.due_ns = ev->time_ns;
}

bool daps_ue_setup_is_unasked(const struct daps_ue *ue, const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_SETUP && ue->active.chain.key != NULL && ue->state == DAPS_UE_CONNECTED &&
           !ue->setup.asked && !ue->request.pending && !ue->left_nr && ue->setup.missing_ns == INT64_MIN;
}

/*
 * What follows an RRCSetup that nobody asked for: an answer, or security, begins a connection (TS 38.331 5.3.3.4). What
 * goes only under security says that this UE did not take it: anybody can send one, to whom it may concern.
 */
enum shown { SETUP_TAKEN, SETUP_OPEN, SETUP_REFUTED };

static enum shown what_shows(const struct daps_ue *ue, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SETUP_COMPLETE:
    case DAPS_EV_SECURITY_MODE_COMMAND:
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_SECURITY_MODE_FAILURE:
        return SETUP_TAKEN;
    case DAPS_EV_SETUP_REQUEST: /* its own, late */
        return is_within(ue, ue->setup.held_ns, ev->time_ns, DAPS_LAG_NS) ? SETUP_TAKEN : SETUP_REFUTED;
    case DAPS_EV_NAS_TRANSFER: /* may go without security */
    case DAPS_EV_TRAFFIC:
        return is_within(ue, ue->setup.held_ns, ev->time_ns, SETUP_NS) ? SETUP_OPEN : SETUP_REFUTED;
    default:
        return ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH || ev->channel == DAPS_CH_UL_CCCH
                   ? SETUP_REFUTED
                   : SETUP_OPEN;
    }
}

void daps_ue_decide_setup(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum shown shown = ue->setup.held != 0 ? what_shows(ue, ev) : SETUP_OPEN;
    struct daps_event setup;

    if (shown == SETUP_REFUTED) {
        daps_ue_gap(ue, ue->setup.held, DAPS_GAP_ANOTHER_UE);
    } else if (shown == SETUP_TAKEN) {
        daps_event_clear(&setup, DAPS_EV_SETUP);
        setup.channel = DAPS_CH_DL_CCCH;
        setup.rat = ue->rat;
        setup.frame = ue->setup.held;
        setup.time_ns = ue->setup.held_ns;
        begin_connection(ue, &setup);
        ue->setup.due_ns = setup.time_ns;
    }
    if (shown != SETUP_OPEN)
        ue->setup.held = 0;
}

void daps_ue_setup(struct daps_ue *ue, const struct daps_event *ev)
{
    if (daps_ue_setup_is_unasked(ue, ev)) {
        ue->setup.held = ev->frame;
        ue->setup.held_ns = ev->time_ns;
        return;
    }
    take_setup(ue, ev);
}

/* Where its RRCSetup is late or lost, it shows by itself that a connection has begun (TS 38.331 5.3.3.4). */
void daps_ue_setup_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool due = ue->setup.due_ns != INT64_MIN && (daps_ue_elapsed(ue, ue->setup.due_ns, ev->time_ns) < 0 ||
                                                       is_within(ue, ue->setup.due_ns, ev->time_ns, SETUP_NS));

    ue->setup.due_ns = INT64_MIN;
    if (due || (ue->seen.pdus && (ue->seen.log || ue->active.chain.key == NULL)) ||
        is_within(ue, ue->secured.time_ns, ev->time_ns, DAPS_LAG_NS))
        return;
    begin_connection(ue, ev);
    ue->setup.missing_ns = ev->time_ns;
}

static void unknown_cell(struct daps_ue *ue, struct daps_context *context)
{
    context->pci = daps_term_symbol(ue->pool);
    context->arfcn = daps_term_symbol(ue->pool);
    context->c_rnti = -1;
    context->cell_taint = 0;
}

/* A MAC-I was right only with another UL NAS COUNT than the log gives (TS 33.501 A.9, TS 33.401 A.3). */
static bool correct_count(const struct daps_ue *ue, struct daps_keylog_root *known)
{
    if (!ue->root.near || !known->has_upper)
        return known->has_key;
    known->ul_nas_count = ue->root.ul_nas_count;
    return daps_kdf_root(ue->rat, known->upper, known->ul_nas_count, known->key);
}

/* Gives root what the key log has: the one that a MAC-I fits, nothing if it fits none, else the UE's next by its name.
 */
static bool know_root(struct daps_ue *ue, const struct daps_term *root, bool fresh, struct daps_keylog_root *known)
{
    const struct daps_keylog *keylog = daps_engine_keylog(ue->engine);
    const bool matched = ue->root.match == DAPS_ROOT_FITS;
    const struct daps_root_source source = {.known = known,
                                            .keylog = keylog,
                                            .ue = matched ? ue->root.ue : ue->name,
                                            .ordinal = matched ? ue->root.ordinal : ue->roots};
    bool found;

    if (ue->given != NULL) { /* by a node interface, which is the best to know */
        *known = *ue->given;
        daps_term_root_known(ue->pool, root, &(struct daps_root_source){.known = known, .ue = ue->name});
        return true;
    }
    found = keylog != NULL && ue->root.match != DAPS_ROOT_NONE_FITS &&
            daps_keylog_root(keylog, source.ue, ue->rat, source.ordinal, known) && correct_count(ue, known);

    known->has_ncc &= !fresh;
    if (keylog != NULL && ue->root.match != DAPS_ROOT_NONE_FITS)
        daps_term_root_known(ue->pool, root, &source);
    if (!matched || strcmp(ue->root.ue, ue->name) == 0 || strcmp(ue->root.ue, "*") == 0)
        ue->roots = matched ? ue->root.ordinal + 1 : ue->roots + (ue->root.match == DAPS_ROOT_BY_NAME);
    return found;
}

/* fresh: a security mode command has just begun it, so its NCC is 0 whatever the key log says (TS 33.501 6.9.2.1.1). */
static const struct daps_term *next_root(struct daps_ue *ue, bool fresh, uint32_t *n, bool *n_known)
{
    const struct daps_term *root = daps_term_root(ue->pool);
    struct daps_keylog_root known = {0};

    if (know_root(ue, root, fresh, &known)) {
        *n_known = true;
        *n = known.has_ncc ? (uint32_t)known.ncc : 0;
    }
    ue->root.match = DAPS_ROOT_BY_NAME;
    daps_wipe(&known, sizeof known);
    return root;
}

void daps_ue_root_matched(struct daps_ue *ue)
{
    struct daps_chain *chain = &ue->active.chain;
    struct daps_keylog_root known = {0};

    if (chain->root == NULL || chain->root != chain->key || chain->root->verified)
        return;
    daps_term_root_known(ue->pool, chain->root, NULL);
    if (know_root(ue, chain->root, ue->secured.digest != 0, &known))
        chain->n = known.has_ncc ? (uint32_t)known.ncc : 0;
    ue->root.match = DAPS_ROOT_BY_NAME;
    daps_wipe(&known, sizeof known);
}

/* TS 33.501 6.9.2.1.1: a connection starts with KgNB from KAMF and NCC 0. */
void daps_ue_secure(struct daps_ue *ue, const struct daps_event *smc)
{
    struct daps_context *active = &ue->active;
    uint32_t n = 0;
    bool n_known = true;

    if (active->chain.key != NULL) {
        if (!ue->seen.pdus) { /* there is one in a connection (TS 38.331 5.3.4.2): late, or of another one */
            daps_ue_gap(ue, smc->frame, DAPS_GAP_SECOND_SECURITY_COMMAND);
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, smc->frame);
        }
        daps_ue_end_connection(ue, smc);
    }
    if (!ue->setup.begun)
        ue->setup.missing_ns = smc->time_ns;
    ue->setup.begun = true;
    active->chain.root = active->chain.key = next_root(ue, true, &n, &n_known);
    active->chain.n = n;
    active->chain.ahead = 0;
    active->chain.n_known = true;
    active->gaps = ue->gaps;
    active->serial = ++ue->serials;
    active->ciphering = smc->ciphering;
    active->integrity = smc->integrity;
    daps_ue_learn_cell(ue, smc);
    ue->state = DAPS_UE_CONNECTED;
    daps_ue_note_null(ue, smc->frame, smc->ciphering, smc->integrity);
    daps_deliver_root(ue, active, smc, DAPS_DERIVATION_NONE);
}

/*
 * The MME has given the eNB another KeNB, which goes into use by a handover within the cell, with NCC 0: its key is
 * made for the cell that the UE is in.
 */
void daps_ue_rekey(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_chain *chain = &ue->active.chain;
    uint32_t n = 0;
    bool n_known = true;

    chain->root = next_root(ue, true, &n, &n_known);
    chain->key = daps_term_star(ue->pool, chain->root, ue->active.pci, ue->active.arfcn);
    chain->n = 0;
    chain->ahead = 0;
    chain->n_known = true;
    ue->active.gaps = ue->gaps;
    ue->active.serial = ++ue->serials;
    ue->active.c_rnti = -1;
    ue->stored_n_valid = false;
    ue->n_candidates = 0;
    daps_deliver_root(ue, &ue->active, ev, DAPS_DERIVATION_NEW_KEY_SET);
}

/* Keys stay as they are: those derived by now would be others if NCC 0 had been known, and equal the same ones. */
void daps_ue_secured_late(struct daps_ue *ue, const struct daps_event *smc)
{
    struct daps_context *active = &ue->active;

    if (active->ciphering < 0)
        active->ciphering = smc->ciphering;
    if (active->integrity < 0)
        active->integrity = smc->integrity;
    ue->late = true;
    daps_ue_gap(ue, smc->frame, DAPS_GAP_SECURITY_COMMAND_LATE);
    daps_ue_note_null(ue, smc->frame, smc->ciphering, smc->integrity);
}

void daps_ue_miss_security(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!ue->setup.begun || ue->active.chain.key != NULL || ue->seen.pdus)
        return; /* the log began behind it */
    ue->setup.begun = false;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_SECURITY_MODE_COMMAND);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

/*
 * The UE has not been seen to take up the algorithms commanded (TS 38.331 5.3.4.3), and what is missing may have been
 * another connection's beginning. NEA0 stays: under it nothing is claimed.
 */
void daps_ue_miss_security_answer(struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->secured.time_ns, ev->time_ns);

    if (ue->smc_digest == 0 || ue->seen.pdus || elapsed <= DAPS_LAG_NS ||
        (ev->channel != DAPS_CH_UL_DCCH && ev->channel != DAPS_CH_DL_DCCH) ||
        ev->kind == DAPS_EV_SECURITY_MODE_COMMAND || ev->kind == DAPS_EV_SECURITY_MODE_COMPLETE ||
        ev->kind == DAPS_EV_SECURITY_MODE_FAILURE)
        return;
    ue->smc_digest = 0;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_SECURITY_UNANSWERED);
    if (ue->open != NULL || ue->active.ciphering <= 0)
        return;
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
    daps_ue_forget_algorithms(ue, &ue->active);
}

/* The log began after the connection was secured: a key is in force, nobody knows which (unless the key log does). */
void daps_ue_require_key(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_chain *chain = &ue->active.chain;

    if (chain->key != NULL)
        return;
    if (ev->kind != DAPS_EV_KEY_ROOT) /* without security there is no such message (TS 38.331 5.3.1.1) */
        daps_ue_miss_security(ue, ev);
    chain->n = 0;
    chain->n_known = false;
    chain->root = chain->key = next_root(ue, false, &chain->n, &chain->n_known);
    ue->active.gaps = ue->gaps;
    ue->presumed_root_ns = ev->time_ns;
    ue->active.serial = ++ue->serials;
    daps_deliver_root(ue, &ue->active, ev, DAPS_DERIVATION_UNKNOWN);
}

/* The log shows that a key change was missed: go on with an unknown key, which equals nothing before it. */
void daps_ue_lose_track(struct daps_ue *ue, const struct daps_event *ev, enum daps_gap gap,
                        enum daps_not_judged not_judged)
{
    struct daps_context *active = &ue->active;

    daps_ue_gap(ue, ev->frame, gap);
    if (not_judged != DAPS_NOT_JUDGED_COUNT && (active->chain.key != NULL || ue->setup.begun))
        daps_ue_not_judged(ue, not_judged, ev->frame);
    daps_attempt_close(ue, false);
    daps_attempt_confirm(ue);
    daps_attempts_forget(ue, DAPS_FORGET_CONNECTION);
    ue->connection++;
    daps_ue_failure_undoes(ue, ev->time_ns);
    active->chain.root = active->chain.key = daps_term_root(ue->pool);
    active->chain.n_known = false;
    active->chain.ahead = 0;
    active->gaps = ue->gaps;
    active->serial = ++ue->serials;
    unknown_cell(ue, active);
    active->key_taint = 0;
    active->doubt = 0;
    daps_ue_forget_algorithms(ue, active);
    if (ev->kind != DAPS_EV_REESTABLISHMENT && ev->kind != DAPS_EV_REESTABLISHMENT_REQUEST)
        daps_ue_learn_cell(ue, ev);
    ue->stored_n_valid = false;
    ue->n_candidates = 0;
    daps_deliver_root(ue, active, ev, DAPS_DERIVATION_UNKNOWN);
}

/* What was missed may have changed them as well (TS 38.331 5.3.5.6). MAC-Is show themselves what fits. */
void daps_ue_forget_algorithms(struct daps_ue *ue, struct daps_context *context)
{
    if (!ue->seen.pdus)
        context->ciphering = context->integrity = -1;
}

void daps_ue_forget_cell(struct daps_ue *ue)
{
    unknown_cell(ue, ue->open != NULL ? &ue->open->target : &ue->active);
}

void daps_ue_end_connection(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->open != NULL) {
        if (ue->open->outcome == DAPS_OUTCOME_UNKNOWN)
            daps_attempt_settle(ue, DAPS_OUTCOME_RELEASED, ev->frame);
        daps_attempt_close(ue, true);
    }
    daps_attempt_confirm(ue);
    daps_ue_tell_nulls(ue);
    daps_attempts_forget(ue, DAPS_FORGET_CONNECTION);
    ue->connection++;
    ue->active.chain = (struct daps_chain){0};
    ue->active.key_taint = 0;
    ue->active.doubt = 0;
    ue->active.serial = 0;
    daps_ue_tell_unfits(ue, false);
    daps_ue_tell_bearers(ue, false);
    daps_ue_tell_collisions(ue, false);
    if (ue->pdcp != NULL)
        daps_pdcp_retain(ue->pdcp);
    ue->active.ciphering = ue->active.integrity = -1;
    unknown_cell(ue, &ue->active);
    ue->new_key_set.root = NULL;
    ue->stored_n_valid = false;
    ue->n_candidates = 0;
    ue->suspend_ncc = -1;
    ue->suspended_before = false;
    ue->failure_at_start = 0;
    ue->smc_digest = 0;
    ue->secured.digest = 0;
    ue->secured.time_ns = INT64_MIN;
    ue->setup.begun = false;
    ue->presumed_root_ns = INT64_MIN;
    ue->setup.due_ns = ue->setup.missing_ns = INT64_MIN;
    daps_ue_failure_undoes(ue, ev->time_ns);
    ue->request.pending = false;
    ue->state = DAPS_UE_IDLE;
}

/*
 * keySetChangeIndicator: KgNB anew from KAMF and the UL NAS COUNT of the latest NAS Security Mode Complete (TS 33.501
 * 6.9.2.3.4). The same one again unless NAS messages in between may have changed either.
 */
const struct daps_term *daps_ue_new_key_set(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_context shown = ue->active;
    uint32_t n = 0;
    bool n_known = true;

    if (ue->new_key_set.root != NULL && ue->new_key_set.nas_epoch == ue->nas_epoch &&
        ue->new_key_set.nas_digest == ev->nas_digest)
        return ue->new_key_set.root;
    ue->new_key_set.root = next_root(ue, false, &n, &n_known);
    ue->new_key_set.nas_epoch = ue->nas_epoch;
    ue->new_key_set.nas_digest = ev->nas_digest;
    shown.chain.root = ue->new_key_set.root;
    shown.chain.n = n;
    shown.chain.n_known = true;
    daps_deliver_root(ue, &shown, ev, DAPS_DERIVATION_NEW_KEY_SET);
    return ue->new_key_set.root;
}

void daps_ue_note_null(struct daps_ue *ue, uint64_t frame, int ciphering, int integrity)
{
    if (ciphering != 0 && integrity != 0)
        return;
    ue->null_ciphering |= ciphering == 0;
    ue->null_integrity |= integrity == 0;
    if (ue->n_null_frames < DAPS_MAX_NULL_FRAMES)
        ue->null_frames[ue->n_null_frames++] = frame;
}

void daps_ue_tell_nulls(struct daps_ue *ue)
{
    struct daps_moment moment = {.kind = DAPS_MOMENT_CONNECTION_ENDED,
                                 .ended = {.null_ciphering = ue->null_ciphering,
                                           .null_integrity = ue->null_integrity,
                                           .null_frames = ue->null_frames,
                                           .n_null_frames = ue->n_null_frames}};

    daps_ue_tell(ue, &moment);
    ue->n_null_frames = 0;
    ue->null_ciphering = ue->null_integrity = false;
}
