/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One bearer, one direction, one key: PDUs sent in clear while ciphering was on, and a COUNT close to its end. */
#include "pdcp/inside.h"

static void tell(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t count,
                 bool near_end)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_BEARER);
    ev.bearer = (struct daps_bearer_evidence){.context = context->serial,
                                              .near_end = near_end,
                                              .srb = pdu->srb,
                                              .bearer = (uint8_t)(pdu->bearer - 1),
                                              .direction = pdu->downlink,
                                              .ciphering = (uint8_t)MAX(context->nea, 0),
                                              .count = count,
                                              .verified = pdu->srb};
    pdcp_tell(pdcp, pdu, &ev);
}

void pdcp_note_unciphered(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                          uint32_t count)
{
    tell(pdcp, context, pdu, count, false);
}

/* Once for each entity: the first COUNT behind the line. */
void pdcp_note_near_end(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                        uint32_t count)
{
    struct pdcp_count *state;

    if (count < DAPS_COUNT_NEAR_END)
        return;
    state = pdcp_count_of(context, pdu);
    if (state->near_end_told)
        return;
    state->near_end_told = true;
    tell(pdcp, context, pdu, count, true);
}
