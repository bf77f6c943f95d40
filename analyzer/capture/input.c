/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpcap reads through a stdio cookie that first gives back the octets looked at to tell the format. Of a pcapng from
 * a stream it keeps a copy in a temporary file, because libpcap may stop in the middle of one and the rest is then
 * libwiretap's, which has to start over.
 */
#define _GNU_SOURCE /* fopencookie; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 128 * 1024 };

static enum input_format format_of(const uint8_t *head, size_t length)
{
    static const struct {
        uint8_t magic[4];
        enum input_format format;
    } magics[] = {
        {{0xa1, 0xb2, 0xc3, 0xd4}, INPUT_PCAP},   {{0xd4, 0xc3, 0xb2, 0xa1}, INPUT_PCAP}, /* microseconds */
        {{0xa1, 0xb2, 0x3c, 0x4d}, INPUT_PCAP},   {{0x4d, 0x3c, 0xb2, 0xa1}, INPUT_PCAP}, /* nanoseconds */
        {{0xa1, 0xb2, 0xcd, 0x34}, INPUT_PCAP},   {{0x34, 0xcd, 0xb2, 0xa1}, INPUT_PCAP}, /* Kuznetzov's */
        {{0xa1, 0xb2, 0x34, 0xcd}, INPUT_PCAP},   {{0xcd, 0x34, 0xb2, 0xa1}, INPUT_PCAP}, /* Mesquita's */
        {{0xa1, 0x2b, 0x3c, 0x4d}, INPUT_PCAP},   {{0x4d, 0x3c, 0x2b, 0xa1}, INPUT_PCAP}, /* Navtel's */
        {{0x0a, 0x0d, 0x0d, 0x0a}, INPUT_PCAPNG}, {{0x28, 0xb5, 0x2f, 0xfd}, INPUT_ZSTD},
        {{0x04, 0x22, 0x4d, 0x18}, INPUT_LZ4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (length >= 4 && !memcmp(head, magics[i].magic, 4))
            return magics[i].format;
    }
    return length >= 2 && head[0] == 0x1f && head[1] == 0x8b ? INPUT_GZIP : INPUT_OTHER;
}

const char *input_compression(enum input_format format)
{
    switch (format) {
    case INPUT_GZIP:
        return "gzip";
    case INPUT_ZSTD:
        return "zstd";
    case INPUT_LZ4:
        return "lz4";
    default:
        return NULL;
    }
}

static ssize_t read_some(int fd, void *buffer, size_t size)
{
    ssize_t n;
    do
        n = read(fd, buffer, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* False: errno says why. */
static bool read_head(struct input *input)
{
    while (input->head_length < sizeof input->head) {
        size_t missing = sizeof input->head - input->head_length;
        ssize_t n = read_some(input->fd, input->head + input->head_length, missing);
        if (n < 0)
            return false;
        if (n == 0)
            break;
        input->head_length += (size_t)n;
    }
    return true;
}

struct input *input_open(const char *path, char **error)
{
    struct input *input = g_new0(struct input, 1);
    bool standard = !strcmp(path, "-");
    input->path = g_strdup(path);
    input->name = standard ? "standard input" : input->path;
    input->spool = -1;
    input->fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (input->fd < 0 || fstat(input->fd, &st) != 0) {
        *error = g_strdup_printf("%s: %s", input->name, g_strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        *error = g_strdup_printf("%s: is a directory", input->name);
    } else {
        /* Standard input from a file may already have been read from: then it is a stream, too. */
        input->stream = !S_ISREG(st.st_mode) || lseek(input->fd, 0, SEEK_CUR) != 0;
        input->size = input->stream ? 0 : (uint64_t)st.st_size;
        if (!read_head(input))
            *error = g_strdup_printf("%s: %s", input->name, g_strerror(errno));
        else if (!input->head_length)
            *error = g_strdup_printf("%s: is empty", input->name);
        else {
            input->format = format_of(input->head, input->head_length);
            return input;
        }
    }
    input_close(input);
    return NULL;
}

static bool open_spool(struct input *input)
{
    if (input->spool >= 0)
        return true;
    char *name = NULL;
    input->spool = g_file_open_tmp("dapsaudit-XXXXXX", &name, NULL);
    if (input->spool < 0) {
        input->spool_errno = errno ? errno : EIO;
        return false;
    }
    unlink(name);
    g_free(name);
    return true;
}

static void keep_copy(struct input *input, const uint8_t *data, size_t size)
{
    if (!input->keep || input->spool_errno)
        return;
    if (open_spool(input) && !write_all(input->spool, data, size))
        input->spool_errno = errno ? errno : ENOSPC;
}

static ssize_t take_kept(uint8_t *buffer, size_t size, const uint8_t *from, size_t waiting)
{
    const size_t n = MIN(waiting, size);

    memcpy(buffer, from, n);
    return (ssize_t)n;
}

ssize_t input_read(struct input *input, void *buffer, size_t size)
{
    size_t waiting = input->head_length - input->head_taken;
    ssize_t n;
    if (waiting) {
        n = take_kept(buffer, size, input->head + input->head_taken, waiting);
        input->head_taken += (size_t)n;
    } else if (input->unread_length) {
        n = take_kept(buffer, size, input->unread, input->unread_length);
        input->unread += n;
        input->unread_length -= (size_t)n;
    } else {
        n = read_some(input->fd, buffer, size);
    }
    if (n > 0) {
        input->taken += (uint64_t)n;
        keep_copy(input, buffer, (size_t)n);
    }
    input->spooled_to_end = n == 0;
    return n;
}

void input_unread(struct input *input, const uint8_t *octets, size_t n)
{
    input->unread = octets;
    input->unread_length = n;
    input->taken -= n;
}

static ssize_t cookie_read(void *cookie, char *buffer, size_t size)
{
    return input_read(cookie, buffer, size);
}

/* Only to tell the position, for ftello. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    struct input *input = cookie;
    if (whence != SEEK_CUR || *offset != 0)
        return -1;
    *offset = (off64_t)input->taken;
    return 0;
}

/*
 * Some tools write a snap length that is smaller than their records, and libpcap cuts those to it. With 0 it takes the
 * largest there may be; each record says itself how long it is.
 */
static void ignore_snaplen(struct input *input)
{
    enum { SNAPLEN_OFFSET = 16, SNAPLEN_OCTETS = 4 };
    if (input->format == INPUT_PCAP && input->head_length == sizeof input->head)
        memset(input->head + SNAPLEN_OFFSET, 0, SNAPLEN_OCTETS);
}

FILE *input_stdio(struct input *input, char **error)
{
    input->keep = input->stream && input->format == INPUT_PCAPNG;
    ignore_snaplen(input);
    FILE *file = fopencookie(input, "r", (cookie_io_functions_t){.read = cookie_read, .seek = cookie_seek});
    if (!file) {
        *error = g_strdup_printf("%s: %s", input->name, g_strerror(errno));
        return NULL;
    }
    input->buffer = g_malloc(BUFFER);
    setvbuf(file, input->buffer, _IOFBF, BUFFER);
    return file;
}

const char *input_reopen_path(struct input *input, char **error)
{
    if (!input->stream && strcmp(input->path, "-") != 0)
        return input->path;
    int fd = input->fd;
    if (input->stream) {
        uint8_t *buffer = g_malloc(BUFFER);
        ssize_t n = 1;
        input->keep = true;
        while (!input->spooled_to_end && n > 0 && !input->spool_errno)
            n = input_read(input, buffer, BUFFER);
        g_free(buffer);
        if (n < 0 || input->spool_errno) {
            *error = g_strdup_printf("%s: could not be copied to a temporary file: %s", input->name,
                                     g_strerror(input->spool_errno ? input->spool_errno : errno));
            return NULL;
        }
        fd = input->spool;
    }
    g_snprintf(input->spool_path, sizeof input->spool_path, "/dev/fd/%d", fd);
    return input->spool_path;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->fd >= 0)
        close(input->fd);
    if (input->spool >= 0)
        close(input->spool);
    g_free(input->buffer);
    g_free(input->path);
    g_free(input);
}
