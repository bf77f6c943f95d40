/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings in words: what, where, derived how, how sure, what it rests on, what to do. */
#include "report/text_finding.h"

#include <inttypes.h>

#include "daps/kdf.h"
#include "daps/rule.h"
#include "report/records.h"
#include "report/text.h"

#define LABEL_INDENT 4
#define TEXT_INDENT  17
#define MOST_FRAMES  12

void text_algorithms(struct outbuf *out, enum daps_rat rat, int ciphering, int integrity)
{
    char name[8];

    if (ciphering < 0 && integrity < 0) {
        outbuf_char(out, '-');
        return;
    }
    outbuf_string(out, ciphering >= 0 ? algorithm_name(rat, true, ciphering, name) : "?");
    outbuf_char(out, '/');
    outbuf_string(out, integrity >= 0 ? algorithm_name(rat, false, integrity, name) : "?");
}

static void input(struct outbuf *out, const char *name, int32_t value)
{
    if (value >= 0)
        outbuf_printf(out, ", %s %" PRId32, name, value);
    else
        outbuf_printf(out, ", %s not in the log", name);
}

void text_derivation(struct outbuf *out, const struct daps_key_view *key, enum daps_rat rat)
{
    text_safe(out, key->id);
    if (key->kind == DAPS_KEY_ROOT) {
        outbuf_printf(out, " (%s from %s)", rat == DAPS_RAT_LTE ? "KeNB" : "KgNB",
                      rat == DAPS_RAT_LTE ? "KASME" : "KAMF");
        return;
    }
    if (key->kind == DAPS_KEY_NH) {
        outbuf_printf(out, " (NH of the chain of ");
        text_safe(out, key->parent);
        outbuf_char(out, ')');
        return;
    }
    outbuf_literal(out, " = KDF(");
    text_safe(out, key->parent);
    if (key->fc != 0)
        outbuf_printf(out, ", FC 0x%02X", key->fc);
    if (key->kind == DAPS_KEY_KSN) {
        outbuf_printf(out, ", counter %" PRId32, key->sk_counter);
    } else {
        input(out, "PCI", key->cell.pci);
        if (key->same_frequency)
            outbuf_literal(out, ", same frequency as the source");
        else
            input(out, rat == DAPS_RAT_LTE ? "EARFCN-DL" : "SSB-ARFCN", key->cell.ssb_arfcn);
    }
    outbuf_char(out, ')');
    if (key->computed_octets > 0)
        outbuf_printf(out, ", computed with ARFCN %" PRId32 " in %d octets", key->computed_arfcn, key->computed_octets);
}

/* The clause that defines the derivation, by its FC (TS 33.501 and TS 33.401 Annex A). */
static const char *clause_of(const struct daps_key_view *key)
{
    switch (key->fc) {
    case 0x70:
        return "TS 33.501 A.11";
    case 0x71:
        return "TS 33.501 A.12";
    case 0x79:
        return "TS 33.501 A.16";
    case 0x13:
        return "TS 33.401 A.5";
    case 0x1C:
        return "TS 33.401 A.15";
    default:
        return key->kind == DAPS_KEY_NH ? "TS 33.501 A.10" : NULL;
    }
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

/* The paragraph that is in buffer, which is emptied. */
static void paragraph_of(struct outbuf *out, const char *name, struct outbuf *buffer)
{
    outbuf_char(buffer, '\0');
    paragraph(out, name, buffer->octets);
    buffer->length = 0;
}

static void frames(struct outbuf *out, const struct daps_finding *finding)
{
    bool named = finding->n_procedures == finding->n_frames;
    uint32_t shown = finding->n_frames < MOST_FRAMES ? finding->n_frames : MOST_FRAMES;

    for (uint32_t i = 0; i < shown; i++) {
        outbuf_printf(out, "%s%" PRIu64, i == 0 ? "" : ", ", finding->frames[i]);
        if (named)
            outbuf_printf(out, " (%s)", daps_procedure_name(finding->procedures[i]));
    }
    if (finding->repeats > shown)
        outbuf_printf(out, " and %" PRIu32 " more", finding->repeats - shown);
}

static void derivation(struct outbuf *out, const struct daps_finding *finding, bool show_keys)
{
    const struct daps_key_view *key = &finding->key;
    const char *clause = clause_of(key);
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

static void keystream(struct outbuf *out, const struct daps_keystream_tuple *tuple)
{
    label(out, "tuple");
    outbuf_printf(out, "%s, COUNT %" PRIu32 ", BEARER %d, DIRECTION %d (%s); the plaintexts %s\n",
                  tuple->algorithm[0] != '\0' ? tuple->algorithm : "algorithm not in the log", tuple->count,
                  tuple->bearer, tuple->direction, tuple->direction == 0 ? "uplink" : "downlink",
                  tuple->plaintext_differs ? "differ" : "are equal");
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

static const char *evidence_words(enum daps_rule_id rule, enum daps_evidence evidence)
{
    if (evidence == DAPS_EVIDENCE_PROVEN && (rule == DAPS_RULE_KEY_MISMATCH || rule == DAPS_RULE_NCC_AMBIGUITY))
        return "proven: the MAC-I is right under that key, and wrong under the standard's";

    switch (evidence) {
    case DAPS_EVIDENCE_DERIVED:
        return "derived: follows from the fields of the RRC messages";
    case DAPS_EVIDENCE_INFERRED:
        return "inferred: the log shows the messages that collide, their COUNT follows from the procedure";
    case DAPS_EVIDENCE_OBSERVED:
        return "observed: PDCP PDUs with the same COUNT were seen under the repeated key";
    case DAPS_EVIDENCE_PROVEN:
        return "proven: both PDUs verify under one computed key, or their ciphertexts and plaintexts agree";
    }
    return "";
}

static const char *exposure_words(enum daps_exposure exposure)
{
    switch (exposure) {
    case DAPS_EXPOSURE_NONE:
        return "none: nothing can have been protected twice";
    case DAPS_EXPOSURE_UNLIKELY:
        return "unlikely: the kind of random access, or what the capture holds, speaks against it";
    case DAPS_EXPOSURE_POSSIBLE:
        return "possible: a message of the earlier attempt may have left the UE";
    case DAPS_EXPOSURE_LOGGED:
        return "logged: the messages of both attempts are in the log";
    }
    return "";
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
    text_wrap(out, finding->title, column + 2, LABEL_INDENT);
}

void text_finding(struct outbuf *out, const struct report_style *style, const struct daps_finding *finding,
                  bool name_ue, bool with_remedy)
{
    const struct daps_rule *rule = daps_rule(finding->rule);
    struct outbuf text;
    char *clauses;

    outbuf_init(&text, NULL, NULL);
    heading(out, style, finding, name_ue);
    frames(&text, finding);
    paragraph_of(out, finding->repeats == 1 ? "frame" : "frames", &text);
    if (finding->has_key)
        derivation(out, finding, style->show_keys);
    if (finding->keystream.present)
        keystream(out, &finding->keystream);
    paragraph(out, "what", finding->detail);
    paragraph(out, "evidence", evidence_words(finding->rule, finding->evidence));
    if (finding->has_exposure)
        paragraph(out, "exposure", exposure_words(finding->exposure));
    if (finding->assumes != NULL)
        paragraph(out, "assumes", finding->assumes);
    clauses = g_strjoinv(", ", (char **)rule->clauses);
    outbuf_printf(&text, "%s%s%s", clauses, rule->liaison[0] != '\0' ? "; liaison question " : "", rule->liaison);
    paragraph_of(out, "clauses", &text);
    g_free(clauses);
    if (with_remedy)
        paragraph(out, "what to do", rule->remedy);
    outbuf_char(out, '\n');
    outbuf_clear(&text);
}
