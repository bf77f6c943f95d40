/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the room share; not for others. */
#ifndef DAPS_AP_INSIDE_H
#define DAPS_AP_INSIDE_H

#include <glib.h>

#include "ap/ap.h"
#include "bytes/bits.h"
#include "bytes/digest.h"
#include "daps/bound.h"
#include "daps/kdf.h"

#define AP_MOST_UES DAPS_BOUND(65536, 4) /* the one met longest ago gives way */

/* What one PDU holds of what is wanted, whichever protocol it is of. */
struct ap_span {
    const uint8_t *octets; /* NULL: not there */
    size_t length;
};

struct ap_message {
    const struct daps_pdu *pdu;
    unsigned choice;    /* 0 initiatingMessage, 1 successfulOutcome, 2 unsuccessfulOutcome */
    unsigned procedure; /* procedureCode */
    bool has_mme_id, has_old_id, has_new_id, has_key, has_ncc, conditional, unread;
    uint32_t mme_id, old_id, old_extension;
    unsigned handover_type; /* 0: intralte */
    int ncc;
    uint8_t key[32]; /* wiped by ap_take */
    struct ap_span source_to_target, target_to_source, rrc_context;
};

/* A handover from the moment its source asks for it until its outcome is known. */
struct ap_preparation {
    bool there;
    bool x2;
    bool agreed;     /* something shows that the target did; with its command, if that is in the capture: */
    bool told;       /* the command has been handed over */
    uint64_t frame;  /* of the request */
    uint64_t digest; /* of its octets */
    struct daps_node_cell source;
    uint64_t from, to; /* eNBs, as ap_node() has them; 0 not known */
    uint64_t key_frame;
    bool has_key;
    int ncc;
    uint8_t key[32]; /* KeNB* (X2), NH (S1) */
};

enum { AP_NAMES = 5 };
enum ap_name { AP_NAME_S1, AP_NAME_S1_TARGET, AP_NAME_ENB, AP_NAME_X2, AP_NAME_CONTAINER };

struct ap_ue {
    uint64_t key;             /* of the engine's UE */
    uint64_t names[AP_NAMES]; /* by which it is found; 0 none */
    GList link;               /* in by_age */
    bool begun;               /* the engine has been told of it */
    uint64_t secured;         /* digest of the KeNB it was given last */
    uint64_t switched;        /* digest of the PathSwitchRequest that told the MME last */
    bool path_switch_due;     /* X2: reached, and the MME has not been told yet */
    uint32_t mme_id;
    bool has_fresh; /* the NH of a PathSwitchRequestAcknowledge, */
    bool new_due;   /* the KeNB of a context modification that is not answered yet */
    int fresh_ncc;
    uint8_t fresh_nh[32], new_kenb[32];
    struct ap_preparation handover;
};

struct ap {
    struct ap_sink sink;
    GHashTable *by_name; /* of all kinds; UEs owned */
    GQueue by_age;       /* the same, the one met longest ago first */
    uint64_t n_keys;
};

/* ues.c: names, each a digest of its kind and parts. */
uint64_t ap_node(const struct daps_endpoint *endpoint, bool with_port); /* 0: no address */
uint64_t ap_name(enum ap_name kind, uint64_t scope, uint64_t id);
struct ap_ue *ap_find(struct ap *ap, uint64_t name); /* NULL none; it is the newest now */
struct ap_ue *ap_add(struct ap *ap, uint64_t frame);
void ap_rename(struct ap *ap, struct ap_ue *ue, enum ap_name kind, uint64_t name); /* 0: the name goes */
void ap_remove(struct ap *ap, struct ap_ue *ue);

/* reading.c: false, the PDU cannot be read. */
bool ap_read_s1(const struct daps_pdu *pdu, struct ap_message *m);
bool ap_read_x2(const struct daps_pdu *pdu, struct ap_message *m);
struct ap_span ap_rrc_of_source(struct ap_span container);      /* TS 36.413 9.2.1.7 */
struct ap_span ap_rrc_of_target(struct ap_span container);      /* 9.2.1.9 */
struct daps_node_cell ap_source_of(struct ap_span preparation); /* TS 36.331 10.2.2 HandoverPreparationInformation */

/* handovers.c: what both protocols do with a preparation. */
void ap_say(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, enum daps_node_says what);
void ap_rekeyed(struct ap *ap, struct ap_ue *ue, const struct ap_message *m); /* by the KeNB that is due */
void ap_unfollowed(const struct ap *ap, const struct ap_message *m);
/* False: a copy of the one that is under way. */
bool ap_prepare(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, struct ap_span preparation);
void ap_command(struct ap *ap, struct ap_ue *ue, const struct ap_message *m, struct ap_span command);
void ap_sent(struct ap *ap, struct ap_ue *ue, const struct ap_message *m);
void ap_reached(struct ap *ap, struct ap_ue *ue, const struct ap_message *m);
void ap_gone(struct ap *ap, struct ap_ue *ue, const struct ap_message *m); /* refused or cancelled */
void ap_drop(struct ap *ap, struct ap_ue *ue);                             /* whatever is under way goes unanswered */

/* s1ap.c, x2ap.c */
void ap_take_s1(struct ap *ap, const struct ap_message *m);
void ap_take_x2(struct ap *ap, const struct ap_message *m);
/* Does it begin what cannot be followed if it cannot be read? */
bool ap_s1_begins(const struct ap_message *m);
bool ap_x2_begins(const struct ap_message *m);

#endif
