/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing captures: pcap by libpcap, pcapng as the three blocks such a file needs. */
#ifndef DAPS_SYNTH_OUTPUT_H
#define DAPS_SYNTH_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* QMDL, DLF: baseband logs, of records that are DIAG commands; DLF has no subscriptions. */
enum synth_format { SYNTH_PCAP, SYNTH_PCAP_NANO, SYNTH_PCAPNG, SYNTH_QMDL, SYNTH_DLF };

struct synth_output;

/* Records of one link type to file, which is closed with the output or if that fails (NULL, errno set). */
struct synth_output *synth_output_open(FILE *file, enum synth_format format, int link_type);

/* Appends one record, time in nanoseconds since 1970. False on a write error, errno set. */
bool synth_output_frame(struct synth_output *output, int64_t time_ns, const GByteArray *octets);

/* The same with a comment, which only pcapng can hold. */
bool synth_output_comment(struct synth_output *output, int64_t time_ns, const GByteArray *octets, const char *comment);

/* Flushes and closes; false with errno set if anything could not be written. NULL is fine (true). */
bool synth_output_close(struct synth_output *output);

#endif
