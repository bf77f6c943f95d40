/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two tables, a row a handover and a row a finding, written anew at every frame that says something of it; a filter
 * given to a table chooses those frames.
 */
#include "tables.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <string.h>

#include "items.h"
#include "packet_daps.h"

#define MOST_COLUMNS 12

typedef void fill_row(const struct daps_result *result, char *cells[MOST_COLUMNS]);

struct table {
    const char *name;
    bool findings;
    unsigned columns;
    fill_row *fill;
    GHashTable *rows; /* name of a result (owned) to its row */
};

static void fill_handover(const struct daps_result *result, char *cells[MOST_COLUMNS])
{
    static const char *const members[] = {"frame", "ue",      "procedure",      "pci",
                                          "arfcn", "ncc",     "derivation",     "key",
                                          "rach",  "outcome", "complete_frame", "settled_frame"};

    for (unsigned i = 0; i < G_N_ELEMENTS(members); i++)
        cells[i] = member_cell(&daps_shape_handover, members[i], &result->handover);
}

static char *frames_of(const struct daps_result *result)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < result->finding->n_frames && i < 8; i++) {
        if (result->finding->subjects[i].frame != 0) /* not dropped by a read filter */
            g_string_append_printf(text, "%s%" PRIu64, text->len > 0 ? " " : "", result->finding->subjects[i].frame);
    }
    if (result->finding->n_frames > 8)
        g_string_append_printf(text, " and %u more", result->finding->n_frames - 8);
    return g_string_free(text, FALSE);
}

static void fill_finding(const struct daps_result *result, char *cells[MOST_COLUMNS])
{
    static const char *const members[] = {"ue", "rule", "severity", "evidence"};

    cells[0] = frames_of(result);
    for (unsigned i = 0; i < G_N_ELEMENTS(members); i++)
        cells[i + 1] = member_cell(&daps_shape_finding, members[i], result->finding);
    cells[5] = g_strdup(result->finding->has_key ? result->finding->key.id : "");
    cells[6] = g_strdup(daps_words_title(result->finding));
}

static struct table handovers = {"Handovers", false, 12, fill_handover, NULL};
static struct table findings = {"Findings", true, 7, fill_finding, NULL};

/* ---- rows ---- */

static void free_cell(stat_tap_table *table, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)column;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_UINT;
    cell->value.uint_value = 0;
}

static void empty_row(stat_tap_table *table, unsigned row)
{
    for (unsigned column = 0; column < table->num_fields; column++)
        free_cell(table, row, column, stat_tap_get_field_data(table, row, column));
}

static void write_row(const struct table *about, stat_tap_table *table, unsigned row, const struct daps_result *result)
{
    stat_tap_table_item_type items[MOST_COLUMNS] = {{0}};
    char *cells[MOST_COLUMNS] = {NULL};

    about->fill(result, cells);
    for (unsigned column = 0; column < about->columns; column++) {
        items[column].type = TABLE_ITEM_STRING;
        items[column].value.string_value = cells[column];
    }
    if (!about->findings) { /* a number, so that rows can be sorted by it */
        g_free(cells[0]);
        items[0].type = TABLE_ITEM_UINT;
        items[0].value.uint_value = (unsigned)result->handover.frame;
    }
    if (row >= table->num_elements) {
        stat_tap_init_table_row(table, row, about->columns, items);
        return;
    }
    empty_row(table, row);
    for (unsigned column = 0; column < about->columns; column++)
        stat_tap_set_field_data(table, row, column, &items[column]);
}

/* The row of a result, and whether it is a new one, behind the others. */
static unsigned row_of(struct table *about, const stat_tap_table *table, const struct daps_result *result)
{
    char *name = daps_result_name(result);
    gpointer row;

    if (g_hash_table_lookup_extended(about->rows, name, NULL, &row)) {
        g_free(name);
        return GPOINTER_TO_UINT(row);
    }
    g_hash_table_insert(about->rows, name, GUINT_TO_POINTER(table->num_elements));
    return table->num_elements;
}

/* Takes out what no longer holds; the rows behind move up. */
static void remove_row(struct table *about, stat_tap_table *table, const struct daps_result *result)
{
    char *name = daps_result_name(result);
    GHashTableIter iter;
    gpointer row, other;

    if (g_hash_table_lookup_extended(about->rows, name, NULL, &row)) {
        const unsigned gone = GPOINTER_TO_UINT(row);
        g_hash_table_remove(about->rows, name);
        empty_row(table, gone);
        g_free(table->elements[gone]);
        table->num_elements--;
        memmove(&table->elements[gone], &table->elements[gone + 1],
                (table->num_elements - gone) *
                    sizeof table->elements[0]); // NOLINT(bugprone-sizeof-expression): pointers are moved
        table->elements[table->num_elements] = NULL;
        g_hash_table_iter_init(&iter, about->rows);
        while (g_hash_table_iter_next(&iter, NULL, &other)) {
            if (GPOINTER_TO_UINT(other) > gone)
                g_hash_table_iter_replace(&iter, GUINT_TO_POINTER(GPOINTER_TO_UINT(other) - 1));
        }
    }
    g_free(name);
}

static tap_packet_status update(struct table *about, void *tapdata, const void *data)
{
    const stat_data_t *stat = tapdata;
    const struct daps_tap *tap = data;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);

    for (guint i = 0; i < tap->withdrawn->len; i++)
        remove_row(about, table, tap->withdrawn->pdata[i]);
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        if (result->is_finding == about->findings)
            write_row(about, table, row_of(about, table, result), result);
    }
    return TAP_PACKET_REDRAW;
}

static tap_packet_status update_handovers(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                          tap_flags_t flags)
{
    (void)pinfo;
    (void)edt;
    (void)flags;
    return update(&handovers, tapdata, data);
}

static tap_packet_status update_findings(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                         tap_flags_t flags)
{
    (void)pinfo;
    (void)edt;
    (void)flags;
    return update(&findings, tapdata, data);
}

static void reset(stat_tap_table *table)
{
    struct table *about = strcmp(table->title, handovers.name) == 0 ? &handovers : &findings;

    while (table->num_elements > 0) {
        const unsigned row = --table->num_elements;
        empty_row(table, row);
        g_free(table->elements[row]);
        table->elements[row] = NULL;
    }
    if (about->rows != NULL)
        g_hash_table_remove_all(about->rows);
}

static void start(stat_tap_table_ui *ui, struct table *about)
{
    stat_tap_table *table = stat_tap_find_table(ui, about->name);

    if (about->rows == NULL)
        about->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (table != NULL) {
        reset(table);
        return;
    }
    g_hash_table_remove_all(about->rows);
    stat_tap_add_table(ui, stat_tap_init_table(about->name, (int)about->columns, 0, NULL));
}

static void start_handovers(stat_tap_table_ui *ui)
{
    start(ui, &handovers);
}

static void start_findings(stat_tap_table_ui *ui)
{
    start(ui, &findings);
}

#define COLUMN(title, side)                                                                                            \
    {                                                                                                                  \
        TABLE_ITEM_STRING, TAP_ALIGN_##side, title, "%s"                                                               \
    }

void tables_register(void)
{
    static stat_tap_table_item handover_columns[] = {
        {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Frame", "%u"},
        COLUMN("UE", LEFT),
        COLUMN("Procedure", LEFT),
        COLUMN("PCI", RIGHT),
        COLUMN("ARFCN", RIGHT),
        COLUMN("NCC", RIGHT),
        COLUMN("Derivation", LEFT),
        COLUMN("Key", LEFT),
        COLUMN("RACH", LEFT),
        COLUMN("Outcome", LEFT),
        COLUMN("Complete", RIGHT),
        COLUMN("Settled", RIGHT),
    };
    static stat_tap_table_item finding_columns[] = {
        COLUMN("Frames", LEFT),   COLUMN("UE", LEFT),  COLUMN("Rule", LEFT),  COLUMN("Severity", LEFT),
        COLUMN("Evidence", LEFT), COLUMN("Key", LEFT), COLUMN("Title", LEFT),
    };
    static tap_param filter[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    static stat_tap_table_ui handovers_ui = {.group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
                                             .title = "DAPS: handovers",
                                             .tap_name = "daps",
                                             .cli_string = "daps,handovers",
                                             .stat_tap_init_cb = start_handovers,
                                             .packet_func = update_handovers,
                                             .stat_tap_reset_table_cb = reset,
                                             .stat_tap_free_table_item_cb = free_cell,
                                             .nfields = G_N_ELEMENTS(handover_columns),
                                             .fields = handover_columns,
                                             .nparams = G_N_ELEMENTS(filter),
                                             .params = filter};
    static stat_tap_table_ui findings_ui = {.group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
                                            .title = "DAPS: findings",
                                            .tap_name = "daps",
                                            .cli_string = "daps,findings",
                                            .stat_tap_init_cb = start_findings,
                                            .packet_func = update_findings,
                                            .stat_tap_reset_table_cb = reset,
                                            .stat_tap_free_table_item_cb = free_cell,
                                            .nfields = G_N_ELEMENTS(finding_columns),
                                            .fields = finding_columns,
                                            .nparams = G_N_ELEMENTS(filter),
                                            .params = filter};

    register_stat_tap_table_ui(&handovers_ui);
    register_stat_tap_table_ui(&findings_ui);
}
