/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a key log. Key values stay in this process: they are neither printed nor left in buffers. */
#include "keyfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/kdf.h"

#define MOST_LINE 4096 /* octets; the longest sensible line has about 200 */

static void warn_if_public(FILE *file, const char *path)
{
    struct stat info;

    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IROTH) != 0)
        fprintf(stderr, "dapsaudit: warning: key log %s can be read by everybody; chmod 600 keeps it private\n", path);
}

static bool add_line(struct daps_keylog *keylog, const char *path, unsigned long number, const char *line)
{
    char error[200];

    if (daps_keylog_add_line(keylog, line, error, sizeof error))
        return true;
    fprintf(stderr, "dapsaudit: %s: line %lu: %s\n", path, number, error);
    return false;
}

static bool read_lines(struct daps_keylog *keylog, FILE *file, const char *path)
{
    char line[MOST_LINE];
    bool ok = true;

    setvbuf(file, NULL, _IONBF, 0); /* no copy of the keys in a buffer of the C library */
    for (unsigned long number = 1; ok && fgets(line, sizeof line, file) != NULL; number++) {
        if (strlen(line) == sizeof line - 1 && line[sizeof line - 2] != '\n') {
            fprintf(stderr, "dapsaudit: %s: line %lu: longer than %d octets\n", path, number, MOST_LINE - 2);
            ok = false;
        } else {
            ok = add_line(keylog, path, number, line);
        }
    }
    if (ok && ferror(file)) {
        fprintf(stderr, "dapsaudit: %s: %s\n", path, strerror(errno));
        ok = false;
    }
    daps_wipe(line, sizeof line);
    return ok;
}

struct daps_keylog *keyfile_load(const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    struct daps_keylog *keylog;

    if (file == NULL) {
        fprintf(stderr, "dapsaudit: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    warn_if_public(file, path);
    keylog = daps_keylog_new();
    if (!read_lines(keylog, file, path)) {
        daps_keylog_free(keylog);
        keylog = NULL;
    }
    if (!is_stdin)
        fclose(file);
    return keylog;
}
