/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Message sequence chart: the UE on the left, the cells it deals with beside it, the core last; time runs down. Bars on
 * the lanes are keys in force, two at a time while a DAPS attempt is under way.
 */
#include <inttypes.h>
#include <string.h>

#include "daps/rat.h"
#include "daps/words.h"
#include "evidence/page.h"
#include "evidence/picture.h"
#include "evidence/steps.h"

#define MOST_CELLS 5
#define MOST_ROWS  60 /* of a chart that goes on behind what is left out */
#define UE_X       200
#define LANE       240
#define NOTES      90  /* from the last lane to what is said of a message, ... */
#define RIGHT      610 /* ... and to the edge */
#define TOP        62
#define ROW        46
#define LONG_NS    INT64_C(1000000000) /* a wait worth drawing */

struct bar {
    int lane;
    double from;
    char key[24];
};

struct chart {
    struct outbuf *out;
    const struct evidence *evidence;
    const struct story *story;
    const GArray *steps;
    guint from, to;
    struct daps_cell cells[MOST_CELLS];
    unsigned n_cells;
    bool others, core; /* lanes for further cells and for the core network */
    double *y;         /* of each step */
    double end;
    GHashTable *seen; /* keys whose bar was drawn, with how often */
};

static const struct step *step_at(const struct chart *chart, guint i)
{
    return &g_array_index(chart->steps, struct step, i);
}

/* ---- lanes ---- */

static int cell_lane(const struct chart *chart, const struct daps_cell *cell)
{
    for (unsigned i = 0; i < chart->n_cells; i++) {
        if (daps_cell_equals(&chart->cells[i], cell) ||
            (chart->cells[i].pci == cell->pci && (cell->ssb_arfcn < 0 || chart->cells[i].ssb_arfcn < 0)))
            return (int)i;
    }
    return chart->others ? (int)chart->n_cells : -1;
}

static void add_cell(struct chart *chart, const struct daps_cell *cell)
{
    if (cell_lane(chart, cell) >= 0)
        return;
    if (chart->n_cells < MOST_CELLS)
        chart->cells[chart->n_cells++] = *cell;
    else
        chart->others = true;
}

static void find_lanes(struct chart *chart)
{
    for (guint i = chart->from; i < chart->to; i++) {
        const struct step *step = step_at(chart, i);
        if (step->core)
            chart->core = true;
        else
            add_cell(chart, &step->cell);
        if (step->target_key[0] != '\0')
            add_cell(chart, &step->target);
    }
}

bool picture_fits(const GArray *steps, guint from, guint to)
{
    struct chart chart = {.steps = steps, .from = from, .to = to};

    if (to - from > MOST_ROWS)
        return false;
    find_lanes(&chart);
    return !chart.others;
}

static int lane_x(int lane)
{
    return UE_X + LANE * (lane + 1);
}

static int n_lanes(const struct chart *chart)
{
    return (int)chart->n_cells + chart->others + chart->core;
}

static int width(const struct chart *chart)
{
    return UE_X + LANE * n_lanes(chart) + RIGHT;
}

static int notes_x(const struct chart *chart)
{
    return UE_X + LANE * n_lanes(chart) + NOTES;
}

/* ---- drawing ---- */

static void text_at(struct chart *chart, double x, double y, const char *class, const char *text)
{
    outbuf_printf(chart->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", (int)x, (int)y, class);
    html_text(chart->out, text);
    outbuf_literal(chart->out, "</text>");
}

static char *short_of(const char *text, glong most)
{
    char *cut, *all;

    if (g_utf8_strlen(text, -1) <= most)
        return g_strdup(text);
    cut = g_utf8_substring(text, 0, most - 1);
    all = g_strconcat(cut, "\xE2\x80\xA6", NULL);
    g_free(cut);
    return all;
}

static void head(struct chart *chart, int x, const char *name, const char *more)
{
    outbuf_printf(chart->out,
                  "<path class=\"life\" d=\"M%d %dV%d\"/><rect class=\"head\" x=\"%d\" y=\"4\" width=\"150\" "
                  "height=\"36\" rx=\"6\"/>",
                  x, 40, (int)chart->end, x - 75);
    text_at(chart, x, more[0] != '\0' ? 20 : 27, "c b", name);
    if (more[0] != '\0')
        text_at(chart, x, 34, "c s", more);
}

static void cell_head(struct chart *chart, unsigned i)
{
    const struct daps_cell *cell = &chart->cells[i];
    char name[32] = "cell not named", more[48] = "";

    if (cell->pci >= 0)
        g_snprintf(name, sizeof name, "PCI %" PRId32, cell->pci);
    if (cell->ssb_arfcn >= 0)
        g_snprintf(more, sizeof more, "%s %" PRId32, daps_rat_row(chart->story->rat)->arfcn, cell->ssb_arfcn);
    head(chart, lane_x((int)i), name, more);
}

static void heads(struct chart *chart)
{
    char *name = g_strconcat("UE ", chart->story->ue, NULL), *cut = short_of(name, 20);

    head(chart, UE_X, cut, "");
    for (unsigned i = 0; i < chart->n_cells; i++)
        cell_head(chart, i);
    if (chart->others)
        head(chart, lane_x((int)chart->n_cells), "other cells", "");
    if (chart->core)
        head(chart, lane_x(n_lanes(chart) - 1), "core network", "NAS");
    g_free(cut);
    g_free(name);
}

static void close_bar(struct chart *chart, struct bar *bar, double to)
{
    const bool bad = steps_key_repeats(chart->evidence, chart->story, bar->key);
    const int x = bar->lane >= 0 ? lane_x(bar->lane) : 0;
    char label[64];
    guint times;

    if (bar->key[0] == '\0' || bar->lane < 0 || to <= bar->from) {
        bar->key[0] = '\0';
        return;
    }
    times = GPOINTER_TO_UINT(g_hash_table_lookup(chart->seen, bar->key)) + 1;
    g_hash_table_replace(chart->seen, g_strdup(bar->key), GUINT_TO_POINTER(times));
    g_snprintf(label, sizeof label, times > 1 && bad ? "%s again" : "%s", bar->key);
    outbuf_printf(chart->out, "<rect class=\"bar%s\" x=\"%d\" y=\"%d\" width=\"12\" height=\"%d\" rx=\"3\"/>",
                  bad ? " bad" : "", x - 6, (int)bar->from, (int)(to - bar->from));
    text_at(chart, x + 12, bar->from + 11, bad ? "k bad" : "k", label);
    bar->key[0] = '\0';
}

static void follow_bar(struct chart *chart, struct bar *bar, const struct daps_cell *cell, const char *key, double y)
{
    const int lane = cell_lane(chart, cell);

    if (strcmp(bar->key, key) == 0 && (key[0] == '\0' || bar->lane == lane))
        return;
    close_bar(chart, bar, y);
    bar->lane = lane;
    bar->from = y;
    g_strlcpy(bar->key, key, sizeof bar->key);
}

/* Keys in force: of the serving cell, and of the target while an attempt is under way. */
static void bars(struct chart *chart)
{
    struct bar current = {-1, TOP - 14, ""}, target = {-1, TOP - 14, ""};

    for (guint i = chart->from; i < chart->to; i++) {
        const struct step *step = step_at(chart, i);
        const double y = chart->y[i - chart->from];
        /* The target's bar goes on as that of the serving cell. */
        if (target.key[0] != '\0' && strcmp(step->target_key, target.key) != 0 &&
            strcmp(step->current_key, target.key) == 0) {
            close_bar(chart, &current, y);
            current = target;
            target.key[0] = '\0';
        }
        follow_bar(chart, &current, &step->current, step->current_key, i == chart->from ? TOP - 14 : y);
        follow_bar(chart, &target, &step->target, step->target_key, y);
        if (step->command != NULL && target.from < y) { /* commanded again */
            close_bar(chart, &target, y);
            follow_bar(chart, &target, &step->target, step->target_key, y);
        }
    }
    close_bar(chart, &current, chart->end);
    close_bar(chart, &target, chart->end);
}

static void when(struct chart *chart, const struct step *step, double y)
{
    char text[64];
    const int64_t first = step_at(chart, chart->from)->mark->time_ns, time = step->mark->time_ns;
    int64_t ms;

    g_snprintf(text, sizeof text, "frame %" PRIu64, step->mark->frame);
    text_at(chart, 116, y - 2, "e", text);
    if (first != INT64_MIN && time != INT64_MIN && !__builtin_sub_overflow(time, first, &ms)) {
        ms /= 1000000;
        g_snprintf(text, sizeof text, "%s%" PRId64 ".%03d s", ms < 0 ? "-" : "", ABS(ms) / 1000, (int)(ABS(ms) % 1000));
        text_at(chart, 116, y + 12, "e s", text);
    }
}

/* Behind everything else: the rows that findings name. */
static void rows(struct chart *chart)
{
    for (guint i = chart->from; i < chart->to; i++) {
        if (step_at(chart, i)->findings[0] != '\0')
            outbuf_printf(chart->out, "<rect class=\"hit\" x=\"2\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>",
                          (int)chart->y[i - chart->from] - 21, width(chart) - 4, ROW - 4);
    }
}

static void arrow(struct chart *chart, const struct step *step, double y)
{
    const int lane = step->core ? n_lanes(chart) - 1 : cell_lane(chart, &step->cell);
    const int far = lane_x(MAX(lane, 0)), gap = 8;
    char *note = short_of(step->note, 76);

    when(chart, step, y);
    if (step->mark->downlink)
        outbuf_printf(chart->out, "<path class=\"a\" d=\"M%d %dH%dm7 -5l-7 5l7 5\"/>", far - gap, (int)y, UE_X + gap);
    else
        outbuf_printf(chart->out, "<path class=\"a\" d=\"M%d %dH%dm-7 -5l7 5l-7 5\"/>", UE_X + gap, (int)y, far - gap);
    text_at(chart, UE_X + 16, y - 6, "m", step->message);
    if (note[0] != '\0')
        text_at(chart, notes_x(chart), y - 2, "", note);
    if (step->findings[0] != '\0') {
        char *findings = short_of(step->findings, 50);
        text_at(chart, notes_x(chart), y + 14, "f", findings);
        g_free(findings);
    }
    g_free(note);
}

static bool left_out(const struct chart *chart, guint i)
{
    return step_at(chart, i)->mark->before.messages > 0;
}

/* Rows; a long wait, or what is left out, pushes the next one down and says how long it was. */
static void place(struct chart *chart)
{
    double y = TOP + 20;

    for (guint i = chart->from; i < chart->to; i++) {
        int64_t waited = 0;
        if (i > chart->from && step_at(chart, i)->mark->time_ns != INT64_MIN &&
            step_at(chart, i - 1)->mark->time_ns != INT64_MIN)
            waited = step_at(chart, i)->mark->time_ns - step_at(chart, i - 1)->mark->time_ns;
        y += waited >= LONG_NS || (i > chart->from && left_out(chart, i)) ? 16 : 0;
        chart->y[i - chart->from] = y;
        y += ROW;
    }
    chart->end = y - 8;
}

static void gap(struct chart *chart, guint i, const char *waited, const char *left_out)
{
    const double y = chart->y[i - chart->from];

    if (waited[0] != '\0')
        text_at(chart, 116, y - 20, "e s w", waited);
    outbuf_printf(chart->out, "<path class=\"wait\" d=\"M124 %dH%d\"/>", (int)y - 24, width(chart) - 6);
    if (left_out != NULL)
        text_at(chart, notes_x(chart), y - 28, "s w", left_out);
}

static void gaps(struct chart *chart)
{
    for (guint i = chart->from + 1; i < chart->to; i++) {
        const int64_t before = step_at(chart, i - 1)->mark->time_ns, now = step_at(chart, i)->mark->time_ns;
        int64_t waited;
        char text[48] = "", *quiet = steps_left_out(&step_at(chart, i)->mark->before);
        if (before != INT64_MIN && now != INT64_MIN && !__builtin_sub_overflow(now, before, &waited) &&
            waited >= LONG_NS)
            g_snprintf(text, sizeof text, "%" PRId64 ".%01d s later", waited / LONG_NS,
                       (int)(waited % LONG_NS / 100000000));
        if (text[0] != '\0' || quiet != NULL)
            gap(chart, i, text, quiet);
        g_free(quiet);
    }
}

void picture_chart(struct outbuf *out, const struct evidence *evidence, const struct story *story, const GArray *steps,
                   guint from, guint to)
{
    struct chart chart = {.out = out, .evidence = evidence, .story = story, .steps = steps, .from = from, .to = to};

    if (from >= to)
        return;
    chart.y = g_new0(double, to - from);
    chart.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    find_lanes(&chart);
    place(&chart);
    outbuf_printf(out,
                  "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Message sequence chart, frames "
                  "%" PRIu64 " to %" PRIu64 "\"><svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %d\" "
                  "style=\"--w:%d\" aria-label=\"",
                  step_at(&chart, from)->mark->frame, step_at(&chart, to - 1)->mark->frame, width(&chart),
                  (int)chart.end + 4, width(&chart));
    html_text(out, "Message sequence chart of UE ");
    html_text(out, story->ue);
    outbuf_literal(out, "; the table below it says the same\">");
    rows(&chart);
    heads(&chart);
    gaps(&chart);
    bars(&chart);
    for (guint i = from; i < to; i++)
        arrow(&chart, step_at(&chart, i), chart.y[i - from]);
    outbuf_literal(out, "</svg></div>\n");
    g_hash_table_unref(chart.seen);
    g_free(chart.y);
}
