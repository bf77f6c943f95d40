/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One PDU: which period and COUNT it belongs to, whether it can be read, and what the ledger says to it. */
#include "pdcp/pdcp.h"

#include <string.h>

#include "crypto/kdf.h"
#include "keys/keylog.h"
#include "pdcp/header.h"
#include "rules/rules.h"
#include "ue/ue.h"

#define MAC DAPS_MAC_OCTETS

struct daps_pdcp *daps_pdcp_new(struct daps_ue *ue, struct daps_ciphers *ciphers)
{
    struct daps_pdcp *pdcp = g_new0(struct daps_pdcp, 1);

    pdcp->ue = ue;
    pdcp->ciphers = ciphers;
    pdcp->ledger = daps_ledger_new();
    pdcp->collisions = g_array_new(FALSE, TRUE, sizeof(struct pdcp_collision));
    pdcp->open = g_malloc(DAPS_PDCP_MOST_OCTETS);
    pdcp->plain_started = ue->setup_seen && ue->active.chain.key == NULL;
    pdcp_sync(pdcp);
    return pdcp;
}

void daps_pdcp_free(struct daps_pdcp *pdcp)
{
    if (pdcp == NULL)
        return;
    for (unsigned i = 0; i < pdcp->n_periods; i++)
        daps_wipe(pdcp->periods[i].keys, sizeof pdcp->periods[i].keys);
    daps_ledger_free(pdcp->ledger);
    g_array_unref(pdcp->collisions);
    g_free(pdcp->open);
    g_free(pdcp);
}

static struct daps_engine_counts *counts(const struct daps_pdcp *pdcp)
{
    return daps_engine_counters(pdcp->ue->engine);
}

static struct pdcp_count *count_of(struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    return pdu->srb ? &period->srb[pdu->bearer - 1][pdu->downlink] : &period->drb[pdu->bearer - 1][pdu->downlink];
}

static bool is_active(const struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    return pdu->downlink ? period->dl_active : period->ul_active;
}

/* ---- the ledger ---- */

static bool needs_nonce(int nia)
{
    return nia == 1 || nia == 3;
}

/* The stream's collisions so far, of the same kind; NULL none. */
static struct pdcp_collision *known_collision(struct daps_pdcp *pdcp, const struct pdcp_collision *like)
{
    for (guint i = 0; i < pdcp->collisions->len; i++) {
        struct pdcp_collision *known = &g_array_index(pdcp->collisions, struct pdcp_collision, i);
        if (known->stream.key == like->stream.key && known->stream.srb == like->stream.srb &&
            known->stream.nea == like->stream.nea && known->stream.nia == like->stream.nia &&
            known->stream.bearer == like->stream.bearer && known->stream.direction == like->stream.direction &&
            known->one_period == like->one_period && known->ciphered == like->ciphered && known->maced == like->maced)
            return known;
    }
    return NULL;
}

static void add_to_known(struct pdcp_collision *known, const struct pdcp_collision *c)
{
    if (known->count != c->count)
        known->more++;
    else if (known->n < PDCP_MOST_SIGHTS)
        known->sights[known->n++] = c->sights[1];
    known->proven |= c->proven;
}

/* The XORs; both plaintexts are deciphered each by itself, so that comparing them compares something. */
static void add_proof(struct daps_pdcp *pdcp, const struct pdcp_period *period, const struct daps_ledger_entry *entry,
                      const struct daps_ledger_earlier *earlier, struct pdcp_collision *c)
{
    const struct daps_tuple tuple = {.count = c->count, .bearer = c->stream.bearer, .direction = c->stream.direction};
    uint8_t a[PDCP_XOR_MOST], b[PDCP_XOR_MOST];

    c->overlap = (uint32_t)MIN(earlier->length, entry->length);
    c->octets = (uint32_t)MIN(MIN(earlier->held, entry->length), PDCP_XOR_MOST);
    for (uint32_t i = 0; i < c->octets; i++)
        c->xor_cipher[i] = earlier->octets[i] ^ entry->octets[i];
    if (!c->proven || !c->ciphered)
        return;
    c->has_plain =
        daps_nea(pdcp->ciphers, (unsigned)period->nea, period->keys[PDCP_RRC_ENC], &tuple, earlier->octets, a,
                 c->octets) &&
        daps_nea(pdcp->ciphers, (unsigned)period->nea, period->keys[PDCP_RRC_ENC], &tuple, entry->octets, b, c->octets);
    for (uint32_t i = 0; c->has_plain && i < c->octets; i++)
        c->xor_plain[i] = a[i] ^ b[i];
}

/* Two different PDUs under one tuple: kept with its proof, or counted with the first of its kind. */
static void note_collision(struct daps_pdcp *pdcp, const struct daps_stream_id *id,
                           const struct daps_ledger_entry *entry, const struct daps_ledger_earlier *earlier,
                           const struct pdcp_period *period)
{
    struct pdcp_collision c = {.stream = *id,
                               .one_period = earlier->period == entry->period,
                               .n = 2,
                               .sights = {{earlier->period, earlier->frame}, {entry->period, entry->frame}},
                               .count = entry->count,
                               .ciphered = earlier->ciphered && entry->ciphered && period->nea != 0,
                               .maced = earlier->protected_ && entry->protected_ && needs_nonce(period->nia),
                               .proven = earlier->verified && entry->verified};
    struct pdcp_collision *known = known_collision(pdcp, &c);

    if (!c.ciphered && !c.maced)
        return;
    if (known != NULL) {
        add_to_known(known, &c);
        return;
    }
    g_strlcpy(c.label, id->key->label, sizeof c.label);
    add_proof(pdcp, period, entry, earlier, &c);
    g_array_append_val(pdcp->collisions, c);
}

/* Enters the PDU; true if its contents are new. */
static bool enter(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, size_t header,
                  uint32_t count, bool ciphered, bool verified)
{
    const struct daps_stream_id id = {.key = period->term,
                                      .srb = pdu->srb,
                                      .nea = (uint8_t)(period->nea & 7),
                                      .nia = (uint8_t)(period->nia & 7),
                                      .bearer = (uint8_t)(pdu->bearer - 1),
                                      .direction = pdu->downlink};
    const struct daps_ledger_entry entry = {.count = count,
                                            .frame = pdu->frame,
                                            .period = period->serial,
                                            .ciphered = ciphered && period->nea != 0,
                                            .protected_ = pdu->srb && period->nia > 0,
                                            .verified = verified,
                                            .octets = pdu->octets + header,
                                            .length = pdu->length - header,
                                            .digest = daps_ledger_digest(pdu->octets + header, pdu->length - header)};
    struct daps_ledger_earlier earlier;

    switch (daps_ledger_enter(pdcp->ledger, &id, &entry, &earlier)) {
    case DAPS_LEDGER_NEW:
        return true;
    case DAPS_LEDGER_COLLISION:
        note_collision(pdcp, &id, &entry, &earlier, period);
        return true;
    case DAPS_LEDGER_UNCOMPARED:
        counts(pdcp)->pdcp.uncompared++;
        return true;
    case DAPS_LEDGER_SAME:
        break;
    }
    return earlier.period != entry.period; /* said again in another attempt */
}

/* ---- what the PDU shows of attempts ---- */

static void note_use(struct daps_pdcp *pdcp, const struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    struct daps_ue *ue = pdcp->ue;

    if (!pdu->srb || pdu->downlink)
        return;
    pdcp->srb_ul_seen = true;
    for (guint i = ue->attempts->len; i-- > 0;) {
        struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->target.serial == period->serial) {
            attempt->target_used = true;
            return;
        }
    }
}

/* ---- signalling with a key ---- */

/* What one message, taken as clear, would be; DAPS_EV_KIND_COUNT if it is not RRC at all. */
static enum daps_event_kind kind_if_clear(const struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu)
{
    struct daps_rrc_result *trial = daps_engine_trial(pdcp->ue->engine);

    if (pdu->bearer != 1 || daps_rrc_decode_nr(pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH, pdu->octets + 2,
                                               pdu->length - 2 - MAC, trial) != DAPS_RRC_OK)
        return DAPS_EV_KIND_COUNT;
    return trial->n_events == 1 ? trial->events[0].kind : DAPS_EV_KIND_COUNT;
}

struct placed {
    struct pdcp_period *period;
    struct pdcp_attempted how;
};

static bool try_period(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                       struct placed *placed)
{
    const uint32_t inferred = pdcp_count_infer(count_of(period, pdu), sn, 12);
    const uint32_t tries[] = {inferred, sn, inferred + 4096, inferred >= 4096 ? inferred - 4096 : sn};

    if (!pdcp_keys(pdcp, period))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
        for (unsigned flip = 0; flip < 2; flip++) {
            const struct pdcp_attempted how = {.count = tries[i], .ciphered = is_active(period, pdu) != (flip == 1)};
            if ((i > 0 && tries[i] == inferred) || (flip == 1 && period->nea == 0))
                continue;
            /* In clear although ciphering is on: only the message that switches it on, seen late (5.3.4.3). */
            if (flip == 1 && is_active(period, pdu) &&
                (pdu->downlink || kind_if_clear(pdcp, pdu) != DAPS_EV_SECURITY_MODE_COMPLETE))
                continue;
            if (!pdcp_verify(pdcp, period, pdu, &how))
                continue;
            *placed = (struct placed){period, how};
            return true;
        }
    }
    return false;
}

static bool is_supported(const struct daps_pdcp *pdcp, const struct pdcp_period *period)
{
    return period->nea >= 0 && period->nia >= 0 && daps_ciphers_supported(pdcp->ciphers, (unsigned)period->nea) &&
           daps_ciphers_supported(pdcp->ciphers, (unsigned)period->nia);
}

/* Is the key of the period, or of what it could have been derived from, at hand? */
static bool has_key(const struct daps_pdcp *pdcp, const struct pdcp_period *period)
{
    if (!is_supported(pdcp, period))
        return false;
    if (period->term->has_value)
        return true;
    return period->term->kind == DAPS_TERM_STAR && period->term->has_parent_value && period->nia > 0;
}

static bool place_by_mac(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn, struct placed *placed)
{
    /* The newest first: while a handover is open, signalling is the target's. */
    for (unsigned i = pdcp->n_periods; i-- > 0;) {
        if (is_supported(pdcp, &pdcp->periods[i]) && try_period(pdcp, &pdcp->periods[i], pdu, sn, placed))
            return true;
    }
    for (unsigned i = pdcp->n_periods; i-- > 0;) {
        struct pdcp_period *period = &pdcp->periods[i];
        const struct pdcp_attempted how = {.count = pdcp_count_infer(count_of(period, pdu), sn, 12),
                                           .ciphered = is_active(period, pdu)};
        if (!is_supported(pdcp, period) || period->verified > 0 || (period->choices_tried && period->failed > 4))
            continue;
        if (pdcp_choose(pdcp, period, pdu, &how)) {
            *placed = (struct placed){period, how};
            return true;
        }
        period->choices_tried = true;
    }
    return false;
}

/* ---- signalling without a key ---- */

static bool fits_count(struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, uint32_t sn, bool exactly)
{
    const struct pdcp_count *count = count_of(period, pdu);
    const uint32_t mask = (UINT32_C(1) << pdu->sn_bits) - 1, next = count->rx_next & mask;

    if (exactly)
        return sn == next;
    return ((next - sn) & mask) <= 16 || ((sn - next) & mask) <= 64; /* seen again, or some PDUs missed */
}

/* The one period that the connection, or the COUNT, points to; NULL if it stays open. */
static struct pdcp_period *place_by_rule(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn)
{
    struct pdcp_period *found = NULL;
    unsigned n = 0;

    if (pdcp->dl_credit < 0)
        return NULL;
    if (pdcp->n_periods == 1)
        return &pdcp->periods[0];
    for (unsigned i = 0; pdu->leg != 0 && i < pdcp->n_periods; i++) {
        if (pdcp->periods[i].leg == pdu->leg) {
            found = &pdcp->periods[i];
            n++;
        }
    }
    if (n == 1)
        return found;
    if (n == 0 && pdu->leg != 0) {
        /* One connection is known and this is not it: the other one, if that is not known. */
        for (unsigned i = 0; i < pdcp->n_periods; i++) {
            if (pdcp->periods[i].leg == 0) {
                found = &pdcp->periods[i];
                n++;
            }
        }
        if (n == 1)
            return found;
    }
    if (!pdu->srb)
        return NULL; /* a DRB's COUNT runs on over both legs */
    for (unsigned exactly = 2; exactly-- > 0;) {
        n = 0;
        for (unsigned i = 0; i < pdcp->n_periods; i++) {
            if (fits_count(&pdcp->periods[i], pdu, sn, exactly != 0)) {
                found = &pdcp->periods[i];
                n++;
            }
        }
        if (n == 1)
            return found;
        if (n > 1)
            return NULL;
    }
    return NULL;
}

/* ---- signalling that is sent in clear ---- */

static bool mac_is_zero(const struct daps_pdcp_pdu *pdu)
{
    static const uint8_t zero[MAC];

    return memcmp(pdu->octets + pdu->length - MAC, zero, MAC) == 0;
}

static void hand_clear(const struct daps_pdcp_pdu *pdu, struct pdcp_reading *reading)
{
    reading->status = DAPS_PDCP_READ;
    reading->rrc = pdu->octets + 2;
    reading->length = pdu->length - 2 - MAC;
    reading->channel = pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH;
}

/* Before AS security (TS 38.331 5.3.1.1): no MAC, or the security mode command, whose MAC comes with its own key. */
static void read_unprotected(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                             struct pdcp_reading *reading)
{
    struct pdcp_count *count = &pdcp->plain[pdu->bearer - 1][pdu->downlink];
    uint64_t *newest = &pdcp->plain_digest[pdu->bearer - 1][pdu->downlink];
    const uint64_t digest = daps_ledger_digest(pdu->octets, pdu->length);
    const bool next = pdcp->plain_started && sn == count->rx_next && pdu->bearer == 1;

    if (*newest == digest) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    if (!mac_is_zero(pdu) && !next &&
        !(pdu->downlink && pdu->length <= 12 && kind_if_clear(pdcp, pdu) == DAPS_EV_SECURITY_MODE_COMMAND)) {
        reading->status = DAPS_PDCP_UNREADABLE;
        return;
    }
    if (!mac_is_zero(pdu) && kind_if_clear(pdcp, pdu) == DAPS_EV_KIND_COUNT) {
        reading->status = DAPS_PDCP_UNREADABLE;
        return;
    }
    *newest = digest;
    reading->count = pdcp_count_infer(count, sn, 12);
    pdcp_count_take(count, reading->count, 12);
    pdcp->plain_leg = pdu->leg;
    reading->late = !mac_is_zero(pdu);
    hand_clear(pdu, reading);
}

/* Protected but in clear by rule: SecurityModeComplete and -Failure (5.3.4.3), RRCReestablishment (5.3.7.5). */
static bool is_clear_by_rule(const struct daps_pdcp *pdcp, const struct pdcp_period *period,
                             const struct daps_pdcp_pdu *pdu)
{
    enum daps_event_kind kind;

    if (pdcp->ue->state == DAPS_UE_REESTABLISHING && pdu->downlink)
        return kind_if_clear(pdcp, pdu) == DAPS_EV_REESTABLISHMENT;
    if (pdu->downlink || period == NULL || period->ul_active)
        return false;
    kind = kind_if_clear(pdcp, pdu);
    return kind == DAPS_EV_SECURITY_MODE_COMPLETE || kind == DAPS_EV_SECURITY_MODE_FAILURE;
}

/* ---- one signalling PDU ---- */

static void take(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, uint32_t count)
{
    struct pdcp_count *state = count_of(period, pdu);

    if (state->unsure) {
        state->unsure = false;
        state->rx_next = state->rx_deliv = count;
    }
    pdcp_count_take(state, count, pdu->sn_bits);
    if (pdu->leg != 0)
        period->leg = pdu->leg;
    note_use(pdcp, period, pdu);
}

static void read_verified(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, const struct placed *placed,
                          struct pdcp_reading *reading)
{
    struct pdcp_period *period = placed->period;

    period->verified++;
    take(pdcp, period, pdu, placed->how.count);
    counts(pdcp)->pdcp.verified++;
    if (!enter(pdcp, period, pdu, 2, placed->how.count, placed->how.ciphered, true)) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    reading->status = DAPS_PDCP_READ;
    reading->rrc = pdcp->open + 2;
    reading->length = pdu->length - 2 - MAC;
    reading->channel = pdu->downlink ? DAPS_CH_DL_DCCH : DAPS_CH_UL_DCCH;
    reading->key = period->term;
}

/* The Complete of a conditional handover: what it says starts the period that it belongs to. */
static void read_executed(const struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                          const struct daps_event *candidate, struct pdcp_reading *reading)
{
    reading->status = DAPS_PDCP_READ;
    reading->rrc = pdcp->open + 2;
    reading->length = pdu->length - 2 - MAC;
    reading->channel = DAPS_CH_UL_DCCH;
    reading->key = pdcp->periods[pdcp->n_periods - 1].term;
    reading->cell = candidate->target;
    reading->late = reading->late_ciphered = true;
    reading->count = sn;
}

static void read_without_key(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                             struct pdcp_reading *reading)
{
    struct pdcp_period *period = place_by_rule(pdcp, pdu, sn);
    uint32_t count;
    bool clear;

    if (is_clear_by_rule(pdcp, period, pdu)) {
        if (pdcp->ue->state != DAPS_UE_REESTABLISHING) {
            count = pdcp_count_infer(count_of(period, pdu), sn, 12);
            take(pdcp, period, pdu, count);
            if (!enter(pdcp, period, pdu, 2, count, false, false)) {
                reading->status = DAPS_PDCP_AGAIN;
                return;
            }
        }
        reading->late = pdcp->ue->state == DAPS_UE_REESTABLISHING;
        reading->count = sn;
        hand_clear(pdu, reading);
        return;
    }
    reading->status = DAPS_PDCP_UNREADABLE;
    if (period == NULL) {
        counts(pdcp)->pdcp.unplaced++;
        return;
    }
    count = pdcp_count_infer(count_of(period, pdu), sn, 12);
    clear = period->nea == 0 || mac_is_zero(pdu);
    if (!count_of(period, pdu)->unsure) {
        take(pdcp, period, pdu, count);
        if (!enter(pdcp, period, pdu, 2, count, !clear && is_active(period, pdu), false)) {
            reading->status = DAPS_PDCP_AGAIN;
            return;
        }
    }
    if (clear)
        hand_clear(pdu, reading);
}

static void note_unreadable(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu)
{
    if (pdcp->unreadable++ == 0)
        pdcp->first_unreadable_frame = pdu->frame;
}

static void note_failed(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu)
{
    struct pdcp_period *period = pdcp->n_periods > 0 ? &pdcp->periods[pdcp->n_periods - 1] : NULL;

    if (period == NULL)
        return;
    if (period->failed++ == 0) {
        period->first_failed_frame = pdu->frame;
        period->failed_gaps = pdcp->ue->gaps;
    }
}

/*
 * The capture began behind the security mode command, but the key log has the key: the algorithms are those with which
 * a MAC-I is right.
 */
static void find_algorithms(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn)
{
    struct daps_ue *ue = pdcp->ue;
    const struct daps_event here = {.kind = DAPS_EV_TRAFFIC, .frame = pdu->frame, .time_ns = pdu->time_ns};
    struct pdcp_period *period;
    struct placed placed;

    if (ue->active.chain.key == NULL) {
        if (!daps_engine_knows_root(ue->engine, ue))
            return;
        daps_ue_require_key(ue, &here);
        pdcp_sync(pdcp);
    }
    period = pdcp_period_of(pdcp, ue->active.serial);
    if (period == NULL || period->nia >= 0 || !period->term->has_value)
        return;
    for (int nia = 1; nia <= 3; nia++) {
        for (int nea = 0; nea <= 3; nea++) {
            period->nea = nea;
            period->nia = nia;
            period->keys_valid = false;
            if (is_supported(pdcp, period) && try_period(pdcp, period, pdu, sn, &placed)) {
                ue->active.ciphering = nea;
                ue->active.integrity = nia;
                return;
            }
        }
    }
    period->nea = period->nia = -1;
    period->keys_valid = false;
}

static bool any_key(const struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_periods; i++) {
        if (has_key(pdcp, &pdcp->periods[i]))
            return true;
    }
    return false;
}

static void read_signalling(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, uint32_t sn,
                            struct pdcp_reading *reading)
{
    const struct daps_event *candidate;
    struct placed placed;

    counts(pdcp)->pdcp.signalling++;
    if (pdu->length <= 2 + MAC || pdu->bearer < 1 || pdu->bearer > 4) {
        reading->status = DAPS_PDCP_MALFORMED;
        counts(pdcp)->pdcp.malformed++;
        return;
    }
    if (pdcp->n_periods == 1 ? pdcp->periods[0].nia < 0
                             : pdcp->n_periods == 0 && !pdcp->plain_started && !mac_is_zero(pdu))
        find_algorithms(pdcp, pdu, sn);
    if (pdcp->n_periods == 0)
        read_unprotected(pdcp, pdu, sn, reading);
    else if (place_by_mac(pdcp, pdu, sn, &placed))
        read_verified(pdcp, pdu, &placed, reading);
    else if ((candidate = pdcp_executed(pdcp, pdu, sn)) != NULL)
        read_executed(pdcp, pdu, sn, candidate, reading);
    else if (any_key(pdcp) && !is_clear_by_rule(pdcp, &pdcp->periods[pdcp->n_periods - 1], pdu)) {
        reading->status = DAPS_PDCP_UNVERIFIED;
        note_failed(pdcp, pdu);
    } else
        read_without_key(pdcp, pdu, sn, reading);
    if (reading->status == DAPS_PDCP_UNREADABLE)
        note_unreadable(pdcp, pdu);
    if (pdu->downlink && (reading->status == DAPS_PDCP_UNREADABLE || reading->status == DAPS_PDCP_UNVERIFIED))
        pdcp->dl_credit--;
}

/* ---- user data ---- */

/* A DRB that a handover re-established from zero (UM, TS 38.323 5.1.2) has a small SN where a large one was due. */
static void notice_restart(struct pdcp_count *count, uint32_t sn, unsigned sn_bits)
{
    const uint32_t mask = (UINT32_C(1) << sn_bits) - 1;

    if (!count->unsure && sn < 64 && (count->rx_next & mask) > 1024 && (count->rx_next & mask) < mask - 1024)
        *count = (struct pdcp_count){0};
}

static void read_user(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, const struct pdcp_header *header)
{
    struct pdcp_period *period = pdcp->n_periods > 0 ? place_by_rule(pdcp, pdu, header->sn) : NULL;
    const size_t clear = header->octets + pdu->sdap_octets;
    struct pdcp_count *state;
    uint32_t count;

    if (period == NULL || pdu->length <= clear) {
        counts(pdcp)->pdcp.unplaced += period == NULL;
        return;
    }
    state = count_of(period, pdu);
    if (state->unsure) {
        state->unsure = false; /* HFN 0 is a guess, but one that stays the same: equal COUNT is equal COUNT */
        state->rx_next = state->rx_deliv = header->sn;
    }
    notice_restart(state, header->sn, pdu->sn_bits);
    count = pdcp_count_infer(state, header->sn, pdu->sn_bits);
    take(pdcp, period, pdu, count);
    if (pdcp->daps_drbs >> (pdu->bearer - 1) & 1) {
        for (unsigned i = 0; i < pdcp->n_periods; i++) /* one entity for both legs */
            *count_of(&pdcp->periods[i], pdu) = *state;
    }
    (void)enter(pdcp, period, pdu, clear, count, !pdu->ciphering_off && period->nea != 0, false);
}

void daps_pdcp_read(struct daps_pdcp *pdcp, const struct daps_pdcp_pdu *pdu, struct pdcp_reading *reading)
{
    struct pdcp_header header;

    memset(reading, 0, sizeof *reading);
    reading->cell = (struct daps_cell){-1, -1};
    reading->pdu = pdu;
    counts(pdcp)->pdcp.pdus++;
    if (pdu->bearer < 1 || pdu->bearer > 32 || pdu->length > DAPS_PDCP_MOST_OCTETS ||
        !pdcp_header_read(pdu->octets, pdu->length, pdu->srb, pdu->sn_bits, &header)) {
        reading->status = DAPS_PDCP_MALFORMED;
        counts(pdcp)->pdcp.malformed++;
        return;
    }
    reading->status = DAPS_PDCP_USER;
    if (pdu->srb)
        read_signalling(pdcp, pdu, header.sn, reading);
    else if (!header.control)
        read_user(pdcp, pdu, &header);
}

/*
 * A security mode command or re-establishment has just been followed, and its own PDU is the first under the key it
 * brought: COUNT, MAC-I and ledger of that key.
 */
void daps_pdcp_after(struct daps_pdcp *pdcp, const struct pdcp_reading *reading)
{
    const struct daps_ue *ue = pdcp->ue;
    const bool in_target = reading->late_ciphered && ue->open != NULL;
    struct pdcp_period *period = pdcp_period_of(pdcp, in_target ? ue->open->target.serial : ue->active.serial);
    const struct pdcp_attempted how = {.count = reading->count, .ciphered = reading->late_ciphered};
    bool verified;

    if (!reading->late || period == NULL)
        return;
    verified = is_supported(pdcp, period) && pdcp_keys(pdcp, period) && pdcp_verify(pdcp, period, reading->pdu, &how);
    if (!verified && is_supported(pdcp, period))
        verified = pdcp_choose(pdcp, period, reading->pdu, &how);
    take(pdcp, period, reading->pdu, reading->count);
    (void)enter(pdcp, period, reading->pdu, 2, reading->count, how.ciphered, verified);
    if (verified) {
        period->verified++;
        counts(pdcp)->pdcp.verified++;
    } else if (has_key(pdcp, period)) {
        note_failed(pdcp, reading->pdu);
    }
}

static bool is_kept(const struct daps_term *key, void *user)
{
    const struct daps_ue *ue = user;

    if (key == ue->active.chain.key || (ue->open != NULL && key == ue->open->target.chain.key))
        return true;
    for (guint i = 0; i < ue->attempts->len; i++) {
        const struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->key == key)
            return true;
    }
    return false;
}

void daps_pdcp_retain(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_periods; i++) {
        if (!is_kept(pdcp->periods[i].term, pdcp->ue)) {
            daps_rule_mismatch(pdcp->ue, &pdcp->periods[i]);
            pdcp->periods[i].failed = 0;
        }
    }
    daps_rule_observed_gone(pdcp->ue, is_kept);
    daps_ledger_retain(pdcp->ledger, is_kept, pdcp->ue);
}

void daps_pdcp_close(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_periods; i++)
        daps_rule_mismatch(pdcp->ue, &pdcp->periods[i]);
    if (pdcp->n_periods > 0)
        g_strlcpy(pdcp->last_key, pdcp->periods[pdcp->n_periods - 1].term->label, sizeof pdcp->last_key);
    for (unsigned i = 0; i < pdcp->n_periods; i++)
        daps_wipe(pdcp->periods[i].keys, sizeof pdcp->periods[i].keys);
    pdcp->n_periods = 0;
}

static bool none_is_kept(const struct daps_term *key, void *user)
{
    (void)key;
    (void)user;
    return false;
}

void daps_pdcp_finish(struct daps_pdcp *pdcp)
{
    daps_rule_observed_gone(pdcp->ue, none_is_kept);
}
