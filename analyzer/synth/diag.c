/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages as a phone's baseband log holds them: commands of DIAG with log 0xB821 (NR) or 0xB0C0 (LTE), those of
 * further UEs in the wrapper that names a subscription. engine/framing/qualcomm.c and diag.c have the layouts.
 */
#include <string.h>

#include "synth/carrier.h"
#include "synth/put.h"

#define EPOCH_NS INT64_C(315964800000000000) /* 1980-01-06 */
#define UNIT_NS  1250000

enum {
    CODE_NR = 0xb821,
    CODE_LTE = 0xb0c0,
    LOG = 0x10,
    OF_SUBSCRIPTION = 0x98,
    SUBSCRIPTION_HEADER = 8,
    LOG_HEADER = 4
};
enum { NR_WHOLE = 9, NR_PARTS = 24, LTE_WHOLE = 20, LTE_PARTS = 30, PART_LAST = 7 };

/* PDU type, 0: none. */
static uint8_t type_of(const struct synth_frame *frame, bool in_parts)
{
    static const uint8_t nr[DAPS_CH_COUNT][2] = {
        [DAPS_CH_BCCH_BCH] = {1, 1},
        [DAPS_CH_BCCH_DL_SCH] = {2, 2},
        [DAPS_CH_DL_CCCH] = {3, 3},
        [DAPS_CH_DL_DCCH] = {4, 4},
        [DAPS_CH_PCCH] = {5, 6},
        [DAPS_CH_UL_CCCH] = {6, 7},
        [DAPS_CH_UL_CCCH1] = {7, 8},
        [DAPS_CH_UL_DCCH] = {8, 9},
        [DAPS_CH_RECONFIGURATION] = {9, 10},
        [DAPS_CH_RECONFIGURATION_COMPLETE] = {10, 11},
        [DAPS_CH_RADIO_BEARER_CONFIG] = {25, 36},
    };
    static const uint8_t lte[DAPS_CH_COUNT][2] = {
        [DAPS_CH_BCCH_BCH] = {1, 1}, [DAPS_CH_BCCH_DL_SCH] = {2, 3}, [DAPS_CH_PCCH] = {5, 7},
        [DAPS_CH_DL_CCCH] = {6, 8},  [DAPS_CH_DL_DCCH] = {7, 9},     [DAPS_CH_UL_CCCH] = {8, 10},
        [DAPS_CH_UL_DCCH] = {9, 11},
    };

    return frame->rat == DAPS_RAT_LTE ? lte[frame->channel][in_parts] : nr[frame->channel][in_parts];
}

struct part {
    const uint8_t *octets;
    guint length;
    uint8_t number; /* 0: whole */
};

static void put_nr(GByteArray *out, const struct synth_frame *frame, const struct part *part)
{
    const bool in_parts = part->number != 0;

    put_little(out, in_parts ? NR_PARTS : NR_WHOLE, 4);
    put_little(out, 0x10, 1);
    put_little(out, 0x40, 1);
    put_little(out, 1, 1);
    put_little(out, (uint32_t)MAX(frame->cell.pci, 0), 2);
    put_little(out, 0, in_parts ? 8 : 0);
    put_little(out, (uint32_t)MAX(frame->cell.ssb_arfcn, 0), 4);
    put_little(out, frame->number % 1024, in_parts ? 3 : 4);
    put_little(out, type_of(frame, in_parts), 1);
    put_little(out, 0, 4);
    put_little(out, part->length, 2);
    put_little(out, 0, in_parts ? 3 : 0);
    put_little(out, part->number, in_parts ? 1 : 0);
}

static void put_lte(GByteArray *out, const struct synth_frame *frame, const struct part *part)
{
    const bool in_parts = part->number != 0;

    put_little(out, in_parts ? LTE_PARTS : LTE_WHOLE, 1);
    put_little(out, 0x10, 1);
    put_little(out, 0x40, 1);
    put_little(out, 0, in_parts ? 2 : 0);
    put_little(out, 1, 1);
    put_little(out, (uint32_t)MAX(frame->cell.pci, 0), 2);
    put_little(out, (uint32_t)MAX(frame->cell.ssb_arfcn, 0), 4);
    put_little(out, frame->number % 1024 << 4, 2);
    put_little(out, type_of(frame, in_parts), 1);
    put_little(out, 0, 4);
    put_little(out, part->length, 2);
    put_little(out, 0, in_parts ? 2 : 0);
    put_little(out, part->number, in_parts ? 1 : 0);
}

void put_diag_item(GByteArray *out, const struct synth_frame *frame, unsigned code, GByteArray *body)
{
    const uint64_t since = (uint64_t)(frame->time_ns - EPOCH_NS), units = since / UNIT_NS,
                   rest = ((since % UNIT_NS << 16) + UNIT_NS - 1) / UNIT_NS;

    if (frame->many_ues) {
        put_little(out, 0x0198, 4);
        put_little(out, frame->ue, 4);
    }
    put_little(out, LOG, 2);
    put_little(out, body->len + 12, 2);
    put_little(out, body->len + 12, 2);
    put_little(out, code, 2);
    put_little(out, (units << 16) + rest, 8);
    g_byte_array_append(out, body->data, body->len);
    g_byte_array_unref(body);
}

static void put_command(GByteArray *out, const struct synth_frame *frame, const struct part *part)
{
    GByteArray *body = g_byte_array_new();

    (frame->rat == DAPS_RAT_LTE ? put_lte : put_nr)(body, frame, part);
    g_byte_array_append(body, part->octets, part->length);
    put_diag_item(out, frame, frame->rat == DAPS_RAT_LTE ? CODE_LTE : CODE_NR, body);
}

GByteArray *synth_diag(const struct synth_frame *frame, bool in_parts)
{
    const guint length = frame->octets->len, first = length / 2;
    const uint8_t *octets = frame->octets->data;
    GByteArray *out;

    if (type_of(frame, in_parts) == 0)
        return NULL;
    out = g_byte_array_new();
    if (!in_parts || first == 0) {
        put_command(out, frame, &(struct part){octets, length, 0});
    } else {
        put_command(out, frame, &(struct part){octets, first, 1});
        put_command(out, frame, &(struct part){octets + first, length - first, PART_LAST});
    }
    return out;
}

size_t synth_diag_length(const uint8_t *octets, size_t *header)
{
    *header = LOG_HEADER + (octets[0] == OF_SUBSCRIPTION ? SUBSCRIPTION_HEADER : 0);
    return *header + octets[*header] + ((size_t)octets[*header + 1] << 8);
}

/* X.25, as ITU-T V.42 8.1.1.6.1 has it. */
static uint16_t checksum(const uint8_t *octets, size_t n)
{
    unsigned value = 0xffff;

    for (size_t i = 0; i < n; i++) {
        value ^= octets[i];
        for (unsigned bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? value >> 1 ^ 0x8408 : value >> 1;
    }
    return (uint16_t)(value ^ 0xffff);
}

static void put_escaped(GByteArray *out, uint8_t octet)
{
    const bool escaped = octet == 0x7d || octet == 0x7e;

    if (escaped)
        put_little(out, 0x7d, 1);
    put_little(out, escaped ? octet ^ 0x20U : octet, 1);
}

void put_diag_frame(GByteArray *out, const uint8_t *command, size_t n)
{
    const uint16_t crc = checksum(command, n);

    for (size_t i = 0; i < n; i++)
        put_escaped(out, command[i]);
    put_escaped(out, (uint8_t)crc);
    put_escaped(out, (uint8_t)(crc >> 8));
    put_little(out, 0x7e, 1);
}
