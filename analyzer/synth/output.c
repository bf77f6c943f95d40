/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng (IETF draft-ietf-opsawg-pcapng), in the writer's byte order, times in nanoseconds:
 *
 *   section header        0A0D0D0A | length | 1A2B3C4D | 1 | 0 | -1 (8) | length
 *   interface description 00000001 | length | link type (2) | 0 (2) | snaplen | option 9 (if_tsresol) = 9 | length
 *   enhanced packet       00000006 | length | 0 | time high | time low | captured | original | octets, padded | length
 */
#include "synth/output.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "synth/put.h"

#define SNAPLEN         262144
#define LINKTYPE_RAW_IP 101

struct synth_output {
    enum synth_format format;
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    FILE *file;
    bool failed;
    int error; /* errno of what failed first */
};

static void fail(struct synth_output *output)
{
    if (!output->failed)
        output->error = errno;
    output->failed = true;
}

static void put(struct synth_output *output, const void *octets, size_t n)
{
    if (fwrite(octets, 1, n, output->file) != n)
        fail(output);
}

static void put32(struct synth_output *output, uint32_t value)
{
    put(output, &value, sizeof value);
}

static void put_headers(struct synth_output *output, int link_type)
{
    const uint16_t version[2] = {1, 0}, link[2] = {(uint16_t)link_type, 0}, resolution[2] = {9, 1}, end[2] = {0, 0};
    const uint64_t unknown_length = UINT64_MAX;
    const uint8_t nanoseconds[4] = {9, 0, 0, 0};

    put32(output, 0x0A0D0D0A);
    put32(output, 28);
    put32(output, 0x1A2B3C4D);
    put(output, version, sizeof version);
    put(output, &unknown_length, sizeof unknown_length);
    put32(output, 28);

    put32(output, 1);
    put32(output, 32);
    put(output, link, sizeof link);
    put32(output, SNAPLEN);
    put(output, resolution, sizeof resolution);
    put(output, nanoseconds, sizeof nanoseconds);
    put(output, end, sizeof end);
    put32(output, 32);
}

static bool is_log(enum synth_format format)
{
    return format == SYNTH_QMDL || format == SYNTH_DLF;
}

/* Commands behind one another, each as an item. */
static void put_items(struct synth_output *output, const GByteArray *octets)
{
    GByteArray *out = g_byte_array_new();
    size_t header, length;

    for (size_t at = 0; at < octets->len; at += length) {
        length = synth_diag_length(octets->data + at, &header);
        if (output->format == SYNTH_DLF && octets->data[at] != SYNTH_DIAG_COMMAND) {
            errno = ENOTSUP; /* such a file names no subscription */
            fail(output);
        }
        if (output->format == SYNTH_QMDL)
            put_diag_frame(out, octets->data + at, length);
        else
            g_byte_array_append(out, octets->data + at + header, (guint)(length - header));
    }
    put(output, out->data, out->len);
    g_byte_array_unref(out);
}

static bool open_pcap(struct synth_output *output, int link_type)
{
    output->pcap = pcap_open_dead_with_tstamp_precision(
        link_type == LINKTYPE_RAW_IP ? DLT_RAW : link_type, /* the one link type libpcap numbers by platform */
        SNAPLEN, output->format == SYNTH_PCAP_NANO ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
    if (output->pcap == NULL)
        return false;
    output->dumper = pcap_dump_fopen(output->pcap, output->file);
    return output->dumper != NULL;
}

struct synth_output *synth_output_open(FILE *file, enum synth_format format, int link_type)
{
    struct synth_output *output = g_new0(struct synth_output, 1);

    output->format = format;
    output->file = file;
    if (format == SYNTH_PCAPNG && link_type >= 0)
        put_headers(output, link_type);
    if ((format == SYNTH_PCAPNG && link_type >= 0) || is_log(format))
        return output;
    errno = EINVAL; /* items of a baseband log are no records of a pcap */
    if (link_type >= 0 && open_pcap(output, link_type))
        return output;
    if (output->pcap != NULL)
        pcap_close(output->pcap);
    fclose(file);
    g_free(output);
    return NULL;
}

static void put_padded(struct synth_output *output, const void *octets, uint32_t n)
{
    static const uint8_t padding[4];

    put(output, octets, n);
    put(output, padding, (4 - n % 4) % 4);
}

/* comment: option 1 (opt_comment), or NULL. */
static void put_packet(struct synth_output *output, int64_t time_ns, const GByteArray *octets, const char *comment)
{
    const uint32_t said = comment != NULL ? (uint32_t)strlen(comment) : 0;
    const uint32_t options = comment != NULL ? 4 + (said + 3) / 4 * 4 + 4 : 0;
    const uint32_t length = 32 + (octets->len + 3) / 4 * 4 + options;

    put32(output, 6);
    put32(output, length);
    put32(output, 0);
    put32(output, (uint32_t)((uint64_t)time_ns >> 32));
    put32(output, (uint32_t)time_ns);
    put32(output, octets->len);
    put32(output, octets->len);
    put_padded(output, octets->data, octets->len);
    if (comment != NULL) {
        const uint16_t option[2] = {1, (uint16_t)said}, end[2] = {0, 0};
        put(output, option, sizeof option);
        put_padded(output, comment, said);
        put(output, end, sizeof end);
    }
    put32(output, length);
}

bool synth_output_comment(struct synth_output *output, int64_t time_ns, const GByteArray *octets, const char *comment)
{
    if (output->format != SYNTH_PCAPNG)
        return synth_output_frame(output, time_ns, octets);
    put_packet(output, time_ns, octets, comment);
    return !output->failed;
}

bool synth_output_frame(struct synth_output *output, int64_t time_ns, const GByteArray *octets)
{
    if (is_log(output->format)) {
        put_items(output, octets);
    } else if (output->format == SYNTH_PCAPNG) {
        put_packet(output, time_ns, octets, NULL);
    } else {
        struct pcap_pkthdr header = {.caplen = octets->len, .len = octets->len};
        int64_t rest = time_ns % 1000000000;
        header.ts.tv_sec = (time_t)(time_ns / 1000000000);
        header.ts.tv_usec = (suseconds_t)(output->format == SYNTH_PCAP_NANO ? rest : rest / 1000);
        pcap_dump((u_char *)output->dumper, &header, octets->data);
        if (ferror(pcap_dump_file(output->dumper)) != 0)
            fail(output);
    }
    return !output->failed;
}

bool synth_output_close(struct synth_output *output)
{
    int error;
    bool ok;

    if (output == NULL)
        return true;
    if (output->format == SYNTH_PCAPNG || is_log(output->format)) {
        if (fclose(output->file) != 0)
            fail(output);
    } else {
        if (pcap_dump_flush(output->dumper) != 0)
            fail(output);
        pcap_dump_close(output->dumper);
        pcap_close(output->pcap);
    }
    ok = !output->failed;
    error = output->error;
    g_free(output);
    errno = error;
    return ok;
}
