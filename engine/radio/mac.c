/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC PDUs: what all their subPDUs say, and each where it belongs (TS 38.321 5.13, 6.1.2, 6.2.1; TS 36.321 5.11, 6.1.2,
 * 6.2.1).
 */
#include "inside.h"

enum { RNTI_TYPE_RA = 2, RNTI_TYPE_C = 3 };

static void sub_pdu(struct way *way, struct identity_link *link, const struct mac_subpdu *sub)
{
    switch (sub->kind) {
    case MAC_CHANNEL:
        identity_dedicated(way->side->identity, link);
        radio_channel(way, link, way->of->downlink, sub->lcid, sub->contents);
        break;
    case MAC_CCCH:
        radio_common(way, way->side->row->mac, link, way->of->downlink ? DAPS_CH_DL_CCCH : DAPS_CH_UL_CCCH,
                     sub->contents);
        break;
    case MAC_CCCH1:
        radio_common(way, way->side->row->mac, link, DAPS_CH_UL_CCCH1, sub->contents);
        break;
    case MAC_CONTENTION:
        if (sub->contents.left >= IDENTITY_MSG3_OCTETS)
            identity_resolved(way->side->identity, link, identity_msg3_id(sub->contents.at));
        break;
    case MAC_C_RNTI:
    case MAC_OTHER:
        break;
    }
}

static struct mac_reader open_pdu(const struct way *way, struct octets pdu)
{
    struct mac_reader reader = {.downlink = way->of->downlink, .missing = way->at.missing};

    way->side->row->mac_open(&reader, pdu);
    return reader;
}

/* A block of nothing but zeros, as receivers log one they could not decode; its octets would pass for CCCH. */
static bool is_blank(struct octets pdu)
{
    for (size_t i = 0; i < pdu.left; i++) {
        if (pdu.at[i])
            return false;
    }
    return true;
}

/* What all subPDUs together say, as far as they are good: TS 38.321 5.13 drops a bad one and what is behind it. */
struct summary {
    unsigned good, common;
    bool bad;
};

/* name is completed. */
static struct summary look_through(const struct way *way, struct octets pdu, struct identity_name *name)
{
    struct summary summary = {.good = 0};
    struct mac_reader reader = open_pdu(way, pdu);
    struct mac_subpdu sub;
    while (!summary.bad && way->side->row->mac_next(&reader, &sub)) {
        summary.bad = sub.headless || sub.ended;
        if (summary.bad)
            break;
        summary.good++;
        summary.common += sub.kind == MAC_CCCH || sub.kind == MAC_CCCH1;
        /* Msg3 of a handover goes over a temporary C-RNTI and names the real one in a CE (TS 38.321, 36.321 5.1.5). */
        if (sub.kind == MAC_C_RNTI) {
            name->temporary = name->rnti;
            name->has_temporary = name->has_rnti;
            name->rnti = octets_u16(&sub.contents);
            name->has_rnti = name->in_mac_ce = true;
        }
    }
    name->first_access = summary.common == 1;
    return summary;
}

static bool is_signalling(const struct way *way, const struct identity_link *link, const struct mac_subpdu *sub)
{
    if (sub->kind == MAC_CHANNEL)
        return bearers_of(way->side->bearers, link->ue_key)->channels[sub->lcid].srb;
    return sub->kind == MAC_CCCH || sub->kind == MAC_CCCH1;
}

/* The capture has not all octets of sub, or none of what is behind the last good one. */
static void report_cut(struct way *way, struct identity_link *link, const struct mac_subpdu *sub)
{
    const bool last = !sub->headless && sub->length >= sub->contents.left + way->at.missing;

    if (sub->ended)
        sub_pdu(way, link, sub); /* what there is of it: a status PDU of RLC is no message */
    if (!last && !(sub->ended && is_signalling(way, link, sub)))
        tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_MAC_CUT,
                                                              .layer = way->side->row->mac,
                                                              .numbers = {way->at.missing},
                                                              .rrc_lost = true,
                                                              .ue_known = true,
                                                              .ue_key = link->ue_key});
}

/*
 * In the uplink CEs come last (TS 38.321 6.1.2), so that nothing is lost behind a bad one; in the downlink first. With
 * a reserved bit in it this never was a subheader: random access responses are logged under C-RNTIs, too.
 */
static void report_bad(struct way *way, const struct identity_link *link, const struct mac_subpdu *sub)
{
    tally_problem(&way->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_MAC_SUBPDU,
                                                          .layer = way->side->row->mac,
                                                          .numbers = {sub->lcid},
                                                          .rrc_lost = !sub->reserved &&
                                                                      (way->side->row->whole_or_nothing ||
                                                                       is_signalling(way, link, sub) ||
                                                                       (way->of->downlink && sub->kind == MAC_OTHER)),
                                                          .ue_known = true,
                                                          .ue_key = link->ue_key});
}

/* What is no MAC PDU of a UE: said, if it is not for another reader to count. */
static bool is_foreign(struct way *way, const struct summary *summary, struct octets pdu)
{
    struct mac_reader reader = open_pdu(way, pdu);
    struct mac_subpdu first;
    if (!way->at.cut && is_blank(pdu)) {
        tally_count(&way->at, DAPS_FRAMING_BLANK);
        return true;
    }
    /* A UE has one thing to say before it has a context (TS 38.321 5.1.3). */
    const bool talkative = summary->common > 1;
    const bool response = !summary->good && way->side->row->mac_next(&reader, &first) && first.reserved;
    if (talkative || response)
        tally_problem(&way->at, (struct daps_framing_problem){.what = talkative ? DAPS_PROBLEM_MAC_TALKATIVE
                                                                                : DAPS_PROBLEM_MAC_RESERVED,
                                                              .layer = way->side->row->mac});
    return talkative || response;
}

/* What is good of it goes on its way; then what is not is said. */
static void take_apart(struct way *way, struct identity_link *link, const struct summary *summary, struct octets pdu)
{
    const bool cut = way->at.cut;
    struct mac_reader reader = open_pdu(way, pdu);
    struct mac_subpdu sub;
    way->at.cut = false;
    for (unsigned i = 0; i < summary->good && way->side->row->mac_next(&reader, &sub); i++) {
        if (!way->side->row->whole_or_nothing || !summary->bad || cut)
            sub_pdu(way, link, &sub);
    }
    way->at.cut = cut;
    (void)way->side->row->mac_next(&reader, &sub);
    if (cut && !sub.padding)
        report_cut(way, link, &sub);
    else if (summary->bad)
        report_bad(way, link, &sub);
}

static void transport_block(struct way *way, struct octets pdu)
{
    struct identity_name name = radio_name(way);
    const struct summary summary = look_through(way, pdu, &name);
    if (!is_foreign(way, &summary, pdu))
        take_apart(way, radio_whose(way, &name), &summary, pdu);
}

void radio_mac(struct way *way, struct octets pdu)
{
    tally_count(&way->at, way->side->row->mac_class);
    /* Broadcast and paging are nobody's, random access responses nobody's yet. */
    if (way->of->rnti_type == RNTI_TYPE_C)
        transport_block(way, pdu);
    else if (way->of->rnti_type == RNTI_TYPE_RA && way->of->downlink)
        radio_responses(way, pdu);
}
