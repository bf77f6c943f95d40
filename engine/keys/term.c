/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash-consed key terms and, where a root's value is known, their octets. */
#include "keys/term.h"

#include <glib.h>
#include <string.h>

#include "daps/kdf.h"
#include "daps/rat.h"
#include "keys/pool.h"

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

    if (term->chain != NULL)
        daps_wipe(term->chain, sizeof *term->chain);
    g_free(term->chain);
    daps_wipe(term, sizeof *term);
    g_free(term);
}

struct daps_term_pool *daps_term_pool_new(enum daps_rat rat)
{
    struct daps_term_pool *pool = g_new0(struct daps_term_pool, 1);

    pool->numbers.rat = rat;
    pool->terms = g_hash_table_new_full(term_hash, term_equal, term_free, NULL);
    pool->numbers.symbols = -1;
    return pool;
}

void daps_term_pool_free(struct daps_term_pool *pool)
{
    if (pool == NULL)
        return;
    g_hash_table_unref(pool->terms);
    for (struct daps_term *orphan = pool->orphans, *next; orphan != NULL; orphan = next) {
        next = orphan->sibling;
        term_free(orphan);
    }
    if (pool->dialects != NULL)
        g_array_unref(pool->dialects);
    g_free(pool);
}

bool daps_term_pool_rest(const struct daps_term_pool *pool, struct daps_term_numbers *numbers)
{
    *numbers = pool->numbers;
    return daps_term_pool_size(pool) == 0 && pool->dialects == NULL;
}

struct daps_term_pool *daps_term_pool_again(const struct daps_term_numbers *numbers)
{
    struct daps_term_pool *pool = daps_term_pool_new(numbers->rat);

    pool->numbers = *numbers;
    return pool;
}

void pool_add_orphan(struct daps_term_pool *pool, struct daps_term *term)
{
    term->parent = NULL;
    term->is_orphan = true;
    term->sibling_before = NULL;
    term->sibling = pool->orphans;
    if (pool->orphans != NULL)
        pool->orphans->sibling_before = term;
    pool->orphans = term;
    pool->n_orphans++;
}

void pool_free_orphan(struct daps_term_pool *pool, struct daps_term *term)
{
    if (term->sibling_before != NULL)
        term->sibling_before->sibling = term->sibling;
    else
        pool->orphans = term->sibling;
    if (term->sibling != NULL)
        term->sibling->sibling_before = term->sibling_before;
    pool->n_orphans--;
    term_free(term);
}

void pool_orphan(struct daps_term_pool *pool, struct daps_term *term)
{
    g_hash_table_steal(pool->terms, term);
    pool_add_orphan(pool, term);
}

void daps_term_pool_second(struct daps_term_pool *pool)
{
    pool->numbers.second = 1;
}

void daps_term_pool_five_gc(struct daps_term_pool *pool, bool five_gc)
{
    pool->numbers.five_gc = five_gc;
}

static enum daps_derive star_of(const struct daps_term_pool *pool)
{
    return pool->numbers.five_gc ? DAPS_DERIVE_KNGENB_STAR : daps_rat_row(pool->numbers.rat)->star_of;
}

int32_t daps_term_symbol(struct daps_term_pool *pool)
{
    return --pool->numbers.symbols;
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

static const char *letter_of(const struct daps_term_pool *pool)
{
    if (pool->numbers.second == 0)
        return "K";
    return pool->numbers.rat == DAPS_RAT_LTE ? "L" : "N";
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
        label(term->label, letter_of(pool), "", ++pool->numbers.keys);
}

static uint8_t fc_of(enum daps_derive what)
{
    return daps_derive_row(what)->fc;
}

/* The one place terms are born: the same description gives the same pointer. */
static const struct daps_term *intern(struct daps_term_pool *pool, const struct daps_term *like)
{
    struct daps_term *term = g_hash_table_lookup(pool->terms, like);

    if (term != NULL)
        return term;
    term = g_new(struct daps_term, 1);
    *term = (struct daps_term){.kind = like->kind,
                               .parent = like->parent,
                               .fc = like->fc,
                               .pci = like->pci,
                               .arfcn = like->arfcn,
                               .n = like->n,
                               .point_a = -1,
                               .carrier = -1};
    make_label(pool, term);
    pool_compute_value(pool, term);
    pool_enter(pool, term);
    return term;
}

const struct daps_term *daps_term_root(struct daps_term_pool *pool)
{
    struct daps_term *root = g_new(struct daps_term, 1);
    struct nh_chain *chain = g_new0(struct nh_chain, 1);

    *root = (struct daps_term){
        .kind = DAPS_TERM_ROOT, .pci = -1, .arfcn = -1, .point_a = -1, .carrier = -1, .n = pool->numbers.roots++};
    chain->root = root;
    root->chain = chain;
    make_label(pool, root);
    pool_enter(pool, root);
    return root;
}

const struct daps_term *daps_term_nh(struct daps_term_pool *pool, const struct daps_term *root, uint32_t n)
{
    struct daps_term like = {.kind = DAPS_TERM_NH, .parent = root, .pci = -1, .arfcn = -1, .n = n};

    like.fc = fc_of(daps_rat_row(pool->numbers.rat)->nh);
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

    like.fc = fc_of(star_of(pool));
    return intern(pool, &like);
}

void daps_term_star_trial(struct daps_term_pool *pool, const struct daps_term *parent, int32_t pci, int32_t arfcn,
                          struct daps_term *out)
{
    struct daps_term like = {.kind = DAPS_TERM_STAR, .parent = parent, .pci = pci, .arfcn = arfcn};
    const struct daps_term *met;

    like.fc = fc_of(star_of(pool));
    met = g_hash_table_lookup(pool->terms, &like);
    *out = met != NULL ? *met : like;
    if (met != NULL)
        return;
    out->point_a = out->carrier = -1;
    pool_compute_value(pool, out);
}

uint32_t daps_term_other_number(const struct daps_term_pool *pool, const struct daps_term *term,
                                const uint8_t value[static 32])
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, pool->terms);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const struct daps_term *met = key;
        if (met->kind == term->kind && met->parent == term->parent && met->pci == term->pci &&
            met->arfcn == term->arfcn && met->n > 0 && met->verified && memcmp(met->value, value, 32) == 0)
            return met->n;
    }
    return pool->numbers.others + 1;
}

const struct daps_term *daps_term_other(struct daps_term_pool *pool, const struct daps_term *term, uint32_t number)
{
    struct daps_term like = *term;

    like.n = number;
    pool->numbers.others = MAX(pool->numbers.others, number);
    term = intern(pool, &like);
    daps_wipe(&like, sizeof like);
    return term;
}

void daps_term_confirm(const struct daps_term *term)
{
    ((struct daps_term *)(guintptr)term)->verified = term->has_value; /* const to everyone but the pool */
}

const struct daps_term *daps_term_ksn(struct daps_term_pool *pool, const struct daps_term *parent, uint16_t counter)
{
    struct daps_term like = {.kind = DAPS_TERM_KSN, .parent = parent, .pci = -1, .arfcn = -1, .n = counter};

    like.fc = fc_of(daps_rat_row(pool->numbers.rat)->sn);
    return intern(pool, &like);
}

size_t daps_term_pool_size(const struct daps_term_pool *pool)
{
    return g_hash_table_size(pool->terms) + pool->n_orphans;
}
