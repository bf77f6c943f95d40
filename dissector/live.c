/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While a capture is running Wireshark keeps the rows it has drawn. Plugins are not told when it stops, and cannot have
 * one row drawn anew; they can have the whole capture dissected again. So, where a later frame has changed what an
 * earlier one is about, the window is asked from time to time whether the capture is still running, and when it is not,
 * everything is dissected once more. A file needs none of this: its rows are drawn when all of it was read.
 */
#include "live.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <cfile.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>

#include "text_window.h"

enum {
    LOOK_MS = 200,
    REFRESH_US = 1000000, /* between two texts of a window that follows, ... */
    REFRESH_SHARE = 20    /* ... and so many times what the last one took */
};

static guint timer;           /* 0 none */
static gint64 next_refresh;   /* of windows that follow, in g_get_monotonic_time's time */
static bool running, changed; /* since it was opened, the capture was seen to run; rows of it may be wrong */

/* What of Wireshark's window can dissect again, NULL none: in tshark, for one. */
static const funnel_ops_t *window(void)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    return ops != NULL && ops->ops_id != NULL && ops->redissect_packets != NULL ? ops : NULL;
}

bool live_read_again(void)
{
    const funnel_ops_t *ops = window();

    if (ops != NULL)
        ops->redissect_packets(ops->ops_id);
    return ops != NULL;
}

enum state { GONE, BUSY, RUNNING, ENDED };

/* read_lock: frames are being read at this moment, of a file or of a capture. */
static void *state_of(capture_file *file, void *state)
{
    if (file->read_lock)
        *(enum state *)state = BUSY;
    else
        *(enum state *)state = file->state == FILE_READ_IN_PROGRESS ? RUNNING
                               : file->state == FILE_READ_DONE      ? ENDED
                                                                    : GONE;
    return state;
}

/* Windows of text follow, unless writing them would take much of the processor's time. */
static void refresh(bool now)
{
    const gint64 begun = g_get_monotonic_time();

    if (!now && begun < next_refresh)
        return;
    text_windows_refresh();
    next_refresh = g_get_monotonic_time();
    next_refresh += MAX(REFRESH_US, REFRESH_SHARE * (next_refresh - begun));
}

static gboolean look(gpointer unused)
{
    enum state state = GONE;

    (void)unused;
    (void)plugin_if_get_capture_file(state_of, &state);
    running |= state == RUNNING;
    if (state == RUNNING)
        refresh(false);
    if (state == BUSY || state == RUNNING)
        return G_SOURCE_CONTINUE;
    timer = 0; /* before: dissecting again opens the capture anew */
    if (state == ENDED && running && changed)
        (void)live_read_again();
    if (state == ENDED)
        refresh(true);
    return G_SOURCE_REMOVE;
}

void live_start(void)
{
    live_stop();
    running = changed = false;
    if (window() != NULL)
        timer = g_timeout_add(LOOK_MS, look, NULL);
}

void live_stop(void)
{
    if (timer != 0)
        g_source_remove(timer);
    timer = 0;
}

void live_changed(void)
{
    changed = true;
}
