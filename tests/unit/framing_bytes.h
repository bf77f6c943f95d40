/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records made octet by octet, and what the framing layer makes of them, for the tests of peeling. */
#ifndef DAPS_TEST_FRAMING_BYTES_H
#define DAPS_TEST_FRAMING_BYTES_H

#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "unwrap/unwrap.h"

/* A record or a part of one; the functions below free their payload, so that calls nest like the layers. */
typedef GByteArray *bytes;

static inline bytes raw(const void *data, size_t length)
{
    return g_byte_array_append(g_byte_array_new(), data, (guint)length);
}

static inline bytes text(const char *string)
{
    return raw(string, strlen(string));
}

/* "08 00 45" */
static inline bytes hex(const char *digits)
{
    bytes b = g_byte_array_new();
    for (const char *c = digits; *c;) {
        if (*c == ' ') {
            c++;
            continue;
        }
        guint8 octet = (guint8)(g_ascii_xdigit_value(c[0]) << 4 | g_ascii_xdigit_value(c[1]));
        g_byte_array_append(b, &octet, 1);
        c += 2;
    }
    return b;
}

static inline bytes u8(bytes b, unsigned value)
{
    guint8 octet = (guint8)value;
    return g_byte_array_append(b, &octet, 1);
}

static inline bytes u16(bytes b, unsigned value)
{
    return u8(u8(b, value >> 8 & 0xff), value & 0xff);
}

static inline bytes u32(bytes b, uint32_t value)
{
    return u16(u16(b, value >> 16), value & 0xffff);
}

static inline bytes le16(bytes b, unsigned value)
{
    return u8(u8(b, value & 0xff), value >> 8 & 0xff);
}

static inline bytes le32(bytes b, uint32_t value)
{
    return le16(le16(b, value & 0xffff), value >> 16);
}

static inline bytes join(bytes head, bytes tail)
{
    g_byte_array_append(head, tail->data, tail->len);
    g_byte_array_unref(tail);
    return head;
}

static inline bytes copy(bytes b)
{
    return raw(b->data, b->len);
}

static inline bytes part(bytes b, guint offset, guint length)
{
    return raw(b->data + offset, length);
}

static inline bytes udp(unsigned source, unsigned destination, bytes payload)
{
    bytes b = u16(u16(u16(u16(g_byte_array_new(), source), destination), payload->len + 8), 0xffff);
    return join(b, payload);
}

static inline bytes ipv4_fragment(uint32_t source, uint32_t destination, unsigned protocol, unsigned id,
                                  unsigned offset_field, bytes payload)
{
    bytes b = u16(u8(u8(g_byte_array_new(), 0x45), 0), 20 + payload->len);
    b = u16(u8(u8(u16(u16(b, id), offset_field), 64), protocol), 0xffff);
    return join(u32(u32(b, source), destination), payload);
}

static inline bytes ipv4(uint32_t source, uint32_t destination, unsigned protocol, bytes payload)
{
    return ipv4_fragment(source, destination, protocol, 0, 0x4000, payload);
}

/* Addresses 2001:db8::source and 2001:db8::destination */
static inline bytes ipv6(uint32_t source, uint32_t destination, unsigned next, bytes payload)
{
    bytes b = u8(u8(u16(u32(g_byte_array_new(), 0x60000000), payload->len), next), 64);
    b = u32(u32(u32(u32(b, 0x20010db8), 0), 0), source);
    b = u32(u32(u32(u32(b, 0x20010db8), 0), 0), destination);
    return join(b, payload);
}

/* Without metadata: the PDU is at octet 8. */
static inline bytes gsmtap3(unsigned type, unsigned subtype, bytes pdu)
{
    return join(u16(u16(u16(hex("03 00"), 2), type), subtype), pdu);
}

static inline bytes tlv(unsigned tag, bytes value)
{
    return join(u16(u16(g_byte_array_new(), tag), value->len), value);
}

/* DLT 252; nuls: so many behind the name. */
static inline bytes upper(const char *name, unsigned nuls, bytes pdu)
{
    bytes value = text(name);
    while (nuls--)
        u8(value, 0);
    return join(u32(tlv(12, value), 0), pdu);
}

/* What came out. */
struct seen {
    struct unwrap *unwrap;
    uint64_t frame;
    unsigned pdus, problems, unfollowed;
    struct daps_pdu pdu; /* the last one */
    char octets[4096];   /* its octets in hex */
    enum daps_framing_class class;
    bool rrc_lost, ue_known;
    char detail[400];
    unsigned aps;       /* PDUs of S1AP or X2AP, and ... */
    struct daps_pdu ap; /* ... the last one, */
    char ap_octets[4096];
    unsigned pdcps;
    struct daps_pdu pdcp; /* the last one */
    char pdcp_octets[4096];
    unsigned cells;
    struct daps_cell cell; /* the last one that a phone noted, ... */
    int64_t cell_identity; /* ... and its identity */
};

static inline void in_hex(const struct daps_pdu *pdu, char *hex, size_t room)
{
    hex[0] = 0;
    for (size_t i = 0; i < pdu->length && i * 2 + 3 < room; i++)
        g_snprintf(hex + i * 2, 3, "%02x", pdu->octets[i]);
}

static inline void seen_pdu(void *user, const struct daps_pdu *pdu)
{
    struct seen *seen = user;
    if (pdu->layer == DAPS_LAYER_RRC) {
        seen->pdus++;
        seen->pdu = *pdu;
        in_hex(pdu, seen->octets, sizeof seen->octets);
        return;
    }
    if (pdu->layer == DAPS_LAYER_LOGGED && pdu->logged->cell) {
        seen->cells++;
        seen->cell = pdu->logged_cell;
        seen->cell_identity = pdu->logged->cell_identity;
        return;
    }
    if (pdu->layer == DAPS_LAYER_AP) {
        seen->aps++;
        seen->ap = *pdu;
        in_hex(pdu, seen->ap_octets, sizeof seen->ap_octets);
        return;
    }
    ck_assert_int_eq(pdu->layer, DAPS_LAYER_PDCP);
    seen->pdcps++;
    seen->pdcp = *pdu;
    in_hex(pdu, seen->pdcp_octets, sizeof seen->pdcp_octets);
}

static inline void seen_problem(void *user, const struct daps_framing_problem *problem)
{
    struct seen *seen = user;
    GString *said = g_string_new(NULL);
    daps_problem_say(said, problem);
    seen->problems++;
    seen->class = problem->class;
    seen->rrc_lost = problem->rrc_lost;
    seen->ue_known = problem->ue_known;
    g_strlcpy(seen->detail, said->str, sizeof seen->detail);
    ck_assert(daps_framing_class_is_problem(problem->class));
    ck_assert_ptr_nonnull(strstr(said->str, daps_problem_reason(problem->what)));
    ck_assert_ptr_nonnull(strstr(said->str, problem->layer));
    g_string_free(said, TRUE);
}

static inline void seen_unfollowed(void *user, uint64_t frame)
{
    struct seen *seen = user;
    ck_assert_uint_gt(frame, 0);
    seen->unfollowed++;
}

static inline void seen_begin(struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    struct unwrap_sink sink = {.user = seen, .pdu = seen_pdu, .problem = seen_problem, .unfollowed = seen_unfollowed};
    seen->unwrap = unwrap_new(&sink);
}

static inline void seen_end(struct seen *seen)
{
    unwrap_free(seen->unwrap);
}

/* caplen of the octets are captured; they are copied, so that a sanitizer sees a read behind them. Keeps b. */
static inline void give_part(struct seen *seen, int linktype, bytes b, guint caplen, guint len)
{
    uint8_t *data = g_memdup2(b->data, caplen);
    struct daps_record record = {
        .frame = ++seen->frame,
        .time_ns = (int64_t)seen->frame * 1000,
        .linktype = linktype,
        .caplen = caplen,
        .len = len,
        .data = data,
    };
    unwrap_record(seen->unwrap, &record);
    g_free(data);
}

/* Frees b. */
static inline void give(struct seen *seen, int linktype, bytes b)
{
    give_part(seen, linktype, b, b->len, b->len);
    g_byte_array_unref(b);
}

static inline uint64_t counted(const struct seen *seen, enum daps_framing_class class)
{
    return unwrap_counts(seen->unwrap)->classes[class];
}

/* Payloads of all classes together. */
static inline uint64_t counted_all(const struct seen *seen)
{
    uint64_t sum = 0;
    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++)
        sum += counted(seen, (enum daps_framing_class) class);
    return sum;
}

/* Exactly one PDU so far, on this channel, with these octets. */
static inline void assert_one(struct seen *seen, enum daps_channel channel, const char *octets)
{
    ck_assert_msg(seen->problems == 0, "problem: %s", seen->detail);
    ck_assert_uint_eq(seen->pdus, 1);
    ck_assert_uint_eq(counted(seen, DAPS_FRAMING_NR_RRC), 1);
    ck_assert_int_eq(seen->pdu.channel, channel);
    ck_assert_int_eq(seen->pdu.rat, DAPS_RAT_NR);
    ck_assert_str_eq(seen->octets, octets);
    ck_assert_uint_eq(seen->pdu.frame, seen->frame);
    ck_assert_int_eq(seen->pdu.time_ns, (int64_t)seen->frame * 1000);
}

/*
 * The record cut at every length, by the snap length and for good: never a PDU (but from whole_from on, where only
 * padding is missing), always counted, and malformed only where it is not the snap length's doing.
 */
static inline void assert_cuts(int linktype, bytes b, guint whole_from)
{
    for (guint length = 0; length < b->len; length++) {
        struct seen seen;
        seen_begin(&seen);
        give_part(&seen, linktype, b, length, b->len);
        ck_assert_uint_ge(counted_all(&seen), 1);
        ck_assert_msg(!counted(&seen, DAPS_FRAMING_MALFORMED), "cut at %u: %s", length, seen.detail);
        if (length < whole_from)
            ck_assert_msg(!seen.pdus, "a PDU from %u octets", length);
        else
            ck_assert_uint_eq(seen.pdus, 1);
        seen_end(&seen);

        seen_begin(&seen);
        give_part(&seen, linktype, b, length, length);
        ck_assert_uint_ge(counted_all(&seen), 1);
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_CUT), 0);
        seen_end(&seen);
    }
}

static inline int run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
