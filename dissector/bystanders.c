/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames and their UE. */
#include "bystanders.h"

#include <string.h>

#define MOST_FRAMES UINT32_MAX /* Wireshark's own numbers end there */

struct bystanders {
    GPtrArray *of_frame; /* const struct note_ue *, by frame; NULL none */
    GHashTable *newest;  /* ue_key to the newest copy of the UE: struct note_ue (not owned) */
    GPtrArray *copies;   /* struct note_ue (owned) */
};

struct bystanders *bystanders_new(void)
{
    struct bystanders *bystanders = g_new0(struct bystanders, 1);

    bystanders->of_frame = g_ptr_array_new();
    bystanders->newest = g_hash_table_new(g_int64_hash, g_int64_equal);
    bystanders->copies = g_ptr_array_new_with_free_func(g_free);
    return bystanders;
}

void bystanders_free(struct bystanders *bystanders)
{
    g_ptr_array_unref(bystanders->of_frame);
    g_hash_table_unref(bystanders->newest);
    g_ptr_array_unref(bystanders->copies);
    g_free(bystanders);
}

void bystanders_add(struct bystanders *bystanders, uint64_t frame, const struct note_ue *ue)
{
    struct note_ue *copy = g_hash_table_lookup(bystanders->newest, &ue->ue_key);

    if (frame >= MOST_FRAMES)
        return;
    /* What differs between the members alone is kept twice, no more.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    if (copy == NULL || memcmp(copy, ue, sizeof *ue) != 0) {
        copy = g_memdup2(ue, sizeof *ue);
        g_ptr_array_add(bystanders->copies, copy);
        g_hash_table_replace(bystanders->newest, &copy->ue_key, copy);
    }
    if (frame >= bystanders->of_frame->len)
        g_ptr_array_set_size(bystanders->of_frame, (gint)frame + 1); /* with NULL */
    bystanders->of_frame->pdata[frame] = copy;
}

const struct note_ue *bystanders_at(const struct bystanders *bystanders, uint64_t frame)
{
    return frame < bystanders->of_frame->len ? bystanders->of_frame->pdata[frame] : NULL;
}
