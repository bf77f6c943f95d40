/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A KDF input that no message named has become known. Every key with that input is from now on the key with the value:
 * the same term, or, where that value has made a term already, that one.
 */
#include "keys/pool.h"

/* In every term that has the symbol; those that are found by what they are come out of the table for it. */
static GPtrArray *take_with_symbol(struct daps_term_pool *pool, int32_t symbol)
{
    GPtrArray *taken = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, pool->terms);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const struct daps_term *term = key;
        if (term->kind == DAPS_TERM_STAR && (term->pci == symbol || term->arfcn == symbol)) {
            g_hash_table_iter_steal(&iter);
            g_ptr_array_add(taken, key);
        }
    }
    return taken;
}

static void set(struct daps_term *term, int32_t symbol, int32_t value)
{
    if (term->pci == symbol)
        term->pci = value;
    if (term->arfcn == symbol)
        term->arfcn = value;
}

/* What was derived from gone was derived from is: taken out of the table likewise. */
static void move_children(struct daps_term_pool *pool, struct daps_term *gone, struct daps_term *is, GPtrArray *taken)
{
    while (gone->children != NULL) {
        struct daps_term *child = gone->children;
        const bool out = !g_hash_table_steal(pool->terms, child);
        pool_unlink(child);
        child->parent = is;
        g_strlcpy(child->parent_label, is->label, sizeof child->parent_label);
        pool_link(child);
        if (!out)
            g_ptr_array_add(taken, child);
    }
}

static void add_same(GArray *same, const struct daps_term *gone, const struct daps_term *is)
{
    const struct daps_same_term pair = {gone, is};

    g_array_append_val(same, pair);
}

GArray *daps_term_resolve(struct daps_term_pool *pool, int32_t symbol, int32_t value)
{
    GArray *same = g_array_new(FALSE, FALSE, sizeof(struct daps_same_term));
    GPtrArray *taken = take_with_symbol(pool, symbol), *stayed = g_ptr_array_new();

    for (guint i = 0; i < taken->len; i++)
        set(taken->pdata[i], symbol, value);
    for (guint i = 0; i < taken->len; i++) {
        struct daps_term *term = taken->pdata[i], *met = g_hash_table_lookup(pool->terms, term);
        if (met == NULL) {
            g_hash_table_add(pool->terms, term);
            g_ptr_array_add(stayed, term);
            continue;
        }
        move_children(pool, term, met, taken);
        pool_unlink(term);
        pool_add_orphan(pool, term); /* until the last who holds it has changed over */
        add_same(same, term, met);
    }
    for (struct daps_term *orphan = pool->orphans; orphan != NULL; orphan = orphan->sibling)
        set(orphan, symbol, value);
    for (guint i = 0; i < stayed->len; i++)
        pool_compute_value(pool, stayed->pdata[i]);
    pool_recompute_below(pool, stayed);
    g_ptr_array_unref(stayed);
    g_ptr_array_unref(taken);
    return same;
}
