/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC of NR as Wireshark's framing carries it (packet-mac-nr.h), and what is inside (TS 38.321 6.1.2, 6.2.1).
 *
 *     "mac-nr" (UDP only) | u8 radio type | u8 direction: 0 UL, 1 DL | u8 RNTI type | tags | 01 | MAC PDU
 *     tags    02 RNTI u16 | 03 UEId u16 | 04 frame, subframe u16 | 05 PHR u8 | 06 HARQ u8 | 07 frame u16, slot u16
 */
#include "framing/peel.h"

enum { RNTI_TYPE_C = 3, TAG_PAYLOAD = 1 };

static const char layer[] = "MAC-NR";

static uint8_t tag_size(uint8_t tag)
{
    switch (tag) {
    case 0x05:
    case 0x06:
        return 1;
    case 0x02:
    case 0x03:
    case 0x04:
        return 2;
    case 0x07:
        return 4;
    default:
        return 0; /* a tag without a known size cannot be stepped over */
    }
}

/* Reads up to the payload tag; false if an unknown tag, or the end, comes first. */
static bool read_tags(struct octets *payload, struct mac_context *context)
{
    while (!payload->bad) {
        uint8_t tag = octets_u8(payload);
        if (tag == TAG_PAYLOAD)
            return !payload->bad;
        uint8_t size = tag_size(tag);
        if (!size)
            return false;
        struct octets value = octets_take(payload, size);
        if (tag == 0x02) {
            context->name.rnti = octets_u16(&value);
            context->name.has_rnti = true;
        } else if (tag == 0x03) {
            context->name.ue_id = octets_u16(&value);
            context->name.has_ue_id = true;
        }
    }
    return false;
}

static void sub_pdu(struct peel *peel, const struct mac_context *mac, struct identity_link *link,
                    const struct mac_subpdu *sub)
{
    switch (sub->kind) {
    case MAC_CHANNEL:
        identity_dedicated(peel->framing->identity, link);
        peel_rlc_channel(peel, link, mac->downlink, sub->lcid, sub->contents);
        break;
    case MAC_CCCH:
        peel_common(peel, layer, link, mac->downlink ? DAPS_CH_DL_CCCH : DAPS_CH_UL_CCCH, sub->contents);
        break;
    case MAC_CCCH1:
        peel_common(peel, layer, link, DAPS_CH_UL_CCCH1, sub->contents);
        break;
    case MAC_C_RNTI:
    case MAC_OTHER:
        break;
    }
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

static struct summary look_through(struct mac_context *mac, struct octets pdu)
{
    struct summary summary = {.good = 0};
    struct mac_subpdu sub;
    while (!summary.bad && mac_subpdu_next(&pdu, mac->downlink, &sub)) {
        summary.bad = pdu.bad;
        if (summary.bad)
            break;
        summary.good++;
        summary.common += sub.kind == MAC_CCCH || sub.kind == MAC_CCCH1;
        /* Msg3 of a handover goes over a temporary C-RNTI and names the real one in a CE (TS 38.321 5.1.5). */
        if (sub.kind == MAC_C_RNTI) {
            mac->name.rnti = octets_u16(&sub.contents);
            mac->name.has_rnti = mac->name.in_mac_ce = true;
        }
    }
    mac->name.first_access = summary.common == 1;
    return summary;
}

static bool is_signalling(const struct peel *peel, const struct identity_link *link, const struct mac_subpdu *sub)
{
    if (sub->kind == MAC_CHANNEL)
        return radio_ue(peel->framing->radio, link->ue_key)->channels[sub->lcid].srb;
    return sub->kind == MAC_CCCH || sub->kind == MAC_CCCH1;
}

/* The capture has not all octets of sub, or none of what is behind the last good one. */
static void report_cut(struct peel *peel, const struct mac_context *mac, struct identity_link *link,
                       const struct mac_subpdu *sub)
{
    const bool last = !sub->headless && sub->length >= sub->contents.left + peel->missing;

    if (sub->ended)
        sub_pdu(peel, mac, link, sub); /* what there is of it: a status PDU of RLC is no message */
    if (!last && !(sub->ended && is_signalling(peel, link, sub)))
        peel_problem(peel, DAPS_FRAMING_CUT, layer, "cut by the snap length, signalling may be behind it", true,
                     &link->ue_key, "%zu octets are missing", peel->missing);
}

/*
 * In the uplink CEs come last (TS 38.321 6.1.2), so that nothing is lost behind a bad one; in the downlink first. With
 * a reserved bit in it this never was a subheader: random access responses are logged under C-RNTIs, too.
 */
static void report_bad(struct peel *peel, const struct mac_context *mac, const struct identity_link *link,
                       const struct mac_subpdu *sub)
{
    peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "a subPDU runs past the end",
                 !sub->reserved && (is_signalling(peel, link, sub) || (mac->downlink && sub->kind == MAC_OTHER)),
                 &link->ue_key, "LCID %u", sub->lcid);
}

/* What is no MAC PDU of a UE: said, if it is not for another reader to count. */
static bool is_foreign(struct peel *peel, const struct summary *summary, struct octets pdu, bool downlink)
{
    struct mac_subpdu first;
    if (!peel->cut && is_blank(pdu)) {
        peel_count(peel, DAPS_FRAMING_BLANK);
        return true;
    }
    /* A UE has one thing to say before it has a context (TS 38.321 5.1.3). */
    const bool talkative = summary->common > 1;
    const bool response = !summary->good && mac_subpdu_next(&pdu, downlink, &first) && first.reserved;
    if (talkative || response)
        peel_problem(peel, DAPS_FRAMING_MALFORMED, layer,
                     talkative ? "more than one CCCH message in one PDU" : "a reserved bit is set, and no subPDU fits",
                     false, NULL, NULL);
    return talkative || response;
}

static void transport_block(struct peel *peel, struct mac_context *mac, struct octets pdu)
{
    const bool cut = peel->cut;
    const struct summary summary = look_through(mac, pdu);
    if (is_foreign(peel, &summary, pdu, mac->downlink))
        return;
    struct identity_link *link = peel_identify(peel, &mac->name);
    struct mac_subpdu sub;
    peel->cut = false;
    for (unsigned i = 0; i < summary.good && mac_subpdu_next(&pdu, mac->downlink, &sub); i++)
        sub_pdu(peel, mac, link, &sub);
    peel->cut = cut;
    (void)mac_subpdu_next(&pdu, mac->downlink, &sub);
    if (cut && !sub.padding)
        report_cut(peel, mac, link, &sub);
    else if (summary.bad)
        report_bad(peel, mac, link, &sub);
}

void peel_mac_pdu(struct peel *peel, struct mac_context *mac, struct octets pdu)
{
    peel_count(peel, DAPS_FRAMING_MAC_NR);
    /* Broadcast, paging and random access responses are nobody's. */
    if (mac->rnti_type == RNTI_TYPE_C)
        transport_block(peel, mac, pdu);
}

/* The context and PDU behind the name. log_key: of a log that is about one UE, else NULL. */
void peel_mac_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key)
{
    struct mac_context mac = {.name = identity_name_of(log_key)};
    peel->radio = true;
    octets_skip(&payload, 1);
    mac.downlink = octets_u8(&payload) == 1;
    mac.rnti_type = octets_u8(&payload);
    if (!read_tags(&payload, &mac)) {
        peel_no_context(peel, layer, &payload);
        return;
    }
    peel_mac_pdu(peel, &mac, payload);
}

void peel_mac_nr(struct peel *peel, struct octets payload)
{
    peel_mac_nr_in(peel, payload, NULL);
}
