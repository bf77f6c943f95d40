/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC PDUs of random access responses (TS 38.321 and TS 36.321 6.1.5, 6.2.2, 6.2.3).
 *
 *     E T RAPID(6)    T 1: a response for that preamble
 *     E T R R BI(4)   T 0: backoff indicator, no response
 *
 *     NR   R TA(12) grant(27) temporary C-RNTI(16)     7 octets, behind its subheader
 *     LTE  R TA(11) grant(20) temporary C-RNTI(16)     6 octets, all behind all subheaders
 *
 * A subheader of NR that only acknowledges a request for system information has no response behind it, which only SIB1
 * tells: what does not fit then is not believed.
 */
#include "inside.h"

enum { BIT_E = 0x80, BIT_T = 0x40, FIRST_C_RNTI = 0x0001, LAST_C_RNTI = 0xffef, MOST_RESPONSES = 64 };

struct responses {
    uint16_t rntis[MOST_RESPONSES];
    unsigned n;
};

static void read_response(const struct radio_row *row, struct octets *from, struct responses *responses)
{
    uint16_t rnti;

    octets_skip(from, row->rar_octets - 2u);
    rnti = octets_u16(from);
    if (!from->bad && responses->n < MOST_RESPONSES && rnti >= FIRST_C_RNTI && rnti <= LAST_C_RNTI)
        responses->rntis[responses->n++] = rnti;
}

/* False: it is not what it should be. */
static bool read_responses(const struct radio_row *row, struct octets pdu, struct responses *responses)
{
    unsigned behind = 0;
    uint8_t head;

    do {
        head = octets_u8(&pdu);
        if (!(head & BIT_T))
            continue;
        if (row->rars_behind)
            behind++;
        else
            read_response(row, &pdu, responses);
    } while (!pdu.bad && (head & BIT_E));
    while (!pdu.bad && behind-- > 0)
        read_response(row, &pdu, responses);
    return !pdu.bad;
}

void radio_responses(struct way *way, struct octets pdu)
{
    const struct identity_name writer = radio_name(way);
    struct responses responses = {.n = 0};

    if (way->at.cut || !read_responses(way->side->row, pdu, &responses))
        return;
    for (unsigned i = 0; i < responses.n; i++)
        identity_assigned(way->side->identity, &writer, responses.rntis[i], way->at.frame, way->at.time_ns);
}
