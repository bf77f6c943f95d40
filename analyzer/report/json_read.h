/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of JSON, by the letter of RFC 8259, as one array of values: a container stands in front of what is in it. One
 * pass, no recursion, a bound on depth, and nothing allocated for a line but room that is kept for the next one.
 */
#ifndef DAPSAUDIT_JSON_READ_H
#define DAPSAUDIT_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH 16 /* deeper than any line of ours */

enum json_kind {
    JSON_NULL,
    JSON_TRUTH,  /* number is 0 or 1 */
    JSON_WHOLE,  /* number has it */
    JSON_NUMBER, /* any other number */
    JSON_STRING,
    JSON_OBJECT,
    JSON_ARRAY,
};

struct json_value {
    enum json_kind kind;
    uint32_t values;    /* itself and all in it */
    const char *name;   /* of a member of an object, else NULL */
    const char *string; /* UTF-8 that ends with the first NUL */
    int64_t number;
};

struct json_line;

struct json_line *json_line_new(void);
void json_line_free(struct json_line *line);

/*
 * Reads text[0..length). Gives its one value, valid until the next is read; or NULL, with the reason in a few words
 * (static storage) and the octet it stands at. Strings are UTF-8, have no U+0000 and no half of a surrogate pair.
 */
const struct json_value *json_line_read(struct json_line *line, const char *text, size_t length, const char **reason,
                                        size_t *at);

/* The member of that name, the last if there are several; NULL if there is none, or object is none. */
const struct json_value *json_member(const struct json_value *object, const char *name);

/* Values of an object or array, in their order; NULL behind the last. */
const struct json_value *json_first(const struct json_value *of);
const struct json_value *json_next(const struct json_value *of, const struct json_value *value);

#endif
