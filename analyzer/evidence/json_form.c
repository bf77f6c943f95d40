/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same evidence as JSON: the records of the machine forms (docs/schema.json), and what the page shows besides. */
#include "daps/kdf.h"
#include "daps/results.h"
#include "evidence/sections.h"
#include "evidence/steps.h"
#include "report/json.h"
#include "report/records.h"
#include "report/said.h"
#include "report/said_what_if.h"
#include "report/text_finding.h"

static void facts(struct outbuf *out, const struct evidence *evidence)
{
    const bool read = evidence->facts.sha256[0] != '\0';

    outbuf_literal(out, "{\"name\":");
    json_string(out, evidence->name);
    json_key(out, "octets");
    json_integer_or_null(out, read ? (int64_t)evidence->facts.octets : -1);
    json_key(out, "sha256");
    json_string(out, read ? evidence->facts.sha256 : NULL);
    json_key(out, "first_time");
    json_time(out, evidence->facts.first_ns);
    json_key(out, "last_time");
    json_time(out, evidence->facts.last_ns);
    json_key(out, "command");
    json_string(out, evidence->wish->command_line);
    json_key(out, "excerpt");
    json_string(out, evidence->excerpt_note);
    json_key(out, "anonymized");
    json_string(out, evidence->wish->options->anonymize ? evidence_anonymized : NULL);
    outbuf_char(out, '}');
}

/* "70 00 16": octets that the capture does not show are "..". */
static void parts(struct outbuf *out, const struct daps_s_part *list, unsigned n)
{
    GString *all = g_string_new(NULL);

    sections_s(all, list, n);
    json_key(out, "s");
    json_string(out, all->str);
    json_key(out, "parts");
    outbuf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        g_string_truncate(all, 0);
        sections_s(all, &list[i], 1);
        outbuf_string(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        json_string(out, list[i].name);
        json_key(out, "octets");
        json_string(out, all->str);
        json_key(out, "says");
        json_string(out, list[i].says);
        outbuf_char(out, '}');
    }
    outbuf_char(out, ']');
    g_string_free(all, TRUE);
}

static void derivation(struct outbuf *out, const struct evidence *evidence, const struct daps_finding *finding)
{
    struct daps_key_view chain[SECTIONS_MOST_CHAIN];
    struct daps_s_part list[DAPS_S_PARTS];
    const bool show_keys = evidence->wish->options->style.show_keys;
    unsigned left_out, n = finding->has_key ? sections_chain(evidence, finding, chain, &left_out) : 0;

    json_key(out, "derivation");
    outbuf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        GString *words = g_string_new(NULL);
        daps_words_key(words, &chain[i], finding->rat);
        outbuf_string(out, i == 0 ? "{\"key\":" : ",{\"key\":");
        json_string(out, chain[i].id);
        json_key(out, "parent");
        json_string(out, chain[i].parent[0] != '\0' ? chain[i].parent : NULL);
        json_key(out, "says");
        json_string(out, words->str);
        parts(out, list, daps_words_s(&chain[i], finding->rat, false, list));
        json_key(out, "value");
        if (show_keys && chain[i].value != NULL) {
            outbuf_char(out, '"');
            outbuf_hex(out, chain[i].value, DAPS_KEY_OCTETS);
            outbuf_char(out, '"');
        } else {
            outbuf_literal(out, "null");
        }
        outbuf_char(out, '}');
        g_string_free(words, TRUE);
    }
    outbuf_char(out, ']');
}

static void as_key(struct outbuf *out, const struct daps_finding *finding)
{
    struct daps_s_part list[DAPS_S_PARTS];
    enum daps_key_use use;
    unsigned algorithm;

    json_key(out, "as_key");
    if (!sections_as_key(finding, &use, &algorithm)) {
        outbuf_literal(out, "null");
        return;
    }
    outbuf_literal(out, "{\"name\":");
    json_string(out, daps_words_as_key(use));
    parts(out, list, daps_words_as_key_s(finding->rat, use, algorithm, list));
    outbuf_char(out, '}');
}

static void finding_object(struct outbuf *out, const struct evidence *evidence, const struct evidence_finding *numbered)
{
    const struct daps_finding *finding = numbered->finding;
    char *assumes = daps_words_assumes(finding);

    outbuf_literal(out, "\n{\"number\":\"F");
    outbuf_unsigned(out, numbered->number);
    outbuf_literal(out, "\",\"finding\":");
    record_finding(out, evidence->name, finding, evidence->wish->options->style.show_keys);
    json_key(out, "evidence_says");
    json_string(out, daps_words_evidence(finding));
    json_key(out, "exposure_says");
    json_string(out, finding->has_exposure ? daps_words_exposure(finding->exposure) : NULL);
    json_key(out, "assumes");
    json_string(out, assumes);
    json_key(out, "meaning");
    json_string(out, daps_rule_prose(finding->rule, finding->rat).meaning);
    json_key(out, "remedy");
    json_string(out, daps_rule_prose(finding->rule, finding->rat).remedy);
    if (numbered->detailed) {
        derivation(out, evidence, finding);
        as_key(out, finding);
    }
    outbuf_char(out, '}');
    g_free(assumes);
}

static void unjudged(struct outbuf *out, const struct evidence *evidence)
{
    bool first = true;

    json_key(out, "unjudged");
    outbuf_char(out, '[');
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        struct outbuf text;
        outbuf_init(&text, NULL, NULL);
        said_not_judged(&text, (enum daps_not_judged)i, &evidence->totals->counts.not_judged[i]);
        if (text.length > 0) {
            char *said = sections_text(&text);
            outbuf_string(out, first ? "" : ",");
            json_string(out, said);
            first = false;
        }
        outbuf_clear(&text);
    }
    outbuf_char(out, ']');
}

static void liaison(struct outbuf *out, const struct evidence *evidence)
{
    struct liaison_answer answers[LIAISON_QUESTIONS];

    liaison_answers(evidence, answers);
    json_key(out, "liaison");
    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++) {
        outbuf_string(out, i == 0 ? "[{\"question\":" : ",{\"question\":");
        json_string(out, answers[i].question);
        json_key(out, "asks");
        json_string(out, answers[i].asks);
        json_key(out, "shown");
        json_bool(out, answers[i].shown);
        json_key(out, "evidence");
        json_string(out, answers[i].shown ? answers[i].evidence : NULL);
        json_key(out, "answer");
        json_string(out, answers[i].answer);
        json_key(out, "frames");
        outbuf_char(out, '[');
        for (guint j = 0; j < answers[i].frames->len; j++) {
            outbuf_string(out, j == 0 ? "" : ",");
            outbuf_unsigned(out, g_array_index(answers[i].frames, uint64_t, j));
        }
        outbuf_literal(out, "]}");
    }
    outbuf_char(out, ']');
    liaison_clear(answers);
}

static void message(struct outbuf *out, const struct step *step)
{
    outbuf_literal(out, "{\"frame\":");
    outbuf_unsigned(out, step->mark->frame);
    json_key(out, "time");
    json_time(out, step->mark->time_ns);
    json_key(out, "downlink");
    json_bool(out, step->mark->downlink);
    json_key(out, "core");
    json_bool(out, step->core);
    json_key(out, "pci");
    json_integer_or_null(out, step->core ? -1 : step->cell.pci);
    json_key(out, "message");
    json_string(out, step->message);
    json_key(out, "note");
    json_string(out, step->note[0] != '\0' ? step->note : NULL);
    json_key(out, "findings");
    json_string(out, step->findings[0] != '\0' ? step->findings : NULL);
    json_key(out, "left_out_before");
    outbuf_unsigned(out, step->mark->before.messages);
    outbuf_char(out, '}');
}

static void ue(struct outbuf *out, const struct evidence *evidence, const struct story *story)
{
    GArray *steps = steps_of(evidence, story);

    outbuf_literal(out, "\n{\"ue\":");
    json_string(out, story->ue);
    json_key(out, "rat");
    json_string(out, daps_rat_name(story->rat));
    json_key(out, "handovers_in_all");
    outbuf_unsigned(out, story->n_handovers);
    json_key(out, "handovers");
    for (guint i = 0; i < story->handovers->len; i++) {
        const struct daps_result *result = g_ptr_array_index(story->handovers, i);
        outbuf_char(out, i == 0 ? '[' : ',');
        record_handover(out, evidence->name, &result->handover);
    }
    outbuf_string(out, story->handovers->len == 0 ? "[]" : "]");
    json_key(out, "messages");
    for (guint i = 0; i < steps->len; i++) {
        outbuf_char(out, i == 0 ? '[' : ',');
        message(out, &g_array_index(steps, struct step, i));
    }
    outbuf_string(out, steps->len == 0 ? "[]" : "]");
    json_key(out, "finding_frames_left_out");
    outbuf_unsigned(out, story->frames_left_out);
    json_key(out, "left_out_after");
    outbuf_unsigned(out, story->after.messages);
    outbuf_char(out, '}');
    g_array_unref(steps);
}

static void what_if(struct outbuf *out, const struct evidence *evidence)
{
    const struct what_if_result *result;

    json_key(out, "what_if");
    outbuf_char(out, '[');
    for (unsigned i = 0; evidence->what_if != NULL && (result = what_if_result(evidence->what_if, i)) != NULL; i++) {
        outbuf_string(out, i == 0 ? "" : ",");
        record_what_if(out, evidence->name, result);
    }
    outbuf_char(out, ']');
}

void evidence_json(const struct evidence *evidence, struct outbuf *out)
{
    const GPtrArray *list = evidence->stories->list;
    char *verdict = evidence_verdict(evidence->totals, evidence);

    outbuf_string(out, evidence->number > 1 ? ",\n{\"file\":" : "\n{\"file\":");
    facts(out, evidence);
    json_key(out, "verdict");
    json_string(out, verdict);
    json_key(out, "capture");
    record_capture(out, evidence->name, evidence->totals, true);
    unjudged(out, evidence);
    json_key(out, "findings");
    outbuf_char(out, '[');
    for (guint i = 0; i < evidence->findings->len; i++) {
        outbuf_string(out, i == 0 ? "" : ",");
        finding_object(out, evidence, g_ptr_array_index(evidence->findings, i));
        outbuf_settle(out);
    }
    outbuf_char(out, ']');
    json_key(out, "findings_left_out");
    outbuf_unsigned(out, evidence->findings_left_out);
    if (evidence->wish->liaison)
        liaison(out, evidence);
    what_if(out, evidence);
    json_key(out, "ues");
    outbuf_char(out, '[');
    for (guint i = 0; i < list->len; i++) {
        outbuf_string(out, i == 0 ? "" : ",");
        ue(out, evidence, g_ptr_array_index(list, i));
    }
    outbuf_char(out, ']');
    json_key(out, "ues_left_out");
    json_bool(out, evidence->stories->ues_left_out > 0);
    json_key(out, "keys_left_out");
    outbuf_unsigned(out, evidence->stories->keys_left_out);
    outbuf_char(out, '}');
    g_free(verdict);
}
