/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second reading: what is kept of each UE, and what is only counted. */
#include "evidence/stories.h"

#include <string.h>

#include "audit_run.h"
#include "capture/capture.h"
#include "daps/kdf.h"
#include "daps/results.h"

#define FOLLOWING 4 /* marks kept behind one of a finding */

static void free_key(gpointer data)
{
    daps_wipe(data, sizeof(struct story_key));
    g_free(data);
}

static void free_story(gpointer data)
{
    struct story *story = data;

    for (unsigned i = 0; i < story->n_recent; i++)
        daps_result_free(story->recent[i]);
    g_array_unref(story->marks);
    g_ptr_array_unref(story->handovers);
    g_hash_table_unref(story->by_id);
    g_ptr_array_unref(story->keys);
    g_free(story->ue);
    g_free(story);
}

static void free_frames(gpointer data)
{
    g_array_unref(data);
}

struct stories *stories_new(void)
{
    struct stories *stories = g_new0(struct stories, 1);

    stories->list = g_ptr_array_new_with_free_func(free_story);
    stories->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    stories->wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_frames);
    stories->keys_wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    stories->pdus = g_array_new(FALSE, FALSE, sizeof(struct stories_pdu));
    stories->first_ns = stories->last_ns = INT64_MIN;
    return stories;
}

void stories_free(struct stories *stories)
{
    if (stories == NULL)
        return;
    g_hash_table_unref(stories->by_name);
    g_ptr_array_unref(stories->list);
    g_hash_table_unref(stories->wanted);
    g_hash_table_unref(stories->keys_wanted);
    g_array_unref(stories->pdus);
    g_free(stories);
}

/* Of the tables: technology and UE. The caller frees it. */
static char *place_of(enum daps_rat rat, const char *ue)
{
    return g_strconcat(daps_rat_name(rat), " ", ue, NULL);
}

static gpointer look_up(GHashTable *table, enum daps_rat rat, const char *ue)
{
    char *place = place_of(rat, ue);
    gpointer found = g_hash_table_lookup(table, place);

    g_free(place);
    return found;
}

const struct story *stories_find(const struct stories *stories, enum daps_rat rat, const char *ue)
{
    return look_up(stories->by_name, rat, ue);
}

bool story_is_of(const struct story *story, const struct daps_finding *finding)
{
    return story->rat == finding->rat && strcmp(story->ue, finding->ue) == 0;
}

bool story_is_clean(const struct story *story)
{
    return story->wanted == NULL;
}

void stories_want(struct stories *stories, const struct story_want *want)
{
    GArray *frames = look_up(stories->wanted, want->rat, want->ue);
    const struct stories_pdu pdu = {want->frame, want->downlink};

    if (want->frame == 0)
        return;
    if (frames == NULL) {
        frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        g_hash_table_insert(stories->wanted, place_of(want->rat, want->ue), frames);
    }
    g_array_append_val(frames, want->frame);
    if (want->of_pdu)
        g_array_append_val(stories->pdus, pdu);
}

void stories_want_key(struct stories *stories, const struct daps_key_view *key)
{
    g_hash_table_add(stories->keys_wanted, g_strdup(key->id));
    g_hash_table_add(stories->keys_wanted, g_strdup(key->parent));
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Is that one of a sorted list of numbers, the first member of whatever is in it? */
static const void *sorted_find(const GArray *array, uint64_t number)
{
    guint at;

    return array != NULL && g_array_binary_search((GArray *)array, &number, by_number, &at)
               ? array->data + (size_t)at * g_array_get_element_size((GArray *)array)
               : NULL;
}

/* ---- one UE ---- */

static struct story *story_of(struct stories *stories, const char *ue, enum daps_rat rat)
{
    struct story *story = stories->newest;
    const GArray *wanted;
    guint others;

    if (story != NULL && story->rat == rat && strcmp(story->ue, ue) == 0)
        return story; /* most messages are of the same UE as the one before */
    stories->newest = story = look_up(stories->by_name, rat, ue);
    if (story != NULL)
        return story;
    wanted = look_up(stories->wanted, rat, ue);
    others = g_hash_table_size(stories->wanted);
    if (wanted == NULL && stories->list->len + others >= STORIES_MOST_UES) {
        stories->ues_left_out++; /* once a message; told apart by nobody */
        return NULL;
    }
    story = g_new0(struct story, 1);
    story->ue = g_strdup(ue);
    story->rat = rat;
    story->wanted = wanted;
    story->marks = g_array_new(FALSE, FALSE, sizeof(struct story_mark));
    story->handovers = g_ptr_array_new_with_free_func(daps_result_free);
    story->keys = g_ptr_array_new_with_free_func(free_key);
    story->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(stories->list, story);
    g_hash_table_insert(stories->by_name, place_of(rat, ue), story);
    return story;
}

static void count_quiet(struct story_quiet *quiet, const struct story_mark *mark)
{
    quiet->messages++;
    quiet->handovers += mark->handover;
    if (quiet->first_frame == 0)
        quiet->first_frame = mark->frame;
    quiet->last_frame = mark->frame;
}

static void keep_handover(struct story *story, unsigned recent)
{
    g_ptr_array_add(story->handovers, story->recent[recent]);
    story->recent[recent] = story->recent[--story->n_recent];
}

/* The mark is shown; so is the handover that its message commanded, if that has been told already. */
static void keep(struct story *story, struct story_mark *mark)
{
    mark->before = story->after;
    story->after = (struct story_quiet){0};
    g_array_append_val(story->marks, *mark);
    for (unsigned i = 0; i < story->n_recent; i++) {
        if (story->recent[i]->handover.frame == mark->frame) {
            keep_handover(story, i);
            break;
        }
    }
}

static void leave_pending(struct story *story)
{
    for (unsigned i = 0; i < story->n_pending; i++)
        count_quiet(&story->after, &story->pending[i]);
    story->n_pending = 0;
}

static void keep_pending(struct story *story)
{
    for (unsigned i = 0; i < story->n_pending; i++)
        keep(story, &story->pending[i]);
    story->n_pending = 0;
}

static void wait(struct story *story, const struct story_mark *mark)
{
    if (story->n_pending == G_N_ELEMENTS(story->pending)) {
        count_quiet(&story->after, &story->pending[0]);
        story->pending[0] = story->pending[1];
        story->n_pending--;
    }
    story->pending[story->n_pending++] = *mark;
}

static guint first_marks(const struct stories *stories, const struct story *story)
{
    return stories->few ? STORY_LEAST_MARKS : story->wanted != NULL ? STORY_FIRST_MARKS : STORY_QUIET_MARKS;
}

/* Of a UE without findings each handover is shown, from its command to what ended it, and what lies between is not. */
static bool keep_milestone(struct stories *stories, struct story *story, struct story_mark *mark)
{
    if (!story_is_clean(story) || !mark->milestone || stories->milestones >= STORIES_MOST_MARKS)
        return false;
    stories->milestones++;
    leave_pending(story);
    story->follow = MAX(story->follow, mark->handover); /* its Complete */
    keep(story, mark);
    return true;
}

static void take_mark(struct stories *stories, struct story *story, struct story_mark *mark)
{
    const bool room = story->marks->len + story->n_pending < stories->room;

    mark->of_finding = sorted_find(story->wanted, mark->frame) != NULL;
    if (mark->of_finding && room) {
        keep_pending(story);
        story->follow = FOLLOWING;
        keep(story, mark);
    } else if (room && (story->follow > 0 || story->marks->len < first_marks(stories, story))) {
        story->follow -= story->follow > 0;
        keep_pending(story);
        keep(story, mark);
    } else if (!room || !keep_milestone(stories, story, mark)) {
        story->frames_left_out += mark->of_finding;
        wait(story, mark);
    }
}

/* ---- what the engine says ---- */

static bool is_downlink(enum daps_channel channel)
{
    return channel == DAPS_CH_DL_DCCH || channel == DAPS_CH_DL_CCCH || channel == DAPS_CH_RECONFIGURATION ||
           channel == DAPS_CH_HANDOVER_COMMAND;
}

/* Is there a message in it that goes over the air? Candidates and the like go with the message before. */
static bool is_message(enum daps_event_kind kind)
{
    return !daps_event_is_evidence(kind) && kind != DAPS_EV_SYSTEM_INFORMATION && kind != DAPS_EV_CANDIDATE &&
           kind != DAPS_EV_CANDIDATE_RELEASE && kind != DAPS_EV_SCG_CHANGE && kind != DAPS_EV_SOURCE_IN_USE;
}

/* May an attempt end with it, if it does not with the message behind its command? */
static bool ends_attempt(const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_FAILURE_INFORMATION:
    case DAPS_EV_REESTABLISHMENT_REQUEST:
    case DAPS_EV_REESTABLISHMENT:
    case DAPS_EV_MOBILITY_FROM_NR:
    case DAPS_EV_MOBILITY_FROM_EUTRA:
        return true;
    case DAPS_EV_RECONFIGURATION:
        return ev->daps_source_release;
    default:
        return false;
    }
}

static struct story_mark *last_mark(const struct story *story)
{
    return &g_array_index(story->marks, struct story_mark, story->marks->len - 1);
}

static void note_time(struct stories *stories, int64_t time_ns)
{
    if (time_ns == INT64_MIN)
        return;
    if (stories->first_ns == INT64_MIN || time_ns < stories->first_ns)
        stories->first_ns = time_ns;
    stories->last_ns = MAX(stories->last_ns, time_ns);
}

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct stories *stories = user;
    struct story_mark mark = {.frame = ev->frame,
                              .time_ns = ev->time_ns,
                              .kind = ev->kind,
                              .rat = ev->rat,
                              .downlink = is_downlink(ev->channel),
                              .logged_cell = ev->logged_cell};
    struct story *story;

    if (stories->now_ns == INT64_MIN)
        note_time(stories, ev->time_ns); /* a phone's log has its times in the items */
    if (ue[0] == '\0' || !is_message(ev->kind))
        return;
    story = story_of(stories, ue, ev->rat);
    if (story == NULL)
        return;
    mark.handover = ev->kind == DAPS_EV_RECONFIGURATION && ev->sync;
    mark.milestone = mark.handover || ends_attempt(ev);
    if (story->marks->len > 0 && last_mark(story)->frame == ev->frame && last_mark(story)->pdu) {
        last_mark(story)->kind = ev->kind; /* the message of that very PDU */
        last_mark(story)->pdu = false;
        last_mark(story)->handover = mark.handover;
    } else {
        take_mark(stories, story, &mark);
    }
}

/* A PDU of a finding in which no message was read: it is shown all the same. */
static void on_use(void *user, const char *ue, const struct daps_keystream_use *use)
{
    struct stories *stories = user;
    const struct stories_pdu *pdu = sorted_find(stories->pdus, use->frame);
    struct story *story = pdu != NULL ? look_up(stories->by_name, DAPS_RAT_NR, ue) : NULL; /* PDCP of LTE is not read */
    struct story_mark mark = {.frame = use->frame,
                              .time_ns = stories->now_ns,
                              .kind = DAPS_EV_KIND_COUNT,
                              .downlink = use->direction != 0,
                              .pdu = true,
                              .logged_cell = {-1, -1}};

    if (story != NULL && (story->marks->len == 0 || last_mark(story)->frame != use->frame))
        take_mark(stories, story, &mark);
}

static const struct story_mark *mark_at(const struct story *story, uint64_t frame)
{
    for (guint i = story->marks->len; i > 0; i--) {
        const struct story_mark *mark = &g_array_index(story->marks, struct story_mark, i - 1);
        if (mark->frame == frame)
            return mark;
        if (mark->frame < frame)
            break;
    }
    return NULL;
}

static void on_handover(void *user, const struct daps_handover *handover)
{
    struct stories *stories = user;
    struct story *story = story_of(stories, handover->ue, handover->rat);
    struct daps_result *copy;

    if (story == NULL)
        return;
    story->n_handovers++;
    copy = daps_result_of_handover(handover, false);
    if (mark_at(story, handover->frame) != NULL) {
        g_ptr_array_add(story->handovers, copy);
        return;
    }
    if (story->n_recent == G_N_ELEMENTS(story->recent)) {
        daps_result_free(story->recent[0]);
        story->n_recent--;
        for (unsigned i = 0; i < story->n_recent; i++)
            story->recent[i] = story->recent[i + 1];
    }
    story->recent[story->n_recent++] = copy;
}

static struct story_key *new_key(struct stories *stories, struct story *story, const struct daps_key_step *step)
{
    struct story_key *key;

    if (stories->keys >= STORIES_MOST_KEYS && !g_hash_table_contains(stories->keys_wanted, step->key.id)) {
        stories->keys_left_out++;
        return NULL;
    }
    stories->keys++;
    key = g_new0(struct story_key, 1);
    key->view = step->key;
    key->procedure = step->procedure;
    key->view.value = key->view.parent_value = NULL;
    g_ptr_array_add(story->keys, key);
    g_hash_table_insert(story->by_id, key->view.id, key);
    return key;
}

static void on_key(void *user, const struct daps_key_step *step)
{
    struct stories *stories = user;
    struct story *story = story_of(stories, step->ue, step->rat);
    struct story_key *key = story != NULL ? g_hash_table_lookup(story->by_id, step->key.id) : NULL;

    if (story == NULL || (key == NULL && (key = new_key(stories, story, step)) == NULL))
        return;
    if (key->n_frames < G_N_ELEMENTS(key->frames))
        key->frames[key->n_frames] = step->frame;
    key->n_frames++;
    key->ciphering = step->ciphering;
    key->integrity = step->integrity;
    if (!stories->values)
        return;
    if (step->key.value != NULL) {
        memcpy(key->value, step->key.value, sizeof key->value);
        key->view.value = key->value;
    }
    if (step->key.parent_value != NULL) {
        memcpy(key->parent_value, step->key.parent_value, sizeof key->parent_value);
        key->view.parent_value = key->parent_value;
    }
}

/* ---- reading ---- */

static void prepare(struct stories *stories)
{
    const guint ues = MAX(g_hash_table_size(stories->wanted), 1);
    GHashTableIter each;
    gpointer frames;

    stories->room = CLAMP(STORIES_MOST_MARKS / MIN(ues, STORIES_MOST_UES), STORY_LEAST_MARKS, STORY_MOST_MARKS);
    g_hash_table_iter_init(&each, stories->wanted);
    while (g_hash_table_iter_next(&each, NULL, &frames))
        g_array_sort(frames, by_number);
    g_array_sort(stories->pdus, by_number);
}

bool stories_read(struct stories *stories, const char *path, const struct options *options, uint64_t messages)
{
    const struct daps_sink sink = {
        .user = stories, .event = on_event, .use = on_use, .handover = on_handover, .key = on_key};
    struct daps_engine *engine;
    struct daps_record record = {.frame = 0};
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open(path, &error);

    g_free(error); /* the first reading has said it */
    if (capture == NULL)
        return false;
    stories->few = messages <= STORIES_FEW;
    stories->values = options->style.show_keys;
    prepare(stories);
    engine = audit_engine(options, &sink);
    while (daps_capture_next(capture, &record) == DAPS_CAPTURE_RECORD) {
        stories->now_ns = record.time_ns;
        note_time(stories, record.time_ns);
        daps_engine_record(engine, &record);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    daps_engine_free(engine);
    daps_capture_close(capture);
    for (guint i = 0; i < stories->list->len; i++)
        leave_pending(g_ptr_array_index(stories->list, i));
    return true;
}

/* ---- asking ---- */

const struct story_key *story_key(const struct story *story, const char *id)
{
    return g_hash_table_lookup(story->by_id, id);
}

static const struct daps_handover *find(const struct story *story, size_t offset, uint64_t frame)
{
    for (guint i = 0; i < story->handovers->len; i++) {
        const struct daps_result *result = g_ptr_array_index(story->handovers, i);
        if (*(const uint64_t *)(const void *)((const char *)&result->handover + offset) == frame)
            return &result->handover;
    }
    return NULL;
}

const struct daps_handover *story_command(const struct story *story, uint64_t frame)
{
    return find(story, offsetof(struct daps_handover, frame), frame);
}

const struct daps_handover *story_settled(const struct story *story, uint64_t frame)
{
    return find(story, offsetof(struct daps_handover, settled_frame), frame);
}

const struct daps_handover *story_complete(const struct story *story, uint64_t frame)
{
    return find(story, offsetof(struct daps_handover, complete_frame), frame);
}
