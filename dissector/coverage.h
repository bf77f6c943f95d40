/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a capture was read, what was not, and what was seen and left aside: a table without findings is no clean
 * bill. */
#ifndef DAPS_DISSECTOR_COVERAGE_H
#define DAPS_DISSECTOR_COVERAGE_H

#include <stdint.h>

enum coverage {
    COVERAGE_READ,       /* frames with RRC that was read */
    COVERAGE_DECIPHERED, /* ... after it was deciphered */
    COVERAGE_UNREADABLE,
    COVERAGE_UNVERIFIED,
    COVERAGE_UNDECODED,
    COVERAGE_MISSED,
    COVERAGE_NODES, /* from here on: seen by Wireshark, not taken by the plugin */
    COVERAGE_NAS,
    COVERAGE_COUNT
};

struct coverage_count {
    uint64_t frames;
    uint64_t first; /* id of the first of them */
};

/* What it is, and what that means or what helps; static storage. */
const char *coverage_name(enum coverage what);
const char *coverage_words(enum coverage what);

#endif
