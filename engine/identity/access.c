/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What random access says of names (TS 38.321 and TS 36.321 5.1.4, 5.1.5).
 *
 * A random access response gives a temporary C-RNTI that nobody in the cell has. Msg3 over it either names the C-RNTI
 * its UE has in a MAC CE, and the temporary one is dropped, or is a message on CCCH, and the temporary one becomes the
 * UE's. Several UEs may send theirs in the same place: the UE Contention Resolution Identity, the first 48 bits of the
 * CCCH message, says which one was heard.
 */
#include "identity/inside.h"

uint64_t identity_msg3_id(const uint8_t octets[static IDENTITY_MSG3_OCTETS])
{
    uint64_t id = 1;

    for (unsigned i = 0; i < IDENTITY_MSG3_OCTETS; i++)
        id = id << 8 | octets[i];
    return id;
}

/* ---- responses ---- */

void identity_assigned(struct identity *identity, const struct identity_name *writer, uint16_t rnti, uint64_t frame,
                       int64_t time_ns)
{
    struct by_rnti *at = identity_by_rnti(identity, rnti);

    identity->marks++;
    at->assigned_frame = frame;
    at->assigned_ns = time_ns;
    at->assigned_node = writer->of_log ? 0 : identity_node(identity, writer);
}

void identity_not_taken(struct identity *identity, const struct identity_link *like, uint16_t temporary)
{
    struct by_rnti *at = identity_by_rnti(identity, temporary);

    identity->marks++;
    if (at->assigned_node == like->node)
        at->assigned_frame = 0;
}

static bool is_within(int64_t from_ns, int64_t to_ns, int64_t limit_ns)
{
    return from_ns == INT64_MIN || to_ns == INT64_MIN ||
           (to_ns >= from_ns && (uint64_t)to_ns - (uint64_t)from_ns <= (uint64_t)limit_ns);
}

/*
 * In a capture of several cells the response may be of another one, and contention-free access may be answered with the
 * C-RNTI that the UE has: so a UE that was there just now is there still, and one that is only silent gives way to a
 * message on CCCH alone.
 */
bool identity_is_anew(struct identity *identity, const struct identity_link *link, bool first_access)
{
    const struct identity_ue *ue = link->ue;
    const struct by_rnti *at;

    if (link->of_log || link->rnti < 0)
        return false;
    at = identity_by_rnti(identity, (uint16_t)link->rnti);
    if (at->assigned_frame <= link->frame || at->assigned_node != link->node ||
        !is_within(at->assigned_ns, identity->time_ns, ASSIGNED_NS))
        return false;
    if (ue->released || ue->suspended || (first_access && ue->newest != link))
        return true;
    return (first_access || ue->newest != link) && !is_within(link->time_ns, at->assigned_ns, HELD_NS);
}

/* ---- contention ---- */

void identity_note_msg3(struct identity *identity, struct identity_link *link, uint64_t ue_key, uint64_t msg3)
{
    if (link->msg3.id != msg3)
        link->earlier_msg3 = link->msg3;
    link->msg3 = (struct identity_msg3){
        .id = msg3, .ue_key = ue_key, .frame = identity->frame, .provisional = link->provisional};
}

/* The name is in use, and a request for another UE came over it: now it is known for which. */
static void reclaim(struct identity *identity, struct identity_link *link, uint64_t ue_key)
{
    identity_ue_drop(identity, link->claimed);
    link->claimed = NULL;
    if (ue_key == 0 || ue_key == link->ue_key)
        return;
    link->claimed = identity_ue_of(identity, ue_key);
    identity_ue_hold(link->claimed);
}

static void give(struct identity *identity, struct identity_link *link, const struct identity_msg3 *won)
{
    struct identity_ue *ue = won->ue_key != 0 ? identity_ue_of(identity, won->ue_key) : identity_ue_new(identity);

    if (ue == link->ue)
        return;
    identity_give(identity, link, ue);
    link->provisional = won->provisional;
    link->only_ccch = true;
    identity->found = (struct found){
        .link = link, .reason = DAPS_JOIN_RESOLVED, .announced_frame = won->ue_key != 0 ? won->frame : 0};
}

void identity_resolved(struct identity *identity, struct identity_link *link, uint64_t msg3)
{
    struct identity_msg3 won = {.id = msg3}; /* one that the capture lacks */

    identity->marks++;
    if (link->of_log || link->msg3.id == 0 || link->msg3.id == msg3)
        return;
    if (link->earlier_msg3.id == msg3)
        won = link->earlier_msg3;
    if (link->claimed != NULL)
        reclaim(identity, link, won.ue_key);
    else
        give(identity, link, &won);
    won.ue_key = link->ue_key;
    link->msg3 = won;
    link->earlier_msg3 = (struct identity_msg3){.id = 0};
}
