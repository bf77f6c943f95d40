/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDUs to events: messages of RRC as they come, PDCP PDUs once they can be read, those that waited in their turn. */
#include "bytes/digest.h"
#include "daps/short_way.h"
#include "inside.h"

/* Cells that a message names in passing are where its UE may go: of use only where keys are computed. */
static void learn_named_cells(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    struct ue_entry *entry = ues_find(engine->ues, engine_key_in(pdu->rat, pdu->ue_key));
    const struct daps_ue *ue = entry != NULL ? ues_awake(engine->ues, entry) : NULL;
    struct rrc_named_cells named;

    if (ue == NULL || ue->pdcp == NULL)
        return;
    rrc_named_cells(pdu->rat, pdu->channel, pdu->octets, pdu->length, &named);
    for (unsigned i = 0; i < named.n; i++)
        pdcp_learn_cell(ue->pdcp, named.cells[i], -1, -1);
}

static bool is_dcch(enum daps_channel channel)
{
    return channel == DAPS_CH_DL_DCCH || channel == DAPS_CH_UL_DCCH;
}

/* What comes in segments uplink changes no key (TS 38.331 5.7.6). */
static void lose_segments(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    daps_engine_gap(engine, pdu->ue_key, false, pdu->frame,
                    pdu->channel == DAPS_CH_DL_DCCH ? DAPS_GAP_SEGMENT_LOST : DAPS_GAP_PDU_INCOMPLETE);
    daps_engine_not_judged(engine, DAPS_NOT_JUDGED_SEGMENTS_LOST, pdu->frame);
}

/* What is missing of a message in segments would have come by now: an SRB delivers in order. */
static void watch_segments(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    struct daps_ue *ue = engine_find_ue(engine, pdu->ue_key, pdu->rat);
    struct rrc_segments *segments = ue != NULL ? &ue->segments[0] : NULL;
    struct daps_pdu lost = *pdu;

    if (segments == NULL || segments->n == 0 || daps_ue_elapsed(ue, segments->first_ns, pdu->time_ns) <= DAPS_LAG_NS)
        return;
    lost.channel = DAPS_CH_DL_DCCH;
    rrc_segments_clear(segments);
    lose_segments(engine, &lost);
}

/* executed: a MAC-I shows under which key it is (daps/event.h). Gives its UE if that is the one at hand now, else NULL.
 */
static struct daps_ue *follow(struct daps_engine *engine, const struct daps_pdu *pdu, bool from_pdcp, bool executed,
                              struct daps_rrc_result *result)
{
    struct daps_ue *ue = NULL;

    if (engine->options.keylog != NULL)
        learn_named_cells(engine, pdu);
    if (engine->segments_seen && !from_pdcp && is_dcch(pdu->channel) && result->n_events > 0)
        watch_segments(engine, pdu);
    for (uint32_t i = 0; i < result->n_events; i++) {
        struct daps_event *ev = &result->events[i];
        const bool within = ev->rat != pdu->rat; /* a part that is of the other technology, where no log says a cell */
        ev->frame = pdu->frame;
        ev->time_ns = pdu->time_ns;
        ev->logged_cell = within ? (struct daps_cell){-1, -1} : pdu->logged_cell;
        ev->from_pdcp = from_pdcp;
        ev->executed = executed && i == 0;
        ue = engine_event(engine, pdu->ue_key, NULL, ev);
        if (within)
            ue = NULL;
    }
    return ue;
}

/* Behind a whole message there are padding bits of zero, and less than an octet of them (ITU-T X.691 11.1). */
static bool ends_with(const struct daps_rrc_result *result, const struct rrc_segments *segments)
{
    struct daps_bits bits = daps_bits_of(segments->octets, segments->length);

    bits.position = result->read_bits;
    if (result->read_bits == 0)
        return true; /* its type is all that matters */
    return bits.limit - bits.position < 8 &&
           (bits.limit == bits.position || daps_bits_take(&bits, (unsigned)(bits.limit - bits.position)) == 0);
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
    engine->segments_seen = true;
    ue = engine_get_ue(engine, pdu->ue_key, NULL, pdu->rat, pdu->frame);
    segments = &ue->segments[pdu->channel == DAPS_CH_UL_DCCH];
    switch (rrc_segments_take(segments, &result->segment, pdu->frame)) {
    case RRC_SEGMENTS_WAIT:
        break;
    case RRC_SEGMENTS_WHOLE:
        if (daps_rrc_decode(pdu->rat, pdu->channel, segments->octets, segments->length, result) != DAPS_RRC_OK)
            engine->counts.undecoded++;
        else if (!ends_with(result, segments)) { /* of two messages */
            result->n_events = 0;
            lose_segments(engine, pdu);
        }
        rrc_segments_clear(segments);
        break;
    case RRC_SEGMENTS_LOST:
    case RRC_SEGMENTS_LOST_OLD:
        lose_segments(engine, pdu);
        break;
    }
    if (segments->n == 1)
        segments->first_ns = pdu->time_ns;
}

/* result: its answer to the PDU. */
static void record_of(const struct daps_pdu *pdu, const struct daps_rrc_result *result, struct pdcp_record *record)
{
    const bool has_event = result->n_events > 0 && !result->segment.present;

    record->digest = result->digest != 0 ? result->digest : daps_digest(pdu->octets, pdu->length);
    record->frame = pdu->frame;
    record->time_ns = pdu->time_ns;
    record->octets = (uint32_t)pdu->length;
    record->context = 0;
    record->channel = pdu->channel;
    record->kind = has_event ? result->events[0].kind : DAPS_EV_TRAFFIC;
    record->integrity = has_event ? result->events[0].integrity : -1;
}

/* Read by itself: has its record in the log said the same? */
static bool is_twin(const struct daps_ue *ue, const struct daps_pdu *pdu, const struct daps_rrc_result *result)
{
    struct pdcp_record message;

    record_of(pdu, result, &message);
    return daps_pdcp_is_twin(ue->pdcp, &message, true);
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
    ev.rat = pdu->rat;
    ev.channel = daps_channel_dcch(pdu->downlink);
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    daps_engine_event(engine, pdu->ue_key, NULL, &ev);
}

/*
 * Does the key that its MAC-I is right under say more than the message? A failure under the target's is not the failure
 * to get there (TS 38.331 5.3.5.8.3); a security mode command under the key in force is the one that brought it.
 */
static bool is_shown_by_key(const struct daps_ue *ue, const struct pdcp_reading *reading, enum daps_event_kind kind)
{
    const struct daps_attempt *attempt = ue->open != NULL ? ue->open : ue->revocable;

    switch (kind) {
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        return reading->late_ciphered;
    case DAPS_EV_FAILURE_INFORMATION:
        return attempt != NULL && reading->key == attempt->target.chain.key &&
               reading->key != attempt->source.chain.key;
    case DAPS_EV_SECURITY_MODE_COMMAND:
        return reading->key != NULL && !reading->late && reading->key == ue->active.chain.key;
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
        return reading->key != NULL && !reading->late;
    default:
        return false;
    }
}

/* What was read of a PDU is followed. */
static void follow_read(struct daps_engine *engine, struct daps_ue *ue, const struct pdcp_reading *reading,
                        struct daps_rrc_result *result)
{
    const struct daps_pdu rrc = {.frame = reading->pdu->frame,
                                 .time_ns = reading->pdu->time_ns,
                                 .ue_key = reading->pdu->ue_key,
                                 .rat = reading->pdu->rat,
                                 .octets = reading->rrc,
                                 .length = reading->length,
                                 .channel = reading->channel,
                                 .logged_cell = reading->cell,
                                 .deciphered = reading->ciphered};
    bool decoded, twin = reading->known;

    engine->counts.rrc_messages++;
    decoded = daps_rrc_decode(rrc.rat, rrc.channel, rrc.octets, rrc.length, result) == DAPS_RRC_OK;
    engine->counts.undecoded += !decoded;
    ue->pdcp->reading = true;
    if (decoded) {
        if (engine->sink.rrc != NULL)
            engine->sink.rrc(engine->sink.user, ue->name, &rrc, reading->key);
        take_segment(engine, &rrc, result);
        if (reading->late && !reading->known && result->n_events == 1 &&
            result->events[0].kind == DAPS_EV_SECURITY_MODE_COMMAND)
            daps_pdcp_find_root(ue->pdcp, reading, &result->events[0]);
    }
    if (decoded && !twin)
        twin = is_twin(ue, &rrc, result);
    if (reading->returned && !twin)
        follow_return(engine, ue, reading->pdu, result);
    if (decoded && !twin && is_followed(ue, reading, result))
        follow(engine, &rrc, true, result->n_events > 0 && is_shown_by_key(ue, reading, result->events[0].kind),
               result);
    else
        result->n_events = 0;
    ue->pdcp->reading = false;
    if (decoded && !reading->known)
        daps_pdcp_after(ue->pdcp, reading);
}

/* What came of one PDU is followed. */
static void follow_reading(struct daps_engine *engine, struct daps_ue *ue, const struct pdcp_reading *reading,
                           struct daps_rrc_result *result)
{
    result->n_events = 0;
    result->status = DAPS_RRC_OK;
    count_reading(&engine->counts, reading);
    if (reading->status == DAPS_PDCP_READ)
        follow_read(engine, ue, reading, result);
}

/* The same of a PDU that waited, with what it says to where it is needed. */
static void follow_waited(struct daps_engine *engine, struct daps_ue *ue, const struct pdcp_reading *reading)
{
    if (engine->waited == NULL)
        engine->waited = g_new0(struct daps_rrc_result, 1);
    follow_reading(engine, ue, reading, engine->waited);
    if (reading->status == DAPS_PDCP_READ)
        drive_learn_pdcp(engine->drive, reading->pdu, engine->waited);
}

static void read_waiting(struct daps_engine *engine, struct daps_ue *ue)
{
    struct pdcp_reading reading;

    while (daps_pdcp_has_waited(ue->pdcp) && daps_pdcp_next(ue->pdcp, &reading))
        follow_waited(engine, ue, &reading);
}

/* PDUs that waited and can be read now. */
static inline void follow_waiting(struct daps_engine *engine, struct daps_ue *ue)
{
    if (daps_pdcp_has_waited(ue->pdcp)) /* mostly not */
        read_waiting(engine, ue);
}

static void read_in_turn(struct daps_engine *engine, struct daps_ue *ue)
{
    struct pdcp_reading reading;
    struct pdcp_turn turn;

    while (ue->pdcp->beside != NULL && daps_pdcp_turn(ue->pdcp, false, &turn)) {
        daps_pdcp_read(ue->pdcp, &turn.pdu, turn.has_record ? &turn.record : NULL, &reading);
        follow_waited(engine, ue, &reading);
    }
}

/* PDUs whose record has come, or comes no more. */
static inline void follow_turns(struct daps_engine *engine, struct daps_ue *ue)
{
    if (ue->pdcp->beside != NULL)
        read_in_turn(engine, ue);
}

/* The record is there for its PDU, which may have waited for it. */
static void hand_record(struct daps_engine *engine, struct daps_ue *ue, const struct pdcp_record *record)
{
    daps_pdcp_record(ue->pdcp, record);
    follow_turns(engine, ue);
    follow_waiting(engine, ue);
}

/* Where to keep a record for a while that comes before the first PDU of its UE. */
static struct pdcp_record *place_for_record(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    struct logged *logged = &engine->logged[engine->n_logged++ % MOST_LOGGED];

    logged->ue_key = pdu->ue_key;
    logged->rat = pdu->rat;
    return &logged->record;
}

/* The same where PDUs of the UE are seen as well. False: the PDU has been followed. */
static bool follow_beside(struct daps_engine *engine, struct daps_ue *ue, struct daps_pdu *pdu,
                          const struct daps_rrc_result *result, bool *executed)
{
    struct pdcp_record record;
    struct daps_cell cell;

    record_of(pdu, result, &record);
    daps_pdcp_clock(ue->pdcp, pdu->time_ns);
    follow_turns(engine, ue);
    if (daps_pdcp_is_twin(ue->pdcp, &record, false))
        return false;
    *executed = daps_pdcp_foresee(ue->pdcp, &record, &cell);
    if (*executed && pdu->logged_cell.pci < 0)
        pdu->logged_cell = cell;
    return true;
}

/* Of a message that has been followed, which found its UE as it was before. */
static void record_after(const struct daps_ue *ue, const struct daps_pdu *pdu, const struct daps_rrc_result *result,
                         const struct daps_ue_moment *before, struct pdcp_record *record)
{
    record_of(pdu, result, record);
    if (result->n_events > 0)
        record->context = daps_ue_sent_in(ue, before, &result->events[0]);
}

/*
 * Most messages of a log say nothing but what they are, come from the UE at hand, and nobody but it asks for them: the
 * same as follow_logged(), without what asks for more. False: it is another.
 */
static bool follow_silent(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result)
{
    struct daps_ue *ue = engine_at_hand(engine, pdu->ue_key, pdu->rat);
    struct daps_event *ev = &result->events[0];
    struct daps_ue_moment before;

    if (ue == NULL || ue->pdcp != NULL || engine->segments_seen || engine->options.keylog != NULL ||
        engine->sink.event != NULL)
        return false;
    before = daps_ue_moment(ue);
    ev->frame = pdu->frame;
    ev->time_ns = pdu->time_ns;
    ev->logged_cell = pdu->logged_cell;
    daps_ue_event(ue, ev);
    if (!ue->message.again)
        record_after(ue, pdu, result, &before, place_for_record(engine, pdu));
    return true;
}

/* A message on a DCCH that a log has: it is followed as it comes. PDUs beside it show under which key it went. */
static void follow_logged(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result)
{
    struct daps_ue *ue = engine_find_ue(engine, pdu->ue_key, pdu->rat);
    struct daps_ue_moment before = {0};
    struct daps_pdu located;
    bool executed = false;

    if (ue != NULL && ue->pdcp != NULL) {
        located = *pdu;
        if (!follow_beside(engine, ue, &located, result, &executed)) {
            result->n_events = 0; /* nor is it said again to whoever learns from it */
            return;
        }
        pdu = &located;
    }
    if (ue != NULL)
        before = daps_ue_moment(ue);
    ue = follow(engine, pdu, false, executed, result);
    if (ue == NULL || ue->rat != pdu->rat) /* a part of it is of the other technology */
        ue = engine_find_ue(engine, pdu->ue_key, pdu->rat);
    if (ue == NULL)
        return;
    if (result->n_events > 0 && ue->message.again)
        return; /* a copy has no PDU of its own */
    if (ue->pdcp == NULL) {
        record_after(ue, pdu, result, &before, place_for_record(engine, pdu));
    } else {
        struct pdcp_record record;
        record_after(ue, pdu, result, &before, &record);
        hand_record(engine, ue, &record);
    }
}

enum daps_rrc_status engine_rrc(struct daps_engine *engine, const struct daps_pdu *pdu, struct daps_rrc_result *result)
{
    engine->counts.rrc_messages++;
    engine->counts.of[pdu->rat] = true;
    if (daps_rrc_decode(pdu->rat, pdu->channel, pdu->octets, pdu->length, result) != DAPS_RRC_OK) {
        engine->counts.undecoded++;
        return result->status;
    }
    if (engine->sink.rrc != NULL)
        engine->sink.rrc(engine->sink.user, NULL, pdu, NULL);
    take_segment(engine, pdu, result);
    engine->has_log[pdu->rat] |=
        !pdu->air && !pdu->between_nodes && pdu->channel != DAPS_CH_BCCH_BCH && pdu->channel != DAPS_CH_BCCH_DL_SCH;
    if (is_dcch(pdu->channel) && !pdu->air) {
        if (!DAPS_SHORT_WAY(result->silent && follow_silent(engine, pdu, result)))
            follow_logged(engine, pdu, result);
    } else
        follow(engine, pdu, false, false, result);
    return result->status;
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
    for (unsigned i = engine->n_logged > MOST_LOGGED ? engine->n_logged - MOST_LOGGED : 0; i < engine->n_logged; i++) {
        const struct logged *logged = &engine->logged[i % MOST_LOGGED];
        if (logged->ue_key == pdu->ue_key && logged->rat == pdu->rat)
            daps_pdcp_record(ue->pdcp, &logged->record);
    }
}

enum daps_pdcp_status engine_pdcp(struct daps_engine *engine, const struct daps_pdu *pdu,
                                  struct daps_rrc_result *result)
{
    struct daps_ue *ue = engine_get_ue(engine, pdu->ue_key, NULL, pdu->rat, pdu->frame);
    struct pdcp_reading reading;
    struct pdcp_record record;
    enum pdcp_arrival arrival;

    if (ue->pdcp == NULL)
        begin_pdcp(engine, ue, pdu);
    daps_pdcp_clock(ue->pdcp, pdu->time_ns);
    follow_waiting(engine, ue);
    arrival = daps_pdcp_arrive(ue->pdcp, pdu, engine->has_log[pdu->rat], &record);
    follow_turns(engine, ue);
    if (arrival == PDCP_WAITS) {
        if (pdu->srb)
            daps_ue_tell_progress(ue, pdu->frame); /* if the capture ended here, it would be read */
        return DAPS_PDCP_USER;
    }
    daps_pdcp_read(ue->pdcp, pdu, arrival == PDCP_ARRIVES_WITH_RECORD ? &record : NULL, &reading);
    follow_reading(engine, ue, &reading, result);
    follow_turns(engine, ue);
    follow_waiting(engine, ue);
    return reading.status;
}
