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

/* "With refresh (...), 2 of 2 findings vanish, for 2 RRC messages." */
static char *what_if(const struct evidence *evidence, const struct what_if_result *result)
{
    const struct daps_mitigation_words *words = daps_mitigation_words(result->mitigation);
    const struct daps_mitigation_cost *cost = &result->cost;
    GString *text = g_string_new(NULL);

    g_string_printf(text, "Analysis, not observation: if %s (%s; %s), %" PRIu64 " of %" PRIu64 " findings vanish",
                    daps_mitigation_name(result->mitigation), words->title, words->basis, result->n[WHAT_IF_VANISHES],
                    evidence->n_findings);
    if (result->n[WHAT_IF_WEAKER] > 0)
        g_string_append_printf(text, ", %" PRIu64 " become less grave", result->n[WHAT_IF_WEAKER]);
    if (result->n[WHAT_IF_APPEARS] > 0)
        g_string_append_printf(text, ", %" PRIu64 " new ones appear", result->n[WHAT_IF_APPEARS]);
    g_string_append_printf(
        text, ". Added: RRC messages %" PRIu64 ", round trips to the core %" PRIu64 ", state in the UE: %s.",
        cost->messages, cost->amf_round_trips, words->state);
    return g_string_free(text, FALSE);
}

GPtrArray *tdoc_observations(const struct evidence *evidence)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_text);
    struct liaison_answer answers[LIAISON_QUESTIONS];
    char *verdict = evidence_verdict(evidence->totals, evidence);
    const struct what_if_result *result;

    g_ptr_array_add(list, g_strdup_printf("%s: %s", evidence->name, verdict));
    liaison_answers(evidence, answers);
    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++)
        g_ptr_array_add(list, g_strdup_printf("On %s (%s) %s Evidence: %s.", answers[i].question, answers[i].asks,
                                              answers[i].answer, answers[i].evidence));
    liaison_clear(answers);
    for (unsigned i = 0; evidence->what_if != NULL && evidence->n_findings > 0 &&
                         (result = what_if_result(evidence->what_if, i)) != NULL;
         i++)
        g_ptr_array_add(list, what_if(evidence, result));
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
