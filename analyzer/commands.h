/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of dapsaudit. argv[0] is the subcommand's own name; the result is the exit status. */
#ifndef DAPSAUDIT_COMMANDS_H
#define DAPSAUDIT_COMMANDS_H

enum exit_status {
    EXIT_CLEAN = 0,      /* nothing found at or above --fail-on */
    EXIT_FINDINGS = 1,   /* something was */
    EXIT_USAGE = 2,      /* wrong usage; nothing was done */
    EXIT_UNREADABLE = 3, /* some input could not be read or some output not written; the rest was done */
};

int daps_cmd_audit(int argc, char **argv);
int daps_cmd_report(int argc, char **argv);
int daps_cmd_events(int argc, char **argv);
int daps_cmd_judge(int argc, char **argv);
int daps_cmd_keys(int argc, char **argv);
int daps_cmd_decrypt(int argc, char **argv);
int daps_cmd_convert(int argc, char **argv);
int daps_cmd_derive(int argc, char **argv);
int daps_cmd_synth(int argc, char **argv);
int daps_cmd_explain(int argc, char **argv);

/* dapsaudit-extcap, a program of its own. */
int daps_cmd_extcap(int argc, char **argv);

#endif
