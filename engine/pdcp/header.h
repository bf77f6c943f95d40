/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDCP PDUs of NR (TS 38.323 6.2.2) and LTE (TS 36.323 6.2), by the length of their SN:
 *
 *     SRB, 5 bits       R R R SN(5)                                  | data | MAC-I(32)       LTE
 *     SRB, 12 bits      R R R R SN(4) | SN(8)                        | data | MAC-I(32)       NR
 *     DRB, 7 bits       D/C SN(7)                                    | data                   LTE
 *     DRB, 12 bits      D/C R R R SN(4) | SN(8)             | [SDAP] | data | [MAC-I(32)]
 *     DRB, 15 bits      D/C SN(7) | SN(8)                            | data                   LTE
 *     DRB, 18 bits      D/C R R R R R SN(2) | SN(8) | SN(8) | [SDAP] | data | [MAC-I(32)]
 *     control PDU       D/C = 0 ...   never ciphered, never integrity protected
 */
#ifndef DAPS_ENGINE_PDCP_HEADER_H
#define DAPS_ENGINE_PDCP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pdcp_header {
    bool control;
    uint32_t sn;
    size_t octets; /* of the header, without SDAP's */
};

/* Octets of the header in front of a PDU with an SN of so many bits. */
static inline size_t pdcp_header_octets(unsigned sn_bits)
{
    return sn_bits <= 7 ? 1 : sn_bits <= 15 ? 2 : 3;
}

/* The SN is the end of the header. */
static inline uint32_t pdcp_header_sn(const uint8_t *octets, unsigned sn_bits)
{
    uint32_t header = 0;

    for (size_t i = 0; i < pdcp_header_octets(sn_bits); i++)
        header = header << 8 | octets[i];
    return header & ((UINT32_C(1) << sn_bits) - 1);
}

/* False if octets[0..length) is too short for a header of that kind. */
static inline bool pdcp_header_read(const uint8_t *octets, size_t length, bool srb, unsigned sn_bits,
                                    struct pdcp_header *header)
{
    const size_t needed = pdcp_header_octets(sn_bits);

    if (length == 0)
        return false;
    header->control = !srb && (octets[0] & 0x80) == 0;
    header->octets = needed;
    header->sn = 0;
    if (header->control)
        return true;
    if (length < needed)
        return false;
    header->sn = pdcp_header_sn(octets, sn_bits);
    return true;
}

#endif
