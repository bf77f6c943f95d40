/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables whose columns are as wide as what is in them. */
#include "report/text.h"

struct text_table {
    unsigned n;
    const char *const *titles;
    const char *right;
    GPtrArray *cells; /* char *, row by row */
    size_t *widths;
};

static size_t width_of(const char *cell)
{
    return (size_t)g_utf8_strlen(cell, -1);
}

struct text_table *text_table_new(unsigned n, const char *const *titles, const char *right)
{
    struct text_table *table = g_new0(struct text_table, 1);

    table->n = n;
    table->titles = titles;
    table->right = right;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    table->widths = g_new0(size_t, n);
    for (unsigned i = 0; i < n; i++)
        table->widths[i] = width_of(titles[i]);
    return table;
}

void text_table_free(struct text_table *table)
{
    g_ptr_array_unref(table->cells);
    g_free(table->widths);
    g_free(table);
}

void text_table_add(struct text_table *table, const char *const *cells)
{
    for (unsigned i = 0; i < table->n; i++) {
        table->widths[i] = MAX(table->widths[i], width_of(cells[i]));
        g_ptr_array_add(table->cells, g_strdup(cells[i]));
    }
}

static void write_row(const struct text_table *table, struct outbuf *out, const char *const *cells, size_t indent)
{
    outbuf_spaces(out, indent);
    for (unsigned i = 0; i < table->n; i++) {
        size_t padding = table->widths[i] - width_of(cells[i]);
        bool right = table->right[i] == 'r';

        if (i > 0)
            outbuf_spaces(out, 2);
        if (right)
            outbuf_spaces(out, padding);
        outbuf_string(out, cells[i]);
        if (!right && i + 1 < table->n)
            outbuf_spaces(out, padding);
    }
    outbuf_char(out, '\n');
}

void text_table_write(const struct text_table *table, struct outbuf *out, size_t indent, bool colour)
{
    text_colour(out, colour, TEXT_DIM);
    write_row(table, out, table->titles, indent);
    text_colour(out, colour, TEXT_PLAIN);
    for (guint i = 0; i < table->cells->len; i += table->n) {
        write_row(table, out, (const char *const *)&table->cells->pdata[i], indent);
        outbuf_settle(out);
    }
}
