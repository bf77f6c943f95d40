/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of other makers: told, so that they can be named; those of AZENQOS are read by azm.c. Layouts as SCAT has them; little-endian.
 *
 *     Samsung, raw:  7f | u16 length | 00 | u16 the same less 3 | ... | 7e, length + 1 octets behind the 7f
 *     Samsung, .sdm: a file header nobody describes, then packets: u16 length | u16 7f39 | u48 time | ...
 *     AZENQOS, .azm: zip (PK 03 04 | 22 octets | u16 length of name | u16 | name) of azqdata.db, a SQLite database
 */
#include <string.h>

#include "diag_inside.h"

enum { ENOUGH = 3, RAW_BEGIN = 0x7f, RAW_END = 0x7e, RAW_MOST_HEAD = 6, LOGGED_MAGIC = 0x7f39, LOGGED_HEAD = 17 };
enum { MOST_FILE_HEADER = 8192, ZIP_HEAD = 30, ZIP_NAME_LENGTH = 26 };

/* Octets of the raw packet that begins at octets[at]; 0: none does. */
static size_t raw_packet(const uint8_t *octets, size_t n, size_t at)
{
    size_t length;

    if (n - at < RAW_MOST_HEAD || octets[at] != RAW_BEGIN || octets[at + 3] != 0)
        return 0;
    length = diag_le16(octets + at + 1);
    if (length < RAW_MOST_HEAD || (size_t)diag_le16(octets + at + 4) + 3 != length || length + 2 > n - at)
        return 0;
    return octets[at + 1 + length] == RAW_END ? length + 2 : 0;
}

/* The same of a packet of the logger. */
static size_t logged_packet(const uint8_t *octets, size_t n, size_t at)
{
    size_t length;

    if (n - at < 4 || diag_le16(octets + at + 2) != LOGGED_MAGIC)
        return 0;
    length = diag_le16(octets + at);
    return length >= LOGGED_HEAD && length + 2 <= n - at ? length + 2 : 0;
}

static bool some_behind_one_another(const uint8_t *octets, size_t n,
                                    size_t (*packet)(const uint8_t *octets, size_t n, size_t at))
{
    for (size_t begin = 0; begin < n && begin < MOST_FILE_HEADER; begin++) {
        size_t at = begin, length = 1;
        unsigned packets = 0;
        for (; packets < ENOUGH && at < n && (length = packet(octets, n, at)) > 0; at += length)
            packets++;
        if (packets == ENOUGH)
            return true;
    }
    return false;
}

static bool is_azm(const uint8_t *octets, size_t n)
{
    static const char name[] = "azqdata.db";
    const size_t length = sizeof name - 1;

    if (n < ZIP_HEAD || memcmp(octets, "PK\3\4", 4) != 0)
        return false;
    for (size_t at = ZIP_HEAD; at + length <= n; at++) {
        if (memcmp(octets + at, name, length) == 0 && memcmp(octets + at - ZIP_HEAD, "PK\3\4", 4) == 0 &&
            diag_le16(octets + at - ZIP_HEAD + ZIP_NAME_LENGTH) == length)
            return true;
    }
    return false;
}

enum diag_kind diag_tell_foreign(const uint8_t *octets, size_t n)
{
    if (is_azm(octets, n))
        return DIAG_AZENQOS;
    if (some_behind_one_another(octets, n, raw_packet) || some_behind_one_another(octets, n, logged_packet))
        return DIAG_SAMSUNG;
    return DIAG_NONE;
}

const char *diag_not_read(enum diag_kind kind)
{
    switch (kind) {
    case DIAG_SAMSUNG:
        return "is the log of a Samsung modem (SDM), which is not read; SCAT converts it: scat -t sec -d FILE -F "
               "OUT.pcap";
    case DIAG_AZENQOS:
        return "is a log of AZENQOS (AZM), which is not read while it grows, nor by a build without SQLite";
    default:
        return NULL;
    }
}
