/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: reading on where a file ends for now. */
#ifndef DAPS_CAPTURE_FOLLOW_H
#define DAPS_CAPTURE_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture.h"

/*
 * read(2), but a regular file has no end. stream: it is none, and ends when nobody writes to it any more. taken: octets
 * read before. -1 with errno ECANCELED after an interrupt, or if follow says so.
 */
ssize_t follow_read(const struct daps_follow *follow, int descriptor, bool stream, uint64_t taken, void *octets,
                    size_t most);

#endif
