/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Radio access technologies: one row each, with what differs between them in names, inputs and PDCP. */
#ifndef DAPS_ENGINE_RAT_H
#define DAPS_ENGINE_RAT_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/derivations.h"
#include "daps/event.h"

struct daps_rat_row {
    const char *name;     /* "nr", in the machine forms */
    const char *title;    /* "NR" */
    const char *kinds[4]; /* of keys, by enum daps_key_kind, in the machine forms */
    const char *root;     /* key of a secured connection: "KgNB" (TS 33.501 6.2.1), "KeNB" (TS 33.401 6.2) */
    const char *upper;    /* it is derived from: "KAMF", "KASME" */
    const char *star;     /* "KgNB*", "KeNB*" */
    const char *arfcn;    /* frequency that goes into star: "SSB-ARFCN" (TS 33.501 A.11), "EARFCN-DL" (TS 33.401 A.5) */
    const char *arfcn_column;         /* the same where there is little room */
    const char *ciphering[8];         /* "NEA0" ..., by the number in RRC */
    const char *integrity[8];         /* "NIA0" ... */
    enum daps_derive nh, star_of, sn; /* how NH, star and the key of a secondary node are derived */
    uint8_t srb_sn_bits;              /* PDCP SN of signalling bearers: 12 (TS 38.323 6.2.2.1), 5 (TS 36.323 6.2.3) */
    uint8_t srb_header;               /* octets in front of their data */
    uint8_t needs_nonce; /* bit n: integrity algorithm n hides its hash behind a mask that must not come twice */
};

/* The row; that of NR for anything unknown. */
const struct daps_rat_row *daps_rat_row(enum daps_rat rat);

/*
 * NIA1 (EIA1) and NIA3 (EIA3) are a universal hash and a one-time mask: two messages under one COUNT, BEARER and
 * DIRECTION give a relation between both (TS 33.501 D.3.1, TS 33.401 B.2). NIA2 is a CMAC.
 */
static inline bool daps_rat_needs_nonce(enum daps_rat rat, int integrity)
{
    return integrity >= 0 && integrity < 8 && (daps_rat_row(rat)->needs_nonce >> integrity & 1) != 0;
}

#endif
