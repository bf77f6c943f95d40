/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the RRC decoder: u8 channel, its highest bit for LTE | octets of one PDU.
 *
 * Besides crashes it holds the decoder to what it promises: an undecoded PDU has a reason, a place and no events;
 * values lie within the standard's ranges; what went before never shows; zero octets behind a PDU that was
 * read change no event; and the walk made of the tables finds what the tables find.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "per/tables_lte_rrc.h"
#include "per/tables_nr_rrc.h"
#include "rrc/rrc.h"

static void event_is_in_range(const struct daps_event *ev)
{
    must(ev->kind < DAPS_EV_KIND_COUNT && ev->rach <= DAPS_RACH_SKIP && ev->cause <= DAPS_REEST_OTHER_FAILURE);
    must(ev->transaction >= -1 && ev->transaction <= 3 && ev->ncc >= -1 && ev->ncc <= 7);
    must(ev->target.pci >= -1 && ev->target.pci <= 1007 && ev->ue_pci >= -1 && ev->ue_pci <= 1007);
    must(ev->target.ssb_arfcn >= -1 && ev->target.ssb_arfcn <= 3279165);
    must(ev->point_a >= -1 && ev->point_a <= 3279165);
    must(ev->c_rnti >= -1 && ev->c_rnti <= 65535 && ev->ue_c_rnti >= -1 && ev->ue_c_rnti <= 65535);
    must(ev->t304_ms >= -1 && ev->t304_ms <= 10000 && ev->sk_counter >= -1 && ev->sk_counter <= 65535);
    must(!ev->daps || ev->bearers.drb_daps != 0);
    must((ev->bearers.drb_daps & ~ev->bearers.drb_added) == 0);
}

static void is_as_promised(const struct daps_rrc_result *r, enum daps_rat rat, enum daps_channel channel, size_t length)
{
    must(r->message != NULL && r->n_events <= DAPS_RRC_MAX_EVENTS);
    if (r->status == DAPS_RRC_UNDECODED)
        must(r->error != NULL && r->n_events == 0 && r->error_bit <= MAX(length, DAPS_RRC_SCRATCH) * 8);
    else
        must(r->error == NULL);
    for (uint32_t i = 0; i < r->n_events; i++) {
        if (r->events[i].rat == rat) /* else it is a part of the message */
            must(r->events[i].channel == channel && r->events[i].octets == length);
        event_is_in_range(&r->events[i]);
    }
}

static bool same_event(const struct daps_event *a, const struct daps_event *b)
{
    return a->kind == b->kind && a->transaction == b->transaction && a->ncc == b->ncc && a->ciphering == b->ciphering &&
           a->integrity == b->integrity && a->key_update == b->key_update && a->key_set_change == b->key_set_change &&
           a->nas_digest == b->nas_digest && a->sk_counter == b->sk_counter && a->sync == b->sync &&
           a->prepared == b->prepared && a->full_config == b->full_config && a->daps == b->daps &&
           a->daps_source_release == b->daps_source_release && a->daps_power == b->daps_power &&
           a->conditional == b->conditional && a->attempt_conditional == b->attempt_conditional && a->rach == b->rach &&
           a->target.pci == b->target.pci && a->target.ssb_arfcn == b->target.ssb_arfcn && a->point_a == b->point_a &&
           a->c_rnti == b->c_rnti && a->t304_ms == b->t304_ms && a->candidate_id == b->candidate_id &&
           a->ltm == b->ltm && memcmp(&a->bearers, &b->bearers, sizeof a->bearers) == 0 &&
           a->daps_failure == b->daps_failure && a->suspend == b->suspend && a->ue_c_rnti == b->ue_c_rnti &&
           a->ue_pci == b->ue_pci && a->cause == b->cause;
}

static void are_the_same(const struct daps_rrc_result *a, const struct daps_rrc_result *b)
{
    must(a->n_events == b->n_events && strcmp(a->message, b->message) == 0);
    for (uint32_t i = 0; i < a->n_events; i++)
        must(same_event(&a->events[i], &b->events[i]));
}

/* ---- two ways to walk ---- */

static const uint32_t nr_roots[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_BCH] = NR_RRC_ROOT_BCCH_BCH_MESSAGE,
    [DAPS_CH_BCCH_DL_SCH] = NR_RRC_ROOT_BCCH_DL_SCH_MESSAGE,
    [DAPS_CH_DL_CCCH] = NR_RRC_ROOT_DL_CCCH_MESSAGE,
    [DAPS_CH_DL_DCCH] = NR_RRC_ROOT_DL_DCCH_MESSAGE,
    [DAPS_CH_UL_CCCH] = NR_RRC_ROOT_UL_CCCH_MESSAGE,
    [DAPS_CH_UL_CCCH1] = NR_RRC_ROOT_UL_CCCH1_MESSAGE,
    [DAPS_CH_UL_DCCH] = NR_RRC_ROOT_UL_DCCH_MESSAGE,
    [DAPS_CH_RECONFIGURATION] = NR_RRC_ROOT_RRCRECONFIGURATION,
    [DAPS_CH_RECONFIGURATION_COMPLETE] = NR_RRC_ROOT_RRCRECONFIGURATIONCOMPLETE,
    [DAPS_CH_HANDOVER_COMMAND] = NR_RRC_ROOT_HANDOVERCOMMAND,
    [DAPS_CH_HANDOVER_PREPARATION] = NR_RRC_ROOT_HANDOVERPREPARATIONINFORMATION,
    [DAPS_CH_RADIO_BEARER_CONFIG] = NR_RRC_ROOT_RADIOBEARERCONFIG,
    [DAPS_CH_CELL_GROUP_CONFIG] = NR_RRC_ROOT_CELLGROUPCONFIG,
};

static const uint32_t lte_roots[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_BCH] = LTE_RRC_ROOT_BCCH_BCH_MESSAGE,
    [DAPS_CH_BCCH_DL_SCH] = LTE_RRC_ROOT_BCCH_DL_SCH_MESSAGE,
    [DAPS_CH_DL_CCCH] = LTE_RRC_ROOT_DL_CCCH_MESSAGE,
    [DAPS_CH_DL_DCCH] = LTE_RRC_ROOT_DL_DCCH_MESSAGE,
    [DAPS_CH_UL_CCCH] = LTE_RRC_ROOT_UL_CCCH_MESSAGE,
    [DAPS_CH_UL_DCCH] = LTE_RRC_ROOT_UL_DCCH_MESSAGE,
    [DAPS_CH_HANDOVER_COMMAND] = LTE_RRC_ROOT_HANDOVERCOMMAND,
    [DAPS_CH_HANDOVER_PREPARATION] = LTE_RRC_ROOT_HANDOVERPREPARATIONINFORMATION,
};

enum { MOST_HITS = 4096 };

struct walk {
    struct per_hit hits[MOST_HITS];
    unsigned n;
    struct daps_bits bits;
};

static bool note(void *user, const struct per_hit *hit)
{
    struct walk *walk = user;

    walk->hits[walk->n++] = *hit;
    return walk->n < MOST_HITS;
}

static void walks_agree(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length)
{
    static struct walk tables, made;
    const bool nr = rat == DAPS_RAT_NR;
    const uint32_t root = (nr ? nr_roots : lte_roots)[channel];

    if (root == 0)
        return;
    tables.n = made.n = 0;
    tables.bits = made.bits = daps_bits_of(octets, length);
    must(per_walk(nr ? &nr_rrc_table : &lte_rrc_table, root, &tables.bits, note, &tables) ==
         (nr ? nr_rrc_walk : lte_rrc_walk)(root, &made.bits, note, &made));
    must(tables.n == made.n && (tables.bits.error == NULL) == (made.bits.error == NULL));
    for (unsigned i = 0; i < made.n; i++)
        must(tables.hits[i].field == made.hits[i].field && tables.hits[i].value == made.hits[i].value &&
             tables.hits[i].bit == made.hits[i].bit && tables.hits[i].fragmented == made.hits[i].fragmented);
    if (made.bits.error != NULL)
        must(strcmp(made.bits.error, tables.bits.error) == 0 && made.bits.position == tables.bits.position);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct daps_rrc_result first, again, padded;
    const unsigned kind = size > 0 ? data[0] : 0;
    const enum daps_rat rat = kind < 128 ? DAPS_RAT_NR : DAPS_RAT_LTE;
    const enum daps_channel channel = (enum daps_channel)(kind % 128 % DAPS_CH_COUNT);
    const size_t length = size > 0 ? size - 1 : 0;
    uint8_t *octets = malloc(length + 8); /* of its own, so that a read past its end is seen */

    if (octets == NULL)
        return 0;
    if (length > 0)
        memcpy(octets, data + 1, length);
    memset(octets + length, 0, 8);
    daps_rrc_decode(rat, channel, octets, length + 8, &padded);
    octets = realloc(octets, length > 0 ? length : 1);
    daps_rrc_decode(rat, channel, octets, length, &first);
    is_as_promised(&first, rat, channel, length);
    daps_rrc_decode(rat, channel, octets, length, &again);
    is_as_promised(&again, rat, channel, length);
    must(first.status == again.status && first.error == again.error && first.error_bit == again.error_bit);
    are_the_same(&first, &again);
    for (uint32_t i = 0; i < first.n_events; i++)
        must(first.events[i].digest == again.events[i].digest);
    if (first.status == DAPS_RRC_OK) {
        must(padded.status == DAPS_RRC_OK);
        are_the_same(&first, &padded);
    }
    walks_agree(rat, channel, octets, length);
    free(octets);
    return 0;
}
