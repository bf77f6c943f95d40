/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on standard error that says how far the work is, if that is a terminal, and the messages that share
 * standard error with it. There is one terminal, so this is the one piece of state the program shares; it is locked.
 */
#ifndef DAPSAUDIT_PROGRESS_H
#define DAPSAUDIT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void progress_start(size_t files, bool quiet);
void progress_frames(uint64_t more); /* call every few thousand frames; draws at most every 200 ms */
void progress_file_done(void);
void progress_clear(void); /* takes the line away before something else is written */

#endif
