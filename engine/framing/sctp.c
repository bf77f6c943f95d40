/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP: which application protocol its data chunks carry. Specified in RFC 9260 3 and RFC 8260 2.1, payload protocol
 * identifiers by IANA and the transport specifications of each interface (TS 38.412 7, 38.422 7, 38.472 7, ...).
 *
 *     common header of 12 octets, then chunks, each padded to 4 octets:
 *         u8 type | u8 flags (2: begins a message) | u16 length with header | value
 *     DATA:    u32 TSN | u16 stream | u16 sequence number | u32 PPID | data
 *     I-DATA:  u32 TSN | u16 stream | u16 0 | u32 message identifier | u32 PPID, where a message begins | data
 */
#include "framing/peel.h"

enum { CHUNK_DATA = 0, CHUNK_I_DATA = 64, FLAG_BEGINS = 2 };

enum daps_framing_class sctp_payload_class(uint32_t ppid)
{
    switch (ppid) {
    case 18:
        return DAPS_FRAMING_S1AP;
    case 27:
        return DAPS_FRAMING_X2AP;
    case 60:
        return DAPS_FRAMING_NGAP;
    case 61:
        return DAPS_FRAMING_XNAP;
    case 62:
        return DAPS_FRAMING_F1AP;
    case 64:
        return DAPS_FRAMING_E1AP;
    case 70:
    case 71:
    case 72:
        return DAPS_FRAMING_E2AP;
    default: /* also the same protocols under DTLS, 66 to 69 */
        return DAPS_FRAMING_SCTP_OTHER;
    }
}

void peel_sctp(struct peel *peel, struct octets packet)
{
    bool counted = false;
    octets_skip(&packet, 12);
    while (!packet.bad && packet.left) {
        uint8_t type = octets_u8(&packet);
        uint8_t flags = octets_u8(&packet);
        uint16_t length = octets_u16(&packet);
        if (packet.bad)
            break;
        if (length < 4) {
            tally_problem(&peel->at, (struct daps_framing_problem){
                                         .what = DAPS_PROBLEM_SCTP_CHUNK, .layer = "SCTP", .numbers = {length}});
            return;
        }
        bool begins = (type == CHUNK_DATA || type == CHUNK_I_DATA) && flags & FLAG_BEGINS;
        struct octets head = packet; /* classified even if the data is cut */
        octets_skip(&head, type == CHUNK_DATA ? 8 : 12);
        uint32_t ppid = octets_u32(&head);
        if (begins && !head.bad) {
            tally_count(&peel->at, sctp_payload_class(ppid));
            counted = true;
        }
        octets_skip(&packet, length - 4u);
        size_t padding = (4u - length % 4u) % 4u;
        octets_skip(&packet, padding < packet.left ? padding : packet.left);
    }
    if (packet.bad)
        tally_short(&peel->at, "SCTP", false, NULL);
    else if (!counted)
        tally_count(&peel->at, DAPS_FRAMING_SCTP_OTHER);
}
