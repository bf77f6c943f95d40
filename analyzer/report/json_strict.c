/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 8259, one pass: what may come next, and a stack of one bit a level. */
#include "report/json_strict.h"

#include <glib.h>
#include <string.h>

struct scan {
    const char *text;
    size_t length, at;
    const char *reason;
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

static bool digits(struct scan *s)
{
    const size_t start = s->at;

    while (g_ascii_isdigit(here(s)))
        s->at++;
    return s->at > start || wrong(s, "a digit is missing");
}

/* number = [ minus ] int [ frac ] [ exp ] */
static bool number(struct scan *s)
{
    if (here(s) == '-')
        s->at++;
    if (here(s) == '0') {
        s->at++;
        if (g_ascii_isdigit(here(s)))
            return wrong(s, "a number begins with 0");
    } else if (!digits(s)) {
        return false;
    }
    if (here(s) == '.') {
        s->at++;
        if (!digits(s))
            return false;
    }
    if (here(s) == 'e' || here(s) == 'E') {
        s->at++;
        if (here(s) == '+' || here(s) == '-')
            s->at++;
        return digits(s);
    }
    return true;
}

static bool escape(struct scan *s)
{
    const char c = here(s);

    if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
        return wrong(s, "no such escape in a string");
    s->at++;
    for (unsigned i = 0; c == 'u' && i < 4; i++, s->at++) {
        if (!g_ascii_isxdigit(here(s)))
            return wrong(s, "\\u needs four hexadecimal digits");
    }
    return true;
}

/* Behind the quotation mark. */
static bool string(struct scan *s)
{
    while (s->at < s->length) {
        const unsigned char c = (unsigned char)s->text[s->at];
        if (c < 0x20)
            return wrong(s, "a control character in a string");
        s->at++;
        if (c == '"')
            return true;
        if (c == '\\' && !escape(s))
            return false;
    }
    return wrong(s, "a string does not end");
}

static bool word(struct scan *s, const char *name)
{
    const size_t length = strlen(name);

    if (s->length - s->at < length || memcmp(s->text + s->at, name, length) != 0)
        return wrong(s, "no value begins like this");
    s->at += length;
    return true;
}

static bool scalar(struct scan *s)
{
    switch (here(s)) {
    case '"':
        s->at++;
        return string(s);
    case 't':
        return word(s, "true");
    case 'f':
        return word(s, "false");
    case 'n':
        return word(s, "null");
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
    if (!string(s))
        return false;
    blanks(s);
    if (here(s) != ':')
        return wrong(s, "':' is missing behind a name");
    s->at++;
    return true;
}

/* What is open: one bit a level, set for an object. */
struct nest {
    unsigned depth;
    unsigned objects;
};

static bool in_object(const struct nest *nest)
{
    return nest->depth > 0 && (nest->objects >> (nest->depth - 1) & 1U) != 0;
}

/* Steps into an object or array; *empty: and out of it again. */
static bool open_one(struct scan *s, struct nest *nest, bool *empty)
{
    const bool object = here(s) == '{';

    if (nest->depth == JSON_STRICT_DEPTH)
        return wrong(s, "nested deeper than any event");
    nest->objects = (nest->objects & ((1U << nest->depth) - 1)) | (unsigned)object << nest->depth;
    nest->depth++;
    s->at++;
    blanks(s);
    *empty = here(s) == (object ? '}' : ']');
    if (*empty)
        return true;
    return !object || name(s);
}

/* Behind a value: leaves what ends here. *more: another value follows. */
static bool behind_value(struct scan *s, struct nest *nest, bool *more)
{
    for (;;) {
        blanks(s);
        *more = false;
        if (nest->depth == 0)
            return s->at == s->length || wrong(s, "something behind the value");
        if (here(s) == ',') {
            s->at++;
            *more = true;
            return !in_object(nest) || name(s);
        }
        if (here(s) != (in_object(nest) ? '}' : ']'))
            return wrong(s, "',' or the end of a list or object is missing");
        s->at++;
        nest->depth--;
    }
}

bool json_strict_check(const char *text, size_t length, const char **reason, size_t *at)
{
    struct scan s = {.text = text, .length = length};
    struct nest nest = {0};
    bool more = true, ok = true;

    while (ok && more) {
        bool empty = false;
        blanks(&s);
        if (here(&s) == '{' || here(&s) == '[') {
            ok = open_one(&s, &nest, &empty);
            if (!ok || !empty)
                continue;
        } else {
            ok = scalar(&s);
        }
        ok = ok && behind_value(&s, &nest, &more);
    }
    *reason = s.reason;
    *at = s.at;
    return ok;
}
