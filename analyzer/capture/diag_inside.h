/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the reader of baseband logs share. */
#ifndef DAPS_CAPTURE_DIAG_INSIDE_H
#define DAPS_CAPTURE_DIAG_INSIDE_H

#include <glib.h>

#include "diag.h"
#include "unzip.h"

enum {
    DIAG_FLAG = 0x7e,
    DIAG_ESCAPE = 0x7d,
    DIAG_ESCAPED = 0x20,
    DIAG_LOG = 0x10,
    DIAG_OF_SUBSCRIPTION = 0x98, /* 98 01 | u16 | u32 subscription | a command */
    DIAG_SUBSCRIPTION_HEADER = 8,
    DIAG_LOG_HEADER = 4, /* 10 | u8 | u16 length; then the packet, which begins with the same length */
    DIAG_PACKET_HEADER = 12,
    DIAG_CRC = 2,
    DIAG_MOST = 65535 + DIAG_LOG_HEADER + DIAG_SUBSCRIPTION_HEADER + DIAG_CRC, /* octets of a frame, unescaped */
};

static inline uint16_t diag_le16(const uint8_t *octets)
{
    return (uint16_t)(octets[1] << 8 | octets[0]);
}

/* ---- crc.c ---- */
struct diag_crc {
    uint16_t table[8][256];
};
void diag_crc_init(struct diag_crc *crc);
/* CRC-16 of X.25 (ITU-T V.42 8.1.1.6.1): of a frame with its own checksum behind it always DIAG_CRC_RIGHT. */
enum { DIAG_CRC_RIGHT = 0xf0b8 };
uint16_t diag_crc_of(const struct diag_crc *crc, const uint8_t *octets, size_t n);

/* ---- what a frame is; diag_tell.c ---- */
/* Takes the escapes out of n octets between two flags: into out, n octets of room. How many are left. */
size_t diag_unescape(const uint8_t *octets, size_t n, uint8_t *out);
/* The octets of the log command that begins here, as both of its lengths say; 0 if it is none, or longer than n. */
size_t diag_log_length(const uint8_t *octets, size_t n);
/* The same of one that may be in the wrapper that says of which subscription it is. */
size_t diag_command_length(const uint8_t *octets, size_t n);
/* Is that a log packet's header (DIAG_PACKET_HEADER octets), with a time before 2100? */
bool diag_is_packet(const uint8_t *octets);

/* ---- diag.c: the part of the log that is at hand ---- */
struct diag {
    enum diag_kind kind;
    struct unzip *source;
    uint8_t *window;
    size_t at, end;     /* window[at..end) has been read and not used */
    bool over;          /* nothing more comes ... */
    const char *reason; /* ... for this reason, NULL: it is the end */
    uint64_t used;      /* octets before at */
    uint8_t *frame;     /* DIAG_MOST octets and more */
    struct diag_crc crc;
    bool checksums; /* some are right */
    bool begun;     /* an item has been found */
    uint64_t units; /* headed packets: the time of the one before, 1.25 ms; 0: none */
};

#define DIAG_WINDOW (2 * (size_t)DIAG_MOST + DAPS_BOUND((size_t)256 * 1024, 64))

/* Makes n octets be there, at most DIAG_WINDOW; false: there are fewer. */
bool diag_have(struct diag *diag, size_t n);
static inline void diag_use(struct diag *diag, size_t n)
{
    diag->at += n;
    diag->used += n;
}

/* diag_frames.c, diag_packets.c: the next item; false: there is none. */
bool diag_next_frame(struct diag *diag, struct daps_record *record);
bool diag_next_packet(struct diag *diag, struct daps_record *record);
bool diag_next_headed(struct diag *diag, struct daps_record *record);
/* sdm.c: the same of Samsung's; octets of the packet that begins here, 0: none, or not whole */
bool diag_next_sdm_raw(struct diag *diag, struct daps_record *record);
bool diag_next_sdm(struct diag *diag, struct daps_record *record);
size_t sdm_raw_packet(const uint8_t *octets, size_t n);
size_t sdm_logged_packet(const uint8_t *octets, size_t n);

#endif
