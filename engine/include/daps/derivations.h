/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of key derivations (TS 33.501 Annex A, TS 33.401 Annex A): FC, inputs in order, clause and names, once. The
 * functions of daps/kdf.h, key terms, `dapsaudit derive` and what is said of a key are made from it.
 */
#ifndef DAPS_DERIVATIONS_H
#define DAPS_DERIVATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum daps_derive {
    DAPS_DERIVE_KGNB,
    DAPS_DERIVE_KGNB_STAR,
    DAPS_DERIVE_KNGENB_STAR,
    DAPS_DERIVE_NH,
    DAPS_DERIVE_AS_KEY,
    DAPS_DERIVE_KSN,
    DAPS_DERIVE_KAMF_PRIME,
    DAPS_DERIVE_KENB,
    DAPS_DERIVE_KENB_STAR,
    DAPS_DERIVE_NH_LTE,
    DAPS_DERIVE_AS_KEY_LTE,
    DAPS_DERIVE_S_KENB,
    DAPS_DERIVE_COUNT
};

enum daps_input {
    DAPS_INPUT_NONE,
    DAPS_INPUT_USE,       /* algorithm type distinguisher */
    DAPS_INPUT_ALGORITHM, /* algorithm identity */
    DAPS_INPUT_COUNT,     /* NAS COUNT */
    DAPS_INPUT_ACCESS,    /* access type distinguisher */
    DAPS_INPUT_SYNC,      /* the first KgNB (KeNB), or the previous NH */
    DAPS_INPUT_PCI,
    DAPS_INPUT_ARFCN,
    DAPS_INPUT_COUNTER, /* of a secondary node */
    DAPS_INPUT_DIRECTION,
    DAPS_INPUTS
};

struct daps_derive_row {
    const char *name; /* "kgnb-star" */
    uint8_t fc;
    struct {
        enum daps_input input;
        uint8_t octets; /* 0: two where they hold the number, else three (TS 33.401 A.5) */
    } inputs[2];        /* P0, P1 */
    const char *parent, *result, *clause;
};

/* Values of the inputs that a row names. */
struct daps_inputs {
    uint32_t number[DAPS_INPUTS];
    const uint8_t *sync;  /* 32 octets */
    uint8_t arfcn_octets; /* 0: as the row has it; some implementations take others */
};

#define DAPS_S_MOST 48 /* longest S: FC, a SYNC input of 32 octets, its length, with room */

const struct daps_derive_row *daps_derive_row(enum daps_derive what);

/* The row of that FC, NULL if there is none. */
const struct daps_derive_row *daps_derive_row_of(uint8_t fc);

/* S = FC | P0 | L0 | P1 | L1 (TS 33.220 B.2.0); its length in octets. The caller wipes s. */
size_t daps_derive_s(enum daps_derive what, const struct daps_inputs *inputs, uint8_t s[static DAPS_S_MOST]);

/* HMAC-SHA-256(key, S); false if the crypto library refused, and out is then zero. out may not be key. */
bool daps_derive(enum daps_derive what, const uint8_t key[static 32], const struct daps_inputs *inputs,
                 uint8_t out[static 32]);

#endif
