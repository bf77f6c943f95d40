/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before a capture of strangers is read, the process gives up what it does not need for that (Landlock, Linux 5.13 and
 * later): it reads only the inputs it was given and what libraries are made of, writes only beside the output and into
 * the folder for temporary files, starts no program, connects to nothing. A fault in a parser, ours or a library's,
 * then reaches no other file of the user.
 */
#ifndef DAPSAUDIT_SANDBOX_H
#define DAPSAUDIT_SANDBOX_H

#include <stdbool.h>

struct sandbox {
    char *const *inputs; /* NULL-terminated; files and folders, "-" is standard input */
    const char *output;  /* NULL or "-": none to be opened */
    const char *excerpt; /* another output, likewise */
    bool verbose;        /* say so if there is none */
};

/* For this thread and those it will start, for good. Without Landlock nothing changes. */
void sandbox_enter(const struct sandbox *sandbox);

#endif
