/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One message under construction: paths and values, which the PER writer turns into octets. */
#ifndef DAPS_SYNTH_DRAFT_H
#define DAPS_SYNTH_DRAFT_H

#include <glib.h>
#include <stdint.h>

#include "per/writer.h"

/* Assignments under construction; paths are owned. */
struct draft {
    const struct per_table *table; /* what its paths are looked up in */
    GArray *assigns;               /* struct per_assign */
    const char *prefix;
};

struct draft_row {
    const char *path;
    int64_t value;
    const char *name;
};

/* A draft of NR whose paths all begin with prefix, which must live as long; or one of another table. */
struct draft draft_start(const char *prefix);
struct draft draft_start_in(const struct per_table *table, const char *prefix);
/* The component at path is to be there. */
struct per_assign *draft_add(struct draft *draft, const char *path);
/* ... with that number, */
void draft_set(struct draft *draft, const char *path, int64_t value);
/* ... that enumerated value, */
void draft_set_name(struct draft *draft, const char *path, const char *name);
/* ... those octets, which must live until the draft is finished, */
void draft_set_octets(struct draft *draft, const char *path, const GByteArray *octets);
/* Encodes it as the PDU type root and frees the draft. NULL with *error set if a value does not fit the ASN.1. */
GByteArray *draft_finish(struct draft *draft, uint32_t root, char **error);

/* Takes sentence (g_free) into *error, unless something had failed before: the first one is told. */
void draft_fail(char **error, char *sentence);
/* ... or each row as it says. */
void draft_set_rows(struct draft *draft, const struct draft_row *rows, size_t n);

#endif
