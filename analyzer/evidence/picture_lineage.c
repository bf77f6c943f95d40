/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key lineage: the keys of a UE's findings, each below the key it was derived from. A key that was derived more than
 * once is one box with as many arrows into it, which is what the finding says. Ancestors in which nothing branches off
 * are counted on the line between.
 */
#include <inttypes.h>
#include <string.h>

#include "daps/bound.h"
#include "daps/rat.h"
#include "daps/words.h"
#include "evidence/page.h"
#include "evidence/picture.h"
#include "evidence/steps.h"

#define MOST_NODES  DAPS_BOUND(48, 4)
#define MOST_CLIMB  STORIES_MOST_KEYS
#define MOST_ARROWS 4
#define INDENT      64
#define BOX         470
#define HEIGHT      62
#define STEP        92

struct node {
    char id[24];
    int parent;       /* index of the node above, -1 none */
    unsigned skipped; /* keys between */
    unsigned depth;
    bool placed;
};

struct tree {
    struct outbuf *out;
    const struct evidence *evidence;
    const struct story *story;
    struct node nodes[MOST_NODES];
    unsigned n, left_out;
    unsigned order[MOST_NODES], n_order;
};

static bool is_nh(const char *id)
{
    return strchr(id, '/') != NULL;
}

/* Name of the key above: that of the chain's root for an NH. False: nobody knows. */
static bool above(const struct story *story, const char *id, char parent[static 24])
{
    const struct story_key *key = story_key(story, id);

    if (is_nh(id)) {
        g_strlcpy(parent, id, 24);
        *strchr(parent, '/') = '\0';
        return true;
    }
    if (key == NULL || key->view.parent[0] == '\0')
        return false;
    g_strlcpy(parent, key->view.parent, 24);
    return true;
}

static int find_node(const struct tree *tree, const char *id)
{
    for (unsigned i = 0; i < tree->n; i++) {
        if (strcmp(tree->nodes[i].id, id) == 0)
            return (int)i;
    }
    return -1;
}

static void add_node(struct tree *tree, const char *id)
{
    if (id[0] == '\0' || find_node(tree, id) >= 0)
        return;
    if (tree->n == MOST_NODES) {
        tree->left_out++;
        return;
    }
    tree->nodes[tree->n] = (struct node){.parent = -1};
    g_strlcpy(tree->nodes[tree->n++].id, id, sizeof tree->nodes[0].id);
}

/* The key at the top of its chain. */
static void add_root(struct tree *tree, const char *id)
{
    char at[24], parent[24];

    g_strlcpy(at, id, sizeof at);
    for (unsigned i = 0; i < MOST_CLIMB && above(tree->story, at, parent); i++)
        g_strlcpy(at, parent, sizeof at);
    add_node(tree, at);
}

static void add_keys(struct tree *tree)
{
    for (guint i = 0; i < tree->evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(tree->evidence->findings, i);
        const struct daps_finding *finding = numbered->finding;
        char parent[24];
        if (!numbered->detailed || !finding->has_key || !story_is_of(tree->story, finding))
            continue;
        add_root(tree, finding->key.id);
        if (above(tree->story, finding->key.id, parent)) {
            if (is_nh(parent))
                add_root(tree, parent);
            add_node(tree, parent);
        }
        add_node(tree, finding->key.id);
    }
}

static void link_nodes(struct tree *tree)
{
    for (unsigned i = 0; i < tree->n; i++) {
        struct node *node = &tree->nodes[i];
        char at[24], parent[24];
        g_strlcpy(at, node->id, sizeof at);
        for (unsigned j = 0; j < MOST_CLIMB && node->parent < 0 && above(tree->story, at, parent); j++) {
            node->parent = find_node(tree, parent);
            node->skipped += node->parent < 0;
            g_strlcpy(at, parent, sizeof at);
        }
    }
}

/* Each node behind the one above it; there are few. */
static void place(struct tree *tree)
{
    unsigned stack[MOST_NODES], n = 0;

    for (unsigned i = tree->n; i > 0; i--) {
        if (tree->nodes[i - 1].parent < 0)
            stack[n++] = i - 1;
    }
    while (n > 0) {
        const unsigned at = stack[--n];
        tree->order[tree->n_order++] = at;
        for (unsigned i = tree->n; i > 0; i--) {
            if (tree->nodes[i - 1].parent == (int)at && !tree->nodes[i - 1].placed) {
                tree->nodes[i - 1].depth = MIN(tree->nodes[at].depth + 1, 8);
                tree->nodes[i - 1].placed = true;
                stack[n++] = i - 1;
            }
        }
    }
}

static void text_at(struct tree *tree, unsigned x, unsigned y, const char *class, const char *text)
{
    outbuf_printf(tree->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
    html_text(tree->out, text);
    outbuf_literal(tree->out, "</text>");
}

/* "derived 2 times: frames 6, 9" */
static char *made_in(const struct story_key *key)
{
    GString *text = g_string_new(NULL);
    const uint64_t shown = MIN(key->n_frames, G_N_ELEMENTS(key->frames));

    if (key->n_frames > 1)
        g_string_append_printf(text, "%s %" PRIu64 " times: ", key->view.kind == DAPS_KEY_NH ? "taken" : "derived",
                               key->n_frames);
    g_string_append(text, shown == 1 ? "frame" : "frames");
    for (uint64_t i = 0; i < shown; i++)
        g_string_append_printf(text, "%s %" PRIu64, i == 0 ? "" : ",", key->frames[i]);
    if (key->n_frames > shown)
        g_string_append_printf(text, " and %" PRIu64 " more", key->n_frames - shown);
    return g_string_free(text, FALSE);
}

static char *name_of(const struct tree *tree, const struct node *node, const struct story_key *key)
{
    GString *text = g_string_new(node->id);
    const enum daps_rat rat = tree->story->rat;

    if (key == NULL)
        return g_string_free(text, FALSE);
    if (key->view.ncc >= 0)
        g_string_append_printf(text, "   NCC %d", key->view.ncc);
    if (key->ciphering >= 0 && key->integrity >= 0) {
        g_string_append_printf(text, "   %s/", daps_algorithm_name(rat, true, key->ciphering));
        g_string_append(text, daps_algorithm_name(rat, false, key->integrity));
    }
    return g_string_free(text, FALSE);
}

static void box(struct tree *tree, const struct node *node, unsigned x, unsigned y)
{
    const struct story_key *key = story_key(tree->story, node->id);
    const bool bad = steps_key_repeats(tree->evidence, tree->story, node->id);
    char *name = name_of(tree, node, key), *made = key != NULL ? made_in(key) : g_strdup("");
    GString *text = g_string_new(NULL);
    struct daps_key_view nh = {.kind = DAPS_KEY_NH};

    if (key == NULL) {
        g_strlcpy(nh.id, node->id, sizeof nh.id);
        if (is_nh(node->id))
            above(tree->story, node->id, nh.parent);
    }
    if (key != NULL || is_nh(node->id))
        daps_words_key(text, key != NULL ? &key->view : &nh, tree->story->rat);
    outbuf_printf(tree->out, "<rect class=\"key%s\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\" rx=\"7\"/>",
                  bad ? " bad" : "", x, y, BOX, HEIGHT);
    text_at(tree, x + 12, y + 20, "b", name);
    text_at(tree, x + 12, y + 37, "s", text->str);
    text_at(tree, x + 12, y + 53, bad ? "s bad" : "s", made);
    g_string_free(text, TRUE);
    g_free(made);
    g_free(name);
}

/* One arrow for each derivation, a few at most. */
static void arrows(struct tree *tree, const struct node *node, const unsigned *rows, unsigned x, unsigned y)
{
    const struct node *parent = &tree->nodes[node->parent];
    const struct story_key *key = story_key(tree->story, node->id);
    const bool bad = steps_key_repeats(tree->evidence, tree->story, node->id);
    const unsigned n = bad && key != NULL ? (unsigned)CLAMP(key->n_frames, 1, MOST_ARROWS) : 1;
    const unsigned from_x = 10 + parent->depth * INDENT, from_y = 8 + rows[node->parent] * STEP + HEIGHT;

    for (unsigned i = 0; i < n; i++) {
        const unsigned at = y + HEIGHT / 2 + i * 12 - (n - 1) * 6;
        outbuf_printf(tree->out, "<path class=\"a%s%s\" d=\"M%u %uV%uH%um-7 -5l7 5l-7 5\"/>", bad ? " bad" : "",
                      node->skipped > 0 ? " skip" : "", from_x + 22 - i * 5, from_y, at, x - 2);
    }
    if (node->skipped > 0) {
        char text[48];
        g_snprintf(text, sizeof text, "%u %s between", node->skipped, node->skipped == 1 ? "key" : "keys");
        text_at(tree, from_x + 30, y - 8, "s", text);
    }
}

static void draw(struct tree *tree)
{
    unsigned rows[MOST_NODES], deepest = 0;

    for (unsigned i = 0; i < tree->n_order; i++) {
        rows[tree->order[i]] = i;
        deepest = MAX(deepest, tree->nodes[tree->order[i]].depth);
    }
    outbuf_printf(tree->out,
                  "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Key lineage\"><svg "
                  "class=\"lineage\" role=\"img\" viewBox=\"0 0 %u %u\" style=\"--w:%u\" aria-label=\"",
                  20 + deepest * INDENT + BOX, 16 + tree->n_order * STEP + (tree->left_out > 0 ? 24 : 0),
                  20 + deepest * INDENT + BOX);
    html_text(tree->out, "Key lineage of UE ");
    html_text(tree->out, tree->story->ue);
    outbuf_literal(tree->out, "; the table below it says the same\">");
    for (unsigned i = 0; i < tree->n_order; i++) {
        const struct node *node = &tree->nodes[tree->order[i]];
        const unsigned x = 10 + node->depth * INDENT, y = 8 + i * STEP;
        if (node->parent >= 0)
            arrows(tree, node, rows, x, y);
        box(tree, node, x, y);
    }
    if (tree->left_out > 0)
        text_at(tree, 10, 24 + tree->n_order * STEP, "s", "further keys are in the table only");
    outbuf_literal(tree->out, "</svg></div>\n");
}

bool picture_lineage(struct outbuf *out, const struct evidence *evidence, const struct story *story)
{
    struct tree tree = {.out = out, .evidence = evidence, .story = story};

    add_keys(&tree);
    if (tree.n == 0)
        return false;
    link_nodes(&tree);
    place(&tree);
    draw(&tree);
    return true;
}
