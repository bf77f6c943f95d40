/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as RFC 3339 writes them, always UTC: 2026-01-01T00:00:00.1Z. The fraction has up to nine digits, its trailing
 * zeros are left out.
 */
#ifndef DAPSAUDIT_RFC3339_H
#define DAPSAUDIT_RFC3339_H

#include <stdbool.h>
#include <stdint.h>

#define RFC3339_OCTETS 32

/* time_ns: since 1970-01-01 UTC. False, with text empty, for INT64_MIN (time not known). */
bool rfc3339_write(int64_t time_ns, char text[static RFC3339_OCTETS]);

/* The inverse. False if text is not such a time, or one that time_ns cannot hold. */
bool rfc3339_read(const char *text, int64_t *time_ns);

#endif
