/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What-if (daps/mitigation.h): what the network would have commanded, or a later standard derived, at the places where
 * keys come about. All else is the ordinary course of events: rules judge what then happens, and know nothing of it.
 */
#include "ue/ue.h"

static enum daps_mitigation supposed(const struct daps_ue *ue)
{
    return daps_engine_options(ue->engine)->mitigation;
}

static void count(struct daps_ue *ue, struct daps_mitigation_cost added)
{
    struct daps_mitigation_cost *cost = daps_engine_mitigation_cost(ue->engine);

    if (ue->is_copy)
        return;
    cost->applied += added.applied;
    cost->messages += added.messages;
    cost->amf_round_trips += added.amf_round_trips;
    cost->unable += added.unable;
}

/* Has an attempt from that parent failed? */
static bool has_failed_from(const struct daps_ue *ue, const struct daps_term *parent)
{
    for (const struct daps_attempt *attempt = daps_kept_derived(ue, parent); attempt != NULL;
         attempt = attempt->alike_older) {
        if (attempt != ue->open && daps_attempt_has_failed(attempt) && !attempt->rejected)
            return true;
    }
    return false;
}

/* The chain that a received NCC is held against (attempt.c). */
static struct daps_chain chain_of(const struct daps_ue *ue)
{
    struct daps_chain from = ue->active.chain;

    if (ue->stored_n_valid && daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED)
        from.n = ue->stored_n;
    return from;
}

/* TS 33.501 6.9.2.3.1: the pair counts as used, so the active key's NCC is sent, and the derivation is horizontal. */
static void consume(struct daps_ue *ue, struct daps_event *ev)
{
    const struct daps_chain from = chain_of(ue);
    const struct daps_chain_step step = daps_chain_step(ue->pool, &from, (uint8_t)ev->ncc);

    if (step.parent == from.key || !has_failed_from(ue, step.parent))
        return;
    count(ue, (struct daps_mitigation_cost){.applied = from.n_known, .unable = !from.n_known});
    if (from.n_known)
        ev->ncc = (int8_t)(from.n & 7U);
}

/* TS 33.501 6.9.2.3.3: a new pair for each HANDOVER REQUIRED. From then on the chain is ahead of the capture's. */
static void take_fresh(struct daps_ue *ue, struct daps_event *ev, const struct daps_place *place)
{
    const struct daps_chain from = chain_of(ue);
    struct daps_chain_step step;
    const struct daps_term *key;
    bool able;

    ev->ncc = (int8_t)(((uint32_t)ev->ncc + from.ahead) & 7U);
    step = daps_chain_step(ue->pool, &from, (uint8_t)ev->ncc);
    key = daps_term_star(ue->pool, step.parent, place->pci, place->arfcn);
    if (!daps_kept_has_key(ue, key) && (step.parent == from.key || !has_failed_from(ue, step.parent)))
        return;
    able = from.n_known && ((step.n + 1 - from.n) & 7U) != 0; /* an NCC of three bits says no more */
    count(ue, (struct daps_mitigation_cost){.applied = able, .amf_round_trips = able, .unable = !able});
    if (!able)
        return;
    ue->active.chain.ahead++;
    ev->ncc = (int8_t)((step.n + 1) & 7U);
}

static void take_contention_free(struct daps_ue *ue, struct daps_event *ev, enum daps_procedure procedure)
{
    const bool handover = procedure == DAPS_PROC_HANDOVER || procedure == DAPS_PROC_DAPS_HANDOVER ||
                          procedure == DAPS_PROC_CONDITIONAL_HANDOVER;

    if (!handover || ev->rach == DAPS_RACH_CFRA)
        return;
    ev->rach = DAPS_RACH_CFRA;
    count(ue, (struct daps_mitigation_cost){.applied = 1});
}

const struct daps_event *daps_ue_suppose(struct daps_ue *ue, const struct daps_event *ev, enum daps_procedure procedure,
                                         const struct daps_place *place, struct daps_event *room)
{
    const enum daps_mitigation mitigation = supposed(ue);
    const bool by_ncc = ev->key_update && !ev->key_set_change && ev->ncc >= 0;

    if (mitigation != DAPS_MITIGATION_CFRA &&
        (!by_ncc || (mitigation != DAPS_MITIGATION_NH_CONSUMED && mitigation != DAPS_MITIGATION_FRESH_NH)))
        return ev;
    *room = *ev;
    if (mitigation == DAPS_MITIGATION_CFRA)
        take_contention_free(ue, room, procedure);
    else if (mitigation == DAPS_MITIGATION_NH_CONSUMED)
        consume(ue, room);
    else
        take_fresh(ue, room, place);
    return room;
}

#define MOST_LOOKED_AT DAPS_BOUND(64, 3)

/* An algorithm that no attempt under that key has had, nor 0; -1 there is none. */
static int other_algorithm(const struct daps_ue *ue, const struct daps_attempt *again, bool ciphering)
{
    static const int choices[] = {2, 1, 3}; /* AES first, as networks have it */
    const struct daps_attempt *attempt = daps_kept_derived(ue, again->parent);
    unsigned used = 0;

    for (unsigned i = 0; attempt != NULL && i < MOST_LOOKED_AT; i++, attempt = attempt->alike_older) {
        const int number = ciphering ? attempt->target.ciphering : attempt->target.integrity;
        if (attempt->key == again->key && number >= 0)
            used |= 1U << number;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(choices); i++) {
        if ((used >> choices[i] & 1U) == 0)
            return choices[i];
    }
    return -1;
}

static void change_algorithms(struct daps_ue *ue, struct daps_attempt *attempt)
{
    struct daps_context *target = &attempt->target;
    const int ciphering = other_algorithm(ue, attempt, true), integrity = other_algorithm(ue, attempt, false);
    const bool able = target->ciphering >= 0 && target->integrity >= 0 && ciphering >= 0 && integrity >= 0;

    count(ue, (struct daps_mitigation_cost){.applied = able, .unable = !able});
    if (!able)
        return;
    if (target->ciphering > 0) /* without a keystream there is none to repeat */
        target->ciphering = ciphering;
    if (target->integrity > 0)
        target->integrity = integrity;
}

static void set_key(struct daps_attempt *attempt, const struct daps_term *key)
{
    attempt->key = attempt->target.chain.key = key;
    attempt->target.supposed = true;
}

void daps_ue_suppose_key(struct daps_ue *ue, struct daps_attempt *attempt)
{
    const enum daps_mitigation mitigation = supposed(ue);
    const bool again = attempt->parent != NULL && daps_kept_has_key(ue, attempt->key);

    if (attempt->parent == NULL)
        return;
    if (mitigation == DAPS_MITIGATION_FRESH_INPUT) {
        count(ue, (struct daps_mitigation_cost){.applied = 1});
        set_key(attempt, daps_term_other(ue->pool, attempt->key, attempt->number));
    } else if (again && mitigation == DAPS_MITIGATION_OTHER_CELL) {
        count(ue, (struct daps_mitigation_cost){.applied = 1});
        set_key(attempt, daps_term_star(ue->pool, attempt->parent, daps_term_symbol(ue->pool), attempt->target.arfcn));
    } else if (again && mitigation == DAPS_MITIGATION_OTHER_ALGORITHMS) {
        change_algorithms(ue, attempt);
    } else if (again && mitigation == DAPS_MITIGATION_COUNT_KEPT) {
        count(ue, (struct daps_mitigation_cost){.applied = 1});
        attempt->first_count = daps_kept_keys(ue, attempt->key);
    }
}

/*
 * TS 33.501 6.9.4.5: an intra-cell handover that changes the key, with the pair of the failed attempt if it had one, as
 * that is unused then. The context keeps its serial, so what PDUs show of it goes on to be about it.
 */
static void refresh(struct daps_ue *ue, const struct daps_attempt *failed)
{
    const struct daps_place place = {ue->active.pci, ue->active.arfcn, ue->active.cell_taint};
    const uint64_t commanded = ue->commanded.digest;
    const int64_t commanded_ns = ue->commanded.time_ns;
    struct daps_attempt *attempt;
    struct daps_event ev;

    if (failed->parent == NULL || failed->key_set_change || failed->ncc < 0)
        return;
    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
    ev.rat = ue->rat;
    ev.frame = failed->settled_frame;
    ev.time_ns = ue->last_time_ns;
    ev.sync = ev.key_update = true;
    ev.ncc = (int8_t)failed->ncc;
    ev.c_rnti = ue->active.c_rnti;
    attempt = daps_attempt_begin(ue, &ev, DAPS_PROC_HANDOVER, &place);
    attempt->target.serial = attempt->source.serial;
    attempt->target.supposed = true;
    ue->serials--;
    attempt->outcome = DAPS_OUTCOME_COMPLETED;
    attempt->settled_frame = ev.frame;
    attempt->proven = true;
    daps_attempt_close(ue, true);
    ue->commanded.digest = commanded;
    ue->commanded.time_ns = commanded_ns;
    count(ue, (struct daps_mitigation_cost){.applied = 1, .messages = 2});
}

void daps_ue_suppose_failed(struct daps_ue *ue, struct daps_attempt *attempt)
{
    switch (supposed(ue)) {
    case DAPS_MITIGATION_REFRESH:
        if (attempt->outcome == DAPS_OUTCOME_DAPS_FALLBACK)
            refresh(ue, attempt);
        break;
    case DAPS_MITIGATION_CFRA: /* the random access that failed would have come before the first message */
        attempt->unsent = attempt->rach == DAPS_RACH_CFRA;
        attempt->target_used &= !attempt->unsent;
        break;
    case DAPS_MITIGATION_OTHER_CELL:
    case DAPS_MITIGATION_FRESH_INPUT:
    case DAPS_MITIGATION_FRESH_NH:
        attempt->spent = true;
        break;
    case DAPS_MITIGATION_NH_CONSUMED:
        attempt->spent = attempt->derivation == DAPS_DERIVATION_VERTICAL;
        break;
    default:
        break;
    }
}

/* What PDUs of a stay are sent under; false: it is not in sight. */
struct stay {
    const struct daps_term *key;
    int ciphering, integrity;
    bool unsent;
};

static bool stay_of(const struct daps_ue *ue, uint32_t serial, struct stay *stay)
{
    const struct daps_context *of = ue->active.serial == serial ? &ue->active : NULL;
    bool began = false; /* the stay, and how is known */

    *stay = (struct stay){0};
    for (guint i = daps_attempts_since(daps_kept_all(ue), ue->attempts->len, serial); !began && i < ue->attempts->len;
         i++) {
        const struct daps_attempt *attempt = ue->attempts->pdata[i];
        if (attempt == NULL || attempt->procedure == DAPS_PROC_SK_COUNTER)
            continue;
        began = attempt->target.serial == serial || attempt->source.serial == serial;
        if (began && attempt->source.serial != serial)
            stay->unsent = attempt->unsent;
        if (began && of == NULL)
            of = attempt->target.serial == serial ? &attempt->target : &attempt->source;
    }
    if (of == NULL)
        return false;
    stay->key = of->chain.key;
    stay->ciphering = of->ciphering;
    stay->integrity = of->integrity;
    return true;
}

bool daps_ue_suppose_collides(const struct daps_ue *ue, const struct daps_collision_evidence *seen)
{
    const enum daps_mitigation mitigation = supposed(ue);
    struct stay a, b;

    if (mitigation == DAPS_MITIGATION_NONE || seen->stays[0] == seen->stays[1])
        return true;
    if (mitigation == DAPS_MITIGATION_COUNT_KEPT)
        return false;
    if (((seen->stays[0] | seen->stays[1]) & DAPS_STAY_UNSEEN) != 0)
        return true; /* of that one the capture shows no more than this */
    if (!stay_of(ue, seen->stays[0], &a) || !stay_of(ue, seen->stays[1], &b))
        return false; /* it has left, for its key could not come again */
    if (a.unsent || b.unsent || a.key != b.key)
        return false;
    return seen->mac ? a.integrity == b.integrity : a.ciphering == b.ciphering;
}
