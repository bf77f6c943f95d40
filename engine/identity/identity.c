/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names to UEs: the weight of what speaks for one (identity.h). */
#include <stdio.h>

#include "identity/inside.h"

struct identity *identity_new(enum daps_rat rat, const struct identity_sink *sink)
{
    struct identity *identity = g_new0(struct identity, 1);

    identity->rat = rat;
    if (sink != NULL)
        identity->sink = *sink;
    identity_tables_new(identity);
    return identity;
}

void identity_free(struct identity *identity)
{
    if (identity == NULL)
        return;
    identity_announced_free(identity);
    identity_tables_free(identity);
    g_free(identity);
}

void identity_finish(struct identity *identity)
{
    identity_tell_found(identity);
}

uint64_t identity_evicted(const struct identity *identity)
{
    return identity->evicted;
}

const struct identity_link *identity_last(const struct identity *identity)
{
    return identity->last;
}

/* ---- telling ---- */

void identity_tell(struct identity *identity, const struct identity_link *link, enum daps_identity_reason reason,
                   uint64_t announced_frame)
{
    char name[80] = "";
    const struct daps_identity_join join = {
        .frame = identity->frame, .name = name, .reason = reason, .announced_frame = announced_frame};
    int n = 0;

    if (identity->sink.join == NULL)
        return;
    if (link->ue_id >= 0)
        n = snprintf(name, sizeof name, "UEId %d", (int)link->ue_id);
    if (link->rnti >= 0)
        n += snprintf(name + n, sizeof name - (size_t)n, "%sC-RNTI 0x%04X", n > 0 ? ", " : "", (unsigned)link->rnti);
    if (link->node > 1 && n > 0)
        snprintf(name + n, sizeof name - (size_t)n, ", writer %u", link->node);
    identity->sink.join(identity->sink.user, link->ue_key, &join);
}

/* A new name on CCCH is told once its message has said whose it is. */
void identity_tell_found(struct identity *identity)
{
    const struct identity_link *link = identity->found.link;

    identity->found.link = NULL;
    if (link != NULL)
        identity_tell(identity, link, identity->found.reason, identity->found.announced_frame);
}

/* ---- finding ---- */

/* Is that other name of the UE under the same UEId, or may it be? */
static bool has_ue_id(const struct identity_link *other, const struct identity_link *link)
{
    const int64_t ue_id = other->ue_id >= 0 ? other->ue_id : (int64_t)other->msg3_ue_id - 1;

    return ue_id < 0 || (ue_id == link->ue_id && other->node == link->node);
}

bool identity_is_held(const struct identity_link *link)
{
    const struct identity_link *newest = link->ue->newest;

    return newest == NULL || newest == link || has_ue_id(newest, link);
}

bool identity_is_adrift(const struct identity *identity, const struct identity_link *link)
{
    return !link->of_log && link->ue->adrift && link->ue->refs == 1 && link->ue->adrift_ns != INT64_MIN &&
           identity->time_ns != INT64_MIN &&
           (uint64_t)identity->time_ns - (uint64_t)link->ue->adrift_ns + (uint64_t)DISORDER_NS <=
               2 * (uint64_t)DISORDER_NS; /* either way */
}

/* The same, and so soon after its use that it may still be: a UE in DAPS has two connections. */
static bool is_held_lately(const struct identity *identity, const struct identity_link *link)
{
    return identity_is_held(link) || link->time_ns == INT64_MIN || identity->time_ns == INT64_MIN ||
           (link->time_ns <= identity->time_ns &&
            (uint64_t)identity->time_ns - (uint64_t)link->time_ns <= (uint64_t)HELD_NS);
}

/* The newest link with that C-RNTI at the same writer, of that UE only unless NULL. */
static struct identity_link *newest_with_rnti(struct identity *identity, const struct identity_link *like,
                                              const struct identity_ue *ue)
{
    struct identity_link *at = identity_by_rnti(identity, (uint16_t)like->rnti)->links;

    for (unsigned i = 0; at != NULL && i < MOST_LOOKED_AT; i++, at = at->rnti_older) {
        if (at->node == like->node && (ue == NULL || at->ue == ue))
            return at;
    }
    return NULL;
}

/* In a connection a moment ago, and not released: what fails then is re-established, or takes longer (TS 38.331 5.3.7).
 */
static bool is_connected(const struct identity *identity, const struct identity_ue *ue)
{
    const struct identity_link *newest = ue->newest;

    return newest != NULL && !newest->only_ccch && !ue->released && newest->time_ns != INT64_MIN &&
           identity->time_ns != INT64_MIN && newest->time_ns <= identity->time_ns &&
           (uint64_t)identity->time_ns - (uint64_t)newest->time_ns <= (uint64_t)DISORDER_NS;
}

/*
 * Does a request under that UEId come from its UE? Not if that has moved on to a connection with another UEId, or has
 * had several: a new connection of it would have a new one, and its number is free for another UE.
 */
static bool is_held_for_request(struct identity *identity, const struct identity_link *holder)
{
    const struct identity_ue *ue = holder->ue;
    const struct identity_link like = {.rnti = (int32_t)ue->moved_rnti - 1, .node = ue->moved_node};
    const struct identity_link *moved = ue->moved_rnti != 0 ? newest_with_rnti(identity, &like, ue) : NULL;

    return identity_is_held(holder) && !ue->suspended && !ue->renumbered && !is_connected(identity, ue) &&
           !identity_is_ordered(identity, ue) && (moved == NULL || has_ue_id(moved, holder));
}

static struct identity_link *make(struct identity *identity, const struct identity_link *like, struct identity_ue *ue,
                                  enum daps_identity_reason reason)
{
    struct identity_link *link = identity_link_new(identity, like, ue);

    identity->found.link = link;
    identity->found.reason = reason;
    return link;
}

static struct identity_link *make_new(struct identity *identity, const struct identity_link *like, bool adrift)
{
    struct identity_ue *ue = identity_ue_new(identity);

    ue->adrift = adrift;
    ue->adrift_ns = identity->time_ns;
    return make(identity, like, ue, DAPS_JOIN_FIRST_SEEN);
}

static struct identity_link *add_ue_id(struct identity *identity, struct identity_link *link, int32_t ue_id)
{
    identity_add_ue_id(identity, link, ue_id);
    identity->found.link = link;
    identity->found.reason = DAPS_JOIN_SAME_RNTI;
    return link;
}

/* Some tools write UEId 0 until the UE has sent its first message, others number from 0 on. */
static bool lacks_ue_id(const struct identity_link *link)
{
    return link->ue_id < 0 || (link->ue_id == 0 && link->only_ccch);
}

/* The connection that a command ordered a UE to: the one its Msg3 came over, or a new one. */
static struct identity_link *follow(struct identity *identity, struct announcement *a, const struct identity_link *like)
{
    struct identity_link *link = newest_with_rnti(identity, like, a->ue);

    if (link != NULL && like->ue_id > 0 && lacks_ue_id(link))
        add_ue_id(identity, link, like->ue_id);
    else if (link == NULL || like->ue_id > 0)
        link = make(identity, like, a->ue, DAPS_JOIN_COMMAND);
    identity->found.reason = DAPS_JOIN_COMMAND;
    identity->found.announced_frame = a->frame;
    identity_arrived(a, link);
    return link;
}

/* One of the two names of a connection, C-RNTI with and without UEId, where the other one is known. */
static struct identity_link *other_name(struct identity *identity, const struct identity_link *like, bool first_access)
{
    struct identity_link *link = newest_with_rnti(identity, like, NULL);

    if (link == NULL || (first_access && !link->only_ccch))
        return NULL;
    if (like->ue_id > 0 && lacks_ue_id(link))
        return add_ue_id(identity, link, like->ue_id);
    if (like->ue_id == 0 && link->ue_id > 0 && link->only_ccch)
        return make(identity, like, link->ue, DAPS_JOIN_SAME_RNTI); /* its Msg3 had a UEId that stands for nobody */
    return like->ue_id < 0 && link->ue_id > 0 && !first_access ? link : NULL;
}

static struct identity_link *find_new(struct identity *identity, const struct identity_link *like, bool first_access)
{
    struct identity_link *holder = identity_ue_id_holder(identity, like->node, like->ue_id), *link = NULL;
    struct announcement *a = NULL;
    bool held;

    if (like->rnti >= 0 && !first_access) {
        a = identity_expected(identity, like, 0);
        if (a != NULL && !a->arrived)
            return follow(identity, a, like);
    }
    if (like->rnti >= 0)
        link = other_name(identity, like, first_access);
    if (link != NULL)
        return link;
    held = holder != NULL && (first_access ? is_held_for_request(identity, holder) : is_held_lately(identity, holder));
    if (held) {
        identity->found.by_ue_id = holder->ue;
        return make(identity, like, holder->ue, DAPS_JOIN_UE_ID);
    }
    if (a != NULL)
        return follow(identity, a, like);
    return make_new(identity, like, !first_access);
}

/* Msg3 once more, after another preamble: the UEId is the same, and no command has named the C-RNTI since. */
static struct identity_link *msg3_again(struct identity *identity, const struct identity_link *like)
{
    struct identity_link *at = identity_by_rnti(identity, (uint16_t)like->rnti)->links;

    for (unsigned i = 0; like->ue_id >= 0 && at != NULL && i < MOST_LOOKED_AT; i++, at = at->rnti_older) {
        if (at->node == like->node && at->msg3_ue_id == (uint32_t)like->ue_id + 1)
            return identity_expected(identity, like, at->frame) == NULL ? at : NULL;
    }
    return NULL;
}

/* Msg3 names its UE by the C-RNTI it has; the UEId may be that of the temporary C-RNTI (TS 38.321 5.1.5). */
static struct identity_link *find_msg3(struct identity *identity, struct identity_link *like)
{
    struct identity_link *holder = identity_ue_id_holder(identity, like->node, like->ue_id);
    struct identity_link *link = identity_lookup(identity, like);
    struct announcement *a = identity_expected(identity, like, link != NULL ? link->frame : 0);

    if (link != NULL && identity_is_held(link) && (a == NULL || a->arrived || a->ue != link->ue)) {
        return link;
    }
    like->ue_id = -1;
    if (a != NULL)
        return follow(identity, a, like);
    link = newest_with_rnti(identity, like, NULL);
    if (link != NULL &&
        (holder == NULL || holder->ue == link->ue || link->ue->newest == link || !is_held_lately(identity, holder)))
        return link; /* else the UE with that C-RNTI has moved on, and the UEId is another's */
    if (holder != NULL && is_held_lately(identity, holder))
        return make(identity, like, holder->ue, DAPS_JOIN_UE_ID);
    return make_new(identity, like, true);
}

static struct identity_link *find_by_mac_ce(struct identity *identity, struct identity_link *like,
                                            const struct identity_name *name)
{
    const int32_t ue_id = like->ue_id;
    struct identity_link *link = msg3_again(identity, like);

    if (name->has_temporary && name->temporary != name->rnti)
        identity_not_taken(identity, like, name->temporary);
    if (link == NULL)
        link = find_msg3(identity, like);
    link->msg3_ue_id = (uint32_t)(ue_id + 1);
    return link;
}

/* A name used before comes again because a command said so: whose it is now, the command knows. False: none did. */
static bool follow_known(struct identity *identity, struct identity_link *link)
{
    struct announcement *a = identity_expected(identity, link, link->frame);
    struct identity_ue *before = link->ue;

    if (a == NULL || a->arrived)
        return false;
    if (a->ue != before) {
        /* The same C-RNTI in another cell: a UEId tells them apart as long as its UE stays where it is. */
        if (link->ue_id > 0 && identity_is_held(link) && !identity_is_ordered(identity, before))
            return true;
        identity_give(identity, link, a->ue);
        identity->found.link = link;
        identity->found.reason = DAPS_JOIN_COMMAND;
        identity->found.announced_frame = a->frame;
    }
    identity_arrived(a, link);
    return true;
}

/* A name that is used on although an RRCSetup ended its connection: that RRCSetup was another UE's. */
static bool is_past(const struct identity *identity, const struct identity_link *link)
{
    const struct identity_ue *ue = link->ue;

    return !link->of_log && link->connection != ue->connection && identity->time_ns != INT64_MIN &&
           ue->connected_ns != INT64_MIN && identity->time_ns > ue->connected_ns &&
           (uint64_t)identity->time_ns - (uint64_t)ue->connected_ns > (uint64_t)DISORDER_NS;
}

/* A name that has a link. */
static struct identity_link *find_known(struct identity *identity, const struct identity_name *name,
                                        struct identity_link *link)
{
    const bool anew = identity_is_anew(identity, link, name->first_access);
    const bool followed = !link->of_log && link->rnti >= 0 && !name->first_access && follow_known(identity, link);

    if (name->first_access) {
        identity->found.anew = anew; /* its message says whose it is now */
    } else if (is_past(identity, link)) {
        identity_give(identity, link, identity_ue_new(identity));
        identity->found = (struct found){.link = link, .reason = DAPS_JOIN_FIRST_SEEN};
    } else if (anew && !followed) {
        identity_give(identity, link, identity_ue_new(identity));
        identity->found =
            (struct found){.link = link,
                           .reason = DAPS_JOIN_ASSIGNED,
                           .announced_frame = identity_by_rnti(identity, (uint16_t)link->rnti)->assigned_frame};
    }
    return link;
}

static int32_t ue_id_of(const struct identity_name *name)
{
    return name->has_ue_id ? name->ue_id : -1;
}

static int32_t rnti_of(const struct identity_name *name)
{
    return name->has_rnti ? name->rnti : -1;
}

static struct identity_link *find(struct identity *identity, const struct identity_name *name, uint32_t node)
{
    struct identity_link like = {
        .ue_id = ue_id_of(name), .rnti = rnti_of(name), .node = node, .of_log = name->of_log, .log_key = name->log_key};
    struct identity_link *link;

    if (name->in_mac_ce)
        return find_by_mac_ce(identity, &like, name);
    link = identity_lookup(identity, &like);
    if (link == NULL && name->of_log)
        return make(identity, &like, identity_ue_of(identity, name->log_key), DAPS_JOIN_LOG);
    if (link == NULL) {
        link = find_new(identity, &like, name->first_access);
        link->provisional = name->first_access; /* until its message has said whose it is */
        link->only_ccch |= name->first_access;
        return link;
    }
    return find_known(identity, name, link);
}

/* Mostly it is the one used before. */
static bool is_last(const struct identity *identity, const struct identity_name *name, uint32_t node)
{
    const struct identity_link *last = identity->last;

    return last != NULL && !name->in_mac_ce && last->node == node && last->ue_id == ue_id_of(name) &&
           last->rnti == rnti_of(name) && last->of_log == name->of_log && last->log_key == name->log_key;
}

struct identity_link *identity_find(struct identity *identity, const struct identity_name *name, uint64_t frame,
                                    int64_t time_ns)
{
    struct identity_link *link;
    uint32_t node;

    identity->marks++;
    identity_tell_found(identity);
    identity->found = (struct found){.link = NULL};
    identity->frame = frame;
    identity->time_ns = time_ns;
    node = name->of_log ? 0 : identity_node(identity, name);
    if (is_last(identity, name, node))
        link = find_known(identity, name, identity->last);
    else
        link = find(identity, name, node);
    identity->found.left = !identity_is_held(link);
    identity_use(identity, link);
    if (!name->first_access)
        identity_tell_found(identity);
    return link;
}

/* No C-RNTI that a command could announce or a response assign, and no connection that an RRCSetup has ended. */
uint64_t identity_mark(const struct identity *identity)
{
    const struct identity_link *last = identity->last;

    return last != NULL && identity->found.link == NULL && !last->provisional &&
                   (last->of_log || (last->rnti < 0 && last->connection == last->ue->connection))
               ? identity->marks
               : 0;
}

struct identity_link *identity_again(struct identity *identity, uint64_t mark, uint64_t frame, int64_t time_ns)
{
    if (mark == 0 || mark != identity->marks)
        return NULL;
    identity->frame = identity->last->frame = frame;
    identity->time_ns = identity->last->time_ns = time_ns;
    return identity->last;
}
