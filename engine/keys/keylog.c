/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key log: each line filed under its UE, RAT and root as it comes, so that no question walks through the log. */
#include "daps/keylog.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "daps/kdf.h"
#include "keys/keylog_line.h"

#define RATS 2

struct nh {
    unsigned n; /* absolute */
    uint8_t nh[32];
};

/* What holds keys is allocated once and never moves: a copy would stay behind. */
struct root {
    const char *ue;
    unsigned ordinal;
    bool has_key, has_upper, has_ncc;
    int ncc;
    uint32_t ul_nas_count;
    uint8_t key[32], upper[32];
    GPtrArray *nhs; /* struct nh, owned, n ascending; NULL none */
};

/* The lines of one UE name. */
struct owner {
    char *ue;
    GPtrArray *roots[RATS]; /* struct root, owned; NULL none */
    enum daps_rat rat;      /* of the root opened last */
    bool opened;
    GPtrArray *leaves; /* struct daps_keylog_leaves, owned; NULL none */
};

struct daps_keylog {
    GHashTable *owners;   /* by their name */
    GPtrArray *all[RATS]; /* struct root, borrowed, in file order */
    size_t secrets;
};

static void free_nh(gpointer nh)
{
    daps_wipe(nh, sizeof(struct nh));
    g_free(nh);
}

static void free_leaves(gpointer leaves)
{
    daps_wipe(leaves, sizeof(struct daps_keylog_leaves));
    g_free(leaves);
}

static void free_root(gpointer data)
{
    struct root *root = data;

    if (root->nhs != NULL)
        g_ptr_array_unref(root->nhs);
    daps_wipe(root, sizeof *root);
    g_free(root);
}

static void free_owner(gpointer data)
{
    struct owner *owner = data;

    for (unsigned rat = 0; rat < RATS; rat++) {
        if (owner->roots[rat] != NULL)
            g_ptr_array_unref(owner->roots[rat]);
    }
    if (owner->leaves != NULL)
        g_ptr_array_unref(owner->leaves);
    g_free(owner->ue);
    g_free(owner);
}

struct daps_keylog *daps_keylog_new(void)
{
    struct daps_keylog *keylog = g_new0(struct daps_keylog, 1);

    keylog->owners = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_owner);
    for (unsigned rat = 0; rat < RATS; rat++)
        keylog->all[rat] = g_ptr_array_new();
    return keylog;
}

void daps_keylog_free(struct daps_keylog *keylog)
{
    if (keylog == NULL)
        return;
    for (unsigned rat = 0; rat < RATS; rat++)
        g_ptr_array_unref(keylog->all[rat]);
    g_hash_table_unref(keylog->owners);
    g_free(keylog);
}

/* ---- filing ---- */

static struct owner *owner_of(struct daps_keylog *keylog, const char *ue)
{
    struct owner *owner = g_hash_table_lookup(keylog->owners, ue);

    if (owner != NULL)
        return owner;
    owner = g_new0(struct owner, 1);
    owner->ue = g_strdup(ue);
    g_hash_table_insert(keylog->owners, owner->ue, owner);
    return owner;
}

static struct root *add_root(struct owner *owner, enum daps_rat rat)
{
    struct root *root = g_new0(struct root, 1);

    if (owner->roots[rat] == NULL)
        owner->roots[rat] = g_ptr_array_new_with_free_func(free_root);
    root->ue = owner->ue;
    root->ordinal = owner->roots[rat]->len;
    g_ptr_array_add(owner->roots[rat], root);
    return root;
}

static struct root *last_root(const struct owner *owner, enum daps_rat rat)
{
    const GPtrArray *roots = owner->roots[rat];

    return roots != NULL && roots->len > 0 ? roots->pdata[roots->len - 1] : NULL;
}

static void file_root(struct daps_keylog *keylog, struct owner *owner, const struct keylog_line *line)
{
    struct root *root = last_root(owner, line->rat);

    owner->rat = line->rat;
    owner->opened = true;
    if (root == NULL || (line->kind == KEYLOG_KEY ? root->has_key : root->has_upper))
        root = add_root(owner, line->rat);
    if (!root->has_key && !root->has_upper) /* NH lines may have come before it */
        g_ptr_array_add(keylog->all[line->rat], root);
    if (line->kind == KEYLOG_KEY) {
        root->has_key = true;
        root->has_ncc = line->has_ncc;
        root->ncc = line->ncc;
        memcpy(root->key, line->secret, sizeof root->key);
    } else {
        root->has_upper = true;
        root->ul_nas_count = line->ul_nas_count;
        memcpy(root->upper, line->secret, sizeof root->upper);
    }
}

static void file_nh_under(struct root *root, const struct keylog_line *line)
{
    struct nh *nh = g_new0(struct nh, 1);
    unsigned before = root->has_ncc ? (unsigned)root->ncc : 0; /* the chain is joined at that NCC */

    if (root->nhs == NULL)
        root->nhs = g_ptr_array_new_with_free_func(free_nh);
    if (root->nhs->len > 0)
        before = ((const struct nh *)root->nhs->pdata[root->nhs->len - 1])->n;
    nh->n = before + 1 + (((unsigned)line->ncc - (before + 1)) & 7U);
    memcpy(nh->nh, line->secret, sizeof nh->nh);
    g_ptr_array_add(root->nhs, nh);
}

static void file_nh(struct owner *owner, const struct keylog_line *line)
{
    for (unsigned rat = 0; rat < RATS; rat++) {
        struct root *root = last_root(owner, (enum daps_rat)rat);
        if (owner->opened && rat != (unsigned)owner->rat)
            continue;
        if (root == NULL)
            root = add_root(owner, (enum daps_rat)rat);
        file_nh_under(root, line);
    }
}

static void file_leaf(struct owner *owner, const struct keylog_line *line)
{
    struct daps_keylog_leaves *set;

    if (owner->leaves == NULL)
        owner->leaves = g_ptr_array_new_with_free_func(free_leaves);
    set = owner->leaves->len > 0 ? owner->leaves->pdata[owner->leaves->len - 1] : NULL;
    if (set == NULL || set->has[line->leaf] || (line->frame != 0 && set->frame != 0 && line->frame != set->frame)) {
        set = g_new0(struct daps_keylog_leaves, 1);
        g_ptr_array_add(owner->leaves, set);
    }
    if (line->frame != 0)
        set->frame = line->frame;
    set->has[line->leaf] = true;
    memcpy(set->keys[line->leaf], line->secret, sizeof set->keys[line->leaf]);
}

bool daps_keylog_add_line(struct daps_keylog *keylog, const char *text, char *error, size_t error_octets)
{
    struct keylog_line line;
    bool ok = keylog_line_read(text, &line, error, error_octets);

    if (ok && line.kind != KEYLOG_NOTHING && keylog->secrets == DAPS_KEYLOG_MOST) {
        snprintf(error, error_octets, "more than %d secrets in one key log", DAPS_KEYLOG_MOST);
        ok = false;
    }
    if (ok && line.kind != KEYLOG_NOTHING) {
        struct owner *owner = owner_of(keylog, line.ue);
        keylog->secrets++;
        if (line.kind == KEYLOG_NH)
            file_nh(owner, &line);
        else if (line.kind == KEYLOG_LEAF)
            file_leaf(owner, &line);
        else
            file_root(keylog, owner, &line);
    }
    daps_wipe(&line, sizeof line);
    return ok;
}

/* ---- asking ---- */

size_t daps_keylog_count(const struct daps_keylog *keylog)
{
    return keylog->secrets;
}

/* The UE's own lines if it has a root of that RAT among them, else those of `*`. */
static const struct owner *owner_for(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat)
{
    const struct owner *own = g_hash_table_lookup(keylog->owners, ue);
    const struct root *root = own != NULL ? last_root(own, rat) : NULL;

    return root != NULL && (root->has_key || root->has_upper) ? own : g_hash_table_lookup(keylog->owners, "*");
}

static const struct root *root_of(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal)
{
    const struct owner *owner = owner_for(keylog, ue, rat);
    const GPtrArray *roots = owner != NULL ? owner->roots[rat] : NULL;

    return roots != NULL && ordinal < roots->len ? roots->pdata[ordinal] : NULL;
}

/* KgNB or KeNB below the upper key (TS 33.501 A.9, TS 33.401 A.3) unless given. */
static bool give_root(const struct root *root, enum daps_rat rat, struct daps_keylog_root *out)
{
    memset(out, 0, sizeof *out);
    if (root == NULL)
        return false;
    out->has_upper = root->has_upper;
    out->ul_nas_count = root->ul_nas_count;
    memcpy(out->upper, root->upper, sizeof out->upper);
    out->key_given = root->has_key;
    out->has_ncc = root->has_ncc;
    out->ncc = root->ncc;
    if (root->has_key) {
        out->has_key = true;
        memcpy(out->key, root->key, sizeof out->key);
    } else if (root->has_upper) {
        out->has_key = daps_kdf_root(rat, root->upper, root->ul_nas_count, out->key);
    }
    return out->has_key;
}

bool daps_keylog_root(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal,
                      struct daps_keylog_root *out)
{
    return give_root(root_of(keylog, ue, rat, ordinal), rat, out);
}

unsigned daps_keylog_roots(const struct daps_keylog *keylog, enum daps_rat rat)
{
    return keylog->all[rat]->len;
}

bool daps_keylog_any_root(const struct daps_keylog *keylog, enum daps_rat rat, unsigned index, const char **ue,
                          unsigned *ordinal, struct daps_keylog_root *out)
{
    const struct root *root = index < keylog->all[rat]->len ? keylog->all[rat]->pdata[index] : NULL;

    if (root != NULL) {
        *ue = root->ue;
        *ordinal = root->ordinal;
    }
    return give_root(root, rat, out);
}

bool daps_keylog_nh(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal, unsigned n,
                    uint8_t nh[static 32])
{
    const struct root *root = root_of(keylog, ue, rat, ordinal);
    guint low = 0, high = root != NULL && root->nhs != NULL ? root->nhs->len : 0;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const struct nh *entry = root->nhs->pdata[middle];
        if (entry->n == n) {
            memcpy(nh, entry->nh, 32);
            return true;
        }
        if (entry->n < n)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool daps_keylog_leaves(const struct daps_keylog *keylog, const char *ue, unsigned index,
                        struct daps_keylog_leaves *out)
{
    const struct owner *owner = g_hash_table_lookup(keylog->owners, ue);

    if (owner == NULL || owner->leaves == NULL)
        owner = g_hash_table_lookup(keylog->owners, "*");
    if (owner == NULL || owner->leaves == NULL || index >= owner->leaves->len) {
        memset(out, 0, sizeof *out);
        return false;
    }
    memcpy(out, owner->leaves->pdata[index], sizeof *out);
    return true;
}
