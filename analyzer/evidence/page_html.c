/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document as HTML. Only html_text writes what is not ours. */
#include "evidence/page.h"

#include <string.h>

#include "report/text.h"

void html_text(struct outbuf *out, const char *text)
{
    struct outbuf safe;

    outbuf_init(&safe, NULL, NULL);
    text_safe(&safe, text);
    for (size_t i = 0; i < safe.length; i++) {
        switch (safe.octets[i]) {
        case '&':
            outbuf_literal(out, "&amp;");
            break;
        case '<':
            outbuf_literal(out, "&lt;");
            break;
        case '>':
            outbuf_literal(out, "&gt;");
            break;
        case '"':
            outbuf_literal(out, "&quot;");
            break;
        case '\'':
            outbuf_literal(out, "&#39;");
            break;
        default:
            outbuf_char(out, safe.octets[i]);
        }
    }
    outbuf_clear(&safe);
}

static void attribute(struct page *page, const char *name, const char *value)
{
    outbuf_printf(page->out, " %s=\"", name);
    html_text(page->out, value);
    outbuf_char(page->out, '"');
}

static void id_attribute(struct page *page, const char *id)
{
    if (id != NULL)
        outbuf_printf(page->out, " id=\"%s%s\"", page->prefix, id);
}

static void tone_class(struct page *page, const char *tone)
{
    if (tone != NULL)
        outbuf_printf(page->out, " class=\"tone %s\"", tone);
}

static void heading(struct page *page, unsigned level, const char *id, const char *text, const char *tone)
{
    outbuf_printf(page->out, "<h%u", level);
    id_attribute(page, id);
    tone_class(page, tone);
    outbuf_char(page->out, '>');
    html_text(page->out, text);
    outbuf_printf(page->out, "</h%u>\n", level);
}

static void paragraph(struct page *page, const char *text, const char *class)
{
    outbuf_literal(page->out, "<p");
    if (class != NULL)
        attribute(page, "class", class);
    outbuf_char(page->out, '>');
    html_text(page->out, text);
    outbuf_literal(page->out, "</p>\n");
}

static void terms(struct page *page, bool begin)
{
    outbuf_string(page->out, begin ? "<dl>\n" : "</dl>\n");
}

static void link_begin(struct page *page, const char *link)
{
    if (link != NULL)
        outbuf_printf(page->out, "<a href=\"#%s%s\">", page->prefix, link);
}

static void link_end(struct page *page, const char *link)
{
    if (link != NULL)
        outbuf_literal(page->out, "</a>");
}

static void term(struct page *page, const char *name, const char *text, const char *link)
{
    outbuf_literal(page->out, "<dt>");
    html_text(page->out, name);
    outbuf_literal(page->out, "</dt><dd>");
    link_begin(page, link);
    html_text(page->out, text);
    link_end(page, link);
    outbuf_literal(page->out, "</dd>\n");
}

static void table(struct page *page, const struct page_table *what)
{
    page->table = what;
    outbuf_literal(page->out, "<div class=\"wide\" tabindex=\"0\" role=\"group\"");
    attribute(page, "aria-label", what->caption);
    outbuf_literal(page->out, "><table");
    id_attribute(page, what->id);
    if (what->tool)
        outbuf_literal(page->out, " data-tool=\"\"");
    outbuf_literal(page->out, "><caption>");
    html_text(page->out, what->caption);
    outbuf_literal(page->out, "</caption>\n<thead><tr>");
    for (unsigned i = 0; i < what->n; i++) {
        outbuf_string(page->out, what->columns[i].number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        html_text(page->out, what->columns[i].title);
        outbuf_literal(page->out, "</th>");
    }
    outbuf_literal(page->out, "</tr></thead>\n<tbody>\n");
}

static void row(struct page *page, const struct page_cell *cells, const char *id)
{
    outbuf_literal(page->out, "<tr");
    id_attribute(page, id);
    outbuf_char(page->out, '>');
    for (unsigned i = 0; i < page->table->n; i++) {
        outbuf_string(page->out, page->table->columns[i].number ? "<td class=\"n\">" : "<td>");
        if (cells[i].tone != NULL)
            outbuf_printf(page->out, "<span class=\"tone %s\">", cells[i].tone);
        link_begin(page, cells[i].link);
        html_text(page->out, cells[i].text);
        link_end(page, cells[i].link);
        if (cells[i].tone != NULL)
            outbuf_literal(page->out, "</span>");
        outbuf_literal(page->out, "</td>");
    }
    outbuf_literal(page->out, "</tr>\n");
}

static void table_end(struct page *page)
{
    outbuf_literal(page->out, "</tbody></table></div>\n");
    page->table = NULL;
}

static void octets(struct page *page, const char *text, const char *label)
{
    outbuf_literal(page->out, "<pre tabindex=\"0\" role=\"group\"");
    attribute(page, "aria-label", label);
    outbuf_char(page->out, '>');
    for (const char *line = text; *line != '\0';) {
        const size_t n = strcspn(line, "\n");
        char *copy = g_strndup(line, n);
        html_text(page->out, copy);
        g_free(copy);
        line += n;
        if (*line == '\n') {
            outbuf_char(page->out, '\n');
            line++;
        }
    }
    outbuf_literal(page->out, "</pre>\n");
}

static void fold(struct page *page, const char *summary)
{
    if (summary == NULL) {
        outbuf_literal(page->out, "</details>\n");
        return;
    }
    outbuf_literal(page->out, "<details><summary>");
    html_text(page->out, summary);
    outbuf_literal(page->out, "</summary>\n");
}

static void part(struct page *page, const char *id)
{
    if (id == NULL)
        outbuf_literal(page->out, "</section>\n");
    else if (strcmp(id, "capture") == 0)
        outbuf_printf(page->out, "<section aria-labelledby=\"%s%s\">\n", page->prefix, id);
    else /* each capture may have a UE 1 */
        outbuf_printf(page->out, "<section aria-labelledby=\"%s%s %scapture\">\n", page->prefix, id, page->prefix);
}

const struct page_form page_html = {
    .heading = heading,
    .paragraph = paragraph,
    .terms = terms,
    .term = term,
    .table = table,
    .row = row,
    .table_end = table_end,
    .octets = octets,
    .fold = fold,
    .part = part,
};
