/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key log from a file (its lines: engine/keys/keylog.h). */
#ifndef DAPSAUDIT_KEYFILE_H
#define DAPSAUDIT_KEYFILE_H

#include "keys/keylog.h"

/*
 * Reads the key log at path ("-": standard input). Warns on standard error if everybody may read the file. NULL after
 * an error message that names the line. Free with daps_keylog_free.
 */
struct daps_keylog *keyfile_load(const char *path);

#endif
