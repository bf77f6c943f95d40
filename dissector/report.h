/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of the open capture, which the program `dapsaudit report` writes and a browser shows. */
#ifndef DAPS_DISSECTOR_REPORT_H
#define DAPS_DISSECTOR_REPORT_H

/* Asks for the name of a new file, has the program write the report there and opens it. Returns at once; what stands in
 * the way, and what the program said, is told in a window. */
void report_ask(void);

#endif
