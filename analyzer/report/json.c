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

#define SHORT 62

/* Most strings are short words: written as far as they are bare. False, and nothing done, if it is another. */
static bool short_word(struct outbuf *out, const char *string)
{
    char *to = outbuf_room(out, SHORT + 2);
    size_t n = 0;

    to[0] = '"';
    for (; n < SHORT && is_bare((unsigned char)string[n]); n++)
        to[n + 1] = string[n];
    if (string[n] != '\0')
        return false;
    to[n + 1] = '"';
    outbuf_took(out, n + 2);
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
