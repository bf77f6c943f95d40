/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What node interfaces say of this UE (daps/evidence.h, TS 36.300 10.1.2.1). They show what goes from eNB to eNB;
 * handovers within one, and re-establishments, they do not show. So a key that was carried is what its value says, and
 * where it does not come from the key that was followed, that key has been changed out of sight.
 */
#include "ue/ue.h"

#define WHOLE_KEY 255 /* in the place of an algorithm: the digest is that of KeNB* itself */

/* The attempt that was prepared is over, and the source stays what it was. */
static void give_up(struct daps_ue *ue, uint64_t frame, enum daps_outcome outcome)
{
    if (ue->open == NULL)
        return;
    daps_attempt_settle(ue, outcome, frame);
    daps_attempt_close(ue, false);
}

/* TS 33.401 7.2.8.1: KeNB, with NCC 0. */
static void secured(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_event command;

    if (ue->active.chain.key != NULL || ue->open != NULL)
        daps_ue_end_connection(ue, ev);
    daps_event_clear(&command, DAPS_EV_SECURITY_MODE_COMMAND);
    command.rat = ev->rat;
    command.frame = ev->frame;
    command.time_ns = ev->time_ns;
    daps_ue_secure(ue, &command);
}

static void rekeyed(struct daps_ue *ue, const struct daps_event *ev)
{
    give_up(ue, ev->frame, DAPS_OUTCOME_CANCELLED);
    daps_attempt_confirm(ue);
    daps_ue_rekey(ue, ev);
}

static bool differ(int32_t known, int32_t said)
{
    return known >= 0 && said >= 0 && known != said;
}

static void learn(struct daps_ue *ue, int32_t *known, int32_t said)
{
    if (said < 0 || *known >= 0)
        return;
    daps_ue_resolve(ue, *known, said);
    *known = said;
}

/*
 * The source names the cell that the UE is in, and its C-RNTI there. Either is another only behind a handover or a
 * re-establishment, which has changed the key as well (TS 36.331 5.3.1.2).
 */
static void prepares(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_node_cell *source = &ev->node.source;
    struct daps_context *active = &ue->active;

    give_up(ue, ev->frame, DAPS_OUTCOME_CANCELLED);
    if (active->chain.key != NULL && (differ(active->pci, source->pci) || differ(active->arfcn, source->arfcn) ||
                                      differ(active->c_rnti, source->c_rnti)))
        daps_ue_lose_track(ue, ev, DAPS_GAP_CELL_LEFT, DAPS_NOT_JUDGED_COMMAND_LOST);
    learn(ue, &active->pci, source->pci);
    learn(ue, &active->arfcn, source->arfcn);
    active->c_rnti = source->c_rnti >= 0 ? source->c_rnti : active->c_rnti;
    ue->node.awaits = true;
}

/* Its key does not come from the one that was followed: it comes from one that nobody knows. */
static void detach(struct daps_ue *ue, struct daps_attempt *attempt, uint64_t frame)
{
    struct daps_chain *chain = &attempt->target.chain;

    daps_ue_gap(ue, frame, DAPS_GAP_NODE_KEY);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, frame);
    daps_kept_out(ue, attempt);
    chain->root = daps_term_root(ue->pool);
    chain->n_known = false;
    chain->ahead = 0;
    attempt->parent = chain->root;
    attempt->derivation = DAPS_DERIVATION_UNKNOWN;
    chain->key = daps_term_star(ue->pool, chain->root, attempt->target.pci, attempt->target.arfcn);
    attempt->key = chain->key;
    daps_kept_in(ue, attempt);
    daps_deliver_derivation(ue, attempt);
}

/* Equal values for keys that were not known to be one. Those of one derivation are judged when they leave. */
static void look_for_equal(struct daps_ue *ue, const struct daps_attempt *attempt)
{
    const uint64_t digest = attempt->leaf.srb;
    struct daps_carried *mine = &ue->node.keys[ue->node.n++ % DAPS_CARRIED];

    for (unsigned i = 0; i < MIN(ue->node.n - 1, DAPS_CARRIED); i++) {
        const struct daps_carried *other = &ue->node.keys[i];
        const struct daps_attempt *earlier;
        guint at = ue->attempts->len;
        if (other == mine || other->digest != digest)
            continue;
        while ((earlier = daps_attempts_back(daps_kept_all(ue), &at)) != NULL && earlier->number > other->attempt)
            ;
        if (earlier != NULL && earlier->number != other->attempt)
            earlier = NULL;
        if (earlier != NULL && earlier->key == attempt->key)
            continue;
        daps_ue_tell(
            ue, &(struct daps_moment){.kind = DAPS_MOMENT_KEY_AGAIN,
                                      .again = {.earlier = {earlier, other->attempt, other->frame, other->procedure},
                                                .later = {attempt, attempt->number, attempt->frame, attempt->procedure},
                                                .algorithm = -1,
                                                .carried = true}});
    }
    *mine = (struct daps_carried){digest, attempt->frame, attempt->number, attempt->procedure};
}

static void key(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_node_evidence *node = &ev->node;
    struct daps_attempt *attempt = ue->open;

    ue->node.awaits = false;
    if (attempt == NULL || attempt->frame != ev->frame) { /* what was carried is no command to another cell of LTE */
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_NODE_INTERFACE, ev->frame);
        return;
    }
    attempt->by_node = true;
    attempt->key_frame = node->key_frame;
    attempt->key_fits = node->checked && node->fits;
    if (node->digest != 0) {
        attempt->has_leaf = true;
        attempt->leaf = (struct daps_seen_evidence){.srb = node->digest, .srb_algorithm = WHOLE_KEY};
    } else if (attempt->parent != NULL) {
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_CELL_UNKNOWN, attempt->frame);
    }
    if (node->checked && !node->fits)
        detach(ue, attempt, ev->frame);
    if (attempt->has_leaf)
        look_for_equal(ue, attempt);
}

static void sent(struct daps_ue *ue, const struct daps_event *ev)
{
    (void)ev;
    if (ue->open != NULL && ue->open->by_node)
        ue->open->handed_over = true;
}

static void reached(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *open = ue->open;

    if (open == NULL || !open->by_node) {
        daps_ue_lose_track(ue, ev, DAPS_GAP_NODE_KEY, DAPS_NOT_JUDGED_COMMAND_LOST);
        return;
    }
    open->proven = true;
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    daps_attempt_close(ue, true);
    daps_attempt_confirm(ue);
}

void daps_ue_node(struct daps_ue *ue, const struct daps_event *ev)
{
    switch ((enum daps_node_says)ev->node.says) {
    case DAPS_NODE_SECURED:
        secured(ue, ev);
        break;
    case DAPS_NODE_REKEYED:
        rekeyed(ue, ev);
        break;
    case DAPS_NODE_PREPARES:
        prepares(ue, ev);
        break;
    case DAPS_NODE_KEY:
        key(ue, ev);
        break;
    case DAPS_NODE_SENT:
        sent(ue, ev);
        break;
    case DAPS_NODE_REACHED:
        reached(ue, ev);
        break;
    case DAPS_NODE_CANCELLED:
        give_up(ue, ev->frame, DAPS_OUTCOME_CANCELLED);
        break;
    case DAPS_NODE_REFUSED:
        ue->node.awaits = false;
        break;
    case DAPS_NODE_LOST:
        daps_ue_lose_track(ue, ev, DAPS_GAP_NODE_KEY, DAPS_NOT_JUDGED_COUNT); /* which has been counted */
        break;
    case DAPS_NODE_RELEASED:
        daps_ue_end_connection(ue, ev);
        break;
    case DAPS_NODE_SAYS:
        break;
    }
}
