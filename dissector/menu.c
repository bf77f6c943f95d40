/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the menu does; Wireshark's window calls it, tshark has none. */
#include "menu.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/frame_data.h>
#include <epan/plugin_if.h>

#include "packet_daps.h"

static void *number_of(frame_data *frame, void *number)
{
    *(uint32_t *)number = frame->num;
    return number;
}

/* The frame nearest to that one, behind it or before, that a finding names; 0 none. */
static uint32_t nearest(const GPtrArray *results, uint32_t from, bool behind)
{
    uint32_t found = 0;

    for (guint i = 0; i < results->len; i++) {
        const struct daps_finding *finding = ((const struct daps_result *)results->pdata[i])->finding;
        for (uint32_t n = 0; n < finding->n_frames; n++) {
            const uint32_t frame =
                (uint32_t)session_number(packet_daps_session(), finding->subjects[n].frame); /* 0: dropped */
            if (frame == 0 || (behind ? frame <= from : frame >= from))
                continue;
            if (found == 0 || (behind ? frame < found : frame > found))
                found = frame;
        }
    }
    return found;
}

static void go(bool behind)
{
    uint32_t from = 0, settled, open, to;

    if (packet_daps_session() == NULL || plugin_if_get_frame_data(number_of, &from) == NULL)
        return;
    settled = nearest(session_settled(packet_daps_session(), true), from, behind);
    open = nearest(session_open(packet_daps_session(), true), from, behind);
    if (settled == 0 || open == 0)
        to = MAX(settled, open);
    else
        to = behind ? MIN(settled, open) : MAX(settled, open);
    if (to != 0)
        plugin_if_goto_frame(to);
}

static void go_on(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    go(true);
}

static void go_back(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    go(false);
}

static void show_all(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    plugin_if_apply_filter(user, true);
}

void menu_register(int protocol)
{
    static char findings[] = "daps.finding", handovers[] = "daps.handover",
                unread[] = "daps.unreadable || daps.unverified || daps.undecoded || daps.not_followed";
    ext_menu_t *menu = ext_menubar_register_menu(protocol, "DAPS", TRUE);

    ext_menubar_set_parentmenu(menu, "Tools");
    ext_menubar_add_entry(menu, "Next finding", "To the next frame that a finding names", go_on, NULL);
    ext_menubar_add_entry(menu, "Previous finding", "To the frame before this one that a finding names", go_back, NULL);
    ext_menubar_add_separator(menu);
    ext_menubar_add_entry(menu, "Show findings", findings, show_all, findings);
    ext_menubar_add_entry(menu, "Show handovers", handovers, show_all, handovers);
    ext_menubar_add_entry(menu, "Show what was not read", unread, show_all, unread);
}
