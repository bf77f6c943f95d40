/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a MAC, RLC or PDCP PDU is, and how its bearer is configured.
 *
 * Framings name a UE by a UEId, a C-RNTI or both, and nothing in them links the connection before a handover to the one
 * behind it. What links them is RRC: a command names the C-RNTI of the target (newUE-Identity), a re-establishment
 * request that of the source. A UEId other than 0 is taken to stay with its UE.
 */
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

/* One connection as a framing names it. */
struct radio_name {
    bool has_ue_id, has_rnti;
    uint16_t ue_id, rnti;
    bool first_access; /* comes with a CCCH message, which no handover has; not part of the name */
    bool of_log;       /* of a log that is about one UE by itself (GSMTAP), ... */
    uint64_t log_key;  /* ... which it gives this key */
};

/* A name to be filled, of a log that is about one UE (log_key) or not (NULL). */
static inline struct radio_name radio_name_of(const uint64_t *log_key)
{
    return (struct radio_name){.of_log = log_key, .log_key = log_key ? *log_key : 0};
}

struct radio_link {
    struct radio_name name;
    uint64_t ue_key;
    uint64_t leg; /* C-RNTI + 1, 0 unknown */
    uint64_t frame;
    bool by_ue_id;  /* joined to its UE by a UEId known before */
    bool only_ccch; /* nothing but an uplink CCCH message so far */
};

struct radio;

struct daps_framing_drb;

struct radio *radio_new(void);
void radio_free(struct radio *radio);

/* The link of that name; one not met before is joined to the UE it must belong to, or is a new UE's. */
struct radio_link *radio_link(struct radio *radio, const struct radio_name *name, uint64_t frame);

/* UEId of the link looked up last, -1 if it has none. */
int32_t radio_last_ue_id(const struct radio *radio);

/* An uplink CCCH message on link: a re-establishment request tells whose it is (TS 38.331 5.3.7.4). */
void radio_ccch(struct radio *radio, struct radio_link *link, enum daps_channel channel, const uint8_t *octets,
                size_t length);

/* What a decoded message of that UE said about bearers and about C-RNTIs to come. */
void radio_learn(struct radio *radio, uint64_t ue_key, const struct daps_rrc_result *result);

/* A bearer that every UE has until RRC says otherwise. */
void radio_assume(struct radio *radio, const struct daps_framing_drb *drb);

/* Never NULL. */
const struct radio_ue *radio_ue(struct radio *radio, uint64_t ue_key);

#endif
