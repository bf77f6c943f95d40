/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command leaves out is that of its source (TS 38.331 5.3.5.5.2: the SSB frequency), which need not be known
 * either. As soon as a MAC-I shows it for one key, it is known for every cell that has it from there.
 */
#include "ue/ue.h"

struct known {
    int32_t symbol, value;
    const GArray *same; /* struct daps_same_term */
};

static void set(const struct known *known, int32_t *input)
{
    if (*input == known->symbol)
        *input = known->value;
}

static void change_over(const struct known *known, const struct daps_term **term)
{
    for (guint i = 0; i < known->same->len; i++) {
        const struct daps_same_term *same = &g_array_index(known->same, struct daps_same_term, i);
        if (*term == same->gone)
            *term = same->is;
    }
}

static void set_in_context(const struct known *known, struct daps_context *context)
{
    set(known, &context->pci);
    set(known, &context->arfcn);
    change_over(known, &context->chain.key);
}

static void set_in_attempt(struct daps_ue *ue, const struct known *known, struct daps_attempt *attempt)
{
    const bool derived = attempt->to_pci == known->symbol || attempt->to_arfcn == known->symbol;

    daps_kept_out(ue, attempt);
    set_in_context(known, &attempt->source);
    set_in_context(known, &attempt->target);
    set(known, &attempt->to_pci);
    set(known, &attempt->to_arfcn);
    change_over(known, &attempt->key);
    change_over(known, &attempt->parent);
    daps_kept_in(ue, attempt);
    if (derived && attempt->parent != NULL)
        daps_deliver_derivation(ue, attempt); /* once more, now with the right inputs */
}

void daps_ue_resolve(struct daps_ue *ue, int32_t symbol, int32_t value)
{
    struct known known = {symbol, value, NULL};
    struct daps_attempt *attempt;
    GArray *same;

    if (symbol >= -1 || value < 0 || ue->is_copy) /* a copy shares its terms with the UE */
        return;
    same = daps_term_resolve(ue->pool, symbol, value);
    known.same = same;
    set_in_context(&known, &ue->active);
    for (unsigned i = 0; i < G_N_ELEMENTS(ue->orphans); i++) {
        set(&known, &ue->orphans[i].cell.pci);
        set(&known, &ue->orphans[i].cell.arfcn);
    }
    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;)
        set_in_attempt(ue, &known, attempt);
    for (guint i = 0; ue->pdcp != NULL && i < same->len; i++) {
        const struct daps_same_term *pair = &g_array_index(same, struct daps_same_term, i);
        daps_pdcp_rename(ue->pdcp, pair->gone, pair->is);
    }
    g_array_unref(same);
}
