/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing buffer of output octets with an outlet. All numbers are written without regard to the locale.
 *
 * What is appended goes to the outlet whenever outbuf_settle() finds enough of it; a buffer without an outlet only
 * grows. Once the outlet has refused, everything further is dropped and `failed` stays true.
 */
#ifndef DAPSAUDIT_OUTBUF_H
#define DAPSAUDIT_OUTBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Takes octets[0..length); false if it cannot take any more. */
typedef bool outbuf_outlet(void *user, const char *octets, size_t length);

struct outbuf {
    char *octets;
    size_t length, room;
    outbuf_outlet *outlet; /* may be NULL */
    void *user;
    bool failed;
};

/* Starts empty; free with outbuf_clear. */
void outbuf_init(struct outbuf *out, outbuf_outlet *outlet, void *user);
void outbuf_clear(struct outbuf *out); /* drops what has not gone to the outlet */

void outbuf_flush(struct outbuf *out);                /* everything to the outlet */
void outbuf_settle(struct outbuf *out);               /* the same if there is much; call between lines */
void outbuf_reserve(struct outbuf *out, size_t more); /* room for that many octets */

/* An outlet into another buffer: out is a struct outbuf. */
bool outbuf_take(void *out, const char *octets, size_t length);

#define OUTBUF_DIGITS 20                           /* of the largest number */
char *outbuf_put_number(char *to, uint64_t value); /* there is room for its digits; returns their end */
static inline char *outbuf_put_unsigned(char *to, uint64_t value)
{
    if (value >= 10)
        return outbuf_put_number(to, value);
    *to = (char)('0' + value);
    return to + 1;
}

void outbuf_unsigned(struct outbuf *out, uint64_t value);
void outbuf_signed(struct outbuf *out, int64_t value);
void outbuf_hex(struct outbuf *out, const uint8_t *octets, size_t length); /* lower case */
void outbuf_printf(struct outbuf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * May this character go out as it is? Not if it controls a terminal (C0, C1), ends a line (U+2028, U+2029) or turns the
 * direction of what follows (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069): then a name could look
 * like something else.
 */
bool outbuf_is_plain(uint32_t character);

void outbuf_spaces(struct outbuf *out, size_t n);

static inline void outbuf_octets(struct outbuf *out, const void *octets, size_t length)
{
    if (length == 0)
        return; /* there may be no buffer yet */
    if (out->room - out->length < length)
        outbuf_reserve(out, length);
    memcpy(out->octets + out->length, octets, length);
    out->length += length;
}

/* Where the next octets go, room for that many of them: write there, then say how many with outbuf_took. */
static inline char *outbuf_room(struct outbuf *out, size_t most)
{
    if (out->room - out->length < most)
        outbuf_reserve(out, most);
    return out->octets + out->length;
}

static inline void outbuf_took(struct outbuf *out, size_t length)
{
    out->length += length;
}

static inline void outbuf_char(struct outbuf *out, char c)
{
    if (out->length == out->room)
        outbuf_reserve(out, 1);
    out->octets[out->length++] = c;
}

static inline void outbuf_string(struct outbuf *out, const char *string)
{
    outbuf_octets(out, string, strlen(string));
}

/* A string literal, whose length the compiler knows. */
#define outbuf_literal(out, literal) outbuf_octets((out), "" literal, sizeof(literal) - 1)

#endif
