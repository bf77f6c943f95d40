/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's own keys as the sink gets to see them. */
#include <glib.h>
#include <string.h>

#include "moment/moment.h"

static enum daps_key_kind key_kind(const struct daps_term *term)
{
    switch (term->kind) {
    case DAPS_TERM_STAR:
        return DAPS_KEY_KGNB_STAR;
    case DAPS_TERM_KSN:
        return DAPS_KEY_KSN;
    case DAPS_TERM_NH:
        return DAPS_KEY_NH;
    default:
        return DAPS_KEY_ROOT;
    }
}

void daps_view_term(struct daps_key_view *view, const struct daps_term *term)
{
    memset(view, 0, sizeof *view);
    g_strlcpy(view->id, term->label, sizeof view->id);
    g_strlcpy(view->parent, term->parent_label, sizeof view->parent);
    view->kind = key_kind(term);
    view->fc = term->fc;
    view->ncc = -1;
    view->cell.pci = daps_shown(term->pci);
    view->cell.ssb_arfcn = daps_shown(term->arfcn);
    view->same_frequency = term->arfcn < -1;
    view->sk_counter = term->kind == DAPS_TERM_KSN ? (int32_t)term->n : -1;
    daps_term_computed(term, &view->computed_arfcn, &view->computed_octets);
    view->value = term->has_value ? term->value : NULL;
    view->parent_value = term->has_parent_value ? term->parent_value : NULL;
}

void daps_view_key(struct daps_key_view *view, const struct daps_attempt *attempt)
{
    const struct daps_chain *chain = &attempt->target.chain;

    daps_view_term(view, attempt->key);
    view->derivation = attempt->derivation;
    view->same_frequency = attempt->key->arfcn < -1 && attempt->key->arfcn == attempt->source.arfcn;
    view->ncc = attempt->ncc >= 0 ? attempt->ncc : chain->n_known ? (int)(chain->n & 7U) : -1;
}
