/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRCReconfiguration (TS 38.331 6.2.2) and what nests in it:
 *
 *   RRCReconfiguration
 *     radioBearerConfig, radioBearerConfig2        bearers, DAPS per DRB, algorithms           6.3.2
 *     masterCellGroup (OCTET STRING)               reconfigurationWithSync: the handover       6.3.2
 *     masterKeyUpdate                              NCC, keySetChangeIndicator                  6.2.2
 *     secondaryCellGroup, nr-SCG (OCTET STRINGs)   SCG change
 *     conditionalReconfiguration, ltm-Config       each candidate an RRCReconfiguration (OCTET STRING)
 *
 * OCTET STRINGs are noted in the first walk and read in walks of their own: no recursion, and a candidate within a
 * candidate is not looked for (TS 38.331 forbids it).
 */
#include <stddef.h>
#include <string.h>

#include "daps/bound.h"
#include "per/tables_nr_rrc.h"
#include "rrc/reading.h"

#define MOST_CANDIDATES DAPS_BOUND(32, 3)

struct candidate {
    int id;
    bool ltm;
    struct rrc_span reconfiguration;
};

struct reconfiguration {
    struct daps_event *ev;
    struct rrc_bearers_walk bearers;
    struct rrc_span master, secondary, nr_scg, bearers2;
    unsigned n_candidates, n_removed;
    bool nas, future, too_many;
    struct candidate candidates[MOST_CANDIDATES]; /* not cleared: those below n_candidates count */
    struct candidate removed[MOST_CANDIDATES];
};

static void note_candidate(struct reconfiguration *c, bool ltm)
{
    if (c->n_candidates == MOST_CANDIDATES) {
        c->too_many = true;
        return;
    }
    c->candidates[c->n_candidates++] = (struct candidate){.id = -1, .ltm = ltm};
}

static void note_removed(struct reconfiguration *c, int id, bool ltm)
{
    if (c->n_removed == MOST_CANDIDATES) {
        c->too_many = true;
        return;
    }
    c->removed[c->n_removed++] = (struct candidate){.id = id, .ltm = ltm};
}

static void candidate_hit(struct rrc_reading *r, struct reconfiguration *c, const struct per_hit *hit)
{
    struct candidate *newest = c->n_candidates > 0 ? &c->candidates[c->n_candidates - 1] : NULL;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_CANDIDATE:
    case NR_RRC_LTM_CANDIDATE:
        note_candidate(c, hit->field == NR_RRC_LTM_CANDIDATE);
        break;
    case NR_RRC_CANDIDATE_ID:
        if (newest != NULL && newest->id < 0)
            newest->id = (int)hit->value;
        break;
    case NR_RRC_CANDIDATE_RECONFIGURATION:
        if (newest != NULL)
            newest->reconfiguration = rrc_span_of(r, hit);
        break;
    case NR_RRC_CONDITIONAL_RECONFIGURATION:
        c->ev->conditional = true;
        break;
    case NR_RRC_ATTEMPT_COND_RECONFIG:
        c->ev->attempt_conditional = true;
        break;
    case NR_RRC_CANDIDATE_REMOVED:
        note_removed(c, (int)hit->value, false);
        break;
    case NR_RRC_LTM_REMOVED:
        note_removed(c, (int)hit->value, true);
        break;
    case NR_RRC_LTM_RELEASE:
        note_removed(c, -1, true);
        break;
    default:
        rrc_bearers_hit(&c->bearers, hit);
        break;
    }
}

/* masterKeyUpdate and sk-Counter: which key is next. */
static void key_hit(struct rrc_reading *r, struct reconfiguration *c, const struct per_hit *hit)
{
    struct daps_event *ev = c->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_MASTER_KEY_UPDATE:
        ev->key_update = true;
        break;
    case NR_RRC_KEY_SET_CHANGE_INDICATOR:
        ev->key_set_change = hit->value != 0;
        break;
    case NR_RRC_NEXT_HOP_CHAINING_COUNT:
        ev->ncc = (int8_t)hit->value;
        break;
    case NR_RRC_NAS_CONTAINER:
        ev->nas_container = true;
        ev->nas_digest = rrc_digest(rrc_span_of(r, hit));
        break;
    case NR_RRC_SK_COUNTER:
        ev->sk_counter = (int32_t)hit->value;
        break;
    default:
        candidate_hit(r, c, hit);
        break;
    }
}

struct reconfiguration_walk {
    struct rrc_reading *r;
    struct reconfiguration *c;
};

static bool on_reconfiguration(void *user, const struct per_hit *hit)
{
    struct reconfiguration_walk *walk = user;
    struct reconfiguration *c = walk->c;
    struct daps_event *ev = c->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case NR_RRC_CRITICAL:
        c->future = hit->value != 0;
        break;
    case NR_RRC_MASTER_CELL_GROUP:
        c->master = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_SECONDARY_CELL_GROUP:
        c->secondary = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_NR_SCG:
        c->nr_scg = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_RADIO_BEARER_CONFIG2:
        c->bearers2 = rrc_span_of(walk->r, hit);
        break;
    case NR_RRC_FULL_CONFIG:
        ev->full_config = true;
        break;
    case NR_RRC_DEDICATED_NAS:
        c->nas = true;
        break;
    case NR_RRC_DAPS_SOURCE_RELEASE:
        ev->daps_source_release = true;
        break;
    default:
        key_hit(walk->r, c, hit);
        break;
    }
    return true;
}

/* Reads one RRCReconfiguration with its master cell group and bearers into ev. */
static bool read_reconfiguration(struct rrc_reading *r, struct rrc_span span, struct reconfiguration *c,
                                 struct daps_event *ev)
{
    struct reconfiguration_walk walk = {r, c};
    struct rrc_cell_group_walk group = {.ev = ev, .rlc = ev->kind == DAPS_EV_RECONFIGURATION ? r->out : NULL};

    memset(c, 0, offsetof(struct reconfiguration, candidates));
    c->ev = ev;
    rrc_bearers_begin(&c->bearers, ev);
    if (!rrc_walk(r, NR_RRC_ROOT_RRCRECONFIGURATION, span, on_reconfiguration, &walk))
        return false;
    rrc_bearers_end(&c->bearers);
    if (c->bearers2.present && !rrc_walk(r, NR_RRC_ROOT_RADIOBEARERCONFIG, c->bearers2, rrc_on_bearer, &c->bearers))
        return false;
    rrc_bearers_end(&c->bearers);
    if (c->master.present && !rrc_walk(r, NR_RRC_ROOT_CELLGROUPCONFIG, c->master, rrc_on_cell_group, &group))
        return false;
    return !c->too_many || rrc_refuse(r, "more candidates than the standard allows");
}

static void read_candidate(struct rrc_reading *r, const struct candidate *candidate)
{
    struct daps_event *ev;
    struct reconfiguration c;

    if (!candidate->reconfiguration.present)
        return; /* only its execution condition changes */
    ev = rrc_add_event(r, DAPS_EV_CANDIDATE);
    if (ev == NULL)
        return;
    ev->candidate_id = (int16_t)candidate->id;
    ev->ltm = candidate->ltm;
    ev->digest = rrc_digest(candidate->reconfiguration);
    (void)read_reconfiguration(r, candidate->reconfiguration, &c, ev);
}

void rrc_nr_scg(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter)
{
    struct daps_event inner;
    struct reconfiguration c;

    daps_event_clear(&inner, DAPS_EV_SCG_CHANGE);
    if (read_reconfiguration(r, span, &c, &inner) && c.secondary.present)
        rrc_secondary_cell_group(r, c.secondary, sk_counter);
}

void rrc_reconfiguration(struct rrc_reading *r, struct rrc_span span, bool prepared, uint64_t digest)
{
    struct reconfiguration c;
    struct daps_event *ev = rrc_add_event(r, DAPS_EV_RECONFIGURATION);

    if (ev == NULL)
        return;
    ev->prepared = prepared;
    ev->digest = digest;
    if (!read_reconfiguration(r, span, &c, ev))
        return;
    if (c.future) {
        ev->kind = DAPS_EV_TRAFFIC; /* criticalExtensionsFuture: nobody knows what it says */
        return;
    }
    for (unsigned i = 0; i < c.n_removed; i++)
        rrc_candidate_released(r, c.removed[i].id, c.removed[i].ltm);
    for (unsigned i = 0; i < c.n_candidates; i++)
        read_candidate(r, &c.candidates[i]);
    if (c.secondary.present)
        rrc_secondary_cell_group(r, c.secondary, ev->sk_counter);
    if (c.nr_scg.present)
        rrc_nr_scg(r, c.nr_scg, ev->sk_counter);
    if (c.nas)
        (void)rrc_add_event(r, DAPS_EV_NAS_TRANSFER);
}
