/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit audit: the findings of captures. */
#include "audit_run.h"
#include "commands.h"

int daps_cmd_audit(int argc, char **argv)
{
    static const struct options_command command = {
        .name = "audit",
        .parameters = "PATH...",
        .summary = "Finds repeated keys and reused keystream. PATH is a capture file, a folder of captures,\n"
                   "or - for standard input. Every file is judged by itself: join the parts of one log first\n"
                   "(mergecap), or what one part has and another repeats is not found.",
        .why = true,
        .what_if = true,
        .description = "Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 wrong usage,\n"
                       "3 some input could not be read or judged (the rest was audited); --allow-partial\n"
                       "takes that for 0.",
    };
    struct options options = {.style = {.format = REPORT_TEXT, .view = REPORT_AUDIT}};
    int status;

    if (options_parse(&options, &command, argc, argv, &status))
        status = audit_run(&options);
    options_clear(&options);
    return status;
}
