/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit-extcap, which Wireshark finds in its extcap folder. */
#include "commands.h"
#include "process.h"

int main(int argc, char **argv)
{
    int status;

    process_begin();
    status = daps_cmd_extcap(argc, argv);
    process_end();
    return status;
}
