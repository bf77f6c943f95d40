/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One finding in full: what, where, derived how - octet by octet -, how sure, what it rests on, what to do. */
#include <inttypes.h>
#include <string.h>

#include "daps/kdf.h"
#include "daps/rat.h"
#include "evidence/sections.h"
#include "report/text.h"
#include "report/text_finding.h"

char *sections_text(struct outbuf *out)
{
    outbuf_char(out, '\0');
    return out->octets;
}

const struct story *sections_story(const struct evidence *evidence, const struct daps_finding *finding)
{
    return stories_find(evidence->stories, finding->rat, finding->ue);
}

/* ---- the chain ---- */

static bool parent_view(const struct story *story, const struct daps_key_view *key, struct daps_key_view *parent)
{
    const struct story_key *known = story != NULL && key->parent[0] != '\0' ? story_key(story, key->parent) : NULL;
    char *slash;

    if (known != NULL) {
        *parent = known->view;
        return true;
    }
    if (key->parent[0] == '\0' || strchr(key->parent, '/') == NULL)
        return false;
    *parent = (struct daps_key_view){.kind = DAPS_KEY_NH, .ncc = -1, .sk_counter = -1, .cell = {-1, -1}};
    g_strlcpy(parent->id, key->parent, sizeof parent->id);
    g_strlcpy(parent->parent, key->parent, sizeof parent->parent);
    slash = strchr(parent->parent, '/');
    *slash = '\0';
    return true;
}

unsigned sections_chain(const struct evidence *evidence, const struct daps_finding *finding,
                        struct daps_key_view chain[static SECTIONS_MOST_CHAIN], unsigned *left_out)
{
    const struct story *story = sections_story(evidence, finding);
    struct daps_key_view at = finding->key, parent;
    unsigned n = 0;

    *left_out = 0;
    for (unsigned i = 0; i < STORIES_MOST_KEYS; i++) {
        if (n < SECTIONS_MOST_CHAIN)
            chain[n++] = at;
        else
            ++*left_out;
        if (!parent_view(story, &at, &parent))
            break;
        at = parent;
    }
    for (unsigned i = 0; i < n / 2; i++) {
        const struct daps_key_view swapped = chain[i];
        chain[i] = chain[n - 1 - i];
        chain[n - 1 - i] = swapped;
    }
    return n;
}

void sections_s(GString *text, const struct daps_s_part *parts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const bool fold = !parts[i].known && parts[i].n > 8;
        if (fold)
            g_string_append_printf(text, "%s[%u octets]", text->len > 0 ? " " : "", parts[i].n);
        for (unsigned j = 0; j < parts[i].n && !fold; j++) {
            if (text->len > 0)
                g_string_append_c(text, ' ');
            if (parts[i].known)
                g_string_append_printf(text, "%02X", parts[i].octets[j]);
            else
                g_string_append(text, "..");
        }
    }
}

bool sections_as_key(const struct daps_finding *finding, enum daps_key_use *use, unsigned *algorithm)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;
    const bool signalling = tuple->srb || finding->variant == DAPS_VARIANT_LOGGED;

    if (!tuple->present || tuple->algorithm < 0)
        return false;
    *use = tuple->integrity ? (signalling ? DAPS_USE_RRC_INT : DAPS_USE_UP_INT)
                            : (signalling ? DAPS_USE_RRC_ENC : DAPS_USE_UP_ENC);
    *algorithm = (unsigned)tuple->algorithm;
    return true;
}

/* ---- derivation, step by step ---- */

static void append_hex(GString *text, const uint8_t *octets, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%02x", octets[i]);
}

/* A line a part, then S, then what is made of it. */
static void append_parts(GString *text, const struct daps_s_part *parts, unsigned n)
{
    GString *all = g_string_new(NULL);

    for (unsigned i = 0; i < n; i++) {
        GString *octets = g_string_new(NULL);
        sections_s(octets, &parts[i], 1);
        g_string_append_printf(text, "  %-4s %-14s %s\n", parts[i].name, octets->str, parts[i].says);
        g_string_free(octets, TRUE);
        sections_s(all, &parts[i], 1);
    }
    g_string_append_printf(text, "  %-4s %s\n", "S", all->str);
    g_string_free(all, TRUE);
}

static void step(struct page *page, const struct daps_key_view *key, enum daps_rat rat, bool show_keys)
{
    struct daps_s_part parts[DAPS_S_PARTS];
    const char *parent =
        key->kind == DAPS_KEY_ROOT || key->kind == DAPS_KEY_NH ? daps_rat_row(rat)->upper : key->parent;
    GString *text = g_string_new(NULL);

    daps_words_key(text, key, rat);
    daps_words_computed(text, key);
    g_string_append_c(text, '\n');
    append_parts(text, parts, daps_words_s(key, rat, false, parts));
    if (key->computed_octets > 0) {
        g_string_append(text, "  computed here with\n");
        append_parts(text, parts, daps_words_s(key, rat, true, parts));
    }
    g_string_append_printf(text, "  %-4s = HMAC-SHA-256(%s, S)", key->id, parent);
    if (show_keys && key->value != NULL) {
        g_string_append(text, "\n       = ");
        append_hex(text, key->value, DAPS_KEY_OCTETS);
    }
    page->form->octets(page, text->str, "Derivation");
    memset(text->str, 0, text->len);
    g_string_free(text, TRUE);
}

static void as_key_step(struct page *page, const struct daps_finding *finding)
{
    struct daps_s_part parts[DAPS_S_PARTS];
    enum daps_key_use use;
    unsigned algorithm, n;
    GString *text;

    if (!sections_as_key(finding, &use, &algorithm))
        return;
    n = daps_words_as_key_s(finding->rat, use, algorithm, parts);
    text = g_string_new(NULL);
    g_string_append_printf(text, "%s = KDF(%s, FC 0x%02X, distinguisher, algorithm)\n", daps_words_as_key(use),
                           finding->key.id, parts[0].octets[0]);
    append_parts(text, parts, n);
    g_string_append_printf(text, "  the 16 last octets of HMAC-SHA-256(%s, S)\n\n", finding->key.id);
    g_string_append_printf(text,
                           "%s takes\n  KEY        %s\n  COUNT      %02X %02X %02X %02X (%" PRIu32 ")\n"
                           "  BEARER     %d\n  DIRECTION  %d (%s)",
                           daps_algorithm_name(finding->rat, !finding->keystream.integrity, (int)algorithm),
                           daps_words_as_key(use), finding->keystream.count >> 24,
                           finding->keystream.count >> 16 & 0xFF, finding->keystream.count >> 8 & 0xFF,
                           finding->keystream.count & 0xFF, finding->keystream.count, finding->keystream.bearer,
                           finding->keystream.direction, daps_words_direction(finding->keystream.direction));
    page->form->octets(page, text->str, "AS key and input of the algorithm");
    g_string_free(text, TRUE);
}

static void derivation(struct page *page, const struct evidence *evidence, const struct daps_finding *finding)
{
    struct daps_key_view chain[SECTIONS_MOST_CHAIN];
    unsigned left_out, n = sections_chain(evidence, finding, chain, &left_out);
    const bool show_keys = evidence->wish->options->style.show_keys;

    page->form->heading(page, 5, NULL, "Derivation, step by step", NULL);
    if (left_out > 0) {
        char *text = g_strdup_printf("%u earlier %s of the chain left out here.", left_out,
                                     left_out == 1 ? "key is" : "keys are");
        page->form->paragraph(page, text, "quiet");
        g_free(text);
    }
    for (unsigned i = 0; i < n; i++)
        step(page, &chain[i], finding->rat, show_keys);
    daps_wipe(chain, sizeof chain);
    as_key_step(page, finding);
}

/* ---- the XOR, octet under octet ---- */

#define XOR_LINE 16

static void xor_row(GString *text, const char *name, const uint8_t *octets, uint32_t from, uint32_t to)
{
    g_string_append_printf(text, "  %-12s", name);
    for (uint32_t i = from; i < to; i++)
        g_string_append_printf(text, " %02x", octets[i]);
    g_string_append_c(text, '\n');
}

static void xor_proof(struct page *page, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;
    GString *text = g_string_new(NULL);
    uint32_t differ = 0;

    if (tuple->xor_plaintext != NULL)
        g_string_append(text, "XOR of what the two PDUs carry, octet under octet\n");
    else
        g_string_append(text, "XOR of what the two PDUs carry\n");
    for (uint32_t from = 0; from < tuple->octets; from += XOR_LINE) {
        const uint32_t to = MIN(from + XOR_LINE, tuple->octets);
        g_string_append_printf(text, "  %-12s", "octet");
        for (uint32_t i = from; i < to; i++)
            g_string_append_printf(text, " %2" PRIu32, i);
        g_string_append_c(text, '\n');
        xor_row(text, "ciphertexts", tuple->xor_ciphertext, from, to);
        if (tuple->xor_plaintext == NULL)
            continue;
        xor_row(text, "plaintexts", tuple->xor_plaintext, from, to);
        for (uint32_t i = from; i < to; i++)
            differ += tuple->xor_ciphertext[i] != tuple->xor_plaintext[i];
    }
    if (tuple->xor_plaintext != NULL && differ == 0)
        g_string_append_printf(text, "  equal in all %" PRIu32 " octets: one keystream served both", tuple->octets);
    else if (tuple->xor_plaintext != NULL)
        g_string_append_printf(text, "  different in %" PRIu32 " of %" PRIu32 " octets", differ, tuple->octets);
    page->form->heading(page, 5, NULL, "Keystream", NULL);
    page->form->octets(page, text->str, "XOR of ciphertexts and of plaintexts");
    g_string_free(text, TRUE);
}

/* ---- frames ---- */

static void frames(struct page *page, const struct daps_finding *finding)
{
    static const struct page_table table = {
        .caption = "Its frames",
        .n = 4,
        .columns = {{"Frame", true, 0}, {"What", false, 14}, {"Procedure", false, 12}, {"Attempt", true, 0}}};
    uint32_t counted = 0;

    page->form->table(page, &table);
    for (uint32_t i = 0; i < finding->n_subjects; i++) {
        const struct daps_subject *subject = &finding->subjects[i];
        const bool counts = daps_subject_counts(subject);
        char frame[24], attempt[16] = "";
        if (counts && counted++ >= EVIDENCE_MOST_FRAMES)
            continue;
        g_snprintf(frame, sizeof frame, "%" PRIu64, subject->frame);
        if (subject->attempt > 0)
            g_snprintf(attempt, sizeof attempt, "%" PRIu32, subject->attempt);
        page->form->row(
            page,
            (struct page_cell[]){
                {frame, NULL, NULL},
                {daps_words_role(subject->role), NULL, NULL},
                {subject->procedure < DAPS_PROC_COUNT ? daps_procedure_name(subject->procedure) : "", NULL, NULL},
                {attempt, NULL, NULL}},
            NULL);
    }
    page->form->table_end(page);
}

/* ---- all of it ---- */

static void own_term(struct page *page, const char *name, char *text)
{
    page->form->term(page, name, text, NULL);
    g_free(text);
}

static void facts(struct page *page, const struct evidence *evidence, const struct daps_finding *finding)
{
    const struct daps_prose prose = daps_rule_prose(finding->rule, finding->rat);
    const struct story *story = sections_story(evidence, finding);
    const char *liaison = daps_rule(finding->rule)->liaison;
    char *clauses = g_strjoinv(", ", (char **)prose.clauses), *link = NULL, *ue = sections_ue(evidence, finding);
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    page->form->terms(page, true);
    page->form->term(page, "Severity", daps_severity_name(finding->severity), NULL);
    page->form->term(page, "Evidence", daps_words_evidence(finding), NULL);
    if (finding->has_exposure)
        page->form->term(page, "Exposure", daps_words_exposure(finding->exposure), NULL);
    if (finding->assumptions != 0)
        own_term(page, "Assumes", daps_words_assumes(finding));
    if (story != NULL && story->marks->len > 0)
        link = g_strdup_printf("u%u", evidence_story_number(evidence, story));
    page->form->term(page, "UE", ue, link);
    g_free(ue);
    text_frames(&out, finding);
    own_term(page, finding->repeats == 1 ? "Frame" : "Frames", sections_text(&out));
    if (finding->keystream.present) {
        outbuf_init(&out, NULL, NULL);
        text_tuple(&out, finding);
        own_term(page, "Tuple", sections_text(&out));
    }
    page->form->term(page, "Clauses", clauses, NULL);
    if (liaison[0] != '\0')
        page->form->term(page, "Liaison question", liaison, NULL);
    page->form->term(page, "What to do", prose.remedy, NULL);
    page->form->terms(page, false);
    g_free(clauses);
    g_free(link);
}

void section_finding(struct page *page, const struct evidence *evidence, const struct evidence_finding *numbered)
{
    const struct daps_finding *finding = numbered->finding;
    char *title = g_strdup_printf("F%u  %s: %s", numbered->number, daps_rule(finding->rule)->name,
                                  daps_words_title(finding)),
         *id = g_strdup_printf("f%u", numbered->number), *detail = daps_words_detail(finding);

    page->form->part(page, id);
    page->form->heading(page, 4, id, title, daps_severity_name(finding->severity));
    page->form->paragraph(page, detail, NULL);
    facts(page, evidence, finding);
    frames(page, finding);
    if (finding->has_key)
        derivation(page, evidence, finding);
    if (finding->keystream.xor_ciphertext != NULL && finding->keystream.octets > 0)
        xor_proof(page, finding);
    page->form->fold(page, "What the rule means");
    page->form->paragraph(page, daps_rule_prose(finding->rule, finding->rat).meaning, NULL);
    page->form->fold(page, NULL);
    page->form->part(page, NULL);
    g_free(title);
    g_free(id);
    g_free(detail);
}
