/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has been seen under the keys of a UE that rules judge only when it is complete: PDUs that collide, and messages
 * that no key fits. It is kept as long as its key could still be met, and told when that is over.
 */
#include <string.h>

#include "daps/bound.h"
#include "ue/ue.h"

const struct daps_term *daps_ue_key_of(const struct daps_ue *ue, uint32_t serial)
{
    const struct daps_attempt *attempt;

    if (ue->active.serial == serial)
        return ue->active.chain.key;
    for (guint i = ue->attempts->len;
         (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL && attempt->serials >= serial;) {
        if (attempt->target.serial == serial && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt->target.chain.key;
        if (attempt->source.serial == serial)
            return attempt->source.chain.key;
    }
    return NULL;
}

bool daps_ue_keeps(const struct daps_ue *ue, const struct daps_term *key)
{
    return key == ue->active.chain.key || (ue->open != NULL && key == ue->open->target.chain.key) ||
           daps_kept_has_key(ue, key);
}

/* ---- collisions ---- */

static bool is_same_stream(const struct daps_stream_id *a, const struct daps_stream_id *b)
{
    return a->key == b->key && a->srb == b->srb && a->mac == b->mac && a->algorithm == b->algorithm &&
           a->bearer == b->bearer && a->direction == b->direction;
}

/* What stands for attempts whose commands are missing may be several of them; a phone's log tells them apart. */
static bool is_one_stay(const struct daps_collision_evidence *e)
{
    return e->stays[0] == e->stays[1] && (e->by_value || (e->stays[0] & DAPS_STAY_UNSEEN) == 0);
}

static struct daps_collision collision_of(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_collision_evidence *e = &ev->collision;
    struct daps_collision c = {
        .stream = {.key = daps_ue_key_of(ue, e->context),
                   .srb = e->srb,
                   .mac = e->mac,
                   .view = e->view,
                   .algorithm = e->algorithm,
                   .bearer = e->bearer,
                   .direction = e->direction},
        .one_entity = is_one_stay(e),
        .n = 2,
        .sights = {{e->stays[0], e->frames[0]}, {e->stays[1], e->frames[1]}},
        .copies = e->copies,
        .count = e->count,
        .counted_elsewhere = e->counted_elsewhere,
        .proven = e->proven,
        .by_value = e->by_value,
        .octets = e->octets,
        .overlap = e->overlap,
        .has_plain = e->has_plain,
    };

    memcpy(c.xor_cipher, e->xor_cipher, sizeof c.xor_cipher);
    memcpy(c.xor_plain, e->xor_plain, sizeof c.xor_plain);
    if (c.stream.key != NULL)
        g_strlcpy(c.label, c.stream.key->label, sizeof c.label);
    return c;
}

static void add_to_known(struct daps_collision *known, const struct daps_collision *c)
{
    if (known->count != c->count)
        known->more++;
    else if (known->n < DAPS_COLLISION_SIGHTS)
        known->sights[known->n++] = c->sights[1];
    known->proven |= c->proven;
}

static bool has_stay(const struct daps_collision *known, uint32_t stay)
{
    for (unsigned i = 0; i < known->n; i++) {
        if (known->sights[i].entity == stay)
            return true;
    }
    return false;
}

/* Contents seen before: captured once more, or made again in another stay, where a third may differ from them. */
static void add_again(struct daps_collision *known, const struct daps_collision *c)
{
    if (known->count != c->count)
        return;
    if (c->one_entity || has_stay(known, c->sights[1].entity) || known->n == DAPS_COLLISION_SIGHTS) {
        known->copies++;
        return;
    }
    known->sights[known->n++] = c->sights[1];
    known->some_equal = true;
}

/* Until now all were equal. */
static void begin_to_differ(struct daps_collision *known, const struct daps_collision *c)
{
    const struct daps_collision before = *known;

    *known = *c;
    if (before.count != c->count || before.n == DAPS_COLLISION_SIGHTS)
        return;
    memcpy(known->sights, before.sights, sizeof known->sights);
    known->n = before.n;
    known->sights[known->n++] = c->sights[1];
    known->copies = before.copies;
    known->some_equal = true;
}

/*
 * Signalling in one stay, unread: COUNT is called used again only if a MAC-I or a reset that RRC shows says so. Else
 * a key change is missing from the capture, and what came behind it is under another key.
 */
static bool shows_key_change(const struct daps_collision_evidence *e)
{
    return e->srb && !e->proven && !e->reset && !e->again && e->stays[0] == e->stays[1];
}

static void miss_key_change(struct daps_ue *ue, const struct daps_event *ev, uint32_t stay)
{
    if (ue->seen.restarted == stay)
        return;
    ue->seen.restarted = stay;
    daps_ue_gap(ue, ev->frame, DAPS_GAP_COUNT_AGAIN);
    daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
}

/*
 * User data has no MAC-I. A message between the two that is missing or unread may have given it another key (a
 * handover, TS 38.331 5.3.5.5.2, or an sk-Counter, 5.3.5.7), under which COUNT begins anew.
 */
static bool may_be_of_two_keys(const struct daps_ue *ue, const struct daps_collision_evidence *e)
{
    return !e->srb && !e->by_value && e->stays[0] == e->stays[1] && ue->seen.doubt_frame > e->frames[0] &&
           ue->seen.doubt_frame < e->frames[1];
}

/* A MAC-I has shown a stay under that key, and the capture does not hold its command. */
static void see_unseen_stay(struct daps_ue *ue, const struct daps_event *ev, const struct daps_term *key)
{
    const struct daps_collision_evidence *e = &ev->collision;

    for (unsigned i = 0; i < 2; i++) {
        if (e->srb && !e->by_value && (e->stays[i] & DAPS_STAY_UNSEEN) != 0 &&
            !daps_ue_may_be_unnamed(ue, key, e->frames[i]))
            miss_key_change(ue, ev, e->stays[i]);
    }
}

void daps_ue_see_unseen(struct daps_ue *ue, const struct daps_event *ev)
{
    miss_key_change(ue, ev, ev->use.context);
}

void daps_ue_see_collision(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_collision c = collision_of(ue, ev);
    bool told = false;

    c.equal = ev->collision.again;
    if (shows_key_change(&ev->collision)) {
        miss_key_change(ue, ev, ev->collision.context);
        return;
    }
    if (may_be_of_two_keys(ue, &ev->collision)) {
        if (ue->seen.doubt_told != ue->seen.doubt_frame)
            daps_ue_not_judged(ue, DAPS_NOT_JUDGED_COMMAND_LOST, ev->frame);
        ue->seen.doubt_told = ue->seen.doubt_frame;
        return;
    }
    see_unseen_stay(ue, ev, c.stream.key);
    if (!daps_ue_suppose_collides(ue, &ev->collision))
        return;
    if (ue->seen.collisions == NULL)
        ue->seen.collisions = g_array_new(FALSE, TRUE, sizeof c);
    for (guint i = 0; i < ue->seen.collisions->len; i++) {
        struct daps_collision *known = &g_array_index(ue->seen.collisions, struct daps_collision, i);
        if (!is_same_stream(&known->stream, &c.stream))
            continue;
        if (ev->collision.again) {
            add_again(known, &c);
            told |= !known->one_entity;
        } else if (known->one_entity == c.one_entity) {
            if (known->equal)
                begin_to_differ(known, &c);
            else
                add_to_known(known, &c);
            told = true;
        }
    }
    if (!told && (!ev->collision.again || !c.one_entity))
        g_array_append_val(ue->seen.collisions, c);
}

void daps_ue_tell_collisions(struct daps_ue *ue, bool all)
{
    GArray *collisions = ue->seen.collisions;
    guint n = 0;

    for (guint i = 0; collisions != NULL && i < collisions->len; i++) {
        struct daps_collision *c = &g_array_index(collisions, struct daps_collision, i);
        struct daps_moment moment = {.kind = DAPS_MOMENT_COLLISION, .collision = c};
        if (!all && daps_ue_keeps(ue, c->stream.key)) /* told or not: what collides in that stream from now on is no */
            g_array_index(collisions, struct daps_collision, n++) = *c; /* finding of its own */
        else if (!c->told && !c->equal)
            daps_ue_tell(ue, &moment);
    }
    if (collisions != NULL)
        g_array_set_size(collisions, n);
}

/* ---- messages that no key fits ---- */

struct unfit {
    struct daps_unfit_evidence evidence;
    const struct daps_term *key; /* of the context, as long as it is in sight */
};

void daps_ue_see_unfit(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct unfit seen = {ev->unfit, daps_ue_key_of(ue, ev->unfit.context)};

    if (ue->seen.unfits == NULL)
        ue->seen.unfits = g_array_new(FALSE, TRUE, sizeof seen);
    for (guint i = ue->seen.unfits->len; i-- > 0;) { /* nearly always that of the newest context */
        struct unfit *known = &g_array_index(ue->seen.unfits, struct unfit, i);
        if (known->evidence.context == ev->unfit.context) {
            *known = seen;
            return;
        }
    }
    g_array_append_val(ue->seen.unfits, seen);
}

void daps_ue_tell_unfits(struct daps_ue *ue, bool all)
{
    GArray *unfits = ue->seen.unfits;
    guint n = 0;

    for (guint i = 0; unfits != NULL && i < unfits->len; i++) {
        const struct unfit *unfit = &g_array_index(unfits, struct unfit, i);
        const struct daps_term *now = daps_ue_key_of(ue, unfit->evidence.context);
        const struct daps_term *key = now != NULL ? now : unfit->key;
        struct daps_moment moment = {
            .kind = DAPS_MOMENT_NO_KEY_FITS,
            .unfit = {.key = key, .messages = unfit->evidence.messages, .frame = unfit->evidence.first_frame}};
        if (!all && key != NULL && daps_ue_keeps(ue, key))
            g_array_index(unfits, struct unfit, n++) = *unfit;
        else if (key != NULL && key->has_value && unfit->evidence.messages >= 2)
            daps_ue_tell(ue, &moment);
    }
    if (unfits != NULL)
        g_array_set_size(unfits, n);
}

/* ---- bearers ---- */

#define MOST_FACTS DAPS_BOUND(64, 3) /* bearers and keys of one UE */

struct fact {
    enum daps_moment_kind kind;
    struct daps_bearer_fact bearer;
};

/* That one about its bearer, new if there was none; NULL no room. */
static struct daps_bearer_fact *fact_of(struct daps_ue *ue, struct fact added)
{
    if (ue->seen.facts == NULL)
        ue->seen.facts = g_array_new(FALSE, TRUE, sizeof added);
    for (guint i = 0; i < ue->seen.facts->len; i++) {
        struct fact *fact = &g_array_index(ue->seen.facts, struct fact, i);
        if (fact->kind == added.kind && fact->bearer.key == added.bearer.key && fact->bearer.srb == added.bearer.srb &&
            fact->bearer.bearer == added.bearer.bearer && fact->bearer.direction == added.bearer.direction)
            return &fact->bearer;
    }
    if (ue->seen.facts->len == MOST_FACTS)
        return NULL;
    g_array_append_val(ue->seen.facts, added);
    return &g_array_index(ue->seen.facts, struct fact, ue->seen.facts->len - 1).bearer;
}

void daps_ue_forget_unciphered(struct daps_ue *ue, const struct daps_term *key)
{
    GArray *facts = ue->seen.facts;

    for (guint i = facts != NULL ? facts->len : 0; i-- > 0;) {
        const struct fact *fact = &g_array_index(facts, struct fact, i);
        if (fact->kind == DAPS_MOMENT_UNCIPHERED && fact->bearer.key == key)
            g_array_remove_index(facts, i);
    }
}

static void see_fact(struct daps_ue *ue, struct fact seen, uint64_t frame)
{
    struct daps_bearer_fact *fact = fact_of(ue, seen);

    if (fact == NULL)
        daps_ue_not_judged(ue, DAPS_NOT_JUDGED_NOT_FOLLOWED, frame);
    else if (fact->n < G_N_ELEMENTS(fact->frames))
        fact->frames[fact->n++] = frame;
    else
        fact->more++;
}

void daps_ue_see_bearer(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_bearer_evidence *e = &ev->bearer;
    const struct fact seen = {.kind = e->near_end ? DAPS_MOMENT_COUNT_NEAR_END : DAPS_MOMENT_UNCIPHERED,
                              .bearer = {.key = daps_ue_key_of(ue, e->context),
                                         .srb = e->srb,
                                         .bearer = e->bearer,
                                         .direction = e->direction,
                                         .ciphering = e->ciphering,
                                         .count = e->count,
                                         .verified = e->verified}};
    const struct daps_context *context = daps_ue_context(ue);

    if (e->near_end || context->serial != e->context || context->ciphering != 0) /* else RRC has just shown why */
        see_fact(ue, seen, ev->frame);
}

static void see_count(struct daps_ue *ue, const struct daps_event *ev, unsigned direction)
{
    const struct daps_context *context = daps_ue_context(ue);
    const uint8_t drb = ev->counts.drb[direction];
    const struct fact seen = {.kind = DAPS_MOMENT_COUNT_NEAR_END,
                              .bearer = {.key = context->chain.key,
                                         .bearer = (uint8_t)(drb - 1),
                                         .direction = (uint8_t)direction,
                                         .ciphering = MAX(context->ciphering, 0),
                                         .count = ev->counts.count[direction],
                                         .said = true}};

    if (context->chain.key != NULL && (ue->secondary_drbs >> (drb - 1) & 1) == 0)
        see_fact(ue, seen, ev->frame);
}

void daps_ue_see_counts(struct daps_ue *ue, const struct daps_event *ev)
{
    for (unsigned d = 0; d < 2; d++) {
        if (ev->counts.drb[d] != 0 && ev->counts.count[d] >= DAPS_COUNT_NEAR_END)
            see_count(ue, ev, d);
    }
}

void daps_ue_tell_bearers(struct daps_ue *ue, bool all)
{
    GArray *facts = ue->seen.facts;

    for (guint i = 0; facts != NULL && i < facts->len;) {
        const struct fact *fact = &g_array_index(facts, struct fact, i);
        struct daps_moment moment = {.kind = fact->kind, .bearer = fact->bearer};
        if (!all && daps_ue_keeps(ue, fact->bearer.key)) {
            i++;
            continue;
        }
        daps_ue_tell(ue, &moment);
        g_array_remove_index(facts, i);
    }
}

/* ---- the store ---- */

void daps_ue_seen_keep_terms(const struct daps_ue *ue)
{
    const GArray *collisions = ue->seen.collisions, *unfits = ue->seen.unfits, *facts = ue->seen.facts;

    for (guint i = 0; collisions != NULL && i < collisions->len; i++)
        daps_term_keep(g_array_index(collisions, struct daps_collision, i).stream.key);
    for (guint i = 0; unfits != NULL && i < unfits->len; i++)
        daps_term_keep(g_array_index(unfits, struct unfit, i).key);
    for (guint i = 0; facts != NULL && i < facts->len; i++)
        daps_term_keep(g_array_index(facts, struct fact, i).bearer.key);
}

static GArray *copy_array(const GArray *array)
{
    GArray *copy;

    if (array == NULL)
        return NULL;
    copy = g_array_sized_new(FALSE, TRUE, g_array_get_element_size((GArray *)(guintptr)array), array->len);
    g_array_append_vals(copy, array->data, array->len);
    return copy;
}

void daps_ue_seen_copy(struct daps_ue *copy, const struct daps_ue *ue)
{
    copy->seen.collisions = copy_array(ue->seen.collisions);
    copy->seen.unfits = copy_array(ue->seen.unfits);
    copy->seen.facts = copy_array(ue->seen.facts);
}

void daps_ue_seen_clear(struct daps_ue *ue)
{
    g_clear_pointer(&ue->seen.collisions, g_array_unref);
    g_clear_pointer(&ue->seen.unfits, g_array_unref);
    g_clear_pointer(&ue->seen.facts, g_array_unref);
}
