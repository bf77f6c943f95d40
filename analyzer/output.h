/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the results go: standard output or the file of --output. */
#ifndef DAPSAUDIT_OUTPUT_H
#define DAPSAUDIT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct outfile;
struct spool;

struct output {
    const char *name;
    int fd;
    int error;            /* errno of the write that failed, 0 none; EPIPE: nobody reads any more */
    size_t skip;          /* octets still to be dropped from the front */
    struct spool *hold;   /* what is written waits there, NULL: nowhere */
    struct outfile *file; /* NULL: standard output */
};

/* path NULL: standard output; secret as for outfile_open. False with a message on standard error. */
bool output_open(struct output *output, const char *path, bool secret);

/* An outbuf_outlet; user is a struct output. */
bool output_take(void *user, const char *octets, size_t length);

/*
 * False, with a message on standard error, if something could not be written; then a file keeps what was in it. A
 * reader that went away is no error.
 */
bool output_close(struct output *output);

#endif
