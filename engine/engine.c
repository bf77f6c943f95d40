/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: PDUs to events, events to their UE, results to the sink. */
#include "daps/engine.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daps/kdf.h"
#include "drive.h"
#include "joins.h"
#include "pdcp/pdcp.h"
#include "rrc/cells.h"
#include "rules/rules.h"
#include "ue/ue.h"
#include "ues.h"

#define SEALED_MOST 64 /* of UEs that are no longer followed */

struct sealed_ue {
    struct daps_sealed view;
    char ue[64], key[24];
};

#define MOST_IDENTITIES 256

struct daps_engine {
    struct daps_engine_options options;
    struct daps_sink sink;
    struct daps_engine_counts counts;
    struct ues *ues;
    GStringChunk *names; /* of UEs that somebody asked for */
    GArray *sealed;      /* struct sealed_ue: of UEs no longer followed */
    struct {
        uint64_t n, frame;
        const char *reason;
    } gaps;                       /* of all UEs; each is told when it is met */
    struct joins *joins;          /* of UEs without a PDU so far */
    struct daps_ciphers *ciphers; /* NULL until needed */
    struct pdcp_roots *roots;     /* likewise */
    unsigned n_identities;
    struct cell_identity {
        struct daps_cell cell;
        int64_t identity;
    } identities[MOST_IDENTITIES]; /* of cells whose SIB1 was seen; the oldest gives way */
    struct drive *drive;
    struct daps_rrc_result *waited; /* what PDUs that waited said; NULL until needed */
    uint64_t *seen;                 /* fingerprints of the newest messages, NULL until there is one */
    struct daps_rrc_result *trial;  /* for looking whether octets could be RRC; likewise */
    uint8_t *open;                  /* the PDU at hand, deciphered; likewise */
};

struct daps_engine *daps_engine_new(const struct daps_engine_options *options, const struct daps_sink *sink)
{
    struct daps_engine *engine = g_new0(struct daps_engine, 1);

    if (options != NULL)
        engine->options = *options;
    if (sink != NULL)
        engine->sink = *sink;
    if (engine->options.extract_only) /* UEs are followed all the same: below RRC, the next message needs their keys */
        engine->sink = (struct daps_sink){.user = engine->sink.user,
                                          .event = engine->sink.event,
                                          .pdu = engine->sink.pdu,
                                          .pdcp = engine->sink.pdcp,
                                          .undecoded = engine->sink.undecoded,
                                          .problem = engine->sink.problem,
                                          .gap = engine->sink.gap};
    engine->ues = ues_new();
    engine->names = g_string_chunk_new(1024);
    engine->sealed = g_array_new(FALSE, FALSE, sizeof(struct sealed_ue));
    engine->joins = joins_new();
    engine->drive = drive_new(engine, &engine->options);
    return engine;
}

void daps_engine_free(struct daps_engine *engine)
{
    if (engine == NULL)
        return;
    drive_free(engine->drive);
    ues_free(engine->ues);
    g_string_chunk_free(engine->names);
    g_array_unref(engine->sealed);
    joins_free(engine->joins);
    daps_ciphers_free(engine->ciphers);
    pdcp_roots_free(engine->roots);
    g_free(engine->trial);
    if (engine->open != NULL)
        daps_wipe(engine->open, DAPS_PDCP_MOST_OCTETS);
    g_free(engine->open);
    g_free(engine->waited);
    g_free(engine->seen);
    g_free(engine);
}

/* Says to a UE what may be missing of the signalling of all UEs. */
static struct daps_ue *tell_gaps(const struct daps_engine *engine, struct ue_entry *entry)
{
    if (entry->gaps < engine->gaps.n)
        daps_ue_unread(entry->ue, engine->gaps.frame, engine->gaps.reason);
    entry->gaps = engine->gaps.n;
    return entry->ue;
}

static bool read_sealed(const struct daps_ue *ue, struct daps_sealed *out)
{
    const struct daps_pdcp *pdcp = ue->pdcp;

    if (pdcp == NULL || (pdcp->unreadable == 0 && !pdcp->needs.other_count))
        return false;
    *out = pdcp->needs;
    out->ue = ue->name;
    out->key = pdcp->last_key;
    out->pdus = pdcp->unreadable;
    out->first_frame = pdcp->first_unreadable_frame;
    if (out->pdus == 0) {
        out->needs = DAPS_NEEDS_NOTHING;
        out->number = -1;
    }
    return true;
}

/* The UE met longest ago is followed no further: what is open of it is settled, as at the end of the capture. */
static void give_way(struct daps_engine *engine, uint64_t frame)
{
    struct ue_entry *entry = ues_longest_unmet(engine->ues);
    struct daps_ue *ue = tell_gaps(engine, entry);
    struct sealed_ue kept = {.view = {.pdus = 0}};

    if (ue->state != DAPS_UE_IDLE)
        daps_engine_not_judged(engine, DAPS_NOT_JUDGED_NOT_FOLLOWED, frame);
    daps_ue_finish(ue);
    if (engine->sealed->len < SEALED_MOST && read_sealed(ue, &kept.view)) {
        g_strlcpy(kept.ue, kept.view.ue, sizeof kept.ue);
        g_strlcpy(kept.key, kept.view.key, sizeof kept.key);
        g_array_append_val(engine->sealed, kept);
    }
    ues_remove(engine->ues, entry);
}

static struct daps_ue *find_ue(struct daps_engine *engine, uint64_t ue_key)
{
    struct ue_entry *entry = ues_find(engine->ues, ue_key);

    return entry != NULL ? tell_gaps(engine, entry) : NULL;
}

/* At that frame; name NULL: numbered. */
static struct daps_ue *get_ue(struct daps_engine *engine, uint64_t ue_key, const char *name, enum daps_rat rat,
                              uint64_t frame)
{
    struct ue_entry *entry = ues_find(engine->ues, ue_key);
    struct daps_ue *ue;
    char number[24];

    if (entry != NULL) {
        ues_meet(engine->ues, entry);
        return tell_gaps(engine, entry);
    }
    if (ues_count(engine->ues) >= (engine->options.most_ues > 0 ? engine->options.most_ues : DAPS_ENGINE_MOST_UES))
        give_way(engine, frame);
    snprintf(number, sizeof number, "%" PRIu64, ++engine->counts.ues);
    ue = daps_ue_new(engine, name != NULL ? name : number, rat);
    ue->number = (uint32_t)engine->counts.ues;
    ues_add(engine->ues, ue_key, ue)->gaps = engine->gaps.n;
    if (!joins_deliver(engine->joins, ue_key, ue->name, &engine->sink) && engine->sink.join != NULL)
        engine->sink.join(engine->sink.user, &(struct daps_identity_join){
                                                 .frame = frame, .ue = ue->name, .name = "", .reason = DAPS_JOIN_LOG});
    return ue;
}

void engine_join(struct daps_engine *engine, uint64_t ue_key, const struct daps_identity_join *join)
{
    const struct daps_ue *ue = find_ue(engine, ue_key);

    if (engine->sink.join == NULL)
        return;
    joins_keep(engine->joins, ue_key, join);
    if (ue != NULL)
        joins_deliver(engine->joins, ue_key, ue->name, &engine->sink);
}

static bool is_broadcast(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_SYSTEM_INFORMATION;
}

static void learn_identity(struct daps_engine *engine, const struct daps_event *ev)
{
    struct cell_identity *of = NULL;

    if (ev->cell_identity < 0 || ev->logged_cell.pci < 0)
        return;
    for (unsigned i = 0; of == NULL && i < engine->n_identities; i++) {
        const struct daps_cell *cell = &engine->identities[i].cell;
        if (cell->pci == ev->logged_cell.pci && cell->ssb_arfcn == ev->logged_cell.ssb_arfcn)
            of = &engine->identities[i];
    }
    if (of == NULL) {
        if (engine->n_identities == MOST_IDENTITIES)
            memmove(engine->identities, engine->identities + 1, --engine->n_identities * sizeof *engine->identities);
        of = &engine->identities[engine->n_identities++];
    }
    *of = (struct cell_identity){ev->logged_cell, ev->cell_identity};
}

bool daps_engine_cell_identity(const struct daps_engine *engine, const struct daps_cell *cell, int64_t *identity)
{
    for (unsigned i = 0; cell->pci >= 0 && i < engine->n_identities; i++) {
        const struct cell_identity *known = &engine->identities[i];
        if (known->cell.pci != cell->pci || known->cell.ssb_arfcn != cell->ssb_arfcn)
            continue;
        *identity = known->identity;
        return true;
    }
    return false;
}

/* A request's MAC, where a key log may tell whether it is right. */
static void check_request(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct pdcp_host host = daps_ue_host(ue);

    daps_pdcp_check_request(&host, ev);
}

void daps_engine_event(struct daps_engine *engine, uint64_t ue_key, const char *name, const struct daps_event *ev)
{
    struct daps_ue *ue;

    if (is_broadcast(ev)) {
        learn_identity(engine, ev);
        if (engine->sink.event != NULL)
            engine->sink.event(engine->sink.user, "", ev);
        return;
    }
    ue = get_ue(engine, ue_key, name, ev->rat, ev->frame);
    if (engine->sink.event != NULL)
        engine->sink.event(engine->sink.user, ue->name, ev);
    if (daps_event_is_evidence(ev->kind)) {
        daps_ue_evidence(ue, ev);
        return;
    }
    if (ev->request_mac >= 0 && engine->options.keylog != NULL)
        check_request(ue, ev);
    daps_ue_event(ue, ev);
}

void daps_engine_evidence(struct daps_engine *engine, struct daps_ue *ue, const struct daps_event *ev)
{
    if (engine->sink.event != NULL && !ue->is_copy)
        engine->sink.event(engine->sink.user, ue->name, ev);
    daps_ue_evidence(ue, ev);
}

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
    ue = get_ue(engine, pdu->ue_key, NULL, pdu->rat, pdu->frame);
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
        daps_ue_unread(ue, pdu->frame, "an RRC message of which a segment is missing");
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
    if (!is_twin(find_ue(engine, pdu->ue_key), pdu, false, result))
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
static void follow_return(struct daps_engine *engine, const struct daps_ue *ue, const struct daps_pdcp_pdu *pdu,
                          const struct daps_rrc_result *result)
{
    const bool says_so = result->n_events > 0 && result->events[0].kind == DAPS_EV_FAILURE_INFORMATION &&
                         result->events[0].daps_failure && ue->open != NULL && ue->open->daps;
    struct daps_event ev;

    if (says_so)
        return;
    daps_event_clear(&ev, DAPS_EV_SOURCE_IN_USE);
    ev.rat = DAPS_RAT_NR;
    ev.channel = pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH;
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
            drive_learn(engine->drive,
                        &(struct daps_undecoded){.frame = reading.pdu->frame,
                                                 .ue_key = reading.pdu->ue_key,
                                                 .channel = reading.pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH},
                        engine->waited);
    }
}

struct drive *engine_drive(struct daps_engine *engine)
{
    return engine->drive;
}

static void begin_pdcp(struct daps_engine *engine, struct daps_ue *ue, const struct daps_pdcp_pdu *pdu)
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

enum daps_pdcp_status engine_pdcp(struct daps_engine *engine, const struct daps_pdcp_pdu *pdu,
                                  struct daps_rrc_result *result)
{
    struct daps_ue *ue = get_ue(engine, pdu->ue_key, NULL, DAPS_RAT_NR, pdu->frame);
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

void daps_engine_gap(struct daps_engine *engine, uint64_t ue_key, bool all, uint64_t frame, const char *reason)
{
    struct daps_ue *ue = all ? NULL : find_ue(engine, ue_key);

    if (ue != NULL)
        daps_ue_unread(ue, frame, reason);
    if (engine->sink.gap != NULL && (all || ue != NULL)) /* what is missing of an unknown UE misses nothing */
        engine->sink.gap(engine->sink.user, ue != NULL ? ue->name : NULL, frame, reason);
    if (!all)
        return;
    engine->gaps.n++;
    engine->gaps.frame = frame;
    engine->gaps.reason = reason;
}

void daps_engine_not_judged(struct daps_engine *engine, enum daps_not_judged reason, uint64_t frame)
{
    daps_not_judged_add(engine->counts.not_judged, reason, frame);
    if (engine->sink.not_judged != NULL)
        engine->sink.not_judged(engine->sink.user, reason, frame);
}

/* Four places a bucket, the oldest gives way. */
#define SEEN_BUCKETS 8192
#define SEEN_WAYS    4

bool daps_engine_seen(struct daps_engine *engine, uint64_t fingerprint)
{
    uint64_t *bucket;

    if (engine->seen == NULL)
        engine->seen = g_new0(uint64_t, (gsize)SEEN_BUCKETS * SEEN_WAYS);
    bucket = engine->seen + (fingerprint % SEEN_BUCKETS) * SEEN_WAYS;
    for (unsigned i = 0; i < SEEN_WAYS; i++) {
        if (bucket[i] == fingerprint)
            return true;
    }
    memmove(bucket + 1, bucket, (SEEN_WAYS - 1) * sizeof *bucket);
    bucket[0] = fingerprint;
    return false;
}

void daps_engine_finish(struct daps_engine *engine)
{
    for (struct ue_entry *entry = ues_first(engine->ues); entry != NULL; entry = entry->next)
        daps_ue_finish(tell_gaps(engine, entry));
}

void daps_engine_preview(struct daps_engine *engine, uint64_t ue_key, bool all, const struct daps_sink *sink)
{
    const struct daps_sink own_sink = engine->sink;
    const struct daps_engine_counts own_counts = engine->counts;

    if (engine->options.extract_only)
        return;
    engine->sink = *sink;
    for (struct ue_entry *entry = all ? ues_first(engine->ues) : ues_find(engine->ues, ue_key); entry != NULL;
         entry = all ? entry->next : NULL)
        daps_ue_preview(tell_gaps(engine, entry));
    engine->sink = own_sink;
    engine->counts = own_counts;
}

unsigned daps_engine_contexts(const struct daps_engine *engine, uint64_t ue_key, struct daps_context_view *source,
                              struct daps_context_view *target)
{
    const struct ue_entry *entry = ues_find(engine->ues, ue_key);
    const struct daps_ue *ue = entry != NULL ? entry->ue : NULL;

    if (ue == NULL || ue->active.chain.key == NULL)
        return 0;
    daps_view_context(source, &ue->active);
    if (ue->open == NULL || ue->open->target.chain.key == NULL)
        return 1;
    daps_view_context(target, &ue->open->target);
    return 2;
}

const char *daps_engine_ue_name(const struct daps_engine *engine, uint64_t ue_key)
{
    const struct ue_entry *entry = ues_find(engine->ues, ue_key);

    return entry != NULL ? g_string_chunk_insert_const(engine->names, entry->ue->name) : NULL;
}

bool daps_engine_sealed(const struct daps_engine *engine, unsigned index, struct daps_sealed *out)
{
    if (index < engine->sealed->len) {
        const struct sealed_ue *kept = &g_array_index(engine->sealed, struct sealed_ue, index);
        *out = kept->view;
        out->ue = kept->ue;
        out->key = kept->key;
        return true;
    }
    index -= engine->sealed->len;
    for (const struct ue_entry *entry = ues_first(engine->ues); entry != NULL; entry = entry->next) {
        if (read_sealed(entry->ue, out) && index-- == 0)
            return true;
    }
    return false;
}

const struct daps_engine_counts *daps_engine_counts(const struct daps_engine *engine)
{
    return &engine->counts;
}

static void deliver(void *user, const struct daps_finding *finding)
{
    struct daps_engine *engine = user;

    engine->counts.findings[finding->rule]++;
    if (engine->sink.finding != NULL)
        engine->sink.finding(engine->sink.user, finding);
}

void daps_engine_tell(struct daps_engine *engine, const struct daps_moment *moment)
{
    const struct judgement judgement = {.moment = moment, .deliver = deliver, .user = engine};

    daps_rules_see(&judgement);
}

const struct daps_sink *daps_engine_sink(const struct daps_engine *engine)
{
    return &engine->sink;
}

const struct daps_engine_options *daps_engine_options(const struct daps_engine *engine)
{
    return &engine->options;
}

enum daps_ncc_reading daps_engine_ncc_reading(const struct daps_engine *engine)
{
    return engine->options.ncc_reading;
}

const struct daps_keylog *daps_engine_keylog(const struct daps_engine *engine)
{
    return engine->options.keylog;
}

struct daps_engine_counts *daps_engine_counters(struct daps_engine *engine)
{
    return &engine->counts;
}

struct daps_ciphers *daps_engine_ciphers(struct daps_engine *engine)
{
    if (engine->ciphers == NULL)
        engine->ciphers = daps_ciphers_new(DAPS_LIBRARY_ANY);
    return engine->ciphers;
}

uint8_t *daps_engine_open_octets(struct daps_engine *engine)
{
    if (engine->open == NULL)
        engine->open = g_malloc(DAPS_PDCP_MOST_OCTETS);
    return engine->open;
}

struct daps_rrc_result *daps_engine_trial(struct daps_engine *engine)
{
    if (engine->trial == NULL)
        engine->trial = g_new0(struct daps_rrc_result, 1);
    return engine->trial;
}

struct pdcp_roots *daps_engine_roots(struct daps_engine *engine)
{
    if (engine->roots == NULL)
        engine->roots = pdcp_roots_new();
    return engine->roots;
}
