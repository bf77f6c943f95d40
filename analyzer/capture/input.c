/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpcap reads through a stdio cookie that first gives back the octets looked at to tell the format. Of a stream it
 * keeps a copy in a temporary file, because libpcap may stop in the middle of a pcapng, or at the second record of a
 * pcap, and the rest is then libwiretap's, which has to start over.
 */
#define _GNU_SOURCE /* fopencookie; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daps/bound.h"
#include "follow.h"
#include "process.h"
#include "unnamed.h"

enum { BUFFER = DAPS_BOUND(128 * 1024, 4096) };

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
        {{0x04, 0x22, 0x4d, 0x18}, INPUT_LZ4},    {{0xfd, '7', 'z', 'X'}, INPUT_XZ},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (length >= 4 && !memcmp(head, magics[i].magic, 4))
            return magics[i].format;
    }
    if (length >= 4 && !memcmp(head, "BZh", 3) && head[3] >= '1' && head[3] <= '9') /* the size of its blocks */
        return INPUT_BZIP2;
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
    case INPUT_XZ:
        return "xz";
    case INPUT_BZIP2:
        return "bzip2";
    default:
        return NULL;
    }
}

static ssize_t read_some(struct input *input, uint64_t taken, void *octets, size_t most)
{
    if (input->follow != NULL)
        return follow_read(input->follow, input->fd, input->stream, taken, octets, most);
    return process_read(input->fd, octets, most);
}

/* False: errno says why. */
static bool read_head(struct input *input)
{
    while (input->head_length < sizeof input->head) {
        size_t missing = sizeof input->head - input->head_length;
        ssize_t n = read_some(input, input->head_length, input->head + input->head_length, missing);
        if (n < 0)
            return false;
        if (n == 0)
            break;
        input->head_length += (size_t)n;
    }
    return true;
}

/* With O_NONBLOCK a pipe that nobody writes to, or a line, cannot hold up the opening; process_read waits for data. */
static int open_file(const char *path, const struct daps_capture_limits *limits)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

    return open(path, limits != NULL && limits->found ? flags | O_NOFOLLOW : flags);
}

static char *begin(struct input *input, const struct stat *st, const struct daps_capture_limits *limits)
{
    if (S_ISDIR(st->st_mode))
        return g_strdup_printf("%s: is a directory", input->name);
    if (limits != NULL && limits->found && !S_ISREG(st->st_mode))
        return g_strdup_printf("%s: is no regular file any more", input->name);
    /* Standard input from a file may already have been read from: then it is a stream, too. */
    input->stream = !S_ISREG(st->st_mode) || lseek(input->fd, 0, SEEK_CUR) != 0;
    input->size = input->stream ? 0 : (uint64_t)st->st_size;
    if (!read_head(input))
        return g_strdup_printf("%s: %s", input->name, errno == ECANCELED ? "interrupted" : g_strerror(errno));
    if (!input->head_length)
        return g_strdup_printf("%s: is empty", input->name);
    input->format = format_of(input->head, input->head_length);
    return NULL;
}

struct input *input_open(const char *path, const struct daps_capture_limits *limits, char **error)
{
    struct input *input = g_new0(struct input, 1);
    bool standard = !strcmp(path, "-");
    struct stat st;
    input->path = g_strdup(path);
    input->name = standard ? "standard input" : input->path;
    input->spool = -1;
    input->follow = limits != NULL ? limits->follow : NULL;
    input->max_spool = limits != NULL ? limits->max_spool : DAPS_CAPTURE_MAX_SPOOL;
    input->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_file(path, limits);
    if (input->fd < 0 || fstat(input->fd, &st) != 0)
        *error = g_strdup_printf("%s: %s", input->name, g_strerror(errno));
    else
        *error = begin(input, &st, limits);
    if (*error == NULL)
        return input;
    input_close(input);
    return NULL;
}

static bool open_spool(struct input *input)
{
    if (input->spool < 0)
        input->spool = unnamed_file();
    return input->spool >= 0;
}

static void keep_copy(struct input *input, const uint8_t *data, size_t size)
{
    if (!input->keep || input->spool_errno)
        return;
    if (size > input->max_spool - input->spooled)
        input->spool_errno = ENOBUFS;
    else if (!open_spool(input) || !write_octets(input->spool, data, size))
        input->spool_errno = errno;
    input->spooled += input->spool_errno ? 0 : size;
    if (input->spool_errno && input->spool >= 0) { /* of no use any more: give the room back */
        close(input->spool);
        input->spool = -1;
    }
}

/*
 * Some tools write a snap length that is smaller than their records, and libpcap cuts those to it. With 0 it takes the
 * largest there may be; each record says itself how long it is. octets: n from octet at of the file on.
 */
static void ignore_snaplen(const struct input *input, char *octets, uint64_t at, ssize_t n)
{
    enum { SNAPLEN_OFFSET = 16, SNAPLEN_END = 20 };
    for (uint64_t i = SNAPLEN_OFFSET; input->format == INPUT_PCAP && i < SNAPLEN_END; i++) {
        if (i >= at && i - at < (uint64_t)n)
            octets[i - at] = 0;
    }
}

static ssize_t take_kept(uint8_t *buffer, size_t size, const uint8_t *from, size_t waiting)
{
    const size_t n = MIN(waiting, size);

    memcpy(buffer, from, n);
    return (ssize_t)n;
}

/* Of the copy; 0 where it ends and the stream itself goes on. */
static ssize_t replay(struct input *input, void *buffer, size_t size)
{
    const uint64_t left = input->spooled - MIN(input->replay_at, input->spooled);
    ssize_t n;

    if (input->spool_errno) {
        errno = input->spool_errno;
        return -1;
    }
    n = left > 0 ? pread(input->spool, buffer, (size_t)MIN(left, size), (off_t)input->replay_at) : 0;
    if (n > 0)
        input->replay_at += (uint64_t)n;
    else if (n == 0)
        input_keep_no_copy(input);
    input->replay = n != 0;
    return n;
}

ssize_t input_read(struct input *input, void *buffer, size_t size)
{
    size_t waiting = input->head_length - input->head_taken;
    bool again = true;
    ssize_t n = input->replay ? replay(input, buffer, size) : 0;
    if (n != 0) {
        /* given out again, or failed */
    } else if (waiting) {
        again = false;
        n = take_kept(buffer, size, input->head + input->head_taken, waiting);
        input->head_taken += (size_t)n;
    } else if (input->unread_length) {
        n = take_kept(buffer, size, input->unread, input->unread_length);
        input->unread += n;
        input->unread_length -= (size_t)n;
    } else {
        again = false;
        n = read_some(input, input->taken, buffer, size);
    }
    if (n > 0) {
        if (!again)
            keep_copy(input, buffer, (size_t)n);
        ignore_snaplen(input, buffer, input->taken, n);
        input->taken += (uint64_t)n;
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

FILE *input_stdio(struct input *input, char **error)
{
    input->keep = input->stream;
    FILE *file = fopencookie(input, "r", (cookie_io_functions_t){.read = cookie_read, .seek = cookie_seek});
    if (!file) {
        *error = g_strdup_printf("%s: %s", input->name, g_strerror(errno));
        return NULL;
    }
    input->buffer = g_malloc(BUFFER);
    setvbuf(file, input->buffer, _IOFBF, BUFFER);
    return file;
}

static char *not_copied(const struct input *input, int error)
{
    if (error == ECANCELED)
        return g_strdup_printf("%s: interrupted", input->name);
    if (error == ENOBUFS)
        return g_strdup_printf(
            "%s: must be copied to a temporary file to be read, and is longer than --max-spool allows "
            "(%" PRIu64 " octets)",
            input->name, input->max_spool);
    return g_strdup_printf("%s: could not be copied to a temporary file: %s", input->name, g_strerror(error));
}

const char *input_reopen_path(struct input *input, uint64_t most, char **error)
{
    if (!input->stream && strcmp(input->path, "-") != 0)
        return input->path;
    int fd = input->fd;
    if (input->stream) {
        uint8_t *buffer = g_malloc(BUFFER);
        ssize_t n = 1;
        input->keep = true;
        while (!input->spooled_to_end && n > 0 && !input->spool_errno && input->spooled < most)
            n = input_read(input, buffer, BUFFER);
        if (n < 0 || input->spool_errno)
            *error = not_copied(input, input->spool_errno ? input->spool_errno : errno);
        g_free(buffer);
        if (*error != NULL)
            return NULL;
        fd = input->spool;
    }
    g_snprintf(input->spool_path, sizeof input->spool_path, "/dev/fd/%d", fd);
    return input->spool_path;
}

void input_keep_no_copy(struct input *input)
{
    input->keep = false;
    if (input->spool >= 0)
        close(input->spool);
    input->spool = -1;
}

void input_rewind(struct input *input, uint64_t at)
{
    input->keep = false;
    input->replay = true;
    input->replay_at = input->taken = at;
    input->unread_length = 0;
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
