/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages on standard error. Whatever they quote, no octet of it reaches a terminal as anything but text. */
#ifndef DAPSAUDIT_SAY_H
#define DAPSAUDIT_SAY_H

/* One line: "dapsaudit: " and what format says. Names, words and sentences of others may be given as they are. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
