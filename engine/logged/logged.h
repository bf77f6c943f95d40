/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a phone's own log says of PDCP PDUs: key, COUNT, BEARER and DIRECTION of each by value. Keys cross to the event
 * as digests; PDUs are entered in a ledger by key, and collide there. Which stay under a key a PDU belongs to is the
 * business of ue/, which sees what RRC commanded.
 */
#ifndef DAPS_LOGGED_H
#define DAPS_LOGGED_H

#include "daps/event.h"
#include "daps/finding.h"
#include "daps/pdu.h"
#include "ledger/ledger.h"

struct logged; /* of one UE */

struct logged_host {
    void *user;
    void (*evidence)(void *user, const struct daps_event *ev);
    /* The newest stay under that key (a serial), 0: nobody can tell; whether it is the one in force. */
    uint32_t (*stay)(const void *user, uint64_t digest, bool *current);
    const char *(*name)(const void *user, uint32_t stay); /* of its key, or "" */
    bool (*wants)(const void *user);                      /* the keys in force are not known yet */
    /* The value of the key that the standard derives for that stay, NULL if it is not known. */
    const uint8_t *(*derived)(const void *user, uint32_t stay);
    void (*unplaced)(void *user);
    void (*leaf)(void *user, const struct daps_leaf_keys *keys);
    struct daps_ledger_room *room;
};

/* Free with logged_free, NULL is fine there: keys are wiped. room as for daps_ledger_new. */
struct logged *logged_new(struct daps_ledger_room *room);
void logged_free(struct logged *logged);

/* One PDU, or keys, of layer LOGGED. */
void logged_take(struct logged *logged, const struct logged_host *host, const struct daps_pdu *pdu);

/* About what it costs in memory, but for what is counted in its room. */
size_t logged_octets(const struct logged *logged);

#endif
