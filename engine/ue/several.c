/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ue/several.h"

#include "ue/ue.h"

#define NS_PER_MS   INT64_C(1000000)
#define ANSWER_NS   (500 * NS_PER_MS)   /* what two procedures are begun and answered in */
#define SECURE_NS   (5000 * NS_PER_MS)  /* from RRCSetup to security, with authentication between */
#define WAIT_NS     (900 * NS_PER_MS)   /* T302, less what a tool may be out of step */
#define WHILE_NS    (60000 * NS_PER_MS) /* contradictions further apart do not add up */
#define CONTRADICTS 3                   /* against one UE: twice is enough, for once may be order, loss or forgery */
#define HARDLY      2                   /* what phones have been seen to do, but seldom */
#define ENOUGH      6

void daps_several_init(struct daps_several *several)
{
    *several = (struct daps_several){.newest_ns = INT64_MIN};
    several->insecure.setup_ns = several->request.time_ns = several->left_ns = INT64_MIN;
    several->target.command_ns = several->access_ns = several->set_up_ns = INT64_MIN;
    several->connected.time_ns = several->away_ns = several->rejected_ns = INT64_MIN;
}

static bool is_within(const struct daps_ue *ue, int64_t then_ns, int64_t now_ns, int64_t limit_ns)
{
    const int64_t elapsed = daps_ue_elapsed(ue, then_ns, now_ns);

    return elapsed >= 0 && elapsed <= limit_ns;
}

static void weigh(struct daps_ue *ue, unsigned weight, uint64_t frame)
{
    struct daps_several *several = &ue->several;

    several->weight = is_within(ue, several->newest_ns, ue->last_time_ns, WHILE_NS) ? several->weight + weight : weight;
    several->newest_ns = ue->last_time_ns;
    if (several->weight >= ENOUGH && several->frame == 0)
        several->frame = frame;
}

void daps_ue_weigh_unexplained(struct daps_ue *ue, uint64_t frame)
{
    if (!ue->seen.pdus)
        weigh(ue, 1, frame);
}

bool daps_ue_is_contradicted(const struct daps_ue *ue)
{
    const struct daps_several *several = &ue->several;

    return several->weight >= CONTRADICTS && is_within(ue, several->newest_ns, ue->last_time_ns, WHILE_NS);
}

void daps_ue_contradict(struct daps_ue *ue, const struct daps_event *ev)
{
    daps_ue_gap(ue, ev->frame, DAPS_GAP_ANOTHER_UE);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_SEVERAL_UES, ev->frame);
    weigh(ue, CONTRADICTS, ev->frame);
}

/* ---- one procedure after another ---- */

static void begin(const struct daps_ue *ue, struct daps_sequel_state *sequel, const struct daps_event *ev)
{
    const unsigned newest = sequel->open > 0 ? sequel->open - 1 : 0;

    if (sequel->open > 0 && sequel->of[newest].digest == ev->digest)
        return;
    if (sequel->open > 0 && !is_within(ue, sequel->of[newest].time_ns, ev->time_ns, ANSWER_NS))
        sequel->open = 0; /* it was answered, or failed, which is not in the log */
    if (sequel->open == 2)
        sequel->of[0] = sequel->of[--sequel->open];
    sequel->of[sequel->open].digest = ev->digest;
    sequel->of[sequel->open].time_ns = ev->time_ns;
    sequel->of[sequel->open].transaction = ev->transaction;
    sequel->open++;
    sequel->two = sequel->open == 2;
}

/* No UE has taken one up before another comes that soon (TS 38.331 clause 12): one of the two is late, or another's. */
static bool is_crowded(const struct daps_ue *ue, const struct daps_sequel_state *sequel)
{
    return ue->clock_is_fine && sequel->open == 2 &&
           daps_ue_elapsed(ue, sequel->of[0].time_ns, sequel->of[1].time_ns) < DAPS_RRC_NS;
}

/* Does the answer make two that were open at once both answered? */
static bool answer(const struct daps_ue *ue, struct daps_sequel_state *sequel, const struct daps_event *ev)
{
    unsigned i = 0;

    while (i < sequel->open && ev->transaction >= 0 && sequel->of[i].transaction >= 0 &&
           sequel->of[i].transaction != ev->transaction)
        i++;
    if (i == sequel->open)
        return false;
    if (!is_within(ue, sequel->of[i].time_ns, ev->time_ns, ANSWER_NS)) {
        sequel->open = 0;
        return false;
    }
    if (i == 0 && sequel->open == 2)
        sequel->of[0] = sequel->of[1];
    sequel->open--;
    return sequel->open == 0 && sequel->two;
}

static void watch_sequels(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_sequel_state *sequels = ue->several.sequels;
    bool both = false;

    switch (ev->kind) {
    case DAPS_EV_SETUP: /* TS 38.331 5.3.3.4 */
        begin(ue, &sequels[DAPS_SEQUEL_SETUP], ev);
        if (sequels[DAPS_SEQUEL_SETUP].open == 1)
            ue->several.set_up_ns = INT64_MIN;
        sequels[DAPS_SEQUEL_HANDOVER].open = sequels[DAPS_SEQUEL_RECOVERY].open = 0;
        break;
    case DAPS_EV_SETUP_COMPLETE:
        both =
            answer(ue, &sequels[DAPS_SEQUEL_SETUP], ev) || is_within(ue, ue->several.set_up_ns, ev->time_ns, ANSWER_NS);
        ue->several.set_up_ns = ev->time_ns;
        break;
    case DAPS_EV_SECURITY_MODE_COMMAND: /* 5.3.4.3 */
        begin(ue, &sequels[DAPS_SEQUEL_SECURITY], ev);
        break;
    case DAPS_EV_SECURITY_MODE_COMPLETE:
        both = answer(ue, &sequels[DAPS_SEQUEL_SECURITY], ev);
        break;
    case DAPS_EV_RECONFIGURATION: /* 5.3.5.3 */
        if (ev->sync && ev->channel == DAPS_CH_DL_DCCH) {
            const unsigned open = sequels[DAPS_SEQUEL_HANDOVER].open;
            begin(ue, &sequels[DAPS_SEQUEL_HANDOVER], ev);
            if (open == 1 && is_crowded(ue, &sequels[DAPS_SEQUEL_HANDOVER]))
                daps_ue_contradict(ue, ev);
        } else if (!ev->sync)
            sequels[DAPS_SEQUEL_HANDOVER].open = 0; /* or what answers this is taken for an answer of those */
        break;
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        both = !ue->message.copy && answer(ue, &sequels[DAPS_SEQUEL_HANDOVER], ev);
        break;
    case DAPS_EV_REESTABLISHMENT_REQUEST: /* 5.3.7.4 */
        begin(ue, &sequels[DAPS_SEQUEL_RECOVERY], ev);
        sequels[DAPS_SEQUEL_HANDOVER].open = 0;
        break;
    case DAPS_EV_REESTABLISHMENT:
        both = answer(ue, &sequels[DAPS_SEQUEL_RECOVERY], ev);
        break;
    case DAPS_EV_FAILURE_INFORMATION:
        sequels[DAPS_SEQUEL_HANDOVER].open = 0;
        break;
    default:
        break;
    }
    if (both)
        daps_ue_contradict(ue, ev);
}

/* ---- nothing protected before security ---- */

/* What goes only with security (TS 38.331 5.3.1.1, B.1), or answers what this connection has not asked. */
static bool needs_security(const struct daps_several *several, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_RECONFIGURATION:
        return ev->sync || ev->sk_counter >= 0 || ev->conditional;
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        return !several->insecure.reconfigured;
    case DAPS_EV_SECURITY_MODE_COMPLETE:
    case DAPS_EV_REESTABLISHMENT:
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
    case DAPS_EV_COUNTER_CHECK:
    case DAPS_EV_MOBILITY_FROM_NR:
    case DAPS_EV_MOBILITY_FROM_EUTRA:
        return true;
    case DAPS_EV_FAILURE_INFORMATION:
        return ev->daps_failure;
    case DAPS_EV_RELEASE:
        return ev->suspend;
    default:
        return false;
    }
}

static void watch_security(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;
    const int64_t setup_ns = several->insecure.setup_ns;

    if (ev->kind == DAPS_EV_SETUP) {
        several->insecure.setup_ns = ev->time_ns;
        several->insecure.reconfigured = several->insecure.protected = false;
    } else if (setup_ns == INT64_MIN) {
        return;
    } else if (ev->kind == DAPS_EV_SECURITY_MODE_COMMAND) {
        several->insecure.setup_ns = INT64_MIN;
        if (several->insecure.protected && is_within(ue, setup_ns, ev->time_ns, SECURE_NS))
            daps_ue_contradict(ue, ev);
    } else {
        several->insecure.protected |= needs_security(several, ev);
        several->insecure.reconfigured |= ev->kind == DAPS_EV_RECONFIGURATION;
    }
}

/* ---- who is not there does not go on ---- */

static bool is_dcch(const struct daps_event *ev)
{
    return ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH;
}

/* All its bearers but SRB0 are suspended from the request to the answer (TS 38.331 5.3.7.2, 5.3.7.5). */
static void watch_request(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;

    if (ev->kind == DAPS_EV_REESTABLISHMENT_REQUEST) {
        several->request.time_ns = ev->time_ns;
        several->request.goes_on = false;
    } else if (ev->kind == DAPS_EV_REESTABLISHMENT) {
        const bool answers = is_within(ue, several->request.time_ns, ev->time_ns, ANSWER_NS);
        several->request.time_ns = INT64_MIN;
        if (answers && several->request.goes_on)
            daps_ue_contradict(ue, ev);
    } else if (ev->kind == DAPS_EV_SETUP) {
        several->request.time_ns = INT64_MIN;
    } else if (is_dcch(ev)) {
        several->request.goes_on = true;
    }
}

/* Released or suspended (5.3.8.3), it has no SRB1, and nothing to re-establish (5.3.7.2). */
static void watch_left(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;
    int64_t elapsed;

    switch (ev->kind) {
    case DAPS_EV_RELEASE: /* twice: another key is for another connection, and lag for one message twice */
        elapsed = daps_ue_elapsed(ue, several->left_ns, ev->time_ns);
        if (elapsed > DAPS_LAG_NS && elapsed <= WHILE_NS)
            daps_ue_contradict(ue, ev);
        several->left_ns = ev->time_ns;
        return;
    case DAPS_EV_SETUP_REQUEST:
    case DAPS_EV_SETUP:
    case DAPS_EV_SETUP_COMPLETE:
    case DAPS_EV_RESUME_REQUEST:
    case DAPS_EV_RESUME:
    case DAPS_EV_RESUME_COMPLETE:
        several->left_ns = INT64_MIN;
        return;
    default:
        break;
    }
    if (several->left_ns == INT64_MIN || (!is_dcch(ev) && ev->kind != DAPS_EV_REESTABLISHMENT_REQUEST))
        return;
    elapsed = daps_ue_elapsed(ue, several->left_ns, ev->time_ns);
    if (elapsed <= DAPS_LAG_NS)
        return;
    several->left_ns = INT64_MIN;
    if (elapsed <= WHILE_NS) /* else the log has been interrupted */
        daps_ue_contradict(ue, ev);
}

/*
 * Only who was suspended asks to be resumed (TS 38.331 5.3.13.2), and not while the wait time of RRCReject runs, which
 * is a second at least (5.3.15.2).
 */
static void watch_resume(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;

    switch (ev->kind) {
    case DAPS_EV_RELEASE:
        several->idle = !ev->suspend;
        break;
    case DAPS_EV_REJECT:
        several->rejected_ns = ev->time_ns;
        break;
    case DAPS_EV_RESUME_REQUEST:
        if (several->idle && ev->rat == DAPS_RAT_NR && daps_ue_elapsed(ue, several->left_ns, ev->time_ns) > DAPS_LAG_NS)
            daps_ue_contradict(ue, ev);
        else if (is_within(ue, several->rejected_ns, ev->time_ns, WAIT_NS) &&
                 daps_ue_elapsed(ue, several->rejected_ns, ev->time_ns) > DAPS_LAG_NS)
            weigh(ue, HARDLY, ev->frame);
        several->idle = false;
        break;
    case DAPS_EV_SETUP:
        several->idle = false;
        break;
    default:
        break;
    }
}

/* What goes only with SRB2 and a DRB (TS 38.331 5.3.5.2, 5.3.7.2, 5.3.8.3; TS 36.331 5.3.1.3, 5.3.7.2), or sets them
 * up. */
static bool shows_bearers(const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_RECONFIGURATION:
        return ev->sync || ev->sk_counter >= 0 || ev->conditional || ev->bearers.drb_added != 0;
    case DAPS_EV_REESTABLISHMENT:
    case DAPS_EV_RESUME:
        return true;
    default:
        return false;
    }
}

/*
 * A UE with bearers that loses its connection looks for a cell to re-establish it in, for T311 at least (1 s), and says
 * so when it has found one (TS 38.331 5.3.7.3, 5.3.7.6). Sooner it is set up anew only once it was released, or its
 * upper layers have let go of the connection by themselves.
 */
#define T311_NS (1000 * NS_PER_MS)

static void watch_connected(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;

    switch (ev->kind) {
    case DAPS_EV_SETUP:
        if (several->connected.bearers && is_within(ue, several->connected.time_ns, ev->time_ns, T311_NS) &&
            daps_ue_elapsed(ue, several->connected.time_ns, ev->time_ns) > DAPS_LAG_NS)
            weigh(ue, HARDLY, ev->frame);
        several->connected.bearers = false;
        several->connected.time_ns = INT64_MIN;
        return;
    case DAPS_EV_RELEASE:
    case DAPS_EV_REESTABLISHMENT_REQUEST: /* which RRCSetup may answer */
    case DAPS_EV_RESUME_REQUEST:
    case DAPS_EV_MOBILITY_FROM_NR:
    case DAPS_EV_MOBILITY_FROM_EUTRA:
        several->connected.time_ns = INT64_MIN;
        break;
    default:
        if (is_dcch(ev) && several->request.time_ns == INT64_MIN)
            several->connected.time_ns = ev->time_ns;
        break;
    }
    several->connected.bearers |= shows_bearers(ev);
}

/* Who was handed over to another system (5.4.3) is back by a request, or a handover whose command is in that system. */
static void watch_away(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;
    int64_t elapsed;

    if (ev->kind == DAPS_EV_MOBILITY_FROM_NR || ev->kind == DAPS_EV_MOBILITY_FROM_EUTRA) {
        several->away_ns = ev->time_ns;
        return;
    }
    if (several->away_ns == INT64_MIN)
        return;
    elapsed = daps_ue_elapsed(ue, several->away_ns, ev->time_ns);
    if (is_dcch(ev) && elapsed <= DAPS_LAG_NS)
        return;
    several->away_ns = INT64_MIN;
    if (is_dcch(ev) && elapsed <= WHILE_NS && !(ev->kind == DAPS_EV_RECONFIGURATION && ev->sync) &&
        ev->kind != DAPS_EV_RECONFIGURATION_COMPLETE && ev->kind != DAPS_EV_REESTABLISHMENT &&
        ev->kind != DAPS_EV_SETUP_COMPLETE && ev->kind != DAPS_EV_RESUME)
        daps_ue_contradict(ue, ev);
}

/* ---- who has answered the target has reached it ---- */

static bool leads_elsewhere(const struct daps_attempt *open, const struct daps_event *ev)
{
    return ev->target.pci != open->to_pci ||
           (ev->target.ssb_arfcn >= 0 && open->to_arfcn >= 0 && ev->target.ssb_arfcn != open->to_arfcn);
}

/*
 * The source's SRBs are suspended until T304 has run out (TS 38.331 5.3.5.5.2, 5.3.5.8.3). The target commands no other
 * DAPS handover before it has released the source, but that is one message, which may be missing.
 */
static bool is_out_of_turn(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *open = ue->open;
    int64_t elapsed;

    if (ev->kind != DAPS_EV_RECONFIGURATION || !ev->sync || !ev->daps || ev->channel != DAPS_CH_DL_DCCH ||
        open == NULL || !open->daps || open->prepared || open->t304_ms < 0 || !ue->clock_is_fine ||
        open->digest == ev->digest || (open->complete_frame != 0 && leads_elsewhere(open, ev)))
        return false;
    elapsed = daps_ue_elapsed(ue, open->time_ns, ev->time_ns);
    return elapsed > DAPS_LAG_NS && elapsed < open->t304_ms * NS_PER_MS - DAPS_LAG_NS;
}

static void watch_target(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;
    const bool late = several->target.command_ns != INT64_MIN &&
                      daps_ue_elapsed(ue, several->target.command_ns, ev->time_ns) > DAPS_LAG_NS;

    if (is_out_of_turn(ue, ev))
        daps_ue_contradict(ue, ev);
    switch (ev->kind) {
    case DAPS_EV_RECONFIGURATION:
        if (ev->sync) {
            several->target.command_ns = ev->c_rnti >= 0 && ev->target.pci >= 0 ? ev->time_ns : INT64_MIN;
            several->target.c_rnti = ev->c_rnti;
            several->target.pci = ev->target.pci;
            several->target.heard = false;
            several->target.transaction = -1;
        } else if (late) {
            several->target.transaction = ev->transaction;
        }
        break;
    case DAPS_EV_RECONFIGURATION_COMPLETE:
        several->target.heard |= late && ev->transaction >= 0 && several->target.transaction == ev->transaction;
        break;
    case DAPS_EV_REESTABLISHMENT_REQUEST: /* TS 38.331 5.3.7.4: a failed handover is told from the source */
        if (late && several->target.heard && ev->cause == DAPS_REEST_HANDOVER_FAILURE && ue->n_candidates == 0 &&
            (ev->ue_c_rnti != several->target.c_rnti || ev->ue_pci != several->target.pci))
            daps_ue_contradict(ue, ev);
        several->target.command_ns = INT64_MIN;
        break;
    case DAPS_EV_FAILURE_INFORMATION:
    case DAPS_EV_MOBILITY_FROM_NR:
    case DAPS_EV_MOBILITY_FROM_EUTRA:
    case DAPS_EV_SETUP:
    case DAPS_EV_RELEASE:
        several->target.command_ns = INT64_MIN;
        break;
    default:
        break;
    }
}

/* ---- who has another C-RNTI does not have the former ---- */

static void note_name(struct daps_several *several, int32_t c_rnti, int32_t pci, int64_t time_ns)
{
    unsigned i = 0;

    if (c_rnti < 0 || pci < 0)
        return;
    while (i < MIN(several->n_names, DAPS_SEVERAL_NAMES) &&
           (several->names[i].c_rnti != c_rnti || several->names[i].pci != pci))
        i++;
    if (i == MIN(several->n_names, DAPS_SEVERAL_NAMES))
        i = several->n_names++ % DAPS_SEVERAL_NAMES;
    several->names[i].c_rnti = c_rnti;
    several->names[i].pci = pci;
    several->names[i].time_ns = time_ns;
}

/* It may have been given once more, so this is said once. */
static void watch_names(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_several *several = &ue->several;

    switch (ev->kind) {
    case DAPS_EV_SETUP_COMPLETE:
    case DAPS_EV_REESTABLISHMENT_COMPLETE:
    case DAPS_EV_RESUME_COMPLETE:
        several->access_ns = ev->time_ns;
        break;
    case DAPS_EV_RECONFIGURATION:
    case DAPS_EV_CANDIDATE:
        note_name(several, ev->c_rnti, ev->target.pci, ev->time_ns);
        break;
    case DAPS_EV_REESTABLISHMENT_REQUEST:
        for (unsigned i = 0; i < MIN(several->n_names, DAPS_SEVERAL_NAMES); i++) {
            if (!several->named_again && several->access_ns != INT64_MIN && several->names[i].c_rnti == ev->ue_c_rnti &&
                several->names[i].pci == ev->ue_pci && several->names[i].time_ns < several->access_ns - DAPS_LAG_NS &&
                several->access_ns < ev->time_ns - DAPS_LAG_NS) {
                several->named_again = true;
                daps_ue_contradict(ue, ev);
            }
        }
        note_name(several, ev->ue_c_rnti, ev->ue_pci, ev->time_ns);
        break;
    default:
        break;
    }
}

void daps_ue_watch_others(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->from_pdcp || ue->seen.pdus || ev->time_ns == INT64_MIN || !ue->clock_moves)
        return; /* COUNT and MAC-I tell */
    watch_sequels(ue, ev);
    watch_security(ue, ev);
    watch_request(ue, ev);
    watch_resume(ue, ev);
    watch_left(ue, ev);
    watch_connected(ue, ev);
    watch_away(ue, ev);
    watch_target(ue, ev);
    watch_names(ue, ev);
}
