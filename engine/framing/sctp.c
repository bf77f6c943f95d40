/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP: which application protocol its data chunks carry. Specified in RFC 9260 3 and RFC 8260 2.1, payload protocol
 * identifiers by IANA and the transport specifications of each interface (TS 38.412 7, 38.422 7, 38.472 7, ...).
 *
 *     common header of 12 octets, then chunks, each padded to 4 octets:
 *         u8 type | u8 flags (2: begins a message, 1: ends it) | u16 length with header | value
 *     DATA:    u32 TSN | u16 stream | u16 sequence number | u32 PPID | data
 *     I-DATA:  u32 TSN | u16 stream | u16 0 | u32 message identifier | u32 PPID, where a message begins | data
 *
 * PDUs of S1AP and X2AP are handed over; of the others those that begin what nobody follows are said.
 */
#include <glib.h>
#include <string.h>

#include "framing/peel.h"

enum { CHUNK_DATA = 0, CHUNK_I_DATA = 64, FLAG_ENDS = 1, FLAG_BEGINS = 2 };

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
    {DAPS_FRAMING_NGAP, {12, 13, 25, 255, 255}}, /* TS 38.413: preparation, resource allocation, path switch */
    {DAPS_FRAMING_S1AP, {0, 1, 3, 255, 255}},    /* TS 36.413: the same */
    {DAPS_FRAMING_XNAP, {0, 3, 7, 255, 255}},  /* TS 38.423: preparation, retrieval of a context, addition of a node */
    {DAPS_FRAMING_X2AP, {0, 19, 26, 27, 255}}, /* TS 36.423: the same */
    {DAPS_FRAMING_F1AP,
     {5, 7, 11, 12, 13}}, /* TS 38.473: UE context setup, modification; initial, DL, UL RRC transfer */
};

bool peel_ap_is_read(enum daps_framing_class class)
{
    return class == DAPS_FRAMING_S1AP || class == DAPS_FRAMING_X2AP;
}

/* Says that a PDU carries what nobody follows, if it does; its first octets tell. */
static void say_unfollowed(struct peel *peel, enum daps_framing_class class, struct octets pdu)
{
    const uint8_t choice = octets_u8(&pdu), procedure = octets_u8(&pdu);

    if (pdu.bad || choice != 0) /* CHOICE { initiatingMessage, ... } in aligned PER, then procedureCode */
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(carrying); i++)
        if (carrying[i].class == class && procedure != 255 &&
            memchr(carrying[i].procedures, procedure, sizeof carrying[i].procedures) != NULL)
            tally_unfollowed(&peel->at);
}

/* Hands a whole PDU over to whoever reads that protocol. numbered: it is no copy of one before. */
static void hand_over(struct peel *peel, enum daps_framing_class class, struct octets pdu, bool numbered)
{
    const struct daps_pdu out = {.frame = peel->at.frame,
                                 .time_ns = peel->at.time_ns,
                                 .layer = DAPS_LAYER_AP,
                                 .rat = DAPS_RAT_LTE,
                                 .octets = pdu.at,
                                 .length = pdu.left,
                                 .ends = peel->ends,
                                 .logged_cell = NO_CELL,
                                 .x2 = class == DAPS_FRAMING_X2AP,
                                 .numbered = numbered};

    peel->framing->pdu(peel->framing->user, &out);
}

void peel_ap(struct peel *peel, enum daps_framing_class class, struct octets pdu)
{
    tally_count(&peel->at, class);
    if (peel_ap_is_read(class) && !peel->at.cut && !peel->at.user_plane)
        hand_over(peel, class, pdu, false);
    else
        say_unfollowed(peel, class, pdu);
}

/* One chunk with data, its value from the TSN on. */
struct chunk {
    bool begins, ends, interleaved;
    uint32_t tsn, ppid;
    struct octets data;
    bool cut; /* before the end of the chunk */
};

static void lose(struct peel *peel, uint64_t frame)
{
    struct tally_place place = peel->at;

    place.frame = frame;
    if (frame != 0)
        tally_unfollowed(&place);
}

static struct sctp_messages *messages_of(const struct peel *peel)
{
    struct framing *framing = peel->framing;

    if (framing->sctp == NULL)
        framing->sctp = sctp_messages_new();
    return framing->sctp;
}

/* A chunk of a protocol that is read: whole, a part of a message, or one that was captured before. */
static void take_chunk(struct peel *peel, enum daps_framing_class class, const struct chunk *chunk, uint64_t flow)
{
    const struct sctp_piece piece = {flow, peel->at.frame, chunk->tsn, chunk->begins, chunk->ends, chunk->data};
    const bool whole = chunk->begins && chunk->ends;
    struct octets message = chunk->data;
    uint64_t lost = 0;

    if (chunk->cut || (chunk->interleaved && !whole)) { /* RFC 8260: TSNs of a message need not follow one another */
        if (chunk->begins)
            say_unfollowed(peel, class, chunk->data);
        return;
    }
    if (!sctp_is_new(messages_of(peel), flow, peel->at.frame, chunk->tsn))
        return;
    if (whole || sctp_join(messages_of(peel), &piece, &message, &lost))
        hand_over(peel, class, message, true);
    lose(peel, lost);
}

static struct chunk read_chunk(uint8_t type, uint8_t flags, struct octets *packet, size_t length)
{
    struct chunk chunk = {
        .begins = flags & FLAG_BEGINS, .ends = flags & FLAG_ENDS, .interleaved = type == CHUNK_I_DATA};

    chunk.data = *packet; /* classified even if the data is cut */
    chunk.cut = length > packet->left;
    octets_trim(&chunk.data, length);
    chunk.tsn = octets_u32(&chunk.data);
    octets_skip(&chunk.data, type == CHUNK_DATA ? 4 : 8);
    chunk.ppid = octets_u32(&chunk.data);
    return chunk;
}

void sctp_finish(struct peel *peel)
{
    uint64_t frame;

    while (peel->framing->sctp != NULL && (frame = sctp_unjoined(peel->framing->sctp)) != 0)
        lose(peel, frame);
}

/* True: what it carries has been counted. */
static bool take_data(struct peel *peel, const struct chunk *chunk, uint64_t flow)
{
    const enum daps_framing_class class = sctp_payload_class(chunk->ppid);

    if (chunk->data.bad)
        return false;
    if (chunk->begins)
        tally_count(&peel->at, class);
    if (peel_ap_is_read(class) && !peel->at.user_plane)
        take_chunk(peel, class, chunk, flow);
    else if (chunk->begins)
        say_unfollowed(peel, class, chunk->data);
    return chunk->begins;
}

void peel_sctp(struct peel *peel, struct octets packet)
{
    bool counted = false;
    uint64_t flow;
    peel->ends.source.port = octets_u16(&packet);
    peel->ends.destination.port = octets_u16(&packet);
    flow = sctp_flow_key(&peel->ends, octets_u32(&packet));
    octets_skip(&packet, 4);
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
        if (type == CHUNK_DATA || type == CHUNK_I_DATA) {
            const struct chunk chunk = read_chunk(type, flags, &packet, length - 4u);
            counted |= take_data(peel, &chunk, flow);
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
