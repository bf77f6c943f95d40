/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key log from a file (its lines: engine/keys/keylog.h). */
#ifndef DAPSAUDIT_KEYFILE_H
#define DAPSAUDIT_KEYFILE_H

#include <stdbool.h>

#include "daps/keylog.h"

/* Takes one sentence without a line end: an error, after which nothing is loaded, or a warning. */
typedef void keyfile_say(void *user, bool is_error, const char *sentence);

/*
 * Reads the key log at path ("-": standard input). Warns if everybody may read the file. NULL after an error that names
 * the line. Free with daps_keylog_free.
 */
struct daps_keylog *keyfile_load(const char *path, keyfile_say *say, void *user);

#endif
