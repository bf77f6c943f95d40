/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a PDU below RRC is: names to identity/, and the CCCH messages that tell more than a name. */
#include "bytes/digest.h"
#include "inside.h"

static uint64_t mix(const struct daps_endpoint *endpoint)
{
    const uint64_t mixed = (endpoint->high * 0x9e3779b97f4a7c15U ^ endpoint->low) * 0xff51afd7ed558ccdU;

    return mixed != 0 ? mixed : 1;
}

/* A PDU of PDCP that no framing names is of the UE whose RRC goes between the same ends, as a phone's log has them. */
static void name_by_ends(const struct daps_pdu *of, struct identity_name *name)
{
    if (of->layer != DAPS_LAYER_PDCP || name->has_ue_id || name->has_rnti || name->of_log)
        return;
    name->of_log = true;
    name->log_key = of->ends.known ? daps_ends_key(&of->ends, true) : 0;
}

struct identity_name radio_name(const struct way *way)
{
    const struct daps_names *names = &way->of->names;
    const struct daps_ends *ends = &way->of->ends;
    struct identity_name name = {.has_ue_id = names->has_ue_id,
                                 .has_rnti = names->has_rnti,
                                 .ue_id = names->ue_id,
                                 .rnti = names->rnti,
                                 .of_log = names->of_log,
                                 .log_key = names->log_key};

    if (ends->known)
        name.writer = (struct identity_writer){
            .address = mix(&ends->source), .peer = mix(&ends->destination), .port = ends->source.port};
    name_by_ends(way->of, &name);
    return name;
}

struct identity_link *radio_whose(struct way *way, const struct identity_name *name)
{
    return identity_find(way->side->identity, name, way->at.frame, way->at.time_ns);
}

/* The one event of octets on that channel, NULL if it cannot be read or says nothing. */
static const struct daps_event *read_event(struct way *way, enum daps_channel channel, struct octets pdu)
{
    struct daps_rrc_result *trial = way->radio->trial;

    if (pdu.bad || way->at.cut || daps_rrc_decode(way->of->rat, channel, pdu.at, pdu.left, trial) != DAPS_RRC_OK ||
        trial->n_events != 1)
        return NULL;
    return &trial->events[0];
}

void radio_common(struct way *way, const char *layer, struct identity_link *link, enum daps_channel channel,
                  struct octets pdu)
{
    const uint64_t digest = pdu.bad ? 0 : daps_digest(pdu.at, pdu.left);
    const uint64_t msg3 = !way->of->downlink && pdu.left >= IDENTITY_MSG3_OCTETS ? identity_msg3_id(pdu.at) : 0;
    const uint64_t ue_key = identity_common(way->side->identity, link, read_event(way, channel, pdu), digest, msg3);

    radio_deliver_ccch(way, layer, ue_key, channel, pdu);
}

enum daps_channel radio_ccch(const struct daps_pdu *of, struct octets pdu)
{
    if (of->downlink)
        return DAPS_CH_DL_CCCH;
    return pdu.left == 8 && of->rat == DAPS_RAT_NR ? DAPS_CH_UL_CCCH1 : DAPS_CH_UL_CCCH;
}

uint64_t radio_answered(struct way *way, uint64_t ue_key, struct octets pdu)
{
    enum { HEADER = 2, MAC_I = 4 };
    const struct daps_event *ev;

    if (!way->side->row->reestablishes_srb || !identity_is_claimed(way->side->identity) || pdu.left < HEADER + MAC_I)
        return ue_key;
    octets_skip(&pdu, HEADER);
    octets_trim(&pdu, pdu.left - MAC_I);
    ev = read_event(way, DAPS_CH_DL_DCCH, pdu);
    if (ev == NULL || ev->kind != DAPS_EV_REESTABLISHMENT) /* goes unciphered (TS 38.331 5.3.7.5) */
        return ue_key;
    return identity_answered(way->side->identity);
}
