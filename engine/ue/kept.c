/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attempts a UE keeps, found without looking at all of them: by age in an array, whose places fall empty when an
 * attempt goes and are closed up when half of them are; by key, by the key it left, and by the key it was derived from.
 */
#include "daps/bound.h"
#include "ue/ue.h"

#define EMPTY_PLACES DAPS_BOUND(8, 2) /* not worth closing up */

/* What attempts have to do with one term. */
struct holder {
    const struct daps_term *term; /* NULL: of attempts that derived no key */
    unsigned keys, sources, uses; /* attempts whose key it is; whose source's key; in any of their contexts */
    struct daps_attempt *derived; /* from it, newest first */
    struct holder *before, *next; /* of those with any derived from it */
    bool used;                    /* of the first few */
};

#define MANY 64 /* that leave at once: so much room is not kept */

/* One handover after the other needs no more; a table made and freed for each would cost more than all it finds. */
#define FEW DAPS_BOUND(6, 2)

struct daps_kept {
    struct holder few[FEW];
    GHashTable *by_term; /* struct holder, owned: those for which there was no place among the few; NULL none yet */
    struct holder *parents;
    GPtrArray *leaving;          /* room for those that leave; NULL none yet */
    struct daps_attempt *newest; /* that is no sk-Counter's; NULL none, or ... */
    bool is_lost;                /* ... it has gone, and has to be looked for */
};

static const struct daps_term nobodys; /* term of those that are not used */

struct daps_kept *daps_kept_new(void)
{
    struct daps_kept *kept = g_new0(struct daps_kept, 1);

    for (unsigned i = 0; i < FEW; i++)
        kept->few[i].term = &nobodys;
    return kept;
}

void daps_kept_free(struct daps_kept *kept)
{
    if (kept == NULL)
        return;
    if (kept->by_term != NULL)
        g_hash_table_unref(kept->by_term);
    if (kept->leaving != NULL)
        g_ptr_array_unref(kept->leaving);
    g_free(kept);
}

GPtrArray *daps_kept_leaving(struct daps_ue *ue)
{
    if (ue->kept->leaving == NULL)
        ue->kept->leaving = g_ptr_array_new_with_free_func(g_free);
    return ue->kept->leaving;
}

void daps_kept_left(struct daps_ue *ue)
{
    struct daps_kept *kept = ue->kept;

    if (kept->leaving->len > MANY)
        g_clear_pointer(&kept->leaving, g_ptr_array_unref);
    else
        g_ptr_array_set_size(kept->leaving, 0);
    if (ue->n_kept == 0)
        g_clear_pointer(&kept->by_term, g_hash_table_unref);
}

static struct holder *find(const struct daps_ue *ue, const struct daps_term *term)
{
    struct daps_kept *kept = ue->kept;

    if (kept == NULL)
        return NULL;
#pragma GCC unroll 6 /* some thirty times an attempt */
    for (unsigned i = 0; i < FEW; i++) {
        if (kept->few[i].term == term)
            return &kept->few[i];
    }
    return kept->by_term != NULL ? g_hash_table_lookup(kept->by_term, term) : NULL;
}

static struct holder *place_for(struct daps_kept *kept, const struct daps_term *term)
{
    struct holder *holder;

    for (unsigned i = 0; i < FEW; i++) {
        if (!kept->few[i].used) {
            kept->few[i] = (struct holder){.term = term, .used = true};
            return &kept->few[i];
        }
    }
    if (kept->by_term == NULL)
        kept->by_term = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    holder = g_new0(struct holder, 1);
    holder->term = term;
    g_hash_table_insert(kept->by_term, (gpointer)(guintptr)term, holder);
    return holder;
}

static struct holder *get(struct daps_ue *ue, const struct daps_term *term)
{
    struct holder *holder = find(ue, term);

    return holder != NULL ? holder : place_for(ue->kept, term);
}

/* Nobody holds the term any more: whoever sweeps has to look at it again. */
static void let_go(struct daps_ue *ue, const struct daps_term *term)
{
    struct holder *holder = find(ue, term);

    if (holder == NULL || holder->keys > 0 || holder->sources > 0 || holder->uses > 0 || holder->derived != NULL)
        return;
    if (!ue->is_copy)
        daps_term_loosen(ue->pool, term);
    if (holder->used)
        *holder = (struct holder){.term = &nobodys};
    else
        g_hash_table_remove(ue->kept->by_term, term);
}

static void add_derived(struct daps_kept *kept, struct holder *holder, struct daps_attempt *attempt)
{
    if (holder->derived == NULL) {
        holder->before = NULL;
        holder->next = kept->parents;
        if (kept->parents != NULL)
            kept->parents->before = holder;
        kept->parents = holder;
    } else {
        holder->derived->alike_newer = attempt;
    }
    attempt->alike_newer = NULL;
    attempt->alike_older = holder->derived;
    holder->derived = attempt;
}

static void remove_derived(struct daps_kept *kept, struct holder *holder, struct daps_attempt *attempt)
{
    if (attempt->alike_newer != NULL)
        attempt->alike_newer->alike_older = attempt->alike_older;
    else
        holder->derived = attempt->alike_older;
    if (attempt->alike_older != NULL)
        attempt->alike_older->alike_newer = attempt->alike_newer;
    if (holder->derived != NULL)
        return;
    if (holder->next != NULL)
        holder->next->before = holder->before;
    if (holder->before != NULL)
        holder->before->next = holder->next;
    else
        kept->parents = holder->next;
}

static void use(struct daps_ue *ue, const struct daps_context *context, int by)
{
    struct holder *key = get(ue, context->chain.key), *root = get(ue, context->chain.root);

    key->uses += (unsigned)by;
    root->uses += (unsigned)by;
}

void daps_kept_in(struct daps_ue *ue, struct daps_attempt *attempt)
{
    get(ue, attempt->key)->keys++;
    get(ue, attempt->source.chain.key)->sources++;
    use(ue, &attempt->source, 1);
    use(ue, &attempt->target, 1);
    add_derived(ue->kept, get(ue, attempt->parent), attempt);
}

void daps_kept_out(struct daps_ue *ue, struct daps_attempt *attempt)
{
    const struct daps_chain *source = &attempt->source.chain, *target = &attempt->target.chain;

    find(ue, attempt->key)->keys--;
    find(ue, source->key)->sources--;
    use(ue, &attempt->source, -1);
    use(ue, &attempt->target, -1);
    remove_derived(ue->kept, find(ue, attempt->parent), attempt);
    let_go(ue, attempt->key);
    let_go(ue, attempt->parent);
    let_go(ue, source->key);
    let_go(ue, source->root);
    let_go(ue, target->key);
    let_go(ue, target->root);
}

void daps_kept_add(struct daps_ue *ue, struct daps_attempt *attempt)
{
    if (ue->kept == NULL)
        ue->kept = daps_kept_new();
    attempt->place = ue->attempts->len;
    attempt->serials = ue->serials;
    g_ptr_array_add(ue->attempts, attempt);
    ue->n_kept++;
    daps_kept_in(ue, attempt);
    if (attempt->procedure != DAPS_PROC_SK_COUNTER) {
        ue->kept->newest = attempt;
        ue->kept->is_lost = false;
    }
}

void daps_kept_steal(struct daps_ue *ue, struct daps_attempt *attempt)
{
    daps_kept_out(ue, attempt);
    ue->attempts->pdata[attempt->place] = NULL;
    ue->n_kept--;
    if (ue->kept->newest == attempt) {
        ue->kept->newest = NULL;
        ue->kept->is_lost = true;
    }
    if (ue->n_kept == 0)
        g_ptr_array_set_size(ue->attempts, 0);
}

void daps_kept_close_up(struct daps_ue *ue, bool all)
{
    guint n = 0;

    if (ue->attempts->len == ue->n_kept || (!all && ue->attempts->len < 2 * ue->n_kept + EMPTY_PLACES))
        return;
    for (guint i = 0; i < ue->attempts->len; i++) {
        struct daps_attempt *attempt = ue->attempts->pdata[i];
        if (attempt == NULL)
            continue;
        ue->attempts->pdata[i] = NULL;
        ue->attempts->pdata[n] = attempt;
        attempt->place = n++;
    }
    g_ptr_array_set_size(ue->attempts, (gint)n);
}

bool daps_kept_holds(const void *of, const struct daps_term *term)
{
    const struct daps_ue *ue = of;

    return find(ue, term) != NULL;
}

bool daps_kept_has_key(const struct daps_ue *ue, const struct daps_term *key)
{
    const struct holder *holder = find(ue, key);

    return holder != NULL && holder->keys > 0;
}

unsigned daps_kept_keys(const struct daps_ue *ue, const struct daps_term *key)
{
    const struct holder *holder = find(ue, key);

    return holder != NULL ? holder->keys : 0;
}

const struct daps_attempt *daps_kept_derived(const struct daps_ue *ue, const struct daps_term *parent)
{
    const struct holder *holder = find(ue, parent);

    return holder != NULL ? holder->derived : NULL;
}

bool daps_kept_has_source(const struct daps_ue *ue, const struct daps_term *key)
{
    const struct holder *holder = find(ue, key);

    return holder != NULL && holder->sources > 0;
}

struct daps_attempt *daps_kept_newest(const struct daps_ue *ue)
{
    struct daps_kept *kept = ue->kept;

    for (guint i = ue->attempts->len; kept != NULL && kept->is_lost && i-- > 0;) {
        struct daps_attempt *attempt = ue->attempts->pdata[i];
        kept->is_lost = attempt == NULL || attempt->procedure == DAPS_PROC_SK_COUNTER;
        if (!kept->is_lost)
            kept->newest = attempt;
    }
    if (kept == NULL)
        return NULL;
    kept->is_lost = false;
    return kept->newest;
}

void daps_kept_each_parent(const struct daps_ue *ue, daps_kept_parent *recurs, GPtrArray *out)
{
    for (const struct holder *holder = ue->kept != NULL ? ue->kept->parents : NULL; holder != NULL;
         holder = holder->next) {
        if (recurs(ue, holder->term))
            continue;
        for (struct daps_attempt *attempt = holder->derived; attempt != NULL; attempt = attempt->alike_older) {
            if (attempt != ue->open)
                g_ptr_array_add(out, attempt);
        }
    }
}
