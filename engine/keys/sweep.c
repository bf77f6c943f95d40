/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Terms that nobody wants any more go. What is looked at is the list of loose ones: new, or let go of since, or wanted
 * so far only by a mark. A term that is held is not on it.
 */
#include "keys/pool.h"

/* Terms are const to everyone but the pool that owns them. */
static struct daps_term *own(const struct daps_term *term)
{
    return (struct daps_term *)(guintptr)term;
}

void pool_link(struct daps_term *term)
{
    struct daps_term *parent = own(term->parent);

    if (parent == NULL)
        return;
    term->sibling = parent->children;
    term->sibling_before = NULL;
    if (parent->children != NULL)
        parent->children->sibling_before = term;
    parent->children = term;
}

void pool_unlink(struct daps_term *term)
{
    if (term->parent == NULL)
        return;
    if (term->sibling_before != NULL)
        term->sibling_before->sibling = term->sibling;
    else
        own(term->parent)->children = term->sibling;
    if (term->sibling != NULL)
        term->sibling->sibling_before = term->sibling_before;
    term->sibling = term->sibling_before = NULL;
}

void daps_term_loosen(struct daps_term_pool *pool, const struct daps_term *term)
{
    if (term == NULL || term->is_loose)
        return;
    own(term)->is_loose = true;
    own(term)->loose = pool->loose;
    pool->loose = own(term);
}

void pool_enter(struct daps_term_pool *pool, struct daps_term *term)
{
    g_hash_table_add(pool->terms, term);
    term->is_tried = pool->is_trial;
    pool->tried += pool->is_trial;
    pool_link(term);
    daps_term_loosen(pool, term);
}

void daps_term_keep(const struct daps_term *term)
{
    if (term != NULL && term->is_loose)
        own(term)->kept = true;
}

/* Takes off the list what is held, and what goes, which is returned as a list. */
static struct daps_term *sort_loose(struct daps_term_pool *pool, daps_term_holds *is_held, const void *holder)
{
    struct daps_term *loose = pool->loose, *next, *going = NULL;

    pool->loose = NULL;
    for (struct daps_term *term = loose; term != NULL; term = next) {
        const bool held = is_held != NULL && is_held(holder, term), kept = term->kept;
        next = term->loose;
        term->kept = term->is_loose = false;
        if (held)
            continue;
        if (kept) {
            daps_term_loosen(pool, term);
            continue;
        }
        term->goes = true;
        term->loose = going;
        going = term;
    }
    return going;
}

/* What was derived from a term that goes must not be found through its address any more. */
static void leave_children(struct daps_term_pool *pool, struct daps_term *term)
{
    struct daps_term *next;

    for (struct daps_term *child = term->children; child != NULL; child = next) {
        next = child->sibling;
        child->sibling = child->sibling_before = NULL;
        if (!child->goes)
            pool_orphan(pool, child);
    }
    term->children = NULL;
}

/* The terms of that list, which are off the pool's. */
static void drop(struct daps_term_pool *pool, struct daps_term *going)
{
    struct daps_term *next;

    for (struct daps_term *term = going; term != NULL; term = term->loose) {
        if (term->parent != NULL && !term->parent->goes)
            pool_unlink(term);
    }
    for (struct daps_term *term = going; term != NULL; term = term->loose)
        leave_children(pool, term);
    for (struct daps_term *term = going; term != NULL; term = next) {
        next = term->loose;
        if (term->is_orphan)
            pool_free_orphan(pool, term);
        else
            g_hash_table_remove(pool->terms, term);
    }
}

void daps_term_sweep(struct daps_term_pool *pool, daps_term_holds *is_held, const void *holder)
{
    drop(pool, sort_loose(pool, is_held, holder));
}

struct daps_term_numbers daps_term_trial(struct daps_term_pool *pool)
{
    pool->is_trial = true;
    return pool->numbers;
}

void daps_term_trial_over(struct daps_term_pool *pool, const struct daps_term_numbers *before)
{
    struct daps_term **at = &pool->loose, *going = NULL, *term;

    for (; pool->tried > 0 && (term = *at) != NULL;) {
        if (!term->is_tried) {
            at = &term->loose;
            continue;
        }
        *at = term->loose;
        term->loose = going;
        term->goes = true;
        going = term;
        pool->tried--;
    }
    drop(pool, going);
    pool->numbers = *before;
    pool->is_trial = false;
}
