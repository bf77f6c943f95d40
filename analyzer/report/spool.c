/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting output: memory first, then an unlinked temporary file. */
#include "report/spool.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "unnamed.h"

void spool_init(struct spool *spool, size_t limit)
{
    *spool = (struct spool){.limit = limit, .fd = -1};
    outbuf_init(&spool->memory, NULL, NULL);
}

void spool_clear(struct spool *spool)
{
    if (spool->fd >= 0)
        close(spool->fd);
    outbuf_clear(&spool->memory);
    spool->fd = -1;
}

bool spool_is_empty(const struct spool *spool)
{
    return spool->fd < 0 && spool->memory.length == 0;
}

static bool spill(struct spool *spool)
{
    if (spool->fd < 0)
        spool->fd = unnamed_file();
    if (spool->fd < 0 || !write_octets(spool->fd, spool->memory.octets, spool->memory.length)) {
        spool->error = errno;
        return false;
    }
    spool->memory.length = 0;
    return true;
}

bool spool_take(void *user, const char *octets, size_t length)
{
    struct spool *spool = user;

    if (spool->error != 0)
        return false;
    outbuf_octets(&spool->memory, octets, length);
    spool->length += length;
    return spool->memory.length <= spool->limit || spill(spool);
}

static bool copy_file(struct spool *spool, outbuf_outlet *outlet, void *user)
{
    char octets[65536];
    off_t at = 0;

    for (;;) {
        ssize_t n = pread(spool->fd, octets, sizeof octets, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            spool->error = errno;
        if (n <= 0)
            return n == 0;
        if (!outlet(user, octets, (size_t)n))
            return false;
        at += n;
    }
}

bool spool_copy(struct spool *spool, outbuf_outlet *outlet, void *user)
{
    if (spool->fd >= 0 && !copy_file(spool, outlet, user))
        return false;
    return spool->memory.length == 0 || outlet(user, spool->memory.octets, spool->memory.length);
}
