/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a placed PDU leaves behind: its COUNT, its entry in the ledger, and collisions with their proof. */
#include <string.h>

#include "daps/rat.h"
#include "pdcp/inside.h"

/* The XORs; both plaintexts are deciphered each by itself, so that comparing them compares something. */
static void add_proof(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_ledger_entry *entry,
                      const struct daps_ledger_earlier *earlier, struct daps_collision_evidence *c)
{
    const struct daps_tuple tuple = {.count = c->count, .bearer = c->bearer, .direction = c->direction};
    uint8_t a[DAPS_COLLISION_OCTETS], b[DAPS_COLLISION_OCTETS];

    c->overlap = (uint32_t)MIN(earlier->length, entry->length);
    c->octets = (uint8_t)MIN(MIN(earlier->held, entry->length), DAPS_COLLISION_OCTETS);
    for (uint32_t i = 0; i < c->octets; i++)
        c->xor_cipher[i] = earlier->octets[i] ^ entry->octets[i];
    if (!c->proven || c->mac)
        return;
    c->has_plain = daps_nea(pdcp->ciphers, (unsigned)context->nea, context->keys[PDCP_RRC_ENC], &tuple, earlier->octets,
                            a, c->octets) &&
                   daps_nea(pdcp->ciphers, (unsigned)context->nea, context->keys[PDCP_RRC_ENC], &tuple, entry->octets,
                            b, c->octets);
    for (uint32_t i = 0; c->has_plain && i < c->octets; i++)
        c->xor_plain[i] = a[i] ^ b[i];
}

/*
 * In which stay the earlier one was. What no MAC-I shows to be of this key, and comes with a COUNT that has gone by in
 * this very stay, is of another key: it says nothing of earlier stays either.
 */
static uint32_t earlier_stay(const struct daps_ledger_entry *entry, const struct daps_ledger_earlier *earlier)
{
    return !entry->verified && earlier->newest == entry->entity ? entry->entity : earlier->entity;
}

/* Two different PDUs under one tuple, with what shows it. */
static void tell_collision(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_stream_id *id,
                           const struct daps_ledger_entry *entry, const struct daps_ledger_earlier *earlier,
                           const struct pdcp_protection *how)
{
    const struct daps_pdu at = {.frame = entry->frame, .time_ns = pdcp->now_ns};
    const uint32_t stay = earlier_stay(entry, earlier);
    struct daps_event ev;

    if (id->mac && !daps_rat_needs_nonce(pdcp->ue.rat, id->algorithm))
        return;
    daps_event_clear(&ev, DAPS_EV_COLLISION);
    ev.collision = (struct daps_collision_evidence){
        .context = context->serial,
        .stays = {stay, entry->entity},
        .frames = {earlier->frame, entry->frame},
        .mac = id->mac,
        .view = id->view,
        .srb = id->srb,
        .algorithm = id->algorithm,
        .bearer = id->bearer,
        .direction = id->direction,
        .count = entry->count,
        .copies = earlier->copies,
        .reset = id->srb && context->srb[id->bearer][id->direction].reset,
        .proven = earlier->verified && entry->verified,
        .counted_elsewhere = id->mac && stay == entry->entity && context->nea > 0,
    };
    add_proof(pdcp, context, entry, earlier, &ev.collision);
    if (how->tentative && stay == entry->entity)
        pdcp_tentative_add(pdcp, &at, &ev, how->since_ns);
    else
        pdcp_tell_collision(pdcp, &at, &ev);
}

/* A PDU that stands in a collision was captured once more, or one was made again in another stay. */
static void tell_copy(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_stream_id *id,
                      const struct daps_ledger_entry *entry, const struct daps_ledger_earlier *earlier)
{
    const struct daps_pdu at = {.frame = entry->frame, .time_ns = pdcp->now_ns};
    struct daps_event ev;

    if (id->mac && !daps_rat_needs_nonce(pdcp->ue.rat, id->algorithm))
        return;
    daps_event_clear(&ev, DAPS_EV_COLLISION);
    ev.collision = (struct daps_collision_evidence){.context = context->serial,
                                                    .stays = {earlier->entity, entry->entity},
                                                    .frames = {earlier->frame, entry->frame},
                                                    .again = true,
                                                    .mac = id->mac,
                                                    .view = id->view,
                                                    .srb = id->srb,
                                                    .algorithm = id->algorithm,
                                                    .bearer = id->bearer,
                                                    .direction = id->direction,
                                                    .count = entry->count};
    pdcp_tell(pdcp, &at, &ev);
}

/* The first frame found that used a tuple before. */
struct used_before {
    uint64_t frame; /* 0: none */
    bool is_other;  /* for other contents */
};

/* Enters contents into one stream; true if they are new there, or said again in another stay under the key. */
static bool enter_stream(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_stream_id *id,
                         struct daps_ledger_entry *entry, const struct pdcp_protection *how, struct used_before *before)
{
    struct daps_ledger_earlier earlier;
    enum daps_ledger_verdict verdict;

    entry->digest = daps_digest(entry->octets, entry->length);
    earlier.frame = 0; /* all of it is filled where there was an earlier one */
    verdict = daps_ledger_enter(pdcp->ledger, id, entry, &earlier);
    if (verdict == DAPS_LEDGER_NEW)
        return true;
    if (verdict != DAPS_LEDGER_UNCOMPARED && before->frame == 0) {
        before->frame = earlier.frame;
        before->is_other = verdict == DAPS_LEDGER_COLLISION;
    }
    if (verdict == DAPS_LEDGER_AGAIN ||
        (verdict == DAPS_LEDGER_SAME && (earlier.collided || earlier.entity != entry->entity)))
        tell_copy(pdcp, context, id, entry, &earlier);
    switch (verdict) {
    case DAPS_LEDGER_NEW:
        return true;
    case DAPS_LEDGER_COLLISION:
        tell_collision(pdcp, context, id, entry, &earlier, how);
        return true;
    case DAPS_LEDGER_UNCOMPARED:
        pdcp_counts(pdcp)->pdcp.uncompared++;
        pdcp->host.not_judged(pdcp->host.user, DAPS_NOT_JUDGED_COUNT_OPEN, entry->frame);
        return true;
    case DAPS_LEDGER_SAME:
    case DAPS_LEDGER_AGAIN:
        break;
    }
    return earlier.entity != entry->entity;
}

static struct daps_stream_id stream_of(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return (struct daps_stream_id){.key = context->term,
                                   .srb = pdu->srb,
                                   .algorithm = (uint8_t)(context->nea & 7),
                                   .bearer = (uint8_t)(pdu->bearer - 1),
                                   .direction = pdu->downlink};
}

enum pdcp_seen pdcp_seen(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                         const struct pdcp_attempted *how)
{
    const size_t header = pdcp_header(pdu);
    struct daps_stream_id id = stream_of(context, pdu);
    const struct daps_ledger_entry entry = {.count = how->count,
                                            .digest = daps_digest(pdcp->open + header, pdu->length - header),
                                            .length = pdu->length - header};
    struct daps_ledger_earlier earlier = {0};

    id.mac = true; /* what was verified is there, ciphered or not */
    id.algorithm = (uint8_t)context->nia;
    switch (daps_ledger_look(pdcp->ledger, &id, &entry, &earlier)) {
    case DAPS_LEDGER_SAME:
        return earlier.entity == context->serial ? PDCP_SEEN_COPY : PDCP_SEEN_NEVER;
    case DAPS_LEDGER_AGAIN:
        return earlier.entity == context->serial ? PDCP_SEEN_COPY : PDCP_SEEN_NEVER;
    case DAPS_LEDGER_COLLISION:
        return earlier.entity == context->serial ? PDCP_SEEN_OTHER : PDCP_SEEN_NEVER;
    default:
        return PDCP_SEEN_NEVER;
    }
}

enum pdcp_seen pdcp_seen_user(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                              const struct daps_pdu *pdu, size_t header, uint32_t count)
{
    const struct daps_stream_id id = stream_of(context, pdu);
    const struct daps_ledger_entry entry = {.count = count,
                                            .digest = daps_digest(pdu->octets + header, pdu->length - header),
                                            .length = pdu->length - header};
    struct daps_ledger_earlier earlier = {0};

    switch (daps_ledger_look(pdcp->ledger, &id, &entry, &earlier)) {
    case DAPS_LEDGER_NEW:
        return PDCP_SEEN_NEVER;
    case DAPS_LEDGER_SAME:
    case DAPS_LEDGER_AGAIN:
        return PDCP_SEEN_COPY;
    default:
        return PDCP_SEEN_OTHER;
    }
}

/* What was not deciphered is compared only with what was sent under the same algorithm. */
static uint8_t view_of(const struct pdcp_context *context, bool ciphered, bool verified)
{
    return verified ? 0 : (uint8_t)(ciphered ? (context->nea & 7) + 1 : 1);
}

bool pdcp_seen_unread(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                      const struct pdcp_attempted *how)
{
    const size_t header = pdcp_header(pdu);
    struct daps_stream_id id = stream_of(context, pdu);
    const struct daps_ledger_entry entry = {.count = how->count,
                                            .digest = daps_digest(pdu->octets + header, pdu->length - header),
                                            .length = pdu->length - header};
    struct daps_ledger_earlier earlier = {0};

    id.mac = true;
    id.view = view_of(context, how->ciphered, false);
    id.algorithm = (uint8_t)context->nia;
    switch (daps_ledger_look(pdcp->ledger, &id, &entry, &earlier)) {
    case DAPS_LEDGER_SAME:
    case DAPS_LEDGER_AGAIN:
        return context->nia > 0 && earlier.entity == context->serial;
    default:
        return false;
    }
}

static void tell_keystream_use(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                               const struct daps_pdu *pdu, const struct pdcp_protection *how,
                               const struct used_before *before)
{
    const struct daps_stream_id id = stream_of(context, pdu);
    struct daps_keystream_use use = {.frame = pdu->frame,
                                     .srb = pdu->srb,
                                     .bearer = id.bearer,
                                     .direction = id.direction,
                                     .count = how->count,
                                     .ciphering = how->ciphered ? context->nea : 0,
                                     .verified = how->verified,
                                     .earlier = before->frame,
                                     .earlier_is_other = before->is_other};

    g_strlcpy(use.key, context->term->label, sizeof use.key);
    pdcp->host.sink->use(pdcp->host.sink->user, pdcp->ue.name, &use);
}

/*
 * Keystream is compared as it was sent. MACs are made over plain text, so what was deciphered is compared so.
 */
bool pdcp_enter(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                const struct pdcp_protection *how)
{
    struct daps_ledger_entry entry = {.count = how->count,
                                      .era = how->era,
                                      .frame = pdu->frame,
                                      .entity = how->stay,
                                      .verified = how->verified,
                                      .octets = pdu->octets + how->header,
                                      .length = pdu->length - how->header};
    const bool ciphered = how->ciphered, verified = how->verified;
    struct daps_stream_id id = stream_of(context, pdu);
    struct used_before before = {0, false};
    bool is_new = true;

    if (ciphered && context->nea != 0)
        is_new = enter_stream(pdcp, context, &id, &entry, how, &before);
    if (pdu->srb && context->nia > 0) {
        id.mac = true;
        id.view = view_of(context, ciphered, verified);
        id.algorithm = (uint8_t)context->nia;
        if (verified)
            entry.octets = pdcp->open + how->header;
        is_new = enter_stream(pdcp, context, &id, &entry, how, &before) && is_new;
    }
    if (pdcp->host.sink->use != NULL && !pdcp->ue.is_copy)
        tell_keystream_use(pdcp, context, pdu, how, &before);
    return is_new;
}

void pdcp_take(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t count)
{
    struct pdcp_count *state = pdcp_count_of(context, pdu);

    if (state->unsure) {
        state->unsure = false;
        state->rx_next = state->rx_deliv = count;
    }
    pdcp_count_take(state, count, pdu->sn_bits);
    if (pdu->leg != 0)
        context->leg = pdu->leg;
    pdcp_tell_use(pdcp, context, pdu, &(struct pdcp_protection){.count = count});
}
