/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RLC of LTE (TS 36.322 6.2.1), from MAC or by itself.
 *
 *     UMD, 5-bit SN     FI(2) E SN(5)                           | [E LI] ... | data
 *     UMD, 10-bit SN    R1 R1 R1 FI(2) E SN(2) | SN(8)          | [E LI] ... | data
 *     AMD, 10-bit SN    D/C RF P FI(2) E SN(2) | SN(8)          | [LSF SO(15)] | [E LI] ... | data
 *     AMD, 16-bit SN    D/C RF P FI(2) E LSF R1 | SN(8) | SN(8) | [SO(16)] | [E LI] ... | data
 *
 *     FI    the data field begins (1x) or ends (x1) inside an SDU
 *     E     a pair of E and LI follows; LI of 11 bits, pairs on end and filled up to an octet, or of 15 bits
 *     LI    octets of the SDU, or what is left of it, that ends there; the last one in the PDU has none
 *     RF    part of an AMD PDU that was sent before (re-segmentation): SO is where in its data field
 */
#include "inside.h"

enum { MOST_LI = 126 }; /* lengths in one PDU: SDUs of a single octet in a PDU of the smallest TTI's size have fewer */
enum { BEGINS_INSIDE = 2, ENDS_INSIDE = 1 };

struct lte_header {
    bool data, resegmented, last_segment, more;
    unsigned fi;
    uint32_t sn, so;
    unsigned n;
    uint16_t li[MOST_LI];
};

static void read_am(struct octets *pdu, unsigned sn_bits, struct lte_header *header)
{
    const uint8_t first = octets_u8(pdu);
    header->data = first & 0x80;
    if (!header->data)
        return;
    header->resegmented = first & 0x40;
    header->fi = first >> 3 & 3;
    header->more = first & 4;
    header->last_segment = true;
    if (sn_bits == 10) {
        header->sn = (first & 3u) << 8 | octets_u8(pdu);
        if (!header->resegmented)
            return;
        header->so = octets_u16(pdu);
        header->last_segment = header->so & 0x8000;
        header->so &= 0x7fff;
    } else {
        header->sn = octets_u16(pdu);
        if (!header->resegmented)
            return;
        header->last_segment = first & 2;
        header->so = octets_u16(pdu);
    }
}

static void read_um(struct octets *pdu, unsigned sn_bits, struct lte_header *header)
{
    const uint8_t first = octets_u8(pdu);
    header->data = header->last_segment = true;
    if (sn_bits == 5) {
        header->fi = first >> 6;
        header->more = first & 0x20;
        header->sn = first & 0x1f;
    } else {
        header->fi = first >> 3 & 3;
        header->more = first & 4;
        header->sn = (first & 3u) << 8 | octets_u8(pdu);
    }
}

/* Pairs of 12 bits; an odd one is filled up with 4. */
static bool read_short_li(struct octets *pdu, struct lte_header *header)
{
    uint32_t held = 0;
    unsigned bits = 0;
    while (header->more && header->n < MOST_LI) {
        while (bits < 12) {
            held = held << 8 | octets_u8(pdu);
            bits += 8;
        }
        bits -= 12;
        header->more = held >> bits >> 11 & 1;
        header->li[header->n++] = (uint16_t)(held >> bits & 0x7ff);
        held &= (1u << bits) - 1;
        if (pdu->bad)
            return false;
    }
    return !header->more;
}

static bool read_long_li(struct octets *pdu, struct lte_header *header)
{
    while (header->more && header->n < MOST_LI) {
        const uint16_t pair = octets_u16(pdu);
        header->more = pair & 0x8000;
        header->li[header->n++] = pair & 0x7fff;
        if (pdu->bad)
            return false;
    }
    return !header->more;
}

/* False: the PDU ends in it, or says what no PDU says: an LI of 0, or more of them than data. */
static bool read_header(struct octets *pdu, bool am, unsigned sn_bits, bool extended_li, struct lte_header *header)
{
    size_t said = 0;
    *header = (struct lte_header){.data = false};
    if (am)
        read_am(pdu, sn_bits, header);
    else
        read_um(pdu, sn_bits, header);
    if (pdu->bad || !header->data)
        return !pdu->bad;
    if (!(extended_li ? read_long_li(pdu, header) : read_short_li(pdu, header)))
        return false;
    for (unsigned i = 0; i < header->n; i++) {
        if (!header->li[i])
            return false;
        said += header->li[i];
    }
    return said < pdu->left || !header->n; /* what is behind the last LI is of one more SDU (6.2.2.5) */
}

static bool is_whole(const struct rlc_piece *piece)
{
    return piece->starts && piece->ends;
}

/* Every stretch of the data field is an SDU, or a piece of one. */
static void take_apart(struct way *way, const struct rlc_entity *entity, const struct lte_header *header,
                       struct rlc_piece piece, struct octets data)
{
    for (unsigned i = 0; i <= header->n; i++) {
        const bool last = i == header->n;
        const struct octets part = octets_take(&data, last ? data.left : header->li[i]);
        piece.starts = i > 0 || !(header->fi & BEGINS_INSIDE);
        piece.ends = !last || !(header->fi & ENDS_INSIDE);
        piece.last = last && header->last_segment;
        if (is_whole(&piece))
            radio_deliver_sdu(way, entity, piece.am, 0, piece.sn, part);
        else
            rlc_lte_add(way->radio->rlc_lte, way, entity, &piece, part);
        piece.offset += (uint32_t)part.left;
    }
}

/* The end of it was not captured, so that no stretch of it but those whose length it says is sure. */
static void report_cut(struct way *way, const struct rlc_entity *entity, uint32_t sn)
{
    tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_RLC_CUT,
                                                          .layer = way->side->row->rlc,
                                                          .numbers = {sn},
                                                          .rrc_lost = entity->srb,
                                                          .ue_known = true,
                                                          .ue_key = entity->ue_key});
}

void rlc_lte_pdu(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu)
{
    struct lte_header header;
    const bool good = read_header(&pdu, am, sn_bits, entity->extended_li, &header);
    if (good && !header.data)
        return; /* a STATUS PDU */
    if (way->at.cut && good) {
        report_cut(way, entity, header.sn);
        return;
    }
    if (!good || !pdu.left) {
        tally_short(&way->at, way->side->row->rlc, entity->srb, &entity->ue_key);
        return;
    }
    if (!way->radio->rlc_lte)
        way->radio->rlc_lte = rlc_lte_new();
    rlc_lte_seen(way->radio->rlc_lte, way, entity, header.sn, sn_bits);
    take_apart(way, entity, &header,
               (struct rlc_piece){.sn = header.sn, .offset = header.so, .sn_bits = (uint8_t)sn_bits, .am = am}, pdu);
}
