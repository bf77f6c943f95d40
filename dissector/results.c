/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of what the engine delivered, and where to find them. */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "crypto/kdf.h"

static void keep_values(struct result *result, struct daps_key_view *key, bool with_values)
{
    const uint8_t *value = key->value, *parent_value = key->parent_value;

    key->value = key->parent_value = NULL;
    if (!with_values)
        return;
    if (value != NULL)
        key->value = memcpy(result->value, value, sizeof result->value);
    if (parent_value != NULL)
        key->parent_value = memcpy(result->parent_value, parent_value, sizeof result->parent_value);
}

struct result *result_of_handover(const struct daps_handover *handover, bool with_values)
{
    struct result *result = g_new0(struct result, 1);

    result->ue = g_strdup(handover->ue);
    result->handover = *handover;
    result->handover.ue = result->ue;
    keep_values(result, &result->handover.key, with_values);
    return result;
}

static void keep_keystream(struct daps_keystream_tuple *to, const struct daps_keystream_tuple *from)
{
    *to = *from;
    to->xor_ciphertext = from->xor_ciphertext != NULL ? g_memdup2(from->xor_ciphertext, from->octets) : NULL;
    to->xor_plaintext = from->xor_plaintext != NULL ? g_memdup2(from->xor_plaintext, from->octets) : NULL;
}

struct result *result_of_finding(const struct daps_finding *finding, bool with_values)
{
    struct result *result = g_new0(struct result, 1);

    result->is_finding = true;
    result->ue = g_strdup(finding->ue);
    result->finding.rule = finding->rule;
    result->finding.severity = finding->severity;
    result->finding.evidence = finding->evidence;
    result->finding.has_exposure = finding->has_exposure;
    result->finding.exposure = finding->exposure;
    result->finding.rat = finding->rat;
    result->finding.n_frames = finding->n_frames;
    result->finding.frames = g_memdup2(finding->frames, finding->n_frames * sizeof *finding->frames);
    result->finding.n_procedures = finding->n_procedures;
    result->finding.procedures = g_memdup2(finding->procedures, finding->n_procedures * sizeof *finding->procedures);
    result->finding.repeats = finding->repeats;
    result->finding.has_key = finding->has_key;
    if (finding->has_key)
        result->finding.key = finding->key;
    if (finding->keystream.present)
        keep_keystream(&result->finding.keystream, &finding->keystream);
    result->finding.title = g_strdup(finding->title);
    result->finding.detail = g_strdup(finding->detail);
    result->finding.assumes = g_strdup(finding->assumes);
    keep_values(result, &result->finding.key, with_values);
    return result;
}

struct result *result_renumbered(const struct result *result, uint64_t (*number)(void *user, uint64_t frame),
                                 void *user)
{
    struct result *twin = g_memdup2(result, sizeof *result);

    twin->ue = g_strdup(result->ue);
    twin->handover.ue = twin->ue;
    twin->handover.frame = number(user, result->handover.frame);
    twin->handover.executed_frame = number(user, result->handover.executed_frame);
    twin->handover.complete_frame = number(user, result->handover.complete_frame);
    twin->handover.settled_frame = number(user, result->handover.settled_frame);
    twin->finding.title = g_strdup(result->finding.title);
    twin->finding.detail = g_strdup(result->finding.detail);
    twin->finding.assumes = g_strdup(result->finding.assumes);
    twin->finding.frames = g_memdup2(result->finding.frames, result->finding.n_frames * sizeof(uint64_t));
    twin->finding.procedures =
        g_memdup2(result->finding.procedures, result->finding.n_procedures * sizeof(enum daps_procedure));
    for (uint32_t i = 0; i < result->finding.n_frames; i++)
        twin->finding.frames[i] = number(user, result->finding.frames[i]);
    keep_keystream(&twin->finding.keystream, &result->finding.keystream);
    keep_values(twin, &twin->handover.key, true);
    keep_values(twin, &twin->finding.key, true);
    return twin;
}

void result_free(gpointer data)
{
    struct result *result = data;

    if (result == NULL)
        return;
    g_free(result->ue);
    g_free(result->finding.frames);
    g_free(result->finding.procedures);
    g_free((gpointer)result->finding.keystream.xor_ciphertext);
    g_free((gpointer)result->finding.keystream.xor_plaintext);
    g_free(result->finding.title);
    g_free(result->finding.detail);
    g_free(result->finding.assumes);
    daps_wipe(result->value, sizeof result->value);
    daps_wipe(result->parent_value, sizeof result->parent_value);
    g_free(result);
}

const struct daps_key_view *result_key(const struct result *result)
{
    if (!result->is_finding)
        return result->handover.key.id[0] != '\0' ? &result->handover.key : NULL;
    return result->finding.has_key ? &result->finding.key : NULL;
}

static bool same_tuple(const struct daps_keystream_tuple *a, const struct daps_keystream_tuple *b)
{
    return a->present == b->present && strcmp(a->algorithm, b->algorithm) == 0 && a->bearer == b->bearer &&
           a->direction == b->direction && a->srb == b->srb && a->count == b->count;
}

bool result_same(const struct result *a, const struct result *b)
{
    if (a->is_finding != b->is_finding || strcmp(a->ue, b->ue) != 0)
        return false;
    if (!a->is_finding)
        return a->handover.frame == b->handover.frame && a->handover.procedure == b->handover.procedure &&
               a->handover.executed_frame == b->handover.executed_frame;
    return a->finding.rule == b->finding.rule && a->finding.n_frames > 0 && b->finding.n_frames > 0 &&
           a->finding.frames[0] == b->finding.frames[0] && strcmp(a->finding.key.id, b->finding.key.id) == 0 &&
           same_tuple(&a->finding.keystream, &b->finding.keystream);
}

char *result_name(const struct result *result)
{
    const struct daps_handover *handover = &result->handover;
    const struct daps_keystream_tuple *tuple = &result->finding.keystream;

    if (!result->is_finding)
        return g_strdup_printf("%s/%" PRIu64 "/%d/%" PRIu64, result->ue, handover->frame, (int)handover->procedure,
                               handover->executed_frame);
    return g_strdup_printf("%s/%d/%" PRIu64 "/%s/%s/%d/%d/%d/%u", result->ue, (int)result->finding.rule,
                           result->finding.n_frames > 0 ? result->finding.frames[0] : 0, result->finding.key.id,
                           tuple->algorithm, tuple->bearer, tuple->direction, tuple->srb, tuple->count);
}

static bool equal_handovers(const struct daps_handover *a, const struct daps_handover *b)
{
    return a->outcome == b->outcome && a->complete_frame == b->complete_frame && a->settled_frame == b->settled_frame &&
           strcmp(a->key.id, b->key.id) == 0;
}

bool result_equal(const struct result *a, const struct result *b)
{
    if (!result_same(a, b))
        return false;
    if (!a->is_finding)
        return equal_handovers(&a->handover, &b->handover);
    return a->finding.severity == b->finding.severity && a->finding.evidence == b->finding.evidence &&
           a->finding.n_frames == b->finding.n_frames && a->finding.repeats == b->finding.repeats &&
           memcmp(a->finding.frames, b->finding.frames, a->finding.n_frames * sizeof *a->finding.frames) == 0 &&
           strcmp(a->finding.detail, b->finding.detail) == 0 && g_strcmp0(a->finding.assumes, b->finding.assumes) == 0;
}

void result_frames(const struct result *result, void (*each)(void *user, uint64_t frame), void *user)
{
    const struct daps_handover *h = &result->handover;

    if (!result->is_finding) {
        const uint64_t frames[] = {h->frame, h->executed_frame, h->complete_frame, h->settled_frame};
        for (unsigned i = 0; i < G_N_ELEMENTS(frames); i++) {
            if (frames[i] != 0)
                each(user, frames[i]);
        }
        return;
    }
    for (uint32_t i = 0; i < result->finding.n_frames; i++)
        each(user, result->finding.frames[i]);
}

struct search {
    uint64_t frame;
    bool found;
};

static void compare_frame(void *user, uint64_t frame)
{
    struct search *search = user;

    search->found |= frame == search->frame;
}

bool result_names(const struct result *result, uint64_t frame)
{
    struct search search = {.frame = frame};

    result_frames(result, compare_frame, &search);
    return search.found;
}

struct result_index {
    GHashTable *by_frame; /* uint64_t (owned) to GPtrArray of const struct result * (owned) */
    const struct result *adding;
};

static void free_results(gpointer results)
{
    g_ptr_array_unref(results);
}

struct result_index *result_index_new(void)
{
    struct result_index *index = g_new0(struct result_index, 1);

    index->by_frame = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_results);
    return index;
}

void result_index_free(struct result_index *index)
{
    if (index == NULL)
        return;
    g_hash_table_unref(index->by_frame);
    g_free(index);
}

void result_index_clear(struct result_index *index)
{
    g_hash_table_remove_all(index->by_frame);
}

static void add_at(void *user, uint64_t frame)
{
    struct result_index *index = user;
    GPtrArray *results = g_hash_table_lookup(index->by_frame, &frame);

    if (results == NULL) {
        results = g_ptr_array_new();
        g_hash_table_insert(index->by_frame, g_memdup2(&frame, sizeof frame), results);
    }
    if (results->len == 0 || results->pdata[results->len - 1] != index->adding)
        g_ptr_array_add(results, (gpointer)index->adding);
}

void result_index_add(struct result_index *index, const struct result *result)
{
    index->adding = result;
    result_frames(result, add_at, index);
}

const GPtrArray *result_index_at(const struct result_index *index, uint64_t frame)
{
    return g_hash_table_lookup(index->by_frame, &frame);
}
