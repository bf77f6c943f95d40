/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are written. What stands under their name is replaced as a whole once everything is in the new file, which
 * is written beside it until then; and no file is replaced that is read, whatever name it goes by.
 */
#ifndef DAPSAUDIT_OUTFILE_H
#define DAPSAUDIT_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

/* ---- which files are which ---- */

struct outfile_names;

struct outfile_names *outfile_names_new(void);
void outfile_names_free(struct outfile_names *names); /* NULL is fine */

/* path ("-": standard input) is read as a role: "input", "key log", "scenario". NULL is fine. */
void outfile_names_read(struct outfile_names *names, const char *path, const char *role);

/*
 * path ("-" or NULL: standard output) is to be written. False, with a message on standard error, if it, or standard
 * error, is a file that is read, or it is another that is written: by device and inode, or by directory and name while
 * it does not exist.
 */
bool outfile_names_write(struct outfile_names *names, const char *path);

/* ---- writing ---- */

struct outfile {
    int fd;
    bool direct;     /* no file of its own: a device, a pipe, or a file in a directory that takes no new ones */
    char *path;      /* as given, for messages */
    char *final;     /* the name it gets */
    char *temporary; /* the name it has until then, NULL if direct */
    unsigned mode;   /* permissions it gets */
};

/*
 * Opens path for writing. secret: keys or what was deciphered goes into it, so that only the owner may read it; others
 * get the permissions of the file that is replaced, or those the umask leaves. NULL with errno set if that fails.
 */
struct outfile *outfile_open(const char *path, bool secret);

/* A stream that writes to outfile, or to standard output for NULL; closing it closes neither. NULL with errno set. */
FILE *outfile_stream(const struct outfile *outfile);

/* All is written: gives the file its name. False with errno set if that fails; frees outfile either way. */
bool outfile_finish(struct outfile *outfile);

/* Leaves what stands under the name as it is. NULL is fine. */
void outfile_abandon(struct outfile *outfile);

#endif
