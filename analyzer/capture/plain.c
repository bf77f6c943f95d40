/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of a classic pcap in this machine's order of octets:
 *
 *   0       4              8                12               16
 *   | time  | its fraction | octets in file | octets on wire | octets
 *
 * libpcap reads each with two calls of stdio that copy it; a tenth of the time of an audit went there.
 */
#include "plain.h"
#include "daps/bound.h"

#include <glib.h>
#include <string.h>

#define RECORD_HEADER  16
#define MOST_OCTETS    262144U /* above that libpcap decides by link type: its MAXIMUM_SNAPLEN */
#define BUFFER         DAPS_BOUND((size_t)64 * 1024, 64)
#define NS_PER_SECOND  INT64_C(1000000000)
#define MAGIC_MICRO    0xa1b2c3d4U
#define MAGIC_NANO     0xa1b23c4dU
#define VERSION_OFFSET 4

struct plain {
    struct input *input;
    int linktype;
    int32_t nanoseconds; /* of one unit of a record's fraction */
    uint8_t *buffer;
    size_t capacity, at, end; /* buffer[at..end) has been read and not delivered */
};

static bool is_usual(const struct input *input, pcap_t *pcap, uint32_t *magic)
{
    static const uint16_t usual[] = {2, 4};

    memcpy(magic, input->head, sizeof *magic);
    return input->head_length == sizeof input->head && (*magic == MAGIC_MICRO || *magic == MAGIC_NANO) &&
           memcmp(input->head + VERSION_OFFSET, usual, sizeof usual) == 0 && pcap_is_swapped(pcap) == 0;
}

struct plain *plain_new(struct input *input, pcap_t *pcap)
{
    struct plain *plain;
    uint32_t magic;

    if (!is_usual(input, pcap, &magic))
        return NULL;
    plain = g_new0(struct plain, 1);
    plain->input = input;
    plain->linktype = pcap_datalink(pcap);
    plain->nanoseconds = magic == MAGIC_NANO ? 1 : 1000;
    plain->capacity = input->stream ? BUFFER : MIN(BUFFER, (size_t)input->size + RECORD_HEADER);
    plain->buffer = g_malloc(plain->capacity);
    return plain;
}

/* Makes n octets be there behind at. */
static bool fill(struct plain *plain, size_t n)
{
    plain->end -= plain->at;
    memmove(plain->buffer, plain->buffer + plain->at, plain->end);
    plain->at = 0;
    if (n > plain->capacity) {
        plain->capacity = n + BUFFER;
        plain->buffer = g_realloc(plain->buffer, plain->capacity);
    }
    while (plain->end < n) {
        ssize_t more = input_read(plain->input, plain->buffer + plain->end, plain->capacity - plain->end);
        if (more <= 0)
            return false;
        plain->end += (size_t)more;
    }
    return true;
}

static inline bool has(struct plain *plain, size_t n)
{
    return n <= plain->end - plain->at || fill(plain, n);
}

static inline uint32_t number_at(const uint8_t *octets)
{
    uint32_t number;

    memcpy(&number, octets, sizeof number);
    return number;
}

bool plain_next(struct plain *plain, struct daps_record *record)
{
    const uint8_t *header;
    uint32_t caplen = 0;

    if (has(plain, RECORD_HEADER))
        caplen = number_at(plain->buffer + plain->at + 8);
    if (caplen > MOST_OCTETS || !has(plain, RECORD_HEADER + (size_t)caplen)) {
        input_unread(plain->input, plain->buffer + plain->at, plain->end - plain->at);
        return false;
    }
    header = plain->buffer + plain->at;
    /* Seconds have no sign; libpcap takes the fraction for signed. */
    record->time_ns =
        (int64_t)number_at(header) * NS_PER_SECOND + (int64_t)(int32_t)number_at(header + 4) * plain->nanoseconds;
    record->linktype = plain->linktype;
    record->caplen = caplen;
    record->len = number_at(header + 12);
    record->data = header + RECORD_HEADER;
    plain->at += RECORD_HEADER + (size_t)caplen;
    return true;
}

size_t plain_ahead(const struct plain *plain)
{
    return plain->end - plain->at;
}

void plain_free(struct plain *plain)
{
    if (plain == NULL)
        return;
    g_free(plain->buffer);
    g_free(plain);
}
