/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting, bars and rows. */
#include "evidence/plots.h"

#include <inttypes.h>
#include <string.h>

#include "daps/words.h"
#include "report/rfc3339.h"

#define MOST_BARS 24 /* of one picture: the ones with most findings */
#define NS        INT64_C(1000000000)

/* One bar: how many of each. */
struct group {
    char *label;
    int64_t order;
    uint64_t handovers, fallbacks, findings;
};

struct plots {
    GHashTable *groups[PLOTS]; /* label to struct group, owned */
};

static const char *const names[PLOTS] = {"outcome", "cells", "ncc", "hour", "retry"};
static const char *const titles[PLOTS] = {"Outcome of attempts", "Handovers, fallbacks and findings by cell pair",
                                          "By NCC received", "By hour (UTC)",
                                          "Time from the command of an attempt that fell back to the next command"};

static void free_group(gpointer data)
{
    struct group *group = data;

    g_free(group->label);
    g_free(group);
}

struct plots *plots_new(void)
{
    struct plots *plots = g_new0(struct plots, 1);

    for (unsigned i = 0; i < PLOTS; i++)
        plots->groups[i] = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_group);
    return plots;
}

void plots_free(struct plots *plots)
{
    if (plots == NULL)
        return;
    for (unsigned i = 0; i < PLOTS; i++)
        g_hash_table_unref(plots->groups[i]);
    g_free(plots);
}

static struct group *group_of(struct plots *plots, enum plot plot, const char *label, int64_t order)
{
    GHashTable *table = plots->groups[plot];
    struct group *group = g_hash_table_lookup(table, label);

    if (group == NULL && g_hash_table_size(table) >= PLOTS_MOST_GROUPS) {
        label = "others";
        order = INT64_MAX;
        group = g_hash_table_lookup(table, label);
    }
    if (group == NULL) {
        group = g_new0(struct group, 1);
        group->label = g_strdup(label);
        group->order = order;
        g_hash_table_insert(table, group->label, group);
    }
    return group;
}

static struct group *of_cells(struct plots *plots, const struct plots_place *place)
{
    GString *label = g_string_new(place->rat == DAPS_RAT_LTE ? "LTE PCI " : "NR PCI ");
    struct group *group;

    if (place->from_pci >= 0)
        g_string_append_printf(label, "%d to ", place->from_pci);
    else
        g_string_append(label, "? to ");
    if (place->to_pci >= 0)
        g_string_append_printf(label, "%d", place->to_pci);
    else
        g_string_append(label, "?");
    group = group_of(plots, PLOT_CELLS, label->str, place->from_pci * INT64_C(1024) + place->to_pci);
    g_string_free(label, TRUE);
    return group;
}

static struct group *of_ncc(struct plots *plots, const struct plots_place *place)
{
    char label[16];

    g_snprintf(label, sizeof label, place->ncc >= 0 ? "NCC %d" : "none", place->ncc);
    return group_of(plots, PLOT_NCC, label, place->ncc);
}

static struct group *of_hour(struct plots *plots, const struct plots_place *place)
{
    char time[RFC3339_OCTETS];

    if (!rfc3339_write(place->time_ns, time))
        return group_of(plots, PLOT_HOUR, "no time", INT64_MIN);
    time[strlen("2026-01-01T00")] = '\0';
    return group_of(plots, PLOT_HOUR, time, place->time_ns / (3600 * NS));
}

void plots_handover(struct plots *plots, const struct daps_handover *handover)
{
    const struct plots_place place = {handover->rat, (int16_t)handover->source.pci, (int16_t)handover->target.pci,
                                      (int8_t)handover->ncc, handover->time_ns};
    struct group *groups[] = {
        group_of(plots, PLOT_OUTCOME, daps_outcome_name(handover->outcome), (int64_t)handover->outcome),
        of_cells(plots, &place), of_ncc(plots, &place), of_hour(plots, &place)};

    for (unsigned i = 0; i < G_N_ELEMENTS(groups); i++) {
        groups[i]->handovers++;
        groups[i]->fallbacks += handover->outcome == DAPS_OUTCOME_DAPS_FALLBACK;
    }
}

void plots_finding(struct plots *plots, const struct plots_place *place)
{
    of_cells(plots, place)->findings++;
    of_ncc(plots, place)->findings++;
    of_hour(plots, place)->findings++;
}

void plots_retry(struct plots *plots, int64_t elapsed_ns)
{
    static const struct {
        int64_t below;
        const char *label;
    } bins[] = {{NS / 10, "below 0.1 s"}, {NS, "0.1 s to 1 s"}, {10 * NS, "1 s to 10 s"}, {60 * NS, "10 s to 60 s"}};
    unsigned i = 0;

    while (i < G_N_ELEMENTS(bins) && elapsed_ns >= bins[i].below)
        i++;
    group_of(plots, PLOT_RETRY, i < G_N_ELEMENTS(bins) ? bins[i].label : "60 s or more", i)->handovers++;
}

/* ---- showing ---- */

static gint by_order(gconstpointer a, gconstpointer b)
{
    const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;

    return x->order != y->order ? (x->order < y->order ? -1 : 1) : strcmp(x->label, y->label);
}

static gint by_weight(gconstpointer a, gconstpointer b)
{
    const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;

    if (x->findings != y->findings)
        return x->findings > y->findings ? -1 : 1;
    if (x->fallbacks != y->fallbacks)
        return x->fallbacks > y->fallbacks ? -1 : 1;
    if (x->handovers != y->handovers)
        return x->handovers > y->handovers ? -1 : 1;
    return by_order(a, b);
}

/* Cell pairs by weight, the rest in their own order. */
static GPtrArray *groups_of(const struct plots *plots, enum plot plot)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter each;
    gpointer group;

    g_hash_table_iter_init(&each, plots->groups[plot]);
    while (g_hash_table_iter_next(&each, NULL, &group))
        g_ptr_array_add(list, group);
    g_ptr_array_sort(list, plot == PLOT_CELLS ? by_weight : by_order);
    return list;
}

#define LEFT  220
#define ROOM  420
#define STEP  26
#define WIDTH (LEFT + ROOM + 220)

static void bar(struct outbuf *out, const struct group *group, unsigned y, uint64_t most)
{
    const double scale = (double)ROOM / (double)MAX(most, 1);

    outbuf_printf(out, "<text class=\"e\" x=\"%d\" y=\"%u\">", LEFT - 8, y + 15);
    html_text(out, group->label);
    outbuf_printf(out, "</text><rect class=\"bar\" x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"18\"/>", LEFT, y + 2,
                  (double)group->handovers * scale);
    if (group->fallbacks > 0)
        outbuf_printf(out, "<rect class=\"bar part\" x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"18\"/>", LEFT, y + 2,
                      (double)group->fallbacks * scale);
    if (group->findings > 0)
        outbuf_printf(out, "<rect class=\"bar bad\" x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"6\"/>", LEFT, y + 14,
                      (double)MIN(group->findings, most) * scale);
    outbuf_printf(out, "<text class=\"s\" x=\"%.1f\" y=\"%u\">%" PRIu64,
                  LEFT + (double)MAX(group->handovers, MIN(group->findings, most)) * scale + 6, y + 15,
                  group->handovers);
    if (group->fallbacks > 0)
        outbuf_printf(out, ", %" PRIu64 " fell back", group->fallbacks);
    if (group->findings > 0)
        outbuf_printf(out, ", %" PRIu64 " found", group->findings);
    outbuf_literal(out, "</text>\n");
}

static void picture(struct outbuf *out, const char *title, const GPtrArray *list)
{
    const guint n = MIN(list->len, MOST_BARS);
    uint64_t most = 1;

    for (guint i = 0; i < n; i++)
        most = MAX(most, ((const struct group *)g_ptr_array_index(list, i))->handovers);
    outbuf_literal(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_text(out, title);
    outbuf_printf(out, "\"><svg class=\"plot\" role=\"img\" viewBox=\"0 0 %d %u\" style=\"--w:%d\" aria-label=\"",
                  WIDTH, n * STEP + 8, WIDTH);
    html_text(out, title);
    outbuf_literal(out, "; the table below it says the same\">");
    for (guint i = 0; i < n; i++)
        bar(out, g_ptr_array_index(list, i), 4 + i * STEP, most);
    outbuf_literal(out, "</svg></div>\n");
}

static void numbers(struct page *page, const char *title, const GPtrArray *list)
{
    const struct page_table table = {
        .caption = title,
        .n = 4,
        .columns = {{"Group", false, 20}, {"Attempts", true, 0}, {"Fell back", true, 0}, {"Findings", true, 0}}};

    page->form->table(page, &table);
    for (guint i = 0; i < MIN(list->len, MOST_BARS); i++) {
        const struct group *group = g_ptr_array_index(list, i);
        char text[3][24];
        g_snprintf(text[0], sizeof text[0], "%" PRIu64, group->handovers);
        g_snprintf(text[1], sizeof text[1], "%" PRIu64, group->fallbacks);
        g_snprintf(text[2], sizeof text[2], "%" PRIu64, group->findings);
        page->form->row(
            page,
            (struct page_cell[]){
                {group->label, NULL, NULL}, {text[0], NULL, NULL}, {text[1], NULL, NULL}, {text[2], NULL, NULL}},
            NULL);
    }
    page->form->table_end(page);
    if (list->len > MOST_BARS) {
        char *text = g_strdup_printf("%u more groups are in the CSV form only.", list->len - MOST_BARS);
        page->form->paragraph(page, text, "quiet");
        g_free(text);
    }
}

void plots_section(struct page *page, const struct plots *plots)
{
    page->form->heading(page, 2, NULL, "Over all captures", NULL);
    page->form->paragraph(
        page,
        "A bar is as long as there are attempts; its grey part fell back, the line at its foot is how many "
        "findings are about them. dapsaudit report --format csv has the numbers.",
        "quiet");
    for (unsigned i = 0; i < PLOTS; i++) {
        GPtrArray *list = groups_of(plots, (enum plot)i);
        if (list->len > 0) {
            page->form->heading(page, 3, NULL, titles[i], NULL);
            if (page->pictures)
                picture(page->out, titles[i], list);
            page->form->fold(page, "The numbers");
            numbers(page, titles[i], list);
            page->form->fold(page, NULL);
        }
        g_ptr_array_unref(list);
    }
}

void plots_csv(const struct plots *plots, struct outbuf *out)
{
    outbuf_literal(out, "plot,group,attempts,fallbacks,findings\r\n");
    for (unsigned i = 0; i < PLOTS; i++) {
        GPtrArray *list = groups_of(plots, (enum plot)i);
        for (guint j = 0; j < list->len; j++) {
            const struct group *group = g_ptr_array_index(list, j);
            outbuf_printf(out, "%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\r\n", names[i], group->label,
                          group->handovers, group->fallbacks, group->findings);
        }
        g_ptr_array_unref(list);
    }
}
