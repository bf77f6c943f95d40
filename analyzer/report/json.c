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

/* ASCII that needs no escape; the end of a string is not among it. */
static inline bool is_bare(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

#define SHORT 62

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Are these eight all bare? Of each octet the highest bit is set by what is too low, too high, or one of the three. */
static inline bool are_bare(const char *octets)
{
    uint64_t word, odd;

    memcpy(&word, octets, sizeof word);
    odd = (word - EACH(0x20)) | ((word ^ EACH('"')) - EACH(1)) | ((word ^ EACH('\\')) - EACH(1)) |
          ((word ^ EACH(0x7f)) - EACH(1));
    return ((word | odd) & EACH(0x80)) == 0;
}

/* Most strings are short words: written, and then looked at. False, and nothing done, if it is another. */
static bool short_word(struct outbuf *out, const char *string)
{
    const size_t length = strnlen(string, SHORT + 1);
    char *to = outbuf_room(out, SHORT + 2 + sizeof(uint64_t));
    bool bare = true;

    if (length > SHORT)
        return false;
    to[0] = '"';
    memcpy(to + 1, string, length);
    memset(to + 1 + length, ' ', sizeof(uint64_t));
    for (size_t i = 0; i < length; i += sizeof(uint64_t))
        bare &= are_bare(to + 1 + i);
    if (!bare)
        return false;
    to[length + 1] = '"';
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
