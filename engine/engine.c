/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: UEs, events to their UE, gaps, the end of the capture, and what is asked of it in between. */
#include "daps/bound.h"
#include "inside.h"

#include <stdio.h>
#include <string.h>

struct daps_engine *daps_engine_new(const struct daps_engine_options *options, const struct daps_sink *sink)
{
    struct daps_engine *engine = g_new0(struct daps_engine, 1);

    if (options != NULL)
        engine->options = *options;
    if (sink != NULL)
        engine->sink = *sink;
    if (engine->options.extract_only) /* UEs are followed all the same: below RRC, the next message needs their keys */
        engine->sink = (struct daps_sink){.user = engine->sink.user,
                                          .event = engine->sink.event,
                                          .pdu = engine->sink.pdu,
                                          .pdcp = engine->sink.pdcp,
                                          .undecoded = engine->sink.undecoded,
                                          .problem = engine->sink.problem,
                                          .gap = engine->sink.gap};
    engine->ues = ues_new();
    engine->names = g_string_chunk_new(1024);
    engine->sealed = g_array_new(FALSE, FALSE, sizeof(struct sealed_ue));
    engine->joins = joins_new();
    engine->drive = drive_new(engine, &engine->options);
    return engine;
}

void daps_engine_free(struct daps_engine *engine)
{
    if (engine == NULL)
        return;
    drive_free(engine->drive);
    ues_free(engine->ues);
    g_string_chunk_free(engine->names);
    g_array_unref(engine->sealed);
    joins_free(engine->joins);
    daps_ciphers_free(engine->ciphers);
    pdcp_roots_free(engine->roots);
    daps_ledger_room_free(engine->ledger_room);
    g_free(engine->trial);
    if (engine->open != NULL)
        daps_wipe(engine->open, DAPS_PDCP_MOST_OCTETS);
    g_free(engine->open);
    if (engine->node_roots != NULL)
        g_hash_table_unref(engine->node_roots);
    g_free(engine->waited);
    g_free(engine->seen);
    g_free(engine);
}

/* Says to a UE what may be missing of the signalling of all UEs. */
static struct daps_ue *tell_gaps(const struct daps_engine *engine, struct ue_entry *entry)
{
    struct daps_ue *ue = ues_awake(engine->ues, entry);

    if (entry->gaps != engine->gaps.n) {
        daps_ue_unread(ue, engine->gaps.frame, engine->gaps.gap);
        entry->gaps = engine->gaps.n;
    }
    return ue;
}

static bool read_sealed(const struct daps_ue *ue, struct daps_sealed *out)
{
    const struct daps_pdcp *pdcp = ue->pdcp;

    if (pdcp == NULL || (pdcp->unreadable == 0 && !pdcp->needs.other_count))
        return false;
    *out = pdcp->needs;
    out->ue = ue->name;
    out->rat = ue->rat;
    out->key = pdcp->last_key;
    out->pdus = pdcp->unreadable;
    out->first_frame = pdcp->first_unreadable_frame;
    if (out->pdus == 0) {
        out->needs = DAPS_NEEDS_NOTHING;
        out->number = -1;
    }
    return true;
}

/* What was sealed of it is kept. */
static void finish(struct daps_engine *engine, struct daps_ue *ue)
{
    struct sealed_ue kept = {.view = {.pdus = 0}};

    daps_ue_finish(ue);
    if (engine->sealed->len == SEALED_MOST || !read_sealed(ue, &kept.view))
        return;
    g_strlcpy(kept.ue, kept.view.ue, sizeof kept.ue);
    g_strlcpy(kept.key, kept.view.key, sizeof kept.key);
    g_array_append_val(engine->sealed, kept);
}

/* The UE met longest ago is followed no further: what is open of it is settled, as at the end of the capture. */
static void give_way(struct daps_engine *engine, uint64_t frame)
{
    struct ue_entry *entry = ues_longest_unmet(engine->ues);
    struct daps_ue *ue = tell_gaps(engine, entry);

    if (ue->state != DAPS_UE_IDLE)
        daps_engine_not_judged(engine, DAPS_NOT_JUDGED_NOT_FOLLOWED, frame);
    engine->counts.ues_given_up++;
    finish(engine, ue);
    ues_remove(engine->ues, entry);
}

/* The UE at hand before may have come to cost more, or less. */
static void account(struct daps_engine *engine, struct ue_entry *next)
{
    struct ue_entry *entry = engine->touched;

    engine->touched = next;
    if (entry != NULL)
        ues_account(engine->ues, entry);
}

static uint64_t octets_of(const struct daps_engine *engine)
{
    return ues_octets(engine->ues) + (engine->ledger_room != NULL ? daps_ledger_room_octets(engine->ledger_room) : 0);
}

/* Those met longest ago give way to the one that was met now, or is about to come (NULL). */
static void make_them_give_way(struct daps_engine *engine, const struct ue_entry *met, uint64_t frame)
{
    const struct daps_engine_options *options = &engine->options;
    const unsigned most_ues = options->most_ues > 0 ? options->most_ues : DAPS_ENGINE_MOST_UES;
    const uint64_t most_octets = options->most_octets > 0 ? options->most_octets : DAPS_ENGINE_MOST_OCTETS;

    while (ues_longest_unmet(engine->ues) != NULL && ues_longest_unmet(engine->ues) != met &&
           (octets_of(engine) > most_octets || (met == NULL && ues_count(engine->ues) >= most_ues)))
        give_way(engine, frame);
}

static inline void make_room(struct daps_engine *engine, const struct ue_entry *met, uint64_t frame)
{
    const uint64_t most = engine->options.most_octets;

    if (met == NULL || octets_of(engine) > (most > 0 ? most : DAPS_ENGINE_MOST_OCTETS))
        make_them_give_way(engine, met, frame);
}

struct daps_ue *engine_find_ue(struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat)
{
    struct daps_ue *ue = engine_at_hand(engine, ue_key, rat);
    struct ue_entry *entry;

    if (ue != NULL)
        return ue;
    entry = ues_find(engine->ues, engine_key_in(rat, ue_key));
    return entry != NULL ? tell_gaps(engine, entry) : NULL;
}

/* The same UE as it was seen before in the other technology. */
static const struct daps_ue *find_other(struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat)
{
    const enum daps_rat other = rat == DAPS_RAT_LTE ? DAPS_RAT_NR : DAPS_RAT_LTE;
    struct ue_entry *entry = ues_find(engine->ues, engine_key_in(other, ue_key));

    return entry != NULL ? ues_awake(engine->ues, entry) : NULL;
}

static struct daps_ue *new_ue(struct daps_engine *engine, const char *name, enum daps_rat rat,
                              const struct daps_ue *other)
{
    struct daps_ue *ue;
    char number[24];

    if (other == NULL)
        engine->counts.ues++;
    snprintf(number, sizeof number, "%" PRIu64, engine->counts.ues);
    ue = daps_ue_new(engine, other != NULL ? other->name : name != NULL ? name : number, rat, other != NULL);
    ue->number = other != NULL ? other->number : (uint32_t)engine->counts.ues;
    return ue;
}

/* Not the one at hand: one met before or a new one. */
static struct daps_ue *turn_to_ue(struct daps_engine *engine, struct ue_entry *entry, uint64_t ue_key, const char *name,
                                  enum daps_rat rat, uint64_t frame)
{
    const struct daps_ue *other;
    struct daps_ue *ue;

    account(engine, entry);
    if (entry != NULL) {
        ues_meet(engine->ues, entry);
        make_room(engine, entry, frame);
        return tell_gaps(engine, entry);
    }
    make_room(engine, NULL, frame);
    other = find_other(engine, ue_key, rat);
    ue = new_ue(engine, name, rat, other);
    engine->touched = ues_add(engine->ues, engine_key_in(rat, ue_key), ue);
    engine->touched->gaps = engine->gaps.n;
    if (other != NULL)
        return ue;
    if (!joins_deliver(engine->joins, ue_key, ue->name, &engine->sink) && engine->sink.join != NULL)
        engine->sink.join(engine->sink.user, &(struct daps_identity_join){
                                                 .frame = frame, .ue = ue->name, .name = "", .reason = DAPS_JOIN_LOG});
    return ue;
}

/* At that frame; name NULL: numbered. */
struct daps_ue *engine_get_ue(struct daps_engine *engine, uint64_t ue_key, const char *name, enum daps_rat rat,
                              uint64_t frame)
{
    struct daps_ue *ue = engine_at_hand(engine, ue_key, rat);
    struct ue_entry *entry;

    if (ue != NULL)
        return ue;
    entry = ues_find(engine->ues, engine_key_in(rat, ue_key));
    if (entry != NULL && entry == engine->touched)
        return tell_gaps(engine, entry);
    return turn_to_ue(engine, entry, ue_key, name, rat, frame);
}

void engine_join(struct daps_engine *engine, uint64_t ue_key, const struct daps_identity_join *join)
{
    const struct daps_ue *ue = engine_find_ue(engine, ue_key, DAPS_RAT_NR);

    if (ue == NULL)
        ue = engine_find_ue(engine, ue_key, DAPS_RAT_LTE);
    if (engine->sink.join == NULL)
        return;
    joins_keep(engine->joins, ue_key, join);
    if (ue != NULL)
        joins_deliver(engine->joins, ue_key, ue->name, &engine->sink);
}

static bool is_broadcast(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_SYSTEM_INFORMATION;
}

/* NULL: its SIB1 was not seen. */
static const struct cell_identity *find_identity(const struct daps_engine *engine, enum daps_rat rat,
                                                 const struct daps_cell *cell)
{
    for (unsigned i = 0; cell->pci >= 0 && i < engine->n_identities; i++) {
        if (engine->identities[i].rat == rat && daps_cell_equals(&engine->identities[i].cell, cell))
            return &engine->identities[i];
    }
    return NULL;
}

/* Another cell with the numbers of one before, or of another PLMN: which one SIB1 has now is not known. */
static void doubt_identity(struct daps_engine *engine, const struct cell_identity *known)
{
    const size_t at = (size_t)(known - engine->identities);

    memmove(engine->identities + at, known + 1, (--engine->n_identities - at) * sizeof *known);
}

static void learn_identity(struct daps_engine *engine, const struct daps_event *ev)
{
    const struct cell_identity *known = find_identity(engine, ev->rat, &ev->logged_cell);
    struct cell_identity *of;

    if (ev->of_phone) { /* only SIB1 says what a request's MAC is computed with (TS 38.331 5.3.7.4) */
        if (known != NULL && known->identity != ev->cell_identity)
            doubt_identity(engine, known);
        return;
    }
    if (ev->cell_identity < 0 || ev->logged_cell.pci < 0)
        return;
    if (known == NULL && engine->n_identities == MOST_IDENTITIES)
        memmove(engine->identities, engine->identities + 1, --engine->n_identities * sizeof *engine->identities);
    of = known != NULL ? &engine->identities[known - engine->identities] : &engine->identities[engine->n_identities++];
    *of = (struct cell_identity){ev->rat, ev->logged_cell, ev->cell_identity};
}

bool daps_engine_cell_identity(const struct daps_engine *engine, enum daps_rat rat, const struct daps_cell *cell,
                               int64_t *identity)
{
    const struct cell_identity *known = find_identity(engine, rat, cell);

    if (known != NULL)
        *identity = known->identity;
    return known != NULL;
}

/* A request's MAC, where a key log may tell whether it is right. */
static void check_request(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct pdcp_host host = daps_ue_host(ue);

    daps_pdcp_check_request(&host, ev);
}

struct daps_ue *engine_event(struct daps_engine *engine, uint64_t ue_key, const char *name, const struct daps_event *ev)
{
    struct daps_ue *ue;

    engine->counts.of[ev->rat] |= !is_broadcast(ev) || !ev->of_phone; /* a note is no message */
    if (is_broadcast(ev)) {
        learn_identity(engine, ev);
        if (engine->sink.event != NULL)
            engine->sink.event(engine->sink.user, "", ev);
        return NULL;
    }
    ue = engine_get_ue(engine, ue_key, name, ev->rat, ev->frame);
    if (engine->sink.event != NULL)
        engine->sink.event(engine->sink.user, ue->name, ev);
    if (daps_event_is_evidence(ev->kind)) {
        daps_ue_evidence(ue, ev);
        return ue;
    }
    if (ev->request_mac >= 0 && engine->options.keylog != NULL)
        check_request(ue, ev);
    daps_ue_event(ue, ev);
    return ue;
}

void daps_engine_event(struct daps_engine *engine, uint64_t ue_key, const char *name, const struct daps_event *ev)
{
    (void)engine_event(engine, ue_key, name, ev);
}

void daps_engine_evidence(struct daps_engine *engine, struct daps_ue *ue, const struct daps_event *ev)
{
    if (engine->sink.event != NULL && !ue->is_copy)
        engine->sink.event(engine->sink.user, ue->name, ev);
    daps_ue_evidence(ue, ev);
}

void daps_engine_gap(struct daps_engine *engine, uint64_t ue_key, bool all, uint64_t frame, enum daps_gap gap)
{
    struct daps_ue *ue = NULL;

    for (unsigned rat = 0; rat < DAPS_RAT_COUNT && !all; rat++) { /* which it was of is not asked: either may miss it */
        struct daps_ue *in = engine_find_ue(engine, ue_key, (enum daps_rat)rat);
        if (in == NULL)
            continue;
        if (gap == DAPS_GAP_SEGMENT_LOST)
            daps_ue_miss_segments(in, frame);
        else
            daps_ue_unread(in, frame, gap);
        ue = in;
    }
    if (engine->sink.gap != NULL && (all || ue != NULL)) /* what is missing of an unknown UE misses nothing */
        engine->sink.gap(engine->sink.user, ue != NULL ? ue->name : NULL, frame, gap);
    if (!all)
        return;
    engine->gaps.n++;
    engine->gaps.frame = frame;
    engine->gaps.gap = gap;
}

void daps_engine_not_judged(struct daps_engine *engine, enum daps_not_judged reason, uint64_t frame)
{
    daps_not_judged_add(engine->counts.not_judged, reason, frame);
    if (engine->sink.not_judged != NULL)
        engine->sink.not_judged(engine->sink.user, reason, frame);
}

/* Four places a bucket, the oldest gives way. */
#define SEEN_BUCKETS DAPS_BOUND(8192, 4)
#define SEEN_WAYS    4

bool daps_engine_seen(struct daps_engine *engine, uint64_t fingerprint)
{
    uint64_t *bucket;
    bool found = false;

    if (engine->seen == NULL)
        engine->seen = g_new0(uint64_t, (gsize)SEEN_BUCKETS * SEEN_WAYS);
    bucket = engine->seen + (fingerprint % SEEN_BUCKETS) * SEEN_WAYS;
    for (unsigned i = 0; i < SEEN_WAYS; i++)
        found |= bucket[i] == fingerprint;
    if (found)
        return true;
    for (unsigned i = SEEN_WAYS - 1; i > 0; i--)
        bucket[i] = bucket[i - 1];
    bucket[0] = fingerprint;
    return false;
}

void daps_engine_finish(struct daps_engine *engine)
{
    struct ue_entry *entry;

    engine->touched = NULL;
    while ((entry = ues_first(engine->ues)) != NULL) { /* each goes when it is done: nobody has to sleep for the next */
        finish(engine, tell_gaps(engine, entry));
        ues_remove(engine->ues, entry);
    }
}

static void preview_of(const struct daps_engine *engine, struct ue_entry *entry)
{
    if (entry != NULL)
        daps_ue_preview(tell_gaps(engine, entry));
}

void daps_engine_preview(struct daps_engine *engine, uint64_t ue_key, bool all, const struct daps_sink *sink)
{
    const struct daps_sink own_sink = engine->sink;
    const struct daps_engine_counts own_counts = engine->counts;

    if (engine->options.extract_only)
        return;
    engine->sink = *sink;
    if (all) {
        for (struct ue_entry *entry = ues_first(engine->ues); entry != NULL; entry = entry->next)
            daps_ue_preview(tell_gaps(engine, entry));
    } else {
        preview_of(engine, ues_find(engine->ues, engine_key_in(DAPS_RAT_NR, ue_key)));
        preview_of(engine, ues_find(engine->ues, engine_key_in(DAPS_RAT_LTE, ue_key)));
    }
    engine->sink = own_sink;
    engine->counts = own_counts;
}

unsigned daps_engine_contexts(const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat,
                              struct daps_context_view *source, struct daps_context_view *target)
{
    struct ue_entry *entry = ues_find(engine->ues, engine_key_in(rat, ue_key));
    const struct daps_ue *ue = entry != NULL ? ues_awake(engine->ues, entry) : NULL;

    if (ue == NULL || ue->active.chain.key == NULL)
        return 0;
    daps_view_context(source, &ue->active);
    if (ue->open == NULL || ue->open->target.chain.key == NULL)
        return 1;
    daps_view_context(target, &ue->open->target);
    return 2;
}

const char *daps_engine_ue_name(const struct daps_engine *engine, uint64_t ue_key)
{
    struct ue_entry *nr = ues_find(engine->ues, ue_key);
    struct ue_entry *entry = nr != NULL ? nr : ues_find(engine->ues, engine_key_in(DAPS_RAT_LTE, ue_key));

    return entry != NULL ? g_string_chunk_insert_const(engine->names, ues_awake(engine->ues, entry)->name) : NULL;
}

bool daps_engine_sealed(const struct daps_engine *engine, unsigned index, struct daps_sealed *out)
{
    const struct sealed_ue *kept;

    if (index >= engine->sealed->len)
        return false;
    kept = &g_array_index(engine->sealed, struct sealed_ue, index);
    *out = kept->view;
    out->ue = kept->ue;
    out->key = kept->key;
    return true;
}

const struct daps_engine_counts *daps_engine_counts(const struct daps_engine *engine)
{
    return &engine->counts;
}
