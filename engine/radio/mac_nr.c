/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subPDUs of a MAC PDU of DL-SCH or UL-SCH (TS 38.321 6.1.2, 6.2.1).
 *
 *     R F LCID(6) | [eLCID(8 or 16)] | L(8 or 16, as F says) | contents    logical channels, CEs of variable size
 *     R R LCID(6) | [eLCID(8)]       | contents                            CEs of fixed size
 *     LX R LCID(6)                   | contents                            uplink CCCH, of 48 or 64 bits
 *     R R 63                         | anything                            padding, to the end
 *
 * Sizes are those of clause 6.1.3, codepoints those of Tables 6.2.1-1 to 6.2.1-2c up to Release 18. A codepoint that
 * they reserve is read as of variable size.
 */
#include "inside.h"

enum {
    LCID_CCCH = 0,
    LCID_LAST_CHANNEL = 32,
    LCID_TWO_OCTET_ELCID = 33,
    LCID_ONE_OCTET_ELCID = 34,
    LCID_REDCAP_CCCH = 35,
    LCID_REDCAP_CCCH1 = 36,
    LCID_CCCH_48 = 52,
    LCID_C_RNTI = 58,
    LCID_CONTENTION = 62,
    LCID_PADDING = 63
};
enum { BIT_LX = 0x80, BIT_F = 0x40, LCID_MASK = 0x3f, LAST_LX_CODEPOINT = 7 };
enum { CCCH_OCTETS = 6, CCCH1_OCTETS = 8 };

/* One more than the octets of a CE of fixed size; 0: it has a length field. */
#define FIXED(octets) ((octets) + 1)

/* Table 6.2.1-2 */
static const uint8_t uplink_ces[64] = {
    [44] = FIXED(2), /* Timing Advance Report, 6.1.3.56 */
    [48] = FIXED(4), /* LBT failure (four octets), 6.1.3.30 */
    [49] = FIXED(1), /* LBT failure (one octet) */
    [53] = FIXED(2), /* Recommended bit rate query, 6.1.3.20 */
    [55] = FIXED(0), /* Configured Grant Confirmation, 6.1.3.7 */
    [57] = FIXED(2), /* Single Entry PHR, 6.1.3.8 */
    [58] = FIXED(2), /* C-RNTI, 6.1.3.2 */
    [59] = FIXED(1), /* Short Truncated BSR, 6.1.3.1 */
    [61] = FIXED(1), /* Short BSR */
};

/* Table 6.2.1-1 */
static const uint8_t downlink_ces[64] = {
    [47] = FIXED(2), /* Recommended bit rate, 6.1.3.20 */
    [48] = FIXED(2), /* SP ZP CSI-RS Resource Set Activation/Deactivation, 6.1.3.19 */
    [49] = FIXED(3), /* PUCCH spatial relation Activation/Deactivation, 6.1.3.18 */
    [51] = FIXED(2), /* SP CSI reporting on PUCCH Activation/Deactivation, 6.1.3.16 */
    [52] = FIXED(2), /* TCI State Indication for UE-specific PDCCH, 6.1.3.15 */
    [56] = FIXED(1), /* Duplication Activation/Deactivation, 6.1.3.11 */
    [57] = FIXED(4), /* SCell Activation/Deactivation (four octets), 6.1.3.10 */
    [58] = FIXED(1), /* SCell Activation/Deactivation (one octet) */
    [59] = FIXED(0), /* Long DRX Command, 6.1.3.6 */
    [60] = FIXED(0), /* DRX Command, 6.1.3.5 */
    [61] = FIXED(1), /* Timing Advance Command, 6.1.3.4 */
    [62] = FIXED(6), /* UE Contention Resolution Identity, 6.1.3.3 */
};

/* Table 6.2.1-2b: one-octet eLCID */
static const uint8_t uplink_extended_ces[256] = {
    [222] = FIXED(1), /* SL LBT Failure, 6.1.3.69 */
    [238] = FIXED(1), /* Positioning Measurement Gap Activation/Deactivation Request, 6.1.3.40 */
    [242] = FIXED(0), /* Case-6 Timing Request, 6.1.3.39 */
    [243] = FIXED(3), /* Desired Guard Symbols for Case-6 timing, 6.1.3.37 */
    [244] = FIXED(3), /* Desired Guard Symbols for Case-7 timing */
    [245] = FIXED(2), /* Extended Short Truncated BSR, 6.1.3.1 */
    [247] = FIXED(2), /* Extended Short BSR */
    [252] = FIXED(4), /* Multiple Entry Configured Grant Confirmation, 6.1.3.31 */
    [253] = FIXED(1), /* Sidelink Configured Grant Confirmation, 6.1.3.34 */
    [254] = FIXED(4), /* Desired Guard Symbols, 6.1.3.22 */
};

/* Table 6.2.1-1b */
static const uint8_t downlink_extended_ces[256] = {
    [221] = FIXED(1), /* PSI-Based SDU Discard Activation/Deactivation, 6.1.3.73 */
    [230] = FIXED(1), /* Differential Koffset, 6.1.3.57 */
    [236] = FIXED(3), /* Enhanced TCI States Indication for UE-specific PDCCH, 6.1.3.44 */
    [237] = FIXED(1), /* Positioning Measurement Gap Activation/Deactivation Command, 6.1.3.41 */
    [242] = FIXED(2), /* Case-7 Timing advance offset, 6.1.3.38 */
    [243] = FIXED(3), /* Provided Guard Symbols for Case-6 timing, 6.1.3.37 */
    [244] = FIXED(3), /* Provided Guard Symbols for Case-7 timing */
    [247] = FIXED(3), /* SRS Pathloss Reference RS Update, 6.1.3.27 */
    [251] = FIXED(1), /* Duplication RLC Activation/Deactivation, 6.1.3.32 */
    [252] = FIXED(2), /* Absolute Timing Advance Command, 6.1.3.4a */
    [254] = FIXED(4), /* Provided Guard Symbols, 6.1.3.22 */
    [255] = FIXED(2), /* Timing Delta, 6.1.3.21 */
};

/* An uplink CCCH has no length field: its codepoint says whether it is CCCH or CCCH1 (Tables 6.2.1-2 and -2c). */
static bool uplink_ccch(uint8_t first, struct mac_subpdu *sub)
{
    const unsigned lcid = first & LCID_MASK;

    if ((first & BIT_LX) && !(first & BIT_F) && lcid <= LAST_LX_CODEPOINT)
        sub->kind = lcid % 2 ? MAC_CCCH1 : MAC_CCCH;
    else if (lcid == LCID_CCCH_48 || lcid == LCID_REDCAP_CCCH)
        sub->kind = MAC_CCCH;
    else if (lcid == LCID_CCCH || lcid == LCID_REDCAP_CCCH1)
        sub->kind = MAC_CCCH1;
    else
        return false;
    sub->length = sub->kind == MAC_CCCH ? CCCH_OCTETS : CCCH1_OCTETS;
    return true;
}

/* The subheader behind its first octet; false: the PDU ends in it. */
static bool read_subheader(struct octets *pdu, bool downlink, uint8_t first, struct mac_subpdu *sub)
{
    sub->lcid = first & LCID_MASK;
    if (!downlink && uplink_ccch(first, sub))
        return true;
    uint8_t fixed = (downlink ? downlink_ces : uplink_ces)[sub->lcid];
    sub->kind = MAC_OTHER;
    sub->reserved = first & BIT_LX;
    if (sub->lcid == LCID_ONE_OCTET_ELCID) {
        fixed = (downlink ? downlink_extended_ces : uplink_extended_ces)[octets_u8(pdu)];
    } else if (sub->lcid == LCID_TWO_OCTET_ELCID) {
        octets_skip(pdu, 2);
    } else if (sub->lcid == LCID_CCCH) {
        sub->kind = MAC_CCCH;
    } else if (sub->lcid <= LCID_LAST_CHANNEL) {
        sub->kind = MAC_CHANNEL;
    } else if (!downlink && sub->lcid == LCID_C_RNTI) {
        sub->kind = MAC_C_RNTI;
    } else if (downlink && sub->lcid == LCID_CONTENTION) {
        sub->kind = MAC_CONTENTION;
    }
    sub->length = fixed ? fixed - 1u : first & BIT_F ? octets_u16(pdu) : octets_u8(pdu);
    return !pdu->bad;
}

void mac_nr_open(struct mac_reader *reader, struct octets pdu)
{
    reader->heads = pdu;
}

bool mac_nr_next(struct mac_reader *reader, struct mac_subpdu *sub)
{
    struct octets *pdu = &reader->heads;

    *sub = (struct mac_subpdu){.kind = MAC_OTHER};
    if (!pdu->left)
        return false;
    uint8_t first = octets_u8(pdu);
    if ((first & LCID_MASK) == LCID_PADDING) {
        octets_trim(pdu, 0);
        sub->padding = true;
        return false;
    }
    if (!read_subheader(pdu, reader->downlink, first, sub)) {
        sub->headless = true;
        return true;
    }
    const struct octets left = *pdu;
    sub->contents = octets_take(pdu, sub->length);
    sub->ended = pdu->bad;
    if (sub->ended)
        sub->contents = left;
    return true;
}
