/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading lines. */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daps/bound.h"
#include "process.h"

enum { BLOCK = DAPS_BOUND(128 * 1024, 512) };

bool lines_open(struct lines *lines, const char *path)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK; /* process_read waits */

    *lines = (struct lines){.line = g_string_new(NULL)};
    lines->file = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, flags);
    if (lines->file < 0)
        lines->error = errno;
    else
        lines->block = g_malloc(BLOCK);
    return lines->file >= 0;
}

void lines_close(struct lines *lines)
{
    if (lines->file > STDIN_FILENO)
        close(lines->file);
    g_free(lines->block);
    g_string_free(lines->line, TRUE);
}

/* False at the end, or with error set. */
static bool have_octets(struct lines *lines)
{
    ssize_t n;

    if (lines->at < lines->end)
        return true;
    n = process_read(lines->file, lines->block, BLOCK);
    if (n < 0)
        lines->error = errno;
    lines->at = 0;
    lines->end = n > 0 ? (size_t)n : 0;
    return n > 0;
}

enum lines_result lines_next(struct lines *lines)
{
    bool too_long = false, any = false, ended = false;

    g_string_truncate(lines->line, 0);
    while (!ended && have_octets(lines)) {
        const char *start = lines->block + lines->at, *end = memchr(start, '\n', lines->end - lines->at);
        const size_t length = end != NULL ? (size_t)(end - start) : lines->end - lines->at;
        any = true;
        ended = end != NULL;
        lines->at += length + ended;
        if (length <= LINES_MOST_OCTETS - lines->line->len)
            g_string_append_len(lines->line, start, (gssize)length);
        else
            too_long = true;
    }
    if (!any)
        return LINES_END;
    lines->number++;
    return too_long ? LINES_TOO_LONG : LINES_LINE;
}
