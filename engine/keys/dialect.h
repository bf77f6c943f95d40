/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dialects: how an implementation computes the value of a KgNB* or KeNB* that the standard describes once.
 *
 *     frequency   that of the SSB (TS 33.501 A.11); some took that of Point A or of the centre of the carrier
 *     its length  three octets (A.11); some write two where they suffice. LTE: two where they suffice (TS 33.401 A.5);
 *                 some write three
 *
 * A dialect says how octets came about, never which key it is: two attempts with the same inputs as commanded have the
 * same key in every dialect.
 */
#ifndef DAPS_ENGINE_DIALECT_H
#define DAPS_ENGINE_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

enum daps_frequency { DAPS_FREQUENCY_SSB, DAPS_FREQUENCY_POINT_A, DAPS_FREQUENCY_CARRIER, DAPS_FREQUENCIES };

/* All zero: the standard's. */
struct daps_dialect {
    enum daps_frequency frequency;
    bool two_octets; /* LTE: three */
};

#define DAPS_DIALECTS (2 * DAPS_FREQUENCIES)

/* The frequencies of one cell as NR-ARFCN, -1 where the capture does not say. */
struct daps_frequencies {
    int32_t ssb, point_a, carrier;
};

/* Dialect number i of DAPS_DIALECTS; number 0 is the standard's. */
struct daps_dialect daps_dialect(unsigned i);

bool daps_dialect_equal(const struct daps_dialect *a, const struct daps_dialect *b);

/* The ARFCN that a dialect takes; -1 where it is not known, or two octets do not hold it. */
int32_t daps_dialect_arfcn(const struct daps_dialect *dialect, const struct daps_frequencies *frequencies);

/* Octets that the ARFCN takes in the derivation with that FC. */
unsigned daps_dialect_octets(const struct daps_dialect *dialect, uint8_t fc, int32_t arfcn);

/*
 * KgNB* (TS 33.501 A.11), or the key that fc stands for, as that dialect computes it from parent; false where an input
 * is missing. Caller wipes out.
 */
bool daps_dialect_star(const struct daps_dialect *dialect, uint8_t fc, const uint8_t parent[static 32], int32_t pci,
                       const struct daps_frequencies *frequencies, uint8_t out[static 32]);

#endif
