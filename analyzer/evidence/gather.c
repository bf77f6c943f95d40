/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first reading as a form of the report, and what is made of it once the capture has ended. */
#include <stdlib.h>
#include <string.h>

#include "daps/bound.h"
#include "daps/results.h"
#include "evidence/evidence.h"
#include "evidence/excerpt.h"
#include "evidence/sections.h"
#include "say.h"

#define MOST_ATTEMPTS DAPS_BOUND(1U << 20, 4)

/* Frames of one attempt, so that its Complete and its end are shown with its command. */
struct evidence_attempt {
    uint64_t frame, complete, settled;
    struct plots_place place;
};

static void free_finding(gpointer data)
{
    daps_finding_free(data);
}

static void free_numbered(gpointer data)
{
    struct evidence_finding *numbered = data;

    daps_finding_free(numbered->finding);
    g_free(numbered);
}

static void gather_begin(struct report *report)
{
    struct evidence *evidence = g_new0(struct evidence, 1);
    struct evidence_wish *wish = report->style->evidence;
    const char *stands_for = g_hash_table_lookup(wish->stand_ins, report->capture);

    evidence->wish = wish;
    evidence->path = report->capture;
    evidence->name = stands_for != NULL ? stands_for : report->capture;
    evidence->number = wish->overview->len + 1;
    if (wish->options->anonymize)
        evidence->name = evidence->own_name = g_strdup_printf("capture-%u", evidence->number);
    for (unsigned i = 0; i <= DAPS_SEVERITY_HIGH; i++)
        evidence->kept[i] = g_ptr_array_new_with_free_func(free_finding);
    evidence->findings = g_ptr_array_new_with_free_func(free_numbered);
    evidence->fallen_back = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, daps_result_free);
    evidence->attempts = g_array_new(FALSE, FALSE, sizeof(struct evidence_attempt));
    evidence->finding_frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    evidence->excerpt = wish->excerpt != NULL ? excerpt_new(wish->options->keylog != NULL) : NULL;
    report->state = evidence;
}

static void gather_free(struct report *report)
{
    struct evidence *evidence = report->state;

    for (unsigned i = 0; i <= DAPS_SEVERITY_HIGH; i++)
        g_ptr_array_unref(evidence->kept[i]);
    g_ptr_array_unref(evidence->findings);
    g_hash_table_unref(evidence->fallen_back);
    g_array_unref(evidence->attempts);
    g_array_unref(evidence->finding_frames);
    stories_free(evidence->stories);
    liaison_forget(&evidence->liaison);
    excerpt_free(evidence->excerpt);
    g_free(evidence->excerpt_note);
    g_free(evidence->own_name);
    g_free(evidence);
}

static void gather_finding(struct report *report, const struct daps_finding *finding)
{
    struct evidence *evidence = report->state;
    GPtrArray *kept = evidence->kept[finding->severity];
    struct daps_finding shown = *finding;

    evidence->n_findings++;
    if (finding->n_frames > 0 && evidence->finding_frames->len < MOST_ATTEMPTS)
        g_array_append_val(evidence->finding_frames, finding->subjects[0].frame);
    if (evidence->wish->options->anonymize) { /* the XOR with a message that anyone can guess is the other message */
        shown.keystream.xor_ciphertext = shown.keystream.xor_plaintext = NULL;
        shown.keystream.octets = 0;
    }
    if (kept->len < EVIDENCE_MOST_ROWS)
        g_ptr_array_add(kept, daps_finding_copy(&shown, report->style->show_keys));
    if (evidence->excerpt != NULL)
        excerpt_finding(evidence->excerpt, finding);
    liaison_finding(&evidence->liaison, finding);
}

/* ---- what came next after a fallback ---- */

static enum evidence_next next_of(const struct daps_handover *failed, const struct daps_handover *next)
{
    if (strcmp(failed->key.id, next->key.id) == 0)
        return EVIDENCE_NEXT_REPEATED;
    if (next->procedure == DAPS_PROC_INTRA_CELL_REFRESH)
        return EVIDENCE_NEXT_REFRESHED;
    if (next->derivation == DAPS_DERIVATION_VERTICAL && strcmp(failed->key.parent, next->key.parent) != 0)
        return EVIDENCE_NEXT_OTHER_NH;
    return EVIDENCE_NEXT_OTHER;
}

static void count_next(struct evidence_liaison *liaison, enum evidence_next next, uint64_t frame)
{
    if (liaison->next[next]++ == 0)
        liaison->next_frame[next] = frame;
}

static void note_fallback(struct evidence *evidence, const struct daps_handover *handover)
{
    struct evidence_liaison *liaison = &evidence->liaison;
    char *place = g_strconcat(daps_rat_name(handover->rat), " ", handover->ue, NULL);
    const struct daps_result *before = g_hash_table_lookup(evidence->fallen_back, place);

    if (before != NULL && before->handover.frame < handover->frame) {
        count_next(liaison, next_of(&before->handover, handover), handover->frame);
        if (handover->time_ns >= before->handover.time_ns && before->handover.time_ns != INT64_MIN)
            plots_retry(evidence->wish->plots, handover->time_ns - before->handover.time_ns);
        g_hash_table_remove(evidence->fallen_back, place);
    }
    if (handover->outcome != DAPS_OUTCOME_DAPS_FALLBACK) {
        g_free(place);
        return;
    }
    liaison->fallbacks++;
    liaison->vertical_fallbacks += handover->derivation == DAPS_DERIVATION_VERTICAL;
    g_hash_table_insert(evidence->fallen_back, place, daps_result_of_handover(handover, false));
}

static void gather_handover(struct report *report, const struct daps_handover *handover)
{
    struct evidence *evidence = report->state;
    struct evidence_liaison *liaison = &evidence->liaison;
    const struct evidence_attempt attempt = {handover->frame,
                                             handover->complete_frame,
                                             handover->settled_frame,
                                             {handover->rat, (int16_t)handover->source.pci,
                                              (int16_t)handover->target.pci, (int8_t)handover->ncc, handover->time_ns}};

    plots_handover(evidence->wish->plots, handover);

    if (evidence->attempts->len < MOST_ATTEMPTS)
        g_array_append_val(evidence->attempts, attempt);
    liaison->horizontal += handover->derivation == DAPS_DERIVATION_HORIZONTAL;
    liaison->vertical += handover->derivation == DAPS_DERIVATION_VERTICAL;
    if (handover->daps && handover->rach == DAPS_RACH_CFRA && liaison->cfra++ == 0)
        liaison->cfra_frame = handover->frame;
    note_fallback(evidence, handover);
}

/* ---- the end ---- */

static gint attempts_by_frame(gconstpointer a, gconstpointer b)
{
    const struct evidence_attempt *x = a, *y = b;

    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

void evidence_attempt(const struct evidence *evidence, uint64_t frame, uint64_t *complete, uint64_t *settled)
{
    const struct evidence_attempt wanted = {.frame = frame};
    guint at;

    *complete = *settled = 0;
    if (!g_array_binary_search(evidence->attempts, &wanted, attempts_by_frame, &at))
        return;
    *complete = g_array_index(evidence->attempts, struct evidence_attempt, at).complete;
    *settled = g_array_index(evidence->attempts, struct evidence_attempt, at).settled;
}

static gint findings_by_frame(gconstpointer a, gconstpointer b)
{
    const struct daps_finding *x = *(struct daps_finding *const *)a, *y = *(struct daps_finding *const *)b;
    const uint64_t at = x->n_frames > 0 ? x->subjects[0].frame : 0, other = y->n_frames > 0 ? y->subjects[0].frame : 0;

    return at < other ? -1 : at > other ? 1 : (gint)x->rule - (gint)y->rule;
}

/* Gravest first, then by frame; numbered in that order. */
static void number_findings(struct evidence *evidence)
{
    for (int severity = DAPS_SEVERITY_HIGH; severity >= 0; severity--) {
        GPtrArray *kept = evidence->kept[severity];
        g_ptr_array_sort(kept, findings_by_frame);
        for (guint i = 0; i < kept->len && evidence->findings->len < EVIDENCE_MOST_ROWS; i++) {
            struct evidence_finding *numbered = g_new0(struct evidence_finding, 1);
            numbered->number = evidence->findings->len + 1;
            numbered->detailed = numbered->number <= EVIDENCE_MOST_DETAILED;
            numbered->finding = kept->pdata[i];
            kept->pdata[i] = NULL;
            g_ptr_array_add(evidence->findings, numbered);
        }
    }
    evidence->findings_left_out = evidence->n_findings - evidence->findings->len;
}

static void want(struct evidence *evidence, const struct daps_finding *finding)
{
    uint32_t counted = 0;

    if (finding->has_key)
        stories_want_key(evidence->stories, &finding->key);
    for (uint32_t i = 0; i < finding->n_subjects; i++) {
        const struct daps_subject *subject = &finding->subjects[i];
        const bool pdu = subject->role == DAPS_ROLE_MESSAGE || subject->role == DAPS_ROLE_FAILED;
        struct story_want wants[3];
        uint64_t complete, settled;

        if (daps_subject_counts(subject) && counted++ >= EVIDENCE_MOST_FRAMES)
            continue;
        evidence_attempt(evidence, subject->frame, &complete, &settled);
        wants[0] =
            (struct story_want){finding->rat, finding->ue, subject->frame, pdu, finding->keystream.direction != 0};
        wants[1] = (struct story_want){finding->rat, finding->ue, complete, false, false};
        wants[2] = (struct story_want){finding->rat, finding->ue, settled, false, false};
        for (unsigned j = 0; j < G_N_ELEMENTS(wants); j++)
            stories_want(evidence->stories, &wants[j]);
    }
}

static void read_again(struct evidence *evidence, const struct options *options)
{
    g_array_sort(evidence->attempts, attempts_by_frame);
    evidence->stories = stories_new();
    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(evidence->findings, i);
        if (numbered->detailed)
            want(evidence, numbered->finding);
    }
    if (evidence->totals->frames > 0) /* for the times, if for nothing else */
        stories_read(evidence->stories, evidence->path, options, evidence->totals->counts.rrc_messages);
}

/* Each finding to the attempt that its first frame began, or had its Complete in. */
static void plot_findings(struct evidence *evidence)
{
    GHashTable *completes = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (guint i = 0; i < evidence->attempts->len; i++) {
        struct evidence_attempt *attempt = &g_array_index(evidence->attempts, struct evidence_attempt, i);
        g_hash_table_insert(completes, &attempt->complete, attempt);
    }
    for (guint i = 0; i < evidence->finding_frames->len; i++) {
        const struct evidence_attempt wanted = {.frame = g_array_index(evidence->finding_frames, uint64_t, i)};
        const struct evidence_attempt *attempt = g_hash_table_lookup(completes, &wanted.frame);
        guint at;
        if (g_array_binary_search(evidence->attempts, &wanted, attempts_by_frame, &at))
            attempt = &g_array_index(evidence->attempts, struct evidence_attempt, at);
        if (attempt != NULL)
            plots_finding(evidence->wish->plots, &attempt->place);
    }
    g_hash_table_unref(completes);
}

static void add_overview(const struct evidence *evidence)
{
    struct evidence_overview *row = g_new0(struct evidence_overview, 1);

    row->name = g_strdup(evidence->name);
    row->findings = evidence->n_findings;
    row->not_judged = daps_not_judged_total(evidence->totals->counts.not_judged);
    row->verdict = evidence_verdict(evidence->totals, evidence);
    row->observations = evidence->wish->tdoc ? tdoc_observations(evidence) : NULL;
    g_ptr_array_add(evidence->wish->overview, row);
}

static void write_excerpt(struct evidence *evidence)
{
    bool failed;

    evidence->excerpt_note = excerpt_write(evidence->excerpt, evidence, &failed);
    if (failed)
        say("excerpt: %s", evidence->excerpt_note);
    evidence->wish->excerpt_failed |= failed;
}

static void gather_end(struct report *report, const struct capture_totals *totals)
{
    struct evidence *evidence = report->state;
    const struct options *options = evidence->wish->options;
    static char error[] = "it could not be read to its end";

    evidence->totals = totals;
    if (options->anonymize && totals->error != NULL) { /* it may name the file, or quote it */
        evidence->own_totals = *totals;
        evidence->own_totals.error = error;
        evidence->totals = &evidence->own_totals;
    }
    evidence->what_if = report->what_if;
    evidence->liaison.next[EVIDENCE_NEXT_NOTHING] = g_hash_table_size(evidence->fallen_back);
    evidence_facts_of(&evidence->facts, evidence->path);
    number_findings(evidence);
    read_again(evidence, options);
    evidence->facts.first_ns = evidence->stories->first_ns;
    evidence->facts.last_ns = evidence->stories->last_ns;
    if (evidence->excerpt != NULL)
        write_excerpt(evidence);
    plot_findings(evidence);
    if (report->style->format == REPORT_EVIDENCE_JSON)
        evidence_json(evidence, report->out);
    else if (report->style->format == REPORT_TAMARIN)
        evidence_tamarin(evidence, report->out);
    else if (report->style->format != REPORT_EVIDENCE_CSV)
        evidence_page(evidence, report->out, report->style->format == REPORT_HTML);
    add_overview(evidence);
}

const struct report_form report_form_evidence = {
    .begin = gather_begin,
    .handover = gather_handover,
    .finding = gather_finding,
    .end = gather_end,
    .free = gather_free,
};
