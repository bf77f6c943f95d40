/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document as Markdown that CommonMark, GitHub and pandoc read alike: pipe tables, fenced blocks, bold terms.
 * Whatever could begin markup is escaped, so that names from captures stay text.
 */
#include "evidence/page.h"

#include <string.h>

#include "report/text.h"

void markdown_text(struct outbuf *out, const char *text)
{
    struct outbuf safe;

    outbuf_init(&safe, NULL, NULL);
    text_safe(&safe, text);
    for (size_t i = 0; i < safe.length; i++) {
        const char c = safe.octets[i];
        const bool after_same = i > 0 && safe.octets[i - 1] == c;

        /* Also what becomes a link, a dash, an ellipsis or a citation by itself. */
        if (strchr("\\`*_{}[]<>#|~^$&@!\"'", c) != NULL || (after_same && strchr("-./", c) != NULL) ||
            (c == '.' && i >= 3 && g_ascii_strncasecmp(safe.octets + i - 3, "www", 3) == 0) ||
            (c == ':' && i + 1 < safe.length && safe.octets[i + 1] == '/'))
            outbuf_char(out, '\\');
        outbuf_char(out, c);
    }
    outbuf_clear(&safe);
}

/* At the beginning of a line more is markup: lists, headings, thematic breaks. */
static void line_of(struct page *page, const char *text)
{
    const size_t digits = strspn(text, "0123456789");

    if (digits > 0 && (text[digits] == '.' || text[digits] == ')')) {
        outbuf_octets(page->out, text, digits);
        outbuf_char(page->out, '\\');
        text += digits;
    } else if (*text == '-' || *text == '+' || *text == '=' || *text == ':' || *text == '%') {
        outbuf_char(page->out, '\\');
    }
    markdown_text(page->out, text);
}

static void heading(struct page *page, unsigned level, const char *id, const char *text, const char *tone)
{
    (void)id;
    (void)tone;
    outbuf_char(page->out, '\n');
    for (unsigned i = 0; i < level; i++)
        outbuf_char(page->out, '#');
    outbuf_char(page->out, ' ');
    markdown_text(page->out, text);
    outbuf_literal(page->out, "\n\n");
}

static void paragraph(struct page *page, const char *text, const char *class)
{
    (void)class;
    line_of(page, text);
    outbuf_literal(page->out, "\n\n");
}

static void terms(struct page *page, bool begin)
{
    if (!begin)
        outbuf_char(page->out, '\n');
}

static void term(struct page *page, const char *name, const char *text, const char *link)
{
    (void)link;
    outbuf_literal(page->out, "- **");
    markdown_text(page->out, name);
    outbuf_literal(page->out, ":** ");
    markdown_text(page->out, text);
    outbuf_char(page->out, '\n');
}

/* Where a table is wider than a line, pandoc shares the line out by the dashes under the titles. */
static size_t share_of(const struct page_column *column)
{
    size_t longest = 0;

    for (const char *word = column->title; *word != '\0'; word += strspn(word, " ")) {
        const size_t n = strcspn(word, " ");
        longest = MAX(longest, n);
        word += n;
    }
    return MAX(MAX(longest, column->width), 3) + 5;
}

static void table(struct page *page, const struct page_table *what)
{
    page->table = what;
    line_of(page, what->caption);
    outbuf_literal(page->out, "\n\n|");
    for (unsigned i = 0; i < what->n; i++) {
        outbuf_char(page->out, ' ');
        markdown_text(page->out, what->columns[i].title);
        outbuf_literal(page->out, " |");
    }
    outbuf_literal(page->out, "\n|");
    for (unsigned i = 0; i < what->n; i++) {
        outbuf_char(page->out, ' ');
        for (size_t n = share_of(&what->columns[i]); n > 0; n--)
            outbuf_char(page->out, '-');
        outbuf_string(page->out, what->columns[i].number ? ": |" : " |");
    }
    outbuf_char(page->out, '\n');
}

static void row(struct page *page, const struct page_cell *cells, const char *id)
{
    (void)id;
    outbuf_char(page->out, '|');
    for (unsigned i = 0; i < page->table->n; i++) {
        outbuf_char(page->out, ' ');
        markdown_text(page->out, cells[i].text);
        outbuf_literal(page->out, " |");
    }
    outbuf_char(page->out, '\n');
}

static void table_end(struct page *page)
{
    outbuf_char(page->out, '\n');
    page->table = NULL;
}

/* Our own lines of octets and words for them; never names from a capture, and no fence can stand in them. */
static void octets(struct page *page, const char *text, const char *label)
{
    (void)label;
    outbuf_literal(page->out, "```\n");
    for (const char *c = text; *c != '\0'; c++)
        outbuf_char(page->out, *c == '`' ? '\'' : *c);
    outbuf_literal(page->out, "\n```\n\n");
}

static void fold(struct page *page, const char *summary)
{
    if (summary != NULL)
        paragraph(page, summary, NULL);
}

static void part(struct page *page, const char *id)
{
    (void)page;
    (void)id;
}

const struct page_form page_markdown = {
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
