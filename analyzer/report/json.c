/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON values (RFC 8259). */
#include "report/json.h"

#include <glib.h>
#include <string.h>

#include "report/rfc3339.h"

static void escaped(struct outbuf *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";

    switch (c) {
    case '"':
        outbuf_literal(out, "\\\"");
        break;
    case '\\':
        outbuf_literal(out, "\\\\");
        break;
    case '\n':
        outbuf_literal(out, "\\n");
        break;
    case '\r':
        outbuf_literal(out, "\\r");
        break;
    case '\t':
        outbuf_literal(out, "\\t");
        break;
    default:
        outbuf_literal(out, "\\u00");
        outbuf_char(out, digits[c >> 4]);
        outbuf_char(out, digits[c & 15]);
        break;
    }
}

/* Appends the character at *at, escaped unless it is plain, or U+FFFD for an octet that starts none, and moves on. */
static void multi_octet(struct outbuf *out, const char **at)
{
    gunichar c = g_utf8_get_char_validated(*at, -1);
    const char *next;

    if (c == (gunichar)-1 || c == (gunichar)-2) {
        outbuf_literal(out, "\xEF\xBF\xBD");
        (*at)++;
        return;
    }
    next = g_utf8_next_char(*at);
    if (outbuf_is_plain(c))
        outbuf_octets(out, *at, (size_t)(next - *at));
    else
        outbuf_printf(out, "\\u%04x", (unsigned)c);
    *at = next;
}

void json_key_of(struct outbuf *out, const char *name)
{
    const size_t length = strlen(name);
    char *to = outbuf_room(out, length + 4);

    *to++ = ',';
    *to++ = '"';
    memcpy(to, name, length); /* NOLINT(bugprone-not-null-terminated-result): a quote ends it */
    to[length] = '"';
    to[length + 1] = ':';
    outbuf_took(out, length + 4);
}

static void between_quotes(struct outbuf *out, const char *word, size_t length)
{
    char *to = outbuf_room(out, length + 2);

    *to++ = '"';
    memcpy(to, word, length);
    to[length] = '"';
    outbuf_took(out, length + 2);
}

/* ASCII that needs no escape; the end of a string is not among it. Bit c % 64 of word c / 64. */
static inline bool is_bare(unsigned char c)
{
    static const uint64_t bare[4] = {(UINT64_MAX << 32) & ~(UINT64_C(1) << '"'),
                                     ~(UINT64_C(1) << ('\\' - 64) | UINT64_C(1) << (0x7f - 64))};

    return bare[c >> 6] >> (c & 63) & 1;
}

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Are these eight all bare? Of each octet the highest bit is set by what is too low, too high, or one of the three. */
static inline bool are_bare(uint64_t word)
{
    const uint64_t odd = (word - EACH(0x20)) | ((word ^ EACH('"')) - EACH(1)) | ((word ^ EACH('\\')) - EACH(1)) |
                         ((word ^ EACH(0x7f)) - EACH(1));

    return ((word | odd) & EACH(0x80)) == 0;
}

#define SHORT 62
#define WORD  sizeof(uint64_t)

/* What n octets, WORD or its half, copied from one place to the other, are: all bare? */
static inline bool put_bare(char *to, const char *from, size_t n)
{
    uint64_t word = EACH(' ');

    memcpy(&word, from, n);
    memcpy(to, &word, n);
    return are_bare(word);
}

/* The last octets of a word are copied with those before them once more, so that nobody copies one by one. */
static inline bool put_word(char *to, const char *word, size_t length)
{
    bool bare = true;

    if (length >= WORD) {
        for (size_t at = 0; at + WORD < length; at += WORD)
            bare &= put_bare(to + at, word + at, WORD);
        return put_bare(to + length - WORD, word + length - WORD, WORD) && bare;
    }
    if (length >= WORD / 2)
        return put_bare(to, word, WORD / 2) && put_bare(to + length - WORD / 2, word + length - WORD / 2, WORD / 2);
    for (size_t at = 0; at < length; at++) {
        to[at] = word[at];
        bare &= is_bare((unsigned char)word[at]);
    }
    return bare;
}

/* Most strings are short words. False, and nothing done, if it is another. */
static bool short_word(struct outbuf *out, const char *string)
{
    const size_t length = strnlen(string, SHORT + 1);
    char *to = outbuf_room(out, SHORT + 2);

    if (length > SHORT || !put_word(to + 1, string, length))
        return false;
    to[0] = to[length + 1] = '"';
    outbuf_took(out, length + 2);
    return true;
}

void json_string(struct outbuf *out, const char *string)
{
    const char *at = string, *plain = string;

    if (string == NULL) {
        outbuf_literal(out, "null");
        return;
    }
    if (short_word(out, string))
        return;
    outbuf_char(out, '"');
    while (*at != '\0') {
        unsigned char c = (unsigned char)*at;
        if (is_bare(c)) {
            at++;
            continue;
        }
        outbuf_octets(out, plain, (size_t)(at - plain));
        if (c < 0x80) {
            escaped(out, c);
            at++;
        } else {
            multi_octet(out, &at);
        }
        plain = at;
    }
    outbuf_octets(out, plain, (size_t)(at - plain));
    outbuf_char(out, '"');
}

void json_bool(struct outbuf *out, bool value)
{
    if (value)
        outbuf_literal(out, "true");
    else
        outbuf_literal(out, "false");
}

void json_integer_or_null(struct outbuf *out, int64_t value)
{
    if (value < 0)
        outbuf_literal(out, "null");
    else
        outbuf_unsigned(out, (uint64_t)value);
}

void json_frame_or_null(struct outbuf *out, uint64_t frame)
{
    if (frame == 0)
        outbuf_literal(out, "null");
    else
        outbuf_unsigned(out, frame);
}

void json_time(struct outbuf *out, int64_t time_ns)
{
    char text[RFC3339_OCTETS];

    if (rfc3339_write(time_ns, text))
        between_quotes(out, text, strlen(text));
    else
        outbuf_literal(out, "null");
}
