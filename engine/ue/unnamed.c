/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys made for a cell that the log does not name, by a re-establishment, a resume, or a command without a frequency.
 * Such a key equals no other, so no repeat is claimed of it; but where another attempt took the same parent for a cell
 * that may be that one (TS 33.501 A.11: parent, PCI and ARFCN are all there is), nobody can say that none was made.
 */
#include "ue/ue.h"

#define UNNAMED (-1)

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

/* A rejected command was never applied (TS 38.331 5.3.5.8.2); a phone's log names keys by value. */
static bool tells(const struct daps_attempt *attempt)
{
    return attempt->parent != NULL && attempt->key != NULL && attempt->key->kind == DAPS_TERM_STAR &&
           attempt->key->parent == attempt->parent && !attempt->unsure && !attempt->prepared && !attempt->has_leaf &&
           (!attempt->rejected || attempt->procedure == DAPS_PROC_RESUME);
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

/* ---- attempts that leave ---- */

/* Keys are one only if they rest on the same cells of the log. */
struct some_keys {
    const struct daps_term *key; /* of the first one */
    uint64_t taint;
    bool differ; /* not all are that one */
};

/* Keys of one parent, by the cells they are for: of a named PCI, of a named frequency, all. */
struct sisters {
    GHashTable *of[2][2]; /* [of those whose value is not known only][PCI, frequency]: input to struct some_keys */
    struct some_keys all[2];
    GPtrArray *unnamed; /* struct daps_attempt *, oldest first */
};

static void free_sisters(gpointer data)
{
    struct sisters *sisters = data;

    for (unsigned i = 0; i < 2; i++) {
        g_hash_table_unref(sisters->of[i][0]);
        g_hash_table_unref(sisters->of[i][1]);
    }
    g_ptr_array_unref(sisters->unnamed);
    g_free(sisters);
}

static struct sisters *sisters_new(void)
{
    struct sisters *sisters = g_new0(struct sisters, 1);

    for (unsigned i = 0; i < 2; i++) {
        sisters->of[i][0] = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        sisters->of[i][1] = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    sisters->unnamed = g_ptr_array_new();
    return sisters;
}

static void add_key(struct some_keys *keys, const struct daps_attempt *attempt)
{
    if (keys->key == NULL) {
        keys->key = attempt->key;
        keys->taint = attempt->taint;
    }
    keys->differ |= keys->key != attempt->key || keys->taint != attempt->taint;
}

static void add_key_of(GHashTable *of, int32_t input, const struct daps_attempt *attempt)
{
    struct some_keys *keys = g_hash_table_lookup(of, GINT_TO_POINTER(input));

    if (keys == NULL) {
        keys = g_new0(struct some_keys, 1);
        g_hash_table_insert(of, GINT_TO_POINTER(input), keys);
    }
    add_key(keys, attempt);
}

static void add(GHashTable *by_parent, struct daps_attempt *attempt)
{
    const gpointer state = (gpointer)((guintptr)attempt->parent ^ (guintptr)attempt->doubt << 4);
    struct sisters *sisters = g_hash_table_lookup(by_parent, state);

    if (sisters == NULL) {
        sisters = sisters_new();
        g_hash_table_insert(by_parent, state, sisters);
    }
    for (unsigned i = 0; i < (attempt->key->has_value ? 1 : 2); i++) {
        add_key_of(sisters->of[i][0], named(attempt, attempt->key->pci, attempt->pci_given), attempt);
        add_key_of(sisters->of[i][1], named(attempt, attempt->key->arfcn, attempt->arfcn_given), attempt);
        add_key(&sisters->all[i], attempt);
    }
    if (is_for_unnamed_cell(attempt))
        g_ptr_array_add(sisters->unnamed, attempt);
}

static bool has_another(const struct some_keys *keys, const struct daps_attempt *attempt)
{
    return keys != NULL && keys->key != NULL &&
           (keys->differ || keys->key != attempt->key || keys->taint != attempt->taint);
}

static bool has_another_of(GHashTable *of, int32_t input, const struct daps_attempt *attempt)
{
    return has_another(g_hash_table_lookup(of, GINT_TO_POINTER(input)), attempt) ||
           has_another(g_hash_table_lookup(of, GINT_TO_POINTER(UNNAMED)), attempt);
}

/*
 * Is there another key of the parent that may be for the same cell? If signalling was read under the attempt's key, not
 * one whose value is at hand: its MAC-Is have been tried under that and were not right.
 */
static bool may_repeat(const struct sisters *sisters, const struct daps_attempt *attempt)
{
    const unsigned which = attempt->target_used ? 1 : 0;
    const int32_t pci = named(attempt, attempt->key->pci, attempt->pci_given);
    const int32_t arfcn = named(attempt, attempt->key->arfcn, attempt->arfcn_given);

    if (pci != UNNAMED)
        return has_another_of(sisters->of[which][0], pci, attempt);
    if (arfcn != UNNAMED)
        return has_another_of(sisters->of[which][1], arfcn, attempt);
    return has_another(&sisters->all[which], attempt);
}

void daps_ue_tell_unnamed(struct daps_ue *ue, const GPtrArray *leaving)
{
    GHashTable *by_parent;
    GHashTableIter iter;
    gpointer value;
    bool any = false;

    for (guint i = 0; i < leaving->len && !any; i++) {
        const struct daps_attempt *attempt = g_ptr_array_index(leaving, i);
        any = tells(attempt) && is_for_unnamed_cell(attempt);
    }
    if (!any || leaving->len < 2)
        return;
    by_parent = g_hash_table_new_full(NULL, NULL, NULL, free_sisters);
    for (guint i = 0; i < leaving->len; i++) {
        if (tells(g_ptr_array_index(leaving, i)))
            add(by_parent, g_ptr_array_index(leaving, i));
    }
    g_hash_table_iter_init(&iter, by_parent);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct sisters *sisters = value;
        for (guint i = 0; i < sisters->unnamed->len; i++) {
            const struct daps_attempt *attempt = g_ptr_array_index(sisters->unnamed, i);
            if (may_repeat(sisters, attempt))
                daps_ue_not_judged(ue, DAPS_NOT_JUDGED_CELL_UNKNOWN, attempt->frame);
        }
    }
    g_hash_table_unref(by_parent);
}
