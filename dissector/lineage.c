/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, what they are derived from, and which results are about them. */
#include "lineage.h"

#include <string.h>

#include "daps/words.h"

struct lineage {
    GHashTable *keys;    /* name to struct lineage_key (owned) */
    GHashTable *ues;     /* name (owned) to how many keys it has, and its place: struct ue_count (owned) */
    GHashTable *results; /* name of a result (owned) to struct about (owned) */
};

struct ue_count {
    unsigned place, keys;
};

/* What a result said when it was taken last. */
struct about {
    struct lineage_key *key;
    uint64_t frame; /* of a handover; 0 a finding */
};

static void free_finding(gpointer finding)
{
    g_free(((struct lineage_finding *)finding)->name);
    g_free(((struct lineage_finding *)finding)->words);
    g_free(finding);
}

static void free_key(gpointer data)
{
    struct lineage_key *key = data;

    g_free(key->name);
    g_free(key->ue);
    g_free(key->words);
    g_array_unref(key->frames);
    g_ptr_array_unref(key->findings);
    g_free(key);
}

struct lineage *lineage_new(void)
{
    struct lineage *lineage = g_new0(struct lineage, 1);

    lineage->keys = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_key);
    lineage->ues = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    lineage->results = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return lineage;
}

void lineage_free(struct lineage *lineage)
{
    if (lineage == NULL)
        return;
    g_hash_table_unref(lineage->results);
    g_hash_table_unref(lineage->ues);
    g_hash_table_unref(lineage->keys);
    g_free(lineage);
}

static struct ue_count *count_of(struct lineage *lineage, const char *ue)
{
    struct ue_count *count = g_hash_table_lookup(lineage->ues, ue);

    if (count == NULL) {
        count = g_new0(struct ue_count, 1);
        count->place = g_hash_table_size(lineage->ues) + 1;
        g_hash_table_insert(lineage->ues, g_strdup(ue), count);
    }
    return count;
}

static struct lineage_key *find_key(const struct lineage *lineage, const char *ue, const char *id)
{
    char *name = g_strdup_printf("%s/%s", ue, id);
    struct lineage_key *key = g_hash_table_lookup(lineage->keys, name);

    g_free(name);
    return key;
}

static struct lineage_key *add_key(struct lineage *lineage, const char *ue, const char *id, const char *parent)
{
    const struct lineage_key *above = parent[0] != '\0' ? find_key(lineage, ue, parent) : NULL;
    struct ue_count *count = count_of(lineage, ue);
    struct lineage_key *key = g_new0(struct lineage_key, 1);

    key->name = g_strdup_printf("%s/%s", ue, id);
    key->ue = g_strdup(ue);
    g_strlcpy(key->id, id, sizeof key->id);
    g_strlcpy(key->parent, parent, sizeof key->parent);
    key->depth = above != NULL ? above->depth + 1 : 0;
    key->ue_place = count->place;
    key->place = ++count->keys;
    key->ncc = -1;
    key->frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    key->findings = g_ptr_array_new_with_free_func(free_finding);
    g_hash_table_insert(lineage->keys, key->name, key);
    return key;
}

/* The NH of a chain has the name of the chain's root in its own: K1/NH3. Other keys show first as somebody's parent
 * only where the capture does not show how they came into being. */
static void add_parent(struct lineage *lineage, const char *ue, const char *id, int ncc, GPtrArray *changed)
{
    const char *slash = strchr(id, '/');
    char root[sizeof((struct lineage_key *)NULL)->id] = "";
    struct lineage_key *key;

    if (id[0] == '\0' || find_key(lineage, ue, id) != NULL)
        return;
    if (slash != NULL) {
        g_strlcpy(root, id, MIN(sizeof root, (size_t)(slash - id) + 1));
        if (find_key(lineage, ue, root) == NULL)
            g_ptr_array_add(changed, add_key(lineage, ue, root, ""));
    }
    key = add_key(lineage, ue, id, root);
    if (slash != NULL) {
        key->ncc = ncc;
        key->words = g_strdup_printf("%s (NH of the chain of %s)", id, root);
    }
    g_ptr_array_add(changed, key);
}

/* How the key is derived may only show later: a MAC-I tells. */
static struct lineage_key *key_of(struct lineage *lineage, const char *ue, const struct daps_key_view *view,
                                  enum daps_rat rat, GPtrArray *changed)
{
    struct lineage_key *key;
    GString *words = g_string_new(NULL);

    add_parent(lineage, ue, view->parent, view->ncc, changed);
    key = find_key(lineage, ue, view->id);
    if (key == NULL)
        key = add_key(lineage, ue, view->id, view->parent);
    daps_words_key(words, view, rat);
    g_free(key->words);
    key->words = g_string_free(words, FALSE);
    key->ncc = view->ncc;
    g_ptr_array_add(changed, key);
    return key;
}

static void put_frame(GArray *frames, uint64_t frame)
{
    guint at = frames->len;

    if (frame == 0) /* dropped by a read filter */
        return;
    while (at > 0 && g_array_index(frames, uint64_t, at - 1) > frame)
        at--;
    if (at == 0 || g_array_index(frames, uint64_t, at - 1) != frame)
        g_array_insert_val(frames, at, frame);
}

static void take_frame_back(GArray *frames, uint64_t frame)
{
    for (guint i = frames->len; i > 0; i--) {
        if (g_array_index(frames, uint64_t, i - 1) == frame) {
            g_array_remove_index(frames, i - 1);
            return;
        }
    }
}

/* What that result said before. */
static void take_back(struct lineage *lineage, const char *name, GPtrArray *changed)
{
    const struct about *about = g_hash_table_lookup(lineage->results, name);

    if (about == NULL)
        return;
    if (about->frame != 0)
        take_frame_back(about->key->frames, about->frame);
    for (guint i = 0; about->frame == 0 && i < about->key->findings->len; i++) {
        if (strcmp(((struct lineage_finding *)about->key->findings->pdata[i])->name, name) == 0) {
            g_ptr_array_remove_index(about->key->findings, i);
            break;
        }
    }
    g_ptr_array_add(changed, about->key);
    g_hash_table_remove(lineage->results, name);
}

static void remember(struct lineage *lineage, char *name, struct lineage_key *key, uint64_t frame)
{
    struct about *about = g_new(struct about, 1);

    *about = (struct about){key, frame};
    g_hash_table_replace(lineage->results, name, about);
}

/* Takes name over. */
static void take_handover(struct lineage *lineage, char *name, const struct daps_handover *handover, GPtrArray *changed)
{
    const uint64_t frame = handover->executed_frame != 0 ? handover->executed_frame : handover->frame;
    struct lineage_key *key;

    if (handover->prepared || handover->derivation == DAPS_DERIVATION_NONE || handover->key.id[0] == '\0') {
        g_free(name);
        return;
    }
    key = key_of(lineage, handover->ue, &handover->key, handover->rat, changed);
    put_frame(key->frames, frame);
    remember(lineage, name, key, frame);
}

/* Takes name over. */
static void take_finding(struct lineage *lineage, char *name, const struct daps_finding *finding, GPtrArray *changed)
{
    struct lineage_finding *said;
    struct lineage_key *key;

    if (!finding->has_key || finding->key.id[0] == '\0') {
        g_free(name);
        return;
    }
    key = key_of(lineage, finding->ue, &finding->key, finding->rat, changed);
    if (finding->rule == DAPS_RULE_NH_REUSE && finding->key.kind == DAPS_KEY_KGNB_STAR &&
        finding->key.derivation == DAPS_DERIVATION_VERTICAL)
        key = find_key(lineage, finding->ue, finding->key.parent); /* the NH, which key_of has made sure of */
    said = g_new(struct lineage_finding, 1);
    said->name = g_strdup(name);
    said->words = g_strdup_printf("%s (%s, %s)", daps_rule(finding->rule)->name, daps_severity_name(finding->severity),
                                  daps_evidence_name(finding->evidence));
    said->repeats = finding->rule == DAPS_RULE_REPEATED_KEY;
    g_ptr_array_add(key->findings, said);
    remember(lineage, name, key, 0);
}

void lineage_take(struct lineage *lineage, uint64_t frame, const struct frame_note *note, const GPtrArray *results,
                  const GPtrArray *withdrawn, GPtrArray *changed)
{
    for (unsigned i = 0; note != NULL && i < note->n_steps; i++) {
        const struct daps_key_step *step = &note->steps[i].step;
        if (step->key.kind == DAPS_KEY_ROOT || step->key.kind == DAPS_KEY_KSN)
            put_frame(key_of(lineage, step->ue, &step->key, step->rat, changed)->frames, frame);
    }
    for (guint i = 0; i < withdrawn->len; i++) {
        char *name = daps_result_name(withdrawn->pdata[i]);
        take_back(lineage, name, changed);
        g_free(name);
    }
    for (guint i = 0; i < results->len; i++) {
        const struct daps_result *result = results->pdata[i];
        char *name = daps_result_name(result);
        take_back(lineage, name, changed);
        if (result->is_finding)
            take_finding(lineage, name, result->finding, changed);
        else
            take_handover(lineage, name, &result->handover, changed);
    }
}
