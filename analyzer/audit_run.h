/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One capture from its file to its report: capture/ gives records, framing/ peels RRC PDUs out of them, the engine
 * follows those, and the report writes what the engine says. audit, events and keys differ only in the report's view.
 */
#ifndef DAPSAUDIT_AUDIT_RUN_H
#define DAPSAUDIT_AUDIT_RUN_H

#include "batch.h"

/* A batch_work for captures; user is a const struct options *. */
void audit_run_capture(struct batch_job *job, const void *user);

/* An engine as these options want it, telling sink. Free with daps_engine_free. */
struct daps_engine *audit_engine(const struct options *options, const struct daps_sink *sink);

/* Finds the captures that options->paths stand for, audits them, and gives the exit status. */
int audit_run(const struct options *options);

#endif
