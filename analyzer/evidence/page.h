/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document for people as a sequence of headings, paragraphs, terms, tables and folded parts, written in one of two
 * forms: HTML or Markdown. Text is given as it is: each form makes it inert in its own way, whatever a capture or a
 * file name holds. So what is said is said once, and no form has a wording of its own.
 */
#ifndef DAPSAUDIT_PAGE_H
#define DAPSAUDIT_PAGE_H

#include <glib.h>
#include <stdbool.h>

#include "report/outbuf.h"

struct page;

#define PAGE_MOST_COLUMNS 10

struct page_column {
    const char *title;
    bool number;    /* set right, sorted by value */
    unsigned width; /* characters that its cells want, where paper is narrow; 0: as its title */
};

struct page_table {
    const char *id;      /* NULL: none */
    const char *caption; /* what a screen reader says first */
    bool tool;           /* filters and sorts, where the form can */
    unsigned n;
    struct page_column columns[PAGE_MOST_COLUMNS];
};

/* A cell: link is the id of something else on the page or NULL, tone a severity's name or NULL. */
struct page_cell {
    const char *text, *link, *tone;
};

struct page_form {
    void (*heading)(struct page *page, unsigned level, const char *id, const char *text, const char *tone);
    void (*paragraph)(struct page *page, const char *text, const char *class);
    void (*terms)(struct page *page, bool begin);
    void (*term)(struct page *page, const char *name, const char *text, const char *link);
    void (*table)(struct page *page, const struct page_table *table);
    void (*row)(struct page *page, const struct page_cell *cells, const char *id);
    void (*table_end)(struct page *page);
    void (*octets)(struct page *page, const char *text, const char *label);
    void (*fold)(struct page *page, const char *summary); /* NULL: its end */
    void (*part)(struct page *page, const char *id);      /* a section; NULL: its end */
};

struct page {
    const struct page_form *form;
    struct outbuf *out;
    bool pictures;                  /* the form has room for SVG */
    const struct page_table *table; /* that is being written */
    char prefix[16];                /* in front of every id: which capture it belongs to */
};

extern const struct page_form page_html, page_markdown;

/* Text of whatever origin inside HTML or SVG, attribute values included. */
void html_text(struct outbuf *out, const char *text);
/* The same inside Markdown. */
void markdown_text(struct outbuf *out, const char *text);

#endif
