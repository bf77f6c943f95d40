/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files made octet by octet, for the tests of reading them. */
#ifndef DAPS_TEST_CAPTURE_BYTES_H
#define DAPS_TEST_CAPTURE_BYTES_H

#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline void put(GByteArray *to, const void *data, size_t length)
{
    g_byte_array_append(to, data, (guint)length);
}

static inline void put_u16(GByteArray *to, bool big, unsigned value)
{
    uint8_t o[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    uint8_t l[2] = {o[1], o[0]};
    put(to, big ? o : l, 2);
}

static inline void put_u32(GByteArray *to, bool big, uint32_t value)
{
    put_u16(to, big, big ? value >> 16 : value & 0xffff);
    put_u16(to, big, big ? value & 0xffff : value >> 16);
}

static inline GByteArray *pcap_begin(bool big, bool nano, uint32_t snaplen, uint32_t linktype)
{
    GByteArray *file = g_byte_array_new();
    put_u32(file, big, nano ? 0xa1b23c4d : 0xa1b2c3d4);
    put_u16(file, big, 2);
    put_u16(file, big, 4);
    put_u32(file, big, 0);
    put_u32(file, big, 0);
    put_u32(file, big, snaplen);
    put_u32(file, big, linktype);
    return file;
}

static inline void pcap_record(GByteArray *file, bool big, uint32_t seconds, uint32_t fraction, const char *data,
                               uint32_t caplen, uint32_t len)
{
    put_u32(file, big, seconds);
    put_u32(file, big, fraction);
    put_u32(file, big, caplen);
    put_u32(file, big, len);
    put(file, data, caplen);
}

static inline GByteArray *pcapng_begin(bool big)
{
    GByteArray *file = g_byte_array_new();
    put_u32(file, big, 0x0a0d0d0a);
    put_u32(file, big, 28);
    put_u32(file, big, 0x1a2b3c4d);
    put_u16(file, big, 1);
    put_u16(file, big, 0);
    put_u32(file, big, UINT32_MAX);
    put_u32(file, big, UINT32_MAX);
    put_u32(file, big, 28);
    return file;
}

static inline void pcapng_interface(GByteArray *file, bool big, unsigned linktype, uint32_t snaplen)
{
    put_u32(file, big, 1);
    put_u32(file, big, 20);
    put_u16(file, big, linktype);
    put_u16(file, big, 0);
    put_u32(file, big, snaplen);
    put_u32(file, big, 20);
}

static inline void put_padded(GByteArray *file, const char *data, uint32_t length)
{
    put(file, data, length);
    put(file, "\0\0\0", (4 - length % 4) % 4);
}

/* microseconds since 1970 */
static inline void pcapng_packet(GByteArray *file, bool big, uint32_t interface, uint64_t time, const char *data)
{
    uint32_t length = (uint32_t)strlen(data), size = 32 + (length + 3) / 4 * 4;
    put_u32(file, big, 6);
    put_u32(file, big, size);
    put_u32(file, big, interface);
    put_u32(file, big, (uint32_t)(time >> 32));
    put_u32(file, big, (uint32_t)time);
    put_u32(file, big, length);
    put_u32(file, big, length);
    put_padded(file, data, length);
    put_u32(file, big, size);
}

static inline void pcapng_simple_packet(GByteArray *file, bool big, const char *data)
{
    uint32_t length = (uint32_t)strlen(data), size = 16 + (length + 3) / 4 * 4;
    put_u32(file, big, 3);
    put_u32(file, big, size);
    put_u32(file, big, length);
    put_padded(file, data, length);
    put_u32(file, big, size);
}

/* gzip with one stored block (RFC 1951 3.2.4, RFC 1952 2.3); up to 65,535 octets. */
static inline GByteArray *gzip_of(const GByteArray *plain)
{
    GByteArray *file = g_byte_array_new();
    put(file, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
    put_u16(file, false, plain->len);
    put_u16(file, false, ~plain->len & 0xffff);
    put(file, plain->data, plain->len);
    uint32_t crc = UINT32_MAX;
    for (guint i = 0; i < plain->len; i++) {
        crc ^= plain->data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    put_u32(file, false, ~crc);
    put_u32(file, false, plain->len);
    return file;
}

/* A directory of the test's own; remove_tree takes it away again. */
static inline char *make_directory(void)
{
    return g_dir_make_tmp("daps-test-XXXXXX", NULL);
}

static inline char *write_file(const char *directory, const char *name, const void *data, size_t length)
{
    char *path = g_build_filename(directory, name, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)length, NULL));
    return path;
}

static inline void remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    if (dir) {
        for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
            char *inner = g_build_filename(path, name, NULL);
            remove_tree(inner);
            g_free(inner);
        }
        g_dir_close(dir);
    }
    g_remove(path);
}

#endif
