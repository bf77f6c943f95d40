/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One PDU after the other: placed, read if it can be, and entered; contexts and what is left of them at the end. */
#include "pdcp/pdcp.h"

#include <string.h>

#include "daps/kdf.h"
#include "pdcp/inside.h"

struct daps_pdcp *daps_pdcp_new(const struct pdcp_host *host)
{
    struct daps_pdcp *pdcp = g_new0(struct daps_pdcp, 1);

    pdcp->host = *host;
    pdcp_look(pdcp);
    pdcp->ciphers = host->ciphers;
    pdcp->ledger = daps_ledger_new(host->room);
    pdcp->open = host->open;
    pdcp->now_ns = pdcp->ue.last_time_ns;
    pdcp_note_connection(pdcp);
    pdcp->plain_started = pdcp->ue.setup_seen && pdcp->ue.active.chain.key == NULL;
    for (unsigned i = 0; i < host->options->n_cells; i++)
        pdcp_learn_cell(pdcp, host->options->cells[i], -1, -1);
    pdcp_sync(pdcp);
    return pdcp;
}

void daps_pdcp_clear(struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < PDCP_MOST_CONTEXTS; i++)
        pdcp_context_clear(&pdcp->contexts[i]);
    for (unsigned i = 0; i < pdcp->n_past; i++)
        pdcp_context_clear(&pdcp->past[i]);
    g_free(pdcp->past);
    pdcp_room_free(pdcp->room);
    pdcp_beside_free(pdcp->beside);
    if (pdcp->tentative != NULL)
        g_array_unref(pdcp->tentative);
    daps_wipe(&pdcp->proposal, sizeof pdcp->proposal);
    daps_ledger_free(pdcp->ledger);
}

void daps_pdcp_copy(struct daps_pdcp *copy, const struct pdcp_host *host, const struct daps_pdcp *pdcp)
{
    const bool held = pdcp_beside_decides(pdcp->beside), decides = held || pdcp_room_decides(pdcp->room);

    *copy = *pdcp;
    copy->host = *host;
    pdcp_look(copy);
    /* What was used is not asked again at the end, but for suspects. */
    copy->ledger = decides ? daps_ledger_copy(pdcp->ledger) : daps_ledger_new(NULL);
    copy->room = pdcp_room_copy(pdcp->room, decides);
    for (unsigned i = 0; i < PDCP_MOST_CONTEXTS; i++)
        copy->contexts[i].drbs = held ? pdcp_drbs_copy(pdcp->contexts[i].drbs) : NULL;
    copy->past = pdcp->past != NULL ? g_memdup2(pdcp->past, PDCP_MOST_PAST * sizeof *pdcp->past) : NULL;
    for (unsigned i = 0; i < copy->n_past; i++)
        copy->past[i].drbs = NULL;
    copy->beside = held ? pdcp_beside_copy(pdcp->beside) : NULL;
    copy->tentative = pdcp->tentative != NULL ? g_array_copy(pdcp->tentative) : NULL;
}

void daps_pdcp_free(struct daps_pdcp *pdcp)
{
    if (pdcp == NULL)
        return;
    daps_pdcp_clear(pdcp);
    g_free(pdcp);
}

void daps_pdcp_sleep(struct daps_pdcp *pdcp)
{
    pdcp_room_rest(&pdcp->room);
    if (pdcp->n_past == 0)
        g_clear_pointer(&pdcp->past, g_free);
    if (pdcp->tentative != NULL && pdcp->tentative->len == 0)
        g_clear_pointer(&pdcp->tentative, g_array_unref);
    if (daps_ledger_is_empty(pdcp->ledger))
        g_clear_pointer(&pdcp->ledger, daps_ledger_free);
    memset(&pdcp->host, 0, sizeof pdcp->host);
    memset(&pdcp->ue, 0, sizeof pdcp->ue);
    pdcp->ciphers = NULL;
    pdcp->open = NULL;
}

void daps_pdcp_wake(struct daps_pdcp *pdcp, const struct pdcp_host *host)
{
    pdcp->host = *host;
    pdcp->ciphers = host->ciphers;
    pdcp->open = host->open;
    if (pdcp->ledger == NULL)
        pdcp->ledger = daps_ledger_new(host->room);
    pdcp_look(pdcp);
}

static bool enter_unverified(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                             uint32_t count, bool ciphered)
{
    /* Beside a log a PDU may stand before the record that tells of its key, by as much as the two are out of step. */
    const struct pdcp_protection how = {.count = count,
                                        .stay = context->serial,
                                        .header = pdcp_header(pdu),
                                        .ciphered = ciphered,
                                        .tentative = pdcp->log_beside,
                                        .since_ns = pdu->time_ns};

    return pdcp_enter(pdcp, context, pdu, &how);
}

/* Captured before: over another connection perhaps, as Msg3 is sent again after each preamble (TS 38.321 5.1.5). */
static bool is_copy(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    const bool newest = pdcp->newest_digest[pdu->bearer - 1][pdu->downlink] == daps_digest(pdu->octets, pdu->length);

    for (unsigned i = pdcp->n_contexts; i-- > 0;) {
        struct pdcp_context *context = &pdcp->contexts[i];
        const struct pdcp_attempted how = {.count = pdcp_count_infer(pdcp_count_of(context, pdu), sn, pdu->sn_bits),
                                           .ciphered = context->nea != 0 && !pdcp_mac_is_zero(pdu) &&
                                                       pdcp_is_active(context, pdu)};
        if (pdcp_seen_unread(pdcp, context, pdu, &how))
            return !enter_unverified(pdcp, context, pdu, how.count, how.ciphered);
    }
    return newest && !pdcp_mac_is_zero(pdu);
}

static void read_in_clear(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                          struct pdcp_reading *reading)
{
    const bool brings_key = pdcp_awaits_key(pdcp);

    if (!brings_key) {
        const uint32_t count = pdcp_count_unread(context, pdu);
        pdcp_take(pdcp, context, pdu, count);
        if (!enter_unverified(pdcp, context, pdu, count, false)) {
            reading->status = DAPS_PDCP_AGAIN;
            return;
        }
    }
    reading->late = brings_key;
    reading->count = sn;
    pdcp_hand_clear(pdu, reading);
}

/* Its key is that of a context to come. */
static void read_reestablishment(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct pdcp_reading *reading)
{
    if (is_copy(pdcp, pdu, 0)) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    reading->late = true;
    pdcp_hand_clear(pdu, reading);
}

static void read_without_key(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn,
                             struct pdcp_reading *reading)
{
    const struct daps_event *candidate;
    struct pdcp_context *context;
    uint32_t count;
    bool clear;

    if (is_copy(pdcp, pdu, sn)) {
        reading->status = DAPS_PDCP_AGAIN;
        return;
    }
    candidate = pdcp_executed_in_clear(pdcp, pdu);
    context = pdcp_place_by_rule(pdcp, pdu, sn);
    if (candidate != NULL) {
        pdcp_hand_clear(pdu, reading);
        reading->late = reading->late_ciphered = true; /* what it says starts the context it belongs to */
        reading->count = sn;
        if (pdu->leg != 0 || pdcp->ue.n_candidates == 1)
            reading->cell = candidate->target;
        return;
    }

    if (pdcp_is_clear_by_rule(pdcp, context, pdu)) {
        read_in_clear(pdcp, context, pdu, sn, reading);
        return;
    }
    reading->status = DAPS_PDCP_UNREADABLE;
    if (context == NULL) {
        pdcp_counts(pdcp)->pdcp.unplaced++;
        if (pdcp_all_null(pdcp) && pdcp_kind_if_clear(pdcp, pdu) != DAPS_EV_KIND_COUNT)
            pdcp_hand_clear(pdu, reading);
        return;
    }
    count = pdcp_count_unread(context, pdu);
    clear = context->nea == 0 || pdcp_mac_is_zero(pdu);
    if (context->restarted || pdcp->log_beside) { /* its record is missing, or far away: so may that of its key be */
        pdcp_counts(pdcp)->pdcp.unplaced++;
    } else if (!pdcp_count_of(context, pdu)->unsure) {
        pdcp_take(pdcp, context, pdu, count);
        if (!enter_unverified(pdcp, context, pdu, count, !clear && pdcp_is_active(context, pdu))) {
            reading->status = DAPS_PDCP_AGAIN;
            return;
        }
    }
    if (clear)
        pdcp_hand_clear(pdu, reading);
}

/* T304 of the command that led to the context had run out by then: it may have failed, and others have followed. */
static bool is_too_late(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_attempt *attempt;

    for (guint i = ue->attempts->len;
         (attempt = daps_view_back(ue, &i)) != NULL && attempt->serials >= context->serial;) {
        if (attempt->target.serial == context->serial && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt->t304_ms >= 0 &&
                   pdcp_is_later(pdu->time_ns, context->begun_ns, attempt->t304_ms * INT64_C(1000000));
    }
    return false;
}

/* Does its MAC-I being wrong speak against the context? Not over another connection, nor if all may be over by then. */
static bool speaks_against(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    if (pdu->leg != 0 && context->leg != 0 && pdu->leg != context->leg && pdu->leg != context->target_leg)
        return false;
    return context->failed > 0 || context->verified > 0 || !is_too_late(pdcp, context, pdu);
}

/* Serial of the context it is held against. */
static uint32_t note_failed(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu)
{
    if (!speaks_against(pdcp, context, pdu))
        return 0;
    if (context->failed++ == 0) {
        context->first_failed_frame = pdu->frame;
        context->failed_gaps = pdcp->ue.gaps;
    }
    pdcp_tell_unfit(pdcp, context, pdu);
    pdcp_try_root(pdcp, context, false);
    return context->serial;
}

/* Signalling that is most likely the newest context's; its record in a log knows better. */
static struct pdcp_context *likely_context(struct daps_pdcp *pdcp, const struct pdcp_record *record)
{
    struct pdcp_context *known = record != NULL ? pdcp_context_of(pdcp, record->context) : NULL;

    return known != NULL ? known : &pdcp->contexts[pdcp->n_contexts - 1];
}

/* What became of it, counted and told; failed_in: the context its wrong MAC-I is held against, 0 none. */
static void settle_signalling(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t failed_in,
                              struct pdcp_reading *reading)
{
    if (reading->status == DAPS_PDCP_UNREADABLE && !reading->known)
        reading->need = pdcp_need_now(pdcp);
    if ((reading->status == DAPS_PDCP_UNREADABLE || reading->status == DAPS_PDCP_UNVERIFIED) &&
        pdcp->host.options->keylog != NULL)
        reading->waits = pdcp_wait(pdcp, reading, reading->suspect, failed_in);
    if (reading->known) {
        if (reading->status == DAPS_PDCP_UNREADABLE && !reading->waits)
            pdcp_note_not_judged(pdcp, pdu, false); /* likewise (count_unread) */
        return;
    }
    if (reading->status == DAPS_PDCP_UNREADABLE && !reading->waits)
        pdcp_note_unreadable(pdcp, pdu, &reading->need);
    if (!pdu->downlink && !pdcp->log_beside && pdcp->ue.n_candidates > 0)
        pdcp->ul_doubt |= reading->status == DAPS_PDCP_UNREADABLE || reading->status == DAPS_PDCP_UNVERIFIED;
    if (reading->suspect)
        return;
    if (reading->status == DAPS_PDCP_UNREADABLE || reading->status == DAPS_PDCP_UNVERIFIED)
        pdcp_tell_unread(pdcp, pdu);
    if (pdu->downlink && (reading->status == DAPS_PDCP_UNREADABLE || reading->status == DAPS_PDCP_UNVERIFIED)) {
        pdcp->dl_credit--;
        pdcp->unread_dl |= pdu->bearer == 1 && !pdcp->log_beside;
    }
}

static void read_signalling(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record,
                            uint32_t sn, struct pdcp_reading *reading)
{
    uint32_t failed_in = 0;

    pdcp_counts(pdcp)->pdcp.signalling++;
    if (pdu->length <= pdcp_header(pdu) + MAC || pdu->bearer < 1 || pdu->bearer > 4) {
        reading->status = DAPS_PDCP_MALFORMED;
        pdcp_counts(pdcp)->pdcp.malformed++;
        return;
    }
    if (pdcp->n_contexts == 1 ? pdcp->contexts[0].nia < 0
                              : pdcp->n_contexts == 0 && !pdcp->plain_started && !pdcp_mac_is_zero(pdu))
        pdcp_find_first_root(pdcp, pdu, sn);
    if (record != NULL && pdcp_read_known(pdcp, pdu, record, reading))
        ;
    else if (pdcp_connects_unasked(pdcp, pdu))
        pdcp_read_setup_complete(pdcp, pdu, reading);
    else if (pdcp->n_contexts == 0)
        pdcp_read_unprotected(pdcp, pdu, sn, reading);
    else if (pdu->downlink && pdcp_is_clear_by_rule(pdcp, NULL, pdu))
        read_without_key(pdcp, pdu, sn, reading); /* the key it brings may be one that was in use before */
    else if (pdcp_place(pdcp, pdu, PDCP_JUST_CAME, reading))
        ;
    else if (reading->suspect)
        reading->status = DAPS_PDCP_UNVERIFIED;
    else if (pdcp_resumed_unasked(pdcp, pdu) && pdcp_place(pdcp, pdu, PDCP_JUST_CAME, reading))
        ;
    else if (pdcp_reestablishes_unasked(pdcp, pdu, pdcp_all_keyed(pdcp)))
        read_reestablishment(pdcp, pdu, reading);
    else if (pdcp_all_keyed(pdcp) && !pdcp_may_be_executed_unseen(pdcp) &&
             !pdcp_is_clear_by_rule(pdcp, &pdcp->contexts[pdcp->n_contexts - 1], pdu)) {
        reading->status = DAPS_PDCP_UNVERIFIED;
        failed_in = note_failed(pdcp, likely_context(pdcp, record), pdu);
        if (pdcp_is_clear_whatever_the_key(pdcp, likely_context(pdcp, record), pdu)) {
            read_without_key(pdcp, pdu, sn, reading);
            pdcp_note_not_judged(pdcp, pdu, true); /* its MAC-I: that is the key log's matter, and said */
        }
    } else
        read_without_key(pdcp, pdu, sn, reading);
    pdcp->just_began = pdcp->just_began && pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_SETUP_COMPLETE;
    pdcp->newest_digest[pdu->bearer - 1][pdu->downlink] = daps_digest(pdu->octets, pdu->length);
    settle_signalling(pdcp, pdu, failed_in, reading);
}

void daps_pdcp_read(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record,
                    struct pdcp_reading *reading)
{
    struct pdcp_header header;

    if (pdu->srb || pdcp->log_beside) /* other user data asks nothing of the UE that could have changed unseen */
        pdcp_look(pdcp);
    *reading = (struct pdcp_reading){.cell = {-1, -1}, .pdu = pdu};
    pdcp_counts(pdcp)->pdcp.pdus++;
    if (pdu->bearer < 1 || pdu->bearer > 32 || pdu->length > DAPS_PDCP_MOST_OCTETS ||
        !pdcp_header_read(pdu->octets, pdu->length, pdu->srb, pdu->sn_bits, &header)) {
        reading->status = DAPS_PDCP_MALFORMED;
        pdcp_counts(pdcp)->pdcp.malformed++;
        return;
    }
    reading->status = DAPS_PDCP_USER;
    if (pdu->srb)
        read_signalling(pdcp, pdu, record, header.sn, reading);
    else if (!header.control)
        pdcp_read_user(pdcp, pdu, &header);
}

/*
 * A security mode command or re-establishment has just been followed, and its own PDU is the first under the key it
 * brought: COUNT, MAC-I and ledger of that key.
 */
void daps_pdcp_after(struct daps_pdcp *pdcp, const struct pdcp_reading *reading)
{
    const struct daps_ue_view *ue = pdcp_look(pdcp);
    const bool in_target = reading->late_ciphered && ue->open != NULL;
    struct pdcp_context *context = pdcp_context_of(pdcp, in_target ? ue->open->target.serial : ue->active.serial);
    const struct pdcp_attempted how = {.count = reading->count, .ciphered = reading->late_ciphered};
    bool verified;

    if (!reading->late || context == NULL)
        return;
    verified =
        pdcp_is_supported(pdcp, context) && pdcp_keys(pdcp, context) && pdcp_verify(pdcp, context, reading->pdu, &how);
    if (!verified && pdcp_is_supported(pdcp, context))
        verified = pdcp_choose(pdcp, context, reading->pdu, &how);
    if (!verified && pdcp_has_key(pdcp, context)) {
        (void)note_failed(pdcp, &pdcp->contexts[pdcp->n_contexts - 1], reading->pdu);
        if (!pdcp_may_be_mislabelled(pdcp, context))
            return; /* not this key's, so its COUNT says nothing of it either */
    }
    pdcp_take(pdcp, context, reading->pdu, reading->count);
    (void)pdcp_enter(pdcp, context, reading->pdu,
                     &(struct pdcp_protection){.count = reading->count,
                                               .stay = context->serial,
                                               .header = pdcp_header(reading->pdu),
                                               .ciphered = how.ciphered,
                                               .verified = verified});
    if (verified) {
        if (context->verified++ == 0 && context->failed > 0)
            pdcp_tell_unfit(pdcp, context, reading->pdu);
        pdcp_tell_use(pdcp, context, reading->pdu,
                      &(struct pdcp_protection){.count = reading->count, .verified = true});
        pdcp_counts(pdcp)->pdcp.verified++;
    }
}

static bool is_kept(const struct daps_term *key, void *user)
{
    const struct daps_pdcp *pdcp = user;

    return pdcp->host.keeps(pdcp->host.user, key);
}

static enum daps_ledger_keeps keeping(const struct daps_term *key, void *user)
{
    const struct daps_pdcp *pdcp = user;

    if (pdcp->host.holds(pdcp->host.user, key))
        return DAPS_LEDGER_HELD;
    return is_kept(key, user) ? DAPS_LEDGER_KEPT : DAPS_LEDGER_GOES;
}

void daps_pdcp_let_go(struct daps_pdcp *pdcp, const struct daps_term *key)
{
    daps_ledger_loosen(pdcp->ledger, key);
}

void daps_pdcp_rename(struct daps_pdcp *pdcp, const struct daps_term *gone, const struct daps_term *is)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (pdcp->contexts[i].term == gone)
            pdcp->contexts[i].term = is;
    }
    for (unsigned i = 0; i < pdcp->n_past; i++) {
        if (pdcp->past[i].term == gone)
            pdcp->past[i].term = is;
    }
    if (pdcp->proposal.choice.parent == gone)
        pdcp->proposal.choice.parent = is;
    daps_ledger_rename(pdcp->ledger, gone, is);
}

/* The source of an attempt that is still known, too. */
static bool may_come_back(const struct daps_term *key, void *user)
{
    const struct daps_pdcp *pdcp = user;

    return pdcp->host.came_from(pdcp->host.user, key) || is_kept(key, user);
}

void daps_pdcp_retain(struct daps_pdcp *pdcp)
{
    pdcp_look(pdcp);
    for (unsigned i = 0; i < pdcp->n_contexts; i++) {
        if (!is_kept(pdcp->contexts[i].term, pdcp))
            pdcp->contexts[i].failed = 0;
        daps_term_keep(pdcp->contexts[i].term); /* a context that ends now is let go of by the next event */
    }
    daps_ledger_retain(pdcp->ledger, keeping, pdcp);
    pdcp_forget_past(pdcp, may_come_back, pdcp);
}

size_t daps_pdcp_octets(const struct daps_pdcp *pdcp)
{
    size_t octets = sizeof *pdcp + (pdcp->ledger != NULL ? daps_ledger_octets(pdcp->ledger) : 0) +
                    pdcp_room_octets(pdcp->room) + pdcp_beside_octets(pdcp->beside);

    for (unsigned i = 0; i < pdcp->n_contexts; i++)
        octets += pdcp->contexts[i].drbs != NULL ? sizeof *pdcp->contexts[i].drbs : 0;
    for (unsigned i = 0; i < pdcp->n_past; i++)
        octets += pdcp->past[i].drbs != NULL ? sizeof *pdcp->past[i].drbs : 0;
    octets += pdcp->past != NULL ? PDCP_MOST_PAST * sizeof *pdcp->past : 0;
    return octets + (pdcp->tentative != NULL ? pdcp->tentative->len * sizeof(struct pdcp_tentative) : 0);
}

void daps_pdcp_keep_terms(const struct daps_pdcp *pdcp)
{
    for (unsigned i = 0; i < pdcp->n_contexts; i++)
        daps_term_keep(pdcp->contexts[i].term);
    for (unsigned i = 0; i < pdcp->n_past; i++)
        daps_term_keep(pdcp->past[i].term);
}

void daps_pdcp_clock(struct daps_pdcp *pdcp, int64_t time_ns)
{
    if (time_ns != INT64_MIN)
        pdcp->now_ns = time_ns;
    pdcp_beside_clock(pdcp, time_ns);
    if (pdcp->log_beside || pdcp->tentative != NULL || pdcp->room != NULL) /* else whoever reads looks for itself */
        pdcp_look(pdcp);
    if (pdcp->tentative != NULL)
        pdcp_tentative_confirm(pdcp, false);
}

/* Those whose record has not come by the end. */
static void read_held(struct daps_pdcp *pdcp)
{
    struct pdcp_turn turn;
    struct pdcp_reading reading;

    while (daps_pdcp_turn(pdcp, true, &turn)) {
        daps_pdcp_read(pdcp, &turn.pdu, turn.has_record ? &turn.record : NULL, &reading);
        if (reading.status == DAPS_PDCP_READ)
            pdcp_tell_read(pdcp, &turn.pdu, &reading);
    }
}

void daps_pdcp_close(struct daps_pdcp *pdcp)
{
    pdcp_look(pdcp);
    read_held(pdcp);
    pdcp_room_close(pdcp);
    pdcp_tell_nas_count_at_end(pdcp);
    if (pdcp->log_beside)
        pdcp_tentative_drop(pdcp, UINT32_MAX); /* what would explain them may be behind the end of the capture */
    else
        pdcp_tentative_confirm(pdcp, true);
    if (pdcp->n_contexts > 0)
        g_strlcpy(pdcp->last_key, pdcp->contexts[pdcp->n_contexts - 1].term->label, sizeof pdcp->last_key);
    for (unsigned i = 0; i < pdcp->n_contexts; i++)
        pdcp_context_clear(&pdcp->contexts[i]);
    pdcp->n_contexts = 0;
}
