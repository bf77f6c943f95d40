/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GTP-U (TS 29.281 5.1, 5.2): counted, and what it carries looked at where it is IP, for a tap of the user plane may
 * show what somebody sent over a phone: GSMTAP of a modem, MAC of a gNB behind another one.
 *
 *     version(3) = 1, PT, -, E, S, PN | u8 type, ff: G-PDU | u16 length | u32 TEID | [u16, u8, u8 next extension]
 *     extension: u8 length in words of 4 octets | ... | u8 next extension
 *
 * F1-U and Xn-U carry PDCP PDUs instead; those begin with D/C = 1, which no IP header does.
 */
#include "framing/peel.h"

enum { VERSION_AND_PT = 0xf0, VERSION_1_GTP = 0x30, HAS_EXTENSION = 4, HAS_OPTIONS = 7, TYPE_G_PDU = 0xff };

/* False: the header is not whole, or makes no sense. */
static bool skip_options(struct octets *payload, uint8_t flags)
{
    if (!(flags & HAS_OPTIONS))
        return true;
    octets_skip(payload, 3);
    uint8_t next = octets_u8(payload);
    while (!payload->bad && next && (flags & HAS_EXTENSION)) {
        const uint8_t words = octets_u8(payload);
        if (!words)
            return false;
        octets_skip(payload, words * (size_t)4 - 2);
        next = octets_u8(payload);
    }
    return !payload->bad;
}

void peel_gtp_u(struct peel *peel, struct octets payload)
{
    tally_count(&peel->at, DAPS_FRAMING_GTP_U);
    const uint8_t flags = octets_u8(&payload);
    const uint8_t type = octets_u8(&payload);
    const uint16_t length = octets_u16(&payload);
    if (payload.bad || (flags & VERSION_AND_PT) != VERSION_1_GTP || type != TYPE_G_PDU)
        return;
    octets_skip(&payload, 4);
    if (payload.bad || (length > payload.left && !peel->at.cut))
        return;
    peel_keep(peel, &payload, length);
    if (!skip_options(&payload, flags) || !ip_fits(peel, payload, true))
        return;
    peel->at.user_plane = true;
    peel_then(peel, peel_ip, payload);
}
