/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message, two captures: a log holds RRC in clear, and beside it stand the PDCP PDUs it went in, up to 100 ms apart
 * either way. The log says what happened, so it alone is followed, as it comes. A PDU shows which key and COUNT its
 * message went under; it is read once its record is known, in the context that the UE had for that message:
 *
 *     record first     it is noted until its PDU comes, with the context it belongs to
 *     PDU first        it waits for its record; user data behind it waits with it, for it may be under the next key
 *     none comes       in 100 ms: the PDU is read by itself, and what it says is followed
 *
 * A record and a PDU are one message if direction, length (SDU, header and MAC-I, TS 38.323 6.2.2.1) and time agree,
 * and where the PDU is in clear its octets; of several the one with the delay that this log has shown. What a key makes
 * of a PDU is held against its record once more (struct pdcp_reading).
 */
#include <string.h>

#include "daps/bound.h"
#include "pdcp/inside.h"

#define MOST_RECORDS   DAPS_BOUND(32, 3) /* noted; the oldest gives way */
#define MOST_PDUS      DAPS_BOUND(64, 4) /* that wait; beyond, the oldest is read without its record */
#define MOST_OCTETS    DAPS_BOUND(65536U, 512U)
#define APART_NS       INT64_C(110000000)  /* 100 ms, and those that are stamped one after the other */
#define TELLING_OCTETS 12                  /* of a message: answers are shorter, and alike */
#define FAR_NS         INT64_C(5000000000) /* by which the clocks of two captures may differ that were merged */
#define JITTER_NS      INT64_C(20000000)   /* by which a delay may leave those seen so far */
#define STEADY_NS      INT64_C(5000000)    /* by which one does that is known well enough to tell answers apart */
#define COPY_NS        INT64_C(10000000)   /* sooner no message comes again by itself (TS 38.331 clause 12) */

struct pdcp_beside {
    bool lag_known; /* record less PDU: */
    bool lag_sure;  /* by octets, where a length may be another message's */
    int64_t least_lag_ns, most_lag_ns;
    int64_t now_ns; /* the latest time seen */
    unsigned n_records;
    struct noted {
        struct pdcp_record record;
        bool followed;       /* what a PDU said by itself: its record will say nothing new */
        uint64_t taken_by;   /* digest of its PDU, 0 none yet ... */
        int64_t taken_ns;    /* ... which came then: another one like it is a copy */
    } records[MOST_RECORDS]; /* oldest first */
    unsigned n_pdus;
    size_t octets;
    struct held {
        struct daps_pdu pdu;     /* octets owned */
        bool has_record, passed; /* passed: one behind it has its record, so its own is missing */
        struct pdcp_record record;
    } * pdus;         /* in the order they came, room for MOST_PDUS; NULL until one waits */
    uint8_t *current; /* octets of the one that is being read */
};

static struct pdcp_beside *get(struct daps_pdcp *pdcp)
{
    if (pdcp->beside == NULL) {
        pdcp->beside = g_new0(struct pdcp_beside, 1);
        pdcp->beside->now_ns = INT64_MIN;
    }
    return pdcp->beside;
}

void pdcp_beside_free(struct pdcp_beside *beside)
{
    if (beside == NULL)
        return;
    for (unsigned i = 0; i < beside->n_pdus; i++)
        g_free((uint8_t *)(uintptr_t)beside->pdus[i].pdu.octets);
    g_free(beside->pdus);
    g_free(beside->current);
    g_free(beside);
}

size_t pdcp_beside_octets(const struct pdcp_beside *beside)
{
    if (beside == NULL)
        return 0;
    return sizeof *beside + beside->octets + (beside->pdus != NULL ? MOST_PDUS * sizeof *beside->pdus : 0);
}

struct pdcp_beside *pdcp_beside_copy(const struct pdcp_beside *beside)
{
    struct pdcp_beside *copy = g_memdup2(beside, sizeof *beside);

    copy->current = NULL;
    copy->pdus = beside->pdus != NULL ? g_memdup2(beside->pdus, MOST_PDUS * sizeof *beside->pdus) : NULL;
    for (unsigned i = 0; copy->pdus != NULL && i < copy->n_pdus; i++)
        copy->pdus[i].pdu.octets = g_memdup2(copy->pdus[i].pdu.octets, copy->pdus[i].pdu.length);
    return copy;
}

bool pdcp_beside_decides(const struct pdcp_beside *beside)
{
    return beside != NULL && beside->n_pdus > 0;
}

/* ---- which record is a PDU's ---- */

/* Time from the PDU to the record; false if it is too long, or not known. */
static bool lag_of(const struct pdcp_record *record, const struct daps_pdu *pdu, int64_t *lag)
{
    *lag = 0;
    if (record->time_ns == INT64_MIN || pdu->time_ns == INT64_MIN)
        return true;
    if (pdcp_is_later(record->time_ns, pdu->time_ns, APART_NS) ||
        pdcp_is_later(pdu->time_ns, record->time_ns, APART_NS))
        return false;
    *lag = record->time_ns - pdu->time_ns;
    return true;
}

static bool is_in_clear(const struct pdcp_record *record, const struct daps_pdu *pdu)
{
    const struct pdcp_data data = pdcp_data(pdu);

    return daps_digest(data.octets, data.length) == record->digest;
}

/* Sent in clear by rule, or before security, or under NEA0: then its octets are those of the record. */
static bool must_be_clear(struct daps_pdcp *pdcp, const struct pdcp_record *record, const struct daps_pdu *pdu)
{
    const struct pdcp_context *context = pdcp_find_context(pdcp, record->context);

    return record->kind == DAPS_EV_SECURITY_MODE_COMMAND || record->kind == DAPS_EV_SECURITY_MODE_COMPLETE ||
           record->kind == DAPS_EV_REESTABLISHMENT || (context != NULL && context->nea == 0) ||
           (context == NULL && pdcp_mac_is_zero(pdu));
}

/* How badly record and PDU agree in time: 0 is well. */
static int64_t distance(const struct pdcp_beside *beside, int64_t lag)
{
    if (!beside->lag_known)
        return 0;
    if (lag < beside->least_lag_ns)
        return beside->least_lag_ns - lag;
    return lag > beside->most_lag_ns ? lag - beside->most_lag_ns : 0;
}

/* On SRB1 for certain (TS 38.331 5.3.1.1, B.1): NAS has SRB2, and what is not known may go anywhere. */
static bool is_on_srb1(enum daps_event_kind kind)
{
    return kind != DAPS_EV_NAS_TRANSFER && kind != DAPS_EV_TRAFFIC;
}

/* So many records of its context stand before it that its PDU has at least that COUNT. */
static struct pdcp_record counted(struct daps_pdcp *pdcp, const struct pdcp_record *record)
{
    struct pdcp_context *context = pdcp_find_context(pdcp, record->context);
    struct pdcp_record result = *record;

    if (context != NULL && is_on_srb1(record->kind))
        result.least_count = context->records[record->channel == DAPS_CH_DL_DCCH]++;
    return result;
}

/* Its SN is one that its context was past by then; not where SNs may have gone round. */
static bool is_past_count(struct daps_pdcp *pdcp, const struct pdcp_record *record, const struct daps_pdu *pdu)
{
    struct pdcp_context *context = record->least_count > 0 ? pdcp_find_context(pdcp, record->context) : NULL;
    const uint32_t half = UINT32_C(1) << (pdu->sn_bits - 1);

    return context != NULL && pdu->bearer == 1 && pdcp_sn(pdu) < record->least_count && record->least_count < half &&
           pdcp_count_of(context, pdu)->rx_next < half;
}

enum match { MATCH_NONE, MATCH_LENGTH, MATCH_OCTETS };

static enum match match(struct daps_pdcp *pdcp, const struct pdcp_record *record, const struct daps_pdu *pdu,
                        int64_t *off)
{
    int64_t lag;

    if (!pdu->srb || daps_channel_dcch(pdu->downlink) != record->channel ||
        pdu->length != pdcp_header(pdu) + record->octets + MAC || !lag_of(record, pdu, &lag))
        return MATCH_NONE;
    *off = distance(pdcp->beside, lag);
    if (is_in_clear(record, pdu))
        return MATCH_OCTETS;
    if (is_past_count(pdcp, record, pdu))
        return MATCH_NONE;
    return must_be_clear(pdcp, record, pdu) || *off > JITTER_NS ? MATCH_NONE : MATCH_LENGTH;
}

/* The best of several: by octets before by length, then the nearest in time, then the oldest. */
struct best {
    enum match match;
    int64_t off;
    unsigned at;
};

static void consider(struct best *best, enum match found, int64_t off, unsigned at)
{
    if (found > best->match || (found == best->match && found != MATCH_NONE && off < best->off))
        *best = (struct best){found, off, at};
}

static void learn_lag(struct pdcp_beside *beside, const struct pdcp_record *record, const struct daps_pdu *pdu,
                      enum match by)
{
    int64_t lag;

    beside->lag_sure |= by == MATCH_OCTETS;
    if (!lag_of(record, pdu, &lag) || (by != MATCH_OCTETS && beside->lag_known))
        return;
    beside->least_lag_ns = beside->lag_known ? MIN(beside->least_lag_ns, lag) : lag;
    beside->most_lag_ns = beside->lag_known ? MAX(beside->most_lag_ns, lag) : lag;
    beside->lag_known = true;
}

static struct noted *note(struct pdcp_beside *beside, const struct pdcp_record *record, bool followed)
{
    if (beside->n_records == MOST_RECORDS)
        memmove(&beside->records[0], &beside->records[1], --beside->n_records * sizeof beside->records[0]);
    beside->records[beside->n_records] = (struct noted){.record = *record, .followed = followed};
    return &beside->records[beside->n_records++];
}

static void take(struct noted *noted, const struct daps_pdu *pdu)
{
    noted->taken_by = daps_digest(pdu->octets, pdu->length);
    noted->taken_ns = pdu->time_ns;
}

static void unnote(struct pdcp_beside *beside, unsigned i)
{
    memmove(&beside->records[i], &beside->records[i + 1], (--beside->n_records - i) * sizeof beside->records[0]);
}

/* A PDU behind it has its record, and the log has no two orders: what came before on that bearer has none. */
static void pass(struct pdcp_beside *beside, const struct daps_pdu *pdu, unsigned before)
{
    for (unsigned i = 0; i < before && i < beside->n_pdus; i++) {
        struct held *held = &beside->pdus[i];
        if (held->pdu.srb && held->pdu.bearer == pdu->bearer && held->pdu.downlink == pdu->downlink)
            held->passed |= !held->has_record;
    }
}

static struct best find_held(struct daps_pdcp *pdcp, const struct pdcp_record *record)
{
    struct best best = {.match = MATCH_NONE};
    int64_t off = 0;

    for (unsigned i = 0; pdcp->beside != NULL && i < pdcp->beside->n_pdus; i++) {
        const struct held *held = &pdcp->beside->pdus[i];
        const enum match found = held->has_record ? MATCH_NONE : match(pdcp, record, &held->pdu, &off);
        consider(&best, found, off, i);
    }
    return best;
}

const struct daps_pdu *pdcp_beside_find(struct daps_pdcp *pdcp, const struct pdcp_record *record)
{
    const struct best best = find_held(pdcp, record);

    return best.match != MATCH_NONE ? &pdcp->beside->pdus[best.at].pdu : NULL;
}

static bool is_copy(const struct daps_pdu *pdu, const struct daps_pdu *of)
{
    return pdu->srb && pdu->bearer == of->bearer && pdu->downlink == of->downlink && pdu->length == of->length &&
           !pdcp_is_later(pdu->time_ns, of->time_ns, COPY_NS) && memcmp(pdu->octets, of->octets, pdu->length) == 0;
}

/* To the PDU that waits, and to further captures of it. */
static void give(struct pdcp_beside *beside, const struct pdcp_record *record, const struct held *to)
{
    for (unsigned i = 0; i < beside->n_pdus; i++) {
        struct held *held = &beside->pdus[i];
        if (held == to || (!held->has_record && is_copy(&held->pdu, &to->pdu))) {
            held->has_record = true;
            held->record = *record;
        }
    }
}

void daps_pdcp_record(struct daps_pdcp *pdcp, const struct pdcp_record *record)
{
    struct pdcp_beside *beside = get(pdcp);
    struct pdcp_record it = counted(pdcp, record);
    const struct best best = find_held(pdcp, &it);
    struct held *held;

    pdcp->log_beside = true;
    if (best.match == MATCH_NONE) {
        note(beside, &it, false);
        return;
    }
    held = &beside->pdus[best.at];
    it.vague = best.match == MATCH_LENGTH && best.off > STEADY_NS;
    learn_lag(beside, &it, &held->pdu, best.match);
    take(note(beside, &it, false), &held->pdu);
    give(beside, &it, held);
    pass(beside, &held->pdu, best.at);
}

/* The record of the PDU that this one, right behind it, is a copy of. */
static const struct pdcp_record *record_of_copied(const struct pdcp_beside *beside, const struct daps_pdu *pdu)
{
    const uint64_t digest = daps_digest(pdu->octets, pdu->length);

    for (unsigned i = beside->n_records; i-- > 0;) {
        const struct noted *noted = &beside->records[i];
        if (noted->taken_by == digest && noted->record.channel == daps_channel_dcch(pdu->downlink) &&
            !pdcp_is_later(pdu->time_ns, noted->taken_ns, COPY_NS))
            return &noted->record;
    }
    return NULL;
}

static bool find_record(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct pdcp_record *out)
{
    struct pdcp_beside *beside = pdcp->beside;
    const struct pdcp_record *copied = record_of_copied(beside, pdu);
    struct best best = {.match = MATCH_NONE};
    int64_t off = 0;

    for (unsigned i = 0; copied == NULL && i < beside->n_records; i++) {
        const struct noted *noted = &beside->records[i];
        const enum match found =
            noted->followed || noted->taken_by != 0 ? MATCH_NONE : match(pdcp, &noted->record, pdu, &off);
        consider(&best, found, off, i);
    }
    if (copied != NULL)
        *out = *copied;
    if (best.match == MATCH_NONE)
        return copied != NULL;
    beside->records[best.at].record.vague = best.match == MATCH_LENGTH && best.off > STEADY_NS;
    *out = beside->records[best.at].record;
    take(&beside->records[best.at], pdu);
    learn_lag(beside, out, pdu, best.match);
    pass(beside, pdu, beside->n_pdus);
    return true;
}

/* ---- what was said twice ---- */

/*
 * Octets that no two messages share by chance may be out of step and out of order at once. Where log and PDUs have not
 * been in step at all they may be two captures, of clocks that differ.
 */
static bool is_same(const struct pdcp_beside *beside, const struct pdcp_record *a, const struct pdcp_record *b)
{
    const int64_t apart = a->octets < TELLING_OCTETS ? APART_NS : beside->lag_sure ? 2 * APART_NS : FAR_NS;

    return a->digest == b->digest && a->channel == b->channel && !pdcp_is_later(a->time_ns, b->time_ns, apart) &&
           !pdcp_is_later(b->time_ns, a->time_ns, apart);
}

bool daps_pdcp_is_twin(struct daps_pdcp *pdcp, const struct pdcp_record *message, bool below)
{
    struct pdcp_beside *beside = pdcp->beside;

    if (message->digest == 0 || beside == NULL)
        return false;
    for (unsigned i = 0; i < beside->n_records; i++) {
        const bool taken = beside->records[i].taken_by != 0 && beside->lag_sure; /* else perhaps by another's PDU */
        if (beside->records[i].followed != below && !taken && is_same(beside, &beside->records[i].record, message)) {
            unnote(beside, i);
            return true;
        }
    }
    if (below)
        note(beside, message, true);
    return false;
}

/* ---- PDUs that wait ---- */

static bool must_wait(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool log)
{
    const struct pdcp_beside *beside = pdcp->beside;

    if (!pdu->srb) {
        for (unsigned i = 0; i < beside->n_pdus; i++) {
            if (beside->pdus[i].pdu.srb)
                return beside->n_pdus < MOST_PDUS;
        }
        return false;
    }
    return pdu->time_ns != INT64_MIN && (pdcp->log_beside || (log && !pdcp->log_missing));
}

static bool is_well_formed(const struct daps_pdu *pdu)
{
    return pdu->length > pdcp_header(pdu) + MAC && pdu->length <= DAPS_PDCP_MOST_OCTETS &&
           (!pdu->srb || (pdu->bearer >= 1 && pdu->bearer <= 4));
}

enum pdcp_arrival daps_pdcp_arrive(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool log,
                                   struct pdcp_record *record)
{
    struct pdcp_beside *beside = log ? get(pdcp) : pdcp->beside;
    struct held *held;

    if (beside == NULL || !is_well_formed(pdu))
        return PDCP_ARRIVES;
    if (pdu->srb && find_record(pdcp, pdu, record))
        return PDCP_ARRIVES_WITH_RECORD;
    if (!must_wait(pdcp, pdu, log) || beside->n_pdus == MOST_PDUS || beside->octets + pdu->length > MOST_OCTETS)
        return PDCP_ARRIVES;
    if (beside->pdus == NULL)
        beside->pdus = g_new(struct held, MOST_PDUS);
    held = &beside->pdus[beside->n_pdus++];
    *held = (struct held){.pdu = *pdu};
    held->pdu.octets = g_memdup2(pdu->octets, pdu->length);
    beside->octets += pdu->length;
    return PDCP_WAITS;
}

/* Nothing can hold it any longer. */
static bool is_due(struct daps_pdcp *pdcp, unsigned i, bool all)
{
    const struct pdcp_beside *beside = pdcp->beside;
    const struct held *held = &beside->pdus[i];
    const bool full = i == 0 && (beside->n_pdus == MOST_PDUS || beside->octets > MOST_OCTETS - DAPS_PDCP_MOST_OCTETS);

    if (held->has_record || held->passed || all || full)
        return true;
    if (held->pdu.srb)
        return pdcp_is_later(beside->now_ns, held->pdu.time_ns, APART_NS);
    for (unsigned before = 0; before < i; before++) {
        if (beside->pdus[before].pdu.srb)
            return false;
    }
    return true;
}

bool daps_pdcp_turn(struct daps_pdcp *pdcp, bool all, struct pdcp_turn *turn)
{
    struct pdcp_beside *beside = pdcp->beside;

    for (unsigned i = 0; beside != NULL && i < beside->n_pdus; i++) {
        struct held held;
        if (!is_due(pdcp, i, all))
            continue;
        held = beside->pdus[i];
        memmove(&beside->pdus[i], &beside->pdus[i + 1], (--beside->n_pdus - i) * sizeof beside->pdus[0]);
        beside->octets -= held.pdu.length;
        g_free(beside->current);
        beside->current = (uint8_t *)(uintptr_t)held.pdu.octets;
        pdcp->log_missing |= held.pdu.srb && !held.has_record && !pdcp->log_beside;
        *turn = (struct pdcp_turn){.pdu = held.pdu, .has_record = held.has_record, .record = held.record};
        return true;
    }
    return false;
}

void pdcp_beside_clock(struct daps_pdcp *pdcp, int64_t time_ns)
{
    if (pdcp->beside != NULL && time_ns > pdcp->beside->now_ns)
        pdcp->beside->now_ns = time_ns;
}
