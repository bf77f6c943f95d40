/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random access of LTE as Qualcomm's modems log it, 0xB062. There is no specification; this is what MobileInsight and
 * SCAT read alike, which is all three messages or nothing. Little-endian.
 *
 *     u8 version 1 | u8 number of subpackets | u16
 *     subpacket: u8 06 | u8 version | u16 size, its header included | versions 3, 49, 50: u8 subscription, u8 cell
 *         | u8 attempt | u8 result | u8 contention | u8 messages
 *         | Msg1: u8 preamble, u8 mask, i16 power, version 50: u16, u8 | Msg2: u16 back-off, u8 result, u16 temporary
 *           C-RNTI, u16 timing advance | Msg3: u32 grant, u16 octets, u8 HARQ process, 10 octets of the MAC PDU
 *
 * Wanted is one thing: a Msg3 with a C-RNTI MAC CE, so of a UE that a command sent there, and with a message of SRB1.
 */
#include "framing/peel.h"

enum { RACH_ATTEMPT = 6, ALL_MESSAGES = 7, FAILED_AT_MSG2 = 1, ABORTED = 4, HEADER = 4, MAC_OCTETS = 10 };
enum { LCID_SRB1 = 1, LAST_SDU = 10, LCID_PHR = 26, LCID_C_RNTI, LCID_TRUNCATED_BSR, LCID_SHORT_BSR, LCID_LONG_BSR };

static const char layer[] = "Qualcomm random access log";

/* Octets of a MAC CE (TS 36.321 6.1.3), 0 none. */
static size_t size_of_ce(uint8_t lcid)
{
    if (lcid == LCID_C_RNTI)
        return 2;
    if (lcid == LCID_LONG_BSR)
        return 3;
    return lcid == LCID_PHR || lcid == LCID_TRUNCATED_BSR || lcid == LCID_SHORT_BSR ? 1 : 0;
}

/* Subheaders, then CEs, then SDUs (TS 36.321 6.1.2). True: C-RNTI and SRB1. */
static bool names_srb1(struct octets mac, uint16_t *c_rnti)
{
    size_t before = 0; /* octets of CEs in front of the C-RNTI's */
    bool more = true, srb1 = false, has_c_rnti = false;

    while (more && !mac.bad) {
        const uint8_t subheader = octets_u8(&mac), lcid = subheader & 0x1f;
        more = (subheader & 0x20) != 0;
        srb1 |= lcid == LCID_SRB1;
        has_c_rnti |= lcid == LCID_C_RNTI;
        before += has_c_rnti ? 0 : size_of_ce(lcid);
        if (more && lcid <= LAST_SDU && (octets_u8(&mac) & 0x80) != 0)
            octets_skip(&mac, 1); /* a length of 15 bits */
    }
    octets_skip(&mac, before);
    *c_rnti = octets_u16(&mac);
    return !mac.bad && srb1 && has_c_rnti;
}

static void tell(struct peel *peel, uint64_t ue_key, uint16_t c_rnti)
{
    const struct daps_logged logged = {.sent = true, .c_rnti = c_rnti};
    const struct daps_pdu pdu = {.layer = DAPS_LAYER_LOGGED,
                                 .rat = DAPS_RAT_LTE,
                                 .frame = peel->at.frame,
                                 .time_ns = peel->at.time_ns,
                                 .ue_key = ue_key,
                                 .logged_cell = NO_CELL,
                                 .logged = &logged};

    peel->framing->pdu(peel->framing->user, &pdu);
}

/* False: it ends early. */
static bool take_attempt(struct peel *peel, uint64_t ue_key, uint8_t version, struct octets rest)
{
    uint8_t result, messages;
    uint16_t octets, c_rnti;
    struct octets mac;

    octets_skip(&rest, version == 2 ? 1 : 3);
    result = octets_u8(&rest);
    octets_skip(&rest, 1);
    messages = octets_u8(&rest);
    if (rest.bad || messages != ALL_MESSAGES || result == FAILED_AT_MSG2 || result == ABORTED)
        return !rest.bad;
    octets_skip(&rest, version == 50 ? 14 : 11);
    octets_skip(&rest, 4);
    octets = octets_le16(&rest);
    octets_skip(&rest, 1);
    mac = octets_take(&rest, MAC_OCTETS);
    octets_trim(&mac, octets);
    if (!rest.bad && names_srb1(mac, &c_rnti))
        tell(peel, ue_key, c_rnti);
    return !rest.bad;
}

static bool is_known(uint8_t id, uint8_t version)
{
    return id == RACH_ATTEMPT && (version == 2 || version == 3 || version == 49 || version == 50);
}

bool peel_diag_rach(struct peel *peel, uint64_t ue_key, struct octets body)
{
    bool unknown = octets_u8(&body) != 1, whole = true;
    uint8_t n = octets_u8(&body);

    octets_skip(&body, 2);
    while (!unknown && whole && n-- > 0) {
        const uint8_t id = octets_u8(&body), version = octets_u8(&body);
        const uint16_t size = octets_le16(&body);
        unknown = !body.bad && !is_known(id, version);
        whole = unknown || (size >= HEADER && take_attempt(peel, ue_key, version, octets_take(&body, size - HEADER)));
    }
    if (!unknown && (!whole || body.bad))
        tally_short(&peel->at, layer, false, NULL);
    return !unknown;
}
