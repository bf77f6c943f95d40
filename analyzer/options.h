/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that the commands share. */
#ifndef DAPSAUDIT_OPTIONS_H
#define DAPSAUDIT_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "daps/framing.h"
#include "daps/keylog.h"
#include "report/report.h"

#define FAIL_NEVER (DAPS_SEVERITY_HIGH + 1)

#define OPTIONS_MOST_CELLS 16

struct options {
    struct report_style style; /* view and format preset by the command */
    unsigned fail_on;          /* enum daps_severity or FAIL_NEVER */
    bool verbose, quiet;
    bool no_sandbox;
    bool allow_partial; /* what could not be read or judged in part does not make the exit status */
    enum daps_ncc_reading ncc_reading;
    unsigned jobs;
    unsigned n_cells;
    struct daps_cell cells[OPTIONS_MOST_CELLS]; /* that UEs may go to without a message naming them */
    unsigned n_drbs;
    struct daps_framing_drb drbs[DAPS_FRAMING_MAX_DRBS];
    char *output;               /* path, NULL: standard output */
    char *keys;                 /* path of the key log */
    struct daps_keylog *keylog; /* NULL: none given */
    char **paths;               /* NULL-terminated, at least one */
    unsigned max_ues;           /* of one capture, 0: the engine's bound */
    uint64_t max_memory;        /* octets that they may cost, likewise */
    uint64_t max_spool;         /* octets that may wait in temporary files */
    GHashTable *found;          /* borrowed; paths that folders gave, by pointer; NULL: none */
    char *excerpt;              /* of a report: where its frames go, NULL nowhere */
    bool tdoc;                  /* of a report: a contribution draft */
    bool anonymize;             /* of a report: without identities */
    bool liaison;               /* of a report: the liaison's questions */
    unsigned what_if;           /* bits of what_if.h: mitigations that are supposed */
};

struct options_command {
    const char *name, *parameters, *summary, *description;
    bool wireshark;      /* takes --wireshark */
    bool why;            /* takes --why */
    bool what_if;        /* takes --what-if */
    bool evidence;       /* takes what a report takes, and its formats */
    bool paths_optional; /* standard input is read without any */
};

/*
 * Reads the command line into options, whose style has the command's defaults. True to go on; false to leave with
 * *status (help was shown, or an error was reported on standard error). Free with options_clear either way.
 */
bool options_parse(struct options *options, const struct options_command *command, int argc, char **argv, int *status);

/*
 * The key log at path ("-": standard input); problems go to standard error. NULL after one. From then on the process
 * keeps its memory to itself. Free: daps_keylog_free.
 */
struct daps_keylog *options_keylog(const char *path);

/* The message and exit status for a command line that GLib refused; frees error. */
int options_refused(const char *command, GError *error);

/* Gives up what reading the paths of options does not need (sandbox.h), unless the user wants it otherwise. */
void options_confine(const struct options *options);

/* Wipes the keys and frees what is in options. */
void options_clear(struct options *options);

#endif
