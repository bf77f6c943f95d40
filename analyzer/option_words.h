/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the command line and what its words mean; for options.c alone. */
#ifndef DAPSAUDIT_OPTION_WORDS_H
#define DAPSAUDIT_OPTION_WORDS_H

#include "options.h"

#include <glib.h>

/* As they come from the command line. */
struct option_words {
    gboolean help, show_keys, no_sandbox, verbose, quiet, wireshark, save_keys, why, allow_partial, liaison, anonymize,
        tdoc, tamarin;
    char *format, *fail_on, *colour, *table, *ncc, *what_if;
    char **drbs, **cells, *max_spool, *max_memory;
    int jobs, max_ues;
};

/*
 * Gives options the values that words has, loads the key log they name, and says on standard error which word means
 * nothing. evidence: the command writes a report, so the formats are a report's. False: wrong usage. The strings stay
 * the caller's.
 */
bool option_words_take(struct options *options, const struct option_words *words, bool evidence);

#endif
