/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a placed PDU leaves behind: its COUNT, its entry in the ledger, and collisions with their proof. */
#include <string.h>

#include "pdcp/inside.h"

static bool needs_nonce(int nia)
{
    return nia == 1 || nia == 3;
}

static bool same_stream(const struct daps_stream_id *a, const struct daps_stream_id *b)
{
    return a->key == b->key && a->srb == b->srb && a->mac == b->mac && a->algorithm == b->algorithm &&
           a->bearer == b->bearer && a->direction == b->direction;
}

/* The stream's collisions so far, of the same kind; NULL none. */
static struct daps_collision *known_collision(struct daps_pdcp *pdcp, const struct daps_collision *like)
{
    for (guint i = 0; i < pdcp->collisions->len; i++) {
        struct daps_collision *known = &g_array_index(pdcp->collisions, struct daps_collision, i);
        if (same_stream(&known->stream, &like->stream) && known->one_period == like->one_period)
            return known;
    }
    return NULL;
}

static void add_to_known(struct daps_collision *known, const struct daps_collision *c)
{
    if (known->count != c->count)
        known->more++;
    else if (known->n < DAPS_COLLISION_SIGHTS)
        known->sights[known->n++] = c->sights[1];
    known->proven |= c->proven;
}

/* The XORs; both plaintexts are deciphered each by itself, so that comparing them compares something. */
static void add_proof(struct daps_pdcp *pdcp, const struct pdcp_period *period, const struct daps_ledger_entry *entry,
                      const struct daps_ledger_earlier *earlier, struct daps_collision *c)
{
    const struct daps_tuple tuple = {.count = c->count, .bearer = c->stream.bearer, .direction = c->stream.direction};
    uint8_t a[DAPS_COLLISION_OCTETS], b[DAPS_COLLISION_OCTETS];

    c->overlap = (uint32_t)MIN(earlier->length, entry->length);
    c->octets = (uint32_t)MIN(MIN(earlier->held, entry->length), DAPS_COLLISION_OCTETS);
    for (uint32_t i = 0; i < c->octets; i++)
        c->xor_cipher[i] = earlier->octets[i] ^ entry->octets[i];
    if (!c->proven || c->stream.mac)
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
    struct daps_collision c = {.stream = *id,
                               .one_period = earlier->period == entry->period,
                               .n = 2,
                               .sights = {{earlier->period, earlier->frame}, {entry->period, entry->frame}},
                               .count = entry->count,
                               .proven = earlier->verified && entry->verified};
    struct daps_collision *known = known_collision(pdcp, &c);

    if (id->mac && !needs_nonce(id->algorithm))
        return;
    if (known != NULL) {
        add_to_known(known, &c);
        return;
    }
    c.counted_elsewhere = id->mac && c.one_period && period->nea > 0;
    g_strlcpy(c.label, id->key->label, sizeof c.label);
    add_proof(pdcp, period, entry, earlier, &c);
    g_array_append_val(pdcp->collisions, c);
}

/*
 * Enters contents into one stream; true if they are new there, or said again in another stay under the key. use gets
 * the frame that used the tuple before.
 */
static bool enter_stream(struct daps_pdcp *pdcp, const struct pdcp_period *period, const struct daps_stream_id *id,
                         struct daps_ledger_entry entry, const uint8_t *octets, struct daps_keystream_use *use)
{
    struct daps_ledger_earlier earlier = {0};
    enum daps_ledger_verdict verdict;

    entry.octets = octets;
    entry.digest = daps_digest(octets, entry.length);
    verdict = daps_ledger_enter(pdcp->ledger, id, &entry, &earlier);
    if ((verdict == DAPS_LEDGER_SAME || verdict == DAPS_LEDGER_COLLISION) && use->earlier == 0) {
        use->earlier = earlier.frame;
        use->earlier_is_other = verdict == DAPS_LEDGER_COLLISION;
    }
    switch (verdict) {
    case DAPS_LEDGER_NEW:
        return true;
    case DAPS_LEDGER_COLLISION:
        note_collision(pdcp, id, &entry, &earlier, period);
        return true;
    case DAPS_LEDGER_UNCOMPARED:
        pdcp_counts(pdcp)->pdcp.uncompared++;
        return true;
    case DAPS_LEDGER_SAME:
        break;
    }
    return earlier.period != entry.period;
}

static struct daps_stream_id stream_of(const struct pdcp_period *period, const struct daps_pdcp_pdu *pdu)
{
    return (struct daps_stream_id){.key = period->term,
                                   .srb = pdu->srb,
                                   .algorithm = (uint8_t)(period->nea & 7),
                                   .bearer = (uint8_t)(pdu->bearer - 1),
                                   .direction = pdu->downlink};
}

enum pdcp_seen pdcp_seen(const struct daps_pdcp *pdcp, const struct pdcp_period *period,
                         const struct daps_pdcp_pdu *pdu, const struct pdcp_attempted *how)
{
    struct daps_stream_id id = stream_of(period, pdu);
    const struct daps_ledger_entry entry = {
        .count = how->count, .digest = daps_digest(pdcp->open + 2, pdu->length - 2), .length = pdu->length - 2};
    struct daps_ledger_earlier earlier = {0};

    id.mac = true; /* what was verified is there, ciphered or not */
    id.algorithm = (uint8_t)period->nia;
    switch (daps_ledger_look(pdcp->ledger, &id, &entry, &earlier)) {
    case DAPS_LEDGER_SAME:
        return earlier.period == period->serial ? PDCP_SEEN_COPY : PDCP_SEEN_NEVER;
    case DAPS_LEDGER_COLLISION:
        return earlier.period == period->serial ? PDCP_SEEN_OTHER : PDCP_SEEN_NEVER;
    default:
        return PDCP_SEEN_NEVER;
    }
}

/*
 * Keystream is compared as it was sent. MACs are made over plain text, so what was deciphered is compared so, and the
 * rest only with what was sent under the same algorithm.
 */
bool pdcp_enter(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu,
                const struct pdcp_protection *how)
{
    const struct daps_ledger_entry entry = {.count = how->count,
                                            .frame = pdu->frame,
                                            .period = how->stay,
                                            .verified = how->verified,
                                            .length = pdu->length - how->header};
    const bool ciphered = how->ciphered, verified = how->verified;
    struct daps_stream_id id = stream_of(period, pdu);
    struct daps_keystream_use use = {.frame = pdu->frame,
                                     .srb = pdu->srb,
                                     .bearer = id.bearer,
                                     .direction = id.direction,
                                     .count = how->count,
                                     .ciphering = ciphered ? period->nea : 0,
                                     .verified = verified};
    const struct daps_sink *sink = daps_engine_sink(pdcp->ue->engine);
    bool is_new = true;

    if (ciphered && period->nea != 0)
        is_new = enter_stream(pdcp, period, &id, entry, pdu->octets + how->header, &use);
    if (pdu->srb && period->nia > 0) {
        id.mac = true;
        id.view = verified ? 0 : (uint8_t)(ciphered ? (period->nea & 7) + 1 : 1);
        id.algorithm = (uint8_t)period->nia;
        is_new =
            enter_stream(pdcp, period, &id, entry, (verified ? pdcp->open : pdu->octets) + how->header, &use) && is_new;
    }
    if (sink->use != NULL && !pdcp->ue->is_copy) {
        g_strlcpy(use.key, period->term->label, sizeof use.key);
        sink->use(sink->user, pdcp->ue->name, &use);
    }
    return is_new;
}

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

void pdcp_take(struct daps_pdcp *pdcp, struct pdcp_period *period, const struct daps_pdcp_pdu *pdu, uint32_t count)
{
    struct pdcp_count *state = pdcp_count_of(period, pdu);

    if (state->unsure) {
        state->unsure = false;
        state->rx_next = state->rx_deliv = count;
    }
    pdcp_count_take(state, count, pdu->sn_bits);
    if (pdu->leg != 0)
        period->leg = pdu->leg;
    note_use(pdcp, period, pdu);
}
