/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resume, rejected or not (TS 38.331 5.3.13). */
#include "ue/recovery.h"

#define T319_NS INT64_C(2000000000) /* at most (TS 38.331 6.3.2, UE-TimersAndConstants) */

/* TS 38.331 5.3.13.3: the key of the resumed connection is derived before the answer, with suspendConfig's NCC. */
static void begin_resume(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_event derived = *ev;

    derived.key_update = true;
    derived.ncc = (int8_t)ue->suspend_ncc;
    daps_ue_require_key(ue, ev);
    daps_ue_begin_in_logged_cell(ue, &derived, &(struct daps_cell){-1, -1}, DAPS_PROC_RESUME);
}

bool daps_ue_suspend_is_lost(struct daps_ue *ue)
{
    const uint64_t frame = ue->unsuspended;

    ue->unsuspended = 0;
    if (frame == 0)
        return false;
    daps_ue_gap(ue, frame, DAPS_GAP_RESUME_REQUEST_ALONE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, frame);
    return true;
}

static bool is_suspended(const struct daps_ue *ue)
{
    return ue->state == DAPS_UE_SUSPENDED && (ue->suspend_ncc >= 0 || ue->suspended_before);
}

bool daps_ue_sleeps(const struct daps_ue *ue)
{
    return is_suspended(ue) && (ue->open == NULL || ue->open->procedure != DAPS_PROC_RESUME);
}

/* Its cell is the one that makes a MAC-I right. */
void daps_ue_resumed(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_place place = {ev->logged_cell.pci, ev->logged_cell.ssb_arfcn, 0};
    struct daps_event derived;

    if (!daps_ue_sleeps(ue) || ue->suspend_ncc < 0)
        return;
    daps_event_clear(&derived, DAPS_EV_RESUME_REQUEST);
    derived.rat = ev->rat;
    derived.frame = ev->frame;
    derived.time_ns = ev->time_ns;
    derived.key_update = true;
    derived.ncc = (int8_t)ue->suspend_ncc;
    ue->recovered_ns = ue->last_time_ns;
    daps_attempt_begin(ue, &derived, DAPS_PROC_RESUME, &place);
}

/* Suspended without an NCC: it comes with the answer, and no key is made before (TS 36.331 5.3.3.4a, of EPC). */
static bool waits_for_ncc(const struct daps_ue *ue)
{
    return ue->state == DAPS_UE_SUSPENDED && !is_suspended(ue);
}

/* The same one again, as RRC sends none before T319 has run out and the UE has become idle (TS 38.331 5.3.13.5)? */
static bool is_request_again(const struct daps_ue *ue, const struct daps_event *ev)
{
    const int64_t elapsed = daps_ue_elapsed(ue, ue->open->time_ns, ev->time_ns);

    return ue->open->digest == ev->digest && elapsed <= T319_NS;
}

void daps_ue_resume_request(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ue->first_dcch_frame == 0 && ue->active.chain.key == NULL && !ue->seen.pdus) {
        ue->state = DAPS_UE_SUSPENDED;
        ue->suspended_before = true;
    }
    if (!is_suspended(ue)) {
        if (ue->first_dcch_frame != 0 && !waits_for_ncc(ue))
            ue->unsuspended = ev->frame;
        return; /* RESUME will show that the key is not known */
    }
    if (ue->open != NULL && ue->open->procedure == DAPS_PROC_RESUME) {
        if (is_request_again(ue, ev)) {
            daps_ue_note_again(ue);
            return;
        }
        daps_ue_lose_track(ue, ev, DAPS_GAP_RESUME_UNANSWERED, DAPS_NOT_JUDGED_OUTCOME_LOST);
    }
    begin_resume(ue, ev);
}

/* It made a key, perhaps not the first one that was made of what is suspended. */
static void miss_resume_request(struct daps_ue *ue, const struct daps_event *ev)
{
    daps_ue_gap(ue, ev->frame, DAPS_GAP_RESUME_ANSWER_ALONE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

void daps_ue_resume_unasked(struct daps_ue *ue, const struct daps_event *ev)
{
    if (!daps_ue_sleeps(ue))
        return;
    miss_resume_request(ue, ev);
    begin_resume(ue, ev);
}

/* The key in force was made while the log did not look, or from what it does not show. */
static void resume_from_unseen(struct daps_ue *ue, const struct daps_event *ev)
{
    const enum daps_gap gap = DAPS_GAP_RESUME_ALONE;
    const struct daps_attempt *last = daps_attempt_newest(ue);
    const bool said = daps_ue_suspend_is_lost(ue);

    if (ue->suspended_before && ue->open != NULL) {
        ue->suspended_before = false;
        daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
        daps_ue_lose_track(ue, ev, gap, DAPS_NOT_JUDGED_COUNT);
    } else if (last != NULL && last->procedure == DAPS_PROC_RESUME && !last->rejected && last->complete_frame == 0) {
        daps_ue_note_again(ue);
    } else {
        daps_ue_lose_track(ue, ev, gap, said ? DAPS_NOT_JUDGED_COUNT : DAPS_NOT_JUDGED_COMMAND_LOST);
    }
    ue->resumed_blindly = true;
    ue->state = DAPS_UE_CONNECTED;
}

void daps_ue_resume(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool brings_ncc = waits_for_ncc(ue) && ev->ncc >= 0;

    if (brings_ncc)
        ue->suspend_ncc = ev->ncc;
    if (ue->state != DAPS_UE_SUSPENDED || ue->suspend_ncc < 0) {
        resume_from_unseen(ue, ev);
        return;
    }
    if (ue->open == NULL) {
        if (!brings_ncc)
            miss_resume_request(ue, ev);
        begin_resume(ue, ev);
    } else if (daps_ue_elapsed(ue, ue->open->time_ns, ev->time_ns) > T319_NS + DAPS_LAG_NS) {
        miss_resume_request(ue, ev); /* it answers another one: this one's time was over (TS 38.331 5.3.13.5) */
    }
    ue->open->transaction = ev->transaction;
    daps_attempt_settle(ue, DAPS_OUTCOME_COMPLETED, ev->frame);
    daps_attempt_close(ue, true);
    ue->suspend_ncc = -1;
    ue->state = DAPS_UE_CONNECTED;
}

/* Neither request nor answer is in the log before it: which key it goes under, and made when, nobody can say. */
static void resume_from_nothing(struct daps_ue *ue, const struct daps_event *ev)
{
    (void)daps_ue_suspend_is_lost(ue);
    daps_ue_lose_track(ue, ev, DAPS_GAP_RESUMED_ALONE, DAPS_NOT_JUDGED_COMMAND_LOST);
    ue->suspend_ncc = -1;
    ue->suspended_before = false;
    ue->resumed_blindly = false;
    ue->state = DAPS_UE_CONNECTED;
}

void daps_ue_resume_complete(struct daps_ue *ue, const struct daps_event *ev)
{
    if (is_suspended(ue) || (ue->unsuspended != 0 && !ue->seen.pdus)) {
        daps_ue_gap(ue, ev->frame, DAPS_GAP_RESUMED_ALONE);
        if (ue->open == NULL && is_suspended(ue)) {
            resume_from_nothing(ue, ev);
            return;
        }
        daps_ue_resume(ue, ev); /* the key is that of the request (TS 38.331 5.3.13.3) */
    }
    if (!daps_ue_complete_newest(ue, ev, DAPS_PROC_RESUME) && ue->active.chain.key != NULL && !ue->seen.pdus &&
        !ue->resumed_blindly)
        daps_ue_miss_answer(ue, ev, DAPS_GAP_RESUMED_ALONE);
    ue->resumed_blindly = false;
    ue->state = DAPS_UE_CONNECTED;
}

/* TS 33.501 6.8.2.1.3: on RRCReject the derived keys are deleted and the stored ones kept. */
void daps_ue_reject(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool to_setup = ue->setup.asked;

    ue->setup.asked = false;
    if (ue->open == NULL || ue->open->procedure != DAPS_PROC_RESUME) {
        if (!to_setup && !daps_ue_suspend_is_lost(ue) && is_suspended(ue))
            miss_resume_request(ue, ev);
        return;
    }
    if (ue->clock_moves && ev->time_ns < ue->open->time_ns)
        return; /* of the request before, out of the log's order */
    ue->open->rejected = true;
    daps_attempt_settle(ue, DAPS_OUTCOME_SUPERSEDED, ev->frame);
    daps_attempt_close(ue, false);
}
