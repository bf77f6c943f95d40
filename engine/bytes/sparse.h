/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octets most of which are zero, written short: what is kept of a structure that is not needed for a while.
 *
 * Words of eight octets, in groups of eight:
 *
 *     | which words are not zero 8 | of each of those: which of its octets are not zero 8 | those octets ... |
 *
 * Written and read back by one process only: words lie as the machine has them.
 */
#ifndef DAPS_BYTES_SPARSE_H
#define DAPS_BYTES_SPARSE_H

#include <stddef.h>
#include <stdint.h>

/* The most that octets (a multiple of eight) of any contents come to. */
#define SPARSE_MOST(octets) ((octets) + (octets) / 8 + ((octets) / 8 + 7) / 8)

/* Writes from[0..octets) to out, which has room for SPARSE_MOST(octets); returns how much was written. */
size_t sparse_write(const void *from, size_t octets, uint8_t *out);

/* Reads them back to to[0..octets); returns how much was read. */
size_t sparse_read(void *to, size_t octets, const uint8_t *from);

#endif
