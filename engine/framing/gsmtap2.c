/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GSMTAP version 2: recognised and counted; it has no type for NR. Specified in libosmocore's gsmtap.h.
 *
 *     0 version = 2 | 1 header length in words of 4 octets | 2 type | 3 timeslot | 4 ARFCN | 6 signal | 7 SNR
 *     8 frame number | 12 sub-type | 13 antenna | 14 sub-slot | 15 reserved; then the PDU
 */
#include "framing/peel.h"

static enum daps_framing_class class_of(uint8_t type)
{
    switch (type) {
    case 0x0c:
        return DAPS_FRAMING_UMTS_RRC;
    case 0x0d:
        return DAPS_FRAMING_LTE_RRC;
    case 0x0e:
    case 0x0f:
        return DAPS_FRAMING_MAC_LTE;
    case 0x12:
        return DAPS_FRAMING_NAS;
    default:
        return DAPS_FRAMING_GSMTAP_OTHER;
    }
}

bool peel_gsmtap2(struct peel *peel, struct octets payload)
{
    struct octets whole = payload;
    if (octets_u8(&payload) != 2)
        return false;
    uint8_t words = octets_u8(&payload);
    uint8_t type = octets_u8(&payload);
    octets_skip(&whole, words * (size_t)4);
    if (payload.bad || whole.bad)
        peel_short(peel, "GSMTAP v2", false, NULL);
    else if (words < 4)
        peel_problem(peel, DAPS_FRAMING_MALFORMED, "GSMTAP v2", "header too short", false, NULL, "%u words", words);
    else
        peel_count(peel, class_of(type));
    return true;
}
