/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results by the frames they name. */
#include "results/index.h"

/* A result names few frames and a capture has many results: no allocation for each. */
struct mention {
    uint64_t frame;
    uint64_t order; /* in which they were added */
    const struct daps_result *result;
};

struct result_index {
    GArray *mentions; /* struct mention, by frame unless dirty */
    bool dirty;
    const struct daps_result *adding;
};

struct result_index *result_index_new(void)
{
    struct result_index *index = g_new0(struct result_index, 1);

    index->mentions = g_array_new(FALSE, FALSE, sizeof(struct mention));
    return index;
}

void result_index_free(struct result_index *index)
{
    if (index == NULL)
        return;
    g_array_unref(index->mentions);
    g_free(index);
}

void result_index_clear(struct result_index *index)
{
    g_array_set_size(index->mentions, 0);
}

static void add_at(void *user, uint64_t frame)
{
    struct result_index *index = user;
    const struct mention mention = {.frame = frame, .order = index->mentions->len, .result = index->adding};

    g_array_append_val(index->mentions, mention);
}

void result_index_add(struct result_index *index, const struct daps_result *result)
{
    index->adding = result;
    index->dirty = true;
    daps_result_frames(result, add_at, index);
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *m = a, *n = b;

    if (m->frame != n->frame)
        return m->frame < n->frame ? -1 : 1;
    return m->order < n->order ? -1 : m->order > n->order;
}

/* The first mention of that frame or a later one. */
static guint first_mention(const GArray *mentions, uint64_t frame)
{
    guint low = 0, high = mentions->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(mentions, struct mention, middle).frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void result_index_at(struct result_index *index, uint64_t frame, GPtrArray *out)
{
    const struct daps_result *last = NULL;

    if (index->dirty)
        g_array_sort(index->mentions, compare_mentions);
    index->dirty = false;
    for (guint i = first_mention(index->mentions, frame); i < index->mentions->len; i++) {
        const struct mention *mention = &g_array_index(index->mentions, struct mention, i);
        if (mention->frame != frame)
            break;
        if (mention->result != last) /* some name a frame twice */
            g_ptr_array_add(out, (gpointer)mention->result);
        last = mention->result;
    }
}
