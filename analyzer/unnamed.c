/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unnamed.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <unistd.h>

int unnamed_file(void)
{
    char *name = NULL;
    int descriptor;

    errno = 0;
    descriptor = g_file_open_tmp("dapsaudit-XXXXXX", &name, NULL);
    if (descriptor < 0) {
        errno = errno != 0 ? errno : EIO;
        return -1;
    }
    g_unlink(name);
    g_free(name);
    return descriptor;
}

bool write_octets(int descriptor, const void *octets, size_t length)
{
    const uint8_t *at = octets;

    while (length > 0) {
        const ssize_t n = write(descriptor, at, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : ENOSPC;
            return false;
        }
        at += n;
        length -= (size_t)n;
    }
    return true;
}
