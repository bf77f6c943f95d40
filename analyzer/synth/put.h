/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets of headers, for the files that write carriers. */
#ifndef DAPS_SYNTH_PUT_H
#define DAPS_SYNTH_PUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct udp_path {
    uint32_t from, to;
    uint16_t from_port, to_port;
    bool ethernet;
};

/* value in that many octets, big endian. */
void put_number(GByteArray *out, uint64_t value, unsigned octets);

/* Tag 12 of an upper PDU, padded to four octets. */
void put_upper_name(GByteArray *out, const char *name);

/* payload (taken) in UDP and IPv4, and Ethernet if the path says so; number: of the frame. Caller unrefs. */
GByteArray *put_udp(const struct udp_path *path, GByteArray *payload, uint32_t number);

#endif
