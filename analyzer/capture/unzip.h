/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: the octets of an input as they are, or, compressed with gzip, as they were (RFC 1952). */
#ifndef DAPS_CAPTURE_UNZIP_H
#define DAPS_CAPTURE_UNZIP_H

#include <stdbool.h>

#include "input.h"

struct unzip;

/* compressed: with gzip. input must live longer. Free with unzip_free, NULL is fine there. */
struct unzip *unzip_new(struct input *input, bool compressed);
void unzip_free(struct unzip *unzip);

/* Up to size octets; 0 at the end. -1: *reason says why nothing more can be read, static or process-lifetime text. */
ssize_t unzip_read(struct unzip *unzip, void *buffer, size_t size, const char **reason);

/* Unpacks what can be of n octets into at most size; how many came of it. For a look at the beginning. */
size_t unzip_head(const uint8_t *octets, size_t n, uint8_t *unpacked, size_t size);

#endif
