/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that begin like one before. A gNB that writes PDCP PDUs over UDP puts the same octets in front of all PDUs
 * of one bearer, but for four fields of two octets. What they said once they say again, so such a record is not taken
 * apart:
 *
 *     link | IPv4: .. | 2 total length | 4 identification | 6 .. | 10 checksum | 12 .. 20 |
 *            UDP: source, destination port | 4 length | 6 checksum | "pdcp-nr" or "pdcp-lte" | context | PDU
 *
 * The lengths must be those of the record; of the two checksums and the identification nothing depends.
 */
#include <string.h>

#include "framing/peel.h"

enum {
    IPV4 = 20,
    UDP = 8,
    PROTOCOL_UDP = 17,
    NAME = sizeof "pdcp-nr" - 1, /* the shorter one */
    CONTEXT = 4,                 /* the reader of a context looks at so many octets, whatever they are */
    NO_IP = -1,
};

/* Where IPv4 begins behind a link layer of one fixed length, and of one kind. */
static int ip_at(int linktype)
{
    switch (linktype) {
    case 1: /* Ethernet */
        return 14;
    case 113: /* Linux cooked */
        return 16;
    case 101:
    case 228:
        return 0;
    default:
        return NO_IP;
    }
}

static uint16_t number_at(const uint8_t *octets)
{
    return (uint16_t)(octets[0] << 8 | octets[1]);
}

/* Do the lengths say that packet and datagram are the whole record, and that nothing of it is missing? */
static bool is_whole(const struct daps_record *record, size_t ip)
{
    const size_t total = number_at(record->data + ip + 2), datagram = number_at(record->data + ip + IPV4 + 4);

    return record->caplen == record->len && total == record->caplen - ip && datagram + IPV4 == total &&
           !record->user_plane;
}

/* UEs, bearers and directions differ in some of the first octets of the context. */
static struct head_memory *place_of(struct framing *framing, const uint8_t *context)
{
    const unsigned spread = context[4] * 7U + context[8] * 5U + context[11];

    return &framing->heads[spread % HEADS];
}

bool head_again(struct framing *framing, const struct daps_record *record)
{
    const int at = ip_at(record->linktype);
    const size_t ip = (size_t)at, context = ip + IPV4 + UDP + NAME;
    const uint8_t *octets = record->data;
    struct head_memory *head;

    if (at == NO_IP || record->caplen < context + 12)
        return false;
    head = place_of(framing, octets + context);
    if (head->linktype != record->linktype || head->length == 0 || head->length >= record->caplen ||
        !is_whole(record, ip) || memcmp(octets, head->octets, ip + 2) != 0 ||
        memcmp(octets + ip + 6, head->octets + ip + 6, 4) != 0 ||
        memcmp(octets + ip + 12, head->octets + ip + 12, IPV4 + 4 - 12) != 0 ||
        memcmp(octets + ip + IPV4 + UDP, head->octets + ip + IPV4 + UDP, head->length - (ip + IPV4 + UDP)) != 0)
        return false;
    head->pdu.frame = record->frame;
    head->pdu.time_ns = record->time_ns;
    head->pdu.octets = octets + head->length;
    head->pdu.length = record->caplen - head->length;
    framing->pdu(framing->user, &head->pdu);
    return true;
}

/* Is there nothing in front of the PDU but what is drawn above? */
static bool is_plain(const struct daps_record *record, size_t ip)
{
    const uint8_t *octets = record->data;

    return is_whole(record, ip) && (ip == 0 || number_at(octets + ip - 2) == ETHERTYPE_IPV4) && octets[ip] == 0x45 &&
           octets[ip + 9] == PROTOCOL_UDP && (number_at(octets + ip + 6) & 0x3fff) == 0 &&
           memcmp(octets + ip + IPV4 + UDP, "pdcp-", 5) == 0;
}

void head_remember(const struct peel *peel, const struct daps_pdu *pdu)
{
    const struct daps_record *record = peel->record;
    const int at = record != NULL ? ip_at(record->linktype) : NO_IP;
    const size_t ip = (size_t)at, context = ip + IPV4 + UDP + NAME;
    struct head_memory *head;
    size_t length;

    if (at == NO_IP || record->caplen < context + 12 || pdu->octets < record->data || !is_plain(record, ip) ||
        pdu->octets + pdu->length != record->data + record->caplen)
        return;
    length = (size_t)(pdu->octets - record->data);
    if (length < context + CONTEXT || length > HEAD_MAX)
        return;
    head = place_of(peel->framing, record->data + context);
    memcpy(head->octets, record->data, length);
    head->length = length;
    head->linktype = record->linktype;
    head->pdu = *pdu;
}
