/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document around the captures. HTML is one file that loads nothing: style and script are inside it, and a content
 * security policy lets only that very script run, so that even markup that came through would be inert.
 */
#include <inttypes.h>

#include "evidence/assets.h"
#include "evidence/sections.h"
#include "report/records.h"
#include "report/text.h"

#define TITLE_NAME 45 /* characters of a name in the title */

/* ---- one capture ---- */

void evidence_page(const struct evidence *evidence, struct outbuf *out, bool html)
{
    struct page page = {.form = html ? &page_html : &page_markdown, .out = out, .pictures = html};
    char *verdict = evidence_verdict(evidence->totals, evidence);

    if (html)
        g_snprintf(page.prefix, sizeof page.prefix, "c%u-", evidence->number);
    page.form->part(&page, "capture");
    page.form->heading(&page, 2, "capture", evidence->name, NULL);
    page.form->paragraph(&page, verdict, "verdict");
    section_table(&page, evidence);
    section_unjudged(&page, evidence);
    if (evidence->wish->liaison)
        section_liaison(&page, evidence);
    section_what_if(&page, evidence);
    section_ues(&page, evidence);
    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(evidence->findings, i);
        if (i == 0)
            page.form->heading(&page, 3, NULL, "The findings in full", NULL);
        if (numbered->detailed)
            section_finding(&page, evidence, numbered);
        outbuf_settle(out);
    }
    section_facts(&page, evidence);
    page.form->part(&page, NULL);
    g_free(verdict);
}

/* ---- all of them ---- */

static void overview(struct page *page, const struct evidence_wish *wish)
{
    static const struct page_table table = {
        .caption = "The captures",
        .n = 4,
        .columns = {{"Capture", false, 30}, {"Findings", true, 0}, {"Not judged", true, 0}, {"Verdict", false, 30}}};

    if (wish->overview->len == 0) {
        page->form->paragraph(page, "No capture was found, so nothing was looked at.", "verdict");
        return;
    }
    if (wish->overview->len == 1)
        return;
    page->form->heading(page, 2, NULL, "Captures", NULL);
    page->form->table(page, &table);
    for (guint i = 0; i < wish->overview->len; i++) {
        const struct evidence_overview *row = g_ptr_array_index(wish->overview, i);
        char findings[24], not_judged[24], link[32];
        g_snprintf(findings, sizeof findings, "%" PRIu64, row->findings);
        g_snprintf(not_judged, sizeof not_judged, "%" PRIu64, row->not_judged);
        g_snprintf(link, sizeof link, "c%u-capture", i + 1);
        page->form->row(
            page,
            (struct page_cell[]){
                {row->name, link, NULL}, {findings, NULL, NULL}, {not_judged, NULL, NULL}, {row->verdict, NULL, NULL}},
            NULL);
    }
    page->form->table_end(page);
}

static void script_source(struct outbuf *out)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    char *base64;

    g_checksum_update(sum, assets_script, (gssize)assets_script_length);
    g_checksum_get_digest(sum, digest, &length);
    base64 = g_base64_encode(digest, length);
    outbuf_printf(out, "'sha256-%s'", base64);
    g_free(base64);
    g_checksum_free(sum);
}

/* Browsers and lists of windows show little of a title: the end of a long name, where names of captures differ. */
static void html_title(const char *name, struct outbuf *out)
{
    char *valid = g_utf8_make_valid(name, -1);
    const glong excess = g_utf8_strlen(valid, -1) - TITLE_NAME;

    if (excess > 0)
        html_text(out, "…");
    html_text(out, excess > 0 ? g_utf8_offset_to_pointer(valid, excess) : valid);
    outbuf_literal(out, " - DAPSaudit evidence");
    g_free(valid);
}

static void html_begin(const struct evidence_wish *wish, struct outbuf *out)
{
    const struct evidence_overview *only = wish->overview->len == 1 ? g_ptr_array_index(wish->overview, 0) : NULL;

    outbuf_literal(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                        "style-src 'unsafe-inline'; img-src data:; script-src ");
    script_source(out);
    outbuf_literal(out, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n"
                        "<meta name=\"generator\" content=\"dapsaudit " DAPSAUDIT_VERSION "\">\n<title>");
    html_title(only != NULL ? only->name : "Captures", out);
    outbuf_literal(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    outbuf_octets(out, assets_style, assets_style_length);
    outbuf_literal(out, "</style>\n</head>\n<body>\n<main>\n");
}

void evidence_prologue(const struct report_style *style, struct outbuf *out)
{
    struct page page = {.form = style->format == REPORT_HTML ? &page_html : &page_markdown, .out = out};

    if (style->format == REPORT_EVIDENCE_JSON) {
        outbuf_literal(out, "{\"type\":\"evidence\",\"tool\":\"dapsaudit\",\"version\":\"" DAPSAUDIT_VERSION
                            "\",\"captures\":[");
        return;
    }
    if (style->format == REPORT_EVIDENCE_CSV || style->format == REPORT_TAMARIN) {
        if (style->format == REPORT_EVIDENCE_CSV)
            plots_csv(style->evidence->plots, out);
        return;
    }
    page.pictures = style->format == REPORT_HTML;
    if (style->format == REPORT_HTML)
        html_begin(style->evidence, out);
    if (style->evidence->tdoc)
        tdoc_front(&page, style->evidence);
    else
        page.form->heading(&page, 1, NULL, "Key reuse in handovers: evidence", NULL);
    overview(&page, style->evidence);
    if (style->evidence->overview->len > 1)
        plots_section(&page, style->evidence->plots);
}

void evidence_epilogue(const struct report_style *style, struct outbuf *out, const struct run_totals *run)
{
    if (style->format == REPORT_EVIDENCE_JSON) {
        outbuf_literal(out, "\n],\"summary\":");
        record_summary(out, run);
        outbuf_literal(out, "}\n");
    } else if (style->format == REPORT_HTML) {
        outbuf_literal(out, "</main>\n<script>");
        outbuf_octets(out, assets_script, assets_script_length);
        outbuf_literal(out, "</script>\n</body>\n</html>\n");
    }
}
