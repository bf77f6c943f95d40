/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zip archive, little-endian; its directory stands at its end:
 *
 *     entry:  50 4b 01 02 | u16 u16 | u16 flags | u16 method | u32 time | u32 CRC-32 | u32 packed | u32 size
 *             | u16 length of name | u16 of extra field | u16 of comment | u16 volume | u16 u32
 *             | u32 local header | name ...
 *     local:  50 4b 03 04 | 22 octets | u16 length of name | u16 of extra field | ... | packed octets
 *     end:    50 4b 05 06 | u16 volume | u16 | u16 u16 entries | u32 directory's octets | u32 where
 *             | u16 length of comment
 */
#include "zip.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "bytes/octets.h"
#include "daps/bound.h"
#include "process.h"
#include "unnamed.h"

enum { END = 22, MOST_COMMENT = 65535, ENTRY = 46, LOCAL = 30, STORED = 0, DEFLATED = 8, ENCRYPTED = 1 };
enum { CHUNK = DAPS_BOUND(64 * 1024, 64) };
#define END_MAGIC   UINT32_C(0x06054b50)
#define ENTRY_MAGIC UINT32_C(0x02014b50)
#define LOCAL_MAGIC UINT32_C(0x04034b50)

static const char damaged[] = "its zip archive is damaged", cut[] = "its zip archive has no end: it is cut short";

/* All n of them. */
static bool read_at(int descriptor, void *octets, size_t n, uint64_t at)
{
    uint8_t *to = octets;

    while (n > 0) {
        const ssize_t got = pread(descriptor, to, n, (off_t)at);
        if (got <= 0)
            return false;
        to += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

/* Does the end of an archive begin here, behind the first before octets of it? */
static bool is_end(struct octets end, uint64_t before, uint64_t *at, uint32_t *length)
{
    const bool magic = octets_le32(&end) == END_MAGIC;

    octets_skip(&end, 8);
    *length = octets_le32(&end);
    *at = octets_le32(&end);
    return magic && !end.bad && (*at == UINT32_MAX || *at + *length <= before);
}

/* Where the directory is, and its octets. */
static bool find_directory(int descriptor, uint64_t *at, uint32_t *length, const char **reason)
{
    const off_t end = lseek(descriptor, 0, SEEK_END);
    const uint64_t size = end > 0 ? (uint64_t)end : 0;
    const size_t tail = (size_t)MIN(size, END + MOST_COMMENT);
    uint8_t *octets = g_malloc(tail + 1);
    size_t i = tail >= END && read_at(descriptor, octets, tail, size - tail) ? tail - END + 1 : 0;
    bool found = false;

    while (!found && i > 0) {
        i--;
        found = is_end(octets_of(octets + i, tail - i), size - tail + i, at, length);
    }
    g_free(octets);
    *reason = found ? "its zip archive is one of ZIP64, which is not read" : cut;
    return found && *at != UINT32_MAX;
}

/* One entry of the directory; is it of that name? */
static bool take_entry(struct octets *directory, const char *name, struct zip_member *member)
{
    uint16_t name_length, extra, comment;
    struct octets named;

    if (octets_le32(directory) != ENTRY_MAGIC)
        directory->bad = true;
    octets_skip(directory, 4);
    member->flags = octets_le16(directory);
    member->method = octets_le16(directory);
    octets_skip(directory, 4);
    member->crc = octets_le32(directory);
    member->packed = octets_le32(directory);
    member->size = octets_le32(directory);
    name_length = octets_le16(directory);
    extra = octets_le16(directory);
    comment = octets_le16(directory);
    octets_skip(directory, 8);
    member->at = octets_le32(directory);
    named = octets_take(directory, name_length);
    octets_skip(directory, (size_t)extra + comment);
    return !directory->bad && named.left == strlen(name) && memcmp(named.at, name, named.left) == 0;
}

bool zip_find(int descriptor, const char *name, struct zip_member *member, const char **reason)
{
    enum { MOST_DIRECTORY = 16 * 1024 * 1024 };
    uint64_t at;
    uint32_t length;
    uint8_t *octets;
    struct octets directory;

    *member = (struct zip_member){.there = false};
    if (!find_directory(descriptor, &at, &length, reason))
        return false;
    *reason = damaged;
    if (length > MOST_DIRECTORY)
        return false;
    octets = g_malloc(length + (size_t)1);
    directory = octets_of(octets, length);
    directory.bad = !read_at(descriptor, octets, length, at);
    while (!member->there && !directory.bad && directory.left > 0)
        member->there = take_entry(&directory, name, member);
    g_free(octets);
    return member->there || !directory.bad;
}

struct unpacking {
    int descriptor, out;
    uint64_t at, left; /* packed octets that have not been read */
    uint64_t size;     /* octets that may still come out */
    uLong crc;
    bool over;
};

/* False: the temporary file took it not, or there is more of it than its directory says. */
static bool keep(struct unpacking *unpacking, const uint8_t *octets, size_t n)
{
    if (n > unpacking->size || !write_octets(unpacking->out, octets, n))
        return false;
    unpacking->size -= n;
    unpacking->crc = crc32(unpacking->crc, octets, (uInt)n);
    return true;
}

static bool inflate_chunk(struct unpacking *unpacking, z_stream *zlib, uint8_t *plain)
{
    int status = Z_OK;

    while (status == Z_OK && (zlib->avail_in > 0 || zlib->avail_out == 0)) {
        zlib->next_out = plain;
        zlib->avail_out = CHUNK;
        status = inflate(zlib, Z_NO_FLUSH);
        if ((status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) ||
            !keep(unpacking, plain, CHUNK - zlib->avail_out))
            return false;
    }
    unpacking->over = status == Z_STREAM_END;
    return true;
}

static bool unpack(struct unpacking *unpacking, z_stream *zlib, bool stored)
{
    uint8_t *packed = g_malloc(CHUNK), *plain = g_malloc(CHUNK);
    bool good = true;

    while (good && !unpacking->over && unpacking->left > 0 && !process_interrupted()) {
        const size_t n = (size_t)MIN(unpacking->left, CHUNK);
        good = read_at(unpacking->descriptor, packed, n, unpacking->at);
        unpacking->at += n;
        unpacking->left -= n;
        zlib->next_in = packed;
        zlib->avail_in = (uInt)n;
        zlib->avail_out = CHUNK;
        good = good && (stored ? keep(unpacking, packed, n) : inflate_chunk(unpacking, zlib, plain));
    }
    g_free(packed);
    g_free(plain);
    return good && unpacking->size == 0 && (stored || unpacking->over);
}

/* Behind the local header, whose name and extra field have lengths of their own. */
static bool find_data(int descriptor, const struct zip_member *member, uint64_t *at)
{
    uint8_t octets[LOCAL];
    struct octets local = octets_of(octets, sizeof octets);

    if (!read_at(descriptor, octets, sizeof octets, member->at) || octets_le32(&local) != LOCAL_MAGIC)
        return false;
    octets_skip(&local, 22);
    *at = member->at + (uint64_t)LOCAL + octets_le16(&local);
    *at += octets_le16(&local);
    return true;
}

bool zip_unpack(int descriptor, const struct zip_member *member, int out, const char **reason)
{
    struct unpacking unpacking = {
        .descriptor = descriptor, .out = out, .left = member->packed, .size = member->size, .crc = crc32(0, NULL, 0)};
    z_stream zlib = {.zalloc = NULL};
    bool whole;

    *reason = NULL;
    if ((member->flags & ENCRYPTED) != 0)
        *reason = "what is in its zip archive is encrypted";
    else if (member->method != STORED && member->method != DEFLATED)
        *reason = "its zip archive is packed in a way that is not read";
    else if (!find_data(descriptor, member, &unpacking.at) || inflateInit2(&zlib, -MAX_WBITS) != Z_OK)
        *reason = damaged;
    if (*reason != NULL)
        return false;
    whole = unpack(&unpacking, &zlib, member->method == STORED);
    inflateEnd(&zlib);
    if (process_interrupted())
        *reason = "interrupted";
    else if (!whole || unpacking.crc != member->crc)
        *reason = damaged;
    return *reason == NULL;
}
