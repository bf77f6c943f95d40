/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit judge: an audit from what `dapsaudit events` wrote. */
#include "commands.h"
#include "judge_run.h"

int daps_cmd_judge(int argc, char **argv)
{
    static const struct options_command command = {
        .name = "judge",
        .parameters = "[EVENTS...]",
        .summary = "Audits from event lines (NDJSON as 'dapsaudit events' writes it) in files or, without any, on\n"
                   "standard input. The result is that of 'dapsaudit audit' on the captures they came from.",
        .description = "Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 wrong usage,\n"
                       "3 some input could not be read (the rest was judged).",
        .paths_optional = true,
        .what_if = true,
    };
    struct options options = {.style = {.format = REPORT_TEXT, .view = REPORT_AUDIT}};
    GPtrArray *paths;
    int status;

    if (options_parse(&options, &command, argc, argv, &status)) {
        options_confine(&options);
        paths = g_ptr_array_new();
        for (unsigned i = 0; options.paths[i] != NULL; i++)
            g_ptr_array_add(paths, options.paths[i]);
        status = batch_command(paths, &options, judge_run_events, &options, 0, 0);
        g_ptr_array_unref(paths);
    }
    options_clear(&options);
    return status;
}
