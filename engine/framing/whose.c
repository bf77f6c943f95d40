/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a PDU below RRC is: names to identity/, and the CCCH messages that tell more than a name. */
#include "bytes/digest.h"
#include "framing/peel.h"

static uint64_t mix(const struct endpoint *endpoint)
{
    const uint64_t mixed = (endpoint->high * 0x9e3779b97f4a7c15U ^ endpoint->low) * 0xff51afd7ed558ccdU;

    return mixed != 0 ? mixed : 1;
}

struct identity_link *peel_identify(struct peel *peel, const struct identity_name *name)
{
    struct identity_name whole = *name;

    if (peel->addressed)
        whole.writer = (struct identity_writer){
            .address = mix(&peel->source), .peer = mix(&peel->destination), .port = peel->source.port};
    return identity_find(peel->framing->identity, &whole, peel->frame, peel->time_ns);
}

/* The one event of octets on that channel, NULL if it cannot be read or says nothing. */
static const struct daps_event *read_event(struct peel *peel, enum daps_channel channel, struct octets pdu)
{
    struct daps_rrc_result *trial = peel->framing->trial;

    if (pdu.bad || peel->cut || daps_rrc_decode_nr(channel, pdu.at, pdu.left, trial) != DAPS_RRC_OK ||
        trial->n_events != 1)
        return NULL;
    return &trial->events[0];
}

void peel_common(struct peel *peel, const char *layer, struct identity_link *link, enum daps_channel channel,
                 struct octets pdu)
{
    struct pdu_context context = {.channel = channel, .cell = NO_CELL};
    const uint64_t digest = pdu.bad ? 0 : daps_digest(pdu.at, pdu.left);

    context.ue_key = identity_common(peel->framing->identity, link, read_event(peel, channel, pdu), digest);
    peel_deliver(peel, layer, &context, pdu);
}

enum daps_channel peel_ccch(bool downlink, struct octets pdu)
{
    if (downlink)
        return DAPS_CH_DL_CCCH;
    return pdu.left == 8 ? DAPS_CH_UL_CCCH1 : DAPS_CH_UL_CCCH;
}

uint64_t peel_answered(struct peel *peel, uint64_t ue_key, struct octets pdu)
{
    enum { HEADER = 2, MAC_I = 4 };
    const struct daps_event *ev;

    if (!identity_is_claimed(peel->framing->identity) || pdu.left < HEADER + MAC_I)
        return ue_key;
    octets_skip(&pdu, HEADER);
    octets_trim(&pdu, pdu.left - MAC_I);
    ev = read_event(peel, DAPS_CH_DL_DCCH, pdu);
    if (ev == NULL || ev->kind != DAPS_EV_REESTABLISHMENT) /* goes unciphered (TS 38.331 5.3.7.5) */
        return ue_key;
    return identity_answered(peel->framing->identity);
}
