/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDCP PDUs of LTE as a phone's baseband log holds them, with their keys by value: item 0xB0A3 (downlink, subpacket
 * version 24) or 0xB0B3 (uplink, 26), and of signalling 0xB0A5 or 0xB0B5 as well. Uplink they are logged as they were
 * before ciphering. engine/framing/diag_pdcp.c has the layout.
 */
#include "daps/kdf.h"
#include "synth/layers.h"
#include "synth/put.h"

enum { CIPHERED_DOWN = 0xb0a3, CIPHERED_UP = 0xb0b3, INTEGRITY_DOWN = 0xb0a5, INTEGRITY_UP = 0xb0b5 };
enum { SUB_CIPHERED = 0xc3, SUB_INTEGRITY_DOWN = 0xc6, SUB_INTEGRITY_UP = 0xc7, SUB_HEADER = 4 };
enum { DOWN_VERSION = 24, UP_VERSION = 26, WIDE_VERSION = 40, NONE = 7, VALID = 1, MAC_I = 4 };

bool synth_is_diag_keys(enum synth_framing framing)
{
    return framing == SYNTH_DIAG_KEYS || framing == SYNTH_DIAG_KEYS_SEGMENTS;
}

static unsigned eea_of(int nea, bool ciphered)
{
    return ciphered && nea > 0 ? (unsigned)nea + 1 : NONE;
}

/* algorithm 0: none, and no key. */
static void put_key(GByteArray *out, const struct air_leg *leg, enum daps_key_use use, int algorithm)
{
    uint8_t key[16] = {0};

    if (leg->secured && algorithm > 0)
        daps_kdf_leaf(DAPS_RAT_LTE, leg->key, use, (uint8_t)algorithm, key);
    g_byte_array_append(out, key, sizeof key);
    daps_wipe(key, sizeof key);
}

/* SNs of 18 bits came with a wider field. */
static unsigned configuration_of(const struct air_pdu *pdu)
{
    const unsigned length = pdu->sn_bits == 5    ? 0
                            : pdu->sn_bits == 7  ? 1
                            : pdu->sn_bits == 12 ? 2
                            : pdu->sn_bits == 15 ? 3
                                                 : 4;
    const unsigned bits = length == 4 ? 3 : 2;

    return (pdu->srb ? 0x20U : 0U) | pdu->bearer | (unsigned)pdu->um << 6 | length << 7 |
           (pdu->bearer - 1U) << (7 + bits) | (unsigned)VALID << (12 + bits);
}

static void put_subpacket(GByteArray *out, unsigned id, unsigned version, GByteArray *inside)
{
    put_little(out, 0x0101, 4); /* one subpacket */
    put_little(out, id, 1);
    put_little(out, version, 1);
    put_little(out, inside->len + SUB_HEADER, 2);
    g_byte_array_append(out, inside->data, inside->len);
    g_byte_array_unref(inside);
}

static void put_head(GByteArray *out, const struct synth_frame *frame, const struct air_pdu *pdu, guint size)
{
    put_little(out, 1, 2); /* PDUs */
    put_little(out, configuration_of(pdu), 2);
    put_little(out, size, 2);
    put_little(out, size, 2);
    put_little(out, frame->number % 1024 << 4, 2);
    put_little(out, pdu->count, 4);
}

static GByteArray *ciphered_item(const struct synth_frame *frame, const struct air_pdu *pdu, const GByteArray *octets)
{
    const struct air_leg *leg = pdu->leg;
    const unsigned version = pdu->sn_bits == 18 ? WIDE_VERSION : pdu->downlink ? DOWN_VERSION : UP_VERSION;
    GByteArray *out = g_byte_array_new(), *inside = g_byte_array_new();

    put_key(inside, leg, DAPS_USE_RRC_ENC, leg->nea);
    put_key(inside, leg, DAPS_USE_UP_ENC, leg->nea);
    put_little(inside, eea_of(leg->nea, pdu->ciphered), 1);
    put_little(inside, eea_of(leg->nea, pdu->ciphered), 1);
    put_head(inside, frame, pdu, octets->len);
    put_little(inside, 0, 1);
    g_byte_array_append(inside, octets->data, octets->len);
    put_subpacket(out, SUB_CIPHERED, version, inside);
    return out;
}

/* plain: as it was before ciphering, or is behind it. */
static GByteArray *integrity_item(const struct synth_frame *frame, const struct air_pdu *pdu, const GByteArray *plain)
{
    const struct air_leg *leg = pdu->leg;
    const uint8_t *mac = plain->data + plain->len - MAC_I;
    GByteArray *out = g_byte_array_new(), *inside = g_byte_array_new();

    put_key(inside, leg, DAPS_USE_RRC_ENC, leg->nea);
    put_key(inside, leg, DAPS_USE_RRC_INT, leg->nia);
    put_little(inside, eea_of(leg->nea, pdu->ciphered), 1);
    put_little(inside, leg->secured && leg->nia > 0 ? (unsigned)leg->nia : NONE, 1);
    put_head(inside, frame, pdu, plain->len);
    for (unsigned i = 0; i < (pdu->downlink ? 2U : 1U) * MAC_I; i++) /* the expected one, too */
        put_little(inside, mac[MAC_I - 1 - i % MAC_I], 1);
    g_byte_array_append(inside, plain->data, plain->len);
    put_subpacket(out, pdu->downlink ? SUB_INTEGRITY_DOWN : SUB_INTEGRITY_UP, 1, inside);
    return out;
}

GByteArray *synth_diag_pdcp(const struct synth_frame *frame, const struct air_pdu *pdu, const GByteArray *octets)
{
    GByteArray *out = g_byte_array_new();

    put_diag_item(out, frame, pdu->downlink ? CIPHERED_DOWN : CIPHERED_UP,
                  ciphered_item(frame, pdu, pdu->downlink ? octets : pdu->plain));
    if (pdu->srb)
        put_diag_item(out, frame, pdu->downlink ? INTEGRITY_DOWN : INTEGRITY_UP,
                      integrity_item(frame, pdu, pdu->plain));
    return out;
}
