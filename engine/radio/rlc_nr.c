/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RLC of NR (TS 38.322 6.2.2), from MAC or by itself.
 *
 *     AMD    D/C P SI(2) SN(4) | SN(8)               | [SO(16)] | data       12-bit SN
 *            D/C P SI(2) R R SN(2) | SN(8) | SN(8)   | [SO(16)] | data       18-bit SN
 *     UMD    SI(2) R(6)                              | data                  SI 0: whole, no SN
 *            SI(2) SN(6)                             | [SO(16)] | data
 *            SI(2) R R SN(4) | SN(8)                 | [SO(16)] | data
 *     SI     0 whole, 1 first segment, 2 last, 3 between; SO is there for 2 and 3
 */
#include <string.h>

#include "inside.h"

enum { SI_WHOLE, SI_FIRST, SI_LAST, SI_BETWEEN };

static const char layer[] = "RLC-NR";

struct rlc_header {
    uint32_t sn;
    unsigned si;
    uint16_t so;
};

/* False for a control PDU. */
static bool read_header(struct octets *pdu, bool am, unsigned sn_bits, struct rlc_header *header)
{
    uint8_t first = octets_u8(pdu);
    if (am) {
        if (!(first & 0x80))
            return false;
        header->si = first >> 4 & 3;
        header->sn = sn_bits == 12 ? (first & 15u) << 8 : (first & 3u) << 16;
        if (sn_bits == 18)
            header->sn |= (uint32_t)octets_u8(pdu) << 8;
        header->sn |= octets_u8(pdu);
    } else {
        header->si = first >> 6;
        header->sn = 0;
        if (header->si == SI_WHOLE)
            return true;
        header->sn = sn_bits == 6 ? first & 63u : (first & 15u) << 8 | octets_u8(pdu);
    }
    header->so = header->si >= SI_LAST ? octets_u16(pdu) : 0;
    return true;
}

/* A UMD PDU with a whole SDU has no SN; all others move the entity on. */
void rlc_nr_pdu(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu)
{
    struct rlc_header header = {.si = SI_WHOLE};
    const bool data = read_header(&pdu, am, sn_bits, &header);
    if (!data && !pdu.bad)
        return;
    if (pdu.bad) {
        tally_short(&way->at, layer, entity->srb, &entity->ue_key);
        return;
    }
    if (!way->radio->reassembly)
        way->radio->reassembly = reassembly_new();
    struct reassembly *reassembly = way->radio->reassembly;
    const struct rlc_segment segment = {.sn = header.sn,
                                        .sn_bits = (uint8_t)sn_bits,
                                        .offset = header.so,
                                        .last = header.si == SI_LAST || header.si == SI_WHOLE};
    struct octets whole = pdu;
    if (header.si == SI_WHOLE && am && !way->at.cut)
        reassembly_pass(reassembly, way, entity, &segment, pdu);
    if (header.si == SI_WHOLE || reassembly_add(reassembly, way, entity, &segment, pdu, &whole))
        /* UM counts only what it cuts in pieces (TS 38.322 5.2.2.1.1) */
        radio_deliver_sdu(way, entity, am, am ? (uint8_t)sn_bits : 0, header.sn, whole);
}
