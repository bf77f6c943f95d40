/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file is, told by its first octets: never by its name. */
#include <string.h>

#include "diag_inside.h"

/* 1.25 ms since 1980-01-06, in the upper 48 bits: those of a time before 2100. */
#define TIME_2100 UINT64_C(3029529600000)
enum { FIRST_CODE = 0x1000, LAST_CODE = 0xdfff };

size_t diag_unescape(const uint8_t *octets, size_t n, uint8_t *out)
{
    size_t left = 0;

    for (size_t at = 0; at < n;) {
        const uint8_t *escape = memchr(octets + at, DIAG_ESCAPE, n - at);
        const size_t plain = escape != NULL ? (size_t)(escape - octets) - at : n - at;
        memcpy(out + left, octets + at, plain);
        left += plain;
        at += plain + 1;
        if (escape != NULL && at < n)
            out[left++] = octets[at++] ^ DIAG_ESCAPED;
    }
    return left;
}

bool diag_is_packet(const uint8_t *octets)
{
    const uint16_t code = diag_le16(octets + 2);
    uint64_t time = 0;

    for (unsigned i = 0; i < 6; i++)
        time |= (uint64_t)octets[6 + i] << 8 * i;
    return diag_le16(octets) >= DIAG_PACKET_HEADER && code >= FIRST_CODE && code <= LAST_CODE && time < TIME_2100;
}

size_t diag_log_length(const uint8_t *octets, size_t n)
{
    size_t length;

    if (n < DIAG_LOG_HEADER + DIAG_PACKET_HEADER || octets[0] != DIAG_LOG ||
        diag_le16(octets + 2) != diag_le16(octets + 4))
        return 0;
    length = (size_t)diag_le16(octets + 2) + DIAG_LOG_HEADER;
    return length <= n && diag_is_packet(octets + DIAG_LOG_HEADER) ? length : 0;
}

size_t diag_command_length(const uint8_t *octets, size_t n)
{
    size_t length = 0;

    if (n > DIAG_SUBSCRIPTION_HEADER && octets[0] == DIAG_OF_SUBSCRIPTION)
        length = diag_log_length(octets + DIAG_SUBSCRIPTION_HEADER, n - DIAG_SUBSCRIPTION_HEADER);
    return length > 0 ? length + DIAG_SUBSCRIPTION_HEADER : diag_log_length(octets, n);
}

/* Commands that phones send by themselves while they log: logs, events, messages, those of a subscription, encrypted.
 */
static bool is_usual(uint8_t command)
{
    static const uint8_t usual[] = {0x10, 0x60, 0x79, 0x92, 0x98, 0x99, 0x9d, 0x9e};

    return memchr(usual, command, sizeof usual) != NULL;
}

static bool are_frames(const uint8_t *octets, size_t n, bool all, bool *checksums)
{
    struct diag_crc crc;
    uint8_t *frame = g_malloc(n + 1);
    unsigned good = 0, frames = 0;

    diag_crc_init(&crc);
    for (size_t at = 0; at < n;) {
        const uint8_t *flag = memchr(octets + at, DIAG_FLAG, n - at);
        const size_t length = flag != NULL ? (size_t)(flag - octets) - at : n - at;
        const size_t left = flag != NULL || all ? diag_unescape(octets + at, length, frame) : 0;
        const bool right = left > DIAG_CRC && is_usual(frame[0]) && diag_crc_of(&crc, frame, left) == DIAG_CRC_RIGHT;
        const size_t log = diag_command_length(frame, left);
        *checksums |= right;
        good += flag != NULL && (right || (log > 0 && left - log <= DIAG_CRC));
        frames += flag != NULL && left > 0;
        at += length + 1;
    }
    g_free(frame);
    return good > 0 && good >= frames / 2;
}

static bool are_packets(const uint8_t *octets, size_t n, bool all)
{
    enum { ENOUGH = 3 };
    unsigned packets = 0;
    size_t at = 0;

    while (n - at >= DIAG_PACKET_HEADER && diag_is_packet(octets + at)) {
        packets++;
        if (diag_le16(octets + at) >= n - at)
            return packets >= ENOUGH || (all && diag_le16(octets + at) == n - at);
        at += diag_le16(octets + at);
    }
    return packets >= ENOUGH; /* damaged behind them */
}

static bool are_headed(const uint8_t *octets, size_t n)
{
    enum { ENOUGH = 2 };
    unsigned packets = 0;

    for (size_t at = 0; at < n && packets < ENOUGH;) {
        const uint8_t *log = memchr(octets + at, DIAG_LOG, n - at);
        const size_t length = log != NULL ? diag_log_length(log, n - (size_t)(log - octets)) : 0;
        if (log == NULL)
            break;
        packets += length > 0 && log[1] == 0;
        at = (size_t)(log - octets) + (length > 0 ? length : 1);
    }
    return packets >= ENOUGH;
}

enum diag_kind diag_tell(const uint8_t *octets, size_t n, bool all, bool *checksums)
{
    *checksums = false;
    if (are_frames(octets, n, all, checksums))
        return DIAG_FRAMES;
    if (are_packets(octets, n, all))
        return DIAG_PACKETS;
    return are_headed(octets, n) ? DIAG_HEADED : diag_tell_foreign(octets, n);
}

/* all: nothing follows. */
static enum diag_kind tell_packed(const uint8_t *octets, size_t n, bool all, bool *checksums)
{
    uint8_t *unpacked = g_malloc(DIAG_LOOK);
    const size_t length = unzip_head(octets, n, unpacked, DIAG_LOOK);
    const enum diag_kind kind = diag_tell(unpacked, length, all && length < DIAG_LOOK, checksums);

    g_free(unpacked);
    return kind;
}

/* Of a log that is followed no more is waited for than is needed. */
enum diag_kind diag_look(struct input *input, uint8_t **octets, bool *checksums)
{
    const bool compressed = input->format == INPUT_GZIP;
    enum diag_kind kind = DIAG_NONE;
    size_t n = 0;
    ssize_t more = 1;

    *octets = g_malloc(DIAG_LOOK);
    while (n < DIAG_LOOK && more > 0 && kind == DIAG_NONE) {
        more = input_read(input, *octets + n, DIAG_LOOK - n);
        n += more > 0 ? (size_t)more : 0;
        if (input->follow != NULL)
            kind = (compressed ? tell_packed : diag_tell)(*octets, n, more <= 0, checksums);
    }
    if (input->follow == NULL)
        kind = (compressed ? tell_packed : diag_tell)(*octets, n, n < DIAG_LOOK, checksums);
    input_unread(input, *octets, n);
    return kind;
}
