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
#include <glib.h>
#include <string.h>

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

/* What begins a procedure with a handover or RRC in it, by its number; 255: none. */
static const struct {
    enum daps_framing_class class;
    uint8_t procedures[5];
} carrying[] = {
    {DAPS_FRAMING_NGAP, {12, 13, 25, 255, 255}},  /* TS 38.413: preparation, resource allocation, path switch */
    {DAPS_FRAMING_S1AP, {0, 1, 3, 255, 255}},     /* TS 36.413: the same */
    {DAPS_FRAMING_XNAP, {0, 255, 255, 255, 255}}, /* TS 38.423 handoverPreparation */
    {DAPS_FRAMING_X2AP, {0, 255, 255, 255, 255}}, /* TS 36.423 handoverPreparation */
    {DAPS_FRAMING_F1AP,
     {5, 7, 11, 12, 13}}, /* TS 38.473: UE context setup, modification; initial, DL, UL RRC transfer */
};

void peel_ap(struct peel *peel, enum daps_framing_class class, struct octets pdu)
{
    const uint8_t choice = octets_u8(&pdu), procedure = octets_u8(&pdu);

    tally_count(&peel->at, class);
    if (pdu.bad || choice != 0) /* CHOICE { initiatingMessage, ... } in aligned PER, then procedureCode */
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(carrying); i++)
        if (carrying[i].class == class && procedure != 255 &&
            memchr(carrying[i].procedures, procedure, sizeof carrying[i].procedures) != NULL)
            tally_unfollowed(&peel->at);
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
            peel_ap(peel, sctp_payload_class(ppid), head);
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
