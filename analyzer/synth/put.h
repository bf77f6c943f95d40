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

/* The same, little endian. */
void put_little(GByteArray *out, uint64_t value, unsigned octets);

/* Tag 12 of an upper PDU, padded to four octets. */
void put_upper_name(GByteArray *out, const char *name);

/* payload (taken) in UDP and IPv4, and Ethernet if the path says so; number: of the frame. Caller unrefs. */
GByteArray *put_udp(const struct udp_path *path, GByteArray *payload, uint32_t number);

struct synth_frame;

/* diag.c: DIAG commands with the message, one or two behind one another; NULL if they cannot carry its channel. */
GByteArray *synth_diag(const struct synth_frame *frame, bool in_parts);

/* Appends one DIAG command: log item code with body (taken), of the frame's time and subscription. */
void put_diag_item(GByteArray *out, const struct synth_frame *frame, unsigned code, GByteArray *body);

enum { SYNTH_DIAG_COMMAND = 0x10 }; /* of a log; else it is wrapped and names a subscription */

/* The octets of the command at octets, which synth_diag made; header: of them, those in front of the log packet. */
size_t synth_diag_length(const uint8_t *octets, size_t *header);

/* One command as an HDLC frame: escaped, with its checksum and flag. */
void put_diag_frame(GByteArray *out, const uint8_t *command, size_t n);

#endif
