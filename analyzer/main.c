/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit: picks the subcommand. */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "process.h"
#include "say.h"

static const struct {
    const char *name;
    int (*function)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"audit", daps_cmd_audit, "Find repeated keys and reused keystream in captures"},
    {"report", daps_cmd_report, "Write what was found as evidence that others can check"},
    {"events", daps_cmd_events, "Write what was extracted from captures, one event a line"},
    {"judge", daps_cmd_judge, "Audit from extracted events"},
    {"keys", daps_cmd_keys, "Show the key chain of every UE"},
    {"decrypt", daps_cmd_decrypt, "Write the RRC of a capture below RRC, deciphered"},
    {"convert", daps_cmd_convert, "Write the RRC of a baseband log as a capture"},
    {"derive", daps_cmd_derive, "Do one key derivation by hand"},
    {"synth", daps_cmd_synth, "Make a capture from a scenario"},
    {"explain", daps_cmd_explain, "Say what a rule means, where it comes from and what to do"},
};

static void show_usage(FILE *file)
{
    fprintf(file, "Usage: dapsaudit COMMAND [OPTION...] [ARGUMENT...]\n\n"
                  "Finds handovers that derive the same key twice, in captures of NR and LTE (RRC,\n"
                  "PDCP, RLC, MAC) and in baseband logs.\n\nCommands:\n");
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(file, "  %-8s  %s\n", commands[i].name, commands[i].help);
    fprintf(file, "\n'dapsaudit COMMAND --help' describes a command; 'man dapsaudit' describes everything.\n");
}

/* Standard output may be a full disk: what was promised must have arrived. */
static int flushed(int status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    say("standard output: %s", g_strerror(errno));
    return EXIT_UNREADABLE;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        show_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("dapsaudit " DAPSAUDIT_VERSION);
        return flushed(EXIT_CLEAN);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        show_usage(stdout);
        return flushed(EXIT_CLEAN);
    }
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].function(argc - 1, argv + 1);
    }
    say("'%s' is not a command; 'dapsaudit --help' lists them", argv[1]);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    int status;

    process_begin();
    status = run(argc, argv);
    process_end();
    return status;
}
