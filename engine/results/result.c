/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of what the engine delivered. */
#include "daps/results.h"

#include <inttypes.h>
#include <string.h>

#include "daps/kdf.h"

static void keep_values(struct daps_result *result, struct daps_key_view *key, bool with_values)
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

struct daps_result *daps_result_of_handover(const struct daps_handover *handover, bool with_values)
{
    struct daps_result *result = g_new0(struct daps_result, 1);

    result->handover = *handover;
    result->handover.ue = result->ue = g_strdup(handover->ue);
    keep_values(result, &result->handover.key, with_values);
    return result;
}

struct daps_result *daps_result_of_finding(const struct daps_finding *finding, bool with_values)
{
    struct daps_result *result = g_new0(struct daps_result, 1);

    result->is_finding = true;
    result->finding = daps_finding_copy(finding, with_values);
    result->ue = result->finding->ue;
    return result;
}

struct daps_result *daps_result_renumbered(const struct daps_result *result,
                                           uint64_t (*number)(void *user, uint64_t frame), void *user)
{
    struct daps_result *twin;

    if (result->is_finding) {
        twin = daps_result_of_finding(result->finding, true);
        for (uint32_t i = 0; i < twin->finding->n_subjects; i++)
            twin->finding->subjects[i].frame = number(user, twin->finding->subjects[i].frame);
        return twin;
    }
    twin = daps_result_of_handover(&result->handover, true);
    twin->handover.frame = number(user, twin->handover.frame);
    twin->handover.executed_frame = number(user, twin->handover.executed_frame);
    twin->handover.complete_frame = number(user, twin->handover.complete_frame);
    twin->handover.settled_frame = number(user, twin->handover.settled_frame);
    return twin;
}

void daps_result_free(gpointer data)
{
    struct daps_result *result = data;

    if (result == NULL)
        return;
    if (result->is_finding)
        daps_finding_free(result->finding);
    else
        g_free((gpointer)result->ue);
    daps_wipe(result->value, sizeof result->value);
    daps_wipe(result->parent_value, sizeof result->parent_value);
    g_free(result);
}

const struct daps_key_view *daps_result_key(const struct daps_result *result)
{
    if (!result->is_finding)
        return result->handover.key.id[0] != '\0' ? &result->handover.key : NULL;
    return result->finding->has_key ? &result->finding->key : NULL;
}

static bool same_tuple(const struct daps_keystream_tuple *a, const struct daps_keystream_tuple *b)
{
    return a->present == b->present && a->integrity == b->integrity && a->algorithm == b->algorithm &&
           a->bearer == b->bearer && a->direction == b->direction && a->srb == b->srb && a->count == b->count;
}

bool daps_result_same(const struct daps_result *a, const struct daps_result *b)
{
    if (a->is_finding != b->is_finding || strcmp(a->ue, b->ue) != 0)
        return false;
    if (!a->is_finding)
        return a->handover.frame == b->handover.frame && a->handover.procedure == b->handover.procedure &&
               a->handover.executed_frame == b->handover.executed_frame;
    return a->finding->rule == b->finding->rule && a->finding->n_frames > 0 && b->finding->n_frames > 0 &&
           a->finding->subjects[0].frame == b->finding->subjects[0].frame &&
           strcmp(a->finding->key.id, b->finding->key.id) == 0 &&
           same_tuple(&a->finding->keystream, &b->finding->keystream);
}

guint daps_result_hash(const struct daps_result *result)
{
    const struct daps_keystream_tuple *tuple;
    guint hash = g_str_hash(result->ue);
    guint64 rest;

    if (!result->is_finding) {
        rest = result->handover.frame * 31 + result->handover.executed_frame + (guint64)result->handover.procedure;
    } else {
        tuple = &result->finding->keystream;
        rest = result->finding->n_frames > 0 ? result->finding->subjects[0].frame * 31 : 0;
        rest = (rest + (guint64)result->finding->rule) * 31 + tuple->count;
        hash = hash * 31 + g_str_hash(result->finding->key.id);
    }
    return hash * 31 + (guint)(rest ^ rest >> 32);
}

char *daps_result_name(const struct daps_result *result)
{
    const struct daps_handover *handover = &result->handover;
    const struct daps_keystream_tuple *tuple;

    if (!result->is_finding)
        return g_strdup_printf("%s/%" PRIu64 "/%d/%" PRIu64, result->ue, handover->frame, (int)handover->procedure,
                               handover->executed_frame);
    tuple = &result->finding->keystream;
    return g_strdup_printf("%s/%d/%" PRIu64 "/%s/%d/%d/%d/%d/%d/%u", result->ue, (int)result->finding->rule,
                           result->finding->n_frames > 0 ? result->finding->subjects[0].frame : 0,
                           result->finding->key.id, tuple->integrity, tuple->algorithm, tuple->bearer, tuple->direction,
                           tuple->srb, tuple->count);
}

static bool equal_values(const uint8_t *a, const uint8_t *b)
{
    return a == NULL || b == NULL ? a == b : memcmp(a, b, DAPS_KEY_OCTETS) == 0;
}

/* A MAC-I may have shown since that the value is another one. */
static bool equal_keys(const struct daps_key_view *a, const struct daps_key_view *b)
{
    return strcmp(a->id, b->id) == 0 && equal_values(a->value, b->value) &&
           equal_values(a->parent_value, b->parent_value) && a->computed_octets == b->computed_octets &&
           a->computed_arfcn == b->computed_arfcn;
}

static bool equal_handovers(const struct daps_handover *a, const struct daps_handover *b)
{
    return a->outcome == b->outcome && a->complete_frame == b->complete_frame && a->settled_frame == b->settled_frame &&
           daps_cell_equals(&a->source, &b->source) && daps_cell_equals(&a->target, &b->target) &&
           a->same_frequency == b->same_frequency && a->derivation == b->derivation && equal_keys(&a->key, &b->key) &&
           a->ncc == b->ncc && a->c_rnti == b->c_rnti && a->ciphering == b->ciphering && a->integrity == b->integrity &&
           a->prepared == b->prepared && a->key_frame == b->key_frame && a->key_verified == b->key_verified;
}

bool daps_result_equal(const struct daps_result *a, const struct daps_result *b)
{
    if (!daps_result_same(a, b))
        return false;
    if (!a->is_finding)
        return equal_handovers(&a->handover, &b->handover);
    return daps_finding_equal(a->finding, b->finding) && equal_keys(&a->finding->key, &b->finding->key);
}

void daps_result_frames(const struct daps_result *result, void (*each)(void *user, uint64_t frame), void *user)
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
    for (uint32_t i = 0; i < result->finding->n_frames; i++)
        each(user, result->finding->subjects[i].frame);
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

bool daps_result_names(const struct daps_result *result, uint64_t frame)
{
    struct search search = {.frame = frame};

    daps_result_frames(result, compare_frame, &search);
    return search.found;
}
