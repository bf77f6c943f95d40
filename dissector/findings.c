/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of a session through the same writers that the program has. */
#include "findings.h"

#include <inttypes.h>

#include "report/outbuf.h"
#include "report/records.h"
#include "report/text_finding.h"

static uint64_t number_of(void *session, uint64_t frame)
{
    return session_number(session, frame);
}

static uint64_t first_frame(const struct daps_result *result)
{
    return result->is_finding ? result->finding->subjects[0].frame : result->handover.frame;
}

static gint by_frame(gconstpointer a, gconstpointer b)
{
    const uint64_t first = first_frame(*(const struct daps_result *const *)a),
                   second = first_frame(*(const struct daps_result *const *)b);

    return (first > second) - (first < second);
}

static void add_copies(struct session *session, const GPtrArray *results, GPtrArray *out)
{
    for (guint i = 0; i < results->len; i++)
        g_ptr_array_add(out, daps_result_renumbered(results->pdata[i], number_of, session));
}

/* All handovers or findings, with the numbers that frames have now, in their order: struct daps_result *, owned. */
static GPtrArray *results_of(struct session *session, bool findings)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(daps_result_free);

    add_copies(session, session_settled(session, findings), out);
    add_copies(session, session_open(session, findings), out);
    g_ptr_array_sort(out, by_frame);
    return out;
}

static char *text_of(struct outbuf *out)
{
    char *text = g_strndup(out->octets != NULL ? out->octets : "", out->length);

    outbuf_clear(out);
    return text;
}

/* No list of findings is a clean bill by itself. */
static void say_not_judged(struct session *session, struct outbuf *out)
{
    struct daps_not_judged_count counts[DAPS_NOT_JUDGED_COUNT];

    session_not_judged(session, counts);
    for (unsigned reason = 0; reason < DAPS_NOT_JUDGED_COUNT; reason++) {
        if (counts[reason].n > 0)
            outbuf_printf(out, "Not judged: %" PRIu64 ": %s\n", counts[reason].n,
                          daps_not_judged_words((enum daps_not_judged)reason, counts[reason].n));
    }
    for (unsigned what = COVERAGE_UNREADABLE; what < COVERAGE_COUNT; what++) {
        const struct coverage_count *count = &session_coverage(session)[what];
        if (count->frames > 0)
            outbuf_printf(out, "Frames, %s: %" PRIu64 ", first %" PRIu64 "\n", coverage_name((enum coverage)what),
                          count->frames, session_number(session, count->first));
    }
    if (out->length > 0)
        outbuf_char(out, '\n');
}

char *findings_text(struct session *session, uint64_t frame, bool show_keys)
{
    const struct report_style style = {.show_keys = show_keys};
    GPtrArray *findings = results_of(session, true);
    struct outbuf out;
    guint said = 0;

    outbuf_init(&out, NULL, NULL);
    if (frame == 0)
        say_not_judged(session, &out);
    for (guint i = 0; i < findings->len; i++) {
        const struct daps_result *result = findings->pdata[i];
        if (frame != 0 && !daps_result_names(result, frame))
            continue;
        if (said++ > 0)
            outbuf_char(&out, '\n');
        text_finding(&out, &style, result->finding, true, true);
    }
    if (said == 0)
        outbuf_string(&out, frame == 0 ? "No findings.\n" : "No finding names this frame.\n");
    g_ptr_array_unref(findings);
    return text_of(&out);
}

char *findings_ndjson(struct session *session, const char *capture, bool show_keys)
{
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    for (unsigned findings = 0; findings < 2; findings++) {
        GPtrArray *results = results_of(session, findings == 1);
        for (guint i = 0; i < results->len; i++) {
            const struct daps_result *result = results->pdata[i];
            if (result->is_finding)
                record_finding(&out, capture, result->finding, show_keys);
            else
                record_handover(&out, capture, &result->handover);
            outbuf_char(&out, '\n');
        }
        g_ptr_array_unref(results);
    }
    return text_of(&out);
}
