/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share; not for others. */
#ifndef DAPS_ENGINE_PDCP_INSIDE_H
#define DAPS_ENGINE_PDCP_INSIDE_H

#include "bytes/digest.h"
#include "pdcp/header.h"
#include "pdcp/pdcp.h"
#include "ue/ue.h"

#define MAC DAPS_MAC_OCTETS

/* Where a PDU belongs. */
struct pdcp_placed {
    struct pdcp_period *period;
    struct pdcp_attempted how;
};

static inline struct daps_engine_counts *pdcp_counts(const struct daps_pdcp *pdcp)
{
    return daps_engine_counters(pdcp->ue->engine);
}

static inline struct pdcp_count *pdcp_count_of(struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    return pdu->srb ? &period->srb[pdu->bearer - 1][pdu->downlink] : &period->drb[pdu->bearer - 1][pdu->downlink];
}

/* Is ciphering on in that direction? */
static inline bool pdcp_is_active(const struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    return pdu->downlink ? period->dl_active : period->ul_active;
}

/* place_mac.c: the period whose key makes the MAC-I right. */
bool pdcp_place_by_mac(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                       struct pdcp_placed *placed);
bool pdcp_is_supported(const struct daps_pdcp *pdcp, const struct pdcp_period *period);
/* Is the key of the period, or one it could have been derived from, at hand? */
bool pdcp_has_key(const struct daps_pdcp *pdcp, const struct pdcp_period *period);
/* Is its own at hand, so that a wrong MAC-I rules the period out? Does that hold for every period? */
bool pdcp_is_keyed(const struct daps_pdcp *pdcp, const struct pdcp_period *period);
bool pdcp_all_keyed(const struct daps_pdcp *pdcp);
/* The capture began behind the security mode command: algorithms by MAC-I. */
void pdcp_find_algorithms(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn);

/* place_rule.c: the one period that connection or COUNT point to; NULL if it stays open. */
struct pdcp_period *pdcp_place_by_rule(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn);

/* clear.c: signalling that is sent in clear. */
bool pdcp_mac_is_zero(const struct daps_pdcp_pdu *pdu);
enum daps_event_kind pdcp_kind_if_clear(const struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu);
bool pdcp_is_clear_by_rule(const struct daps_pdcp *pdcp, const struct pdcp_period *period,
                           const struct daps_pdcp_pdu *pdu);
void pdcp_hand_clear(const struct daps_pdcp_pdu *pdu, struct pdcp_reading *reading);
void pdcp_read_unprotected(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                           struct pdcp_reading *reading);

/* entries.c: the PDU has that COUNT of that period ... */
void pdcp_take(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, uint32_t count);
/* ... and goes into the ledger; true if its contents are new. header: octets in front of what is ciphered. */
bool pdcp_enter(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, size_t header,
                uint32_t count, bool ciphered, bool verified);

/* user.c */
void pdcp_read_user(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, const struct pdcp_header *header);

#endif
