/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the framing layer: several records of one capture (fuzz_record), so that fragments and log
 * segments meet.
 *
 * Besides crashes it holds the layer to what it promises: each record is counted, and what is handed over lies inside
 * the record or the layer's own memory (a sanitizer sees any other read). The engine is given the same records: each
 * message that is lost without its UE being known is a gap of all.
 */
#include <string.h>

#include "fuzz.h"
#include "unwrap/unwrap.h"

static uint64_t pdus, problems, lost, gaps;
static volatile unsigned sum;

static void take_pdu(void *user, const struct daps_pdu *pdu)
{
    const bool rrc = pdu->layer == DAPS_LAYER_RRC;

    (void)user;
    pdus += rrc;
    must(pdu->length > 0 && (rrc || pdu->layer == DAPS_LAYER_PDCP));
    must(!rrc || (pdu->channel > DAPS_CH_NONE && pdu->channel < DAPS_CH_COUNT));
    must(rrc || (pdu->bearer > 0 &&
                 (pdu->sn_bits == 12 || pdu->sn_bits == 18 ||
                  (pdu->rat == DAPS_RAT_LTE && (pdu->sn_bits == 5 || pdu->sn_bits == 7 || pdu->sn_bits == 15)))));
    must(pdu->logged_cell.pci <= 1007 && pdu->logged_cell.ssb_arfcn <= 3279165);
    for (size_t i = 0; i < pdu->length; i++)
        sum += pdu->octets[i];
}

static void take_problem(void *user, const struct daps_framing_problem *problem)
{
    GString *said = g_string_new(NULL);

    (void)user;
    problems++;
    lost += problem->rrc_lost && !problem->ue_known; /* what is missing of an unknown UE misses nothing */
    daps_problem_say(said, problem);
    must(daps_framing_class_is_problem(problem->class));
    must(strstr(said->str, daps_problem_reason(problem->what)) != NULL);
    fuzz_is_plain(said->str, said->len);
    g_string_free(said, TRUE);
}

static void take_gap(void *user, const char *ue, uint64_t frame, enum daps_gap gap)
{
    (void)user;
    (void)ue;
    gaps++;
    must(frame > 0 && gap < DAPS_GAP_COUNT);
}

static uint64_t all_counted(const struct unwrap *unwrap, bool only_problems)
{
    uint64_t all = 0;

    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++) {
        if (!only_problems || daps_framing_class_is_problem((enum daps_framing_class) class))
            all += unwrap_counts(unwrap)->classes[class];
    }
    return all;
}

static void through_framing(struct feed feed)
{
    const struct unwrap_sink sink = {.pdu = take_pdu, .problem = take_problem};
    struct unwrap *unwrap = unwrap_new(&sink);
    uint64_t frame = 0;

    while (feed.left >= 4) {
        const struct daps_record record = fuzz_record(&feed, ++frame);
        const uint64_t before = all_counted(unwrap, false);
        unwrap_record(unwrap, &record);
        must(all_counted(unwrap, false) > before);
        free((void *)record.data);
    }
    unwrap_finish(unwrap);
    must(unwrap_counts(unwrap)->frames == frame && all_counted(unwrap, true) == problems);
    must(unwrap_counts(unwrap)->classes[DAPS_FRAMING_NR_RRC] + unwrap_counts(unwrap)->classes[DAPS_FRAMING_LTE_RRC] ==
         pdus);
    unwrap_free(unwrap);
}

static void take_finding(void *user, const struct daps_finding *finding)
{
    fuzz_finding(finding, *(uint64_t *)user);
}

static void through_the_engine(struct feed feed)
{
    uint64_t frame = 0;
    const struct daps_sink sink = {.user = &frame, .finding = take_finding, .problem = take_problem, .gap = take_gap};
    struct daps_engine *engine = daps_engine_new(NULL, &sink);

    while (feed.left >= 4) {
        const struct daps_record record = fuzz_record(&feed, ++frame);
        daps_engine_record(engine, &record);
        free((void *)record.data);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    must(gaps >= lost);
    daps_engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct feed feed = {data, size};

    pdus = problems = 0;
    through_framing(feed);
    lost = gaps = 0;
    through_the_engine(feed);
    return 0;
}
