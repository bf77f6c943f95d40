/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS keys known by value (LEAF lines of the key log): where a context's KgNB is not at hand, but the keys below it are,
 * its signalling can be read all the same. Which set of them is a context's a MAC-I tells.
 */
#include <string.h>

#include "bytes/digest.h"
#include "daps/bound.h"
#include "daps/kdf.h"
#include "pdcp/inside.h"

#define MOST_SETS     DAPS_BOUND(256, 2)  /* of one UE that are tried */
#define MOST_SEARCHES DAPS_BOUND(1024, 8) /* PDUs of one UE that are tried in vain */

struct search {
    struct daps_pdcp *pdcp;
    const struct daps_pdu *pdu;
    uint32_t sn;
    struct pdcp_context *candidate;
    struct pdcp_placed placed;
    unsigned tried;
};

/* One set under one pair of algorithms. */
static bool fits(struct search *s, int nea, int nia, const struct daps_keylog_leaves *leaves)
{
    struct pdcp_context *candidate = s->candidate;

    if (nea > 0 && !leaves->has[DAPS_LEAF_RRC_ENC])
        return false;
    candidate->nea = nea;
    candidate->nia = nia;
    candidate->by_value = true;
    memcpy(candidate->keys[PDCP_RRC_ENC], leaves->keys[DAPS_LEAF_RRC_ENC], sizeof candidate->keys[PDCP_RRC_ENC]);
    memcpy(candidate->keys[PDCP_RRC_INT], leaves->keys[DAPS_LEAF_RRC_INT], sizeof candidate->keys[PDCP_RRC_INT]);
    s->tried++;
    return pdcp_is_supported(s->pdcp, candidate) && pdcp_try_context(s->pdcp, candidate, s->pdu, s->sn, &s->placed);
}

/* A set under the algorithms of the context, or under all where they are not known. */
static bool fits_any(struct search *s, int nea, int nia, const struct daps_keylog_leaves *leaves)
{
    if (!leaves->has[DAPS_LEAF_RRC_INT])
        return false;
    if (nia >= 0)
        return nia > 0 && fits(s, nea, nia, leaves);
    for (nia = 1; nia <= 3; nia++) {
        for (nea = 0; nea <= 3; nea++) {
            if (fits(s, nea, nia, leaves) && s->placed.how.ciphered)
                return true;
        }
    }
    return false;
}

/* A set among many must explain a second PDU. */
static bool is_confirmed(struct search *s, unsigned set)
{
    const uint64_t digest = daps_digest(s->pdu->octets, s->pdu->length);
    const bool agrees = s->pdcp->leaf_proposal.digest != 0 && s->pdcp->leaf_proposal.digest != digest &&
                        s->pdcp->leaf_proposal.set == set;

    s->pdcp->leaf_proposal.digest = digest;
    s->pdcp->leaf_proposal.set = set;
    return s->tried <= PDCP_FEW || agrees;
}

static bool find_set(struct search *s, int nea, int nia)
{
    const struct daps_keylog *keylog = s->pdcp->host.options->keylog;
    struct daps_keylog_leaves leaves;
    bool found = false;

    for (unsigned i = 0; !found && i < MOST_SETS && daps_keylog_leaves(keylog, s->pdcp->ue.name, i, &leaves); i++)
        found = fits_any(s, nea, nia, &leaves) && is_confirmed(s, i);
    daps_wipe(&leaves, sizeof leaves);
    s->pdcp->leaf_searches += !found;
    return found;
}

static bool may_search(const struct daps_pdcp *pdcp)
{
    return pdcp->host.options->keylog != NULL && pdcp->leaf_searches < MOST_SEARCHES;
}

static void adopt(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct pdcp_context *candidate)
{
    context->nea = candidate->nea;
    context->nia = candidate->nia;
    context->by_value = true;
    context->algorithms_unsure |= pdcp->unread_dl; /* it may have begun another context, with others */
    memcpy(context->keys, candidate->keys, sizeof context->keys);
    pdcp_keys_changed(pdcp);
}

bool pdcp_try_leaves(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                     struct pdcp_placed *placed)
{
    struct pdcp_context candidate = *context;
    struct search s = {.pdcp = pdcp, .pdu = pdu, .sn = sn, .candidate = &candidate};
    bool found = false;

    if (may_search(pdcp) && !context->term->has_value && !context->by_value && context->nia >= 0)
        found = find_set(&s, context->nea, context->nia);
    if (found) {
        adopt(pdcp, context, &candidate);
        *placed = (struct pdcp_placed){context, s.placed.how};
    }
    daps_wipe(candidate.keys, sizeof candidate.keys);
    return found;
}

/* Equal AS keys under equal algorithms are those of one KgNB (TS 33.501 A.8). */
static bool has_equal_keys(const struct pdcp_context *a, const struct pdcp_context *b)
{
    return a->nia > 0 && a->nia == b->nia && a->nea == b->nea &&
           memcmp(a->keys[PDCP_RRC_INT], b->keys[PDCP_RRC_INT], sizeof a->keys[PDCP_RRC_INT]) == 0 &&
           (a->nea == 0 || memcmp(a->keys[PDCP_RRC_ENC], b->keys[PDCP_RRC_ENC], sizeof a->keys[PDCP_RRC_ENC]) == 0);
}

/* May b's cell, of which an input was not named, be that of a? */
static bool could_be(const struct daps_term *a, const struct daps_term *b)
{
    return a != b && a->kind == DAPS_TERM_STAR && b->kind == DAPS_TERM_STAR && a->parent == b->parent &&
           a->fc == b->fc && a->pci >= 0 && a->arfcn >= 0 && (b->pci < -1 || b->arfcn < -1) &&
           (b->pci == a->pci || b->pci < -1) && (b->arfcn == a->arfcn || b->arfcn < -1);
}

/* The cell of unnamed is that of named: told, and followed by whoever holds the key. */
static void tell_cell(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_context *named,
                      const struct pdcp_context *unnamed)
{
    const struct daps_term *term = named->term;
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_KEY_FITS);
    ev.key = (struct daps_key_evidence){.context = unnamed->serial,
                                        .pci = term->pci,
                                        .arfcn = term->arfcn,
                                        .point_a = term->point_a,
                                        .carrier = term->carrier,
                                        .frequency = (uint8_t)term->dialect.frequency,
                                        .two_octets = term->dialect.two_octets};
    pdcp_tell(pdcp, pdu, &ev);
}

void pdcp_join_by_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_context *context)
{
    for (unsigned i = pdcp->n_past + pdcp->n_contexts; i-- > 0;) {
        const struct pdcp_context *other = i < pdcp->n_past ? &pdcp->past[i] : &pdcp->contexts[i - pdcp->n_past];
        if (other == context || (!context->by_value && !other->by_value) || (!other->by_value && !other->keys_valid) ||
            !has_equal_keys(context, other))
            continue;
        if (could_be(context->term, other->term))
            tell_cell(pdcp, pdu, context, other);
        else if (could_be(other->term, context->term))
            tell_cell(pdcp, pdu, other, context);
        else
            continue;
        return;
    }
}

/* What came before a context began shows nothing of its keys: it was sent in an earlier one. */
static bool may_show(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return !pdcp_is_later(context->begun_ns, pdu->time_ns, 0);
}

bool pdcp_place_by_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn, struct pdcp_placed *placed)
{
    for (unsigned i = pdcp->n_contexts; i-- > 0;) {
        if (may_show(&pdcp->contexts[i], pdu) && pdcp_try_leaves(pdcp, &pdcp->contexts[i], pdu, sn, placed))
            return true;
    }
    return false;
}

void pdcp_find_first_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    struct daps_term term = {.kind = DAPS_TERM_ROOT};
    struct pdcp_context *context = pdcp_context_of(pdcp, ue->active.serial);
    struct pdcp_context candidate = {.ul_active = true, .dl_active = true};
    struct search s = {.pdcp = pdcp, .pdu = pdu, .sn = sn, .candidate = &candidate};

    if (!may_search(pdcp) || (context != NULL && (context->nia >= 0 || context->term->has_value)))
        return;
    if (context != NULL)
        candidate = *context;
    candidate.term = &term;
    if (find_set(&s, -1, -1)) { /* the root stays unknown */
        pdcp_tell_root(pdcp, pdu,
                       &(struct daps_root_evidence){
                           .in_force = true, .ciphering = (int8_t)candidate.nea, .integrity = (int8_t)candidate.nia});
        pdcp_sync(pdcp);
        context = pdcp_context_of(pdcp, ue->active.serial);
        if (context != NULL)
            adopt(pdcp, context, &candidate);
    }
    daps_wipe(candidate.keys, sizeof candidate.keys);
}
