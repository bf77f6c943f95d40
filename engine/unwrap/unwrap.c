/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the doors to framing/ and radio/, and on. */
#include "unwrap/unwrap.h"

#include <glib.h>

#include "framing/framing.h"
#include "radio/radio.h"

struct unwrap {
    struct unwrap_sink sink;
    struct tally tally;
    struct framing *framing;
    struct radio *radio;
};

/* What framing/ hands over; RRC, what a phone logged and node interfaces need nothing more. */
static void on_framed(void *user, const struct daps_pdu *pdu)
{
    const struct unwrap *unwrap = user;

    if (pdu->layer == DAPS_LAYER_RRC || pdu->layer == DAPS_LAYER_LOGGED || pdu->layer == DAPS_LAYER_AP)
        unwrap->sink.pdu(unwrap->sink.user, pdu);
    else
        radio_take(unwrap->radio, pdu);
}

struct unwrap *unwrap_new(const struct unwrap_sink *sink)
{
    struct unwrap *unwrap = g_new0(struct unwrap, 1);
    const struct radio_sink radio_sink = {.user = sink->user, .pdu = sink->pdu, .join = sink->join};

    unwrap->sink = *sink;
    unwrap->tally.user = sink->user;
    unwrap->tally.problem = sink->problem;
    unwrap->tally.unfollowed = sink->unfollowed;
    unwrap->framing = framing_new(&unwrap->tally, unwrap, on_framed);
    unwrap->radio = radio_new(&unwrap->tally, &radio_sink);
    return unwrap;
}

void unwrap_free(struct unwrap *unwrap)
{
    if (unwrap == NULL)
        return;
    framing_free(unwrap->framing);
    radio_free(unwrap->radio);
    tally_clear(&unwrap->tally);
    g_free(unwrap);
}

void unwrap_assume(struct unwrap *unwrap, const struct daps_framing_drb *drbs, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        radio_assume(unwrap->radio, &drbs[i]);
}

void unwrap_record(struct unwrap *unwrap, const struct daps_record *record)
{
    framing_record(unwrap->framing, record);
}

static void take_rrc(struct unwrap *unwrap, const struct daps_pdu *pdu)
{
    struct tally_place place = {.tally = &unwrap->tally,
                                .frame = pdu->frame,
                                .time_ns = pdu->time_ns,
                                .cut = pdu->missing > 0,
                                .missing = pdu->missing};
    struct daps_pdu rrc = *pdu;

    rrc.ue_key = pdu->ends.known ? daps_ends_key(&pdu->ends, true) : 0;
    if (tally_rrc(&place, pdu->rat == DAPS_RAT_LTE ? "LTE RRC" : "NR RRC", pdu->rat, rrc.ue_key,
                  octets_of(pdu->octets, pdu->length)))
        unwrap->sink.pdu(unwrap->sink.user, &rrc);
}

void unwrap_pdu(struct unwrap *unwrap, const struct daps_pdu *pdu)
{
    unwrap->tally.frame = pdu->frame;
    unwrap->tally.counts.frames++;
    if (pdu->layer == DAPS_LAYER_RRC)
        take_rrc(unwrap, pdu);
    else
        radio_take(unwrap->radio, pdu);
}

void unwrap_learn(struct unwrap *unwrap, enum daps_rat rat, uint64_t ue_key, const struct daps_rrc_result *result)
{
    radio_learn(unwrap->radio, rat, ue_key, result);
}

void unwrap_finish(struct unwrap *unwrap)
{
    framing_finish(unwrap->framing);
    radio_finish(unwrap->radio);
}

const struct daps_framing_counts *unwrap_counts(const struct unwrap *unwrap)
{
    return &unwrap->tally.counts;
}

uint64_t unwrap_evicted(const struct unwrap *unwrap)
{
    return radio_evicted(unwrap->radio);
}
