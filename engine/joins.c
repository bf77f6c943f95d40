/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joins that wait for their UE to get a name. */
#include "joins.h"

#include <glib.h>

struct waiting {
    uint64_t ue_key;
    struct daps_identity_join join;
    char name[80];
};

struct joins {
    GArray *waiting; /* struct waiting, oldest first */
};

struct joins *joins_new(void)
{
    struct joins *joins = g_new0(struct joins, 1);

    joins->waiting = g_array_new(FALSE, FALSE, sizeof(struct waiting));
    return joins;
}

void joins_free(struct joins *joins)
{
    if (joins == NULL)
        return;
    g_array_unref(joins->waiting);
    g_free(joins);
}

void joins_keep(struct joins *joins, uint64_t ue_key, const struct daps_identity_join *join)
{
    struct waiting waiting = {.ue_key = ue_key, .join = *join};

    g_strlcpy(waiting.name, join->name, sizeof waiting.name);
    if (joins->waiting->len >= JOINS_MOST)
        g_array_remove_range(joins->waiting, 0, JOINS_MOST / 2);
    g_array_append_val(joins->waiting, waiting);
}

bool joins_deliver(struct joins *joins, uint64_t ue_key, const char *ue, const struct daps_sink *sink)
{
    bool any = false;

    for (guint i = 0; i < joins->waiting->len;) {
        struct waiting waiting = g_array_index(joins->waiting, struct waiting, i);
        if (waiting.ue_key != ue_key) {
            i++;
            continue;
        }
        g_array_remove_index(joins->waiting, i);
        waiting.join.ue = ue;
        waiting.join.name = waiting.name;
        if (sink->join != NULL)
            sink->join(sink->user, &waiting.join);
        any = true;
    }
    return any;
}
