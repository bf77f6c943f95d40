/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What RRC announces: the C-RNTI that a command gives a UE (newUE-Identity, TS 38.331 6.3.2), the I-RNTI under which it
 * may resume (suspendConfig, 5.3.8.3), and who a request says it comes from (ue-Identity, 5.3.7.4; resumeIdentity,
 * 5.3.13.3).
 */
#include "identity/inside.h"

#define FULL (UINT64_C(1) << 63) /* of keys: fullI-RNTI */

static bool is_over(const struct identity *identity, int64_t since_ns, int64_t limit_ns)
{
    return since_ns != INT64_MIN && identity->time_ns != INT64_MIN && identity->time_ns > since_ns &&
           (uint64_t)identity->time_ns - (uint64_t)since_ns > (uint64_t)limit_ns;
}

/* ---- C-RNTIs ---- */

static void unlink_announcement(struct identity *identity, struct announcement *a)
{
    if (a->newer != NULL)
        a->newer->older = a->older;
    else
        identity->announced = a->older;
    if (a->older != NULL)
        a->older->newer = a->newer;
    else
        identity->announced_oldest = a->newer;
    if (a->rnti_newer != NULL)
        a->rnti_newer->rnti_older = a->rnti_older;
    else
        identity_by_rnti(identity, a->rnti)->announced = a->rnti_older;
    if (a->rnti_older != NULL)
        a->rnti_older->rnti_newer = a->rnti_newer;
    identity->n_announced--;
}

static void link_announcement(struct identity *identity, struct announcement *a)
{
    struct by_rnti *at = identity_by_rnti(identity, a->rnti);

    a->older = identity->announced;
    if (identity->announced != NULL)
        identity->announced->newer = a;
    else
        identity->announced_oldest = a;
    identity->announced = a;
    a->rnti_older = at->announced;
    if (at->announced != NULL)
        at->announced->rnti_newer = a;
    at->announced = a;
    identity->n_announced++;
}

static void forget(struct identity *identity, struct announcement *a)
{
    unlink_announcement(identity, a);
    identity_ue_drop(identity, a->ue);
    g_free(a);
}

void identity_announced_free(struct identity *identity)
{
    while (identity->announced != NULL)
        forget(identity, identity->announced);
}

static int32_t pci_of(const struct identity_ue *ue)
{
    return ue->newest != NULL ? ue->newest->pci : -1;
}

/* The same C-RNTI given to the same UE before says nothing more. */
static void forget_same(struct identity *identity, const struct announcement *a)
{
    struct announcement *at = identity_by_rnti(identity, a->rnti)->announced;

    for (unsigned i = 0; at != NULL && i < MOST_LOOKED_AT; i++, at = at->rnti_older) {
        if (at->ue == a->ue && at->pci == a->pci) {
            forget(identity, at);
            return;
        }
    }
}

/* A command that is captured behind what followed it. */
static void catch_up(struct identity *identity, struct announcement *a)
{
    struct identity_link *link = identity_by_rnti(identity, a->rnti)->links;

    if (link == NULL || link->ue == a->ue || !identity_is_adrift(identity, link))
        return;
    identity_give(identity, link, a->ue);
    identity_arrived(a, link);
    identity_tell(identity, link, DAPS_JOIN_COMMAND, a->frame);
}

static void announce(struct identity *identity, struct identity_ue *ue, const struct daps_event *ev)
{
    struct announcement *a = g_new(struct announcement, 1);

    identity_ue_hold(ue);
    *a = (struct announcement){.rnti = (uint16_t)ev->c_rnti,
                               .pci = ev->target.pci >= 0 ? ev->target.pci : pci_of(ue),
                               .ue = ue,
                               .frame = ev->frame,
                               .time_ns = ev->time_ns,
                               .number = ++identity->announced_numbers,
                               .connection = ue->connection,
                               .candidate = ev->kind == DAPS_EV_CANDIDATE};
    if (!a->candidate) {
        ue->ordered = true;
        ue->ordered_ns = ev->time_ns;
        ue->first_valid = a->number;
    }
    forget_same(identity, a);
    if (identity->n_announced >= MOST_ANNOUNCED) {
        forget(identity, identity->announced_oldest);
        identity->evicted++;
    }
    link_announcement(identity, a);
    catch_up(identity, a);
}

bool identity_is_ordered(const struct identity *identity, const struct identity_ue *ue)
{
    return ue->ordered && !is_over(identity, ue->ordered_ns, COMMAND_NS);
}

static bool is_valid(const struct identity *identity, const struct announcement *a)
{
    return a->candidate || (a->number >= a->ue->first_valid && !is_over(identity, a->time_ns, COMMAND_NS));
}

/* How well the name fits an announcement; 0 not at all. */
static int fit(struct identity *identity, const struct announcement *a, const struct identity_link *name)
{
    const struct identity_link *holder = identity_ue_id_holder(identity, name->node, name->ue_id);
    const struct identity_link *at = a->ue->newest;

    if (!is_valid(identity, a))
        return 0;
    if (a->arrived) {       /* it may come again under further UEIds, if nothing speaks for somebody else */
        if (holder != NULL) /* its own UEId outweighs that the C-RNTI was given to another UE, too */
            return holder->ue == a->ue ? 5 : 0;
        return at != NULL && at->rnti == name->rnti && at->node == name->node;
    }
    return 2 + (at != NULL && at->node == name->node) + 2 * (holder != NULL && holder->ue == a->ue);
}

struct announcement *identity_expected(struct identity *identity, const struct identity_link *name, uint64_t last_used)
{
    struct announcement *at = identity_by_rnti(identity, (uint16_t)name->rnti)->announced, *best = NULL;
    int best_fit = 0;

    for (unsigned i = 0; at != NULL && i < MOST_LOOKED_AT; i++, at = at->rnti_older) {
        int this_fit = at->frame >= last_used ? fit(identity, at, name) : 0;
        if (this_fit > best_fit) {
            best = at;
            best_fit = this_fit;
        }
    }
    return best;
}

void identity_arrived(struct announcement *a, struct identity_link *link)
{
    a->arrived = true;
    link->connection = link->ue->connection;
    a->ue->moved_rnti = (uint32_t)a->rnti + 1;
    a->ue->moved_node = link->node;
    link->pci = a->pci;
    if (!a->candidate && a->number == a->ue->first_valid)
        a->ue->ordered = false;
}

/* ---- requests ---- */

struct search {
    const struct identity_link *from; /* who asks */
    const struct identity_link *holder;
    int32_t pci;
    int best_fit;
    uint64_t best_frame, announced_frame;
    uint64_t best_number; /* of the announcement that speaks for the best, 0 none */
    struct identity_ue *best;
};

/*
 * been: the UE has been seen under that C-RNTI; a request names the PCell it was in (TS 38.331 5.3.7.4). Under the very
 * UEId that asks, it says more than a cell of that PCI.
 */
enum been { BEEN_NOWHERE, BEEN_THERE, BEEN_BY_NAME };

static void consider(struct search *search, struct identity_ue *ue, int32_t pci, uint32_t node, uint64_t frame,
                     enum been been)
{
    const bool by_ue_id = been != BEEN_NOWHERE && search->holder != NULL && search->holder->ue == ue;
    int this_fit;

    if (pci >= 0 && pci != search->pci)
        return;
    this_fit = 1 + (node == search->from->node) + 2 * by_ue_id + 4 * (been != BEEN_NOWHERE && pci >= 0) +
               5 * (been == BEEN_BY_NAME);
    if (this_fit < search->best_fit || (this_fit == search->best_fit && frame < search->best_frame))
        return;
    search->best = ue;
    search->best_fit = this_fit;
    search->best_frame = frame;
    search->announced_frame = search->best_number = 0;
}

/*
 * Where no framing names C-RNTIs, those that re-establishment and resume give are not known: the request may name one
 * of them. So a UEId that its UE still has outweighs a C-RNTI that another UE had before it was sent elsewhere.
 */
static bool is_ue_ids(const struct identity *identity, const struct identity_link *link, const struct search *search)
{
    const struct identity_ue *ue = link->ue;

    return link->rnti < 0 && link->ue_id > 0 && identity->found.link != link && !identity->found.left &&
           !ue->suspended && !ue->released && !ue->renumbered && search->best != NULL && search->best != ue &&
           search->best_number != 0 && search->best_number < search->best->first_valid;
}

struct identity_ue *identity_of_request(struct identity *identity, const struct identity_link *link,
                                        const struct daps_event *request, uint64_t *announced_frame)
{
    const struct by_rnti *at = identity_by_rnti(identity, (uint16_t)request->ue_c_rnti);
    struct search search = {
        .from = link, .holder = identity_ue_id_holder(identity, link->node, link->ue_id), .pci = request->ue_pci};
    unsigned i = 0;

    for (struct identity_link *other = at->links; other != NULL && i < MOST_LOOKED_AT; other = other->rnti_older, i++) {
        if (other == link || other->provisional)
            continue;
        if (other->connection == other->ue->connection)
            consider(&search, other->ue, other->pci, other->node, other->frame,
                     other->node == link->node && other->ue_id > 0 && other->ue_id == link->ue_id ? BEEN_BY_NAME
                                                                                                  : BEEN_THERE);
        else if (other->pci < 0 || other->pci == search.pci)
            identity->found.past |= other->node == link->node; /* an RRCSetup has ended it (TS 38.331 5.3.3.4) */
    }
    i = 0;
    for (const struct announcement *a = at->announced; a != NULL && i < MOST_LOOKED_AT; a = a->rnti_older, i++) {
        if (a->connection != a->ue->connection)
            continue;
        consider(&search, a->ue, a->pci, a->ue->newest != NULL ? a->ue->newest->node : 0, a->frame,
                 a->arrived || link->rnti < 0 ? BEEN_THERE : BEEN_NOWHERE);
        if (search.best == a->ue && search.best_frame == a->frame) {
            search.announced_frame = a->frame;
            search.best_number = a->number;
        }
    }
    if (is_ue_ids(identity, link, &search))
        return link->ue;
    *announced_frame = search.announced_frame;
    return search.best;
}

/* ---- I-RNTIs ---- */

static void remember(struct identity *identity, struct identity_ue *ue, uint64_t key, uint64_t frame)
{
    struct resumable *at = g_hash_table_lookup(identity->resumable, &key);

    identity_ue_hold(ue);
    if (at != NULL) {
        identity_ue_drop(identity, at->ue);
    } else {
        if (g_hash_table_size(identity->resumable) >= MOST_RESUMABLE) {
            struct resumable *oldest = g_queue_pop_head(&identity->resumable_age);
            identity_ue_drop(identity, oldest->ue);
            g_hash_table_remove(identity->resumable, &oldest->key);
            identity->evicted++;
        }
        at = g_new0(struct resumable, 1);
        at->key = key;
        g_hash_table_insert(identity->resumable, &at->key, at);
        g_queue_push_tail(&identity->resumable_age, at);
    }
    at->ue = ue;
    at->frame = frame;
}

struct identity_ue *identity_of_resume(struct identity *identity, const struct daps_event *request,
                                       uint64_t *announced_frame)
{
    const uint64_t key = request->i_rnti >= 0 ? FULL | (uint64_t)request->i_rnti : (uint64_t)request->short_i_rnti;
    const struct resumable *at =
        request->i_rnti >= 0 || request->short_i_rnti >= 0 ? g_hash_table_lookup(identity->resumable, &key) : NULL;

    *announced_frame = at != NULL ? at->frame : 0;
    return at != NULL ? at->ue : NULL;
}

/* ---- messages ---- */

static void learn(struct identity *identity, struct identity_ue *ue, const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_RECONFIGURATION:
    case DAPS_EV_CANDIDATE:
        if (!ev->prepared && ev->sync && ev->c_rnti >= 0)
            announce(identity, ue, ev);
        break;
    case DAPS_EV_FAILURE_INFORMATION:
        if (ev->daps_failure) {
            ue->ordered = false;
            ue->moved_rnti = 0;
        }
        break;
    case DAPS_EV_RELEASE:
        ue->suspended = ev->suspend;
        ue->released = !ev->suspend;
        if (ev->suspend && ev->i_rnti >= 0)
            remember(identity, ue, FULL | (uint64_t)ev->i_rnti, ev->frame);
        if (ev->suspend && ev->short_i_rnti >= 0)
            remember(identity, ue, (uint64_t)ev->short_i_rnti, ev->frame);
        break;
    case DAPS_EV_REESTABLISHMENT: /* back in one cell: what was commanded before is void */
        ue->ordered = false;
        ue->moved_rnti = 0;
        ue->first_valid = identity->announced_numbers + 1;
        break;
    default:
        break;
    }
}

void identity_learn(struct identity *identity, uint64_t ue_key, const struct daps_event *events, uint32_t n)
{
    struct identity_ue *ue;

    identity->marks++;
    while (n > 0 && !identity_is_of_use(events)) {
        events++;
        n--;
    }
    if (n == 0)
        return;
    ue = identity_ue_of(identity, ue_key);
    identity_ue_hold(ue);
    for (uint32_t i = 0; i < n; i++)
        learn(identity, ue, &events[i]);
    identity_ue_drop(identity, ue);
}
