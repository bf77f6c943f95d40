/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a message went to is not in every log. A command comes from the source; behind its Complete the source's SRBs are
 * suspended (TS 38.331 5.3.5.5.2), so messages go to the target until the attempt has ended; a DAPS failure is told to
 * the source (5.3.5.8.3). Where the log names the cell, it is the log's.
 */
#include "evidence/steps.h"

#include <inttypes.h>
#include <string.h>

#include "daps/words.h"
#include "evidence/sections.h"
#include "report/text.h"

struct telling {
    const struct evidence *evidence;
    const struct story *story;
    GHashTable *findings; /* frame to "F1, F3" */
    struct daps_cell current, target;
    char current_key[24], target_key[24];
    bool open, completed; /* an attempt is under way; its Complete was seen */
    const struct daps_handover *attempt;
};

static void free_text(gpointer data)
{
    g_free(data);
}

static void clear_step(gpointer data)
{
    struct step *step = data;

    g_free(step->note);
    g_free(step->findings);
}

static GHashTable *findings_by_frame(const struct evidence *evidence, const struct story *story)
{
    GHashTable *table = g_hash_table_new_full(g_int64_hash, g_int64_equal, free_text, free_text);

    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(evidence->findings, i);
        const struct daps_finding *finding = numbered->finding;
        for (uint32_t j = 0; numbered->detailed && story_is_of(story, finding) && j < finding->n_subjects; j++) {
            gint64 *frame = g_memdup2(&finding->subjects[j].frame, sizeof(gint64));
            const char *before = g_hash_table_lookup(table, frame);
            char *name = g_strdup_printf("F%u", numbered->number), *all;
            const bool again = before != NULL && g_str_has_suffix(before, name);
            all = again ? g_strdup(before) : before != NULL ? g_strconcat(before, ", ", name, NULL) : g_strdup(name);
            g_hash_table_replace(table, frame, all);
            g_free(name);
        }
    }
    return table;
}

bool steps_key_repeats(const struct evidence *evidence, const struct story *story, const char *id)
{
    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct daps_finding *finding =
            ((const struct evidence_finding *)g_ptr_array_index(evidence->findings, i))->finding;
        if (finding->has_key && finding->rule == DAPS_RULE_REPEATED_KEY && strcmp(finding->key.id, id) == 0 &&
            story_is_of(story, finding))
            return true;
    }
    return false;
}

/* "daps-handover to PCI 22, SSB-ARFCN 632628; NCC 0, horizontal: K2" */
static char *command_note(const struct daps_handover *handover)
{
    GString *text = g_string_new(daps_procedure_name(handover->procedure));

    g_string_append(text, handover->prepared ? " (prepared) to " : " to ");
    daps_words_cell(text, &handover->target, handover->rat);
    if (handover->ncc >= 0)
        g_string_append_printf(text, "; NCC %d", handover->ncc);
    if (handover->key.id[0] != '\0')
        g_string_append_printf(text, "; %s: %s",
                               handover->derivation == DAPS_DERIVATION_UNKNOWN
                                   ? "derivation unknown"
                                   : daps_derivation_name(handover->derivation),
                               handover->key.id);
    return g_string_free(text, FALSE);
}

static const struct daps_finding *finding_of_pdu(const struct telling *telling, uint64_t frame)
{
    for (guint i = 0; i < telling->evidence->findings->len; i++) {
        const struct daps_finding *finding =
            ((const struct evidence_finding *)g_ptr_array_index(telling->evidence->findings, i))->finding;
        for (uint32_t j = 0; finding->keystream.present && j < finding->n_subjects; j++) {
            if (finding->subjects[j].frame == frame && story_is_of(telling->story, finding))
                return finding;
        }
    }
    return NULL;
}

static bool is_shown(const struct story *story, uint64_t frame)
{
    for (guint i = 0; i < story->marks->len; i++) {
        if (g_array_index(story->marks, struct story_mark, i).frame == frame)
            return true;
    }
    return false;
}

/* Of a Complete; with the outcome, where the message that shows it is left out. */
static char *complete_note(const struct telling *telling, const struct daps_handover *handover)
{
    const uint64_t settled = handover->settled_frame;

    if (settled == 0 || settled == handover->complete_frame || is_shown(telling->story, settled))
        return g_strdup_printf("first message under %s", telling->target_key);
    return g_strdup_printf("first message under %s; %s in frame %" PRIu64, telling->target_key,
                           daps_words_outcome(handover->outcome), settled);
}

/* What else there is to say of the message. */
static char *note_of(const struct telling *telling, const struct step *step, const struct daps_handover *completes)
{
    const struct daps_finding *finding;

    if (step->command != NULL)
        return command_note(step->command);
    if (step->settles != NULL)
        return g_strdup_printf("%s: %s", daps_procedure_name(step->settles->procedure),
                               daps_words_outcome(step->settles->outcome));
    if (completes != NULL && telling->target_key[0] != '\0')
        return complete_note(telling, completes);
    finding = step->mark->pdu ? finding_of_pdu(telling, step->mark->frame) : NULL;
    if (finding != NULL)
        return g_strdup_printf("under %s: COUNT %" PRIu32 ", BEARER %d", finding->key.id, finding->keystream.count,
                               finding->keystream.bearer);
    return g_strdup("");
}

/* Before the message's own effect: between whom it went. */
static struct daps_cell other_end(const struct telling *telling, const struct step *step)
{
    if (step->command != NULL && step->command->source.pci >= 0)
        return step->command->source;
    if (step->mark->logged_cell.pci >= 0 && step->command == NULL)
        return step->mark->logged_cell;
    if (step->settles != NULL && step->settles->outcome == DAPS_OUTCOME_DAPS_FALLBACK)
        return telling->current;
    return telling->open && telling->completed ? telling->target : telling->current;
}

/* The key of a connection that was secured in that frame. */
static void note_root(struct telling *telling, uint64_t frame)
{
    for (guint i = 0; i < telling->story->keys->len; i++) {
        const struct story_key *key = g_ptr_array_index(telling->story->keys, i);
        if (key->view.kind == DAPS_KEY_ROOT && key->n_frames > 0 && key->frames[0] == frame) {
            g_strlcpy(telling->current_key, key->view.id, sizeof telling->current_key);
            return;
        }
    }
}

static void begin_attempt(struct telling *telling, const struct daps_handover *handover)
{
    telling->open = true;
    telling->attempt = handover;
    telling->completed = false;
    telling->target = handover->target;
    if (handover->source.pci >= 0)
        telling->current = handover->source;
    if (handover->procedure == DAPS_PROC_INTRA_CELL_REFRESH && handover->target.pci < 0)
        telling->target = telling->current;
    g_strlcpy(telling->target_key, handover->key.id, sizeof telling->target_key);
    if (telling->current_key[0] == '\0' && handover->derivation == DAPS_DERIVATION_HORIZONTAL)
        g_strlcpy(telling->current_key, handover->key.parent, sizeof telling->current_key);
}

static void end_attempt(struct telling *telling, const struct daps_handover *handover)
{
    if (handover->outcome == DAPS_OUTCOME_COMPLETED) {
        telling->current = handover->target.pci >= 0 ? handover->target : telling->target;
        if (handover->key.id[0] != '\0')
            g_strlcpy(telling->current_key, handover->key.id, sizeof telling->current_key);
    }
    telling->open = telling->completed = false;
    telling->target_key[0] = '\0';
}

/* Another message of the same frame, before or behind? */
static bool shares_frame(const struct telling *telling, const struct story_mark *mark, guint at, int step)
{
    const GArray *marks = telling->story->marks;

    return (step < 0 ? at > 0 : at + 1 < marks->len) && (mark + step)->frame == mark->frame;
}

/* What is told of a frame is told of that message of it which it can be of. */
static void share_out(const struct telling *telling, struct step *step, guint at)
{
    const enum daps_event_kind kind = step->mark->kind;
    const bool second = shares_frame(telling, step->mark, at, -1), first = shares_frame(telling, step->mark, at, 1);

    if ((first || second) && (kind == DAPS_EV_TRAFFIC || kind == DAPS_EV_NAS_TRANSFER || kind == DAPS_EV_COUNTER_CHECK))
        step->command = NULL;
    if (second)
        step->settles = NULL;
}

static void tell(struct telling *telling, guint at, GArray *steps)
{
    const struct story_mark *mark = &g_array_index(telling->story->marks, struct story_mark, at);
    const struct daps_handover *completes = story_complete(telling->story, mark->frame);
    struct step step = {.mark = mark,
                        .command = story_command(telling->story, mark->frame),
                        .settles = story_settled(telling->story, mark->frame)};
    const char *named = g_hash_table_lookup(telling->findings, &mark->frame);

    share_out(telling, &step, at);
    if (completes != NULL && telling->open)
        telling->completed = true;
    step.message = mark->pdu ? "PDCP PDU" : daps_words_message(mark->kind, mark->downlink, mark->rat);
    step.core = mark->kind == DAPS_EV_NAS_TRANSFER;
    step.cell = other_end(telling, &step);
    step.note = note_of(telling, &step, completes);
    step.findings = g_strdup(named != NULL ? named : "");
    /* One that comes after the newest command may end an earlier attempt: only that is over then. */
    if (step.settles != NULL && (step.command == NULL || step.command != step.settles))
        end_attempt(telling, step.settles);
    if (step.command != NULL)
        begin_attempt(telling, step.command);
    if (mark->kind == DAPS_EV_SECURITY_MODE_COMMAND)
        note_root(telling, mark->frame);
    step.current = telling->current;
    step.target = telling->target;
    g_strlcpy(step.current_key, telling->current_key, sizeof step.current_key);
    g_strlcpy(step.target_key, telling->open ? telling->target_key : "", sizeof step.target_key);
    g_array_append_val(steps, step);
}

GArray *steps_of(const struct evidence *evidence, const struct story *story)
{
    struct telling telling = {.evidence = evidence, .story = story, .current = {-1, -1}, .target = {-1, -1}};
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));

    g_array_set_clear_func(steps, clear_step);
    telling.findings = findings_by_frame(evidence, story);
    for (guint i = 0; i < story->marks->len; i++) {
        const struct story_mark *mark = &g_array_index(story->marks, struct story_mark, i);
        if (mark->before.handovers > 0) { /* handed over meanwhile: nobody says where it is */
            telling.open = false;
            telling.current = (struct daps_cell){-1, -1};
            telling.current_key[0] = telling.target_key[0] = '\0';
        }
        if (mark->before.messages > 0 && telling.open && telling.attempt->settled_frame > 0 &&
            telling.attempt->settled_frame < mark->frame)
            end_attempt(&telling, telling.attempt); /* in a message that is left out */
        tell(&telling, i, steps);
    }
    g_hash_table_unref(telling.findings);
    return steps;
}

char *steps_left_out(const struct story_quiet *what)
{
    struct outbuf out;

    if (what->messages == 0)
        return NULL;
    outbuf_init(&out, NULL, NULL);
    text_counted(&out, what->messages, "message", NULL);
    if (what->handovers > 0) {
        outbuf_literal(&out, " with ");
        text_counted(&out, what->handovers, "handover command", NULL);
    }
    outbuf_printf(&out, what->messages == 1 ? " left out here: frame %" PRIu64 : " left out here: frames %" PRIu64,
                  what->first_frame);
    if (what->messages > 1)
        outbuf_printf(&out, " to %" PRIu64, what->last_frame);
    outbuf_char(&out, '.');
    return sections_text(&out);
}
