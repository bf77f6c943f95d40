/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signalling that is sent in clear, before security and by rule (TS 38.331 5.3.1.1, 5.3.4.3, 5.3.7.5). */
#include <string.h>

#include "bytes/bits.h"
#include "pdcp/inside.h"

/* Behind the message there is nothing but padding bits of zero (ITU-T X.691 11.1). */
static bool ends_there(const struct daps_rrc_result *result, const uint8_t *octets, size_t length)
{
    struct daps_bits bits = daps_bits_of(octets, length);

    bits.position = result->read_bits;
    while (bits.position < bits.limit) {
        if (daps_bits_take(&bits, 1) != 0)
            return false;
    }
    return true;
}

/*
 * Four bits in a row say so of one ciphered PDU in 32: what chance makes of ciphertext lacks an algorithm (TS 38.331
 * 5.3.4.3 applies both), or goes on behind its end.
 */
static bool is_security_mode_command(const struct daps_rrc_result *result, const uint8_t *octets, size_t length)
{
    const struct daps_event *ev = &result->events[0];

    return ev->ciphering >= 0 && ev->integrity >= 0 && ends_there(result, octets, length);
}

/* What one message, taken as clear, would be; DAPS_EV_KIND_COUNT if it is not RRC at all. */
enum daps_event_kind pdcp_kind_if_clear(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    struct daps_rrc_result *trial = pdcp->host.trial;
    const struct pdcp_data data = pdcp_data(pdu);

    if (pdu->bearer != 1 ||
        daps_rrc_decode(pdu->rat, daps_channel_dcch(pdu->downlink), data.octets, data.length, trial) != DAPS_RRC_OK ||
        trial->n_events != 1)
        return DAPS_EV_KIND_COUNT;
    if (trial->events[0].kind == DAPS_EV_SECURITY_MODE_COMMAND &&
        !is_security_mode_command(trial, data.octets, data.length))
        return DAPS_EV_KIND_COUNT;
    return trial->events[0].kind;
}

bool pdcp_mac_is_zero(const struct daps_pdu *pdu)
{
    static const uint8_t zero[MAC];

    return memcmp(pdu->octets + pdu->length - MAC, zero, MAC) == 0;
}

void pdcp_hand_clear(const struct daps_pdu *pdu, struct pdcp_reading *reading)
{
    const struct pdcp_data data = pdcp_data(pdu);

    reading->status = DAPS_PDCP_READ;
    reading->rrc = data.octets;
    reading->length = data.length;
    reading->channel = daps_channel_dcch(pdu->downlink);
}

/* Before AS security (TS 38.331 5.3.1.1): no MAC, or the security mode command, whose MAC comes with its own key. */
void pdcp_read_unprotected(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn,
                           struct pdcp_reading *reading)
{
    struct pdcp_count *count = &pdcp->plain[pdu->bearer - 1][pdu->downlink];
    const uint64_t digest = daps_digest(pdu->octets, pdu->length);
    const bool next = pdcp->plain_started && sn == count->rx_next && pdu->bearer == 1;

    if (pdcp->newest_digest[pdu->bearer - 1][pdu->downlink] == digest) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    if (!pdcp_mac_is_zero(pdu) && !next &&
        !(pdu->downlink && pdu->length <= 12 && pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_SECURITY_MODE_COMMAND)) {
        reading->status = DAPS_PDCP_UNREADABLE;
        return;
    }
    if (!pdcp_mac_is_zero(pdu) && pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_KIND_COUNT) {
        reading->status = DAPS_PDCP_UNREADABLE;
        return;
    }
    reading->count = pdcp_count_infer(count, sn, pdu->sn_bits);
    pdcp_count_take(count, reading->count, pdu->sn_bits);
    pdcp->plain_leg = pdu->leg;
    reading->late = !pdcp_mac_is_zero(pdu);
    pdcp_hand_clear(pdu, reading);
}

/* Under NEA0 everything is in clear, whichever context it belongs to. */
bool pdcp_all_null(const struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (pdcp->contexts[i].nea != 0)
            return false;
    }
    return pdcp->n_contexts > 0;
}

bool pdcp_starts_over(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    const uint32_t mask = (UINT32_C(1) << pdu->sn_bits) - 1;

    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if ((pdcp->contexts[i].srb[0][pdu->downlink].rx_next & mask) == 0)
            return false;
    }
    return sn == 0;
}

/* The first uplink message of a new entity, a Complete, while candidates are armed: one was executed (5.3.5.13.5). */
const struct daps_event *pdcp_executed_in_clear(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_event *found = NULL;

    if (pdcp_mac_is_zero(pdu) && pdcp->newest_digest[0][0] == daps_digest(pdu->octets, pdu->length))
        return NULL; /* no MAC-I tells one execution from another: T304 must (daps_ue_complete_again) */
    if (pdu->downlink || ue->n_candidates == 0 || pdcp->log_beside || !pdcp_all_null(pdcp) ||
        !pdcp_starts_over(pdcp, pdu, pdcp_sn(pdu)) || pdcp_kind_if_clear(pdcp, pdu) != DAPS_EV_RECONFIGURATION_COMPLETE)
        return NULL;
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (pdu->leg == 0 || pdu->leg == (uint64_t)ue->candidates[i].c_rnti + 1)
            found = found == NULL || pdu->leg != 0 ? &ue->candidates[i] : found;
    }
    return found;
}

/* Is the next message downlink one that brings the key it is protected with? LTE of EPC: RRCConnectionResume, too. */
bool pdcp_awaits_key(const struct daps_pdcp *pdcp)
{
    const struct daps_ue_view *ue = &pdcp->ue;

    return ue->state == DAPS_UE_REESTABLISHING ||
           (ue->state == DAPS_UE_SUSPENDED && ue->rat == DAPS_RAT_LTE && ue->suspend_ncc < 0);
}

/*
 * Protected but in clear by rule: SecurityModeComplete and -Failure (5.3.4.3), RRCReestablishment (5.3.7.5);
 * RRCConnectionResume that has the NCC (TS 36.331 5.3.3.4a).
 */
bool pdcp_is_clear_by_rule(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    enum daps_event_kind kind;

    if (pdcp_awaits_key(pdcp) && pdu->downlink)
        return pdcp_kind_if_clear(pdcp, pdu) ==
               (pdcp->ue.state == DAPS_UE_SUSPENDED ? DAPS_EV_RESUME : DAPS_EV_REESTABLISHMENT);
    if (pdu->downlink || context == NULL || context->ul_active)
        return false;
    kind = pdcp_kind_if_clear(pdcp, pdu);
    return kind == DAPS_EV_SECURITY_MODE_COMPLETE || kind == DAPS_EV_SECURITY_MODE_FAILURE;
}

/*
 * RRCSetupComplete begins SRB1 anew, in clear (TS 38.331 5.3.3.4), and its MAC-I is zero (TS 38.323 5.9): a connection
 * of which a capture of PDCP does not have the RRCSetup.
 */
bool pdcp_connects_unasked(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    return !pdu->downlink && pdu->bearer == 1 && pdcp_sn(pdu) == 0 && pdcp->n_contexts > 0 && !pdcp->log_beside &&
           pdcp_mac_is_zero(pdu) && pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_SETUP_COMPLETE;
}

void pdcp_read_setup_complete(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct pdcp_reading *reading)
{
    if (pdcp->newest_digest[0][0] == daps_digest(pdu->octets, pdu->length)) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    memset(pdcp->plain, 0, sizeof pdcp->plain);
    memset(pdcp->newest_digest, 0, sizeof pdcp->newest_digest);
    pdcp->plain_started = true;
    pdcp->dl_credit = 0;
    pdcp_count_take(&pdcp->plain[0][0], 0, pdu->sn_bits);
    pdcp->plain_leg = pdu->leg;
    pdcp_hand_clear(pdu, reading);
}

/*
 * RRCReestablishment is the first downlink PDU under the key that it brings, in clear (TS 38.331 5.3.7.5). Captures of
 * PDCP have no request, which is sent without it. One PDU of ciphertext in 2,048 looks so, of those that are as short
 * and have this SN; none is expected with it where a context goes on, nor (refuted) where its MAC-I was wrong under
 * all.
 */
bool pdcp_reestablishes_unasked(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool refuted)
{
    const struct pdcp_data data = pdcp_data(pdu);

    return pdu->downlink && pdu->bearer == 1 && data.length == 2 && !pdcp->log_beside &&
           pdcp->ue.state == DAPS_UE_CONNECTED &&
           (refuted ? pdcp_sn(pdu) == 0 : pdcp_starts_over(pdcp, pdu, pdcp_sn(pdu))) &&
           pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_REESTABLISHMENT &&
           ends_there(pdcp->host.trial, data.octets, data.length);
}
