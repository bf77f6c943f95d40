/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share; not for others. */
#ifndef DAPS_ENGINE_PDCP_INSIDE_H
#define DAPS_ENGINE_PDCP_INSIDE_H

#include "bytes/digest.h"
#include "pdcp/header.h"
#include "pdcp/pdcp.h"

#define MAC DAPS_MAC_OCTETS

/* Where a PDU belongs. */
struct pdcp_placed {
    struct pdcp_context *context;
    struct pdcp_attempted how;
};

/* What the UE is now. On every way into this room, and after what is told. */
static inline const struct daps_ue_view *pdcp_look(struct daps_pdcp *pdcp)
{
    pdcp->host.look(pdcp->host.user, &pdcp->ue);
    return &pdcp->ue;
}

static inline struct daps_engine_counts *pdcp_counts(const struct daps_pdcp *pdcp)
{
    return pdcp->host.counts;
}

static inline struct pdcp_count *pdcp_count_of(struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return pdu->srb ? &context->srb[pdu->bearer - 1][pdu->downlink]
                    : pdcp_drb(context, pdu->bearer - 1U, pdu->downlink);
}

/* Is ciphering on in that direction? */
static inline bool pdcp_is_active(const struct pdcp_context *context, const struct daps_pdu *pdu)
{
    return pdu->downlink ? context->dl_active : context->ul_active;
}

static inline uint32_t pdcp_sn(const struct daps_pdu *pdu)
{
    return pdcp_header_sn(pdu->octets, pdu->sn_bits);
}

/* COUNT of signalling that no MAC-I tells it of. */
static inline uint32_t pdcp_count_unread(struct pdcp_context *context, const struct daps_pdu *pdu)
{
    const struct pdcp_count *state = pdcp_count_of(context, pdu);

    return pdu->sn_bits < 12 ? pdcp_count_onward(state, pdcp_sn(pdu), pdu->sn_bits)
                             : pdcp_count_infer(state, pdcp_sn(pdu), pdu->sn_bits);
}

static inline size_t pdcp_header(const struct daps_pdu *pdu)
{
    return pdcp_header_octets(pdu->sn_bits);
}

/* Between header and MAC-I of signalling, as it was sent. */
struct pdcp_data {
    const uint8_t *octets;
    size_t length;
};
static inline struct pdcp_data pdcp_data(const struct daps_pdu *pdu)
{
    const size_t header = pdcp_header(pdu);

    return (struct pdcp_data){pdu->octets + header, pdu->length - header - MAC};
}

/* place.c: a PDU of signalling under the key that makes its MAC-I right. True: placed, and reading says what came of
 * it; false: reading->suspect tells whether one verifies but it must wait. */
enum pdcp_patience { PDCP_JUST_CAME, PDCP_HAS_WAITED, PDCP_TIME_IS_OVER };
bool pdcp_place(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, enum pdcp_patience patience,
                struct pdcp_reading *reading);
/* The same for a PDU that verifies in a context it is known to belong to: what is read already decides nothing. */
void pdcp_read_in_stay(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed,
                       struct pdcp_reading *reading);
/* time_ns > than_ns + by_ns, both known. */
bool pdcp_is_later(int64_t time_ns, int64_t than_ns, int64_t by_ns);

/* room.c: false if it is too long to be kept. failed_in: serial of the context it was held against, 0 none. */
bool pdcp_wait(struct daps_pdcp *pdcp, const struct pdcp_reading *reading, bool suspect, uint32_t failed_in);
void pdcp_room_close(struct daps_pdcp *pdcp);         /* those that wait are counted */
bool pdcp_room_decides(const struct pdcp_room *room); /* has suspects: the end of the capture decides about them */
/* Do PDUs since then, one of them perhaps this, have one SN but not one content? Then one key cannot explain all. */
bool pdcp_room_contests(const struct pdcp_room *room, int64_t since_ns, const struct daps_pdu *pdu);
/* For the end tried on a copy: without octets only those that leave unread can be counted. NULL if nobody waits. */
struct pdcp_room *pdcp_room_copy(const struct pdcp_room *room, bool with_octets);
void pdcp_room_free(struct pdcp_room *room);  /* NULL is fine */
void pdcp_room_rest(struct pdcp_room **room); /* freed, and NULL, if nobody waits */
size_t pdcp_room_octets(const struct pdcp_room *room);

/* Read, but nothing follows it any more. */
void pdcp_tell_read(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_reading *reading);

/* pdcp.c */

/* place_mac.c: the context whose key makes the MAC-I right. */
bool pdcp_place_by_mac(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn, struct pdcp_placed *placed);
/* The same with every HFN within bounds, ciphered; the caller doubts what one MAC-I says among so many. */
bool pdcp_try_hfns(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                   struct pdcp_placed *placed);
bool pdcp_is_supported(const struct daps_pdcp *pdcp, const struct pdcp_context *context);
/* Is the key of the context, or one it could have been derived from, at hand? */
bool pdcp_has_key(const struct daps_pdcp *pdcp, const struct pdcp_context *context);
/* Is its own at hand, so that a wrong MAC-I rules the context out? Does that hold for every context? */
bool pdcp_is_keyed(const struct daps_pdcp *pdcp, const struct pdcp_context *context);
bool pdcp_all_keyed(const struct daps_pdcp *pdcp);
/* Does it rest on an NH line of the key log, which may stand under the wrong NCC? A wrong MAC-I speaks of the line. */
bool pdcp_may_be_mislabelled(const struct daps_pdcp *pdcp, const struct pdcp_context *context);
/* Likewise, and NEA0 leaves the PDU readable: what it says stands without the key log. */
bool pdcp_is_clear_whatever_the_key(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                                    const struct daps_pdu *pdu);
/* What the standard or the capture leaves open about the context's key. */
bool pdcp_try_choices(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                      struct pdcp_placed *placed);
/* The PDU is right under keys that are known by value: does what is open about the context's key make the same of it?
 */
void pdcp_name_key(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_placed *placed);
/* One context: the COUNT, and whether ciphered, with which the MAC-I is right. */
bool pdcp_try_context(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                      struct pdcp_placed *placed);

/* leaves.c: AS keys that the key log has by value: of a context without KgNB; of one that began before the capture. */
bool pdcp_place_by_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn, struct pdcp_placed *placed);
bool pdcp_try_leaves(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t sn,
                     struct pdcp_placed *placed);
/* The PDU is right under the context's keys: one whose keys are the same is of the same key, and of the same cell. */
void pdcp_join_by_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_context *context);
void pdcp_find_first_leaves(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn);

/* needs.c: a PDU came that cannot be read; and it, or one that verifies under no key, will not be read any more. */
struct pdcp_need pdcp_need_now(const struct daps_pdcp *pdcp); /* DAPS_NEEDS_ROOT once something was unreadable */
void pdcp_note_unreadable(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_need *need);
void pdcp_note_unplaced(struct daps_pdcp *pdcp, const struct daps_pdu *pdu); /* user data before any key */
void pdcp_note_not_judged(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool unverified);

/* roots.c: a root that one MAC-I among many fits is on trial. */
void pdcp_try_root(struct daps_pdcp *pdcp, const struct pdcp_context *context, bool verified);
/* The capture began behind the security mode command; the root of the key log and algorithms by MAC-I. */
void pdcp_find_first_root(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn);

/* place_rule.c: the one context that connection or COUNT point to; NULL if it stays open. */
struct pdcp_context *pdcp_place_by_rule(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn);

/* clear.c: signalling that is sent in clear. */
bool pdcp_mac_is_zero(const struct daps_pdu *pdu);
enum daps_event_kind pdcp_kind_if_clear(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
bool pdcp_is_clear_by_rule(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                           const struct daps_pdu *pdu);
/* A connection whose RRCSetup the capture does not have? */
bool pdcp_connects_unasked(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
void pdcp_read_setup_complete(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct pdcp_reading *reading);
/* A re-establishment whose request the capture does not have? */
bool pdcp_reestablishes_unasked(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, bool refuted);

/* resumed.c: is it the answer to a resume request that the capture does not have? Then the UE is told, and the PDU is
 * under a key it knows from now on. */
bool pdcp_resumed_unasked(struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
/* Of SRB1: has it SN 0, which is the next one of no context in its direction? */
bool pdcp_starts_over(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn);
bool pdcp_all_null(const struct daps_pdcp *pdcp);
bool pdcp_awaits_key(const struct daps_pdcp *pdcp);
const struct daps_event *pdcp_executed_in_clear(const struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
void pdcp_hand_clear(const struct daps_pdu *pdu, struct pdcp_reading *reading);
void pdcp_read_unprotected(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn,
                           struct pdcp_reading *reading);

/* entries.c: the PDU has that COUNT of that context ... */
void pdcp_take(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu, uint32_t count);
/* ... and goes into the ledger; true if its contents are new. */
struct pdcp_protection {
    uint32_t count;
    uint32_t stay; /* serial of the stay under the key */
    size_t header; /* octets in front of what is ciphered */
    bool ciphered, verified;
    uint32_t era;   /* of COUNT */
    bool tentative; /* COUNT rests on a reset at since_ns, which RRC may still explain */
    int64_t since_ns;
};
bool pdcp_enter(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                const struct pdcp_protection *how);
/* Has this stay used that COUNT? For signalling that has just been verified. */
enum pdcp_seen { PDCP_SEEN_NEVER, PDCP_SEEN_COPY, PDCP_SEEN_OTHER };
enum pdcp_seen pdcp_seen(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                         const struct pdcp_attempted *how);
/* The same for signalling that no key has opened: octets and MAC-I as they were sent once before. */
bool pdcp_seen_unread(const struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                      const struct pdcp_attempted *how);
/* The same for user data, in any stay; header: octets in front of what is ciphered. */
enum pdcp_seen pdcp_seen_user(const struct daps_pdcp *pdcp, const struct pdcp_context *context,
                              const struct daps_pdu *pdu, size_t header, uint32_t count);

/* facts.c: what a bearer's PDU shows by itself. */
void pdcp_note_unciphered(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu,
                          uint32_t count);
void pdcp_note_near_end(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                        uint32_t count);

/* beside.c: the PDU that waits for that record, NULL none. */
const struct daps_pdu *pdcp_beside_find(struct daps_pdcp *pdcp, const struct pdcp_record *record);
void pdcp_beside_clock(struct daps_pdcp *pdcp, int64_t time_ns);
bool pdcp_beside_decides(const struct pdcp_beside *beside); /* PDUs wait: the end of the capture decides about them */
struct pdcp_beside *pdcp_beside_copy(const struct pdcp_beside *beside);
size_t pdcp_beside_octets(const struct pdcp_beside *beside);
void pdcp_beside_free(struct pdcp_beside *beside); /* NULL is fine */

/* known.c: signalling whose record a log has, in the context that the record belongs to; false if that is not known. */
bool pdcp_read_known(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_record *record,
                     struct pdcp_reading *reading);
/* contexts.c: a present or past one of that serial, NULL none. */
struct pdcp_context *pdcp_find_context(struct daps_pdcp *pdcp, uint32_t serial);

/* tentative.c: collisions that a command logged late may explain (PDCP_DISORDER_NS). */
struct pdcp_tentative {
    struct daps_event ev;
    int64_t since_ns;
};
void pdcp_tentative_add(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct daps_event *ev,
                        int64_t since_ns);
void pdcp_tentative_confirm(struct daps_pdcp *pdcp, bool all);   /* those whose time is over */
void pdcp_tentative_drop(struct daps_pdcp *pdcp, uint32_t drbs); /* explained; drb-Identity n is bit n - 1 */

/* tell.c: evidence (daps/evidence.h), about that PDU. */
void pdcp_tell(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct daps_event *ev);
/* Two PDUs under one tuple. Unread signalling that starts over within a stay is not that stay's any more. */
void pdcp_tell_collision(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, struct daps_event *ev);
/* How many messages were tried under the context's key in vain has changed. */
void pdcp_tell_unfit(struct daps_pdcp *pdcp, const struct pdcp_context *context, const struct daps_pdu *pdu);
/* The PDU is under the context's key: told where that is new. */
void pdcp_tell_use(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                   const struct pdcp_protection *how);
/* The key of an attempt that had failed is in use once more, and no context in sight stands for that: told once. */
void pdcp_tell_unseen(struct daps_pdcp *pdcp, struct pdcp_context *context, const struct daps_pdu *pdu,
                      const struct pdcp_protection *how);
/* It cannot be read, and may say anything. */
void pdcp_tell_unread(struct daps_pdcp *pdcp, const struct daps_pdu *pdu);
void pdcp_tell_root(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct daps_root_evidence *root);
/* roots.c: cells that all UEs of the capture share; i counts them, false if there are no more. */
void pdcp_share_cell(struct pdcp_roots *roots, const struct pdcp_cell *cell);
bool pdcp_shared_cell(const struct pdcp_roots *roots, unsigned i, struct pdcp_cell *out);
/* roots.c: a connection has begun; and what its root comes from is told, if nothing else explains it. */
void pdcp_note_connection(struct daps_pdcp *pdcp);
void pdcp_tell_nas_count_at_end(struct daps_pdcp *pdcp);
/* UE and network agree on a UL NAS COUNT (pdcp->needs) that is not the one the key log gives. */
void pdcp_tell_nas_count(struct daps_pdcp *pdcp);

/* user.c */
void pdcp_read_user(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct pdcp_header *header);

#endif
