/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four tables: a row a handover, a row a finding, a row a key, and what of the capture was read. They are written anew
 * at every frame that says something of them; a filter given to a table chooses those frames.
 *
 * Wireshark sorts texts as texts, and opens a table sorted by its first column: so numbers are written right-aligned in
 * a fixed width, and severities with the more room in front the lighter they are.
 */
#include "tables.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <string.h>

#include "daps/words.h"
#include "lineage.h"
#include "packet_daps.h"
#include "rows.h"

struct table {
    const char *name;
    unsigned columns;
    tap_packet_status (*update)(struct table *about, stat_tap_table *table, const struct daps_tap *tap);
    bool findings;
    GHashTable *rows;        /* name of a row (owned) to its place */
    struct lineage *lineage; /* of the table of keys */
    uint64_t coverage_state; /* what it was when the table was written */
};

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

/* Takes the cells over. */
static void write_row(const struct table *about, stat_tap_table *table, unsigned row, char *cells[MOST_COLUMNS])
{
    stat_tap_table_item_type items[MOST_COLUMNS] = {{0}};

    for (unsigned column = 0; column < about->columns; column++) {
        items[column].type = TABLE_ITEM_STRING;
        items[column].value.string_value = cells[column] != NULL ? cells[column] : g_strdup("");
    }
    if (row >= table->num_elements) {
        stat_tap_init_table_row(table, row, about->columns, items);
        return;
    }
    empty_row(table, row);
    for (unsigned column = 0; column < about->columns; column++)
        stat_tap_set_field_data(table, row, column, &items[column]);
}

/* The row of that name (which is taken over), and whether it is a new one, behind the others. */
static unsigned row_of(struct table *about, const stat_tap_table *table, char *name)
{
    gpointer row;

    if (g_hash_table_lookup_extended(about->rows, name, NULL, &row)) {
        g_free(name);
        return GPOINTER_TO_UINT(row);
    }
    g_hash_table_insert(about->rows, name, GUINT_TO_POINTER(table->num_elements));
    return table->num_elements;
}

/* Takes out what no longer holds; the rows behind move up. */
static void remove_row(struct table *about, stat_tap_table *table, const char *name)
{
    GHashTableIter iter;
    gpointer row, other;

    if (!g_hash_table_lookup_extended(about->rows, name, NULL, &row))
        return;
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

/* ---- handovers and findings ---- */

/* A table without rows is no clean bill: what was not audited or not judged is its first line. */
static void write_silence(struct table *about, stat_tap_table *table, const struct daps_tap *tap)
{
    char *cells[MOST_COLUMNS] = {NULL};

    if (about->coverage_state == session_coverage_state(tap->session) && tap->note == NULL && tap->results->len == 0)
        return;
    about->coverage_state = session_coverage_state(tap->session);
    if (rows_silence(tap->session, about->findings, cells))
        write_row(about, table, row_of(about, table, g_strdup("silence")), cells);
    else
        remove_row(about, table, "silence");
}

static tap_packet_status update_results(struct table *about, stat_tap_table *table, const struct daps_tap *tap)
{
    for (guint i = 0; i < tap->withdrawn->len; i++) {
        char *name = daps_result_name(tap->withdrawn->pdata[i]);
        remove_row(about, table, name);
        g_free(name);
    }
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        char *cells[MOST_COLUMNS] = {NULL};
        if (result->is_finding != about->findings)
            continue;
        if (result->is_finding)
            rows_finding(tap->session, result, cells);
        else
            rows_handover(tap->session, result, cells);
        write_row(about, table, row_of(about, table, daps_result_name(result)), cells);
    }
    write_silence(about, table, tap);
    return TAP_PACKET_REDRAW;
}

/* ---- keys ---- */

static tap_packet_status update_keys(struct table *about, stat_tap_table *table, const struct daps_tap *tap)
{
    GPtrArray *changed = g_ptr_array_new();

    if (about->lineage == NULL)
        about->lineage = lineage_new();
    lineage_take(about->lineage, tap->frame, tap->note, tap->results, tap->withdrawn, changed);
    for (guint i = 0; i < changed->len; i++) {
        char *cells[MOST_COLUMNS] = {NULL};
        const struct lineage_key *key = changed->pdata[i];
        rows_key(key, cells);
        write_row(about, table, row_of(about, table, g_strdup(key->name)), cells);
    }
    const bool any = changed->len > 0;
    g_ptr_array_unref(changed);
    return any ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

/* ---- coverage ---- */

static tap_packet_status update_coverage(struct table *about, stat_tap_table *table, const struct daps_tap *tap)
{
    char *cells[MOST_COLUMNS] = {NULL};

    if (about->coverage_state == session_coverage_state(tap->session) && tap->note == NULL && tap->results->len == 0)
        return TAP_PACKET_DONT_REDRAW;
    about->coverage_state = session_coverage_state(tap->session);
    for (unsigned place = 0; place < rows_coverage_count(); place++) {
        char *name = g_strdup_printf("%u", place);
        if (rows_coverage(tap->session, place, cells))
            write_row(about, table, row_of(about, table, g_strdup(name)), cells);
        else
            remove_row(about, table, name);
        g_free(name);
        memset(cells, 0, sizeof cells);
    }
    return TAP_PACKET_REDRAW;
}

/* ---- Wireshark's side ---- */

static struct table handovers = {"Handovers", ROWS_HANDOVER, update_results, false, NULL, NULL, UINT64_MAX};
static struct table findings = {"Findings", ROWS_FINDING, update_results, true, NULL, NULL, UINT64_MAX};
static struct table keys = {"Keys", ROWS_KEY, update_keys, false, NULL, NULL, UINT64_MAX};
static struct table coverage = {"Coverage", ROWS_COVERAGE, update_coverage, false, NULL, NULL, UINT64_MAX};

static tap_packet_status update(struct table *about, void *tapdata, const void *data)
{
    const stat_data_t *stat = tapdata;

    return about->update(about, g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0), data);
}

#define UPDATE(about)                                                                                                  \
    static tap_packet_status update_##about##_table(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,            \
                                                    const void *data, tap_flags_t flags)                               \
    {                                                                                                                  \
        (void)pinfo;                                                                                                   \
        (void)edt;                                                                                                     \
        (void)flags;                                                                                                   \
        return update(&(about), tapdata, data);                                                                        \
    }
UPDATE(handovers)
UPDATE(findings)
UPDATE(keys)
UPDATE(coverage)

static void reset(stat_tap_table *table)
{
    struct table *const all[] = {&handovers, &findings, &keys, &coverage};

    while (table->num_elements > 0) {
        const unsigned row = table->num_elements - 1;
        empty_row(table, row); /* which must still be one of them */
        g_free(table->elements[row]);
        table->elements[row] = NULL;
        table->num_elements = row;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++) {
        if (strcmp(table->title, all[i]->name) != 0)
            continue;
        all[i]->coverage_state = UINT64_MAX;
        lineage_free(all[i]->lineage);
        all[i]->lineage = NULL;
        if (all[i]->rows != NULL)
            g_hash_table_remove_all(all[i]->rows);
    }
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
    about->coverage_state = UINT64_MAX;
    lineage_free(about->lineage);
    about->lineage = NULL;
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

static void start_keys(stat_tap_table_ui *ui)
{
    start(ui, &keys);
}

static void start_coverage(stat_tap_table_ui *ui)
{
    start(ui, &coverage);
}

#define COLUMN(title, side)                                                                                            \
    {                                                                                                                  \
        TABLE_ITEM_STRING, TAP_ALIGN_##side, title, "%s"                                                               \
    }
#define TABLE(id, what)                                                                                                \
    {                                                                                                                  \
        .group = WS_TELEPHONY, .title = "DAPS: " what, .tap_name = "daps", .cli_string = "daps," what,                 \
        .stat_tap_init_cb = start_##id, .packet_func = update_##id##_table, .stat_tap_reset_table_cb = reset,          \
        .stat_tap_free_table_item_cb = free_cell, .nfields = G_N_ELEMENTS(id##_columns), .fields = id##_columns,       \
        .nparams = G_N_ELEMENTS(filter), .params = filter                                                              \
    }

void tables_register(void)
{
    static stat_tap_table_item handovers_columns[ROWS_HANDOVER] = {
        COLUMN("Frame", RIGHT),  COLUMN("Time", RIGHT),       COLUMN("UE", LEFT),         COLUMN("Procedure", LEFT),
        COLUMN("Outcome", LEFT), COLUMN("Source PCI", RIGHT), COLUMN("PCI", RIGHT),       COLUMN("ARFCN", RIGHT),
        COLUMN("C-RNTI", RIGHT), COLUMN("NCC", RIGHT),        COLUMN("Derivation", LEFT), COLUMN("Key", LEFT),
        COLUMN("RACH", LEFT),    COLUMN("Complete", RIGHT),   COLUMN("Settled", RIGHT),   COLUMN("Duration ms", RIGHT),
    };
    static stat_tap_table_item findings_columns[ROWS_FINDING] = {
        COLUMN("Frame", RIGHT), COLUMN("Time", RIGHT),     COLUMN("UE", LEFT),
        COLUMN("Rule", LEFT),   COLUMN("Severity", RIGHT), COLUMN("Evidence", LEFT),
        COLUMN("Key", LEFT),    COLUMN("Frames", LEFT),    COLUMN("Title", LEFT),
    };
    static stat_tap_table_item keys_columns[ROWS_KEY] = {
        COLUMN("No.", LEFT),  COLUMN("UE", LEFT),     COLUMN("Key", LEFT),    COLUMN("Derivation", LEFT),
        COLUMN("NCC", RIGHT), COLUMN("Times", RIGHT), COLUMN("Frames", LEFT), COLUMN("Findings", LEFT),
    };
    static stat_tap_table_item coverage_columns[ROWS_COVERAGE] = {
        COLUMN("No.", RIGHT),         COLUMN("What", LEFT),    COLUMN("Count", RIGHT),
        COLUMN("First frame", RIGHT), COLUMN("Meaning", LEFT),
    };
    static tap_param filter[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    static stat_tap_table_ui handovers_ui = TABLE(handovers, "handovers"), findings_ui = TABLE(findings, "findings"),
                             keys_ui = TABLE(keys, "keys"), coverage_ui = TABLE(coverage, "coverage");

    register_stat_tap_table_ui(&handovers_ui);
    register_stat_tap_table_ui(&findings_ui);
    register_stat_tap_table_ui(&keys_ui);
    register_stat_tap_table_ui(&coverage_ui);
}
