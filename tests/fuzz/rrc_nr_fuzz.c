/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the NR RRC decoder: u8 channel | octets of one PDU.
 *
 * Besides crashes it holds the decoder to what it promises: an undecoded PDU has a reason, a place and no events;
 * values lie within the standard's ranges; what went before never shows; zero octets behind a PDU that was
 * read change no event.
 */
#include <stdlib.h>
#include <string.h>

#include "rrc/rrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

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

static void is_as_promised(const struct daps_rrc_result *r, enum daps_channel channel, size_t length)
{
    must(r->message != NULL && r->n_events <= DAPS_RRC_MAX_EVENTS);
    if (r->status == DAPS_RRC_UNDECODED)
        must(r->error != NULL && r->n_events == 0 && r->error_bit <= MAX(length, DAPS_RRC_SCRATCH) * 8);
    else
        must(r->error == NULL);
    for (uint32_t i = 0; i < r->n_events; i++) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct daps_rrc_result first, again, padded;
    const enum daps_channel channel = size > 0 ? (enum daps_channel)(data[0] % DAPS_CH_COUNT) : DAPS_CH_NONE;
    const size_t length = size > 0 ? size - 1 : 0;
    uint8_t *octets = malloc(length + 8); /* of its own, so that a read past its end is seen */

    if (octets == NULL)
        return 0;
    if (length > 0)
        memcpy(octets, data + 1, length);
    memset(octets + length, 0, 8);
    daps_rrc_decode_nr(channel, octets, length + 8, &padded);
    octets = realloc(octets, length > 0 ? length : 1);
    daps_rrc_decode_nr(channel, octets, length, &first);
    is_as_promised(&first, channel, length);
    daps_rrc_decode_nr(channel, octets, length, &again);
    is_as_promised(&again, channel, length);
    must(first.status == again.status && first.error == again.error && first.error_bit == again.error_bit);
    are_the_same(&first, &again);
    for (uint32_t i = 0; i < first.n_events; i++)
        must(first.events[i].digest == again.events[i].digest);
    if (first.status == DAPS_RRC_OK) {
        must(padded.status == DAPS_RRC_OK);
        are_the_same(&first, &padded);
    }
    free(octets);
    return 0;
}
