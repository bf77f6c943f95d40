/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a UE's messages look like below RRC: AS keys as the handovers derive them (TS 33.501 A.8 to A.11, TS 33.401 A.3
 * to A.7), PDCP PDUs with COUNT, ciphering and integrity (TS 38.323, TS 36.323), and the legs of a handover.
 */
#ifndef DAPS_SYNTH_AIR_H
#define DAPS_SYNTH_AIR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "daps/cipher.h"
#include "synth/messages.h"

/* Ways in which a network departs from TS 33.501. */
enum air_quirk {
    AIR_CONFORMANT,
    AIR_POINT_A,       /* KgNB* from the ARFCN of Point A */
    AIR_CARRIER,       /* from that of the centre of the carrier */
    AIR_TWO_OCTETS,    /* ARFCNs below 65536 in two octets */
    AIR_STORED_NCC,    /* the NCC of a command compared with that of the failed one before it */
    AIR_NH_AHEAD,      /* the NH behind the one that the NCC means */
    AIR_FAILED_PARENT, /* after a failure KgNB* from the failed key in place of the active one */
};

/* One security context with the entities that use it. */
struct air_leg {
    bool secured, ul_ciphered, dl_ciphered;
    uint8_t key[32];
    uint32_t n; /* index of NH */
    int nea, nia;
    int32_t c_rnti;
    uint32_t srb1[2];     /* next COUNT, uplink and downlink */
    uint32_t srb1_rlc[2]; /* next SN */
};

struct air {
    enum daps_rat rat;
    struct daps_ciphers *ciphers;
    bool has_kamf, has_kgnb;
    uint8_t kamf[32], root[32]; /* root: KgNB the NH chain starts from */
    uint8_t nh[32];             /* the one that nh_n steps from the root lead to; 0: the root */
    uint32_t nh_n;
    uint32_t ul_nas_count;
    struct air_leg active, target;
    bool open;        /* target is there */
    bool clear_once;  /* the next message is integrity protected only */
    bool connected;   /* the scenario showed how */
    bool new_key_set; /* made, and no NAS message since: the same one comes again (TS 33.501 6.9.2.3.4) */
    bool contention;  /* the next uplink message goes in Msg3 */
    int suspend_ncc;
    enum air_quirk quirk;
    bool stored;       /* a command with a key change has failed: */
    uint32_t stored_n; /* its NCC, as an index */
    uint8_t failed_key[32];
    uint32_t drb[33][2], drb_rlc[33][2];
    int32_t pci, ssb_arfcn; /* of the active cell */
    GByteArray *plain;      /* the newest PDU as it was before ciphering, NULL none yet */
};

/* key_line: KGNB or KAMF line of a key log, or empty: then a key of the UE's own, which nobody is told. */
void air_start(struct air *air, unsigned ue, const char *key_line);
void air_stop(struct air *air);

/* RRCSetup: no security, entities from zero. */
void air_connect(struct air *air, int32_t c_rnti, const struct synth_cell *cell);

/* Security mode command: KgNB with these algorithms. */
void air_secure(struct air *air, int nea, int nia);

/* A handover command has been sent, or a candidate is executed: the target's leg opens. */
void air_command(struct air *air, const struct synth_command *command);

/* The open handover ended in the target, or the UE is back in the source. */
void air_settle(struct air *air, bool in_target);

/* Re-establishment or resume in that cell: a new key at once. */
void air_rekey(struct air *air, int ncc, const struct synth_cell *cell, int32_t c_rnti);

/* The scenario begins in the middle of a connection: NEA2, NIA2 and some COUNTs. */
void air_assume_connected(struct air *air, int32_t c_rnti, const struct synth_cell *cell);

/* keySetChangeIndicator: KgNB anew from KAMF; line of the key log for it in out, "" if there is none. */
void air_new_key_set(struct air *air, unsigned ue, char *out, size_t size);

struct air_pdu {
    bool downlink, srb, msg3, um;
    unsigned bearer;
    int32_t c_rnti;
    uint32_t rlc_sn;
    uint32_t *next_rlc_sn; /* LTE: every PDU has one */
    unsigned sn_bits;
    uint32_t count;
    bool ciphered;
    const struct air_leg *leg; /* whose keys it has; this and the next until the next call */
    const GByteArray *plain;   /* as it was before ciphering */
};

/* rrc as PDCP PDU of SRB1 on the leg in use. Caller unrefs. */
GByteArray *air_signalling(struct air *air, bool downlink, const GByteArray *rrc, struct air_pdu *pdu);

/* User data on a DRB; source: over the source's leg although a target is open. */
GByteArray *air_data(struct air *air, bool downlink, unsigned drb, bool source, unsigned sn_bits,
                     const GByteArray *data, struct air_pdu *pdu);

#endif
