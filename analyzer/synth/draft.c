/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths and values, and their encoding. */
#include "synth/draft.h"

#include "synth/tables_nr_synth.h"

struct draft draft_start_in(const struct per_table *table, const char *prefix)
{
    struct draft draft = {table, g_array_new(FALSE, TRUE, sizeof(struct per_assign)), prefix};

    return draft;
}

struct draft draft_start(const char *prefix)
{
    return draft_start_in(&nr_synth_table, prefix);
}

struct per_assign *draft_add(struct draft *draft, const char *path)
{
    struct per_assign assign = {.only_there = true};

    assign.path = g_strconcat(draft->prefix, *draft->prefix != '\0' && *path != '\0' ? "." : "", path, NULL);
    g_array_append_val(draft->assigns, assign);
    return &g_array_index(draft->assigns, struct per_assign, draft->assigns->len - 1);
}

void draft_set(struct draft *draft, const char *path, int64_t value)
{
    struct per_assign *assign = draft_add(draft, path);

    assign->value = value;
    assign->only_there = false;
}

void draft_set_name(struct draft *draft, const char *path, const char *name)
{
    struct per_assign *assign = draft_add(draft, path);

    assign->name = name;
    assign->only_there = false;
}

void draft_set_octets(struct draft *draft, const char *path, const GByteArray *octets)
{
    struct per_assign *assign = draft_add(draft, path);

    assign->octets = octets->data;
    assign->length = octets->len;
    assign->only_there = false;
}

void draft_fail(char **error, char *sentence)
{
    if (*error != NULL)
        g_free(sentence);
    else
        *error = sentence;
}

GByteArray *draft_finish(struct draft *draft, uint32_t root, char **error)
{
    struct per_output *out = g_new(struct per_output, 1);
    GByteArray *octets = NULL;
    size_t n = per_write(draft->table, root, (const struct per_assign *)(const void *)draft->assigns->data,
                         draft->assigns->len, out);

    if (n > 0)
        octets = g_byte_array_append(g_byte_array_sized_new((guint)n), out->octets, (guint)n);
    else
        draft_fail(error, g_strdup(out->error));
    for (guint i = 0; i < draft->assigns->len; i++)
        g_free((gpointer)(guintptr)g_array_index(draft->assigns, struct per_assign, i).path);
    g_array_unref(draft->assigns);
    g_free(out);
    return octets;
}

void draft_set_rows(struct draft *draft, const struct draft_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct per_assign *assign = draft_add(draft, rows[i].path);
        assign->value = rows[i].value;
        assign->name = rows[i].name;
        assign->only_there = false;
    }
}
