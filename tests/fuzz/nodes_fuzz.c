/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of node interfaces: PDUs of S1AP and X2AP of one capture, by themselves or as chunks of SCTP.
 *
 *     step: u8 kind (1: X2AP, 2: in SCTP, 4: with a key log) | u8 nodes (from, to) | u16 length | octets
 *     in SCTP: u8 flags of the chunk | u8 TSN before the octets
 *
 * A finding is about frames that were there; what was prepared is at most once for each PDU.
 */
#include <string.h>

#include "fuzz.h"

static const char octet_tags[] = {0, 12, 0, 4};

struct run {
    struct daps_engine *engine;
    uint64_t frame, handovers;
};

static void take_finding(void *user, const struct daps_finding *finding)
{
    const struct run *run = user;

    fuzz_finding(finding, run->frame);
}

static void take_handover(void *user, const struct daps_handover *handover)
{
    struct run *run = user;

    must(handover->frame <= run->frame && handover->key_frame <= run->frame);
    must(!handover->key_verified || handover->key_frame > 0);
    run->handovers++;
}

static void add_u16(GByteArray *to, unsigned value)
{
    const uint8_t octets[] = {(uint8_t)(value >> 8), (uint8_t)value};

    g_byte_array_append(to, octets, sizeof octets);
}

static void add_address(GByteArray *to, unsigned node)
{
    const uint8_t address[] = {10, 0, 0, (uint8_t)node};

    g_byte_array_append(to, address, sizeof address);
}

/* An exported PDU with the addresses of both ends. */
static int exported(GByteArray *record, bool x2, unsigned nodes)
{
    g_byte_array_append(record, (const uint8_t *)octet_tags, sizeof octet_tags);
    g_byte_array_append(record, (const uint8_t *)(x2 ? "x2ap" : "s1ap"), 4);
    for (unsigned i = 0; i < 2; i++) {
        add_u16(record, 20 + i);
        add_u16(record, 4);
        add_address(record, i == 0 ? nodes >> 4 : nodes & 15);
    }
    add_u16(record, 0);
    add_u16(record, 0);
    return 252;
}

/* IPv4 and SCTP with one DATA chunk that holds length octets. */
static int in_sctp(GByteArray *record, bool x2, unsigned nodes, struct feed *feed, uint32_t length)
{
    const uint8_t head[] = {0x45, 0}, rest[] = {0, 0, 0x40, 0, 64, 132, 0, 0};

    g_byte_array_append(record, head, sizeof head);
    add_u16(record, (48 + length) & 0xffff);
    g_byte_array_append(record, rest, sizeof rest);
    add_address(record, nodes >> 4);
    add_address(record, nodes & 15);
    for (unsigned i = 0; i < 6; i++)
        add_u16(record, 36412);
    add_u16(record, feed_number(feed, 1) & 3);
    add_u16(record, (16 + length) & 0xffff);
    add_u16(record, 0);
    add_u16(record, feed_number(feed, 1));
    for (unsigned i = 0; i < 3; i++)
        add_u16(record, 0);
    add_u16(record, x2 ? 27 : 18);
    return 228;
}

static void step(struct run *run, struct feed *feed)
{
    const unsigned kind = feed_number(feed, 1), nodes = feed_number(feed, 1);
    uint32_t length = feed_number(feed, 2);
    GByteArray *record = g_byte_array_new();
    const int linktype = (kind & 2) != 0 ? in_sctp(record, (kind & 1) != 0, nodes, feed, MIN(length, 1000))
                                         : exported(record, (kind & 1) != 0, nodes);
    uint8_t *octets;

    length = MIN(length, 1000);
    octets = feed_octets(feed, &length);
    g_byte_array_append(record, octets, length);
    run->frame++;
    daps_engine_record(run->engine, &(struct daps_record){.frame = run->frame,
                                                          .time_ns = (int64_t)run->frame * 50000000,
                                                          .linktype = linktype,
                                                          .caplen = record->len,
                                                          .len = record->len,
                                                          .data = record->data});
    free(octets);
    g_byte_array_unref(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed feed = {data, size};
    struct run run = {.frame = 0};
    const struct daps_sink sink = {.user = &run, .finding = take_finding, .handover = take_handover};
    struct daps_keylog *keys = size > 0 && (data[0] & 4) != 0 ? fuzz_sample_keys() : NULL;
    const struct daps_engine_options options = {.keylog = keys};

    run.engine = daps_engine_new(&options, &sink);
    while (feed.left > 0)
        step(&run, &feed);
    daps_engine_drain(run.engine);
    daps_engine_finish(run.engine);
    must(run.handovers <= run.frame);
    daps_engine_free(run.engine);
    daps_keylog_free(keys);
    return 0;
}
