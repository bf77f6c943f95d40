/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporary files without a name, which are gone with their descriptor, and writing to a descriptor. */
#ifndef DAPSAUDIT_UNNAMED_H
#define DAPSAUDIT_UNNAMED_H

#include <stdbool.h>
#include <stddef.h>

/* A descriptor, to be closed by the caller; -1: errno, never 0, says why. */
int unnamed_file(void);

/* All of them, whatever interrupts it. False: errno, never 0, says why. */
bool write_octets(int descriptor, const void *octets, size_t length);

#endif
