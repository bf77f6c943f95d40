/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash-consed key terms and, where a root's value is known, their octets. */
#include "keys/term.h"

#include <glib.h>
#include <string.h>

#include "daps/kdf.h"

/* FC octets of TS 33.501 Annex A and TS 33.401 Annex A. */
#define FC_KGNB_STAR 0x70
#define FC_KSN       0x79
#define FC_NH        0x6F
#define FC_NH_LTE    0x12
#define FC_KENB_STAR 0x13
#define FC_S_KENB    0x1C

/* What is known of a root beyond its own value. */
struct root_lore {
    const struct daps_term *root;
    bool chain;        /* upper and the root's value give NH 1, 2, ... */
    uint8_t upper[32]; /* KAMF, KASME */
    uint32_t nh_n;     /* newest NH computed, 0: none yet */
    uint8_t nh[32];
    const struct daps_keylog *keylog;
    char ue[64];
    unsigned ordinal;
};

struct daps_term_pool {
    enum daps_rat rat;
    GHashTable *terms; /* set of struct daps_term, owned */
    GPtrArray *strays; /* kept terms whose parent was swept: alive, but never found again */
    GPtrArray *lore;   /* struct root_lore *, owned */
    unsigned keys;     /* labels given */
    unsigned roots;
    int32_t symbols;
};

static guint term_hash(gconstpointer key)
{
    const struct daps_term *t = key;
    guint64 h = (guint64)(guintptr)t->parent;

    h = (h ^ (guint64)t->kind) * 0x9e3779b97f4a7c15U;
    h = (h ^ ((guint64)(guint32)t->pci << 32 | (guint32)t->arfcn)) * 0x9e3779b97f4a7c15U;
    h = (h ^ t->n) * 0x9e3779b97f4a7c15U;
    return (guint)(h >> 32);
}

static gboolean term_equal(gconstpointer a, gconstpointer b)
{
    const struct daps_term *s = a, *t = b;

    return s->kind == t->kind && s->parent == t->parent && s->fc == t->fc && s->pci == t->pci && s->arfcn == t->arfcn &&
           s->n == t->n;
}

static void term_free(gpointer data)
{
    struct daps_term *term = data;

    daps_wipe(term, sizeof *term);
    g_free(term);
}

static void lore_free(gpointer lore)
{
    daps_wipe(lore, sizeof(struct root_lore));
    g_free(lore);
}

struct daps_term_pool *daps_term_pool_new(enum daps_rat rat)
{
    struct daps_term_pool *pool = g_new0(struct daps_term_pool, 1);

    pool->rat = rat;
    pool->terms = g_hash_table_new_full(term_hash, term_equal, term_free, NULL);
    pool->strays = g_ptr_array_new_with_free_func(term_free);
    pool->lore = g_ptr_array_new_with_free_func(lore_free);
    pool->symbols = -1;
    return pool;
}

void daps_term_pool_free(struct daps_term_pool *pool)
{
    if (pool == NULL)
        return;
    g_hash_table_unref(pool->terms);
    g_ptr_array_unref(pool->strays);
    g_ptr_array_unref(pool->lore);
    g_free(pool);
}

int32_t daps_term_symbol(struct daps_term_pool *pool)
{
    return --pool->symbols;
}

static struct root_lore *lore_of(struct daps_term_pool *pool, const struct daps_term *root)
{
    for (guint i = 0; i < pool->lore->len; i++) {
        struct root_lore *lore = pool->lore->pdata[i];
        if (lore->root == root)
            return lore;
    }
    return NULL;
}

/* NH number n from the key log, or iterated from the root (TS 33.501 A.10: SYNC is first KgNB, then the previous NH).
 */
static bool nh_value(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n, uint8_t out[static 32])
{
    struct root_lore *lore = lore_of(pool, root);

    if (lore == NULL)
        return false;
    if (lore->keylog != NULL && daps_keylog_nh(lore->keylog, lore->ue, pool->rat, lore->ordinal, n, out))
        return true;
    if (!lore->chain || !root->has_value)
        return false;
    if (lore->nh_n == 0 || lore->nh_n > n) {
        memcpy(lore->nh, root->value, 32);
        lore->nh_n = 0;
    }
    while (lore->nh_n < n) {
        uint8_t next[32];
        bool ok = pool->rat == DAPS_RAT_LTE ? daps_kdf_nh_lte(lore->upper, lore->nh, next)
                                            : daps_kdf_nh(lore->upper, lore->nh, next);
        memcpy(lore->nh, next, 32);
        daps_wipe(next, sizeof next);
        if (!ok) {
            lore->chain = false;
            return false;
        }
        lore->nh_n++;
    }
    memcpy(out, lore->nh, 32);
    return true;
}

static bool star_value(const struct daps_term_pool *pool, struct daps_term *term)
{
    if (!term->parent->has_value || term->pci < 0 || term->arfcn < 0)
        return false;
    if (pool->rat == DAPS_RAT_LTE)
        return daps_kdf_kenb_star(term->parent->value, (uint16_t)term->pci, (uint32_t)term->arfcn, term->value);
    return daps_kdf_kgnb_star(term->parent->value, (uint16_t)term->pci, (uint32_t)term->arfcn, term->value);
}

static bool ksn_value(const struct daps_term_pool *pool, struct daps_term *term)
{
    if (!term->parent->has_value)
        return false;
    if (pool->rat == DAPS_RAT_LTE)
        return daps_kdf_s_kenb(term->parent->value, (uint16_t)term->n, term->value);
    return daps_kdf_ksn(term->parent->value, (uint16_t)term->n, term->value);
}

static void compute_value(struct daps_term_pool *pool, struct daps_term *term)
{
    switch (term->kind) {
    case DAPS_TERM_NH:
        term->has_value = nh_value(pool, term->parent, term->n, term->value);
        break;
    case DAPS_TERM_STAR:
        term->has_value = star_value(pool, term);
        break;
    case DAPS_TERM_KSN:
        term->has_value = ksn_value(pool, term);
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

/* prefix, separator and n in decimal; by hand, since every handover makes labels. */
static void label(char out[static 24], const char *prefix, const char *separator, uint32_t n)
{
    char digits[10];
    const size_t most = 9; /* of the prefix: 9 + 4 + 10 and the end are what out holds */
    size_t length = MIN(g_strlcpy(out, prefix, most + 1), most), i = sizeof digits;

    length += g_strlcpy(out + length, separator, 5);
    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0 && i > 0);
    memcpy(out + length, digits + i, sizeof digits - i);
    out[length + sizeof digits - i] = '\0';
}

static void make_label(struct daps_term_pool *pool, struct daps_term *term)
{
    const char *parent = term->parent != NULL ? term->parent->label : "";

    g_strlcpy(term->parent_label, parent, sizeof term->parent_label);
    if (term->kind == DAPS_TERM_NH)
        label(term->label, parent, "/NH", term->n);
    else if (term->kind == DAPS_TERM_STEP)
        label(term->label, parent, "/NCC", term->n);
    else
        label(term->label, "K", "", ++pool->keys);
}

/* The one place terms are born: the same description gives the same pointer. */
static const struct daps_term *intern(struct daps_term_pool *pool, const struct daps_term *like)
{
    struct daps_term *term = g_hash_table_lookup(pool->terms, like);

    if (term != NULL)
        return term;
    term = g_new0(struct daps_term, 1);
    term->kind = like->kind;
    term->parent = like->parent;
    term->fc = like->fc;
    term->pci = like->pci;
    term->arfcn = like->arfcn;
    term->n = like->n;
    make_label(pool, term);
    compute_value(pool, term);
    g_hash_table_add(pool->terms, term);
    return term;
}

const struct daps_term *daps_term_root(struct daps_term_pool *pool, const struct daps_keylog_root *known)
{
    struct daps_term like = {.kind = DAPS_TERM_ROOT, .pci = -1, .arfcn = -1, .n = pool->roots++};
    struct daps_term *root = g_new0(struct daps_term, 1);
    struct root_lore *lore = g_new0(struct root_lore, 1);

    *root = like;
    lore->root = root;
    make_label(pool, root);
    if (known != NULL && known->has_key) {
        root->has_value = true;
        memcpy(root->value, known->key, 32);
    }
    /* A key met with another NCC than 0 is not the one the NH chain starts from. */
    if (known != NULL && known->has_upper && (!known->has_ncc || known->ncc == 0)) {
        lore->chain = true;
        memcpy(lore->upper, known->upper, 32);
    }
    g_hash_table_add(pool->terms, root);
    g_ptr_array_add(pool->lore, lore);
    return root;
}

void daps_term_root_log(struct daps_term_pool *pool, const struct daps_term *root, const struct daps_keylog *keylog,
                        const char *ue, unsigned ordinal)
{
    struct root_lore *lore = lore_of(pool, root);

    if (lore == NULL)
        return;
    lore->keylog = keylog;
    g_strlcpy(lore->ue, ue, sizeof lore->ue);
    lore->ordinal = ordinal;
}

const struct daps_term *daps_term_nh(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n)
{
    struct daps_term like = {.kind = DAPS_TERM_NH, .parent = root, .pci = -1, .arfcn = -1, .n = n};

    like.fc = pool->rat == DAPS_RAT_LTE ? FC_NH_LTE : FC_NH;
    return intern(pool, &like);
}

const struct daps_term *daps_term_step(struct daps_term_pool *pool, const struct daps_term *active, uint32_t ncc)
{
    struct daps_term like = {.kind = DAPS_TERM_STEP, .parent = active, .pci = -1, .arfcn = -1, .n = ncc};

    return intern(pool, &like);
}

const struct daps_term *daps_term_star(struct daps_term_pool *pool, const struct daps_term *parent, int32_t pci,
                                       int32_t arfcn)
{
    struct daps_term like = {.kind = DAPS_TERM_STAR, .parent = parent, .pci = pci, .arfcn = arfcn};

    like.fc = pool->rat == DAPS_RAT_LTE ? FC_KENB_STAR : FC_KGNB_STAR;
    return intern(pool, &like);
}

void daps_term_set_value(const struct daps_term *term, const uint8_t value[static 32])
{
    struct daps_term *own = (struct daps_term *)(guintptr)term; /* const to everyone but the pool */

    memcpy(own->value, value, 32);
    own->has_value = true;
}

const struct daps_term *daps_term_ksn(struct daps_term_pool *pool, const struct daps_term *parent, uint16_t counter)
{
    struct daps_term like = {.kind = DAPS_TERM_KSN, .parent = parent, .pci = -1, .arfcn = -1, .n = counter};

    like.fc = pool->rat == DAPS_RAT_LTE ? FC_S_KENB : FC_KSN;
    return intern(pool, &like);
}

void daps_term_keep(const struct daps_term *term)
{
    /* Terms are const to everyone but the pool that owns them; the mark is the pool's. */
    if (term != NULL)
        ((struct daps_term *)(guintptr)term)->kept = true;
}

/* A kept term must not be found through the address of a parent that is about to go. */
static void detach_orphans(struct daps_term_pool *pool)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, pool->terms);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct daps_term *term = key;
        if (term->kept && term->parent != NULL && !term->parent->kept) {
            g_hash_table_iter_steal(&iter);
            term->parent = NULL;
            g_ptr_array_add(pool->strays, term);
        }
    }
}

static void sweep_strays(struct daps_term_pool *pool)
{
    for (guint i = 0; i < pool->strays->len;) {
        struct daps_term *term = g_ptr_array_index(pool->strays, i);
        if (term->kept) {
            term->kept = false;
            i++;
        } else {
            g_ptr_array_remove_index_fast(pool->strays, i);
        }
    }
}

static void sweep_lore(struct daps_term_pool *pool)
{
    for (guint i = 0; i < pool->lore->len;) {
        struct root_lore *lore = pool->lore->pdata[i];
        if (lore->root->kept)
            i++;
        else
            g_ptr_array_remove_index_fast(pool->lore, i);
    }
}

void daps_term_sweep(struct daps_term_pool *pool)
{
    GHashTableIter iter;
    gpointer key;

    sweep_lore(pool);
    detach_orphans(pool);
    g_hash_table_iter_init(&iter, pool->terms);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct daps_term *term = key;
        if (term->kept)
            term->kept = false;
        else
            g_hash_table_iter_remove(&iter);
    }
    sweep_strays(pool);
}

size_t daps_term_pool_size(const struct daps_term_pool *pool)
{
    return g_hash_table_size(pool->terms) + pool->strays->len;
}
