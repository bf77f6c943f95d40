/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the standard, an implementation or the capture leaves open about a key, decided by a MAC-I:
 *
 *     the cell     of a re-establishment or resume, which no message names: one of the cells of this capture
 *     ARFCN        of the SSB (TS 33.501 A.11); some took that of Point A or of the carrier's centre
 *     its length   three octets (A.11); some write two where they suffice
 *     NCC          compared with that of the active key (TS 33.501 6.9.2.3.4) or with the stored one
 * (TS 38.331 5.3.5.7)
 */
#include <string.h>

#include "daps/kdf.h"
#include "pdcp/pdcp.h"
#include "rules/rules.h"
#include "ue/ue.h"

struct choice {
    const struct daps_term *parent;
    uint32_t n;
    enum daps_derivation derivation;
    struct daps_cell cell;
    struct pdcp_departure departure;
};

void pdcp_learn_cell(struct daps_pdcp *pdcp, const struct daps_cell *cell)
{
    if (cell->pci < 0 || cell->ssb_arfcn < 0)
        return;
    for (unsigned i = 0; i < pdcp->n_cells; i++) {
        if (pdcp->cells[i].pci == cell->pci && pdcp->cells[i].ssb_arfcn == cell->ssb_arfcn)
            return;
    }
    if (pdcp->n_cells < G_N_ELEMENTS(pdcp->cells))
        pdcp->cells[pdcp->n_cells++] = *cell;
}

/* The newest attempt whose target this period is. */
static struct daps_attempt *attempt_of(const struct daps_ue *ue, uint32_t serial)
{
    for (guint i = ue->attempts->len; i-- > 0;) {
        struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->target.serial == serial && attempt->parent != NULL && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt;
    }
    return NULL;
}

/* Does this choice explain the PDU? Then its leaf keys are in candidate. */
static bool fits(struct daps_pdcp *pdcp, struct pdcp_period *candidate, const struct choice *choice,
                 const struct daps_pdcp_pdu *pdu, const struct pdcp_attempted *how, struct daps_term *term)
{
    candidate->keys_valid = false;
    candidate->term = term;
    term->has_value =
        choice->parent->has_value &&
        daps_kdf_kgnb_star_octets(choice->parent->value, (uint16_t)choice->cell.pci, (uint32_t)choice->cell.ssb_arfcn,
                                  choice->departure.two_octets ? 2 : 3, term->value);
    return term->has_value && pdcp_keys(pdcp, candidate) && pdcp_verify(pdcp, candidate, pdu, how);
}

static void adopt_in(struct daps_context *context, uint32_t serial, const struct choice *choice,
                     const struct daps_term *key)
{
    if (context->serial != serial)
        return;
    context->pci = choice->cell.pci;
    context->arfcn = choice->cell.ssb_arfcn;
    context->chain.key = key;
    context->chain.n = choice->n;
}

/* From here on the key is what the network showed it to be. */
static void adopt(struct daps_pdcp *pdcp, struct pdcp_period *period, struct daps_attempt *attempt,
                  const struct choice *choice, const uint8_t value[static 32])
{
    struct daps_ue *ue = pdcp->ue;
    const struct daps_term *key = daps_term_star(ue->pool, choice->parent, choice->cell.pci, choice->cell.ssb_arfcn);

    daps_term_set_value(key, value);
    attempt->parent = choice->parent;
    attempt->key = key;
    attempt->derivation = choice->derivation;
    adopt_in(&ue->active, period->serial, choice, key);
    for (guint i = 0; i < ue->attempts->len; i++) {
        struct daps_attempt *other = g_ptr_array_index(ue->attempts, i);
        adopt_in(&other->source, period->serial, choice, key);
        adopt_in(&other->target, period->serial, choice, key);
    }
    period->term = key;
    period->keys_valid = false;
    if (choice->departure.point_a || choice->departure.carrier || choice->departure.two_octets ||
        choice->departure.stored_ncc || choice->departure.active_ncc)
        daps_rule_departure(ue, attempt, &choice->departure);
    pdcp->habit = choice->departure;
}

/* Every combination for one parent; true once one fits. */
static bool try_cells(struct daps_pdcp *pdcp, struct pdcp_period *period, struct daps_attempt *attempt,
                      struct choice choice, const struct daps_pdcp_pdu *pdu, const struct pdcp_attempted *how)
{
    const bool cell_known = attempt->target.pci >= 0 && attempt->target.arfcn >= 0;
    struct pdcp_period candidate = *period;
    struct daps_term term = *attempt->key;
    bool found = false;

    for (unsigned i = 0; !found && i < (cell_known ? 1 : pdcp->n_cells); i++) {
        const struct daps_cell cell =
            cell_known ? (struct daps_cell){attempt->target.pci, attempt->target.arfcn} : pdcp->cells[i];
        if (attempt->target.pci >= 0 && attempt->target.pci != cell.pci)
            continue;
        if (attempt->target.arfcn >= 0 && attempt->target.arfcn != cell.ssb_arfcn)
            continue;
        for (unsigned variant = 0; !found && variant < 6; variant++) {
            choice.departure.point_a = variant % 3 == 1;
            choice.departure.carrier = variant % 3 == 2;
            choice.departure.two_octets = variant >= 3;
            choice.cell = cell;
            if (choice.departure.point_a)
                choice.cell.ssb_arfcn = attempt->point_a;
            else if (choice.departure.carrier)
                choice.cell.ssb_arfcn = attempt->carrier;
            if (choice.cell.ssb_arfcn < 0)
                continue;
            if (choice.departure.two_octets && choice.cell.ssb_arfcn > 0xFFFF)
                continue;
            found = fits(pdcp, &candidate, &choice, pdu, how, &term);
        }
    }
    if (found)
        adopt(pdcp, period, attempt, &choice, term.value);
    daps_wipe(&candidate.keys, sizeof candidate.keys);
    daps_wipe(&term, sizeof term);
    return found && pdcp_keys(pdcp, period) && pdcp_verify(pdcp, period, pdu, how);
}

bool pdcp_choose(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu,
                 const struct pdcp_attempted *how)
{
    struct daps_ue *ue = pdcp->ue;
    struct daps_attempt *attempt = attempt_of(ue, period->serial);
    struct choice choice = {0};
    const bool by_stored = daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED;
    struct daps_chain other;
    struct daps_chain_step step;

    if (attempt == NULL || period->nea < 0 || period->nia < 1)
        return false; /* with NIA0 nothing is decided */
    choice.parent = attempt->parent;
    choice.n = attempt->target.chain.n;
    choice.derivation = attempt->derivation;
    if (try_cells(pdcp, period, attempt, choice, pdu, how))
        return true;
    if (!ue->stored_n_valid || attempt->key_set_change || attempt->ncc < 0 || !attempt->source.chain.n_known)
        return false;
    other = attempt->source.chain;
    if (!by_stored)
        other.n = ue->stored_n;
    step = daps_chain_step(ue->pool, &other, (uint8_t)attempt->ncc);
    if (step.parent == attempt->parent)
        return false;
    choice.parent = step.parent;
    choice.n = step.n;
    choice.derivation = step.derivation;
    choice.departure.stored_ncc = !by_stored;
    choice.departure.active_ncc = by_stored;
    return try_cells(pdcp, period, attempt, choice, pdu, how);
}

const struct daps_event *pdcp_executed(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn)
{
    struct daps_ue *ue = pdcp->ue;
    /* After a failed first candidate the UE is on its source key again and takes the next (TS 38.331 5.3.7.3). */
    const struct daps_context *source = ue->open != NULL && (ue->open->outcome == DAPS_OUTCOME_COMPLETED ||
                                                             ue->open->procedure != DAPS_PROC_CONDITIONAL_HANDOVER)
                                            ? &ue->open->target
                                            : &ue->active;
    const struct pdcp_period *active = pdcp_period_of(pdcp, source->serial);
    const struct pdcp_attempted how = {.count = sn, .ciphered = true};

    if (pdu->downlink || active == NULL || source->chain.key == NULL)
        return NULL;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        const struct daps_event *ev = &ue->candidates[i];
        const int32_t pci = ev->target.pci >= 0 ? ev->target.pci : source->pci,
                      arfcn = ev->target.ssb_arfcn >= 0 ? ev->target.ssb_arfcn : source->arfcn;
        struct pdcp_period candidate = *active;
        bool fits;
        if (!ev->key_update || ev->ncc < 0 || ev->key_set_change)
            continue;
        candidate.term =
            daps_term_star(ue->pool, daps_chain_step(ue->pool, &source->chain, (uint8_t)ev->ncc).parent, pci, arfcn);
        candidate.nea = ev->ciphering >= 0 ? ev->ciphering : source->ciphering;
        candidate.nia = ev->integrity >= 0 ? ev->integrity : source->integrity;
        candidate.keys_valid = false;
        fits = candidate.nia > 0 && pdcp_keys(pdcp, &candidate) && pdcp_verify(pdcp, &candidate, pdu, &how);
        daps_wipe(&candidate.keys, sizeof candidate.keys);
        if (fits)
            return ev;
    }
    return NULL;
}

/*
 * UEs of a capture are numbered as they come, which need not be how the key log numbers them. The root that is the UE's
 * by name comes first; then all others.
 */
void daps_pdcp_find_root(struct daps_pdcp *pdcp, const struct pdcp_reading *reading, const struct daps_event *smc)
{
    struct daps_ue *ue = pdcp->ue;
    const struct daps_keylog *keylog = daps_engine_keylog(ue->engine);
    const struct pdcp_attempted how = {.count = reading->count};
    struct pdcp_period candidate = {.nea = smc->ciphering, .nia = smc->integrity};
    struct daps_term term = {.kind = DAPS_TERM_ROOT, .has_value = true};
    struct daps_keylog_root root = {0};
    bool fits = false;

    if (keylog == NULL || smc->integrity < 1 || !daps_ciphers_supported(pdcp->ciphers, (unsigned)smc->integrity))
        return;
    candidate.term = &term;
    g_strlcpy(ue->root.ue, ue->name, sizeof ue->root.ue);
    ue->root.ordinal = ue->roots;
    for (unsigned index = 0; !fits; index++) {
        const bool given =
            index == 0 ? daps_keylog_root(keylog, ue->name, ue->rat, ue->roots, &root)
                       : daps_keylog_any_root(keylog, ue->rat, index - 1, ue->root.ue, &ue->root.ordinal, &root);
        if (!given && index > 0)
            break;
        memcpy(term.value, root.key, sizeof term.value);
        candidate.keys_valid = false;
        fits = given && pdcp_keys(pdcp, &candidate) && pdcp_verify(pdcp, &candidate, reading->pdu, &how);
    }
    ue->root.found = fits;
    daps_wipe(&root, sizeof root);
    daps_wipe(&term, sizeof term);
    daps_wipe(&candidate.keys, sizeof candidate.keys);
}
