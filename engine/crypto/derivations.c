/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table, and S made from a row of it (TS 33.220 B.2.0):
 *
 *     S = FC | P0 | L0 | P1 | L1     FC one octet, Ln the length of Pn in octets as two octets, big endian
 */
#include "daps/derivations.h"

#include <string.h>

#include "daps/kdf.h"

#define ONE(input, octets)                                                                                             \
    {                                                                                                                  \
        {                                                                                                              \
            DAPS_INPUT_##input, octets                                                                                 \
        }                                                                                                              \
    }
#define TWO(first, n, second, m)                                                                                       \
    {                                                                                                                  \
        {DAPS_INPUT_##first, n},                                                                                       \
        {                                                                                                              \
            DAPS_INPUT_##second, m                                                                                     \
        }                                                                                                              \
    }

static const struct daps_derive_row rows[DAPS_DERIVE_COUNT] = {
    [DAPS_DERIVE_KGNB] = {"kgnb", 0x6E, TWO(COUNT, 4, ACCESS, 1), "KAMF", "KgNB", "TS 33.501 A.9"},
    [DAPS_DERIVE_KGNB_STAR] = {"kgnb-star", 0x70, TWO(PCI, 2, ARFCN, 3), "KgNB or NH", "KgNB*", "TS 33.501 A.11"},
    [DAPS_DERIVE_KNGENB_STAR] = {"kngenb-star", 0x71, TWO(PCI, 2, ARFCN, 3), "KgNB or NH", "KNG-RAN*",
                                 "TS 33.501 A.12"},
    [DAPS_DERIVE_NH] = {"nh", 0x6F, ONE(SYNC, 32), "KAMF", "NH", "TS 33.501 A.10"},
    [DAPS_DERIVE_AS_KEY] = {"as-keys", 0x69, TWO(USE, 1, ALGORITHM, 1), "KgNB", "AS keys", "TS 33.501 A.8"},
    [DAPS_DERIVE_KSN] = {"ksn", 0x79, ONE(COUNTER, 2), "KgNB", "KSN", "TS 33.501 A.16"},
    [DAPS_DERIVE_KAMF_PRIME] = {"kamf-prime", 0x72, TWO(DIRECTION, 1, COUNT, 4), "KAMF", "KAMF'", "TS 33.501 A.13"},
    [DAPS_DERIVE_KENB] = {"kenb", 0x11, ONE(COUNT, 4), "KASME", "KeNB", "TS 33.401 A.3"},
    [DAPS_DERIVE_KENB_STAR] = {"kenb-star", 0x13, TWO(PCI, 2, ARFCN, 0), "KeNB or NH", "KeNB*", "TS 33.401 A.5"},
    [DAPS_DERIVE_NH_LTE] = {"nh-lte", 0x12, ONE(SYNC, 32), "KASME", "NH", "TS 33.401 A.4"},
    [DAPS_DERIVE_AS_KEY_LTE] = {"as-keys-lte", 0x15, TWO(USE, 1, ALGORITHM, 1), "KeNB", "AS keys", "TS 33.401 A.7"},
    [DAPS_DERIVE_S_KENB] = {"s-kenb", 0x1C, ONE(COUNTER, 2), "KeNB", "S-KeNB", "TS 33.401 A.15"},
};

const struct daps_derive_row *daps_derive_row(enum daps_derive what)
{
    return &rows[what];
}

const struct daps_derive_row *daps_derive_row_of(uint8_t fc)
{
    for (unsigned i = 0; i < DAPS_DERIVE_COUNT; i++) {
        if (rows[i].fc == fc)
            return &rows[i];
    }
    return NULL;
}

static size_t octets_of(const struct daps_inputs *inputs, enum daps_input input, uint8_t octets)
{
    if (input == DAPS_INPUT_ARFCN && inputs->arfcn_octets != 0)
        return inputs->arfcn_octets == 2 ? 2 : 3;
    return octets != 0 ? octets : inputs->number[input] > 0xFFFF ? 3 : 2;
}

size_t daps_derive_s(enum daps_derive what, const struct daps_inputs *inputs, uint8_t s[static DAPS_S_MOST])
{
    const struct daps_derive_row *row = &rows[what];
    size_t at = 1;

    s[0] = row->fc;
    for (unsigned i = 0; i < 2 && row->inputs[i].input != DAPS_INPUT_NONE; i++) {
        const enum daps_input input = row->inputs[i].input;
        const size_t octets = octets_of(inputs, input, row->inputs[i].octets);
        if (input == DAPS_INPUT_SYNC) {
            memcpy(s + at, inputs->sync, octets);
        } else {
            for (size_t j = 0; j < octets; j++)
                s[at + j] = (uint8_t)(inputs->number[input] >> (8 * (octets - 1 - j)));
        }
        at += octets;
        s[at++] = 0;
        s[at++] = (uint8_t)octets;
    }
    return at;
}

bool daps_derive(enum daps_derive what, const uint8_t key[static 32], const struct daps_inputs *inputs,
                 uint8_t out[static 32])
{
    uint8_t s[DAPS_S_MOST];
    const size_t length = daps_derive_s(what, inputs, s);
    const bool ok = daps_kdf(key, s, length, out);

    daps_wipe(s, sizeof s);
    return ok;
}
