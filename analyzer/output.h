/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the results go: standard output or the file of --output. */
#ifndef DAPSAUDIT_OUTPUT_H
#define DAPSAUDIT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output {
    const char *name;
    int fd;
    int error;      /* errno of the write that failed, 0 none; EPIPE: nobody reads any more */
    size_t skip;    /* octets still to be dropped from the front */
    bool is_stream; /* standard output, not a file of ours */
};

/* path NULL: standard output. False with a message on standard error. */
bool output_open(struct output *output, const char *path);

/* Whether path names the same file as the output, which must not be read then. */
bool output_is(const struct output *output, const char *path);

/* Empties the file; before the first octet is written, after output_is was asked. */
void output_begin(struct output *output);

/* An outbuf_outlet; user is a struct output. */
bool output_take(void *user, const char *octets, size_t length);

/* False, with a message on standard error, if something could not be written. A reader that went away is no error. */
bool output_close(struct output *output);

#endif
