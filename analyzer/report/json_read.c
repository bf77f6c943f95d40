/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 8259, one pass: what may come next, and a stack of what is open. */
#include "report/json_read.h"

#include <glib.h>
#include <string.h>

struct json_line {
    GArray *values; /* struct json_value */
    char *octets;   /* strings without their quotation marks and escapes, never longer than with them */
    size_t room;
};

struct scan {
    const char *text;
    size_t length, at;
    const char *reason;
    GArray *values;
    char *to;         /* where the next string goes */
    const char *name; /* of the value at hand */
    unsigned depth;
    guint open[JSON_DEPTH]; /* which values are */
};

static bool wrong(struct scan *s, const char *reason)
{
    s->reason = reason;
    return false;
}

/* The octet at hand; NUL at the end, which no JSON holds outside of a string either. */
static char here(const struct scan *s)
{
    return s->at < s->length ? s->text[s->at] : '\0';
}

static struct json_value *value_at(const struct scan *s, guint i)
{
    return &g_array_index(s->values, struct json_value, i);
}

/* Valid until the next one is added. */
static struct json_value *add(struct scan *s, enum json_kind kind)
{
    const struct json_value value = {.kind = kind, .values = 1, .name = s->name};

    s->name = NULL;
    g_array_append_val(s->values, value);
    return value_at(s, s->values->len - 1);
}

/* ---- numbers ---- */

static bool digits(struct scan *s)
{
    const size_t start = s->at;

    while (g_ascii_isdigit(here(s)))
        s->at++;
    return s->at > start || wrong(s, "a digit is missing");
}

/* [ frac ] [ exp ]; *whole: there is neither. */
static bool fraction(struct scan *s, bool *whole)
{
    *whole = true;
    if (here(s) == '.') {
        *whole = false;
        s->at++;
        if (!digits(s))
            return false;
    }
    if (here(s) == 'e' || here(s) == 'E') {
        *whole = false;
        s->at++;
        if (here(s) == '+' || here(s) == '-')
            s->at++;
        return digits(s);
    }
    return true;
}

/* False: it is larger than any number that is read. */
static bool number_of(const char *digit, size_t n, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        const int d = digit[i] - '0';
        if (*out > (INT64_MAX - d) / 10)
            return false;
        *out = *out * 10 + d;
    }
    return true;
}

/* number = [ minus ] int [ frac ] [ exp ] */
static bool number(struct scan *s)
{
    const bool minus = here(s) == '-';
    struct json_value *value;
    size_t start, end;
    bool whole;

    s->at += minus;
    start = s->at;
    if (here(s) == '0') {
        s->at++;
        if (g_ascii_isdigit(here(s)))
            return wrong(s, "a number begins with 0");
    } else if (!digits(s)) {
        return false;
    }
    end = s->at;
    if (!fraction(s, &whole))
        return false;
    value = add(s, JSON_NUMBER);
    if (whole && number_of(s->text + start, end - start, &value->number))
        value->kind = JSON_WHOLE;
    if (minus)
        value->number = -value->number;
    return true;
}

/* ---- strings ---- */

static bool hexadecimal(struct scan *s, gunichar *out)
{
    *out = 0;
    for (unsigned i = 0; i < 4; i++, s->at++) {
        if (!g_ascii_isxdigit(here(s)))
            return wrong(s, "\\u needs four hexadecimal digits");
        *out = *out << 4 | (gunichar)g_ascii_xdigit_value(here(s));
    }
    return true;
}

/* Behind \u: one character, which may take two of them. */
static bool character(struct scan *s)
{
    gunichar c, low;

    if (!hexadecimal(s, &c))
        return false;
    if (c == 0)
        return wrong(s, "U+0000 in a string");
    if (c >= 0xdc00 && c <= 0xdfff)
        return wrong(s, "half of a surrogate pair");
    if (c >= 0xd800 && c <= 0xdbff) {
        if (s->length - s->at < 2 || s->text[s->at] != '\\' || s->text[s->at + 1] != 'u')
            return wrong(s, "half of a surrogate pair");
        s->at += 2;
        if (!hexadecimal(s, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return wrong(s, "half of a surrogate pair");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    s->to += g_unichar_to_utf8(c, s->to);
    return true;
}

static bool escape(struct scan *s)
{
    static const char escapes[] = "\"\\/bfnrt", stand_for[] = "\"\\/\b\f\n\r\t";
    const char c = here(s);
    const char *found = c != '\0' ? strchr(escapes, c) : NULL;

    if (found == NULL && c != 'u')
        return wrong(s, "no such escape in a string");
    s->at++;
    if (found == NULL)
        return character(s);
    *s->to++ = stand_for[found - escapes];
    return true;
}

/* Behind the quotation mark; NULL: it is none. */
static const char *string(struct scan *s)
{
    const char *start = s->to;

    while (s->at < s->length) {
        const char c = s->text[s->at];
        if ((unsigned char)c < 0x20) {
            wrong(s, "a control character in a string");
            return NULL;
        }
        s->at++;
        if (c == '"') {
            *s->to++ = '\0';
            return start;
        }
        if (c != '\\')
            *s->to++ = c;
        else if (!escape(s))
            return NULL;
    }
    wrong(s, "a string does not end");
    return NULL;
}

/* ---- values ---- */

static bool string_value(struct scan *s)
{
    const char *read;

    s->at++;
    read = string(s);
    if (read != NULL)
        add(s, JSON_STRING)->string = read;
    return read != NULL;
}

static bool word(struct scan *s, const char *name, enum json_kind kind, bool truth)
{
    const size_t length = strlen(name);

    if (s->length - s->at < length || memcmp(s->text + s->at, name, length) != 0)
        return wrong(s, "no value begins like this");
    s->at += length;
    add(s, kind)->number = truth;
    return true;
}

static bool scalar(struct scan *s)
{
    switch (here(s)) {
    case '"':
        return string_value(s);
    case 't':
        return word(s, "true", JSON_TRUTH, true);
    case 'f':
        return word(s, "false", JSON_TRUTH, false);
    case 'n':
        return word(s, "null", JSON_NULL, false);
    default:
        if (here(s) != '-' && !g_ascii_isdigit(here(s)))
            return wrong(s, "no value begins like this");
        return number(s);
    }
}

static void blanks(struct scan *s)
{
    while (s->at < s->length && (here(s) == ' ' || here(s) == '\t' || here(s) == '\r' || here(s) == '\n'))
        s->at++;
}

/* The name of a member, and its colon. */
static bool name(struct scan *s)
{
    blanks(s);
    if (here(s) != '"')
        return wrong(s, "the name of a member is missing");
    s->at++;
    s->name = string(s);
    if (s->name == NULL)
        return false;
    blanks(s);
    if (here(s) != ':')
        return wrong(s, "':' is missing behind a name");
    s->at++;
    return true;
}

static bool in_object(const struct scan *s)
{
    return s->depth > 0 && value_at(s, s->open[s->depth - 1])->kind == JSON_OBJECT;
}

/* Steps into an object or array; *empty: and nothing is in it. */
static bool open_one(struct scan *s, bool *empty)
{
    const bool object = here(s) == '{';

    if (s->depth == JSON_DEPTH)
        return wrong(s, "nested deeper than any event");
    s->open[s->depth++] = s->values->len;
    add(s, object ? JSON_OBJECT : JSON_ARRAY);
    s->at++;
    blanks(s);
    *empty = here(s) == (object ? '}' : ']');
    return *empty || !object || name(s);
}

static void close_one(struct scan *s)
{
    const guint of = s->open[--s->depth];

    s->at++;
    value_at(s, of)->values = s->values->len - of;
}

/* Behind a value: leaves what ends here. *more: another value follows. */
static bool behind_value(struct scan *s, bool *more)
{
    for (;;) {
        blanks(s);
        *more = false;
        if (s->depth == 0)
            return s->at == s->length || wrong(s, "something behind the value");
        if (here(s) == ',') {
            s->at++;
            *more = true;
            return !in_object(s) || name(s);
        }
        if (here(s) != (in_object(s) ? '}' : ']'))
            return wrong(s, "',' or the end of a list or object is missing");
        close_one(s);
    }
}

static bool read_values(struct scan *s)
{
    bool more = true, ok = true;

    while (ok && more) {
        bool empty = false;
        blanks(s);
        if (here(s) == '{' || here(s) == '[') {
            ok = open_one(s, &empty);
            if (!ok || !empty)
                continue;
        } else {
            ok = scalar(s);
        }
        ok = ok && behind_value(s, &more);
    }
    return ok;
}

/* ---- the line ---- */

struct json_line *json_line_new(void)
{
    struct json_line *line = g_new0(struct json_line, 1);

    line->values = g_array_new(FALSE, FALSE, sizeof(struct json_value));
    return line;
}

void json_line_free(struct json_line *line)
{
    g_array_unref(line->values);
    g_free(line->octets);
    g_free(line);
}

const struct json_value *json_line_read(struct json_line *line, const char *text, size_t length, const char **reason,
                                        size_t *at)
{
    struct scan s = {.text = text, .length = length, .values = line->values};
    const char *end;

    if (line->room < length) {
        g_free(line->octets);
        line->octets = g_malloc(length);
        line->room = length;
    }
    s.to = line->octets;
    g_array_set_size(line->values, 0);
    if (read_values(&s) && !g_utf8_validate(text, (gssize)length, &end)) {
        s.at = (size_t)(end - text);
        wrong(&s, "not UTF-8");
    }
    *reason = s.reason;
    *at = s.at;
    return s.reason == NULL ? value_at(&s, 0) : NULL;
}

const struct json_value *json_first(const struct json_value *of)
{
    return of->values > 1 ? of + 1 : NULL;
}

const struct json_value *json_next(const struct json_value *of, const struct json_value *value)
{
    const struct json_value *next = value + value->values;

    return next < of + of->values ? next : NULL;
}

const struct json_value *json_member(const struct json_value *object, const char *name)
{
    const struct json_value *found = NULL;

    for (const struct json_value *value = json_first(object); value != NULL; value = json_next(object, value)) {
        if (value->name != NULL && strcmp(value->name, name) == 0)
            found = value;
    }
    return found;
}
