/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HDLC frames. What is between two flags is an item, whatever it is, so that every loss is seen. Where a checksum is
 * wrong the two lengths of a log command still tell whether it is whole; and a whole one at the end of what is between
 * two flags, behind something foreign, is found by its lengths and its checksum.
 */
#include <string.h>

#include "diag_inside.h"

/* Octets up to the next flag, at most DIAG_WINDOW - 1. *flagged: there is one; else the log ends before it. */
static size_t length_to_flag(struct diag *diag, bool *flagged)
{
    size_t seen = 0;
    const uint8_t *flag = NULL;

    while (flag == NULL && seen + 1 < DIAG_WINDOW && diag_have(diag, seen + 1)) {
        const size_t there = diag->end - diag->at;
        flag = memchr(diag->window + diag->at + seen, DIAG_FLAG, there - seen);
        seen = flag != NULL ? (size_t)(flag - (diag->window + diag->at)) : there;
    }
    *flagged = flag != NULL;
    return MIN(seen, DIAG_WINDOW - 1);
}

/* A log command that is damaged, by its head; no file's own header looks so. */
static bool begins_command(const uint8_t *frame, size_t n)
{
    const size_t at = n > DIAG_SUBSCRIPTION_HEADER && frame[0] == DIAG_OF_SUBSCRIPTION ? DIAG_SUBSCRIPTION_HEADER : 0;

    return n >= at + DIAG_LOG_HEADER + DIAG_PACKET_HEADER && frame[at] == DIAG_LOG &&
           diag_le16(frame + at + 2) == diag_le16(frame + at + DIAG_LOG_HEADER) &&
           diag_is_packet(frame + at + DIAG_LOG_HEADER);
}

static bool foreign(const struct diag *diag, struct daps_record *record, size_t n)
{
    record->diag = diag->begun || begins_command(diag->frame, n) ? DAPS_DIAG_FOREIGN : DAPS_DIAG_HEAD;
    record->foreign = (uint32_t)n;
    return true;
}

/* A whole log command with a right checksum, behind something else. */
static bool find_behind(const struct diag *diag, const uint8_t *frame, size_t n, struct daps_record *record)
{
    enum { MOST_TRIES = 4 };

    for (size_t at = 1, tries = 0; tries < MOST_TRIES && at + DIAG_LOG_HEADER + DIAG_PACKET_HEADER + DIAG_CRC <= n;
         at++) {
        const size_t left = n - at, length = diag_command_length(frame + at, left);
        const bool fits = length > 0 && left - length == DIAG_CRC;
        tries += fits;
        if (fits && diag_crc_of(&diag->crc, frame + at, left) == DIAG_CRC_RIGHT) {
            record->data = frame + at;
            record->caplen = (uint32_t)length;
            record->foreign = (uint32_t)at;
            return true;
        }
    }
    return false;
}

/* What is between two flags, unescaped: n octets. */
static bool read_frame(const struct diag *diag, size_t n, struct daps_record *record)
{
    const size_t length = diag_command_length(diag->frame, n);

    if (n > DIAG_MOST || n <= DIAG_CRC)
        return foreign(diag, record, n);
    record->caplen = (uint32_t)(n - DIAG_CRC);
    if (diag_crc_of(&diag->crc, diag->frame, n) == DIAG_CRC_RIGHT)
        return true;
    if (length > 0 && n - length <= DIAG_CRC) {
        record->caplen = (uint32_t)length;
        record->diag = diag->checksums ? DAPS_DIAG_CHECKSUM_WRONG : DAPS_DIAG_CHECKSUM_UNUSED;
        return true;
    }
    if (find_behind(diag, diag->frame, n, record))
        return true;
    record->caplen = 0;
    return foreign(diag, record, n);
}

bool diag_next_frame(struct diag *diag, struct daps_record *record)
{
    bool flagged = true;
    size_t length = 0, left;

    while (flagged && length == 0) { /* flags behind one another */
        length = length_to_flag(diag, &flagged);
        if (flagged && length == 0)
            diag_use(diag, 1);
    }
    if (length == 0)
        return false;
    left = diag_unescape(diag->window + diag->at, length, diag->frame);
    diag_use(diag, length + flagged);
    if (flagged || length + 1 == DIAG_WINDOW)
        return read_frame(diag, left, record);
    if (left > DIAG_CRC && left <= DIAG_MOST && diag_crc_of(&diag->crc, diag->frame, left) == DIAG_CRC_RIGHT)
        return read_frame(diag, left, record); /* only its flag is missing */
    record->diag = DAPS_DIAG_CUT;
    record->foreign = (uint32_t)left;
    return true;
}
