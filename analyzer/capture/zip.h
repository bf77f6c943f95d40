/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the room: one file out of a zip archive (PKWARE's APPNOTE.TXT 6.3.10), stored or deflated, found by the
 * archive's directory. No ZIP64, no encryption, no archive in several volumes: said.
 */
#ifndef DAPS_CAPTURE_ZIP_H
#define DAPS_CAPTURE_ZIP_H

#include <stdbool.h>
#include <stdint.h>

struct zip_member {
    bool there;
    uint16_t flags, method;
    uint32_t crc, packed, size; /* octets in the archive, and unpacked */
    uint32_t at;                /* of its local header */
};

/*
 * Looks for the file of that name in the archive that descriptor reads; not there: *member says so. False: *reason, a
 * few words in static storage, says why the archive cannot be read.
 */
bool zip_find(int descriptor, const char *name, struct zip_member *member, const char **reason);

/*
 * Unpacks member to the end of the file out. False: *reason; what was unpacked so far is in out. With a wrong checksum
 * that is all of it.
 */
bool zip_unpack(int descriptor, const struct zip_member *member, int out, const char **reason);

#endif
