/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDUs that somebody else unwrapped, put on their way where that one left off. */
#include "framing/peel.h"

static struct endpoint endpoint_of(const struct daps_framing_endpoint *from)
{
    struct octets address = octets_of(from->address, sizeof from->address);
    struct endpoint to = {.port = from->port};

    to.high = octets_u64(&address);
    to.low = octets_u64(&address);
    return to;
}

static struct peel start(struct daps_framing *framing, const struct daps_framing_place *place)
{
    framing->frame = place->frame;
    framing->counts.frames++;
    return (struct peel){.framing = framing,
                         .frame = place->frame,
                         .time_ns = place->time_ns,
                         .cut = place->missing > 0,
                         .missing = place->missing,
                         .user_plane = place->user_plane,
                         .addressed = place->addressed,
                         .source = endpoint_of(&place->source),
                         .destination = endpoint_of(&place->destination)};
}

static struct identity_name name_of(const struct daps_framing_name *name)
{
    return (struct identity_name){
        .has_ue_id = name->has_ue_id, .has_rnti = name->has_rnti, .ue_id = name->ue_id, .rnti = name->rnti};
}

void daps_framing_take_rrc(struct daps_framing *framing, const struct daps_framing_place *place,
                           enum daps_channel channel, const uint8_t *octets, size_t length)
{
    struct peel peel = start(framing, place);
    struct pdu_context context = {.channel = channel, .cell = NO_CELL};

    if (peel.addressed)
        context.ue_key = peel_pair_key(&peel.source, &peel.destination, true);
    peel_deliver(&peel, "NR RRC", &context, octets_of(octets, length));
}

void daps_framing_take_mac(struct daps_framing *framing, const struct daps_framing_place *place,
                           const struct daps_framing_mac *mac, const uint8_t *octets, size_t length)
{
    struct peel peel = start(framing, place);
    struct mac_context context = {.downlink = mac->downlink, .rnti_type = mac->rnti_type, .name = name_of(&mac->name)};

    peel_mac_pdu(&peel, &context, octets_of(octets, length));
}

void daps_framing_take_rlc(struct daps_framing *framing, const struct daps_framing_place *place,
                           const struct daps_framing_rlc *rlc, const uint8_t *octets, size_t length)
{
    struct peel peel = start(framing, place);
    const struct rlc_context context = {.mode = rlc->mode,
                                        .sn_bits = rlc->sn_bits,
                                        .bearer_type = rlc->bearer_type,
                                        .bearer = rlc->bearer,
                                        .downlink = rlc->downlink,
                                        .name = name_of(&rlc->name)};

    peel_rlc_pdu(&peel, &context, octets_of(octets, length));
}

void daps_framing_take_pdcp(struct daps_framing *framing, const struct daps_framing_place *place,
                            const struct daps_framing_pdcp *pdcp, const uint8_t *octets, size_t length)
{
    struct peel peel = start(framing, place);
    const struct pdcp_context context = {.plane = pdcp->signalling ? 1 : 2,
                                         .sn_bits = pdcp->sn_bits,
                                         .bearer_type = pdcp->bearer_type,
                                         .bearer = pdcp->bearer,
                                         .sdap = (uint8_t)(pdcp->sdap_ul | pdcp->sdap_dl << 1),
                                         .downlink = pdcp->downlink,
                                         .ciphering_off = pdcp->ciphering_off,
                                         .name = name_of(&pdcp->name)};

    peel_pdcp_pdu(&peel, &context, octets_of(octets, length));
}

void daps_framing_take_udp(struct daps_framing *framing, const struct daps_framing_place *place, const uint8_t *octets,
                           size_t length)
{
    struct peel peel = start(framing, place);

    peel_udp(&peel, octets_of(octets, length));
    peel_run(&peel);
}
