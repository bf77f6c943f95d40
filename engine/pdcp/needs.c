/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why signalling cannot be read, and what would open it. */
#include <string.h>

#include "pdcp/inside.h"

static const char *const names[DAPS_NEEDS_COUNT] = {"root", "nh", "cell", "fitting-root", "algorithm", "nothing"};

const char *daps_needs_name(enum daps_needs needs)
{
    return needs < DAPS_NEEDS_COUNT ? names[needs] : "unknown";
}

enum daps_needs daps_needs_by_name(const char *name)
{
    unsigned needs = 0;

    while (needs < DAPS_NEEDS_COUNT && strcmp(names[needs], name) != 0)
        needs++;
    return (enum daps_needs)needs;
}

/* The newest context whose key is not at hand: signalling is most likely its. */
static const struct pdcp_context *unkeyed(const struct daps_pdcp *pdcp)
{
    for (unsigned i = pdcp->n_contexts; i-- > 0;) {
        if (!pdcp_is_keyed(pdcp, &pdcp->contexts[i]))
            return &pdcp->contexts[i];
    }
    return NULL;
}

static uint64_t frame_of(const struct daps_ue_view *ue, const struct daps_term *key)
{
    const struct daps_attempt *attempt;

    for (guint i = ue->attempts->len; (attempt = daps_view_back(ue, &i)) != NULL;) {
        if (attempt->key == key)
            return attempt->frame;
    }
    return 0;
}

/* The first thing that is missing on the way from the root to that key. */
static void missing_for(const struct daps_pdcp *pdcp, const struct daps_term *key, struct pdcp_need *need)
{
    const struct daps_term *above = key->parent;

    while (above != NULL && !above->has_value && above->kind == DAPS_TERM_STAR) {
        key = above;
        above = key->parent;
    }
    if (key->kind == DAPS_TERM_STAR && (above != NULL ? above->has_value : key->has_parent_value)) {
        need->what = DAPS_NEEDS_CELL;
        need->frame = frame_of(&pdcp->ue, key);
    } else if (above != NULL && above->kind == DAPS_TERM_NH && above->parent != NULL && above->parent->has_value) {
        need->what = DAPS_NEEDS_NH;
        need->number = (int)(above->n & 7U);
    }
}

struct pdcp_need pdcp_need_now(const struct daps_pdcp *pdcp)
{
    const struct pdcp_context *context;
    struct pdcp_need need = {.what = DAPS_NEEDS_ROOT, .number = -1};
    const struct daps_event *candidate;
    struct daps_term key;

    if (pdcp->unreadable > 0)
        return need; /* that of the first one is told */
    context = unkeyed(pdcp);
    if (context != NULL && context->term->has_value && !pdcp_is_supported(pdcp, context) && context->nea >= 0) {
        const bool nea = !daps_ciphers_supported(pdcp->ciphers, (unsigned)context->nea);
        need.what = DAPS_NEEDS_ALGORITHM;
        need.number = nea ? context->nea : context->nia;
    } else if (context != NULL && !context->term->has_value) {
        missing_for(pdcp, context->term, &need);
    } else if (context == NULL && (candidate = pdcp_unseen_candidate(pdcp, &key)) != NULL) {
        missing_for(pdcp, &key, &need);
        if (need.what == DAPS_NEEDS_CELL)
            need.frame = candidate->frame;
    }
    if (need.what == DAPS_NEEDS_ROOT && pdcp->unfit_frame != 0) {
        need.what = DAPS_NEEDS_FITTING;
        need.frame = pdcp->unfit_frame;
    }
    return need;
}

void pdcp_note_unreadable(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_need *need)
{
    if (pdcp->unreadable++ == 0) {
        pdcp->first_unreadable_frame = pdu->frame;
        pdcp->needs.needs = need->what;
        pdcp->needs.number = need->number;
        pdcp->needs.needs_frame = need->frame;
    }
    pdcp_note_not_judged(pdcp, pdu, false);
}

/* The air's copy of what a log beside it showed last before the connection ended: nothing hides in it. */
static bool is_behind_release(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    const struct daps_ue_view *ue = &pdcp->ue;

    return pdcp->n_contexts == 0 && ue->state == DAPS_UE_IDLE && ue->serials > 0 && pdu->time_ns != INT64_MIN &&
           ue->last_time_ns != INT64_MIN && !pdcp_is_later(pdu->time_ns, ue->last_time_ns, PDCP_DISORDER_NS);
}

void pdcp_note_unplaced(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    if (pdcp->host.options->keylog != NULL && pdcp->n_contexts == 0 && !is_behind_release(pdcp, pdu))
        pdcp->host.not_judged(pdcp->host.user, DAPS_NOT_JUDGED_COUNT_OPEN, pdu->frame);
}

void pdcp_note_not_judged(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool unverified)
{
    if (pdcp->host.options->keylog == NULL || is_behind_release(pdcp, pdu))
        return;
    pdcp->host.not_judged(pdcp->host.user,
                          unverified || pdcp->needs.needs == DAPS_NEEDS_FITTING ? DAPS_NOT_JUDGED_KEY_UNFIT
                                                                                : DAPS_NOT_JUDGED_NO_KEY,
                          pdu->frame);
}
