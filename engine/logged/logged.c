/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and PDUs of a phone's log. */
#include "logged/logged.h"

#include <string.h>

#include "bytes/digest.h"
#include "daps/bound.h"
#include "daps/kdf.h"
#include "keys/term.h"

#define MOST_LEAVES DAPS_BOUND(1024U, 4U) /* keys of one UE; the one met first gives way, with its COUNTs */
#define FIRST       8                     /* COUNTs at which a stay begins */
#define SRBS        3
#define MOST_HELD                                                                                                      \
    DAPS_BOUND(64U, 2U) /* PDUs of which it is open whether they are under a key that was in force before */

struct sight {
    bool seen;
    uint16_t sfn;
    int64_t time_ns;
};

/* COUNTs of one signalling bearer under one key: the first ones come again if it is taken again. */
struct sights {
    bool seen;
    uint32_t highest; /* since they began */
    struct sight first[FIRST];
};

/* One key. */
struct leaf {
    uint64_t digest;
    struct daps_term term; /* stands for it in the ledger; has no value */
    uint32_t told_stay;
    struct sights sights[SRBS][2]; /* by direction */
};

/* The keys of the newest item of one direction. */
struct newest {
    bool there;
    uint8_t keys[2][16];
    struct leaf *leaves[2]; /* NULL: no ciphering, or a number that is not known */
    struct daps_seen_evidence told;
};

/* What is compared: how long the PDU is, and its logged octets behind the header, which is not ciphered. */
enum { SIZE = 2, MOST_COMPARED = 512 };

struct contents {
    size_t length;
    uint8_t octets[SIZE + MOST_COMPARED];
};

/* One PDU on its way into the ledger. */
struct use {
    struct leaf *leaf;
    struct daps_stream_id id;
    uint32_t count;
    uint64_t frame;
    int64_t time_ns;
    struct contents contents;
};

struct logged {
    GArray *held;  /* struct use, NULL until there is one */
    GQueue leaves; /* struct leaf, the one met first at its head */
    GHashTable *by_digest;
    struct daps_ledger *ledger;
    struct newest newest[2][2]; /* by integrity and direction */
};

static void leaf_free(gpointer leaf)
{
    g_free(leaf);
}

struct logged *logged_new(struct daps_ledger_room *room)
{
    struct logged *logged = g_new0(struct logged, 1);

    g_queue_init(&logged->leaves);
    logged->by_digest = g_hash_table_new(g_int64_hash, g_int64_equal);
    logged->ledger = daps_ledger_new(room);
    return logged;
}

void logged_free(struct logged *logged)
{
    if (logged == NULL)
        return;
    if (logged->held != NULL)
        g_array_unref(logged->held);
    g_hash_table_unref(logged->by_digest);
    daps_ledger_free(logged->ledger);
    g_queue_clear_full(&logged->leaves, leaf_free);
    daps_wipe(logged, sizeof *logged);
    g_free(logged);
}

size_t logged_octets(const struct logged *logged)
{
    return sizeof *logged + (size_t)logged->leaves.length * (sizeof(struct leaf) + 64) +
           daps_ledger_octets(logged->ledger);
}

/* Tells keys apart and says nothing of them. */
static uint64_t digest_of(const uint8_t key[static 16])
{
    uint8_t padded[32] = {0}, out[32] = {0};
    uint64_t digest = 0;

    memcpy(padded, key, 16);
    (void)daps_kdf(padded, (const uint8_t *)"leaf", 4, out);
    for (unsigned i = 0; i < 8; i++)
        digest = digest << 8 | out[i];
    daps_wipe(padded, sizeof padded);
    return digest != 0 ? digest : 1;
}

static enum daps_ledger_keeps keep_others(const struct daps_term *key, void *gone)
{
    return key == gone ? DAPS_LEDGER_GOES : DAPS_LEDGER_KEPT;
}

static void forget_oldest(struct logged *logged)
{
    struct leaf *leaf = g_queue_pop_head(&logged->leaves);

    daps_ledger_retain(logged->ledger, keep_others, &leaf->term);
    g_hash_table_remove(logged->by_digest, &leaf->digest);
    for (guint i = logged->held != NULL ? logged->held->len : 0; i-- > 0;) {
        if (g_array_index(logged->held, struct use, i).leaf == leaf)
            g_array_remove_index(logged->held, i);
    }
    for (unsigned i = 0; i < 4; i++) {
        struct newest *newest = &logged->newest[i / 2][i % 2];
        for (unsigned k = 0; k < 2; k++) {
            if (newest->leaves[k] != leaf)
                continue;
            newest->there = false;
            newest->leaves[k] = NULL;
        }
    }
    leaf_free(leaf);
}

static struct leaf *leaf_of(struct logged *logged, const uint8_t key[static 16])
{
    const uint64_t digest = digest_of(key);
    struct leaf *leaf = g_hash_table_lookup(logged->by_digest, &digest);

    if (leaf != NULL)
        return leaf;
    while (logged->leaves.length >= MOST_LEAVES)
        forget_oldest(logged);
    leaf = g_new0(struct leaf, 1);
    leaf->digest = digest;
    leaf->term.kind = DAPS_TERM_ROOT;
    g_queue_push_tail(&logged->leaves, leaf);
    g_hash_table_insert(logged->by_digest, &leaf->digest, leaf);
    return leaf;
}

/* ---- keys ---- */

/* Does the derived key of that stay give the logged one? Told once a stay. */
static void check_derived(const struct logged_host *host, const struct daps_pdu *pdu, uint32_t stay)
{
    const struct daps_logged *keys = pdu->logged;
    const uint8_t *derived = host->derived(host->user, stay);
    uint8_t leaf[16];
    struct daps_event ev;

    if (derived == NULL || keys->algorithms[0] <= 0)
        return;
    daps_event_clear(&ev, DAPS_EV_KEY_SEEN);
    ev.rat = pdu->rat;
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    ev.seen.checked = true;
    ev.seen.context = stay;
    if (daps_kdf_leaf(pdu->rat, derived, DAPS_USE_RRC_ENC, (uint8_t)keys->algorithms[0], leaf)) {
        ev.seen.fits = memcmp(leaf, keys->keys[0], sizeof leaf) == 0;
        host->evidence(host->user, &ev);
    }
    daps_wipe(leaf, sizeof leaf);
}

static void tell_stay(const struct logged_host *host, const struct daps_pdu *pdu, struct newest *newest)
{
    const struct daps_logged *keys = pdu->logged;
    struct leaf *leaf = newest->leaves[0] != NULL ? newest->leaves[0] : newest->leaves[1];
    bool current = false;
    const uint32_t stay = leaf != NULL ? host->stay(host->user, leaf->digest, &current) : 0;

    if (stay == 0 || leaf->told_stay == stay)
        return;
    leaf->told_stay = stay;
    check_derived(host, pdu, stay);
    host->leaf(host->user, &(struct daps_leaf_keys){.rat = pdu->rat,
                                                    .frame = pdu->frame,
                                                    .time_ns = pdu->time_ns,
                                                    .key = host->name(host->user, stay),
                                                    .integrity = keys->integrity,
                                                    .digests = {newest->told.srb, newest->told.drb},
                                                    .algorithms = {keys->algorithms[0], keys->algorithms[1]},
                                                    .values = {keys->keys[0], keys->keys[1]}});
}

static void tell_keys(const struct logged_host *host, const struct daps_pdu *pdu, struct newest *newest, bool restarts)
{
    struct daps_event ev;

    if (newest->told.srb == 0 && newest->told.drb == 0)
        return;
    daps_event_clear(&ev, DAPS_EV_KEY_SEEN);
    ev.rat = pdu->rat;
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    ev.seen = newest->told;
    ev.seen.restarts = restarts;
    host->evidence(host->user, &ev);
    tell_stay(host, pdu, newest);
}

static void take_keys(struct logged *logged, const struct logged_host *host, const struct daps_pdu *pdu)
{
    const struct daps_logged *keys = pdu->logged;
    struct newest *newest = &logged->newest[keys->integrity][pdu->downlink];
    const bool with_second = !keys->integrity && keys->algorithms[1] > 0;
    const struct daps_seen_evidence told = newest->told;

    if (!newest->there || memcmp(newest->keys, keys->keys, sizeof newest->keys) != 0 ||
        told.srb_algorithm != MAX(keys->algorithms[0], 0) ||
        (!keys->integrity && told.drb_algorithm != MAX(keys->algorithms[1], 0))) {
        *newest = (struct newest){.there = true, .told = {.downlink = pdu->downlink}};
        memcpy(newest->keys, keys->keys, sizeof newest->keys);
        newest->leaves[0] = keys->algorithms[0] > 0 ? leaf_of(logged, keys->keys[0]) : NULL;
        newest->leaves[1] = with_second ? leaf_of(logged, keys->keys[1]) : NULL;
        for (unsigned i = 0; i < 2; i++) {
            if (newest->leaves[i] == NULL)
                continue;
            *(i == 0 ? &newest->told.srb : &newest->told.drb) = newest->leaves[i]->digest;
            *(i == 0 ? &newest->told.srb_algorithm : &newest->told.drb_algorithm) = (uint8_t)keys->algorithms[i];
        }
        tell_keys(host, pdu, newest, false);
    } else if (host->wants(host->user)) {
        tell_keys(host, pdu, newest, false);
    } else {
        tell_stay(host, pdu, newest);
    }
}

/* ---- PDUs ---- */

/* Has the COUNT of this bearer begun anew under its key? Signalling comes in sequence (TS 36.322 5.1.3). */
static bool restarts(struct leaf *leaf, const struct daps_pdu *pdu)
{
    const struct daps_logged *logged = pdu->logged;
    const unsigned bearer = pdu->bearer - 1U;
    struct sights *sights;
    struct sight *first;
    bool again;

    if (!pdu->srb || bearer >= SRBS || logged->integrity)
        return false;
    sights = &leaf->sights[bearer][pdu->downlink];
    again = logged->count < FIRST && sights->seen && sights->highest > logged->count;
    if (logged->count < FIRST) {
        first = &sights->first[logged->count];
        again |= first->seen && (first->sfn != logged->sfn || first->time_ns != pdu->time_ns);
        *first = (struct sight){true, logged->sfn, pdu->time_ns};
    }
    sights->highest = again || !sights->seen ? logged->count : MAX(sights->highest, logged->count);
    sights->seen = true;
    return again;
}

static void contents_of(const struct daps_pdu *pdu, struct contents *contents)
{
    const size_t most = pdu->srb || pdu->sn_bits == 7 ? 1U : pdu->sn_bits == 18 ? 3U : 2U;
    const size_t header = MIN(most, pdu->length);
    const size_t length = MIN(pdu->length - header, (size_t)MOST_COMPARED);

    contents->octets[0] = (uint8_t)(pdu->logged->size >> 8);
    contents->octets[1] = (uint8_t)pdu->logged->size;
    memcpy(contents->octets + SIZE, pdu->octets + header, length);
    contents->length = SIZE + length;
}

/* One PDU may be logged twice with more of its octets. */
static bool differs(const struct daps_ledger_entry *entry, const struct daps_ledger_earlier *earlier)
{
    return memcmp(entry->octets, earlier->octets, MIN(entry->length, earlier->held)) != 0;
}

/* Under one key and COUNT the XOR of what was sent is that of what was said, whichever of the two is logged. */
static void tell_collision(const struct logged_host *host, const struct use *use, const struct daps_ledger_entry *entry,
                           const struct daps_ledger_earlier *earlier)
{
    const struct daps_stream_id *id = &use->id;
    struct daps_event ev;
    struct daps_collision_evidence *c = &ev.collision;

    daps_event_clear(&ev, DAPS_EV_COLLISION);
    ev.rat = DAPS_RAT_LTE;
    ev.frame = use->frame;
    ev.time_ns = use->time_ns;
    *c = (struct daps_collision_evidence){.context = entry->entity,
                                          .stays = {earlier->entity, entry->entity},
                                          .frames = {earlier->frame, entry->frame},
                                          .srb = id->srb,
                                          .algorithm = id->algorithm,
                                          .bearer = id->bearer,
                                          .direction = id->direction,
                                          .count = entry->count,
                                          .copies = earlier->copies,
                                          .by_value = true,
                                          .proven = true};
    c->octets = (uint8_t)MIN(MIN(earlier->held, entry->length) - SIZE, (size_t)DAPS_COLLISION_OCTETS);
    c->overlap = c->octets;
    c->has_plain = c->octets > 0;
    for (uint32_t i = 0; i < c->octets; i++)
        c->xor_cipher[i] = c->xor_plain[i] = earlier->octets[SIZE + i] ^ entry->octets[SIZE + i];
    host->evidence(host->user, &ev);
}

/* Whether the key of this PDU is in force again will be seen; until then it collides with nothing. */
static void hold(struct logged *logged, const struct logged_host *host, const struct use *use)
{
    if (logged->held == NULL)
        logged->held = g_array_new(FALSE, FALSE, sizeof *use);
    if (logged->held->len < MOST_HELD)
        g_array_append_val(logged->held, *use);
    else
        host->unplaced(host->user);
}

/*
 * Uplink a phone may log the first PDUs of a new key with the value of the one before, so that their COUNT comes again
 * under it: that proves nothing within one stay, nor under a key that is not the one in force.
 */
static void enter(struct logged *logged, const struct logged_host *host, const struct use *use, uint32_t stay,
                  bool current)
{
    const struct daps_ledger_entry entry = {.count = use->count,
                                            .frame = use->frame,
                                            .entity = stay,
                                            .verified = true,
                                            .octets = use->contents.octets,
                                            .length = use->contents.length,
                                            .digest = daps_digest(use->contents.octets, use->contents.length)};
    struct daps_ledger_earlier earlier = {0};

    if (daps_ledger_look(logged->ledger, &use->id, &entry, &earlier) == DAPS_LEDGER_COLLISION) {
        if (!differs(&entry, &earlier))
            return;
        if (!current && (use->id.direction == 0 || earlier.entity == stay)) {
            hold(logged, host, use);
            return;
        }
        if (use->id.direction == 0 && earlier.entity == stay) {
            host->unplaced(host->user);
            return;
        }
    }
    if (daps_ledger_enter(logged->ledger, &use->id, &entry, &earlier) == DAPS_LEDGER_COLLISION)
        tell_collision(host, use, &entry, &earlier);
}

/* The keys in force are known: PDUs that were held are under one of them, or under none that could be told. */
static void release_held(struct logged *logged, const struct logged_host *host)
{
    GArray *held = logged->held;

    if (held == NULL || host->wants(host->user))
        return;
    logged->held = NULL;
    for (guint i = 0; i < held->len; i++) {
        const struct use *use = &g_array_index(held, struct use, i);
        bool current = false;
        const uint32_t stay = host->stay(host->user, use->leaf->digest, &current);
        if (current)
            enter(logged, host, use, stay, true);
        else
            host->unplaced(host->user);
    }
    g_array_unref(held);
}

static void take_pdu(struct logged *logged, const struct logged_host *host, const struct daps_pdu *pdu)
{
    struct newest *newest = &logged->newest[pdu->logged->integrity][pdu->downlink];
    struct leaf *leaf = newest->leaves[!pdu->srb];
    bool current = false;
    uint32_t stay;
    struct use use;

    if (leaf == NULL || pdu->logged->integrity || pdu->bearer > 32)
        return; /* not ciphered; or one that is logged as ciphered as well */
    if (restarts(leaf, pdu))
        tell_keys(host, pdu, newest, true);
    release_held(logged, host);
    stay = host->stay(host->user, leaf->digest, &current);
    if (stay == 0) {
        host->unplaced(host->user);
        return;
    }
    use = (struct use){.leaf = leaf,
                       .id = {.key = &leaf->term,
                              .srb = pdu->srb,
                              .algorithm = (uint8_t)pdu->logged->algorithms[!pdu->srb],
                              .bearer = (uint8_t)(pdu->bearer - 1),
                              .direction = pdu->downlink},
                       .count = pdu->logged->count,
                       .frame = pdu->frame,
                       .time_ns = pdu->time_ns};
    contents_of(pdu, &use.contents);
    enter(logged, host, &use, stay, current);
}

static void tell_sent(const struct logged_host *host, const struct daps_pdu *pdu)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_MESSAGE_SENT);
    ev.rat = pdu->rat;
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    ev.sent.c_rnti = pdu->logged->c_rnti;
    host->evidence(host->user, &ev);
}

void logged_take(struct logged *logged, const struct logged_host *host, const struct daps_pdu *pdu)
{
    if (pdu->logged->sent)
        tell_sent(host, pdu);
    else if (pdu->logged->has_pdu)
        take_pdu(logged, host, pdu);
    else
        take_keys(logged, host, pdu);
}
