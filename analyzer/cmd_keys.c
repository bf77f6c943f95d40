/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit keys: the key chain of every UE. */
#include "audit_run.h"
#include "commands.h"

int daps_cmd_keys(int argc, char **argv)
{
    static const struct options_command command = {
        .name = "keys",
        .parameters = "PATH...",
        .summary = "Shows how the keys of every UE follow from each other. With a key log and --show-keys, their\n"
                   "values and the AS keys below them as well. --wireshark writes the table pdcp_nr_ue_keys, a row\n"
                   "for each key of a UE with the frame from which on it holds; Wireshark uses one row a UE.\n"
                   "Of a phone's baseband log the AS keys it names by value are listed, too (their digests without\n"
                   "--show-keys); --save-keys writes them as LEAF lines of a key log.",
        .wireshark = true,
        .description = "Exit status: 0 all was read, 2 wrong usage, 3 some input could not be read.",
    };
    struct options options = {.style = {.format = REPORT_TEXT, .view = REPORT_KEYS}};
    int status;

    if (options_parse(&options, &command, argc, argv, &status)) {
        options.fail_on = FAIL_NEVER;
        status = audit_run(&options);
    }
    options_clear(&options);
    return status;
}
