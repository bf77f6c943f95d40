/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RAN2's four questions to SA3, answered by the capture at hand as far as it goes (docs/liaison.md answers them from
 * the standards and the samples). An answer rests on findings, or on what the network did next after a DAPS fallback;
 * where the capture shows neither, the answer is that it cannot show it.
 */
#include <inttypes.h>

#include "evidence/sections.h"
#include "report/text.h"
#include "report/text_finding.h"

#define MOST_ANSWER_FRAMES 8

static void add_frame(struct liaison_answer *answer, uint64_t frame)
{
    if (frame != 0 && answer->frames->len < MOST_ANSWER_FRAMES)
        g_array_append_val(answer->frames, frame);
}

/* ---- the findings that answer ---- */

static void keep_strongest(struct daps_finding **best, const struct daps_finding *finding)
{
    if (*best != NULL && (*best)->evidence >= finding->evidence)
        return;
    daps_finding_free(*best);
    *best = daps_finding_copy(finding, false);
}

static void repeated_key(struct evidence_liaison *liaison, const struct daps_finding *finding)
{
    keep_strongest(&liaison->repeat, finding);
    if (finding->has_exposure && finding->exposure == DAPS_EXPOSURE_NONE && liaison->harmless++ == 0)
        liaison->harmless_frame = finding->n_frames > 0 ? finding->subjects[0].frame : 0;
    if (finding->key.derivation != DAPS_DERIVATION_HORIZONTAL)
        return;
    liaison->repeated_horizontally++;
    keep_strongest(&liaison->first, finding);
}

/* What is inferred is so from a log of RRC. */
static bool is_of_rrc(const struct daps_finding *finding)
{
    return finding->evidence <= DAPS_EVIDENCE_INFERRED || finding->keystream.srb;
}

void liaison_finding(struct evidence_liaison *liaison, const struct daps_finding *finding)
{
    if (finding->rule == DAPS_RULE_REPEATED_KEY)
        repeated_key(liaison, finding);
    else if (finding->rule == DAPS_RULE_KEYSTREAM_REUSE)
        keep_strongest(is_of_rrc(finding) ? &liaison->rrc_keystream : &liaison->user_keystream, finding);
    else if (finding->rule == DAPS_RULE_NH_REUSE || finding->rule == DAPS_RULE_NCC_AMBIGUITY)
        keep_strongest(&liaison->fourth, finding);
    liaison->pairs_taken += finding->rule == DAPS_RULE_NH_REUSE;
    liaison->readings += finding->rule == DAPS_RULE_NCC_AMBIGUITY;
}

void liaison_forget(struct evidence_liaison *liaison)
{
    struct daps_finding *kept[] = {liaison->first, liaison->rrc_keystream, liaison->user_keystream, liaison->fourth,
                                   liaison->repeat};

    for (unsigned i = 0; i < G_N_ELEMENTS(kept); i++)
        daps_finding_free(kept[i]);
}

/* ---- answers ---- */

static void rest_on(struct liaison_answer *answer, const struct daps_finding *finding)
{
    answer->shown = true;
    answer->evidence = daps_evidence_name(finding->evidence);
    for (uint32_t i = 0; i < finding->n_frames; i++)
        add_frame(answer, finding->subjects[i].frame);
}

/* "This capture cannot show it: ..." What was not judged or not audited may hold what is not seen. */
static void cannot(const struct evidence *evidence, struct outbuf *out, const char *why)
{
    const struct capture_totals *totals = evidence->totals;

    outbuf_literal(out, "This capture cannot show it: ");
    outbuf_string(out, why);
    outbuf_char(out, '.');
    if (daps_not_judged_total(totals->counts.not_judged) > 0 || totals->unreadable)
        outbuf_literal(out, " Parts of it could not be judged.");
    if (totals->n_other > 0)
        outbuf_literal(out, " Parts of it are not audited by this version.");
}

/* The clauses of the technologies that the capture holds. */
static void clauses(const struct evidence *evidence, struct outbuf *out, const char *nr, const char *lte)
{
    const bool *of = evidence->totals->counts.of, both = of[DAPS_RAT_NR] && of[DAPS_RAT_LTE];

    if (both || !of[DAPS_RAT_LTE])
        outbuf_string(out, nr);
    outbuf_string(out, both ? ", " : "");
    if (of[DAPS_RAT_LTE])
        outbuf_string(out, lte);
}

static void first_question(const struct evidence *evidence, struct liaison_answer *answer, struct outbuf *out)
{
    const struct evidence_liaison *liaison = &evidence->liaison;

    if (liaison->first != NULL) {
        rest_on(answer, liaison->first);
        outbuf_literal(out, "Yes. ");
        text_counted(out, liaison->repeated_horizontally, "key was", "keys were");
        outbuf_literal(out,
                       " derived horizontally for more than one attempt, from the same parent, PCI and frequency.");
    } else if (liaison->horizontal == 0) {
        cannot(evidence, out, "no horizontal derivation is seen in it");
    } else {
        cannot(evidence, out, "no second derivation from the same key for the same cell is seen in it");
    }
}

static void second_question(const struct evidence *evidence, struct liaison_answer *answer, struct outbuf *out)
{
    const struct evidence_liaison *liaison = &evidence->liaison;
    const struct daps_finding *repeat = liaison->repeat, *user = liaison->user_keystream;

    if (liaison->rrc_keystream != NULL) {
        rest_on(answer, liaison->rrc_keystream);
        outbuf_literal(out, "Yes: ");
        text_tuple(out, liaison->rrc_keystream);
        outbuf_literal(out, ". ");
        outbuf_string(out, daps_words_evidence(liaison->rrc_keystream));
        outbuf_char(out, '.');
    } else if (repeat != NULL) {
        cannot(evidence, out, "a key was repeated, but no two messages under one COUNT are seen");
        if (repeat->has_exposure)
            outbuf_printf(out, " Exposure of the repeated key: %s.", daps_words_exposure(repeat->exposure));
    } else {
        cannot(evidence, out, "no repeated key is seen in it");
    }
    if (liaison->rrc_keystream == NULL && user != NULL) {
        outbuf_literal(out, " Of user data one keystream was used twice: ");
        text_tuple(out, user);
        outbuf_printf(out, " (%s).", daps_evidence_name(user->evidence));
    }
}

/* What the network did next, behind each fallback. */
static void third_of_network(const struct evidence *evidence, struct liaison_answer *answer, struct outbuf *out)
{
    static const char *const words[EVIDENCE_NEXTS] = {
        [EVIDENCE_NEXT_REPEATED] = "derived the same key again",
        [EVIDENCE_NEXT_REFRESHED] = "changed the key in the source cell first, which avoids it",
        [EVIDENCE_NEXT_OTHER_NH] = "took another {NH, NCC} pair, which avoids it",
        [EVIDENCE_NEXT_OTHER] =
            "derived another key first (for another cell, or afresh), which avoids it as far as this attempt goes",
        [EVIDENCE_NEXT_NOTHING] = "did nothing more that is seen",
    };
    static const char *const nr[EVIDENCE_NEXTS] = {
        [EVIDENCE_NEXT_REFRESHED] = "TS 33.501 6.9.4.5", [EVIDENCE_NEXT_OTHER_NH] = "TS 33.501 6.9.2.3.2"};
    static const char *const lte[EVIDENCE_NEXTS] = {
        [EVIDENCE_NEXT_REFRESHED] = "TS 33.401 7.2.9.3", [EVIDENCE_NEXT_OTHER_NH] = "TS 33.401 7.2.8"};
    const struct evidence_liaison *liaison = &evidence->liaison;

    text_counted(out, liaison->fallbacks, "DAPS fallback", NULL);
    outbuf_literal(out, ". Next the network");
    for (unsigned i = 0, n = 0; i < EVIDENCE_NEXTS; i++) {
        if (liaison->next[i] == 0)
            continue;
        outbuf_string(out, n++ == 0 ? " " : "; ");
        outbuf_string(out, words[i]);
        if (nr[i] != NULL) {
            outbuf_literal(out, " (");
            clauses(evidence, out, nr[i], lte[i]);
            outbuf_char(out, ')');
        }
        outbuf_printf(out, " (%" PRIu64 " %s", liaison->next[i], liaison->next[i] == 1 ? "time" : "times");
        if (liaison->next_frame[i] != 0)
            outbuf_printf(out, ", first frame %" PRIu64, liaison->next_frame[i]);
        outbuf_char(out, ')');
        add_frame(answer, liaison->next_frame[i]);
        answer->shown |= i == EVIDENCE_NEXT_REFRESHED || i == EVIDENCE_NEXT_OTHER_NH || i == EVIDENCE_NEXT_OTHER;
    }
    outbuf_char(out, '.');
}

static void third_question(const struct evidence *evidence, struct liaison_answer *answer, struct outbuf *out)
{
    const struct evidence_liaison *liaison = &evidence->liaison;

    if (liaison->fallbacks == 0) {
        cannot(evidence, out, "no DAPS attempt is seen to fall back in it");
        return;
    }
    third_of_network(evidence, answer, out);
    if (liaison->cfra > 0) {
        outbuf_printf(out,
                      " %" PRIu64 " DAPS attempts (first frame %" PRIu64
                      ") had contention-free four-step random access, which "
                      "ends before the first uplink message unless the UE falls back to contention (",
                      liaison->cfra, liaison->cfra_frame);
        clauses(evidence, out, "TS 38.321 5.1.4", "TS 36.321 5.1.4");
        outbuf_literal(out, ").");
        add_frame(answer, liaison->cfra_frame);
    }
    if (liaison->harmless > 0) {
        outbuf_printf(out,
                      " Repeated keys that cannot have protected anything twice: %" PRIu64 " (first frame %" PRIu64
                      "); nothing was sent under them, or other algorithms gave other AS keys (",
                      liaison->harmless, liaison->harmless_frame);
        clauses(evidence, out, "TS 33.501 A.8", "TS 33.401 A.7");
        outbuf_literal(out, ").");
        add_frame(answer, liaison->harmless_frame);
        answer->shown = true;
    }
    if (answer->shown)
        answer->evidence = daps_evidence_name(DAPS_EVIDENCE_DERIVED);
    else
        outbuf_literal(out, " This capture shows nothing that avoids the repeated key.");
}

static void fourth_question(const struct evidence *evidence, struct liaison_answer *answer, struct outbuf *out)
{
    const struct evidence_liaison *liaison = &evidence->liaison;
    const bool *of = evidence->totals->counts.of;

    if (liaison->fourth != NULL)
        rest_on(answer, liaison->fourth);
    if (liaison->pairs_taken > 0) {
        outbuf_literal(out, "This network took the pair as unused: ");
        text_counted(out, liaison->pairs_taken, "pair was", "pairs were");
        outbuf_literal(out, " taken again after the attempt that used it had failed.");
    }
    if (liaison->readings > 0) {
        outbuf_string(out, liaison->pairs_taken > 0 ? " " : "");
        text_counted(out, liaison->readings, "time", NULL);
        outbuf_literal(out, " the two readings of the stored NCC lead to different keys.");
    }
    if (!answer->shown && liaison->vertical_fallbacks == 0) {
        cannot(evidence, out, "no DAPS attempt with vertical derivation is seen to fall back in it");
    } else if (!answer->shown) {
        outbuf_literal(out, "No pair was taken again in it after a fallback (");
        text_counted(out, liaison->vertical_fallbacks, "vertical attempt", NULL);
        outbuf_literal(out, " fell back). ");
        cannot(evidence, out, "that a pair was not taken again does not tell whether it counted as used");
    }
    if (of[DAPS_RAT_NR] || !of[DAPS_RAT_LTE])
        outbuf_literal(out, " TS 33.501 6.9.2.3.1 and TS 38.331 5.3.5.8.3 do not say it.");
    if (of[DAPS_RAT_LTE])
        outbuf_literal(out, " For LTE no text that says it was found (TS 33.401 7.2.8).");
}

void liaison_answers(const struct evidence *evidence, struct liaison_answer answers[static LIAISON_QUESTIONS])
{
    static const char *const asks[LIAISON_QUESTIONS] = {
        "Does a second horizontal derivation to the same cell give the same keys?",
        "Is the same keystream then used for two RRC messages?",
        "How can it be avoided?",
        "With vertical derivation, does the {NH, NCC} pair count as used after the fallback?",
    };
    static const char *const names[LIAISON_QUESTIONS] = {"Q1", "Q2", "Q3", "Q4"};
    static void (*const answer[LIAISON_QUESTIONS])(const struct evidence *, struct liaison_answer *,
                                                   struct outbuf *) = {first_question, second_question, third_question,
                                                                       fourth_question};

    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++) {
        struct outbuf out;
        outbuf_init(&out, NULL, NULL);
        answers[i] = (struct liaison_answer){.question = names[i],
                                             .asks = asks[i],
                                             .evidence = "none",
                                             .frames = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
        answer[i](evidence, &answers[i], &out);
        answers[i].answer = sections_text(&out);
    }
}

void liaison_clear(struct liaison_answer answers[static LIAISON_QUESTIONS])
{
    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++) {
        g_free(answers[i].answer);
        g_array_unref(answers[i].frames);
    }
}

void section_liaison(struct page *page, const struct evidence *evidence)
{
    struct liaison_answer answers[LIAISON_QUESTIONS];

    page->form->heading(page, 3, "liaison", "The liaison's four questions, by this capture", NULL);
    page->form->paragraph(
        page,
        "RAN2 asked SA3 these. No reply of SA3 was found: what stands here is what this capture shows "
        "and the clauses named say, and is no answer of SA3.",
        "quiet");
    liaison_answers(evidence, answers);
    for (unsigned i = 0; i < LIAISON_QUESTIONS; i++) {
        const struct liaison_answer *answer = &answers[i];
        char *title = g_strconcat(answer->question, "  ", answer->asks, NULL);
        GString *frames = g_string_new(NULL);
        page->form->heading(page, 4, NULL, title, NULL);
        page->form->paragraph(page, answer->answer, NULL);
        for (guint j = 0; j < answer->frames->len; j++)
            g_string_append_printf(frames, "%s%" PRIu64, j == 0 ? "" : ", ",
                                   g_array_index(answer->frames, uint64_t, j));
        page->form->terms(page, true);
        page->form->term(page, "Evidence", answer->evidence, NULL);
        page->form->term(page, "Frames", frames->len > 0 ? frames->str : "none", NULL);
        page->form->terms(page, false);
        g_string_free(frames, TRUE);
        g_free(title);
    }
    liaison_clear(answers);
}
