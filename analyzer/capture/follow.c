/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that another program still writes, or a pipe that is silent for long: what follows is waited for. */
#include "follow.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "process.h"

enum { ROUND_MS = 100 };

/* False: an interrupt, or whoever follows has enough. */
static bool wait_round(const struct daps_follow *follow, int descriptor, bool stream, uint64_t taken)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};

    if (process_interrupted() || !follow->wait(follow->user, taken))
        return false;
    (void)poll(&wait, stream ? 1 : 0, ROUND_MS); /* an interrupt ends it: that is seen in the next round */
    return true;
}

ssize_t follow_read(const struct daps_follow *follow, int descriptor, bool stream, uint64_t taken, void *octets,
                    size_t most)
{
    for (;;) {
        struct pollfd ready = {.fd = descriptor, .events = POLLIN};
        const bool there = !stream || (poll(&ready, 1, 0) > 0 && ready.revents != 0);
        const ssize_t n = there ? read(descriptor, octets, most) : -1;
        if (n > 0 || (n == 0 && stream) || (there && n < 0 && errno != EINTR && errno != EAGAIN))
            return n;
        if (!wait_round(follow, descriptor, stream, taken)) {
            errno = ECANCELED;
            return -1;
        }
    }
}
