/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a message together. */
#include "say.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

#include "progress.h"
#include "report/text.h"

void say(const char *format, ...)
{
    struct outbuf line;
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    outbuf_init(&line, NULL, NULL);
    outbuf_literal(&line, "dapsaudit: ");
    text_safe(&line, text);
    outbuf_char(&line, '\n');
    progress_clear();
    fwrite(line.octets, 1, line.length, stderr);
    outbuf_clear(&line);
    g_free(text);
}
