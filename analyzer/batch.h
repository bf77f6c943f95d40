/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several inputs worked on at a time, with output and messages in the order of the inputs.
 *
 * A single input writes straight to the output. Several workers each write to a spool of their own, which is copied
 * out when its turn has come; how far they may run ahead is bounded.
 */
#ifndef DAPSAUDIT_BATCH_H
#define DAPSAUDIT_BATCH_H

#include <glib.h>

#include "options.h"
#include "output.h"
#include "report/outbuf.h"
#include "report/totals.h"

struct batch_job {
    const char *path;
    struct outbuf lines; /* results */
    struct outbuf notes; /* messages for standard error, whole lines */
    struct run_totals totals;
};

/* Works on one input. May run on any thread. Should stop early once job->lines.failed. */
typedef void batch_work(struct batch_job *job, const void *user);

/* The message behind exit status 3: what of that capture could not be judged, with first frames. Nothing if all was. */
void batch_not_judged(struct batch_job *job, const char *path, const struct daps_not_judged_count *counts);

/* A message: path, a colon, and what format says, as one line. */
void batch_note(struct batch_job *job, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An error that is a whole sentence already. */
void batch_error(struct batch_job *job, const char *sentence);

/* paths: char *, "-" for standard input. Adds to run. Stops when the output takes no more. */
void batch_run(const GPtrArray *paths, const struct options *options, struct output *output, batch_work *work,
               const void *user, struct run_totals *run);

/*
 * The whole course of a command: opens the output, writes prologue, results and epilogue, and says with which status
 * to leave. skipped, unreadable: what looking for the paths has found already.
 */
int batch_command(const GPtrArray *paths, const struct options *options, batch_work *work, const void *user,
                  uint64_t skipped, uint64_t unreadable);

#endif
