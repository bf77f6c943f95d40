/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the bearers of a UE are configured, as RRC said. */
#ifndef DAPS_RADIO_BEARERS_H
#define DAPS_RADIO_BEARERS_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/framing.h"
#include "rrc/rrc.h"

#define RADIO_MOST_LCID 39 /* LTE: 32..38 by an extended LCID (TS 36.321 6.2.1) */

enum radio_mode { RADIO_MODE_UNKNOWN, RADIO_TM, RADIO_UM, RADIO_AM };

struct radio_channel {
    enum radio_mode mode;
    uint8_t sn_bits[2]; /* uplink, downlink */
    bool srb;
    uint8_t bearer; /* 0 unknown */
};

struct radio_drb {
    uint8_t sn_bits[2]; /* of PDCP; 0 unknown */
    bool sdap[2];
    bool ciphering_off;
};

/* What RRC has said of one UE's bearers. */
struct radio_ue {
    uint64_t ue_key;
    struct radio_channel channels[RADIO_MOST_LCID]; /* by LCID */
    bool extended_li[RADIO_MOST_LCID][2];           /* LTE: length indicators of 15 bits (TS 36.322 6.2.2.5) */
    struct radio_drb drbs[33];                      /* by drb-Identity */
    uint8_t srb_sn_bits[5];                         /* of PDCP, where RRC said so (pdcp-verChange); 0: by technology */
};

struct bearers;

/* Free with bearers_free, NULL is fine there. */
struct bearers *bearers_new(unsigned srbs, uint8_t srb_rlc_sn); /* SRBs until told otherwise, each on its LCID */
void bearers_free(struct bearers *bearers);

/* What a decoded message of that UE said about its bearers. */
void bearers_learn(struct bearers *bearers, uint64_t ue_key, const struct daps_rrc_result *result);

/* A bearer that every UE has until RRC says otherwise. */
void bearers_assume(struct bearers *bearers, const struct daps_framing_drb *drb);

/* UEs whose configuration gave way because too many had one. */
uint64_t bearers_evicted(const struct bearers *bearers);

/* Never NULL. */
const struct radio_ue *bearers_of(struct bearers *bearers, uint64_t ue_key);

/* Bits of the SN of PDCP of that SRB. */
uint8_t bearers_srb_sn_bits(struct bearers *bearers, uint64_t ue_key, enum daps_rat rat, unsigned srb);

#endif
