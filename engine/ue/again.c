/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same message twice in a log: two layers or two tools that wrote it, milliseconds apart, or a stretch of the log
 * that was stored again. Neither is a second message, and what really was sent again must not be taken for a copy.
 */
#include "bytes/digest.h"
#include "ue/ue.h"

#define NS_PER_MS INT64_C(1000000)
#define COPY_NS   (500 * NS_PER_MS) /* half of T302's least value, after which a request may come again as it was */
#define LAGS_SEEN 3                 /* copies that came with one delay before that delay says anything */

int64_t daps_ue_elapsed(const struct daps_ue *ue, int64_t then_ns, int64_t now_ns)
{
    uint64_t step;

    if (!ue->clock_moves || then_ns == INT64_MIN || now_ns == INT64_MIN)
        return -1;
    /* Unsigned, so that absurd clocks of damaged files wrap instead of overflowing. */
    step = now_ns >= then_ns ? (uint64_t)now_ns - (uint64_t)then_ns : (uint64_t)then_ns - (uint64_t)now_ns;
    return step > INT64_MAX ? INT64_MAX : (int64_t)step;
}

/* What nests in a message has its own event, right behind that of the message. */
bool daps_ue_message_begins(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool nested = ev->kind == DAPS_EV_CANDIDATE || ev->kind == DAPS_EV_CANDIDATE_RELEASE ||
                        ((ev->kind == DAPS_EV_SCG_CHANGE || ev->kind == DAPS_EV_NAS_TRANSFER) && ev->digest == 0);

    if (nested && ue->message.frame == ev->frame && ue->message.channel == ev->channel)
        return false;
    ue->message.frame = ev->frame;
    ue->message.channel = ev->channel;
    ue->message.ignored = ue->message.again = false;
    return true;
}

void daps_ue_note_again(struct daps_ue *ue)
{
    ue->message.again = true;
    daps_engine_counters(ue->engine)->duplicates++;
}

static bool is_near_lag(const struct daps_ue *ue, int64_t elapsed)
{
    const int64_t lag = ue->copies.lag_ns, off = elapsed > lag ? elapsed - lag : lag - elapsed;

    return elapsed >= 0 && off <= MAX(2 * NS_PER_MS, lag / 8);
}

/* Does the log, which has shown copies with one delay, have another one here? */
static bool is_usual_lag(const struct daps_ue *ue, int64_t elapsed)
{
    return ue->copies.n >= LAGS_SEEN && is_near_lag(ue, elapsed);
}

bool daps_ue_lag_is_known(const struct daps_ue *ue)
{
    return ue->copies.steady;
}

static void note_lag(struct daps_ue *ue, int64_t elapsed)
{
    if (elapsed < 0 || elapsed > DAPS_LAG_NS)
        return;
    ue->copies.n = is_near_lag(ue, elapsed) ? ue->copies.n + 1 : 1;
    ue->copies.lag_ns = elapsed;
    ue->copies.steady |= ue->copies.n >= LAGS_SEEN;
}

/* Does a second one with the same octets teach the delay? Not if the like is sent again and again. */
static bool teaches(const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_TRAFFIC:
    case DAPS_EV_NAS_TRANSFER:
    case DAPS_EV_COUNTER_CHECK:
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        return false;
    default:
        return true;
    }
}

/* Messages that no UE and no network has reason to send twice, as they are, within what a tool may be out of step. */
static bool comes_once(enum daps_event_kind kind)
{
    switch (kind) {
    case DAPS_EV_SETUP:
    case DAPS_EV_SECURITY_MODE_COMMAND:
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_REESTABLISHMENT:
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
    case DAPS_EV_RELEASE:
    case DAPS_EV_RESUME:
    case DAPS_EV_RESUME_COMPLETE:
        return true;
    default:
        return false;
    }
}

/* What is written twice may come that late in this log: it is out of step, or has shown as much. */
static bool may_be_far(const struct daps_ue *ue)
{
    return ue->copies.far || (ue->late && ue->copies.n > 0);
}

/*
 * No network has had the answer, and sent another command, by then (TS 38.331 clause 12), or the log has shown copies
 * that come later still.
 */
static bool is_too_soon(const struct daps_ue *ue, int64_t elapsed)
{
    return elapsed >= 0 && elapsed < DAPS_LAG_NS && elapsed < MAX(DAPS_RRC_NS, ue->copies.most_ns + NS_PER_MS);
}

/* Has its transaction a Complete that, by the log's own clock, came behind it, though it stands in front? */
static bool is_before_complete(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    return ev->kind == DAPS_EV_RECONFIGURATION && ev->transaction >= 0 && transaction->digest == ev->digest &&
           !transaction->due && ue->clock_moves && ev->time_ns < transaction->complete_time_ns;
}

/* back: how many messages ago. Nothing in between, no time for anything in between, or the log's own delay. */
static bool is_copy_of(const struct daps_ue *ue, enum daps_event_kind kind, unsigned back, int64_t elapsed)
{
    if (elapsed < 0)
        return back == 1;
    if (back == 1)
        return elapsed <= COPY_NS;
    if (comes_once(kind) || (kind == DAPS_EV_RECONFIGURATION && may_be_far(ue)))
        return elapsed <= DAPS_LAG_NS;
    return ue->copies.n >= LAGS_SEEN ? is_near_lag(ue, elapsed) : elapsed <= DAPS_RRC_NS;
}

/* Are these octets among the recent ones at all? Mostly not, and then nothing more is asked. */
static bool is_recent(const struct daps_ue *ue, uint64_t digest)
{
    bool found = false;

#pragma GCC unroll 8 /* asked of every message */
    for (unsigned i = 0; i < DAPS_RECENT; i++)
        found |= ue->recent[i].digest == digest;
    return found;
}

/* What answers something that has not been answered yet is no copy of an earlier answer. */
static bool is_awaited(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);

    switch (ev->kind) {
    case DAPS_EV_REESTABLISHMENT:
        return ue->request.pending;
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
        return last != NULL && last->procedure == DAPS_PROC_REESTABLISHMENT && last->complete_frame == 0;
    case DAPS_EV_RESUME:
        return ue->open != NULL && ue->open->procedure == DAPS_PROC_RESUME;
    default:
        return false;
    }
}

static bool has_complete(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];

    return ev->kind == DAPS_EV_RECONFIGURATION && ev->transaction >= 0 && transaction->digest == ev->digest &&
           !transaction->due;
}

/* A Complete lies between: another reconfiguration, unless the log is known to have everything again that late. */
static bool is_answered(const struct daps_ue *ue, const struct daps_event *ev, int64_t elapsed)
{
    return has_complete(ue, ev) && ue->copies.n < LAGS_SEEN && !may_be_far(ue) && !is_too_soon(ue, elapsed);
}

/* It may as well have derived a key once more. */
static void doubt_copy(struct daps_ue *ue, const struct daps_event *ev, int64_t elapsed)
{
    if ((ev->sync || ev->sk_counter >= 0) && has_complete(ue, ev) && !is_too_soon(ue, elapsed) &&
        !is_usual_lag(ue, elapsed))
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_OUTCOME_LOST, ev->frame);
}

bool daps_ue_is_copy(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool air = ev->from_pdcp;
    const unsigned n = ev->digest != 0 && is_recent(ue, ev->digest) ? MIN(ue->n_recent, DAPS_RECENT) : 0;
    bool found = false;

    for (unsigned back = 1; back <= n; back++) {
        const struct daps_recent *recent = &ue->recent[(ue->n_recent - back) % DAPS_RECENT];
        int64_t elapsed;

        if (recent->digest != ev->digest || recent->kind != ev->kind || (recent->air && air))
            continue; /* two PDUs with COUNTs of their own are two messages */
        elapsed = daps_ue_elapsed(ue, recent->time_ns, ev->time_ns);
        found = (is_copy_of(ue, ev->kind, back, elapsed) || (is_before_complete(ue, ev) && is_too_soon(ue, elapsed))) &&
                (air || recent->air || (!is_answered(ue, ev, elapsed) && !is_awaited(ue, ev)));
        if (found && !ev->sync && !recent->air && !air)
            doubt_copy(ue, ev, elapsed);
        if (teaches(ev) && !recent->air && !air) {
            note_lag(ue, elapsed);
            if (found && elapsed <= DAPS_LAG_NS)
                ue->copies.most_ns = MAX(ue->copies.most_ns, elapsed);
        }
        ue->copies.far |= comes_once(ev->kind) && elapsed > DAPS_RRC_NS && elapsed <= DAPS_LAG_NS;
        break;
    }
    if (ev->digest != 0)
        ue->recent[ue->n_recent++ % DAPS_RECENT] =
            (struct daps_recent){ev->kind, ev->digest, ev->time_ns, air, ev->sync};
    return found;
}

/*
 * A stretch of a log stored again: same octets, same time, behind later ones; or at one time, on a clock too fine for
 * two messages to share it.
 */
bool daps_ue_is_repeated_stretch(struct daps_ue *ue, const struct daps_event *ev)
{
    const uint64_t what = (uint64_t)ue->number << 16 | (uint64_t)ev->kind << 8 | (uint64_t)ev->channel;
    uint64_t fingerprint;
    bool seen;

    if (ev->time_ns == INT64_MIN || ev->digest == 0 || ev->from_pdcp)
        return false;
    fingerprint = daps_digest_mix(daps_digest_mix(ev->digest, (uint64_t)ev->time_ns), what);
    seen = daps_engine_seen(ue->engine, fingerprint != 0 ? fingerprint : 1);
    if (ue->last_time_ns != INT64_MIN) {
        ue->clock_moves |= ev->time_ns != ue->last_time_ns;
        ue->clock_is_fine = ue->clock_is_fine || ev->time_ns % NS_PER_MS != 0;
    }
    return seen && (ev->time_ns < ue->last_time_ns || (ev->time_ns == ue->last_time_ns && ue->clock_is_fine));
}

/* Another command has been written in between: three within a tool's lag are none that a network sends. */
static bool is_behind_another(const struct daps_ue *ue, const struct daps_event *ev)
{
    bool between = false;

    for (unsigned back = 2; back <= MIN(ue->n_recent, DAPS_RECENT); back++) { /* 1 is this one */
        const struct daps_recent *recent = &ue->recent[(ue->n_recent - back) % DAPS_RECENT];
        int64_t elapsed;

        if (!recent->sync || recent->air)
            continue;
        if (recent->digest != ev->digest) {
            between = true;
            continue;
        }
        elapsed = daps_ue_elapsed(ue, recent->time_ns, ev->time_ns);
        return between && elapsed >= 0 && elapsed <= DAPS_LAG_NS;
    }
    return false;
}

/* By the log's own clock, however the log has ordered it. */
static bool is_earlier(const struct daps_ue *ue, const struct daps_event *ev, int64_t than_ns)
{
    return ue->clock_moves && !ev->from_pdcp && ev->time_ns != INT64_MIN && ev->time_ns < than_ns;
}

/* Only the target can send the UE to where it is once more, in the same words: not in DAPS, nor unless it was heard. */
static bool cannot_recur(const struct daps_ue *ue, const struct daps_attempt *attempt, const struct daps_event *ev)
{
    return attempt->daps || may_be_far(ue) || daps_attempt_is_logged_in(ue, ev, &attempt->source, &attempt->target) ||
           (attempt->outcome == DAPS_OUTCOME_UNKNOWN && attempt->complete_frame == 0 && attempt->source.pci >= 0 &&
            attempt->source.pci != attempt->to_pci);
}

/*
 * The handover command of the newest attempt once more: same octets, no Complete and no failure in between, and within
 * T304 of the first (a log with a steady delay tells copies by that delay as well).
 */
bool daps_ue_command_again(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];
    int64_t elapsed;
    bool answered;

    if (!ev->from_pdcp && ((ev->digest != 0 && is_behind_another(ue, ev)) || daps_ue_was_too_late(ue, ev)))
        return true;
    if (ue->node.awaits && ev->prepared)
        return false; /* nodes have agreed on it anew */
    if (last == NULL || ev->digest == 0 || last->digest != ev->digest ||
        last->procedure == DAPS_PROC_CONDITIONAL_HANDOVER)
        return false;
    /* A PDU that could not be read at once says what was true at its frame. */
    if (last->frame <= ev->frame && (ev->frame < last->complete_frame || ev->frame < last->settled_frame))
        return true;
    if (daps_attempt_has_failed(last))
        return is_earlier(ue, ev, last->closed_time_ns);
    if (last->prepared)
        return true; /* what one node prepared for the other is now sent */
    elapsed = daps_ue_elapsed(ue, last->time_ns, ev->time_ns);
    if (is_usual_lag(ue, elapsed) || is_too_soon(ue, elapsed))
        return true;
    if (elapsed >= 0 && elapsed <= DAPS_LAG_NS && cannot_recur(ue, last, ev)) {
        if (!ev->from_pdcp && (!last->daps || daps_attempt_t304_is_over(ue, last, ev->time_ns, false)))
            doubt_copy(ue, ev, elapsed);
        return true; /* no later than a tool may be out of step, whatever it has written in between */
    }
    if (ev->transaction >= 0)
        answered = !transaction->due || transaction->digest != ev->digest;
    else
        answered = last->complete_frame != 0;
    return !answered && !daps_attempt_t304_is_over(ue, last, ev->time_ns, false);
}

/*
 * A Complete that answers nothing: that of its transaction once more? Where a candidate of the transaction is armed it
 * may also be the candidate's, which cannot come that soon behind another Complete.
 */
bool daps_ue_complete_again(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_transaction *transaction = &ue->transactions[ev->transaction & 3];
    const struct daps_attempt *open = ue->open;
    int64_t elapsed;

    if (ev->executed || ev->digest == 0)
        return false;
    if (open != NULL && open->procedure == DAPS_PROC_CONDITIONAL_HANDOVER && open->complete_digest == ev->digest &&
        (open->outcome == DAPS_OUTCOME_UNKNOWN || !daps_ue_is_armed(ue, ev->transaction)) &&
        !daps_attempt_t304_is_over(ue, open, ev->time_ns, true))
        return true; /* the next candidate is tried when T304 has run out, not before */
    if (ev->transaction < 0 || transaction->complete_digest != ev->digest)
        return false;
    elapsed = daps_ue_elapsed(ue, transaction->complete_time_ns, ev->time_ns);
    if (daps_ue_is_armed(ue, ev->transaction))
        return (elapsed >= 0 && elapsed < (ue->copies.far ? DAPS_LAG_NS : DAPS_RRC_NS)) || is_usual_lag(ue, elapsed);
    if (elapsed < 0 || ue->seen.pdus)
        return ue->message.copy;
    /* Most Completes have the same octets: one that comes later answers a reconfiguration of its own. */
    return elapsed < DAPS_RRC_NS || (ue->copies.n > 0 && is_near_lag(ue, elapsed));
}
