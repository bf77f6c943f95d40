/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of MAC, RLC and reassembly: PDUs of one capture, and between them what RRC might have said of
 * bearers to the UE that was heard last.
 *
 *     step: u8 kind; five more: of LTE
 *     a PDU:   0 MAC, 1 RLC, 2 PDCP | u8 flags | u16 UEId | u16 C-RNTI | u8 bearer | u8 SN bits | u16 length | octets
 *     RRC:     3 | u8 channels | of each: u8 LCID | u8 bearer | u8 flags
 *     RRC:     4 | u8 channel | u16 length | octets of a message
 *
 * What is put together is no longer than what was given, and each PDU is counted.
 */
#include <string.h>

#include "fuzz.h"
#include "unwrap/unwrap.h"

struct run {
    struct unwrap *unwrap;
    uint64_t last_ue, frame, given; /* octets */
    bool heard;
};

static volatile unsigned sum;

static void take_pdu(void *user, const struct daps_pdu *pdu)
{
    struct run *run = user;

    run->last_ue = pdu->ue_key;
    run->heard = true;
    must(pdu->length > 0 && pdu->length <= run->given);
    must(pdu->layer == DAPS_LAYER_RRC || pdu->layer == DAPS_LAYER_PDCP);
    for (size_t i = 0; i < pdu->length; i++)
        sum += pdu->octets[i];
}

static void take_problem(void *user, const struct daps_framing_problem *problem)
{
    const struct run *run = user;

    must(problem->frame <= run->frame && daps_framing_class_is_problem(problem->class));
}

static void take_join(void *user, uint64_t ue_key, const struct daps_identity_join *join)
{
    const struct run *run = user;

    (void)ue_key;
    must(join->frame <= run->frame && join->announced_frame <= run->frame && join->reason < DAPS_JOIN_REASON_COUNT);
}

static void give_pdu(struct run *run, struct feed *feed, unsigned kind, enum daps_rat rat)
{
    static const enum daps_layer layers[] = {DAPS_LAYER_MAC, DAPS_LAYER_RLC, DAPS_LAYER_PDCP};
    static const uint8_t rlc_sns[][4] = {{0, 6, 12, 18}, {16, 5, 10, 10}};
    static const uint8_t pdcp_sns[][4] = {{12, 18, 12, 18}, {7, 12, 15, 18}};
    const unsigned flags = feed_number(feed, 1);
    struct daps_pdu pdu = {
        .frame = ++run->frame, .time_ns = (int64_t)run->frame * 1000000, .layer = layers[kind], .rat = rat};
    uint32_t length;

    pdu.names = (struct daps_names){.has_ue_id = (flags & 1) != 0, .has_rnti = (flags & 2) != 0};
    pdu.downlink = (flags & 4) != 0;
    pdu.srb = (flags & 8) != 0;
    pdu.rlc_mode = (enum daps_rlc_mode)(flags >> 4 & 3);
    pdu.rnti_type = (flags & 64) != 0 ? 3 : 0;
    pdu.missing = (flags & 128) != 0 ? 5 : 0;
    pdu.logged_cell = (struct daps_cell){-1, -1};
    pdu.names.ue_id = (uint16_t)feed_number(feed, 2);
    pdu.names.rnti = (uint16_t)feed_number(feed, 2);
    pdu.bearer = (uint8_t)(feed_number(feed, 1) % 33);
    length = feed_number(feed, 1);
    pdu.rlc_sn_bits = kind == 1 ? rlc_sns[rat][length % 4] : 0;
    pdu.rlc_extended_li = rat == DAPS_RAT_LTE && (length & 4) != 0;
    pdu.sn_bits = kind == 2 ? pdu.srb ? 12 : pdcp_sns[rat][length % 4] : 0;
    length = feed_number(feed, 2);
    pdu.octets = feed_octets(feed, &length);
    pdu.length = length;
    run->given += length;
    unwrap_pdu(run->unwrap, &pdu);
    free((void *)pdu.octets);
}

static void configure(struct run *run, struct feed *feed, enum daps_rat rat, struct daps_rrc_result *result)
{
    static const uint8_t am[][4] = {{0, 12, 18, 12}, {0, 10, 16, 10}}, um[][4] = {{0, 6, 12, 6}, {0, 5, 10, 5}};
    static const uint8_t pdcp[] = {0, 7, 12, 15};

    result->status = DAPS_RRC_OK;
    result->message = "rrcReconfiguration";
    result->n_events = 0;
    result->n_rlc = feed_number(feed, 1) % (DAPS_RRC_MAX_RLC + 1);
    for (uint32_t i = 0; i < result->n_rlc; i++) {
        struct daps_rlc_bearer *rlc = &result->rlc[i];
        unsigned flags;
        *rlc = (struct daps_rlc_bearer){.lcid = (uint8_t)(1 + feed_number(feed, 1) % 32),
                                        .bearer = (uint8_t)(feed_number(feed, 1) % 33)};
        flags = feed_number(feed, 1);
        rlc->srb = (flags & 1) != 0 && rlc->bearer <= 4;
        rlc->am = (flags & 2) != 0;
        rlc->um = (flags & 4) != 0 && !rlc->am;
        rlc->ul_sn = rlc->am ? am[rat][flags >> 3 & 3] : rlc->um ? um[rat][flags >> 3 & 3] : 0;
        rlc->dl_sn = rlc->am ? am[rat][flags >> 5 & 3] : rlc->um ? um[rat][flags >> 5 & 3] : 0;
        rlc->pdcp_sn = rat == DAPS_RAT_LTE ? pdcp[flags & 3] : 0;
        rlc->extended_li[flags >> 7] = rat == DAPS_RAT_LTE && (flags & 16) != 0;
    }
    if (run->heard)
        unwrap_learn(run->unwrap, rat, run->last_ue, result);
}

static void tell(struct run *run, struct feed *feed, enum daps_rat rat, struct daps_rrc_result *result)
{
    const enum daps_channel channel = (enum daps_channel)(feed_number(feed, 1) % DAPS_CH_COUNT);
    uint32_t length = feed_number(feed, 2);
    uint8_t *octets = feed_octets(feed, &length);

    if (daps_rrc_decode(rat, channel, octets, length, result) == DAPS_RRC_OK && run->heard) {
        for (uint32_t i = 0; i < result->n_events; i++)
            result->events[i].frame = run->frame;
        unwrap_learn(run->unwrap, rat, run->last_ue, result);
    }
    free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct daps_rrc_result result;
    struct feed feed = {data, size};
    struct run run = {0};
    const struct unwrap_sink sink = {.user = &run, .pdu = take_pdu, .problem = take_problem, .join = take_join};

    run.unwrap = unwrap_new(&sink);
    while (feed.left > 0) {
        const unsigned step = feed_number(&feed, 1), kind = step % 5;
        const enum daps_rat rat = step / 5 % 2 == 1 ? DAPS_RAT_LTE : DAPS_RAT_NR;
        if (kind < 3)
            give_pdu(&run, &feed, kind, rat);
        else if (kind == 3)
            configure(&run, &feed, rat, &result);
        else
            tell(&run, &feed, rat, &result);
    }
    unwrap_finish(run.unwrap);
    unwrap_free(run.unwrap);
    return 0;
}
