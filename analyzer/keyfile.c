/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a key log. Key values stay in this process: they are neither printed nor left in buffers, so the file is read
 * without those of the C library, in pieces that are wiped.
 */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daps/bound.h"
#include "daps/kdf.h"

#define MOST_LINE     4096 /* octets; the longest sensible line has about 300 */
#define PIECE         DAPS_BOUND(65536, 512)
#define MOST_SENTENCE 4600

struct reading {
    const char *path;
    keyfile_say *say;
    void *user;
};

static void __attribute__((format(printf, 3, 4)))
tell(const struct reading *reading, bool is_error, const char *format, ...)
{
    char sentence[MOST_SENTENCE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    reading->say(reading->user, is_error, sentence);
}

static void warn_if_public(const struct reading *reading, int file)
{
    struct stat info;

    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IROTH) != 0)
        tell(reading, false, "warning: key log %s can be read by everybody; chmod 600 keeps it private", reading->path);
}

/* The line being put together, and what lines are added to. */
struct lines {
    struct daps_keylog *keylog;
    const struct reading *reading;
    unsigned long number;
    size_t length;
    char line[MOST_LINE];
};

static bool refuse(const struct lines *lines, const char *sentence)
{
    tell(lines->reading, true, "%s: line %lu: %s", lines->reading->path, lines->number, sentence);
    return false;
}

static bool end_line(struct lines *lines)
{
    char error[200];

    lines->line[lines->length] = '\0';
    if (lines->number == 1 && (memcmp(lines->line, "\xFF\xFE", 2) == 0 || memcmp(lines->line, "\xFE\xFF", 2) == 0))
        return refuse(lines, "the key log is UTF-16; it must be plain text or UTF-8");
    if (memchr(lines->line, '\0', lines->length) != NULL)
        return refuse(lines, "it holds a zero octet");
    if (!daps_keylog_add_line(lines->keylog, lines->line, error, sizeof error))
        return refuse(lines, error);
    lines->length = 0;
    lines->number++;
    return true;
}

static bool add_piece(struct lines *lines, const char *piece, size_t octets)
{
    for (size_t i = 0; i < octets; i++) {
        if (piece[i] == '\n') {
            if (!end_line(lines))
                return false;
        } else if (lines->length == sizeof lines->line - 1) {
            return refuse(lines, "it is longer than a line of a key log can be");
        } else {
            lines->line[lines->length++] = piece[i];
        }
    }
    return true;
}

static bool read_lines(struct daps_keylog *keylog, int file, const struct reading *reading)
{
    struct lines lines = {.keylog = keylog, .reading = reading, .number = 1};
    char piece[PIECE];
    bool ok = true;
    ssize_t got = 1;

    while (ok && got != 0) {
        got = read(file, piece, sizeof piece);
        if (got > 0) {
            ok = add_piece(&lines, piece, (size_t)got);
        } else if (got < 0 && errno != EINTR) {
            tell(reading, true, "%s: %s", reading->path, strerror(errno));
            ok = false;
        }
    }
    ok = ok && end_line(&lines);
    daps_wipe(piece, sizeof piece);
    daps_wipe(&lines, sizeof lines);
    return ok;
}

struct daps_keylog *keyfile_load(const char *path, keyfile_say *say, void *user)
{
    const struct reading reading = {.path = path, .say = say, .user = user};
    const bool is_stdin = strcmp(path, "-") == 0;
    const int file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct daps_keylog *keylog;

    if (file < 0) {
        tell(&reading, true, "%s: %s", path, strerror(errno));
        return NULL;
    }
    warn_if_public(&reading, file);
    keylog = daps_keylog_new();
    if (!read_lines(keylog, file, &reading)) {
        daps_keylog_free(keylog);
        keylog = NULL;
    }
    if (!is_stdin)
        close(file);
    return keylog;
}
