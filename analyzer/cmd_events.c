/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit events: what was extracted from captures, for judge or anybody else. */
#include "audit_run.h"
#include "commands.h"

int daps_cmd_events(int argc, char **argv)
{
    static const struct options_command command = {
        .name = "events",
        .parameters = "PATH...",
        .summary = "Writes what the RRC messages of captures say, one event a line (NDJSON unless --format says\n"
                   "otherwise). 'dapsaudit judge' audits from these lines.",
        .description = "Exit status: 0 all was read, 2 wrong usage, 3 some input could not be read.",
    };
    struct options options = {.style = {.format = REPORT_NDJSON, .view = REPORT_EVENTS}};
    int status;

    if (options_parse(&options, &command, argc, argv, &status))
        status = audit_run(&options);
    options_clear(&options);
    return status;
}
