/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit from event lines: every capture named in them gets an engine and a report of its own, from its first line
 * to its "capture" line (or the end of the input).
 */
#ifndef DAPSAUDIT_JUDGE_RUN_H
#define DAPSAUDIT_JUDGE_RUN_H

#include "batch.h"

/* A batch_work for files of events; user is a const struct options *. */
void judge_run_events(struct batch_job *job, const void *user);

#endif
