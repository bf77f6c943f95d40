/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng (IETF draft-ietf-opsawg-pcapng), in the writer's byte order, times in nanoseconds:
 *
 *   section header        0A0D0D0A | length | 1A2B3C4D | 1 | 0 | -1 (8) | options | length
 *   interface description 00000001 | length | link type (2) | 0 (2) | snaplen | options | length
 *   enhanced packet       00000006 | length | interface | time high | time low | captured | original | octets, padded
 *                         | options | length
 *   option                code (2) | length (2) | octets, padded to 4; code 0 ends them
 */
#include "evidence/pcapng.h"

#include <glib.h>
#include <string.h>

#define SECTION   0x0A0D0D0AU
#define INTERFACE 1U
#define PACKET    6U

#define OPT_COMMENT     1
#define SHB_APPLICATION 4
#define IF_TSRESOL      9

#define MOST_TEXT 60000 /* octets of one option, whose length has 16 bits */

struct pcapng {
    FILE *file;
    GArray *links; /* uint16_t: link type of each interface */
    bool failed;
};

static void append(GByteArray *block, const void *octets, size_t n)
{
    static const uint8_t padding[4];

    g_byte_array_append(block, octets, (guint)n);
    g_byte_array_append(block, padding, (guint)((4 - n % 4) % 4));
}

static void append32(GByteArray *block, uint32_t value)
{
    append(block, &value, sizeof value);
}

static void option(GByteArray *block, uint16_t code, const void *octets, size_t n)
{
    const uint16_t head[2] = {code, (uint16_t)n};

    append(block, head, sizeof head);
    append(block, octets, n);
}

/* Cut between two characters where it is too long. */
static void text_option(GByteArray *block, uint16_t code, const char *text)
{
    size_t n = strlen(text);

    if (n > MOST_TEXT)
        n = (size_t)(g_utf8_find_prev_char(text, text + MOST_TEXT) - text);
    if (n > 0)
        option(block, code, text, n);
}

static void put(struct pcapng *pcapng, uint32_t type, const GByteArray *body)
{
    const uint32_t length = body->len + 12, head[2] = {type, length};

    if (fwrite(head, sizeof head, 1, pcapng->file) != 1 || fwrite(body->data, body->len, 1, pcapng->file) != 1 ||
        fwrite(&length, sizeof length, 1, pcapng->file) != 1)
        pcapng->failed = true;
}

struct pcapng *pcapng_open(FILE *file, const char *application, const char *comment)
{
    struct pcapng *pcapng = g_new0(struct pcapng, 1);
    GByteArray *body = g_byte_array_new();
    const uint16_t version[2] = {1, 0};
    const uint64_t unknown_length = UINT64_MAX;

    pcapng->file = file;
    pcapng->links = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    append32(body, 0x1A2B3C4D);
    append(body, version, sizeof version);
    append(body, &unknown_length, sizeof unknown_length);
    text_option(body, OPT_COMMENT, comment);
    text_option(body, SHB_APPLICATION, application);
    option(body, 0, NULL, 0);
    put(pcapng, SECTION, body);
    g_byte_array_unref(body);
    return pcapng;
}

/* Link types whose number in files is not that of libpcap on this platform. */
static int file_number(int linktype)
{
    switch (linktype) {
    case 11:
        return 100; /* ATM, RFC 1483 */
    case 12:
    case 14:
        return 101; /* raw IP */
    default:
        return linktype;
    }
}

bool pcapng_can(const struct daps_record *record)
{
    return record->linktype >= 0 && record->linktype <= UINT16_MAX && record->time_ns >= 0;
}

static uint32_t interface_of(struct pcapng *pcapng, int linktype)
{
    const uint16_t number = (uint16_t)file_number(linktype), head[2] = {number, 0};
    const uint8_t nanoseconds = 9;
    GByteArray *body;

    for (guint i = 0; i < pcapng->links->len; i++) {
        if (g_array_index(pcapng->links, uint16_t, i) == number)
            return i;
    }
    body = g_byte_array_new();
    append(body, head, sizeof head);
    append32(body, 0); /* no limit */
    option(body, IF_TSRESOL, &nanoseconds, 1);
    option(body, 0, NULL, 0);
    put(pcapng, INTERFACE, body);
    g_byte_array_unref(body);
    g_array_append_val(pcapng->links, number);
    return pcapng->links->len - 1;
}

void pcapng_record(struct pcapng *pcapng, const struct daps_record *record, const char *comment)
{
    const uint32_t interface = interface_of(pcapng, record->linktype);
    const uint64_t time = (uint64_t)record->time_ns;
    GByteArray *body = g_byte_array_new();

    append32(body, interface);
    append32(body, (uint32_t)(time >> 32));
    append32(body, (uint32_t)time);
    append32(body, record->caplen);
    append32(body, record->len);
    append(body, record->data, record->caplen);
    if (comment != NULL) {
        text_option(body, OPT_COMMENT, comment);
        option(body, 0, NULL, 0);
    }
    put(pcapng, PACKET, body);
    g_byte_array_unref(body);
}

bool pcapng_close(struct pcapng *pcapng)
{
    const bool written = !pcapng->failed && fflush(pcapng->file) == 0;

    g_array_unref(pcapng->links);
    g_free(pcapng);
    return written;
}
