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

/* ---- headed packets ---- */

#define DAY_UNITS UINT64_C(69120000) /* of 1.25 ms */

static uint64_t units_at(const uint8_t *octets)
{
    uint64_t units = 0;

    for (unsigned i = 0; i < 6; i++)
        units |= (uint64_t)octets[i] << 8 * i;
    return units;
}

/* Is the time of an item in what is skipped, within a day of that before? Then its head is damaged: 1 in 10^6 by
 * chance. */
static bool hides_item(const struct diag *diag, size_t n)
{
    for (size_t i = 0; diag->units != 0 && i < n && diag->at + i + 6 <= diag->end; i++) {
        const uint64_t units = units_at(here(diag) + i);
        if (units + DAY_UNITS > diag->units && units < diag->units + DAY_UNITS)
            return true;
    }
    return false;
}

/* Octets of the command at hand; 0: there is none. */
static size_t headed_length(struct diag *diag)
{
    const uint8_t *log = here(diag);

    return log[0] == DIAG_LOG && log[1] == 0 && diag_le16(log + 2) == diag_le16(log + 4) &&
                   diag_is_packet(log + DIAG_LOG_HEADER)
               ? (size_t)diag_le16(log + 2) + DIAG_LOG_HEADER
               : 0;
}

/* What is no packet is the container's own, and skipped; an item with a damaged head is not. False: the log ends. */
static bool skip_to_packet(struct diag *diag, size_t *length, size_t *skipped, bool *hidden)
{
    while (diag_have(diag, DIAG_LOG_HEADER + DIAG_PACKET_HEADER)) {
        const uint8_t *log;
        size_t before;
        *length = headed_length(diag);
        if (*length > 0)
            return true;
        log = memchr(here(diag) + 1, DIAG_LOG, diag->end - diag->at - 1);
        before = log != NULL ? (size_t)(log - here(diag)) : diag->end - diag->at;
        *hidden |= hides_item(diag, before);
        *skipped += before;
        diag_use(diag, before);
    }
    *skipped += diag->end - diag->at;
    diag_use(diag, diag->end - diag->at);
    return false;
}

bool diag_next_headed(struct diag *diag, struct daps_record *record)
{
    size_t length = 0, skipped = 0;
    bool hidden = false;
    const bool there = skip_to_packet(diag, &length, &skipped, &hidden);

    if (hidden) {
        record->diag = DAPS_DIAG_FOREIGN;
        record->foreign = (uint32_t)MIN(skipped, UINT32_MAX);
        return true;
    }
    if (!there)
        return false;
    if (!diag_have(diag, length))
        return take_cut(diag, record);
    diag->units = units_at(here(diag) + DIAG_LOG_HEADER + 6);
    take(diag, record, length);
    return true;
}
