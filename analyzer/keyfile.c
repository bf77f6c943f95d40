/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a key log. Key values stay in this process: they are neither printed nor left in buffers. */
#include "keyfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daps/kdf.h"

#define MOST_LINE     4096 /* octets; the longest sensible line has about 200 */
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

static void warn_if_public(const struct reading *reading, FILE *file)
{
    struct stat info;

    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IROTH) != 0)
        tell(reading, false, "warning: key log %s can be read by everybody; chmod 600 keeps it private", reading->path);
}

static bool add_line(struct daps_keylog *keylog, const struct reading *reading, unsigned long number, const char *line)
{
    char error[200];

    if (daps_keylog_add_line(keylog, line, error, sizeof error))
        return true;
    tell(reading, true, "%s: line %lu: %s", reading->path, number, error);
    return false;
}

static bool read_lines(struct daps_keylog *keylog, FILE *file, const struct reading *reading)
{
    char line[MOST_LINE];
    bool ok = true;

    setvbuf(file, NULL, _IONBF, 0); /* no copy of the keys in a buffer of the C library */
    for (unsigned long number = 1; ok && fgets(line, sizeof line, file) != NULL; number++) {
        if (strlen(line) == sizeof line - 1 && line[sizeof line - 2] != '\n') {
            tell(reading, true, "%s: line %lu: longer than %d octets", reading->path, number, MOST_LINE - 2);
            ok = false;
        } else {
            ok = add_line(keylog, reading, number, line);
        }
    }
    if (ok && ferror(file)) {
        tell(reading, true, "%s: %s", reading->path, strerror(errno));
        ok = false;
    }
    daps_wipe(line, sizeof line);
    return ok;
}

struct daps_keylog *keyfile_load(const char *path, keyfile_say *say, void *user)
{
    const struct reading reading = {.path = path, .say = say, .user = user};
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    struct daps_keylog *keylog;

    if (file == NULL) {
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
        fclose(file);
    return keylog;
}
