/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an event says before anything is put into it. */
#include "daps/event.h"

#include <string.h>

void daps_event_clear(struct daps_event *ev, enum daps_event_kind kind)
{
    static const struct daps_event absent = {
        .time_ns = INT64_MIN,
        .logged_cell = {-1, -1},
        .transaction = -1,
        .ncc = -1,
        .ciphering = -1,
        .integrity = -1,
        .sk_counter = -1,
        .target = {-1, -1},
        .point_a = -1,
        .carrier = -1,
        .c_rnti = -1,
        .t304_ms = -1,
        .candidate_id = -1,
        .i_rnti = -1,
        .short_i_rnti = -1,
        .request_mac = -1,
        .cell_identity = -1,
        .ue_c_rnti = -1,
        .ue_pci = -1,
    };

    if (daps_event_is_evidence(kind)) {
        memset(ev, 0, sizeof *ev);
        ev->time_ns = INT64_MIN;
        ev->logged_cell = absent.logged_cell;
        if (kind == DAPS_EV_KEY_ROOT)
            ev->root.ciphering = ev->root.integrity = -1;
        if (kind == DAPS_EV_KEY_FITS)
            ev->key.point_a = ev->key.carrier = -1;
        if (kind == DAPS_EV_NODE)
            ev->node.source = (struct daps_node_cell){-1, -1, -1};
    } else {
        *ev = absent;
    }
    ev->kind = kind;
}
