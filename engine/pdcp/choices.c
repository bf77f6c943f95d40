/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the standard, an implementation or the capture leaves open about a key, decided by a MAC-I:
 *
 *     the cell     of a re-establishment or resume, which no message names: one of the cells of this capture
 *     the dialect  frequency and its length (keys/dialect.h)
 *     NCC          compared with that of the active key (TS 33.501 6.9.2.3.4) or with the stored one
 *                  (TS 38.331 5.3.5.7)
 *     the parent   an NH one or two steps off, the active key in place of an NH, the key of a failed attempt
 *
 * A MAC-I has 32 bits. Where more than PDCP_FEW candidates were tried, and for every parent that no reading of the
 * standard gives, a second PDU must agree before anything is adopted.
 *
 * The cell and the reading of the NCC are inputs, so they settle which key it is. Dialect and parent are about its
 * value: the key stays what was commanded, unless another value has been shown for it before.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes/digest.h"
#include "daps/kdf.h"
#include "pdcp/inside.h"

#define NH_STEPS    2 /* tried on either side */
#define MOST_FAILED 4 /* failed attempts whose keys are tried as parents, the newest */

/* After a failed first candidate the UE is on its source key again and takes the next (TS 38.331 5.3.7.3). */
static const struct daps_context *source_of_candidates(const struct daps_ue_view *ue)
{
    const struct daps_attempt *open = ue->open;

    return open != NULL &&
                   (open->outcome == DAPS_OUTCOME_COMPLETED || open->procedure != DAPS_PROC_CONDITIONAL_HANDOVER)
               ? &open->target
               : &ue->active;
}

/* The key it leads to from there; false if no NCC or another key set keeps it from being known. The caller wipes key.
 */
static bool key_of_candidate(const struct daps_ue_view *ue, const struct daps_context *source,
                             const struct daps_event *ev, struct daps_term *key)
{
    const int32_t pci = ev->target.pci >= 0 ? ev->target.pci : source->pci,
                  arfcn = ev->target.ssb_arfcn >= 0 ? ev->target.ssb_arfcn : source->arfcn;

    if (!ev->key_update || ev->ncc < 0 || ev->key_set_change)
        return false;
    daps_term_star_trial(ue->pool, daps_chain_step(ue->pool, &source->chain, (uint8_t)ev->ncc).parent, pci, arfcn, key);
    return true;
}

/* ---- trying ---- */

struct search {
    struct daps_pdcp *pdcp;
    struct pdcp_context *context;
    struct daps_attempt *attempt;
    const struct daps_pdu *pdu;
    const struct pdcp_attempted *how;
    struct pdcp_context candidate; /* the context with another key */
    struct daps_term term;
    unsigned tried;
    struct pdcp_choice choice; /* at hand; once found, the one that fits */
};

/* Does the value of the choice at hand explain the PDU? */
static bool explains(struct search *s)
{
    memcpy(s->term.value, s->choice.value, sizeof s->term.value);
    s->term.has_value = true;
    s->candidate.term = &s->term;
    s->candidate.keys_valid = false;
    return pdcp_keys(s->pdcp, &s->candidate) && pdcp_verify(s->pdcp, &s->candidate, s->pdu, s->how);
}

/* One cell and one parent in one dialect, or in none but that parent's own as well. */
static bool try_dialect(struct search *s, struct daps_dialect dialect)
{
    const struct daps_star_inputs inputs = {s->attempt->key->fc, s->choice.parent, s->choice.cell.pci,
                                            &s->choice.frequencies};

    s->choice.dialect = dialect;
    for (unsigned deep = 0; deep < 2; deep++) {
        s->choice.deep = deep == 1;
        if (!daps_term_star_value(&inputs, &dialect, deep == 1, s->choice.value))
            continue;
        s->tried++;
        if (explains(s))
            return true;
    }
    return false;
}

/* The cell as commanded. */
static bool set_commanded_cell(struct search *s)
{
    const struct daps_context *target = &s->attempt->target;

    s->choice.cell = (struct daps_cell){target->pci, target->arfcn};
    s->choice.frequencies = (struct daps_frequencies){target->arfcn, s->attempt->point_a, s->attempt->carrier};
    return target->pci >= 0 && target->arfcn >= 0;
}

/* SN 0, and what was deciphered last is a Complete. */
static bool is_first_complete(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    struct daps_pdu plain = *pdu;

    plain.octets = pdcp->open;
    return pdcp_sn(pdu) == 0 && pdcp_kind_if_clear(pdcp, &plain) == DAPS_EV_RECONFIGURATION_COMPLETE;
}

/*
 * Is it the Complete of the very command, in time for its T304, and the first message under its key? What comes later,
 * or is no Complete, may be of a re-establishment or command that the capture lacks.
 */
static bool answers_command(const struct search *s)
{
    const struct daps_attempt *attempt = s->attempt;
    struct daps_pdu plain = *s->pdu;

    plain.octets = s->pdcp->open;
    if (plain.downlink || attempt->procedure == DAPS_PROC_REESTABLISHMENT || attempt->procedure == DAPS_PROC_RESUME ||
        !is_first_complete(s->pdcp, s->pdu))
        return false;
    return s->pdcp->host.trial->events[0].transaction == attempt->transaction &&
           (attempt->t304_ms < 0 ||
            !pdcp_is_later(plain.time_ns, s->context->begun_ns, (int64_t)attempt->t304_ms * INT64_C(1000000)));
}

/* One that the capture names, unless what is known of the target says otherwise. */
static bool set_named_cell(struct search *s, const struct pdcp_cell *cell)
{
    const struct daps_context *target = &s->attempt->target;

    s->choice.cell = cell->cell;
    s->choice.frequencies = (struct daps_frequencies){cell->cell.ssb_arfcn, cell->point_a, cell->carrier};
    return (target->pci < 0 || target->pci == cell->cell.pci) &&
           (target->arfcn < 0 || target->arfcn == cell->cell.ssb_arfcn);
}

/*
 * An armed candidate of the same source leads to that very key, and its cell is no guess: it was executed, after the
 * command failed (TS 38.331 5.3.7.3), unless this is the Complete of the command.
 */
static bool is_a_candidates(const struct search *s)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    bool same = false;

    for (unsigned i = 0; !same && i < ue->n_candidates; i++) {
        struct daps_term key = {0};
        same = key_of_candidate(ue, &s->attempt->source, &ue->candidates[i], &key) && key.has_value &&
               memcmp(key.value, s->choice.value, sizeof key.value) == 0;
        daps_wipe(&key, sizeof key);
    }
    return same && !answers_command(s);
}

static bool try_named_cells(struct search *s, struct daps_dialect dialect)
{
    struct pdcp_cell cell;

    for (unsigned i = 0; pdcp_cell_at(&s->pdcp->cells, i, &cell); i++) {
        if (set_named_cell(s, &cell) && try_dialect(s, dialect))
            return !is_a_candidates(s);
    }
    for (unsigned i = 0; pdcp_cell_elsewhere(s->pdcp, i, &cell); i++) {
        if (set_named_cell(s, &cell) && try_dialect(s, dialect))
            return !is_a_candidates(s);
    }
    return false;
}

/* Every cell in question with one parent, the standard's dialect first. */
static bool try_parent(struct search *s)
{
    const bool commanded = set_commanded_cell(s);

    for (unsigned d = 0; d < DAPS_DIALECTS; d++) {
        if (commanded ? try_dialect(s, daps_dialect(d)) : try_named_cells(s, daps_dialect(d)))
            return true;
    }
    return false;
}

/* The other reading of the NCC, where the two lead to different parents. */
static bool set_other_reading(struct search *s)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    const struct daps_attempt *attempt = s->attempt;
    const bool by_stored = s->pdcp->host.options->ncc_reading == DAPS_NCC_STORED;
    struct daps_chain other = attempt->source.chain;
    struct daps_chain_step step;

    if (!ue->stored_n_valid || attempt->key_set_change || attempt->ncc < 0 || !other.n_known)
        return false;
    if (!by_stored)
        other.n = ue->stored_n;
    step = daps_chain_step(ue->pool, &other, (uint8_t)attempt->ncc);
    if (step.parent == attempt->parent)
        return false;
    s->choice = (struct pdcp_choice){.parent = step.parent, .other_reading = true};
    return true;
}

/* A parent that no reading gives: only as a value, and only with the cell as commanded. */
static bool try_nearby(struct search *s, const struct daps_term *parent, struct pdcp_choice choice)
{
    s->choice = choice;
    s->choice.twice = true;
    if (!parent->has_value || parent == s->attempt->parent || !set_commanded_cell(s))
        return false;
    s->choice.parent = parent;
    return try_dialect(s, s->attempt->key->dialect);
}

static bool try_nh(struct search *s, int steps)
{
    const struct daps_chain *source = &s->attempt->source.chain;
    struct daps_term nh = {.kind = DAPS_TERM_NH};
    const int64_t n = (int64_t)s->attempt->target.chain.n + steps;
    bool fits = false;

    nh.has_value =
        n > 0 && n <= UINT32_MAX && daps_term_nh_value(s->pdcp->ue.pool, source->root, (uint32_t)n, nh.value);
    fits = try_nearby(s, &nh, (struct pdcp_choice){.nh_ahead = steps});
    s->choice.parent = s->attempt->parent; /* nh does not live on */
    daps_wipe(&nh, sizeof nh);
    return fits;
}

/* Parents one step off, as implementations take them. */
static bool try_nearby_parents(struct search *s)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    const struct daps_attempt *attempt = s->attempt, *other;
    unsigned failed = 0;

    if (attempt->key_set_change || attempt->target.pci < 0 || attempt->target.arfcn < 0)
        return false;
    for (int step = 1; attempt->source.chain.n_known && step <= NH_STEPS; step++) {
        if (try_nh(s, step) || try_nh(s, -step))
            return true;
    }
    if (try_nearby(s, attempt->source.chain.key, (struct pdcp_choice){.horizontal = true}))
        return true;
    for (guint i = ue->attempts->len; failed < MOST_FAILED && (other = daps_view_back(ue, &i)) != NULL;) {
        if (other == attempt || other->key == NULL || other->procedure == DAPS_PROC_SK_COUNTER ||
            other->outcome == DAPS_OUTCOME_COMPLETED || other->frame >= attempt->frame)
            continue;
        failed++;
        if (try_nearby(s, other->key, (struct pdcp_choice){.failed_frame = other->frame}))
            return true;
    }
    return false;
}

/* ---- adopting ---- */

/* Has another value been shown for the same inputs? Then this is another key, whatever was commanded. */
static uint32_t other_key(const struct search *s)
{
    struct daps_term_pool *pool = s->pdcp->ue.pool;
    const struct pdcp_choice *choice = &s->choice;
    const struct daps_term *parent = choice->twice ? s->attempt->parent : choice->parent;
    struct daps_term key; /* made only where the evidence is followed: it may be one that is there, with a symbol */
    uint32_t number = 0;

    daps_term_star_trial(pool, parent, choice->cell.pci, choice->cell.ssb_arfcn, &key);
    if (key.verified && memcmp(key.value, choice->value, sizeof key.value) != 0)
        number = daps_term_other_number(pool, &key, choice->value);
    daps_wipe(&key, sizeof key);
    return number;
}

/* From here on the key is what the network showed it to be: told, and followed by whoever holds it. */
static void adopt(struct search *s)
{
    const struct pdcp_choice *choice = &s->choice;
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_KEY_FITS);
    ev.key = (struct daps_key_evidence){.context = s->context->serial,
                                        .pci = choice->cell.pci,
                                        .arfcn = choice->cell.ssb_arfcn,
                                        .point_a = choice->frequencies.point_a,
                                        .carrier = choice->frequencies.carrier,
                                        .frequency = (uint8_t)choice->dialect.frequency,
                                        .two_octets = choice->dialect.two_octets,
                                        .deep = choice->deep,
                                        .other_reading = choice->other_reading,
                                        .nh_ahead = (int8_t)choice->nh_ahead,
                                        .horizontal = choice->horizontal,
                                        .failed_frame = choice->failed_frame,
                                        .other = other_key(s)};
    pdcp_tell(s->pdcp, s->pdu, &ev);
    s->context->term = s->attempt->key;
    pdcp_keys_changed(s->pdcp);
}

/*
 * What first goes up under the key of a re-establishment or resume is its own Complete (TS 38.331 5.3.7.5, 5.3.13.4):
 * this one answers the handover that led to the same key and failed, and is late.
 */
static bool is_of_handover(const struct search *s)
{
    const enum daps_procedure procedure = s->attempt->procedure;

    return (procedure == DAPS_PROC_REESTABLISHMENT || procedure == DAPS_PROC_RESUME) && !s->pdu->downlink &&
           is_first_complete(s->pdcp, s->pdu);
}

/* One MAC-I among few candidates is enough; among many a second PDU must agree. */
static bool is_confirmed(struct search *s)
{
    struct daps_pdcp *pdcp = s->pdcp;
    const uint64_t digest = daps_digest(s->pdu->octets, s->pdu->length);
    const bool by_command =
                   s->attempt->procedure != DAPS_PROC_REESTABLISHMENT && s->attempt->procedure != DAPS_PROC_RESUME,
               odd = s->choice.twice || (s->choice.other_reading && by_command);

    if (s->tried <= PDCP_FEW && !s->choice.twice && (!odd || answers_command(s)))
        return true;
    if (odd) {
        s->context->contested |= pdcp_room_contests(pdcp->room, s->context->begun_ns, s->pdu);
        if (s->context->contested)
            return false; /* of two keys since the command, which is the one it brought? */
    }
    if (pdcp->proposal.serial == s->context->serial && pdcp->proposal.digest != digest &&
        memcmp(pdcp->proposal.choice.value, s->choice.value, sizeof s->choice.value) == 0)
        return true;
    if (odd && !answers_command(s))
        return false;
    pdcp->proposal.serial = s->context->serial;
    pdcp->proposal.digest = digest;
    pdcp->proposal.choice = s->choice;
    return false;
}

/* What fitted a PDU before is tried first. */
static bool try_proposal(struct search *s)
{
    if (s->pdcp->proposal.serial != s->context->serial)
        return false;
    s->choice = s->pdcp->proposal.choice;
    return explains(s);
}

bool pdcp_choose(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                 const struct pdcp_attempted *how)
{
    struct search s = {.pdcp = pdcp, .context = context, .pdu = pdu, .how = how};
    bool found;

    s.attempt = daps_view_attempt_to(&pdcp->ue, context->serial);
    if (s.attempt == NULL || context->nea < 0 || context->nia < 1)
        return false; /* with NIA0 nothing is decided */
    if (pdcp_is_later(context->begun_ns, pdu->time_ns, PDCP_DISORDER_NS))
        return false;       /* sent before its command: an earlier attempt's, whose key is not known yet */
    s.candidate = *context; /* keys and all: from here on wiped at the end */
    s.candidate.by_value = false;
    found = try_proposal(&s);
    if (!found) {
        s.choice = (struct pdcp_choice){.parent = s.attempt->parent};
        found = try_parent(&s) || (set_other_reading(&s) && try_parent(&s)) || try_nearby_parents(&s);
    }
    found = found && !is_of_handover(&s) && is_confirmed(&s);
    if (found)
        adopt(&s);
    daps_wipe(&s, sizeof s);
    return found && pdcp_keys(pdcp, context) && pdcp_verify(pdcp, context, pdu, how);
}

/* ---- armed candidates ---- */

const struct daps_event *pdcp_unseen_candidate(const struct daps_pdcp *pdcp, struct daps_term *key)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_context *source = source_of_candidates(ue);

    for (unsigned i = 0; source->chain.key != NULL && !pdcp->log_beside && i < ue->n_candidates; i++) {
        const struct daps_event *ev = &ue->candidates[i];
        *key = (struct daps_term){.kind = DAPS_TERM_ROOT};
        if (ev->key_update && (!key_of_candidate(ue, source, ev, key) || !key->has_value))
            return ev;
        daps_wipe(key, sizeof *key);
    }
    return NULL;
}

bool pdcp_may_be_executed_unseen(const struct daps_pdcp *pdcp)
{
    struct daps_term key;

    return pdcp_unseen_candidate(pdcp, &key) != NULL;
}

/* AS keys that are known by value for that very key, in an earlier context. */
static bool keys_by_value(const struct daps_pdcp *pdcp, const struct daps_term *key, struct pdcp_context *candidate)
{
    for (unsigned i = pdcp->n_past; i-- > 0;) {
        const struct pdcp_context *past = &pdcp->past[i];
        if (past->by_value && past->nea == candidate->nea && past->nia == candidate->nia &&
            past->term->parent == key->parent && past->term->pci == key->pci && past->term->arfcn == key->arfcn) {
            memcpy(candidate->keys, past->keys, sizeof candidate->keys);
            return candidate->by_value = true;
        }
    }
    return false;
}

/* The candidate whose key, derived from there, the PDU is under. */
static const struct daps_event *executed_from(struct daps_pdcp *pdcp, const struct daps_pdu *pdu,
                                              const struct daps_context *source)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct pdcp_context *active = pdcp_context_of(pdcp, source->serial);
    const struct pdcp_attempted how = {.count = pdcp_sn(pdu), .ciphered = true};
    bool fits = false;

    if (active == NULL || source->chain.key == NULL)
        return NULL;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *ev = &ue->candidates[i];
        struct pdcp_context candidate = *active;
        struct daps_term key;
        if (!key_of_candidate(ue, source, ev, &key))
            continue;
        candidate.term = &key;
        candidate.nea = ev->ciphering >= 0 ? ev->ciphering : source->ciphering;
        candidate.nia = ev->integrity >= 0 ? ev->integrity : source->integrity;
        candidate.keys_valid = candidate.by_value = false;
        fits = candidate.nia > 0 && (pdcp_keys(pdcp, &candidate) || keys_by_value(pdcp, &key, &candidate)) &&
               pdcp_verify(pdcp, &candidate, pdu, &how);
        daps_wipe(&candidate.keys, sizeof candidate.keys);
        daps_wipe(&key, sizeof key);
        if (fits)
            return ev;
    }
    return NULL;
}

const struct daps_event *pdcp_executed(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    const struct daps_context *source = source_of_candidates(&pdcp->ue);
    const struct daps_event *ev = pdu->downlink ? NULL : executed_from(pdcp, pdu, source);

    /* Or the handover before it has failed, as nothing but this shows (5.3.7.3). */
    if (ev == NULL && !pdu->downlink && source != &pdcp->ue.active)
        ev = executed_from(pdcp, pdu, &pdcp->ue.active);
    if (ev != NULL && pdcp->ue.n_candidates > PDCP_FEW / 2 && !is_first_complete(pdcp, pdu))
        return NULL; /* one MAC-I among so many */
    return ev;
}
