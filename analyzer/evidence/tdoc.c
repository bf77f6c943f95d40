/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A contribution draft: what the captures show as numbered observations, room for proposals, and the evidence as its
 * annex. Nothing is proposed: that is for whoever signs it.
 */
#include <inttypes.h>

#include "evidence/sections.h"

static void free_text(gpointer text)
{
    g_free(text);
}

/* "With refresh (...), 2 of 2 findings vanish and 0 are less grave; 0 new ones appear. It takes ..." */
static void what_if(GString *text, const struct evidence *evidence)
{
    const struct what_if_result *result;

    if (evidence->what_if == NULL || evidence->n_findings == 0)
        return;
    g_string_append(text, "Analysis of the same events under each mitigation: ");
    for (unsigned i = 0; (result = what_if_result(evidence->what_if, i)) != NULL; i++)
        g_string_append_printf(text,
                               "%s%s: %" PRIu64 " of %" PRIu64 " findings vanish, %" PRIu64
                               " become less grave, %" PRIu64 " appear, for %" PRIu64 " RRC messages and %" PRIu64
                               " round trips to the core",
                               i == 0 ? "" : "; ", daps_mitigation_name(result->mitigation),
                               result->n[WHAT_IF_VANISHES], evidence->n_findings, result->n[WHAT_IF_WEAKER],
                               result->n[WHAT_IF_APPEARS], result->cost.messages, result->cost.amf_round_trips);
    g_string_append_c(text, '.');
}

GPtrArray *tdoc_observations(const struct evidence *evidence)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_text);
    struct liaison_answer answers[LIAISON_QUESTIONS];
    char *verdict = evidence_verdict(evidence->totals, evidence);
    GString *text = g_string_new(NULL);

    g_ptr_array_add(list, g_strdup_printf("%s: %s", evidence->name, verdict));
    liaison_answers(evidence, answers);
    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++)
        g_ptr_array_add(list, g_strdup_printf("On %s (%s) %s Evidence: %s.", answers[i].question, answers[i].asks,
                                              answers[i].answer, answers[i].evidence));
    liaison_clear(answers);
    what_if(text, evidence);
    if (text->len > 0)
        g_ptr_array_add(list, g_strdup(text->str));
    g_string_free(text, TRUE);
    g_free(verdict);
    return list;
}

static void observations(struct page *page, const struct evidence_wish *wish)
{
    unsigned number = 0;

    page->form->heading(page, 2, NULL, "2  Observations", NULL);
    for (guint i = 0; i < wish->overview->len; i++) {
        const struct evidence_overview *row = g_ptr_array_index(wish->overview, i);
        for (guint j = 0; row->observations != NULL && j < row->observations->len; j++) {
            char *text =
                g_strdup_printf("Observation %u: %s", ++number, (char *)g_ptr_array_index(row->observations, j));
            page->form->paragraph(page, text, NULL);
            g_free(text);
        }
    }
}

void tdoc_front(struct page *page, const struct evidence_wish *wish)
{
    page->form->heading(page, 1, NULL, "Key reuse after fallback in handovers: observations", NULL);
    page->form->terms(page, true);
    page->form->term(page, "Source", "[company]", NULL);
    page->form->term(page, "Document for", "Discussion and decision", NULL);
    page->form->term(page, "Agenda item", "[agenda item]", NULL);
    page->form->terms(page, false);
    page->form->heading(page, 2, NULL, "1  Introduction", NULL);
    page->form->paragraph(
        page,
        "In a DAPS handover (TS 38.300 9.2.3.2) the UE keeps the keys of the source and falls back to them when "
        "the handover fails. KNG-RAN* (TS 33.501 A.11) has no fresh input, so a further derivation from the same "
        "key for the same cell gives the same key. This contribution reports what captures show of it; the "
        "annex has the evidence, frame by frame.",
        NULL);
    observations(page, wish);
    page->form->heading(page, 2, NULL, "3  Proposals", NULL);
    page->form->paragraph(page, "Proposal 1: [to be written by the source company]", NULL);
    page->form->paragraph(page, "Proposal 2: [to be written by the source company]", NULL);
    page->form->heading(page, 2, NULL, "Annex A  Evidence", NULL);
}
