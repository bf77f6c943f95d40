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
#include "daps/words.h"
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
#define MOST_COMMENT 2000         /* octets of one about messages, about ... */
#define AND_SO_ON    "more messages"
#define MOST_TOLD    200 /* frames in the report's table of old and new numbers */

struct excerpt {
    struct verdicts *wanted;
    GArray *records; /* struct daps_record, whose octets are owned */
    uint64_t octets;
    struct remade *remade;  /* anonymized: what is written in place of the records; NULL: they are */
    struct verdicts *shown; /* anonymized: what an audit of all that was made anew says */
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
    if (excerpt->shown != NULL)
        verdicts_free(excerpt->shown);
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
                "frame %" PRIu64
                " cannot be written as pcapng: its encapsulation has no number there (dapsaudit convert "
                "makes a capture of a baseband log)",
                record.frame);
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

/* A frame may hold several messages, of several UEs: each is named, as far as there is room. */
static void add_comment(GHashTable *comments, uint64_t frame, const char *text)
{
    const char *before = g_hash_table_lookup(comments, &frame);
    const bool is_full = before != NULL && strlen(before) >= MOST_COMMENT;
    char *all;

    if (is_full && g_str_has_suffix(before, AND_SO_ON))
        return;
    all = before == NULL ? g_strdup(text) : g_strconcat(before, "; also ", is_full ? AND_SO_ON : text, NULL);
    g_hash_table_replace(comments, g_memdup2(&frame, sizeof frame), all);
}

/* Frame to "UE 1: RRCReconfiguration, daps-handover to ...; finding F1, F3". */
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
            add_comment(comments, step->mark->frame, text->str);
            g_string_free(text, TRUE);
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
    const bool anonymized = evidence->excerpt->remade != NULL;
    GString *text = g_string_new("Excerpt of ");
    char *said;

    if (anonymized)
        g_string_prepend(
            text, "Anonymized: these messages were made anew from what an audit reads of them, so MACs, NAS and "
                  "whatever else they held are not those of the source, no integrity can be checked, and nothing "
                  "below RRC is in it: it proves no use of a key or keystream. ");
    g_string_append_printf(text, "%s (SHA-256 %s), made by dapsaudit " DAPSAUDIT_VERSION ": %s. ", evidence->name,
                           evidence->facts.sha256, evidence->wish->command_line);
    g_string_append_printf(text, "It is of %u of its %u %s still show %s; F1, F2, ... are numbered as in the report.",
                           reduction->kept->len, reduction->n_records, anonymized ? "messages, which" : "frames, which",
                           anonymized ? "what RRC in clear shows of its findings" : "the same findings");
    said = safe(text->str);
    g_string_free(text, TRUE);
    return said;
}

static const struct daps_record *kept_record(const struct reduction *reduction, guint i)
{
    return &reduction->records[g_array_index(reduction->kept, guint, i)];
}

/* The frame of the source that the i-th record left is of. */
static uint64_t source_of(const struct evidence *evidence, const struct reduction *reduction, guint i)
{
    const struct remade *remade = evidence->excerpt->remade;

    return remade != NULL ? g_array_index(remade->sources, uint64_t, g_array_index(reduction->kept, guint, i))
                          : kept_record(reduction, i)->frame;
}

static bool write_records(const struct evidence *evidence, const struct reduction *reduction, FILE *stream)
{
    GHashTable *comments = comments_of(evidence);
    char *comment = file_comment(evidence, reduction);
    struct pcapng *pcapng = pcapng_open(stream, "dapsaudit " DAPSAUDIT_VERSION, comment);

    g_free(comment);
    for (guint i = 0; i < reduction->kept->len; i++) {
        const uint64_t frame = source_of(evidence, reduction, i);
        const char *what = g_hash_table_lookup(comments, &frame);
        char *text = g_strdup_printf("frame %" PRIu64 " of the source%s%s", frame, what != NULL ? "; " : "",
                                     what != NULL ? what : "");
        comment = safe(text);
        pcapng_record(pcapng, kept_record(reduction, i), comment);
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

/* "keystream-reuse 1 time, inferred (the source: 1, proven)" */
static void tell_rule(GString *text, const struct excerpt *excerpt, unsigned rule)
{
    const struct verdicts *shown = excerpt->shown, *wanted = excerpt->wanted;

    g_string_append_printf(text, " %s %" PRIu64 " %s", daps_rule((enum daps_rule_id)rule)->name, shown->of_rule[rule],
                           shown->of_rule[rule] == 1 ? "time" : "times");
    if (shown->of_rule[rule] > 0)
        g_string_append_printf(text, ", %s", daps_evidence_name((enum daps_evidence)shown->evidence[rule]));
    g_string_append_printf(text, " (the source: %" PRIu64, wanted->of_rule[rule]);
    if (wanted->of_rule[rule] > 0)
        g_string_append_printf(text, ", %s", daps_evidence_name((enum daps_evidence)wanted->evidence[rule]));
    g_string_append_c(text, ')');
}

static void tell_remade(GString *text, const struct excerpt *excerpt)
{
    const struct remade *remade = excerpt->remade;
    bool any = false;

    g_string_append_printf(text,
                           " It is anonymized: %" PRIu64
                           " messages of the source were made anew from the fields that an audit reads; "
                           "%" PRIu64 " without their NAS payload, %" PRIu64 " without their MAC; %" PRIu64
                           " I-RNTIs are numbered. Left out: %" PRIu64 " of system information, %" PRIu64
                           " messages that are not made here, %" PRIu64
                           " frames without a message that could be read. Nothing below RRC is in it, so it proves no "
                           "use of a key or keystream, and the report alone has what was observed or proven. An audit "
                           "of it says",
                           remade->messages, remade->nas, remade->requests, remade->i_rntis, remade->broadcast,
                           remade->unmade, remade->without);
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++) {
        if (excerpt->wanted->of_rule[i] == 0 && excerpt->shown->of_rule[i] == 0)
            continue;
        g_string_append(text, any ? ";" : "");
        tell_rule(text, excerpt, i);
        any = true;
    }
    g_string_append_c(text, '.');
}

/* "OUT.pcapng: 8 of 12 frames still show the findings. Frames as in the source and here: 4 = 1, 6 = 2" */
static char *told(struct evidence *evidence, const struct reduction *reduction)
{
    const bool anonymized = evidence->excerpt->remade != NULL;
    GString *text = g_string_new(anonymized ? "The excerpt" : evidence->wish->excerpt);
    const guint n = reduction->kept->len;

    g_string_append_printf(text, ": %u of %u %s still show %s%s. Frames as in the source and as in it:", n,
                           reduction->n_records, anonymized ? "messages" : "frames",
                           anonymized ? "what RRC in clear shows of the findings" : "the same findings",
                           reduction->ran_out ? "; more could perhaps be left out, which would take too long to try"
                                              : "");
    for (guint i = 0; i < MIN(n, MOST_TOLD); i++)
        g_string_append_printf(text, "%s %" PRIu64 " = %u", i == 0 ? "" : ",", source_of(evidence, reduction, i),
                               i + 1);
    if (n > MOST_TOLD)
        g_string_append(text, ", and so on; the comment of each frame has its old number");
    g_string_append_c(text, '.');
    if (anonymized)
        tell_remade(text, evidence->excerpt);
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

/* The records of a reduction: all of these. */
static void start_with(struct reduction *reduction, const GArray *records)
{
    reduction->records = (const struct daps_record *)(const void *)records->data;
    reduction->n_records = records->len;
    reduction->budget = MAX((guint64)records->len * RUNS, LEAST_BUDGET);
    for (guint i = 0; i < records->len; i++)
        g_array_append_val(reduction->kept, i);
}

/* Frames of the source that stay, as records of remade are numbered. */
static GHashTable *remade_that_stay(const struct remade *remade, GHashTable *stays)
{
    GHashTable *own = g_hash_table_new_full(g_int64_hash, g_int64_equal, free_text, NULL);

    for (guint i = 0; i < remade->records->len; i++) {
        if (g_hash_table_contains(stays, &g_array_index(remade->sources, uint64_t, i)))
            stay(own, i + 1);
    }
    g_hash_table_unref(stays);
    return own;
}

/*
 * Where identities must not travel, other records do. What is left of them shows what an audit of all of them does:
 * without keys, as no MAC of theirs is right. NULL, or why there is nothing to be written.
 */
static char *start_with_remade(struct excerpt *excerpt, struct reduction *reduction, struct options *options)
{
    struct remade *remade = remade_of(reduction->options, excerpt->records);

    if (remade == NULL)
        return g_strdup_printf("none was written: the capture has more than %u messages", REMADE_MOST);
    excerpt->remade = remade;
    *options = *reduction->options;
    options->keylog = NULL;
    reduction->options = options;
    reduction->stays = remade_that_stay(remade, reduction->stays);
    start_with(reduction, remade->records);
    reduction->wanted->with_names = false; /* no key log names its UEs */
    reduction->wanted = excerpt->shown = reduction_audit(reduction, false);
    return excerpt->shown->findings->len > 0
               ? NULL
               : g_strdup("none was written: the findings rest on what is below RRC, or on messages that are not made "
                          "anew, and an anonymized excerpt would show none of them");
}

static char *reduce_and_write(struct excerpt *excerpt, struct evidence *evidence, bool *failed)
{
    struct reduction reduction = {.options = evidence->wish->options,
                                  .kept = g_array_new(FALSE, FALSE, sizeof(guint)),
                                  .stays = frames_that_stay(evidence),
                                  .wanted = excerpt->wanted};
    struct options without_keys;
    char *note = NULL;

    if (evidence->wish->options->anonymize)
        note = start_with_remade(excerpt, &reduction, &without_keys);
    else
        start_with(&reduction, excerpt->records);
    *failed = true;
    if (note == NULL) {
        reduction_run(&reduction);
        if (!same_when_renumbered(&reduction)) {
            note = g_strdup("none was written: an audit of it did not say the same");
        } else if (!write_file(evidence, &reduction)) {
            note =
                g_strdup_printf("%s could not be written: %s",
                                evidence->wish->options->anonymize ? "it" : evidence->wish->excerpt, g_strerror(errno));
        } else {
            *failed = false;
            note = told(evidence, &reduction);
        }
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
        return reduce_and_write(excerpt, evidence, failed);
    *failed = true;
    if (evidence->wish->options->anonymize) { /* why may name files */
        g_free(error);
        error = g_strdup("none was written");
    }
    return error;
}
