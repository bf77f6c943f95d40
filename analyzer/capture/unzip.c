/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip by zlib: members behind one another are one stream, as gzip -d reads them. */
#include "unzip.h"

#include <errno.h>
#include <glib.h>
#include <zlib.h>

#include "daps/bound.h"

enum { PACKED = DAPS_BOUND(64 * 1024, 64), GZIP_ONLY = 16 };

struct unzip {
    struct input *input;
    bool compressed;
    z_stream zlib;
    bool between; /* a member has ended, and nothing of the next one is read */
    bool at_end;  /* of what is packed */
    uint8_t packed[PACKED];
};

struct unzip *unzip_new(struct input *input, bool compressed)
{
    struct unzip *unzip = g_new0(struct unzip, 1);

    unzip->input = input;
    unzip->compressed = compressed;
    if (compressed && inflateInit2(&unzip->zlib, MAX_WBITS + GZIP_ONLY) != Z_OK)
        g_error("zlib cannot be used");
    return unzip;
}

void unzip_free(struct unzip *unzip)
{
    if (unzip == NULL)
        return;
    if (unzip->compressed)
        inflateEnd(&unzip->zlib);
    g_free(unzip);
}

static bool have_packed(struct unzip *unzip, const char **reason)
{
    ssize_t n;

    if (unzip->zlib.avail_in > 0 || unzip->at_end)
        return true;
    n = input_read(unzip->input, unzip->packed, sizeof unzip->packed);
    if (n < 0) {
        *reason = errno == ECANCELED ? "interrupted" : g_strerror(errno);
        return false;
    }
    unzip->at_end = n == 0;
    unzip->zlib.next_in = unzip->packed;
    unzip->zlib.avail_in = (uInt)n;
    return true;
}

/* One step of zlib. False: *reason, or, without one, the end. */
static bool inflate_some(struct unzip *unzip, const char **reason)
{
    int status;

    if (!have_packed(unzip, reason))
        return false;
    if (unzip->at_end) {
        if (!unzip->between)
            *reason = "cut short in the middle of what gzip packed";
        return false;
    }
    if (unzip->between && inflateReset(&unzip->zlib) != Z_OK) {
        *reason = "what gzip packed is damaged";
        return false;
    }
    unzip->between = false;
    status = inflate(&unzip->zlib, Z_NO_FLUSH);
    unzip->between = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        *reason = "what gzip packed is damaged";
    return *reason == NULL;
}

ssize_t unzip_read(struct unzip *unzip, void *buffer, size_t size, const char **reason)
{
    *reason = NULL;
    if (!unzip->compressed) {
        const ssize_t n = input_read(unzip->input, buffer, size);
        if (n < 0)
            *reason = errno == ECANCELED ? "interrupted" : g_strerror(errno);
        return n;
    }
    unzip->zlib.next_out = buffer;
    unzip->zlib.avail_out = (uInt)size;
    while (unzip->zlib.avail_out == size && inflate_some(unzip, reason))
        ;
    if (unzip->zlib.avail_out < size) { /* what came before it broke is good; it breaks again at the next call */
        *reason = NULL;
        return (ssize_t)(size - unzip->zlib.avail_out);
    }
    return *reason != NULL ? -1 : 0;
}

/* zlib writes into it. NOLINTNEXTLINE(readability-non-const-parameter) */
size_t unzip_head(const uint8_t *octets, size_t n, uint8_t *unpacked, size_t size)
{
    z_stream zlib = {.next_in = (uint8_t *)(uintptr_t)octets, /* zlib only reads it */
                     .avail_in = (uInt)n,
                     .next_out = unpacked,
                     .avail_out = (uInt)size};

    if (inflateInit2(&zlib, MAX_WBITS + GZIP_ONLY) != Z_OK)
        return 0;
    (void)inflate(&zlib, Z_SYNC_FLUSH);
    inflateEnd(&zlib);
    return size - zlib.avail_out;
}
