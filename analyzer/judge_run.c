/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines to events to engines. */
#include "judge_run.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "daps/bound.h"
#include "lines.h"
#include "process.h"
#include "progress.h"
#include "report/event_json.h"
#include "report/json_read.h"
#include "report/report.h"
#include "what_if.h"

#define MOST_OPEN      DAPS_BOUND(256, 3) /* captures whose lines may be interleaved */
#define PROGRESS_LINES 4096

struct session {
    char *capture;
    struct report *report;
    struct daps_engine *engine;
    struct what_if *what_if; /* NULL: not asked for */
    GHashTable *ues;         /* name (owned) to its ue_key */
    uint64_t last_frame, frames_with_events;
};

struct judge {
    const struct options *options;
    struct batch_job *job;
    GPtrArray *open; /* struct session, oldest first */
    struct json_line *line;
    uint64_t wrong_lines;
    uint64_t frame; /* last one seen */
    char error[256];
};

static bool wrong(struct judge *judge, const char *what)
{
    g_strlcpy(judge->error, what, sizeof judge->error);
    return false;
}

static struct session *session_new(struct judge *judge, const char *capture)
{
    const struct daps_engine_options options = {.most_ues = judge->options->max_ues,
                                                .most_octets = judge->options->max_memory,
                                                .keylog = judge->options->keylog,
                                                .ncc_reading = judge->options->ncc_reading};
    struct session *session = g_new0(struct session, 1);
    struct daps_sink sink;

    session->capture = g_strdup(capture);
    session->report = report_new(&judge->options->style, session->capture, &judge->job->lines);
    sink = report_sink(session->report);
    session->engine = daps_engine_new(&options, &sink);
    if (judge->options->what_if != 0)
        session->what_if = session->report->what_if = what_if_new(&options, judge->options->what_if);
    session->ues = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(judge->open, session);
    return session;
}

static void session_free(struct session *session)
{
    daps_engine_free(session->engine);
    report_free(session->report);
    what_if_free(session->what_if);
    g_hash_table_unref(session->ues);
    g_free(session->capture);
    g_free(session);
}

/* Settles everything and reports. totals has what only the capture line knows; it is cleared. */
static void session_end(struct judge *judge, struct session *session, struct capture_totals *totals)
{
    struct daps_engine_counts counts;

    daps_engine_finish(session->engine);
    counts = *daps_engine_counts(session->engine);
    if (session->what_if != NULL)
        what_if_end(session->what_if, counts.ues_given_up);
    counts.rrc_messages = totals->counts.rrc_messages;
    counts.undecoded = totals->counts.undecoded;
    counts.pdcp = totals->counts.pdcp;
    /* Whoever extracted the events saw more than they say; it counts the same things and some more. */
    if (daps_not_judged_total(totals->counts.not_judged) > 0)
        memcpy(counts.not_judged, totals->counts.not_judged, sizeof counts.not_judged);
    totals->counts = counts;
    totals->unreadable = totals->error != NULL || counts.undecoded > 0;
    memcpy(totals->findings_by_severity, session->report->findings_by_severity, sizeof totals->findings_by_severity);
    if (totals->error != NULL)
        batch_error(judge->job, totals->error);
    if (!judge->options->allow_partial)
        batch_not_judged(judge->job, session->capture, totals->counts.not_judged);
    report_end(session->report, totals);
    totals_add_capture(&judge->job->totals, totals);
    totals_clear(totals);
    g_ptr_array_remove(judge->open, session);
    session_free(session);
}

/* The log of a capture that no line closed: its counts are those of the events. */
static void session_end_unclosed(struct judge *judge, struct session *session)
{
    struct capture_totals totals = {.frames = session->last_frame};

    totals.counts.rrc_messages = session->frames_with_events;
    if (!judge->options->quiet)
        batch_note(judge->job, judge->job->path, "no \"capture\" line for %s: its events may be incomplete",
                   session->capture);
    session_end(judge, session, &totals);
}

static struct session *session_of(struct judge *judge, const char *capture)
{
    for (guint i = judge->open->len; i-- > 0;) {
        struct session *session = g_ptr_array_index(judge->open, i);
        if (strcmp(session->capture, capture) == 0)
            return session;
    }
    if (judge->open->len == MOST_OPEN)
        session_end_unclosed(judge, g_ptr_array_index(judge->open, 0));
    return session_new(judge, capture);
}

/* A member that is a string, or null where that is allowed; *ok tells what came of it. */
static const char *string_member(struct judge *judge, const struct json_value *line, const char *name, bool null_ok,
                                 bool *ok)
{
    const struct json_value *value = json_member(line, name);

    *ok = true;
    if (value != NULL && value->kind == JSON_STRING)
        return value->string;
    if (null_ok && (value == NULL || value->kind == JSON_NULL))
        return NULL;
    g_snprintf(judge->error, sizeof judge->error, "\"%s\" is %s", name, value == NULL ? "missing" : "not a string");
    *ok = false;
    return NULL;
}

static bool count_member(struct judge *judge, const struct json_value *line, const char *name, uint64_t *out)
{
    const struct json_value *value = json_member(line, name);

    if (value != NULL && value->kind == JSON_WHOLE && value->number >= 0) {
        *out = (uint64_t)value->number;
        return true;
    }
    g_snprintf(judge->error, sizeof judge->error, "\"%s\" is %s", name,
               value == NULL ? "missing" : "not a number from 0 on");
    return false;
}

static bool take_event(struct judge *judge, const struct json_value *line, const char *capture)
{
    struct session *session;
    struct daps_event ev;
    const char *ue;
    guint64 key = 0;
    bool ok;

    ue = string_member(judge, line, "ue", true, &ok);
    if (!ok || !event_read(line, &ev, judge->error, sizeof judge->error))
        return false;
    if ((ue == NULL || ue[0] == '\0') && ev.kind != DAPS_EV_SYSTEM_INFORMATION)
        return wrong(judge, "\"ue\" is missing");
    if (ue != NULL && strlen(ue) >= 64)
        return wrong(judge, "\"ue\" is longer than 63 octets");
    session = session_of(judge, capture);
    if (ue != NULL) {
        key = GPOINTER_TO_SIZE(g_hash_table_lookup(session->ues, ue));
        if (key == 0) {
            key = g_hash_table_size(session->ues) + 1;
            g_hash_table_insert(session->ues, g_strdup(ue), GSIZE_TO_POINTER(key));
        }
    }
    if (ev.frame != session->last_frame)
        session->frames_with_events++;
    judge->frame = session->last_frame = ev.frame;
    daps_engine_event(session->engine, key, ue, &ev);
    if (session->what_if != NULL)
        what_if_event(session->what_if, ue, &ev);
    return true;
}

static bool take_gap(struct judge *judge, const struct json_value *line, const char *capture)
{
    struct session *session;
    const char *ue, *reason;
    enum daps_gap gap;
    uint64_t frame;
    guint64 key = 0;
    bool ok;

    ue = string_member(judge, line, "ue", true, &ok);
    if (!ok)
        return false;
    reason = string_member(judge, line, "reason", false, &ok);
    if (!ok || !count_member(judge, line, "frame", &frame))
        return false;
    gap = daps_gap_by_name(reason);
    session = session_of(judge, capture);
    if (ue != NULL)
        key = GPOINTER_TO_SIZE(g_hash_table_lookup(session->ues, ue));
    gap = gap < DAPS_GAP_COUNT ? gap : DAPS_GAP_OTHER;
    if (ue == NULL || key != 0)
        daps_engine_gap(session->engine, key, ue == NULL, frame, gap);
    if (session->what_if != NULL)
        what_if_gap(session->what_if, ue, frame, gap);
    return true;
}

static bool read_other(struct judge *judge, const struct json_value *line, struct capture_totals *totals)
{
    const struct json_value *other = json_member(line, "other");

    if (other == NULL)
        return true;
    if (other->kind != JSON_OBJECT)
        return wrong(judge, "\"other\" is not an object");
    for (const struct json_value *value = json_first(other); value != NULL; value = json_next(other, value)) {
        if (value->kind != JSON_WHOLE || value->number < 0)
            return wrong(judge, "\"other\" holds something that is not a number from 0 on");
        totals_add_other(totals, value->name, (uint64_t)value->number);
    }
    return true;
}

/* Optional: captures of RRC alone have none. */
static bool read_pdcp(struct judge *judge, const struct json_value *line, struct daps_engine_counts *counts)
{
    const struct json_value *pdcp = json_member(line, "pdcp");
    struct {
        const char *name;
        uint64_t *count;
    } members[] = {
        {"pdus", &counts->pdcp.pdus},
        {"signalling", &counts->pdcp.signalling},
        {"clear", &counts->pdcp.clear},
        {"deciphered", &counts->pdcp.deciphered},
        {"verified", &counts->pdcp.verified},
        {"unreadable", &counts->pdcp.unreadable},
        {"unverified", &counts->pdcp.unverified},
        {"unplaced", &counts->pdcp.unplaced},
        {"uncompared", &counts->pdcp.uncompared},
        {"malformed", &counts->pdcp.malformed},
    };

    if (pdcp == NULL)
        return true;
    if (pdcp->kind != JSON_OBJECT)
        return wrong(judge, "\"pdcp\" is not an object");
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (!count_member(judge, pdcp, members[i].name, members[i].count))
            return false;
    }
    return true;
}

/* A member that is a number or null. */
static bool number_member(struct judge *judge, const struct json_value *object, const char *name, int64_t absent,
                          int64_t *out)
{
    const struct json_value *value = json_member(object, name);

    *out = absent;
    if (value == NULL || value->kind == JSON_NULL)
        return true;
    if (value->kind != JSON_WHOLE || value->number < 0 || value->number > INT32_MAX)
        return wrong(judge, "a number of \"sealed\" is out of range");
    *out = value->number;
    return true;
}

static bool read_sealed_numbers(struct judge *judge, const struct json_value *object, struct daps_sealed *what)
{
    int64_t first_frame, number, needs_frame;
    uint64_t given = 0, fits = 0;

    if (!count_member(judge, object, "pdus", &what->pdus) ||
        !number_member(judge, object, "first_frame", 0, &first_frame) ||
        !number_member(judge, object, "number", -1, &number) ||
        !number_member(judge, object, "needs_frame", 0, &needs_frame))
        return false;
    what->other_count = json_member(object, "ul_nas_count_given") != NULL;
    if (what->other_count && (!count_member(judge, object, "ul_nas_count_given", &given) ||
                              !count_member(judge, object, "ul_nas_count_fits", &fits)))
        return false;
    what->first_frame = (uint64_t)first_frame;
    what->number = (int)number;
    what->needs_frame = (uint64_t)needs_frame;
    what->given = (uint32_t)given;
    what->fits = (uint32_t)fits;
    return true;
}

static bool read_sealed_ue(struct judge *judge, const struct json_value *object, struct sealed_ue *sealed)
{
    const char *ue, *key, *needs;
    bool ok;

    ue = string_member(judge, object, "ue", false, &ok);
    if (!ok)
        return false;
    key = string_member(judge, object, "key", true, &ok);
    if (!ok)
        return false;
    needs = string_member(judge, object, "needs", false, &ok);
    if (!ok || !read_sealed_numbers(judge, object, &sealed->what))
        return false;
    sealed->what.rat = json_member(object, "rat") != NULL ? DAPS_RAT_LTE : DAPS_RAT_NR;
    sealed->what.needs = daps_needs_by_name(needs);
    if (sealed->what.needs == DAPS_NEEDS_COUNT)
        return wrong(judge, "\"needs\" is nothing that could be needed");
    g_strlcpy(sealed->ue, ue, sizeof sealed->ue);
    g_strlcpy(sealed->key, key != NULL ? key : "", sizeof sealed->key);
    return true;
}

static bool read_sealed(struct judge *judge, const struct json_value *line, struct capture_totals *totals)
{
    const struct json_value *sealed = json_member(line, "sealed"), *element;

    if (sealed == NULL)
        return true;
    if (sealed->kind != JSON_ARRAY)
        return wrong(judge, "\"sealed\" is not an array");
    for (element = json_first(sealed); element != NULL && totals->n_sealed < TOTALS_MAX_SEALED;
         element = json_next(sealed, element)) {
        if (element->kind != JSON_OBJECT)
            return wrong(judge, "\"sealed\" does not hold objects");
        if (!read_sealed_ue(judge, element, &totals->sealed[totals->n_sealed]))
            return false;
        totals->n_sealed++;
    }
    return true;
}

/* Reasons that this version does not know are of a later one: "not-followed" says the least. */
static bool read_not_judged(struct judge *judge, const struct json_value *line, struct daps_engine_counts *counts)
{
    const struct json_value *not_judged = json_member(line, "not_judged"), *value;

    if (not_judged == NULL)
        return true;
    if (not_judged->kind != JSON_OBJECT)
        return wrong(judge, "\"not_judged\" is not an object");
    for (value = json_first(not_judged); value != NULL; value = json_next(not_judged, value)) {
        const enum daps_not_judged reason = daps_not_judged_by_name(value->name);
        struct daps_not_judged_count
            one = {0},
            *sum = &counts->not_judged[reason < DAPS_NOT_JUDGED_COUNT ? reason : DAPS_NOT_JUDGED_NOT_FOLLOWED];
        if (value->kind != JSON_OBJECT)
            return wrong(judge, "\"not_judged\" does not hold objects");
        if (!count_member(judge, value, "count", &one.n) ||
            !count_member(judge, value, "first_frame", &one.first_frame))
            return false;
        if (sum->n == 0)
            sum->first_frame = one.first_frame;
        sum->n += one.n;
    }
    return true;
}

static bool take_capture(struct judge *judge, const struct json_value *line, const char *capture)
{
    struct capture_totals totals = {0};
    const char *error;
    bool ok;

    error = string_member(judge, line, "error", true, &ok);
    if (!ok || !count_member(judge, line, "frames", &totals.frames) ||
        !count_member(judge, line, "rrc_messages", &totals.counts.rrc_messages) ||
        !count_member(judge, line, "undecoded", &totals.counts.undecoded) || !read_other(judge, line, &totals) ||
        !read_pdcp(judge, line, &totals.counts) || !read_sealed(judge, line, &totals) ||
        !read_not_judged(judge, line, &totals.counts))
        return false;
    totals.error = g_strdup(error);
    session_end(judge, session_of(judge, capture), &totals);
    return true;
}

static bool take_object(struct judge *judge, const struct json_value *line)
{
    const char *type, *capture;
    bool ok;

    type = string_member(judge, line, "type", false, &ok);
    if (!ok)
        return false;
    capture = string_member(judge, line, "capture", false, &ok);
    if (!ok)
        return false;
    if (strcmp(type, "event") == 0)
        return take_event(judge, line, capture);
    if (strcmp(type, "gap") == 0)
        return take_gap(judge, line, capture);
    if (strcmp(type, "capture") == 0)
        return take_capture(judge, line, capture);
    g_snprintf(judge->error, sizeof judge->error, "type \"%.40s\" is none of event, gap, capture", type);
    return false;
}

static bool take_line(struct judge *judge, const char *text, size_t length)
{
    const struct json_value *line;
    const char *reason;
    size_t at;

    line = json_line_read(judge->line, text, length, &reason, &at);
    if (line == NULL) {
        g_snprintf(judge->error, sizeof judge->error, "not JSON: %s (octet %zu)", reason, at + 1);
        return false;
    }
    if (line->kind != JSON_OBJECT)
        return wrong(judge, "not a JSON object");
    return take_object(judge, line);
}

/* What that line said is not known, nor of which UE: whatever is open may lack something. */
static void lose_line(struct judge *judge, uint64_t number)
{
    batch_note(judge->job, judge->job->path, "line %" PRIu64 ": %s", number, judge->error);
    judge->wrong_lines++;
    for (guint i = 0; i < judge->open->len; i++) {
        struct session *session = g_ptr_array_index(judge->open, i);
        daps_engine_gap(session->engine, 0, true, session->last_frame, DAPS_GAP_LINE_UNREAD);
        if (session->what_if != NULL)
            what_if_gap(session->what_if, NULL, session->last_frame, DAPS_GAP_LINE_UNREAD);
    }
}

static bool is_blank(const GString *line)
{
    return line->str[strspn(line->str, " \t\r")] == '\0' && strlen(line->str) == line->len;
}

static void read_lines(struct judge *judge, struct lines *lines)
{
    enum lines_result result;

    while (!judge->job->lines.failed && !process_interrupted() && (result = lines_next(lines)) != LINES_END) {
        if (lines->number % PROGRESS_LINES == 0)
            progress_frames(PROGRESS_LINES);
        if (result == LINES_TOO_LONG) {
            wrong(judge, "longer than a mebibyte");
            lose_line(judge, lines->number);
        } else if (!is_blank(lines->line) && !take_line(judge, lines->line->str, lines->line->len)) {
            lose_line(judge, lines->number);
        }
    }
}

void judge_run_events(struct batch_job *job, const void *user)
{
    struct judge judge = {.options = user, .job = job};
    struct lines lines;

    judge.open = g_ptr_array_new();
    judge.line = json_line_new();
    if (lines_open(&lines, job->path))
        read_lines(&judge, &lines);
    while (judge.open->len > 0)
        session_end_unclosed(&judge, g_ptr_array_index(judge.open, 0));
    if (process_interrupted())
        lines.error = ECANCELED;
    if (lines.error == ECANCELED)
        batch_note(job, job->path, "interrupted after line %" PRIu64 "; what follows was not read", lines.number);
    else if (lines.error != 0)
        batch_note(job, job->path, "%s", g_strerror(lines.error));
    if (lines.error != 0 || judge.wrong_lines > 0)
        job->totals.unreadable++;
    lines_close(&lines);
    json_line_free(judge.line);
    g_ptr_array_unref(judge.open);
}
