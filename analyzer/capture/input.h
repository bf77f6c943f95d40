/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: where the octets of a capture come from, a file or a stream that can be read only once. */
#ifndef DAPS_CAPTURE_INPUT_H
#define DAPS_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "capture.h"

enum input_format {
    INPUT_PCAP,
    INPUT_PCAPNG,
    INPUT_GZIP,
    INPUT_ZSTD,
    INPUT_LZ4,
    INPUT_XZ,    /* told, not read */
    INPUT_BZIP2, /* the same */
    INPUT_OTHER,
};

struct input {
    char *path;
    const char *name; /* for messages */
    int fd;
    bool stream;                      /* not a regular file: can be read only once */
    const struct daps_follow *follow; /* NULL: it ends where it ends */
    uint64_t size;                    /* of a regular file, 0 otherwise */
    uint8_t head[24];                 /* a pcap file header */
    size_t head_length;
    enum input_format format;

    size_t head_taken;     /* octets of head already given out */
    uint64_t taken;        /* octets given out */
    const uint8_t *unread; /* octets given out and given back: next to come */
    size_t unread_length;
    char *buffer; /* of the stdio stream */

    /* Of a stream only. */
    bool keep;           /* write a copy of what is read to spool */
    int spool;           /* temporary file without a name, -1 */
    bool spooled_to_end; /* all of the stream is in spool */
    int spool_errno;     /* why the copy is of no use; ENOBUFS: max_spool was reached */
    uint64_t spooled;    /* octets in spool */
    uint64_t max_spool;
    bool replay; /* give out again what spool holds from replay_at on */
    uint64_t replay_at;
    char spool_path[32];
};

/*
 * Opens path ("-": standard input) and looks at its first octets; limits may be NULL. NULL: *error is a sentence,
 * g_free it. Opening never waits, and reading ends with an interrupt (process.h).
 */
struct input *input_open(const char *path, const struct daps_capture_limits *limits, char **error);

/*
 * A stdio stream over the input from its beginning, which ftello works on, too. Call once. NULL: *error. The input must
 * live longer.
 */
FILE *input_stdio(struct input *input, char **error);

/*
 * Up to size octets of the input from where it has been given out to; 0 at its end, -1 with errno set. For whoever goes
 * on where the stdio stream has not read ahead.
 */
ssize_t input_read(struct input *input, void *buffer, size_t size);

/* Gives the last n octets that input_read() gave out back, to be given out again. octets must stay where they are. */
void input_unread(struct input *input, const uint8_t *octets, size_t n);

/*
 * A path under which a library can open the input by itself; a stream is copied to a temporary file without a name
 * first: its first most octets, or with UINT64_MAX all of it. Valid while input lives. NULL: *error.
 */
const char *input_reopen_path(struct input *input, uint64_t most, char **error);

/* What has been read of a stream is not needed again. */
void input_keep_no_copy(struct input *input);

/* A stream that was copied from its beginning is given out again from octet at on, the copy first. No copy is kept. */
void input_rewind(struct input *input, uint64_t at);

void input_close(struct input *input);

/* "gzip", ... for compressed formats, NULL for others. */
const char *input_compression(enum input_format format);

#endif
