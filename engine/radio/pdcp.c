/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDCP PDUs that a capture holds by themselves: whose they are, and what their framing leaves open. */
#include <string.h>

#include "daps/short_way.h"
#include "inside.h"

/* Equal octets, whatever is between the members, are equal names; others are looked at. */
static bool is_named_as_last(const struct way *way)
{
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    return memcmp(&way->side->last.ends, &way->of->ends, sizeof way->of->ends) == 0 &&
           /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
           memcmp(&way->side->last.names, &way->of->names, sizeof way->of->names) == 0;
}

static struct identity_link *find(struct way *way, bool common)
{
    struct radio_side *side = way->side;
    struct identity_link *link = NULL;
    struct identity_name name;

    if (DAPS_SHORT_WAY(side->last.mark != 0 && !common && is_named_as_last(way)))
        link = identity_again(side->identity, side->last.mark, way->at.frame, way->at.time_ns);
    if (link != NULL)
        return link;
    name = radio_name(way);
    name.first_access = common;
    link = radio_whose(way, &name);
    side->last.mark = common ? 0 : identity_mark(side->identity);
    side->last.ends = way->of->ends;
    side->last.names = way->of->names;
    return link;
}

void radio_pdcp(struct way *way, struct octets pdu)
{
    const struct daps_pdu *of = way->of;
    const bool common = of->channel == DAPS_CH_UL_CCCH || of->channel == DAPS_CH_DL_CCCH;
    struct identity_link *link;
    struct daps_pdu out = *of;

    tally_count(&way->at, way->side->row->pdcp_class);
    link = find(way, common);
    if (common) {
        radio_common(way, way->side->row->pdcp, link, radio_ccch(of, pdu), pdu);
        return;
    }
    identity_dedicated(way->side->identity, link);
    if (of->channel != DAPS_CH_NONE) /* broadcast, paging */
        return;
    out.ue_key = of->srb && of->downlink ? radio_answered(way, link->ue_key, pdu) : link->ue_key;
    out.leg = link->leg;
    if (of->srb) {
        out.sn_bits = bearers_srb_sn_bits(way->side->bearers, out.ue_key, of->rat, of->bearer);
        out.sdap_octets = 0;
        out.ciphering_off = false;
    }
    radio_deliver_pdcp(way, way->side->row->pdcp, &out, pdu);
}
