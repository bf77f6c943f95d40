/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC PDUs of DL-SCH or UL-SCH of LTE (TS 36.321 6.1.2, 6.2.1): all subheaders, then what belongs to each.
 *
 *     R F2 E LCID(5) | [R R eLCID(6)] | F L(7)     contents of less than 128 octets
 *     R F2 E LCID(5) | [R R eLCID(6)] | F L(15)    F 1; with F2 1 instead: L(16)
 *     R F2 E LCID(5) | [R R eLCID(6)]              the last one (E 0), CEs of fixed size, padding
 *
 * Contents of the last one go to the end of the PDU. Sizes are those of clause 6.1.3, codepoints those of Tables
 * 6.2.1-1 to 6.2.1-2a up to Release 18. A codepoint that they reserve is read as of variable size.
 */
#include "inside.h"

enum {
    LCID_CCCH = 0,
    LCID_LAST_CHANNEL = 10,
    LCID_CCCH_CATEGORY_0 = 11,
    LCID_CCCH_HOPPING = 12, /* of UEs that support frequency hopping for unicast */
    LCID_EXTENDED = 16,
    LCID_C_RNTI = 27,
    LCID_CONTENTION = 28,
    LCID_PADDING = 31,
    FIRST_EXTENDED = 32 /* logical channel of eLCID 0 */
};
enum { BIT_R = 0x80, BIT_F2 = 0x40, BIT_E = 0x20, LCID_MASK = 0x1f, ELCID_MASK = 0x3f };
enum { BIT_F = 0x80, LONG_L = 0x7fff };

/* One more than the octets of a CE of fixed size; 0: it has a length field. */
#define FIXED(octets) ((octets) + 1)

/* Table 6.2.1-2 */
static const uint8_t uplink_ces[32] = {
    [14] = FIXED(1), /* GNSS Validity Duration Report */
    [15] = FIXED(2), /* Timing Advance Report */
    [17] = FIXED(1), /* DCQR and AS RAI */
    [18] = FIXED(4), /* AUL confirmation (four octets) */
    [19] = FIXED(1), /* AUL confirmation (one octet) */
    [20] = FIXED(2), /* Recommended bit rate query */
    [21] = FIXED(0), /* SPS confirmation */
    [26] = FIXED(1), /* Power Headroom Report, 6.1.3.6 */
    [27] = FIXED(2), /* C-RNTI, 6.1.3.2 */
    [28] = FIXED(1), /* Truncated BSR, 6.1.3.1 */
    [29] = FIXED(1), /* Short BSR */
    [30] = FIXED(3), /* Long BSR */
};

/* Table 6.2.1-1 */
static const uint8_t downlink_ces[32] = {
    [17] = FIXED(0), /* DCQR Command: it only asks for a report */
    [18] = FIXED(1), /* Activation/Deactivation of PDCP Duplication */
    [19] = FIXED(1), /* Hibernation (one octet) */
    [20] = FIXED(4), /* Hibernation (four octets) */
    [22] = FIXED(2), /* Recommended bit rate */
    [23] = FIXED(0), /* SC-PTM Stop Indication */
    [24] = FIXED(4), /* Activation/Deactivation (four octets), 6.1.3.8 */
    [26] = FIXED(0), /* Long DRX Command, 6.1.3.9 */
    [27] = FIXED(1), /* Activation/Deactivation (one octet), 6.1.3.8 */
    [28] = FIXED(6), /* UE Contention Resolution Identity, 6.1.3.4 */
    [29] = FIXED(1), /* Timing Advance Command, 6.1.3.5 */
    [30] = FIXED(0), /* DRX Command, 6.1.3.3 */
};

static enum mac_kind kind_of(unsigned lcid, bool downlink)
{
    if (lcid == LCID_CCCH || (!downlink && (lcid == LCID_CCCH_CATEGORY_0 || lcid == LCID_CCCH_HOPPING)))
        return MAC_CCCH;
    if (lcid <= LCID_LAST_CHANNEL || (lcid >= FIRST_EXTENDED && lcid < RADIO_MOST_LCID))
        return MAC_CHANNEL;
    if (downlink)
        return lcid == LCID_CONTENTION ? MAC_CONTENTION : MAC_OTHER;
    return lcid == LCID_C_RNTI ? MAC_C_RNTI : MAC_OTHER;
}

/* Length of contents where nothing in the subheader says it: as much as there is, or was. */
#define TO_THE_END SIZE_MAX

/* One subheader; false: the PDU ends in it. length: of its contents. */
static bool read_subheader(struct mac_reader *reader, struct mac_subpdu *sub, size_t *length)
{
    const uint8_t first = octets_u8(&reader->heads);
    reader->last = !(first & BIT_E);
    sub->reserved = first & BIT_R;
    sub->lcid = first & LCID_MASK;
    sub->padding = sub->lcid == LCID_PADDING;
    const uint8_t fixed = (reader->downlink ? downlink_ces : uplink_ces)[sub->lcid];
    if (sub->lcid == LCID_EXTENDED)
        sub->lcid = FIRST_EXTENDED + (octets_u8(&reader->heads) & ELCID_MASK);
    sub->kind = kind_of(sub->lcid, reader->downlink);
    if (fixed)
        *length = fixed - 1u;
    else if (sub->padding) /* in front it is one octet, the subheader itself */
        *length = reader->last ? TO_THE_END : 0;
    else if (reader->last)
        *length = TO_THE_END;
    else if (first & BIT_F2)
        *length = octets_u16(&reader->heads);
    else if (octets_peek(reader->heads) & BIT_F)
        *length = octets_u16(&reader->heads) & LONG_L;
    else
        *length = octets_u8(&reader->heads);
    return !reader->heads.bad;
}

/* Contents begin behind the last subheader. */
void mac_lte_open(struct mac_reader *reader, struct octets pdu)
{
    struct mac_subpdu sub;
    size_t length;
    reader->heads = pdu;
    while (!reader->last && read_subheader(reader, &sub, &length))
        ;
    reader->body = reader->heads;
    reader->heads = pdu;
    reader->last = false;
}

bool mac_lte_next(struct mac_reader *reader, struct mac_subpdu *sub)
{
    size_t length;
    *sub = (struct mac_subpdu){.kind = MAC_OTHER};
    do {
        if (reader->last || !reader->heads.left)
            return false;
        if (!read_subheader(reader, sub, &length)) {
            sub->headless = true;
            return true;
        }
    } while (sub->padding && !reader->last);
    if (sub->padding)
        return false;
    if (reader->body.bad) { /* some subheader behind it is not there: nobody knows where contents begin */
        sub->ended = true;
        sub->contents = octets_of(reader->body.at, 0);
        sub->length = length;
        return true;
    }
    sub->length = length == TO_THE_END ? reader->body.left + reader->missing : length;
    const struct octets left = reader->body;
    sub->contents = octets_take(&reader->body, sub->length);
    sub->ended = reader->body.bad;
    if (sub->ended)
        sub->contents = left;
    return true;
}
