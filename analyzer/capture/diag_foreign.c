/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of other makers: told, those of Samsung's modems (sdm.c) by packets behind one another, those of AZENQOS (azm.c)
 * by the beginning of a zip archive (PK 03 04 | 22 octets | u16 length of name | u16 | name) and its azqdata.db.
 */
#include <string.h>

#include "diag_inside.h"

enum { ENOUGH = 3 };
enum { MOST_FILE_HEADER = 8192, ZIP_HEAD = 30, ZIP_NAME_LENGTH = 26 };

static bool some_behind_one_another(const uint8_t *octets, size_t n, size_t (*packet)(const uint8_t *octets, size_t n))
{
    for (size_t begin = 0; begin < n && begin < MOST_FILE_HEADER; begin++) {
        size_t at = begin, length = 1;
        unsigned packets = 0;
        for (; packets < ENOUGH && at < n && (length = packet(octets + at, n - at)) > 0; at += length)
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
    if (some_behind_one_another(octets, n, sdm_raw_packet))
        return DIAG_SDM_RAW;
    return some_behind_one_another(octets, n, sdm_logged_packet) ? DIAG_SDM : DIAG_NONE;
}

const char *diag_not_read(enum diag_kind kind)
{
    return kind == DIAG_AZENQOS
               ? "is a log of AZENQOS (AZM), which is not read while it grows, nor by a build without SQLite"
               : NULL;
}
