/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handover table. */
#include "report/text_handovers.h"

#include <inttypes.h>

#include "daps/rat.h"
#include "daps/words.h"
#include "report/text.h"
#include "report/text_finding.h"

enum column { FRAME, TIME, KIND, CELLS, ARFCN, NCC, DERIVATION, KEY, ALGORITHMS, RACH, OUTCOME, COLUMNS };

void text_handover_row(struct handover_row *row, const struct daps_handover *handover)
{
    *row = (struct handover_row){
        .frame = handover->frame,
        .settled_frame = handover->settled_frame,
        .time_ns = handover->time_ns,
        .procedure = handover->procedure,
        .derivation = handover->derivation,
        .rach = handover->rach,
        .outcome = handover->outcome,
        .source = handover->source,
        .target = handover->target,
        .ncc = handover->ncc,
        .ciphering = handover->ciphering,
        .integrity = handover->integrity,
        .prepared = handover->prepared,
        .key_frame = handover->key_frame,
        .key_verified = handover->key_verified,
        .same_frequency = handover->same_frequency,
    };
    g_strlcpy(row->key, handover->key.id, sizeof row->key);
}

static gint by_frame(gconstpointer a, gconstpointer b)
{
    const struct handover_row *x = a, *y = b;

    return x->frame < y->frame ? -1 : x->frame > y->frame ? 1 : 0;
}

static void outcome(struct outbuf *out, const struct handover_row *row)
{
    outbuf_string(out, daps_words_outcome(row->outcome));
    if (row->settled_frame != 0)
        outbuf_printf(out, " (frame %" PRIu64 ")", row->settled_frame);
}

/* "21 > 22", or "22" where the log does not name the source. */
static void cells(struct outbuf *out, const struct handover_row *row)
{
    if (row->source.pci >= 0)
        outbuf_printf(out, "%" PRId32 " > ", row->source.pci);
    if (row->target.pci >= 0)
        outbuf_signed(out, row->target.pci);
    else
        outbuf_char(out, '?');
}

static void arfcn(struct outbuf *out, const struct handover_row *row)
{
    if (row->target.ssb_arfcn >= 0)
        outbuf_signed(out, row->target.ssb_arfcn);
    else
        outbuf_string(out, row->same_frequency ? "as source" : "?");
}

static void cell_text(struct outbuf *out, const struct handover_row *row, enum column column, enum daps_rat rat,
                      int64_t first_ns)
{
    switch (column) {
    case FRAME:
        outbuf_unsigned(out, row->frame);
        break;
    case TIME:
        text_elapsed(out, first_ns, row->time_ns);
        break;
    case KIND:
        outbuf_string(out, daps_procedure_name(row->procedure));
        outbuf_string(out, row->prepared ? " (prepared)" : "");
        break;
    case CELLS:
        cells(out, row);
        break;
    case ARFCN:
        arfcn(out, row);
        break;
    case NCC:
        if (row->ncc >= 0)
            outbuf_signed(out, row->ncc);
        else
            outbuf_char(out, '-');
        break;
    case DERIVATION:
        outbuf_string(out, daps_derivation_name(row->derivation));
        break;
    case KEY:
        text_safe(out, row->key[0] != '\0' ? row->key : "-");
        if (row->key_frame != 0)
            outbuf_printf(out, " (%sframe %" PRIu64 ")", row->key_verified ? "verified, " : "", row->key_frame);
        break;
    case ALGORITHMS:
        text_algorithms(out, rat, row->ciphering, row->integrity);
        break;
    case RACH:
        outbuf_string(out, daps_rach_name(row->rach));
        break;
    case OUTCOME:
    case COLUMNS:
        outcome(out, row);
        break;
    }
}

static void add_row(struct text_table *table, const struct handover_row *row, enum daps_rat rat, int64_t first_ns)
{
    const char *texts[COLUMNS];
    size_t starts[COLUMNS];
    struct outbuf text;

    outbuf_init(&text, NULL, NULL);
    for (unsigned i = 0; i < COLUMNS; i++) {
        starts[i] = text.length;
        cell_text(&text, row, (enum column)i, rat, first_ns);
        outbuf_char(&text, '\0');
    }
    for (unsigned i = 0; i < COLUMNS; i++)
        texts[i] = text.octets + starts[i];
    text_table_add(table, texts);
    outbuf_clear(&text);
}

void text_handovers(struct outbuf *out, GArray *rows, enum daps_rat rat, int64_t first_ns, bool colour)
{
    const char *const titles[COLUMNS] = {"frame",  "time",       "kind", "PCI",        daps_rat_row(rat)->arfcn_column,
                                         "NCC",    "derivation", "key",  "algorithms", "RACH",
                                         "outcome"};
    struct text_table *table = text_table_new(COLUMNS, titles, "rrlrrrlllll");

    g_array_sort(rows, by_frame);
    for (guint i = 0; i < rows->len; i++)
        add_row(table, &g_array_index(rows, struct handover_row, i), rat, first_ns);
    text_table_write(table, out, 4, colour);
    text_table_free(table);
}
