/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words, numbers and colours for people. */
#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>

void text_safe(struct outbuf *out, const char *string)
{
    while (*string != '\0') {
        gunichar c = g_utf8_get_char_validated(string, -1);
        const char *next = string + 1;

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            outbuf_literal(out, "\xEF\xBF\xBD");
        } else {
            next = g_utf8_next_char(string);
            if (outbuf_is_plain(c))
                outbuf_octets(out, string, (size_t)(next - string));
            else
                outbuf_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
        }
        string = next;
    }
}

void text_colour(struct outbuf *out, bool on, enum text_colour colour)
{
    static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[2m", "\033[1;31m",
                                        "\033[33m", "\033[36m", "\033[32m"};

    if (on)
        outbuf_string(out, codes[colour]);
}

enum text_colour text_severity_colour(enum daps_severity severity)
{
    switch (severity) {
    case DAPS_SEVERITY_HIGH:
        return TEXT_RED;
    case DAPS_SEVERITY_MEDIUM:
        return TEXT_YELLOW;
    case DAPS_SEVERITY_LOW:
        return TEXT_CYAN;
    default:
        return TEXT_BOLD;
    }
}

void text_grouped(struct outbuf *out, uint64_t value)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value);

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            outbuf_char(out, ',');
        outbuf_char(out, digits[i]);
    }
}

void text_counted(struct outbuf *out, uint64_t n, const char *singular, const char *plural)
{
    text_grouped(out, n);
    outbuf_char(out, ' ');
    if (n == 1 || plural == NULL)
        outbuf_string(out, singular);
    else
        outbuf_string(out, plural);
    if (n != 1 && plural == NULL)
        outbuf_char(out, 's');
}

static size_t columns(const char *word, size_t octets)
{
    return (size_t)g_utf8_strlen(word, (gssize)octets);
}

void text_wrap(struct outbuf *out, const char *string, size_t column, size_t indent)
{
    bool first = true;

    while (*string != '\0') {
        size_t octets = strcspn(string, " \n");
        size_t width = columns(string, octets);
        char *word;

        if (octets == 0) {
            string++;
            continue;
        }
        if (!first && column + 1 + width > TEXT_WIDTH) {
            outbuf_char(out, '\n');
            outbuf_spaces(out, indent);
            column = indent;
        } else if (!first) {
            outbuf_char(out, ' ');
            column++;
        }
        word = g_strndup(string, octets);
        text_safe(out, word);
        g_free(word);
        column += width;
        string += octets;
        first = false;
    }
    outbuf_char(out, '\n');
}

void text_elapsed(struct outbuf *out, int64_t from_ns, int64_t to_ns)
{
    int64_t ms;

    if (from_ns == INT64_MIN || to_ns == INT64_MIN || __builtin_sub_overflow(to_ns, from_ns, &ms)) {
        outbuf_char(out, '-');
        return;
    }
    ms /= 1000000;
    if (ms < 0)
        outbuf_char(out, '-');
    ms = ms < 0 ? -ms : ms;
    outbuf_printf(out, "%" PRId64 ".%03d s", ms / 1000, (int)(ms % 1000));
}
