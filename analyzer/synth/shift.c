/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages whose capture had another clock: early DURATION STATEMENT, late DURATION STATEMENT. */
#include "synth/player.h"

#define MOST_SHIFT_NS INT64_C(1000000000)

struct player_frame {
    int64_t time_ns;
    GByteArray *octets;
};

static void frame_free(gpointer data)
{
    struct player_frame *frame = data;

    g_byte_array_unref(frame->octets);
    g_free(frame);
}

bool player_hold(struct player *p, const GByteArray *octets)
{
    struct player_frame *frame;
    guint at;

    if (p->delayed == NULL)
        return false;
    frame = g_new0(struct player_frame, 1);
    frame->time_ns = p->time_ns + p->shift_ns;
    frame->octets = g_byte_array_append(g_byte_array_new(), octets->data, octets->len);
    for (at = p->delayed->len; at > 0; at--) {
        const struct player_frame *before = g_ptr_array_index(p->delayed, at - 1);
        if (before->time_ns <= frame->time_ns)
            break;
    }
    g_ptr_array_insert(p->delayed, (gint)at, frame);
    player_release(p, false);
    return true;
}

void player_release(struct player *p, bool all)
{
    while (p->delayed != NULL && p->delayed->len > 0) {
        const struct player_frame *first = g_ptr_array_index(p->delayed, 0);
        if (!all && first->time_ns > p->time_ns - MOST_SHIFT_NS)
            return;
        if (!player_put(p, first->time_ns, first->octets))
            break;
        g_ptr_array_remove_index(p->delayed, 0);
    }
}

int64_t player_shift(struct player *p)
{
    const int64_t shift = player_duration(p);

    if (shift > MOST_SHIFT_NS)
        player_fail(p, "clocks are at most 1 s apart here");
    return shift;
}

void player_will_shift(struct player *p)
{
    if (p->delayed == NULL)
        p->delayed = g_ptr_array_new_with_free_func(frame_free);
}
