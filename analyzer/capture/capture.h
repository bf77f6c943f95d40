/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files as a sequence of records, whatever the format.
 *
 * Classic pcap and simple pcapng are read by libpcap. What it refuses - mixed link types or snap lengths in one
 * pcapng, gzip, zstd, lz4, K12, DCT2000 and the other formats Wireshark knows - is read by libwiretap, which is loaded
 * only then. Memory does not grow with the file.
 */
#ifndef DAPS_CAPTURE_H
#define DAPS_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/record.h"

enum daps_capture_status {
    DAPS_CAPTURE_RECORD,
    DAPS_CAPTURE_END,
    DAPS_CAPTURE_ERROR /* nothing more can be read; everything before was delivered */
};

struct daps_capture;

#define DAPS_CAPTURE_MAX_SPOOL (UINT64_C(1) << 30)

/* A baseband log that is still written. wait: nothing is there now, taken octets were read; false: do not wait longer.
 */
struct daps_follow {
    bool (*wait)(void *user, uint64_t taken);
    void *user;
};

struct daps_capture_limits {
    bool found;                       /* in a folder, not named by the user: a regular file, and no link */
    uint64_t max_spool;               /* octets of a stream that may be copied to a temporary file */
    const struct daps_follow *follow; /* NULL: a file ends where it ends; else it must live as long as the capture */
};

/*
 * Opens path, or standard input for "-", as the user named it. NULL on failure: then *error is a sentence that names
 * the file and the reason, to be freed with g_free.
 */
struct daps_capture *daps_capture_open(const char *path, char **error);

/* The same within limits; NULL: named, DAPS_CAPTURE_MAX_SPOOL. */
struct daps_capture *daps_capture_open_within(const char *path, const struct daps_capture_limits *limits, char **error);

/* Fills record with the next one. */
enum daps_capture_status daps_capture_next(struct daps_capture *capture, struct daps_record *record);

/* After DAPS_CAPTURE_ERROR: a sentence that names the file, the last good frame and the reason. Owned by capture. */
const char *daps_capture_error(const struct daps_capture *capture);

/* Octets of the input read so far, and of the whole input (0: not known), for a progress display. */
void daps_capture_progress(const struct daps_capture *capture, uint64_t *done, uint64_t *whole);

/* NULL is fine. */
void daps_capture_close(struct daps_capture *capture);

enum daps_capture_kind {
    DAPS_KIND_CAPTURE,     /* looks like something daps_capture_open reads */
    DAPS_KIND_NOT_CAPTURE, /* readable, but not a capture */
    DAPS_KIND_UNREADABLE
};

/* Tells by content what the file at path, found in a folder, is. reason (may be NULL) gets static text unless it is a
 * capture. */
enum daps_capture_kind daps_capture_probe(const char *path, const char **reason);

#endif
