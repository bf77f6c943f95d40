/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would have become of the findings under each mitigation: one table, and what is meant by its numbers. */
#include <inttypes.h>
#include <string.h>

#include "evidence/sections.h"
#include "report/said_what_if.h"

static const struct page_table table = {.id = "what-if-table",
                                        .caption = "Findings under each mitigation, and what it takes",
                                        .n = 9,
                                        .columns = {{"Mitigation", false, 18},
                                                    {"Vanish", true, 9},
                                                    {"Less grave", true, 7},
                                                    {"Stay", true, 6},
                                                    {"New", true, 5},
                                                    {"Changed", true, 12},
                                                    {"RRC added", true, 8},
                                                    {"Core trips", true, 6},
                                                    {"UE state", false, 9}}};

static void row(struct page *page, const struct what_if_result *result)
{
    const struct daps_mitigation_cost *cost = &result->cost;
    const uint64_t numbers[] = {result->n[WHAT_IF_VANISHES],
                                result->n[WHAT_IF_WEAKER],
                                result->n[WHAT_IF_STAYS],
                                result->n[WHAT_IF_APPEARS],
                                cost->applied,
                                cost->messages,
                                cost->amf_round_trips};
    struct page_cell cells[9] = {{daps_mitigation_name(result->mitigation), NULL, NULL}};
    char text[G_N_ELEMENTS(numbers)][24];

    for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_snprintf(text[i], sizeof text[i], "%" PRIu64, numbers[i]);
        cells[i + 1].text = text[i];
    }
    cells[8].text = strcmp(daps_mitigation_words(result->mitigation)->state, "none") == 0 ? "none" : "yes, see below";
    page->form->row(page, cells, NULL);
}

static void sentence(struct page *page, struct outbuf *out)
{
    if (out->length > 0) {
        outbuf_char(out, '.');
        outbuf_char(out, '\0');
        page->form->paragraph(page, out->octets, NULL);
    }
    out->length = 0;
}

static void in_full(struct page *page, const struct what_if_result *result)
{
    const struct daps_mitigation_words *words = daps_mitigation_words(result->mitigation);
    struct outbuf out;
    char *title;

    title = g_strdup_printf("%s: %s", daps_mitigation_name(result->mitigation), words->title);
    page->form->heading(page, 4, NULL, title, NULL);
    g_free(title);
    outbuf_init(&out, NULL, NULL);
    for (unsigned fate = 0; fate < WHAT_IF_FATES; fate++) {
        said_what_if_fate(&out, result, (enum what_if_fate)fate);
        sentence(page, &out);
    }
    said_what_if_limits(&out, result);
    if (out.length > 0) {
        outbuf_char(&out, '\0');
        page->form->paragraph(page, out.octets, NULL);
    }
    outbuf_clear(&out);
    page->form->terms(page, true);
    page->form->term(page, "Rests on", words->basis, NULL);
    page->form->term(page, "State in the UE", words->state, NULL);
    page->form->term(page, "But", words->caveat, NULL);
    page->form->terms(page, false);
}

void section_what_if(struct page *page, const struct evidence *evidence)
{
    const struct what_if_result *result;

    if (evidence->what_if == NULL || evidence->n_findings == 0)
        return;
    page->form->heading(page, 3, "what-if", "What if it had been avoided?", NULL);
    page->form->paragraph(
        page,
        "The events of this capture, followed once more as if the network (or a later standard) had "
        "done so. This is analysis, not observation: what a network would have done next is not in it.",
        "quiet");
    page->form->table(page, &table);
    for (unsigned i = 0; (result = what_if_result(evidence->what_if, i)) != NULL; i++)
        row(page, result);
    page->form->table_end(page);
    page->form->fold(page, "Which findings, and what speaks against it");
    for (unsigned i = 0; (result = what_if_result(evidence->what_if, i)) != NULL; i++)
        in_full(page, result);
    page->form->fold(page, NULL);
}
