/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings in words: what, where, derived how, how sure, what it rests on, what to do. */
#include "report/text_finding.h"

#include <inttypes.h>

#include "daps/kdf.h"
#include "daps/words.h"
#include "report/records.h"
#include "report/text.h"

#define LABEL_INDENT 4
#define TEXT_INDENT  17
#define MOST_FRAMES  12

void text_algorithms(struct outbuf *out, enum daps_rat rat, int ciphering, int integrity)
{
    if (ciphering < 0 && integrity < 0) {
        outbuf_char(out, '-');
        return;
    }
    outbuf_string(out, ciphering >= 0 ? daps_algorithm_name(rat, true, ciphering) : "?");
    outbuf_char(out, '/');
    outbuf_string(out, integrity >= 0 ? daps_algorithm_name(rat, false, integrity) : "?");
}

void text_derivation(struct outbuf *out, const struct daps_key_view *key, enum daps_rat rat)
{
    GString *text = g_string_new(NULL);

    daps_words_key(text, key, rat);
    daps_words_computed(text, key);
    outbuf_string(out, text->str);
    g_string_free(text, TRUE);
}

static void label(struct outbuf *out, const char *name)
{
    outbuf_spaces(out, LABEL_INDENT);
    outbuf_string(out, name);
    outbuf_spaces(out, TEXT_INDENT - LABEL_INDENT - strlen(name));
}

static void paragraph(struct outbuf *out, const char *name, const char *text)
{
    label(out, name);
    text_wrap(out, text, TEXT_INDENT, TEXT_INDENT);
}

/* text is freed. */
static void own_paragraph(struct outbuf *out, const char *name, char *text)
{
    paragraph(out, name, text);
    g_free(text);
}

/* The paragraph that is in buffer, which is emptied. */
static void paragraph_of(struct outbuf *out, const char *name, struct outbuf *buffer)
{
    outbuf_char(buffer, '\0');
    paragraph(out, name, buffer->octets);
    buffer->length = 0;
}

void text_frames(struct outbuf *out, const struct daps_finding *finding)
{
    uint32_t shown = finding->n_frames < MOST_FRAMES ? finding->n_frames : MOST_FRAMES;

    for (uint32_t i = 0; i < shown; i++) {
        const struct daps_subject *subject = &finding->subjects[i];
        outbuf_printf(out, "%s%" PRIu64, i == 0 ? "" : ", ", subject->frame);
        if (subject->procedure < DAPS_PROC_COUNT)
            outbuf_printf(out, " (%s)", daps_procedure_name(subject->procedure));
    }
    if (finding->repeats > shown)
        outbuf_printf(out, " and %" PRIu32 " more", finding->repeats - shown);
    if (finding->copies > 0)
        outbuf_printf(out, "; %" PRIu32 " further %s of them", finding->copies,
                      finding->copies == 1 ? "copy" : "copies");
}

static void derivation(struct outbuf *out, const struct daps_finding *finding, bool show_keys)
{
    const struct daps_key_view *key = &finding->key;
    const char *clause = daps_words_key_clause(key);
    struct outbuf text;

    outbuf_init(&text, NULL, NULL);
    text_derivation(&text, key, finding->rat);
    paragraph_of(out, "derivation", &text);
    outbuf_spaces(out, TEXT_INDENT);
    if (key->ncc >= 0)
        outbuf_printf(out, "NCC %d, ", key->ncc);
    outbuf_string(out, key->derivation == DAPS_DERIVATION_UNKNOWN ? "derivation unknown"
                                                                  : daps_derivation_name(key->derivation));
    if (clause != NULL)
        outbuf_printf(out, ", %s", clause);
    outbuf_char(out, '\n');
    if (show_keys && key->parent_value != NULL) {
        label(out, "parent key");
        outbuf_hex(out, key->parent_value, DAPS_KEY_OCTETS);
        outbuf_char(out, '\n');
    }
    if (show_keys && key->value != NULL) {
        label(out, "key");
        outbuf_hex(out, key->value, DAPS_KEY_OCTETS);
        outbuf_char(out, '\n');
    }
    outbuf_clear(&text);
}

static void xor_octets(struct outbuf *out, const uint8_t *octets, uint32_t n)
{
    const uint32_t most = 32;

    outbuf_hex(out, octets, MIN(n, most));
    outbuf_string(out, n > most ? "...\n" : "\n");
}

void text_tuple(struct outbuf *out, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;
    const char *algorithm = daps_algorithm_name(finding->rat, !tuple->integrity, tuple->algorithm);

    outbuf_printf(out, "%s, COUNT %" PRIu32 ", BEARER %d, DIRECTION %d (%s)",
                  algorithm[0] != '\0' ? algorithm : "algorithm not in the log", tuple->count, tuple->bearer,
                  tuple->direction, daps_words_direction(tuple->direction));
    if (finding->repeats > 1)
        outbuf_printf(out, "; the plaintexts %s", tuple->plaintext_differs ? "differ" : "are equal");
}

static void keystream(struct outbuf *out, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    label(out, "tuple");
    text_tuple(out, finding);
    outbuf_char(out, '\n');
    if (tuple->xor_ciphertext != NULL) {
        label(out, "ciphertexts");
        outbuf_literal(out, "XOR ");
        xor_octets(out, tuple->xor_ciphertext, tuple->octets);
    }
    if (tuple->xor_plaintext != NULL) {
        label(out, "plaintexts");
        outbuf_literal(out, "XOR ");
        xor_octets(out, tuple->xor_plaintext, tuple->octets);
    }
}

static void heading(struct outbuf *out, const struct report_style *style, const struct daps_finding *finding,
                    bool name_ue)
{
    size_t column;

    outbuf_spaces(out, 2);
    text_colour(out, style->colour, text_severity_colour(finding->severity));
    outbuf_printf(out, "%-6s", daps_severity_name(finding->severity));
    text_colour(out, style->colour, TEXT_PLAIN);
    outbuf_spaces(out, 2);
    text_colour(out, style->colour, TEXT_BOLD);
    outbuf_string(out, daps_rule(finding->rule)->name);
    text_colour(out, style->colour, TEXT_PLAIN);
    column = 10 + strlen(daps_rule(finding->rule)->name);
    if (name_ue) {
        outbuf_literal(out, "  UE ");
        text_safe(out, finding->ue);
        column += 5 + (size_t)g_utf8_strlen(finding->ue, -1);
    }
    outbuf_spaces(out, 2);
    text_wrap(out, daps_words_title(finding), column + 2, LABEL_INDENT);
}

void text_finding(struct outbuf *out, const struct report_style *style, const struct daps_finding *finding,
                  bool name_ue, bool with_remedy)
{
    const char *liaison = daps_rule(finding->rule)->liaison;
    const struct daps_prose prose = daps_rule_prose(finding->rule, finding->rat);
    struct outbuf text;
    char *clauses;

    outbuf_init(&text, NULL, NULL);
    heading(out, style, finding, name_ue);
    text_frames(&text, finding);
    paragraph_of(out, finding->repeats == 1 ? "frame" : "frames", &text);
    if (finding->has_key)
        derivation(out, finding, style->show_keys);
    if (finding->keystream.present)
        keystream(out, finding);
    own_paragraph(out, "what", daps_words_detail(finding));
    paragraph(out, "evidence", daps_words_evidence(finding));
    if (finding->has_exposure)
        paragraph(out, "exposure", daps_words_exposure(finding->exposure));
    if (finding->assumptions != 0)
        own_paragraph(out, "assumes", daps_words_assumes(finding));
    clauses = g_strjoinv(", ", (char **)prose.clauses);
    outbuf_printf(&text, "%s%s%s", clauses, liaison[0] != '\0' ? "; liaison question " : "", liaison);
    paragraph_of(out, "clauses", &text);
    g_free(clauses);
    if (with_remedy)
        paragraph(out, "what to do", prose.remedy);
    outbuf_char(out, '\n');
    outbuf_clear(&text);
}

/* ---- a rule ---- */

#define RULE_INDENT 13

static void rule_paragraph(struct outbuf *out, const char *name, const char *text)
{
    outbuf_printf(out, "  %-*s", RULE_INDENT - 2, name);
    text_wrap(out, text, RULE_INDENT, RULE_INDENT);
}

void text_rule(struct outbuf *out, const struct daps_rule *rule)
{
    char *clauses = g_strjoinv(", ", (char **)rule->clauses);

    outbuf_printf(out, "%s: ", rule->name);
    text_wrap(out, rule->title, strlen(rule->name) + 2, RULE_INDENT);
    outbuf_char(out, '\n');
    rule_paragraph(out, "severity", daps_severity_name(daps_rule_severity(rule->id)));
    if (rule->liaison[0] != '\0')
        rule_paragraph(out, "liaison", rule->liaison);
    rule_paragraph(out, "clauses", clauses);
    rule_paragraph(out, "meaning", rule->meaning);
    rule_paragraph(out, "what to do", rule->remedy);
    g_free(clauses);
}
