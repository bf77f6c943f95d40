/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress line. */
#include "progress.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define REDRAW_US 200000

static GMutex lock;
static bool enabled, drawn;
static uint64_t frames;
static size_t files, files_done;
static gint64 drawn_at;

void progress_start(size_t n, bool quiet)
{
    enabled = !quiet && isatty(STDERR_FILENO) == 1;
    files = n;
    drawn_at = g_get_monotonic_time();
}

static void draw(void)
{
    gint64 now = g_get_monotonic_time();

    if (now - drawn_at < REDRAW_US)
        return;
    drawn_at = now;
    drawn = true;
    fprintf(stderr, "\r\033[K%" PRIu64 " frames", frames);
    if (files > 1)
        fprintf(stderr, ", %zu of %zu files done", files_done, files);
    fflush(stderr);
}

void progress_frames(uint64_t more)
{
    if (!enabled)
        return;
    g_mutex_lock(&lock);
    frames += more;
    draw();
    g_mutex_unlock(&lock);
}

void progress_file_done(void)
{
    if (!enabled)
        return;
    g_mutex_lock(&lock);
    files_done++;
    draw();
    g_mutex_unlock(&lock);
}

void progress_clear(void)
{
    if (!enabled)
        return;
    g_mutex_lock(&lock);
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
    g_mutex_unlock(&lock);
}
