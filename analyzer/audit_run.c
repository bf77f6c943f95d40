/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving capture, framing, engine and report. */
#include "audit_run.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/walk.h"
#include "daps/problem.h"
#include "progress.h"
#include "report/report.h"
#include "report/said.h"
#include "report/text.h"
#include "say.h"
#include "what_if.h"

#define PROGRESS_FRAMES 4096

struct audit {
    const struct options *options;
    struct batch_job *job;
    struct report *report;
    struct daps_engine *engine;
    struct daps_sink report_sink; /* what the report wants of the engine's */
    struct what_if *what_if;      /* NULL: not asked for */

    uint64_t lost;      /* RRC messages that framing could not deliver */
    uint64_t malformed; /* other payloads it could not peel */
    char *first_lost, *first_malformed;
};

static void note_problem(struct audit *audit, char **first, uint64_t frame, const char *what)
{
    if (audit->options->verbose)
        batch_note(audit->job, audit->job->path, "frame %" PRIu64 ": %s", frame, what);
    else if (*first == NULL)
        *first = g_strdup_printf("frame %" PRIu64 ": %s", frame, what);
}

static void on_undecoded(void *user, const struct daps_undecoded *undecoded)
{
    struct audit *audit = user;
    const char *message = undecoded->message != NULL ? undecoded->message : "";
    char *what = g_strdup_printf(
        "%s%s%s: %s (bit %" PRIu32 ")", daps_channel_name(undecoded->channel), message[0] != '\0' ? " " : "", message,
        undecoded->error != NULL ? undecoded->error : "cannot be decoded", undecoded->error_bit);

    note_problem(audit, &audit->first_lost, undecoded->frame, what);
    g_free(what);
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct audit *audit = user;

    GString *detail = g_string_new(NULL);

    audit->malformed += !problem->rrc_lost;
    audit->lost += problem->rrc_lost;
    daps_problem_say(detail, problem);
    note_problem(audit, problem->rrc_lost ? &audit->first_lost : &audit->first_malformed, problem->frame, detail->str);
    g_string_free(detail, TRUE);
}

static void on_pdu(void *user, uint64_t ue_key, enum daps_rat rat, int32_t ue_id)
{
    const struct audit *audit = user;

    (void)ue_key;
    (void)rat;
    audit->report->ue_id = ue_id;
}

static void on_gap(void *user, const char *ue, uint64_t frame, enum daps_gap gap)
{
    const struct audit *audit = user;

    if (audit->what_if != NULL)
        what_if_gap(audit->what_if, ue, frame, gap);
    report_gap(audit->report, ue, frame, gap);
}

/* The engine has one sink: what is the report's goes there. */
#define TO_REPORT(name, parameters, ...)                                                                               \
    static void to_##name parameters                                                                                   \
    {                                                                                                                  \
        const struct audit *audit = user;                                                                              \
        audit->report_sink.name(audit->report_sink.user, __VA_ARGS__);                                                 \
    }
TO_REPORT(event, (void *user, const char *ue, const struct daps_event *ev), ue, ev)
TO_REPORT(handover, (void *user, const struct daps_handover *handover), handover)
TO_REPORT(scg_change, (void *user, const struct daps_scg_change *change), change)
TO_REPORT(key, (void *user, const struct daps_key_step *step), step)
TO_REPORT(leaf, (void *user, const char *ue, const struct daps_leaf_keys *keys), ue, keys)
TO_REPORT(finding, (void *user, const struct daps_finding *finding), finding)
TO_REPORT(join, (void *user, const struct daps_identity_join *join), join)

/* The replays beside the audit see what it rests on. */
static void to_what_if(void *user, const char *ue, const struct daps_event *ev)
{
    const struct audit *audit = user;

    what_if_event(audit->what_if, ue, ev);
}

#define WANTED(name) .name = wanted->name != NULL ? to_##name : NULL

static struct daps_sink sink_of(struct audit *audit)
{
    const struct daps_sink *wanted = &audit->report_sink;
    struct daps_sink sink = {.user = audit,
                             WANTED(event),
                             WANTED(handover),
                             WANTED(scg_change),
                             WANTED(key),
                             WANTED(leaf),
                             WANTED(finding),
                             WANTED(join),
                             .pdu = on_pdu,
                             .undecoded = on_undecoded,
                             .problem = on_problem,
                             .gap = on_gap};

    if (audit->what_if != NULL)
        sink.event = to_what_if;
    return sink;
}

/* One line each for what --verbose would have listed. */
static void sum_up_problems(struct audit *audit, uint64_t undecoded)
{
    const char *path = audit->job->path;

    if (audit->first_lost != NULL)
        batch_note(audit->job, path, "%" PRIu64 " %s%s could not be read, first %s%s", undecoded,
                   said_rrc(daps_engine_counts(audit->engine)), undecoded == 1 ? "" : "s", audit->first_lost,
                   undecoded == 1 ? "" : "; --verbose lists all");
    if (audit->first_malformed != NULL && !audit->options->quiet)
        batch_note(audit->job, path, "%" PRIu64 " payload%s could not be unwrapped, first %s%s", audit->malformed,
                   audit->malformed == 1 ? "" : "s", audit->first_malformed,
                   audit->malformed == 1 ? "" : "; --verbose lists all");
}

static void read_records(struct audit *audit, struct daps_capture *capture, struct capture_totals *totals)
{
    enum daps_capture_status status = DAPS_CAPTURE_END;
    struct daps_record record = {.frame = 0};
    uint64_t n = 0;

    while (!audit->job->lines.failed && (status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD) {
        daps_engine_record(audit->engine, &record);
        if (++n % PROGRESS_FRAMES == 0)
            progress_frames(PROGRESS_FRAMES);
    }
    daps_engine_drain(audit->engine);
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

/* Items of a baseband log that are not followed, by code. */
static void count_items(const struct daps_framing_counts *framing, struct capture_totals *totals)
{
    char name[sizeof totals->other[0].name];

    for (unsigned i = 0; framing->items != NULL && i < DAPS_FRAMING_MAX_ITEMS; i++) {
        const struct daps_framing_items *items = &framing->items[i];
        if (items->n == 0)
            continue;
        if (items->version_unknown)
            g_snprintf(name, sizeof name, "diag-0x%04x-version-%u", items->code, items->version);
        else
            g_snprintf(name, sizeof name,
                       items->samsung   ? "sdm-0x%04x"
                       : items->command ? "diag-command-0x%02x"
                                        : "diag-0x%04x",
                       items->code);
        totals_add_other(totals, name, items->n);
    }
    if (framing->more_items > 0)
        totals_add_other(totals, "diag-more", framing->more_items);
}

static void count(struct audit *audit, struct capture_totals *totals)
{
    const struct daps_framing_counts *framing = daps_engine_unwrapped(audit->engine);

    totals->frames = framing->frames;
    totals->counts = *daps_engine_counts(audit->engine);
    totals->counts.undecoded += audit->lost;
    count_sealed(audit, totals);
    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++) {
        if (!daps_framing_class_is_followed((enum daps_framing_class) class) && framing->classes[class] > 0 &&
            class != DAPS_FRAMING_DIAG)
            totals_add_other(totals, daps_framing_class_name((enum daps_framing_class) class), framing->classes[class]);
    }
    count_items(framing, totals);
    memcpy(totals->findings_by_severity, audit->report->findings_by_severity, sizeof totals->findings_by_severity);
}

static struct daps_engine_options options_of(const struct options *options)
{
    return (struct daps_engine_options){.most_ues = options->max_ues,
                                        .most_octets = options->max_memory,
                                        .keylog = options->keylog,
                                        .extract_only = options->style.view == REPORT_EVENTS,
                                        .ncc_reading = options->ncc_reading,
                                        .n_cells = options->n_cells,
                                        .cells = options->cells,
                                        .drbs = options->drbs,
                                        .n_drbs = options->n_drbs};
}

struct daps_engine *audit_engine(const struct options *options, const struct daps_sink *sink)
{
    const struct daps_engine_options engine_options = options_of(options);

    return daps_engine_new(&engine_options, sink);
}

static void start(struct audit *audit)
{
    const struct daps_engine_options replayed = options_of(audit->options);
    struct daps_sink sink;

    if (audit->options->what_if != 0)
        audit->what_if = what_if_new(&replayed, audit->options->what_if);
    audit->report = report_new(&audit->options->style, audit->job->path, &audit->job->lines);
    audit->report->what_if = audit->what_if;
    audit->report_sink = report_sink(audit->report);
    sink = sink_of(audit);
    audit->engine = audit_engine(audit->options, &sink);
}

static void stop(struct audit *audit)
{
    daps_engine_free(audit->engine);
    report_free(audit->report);
    what_if_free(audit->what_if);
    g_free(audit->first_lost);
    g_free(audit->first_malformed);
}

void audit_run_capture(struct batch_job *job, const void *user)
{
    struct audit audit = {.options = user, .job = job};
    struct capture_totals totals = {0};
    struct daps_capture_limits limits;
    struct daps_capture *capture;

    start(&audit);
    limits = (struct daps_capture_limits){.found = g_hash_table_contains(audit.options->found, job->path),
                                          .max_spool = audit.options->max_spool};
    capture = daps_capture_open_within(job->path, &limits, &totals.error);
    if (capture != NULL) {
        read_records(&audit, capture, &totals);
        count(&audit, &totals);
        sum_up_problems(&audit, totals.counts.undecoded);
        if (report_is_audit(&audit.options->style) && !audit.options->allow_partial)
            batch_not_judged(job, job->path, totals.counts.not_judged);
        daps_capture_close(capture);
    }
    if (totals.error != NULL)
        batch_error(job, totals.error);
    totals.unreadable = totals.error != NULL || totals.counts.undecoded > 0;
    if (audit.what_if != NULL && capture != NULL)
        what_if_end(audit.what_if, totals.counts.ues_given_up);
    else
        audit.report->what_if = NULL;
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
        outbuf_printf(&line, ": %s", what);
        text_safe(&line, note->reason);
        outbuf_char(&line, '\n');
        fwrite(line.octets, 1, line.length, stderr);
        outbuf_clear(&line);
    }
}

static void tell_skipped(const struct daps_walk *walk, const struct options *options)
{
    if (options->verbose)
        tell_notes(walk->skipped, "skipped: ");
    else if (walk->skipped->len > 0 && !options->quiet)
        say("%u %s skipped; --verbose lists %s", walk->skipped->len,
            walk->skipped->len == 1 ? "file that is no capture was" : "files that are no captures were",
            walk->skipped->len == 1 ? "it" : "them");
    tell_notes(walk->unreadable, "");
    if (walk->captures->len == 0)
        say("no capture was found, so nothing was looked at");
}

int audit_run(const struct options *options)
{
    struct daps_walk *walk = daps_walk_new();
    struct options own = *options;
    int status;

    options_confine(options);
    for (unsigned i = 0; options->paths[i] != NULL; i++)
        daps_walk_add(walk, options->paths[i]);
    tell_skipped(walk, options);
    own.found = walk->found;
    own.style.brief = walk->captures->len > 1 && !options->verbose;
    status = batch_command(walk->captures, &own, audit_run_capture, &own, walk->skipped->len, walk->unreadable->len);
    daps_walk_free(walk);
    return status;
}
