/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers, their spools, and the order of things. */
#include "batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "daps/words.h"
#include "outfile.h"
#include "process.h"
#include "progress.h"
#include "report/spool.h"
#include "report/text.h"
#include "say.h"

#define LINES_IN_MEMORY (4U << 20)
#define NOTES_IN_MEMORY (256U << 10)

struct batch;

struct item {
    struct batch *batch;
    guint index;
    struct batch_job job;
    struct spool lines, notes; /* what was written before its turn came */
    bool direct;               /* its turn has come: it writes straight to the output */
    bool done;
};

struct batch {
    struct output *output;
    const GPtrArray *paths;
    batch_work *work;
    const void *user;
    guint window; /* how many inputs beyond the one whose turn it is may be begun */
    uint64_t max_spool;
    GMutex lock;
    GCond changed;
    uint64_t spooled;    /* octets of results that wait for their turn */
    struct item **items; /* by index, NULL: not begun or over */
    guint next;          /* index to be begun */
    gint turn;           /* index whose output is next; atomic */
    bool stop;           /* the output takes no more */
    bool closed;         /* interrupted: no further input is begun */
};

static bool stderr_take(void *user, const char *octets, size_t length)
{
    (void)user;
    progress_clear();
    return fwrite(octets, 1, length, stderr) == length;
}

void batch_not_judged(struct batch_job *job, const char *path, const struct daps_not_judged_count *counts)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        if (counts[i].n == 0)
            continue;
        g_string_append_printf(text, "%s%" PRIu64 " %s", text->len > 0 ? "; " : "not judged: ", counts[i].n,
                               daps_not_judged_words((enum daps_not_judged)i, counts[i].n));
        if (counts[i].first_frame != 0)
            g_string_append_printf(text, " (%sframe %" PRIu64 ")", counts[i].n == 1 ? "" : "first ",
                                   counts[i].first_frame);
    }
    if (text->len > 0)
        batch_note(job, path, "%s", text->str);
    g_string_free(text, TRUE);
}

void batch_note(struct batch_job *job, const char *path, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    text_safe(&job->notes, path);
    outbuf_literal(&job->notes, ": ");
    text_safe(&job->notes, text);
    outbuf_char(&job->notes, '\n');
    outbuf_flush(&job->notes);
    g_free(text);
}

void batch_error(struct batch_job *job, const char *sentence)
{
    outbuf_literal(&job->notes, "dapsaudit: ");
    text_safe(&job->notes, sentence);
    outbuf_char(&job->notes, '\n');
    outbuf_flush(&job->notes);
}

static void add_totals(struct run_totals *run, const struct run_totals *more)
{
    uint64_t captures = run->captures + more->captures, unreadable = run->unreadable + more->unreadable;
    uint64_t lost = run->lost + more->lost;

    totals_add_capture(run, &more->sum);
    run->captures = captures;
    run->unreadable = unreadable;
    run->lost = lost;
}

/* What was spooled goes out, and everything after it directly. False if the output takes no more. */
static bool go_direct(struct item *item)
{
    struct output *output = item->batch->output;

    item->direct = true;
    spool_copy(&item->notes, stderr_take, NULL);
    if (item->lines.error == 0 && spool_copy(&item->lines, output_take, output))
        return true;
    if (item->lines.error != 0) {
        say("temporary file: %s", g_strerror(item->lines.error));
        output->error = output->error != 0 ? output->error : item->lines.error;
    }
    return false;
}

/* Only the item whose turn it is touches the output, so that it needs no lock. */
static bool is_my_turn(struct item *item)
{
    return item->direct || g_atomic_int_get(&item->batch->turn) == (gint)item->index;
}

/* Room for more octets that wait; where there is none, waits until the turn of the item has come. True if it waits on.
 */
static bool may_spool(struct item *item, size_t length)
{
    struct batch *batch = item->batch;
    bool room;

    g_mutex_lock(&batch->lock);
    room = batch->spooled + length <= batch->max_spool;
    while (!room && !batch->stop && !is_my_turn(item))
        g_cond_wait(&batch->changed, &batch->lock);
    room = room && !is_my_turn(item);
    batch->spooled += room ? length : 0;
    g_mutex_unlock(&batch->lock);
    return room;
}

static bool lines_take(void *user, const char *octets, size_t length)
{
    struct item *item = user;

    if (!is_my_turn(item) && may_spool(item, length))
        return spool_take(&item->lines, octets, length);
    if (!is_my_turn(item))
        return false; /* the run was stopped */
    return (item->direct || go_direct(item)) && output_take(item->batch->output, octets, length);
}

static bool notes_take(void *user, const char *octets, size_t length)
{
    struct item *item = user;

    if (!is_my_turn(item))
        return spool_take(&item->notes, octets, length);
    return (item->direct || go_direct(item)) && stderr_take(NULL, octets, length);
}

static struct item *item_new(struct batch *batch, guint index)
{
    struct item *item = g_new0(struct item, 1);

    item->batch = batch;
    item->index = index;
    item->job.path = g_ptr_array_index(batch->paths, index);
    spool_init(&item->lines, LINES_IN_MEMORY);
    spool_init(&item->notes, NOTES_IN_MEMORY);
    outbuf_init(&item->job.lines, lines_take, item);
    outbuf_init(&item->job.notes, notes_take, item);
    return item;
}

static void item_free(struct item *item)
{
    item->batch->spooled -= item->lines.length; /* with the lock held, or when the workers are gone */
    outbuf_clear(&item->job.lines);
    outbuf_clear(&item->job.notes);
    spool_clear(&item->lines);
    spool_clear(&item->notes);
    totals_clear(&item->job.totals.sum);
    g_free(item);
}

/* The next item to work on, NULL when there is none any more. Waits while too far ahead. */
static struct item *begin_next(struct batch *batch)
{
    struct item *item = NULL;

    g_mutex_lock(&batch->lock);
    batch->closed |= process_interrupted();
    while (!batch->stop && !batch->closed && batch->next < batch->paths->len &&
           batch->next >= (guint)batch->turn + batch->window)
        g_cond_wait(&batch->changed, &batch->lock);
    if (!batch->stop && !batch->closed && batch->next < batch->paths->len) {
        item = item_new(batch, batch->next);
        batch->items[batch->next++] = item;
        g_cond_broadcast(&batch->changed);
    }
    g_mutex_unlock(&batch->lock);
    return item;
}

static gpointer worker(gpointer data)
{
    struct batch *batch = data;
    struct item *item;

    process_prepare_thread();
    while ((item = begin_next(batch)) != NULL) {
        batch->work(&item->job, batch->user);
        process_scrub_stack();
        outbuf_flush(&item->job.lines);
        outbuf_flush(&item->job.notes);
        progress_file_done();
        g_mutex_lock(&batch->lock);
        item->done = true;
        batch->closed |= process_interrupted();
        g_cond_broadcast(&batch->changed);
        g_mutex_unlock(&batch->lock);
    }
    return NULL;
}

/* NULL if it will not be begun any more. */
static struct item *wait_for(struct batch *batch, guint index)
{
    struct item *item;

    g_mutex_lock(&batch->lock);
    while (batch->items[index] == NULL ? !batch->stop && !batch->closed : !batch->items[index]->done)
        g_cond_wait(&batch->changed, &batch->lock);
    item = batch->items[index];
    g_mutex_unlock(&batch->lock);
    return item;
}

static void give_turn(struct batch *batch, guint turn, bool stop)
{
    g_mutex_lock(&batch->lock);
    g_atomic_int_set(&batch->turn, (gint)turn);
    batch->stop |= stop;
    g_cond_broadcast(&batch->changed);
    g_mutex_unlock(&batch->lock);
}

/* As many as can be had; 0 where there is no room for any. */
static guint start_workers(struct batch *batch, guint jobs, GThread **threads)
{
    guint n = 0;

    while (n < jobs && (threads[n] = g_thread_try_new("audit", worker, batch, NULL)) != NULL)
        n++;
    return n;
}

static void take_results(struct batch *batch, struct run_totals *run)
{
    struct item *item;
    bool ok = true;

    for (guint i = 0; ok && i < batch->paths->len && (item = wait_for(batch, i)) != NULL; i++) {
        ok = (item->direct || go_direct(item)) && batch->output->error == 0;
        add_totals(run, &item->job.totals);
        g_mutex_lock(&batch->lock);
        item_free(item);
        batch->items[i] = NULL;
        g_mutex_unlock(&batch->lock);
        give_turn(batch, i + 1, !ok);
    }
}

/* False if there was no room for a single thread. */
static bool run_parallel(struct batch *batch, guint jobs, struct run_totals *run)
{
    GThread **threads = g_new0(GThread *, jobs);

    jobs = start_workers(batch, jobs, threads);
    if (jobs > 0)
        take_results(batch, run);
    for (guint i = 0; i < jobs; i++)
        g_thread_join(threads[i]);
    for (guint i = 0; i < batch->paths->len; i++) {
        if (batch->items[i] != NULL)
            item_free(batch->items[i]);
    }
    g_free(threads);
    return jobs > 0;
}

static void run_one_by_one(struct batch *batch, struct run_totals *run)
{
    for (guint i = 0; i < batch->paths->len && batch->output->error == 0 && !process_interrupted(); i++) {
        struct batch_job job = {.path = g_ptr_array_index(batch->paths, i)};

        outbuf_init(&job.lines, output_take, batch->output);
        outbuf_init(&job.notes, stderr_take, NULL);
        batch->next = i + 1;
        batch->work(&job, batch->user);
        process_scrub_stack();
        outbuf_flush(&job.lines);
        outbuf_flush(&job.notes);
        progress_file_done();
        outbuf_clear(&job.lines);
        outbuf_clear(&job.notes);
        add_totals(run, &job.totals);
        totals_clear(&job.totals.sum);
    }
}

/* What an interrupt left undone counts as unread, whatever --allow-partial says. */
static void count_not_begun(const GPtrArray *paths, struct run_totals *run, uint64_t begun)
{
    const uint64_t left = paths->len - MIN(begun, paths->len);

    if (!process_interrupted())
        return;
    run->lost++;
    run->unreadable += left;
    if (left > 0)
        say("interrupted: %" PRIu64 " of %u input%s %s not begun", left, paths->len, paths->len == 1 ? "" : "s",
            left == 1 ? "was" : "were");
}

void batch_run(const GPtrArray *paths, const struct options *options, struct output *output, batch_work *work,
               const void *user, struct run_totals *run)
{
    guint jobs = MIN(options->jobs, paths->len);
    struct batch batch = {.output = output,
                          .paths = paths,
                          .work = work,
                          .user = user,
                          .window = MAX(32, 4 * jobs),
                          .max_spool = options->max_spool};
    bool one_by_one = jobs <= 1;

    progress_start(paths->len, options->quiet);
    if (!one_by_one) {
        g_mutex_init(&batch.lock);
        g_cond_init(&batch.changed);
        batch.items = g_new0(struct item *, paths->len);
        one_by_one = !run_parallel(&batch, jobs, run);
        g_free(batch.items);
        g_cond_clear(&batch.changed);
        g_mutex_clear(&batch.lock);
    }
    if (one_by_one)
        run_one_by_one(&batch, run);
    progress_clear();
    count_not_begun(paths, run, batch.next);
}

/* True if nothing that is read is written as well. */
static bool files_apart(const GPtrArray *paths, const struct options *options)
{
    struct outfile_names *names = outfile_names_new();
    bool apart;

    outfile_names_read(names, options->keys, "key log");
    for (guint i = 0; i < paths->len; i++)
        outfile_names_read(names, g_ptr_array_index(paths, i), "input");
    apart = outfile_names_write(names, options->output);
    outfile_names_free(names);
    return apart;
}

static int status_of(const struct options *options, const struct run_totals *run)
{
    const bool judged = report_is_audit(&options->style),
               partial = run->unreadable > 0 || (judged && daps_not_judged_total(run->sum.counts.not_judged) > 0);

    if (run->lost > 0 || (partial && !options->allow_partial))
        return EXIT_UNREADABLE;
    if (options->fail_on <= DAPS_SEVERITY_HIGH && totals_findings_from(&run->sum, options->fail_on) > 0)
        return EXIT_FINDINGS;
    return EXIT_CLEAN;
}

/* Everything in its order. A beginning that says what came of all captures is written once they are read. */
static void write_all(const GPtrArray *paths, const struct options *options, batch_work *work, const void *user,
                      struct output *output, struct run_totals *run)
{
    const bool verdict_first = report_verdict_first(&options->style);
    struct spool body;
    struct outbuf frame;

    spool_init(&body, LINES_IN_MEMORY);
    outbuf_init(&frame, output_take, output);
    if (!verdict_first)
        report_prologue(&options->style, &frame);
    outbuf_flush(&frame);
    if (options->style.format == REPORT_JSON)
        output->skip = strlen(REPORT_JSON_SEPARATOR);
    output->hold = verdict_first ? &body : NULL;
    batch_run(paths, options, output, work, user, run);
    output->hold = NULL;
    if (verdict_first) {
        report_prologue(&options->style, &frame);
        outbuf_flush(&frame);
        if (!spool_copy(&body, output_take, output) && output->error == 0)
            output->error = body.error;
    }
    report_epilogue(&options->style, &frame, run);
    outbuf_flush(&frame);
    outbuf_clear(&frame);
    spool_clear(&body);
}

/* What is written has values of keys, or could have. */
static bool shows_keys(const struct options *options)
{
    const enum report_format format = options->style.format;

    return options->keylog != NULL || options->style.show_keys || format == REPORT_WIRESHARK || format == REPORT_LEAVES;
}

int batch_command(const GPtrArray *paths, const struct options *options, batch_work *work, const void *user,
                  uint64_t skipped, uint64_t unreadable)
{
    struct run_totals run = {.skipped = skipped, .unreadable = unreadable, .lost = unreadable};
    struct output output;
    int status;

    if (!files_apart(paths, options))
        return EXIT_USAGE;
    if (!output_open(&output, options->output, shows_keys(options)))
        return EXIT_UNREADABLE;
    process_catch_interrupts();
    write_all(paths, options, work, user, &output, &run);
    if (run.captures == 0 && run.skipped > 0)
        run.lost++; /* files there were, and none that could be opened */
    status = status_of(options, &run);
    totals_clear(&run.sum);
    return output_close(&output) ? status : EXIT_UNREADABLE;
}
