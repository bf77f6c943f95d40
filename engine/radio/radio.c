/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of one PDU below RRC, and what comes out of it. */
#include "radio/radio.h"

#include <glib.h>

#include "inside.h"

#define SN(bits) (UINT64_C(1) << (bits))

const struct radio_row radio_nr = {
    .mac = "MAC-NR",
    .rlc = "RLC-NR",
    .pdcp = "PDCP-NR",
    .mac_class = DAPS_FRAMING_MAC_NR,
    .rlc_class = DAPS_FRAMING_RLC_NR,
    .pdcp_class = DAPS_FRAMING_PDCP_NR,
    .srbs = 3,
    .srb_rlc_sn = 12,
    .am_sn = SN(12) | SN(18),
    .um_sn = SN(6) | SN(12),
    .pdcp_sn = SN(12) | SN(18),
    .rar_octets = 7,
    .reestablishes_srb = true,
    .mac_open = mac_nr_open,
    .mac_next = mac_nr_next,
    .rlc_pdu = rlc_nr_pdu,
};

const struct radio_row radio_lte = {
    .mac = "MAC-LTE",
    .rlc = "RLC-LTE",
    .pdcp = "PDCP-LTE",
    .mac_class = DAPS_FRAMING_MAC_LTE,
    .rlc_class = DAPS_FRAMING_RLC,
    .pdcp_class = DAPS_FRAMING_PDCP,
    .srbs = 2,
    .srb_rlc_sn = 10,
    .am_sn = SN(10) | SN(16),
    .um_sn = SN(5) | SN(10),
    .pdcp_sn = SN(5) | SN(7) | SN(12) | SN(15) | SN(18),
    .rar_octets = 6,
    .rars_behind = true,
    .whole_or_nothing = true,
    .mac_open = mac_lte_open,
    .mac_next = mac_lte_next,
    .rlc_pdu = rlc_lte_pdu,
};

struct radio *radio_new(struct tally *tally, const struct radio_sink *sink)
{
    struct radio *radio = g_new0(struct radio, 1);

    radio->tally = tally;
    radio->sink = *sink;
    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++) {
        struct radio_side *side = &radio->sides[rat];
        side->row = rat == DAPS_RAT_LTE ? &radio_lte : &radio_nr;
        side->bearers = bearers_new(side->row->srbs, side->row->srb_rlc_sn);
        side->identity =
            identity_new((enum daps_rat)rat, &(struct identity_sink){.user = sink->user, .join = sink->join});
    }
    radio->trial = g_new0(struct daps_rrc_result, 1);
    return radio;
}

void radio_free(struct radio *radio)
{
    if (radio == NULL)
        return;
    reassembly_free(radio->reassembly);
    rlc_lte_free(radio->rlc_lte);
    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++) {
        bearers_free(radio->sides[rat].bearers);
        identity_free(radio->sides[rat].identity);
    }
    g_free(radio->trial);
    g_free(radio);
}

void radio_take(struct radio *radio, const struct daps_pdu *pdu)
{
    const struct octets octets = octets_of(pdu->octets, pdu->length);
    struct way way = {.radio = radio,
                      .side = &radio->sides[pdu->rat],
                      .of = pdu,
                      .at = {.tally = radio->tally,
                             .frame = pdu->frame,
                             .time_ns = pdu->time_ns,
                             .cut = pdu->missing > 0,
                             .missing = pdu->missing,
                             .radio = true}};

    switch (pdu->layer) {
    case DAPS_LAYER_MAC:
        radio_mac(&way, octets);
        break;
    case DAPS_LAYER_RLC:
        radio_rlc(&way, octets);
        break;
    case DAPS_LAYER_PDCP:
        radio_pdcp(&way, octets);
        break;
    case DAPS_LAYER_RRC:
    case DAPS_LAYER_LOGGED:
    case DAPS_LAYER_AP:
        break;
    }
}

/* Most messages say nothing of bearers or names. */
static bool teaches(const struct daps_rrc_result *result)
{
    bool of_use = result->n_rlc > 0;

    for (uint32_t i = 0; i < result->n_events; i++)
        of_use |= identity_is_of_use(&result->events[i]);
    return of_use;
}

void radio_learn(struct radio *radio, enum daps_rat rat, uint64_t ue_key, const struct daps_rrc_result *result)
{
    if (!teaches(result))
        return;
    bearers_learn(radio->sides[rat].bearers, ue_key, result);
    identity_learn(radio->sides[rat].identity, ue_key, result->events, result->n_events);
}

void radio_assume(struct radio *radio, const struct daps_framing_drb *drb)
{
    bearers_assume(radio->sides[drb->rat].bearers, drb);
}

void radio_finish(struct radio *radio)
{
    struct way way = {.radio = radio,
                      .at = {.tally = radio->tally, .frame = radio->tally->frame, .time_ns = INT64_MIN, .radio = true}};

    if (radio->reassembly != NULL)
        reassembly_finish(radio->reassembly, &way);
    if (radio->rlc_lte != NULL)
        rlc_lte_finish(radio->rlc_lte, &way);
    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++)
        identity_finish(radio->sides[rat].identity);
}

uint64_t radio_evicted(const struct radio *radio)
{
    uint64_t evicted = 0;

    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++)
        evicted += identity_evicted(radio->sides[rat].identity) + bearers_evicted(radio->sides[rat].bearers);
    return evicted;
}

/* As the PDU at hand came, with other octets. */
static void hand_over(const struct way *way, struct daps_pdu *out, struct octets octets)
{
    out->frame = way->at.frame;
    out->time_ns = way->at.time_ns;
    out->rat = way->of->rat;
    out->ends = way->of->ends;
    out->names = way->of->names;
    out->octets = octets.at;
    out->length = octets.left;
    out->missing = 0;
    way->radio->sink.pdu(way->radio->sink.user, out);
}

void radio_deliver_ccch(struct way *way, const char *layer, uint64_t ue_key, enum daps_channel channel,
                        struct octets pdu)
{
    struct daps_pdu out = {.layer = DAPS_LAYER_RRC,
                           .ue_key = ue_key,
                           .channel = channel,
                           .logged_cell = {.pci = -1, .ssb_arfcn = -1},
                           .air = true};

    if (tally_rrc(&way->at, layer, way->of->rat, ue_key, pdu))
        hand_over(way, &out, pdu);
}

void radio_deliver_pdcp(struct way *way, const char *layer, struct daps_pdu *out, struct octets pdu)
{
    if (pdu.bad || way->at.cut) {
        tally_problem(&way->at, (struct daps_framing_problem){.what = way->at.cut ? DAPS_PROBLEM_PDCP_CUT
                                                                                  : DAPS_PROBLEM_PDCP_SHORT,
                                                              .layer = layer,
                                                              .rrc_lost = out->srb,
                                                              .ue_known = true,
                                                              .ue_key = out->ue_key});
        return;
    }
    if (!pdu.left)
        return;
    if (!out->bearer || out->sn_bits >= 64 || (way->side->row->pdcp_sn >> out->sn_bits & 1) == 0)
        tally_count(&way->at, DAPS_FRAMING_BEARER_UNKNOWN);
    else
        hand_over(way, out, pdu);
}
