/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys made for a cell that the log does not name, by a re-establishment, a resume, or a command without a frequency.
 * Such a key equals no other, so no repeat is claimed of it; but where another attempt took the same parent for a cell
 * that may be that one (TS 33.501 A.11: parent, PCI and ARFCN are all there is), nobody can say that none was made.
 */
#include "ue/ue.h"

#define UNNAMED (-1)

/* Of one parent, from one state of the log. */
struct sisters {
    GPtrArray *attempts; /* struct daps_attempt *, oldest first */
    bool differ;         /* not all of one key */
};

/* What the log's cells said, and they do not follow the UE (ue/cells.c), is as good as not said. */
static int32_t named(const struct daps_attempt *attempt, int32_t input, bool given)
{
    const bool misled = attempt->taint != 0 && attempt->target.cell_taint != 0 && !given;

    return input < 0 || misled ? UNNAMED : input;
}

static bool is_for_unnamed_cell(const struct daps_attempt *attempt)
{
    return named(attempt, attempt->key->pci, attempt->pci_given) == UNNAMED ||
           named(attempt, attempt->key->arfcn, attempt->arfcn_given) == UNNAMED;
}

static bool may_be(int32_t input, int32_t other)
{
    return input == other || input == UNNAMED || other == UNNAMED;
}

static bool may_be_one_cell(const struct daps_attempt *a, const struct daps_attempt *b)
{
    return may_be(named(a, a->key->pci, a->pci_given), named(b, b->key->pci, b->pci_given)) &&
           may_be(named(a, a->key->arfcn, a->arfcn_given), named(b, b->key->arfcn, b->arfcn_given));
}

static bool is_one_key(const struct daps_attempt *a, const struct daps_attempt *b)
{
    return a->key == b->key && a->taint == b->taint;
}

/* A rejected command was never applied (TS 38.331 5.3.5.8.2); a phone's log names keys by value. */
static bool tells(const struct daps_attempt *attempt)
{
    return attempt->parent != NULL && attempt->key != NULL && attempt->key->kind == DAPS_TERM_STAR &&
           attempt->key->parent == attempt->parent && !attempt->unsure && !attempt->prepared && !attempt->has_leaf &&
           (!attempt->rejected || attempt->procedure == DAPS_PROC_RESUME);
}

/* With the other key at hand, its MAC-Is have been tried under that and were not right. */
static bool is_refuted(const struct daps_attempt *attempt, const struct daps_attempt *other)
{
    return attempt->target_used && other->key->has_value;
}

/* Its loop ends early: of one parent there are no more than 1,008 PCIs that differ. */
static bool may_repeat(const struct sisters *sisters, const struct daps_attempt *attempt)
{
    if (!sisters->differ || !is_for_unnamed_cell(attempt))
        return false;
    for (guint i = 0; i < sisters->attempts->len; i++) {
        const struct daps_attempt *other = g_ptr_array_index(sisters->attempts, i);
        if (!is_one_key(attempt, other) && may_be_one_cell(attempt, other) && !is_refuted(attempt, other))
            return true;
    }
    return false;
}

bool daps_ue_may_be_unnamed(const struct daps_ue *ue, const struct daps_term *key, uint64_t frame)
{
    const struct daps_attempt *attempt =
        key != NULL && key->kind == DAPS_TERM_STAR ? daps_kept_derived(ue, key->parent) : NULL;

    for (; attempt != NULL; attempt = attempt->alike_older) {
        if (attempt->key != key && attempt->frame <= frame && tells(attempt) && is_for_unnamed_cell(attempt) &&
            may_be(named(attempt, attempt->key->pci, attempt->pci_given), key->pci))
            return true;
    }
    return false;
}

static void free_sisters(gpointer data)
{
    struct sisters *sisters = data;

    g_ptr_array_unref(sisters->attempts);
    g_free(sisters);
}

static void add(GHashTable *by_parent, struct daps_attempt *attempt)
{
    const gpointer state = (gpointer)((guintptr)attempt->parent ^ (guintptr)attempt->doubt << 4);
    struct sisters *sisters = g_hash_table_lookup(by_parent, state);

    if (sisters == NULL) {
        sisters = g_new0(struct sisters, 1);
        sisters->attempts = g_ptr_array_new();
        g_hash_table_insert(by_parent, state, sisters);
    }
    if (sisters->attempts->len > 0)
        sisters->differ |= !is_one_key(g_ptr_array_index(sisters->attempts, 0), attempt);
    g_ptr_array_add(sisters->attempts, attempt);
}

void daps_ue_tell_unnamed(struct daps_ue *ue, const GPtrArray *leaving)
{
    GHashTable *by_parent;
    GHashTableIter iter;
    gpointer value;

    if (leaving->len < 2)
        return;
    by_parent = g_hash_table_new_full(NULL, NULL, NULL, free_sisters);
    for (guint i = 0; i < leaving->len; i++) {
        if (tells(g_ptr_array_index(leaving, i)))
            add(by_parent, g_ptr_array_index(leaving, i));
    }
    g_hash_table_iter_init(&iter, by_parent);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct sisters *sisters = value;
        for (guint i = 0; i < sisters->attempts->len; i++) {
            const struct daps_attempt *attempt = g_ptr_array_index(sisters->attempts, i);
            if (may_repeat(sisters, attempt))
                daps_ue_not_judged(ue, DAPS_NOT_JUDGED_CELL_UNKNOWN, attempt->frame);
        }
    }
    g_hash_table_unref(by_parent);
}
