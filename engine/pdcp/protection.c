/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PDU against one key (TS 38.323 5.8, 5.9): MAC-I over header and plain data, then data and MAC-I ciphered.
 *
 *     header | [SDAP] | data | MAC-I          header and SDAP in clear
 */
#include <string.h>

#include "pdcp/header.h"
#include "pdcp/pdcp.h"

bool pdcp_verify(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                 const struct pdcp_attempted *how)
{
    const struct daps_tuple tuple = {
        .count = how->count, .bearer = (uint8_t)(pdu->bearer - 1), .direction = pdu->downlink};
    const size_t header = pdcp_header_octets(pdu->sn_bits); /* SRBs only: DRB contents are not read */
    uint8_t mac[DAPS_MAC_OCTETS] = {0};

    if (pdu->length < header + DAPS_MAC_OCTETS || pdu->length > DAPS_PDCP_MOST_OCTETS)
        return false;
    memcpy(pdcp->open, pdu->octets, pdu->length);
    if (how->ciphered && context->nea > 0 &&
        !daps_nea(pdcp->ciphers, (unsigned)context->nea, context->keys[PDCP_RRC_ENC], &tuple, pdcp->open + header,
                  pdcp->open + header, pdu->length - header))
        return false;
    if (context->nia > 0 && !daps_nia(pdcp->ciphers, (unsigned)context->nia, context->keys[PDCP_RRC_INT], &tuple,
                                      pdcp->open, 8 * (uint64_t)(pdu->length - DAPS_MAC_OCTETS), mac))
        return false;
    /* NIA0: the MAC-I is zero (TS 33.501 D.1), which is a check as well. */
    return memcmp(mac, pdcp->open + pdu->length - DAPS_MAC_OCTETS, DAPS_MAC_OCTETS) == 0;
}
