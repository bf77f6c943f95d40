/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest capture that still shows the findings: frames are left out as long as an audit of the rest says the
 * same, but not those that completed or ended an attempt that a finding names.
 */
#ifndef DAPSAUDIT_EXCERPT_H
#define DAPSAUDIT_EXCERPT_H

#include "daps/finding.h"

struct evidence;
struct excerpt;

/* with_names: UEs must keep their names, because a key log may name them. */
struct excerpt *excerpt_new(bool with_names);
void excerpt_free(struct excerpt *excerpt); /* NULL is fine */

/* A finding of the first reading, which the excerpt has to show. */
void excerpt_finding(struct excerpt *excerpt, const struct daps_finding *finding);

/* Writes it to the wish's path. A sentence that says what became of it; the caller frees it. */
char *excerpt_write(struct excerpt *excerpt, struct evidence *evidence, bool *failed);

#endif
