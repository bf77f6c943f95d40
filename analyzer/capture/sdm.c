/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of Samsung's modems, packet by packet; the record is what both kinds of file have alike, from the kind on
 * (engine/framing/sdm.c has what is in it). Little-endian:
 *
 *     raw:  7f | u16 length | 00 | u16 the same less 3 | u16 | u8 kind | u8 group | u8 command | u32 | body | 7e,
 *           length + 1 octets behind the 7f
 *     .sdm: a file header nobody describes, then packets: u16 length of the rest | u16 7f39 | u48 time, in ms since
 *           1970 | u16 | u8 kind | u8 group | u8 command | u32 | body
 */
#include "diag_inside.h"

enum { RAW_BEGIN = 0x7f, RAW_END = 0x7e, RAW_LEAST = 16, RAW_HEAD = 8, RAW_AROUND = 2 };
enum { LOGGED_MAGIC = 0x7f39, LOGGED_LEAST = 17, LOGGED_HEAD = 12, LOGGED_TIME = 4, LENGTH = 2, MOST = 65535 + LENGTH };

size_t sdm_raw_packet(const uint8_t *octets, size_t n)
{
    size_t length;

    if (n < RAW_LEAST || octets[0] != RAW_BEGIN || octets[3] != 0)
        return 0;
    length = diag_le16(octets + 1);
    if (length + RAW_AROUND < RAW_LEAST || (size_t)diag_le16(octets + 4) + 3 != length || length + RAW_AROUND > n)
        return 0;
    return octets[1 + length] == RAW_END ? length + RAW_AROUND : 0;
}

size_t sdm_logged_packet(const uint8_t *octets, size_t n)
{
    size_t length;

    if (n < LENGTH + 2 || diag_le16(octets + LENGTH) != LOGGED_MAGIC)
        return 0;
    length = diag_le16(octets);
    return length >= LOGGED_LEAST && length + LENGTH <= n ? length + LENGTH : 0;
}

/* Octets up to the next packet, or the end: none of them begins one. */
static size_t skipped(struct diag *diag, size_t (*packet)(const uint8_t *octets, size_t n))
{
    size_t n = 0;

    while (n < MOST && diag_have(diag, n + 1) &&
           ((void)diag_have(diag, n + MOST), packet(diag->window + diag->at + n, diag->end - diag->at - n) == 0))
        n++;
    return n;
}

static bool next(struct diag *diag, struct daps_record *record, size_t (*packet)(const uint8_t *octets, size_t n),
                 size_t head, size_t tail)
{
    size_t length, none;

    record->linktype = DAPS_LINKTYPE_SDM;
    if (!diag_have(diag, 1))
        return false;
    none = skipped(diag, packet);
    if (none > 0) {
        record->diag = diag->begun ? DAPS_DIAG_FOREIGN : DAPS_DIAG_HEAD;
        if (diag->begun && !diag_have(diag, none + 1))
            record->diag = DAPS_DIAG_CUT;
        record->foreign = (uint32_t)none;
        diag_use(diag, none);
        return true;
    }
    length = packet(diag->window + diag->at, diag->end - diag->at);
    record->data = diag->window + diag->at + head;
    record->caplen = (uint32_t)(length - head - tail);
    diag_use(diag, length);
    return true;
}

bool diag_next_sdm_raw(struct diag *diag, struct daps_record *record)
{
    return next(diag, record, sdm_raw_packet, RAW_HEAD, 1);
}

bool diag_next_sdm(struct diag *diag, struct daps_record *record)
{
    const bool there = next(diag, record, sdm_logged_packet, LOGGED_HEAD, 0);
    const uint8_t *time = record->data - LOGGED_HEAD + LOGGED_TIME;
    int64_t ms = 0;

    if (!there || record->caplen == 0)
        return there;
    for (unsigned i = 0; i < 6; i++)
        ms |= (int64_t)time[i] << 8 * i;
    if (ms < INT64_MAX / 1000000)
        record->time_ns = ms * 1000000;
    return true;
}
