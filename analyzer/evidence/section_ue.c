/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each UE: its story as a chart and as a table, its keys as a picture and as a table. */
#include <inttypes.h>
#include <string.h>

#include "daps/rat.h"
#include "evidence/picture.h"
#include "evidence/sections.h"
#include "evidence/steps.h"
#include "report/rfc3339.h"
#include "report/text.h"

static void quiet(struct page *page, const struct story_quiet *what)
{
    char *text = steps_left_out(what);

    if (text != NULL)
        page->form->paragraph(page, text, "quiet");
    g_free(text);
}

/*
 * The messages as a table. Where there are no pictures the page is one of paper, on which seven columns are so narrow
 * that names of messages break: there what is around a message stands behind its name.
 */
static const struct page_table wide_table = {.caption = "Messages",
                                             .n = 7,
                                             .columns = {{"Frame", true, 8},
                                                         {"Time", false, 14},
                                                         {"Direction", false, 11},
                                                         {"Other end", false, 13},
                                                         {"Message", false, 20},
                                                         {"What it does", false, 20},
                                                         {"Findings", false, 11}}},
                               narrow_table = {.caption = "Messages",
                                               .n = 3,
                                               .columns = {{"Frame", true, 8},
                                                           {"Message, and what it does", false, 70},
                                                           {"Findings", false, 11}}};

/* "RRCReconfiguration to UE, PCI 11, 2026-01-01T00:00:00.12Z: daps-handover to PCI 22; K2" */
static char *in_one(const char *cells[7])
{
    if (cells[4][0] == '\0')
        return g_strdup(cells[5]);
    return g_strconcat(cells[4], " ", cells[2], ", ", cells[3], cells[1][0] != '\0' ? ", " : "", cells[1],
                       cells[5][0] != '\0' ? ": " : "", cells[5], NULL);
}

static void message_row(struct page *page, const char *cells[7])
{
    char *one = in_one(cells);
    struct page_cell wide[7] = {{NULL, NULL, NULL}},
                     narrow[] = {{cells[0], NULL, NULL}, {one, NULL, NULL}, {cells[6], NULL, NULL}};

    for (unsigned i = 0; i < G_N_ELEMENTS(wide); i++)
        wide[i].text = cells[i];
    page->form->row(page, page->pictures ? wide : narrow, NULL);
    g_free(one);
}

static void quiet_row(struct page *page, const struct story_quiet *what)
{
    char *text = steps_left_out(what);

    if (text != NULL)
        message_row(page, (const char *[]){"", "", "", "", "", text, ""});
    g_free(text);
}

static void step_row(struct page *page, const struct step *step, enum daps_rat rat)
{
    char frame[24], time[RFC3339_OCTETS];
    GString *cell = g_string_new(NULL);

    g_snprintf(frame, sizeof frame, "%" PRIu64, step->mark->frame);
    if (step->core)
        g_string_append(cell, "core network");
    else
        daps_words_cell(cell, &step->cell, rat);
    message_row(page, (const char *[]){frame, rfc3339_write(step->mark->time_ns, time) ? time : "",
                                       step->mark->downlink ? "to UE" : "from UE", cell->str, step->message, step->note,
                                       step->findings});
    g_string_free(cell, TRUE);
}

static void steps_table(struct page *page, const struct story *story, const GArray *steps, guint from, guint to)
{
    if (page->pictures)
        page->form->fold(page, "The chart as a table");
    page->form->table(page, page->pictures ? &wide_table : &narrow_table);
    for (guint i = from; i < to; i++) {
        if (i > from)
            quiet_row(page, &g_array_index(steps, struct step, i).mark->before);
        step_row(page, &g_array_index(steps, struct step, i), story->rat);
    }
    page->form->table_end(page);
    if (page->pictures)
        page->form->fold(page, NULL);
}

static guint fold_behind(const GArray *steps, guint from)
{
    guint to = from + 1;

    while (to < steps->len && g_array_index(steps, struct step, to).mark->before.messages == 0)
        to++;
    return to;
}

/* From one fold to the next; where nothing is found, what is left out between handovers is a line of the chart. */
static guint stretch_end(const struct story *story, const GArray *steps, guint from)
{
    guint to = fold_behind(steps, from);

    while (story_is_clean(story) && to < steps->len && picture_fits(steps, from, fold_behind(steps, to)))
        to = fold_behind(steps, to);
    return to;
}

static void chart(struct page *page, const struct evidence *evidence, const struct story *story)
{
    GArray *steps = steps_of(evidence, story);

    for (guint from = 0, to; from < steps->len; from = to) {
        to = stretch_end(story, steps, from);
        quiet(page, &g_array_index(steps, struct step, from).mark->before);
        if (page->pictures)
            picture_chart(page->out, evidence, story, steps, from, to);
        steps_table(page, story, steps, from, to);
    }
    quiet(page, &story->after);
    if (story->frames_left_out > 0)
        page->form->paragraph(page,
                              "Frames of further findings of this UE are left out here for want of room; the table "
                              "of findings has them.",
                              "quiet");
    g_array_unref(steps);
}

static void key_row(struct page *page, const struct evidence *evidence, const struct story *story,
                    const struct daps_finding *finding)
{
    const struct story_key *key = story_key(story, finding->key.id);
    GString *derivation = g_string_new(NULL), *frames = g_string_new(NULL);
    char times[24] = "";

    daps_words_key(derivation, &finding->key, finding->rat);
    daps_words_computed(derivation, &finding->key);
    if (key != NULL) {
        g_snprintf(times, sizeof times, "%" PRIu64, key->n_frames);
        for (uint64_t i = 0; i < MIN(key->n_frames, G_N_ELEMENTS(key->frames)); i++)
            g_string_append_printf(frames, "%s%" PRIu64, i == 0 ? "" : ", ", key->frames[i]);
    }
    page->form->row(
        page,
        (struct page_cell[]){
            {finding->key.id, NULL, steps_key_repeats(evidence, story, finding->key.id) ? "high" : NULL},
            {derivation->str, NULL, NULL},
            {daps_words_key_clause(&finding->key) != NULL ? daps_words_key_clause(&finding->key) : "", NULL, NULL},
            {times, NULL, NULL},
            {frames->str, NULL, NULL}},
        NULL);
    g_string_free(derivation, TRUE);
    g_string_free(frames, TRUE);
}

static void keys(struct page *page, const struct evidence *evidence, const struct story *story)
{
    static const struct page_table table = {.caption = "Keys of the findings",
                                            .n = 5,
                                            .columns = {{"Key", false, 5},
                                                        {"Derivation", false, 30},
                                                        {"Clause", false, 12},
                                                        {"Times", true, 0},
                                                        {"Frames", true, 0}}};
    GHashTable *told = g_hash_table_new(g_str_hash, g_str_equal);
    bool any = false;

    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(evidence->findings, i);
        struct daps_finding *finding = numbered->finding;
        if (!numbered->detailed || !finding->has_key || !story_is_of(story, finding) ||
            !g_hash_table_add(told, finding->key.id))
            continue;
        if (!any) {
            page->form->heading(page, 5, NULL, "Key lineage", NULL);
            if (page->pictures) {
                picture_lineage(page->out, evidence, story);
                page->form->fold(page, "The keys as a table");
            }
            page->form->table(page, &table);
        }
        any = true;
        key_row(page, evidence, story, finding);
    }
    if (any) {
        page->form->table_end(page);
        if (page->pictures)
            page->form->fold(page, NULL);
        if (evidence->stories->keys_left_out > 0)
            page->form->paragraph(page, "Keys further up are left out here for want of room.", "quiet");
    }
    g_hash_table_unref(told);
}

static void ue(struct page *page, const struct evidence *evidence, const struct story *story)
{
    char *title = g_strconcat("UE ", story->ue, " (", daps_rat_row(story->rat)->title, ")", NULL),
         *id = g_strdup_printf("u%u", evidence_story_number(evidence, story)), *text;
    struct outbuf out;

    page->form->part(page, id);
    page->form->heading(page, 4, id, title, NULL);
    outbuf_init(&out, NULL, NULL);
    text_counted(&out, story->n_handovers, "handover", NULL);
    outbuf_char(&out, '.');
    text = sections_text(&out);
    page->form->paragraph(page, text, NULL);
    chart(page, evidence, story);
    keys(page, evidence, story);
    page->form->part(page, NULL);
    g_free(text);
    g_free(title);
    g_free(id);
}

unsigned evidence_story_number(const struct evidence *evidence, const struct story *story)
{
    guint at = 0;

    g_ptr_array_find(evidence->stories->list, story, &at);
    return at + 1;
}

void section_ues(struct page *page, const struct evidence *evidence)
{
    const GPtrArray *list = evidence->stories->list;

    if (list->len == 0)
        return;
    page->form->heading(page, 3, "ues", "What happened", NULL);
    for (guint i = 0; i < list->len; i++) {
        const struct story *story = g_ptr_array_index(list, i);
        if (story->marks->len > 0)
            ue(page, evidence, story);
    }
    if (evidence->stories->ues_left_out > 0)
        page->form->paragraph(page,
                              "Further UEs of the capture are left out here for want of room; no finding that is "
                              "told in full is theirs.",
                              "quiet");
}
