/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames with signalling, by UE, in capture order; what a finding rests on is cut out of them. */
#include "ground.h"

enum {
    LEAD = 12,      /* frames before a finding's first: the handover before it gave the key and its NCC */
    BEGINNING = 24, /* frames around the security mode command: who the UE is, algorithms, the root key */
    TRAIL = 12,     /* frames behind its last: what verified, proved or settled it */
    STRETCH = 128,  /* frames at either end of a finding that spans more */
    BROADCAST = 8,  /* of the cells' system information */
};

struct ue_ground {
    GArray *frames; /* guint64 */
    GArray *begins; /* guint: places in frames at which connections were secured */
};

struct ground {
    GHashTable *ues;   /* name (not owned) to struct ue_ground (owned) */
    GArray *broadcast; /* guint64 */
};

static void ue_ground_free(gpointer data)
{
    struct ue_ground *ue = data;

    g_array_unref(ue->frames);
    g_array_unref(ue->begins);
    g_free(ue);
}

struct ground *ground_new(void)
{
    struct ground *ground = g_new0(struct ground, 1);

    ground->ues = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, ue_ground_free);
    ground->broadcast = g_array_new(FALSE, FALSE, sizeof(guint64));
    return ground;
}

void ground_free(struct ground *ground)
{
    if (ground == NULL)
        return;
    g_hash_table_unref(ground->ues);
    g_array_unref(ground->broadcast);
    g_free(ground);
}

static void append(GArray *frames, guint64 frame)
{
    if (frames->len == 0 || g_array_index(frames, guint64, frames->len - 1) < frame)
        g_array_append_val(frames, frame);
}

void ground_signalling(struct ground *ground, const char *ue, uint64_t frame, bool begins)
{
    struct ue_ground *found = g_hash_table_lookup(ground->ues, ue);

    if (found == NULL) {
        found = g_new0(struct ue_ground, 1);
        found->frames = g_array_new(FALSE, FALSE, sizeof(guint64));
        found->begins = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(ground->ues, (gpointer)ue, found);
    }
    append(found->frames, frame);
    if (begins) {
        const guint place = found->frames->len - 1;
        g_array_append_val(found->begins, place);
    }
}

void ground_broadcast(struct ground *ground, uint64_t frame)
{
    append(ground->broadcast, frame);
}

/* Place of the first frame that is not before that one. */
static guint place_of(const GArray *frames, uint64_t frame)
{
    guint low = 0, high = frames->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(frames, guint64, middle) < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static guint back(guint place, guint steps)
{
    return place > steps ? place - steps : 0;
}

/* Frames at the places from (included) to (not included). */
static void take(const GArray *frames, guint from, guint to, GArray *out)
{
    if (from < to)
        g_array_append_vals(out, &g_array_index(frames, guint64, from), to - from);
}

static void take_beginning(const struct ue_ground *ue, guint first, guint end, GArray *out)
{
    guint place = 0;

    for (guint i = ue->begins->len; i-- > 0;) {
        place = g_array_index(ue->begins, guint, i);
        if (place <= first)
            break;
    }
    place = back(place, BEGINNING / 2);
    take(ue->frames, place, MIN(place + BEGINNING, end), out);
}

static void take_signalling(const struct ue_ground *ue, uint64_t first_frame, uint64_t last_frame, GArray *out)
{
    const guint first = place_of(ue->frames, first_frame), from = back(first, LEAD),
                end = MIN(place_of(ue->frames, last_frame + 1) + TRAIL, ue->frames->len);

    take_beginning(ue, first, end, out);
    if (end - from <= 2 * STRETCH) {
        take(ue->frames, from, end, out);
        return;
    }
    take(ue->frames, from, from + STRETCH, out);
    take(ue->frames, end - STRETCH, end, out);
}

void ground_between(const struct ground *ground, const char *ue, uint64_t first, uint64_t last, GArray *out)
{
    const struct ue_ground *of_ue = g_hash_table_lookup(ground->ues, ue);
    const guint broadcast = place_of(ground->broadcast, first);

    if (of_ue != NULL)
        take_signalling(of_ue, first, last, out);
    take(ground->broadcast, back(broadcast, BROADCAST), broadcast, out);
}
