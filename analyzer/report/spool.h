/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output that has to wait for its turn: in memory up to a limit, beyond it in a temporary file that has no name any
 * more, so that nothing stays behind however the program ends.
 */
#ifndef DAPSAUDIT_SPOOL_H
#define DAPSAUDIT_SPOOL_H

#include "report/outbuf.h"

struct spool {
    struct outbuf memory;
    size_t limit;
    uint64_t length; /* octets taken */
    int fd;          /* -1: everything is in memory */
    int error;       /* errno of what went wrong, 0 nothing */
};

/* limit: octets kept in memory. Free with spool_clear. */
void spool_init(struct spool *spool, size_t limit);
void spool_clear(struct spool *spool);

/* An outbuf_outlet: spool is a struct spool. False once the temporary file cannot take more. */
bool spool_take(void *spool, const char *octets, size_t length);

bool spool_is_empty(const struct spool *spool);

/* Hands everything to the outlet, in order. False if the outlet refused or the file could not be read back. */
bool spool_copy(struct spool *spool, outbuf_outlet *outlet, void *user);

#endif
