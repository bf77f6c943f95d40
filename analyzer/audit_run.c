/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving capture, framing, engine and report. */
#include "audit_run.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/walk.h"
#include "daps/framing.h"
#include "progress.h"
#include "report/report.h"
#include "report/text.h"

#define PROGRESS_FRAMES 4096

struct audit {
    const struct options *options;
    struct batch_job *job;
    struct report *report;
    struct daps_engine *engine;
    struct daps_framing *framing;
    struct daps_sink report_sink;
    struct daps_rrc_result *result;

    GHashTable *ue_names; /* events only: uint64_t ue_key (owned) to the engine's name of that UE (owned) */
    uint64_t ue_key;      /* of the PDU that is in the engine */

    uint64_t lost;      /* RRC messages that framing could not deliver */
    uint64_t malformed; /* other payloads it could not peel */
    char *first_lost, *first_malformed;
};

/* Remembers what the engine calls the UE, so that a later gap can name it. */
static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct audit *audit = user;

    if (ue[0] != '\0' && !g_hash_table_contains(audit->ue_names, &audit->ue_key))
        g_hash_table_insert(audit->ue_names, g_memdup2(&audit->ue_key, sizeof audit->ue_key), g_strdup(ue));
    audit->report_sink.event(audit->report_sink.user, ue, ev);
}

static void tell_gap(struct audit *audit, bool all, uint64_t ue_key, uint64_t frame, const char *reason)
{
    const char *ue = NULL;

    daps_engine_gap(audit->engine, ue_key, all, frame, reason);
    if (audit->ue_names == NULL)
        return;
    if (!all) {
        ue = g_hash_table_lookup(audit->ue_names, &ue_key);
        if (ue == NULL)
            return; /* nothing is known of this UE yet that could be missing something */
    }
    report_gap(audit->report, ue, frame, reason);
}

static void note_problem(struct audit *audit, char **first, uint64_t frame, const char *what)
{
    if (audit->options->verbose)
        batch_note(audit->job, audit->job->path, "frame %" PRIu64 ": %s", frame, what);
    else if (*first == NULL)
        *first = g_strdup_printf("frame %" PRIu64 ": %s", frame, what);
}

static void lose_message(struct audit *audit, uint64_t frame, enum daps_channel channel, uint64_t ue_key)
{
    char *what;

    what = g_strdup_printf("%s%s%s: %s (bit %" PRIu32 ")", daps_channel_name(channel),
                           audit->result->message != NULL && audit->result->message[0] != '\0' ? " " : "",
                           audit->result->message != NULL ? audit->result->message : "",
                           audit->result->error != NULL ? audit->result->error : "cannot be decoded",
                           audit->result->error_bit);
    note_problem(audit, &audit->first_lost, frame, what);
    g_free(what);
    tell_gap(audit, false, ue_key, frame, "an RRC message could not be decoded");
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct audit *audit = user;

    audit->ue_key = pdu->ue_key;
    audit->report->ue_id = daps_framing_ue_id(audit->framing);
    if (daps_engine_pdu(audit->engine, pdu, audit->result) == DAPS_RRC_OK)
        daps_framing_learn(audit->framing, pdu->ue_key, audit->result);
    else
        lose_message(audit, pdu->frame, pdu->channel, pdu->ue_key);
}

static void on_pdcp(void *user, const struct daps_pdcp_pdu *pdu)
{
    struct audit *audit = user;

    audit->ue_key = pdu->ue_key;
    audit->report->ue_id = daps_framing_ue_id(audit->framing);
    if (daps_engine_pdcp(audit->engine, pdu, audit->result) != DAPS_PDCP_READ)
        return;
    if (audit->result->status == DAPS_RRC_OK)
        daps_framing_learn(audit->framing, pdu->ue_key, audit->result);
    else
        lose_message(audit, pdu->frame, pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH, pdu->ue_key);
}

/* A PDU that waited for its key. */
static void on_waited(void *user, const struct daps_pdcp_pdu *pdu, const struct daps_rrc_result *result)
{
    struct audit *audit = user;

    if (result->status == DAPS_RRC_OK)
        daps_framing_learn(audit->framing, pdu->ue_key, result);
    else
        tell_gap(audit, false, pdu->ue_key, pdu->frame, "an RRC message could not be decoded");
}

static void on_join(void *user, uint64_t ue_key, const struct daps_identity_join *join)
{
    const struct audit *audit = user;

    daps_engine_join(audit->engine, ue_key, join);
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct audit *audit = user;

    if (!problem->rrc_lost) {
        audit->malformed++;
        note_problem(audit, &audit->first_malformed, problem->frame, problem->detail);
        return;
    }
    audit->lost++;
    note_problem(audit, &audit->first_lost, problem->frame, problem->detail);
    if (problem->class == DAPS_FRAMING_CUT)
        daps_engine_not_judged(audit->engine, DAPS_NOT_JUDGED_COMMAND_CUT, problem->frame);
    tell_gap(audit, !problem->ue_known, problem->ue_key, problem->frame, problem->reason);
}

/* One line each for what --verbose would have listed. */
static void sum_up_problems(struct audit *audit, uint64_t undecoded)
{
    const char *path = audit->job->path;

    if (audit->first_lost != NULL)
        batch_note(audit->job, path, "%" PRIu64 " NR RRC message%s could not be read, first %s%s", undecoded,
                   undecoded == 1 ? "" : "s", audit->first_lost, undecoded == 1 ? "" : "; --verbose lists all");
    if (audit->first_malformed != NULL && !audit->options->quiet)
        batch_note(audit->job, path, "%" PRIu64 " payload%s could not be unwrapped, first %s%s", audit->malformed,
                   audit->malformed == 1 ? "" : "s", audit->first_malformed,
                   audit->malformed == 1 ? "" : "; --verbose lists all");
}

static void read_records(struct audit *audit, struct daps_capture *capture, struct capture_totals *totals)
{
    enum daps_capture_status status = DAPS_CAPTURE_END;
    struct daps_record record;
    uint64_t n = 0;

    while (!audit->job->lines.failed && (status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD) {
        daps_framing_unwrap(audit->framing, &record);
        if (++n % PROGRESS_FRAMES == 0)
            progress_frames(PROGRESS_FRAMES);
    }
    daps_framing_finish(audit->framing);
    if (status == DAPS_CAPTURE_ERROR)
        totals->error = g_strdup(daps_capture_error(capture));
    daps_engine_finish(audit->engine);
}

static void count_sealed(const struct audit *audit, struct capture_totals *totals)
{
    struct daps_sealed sealed;

    while (totals->n_sealed < TOTALS_MAX_SEALED && daps_engine_sealed(audit->engine, totals->n_sealed, &sealed)) {
        struct sealed_ue *row = &totals->sealed[totals->n_sealed++];
        g_strlcpy(row->ue, sealed.ue, sizeof row->ue);
        g_strlcpy(row->key, sealed.key, sizeof row->key);
        row->what = sealed;
    }
}

static void count(struct audit *audit, struct capture_totals *totals)
{
    const struct daps_framing_counts *framing = daps_framing_counts(audit->framing);

    totals->frames = framing->frames;
    totals->counts = *daps_engine_counts(audit->engine);
    totals->counts.undecoded += audit->lost;
    count_sealed(audit, totals);
    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++) {
        if (!daps_framing_class_is_followed((enum daps_framing_class) class) && framing->classes[class] > 0)
            totals_add_other(totals, daps_framing_class_name((enum daps_framing_class) class), framing->classes[class]);
    }
    memcpy(totals->findings_by_severity, audit->report->findings_by_severity, sizeof totals->findings_by_severity);
}

static void start(struct audit *audit)
{
    const bool events = audit->options->style.view == REPORT_EVENTS;
    const struct daps_engine_options engine_options = {.keylog = audit->options->keylog,
                                                       .extract_only = events,
                                                       .ncc_reading = audit->options->ncc_reading,
                                                       .n_cells = audit->options->n_cells,
                                                       .cells = audit->options->cells};
    const struct daps_framing_sink framing_sink = {
        .user = audit, .pdu = on_pdu, .pdcp = on_pdcp, .problem = on_problem, .join = on_join};
    struct daps_sink sink;

    audit->report = report_new(&audit->options->style, audit->job->path, &audit->job->lines);
    audit->report_sink = sink = report_sink(audit->report);
    if (events) {
        audit->ue_names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
        sink = (struct daps_sink){.user = audit, .event = on_event};
    }
    audit->engine = daps_engine_new(&engine_options, &sink);
    daps_engine_on_waited(audit->engine, on_waited, audit);
    audit->framing = daps_framing_new(&framing_sink);
    daps_framing_assume_drbs(audit->framing, audit->options->drbs, audit->options->n_drbs);
    audit->result = g_new0(struct daps_rrc_result, 1);
}

static void stop(struct audit *audit)
{
    daps_framing_free(audit->framing);
    daps_engine_free(audit->engine);
    report_free(audit->report);
    if (audit->ue_names != NULL)
        g_hash_table_unref(audit->ue_names);
    g_free(audit->result);
    g_free(audit->first_lost);
    g_free(audit->first_malformed);
}

void audit_run_capture(struct batch_job *job, const void *user)
{
    struct audit audit = {.options = user, .job = job};
    struct capture_totals totals = {0};
    struct daps_capture *capture;

    start(&audit);
    capture = daps_capture_open(job->path, &totals.error);
    if (capture != NULL) {
        read_records(&audit, capture, &totals);
        count(&audit, &totals);
        sum_up_problems(&audit, totals.counts.undecoded);
        daps_capture_close(capture);
    }
    if (totals.error != NULL)
        batch_error(job, totals.error);
    totals.unreadable = totals.error != NULL || totals.counts.undecoded > 0;
    report_end(audit.report, &totals);
    totals_add_capture(&job->totals, &totals);
    totals_clear(&totals);
    stop(&audit);
}

static void tell_notes(const GPtrArray *notes, const char *what)
{
    for (guint i = 0; i < notes->len; i++) {
        const struct daps_walk_note *note = g_ptr_array_index(notes, i);
        struct outbuf line;

        outbuf_init(&line, NULL, NULL);
        text_safe(&line, note->path);
        outbuf_printf(&line, ": %s%s\n", what, note->reason);
        fwrite(line.octets, 1, line.length, stderr);
        outbuf_clear(&line);
    }
}

static void tell_skipped(const struct daps_walk *walk, const struct options *options)
{
    if (options->verbose)
        tell_notes(walk->skipped, "skipped: ");
    else if (walk->skipped->len > 0 && !options->quiet)
        fprintf(stderr, "dapsaudit: %u %s skipped; --verbose lists %s\n", walk->skipped->len,
                walk->skipped->len == 1 ? "file that is no capture was" : "files that are no captures were",
                walk->skipped->len == 1 ? "it" : "them");
    tell_notes(walk->unreadable, "");
    if (walk->captures->len == 0)
        fputs("dapsaudit: no capture was found, so nothing was looked at\n", stderr);
}

int audit_run(const struct options *options)
{
    struct daps_walk *walk = daps_walk_new();
    struct options own = *options;
    int status;

    for (unsigned i = 0; options->paths[i] != NULL; i++)
        daps_walk_add(walk, options->paths[i]);
    tell_skipped(walk, options);
    own.style.brief = walk->captures->len > 1 && !options->verbose;
    status = batch_command(walk->captures, &own, audit_run_capture, &own, walk->skipped->len, walk->unreadable->len);
    daps_walk_free(walk);
    return status;
}
