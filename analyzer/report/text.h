/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: colours, numbers with separators, wrapped paragraphs, tables. */
#ifndef DAPSAUDIT_TEXT_H
#define DAPSAUDIT_TEXT_H

#include <glib.h>

#include "daps/finding.h"
#include "report/outbuf.h"

#define TEXT_WIDTH 96

enum text_colour { TEXT_PLAIN, TEXT_BOLD, TEXT_DIM, TEXT_RED, TEXT_YELLOW, TEXT_CYAN, TEXT_GREEN };

/* Names from captures and paths as they may go to a terminal: UTF-8 only, what is not plain as \xNN or \uNNNN. */
void text_safe(struct outbuf *out, const char *string);

void text_colour(struct outbuf *out, bool on, enum text_colour colour); /* TEXT_PLAIN ends it */
enum text_colour text_severity_colour(enum daps_severity severity);

void text_grouped(struct outbuf *out, uint64_t value); /* 7,061 */
/* "1 handover", "2 handovers"; plural NULL: singular with an s. */
void text_counted(struct outbuf *out, uint64_t n, const char *singular, const char *plural);

/* The words of string, each line after the first indented by indent; column: where the first line stands. */
void text_wrap(struct outbuf *out, const char *string, size_t column, size_t indent);

/* "12.345 s" between two times, "-" if one of them is not known. */
void text_elapsed(struct outbuf *out, int64_t from_ns, int64_t to_ns);

struct text_table;

/* titles: n of them; right: 'r' for each column set right, 'l' for the others. */
struct text_table *text_table_new(unsigned n, const char *const *titles, const char *right);
void text_table_free(struct text_table *table);
void text_table_add(struct text_table *table, const char *const *cells); /* n cells, copied */
void text_table_write(const struct text_table *table, struct outbuf *out, size_t indent, bool colour);

#endif
