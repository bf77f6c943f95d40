/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDUs to events: messages of RRC as they come, PDCP PDUs once they can be read, those that waited in their turn. */
#include "inside.h"

/* Cells that a message names in passing are where its UE may go: of use only where keys are computed. */
static void learn_named_cells(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    const struct ue_entry *entry = engine->options.keylog != NULL ? ues_find(engine->ues, pdu->ue_key) : NULL;
    struct rrc_named_cells named;

    if (entry == NULL || entry->ue->pdcp == NULL)
        return;
    rrc_named_cells(pdu->channel, pdu->octets, pdu->length, &named);
    for (unsigned i = 0; i < named.n; i++)
        pdcp_learn_cell(entry->ue->pdcp, named.cells[i], -1, -1);
}

/* executed: the PDU is under the key of a conditional candidate. */
static void follow(struct daps_engine *engine, const struct daps_pdu *pdu, bool from_pdcp, bool executed,
                   struct daps_rrc_result *result)
{
    learn_named_cells(engine, pdu);
    for (uint32_t i = 0; i < result->n_events; i++) {
        struct daps_event *ev = &result->events[i];
        ev->rat = pdu->rat;
        ev->frame = pdu->frame;
        ev->time_ns = pdu->time_ns;
        ev->logged_cell = pdu->logged_cell;
        ev->from_pdcp = from_pdcp;
        ev->executed = executed && ev->kind == DAPS_EV_RECONFIGURATION_COMPLETE;
        daps_engine_event(engine, pdu->ue_key, NULL, ev);
    }
}

/*
 * A segment of a message (TS 38.331 5.7.6, 5.7.7): with the last one result says what the whole message says, at the
 * frame of that last one.
 */
static void take_segment(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result)
{
    struct daps_ue *ue;
    struct rrc_segments *segments;

    if (!result->segment.present)
        return;
    ue = engine_get_ue(engine, pdu->ue_key, NULL, pdu->rat, pdu->frame);
    segments = &ue->segments[pdu->channel == DAPS_CH_UL_DCCH];
    switch (rrc_segments_take(segments, &result->segment, pdu->frame)) {
    case RRC_SEGMENTS_WAIT:
        break;
    case RRC_SEGMENTS_WHOLE:
        if (daps_rrc_decode_nr(pdu->channel, segments->octets, segments->length, result) != DAPS_RRC_OK)
            engine->counts.undecoded++;
        rrc_segments_clear(segments);
        break;
    case RRC_SEGMENTS_LOST:
    case RRC_SEGMENTS_LOST_OLD:
        daps_ue_unread(ue, pdu->frame, DAPS_GAP_SEGMENT_LOST);
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_SEGMENTS_LOST, pdu->frame);
        break;
    }
}

/* Has the other of log and PDUs beside it brought this message already? Then nothing of it is new. */
static bool is_twin(const struct daps_ue *ue, const struct daps_pdu *pdu, bool below,
                    const struct daps_rrc_result *result)
{
    struct daps_event message;

    if (ue == NULL || ue->pdcp == NULL || result->n_events == 0 ||
        (pdu->channel != DAPS_CH_DL_DCCH && pdu->channel != DAPS_CH_UL_DCCH))
        return false;
    message = result->events[0];
    message.time_ns = pdu->time_ns;
    message.channel = pdu->channel;
    return daps_pdcp_is_twin(ue->pdcp, below, &message);
}

enum daps_rrc_status engine_rrc(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result)
{
    engine->counts.rrc_messages++;
    if (daps_rrc_decode_nr(pdu->channel, pdu->octets, pdu->length, result) != DAPS_RRC_OK) {
        engine->counts.undecoded++;
        return result->status;
    }
    if (engine->sink.rrc != NULL)
        engine->sink.rrc(engine->sink.user, NULL, pdu, NULL);
    take_segment(engine, pdu, result);
    if (!is_twin(engine_find_ue(engine, pdu->ue_key), pdu, false, result))
        follow(engine, pdu, false, false, result);
    else
        result->n_events = 0; /* nor is it said again to whoever learns from it */
    return result->status;
}

static void count_reading(struct daps_engine_counts *counts, const struct pdcp_reading *reading)
{
    counts->pdcp.unreadable += reading->status == DAPS_PDCP_UNREADABLE && !reading->waits;
    counts->pdcp.unverified += reading->status == DAPS_PDCP_UNVERIFIED && !reading->waits;
    if (reading->status != DAPS_PDCP_READ)
        return;
    if (reading->ciphered)
        counts->pdcp.deciphered++;
    else
        counts->pdcp.clear++;
}

/* What a reading says is not followed if it was true before what has been: all but the command that is open. */
static bool is_followed(const struct daps_ue *ue, const struct pdcp_reading *reading,
                        const struct daps_rrc_result *result)
{
    return !reading->not_followed ||
           (ue->open != NULL && result->n_events > 0 && result->events[0].kind == DAPS_EV_RECONFIGURATION &&
            result->events[0].digest == ue->open->digest);
}

/* The source's key is in use although an attempt left it; where a failure says so itself, it needs no help. */
static void follow_return(struct daps_engine *engine, const struct daps_ue *ue, const struct daps_pdu *pdu,
                          const struct daps_rrc_result *result)
{
    const bool says_so = result->n_events > 0 && result->events[0].kind == DAPS_EV_FAILURE_INFORMATION &&
                         result->events[0].daps_failure && ue->open != NULL && ue->open->daps;
    struct daps_event ev;

    if (says_so)
        return;
    daps_event_clear(&ev, DAPS_EV_SOURCE_IN_USE);
    ev.rat = DAPS_RAT_NR;
    ev.channel = daps_channel_dcch(pdu->downlink);
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    daps_engine_event(engine, pdu->ue_key, NULL, &ev);
}

/* What came of one PDU is followed. */
static void follow_reading(struct daps_engine *engine, struct daps_ue *ue, const struct pdcp_reading *reading,
                           struct daps_rrc_result *result)
{
    const struct daps_pdu rrc = {.frame = reading->pdu->frame,
                                 .time_ns = reading->pdu->time_ns,
                                 .ue_key = reading->pdu->ue_key,
                                 .rat = DAPS_RAT_NR,
                                 .octets = reading->rrc,
                                 .length = reading->length,
                                 .channel = reading->channel,
                                 .logged_cell = reading->cell,
                                 .deciphered = reading->ciphered};
    bool decoded, twin;

    result->n_events = 0;
    result->status = DAPS_RRC_OK;
    count_reading(&engine->counts, reading);
    if (reading->status != DAPS_PDCP_READ)
        return;
    engine->counts.rrc_messages++;
    decoded = daps_rrc_decode_nr(rrc.channel, rrc.octets, rrc.length, result) == DAPS_RRC_OK;
    engine->counts.undecoded += !decoded;
    ue->pdcp->reading = true;
    if (decoded) {
        if (engine->sink.rrc != NULL)
            engine->sink.rrc(engine->sink.user, ue->name, &rrc, reading->key);
        take_segment(engine, &rrc, result);
        if (reading->late && result->n_events == 1 && result->events[0].kind == DAPS_EV_SECURITY_MODE_COMMAND)
            daps_pdcp_find_root(ue->pdcp, reading, &result->events[0]);
    }
    twin = decoded && is_twin(ue, &rrc, true, result); /* what it shows, its record in the log has shown */
    if (reading->returned && !twin)
        follow_return(engine, ue, reading->pdu, result);
    if (decoded && !twin && is_followed(ue, reading, result))
        follow(engine, &rrc, true, reading->late_ciphered, result);
    else
        result->n_events = 0;
    ue->pdcp->reading = false;
    if (decoded)
        daps_pdcp_after(ue->pdcp, reading);
}

/* PDUs that waited and can be read now. */
static void follow_waiting(struct daps_engine *engine, struct daps_ue *ue)
{
    struct pdcp_reading reading;

    while (daps_pdcp_next(ue->pdcp, &reading)) {
        if (engine->waited == NULL)
            engine->waited = g_new0(struct daps_rrc_result, 1);
        follow_reading(engine, ue, &reading, engine->waited);
        if (reading.status == DAPS_PDCP_READ)
            drive_learn_pdcp(engine->drive, reading.pdu, engine->waited);
    }
}

struct drive *engine_drive(const struct daps_engine *engine)
{
    return engine->drive;
}

static void begin_pdcp(struct daps_engine *engine, struct daps_ue *ue, const struct daps_pdu *pdu)
{
    struct pdcp_host host;
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_BELOW_RRC);
    ev.rat = ue->rat;
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    daps_engine_evidence(engine, ue, &ev);
    host = daps_ue_host(ue);
    ue->pdcp = daps_pdcp_new(&host);
}

enum daps_pdcp_status engine_pdcp(struct daps_engine *engine, const struct daps_pdu *pdu,
                                  struct daps_rrc_result *result)
{
    struct daps_ue *ue = engine_get_ue(engine, pdu->ue_key, NULL, DAPS_RAT_NR, pdu->frame);
    struct pdcp_reading reading;

    if (ue->pdcp == NULL)
        begin_pdcp(engine, ue, pdu);
    daps_pdcp_clock(ue->pdcp, pdu->time_ns);
    follow_waiting(engine, ue);
    daps_pdcp_read(ue->pdcp, pdu, &reading);
    follow_reading(engine, ue, &reading, result);
    follow_waiting(engine, ue);
    return reading.status;
}
