/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of what the engine delivered, and where to find them. */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "daps/kdf.h"

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
    *to = *from; /* the same, perhaps */
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

struct renumbering {
    uint64_t (*number)(void *user, uint64_t frame);
    void *user;
};

static void renumber_handover(struct daps_handover *handover, const struct renumbering *to)
{
    handover->frame = to->number(to->user, handover->frame);
    handover->executed_frame = to->number(to->user, handover->executed_frame);
    handover->complete_frame = to->number(to->user, handover->complete_frame);
    handover->settled_frame = to->number(to->user, handover->settled_frame);
}

/* A copy of the text in which "frame 7" has the number that the frame has now. NULL stays NULL. */
static char *renumber_words(const char *text, const struct renumbering *to)
{
    static const char word[] = "frame ";
    GString *out;

    if (text == NULL)
        return NULL;
    out = g_string_new(NULL);
    for (const char *found; (found = strstr(text, word)) != NULL;) {
        const char *digits = found + strlen(word);
        char *end = NULL;
        const uint64_t frame = g_ascii_isdigit(*digits) ? g_ascii_strtoull(digits, &end, 10) : 0;
        const uint64_t now = frame != 0 ? to->number(to->user, frame) : 0;
        g_string_append_len(out, text, found - text);
        if (frame == 0)
            g_string_append(out, word);
        else if (now == 0)
            g_string_append(out, "a dropped frame");
        else
            g_string_append_printf(out, "%s%" PRIu64, word, now);
        text = frame != 0 ? end : digits;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* What a copy of the structure shares with the other one it gets for itself. */
static void own_finding(struct result *twin, const struct renumbering *to)
{
    twin->finding.title = renumber_words(twin->finding.title, to);
    twin->finding.detail = renumber_words(twin->finding.detail, to);
    twin->finding.assumes = renumber_words(twin->finding.assumes, to);
    twin->finding.frames = g_memdup2(twin->finding.frames, twin->finding.n_frames * sizeof(uint64_t));
    twin->finding.procedures =
        g_memdup2(twin->finding.procedures, twin->finding.n_procedures * sizeof(enum daps_procedure));
    keep_keystream(&twin->finding.keystream, &twin->finding.keystream);
    keep_values(twin, &twin->finding.key, true);
    for (uint32_t i = 0; i < twin->finding.n_frames; i++)
        twin->finding.frames[i] = to->number(to->user, twin->finding.frames[i]);
}

struct result *result_renumbered(const struct result *result, uint64_t (*number)(void *user, uint64_t frame),
                                 void *user)
{
    const struct renumbering to = {.number = number, .user = user};
    struct result *twin = g_memdup2(result, sizeof *result);

    twin->ue = g_strdup(result->ue);
    if (twin->is_finding) {
        own_finding(twin, &to);
    } else {
        twin->handover.ue = twin->ue;
        renumber_handover(&twin->handover, &to);
        keep_values(twin, &twin->handover.key, true);
    }
    return twin;
}

static void free_finding(struct result *result)
{
    g_free(result->finding.frames);
    g_free(result->finding.procedures);
    g_free((gpointer)result->finding.keystream.xor_ciphertext);
    g_free((gpointer)result->finding.keystream.xor_plaintext);
    g_free(result->finding.title);
    g_free(result->finding.detail);
    g_free(result->finding.assumes);
}

void result_free(gpointer data)
{
    struct result *result = data;

    if (result == NULL)
        return;
    g_free(result->ue);
    if (result->is_finding)
        free_finding(result);
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

/* ---- by frame ---- */

/* A result names few frames and a capture has many results: no allocation for each. */
struct mention {
    uint64_t frame;
    uint64_t order; /* in which they were added */
    const struct result *result;
};

struct result_index {
    GArray *mentions; /* struct mention, by frame unless dirty */
    bool dirty;
    const struct result *adding;
};

struct result_index *result_index_new(void)
{
    struct result_index *index = g_new0(struct result_index, 1);

    index->mentions = g_array_new(FALSE, FALSE, sizeof(struct mention));
    return index;
}

void result_index_free(struct result_index *index)
{
    if (index == NULL)
        return;
    g_array_unref(index->mentions);
    g_free(index);
}

void result_index_clear(struct result_index *index)
{
    g_array_set_size(index->mentions, 0);
}

static void add_at(void *user, uint64_t frame)
{
    struct result_index *index = user;
    const struct mention mention = {.frame = frame, .order = index->mentions->len, .result = index->adding};

    g_array_append_val(index->mentions, mention);
}

void result_index_add(struct result_index *index, const struct result *result)
{
    index->adding = result;
    index->dirty = true;
    result_frames(result, add_at, index);
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *m = a, *n = b;

    if (m->frame != n->frame)
        return m->frame < n->frame ? -1 : 1;
    return m->order < n->order ? -1 : m->order > n->order;
}

/* The first mention of that frame or a later one. */
static guint first_mention(const GArray *mentions, uint64_t frame)
{
    guint low = 0, high = mentions->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(mentions, struct mention, middle).frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void result_index_at(struct result_index *index, uint64_t frame, GPtrArray *out)
{
    const struct result *last = NULL;

    if (index->dirty)
        g_array_sort(index->mentions, compare_mentions);
    index->dirty = false;
    for (guint i = first_mention(index->mentions, frame); i < index->mentions->len; i++) {
        const struct mention *mention = &g_array_index(index->mentions, struct mention, i);
        if (mention->frame != frame)
            break;
        if (mention->result != last) /* some name a frame twice */
            g_ptr_array_add(out, (gpointer)mention->result);
        last = mention->result;
    }
}
