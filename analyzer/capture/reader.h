/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: the two readers behind daps_capture. */
#ifndef DAPS_CAPTURE_READER_H
#define DAPS_CAPTURE_READER_H

#include "capture.h"

/* libwiretap, loaded when it is first needed (wiretap.c). */
struct wiretap;

/* NULL if libwiretap can be used, else why not (static or process-lifetime text). */
const char *wiretap_missing(void);

/*
 * Opens the file at path. NULL: *reason is set (g_free), *not_capture tells a file of no known format from one that
 * could not be read.
 */
struct wiretap *wiretap_open(const char *path, char **reason, bool *not_capture);

enum wiretap_status { WIRETAP_RECORD, WIRETAP_END, WIRETAP_CUT, WIRETAP_ERROR };

/* Next packet; fills everything in record but the frame number. After CUT and ERROR *reason is set (g_free). */
enum wiretap_status wiretap_next(struct wiretap *wiretap, struct daps_record *record, char **reason);

/* Is it a pcap with record headers of its own (Nokia, Red Hat 6.1, SuSE 6.3)? */
bool wiretap_is_pcap_variant(const struct wiretap *wiretap);

/* Octets of the file read so far. */
uint64_t wiretap_offset(const struct wiretap *wiretap);

void wiretap_close(struct wiretap *wiretap);

#endif
