/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the room: the usual records of a classic pcap, read from a large buffer. libpcap has opened the file and
 * stays the reference: whatever is unusual (a cut record, a length that cannot be, the end, an error) is given back
 * unread, and libpcap goes on from that record.
 */
#ifndef DAPS_CAPTURE_PLAIN_H
#define DAPS_CAPTURE_PLAIN_H

#include <pcap/pcap.h>
#include <stdbool.h>

#include "daps/record.h"
#include "input.h"

struct plain;

/*
 * Takes over the records of input behind the file header, which pcap has read and nothing more. NULL if the file is
 * none of the usual ones: version 2.4, this machine's order of octets, times in microseconds or nanoseconds. Both must
 * live longer.
 */
struct plain *plain_new(struct input *input, pcap_t *pcap);

/*
 * Fills record, but not its frame number; its octets live until the next call. False: libpcap must go on from here, and
 * plain is not to be called again, but kept until input is closed.
 */
bool plain_next(struct plain *plain, struct daps_record *record);

/* Octets of the input behind those delivered, which position() must not count. */
size_t plain_ahead(const struct plain *plain);

/* NULL is fine. */
void plain_free(struct plain *plain);

#endif
