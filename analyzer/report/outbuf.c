/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output buffer: growing, flushing, numbers. */
#include "report/outbuf.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

#include "daps/bound.h"
#include "daps/kdf.h"

#define OUTBUF_MUCH DAPS_BOUND(65536, 256)

void outbuf_init(struct outbuf *out, outbuf_outlet *outlet, void *user)
{
    *out = (struct outbuf){.outlet = outlet, .user = user};
}

void outbuf_clear(struct outbuf *out)
{
    daps_wipe(out->octets, out->room);
    g_free(out->octets);
    *out = (struct outbuf){0};
}

void outbuf_reserve(struct outbuf *out, size_t more)
{
    size_t room = out->room > 0 ? out->room : 1024;

    while (room - out->length < more)
        room *= 2;
    if (room != out->room) {
        char *octets = g_malloc(room); /* not realloc, which leaves what may be keys behind */
        if (out->length > 0)
            memcpy(octets, out->octets, out->length);
        daps_wipe(out->octets, out->room);
        g_free(out->octets);
        out->octets = octets;
        out->room = room;
    }
}

void outbuf_flush(struct outbuf *out)
{
    if (out->outlet == NULL || out->length == 0)
        return;
    if (!out->failed && !out->outlet(out->user, out->octets, out->length))
        out->failed = true;
    out->length = 0;
}

void outbuf_settle(struct outbuf *out)
{
    if (out->length >= OUTBUF_MUCH)
        outbuf_flush(out);
}

bool outbuf_take(void *user, const char *octets, size_t length)
{
    struct outbuf *out = user;

    outbuf_octets(out, octets, length);
    outbuf_settle(out);
    return !out->failed;
}

static unsigned count_digits(uint64_t value)
{
    unsigned n = 1;

    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

char *outbuf_put_number(char *to, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                                "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    char *const end = to + count_digits(value);

    for (to = end; value >= 100; value /= 100) {
        to -= 2;
        memcpy(to, pairs + value % 100 * 2, 2);
    }
    if (value >= 10)
        memcpy(to - 2, pairs + value * 2, 2);
    else
        to[-1] = (char)('0' + value);
    return end;
}

void outbuf_unsigned(struct outbuf *out, uint64_t value)
{
    char *to = outbuf_room(out, OUTBUF_DIGITS);

    outbuf_took(out, (size_t)(outbuf_put_unsigned(to, value) - to));
}

void outbuf_signed(struct outbuf *out, int64_t value)
{
    if (value < 0)
        outbuf_char(out, '-');
    outbuf_unsigned(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void outbuf_hex(struct outbuf *out, const uint8_t *octets, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        outbuf_char(out, digits[octets[i] >> 4]);
        outbuf_char(out, digits[octets[i] & 15]);
    }
}

void outbuf_printf(struct outbuf *out, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    outbuf_string(out, text);
    g_free(text);
}

bool outbuf_is_plain(uint32_t c)
{
    return c >= 0x20 && (c < 0x7f || c > 0x9f) && c != 0x061c && c != 0x200e && c != 0x200f &&
           (c < 0x2028 || c > 0x202e) && (c < 0x2066 || c > 0x2069);
}

void outbuf_spaces(struct outbuf *out, size_t n)
{
    while (n-- > 0)
        outbuf_char(out, ' ');
}
