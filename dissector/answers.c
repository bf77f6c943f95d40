/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session answers: notes, results and counts, of any frame and as often as asked. */
#include <string.h>

#include "session_state.h"

const struct frame_note *session_note(const struct session *session, uint64_t frame)
{
    const guint64 id = numbers_id(&session->numbers, frame);

    return g_hash_table_lookup(session->notes, &id);
}

static const struct frame_note *note_at_hand(const struct session *session)
{
    return g_hash_table_lookup(session->notes, &session->frame);
}

const struct note_ue *session_bystander(const struct session *session, uint64_t frame)
{
    return bystanders_at(session->bystanders, numbers_id(&session->numbers, frame));
}

const struct coverage_count *session_coverage(const struct session *session)
{
    return session->coverage;
}

uint64_t session_coverage_state(const struct session *session)
{
    return session->coverage_state;
}

int64_t session_elapsed(const struct session *session, int64_t time_ns)
{
    if (time_ns == INT64_MIN || session->first_time_ns == INT64_MIN)
        return INT64_MIN;
    return time_ns - session->first_time_ns;
}

int64_t session_frame_time(const struct session *session, uint64_t frame)
{
    const struct frame_note *note = session_note(session, frame);

    return note != NULL ? note->time_ns : INT64_MIN;
}

/* ---- results ---- */

uint64_t session_number(const struct session *session, uint64_t frame)
{
    return frame != 0 ? numbers_number(&session->numbers, frame) : 0;
}

static uint64_t number_of(void *user, uint64_t id)
{
    return session_number(user, id);
}

/* Under a read filter: the same results with the numbers that the frames have now. */
static void renumber(struct session *session, GPtrArray *results)
{
    g_ptr_array_set_size(session->renumbered, 0);
    for (guint i = 0; i < results->len; i++) {
        struct daps_result *twin = daps_result_renumbered(results->pdata[i], number_of, session);
        g_ptr_array_add(session->renumbered, twin);
        results->pdata[i] = twin;
    }
}

void session_results(struct session *session, uint64_t frame, GPtrArray *out)
{
    daps_results_at(session->results, numbers_id(&session->numbers, frame), out);
    if (numbers_differ(&session->numbers))
        renumber(session, out);
}

const char *session_target_key(struct session *session, const struct note_ue *ue)
{
    const struct frame_note *now = note_at_hand(session);

    if ((now != NULL && ue >= now->ues && ue < now->ues + now->n_ues) ||
        (now == NULL && ue == bystanders_at(session->bystanders, session->frame)))
        return ue->target.key; /* of the newest frame: nothing came later, and looking takes time in one pass */
    g_ptr_array_set_size(session->at_command, 0);
    if (ue->command != 0)
        daps_results_at(session->results, ue->command, session->at_command);
    for (guint i = 0; i < session->at_command->len; i++) {
        const struct daps_result *result = session->at_command->pdata[i];
        if (!result->is_finding && result->handover.frame == ue->command && strcmp(result->ue, ue->name) == 0 &&
            result->handover.target.pci == ue->target.pci && result->handover.key.id[0] != '\0')
            return result->handover.key.id;
    }
    return ue->target.key;
}

void session_news(struct session *session, struct daps_news *news)
{
    const struct frame_note *note = note_at_hand(session);
    uint64_t *ue_keys;

    if (note == NULL)
        return;
    ue_keys = g_new(uint64_t, note->n_ues);
    for (unsigned i = 0; i < note->n_ues; i++)
        ue_keys[i] = note->ues[i].ue_key;
    daps_results_news(session->results, session->frame, session->touched_all ? NULL : ue_keys, note->n_ues, news);
    g_free(ue_keys);
    if (numbers_differ(&session->numbers))
        renumber(session, news->results);
}

void session_ground(const struct session *session, const struct daps_result *result, GArray *out)
{
    uint64_t first = UINT64_MAX, last = 0;
    guint kept = out->len;

    if (!result->is_finding)
        return;
    for (uint32_t i = 0; i < result->finding->n_subjects; i++) { /* numbers, as the results have them */
        const guint64 id = numbers_id(&session->numbers, result->finding->subjects[i].frame);
        if (id == 0)
            continue;
        first = MIN(first, id);
        last = MAX(last, id);
        g_array_append_val(out, id);
    }
    if (last != 0)
        ground_between(session->ground, result->finding->ue, first, last, out);
    for (guint i = kept; i < out->len; i++) {
        const guint64 number = session_number(session, g_array_index(out, guint64, i));
        if (number != 0)
            g_array_index(out, guint64, kept++) = number;
    }
    g_array_set_size(out, kept);
}

const GPtrArray *session_settled(const struct session *session, bool findings)
{
    return daps_results_settled(session->results, findings);
}

const GPtrArray *session_open(struct session *session, bool findings)
{
    return daps_results_open(session->results, findings);
}

void session_not_judged(struct session *session, struct daps_not_judged_count *sum)
{
    daps_results_not_judged(session->results, sum);
}
