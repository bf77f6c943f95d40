/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON text, written straight into an output buffer (RFC 8259). The caller keeps the structure; these write values.
 */
#ifndef DAPSAUDIT_JSON_H
#define DAPSAUDIT_JSON_H

#include "report/outbuf.h"

/* ,"NAME": with NAME a string literal that needs no escaping. */
#define json_key(out, literal) outbuf_literal((out), ",\"" literal "\":")
/* The same of a name from a table, which needs no escapes. */
void json_key_of(struct outbuf *out, const char *name);

/* A quoted string. Octets that are not UTF-8 become U+FFFD; NULL is null. */
void json_string(struct outbuf *out, const char *string);
void json_bool(struct outbuf *out, bool value);
void json_integer_or_null(struct outbuf *out, int64_t value); /* negative: null */
void json_frame_or_null(struct outbuf *out, uint64_t frame);  /* 0: null */
void json_time(struct outbuf *out, int64_t time_ns);          /* RFC 3339, null if not known */

#endif
