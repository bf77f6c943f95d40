/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two tables, a row a handover and a row a finding. Settled results have their rows for good, open ones come behind
 * them and are written anew at every frame that takes part.
 */
#include "tables.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include "packet_daps.h"
#include "rules/rule.h"

#define MOST_COLUMNS 12

typedef void fill_row(const struct result *result, char *cells[MOST_COLUMNS]);

struct table {
    const char *name;
    bool findings;
    unsigned columns;
    fill_row *fill;
};

static char *number_or_nothing(int64_t number)
{
    return number >= 0 ? g_strdup_printf("%" PRId64, number) : g_strdup("");
}

static char *frame_or_nothing(uint64_t frame)
{
    return frame != 0 ? g_strdup_printf("%" PRIu64, frame) : g_strdup("");
}

static void fill_handover(const struct result *result, char *cells[MOST_COLUMNS])
{
    const struct daps_handover *handover = &result->handover;

    cells[0] = frame_or_nothing(handover->frame);
    cells[1] = g_strdup(result->ue);
    cells[2] = g_strdup(daps_procedure_name(handover->procedure));
    cells[3] = number_or_nothing(handover->target.pci);
    cells[4] = number_or_nothing(handover->target.ssb_arfcn);
    cells[5] = number_or_nothing(handover->ncc);
    cells[6] = g_strdup(daps_derivation_name(handover->derivation));
    cells[7] = g_strdup(handover->key.id);
    cells[8] = g_strdup(daps_rach_name(handover->rach));
    cells[9] = g_strdup(daps_outcome_name(handover->outcome));
    cells[10] = frame_or_nothing(handover->complete_frame);
    cells[11] = frame_or_nothing(handover->settled_frame);
}

static char *frames_of(const struct result *result)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < result->finding.n_frames && i < 8; i++)
        g_string_append_printf(text, "%s%" PRIu64, i > 0 ? " " : "", result->finding.frames[i]);
    if (result->finding.n_frames > 8)
        g_string_append_printf(text, " and %u more", result->finding.n_frames - 8);
    return g_string_free(text, FALSE);
}

static void fill_finding(const struct result *result, char *cells[MOST_COLUMNS])
{
    cells[0] = frames_of(result);
    cells[1] = g_strdup(result->ue);
    cells[2] = g_strdup(daps_rule(result->finding.rule)->name);
    cells[3] = g_strdup(daps_severity_name(result->finding.severity));
    cells[4] = g_strdup(daps_evidence_name(result->finding.evidence));
    cells[5] = g_strdup(result->finding.has_key ? result->finding.key.id : "");
    cells[6] = g_strdup(result->finding.title);
}

static const struct table handovers = {"Handovers", false, 12, fill_handover};
static const struct table findings = {"Findings", true, 7, fill_finding};

/* ---- rows ---- */

static void free_cell(stat_tap_table *table, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)column;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->value.string_value = NULL;
}

static void empty_row(stat_tap_table *table, unsigned row)
{
    for (unsigned column = 0; column < table->num_fields; column++)
        free_cell(table, row, column, stat_tap_get_field_data(table, row, column));
}

static void write_row(const struct table *about, stat_tap_table *table, unsigned row, const struct result *result)
{
    stat_tap_table_item_type items[MOST_COLUMNS] = {{0}};
    char *cells[MOST_COLUMNS] = {NULL};

    about->fill(result, cells);
    for (unsigned column = 0; column < about->columns; column++) {
        items[column].type = TABLE_ITEM_STRING;
        items[column].value.string_value = cells[column];
    }
    items[0].user_data.ptr_value = (void *)result;
    if (row >= table->num_elements) {
        stat_tap_init_table_row(table, row, about->columns, items);
        return;
    }
    empty_row(table, row);
    for (unsigned column = 0; column < about->columns; column++)
        stat_tap_set_field_data(table, row, column, &items[column]);
}

/* Rows beyond are no longer true of anything. */
static void cut_rows(stat_tap_table *table, unsigned rows)
{
    while (table->num_elements > rows) {
        const unsigned row = table->num_elements - 1;
        empty_row(table, row);
        g_free(table->elements[row]);
        table->elements[row] = NULL;
        table->num_elements = row;
    }
}

/* How many settled rows stand already. */
static unsigned rows_standing(const stat_tap_table *table, const GPtrArray *settled)
{
    unsigned rows = MIN(table->num_elements, settled->len);

    while (rows > 0 && stat_tap_get_field_data(table, rows - 1, 0)->user_data.ptr_value != settled->pdata[rows - 1])
        rows--;
    return rows;
}

static tap_packet_status update(const struct table *about, void *tapdata, const void *data)
{
    const stat_data_t *stat = tapdata;
    const struct daps_tap *tap = data;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    const GPtrArray *settled = session_settled(tap->session, about->findings),
                    *open = session_open(tap->session, about->findings);
    unsigned row = rows_standing(table, settled);

    for (; row < settled->len; row++)
        write_row(about, table, row, settled->pdata[row]);
    for (guint i = 0; i < open->len; i++)
        write_row(about, table, row++, open->pdata[i]);
    cut_rows(table, row);
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
    cut_rows(table, 0);
}

static void start(stat_tap_table_ui *ui, const struct table *about)
{
    stat_tap_table *table = stat_tap_find_table(ui, about->name);

    if (table != NULL)
        reset(table);
    else
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
        COLUMN("Frame", RIGHT), COLUMN("UE", LEFT),      COLUMN("Procedure", LEFT),  COLUMN("PCI", RIGHT),
        COLUMN("ARFCN", RIGHT), COLUMN("NCC", RIGHT),    COLUMN("Derivation", LEFT), COLUMN("Key", LEFT),
        COLUMN("RACH", LEFT),   COLUMN("Outcome", LEFT), COLUMN("Complete", RIGHT),  COLUMN("Settled", RIGHT),
    };
    static stat_tap_table_item finding_columns[] = {
        COLUMN("Frames", LEFT),   COLUMN("UE", LEFT),  COLUMN("Rule", LEFT),  COLUMN("Severity", LEFT),
        COLUMN("Evidence", LEFT), COLUMN("Key", LEFT), COLUMN("Title", LEFT),
    };
    static tap_param filter[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    static stat_tap_table_ui handovers_ui = {.group = REGISTER_STAT_GROUP_GENERIC,
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
    static stat_tap_table_ui findings_ui = {.group = REGISTER_STAT_GROUP_GENERIC,
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
