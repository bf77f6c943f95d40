/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture files below a directory, found by content. */
#ifndef DAPS_CAPTURE_WALK_H
#define DAPS_CAPTURE_WALK_H

#include <glib.h>

struct daps_walk_note {
    char *path;
    char *reason;
};

struct daps_walk {
    GPtrArray *captures;   /* char *, in the order to be read */
    GHashTable *found;     /* those of captures that were found below a directory, by pointer */
    GPtrArray *skipped;    /* struct daps_walk_note *: not captures */
    GPtrArray *unreadable; /* struct daps_walk_note *: directories that could not be listed */
};

/* An empty walk; free with daps_walk_free. */
struct daps_walk *daps_walk_new(void);

/*
 * Adds what path stands for: a directory gives every capture below it, by name in each directory, without following
 * links; anything else ("-" too) is taken as it is, so that opening it says what is wrong with it.
 * A file below a directory that cannot be read is taken as a capture for the same reason.
 */
void daps_walk_add(struct daps_walk *walk, const char *path);

/* NULL is fine. */
void daps_walk_free(struct daps_walk *walk);

#endif
