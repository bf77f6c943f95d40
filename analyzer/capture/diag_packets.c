/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log packets without HDLC: behind one another, or with a header that tells them from what is in between. */
#include <string.h>

#include "diag_inside.h"

static uint8_t *here(const struct diag *diag)
{
    return diag->window + diag->at;
}

static void take(struct diag *diag, struct daps_record *record, size_t length)
{
    record->data = here(diag);
    record->caplen = (uint32_t)length;
    diag_use(diag, length);
}

/* What is left is no whole packet. */
static bool take_cut(struct diag *diag, struct daps_record *record)
{
    record->diag = DAPS_DIAG_CUT;
    record->foreign = (uint32_t)(diag->end - diag->at);
    diag_use(diag, diag->end - diag->at);
    return true;
}

/* Do some packets begin at that distance, one behind the other, or up to the end? One may be there by chance. */
static bool begin_at(struct diag *diag, size_t distance)
{
    enum { ENOUGH = 3 };

    for (unsigned n = 0; n < ENOUGH; n++) {
        if (n > 0 && !diag_have(diag, distance + DIAG_PACKET_HEADER))
            return true;
        if (!diag_have(diag, distance + DIAG_PACKET_HEADER) || !diag_is_packet(here(diag) + distance))
            return false;
        distance += diag_le16(here(diag) + distance);
        if (n == 0 && !diag_have(diag, distance))
            return false;
    }
    return true;
}

/* The distance to where packets begin again, at most most: then they do not before it. */
static size_t next_begin(struct diag *diag, size_t most)
{
    size_t distance = 1;

    while (distance < most && diag_have(diag, distance + 1) && !begin_at(diag, distance))
        distance++;
    return distance;
}

static bool skip(struct diag *diag, struct daps_record *record, size_t n)
{
    record->diag = diag->begun ? DAPS_DIAG_FOREIGN : DAPS_DIAG_HEAD;
    record->foreign = (uint32_t)n;
    diag_use(diag, n);
    return true;
}

/* A packet whose successor is none has a wrong length if packets begin again inside it. */
bool diag_next_packet(struct diag *diag, struct daps_record *record)
{
    size_t length, next;

    record->linktype = DAPS_LINKTYPE_DIAG_ITEM;
    if (!diag_have(diag, 1))
        return false;
    if (!diag_have(diag, DIAG_PACKET_HEADER))
        return take_cut(diag, record);
    if (!diag_is_packet(here(diag)))
        return skip(diag, record, next_begin(diag, DIAG_MOST));
    length = diag_le16(here(diag));
    if (!begin_at(diag, 0)) {
        next = next_begin(diag, length);
        if (next < length && diag_have(diag, next + 1))
            return skip(diag, record, next);
        if (!diag_have(diag, length))
            return take_cut(diag, record);
    }
    take(diag, record, length);
    return true;
}

bool diag_next_headed(struct diag *diag, struct daps_record *record)
{
    while (diag_have(diag, DIAG_LOG_HEADER + DIAG_PACKET_HEADER)) {
        const uint8_t *log = memchr(here(diag), DIAG_LOG, diag->end - diag->at);
        const size_t before = log != NULL ? (size_t)(log - here(diag)) : diag->end - diag->at;
        size_t length;
        diag_use(diag, before);
        if (!diag_have(diag, DIAG_LOG_HEADER + DIAG_PACKET_HEADER))
            break;
        log = here(diag);
        length = log[1] == 0 && diag_le16(log + 2) == diag_le16(log + 4) && diag_is_packet(log + DIAG_LOG_HEADER)
                     ? (size_t)diag_le16(log + 2) + DIAG_LOG_HEADER
                     : 0;
        if (length > 0 && !diag_have(diag, length))
            return take_cut(diag, record);
        if (length > 0) {
            take(diag, record, length);
            return true;
        }
        diag_use(diag, 1);
    }
    diag_use(diag, diag->end - diag->at);
    return false;
}
