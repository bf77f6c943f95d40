/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which keys a phone's log names by value, and which context they are of.
 *
 * RRC begins an epoch: a security mode command, a handover command, a re-establishment (TS 36.331 5.3.4.3, 5.3.5.4,
 * 5.3.7.5). The next value that was not seen before is its key. Items may be out of step with RRC by 100 ms, and a
 * phone may log the first PDUs of a new key uplink with the value of the key before; downlink the value is the one that
 * deciphers. So a value that was seen before is believed to be in force again only where PDUs downlink show it, or when
 * it has stayed.
 */
#include <string.h>

#include "daps/bound.h"
#include "ue/ue.h"

#define PLACE_OCTETS ((size_t)32) /* about what an entry of a table costs */
#define MOST_EPOCHS  DAPS_BOUND(4096U, 4U)
#define UPLINK_NS    INT64_C(1000000000) /* a value that a phone still logs uplink then is no remainder */
#define UNCHANGED    2 /* times that COUNT begins anew downlink under the old value; once, if it stays in use */

struct epoch {
    uint32_t serial; /* of its context; DAPS_STAY_UNSEEN: of one that no RRC shows */
    uint32_t before; /* of the one in force before, 0 none */
    uint64_t frame;  /* of what RRC said */
    int64_t begun_ns;
    uint32_t attempt; /* number, 0: no attempt's */
    enum daps_procedure procedure;
    bool has_key;
    struct daps_seen_evidence key; /* digests and algorithms */
    unsigned unchanged;
};

/* Values that are nobody's yet. */
struct waiting {
    bool there;
    uint64_t frame;
    int64_t time_ns;
    struct daps_seen_evidence key;
};

/* The value that items of one kind name now, and since when another one has given way to it. */
struct turn {
    uint64_t srb;
    bool changed;
    int64_t since_ns;
};

struct daps_logged_keys {
    GArray *epochs;          /* struct epoch, oldest first */
    GHashTable *by_serial;   /* place of the newest in epochs, + 1; NULL: not made yet */
    GHashTable *by_digest;   /* likewise of the newest with that KRRCenc or KUPenc */
    uint32_t in_force;       /* serial, 0 none */
    uint32_t unseen;         /* epochs without RRC, counted */
    struct waiting early;    /* came while no context was without its key: the next one's, if that begins soon */
    struct waiting pending;  /* of the newest context or the one before, of which neither key is known */
    struct turn turns[2][2]; /* by direction, and of items with KUPenc or without */
};

static struct epoch *epoch_at(const struct daps_logged_keys *k, guint i)
{
    return &g_array_index(k->epochs, struct epoch, i);
}

#define DIGEST_KEY(digest) GSIZE_TO_POINTER((gsize)(digest))

/* The newest counts. */
static void note_digest(const struct daps_logged_keys *k, uint64_t digest, guint place)
{
    if (digest != 0 && place + 1 > GPOINTER_TO_UINT(g_hash_table_lookup(k->by_digest, DIGEST_KEY(digest))))
        g_hash_table_insert(k->by_digest, DIGEST_KEY(digest), GUINT_TO_POINTER(place + 1));
}

static void note(const struct daps_logged_keys *k, guint place)
{
    const struct epoch *epoch = epoch_at(k, place);

    g_hash_table_insert(k->by_serial, GUINT_TO_POINTER(epoch->serial), GUINT_TO_POINTER(place + 1));
    note_digest(k, epoch->key.srb, place); /* 0 while it has none */
    note_digest(k, epoch->key.drb, place);
}

static void drop_index(struct daps_logged_keys *k)
{
    g_clear_pointer(&k->by_serial, g_hash_table_unref);
    g_clear_pointer(&k->by_digest, g_hash_table_unref);
}

static void need_index(struct daps_logged_keys *k)
{
    if (k->by_serial != NULL)
        return;
    k->by_serial = g_hash_table_new(NULL, NULL);
    k->by_digest = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < k->epochs->len; i++)
        note(k, i);
}

static struct epoch *find(struct daps_logged_keys *k, uint32_t serial)
{
    guint place;

    if (serial == 0)
        return NULL;
    need_index(k);
    place = GPOINTER_TO_UINT(g_hash_table_lookup(k->by_serial, GUINT_TO_POINTER(serial)));
    return place > 0 ? epoch_at(k, place - 1) : NULL;
}

static bool same_key(const struct daps_seen_evidence *a, const struct daps_seen_evidence *b)
{
    return (a->srb != 0 && a->srb == b->srb && a->srb_algorithm == b->srb_algorithm) ||
           (a->drb != 0 && a->drb == b->drb && a->drb_algorithm == b->drb_algorithm);
}

/* One behind the newest that has a key with either digest, 0: none has. */
static guint last_place(struct daps_logged_keys *k, uint64_t srb, uint64_t drb)
{
    need_index(k); /* it has no digest 0 */
    return MAX(GPOINTER_TO_UINT(g_hash_table_lookup(k->by_digest, DIGEST_KEY(srb))),
               GPOINTER_TO_UINT(g_hash_table_lookup(k->by_digest, DIGEST_KEY(drb))));
}

/* The newest with that key. It is the last with its digest, unless one value is a key of two algorithms. */
static struct epoch *find_key(struct daps_logged_keys *k, const struct daps_seen_evidence *key)
{
    for (guint i = last_place(k, key->srb, key->drb); i-- > 0;) {
        if (epoch_at(k, i)->has_key && same_key(&epoch_at(k, i)->key, key))
            return epoch_at(k, i);
    }
    return NULL;
}

static void add_epoch(struct daps_ue *ue, struct daps_logged_keys *k, struct epoch epoch)
{
    if (k->epochs->len == MOST_EPOCHS) {
        g_array_remove_range(k->epochs, 0, MOST_EPOCHS / 2);
        drop_index(k);
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_NOT_FOLLOWED, epoch.frame);
    }
    epoch.before = k->in_force;
    g_array_append_val(k->epochs, epoch);
    need_index(k);
    note(k, k->epochs->len - 1);
}

/* ---- what a value comes to ---- */

static struct daps_repeat_side side_of(const struct daps_ue *ue, const struct epoch *epoch)
{
    return (struct daps_repeat_side){.attempt = daps_ue_attempt_to(ue, epoch->serial),
                                     .number = epoch->attempt,
                                     .frame = epoch->frame,
                                     .procedure = epoch->procedure};
}

/* Two contexts have one key. Where both are attempts of one derivation, that rule says it when they leave. */
static void tell_again(struct daps_ue *ue, const struct epoch *earlier, const struct epoch *later, bool unchanged)
{
    struct daps_moment moment = {.kind = DAPS_MOMENT_KEY_AGAIN,
                                 .again = {.earlier = side_of(ue, earlier),
                                           .later = side_of(ue, later),
                                           .algorithm = later->key.srb_algorithm,
                                           .unchanged = unchanged}};
    const struct daps_attempt *a = moment.again.earlier.attempt, *b = moment.again.later.attempt;

    if (unchanged || a == NULL || b == NULL || a->key != b->key)
        daps_ue_tell(ue, &moment);
}

static void attach(struct daps_ue *ue, struct daps_logged_keys *k, struct epoch *epoch,
                   const struct daps_seen_evidence *key)
{
    struct daps_attempt *attempt = daps_ue_attempt_to(ue, epoch->serial);
    struct epoch *earlier = find_key(k, key);
    const bool adjacent = earlier != NULL && earlier->serial == epoch->before;

    epoch->has_key = true;
    epoch->key = *key;
    note(k, (guint)(epoch - epoch_at(k, 0)));
    if (attempt != NULL) {
        attempt->leaf = *key;
        attempt->has_leaf = true;
    }
    if (earlier == NULL || earlier == epoch)
        return;
    if (adjacent || earlier->attempt == 0 || epoch->attempt == 0)
        tell_again(ue, earlier, epoch, true);
    if (earlier->attempt != 0 && epoch->attempt != 0)
        tell_again(ue, earlier, epoch, false);
}

static void complete(const struct daps_logged_keys *k, struct epoch *epoch, const struct daps_seen_evidence *key)
{
    if (epoch->key.srb == 0) {
        epoch->key.srb = key->srb;
        epoch->key.srb_algorithm = key->srb_algorithm;
    }
    if (epoch->key.drb == 0) {
        epoch->key.drb = key->drb;
        epoch->key.drb_algorithm = key->drb_algorithm;
    }
    note(k, (guint)(epoch - epoch_at(k, 0)));
}

/* Since the epoch began; -1: the log has no times. */
static int64_t age(const struct epoch *epoch, int64_t now_ns)
{
    if (epoch->begun_ns == INT64_MIN)
        return INT64_MAX; /* before the log, or before anything of it was looked at */
    return now_ns != INT64_MIN && now_ns >= epoch->begun_ns ? now_ns - epoch->begun_ns : -1;
}

static struct turn *turn_of(struct daps_logged_keys *k, const struct daps_seen_evidence *key)
{
    return &k->turns[key->downlink][key->drb != 0];
}

static void take_turn(struct turn *turn, const struct daps_event *ev)
{
    if (turn->srb == ev->seen.srb)
        return;
    *turn = (struct turn){.srb = ev->seen.srb, .changed = turn->srb != 0, .since_ns = ev->time_ns};
}

/* Since the epoch began the value took another's place: what a phone is late to change has never gone. */
static bool has_returned(struct daps_logged_keys *k, const struct epoch *newest, const struct daps_seen_evidence *key)
{
    const struct turn *turn = turn_of(k, key);

    return turn->changed && turn->since_ns != INT64_MIN && turn->since_ns >= newest->begun_ns;
}

/* A value that has been another context's: is it in force again? */
static void see_known(struct daps_ue *ue, struct daps_logged_keys *k, const struct daps_event *ev, struct epoch *newest,
                      const struct epoch *known)
{
    const int64_t since = age(newest, ev->time_ns);
    const bool returned = has_returned(k, newest, &ev->seen), next_to = known + 1 == newest;

    if (newest > epoch_at(k, 0) && !newest[-1].has_key && since < DAPS_LAG_NS)
        return; /* it may be that one's */
    if (ev->seen.downlink && ev->seen.restarts)
        newest->unchanged++;
    if (known->serial == newest->before || (next_to && !returned)) { /* what a phone may be late to change */
        /* A connection that RRC secures is no longer the one before; after a handover it may be, unseen. */
        if (newest->unchanged >= UNCHANGED ||
            (newest->attempt == 0 && ev->seen.downlink && since >= DAPS_LAG_NS && since < INT64_MAX) ||
            (newest->unchanged > 0 && ev->seen.downlink && since >= UPLINK_NS && since < INT64_MAX))
            attach(ue, k, newest, &ev->seen);
        return;
    }
    if ((ev->seen.downlink && ev->seen.restarts) || since >= (ev->seen.downlink || returned ? DAPS_LAG_NS : UPLINK_NS))
        attach(ue, k, newest, &ev->seen);
}

static void wait_for_context(struct waiting *waiting, const struct daps_event *ev)
{
    *waiting = (struct waiting){true, ev->frame, ev->time_ns, ev->seen};
}

/* A value that nobody has had. */
static void see_new(struct daps_ue *ue, struct daps_logged_keys *k, const struct daps_event *ev, struct epoch *newest)
{
    struct epoch *before = newest > epoch_at(k, 0) ? newest - 1 : NULL;
    const int64_t since = age(newest, ev->time_ns);

    if (before == NULL || before->has_key || since >= DAPS_LAG_NS) {
        k->pending.there &= !same_key(&k->pending.key, &ev->seen);
        attach(ue, k, newest, &ev->seen);
    } else if (k->pending.there && !same_key(&k->pending.key, &ev->seen)) {
        attach(ue, k, before, &k->pending.key);
        attach(ue, k, newest, &ev->seen);
        k->pending.there = false;
    } else {
        wait_for_context(&k->pending, ev);
    }
}

static void lose_early(struct daps_ue *ue, struct daps_logged_keys *k)
{
    if (k->early.there) { /* a key that no command in the log leads to */
        daps_ue_gap(ue, k->early.frame, DAPS_GAP_COUNT_AGAIN);
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, k->early.frame);
    }
    k->early.there = false;
}

/* Keys before anything that RRC says of security: those of a context that the log does not show beginning. */
static void begin_unseen(struct daps_ue *ue, struct daps_logged_keys *k, const struct daps_event *ev)
{
    add_epoch(ue, k,
              (struct epoch){.serial = DAPS_STAY_UNSEEN | ++k->unseen,
                             .frame = ev->frame,
                             .begun_ns = INT64_MIN,
                             .procedure = DAPS_PROC_COUNT});
    k->in_force = epoch_at(k, k->epochs->len - 1)->serial;
    attach(ue, k, epoch_at(k, k->epochs->len - 1), &ev->seen);
}

static void see_keys(struct daps_ue *ue, struct daps_logged_keys *k, const struct daps_event *ev)
{
    struct epoch *newest = find(k, k->in_force), *known = find_key(k, &ev->seen);

    take_turn(turn_of(k, &ev->seen), ev);
    if (k->epochs->len == 0) {
        begin_unseen(ue, k, ev);
    } else if (newest != NULL && newest->has_key && same_key(&newest->key, &ev->seen)) {
        complete(k, newest, &ev->seen);
    } else if (newest != NULL && !newest->has_key) {
        if (known != NULL)
            see_known(ue, k, ev, newest, known);
        else
            see_new(ue, k, ev, newest);
    } else if (known == NULL && !(k->early.there && same_key(&k->early.key, &ev->seen))) {
        lose_early(ue, k);
        wait_for_context(&k->early, ev);
    }
}

/* ---- epochs ---- */

static void begin_epoch(struct daps_ue *ue, struct daps_logged_keys *k, const struct daps_context *context,
                        const struct daps_event *ev)
{
    const struct daps_attempt *attempt = daps_ue_attempt_to(ue, context->serial);
    const bool in_time = k->early.there && ev->time_ns != INT64_MIN && k->early.time_ns != INT64_MIN &&
                         ev->time_ns - k->early.time_ns <= DAPS_LAG_NS;

    add_epoch(ue, k,
              (struct epoch){.serial = context->serial,
                             .frame = attempt != NULL ? attempt->frame : ev->frame,
                             .begun_ns = ev->time_ns,
                             .attempt = attempt != NULL ? attempt->number : 0,
                             .procedure = attempt != NULL ? attempt->procedure : DAPS_PROC_COUNT});
    if (in_time) {
        k->early.there = false;
        attach(ue, k, epoch_at(k, k->epochs->len - 1), &k->early.key);
    } else {
        lose_early(ue, k);
    }
    k->pending.there = false;
}

static const struct daps_context *newest_context(const struct daps_ue *ue)
{
    if (ue->open != NULL && ue->open->target.chain.key != NULL)
        return &ue->open->target;
    return &ue->active;
}

static void rename_epoch(const struct daps_logged_keys *k, struct epoch *epoch, uint32_t serial)
{
    g_hash_table_remove(k->by_serial, GUINT_TO_POINTER(epoch->serial));
    epoch->serial = serial;
    note(k, (guint)(epoch - epoch_at(k, 0)));
}

void daps_ue_watch_keys(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_logged_keys *k = ue->logged_keys;
    const struct daps_context *context = newest_context(ue);
    struct epoch *before;

    if (k == NULL || context->chain.key == NULL) {
        if (k != NULL)
            k->in_force = 0;
        return;
    }
    if (context->serial == k->in_force)
        return;
    before = find(k, k->in_force);
    if (find(k, context->serial) == NULL) {
        /* What was taken for unseen is this context, where the log begins in the middle of it. */
        if (ue->open == NULL && before != NULL && (before->serial & DAPS_STAY_UNSEEN) != 0 &&
            ev->kind != DAPS_EV_SECURITY_MODE_COMMAND && ev->kind != DAPS_EV_REESTABLISHMENT)
            rename_epoch(k, before, context->serial);
        else
            begin_epoch(ue, k, context, ev);
    }
    k->in_force = context->serial;
}

/* Contexts that began before the first key was seen. */
static struct daps_logged_keys *begin(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_logged_keys *k = g_new0(struct daps_logged_keys, 1);

    k->epochs = g_array_new(FALSE, TRUE, sizeof(struct epoch));
    for (guint i = 0; ue->attempts != NULL && i < ue->attempts->len; i++) {
        const struct daps_attempt *attempt = daps_kept_all(ue)[i];
        if (attempt == NULL || attempt->parent == NULL || attempt->procedure == DAPS_PROC_SK_COUNTER)
            continue;
        if (find(k, attempt->source.serial) == NULL) {
            add_epoch(ue, k,
                      (struct epoch){.serial = attempt->source.serial,
                                     .frame = attempt->frame,
                                     .begun_ns = INT64_MIN,
                                     .procedure = DAPS_PROC_COUNT});
            k->in_force = attempt->source.serial;
        }
        add_epoch(ue, k,
                  (struct epoch){.serial = attempt->target.serial,
                                 .frame = attempt->frame,
                                 .begun_ns = attempt->time_ns,
                                 .attempt = attempt->number,
                                 .procedure = attempt->procedure});
        k->in_force = attempt->target.serial;
    }
    ue->logged_keys = k;
    if (ue->active.chain.key != NULL && find(k, newest_context(ue)->serial) == NULL)
        add_epoch(ue, k,
                  (struct epoch){.serial = newest_context(ue)->serial,
                                 .frame = ev->frame,
                                 .begun_ns = INT64_MIN,
                                 .procedure = DAPS_PROC_COUNT});
    if (ue->active.chain.key != NULL)
        k->in_force = newest_context(ue)->serial;
    return k;
}

static void see_check(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_term *key = daps_ue_key_of(ue, ev->seen.context);
    struct daps_moment moment = {.kind = DAPS_MOMENT_KEY_CONTRADICTED,
                                 .contradicted = {.key = key, .frame = ev->frame}};

    if (key != NULL && ev->seen.fits)
        daps_term_confirm(key);
    else if (key != NULL)
        daps_ue_tell(ue, &moment);
}

void daps_ue_see_keys(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_logged_keys *k = ue->logged_keys != NULL ? ue->logged_keys : begin(ue, ev);

    if (ev->seen.checked)
        see_check(ue, ev);
    else
        see_keys(ue, k, ev);
}

bool daps_ue_wants_keys(const struct daps_ue *ue)
{
    struct daps_logged_keys *k = ue->logged_keys;
    const struct epoch *newest = k != NULL ? find(k, k->in_force) : NULL;

    return newest != NULL && !newest->has_key;
}

uint32_t daps_ue_stay_under(const struct daps_ue *ue, uint64_t digest, bool *current)
{
    struct daps_logged_keys *k = ue->logged_keys;
    const struct epoch *epoch = NULL;

    *current = false;
    for (guint i = k != NULL ? last_place(k, digest, 0) : 0; i-- > 0 && epoch == NULL;) {
        const struct epoch *e = epoch_at(k, i);
        if (e->has_key && (e->key.srb == digest || e->key.drb == digest))
            epoch = e;
    }
    *current = epoch != NULL && epoch->serial == k->in_force;
    return epoch != NULL ? epoch->serial : 0;
}

void daps_ue_keys_end(struct daps_ue *ue)
{
    if (ue->logged_keys != NULL)
        lose_early(ue, ue->logged_keys);
}

size_t daps_ue_keys_octets(const struct daps_ue *ue)
{
    return ue->logged_keys != NULL
               ? sizeof *ue->logged_keys + ue->logged_keys->epochs->len * (sizeof(struct epoch) + 3 * PLACE_OCTETS)
               : 0;
}

void daps_ue_keys_copy(struct daps_ue *copy)
{
    struct daps_logged_keys *k;

    if (copy->logged_keys == NULL)
        return;
    k = g_memdup2(copy->logged_keys, sizeof *k);
    k->epochs = g_array_copy(copy->logged_keys->epochs);
    k->by_serial = k->by_digest = NULL; /* made when wanted */
    copy->logged_keys = k;
}

void daps_ue_keys_clear(struct daps_ue *ue)
{
    if (ue->logged_keys != NULL) {
        g_array_unref(ue->logged_keys->epochs);
        drop_index(ue->logged_keys);
    }
    g_clear_pointer(&ue->logged_keys, g_free);
}
