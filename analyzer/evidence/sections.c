/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What identifies the capture, the table of findings, and what could not be judged. */
#include <inttypes.h>

#include "daps/rat.h"
#include "evidence/sections.h"
#include "report/rfc3339.h"
#include "report/said.h"
#include "report/text.h"

const char evidence_anonymized[] =
    "Anonymized. Verdict, frames, sizes and SHA-256 are those of the original. Replaced: names of captures (by "
    "capture-1, "
    "capture-2, ...). Removed: every other file name and path, the command line but for its options, error texts of "
    "files, "
    "XORs of messages (which would give one where the other is known), key values. Never shown: SUPI, GUTI and TMSI, "
    "MSISDN, IMEI, cell "
    "identities, TAC, I-RNTI, addresses, NAS payload, interface names, comments. Kept: PCI, ARFCN, NCC, C-RNTI, COUNT, "
    "times.";

static void time_term(struct page *page, const char *name, int64_t time_ns)
{
    char time[RFC3339_OCTETS];

    page->form->term(page, name, rfc3339_write(time_ns, time) ? time : "no record with a time was read", NULL);
}

void section_facts(struct page *page, const struct evidence *evidence)
{
    const struct evidence_facts *facts = &evidence->facts;
    struct outbuf out;
    char *text;

    page->form->heading(page, 3, NULL, "The capture", NULL);
    page->form->terms(page, true);
    page->form->term(page, "File", evidence->name, NULL);
    outbuf_init(&out, NULL, NULL);
    text_counted(&out, facts->octets, "octet", NULL);
    text = sections_text(&out);
    page->form->term(page, "Size", facts->sha256[0] != '\0' ? text : "not known", NULL);
    g_free(text);
    page->form->term(page, "SHA-256", facts->sha256[0] != '\0' ? facts->sha256 : "the file could not be read again",
                     NULL);
    time_term(page, "First record", facts->first_ns);
    time_term(page, "Last record", facts->last_ns);
    outbuf_init(&out, NULL, NULL);
    said_contents(&out, evidence->totals);
    text = sections_text(&out);
    page->form->term(page, "Contents", text, NULL);
    g_free(text);
    page->form->term(page, "Made by", "dapsaudit " DAPSAUDIT_VERSION, NULL);
    page->form->term(page, "Command", evidence->wish->command_line, NULL);
    if (evidence->excerpt_note != NULL)
        page->form->term(page, "Excerpt", evidence->excerpt_note, NULL);
    page->form->terms(page, false);
    if (evidence->wish->options->anonymize)
        page->form->paragraph(page, evidence_anonymized, "quiet");
}

char *sections_ue(const struct evidence *evidence, const struct daps_finding *finding)
{
    const bool *of = evidence->totals->counts.of;

    return of[DAPS_RAT_NR] && of[DAPS_RAT_LTE]
               ? g_strconcat(finding->ue, " (", daps_rat_row(finding->rat)->title, ")", NULL)
               : g_strdup(finding->ue);
}

static void finding_row(struct page *page, const struct evidence *evidence, const struct evidence_finding *numbered)
{
    const struct daps_finding *finding = numbered->finding;
    char name[16], link[16], *frames, *ue = sections_ue(evidence, finding);
    struct outbuf out;

    g_snprintf(name, sizeof name, "F%u", numbered->number);
    g_snprintf(link, sizeof link, "f%u", numbered->number);
    outbuf_init(&out, NULL, NULL);
    for (uint32_t i = 0; i < MIN(finding->n_frames, 4); i++)
        outbuf_printf(&out, "%s%" PRIu64, i == 0 ? "" : ", ", finding->subjects[i].frame);
    if (finding->repeats > 4)
        outbuf_printf(&out, " and %" PRIu32 " more", finding->repeats - 4);
    frames = sections_text(&out);
    page->form->row(
        page,
        (struct page_cell[]){{name, numbered->detailed ? link : NULL, NULL},
                             {daps_severity_name(finding->severity), NULL, daps_severity_name(finding->severity)},
                             {daps_rule(finding->rule)->name, NULL, NULL},
                             {ue, NULL, NULL},
                             {daps_evidence_name(finding->evidence), NULL, NULL},
                             {finding->has_exposure ? daps_exposure_name(finding->exposure) : "", NULL, NULL},
                             {finding->has_key ? finding->key.id : "", NULL, NULL},
                             {frames, NULL, NULL}},
        NULL);
    g_free(ue);
    g_free(frames);
}

void section_table(struct page *page, const struct evidence *evidence)
{
    static const struct page_table table = {.id = "table",
                                            .caption = "Findings, gravest first",
                                            .tool = true,
                                            .n = 8,
                                            .columns = {{"No.", false, 3},
                                                        {"Severity", false, 10},
                                                        {"Rule", false, 15},
                                                        {"UE", false, 4},
                                                        {"Evidence", false, 10},
                                                        {"Exposure", false, 11},
                                                        {"Key", false, 3},
                                                        {"Frames", true, 8}}};

    if (evidence->findings->len == 0)
        return;
    page->form->heading(page, 3, "findings", "Findings", NULL);
    page->form->table(page, &table);
    for (guint i = 0; i < evidence->findings->len; i++)
        finding_row(page, evidence, g_ptr_array_index(evidence->findings, i));
    page->form->table_end(page);
    if (evidence->findings_left_out > 0) {
        struct outbuf out;
        char *text;
        outbuf_init(&out, NULL, NULL);
        text_counted(&out, evidence->findings_left_out, "more finding", NULL);
        outbuf_literal(&out, " not shown here; dapsaudit audit --format ndjson or csv has all.");
        text = sections_text(&out);
        page->form->paragraph(page, text, "quiet");
        g_free(text);
    }
}

/* What is in out as a paragraph, if there is anything; out is emptied. */
static void paragraph_of(struct page *page, struct outbuf *out, bool *any)
{
    if (out->length == 0)
        return;
    if (!*any)
        page->form->heading(page, 3, "unjudged", "What could not be judged, and why", NULL);
    *any = true;
    outbuf_char(out, '\0');
    page->form->paragraph(page, out->octets, "unjudged");
    out->length = 0;
}

void section_unjudged(struct page *page, const struct evidence *evidence)
{
    const struct capture_totals *totals = evidence->totals;
    struct outbuf out;
    bool any = false;

    outbuf_init(&out, NULL, NULL);
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        said_not_judged(&out, (enum daps_not_judged)i, &totals->counts.not_judged[i]);
        paragraph_of(page, &out, &any);
    }
    said_unread(&out, totals);
    paragraph_of(page, &out, &any);
    for (unsigned i = 0; i < totals->n_sealed; i++) {
        said_sealed(&out, &totals->sealed[i]);
        paragraph_of(page, &out, &any);
    }
    said_unverified(&out, totals);
    paragraph_of(page, &out, &any);
    said_given_up(&out, &totals->counts);
    paragraph_of(page, &out, &any);
    said_other(&out, totals);
    paragraph_of(page, &out, &any);
    outbuf_clear(&out);
}
