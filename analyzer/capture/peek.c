/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nokia's, Red Hat 6.1's and SuSE 6.3's pcap have the usual magic but longer record headers:
 *
 *   0       4              8                12               16
 *   | time  | its fraction | octets in file | octets on wire | 4, 8 or 12 more | octets
 *
 * Read as usual ones the second record begins too early: what should be its fraction or length is a time or payload.
 */
#include "peek.h"

#include <glib.h>
#include <string.h>

enum { RECORD_HEADER = 16, MOST_OCTETS = 262144 };

static uint32_t number_at(const uint8_t *octets, bool swapped)
{
    uint32_t number;

    memcpy(&number, octets, sizeof number);
    return swapped ? GUINT32_SWAP_LE_BE(number) : number;
}

/* Reads until there are n octets. False if there are fewer. */
static bool have(struct input *input, uint8_t *octets, size_t *length, size_t n)
{
    ssize_t more = 1;

    while (*length < n && more > 0) {
        more = input_read(input, octets + *length, n - *length);
        *length += more > 0 ? (size_t)more : 0;
    }
    return *length >= n;
}

static bool is_odd(struct input *input, pcap_t *pcap, uint8_t *octets, size_t *length)
{
    const bool swapped = pcap_is_swapped(pcap) != 0, nano = input->head[0] == 0x4d || input->head[3] == 0x4d;
    size_t second;

    if (!have(input, octets, length, RECORD_HEADER) || number_at(octets + 8, swapped) > MOST_OCTETS)
        return false;
    second = RECORD_HEADER + (size_t)number_at(octets + 8, swapped);
    if (!have(input, octets, length, second))
        return false;
    if (!have(input, octets, length, second + RECORD_HEADER))
        return *length > second;
    return number_at(octets + second + 4, swapped) >= (nano ? 1000000000U : 1000000U) ||
           number_at(octets + second + 8, swapped) > MOST_OCTETS;
}

bool peek_second_is_odd(struct input *input, pcap_t *pcap, uint8_t **octets)
{
    size_t length = 0;
    bool odd;

    *octets = g_malloc(2 * RECORD_HEADER + MOST_OCTETS);
    odd = is_odd(input, pcap, *octets, &length);
    *octets = g_realloc(*octets, MAX(length, 1));
    input_unread(input, *octets, length);
    return odd;
}
