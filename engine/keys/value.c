/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octets of key terms: computed from their inputs, or shown by a MAC-I. */
#include <string.h>

#include "daps/bound.h"
#include "daps/derivations.h"
#include "daps/kdf.h"
#include "keys/pool.h"

#define MOST_DEPTH DAPS_BOUND(8, 3) /* keys in a row that no MAC-I has spoken about, recomputed together */

static struct nh_chain *chain_of(const struct daps_term *root)
{
    return root != NULL ? root->chain : NULL;
}

/* Iterated from the root (TS 33.501 A.10: SYNC is the first KgNB, then the previous NH). */
static bool compute_nh(const struct daps_term_pool *pool, struct nh_chain *chain, uint32_t n, uint8_t out[static 32])
{
    if (!chain->computable || !chain->root->has_value)
        return false;
    if (chain->nh_n == 0 || chain->nh_n > n) {
        memcpy(chain->nh, chain->root->value, 32);
        chain->nh_n = 0;
    }
    while (chain->nh_n < n) {
        uint8_t next[32];
        bool ok = pool->numbers.rat == DAPS_RAT_LTE ? daps_kdf_nh_lte(chain->upper, chain->nh, next)
                                                    : daps_kdf_nh(chain->upper, chain->nh, next);
        memcpy(chain->nh, next, 32);
        daps_wipe(next, sizeof next);
        if (!ok) {
            chain->computable = false;
            return false;
        }
        chain->nh_n++;
    }
    memcpy(out, chain->nh, 32);
    return true;
}

/*
 * Where KgNB is KAMF's, so is every NH, and a line of the key log that says otherwise is wrong. A KgNB given for itself
 * may be of another KAMF than the one beside it: then the line is nearer.
 */
static bool nh_of_chain(const struct daps_term_pool *pool, struct nh_chain *chain, uint32_t n, uint8_t out[static 32])
{
    if (chain->is_uppers && compute_nh(pool, chain, n, out))
        return true;
    if (chain->keylog != NULL && daps_keylog_nh(chain->keylog, chain->ue, pool->numbers.rat, chain->ordinal, n, out))
        return true;
    return compute_nh(pool, chain, n, out);
}

bool daps_term_nh_value(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n, uint8_t out[static 32])
{
    struct nh_chain *chain = chain_of(root);

    return chain != NULL && n > 0 && nh_of_chain(pool, chain, n, out);
}

bool daps_term_nh_is_given(const struct daps_term_pool *pool, const struct daps_term *root, uint32_t n)
{
    const struct nh_chain *chain = chain_of(root);
    uint8_t nh[32];
    bool given;

    if (chain == NULL || chain->is_uppers || chain->keylog == NULL)
        return false;
    given = daps_keylog_nh(chain->keylog, chain->ue, pool->numbers.rat, chain->ordinal, n, nh);
    daps_wipe(nh, sizeof nh);
    return given;
}

static bool nh_value(struct daps_term_pool *pool, struct daps_term *term)
{
    struct nh_chain *chain = chain_of(term->parent);
    const int64_t n = chain != NULL ? (int64_t)term->n + chain->ahead : 0;

    return n > 0 && nh_of_chain(pool, chain, (uint32_t)n, term->value);
}

struct daps_frequencies daps_term_frequencies_of(const struct daps_term *term)
{
    return (struct daps_frequencies){term->arfcn, term->point_a, term->carrier};
}

/* The dialect found for that cell, else the standard's. */
static struct daps_dialect dialect_of(const struct daps_term_pool *pool, int32_t pci, int32_t arfcn)
{
    for (guint i = pool->dialects != NULL ? pool->dialects->len : 0; i-- > 0;) {
        const struct cell_dialect *known = &g_array_index(pool->dialects, struct cell_dialect, i);
        if (known->pci == pci && known->arfcn == arfcn)
            return known->dialect;
    }
    return daps_dialect(0);
}

static bool star_value(const struct daps_term_pool *pool, struct daps_term *term)
{
    const struct daps_frequencies frequencies = daps_term_frequencies_of(term);

    if (!term->parent->has_value || term->pci < 0 || term->arfcn < 0)
        return false;
    term->dialect = dialect_of(pool, term->pci, term->arfcn);
    if (daps_dialect_star(&term->dialect, term->fc, term->parent->value, term->pci, &frequencies, term->value))
        return true;
    term->dialect = daps_dialect(0); /* that of the cell takes a frequency which this command did not give */
    return daps_dialect_star(&term->dialect, term->fc, term->parent->value, term->pci, &frequencies, term->value);
}

static bool ksn_value(struct daps_term *term)
{
    if (!term->parent->has_value)
        return false;
    if (term->fc == daps_derive_row(DAPS_DERIVE_S_KENB)->fc)
        return daps_kdf_s_kenb(term->parent->value, (uint16_t)term->n, term->value);
    return daps_kdf_ksn(term->parent->value, (uint16_t)term->n, term->value);
}

void pool_compute_value(struct daps_term_pool *pool, struct daps_term *term)
{
    if (term->verified)
        return;
    switch (term->kind) {
    case DAPS_TERM_NH:
        term->has_value = nh_value(pool, term);
        break;
    case DAPS_TERM_STAR:
        term->has_value = star_value(pool, term);
        break;
    case DAPS_TERM_KSN:
        term->has_value = ksn_value(term);
        break;
    case DAPS_TERM_ROOT:
    case DAPS_TERM_STEP:
        break;
    }
    if (term->parent != NULL && term->parent->has_value && term->kind != DAPS_TERM_NH) {
        memcpy(term->parent_value, term->parent->value, 32);
        term->has_parent_value = true;
    }
}

/* Terms are const to everyone but the pool that owns them. */
static struct daps_term *own(const struct daps_term *term)
{
    return (struct daps_term *)(guintptr)term;
}

/* Every term that comes from one whose value has changed, and each once: terms make a tree. */
void pool_recompute_below(struct daps_term_pool *pool, GPtrArray *changed)
{
    for (guint i = 0; i < changed->len; i++) {
        for (struct daps_term *term = ((const struct daps_term *)changed->pdata[i])->children; term != NULL;
             term = term->sibling) {
            if (term->verified || term->kind == DAPS_TERM_NH)
                continue;
            pool_compute_value(pool, term);
            g_ptr_array_add(changed, term);
        }
    }
}

static void recompute_from(struct daps_term_pool *pool, const struct daps_term *term)
{
    GPtrArray *changed;

    if (term->children == NULL)
        return;
    changed = g_ptr_array_new();
    g_ptr_array_add(changed, own(term));
    pool_recompute_below(pool, changed);
    g_ptr_array_unref(changed);
}

void daps_term_frequencies(struct daps_term_pool *pool, const struct daps_term *term, int32_t point_a, int32_t carrier)
{
    struct daps_term *mine = own(term);

    if (term->kind != DAPS_TERM_STAR || (term->point_a == point_a && term->carrier == carrier))
        return;
    mine->point_a = point_a;
    mine->carrier = carrier;
    if (!term->verified) {
        pool_compute_value(pool, mine);
        recompute_from(pool, mine);
    }
}

/* The keys in a row from parent upwards that no MAC-I has spoken about; returns the one above them. */
static const struct daps_term *unverified_above(const struct daps_term *parent, const struct daps_term **path,
                                                unsigned *n)
{
    while (*n < MOST_DEPTH && parent->kind == DAPS_TERM_STAR && !parent->verified && parent->parent != NULL) {
        path[(*n)++] = parent;
        parent = parent->parent;
    }
    return parent;
}

/* In the deep case: the value of parent in that dialect, from the nearest key above that is beyond doubt. */
static bool deep_parent(const struct daps_term *parent, const struct daps_dialect *dialect, uint8_t out[static 32])
{
    const struct daps_term *path[MOST_DEPTH];
    unsigned n = 0;
    bool ok;

    parent = unverified_above(parent, path, &n);
    ok = parent->has_value;
    memcpy(out, parent->value, 32);
    while (ok && n-- > 0) {
        const struct daps_frequencies frequencies = daps_term_frequencies_of(path[n]);
        uint8_t next[32];
        ok = daps_dialect_star(dialect, path[n]->fc, out, path[n]->pci, &frequencies, next);
        memcpy(out, next, 32);
        daps_wipe(next, sizeof next);
    }
    return ok;
}

bool daps_term_star_value(const struct daps_star_inputs *inputs, const struct daps_dialect *dialect, bool deep,
                          uint8_t out[static 32])
{
    const struct daps_term *parent = inputs->parent;
    uint8_t from[32];
    bool ok;

    if (deep) {
        ok = parent->kind == DAPS_TERM_STAR && !parent->verified && deep_parent(parent, dialect, from);
    } else {
        ok = parent->has_value;
        memcpy(from, parent->value, 32);
    }
    ok = ok && daps_dialect_star(dialect, inputs->fc, from, inputs->pci, inputs->frequencies, out);
    daps_wipe(from, sizeof from);
    return ok;
}

void daps_term_computed(const struct daps_term *term, int32_t *arfcn, int *octets)
{
    const struct daps_frequencies frequencies = daps_term_frequencies_of(term);
    const struct daps_dialect standard = daps_dialect(0);

    *arfcn = -1;
    *octets = 0;
    if (term->kind != DAPS_TERM_STAR || !term->has_value || daps_dialect_equal(&term->dialect, &standard))
        return;
    *arfcn = daps_dialect_arfcn(&term->dialect, &frequencies);
    *octets = (int)daps_dialect_octets(&term->dialect, term->fc, *arfcn);
}

/* True if that is news of the cell. */
static bool keep_dialect(struct daps_term_pool *pool, const struct daps_term *term, const struct daps_dialect *dialect)
{
    const struct cell_dialect known = {term->pci, term->arfcn, *dialect};
    const struct daps_dialect before = dialect_of(pool, term->pci, term->arfcn);

    if (term->pci < 0 || term->arfcn < 0 || daps_dialect_equal(&before, dialect))
        return false;
    if (pool->dialects == NULL)
        pool->dialects = g_array_new(FALSE, FALSE, sizeof known);
    for (guint i = 0; i < pool->dialects->len; i++) {
        const struct cell_dialect *old = &g_array_index(pool->dialects, struct cell_dialect, i);
        if (old->pci == known.pci && old->arfcn == known.arfcn) {
            g_array_remove_index(pool->dialects, i);
            break;
        }
    }
    if (pool->dialects->len == POOL_MOST_DIALECTS)
        g_array_remove_index(pool->dialects, 0);
    g_array_append_val(pool->dialects, known);
    return true;
}

/* Likewise. */
static bool set_verified(struct daps_term_pool *pool, struct daps_term *term, const struct daps_dialect *dialect,
                         const uint8_t value[static 32])
{
    memcpy(term->value, value, 32);
    term->has_value = term->verified = true;
    term->dialect = *dialect;
    return keep_dialect(pool, term, dialect);
}

/* What comes from term; news of its cell: and what that makes of keys for it that no MAC-I has spoken about. */
static void recompute_cell(struct daps_term_pool *pool, struct daps_term *term, bool news)
{
    GPtrArray *changed = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    g_ptr_array_add(changed, term);
    g_hash_table_iter_init(&iter, pool->terms);
    while (news && g_hash_table_iter_next(&iter, &key, NULL)) {
        struct daps_term *other = key;
        if (other->kind != DAPS_TERM_STAR || other->verified || other->pci != term->pci ||
            other->arfcn != term->arfcn || other->parent == NULL)
            continue;
        pool_compute_value(pool, other);
        g_ptr_array_add(changed, other);
    }
    pool_recompute_below(pool, changed);
    g_ptr_array_unref(changed);
}

void daps_term_verified(struct daps_term_pool *pool, const struct daps_term *term, const struct daps_dialect *dialect,
                        const uint8_t value[static 32], bool deep)
{
    const struct daps_term *path[MOST_DEPTH];
    unsigned n = 0;
    uint8_t above[32];
    const bool news = set_verified(pool, own(term), dialect, value);

    if (deep && term->parent != NULL)
        (void)unverified_above(term->parent, path, &n);
    while (n-- > 0) { /* from the top, so that each rests on one that is set */
        if (deep_parent(path[n], dialect, above))
            recompute_cell(pool, own(path[n]), set_verified(pool, own(path[n]), dialect, above));
    }
    daps_wipe(above, sizeof above);
    recompute_cell(pool, own(term), news);
}

/* Every NH of root, and what comes from them. */
static void recompute_chain(struct daps_term_pool *pool, const struct daps_term *root)
{
    GPtrArray *changed = g_ptr_array_new();

    for (struct daps_term *term = root->children; term != NULL; term = term->sibling) {
        if (term->kind != DAPS_TERM_NH)
            continue;
        pool_compute_value(pool, term);
        g_ptr_array_add(changed, term);
    }
    g_ptr_array_add(changed, own(root));
    pool_recompute_below(pool, changed);
    g_ptr_array_unref(changed);
}

/* Is the root's key what KAMF (KASME) makes of the NAS COUNT beside it? */
static bool is_of_upper(const struct daps_term_pool *pool, const struct daps_keylog_root *known)
{
    uint8_t key[32];
    const bool made = daps_kdf_root(pool->numbers.rat, known->upper, known->ul_nas_count, key);
    const bool same = made && (!known->key_given || memcmp(key, known->key, sizeof key) == 0);

    daps_wipe(key, sizeof key);
    return same;
}

void daps_term_root_known(struct daps_term_pool *pool, const struct daps_term *root,
                          const struct daps_root_source *source)
{
    struct nh_chain *chain = chain_of(root);
    const struct daps_keylog_root *known = source != NULL ? source->known : NULL;
    struct daps_term *mine = own(root);

    mine->has_value = known != NULL && known->has_key;
    mine->verified = false;
    if (mine->has_value)
        memcpy(mine->value, known->key, sizeof mine->value);
    else
        daps_wipe(mine->value, sizeof mine->value);
    if (chain == NULL)
        return;
    daps_wipe(chain->nh, sizeof chain->nh);
    daps_wipe(chain->upper, sizeof chain->upper);
    chain->nh_n = 0;
    /* A key met with another NCC than 0 is not the one the NH chain starts from. */
    chain->computable = known != NULL && known->has_upper && (!known->has_ncc || known->ncc == 0);
    chain->is_uppers = chain->computable && is_of_upper(pool, known);
    if (chain->computable)
        memcpy(chain->upper, known->upper, sizeof chain->upper);
    chain->keylog = source != NULL ? source->keylog : NULL;
    g_strlcpy(chain->ue, source != NULL ? source->ue : "", sizeof chain->ue);
    chain->ordinal = source != NULL ? source->ordinal : 0;
    recompute_chain(pool, root);
}

void daps_term_nh_ahead(struct daps_term_pool *pool, const struct daps_term *root, int steps)
{
    struct nh_chain *chain = chain_of(root);

    if (chain == NULL || chain->ahead == steps)
        return;
    chain->ahead = steps;
    recompute_chain(pool, root);
}
