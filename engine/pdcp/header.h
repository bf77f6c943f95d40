/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDCP PDUs of NR (TS 38.323 6.2.2):
 *
 *     SRB, 12-bit SN    R R R R SN(4) | SN(8)                        | data | MAC-I(32)
 *     DRB, 12-bit SN    D/C R R R SN(4) | SN(8)             | [SDAP] | data | [MAC-I(32)]
 *     DRB, 18-bit SN    D/C R R R R R SN(2) | SN(8) | SN(8) | [SDAP] | data | [MAC-I(32)]
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

/* False if octets[0..length) is too short for a header of that kind. sn_bits is 12 or 18. */
static inline bool pdcp_header_read(const uint8_t *octets, size_t length, bool srb, unsigned sn_bits,
                                    struct pdcp_header *header)
{
    const size_t needed = srb || sn_bits == 12 ? 2 : 3;

    if (length == 0)
        return false;
    header->control = !srb && (octets[0] & 0x80) == 0;
    header->octets = needed;
    header->sn = 0;
    if (header->control)
        return true;
    if (length < needed)
        return false;
    if (needed == 2)
        header->sn = (uint32_t)(octets[0] & 0x0F) << 8 | octets[1];
    else
        header->sn = (uint32_t)(octets[0] & 0x03) << 16 | (uint32_t)octets[1] << 8 | octets[2];
    return true;
}

#endif
