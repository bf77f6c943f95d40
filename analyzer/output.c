/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing results, and knowing whether they arrived. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress.h"

bool output_open(struct output *output, const char *path)
{
    *output = (struct output){.name = "standard output", .fd = STDOUT_FILENO, .is_stream = true};
    if (path == NULL)
        return true;
    output->name = path;
    output->is_stream = false;
    output->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (output->fd >= 0)
        return true;
    fprintf(stderr, "dapsaudit: %s: %s\n", path, strerror(errno));
    return false;
}

bool output_is(const struct output *output, const char *path)
{
    struct stat ours, other;

    return fstat(output->fd, &ours) == 0 && S_ISREG(ours.st_mode) && stat(path, &other) == 0 &&
           ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

void output_begin(struct output *output)
{
    struct stat info;

    if (!output->is_stream && fstat(output->fd, &info) == 0 && S_ISREG(info.st_mode) && ftruncate(output->fd, 0) != 0)
        output->error = errno;
}

bool output_take(void *user, const char *octets, size_t length)
{
    struct output *output = user;
    size_t skipped = output->skip < length ? output->skip : length;

    output->skip -= skipped;
    octets += skipped;
    length -= skipped;
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
    if (!output->is_stream && close(output->fd) != 0 && output->error == 0)
        output->error = errno;
    if (output->error == 0 || output->error == EPIPE)
        return true;
    fprintf(stderr, "dapsaudit: %s: %s\n", output->name, strerror(output->error));
    return false;
}
