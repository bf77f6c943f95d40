/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What S1AP (TS 36.413) and X2AP (TS 36.423) say of keys and handovers of UEs. PDUs in; out comes what each says, of
 * which UE, and the RRC that goes between the nodes. UEs are told apart by the identities that the nodes give them:
 *
 *     S1   MME UE S1AP ID, at one MME                       a handover gives a new one: the MME passes the source's
 *                                                           container on as it is, which joins the two
 *     X2   Old eNB UE X2AP ID, between two eNBs             joined to S1 by the MME UE S1AP ID in the request, at the
 *                                                           eNB that sends it
 *
 * Key values stay in here and with whoever is told of them during a call; they are wiped. Memory is bounded: the UE met
 * longest ago gives way.
 */
#ifndef DAPS_AP_H
#define DAPS_AP_H

#include "daps/evidence.h"
#include "daps/pdu.h"

struct ap;

/* What one PDU says of a UE. Key values are valid during the call only. */
struct ap_said {
    enum daps_node_says what;
    uint64_t ue_key;
    uint64_t frame;
    int64_t time_ns;
    struct daps_node_cell source; /* PREPARES */
    const uint8_t *kenb;          /* SECURED, REKEYED: KeNB, 32 octets; NULL: not in the capture */
    /* KEY: what the command that was handed over just before leads to. */
    uint64_t key_frame;  /* of the message that carried ... */
    const uint8_t *star; /* ... KeNB* (X2), or NULL and ... */
    const uint8_t *nh;   /* ... NH (S1) */
    int ncc;             /* beside it */
    const uint8_t
        *fresh_nh; /* X2: an NH that the MME has given the source before (TS 33.401 7.2.8.4.2), or NULL; ... */
    int fresh_ncc; /* ... its NCC */
};

struct ap_sink {
    void *user;
    void (*says)(void *user, const struct ap_said *said);
    void (*rrc)(void *user, const struct daps_pdu *pdu); /* a HandoverCommand of a UE */
    void (*unfollowed)(void *user, uint64_t frame);      /* a handover that cannot be followed began there */
};

/* State of one capture. sink is copied. Free with ap_free, NULL is fine there. */
struct ap *ap_new(const struct ap_sink *sink);
void ap_free(struct ap *ap);

/* One PDU, of layer DAPS_LAYER_AP. */
void ap_take(struct ap *ap, const struct daps_pdu *pdu);

/* The capture has ended: preparations that nothing answers are said. */
void ap_finish(struct ap *ap);

#endif
