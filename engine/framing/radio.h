/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the bearers of a UE are configured, as RRC said. */
#ifndef DAPS_FRAMING_RADIO_H
#define DAPS_FRAMING_RADIO_H

#include <stdbool.h>
#include <stdint.h>

#include "daps/engine.h"

#define RADIO_MOST_LCID 33

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
    struct radio_drb drbs[33];                      /* by drb-Identity */
};

struct radio;

struct daps_framing_drb;

struct radio *radio_new(void);
void radio_free(struct radio *radio);

/* What a decoded message of that UE said about its bearers. */
void radio_learn(struct radio *radio, uint64_t ue_key, const struct daps_rrc_result *result);

/* A bearer that every UE has until RRC says otherwise. */
void radio_assume(struct radio *radio, const struct daps_framing_drb *drb);

/* UEs whose configuration gave way because too many had one. */
uint64_t radio_evicted(const struct radio *radio);

/* Never NULL. */
const struct radio_ue *radio_ue(struct radio *radio, uint64_t ue_key);

#endif
