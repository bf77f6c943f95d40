/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading lines. */
#include "lines.h"

#include <errno.h>
#include <string.h>

bool lines_open(struct lines *lines, const char *path)
{
    *lines = (struct lines){.line = g_string_new(NULL)};
    lines->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (lines->file == NULL)
        lines->error = errno;
    return lines->file != NULL;
}

void lines_close(struct lines *lines)
{
    if (lines->file != NULL && lines->file != stdin)
        fclose(lines->file);
    g_string_free(lines->line, TRUE);
}

enum lines_result lines_next(struct lines *lines)
{
    bool too_long = false, any = false;
    int c;

    g_string_truncate(lines->line, 0);
    while ((c = getc_unlocked(lines->file)) != EOF) {
        any = true;
        if (c == '\n')
            break;
        if (lines->line->len < LINES_MOST_OCTETS)
            g_string_append_c(lines->line, (char)c);
        else
            too_long = true;
    }
    if (c == EOF && ferror(lines->file))
        lines->error = errno;
    if (!any)
        return LINES_END;
    lines->number++;
    return too_long ? LINES_TOO_LONG : LINES_LINE;
}
