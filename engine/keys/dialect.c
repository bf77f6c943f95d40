/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What implementations make of the inputs of TS 33.501 A.11, A.12 and TS 33.401 A.5. */
#include "keys/dialect.h"

#include "daps/derivations.h"
#include "daps/kdf.h"

struct daps_dialect daps_dialect(unsigned i)
{
    return (struct daps_dialect){(enum daps_frequency)(i % DAPS_FREQUENCIES), i >= DAPS_FREQUENCIES};
}

bool daps_dialect_equal(const struct daps_dialect *a, const struct daps_dialect *b)
{
    return a->frequency == b->frequency && a->two_octets == b->two_octets;
}

int32_t daps_dialect_arfcn(const struct daps_dialect *dialect, const struct daps_frequencies *frequencies)
{
    const int32_t arfcn = dialect->frequency == DAPS_FREQUENCY_POINT_A   ? frequencies->point_a
                          : dialect->frequency == DAPS_FREQUENCY_CARRIER ? frequencies->carrier
                                                                         : frequencies->ssb;

    return arfcn < 0 || (dialect->two_octets && arfcn > 0xFFFF) ? -1 : arfcn;
}

unsigned daps_dialect_octets(const struct daps_dialect *dialect, uint8_t fc, int32_t arfcn)
{
    const bool two = fc == daps_derive_row(DAPS_DERIVE_KENB_STAR)->fc && arfcn <= 0xFFFF;

    return two != dialect->two_octets ? 2 : 3;
}

bool daps_dialect_star(const struct daps_dialect *dialect, uint8_t fc, const uint8_t parent[static 32], int32_t pci,
                       const struct daps_frequencies *frequencies, uint8_t out[static 32])
{
    const int32_t arfcn = daps_dialect_arfcn(dialect, frequencies);

    return pci >= 0 && arfcn >= 0 &&
           daps_kdf_star(fc, parent, (uint16_t)pci, (uint32_t)arfcn, daps_dialect_octets(dialect, fc, arfcn), out);
}
