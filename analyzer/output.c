/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing results, and knowing whether they arrived. */
#include "output.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

#include "outfile.h"
#include "progress.h"
#include "report/spool.h"
#include "say.h"

bool output_open(struct output *output, const char *path, bool secret)
{
    *output = (struct output){.name = "standard output", .fd = STDOUT_FILENO};
    if (path == NULL)
        return true;
    output->name = path;
    output->file = outfile_open(path, secret);
    if (output->file == NULL) {
        say("%s: %s", path, g_strerror(errno));
        return false;
    }
    output->fd = output->file->fd;
    return true;
}

bool output_take(void *user, const char *octets, size_t length)
{
    struct output *output = user;
    size_t skipped = output->skip < length ? output->skip : length;

    output->skip -= skipped;
    octets += skipped;
    length -= skipped;
    if (output->hold != NULL) {
        if (output->error == 0 && !spool_take(output->hold, octets, length))
            output->error = output->hold->error;
        return output->error == 0;
    }
    progress_clear();
    while (length > 0 && output->error == 0) {
        ssize_t n = write(output->fd, octets, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            output->error = n < 0 ? errno : ENOSPC;
            break;
        }
        octets += n;
        length -= (size_t)n;
    }
    return output->error == 0;
}

bool output_close(struct output *output)
{
    int error = output->error == EPIPE ? 0 : output->error;

    if (output->file != NULL && output->error != 0)
        outfile_abandon(output->file);
    else if (output->file != NULL && !outfile_finish(output->file))
        error = errno;
    output->file = NULL;
    if (error != 0)
        say("%s: %s", output->name, g_strerror(error));
    return error == 0;
}
