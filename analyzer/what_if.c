/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays beside an audit, and what they say that it does not. */
#include "what_if.h"

#include <string.h>

/* The findings of one side. */
struct side {
    GArray *notes; /* struct what_if_note */
    uint64_t beyond;
};

struct replay {
    struct what_if *of;
    struct daps_engine *engine;
    struct side side;
    struct what_if_result result;
};

struct what_if {
    struct side audit;
    GStringChunk *names; /* of UEs */
    unsigned n;
    struct replay replays[DAPS_MITIGATION_COUNT];
};

const char *what_if_fate_name(enum what_if_fate fate)
{
    static const char *const names[WHAT_IF_FATES] = {"vanishes", "weaker", "stays", "appears"};

    return names[fate];
}

static void note(const struct what_if *what_if, struct side *side, const struct daps_finding *finding)
{
    struct what_if_note added = {.rule = finding->rule,
                                 .rat = finding->rat,
                                 .severity = finding->severity,
                                 .exposure = finding->has_exposure ? finding->exposure : DAPS_EXPOSURE_NONE,
                                 .n_frames = MIN(finding->n_frames, WHAT_IF_FRAMES)};

    if (side->notes->len >= WHAT_IF_MOST) {
        side->beyond++;
        return;
    }
    added.ue = g_string_chunk_insert_const(what_if->names, finding->ue);
    for (unsigned i = 0; i < added.n_frames; i++)
        added.frames[i] = finding->subjects[i].frame;
    g_array_append_val(side->notes, added);
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct replay *replay = user;

    note(replay->of, &replay->side, finding);
}

static GArray *new_notes(void)
{
    return g_array_new(FALSE, FALSE, sizeof(struct what_if_note));
}

struct what_if *what_if_new(const struct daps_engine_options *options, unsigned mitigations)
{
    struct what_if *what_if = g_new0(struct what_if, 1);

    what_if->audit.notes = new_notes();
    what_if->names = g_string_chunk_new(1024);
    for (unsigned i = 0; i < DAPS_MITIGATION_COUNT; i++) {
        struct replay *replay = &what_if->replays[what_if->n];
        struct daps_engine_options own = *options;
        const struct daps_sink sink = {.user = replay, .finding = on_finding};
        if ((mitigations >> i & 1U) == 0)
            continue;
        own.mitigation = replay->result.mitigation = (enum daps_mitigation)i;
        replay->of = what_if;
        replay->side.notes = new_notes();
        replay->engine = daps_engine_new(&own, &sink);
        what_if->n++;
    }
    return what_if;
}

void what_if_free(struct what_if *what_if)
{
    if (what_if == NULL)
        return;
    for (unsigned i = 0; i < what_if->n; i++) {
        daps_engine_free(what_if->replays[i].engine);
        g_array_unref(what_if->replays[i].side.notes);
    }
    g_array_unref(what_if->audit.notes);
    g_string_chunk_free(what_if->names);
    g_free(what_if);
}

/*
 * The same for every event of a UE, 0 for what is of none (system information); two names that are told apart by
 * nothing but chance do not meet in one capture.
 */
static uint64_t key_of(const char *ue)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    if (ue == NULL)
        return 0;
    for (; *ue != '\0'; ue++)
        hash = (hash ^ (uint8_t)*ue) * UINT64_C(0x100000001b3);
    return hash;
}

void what_if_event(struct what_if *what_if, const char *ue, const struct daps_event *ev)
{
    const uint64_t key = key_of(ue);

    for (unsigned i = 0; i < what_if->n; i++)
        daps_engine_event(what_if->replays[i].engine, key, ue, ev);
}

void what_if_gap(struct what_if *what_if, const char *ue, uint64_t frame, enum daps_gap gap)
{
    const uint64_t key = key_of(ue);

    for (unsigned i = 0; i < what_if->n; i++)
        daps_engine_gap(what_if->replays[i].engine, key, ue == NULL, frame, gap);
}

void what_if_finding(struct what_if *what_if, const struct daps_finding *finding)
{
    note(what_if, &what_if->audit, finding);
}

/* ---- comparing ---- */

/* A finding is one with another of the same rule, UE and technology that has a frame in common with it. */
struct place {
    const struct what_if_note *note;
    uint64_t frame;
    struct place *next; /* of another note: owned */
};

static guint place_hash(gconstpointer data)
{
    const struct place *place = data;
    const uint64_t mixed = (place->frame * 31 + (uint64_t)place->note->rule * 2 + (uint64_t)place->note->rat) *
                           UINT64_C(0x9e3779b97f4a7c15);

    return g_str_hash(place->note->ue) ^ (guint)(mixed >> 32);
}

static gboolean place_equal(gconstpointer a, gconstpointer b)
{
    const struct place *x = a, *y = b;

    return x->frame == y->frame && x->note->rule == y->note->rule && x->note->rat == y->note->rat &&
           strcmp(x->note->ue, y->note->ue) == 0;
}

static void free_places(gpointer data)
{
    for (struct place *place = data, *next; place != NULL; place = next) {
        next = place->next;
        g_free(place);
    }
}

static GHashTable *places_of(const GArray *notes)
{
    GHashTable *places = g_hash_table_new_full(place_hash, place_equal, free_places, NULL);

    for (guint i = 0; i < notes->len; i++) {
        const struct what_if_note *one = &g_array_index(notes, struct what_if_note, i);
        for (unsigned j = 0; j < one->n_frames; j++) {
            struct place *place = g_new(struct place, 1), *first;
            *place = (struct place){one, one->frames[j], NULL};
            first = g_hash_table_lookup(places, place);
            if (first == NULL) {
                g_hash_table_add(places, place);
                continue;
            }
            place->next = first->next;
            first->next = place;
        }
    }
    return places;
}

static void add(struct what_if_result *result, enum what_if_fate fate, const struct what_if_note *one)
{
    if (result->n[fate] < WHAT_IF_LISTED)
        result->listed[fate][result->n[fate]] = one;
    result->n[fate]++;
    result->by_rule[fate][one->rule]++;
}

/* The note of the other side that is this one's twin, and is nobody else's; NULL none. */
static struct what_if_note *twin_of(GHashTable *places, const struct what_if_note *one)
{
    for (unsigned j = 0; j < one->n_frames; j++) {
        const struct place wanted = {one, one->frames[j], NULL};
        for (const struct place *found = g_hash_table_lookup(places, &wanted); found != NULL; found = found->next) {
            if (!found->note->met)
                return (struct what_if_note *)(guintptr)found->note;
        }
    }
    return NULL;
}

static void compare(struct what_if *what_if, struct replay *replay, GHashTable *places)
{
    struct what_if_result *result = &replay->result;
    GArray *audit = what_if->audit.notes, *notes = replay->side.notes;

    for (guint i = 0; i < audit->len; i++)
        g_array_index(audit, struct what_if_note, i).met = false;
    for (guint i = 0; i < notes->len; i++) {
        const struct what_if_note *one = &g_array_index(notes, struct what_if_note, i);
        struct what_if_note *twin = twin_of(places, one);
        if (twin == NULL) {
            add(result, WHAT_IF_APPEARS, one);
            continue;
        }
        twin->met = true;
        add(result, one->severity < twin->severity || one->exposure < twin->exposure ? WHAT_IF_WEAKER : WHAT_IF_STAYS,
            one);
    }
    for (guint i = 0; i < audit->len; i++) {
        const struct what_if_note *one = &g_array_index(audit, struct what_if_note, i);
        if (!one->met)
            add(result, WHAT_IF_VANISHES, one);
    }
    result->not_compared = what_if->audit.beyond + replay->side.beyond;
}

void what_if_end(struct what_if *what_if, uint64_t given_up)
{
    GHashTable *places = places_of(what_if->audit.notes);

    for (unsigned i = 0; i < what_if->n; i++) {
        struct replay *replay = &what_if->replays[i];
        uint64_t own;
        daps_engine_finish(replay->engine);
        own = daps_engine_counts(replay->engine)->ues_given_up;
        replay->result.cost = *daps_engine_cost(replay->engine);
        replay->result.given_up = own > given_up ? own - given_up : 0;
        compare(what_if, replay, places);
    }
    g_hash_table_unref(places);
}

const struct what_if_result *what_if_result(const struct what_if *what_if, unsigned i)
{
    return i < what_if->n ? &what_if->replays[i].result : NULL;
}

/* ---- names ---- */

unsigned what_if_bits(const char *name)
{
    const enum daps_mitigation mitigation = daps_mitigation_by_name(name);

    if (strcmp(name, "all") == 0)
        return (1U << DAPS_MITIGATION_COUNT) - (1U << (DAPS_MITIGATION_NONE + 1));
    return mitigation < DAPS_MITIGATION_COUNT ? 1U << mitigation : 0;
}

char *what_if_names(void)
{
    GString *names = g_string_new(NULL);

    for (unsigned i = DAPS_MITIGATION_NONE + 1; i < DAPS_MITIGATION_COUNT; i++)
        g_string_append_printf(names, "%s, ", daps_mitigation_name((enum daps_mitigation)i));
    g_string_append(names, "none or all");
    return g_string_free(names, FALSE);
}
