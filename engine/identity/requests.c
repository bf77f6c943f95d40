/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What messages on CCCH say about whose a name is.
 *
 * A request is on trial until somebody answers: anybody can send one that names any UE (the shortMAC-I of TS 38.331
 * 5.3.7.4 tells, where keys are known). So it makes no name of its UE older, and takes no name from another UE; only an
 * answer does. An RRCSetup that answers it starts a connection from nothing, of whoever sent it.
 */
#include "identity/inside.h"

static bool is_copy(const struct identity *identity, const struct identity_link *link, uint64_t digest)
{
    return link->request_digest == digest && digest != 0 && !link->provisional &&
           (identity->time_ns == INT64_MIN || link->request_time_ns == INT64_MIN ||
            (identity->time_ns >= link->request_time_ns &&
             (uint64_t)identity->time_ns - (uint64_t)link->request_time_ns <= (uint64_t)COPY_NS));
}

static void settle(struct identity *identity, struct identity_link *link)
{
    link->provisional = false;
    link->ue->newest = link;
    link->ue->suspended = link->ue->released = false;
    link->ue->moved_rnti = 0;
    if (link->claimed != NULL)
        identity_ue_drop(identity, link->claimed);
    link->claimed = NULL;
}

static void give(struct identity *identity, struct identity_link *link, struct identity_ue *ue,
                 enum daps_identity_reason reason, uint64_t announced_frame)
{
    identity_give(identity, link, ue);
    identity->found.link = link;
    identity->found.reason = reason;
    identity->found.announced_frame = announced_frame;
}

/* RRCSetupRequest, or the RRCSetup whose request the capture lacks. */
static void connect(struct identity *identity, struct identity_link *link)
{
    const bool fresh = identity->found.link == link;

    if (!fresh && (link->provisional || link->ue->suspended || identity->found.left || identity->found.anew ||
                   identity_is_ordered(identity, link->ue)))
        give(identity, link, identity_ue_new(identity), DAPS_JOIN_SETUP, 0);
    settle(identity, link);
}

static void setup_request(struct identity *identity, struct identity_link *link, uint64_t digest)
{
    if (is_copy(identity, link, digest))
        return;
    connect(identity, link);
    link->only_ccch = true;
    link->request_digest = digest;
    link->request_time_ns = identity->time_ns;
}

static void setup(struct identity *identity, struct identity_link *link)
{
    const bool awaited = link->only_ccch && !link->provisional;

    if (!awaited || identity->found.link == link)
        connect(identity, link);
    link->connection = ++link->ue->connection;
    link->ue->connected_ns = identity->time_ns;
}

/* A request that speaks for ue, over a name that may be another UE's. */
static uint64_t request(struct identity *identity, struct identity_link *link, struct identity_ue *ue,
                        enum daps_identity_reason reason, uint64_t announced_frame)
{
    const bool unused =
        identity->found.link == link || identity->found.anew || link->only_ccch || identity_is_adrift(identity, link);

    link->request_digest = 0;
    if (ue == NULL && (identity->found.anew || (identity->found.past && identity->found.link == link))) {
        /* The UE of that connection is still in it: the RRCSetup, and this UEId since, were another's; or the UE that
           had the C-RNTI has it no more. */
        give(identity, link, identity_ue_new(identity), DAPS_JOIN_FIRST_SEEN, 0);
        settle(identity, link);
        return link->ue_key;
    }
    if (ue == NULL || ue == link->ue) {
        if (identity->found.link == link && (ue == NULL || identity->found.by_ue_id == ue))
            settle(identity, link);
        return link->ue_key;
    }
    if (unused) {
        give(identity, link, ue, reason, announced_frame);
        link->provisional = link->only_ccch = true;
        return link->ue_key;
    }
    if (link->claimed != NULL)
        identity_ue_drop(identity, link->claimed);
    identity_ue_hold(ue);
    link->claimed = ue;
    return ue->key;
}

/* What the message says of whose the name is, and whose it is itself. */
static uint64_t understand(struct identity *identity, struct identity_link *link, const struct daps_event *ev,
                           uint64_t digest)
{
    uint64_t ue_key = link->ue_key, announced_frame = 0;
    struct identity_ue *ue;

    switch (ev->kind) {
    case DAPS_EV_SETUP_REQUEST:
        setup_request(identity, link, digest);
        ue_key = link->ue_key;
        break;
    case DAPS_EV_SETUP:
        setup(identity, link);
        ue_key = link->ue_key;
        break;
    case DAPS_EV_REESTABLISHMENT_REQUEST:
        ue = ev->ue_c_rnti >= 0 ? identity_of_request(identity, link, ev, &announced_frame) : NULL;
        ue_key = request(identity, link, ue, DAPS_JOIN_REQUEST, announced_frame);
        break;
    case DAPS_EV_RESUME_REQUEST:
        ue = identity_of_resume(identity, ev, &announced_frame);
        ue_key = request(identity, link, ue, DAPS_JOIN_RESUME, announced_frame);
        break;
    case DAPS_EV_REESTABLISHMENT: /* LTE: it comes on CCCH (TS 36.331 5.3.7.5) */
        if (link->claimed != NULL && link == identity->last)
            ue_key = identity_answered(identity);
        break;
    default:
        break;
    }
    return ue_key;
}

uint64_t identity_common(struct identity *identity, struct identity_link *link, const struct daps_event *ev,
                         uint64_t digest, uint64_t msg3)
{
    uint64_t ue_key = link->ue_key;

    identity->marks++;
    if (link->of_log)
        return ue_key;
    if (ev != NULL) {
        ue_key = understand(identity, link, ev, digest);
        identity_tell_found(identity);
    }
    if (msg3 != 0)
        identity_note_msg3(identity, link, ue_key, msg3);
    return ue_key;
}

void identity_dedicated(struct identity *identity, struct identity_link *link)
{
    link->only_ccch = false;
    if (!link->provisional)
        return;
    identity->marks++;
    settle(identity, link);
}

bool identity_is_claimed(const struct identity *identity)
{
    return identity->last != NULL && identity->last->claimed != NULL;
}

uint64_t identity_answered(struct identity *identity)
{
    struct identity_link *link = identity->last;
    struct identity_ue *ue = link->claimed;

    identity->marks++;
    identity_ue_hold(ue);
    identity_give(identity, link, ue);
    identity_ue_drop(identity, ue);
    settle(identity, link);
    identity_tell(identity, link, DAPS_JOIN_REQUEST, 0);
    return link->ue_key;
}
