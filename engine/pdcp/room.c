/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The waiting room of a UE: signalling that no key explains yet, or that can only belong to an attempt whose command
 * the capture has not shown yet. Legs, logs and clocks of one capture may be out of step, so a command may come after
 * the first PDUs under its key.
 *
 * A PDU leaves when a context that comes into being explains it. Where nothing does: one that verifies under no key
 * leaves when the room is full or the capture ends, and is counted then; a suspect (it verifies, but its COUNT is
 * taken, or its context has ended) leaves when the time is over by which clocks can differ.
 */
#include <string.h>

#include "daps/bound.h"
#include "pdcp/inside.h"

#define MOST_PDUS   DAPS_BOUND(32, 3)
#define MOST_OCTETS DAPS_BOUND(32768U, 256U)
#define FIRST_PDUS  2

struct waiter {
    struct daps_pdu pdu;          /* octets owned */
    bool suspect, known;          /* known: a log has its record */
    enum daps_pdcp_status status; /* it was answered with */
    uint32_t failed_in;           /* context that it was held against, 0 none */
    struct pdcp_need need;        /* when it came */
};

struct pdcp_room {
    unsigned n;
    size_t octets;
    unsigned places;
    struct waiter *at;      /* in the order they came; owned, with room for as many as places */
    uint8_t *current;       /* of the PDU that left last ... */
    struct daps_pdu newest; /* ... which is this one */
};

void pdcp_room_free(struct pdcp_room *room)
{
    if (room == NULL)
        return;
    for (unsigned i = 0; i < room->n; i++)
        g_free((uint8_t *)(uintptr_t)room->at[i].pdu.octets);
    g_free(room->at);
    g_free(room->current);
    g_free(room);
}

void pdcp_room_rest(struct pdcp_room **room)
{
    if (*room != NULL && (*room)->n == 0)
        g_clear_pointer(room, pdcp_room_free);
}

size_t pdcp_room_octets(const struct pdcp_room *room)
{
    return room != NULL ? sizeof *room + room->places * sizeof *room->at + room->octets : 0;
}

bool pdcp_room_decides(const struct pdcp_room *room)
{
    for (unsigned i = 0; room != NULL && i < room->n; i++) {
        if (room->at[i].suspect)
            return true;
    }
    return false;
}

static bool share_sn(const struct daps_pdu *a, const struct daps_pdu *b)
{
    return a->bearer == b->bearer && a->downlink == b->downlink && pdcp_sn(a) == pdcp_sn(b) &&
           (a->length != b->length || memcmp(a->octets, b->octets, a->length) != 0);
}

bool pdcp_room_contests(const struct pdcp_room *room, int64_t since_ns, const struct daps_pdu *pdu)
{
    for (unsigned i = 0; room != NULL && i < room->n; i++) {
        const struct waiter *waiter = &room->at[i];
        if (waiter->suspect || waiter->pdu.time_ns < since_ns)
            continue;
        if (share_sn(&waiter->pdu, pdu))
            return true;
        for (unsigned k = 0; k < i; k++) {
            if (!room->at[k].suspect && room->at[k].pdu.time_ns >= since_ns && share_sn(&waiter->pdu, &room->at[k].pdu))
                return true;
        }
    }
    return false;
}

struct pdcp_room *pdcp_room_copy(const struct pdcp_room *room, bool with_octets)
{
    struct pdcp_room *copy;

    if (room == NULL || room->n == 0)
        return NULL;
    copy = g_memdup2(room, sizeof *room);
    copy->current = NULL;
    copy->at = g_memdup2(room->at, room->places * sizeof *room->at);
    for (unsigned i = 0; i < copy->n; i++) {
        struct daps_pdu *pdu = &copy->at[i].pdu;
        pdu->octets = with_octets ? g_memdup2(pdu->octets, pdu->length) : NULL;
    }
    return copy;
}

/* Takes one out; its octets are the caller's. */
static struct waiter take_out(struct pdcp_room *room, unsigned i)
{
    const struct waiter out = room->at[i];

    room->octets -= out.pdu.length;
    memmove(&room->at[i], &room->at[i + 1], (--room->n - i) * sizeof room->at[0]);
    return out;
}

/* It leaves unread: what was put off when it came is counted now. */
static void count_unread(struct daps_pdcp *pdcp, const struct waiter *waiter)
{
    if (waiter->status == DAPS_PDCP_UNREADABLE) {
        pdcp_counts(pdcp)->pdcp.unreadable++;
        if (waiter->known)
            pdcp_note_not_judged(pdcp, &waiter->pdu, false); /* the log says what, but not under which key */
        else
            pdcp_note_unreadable(pdcp, &waiter->pdu, &waiter->need);
    } else {
        pdcp_counts(pdcp)->pdcp.unverified++;
        pdcp_note_not_judged(pdcp, &waiter->pdu, true);
    }
}

void pdcp_tell_read(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_reading *reading)
{
    const struct daps_sink *sink = pdcp->host.sink;
    const struct daps_pdu rrc = {.frame = pdu->frame,
                                 .time_ns = pdu->time_ns,
                                 .ue_key = pdu->ue_key,
                                 .channel = reading->channel,
                                 .logged_cell = {-1, -1},
                                 .deciphered = reading->ciphered,
                                 .octets = reading->rrc,
                                 .length = reading->length};

    if (reading->ciphered)
        pdcp_counts(pdcp)->pdcp.deciphered++;
    else
        pdcp_counts(pdcp)->pdcp.clear++;
    pdcp_counts(pdcp)->rrc_messages++;
    if (sink->rrc != NULL && !pdcp->ue.is_copy)
        sink->rrc(sink->user, pdcp->ue.name, &rrc, reading->key);
}

/* Nothing came for the oldest one. */
static void turn_out(struct daps_pdcp *pdcp)
{
    struct waiter out = take_out(pdcp->room, 0);
    struct pdcp_reading reading = {.known = out.known};

    if (!out.suspect || !pdcp_place(pdcp, &out.pdu, PDCP_TIME_IS_OVER, &reading))
        count_unread(pdcp, &out);
    else if (reading.status == DAPS_PDCP_READ)
        pdcp_tell_read(pdcp, &out.pdu, &reading);
    g_free((uint8_t *)(uintptr_t)out.pdu.octets);
}

bool pdcp_wait(struct daps_pdcp *pdcp, const struct pdcp_reading *reading, bool suspect, uint32_t failed_in)
{
    const struct daps_pdu *pdu = reading->pdu;
    struct waiter in = {.pdu = *pdu,
                        .suspect = suspect,
                        .known = reading->known,
                        .status = reading->status,
                        .failed_in = failed_in,
                        .need = reading->need};

    if (pdu->length > MOST_OCTETS)
        return false;
    if (pdcp->room == NULL)
        pdcp->room = g_new0(struct pdcp_room, 1);
    while (pdcp->room->n == MOST_PDUS || pdcp->room->octets + pdu->length > MOST_OCTETS)
        turn_out(pdcp);
    if (pdcp->room->n == pdcp->room->places) {
        pdcp->room->places = pdcp->room->places == 0 ? FIRST_PDUS : 2 * pdcp->room->places;
        pdcp->room->at = g_renew(struct waiter, pdcp->room->at, pdcp->room->places);
    }
    in.pdu.octets = g_memdup2(pdu->octets, pdu->length);
    pdcp->room->octets += pdu->length;
    pdcp->room->at[pdcp->room->n++] = in;
    return true;
}

/* It was held against that context, and against what may have changed the key; neither holds. */
static void take_back(struct daps_pdcp *pdcp, const struct waiter *waiter)
{
    struct pdcp_context *context = waiter->failed_in != 0 ? pdcp_context_of(pdcp, waiter->failed_in) : NULL;

    if (context != NULL && context->failed > 0) {
        context->failed--;
        pdcp_tell_unfit(pdcp, context, &waiter->pdu);
    }
    if (!waiter->suspect && !waiter->known && waiter->pdu.downlink)
        pdcp->dl_credit = MIN(pdcp->dl_credit + 1, 1);
}

bool daps_pdcp_next(struct daps_pdcp *pdcp, struct pdcp_reading *reading)
{
    struct pdcp_room *room = pdcp->room;

    if (room == NULL || room->n == 0) {
        pdcp->changed = false;
        return false;
    }
    pdcp_look(pdcp);
    for (unsigned i = 0; i < room->n; i++) {
        struct waiter *waiter = &room->at[i];
        const bool over = waiter->suspect && pdcp_is_later(pdcp->now_ns, waiter->pdu.time_ns, PDCP_DISORDER_NS);
        struct waiter out;
        if (!over && !pdcp->changed)
            continue;
        *reading = (struct pdcp_reading){.cell = {-1, -1}, .pdu = &waiter->pdu, .known = waiter->known};
        if (!pdcp_place(pdcp, &waiter->pdu, over ? PDCP_TIME_IS_OVER : PDCP_HAS_WAITED, reading))
            continue;
        out = take_out(room, i);
        take_back(pdcp, &out);
        g_free(room->current);
        room->current = (uint8_t *)(uintptr_t)out.pdu.octets;
        room->newest = out.pdu;
        reading->pdu = &room->newest;
        return true;
    }
    pdcp->changed = false;
    return false;
}

void pdcp_room_close(struct daps_pdcp *pdcp)
{
    while (pdcp->room != NULL && pdcp->room->n > 0)
        turn_out(pdcp);
}
