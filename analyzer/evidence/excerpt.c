/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the records, reducing them, and writing what is left with comments. */
#include "evidence/excerpt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit_run.h"
#include "capture/capture.h"
#include "daps/rule.h"
#include "evidence/evidence.h"
#include "evidence/pcapng.h"
#include "evidence/reduce.h"
#include "evidence/remake.h"
#include "evidence/steps.h"
#include "outfile.h"
#include "report/text.h"

#define MOST_OCTETS  (512U << 20) /* of records that are held in memory */
#define RUNS         60           /* a record may be audited so often, on average, ... */
#define LEAST_BUDGET 400000       /* ... or this many records in all */
#define MOST_TOLD    200          /* frames in the report's table of old and new numbers */

struct excerpt {
    struct verdicts *wanted;
    GArray *records; /* struct daps_record, whose octets are owned */
    uint64_t octets;
    struct remade *remade; /* what is written in place of the records that are left; NULL: they are */
};

static void clear_record(gpointer data)
{
    g_free((gpointer)((struct daps_record *)data)->data);
}

struct excerpt *excerpt_new(bool with_names)
{
    struct excerpt *excerpt = g_new0(struct excerpt, 1);

    excerpt->wanted = verdicts_new(with_names);
    excerpt->records = g_array_new(FALSE, FALSE, sizeof(struct daps_record));
    g_array_set_clear_func(excerpt->records, clear_record);
    return excerpt;
}

void excerpt_free(struct excerpt *excerpt)
{
    if (excerpt == NULL)
        return;
    verdicts_free(excerpt->wanted);
    g_array_unref(excerpt->records);
    remade_free(excerpt->remade);
    g_free(excerpt);
}

void excerpt_finding(struct excerpt *excerpt, const struct daps_finding *finding)
{
    verdicts_add(excerpt->wanted, finding);
}

/* NULL, or why the records cannot be had. */
static char *read_records(struct excerpt *excerpt, const char *path)
{
    struct daps_record record = {.frame = 0};
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open(path, &error);

    if (capture == NULL)
        return error;
    while (error == NULL && daps_capture_next(capture, &record) == DAPS_CAPTURE_RECORD) {
        struct daps_record copy = record;
        excerpt->octets += record.caplen + sizeof record;
        if (excerpt->octets > MOST_OCTETS)
            error =
                g_strdup_printf("the capture has more than %u MiB, which is too much to be reduced", MOST_OCTETS >> 20);
        else if (!pcapng_can(&record))
            error = g_strdup_printf(
                "frame %" PRIu64 " cannot be written as pcapng: its encapsulation has no number there", record.frame);
        if (error != NULL)
            break;
        copy.data = g_memdup2(record.data, record.caplen);
        g_array_append_val(excerpt->records, copy);
    }
    daps_capture_close(capture);
    return error;
}

/* ---- comments ---- */

static void free_text(gpointer data)
{
    g_free(data);
}

/* Frame to "UE 1: RRCReconfiguration, daps-handover to ...; F1, F3". */
static GHashTable *comments_of(const struct evidence *evidence)
{
    GHashTable *comments = g_hash_table_new_full(g_int64_hash, g_int64_equal, free_text, free_text);

    for (guint i = 0; i < evidence->stories->list->len; i++) {
        const struct story *story = g_ptr_array_index(evidence->stories->list, i);
        GArray *steps = steps_of(evidence, story);
        for (guint j = 0; j < steps->len; j++) {
            const struct step *step = &g_array_index(steps, struct step, j);
            GString *text = g_string_new(NULL);
            g_string_append_printf(text, "UE %s: %s", story->ue, step->message);
            g_string_append_printf(text, "%s%s", step->note[0] != '\0' ? ", " : "", step->note);
            g_string_append_printf(text, "%s%s", step->findings[0] != '\0' ? "; finding " : "", step->findings);
            g_hash_table_replace(comments, g_memdup2(&step->mark->frame, sizeof(uint64_t)), g_string_free(text, FALSE));
        }
        g_array_unref(steps);
    }
    return comments;
}

static char *safe(const char *text)
{
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    text_safe(&out, text);
    outbuf_char(&out, '\0');
    return out.octets;
}

/* Of the file: where it came from. */
static char *file_comment(const struct evidence *evidence, const struct reduction *reduction)
{
    const struct remade *remade = evidence->excerpt->remade;
    GString *text = g_string_new("Excerpt of ");
    char *said;

    if (remade != NULL)
        g_string_prepend(text,
                         "Anonymized: these messages were made anew from what an audit reads of them, so MACs, NAS and "
                         "whatever else they held are not those of the source, and no integrity can be checked. ");
    g_string_append_printf(text, "%s (SHA-256 %s), made by dapsaudit " DAPSAUDIT_VERSION ": %s. ", evidence->name,
                           evidence->facts.sha256, evidence->wish->command_line);
    g_string_append_printf(
        text,
        "It is of the %u of its %u frames that still show the same findings; F1, F2, ... are numbered "
        "as in the report.",
        reduction->kept->len, evidence->excerpt->records->len);
    said = safe(text->str);
    g_string_free(text, TRUE);
    return said;
}

static const struct daps_record *kept_record(const struct reduction *reduction, guint i)
{
    return &reduction->records[g_array_index(reduction->kept, guint, i)];
}

/* The records of the file, and one of them: their frames are those of the source. */
static guint n_written(const struct evidence *evidence, const struct reduction *reduction)
{
    const struct remade *remade = evidence->excerpt->remade;

    return remade != NULL ? remade->records->len : reduction->kept->len;
}

static const struct daps_record *written(const struct evidence *evidence, const struct reduction *reduction, guint i)
{
    const struct remade *remade = evidence->excerpt->remade;

    return remade != NULL ? &g_array_index(remade->records, struct daps_record, i) : kept_record(reduction, i);
}

static bool write_records(const struct evidence *evidence, const struct reduction *reduction, FILE *stream)
{
    GHashTable *comments = comments_of(evidence);
    char *comment = file_comment(evidence, reduction);
    struct pcapng *pcapng = pcapng_open(stream, "dapsaudit " DAPSAUDIT_VERSION, comment);

    g_free(comment);
    for (guint i = 0; i < n_written(evidence, reduction); i++) {
        const struct daps_record *record = written(evidence, reduction, i);
        const char *what = g_hash_table_lookup(comments, &record->frame);
        char *text = g_strdup_printf("frame %" PRIu64 " of the source%s%s", record->frame, what != NULL ? "; " : "",
                                     what != NULL ? what : "");
        comment = safe(text);
        pcapng_record(pcapng, record, comment);
        g_free(comment);
        g_free(text);
    }
    g_hash_table_unref(comments);
    return pcapng_close(pcapng);
}

/* False with errno set. */
static bool write_file(const struct evidence *evidence, const struct reduction *reduction)
{
    struct outfile *file = outfile_open(evidence->wish->excerpt, false);
    FILE *stream = file != NULL ? outfile_stream(file) : NULL;
    bool written;

    if (stream == NULL) {
        outfile_abandon(file);
        return false;
    }
    written = write_records(evidence, reduction, stream);
    written = fclose(stream) == 0 && written;
    if (written)
        return outfile_finish(file);
    outfile_abandon(file);
    return false;
}

/* ---- all of it ---- */

/* What an audit of the remade records finds, by rule: without keys, as no MAC of theirs is right. */
static void audit_remade(const struct evidence *evidence, uint64_t findings[static DAPS_RULE_COUNT])
{
    const struct remade *remade = evidence->excerpt->remade;
    const struct daps_sink sink = {.user = NULL};
    struct options options = *evidence->wish->options;
    struct daps_engine *engine;

    options.keylog = NULL;
    engine = audit_engine(&options, &sink);
    for (guint i = 0; i < remade->records->len; i++) {
        struct daps_record record = g_array_index(remade->records, struct daps_record, i);
        record.frame = i + 1;
        daps_engine_record(engine, &record);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    memcpy(findings, daps_engine_counts(engine)->findings, DAPS_RULE_COUNT * sizeof *findings);
    daps_engine_free(engine);
}

static void tell_remade(GString *text, const struct evidence *evidence)
{
    const struct remade *remade = evidence->excerpt->remade;
    uint64_t findings[DAPS_RULE_COUNT];
    bool any = false;

    if (remade == NULL)
        return;
    audit_remade(evidence, findings);
    g_string_append_printf(text,
                           " It is anonymized: %" PRIu64
                           " messages were made anew from the fields that an audit reads; "
                           "%" PRIu64 " without their NAS payload, %" PRIu64 " without their MAC; %" PRIu64
                           " I-RNTIs are numbered. Left out: %" PRIu64 " of system information, %" PRIu64
                           " messages that are not made here, %" PRIu64
                           " frames without a message that could be read. An audit of it says",
                           remade->messages, remade->nas, remade->requests, remade->i_rntis, remade->broadcast,
                           remade->unmade, remade->without);
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++) {
        const uint64_t wanted = evidence->totals->counts.findings[i];
        if (wanted == 0 && findings[i] == 0)
            continue;
        g_string_append_printf(text, "%s %s %" PRIu64 " times (the source: %" PRIu64 ")", any ? "," : "",
                               daps_rule((enum daps_rule_id)i)->name, findings[i], wanted);
        any = true;
    }
    g_string_append(text, any ? "." : " nothing.");
}

/* "OUT.pcapng: 8 of 12 frames still show the findings. Frames as in the source and here: 4 = 1, 6 = 2" */
static char *told(struct evidence *evidence, const struct reduction *reduction)
{
    GString *text = g_string_new(evidence->excerpt->remade != NULL ? "The excerpt" : evidence->wish->excerpt);
    const guint n = n_written(evidence, reduction);

    g_string_append_printf(
        text,
        ": %u of %u frames still show the same findings%s. Frames as in the source and as in it:", reduction->kept->len,
        evidence->excerpt->records->len,
        reduction->ran_out ? "; more could perhaps be left out, which would take too long to try" : "");
    for (guint i = 0; i < MIN(n, MOST_TOLD); i++)
        g_string_append_printf(text, "%s %" PRIu64 " = %u", i == 0 ? "" : ",", written(evidence, reduction, i)->frame,
                               i + 1);
    if (n > MOST_TOLD)
        g_string_append(text, ", and so on; the comment of each frame has its old number");
    g_string_append_c(text, '.');
    tell_remade(text, evidence);
    return g_string_free(text, FALSE);
}

/* What the capture says of itself, beside its findings. */
static void note_unjudged(struct verdicts *wanted, const struct capture_totals *totals)
{
    wanted->undecoded = totals->counts.undecoded;
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++)
        wanted->not_judged[i] = totals->counts.not_judged[i].n > 0;
}

static bool same_when_renumbered(const struct reduction *reduction)
{
    struct verdicts *said = reduction_audit(reduction, true);
    const bool same = verdicts_same(reduction->wanted, said);

    verdicts_free(said);
    return same;
}

static void stay(GHashTable *stays, uint64_t frame)
{
    if (frame != 0)
        g_hash_table_add(stays, g_memdup2(&frame, sizeof frame));
}

/*
 * An audit can do without the message that told of a failure, because the next command under the old key shows it; a
 * reader cannot. So of each attempt that a finding names, the Complete and what ended it stay.
 */
static GHashTable *frames_that_stay(const struct evidence *evidence)
{
    GHashTable *stays = g_hash_table_new_full(g_int64_hash, g_int64_equal, free_text, NULL);

    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct daps_finding *finding =
            ((const struct evidence_finding *)g_ptr_array_index(evidence->findings, i))->finding;
        for (uint32_t j = 0; j < finding->n_frames; j++) {
            uint64_t complete, settled;
            evidence_attempt(evidence, finding->subjects[j].frame, &complete, &settled);
            stay(stays, complete);
            stay(stays, settled);
        }
    }
    return stays;
}

/* True. Where identities must not travel, other records do. */
static bool remake(struct evidence *evidence, const struct reduction *reduction)
{
    GPtrArray *kept;

    if (!evidence->wish->options->anonymize)
        return true;
    kept = g_ptr_array_new();
    for (guint i = 0; i < reduction->kept->len; i++)
        g_ptr_array_add(kept, (gpointer)(guintptr)kept_record(reduction, i));
    evidence->excerpt->remade =
        remade_of(evidence->wish->options, (const struct daps_record *const *)(const void *)kept->pdata, kept->len);
    g_ptr_array_unref(kept);
    return true;
}

static char *reduce_and_write(struct excerpt *excerpt, struct evidence *evidence, bool *failed)
{
    struct reduction reduction = {.options = evidence->wish->options,
                                  .records = (const struct daps_record *)(const void *)excerpt->records->data,
                                  .kept = g_array_new(FALSE, FALSE, sizeof(guint)),
                                  .stays = frames_that_stay(evidence),
                                  .wanted = excerpt->wanted,
                                  .budget = MAX((guint64)excerpt->records->len * RUNS, LEAST_BUDGET)};
    char *note;

    for (guint i = 0; i < excerpt->records->len; i++)
        g_array_append_val(reduction.kept, i);
    reduction_run(&reduction);
    *failed = true;
    if (!same_when_renumbered(&reduction)) {
        note = g_strdup("none was written: an audit of it did not say the same");
    } else if (remake(evidence, &reduction) && !write_file(evidence, &reduction)) {
        note = g_strdup_printf("%s could not be written: %s", evidence->wish->excerpt, g_strerror(errno));
    } else {
        *failed = false;
        note = told(evidence, &reduction);
    }
    g_hash_table_unref(reduction.stays);
    g_array_unref(reduction.kept);
    return note;
}

char *excerpt_write(struct excerpt *excerpt, struct evidence *evidence, bool *failed)
{
    char *error;

    *failed = false;
    if (excerpt->wanted->findings->len == 0)
        return g_strdup("none was written: there are no findings to be shown");
    note_unjudged(excerpt->wanted, evidence->totals);
    error = read_records(excerpt, evidence->path);
    if (error == NULL)
        error = reduce_and_write(excerpt, evidence, failed);
    else
        *failed = true;
    if (*failed && evidence->wish->options->anonymize) { /* why may name files */
        g_free(error);
        error = g_strdup("none was written");
    }
    return error;
}
