/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a text file, with a limit on their length. */
#ifndef DAPSAUDIT_LINES_H
#define DAPSAUDIT_LINES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "daps/bound.h"

#define LINES_MOST_OCTETS DAPS_BOUND(1U << 20, 8192U)

struct lines {
    int file;
    char *block; /* read ahead: octets at..end are not taken yet */
    size_t at, end;
    GString *line;   /* without its end */
    uint64_t number; /* of line, from 1 */
    int error;       /* errno when the file could not be opened or read, 0 none; ECANCELED: interrupted */
};

/* path "-": standard input. False, with error set, if it cannot be opened. Close with lines_close either way. */
bool lines_open(struct lines *lines, const char *path);
void lines_close(struct lines *lines);

enum lines_result { LINES_LINE, LINES_TOO_LONG, LINES_END };

/* The next line; of one that is too long only the number. */
enum lines_result lines_next(struct lines *lines);

#endif
