/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one loop: records in, PDUs through framing, what they say back to where it is needed. Everybody who follows a
 * capture goes through here.
 */
#include "drive.h"

#include <glib.h>

#include "ap/ap.h"
#include "ue/ue.h"
#include "unwrap/unwrap.h"

struct drive {
    struct daps_engine *engine;
    struct unwrap *unwrap;
    struct ap *ap;
    struct daps_rrc_result *result;
};

static void tell_undecoded(const struct drive *drive, const struct daps_pdu *pdu, enum daps_channel channel,
                           const struct daps_rrc_result *result)
{
    const struct daps_sink *sink = daps_engine_sink(drive->engine);

    if (sink->undecoded != NULL)
        sink->undecoded(sink->user, &(struct daps_undecoded){.frame = pdu->frame,
                                                             .ue_key = pdu->ue_key,
                                                             .rat = pdu->rat,
                                                             .channel = channel,
                                                             .message = result->message,
                                                             .error = result->error,
                                                             .error_bit = result->error_bit});
    daps_engine_gap(drive->engine, pdu->ue_key, false, pdu->frame, DAPS_GAP_UNDECODED);
}

/* What a message said goes to where it is needed, or it could not be decoded. */
static inline void learn(struct drive *drive, const struct daps_pdu *pdu, enum daps_channel channel,
                         const struct daps_rrc_result *result)
{
    if (result->status == DAPS_RRC_OK && pdu->between_nodes)
        return; /* the UE has no names there */
    if (result->status == DAPS_RRC_OK)
        unwrap_learn(drive->unwrap, pdu->rat, pdu->ue_key, result); /* bearers and names below RRC */
    else
        tell_undecoded(drive, pdu, channel, result);
}

void drive_learn_pdcp(struct drive *drive, const struct daps_pdu *pdu, const struct daps_rrc_result *result)
{
    learn(drive, pdu, daps_channel_dcch(pdu->downlink), result);
}

static void take_rrc(struct drive *drive, const struct daps_pdu *pdu)
{
    (void)engine_rrc(drive->engine, pdu, drive->result);
    learn(drive, pdu, pdu->channel, drive->result);
}

static void take_pdcp(struct drive *drive, const struct daps_pdu *pdu)
{
    const struct daps_sink *sink = daps_engine_sink(drive->engine);
    const enum daps_pdcp_status status = engine_pdcp(drive->engine, pdu, drive->result);

    if (status == DAPS_PDCP_READ)
        drive_learn_pdcp(drive, pdu, drive->result);
    else if (sink->pdcp != NULL)
        sink->pdcp(sink->user, status);
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct drive *drive = user;
    const struct daps_sink *sink = daps_engine_sink(drive->engine);

    if (pdu->layer == DAPS_LAYER_AP) {
        ap_take(drive->ap, pdu);
        return;
    }
    if (sink->pdu != NULL)
        sink->pdu(sink->user, pdu->ue_key, pdu->rat, pdu->names.has_ue_id ? pdu->names.ue_id : -1);
    if (pdu->layer == DAPS_LAYER_RRC)
        take_rrc(drive, pdu);
    else if (pdu->layer == DAPS_LAYER_LOGGED)
        engine_logged(drive->engine, pdu);
    else
        take_pdcp(drive, pdu);
}

/* What is lost of signalling, by what became of what held it. */
static enum daps_gap gap_of(enum daps_framing_class class)
{
    switch (class) {
    case DAPS_FRAMING_CUT:
        return DAPS_GAP_PDU_CUT;
    case DAPS_FRAMING_INCOMPLETE:
        return DAPS_GAP_PDU_INCOMPLETE;
    case DAPS_FRAMING_UNKNOWN:
        return DAPS_GAP_PDU_UNKNOWN;
    default:
        return DAPS_GAP_PDU_MALFORMED;
    }
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    const struct drive *drive = user;
    const struct daps_sink *sink = daps_engine_sink(drive->engine);

    if (sink->problem != NULL)
        sink->problem(sink->user, problem);
    if (problem->rrc_lost && problem->class == DAPS_FRAMING_CUT)
        daps_engine_not_judged(drive->engine, DAPS_NOT_JUDGED_COMMAND_CUT, problem->frame);
    if (!problem->rrc_lost &&
        problem->what == DAPS_PROBLEM_LOG_VERSION) /* RRC is logged beside it: only keys are lost */
        daps_engine_not_judged(drive->engine, DAPS_NOT_JUDGED_KEYS_UNREAD, problem->frame);
    if (problem->rrc_lost)
        daps_engine_gap(drive->engine, problem->ue_key, !problem->ue_known, problem->frame, gap_of(problem->class));
}

static void on_unfollowed(void *user, uint64_t frame)
{
    const struct drive *drive = user;

    daps_engine_not_judged(drive->engine, DAPS_NOT_JUDGED_NODE_INTERFACE, frame);
}

static void on_said(void *user, const struct ap_said *said)
{
    const struct drive *drive = user;
    const struct daps_sink *sink = daps_engine_sink(drive->engine);

    if (sink->pdu != NULL)
        sink->pdu(sink->user, said->ue_key, DAPS_RAT_LTE, -1);
    engine_node(drive->engine, said);
}

static void on_join(void *user, uint64_t ue_key, const struct daps_identity_join *join)
{
    const struct drive *drive = user;

    engine_join(drive->engine, ue_key, join);
}

struct drive *drive_new(struct daps_engine *engine, const struct daps_engine_options *options)
{
    struct drive *drive = g_new0(struct drive, 1);
    const struct unwrap_sink sink = {
        .user = drive, .pdu = on_pdu, .problem = on_problem, .join = on_join, .unfollowed = on_unfollowed};

    const struct ap_sink ap_sink = {.user = drive, .says = on_said, .rrc = on_pdu, .unfollowed = on_unfollowed};

    drive->engine = engine;
    drive->ap = ap_new(&ap_sink);
    drive->unwrap = unwrap_new(&sink);
    unwrap_assume(drive->unwrap, options->drbs, options->n_drbs);
    drive->result = g_new0(struct daps_rrc_result, 1);
    return drive;
}

void drive_free(struct drive *drive)
{
    if (drive == NULL)
        return;
    unwrap_free(drive->unwrap);
    ap_free(drive->ap);
    g_free(drive->result);
    g_free(drive);
}

void daps_engine_record(struct daps_engine *engine, const struct daps_record *record)
{
    unwrap_record(engine_drive(engine)->unwrap, record);
}

void daps_engine_pdu(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    unwrap_pdu(engine_drive(engine)->unwrap, pdu);
}

const struct daps_framing_counts *daps_engine_unwrapped(const struct daps_engine *engine)
{
    return unwrap_counts(engine_drive(engine)->unwrap);
}

uint64_t daps_engine_forgotten(const struct daps_engine *engine)
{
    return unwrap_evicted(engine_drive(engine)->unwrap);
}

void daps_engine_drain(struct daps_engine *engine)
{
    unwrap_finish(engine_drive(engine)->unwrap);
    ap_finish(engine_drive(engine)->ap);
}
