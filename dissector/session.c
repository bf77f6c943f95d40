/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving framing and engine over one capture, and keeping what each frame was about. */
#include "session.h"

#include <string.h>

#include "daps/kdf.h"
#include "keys/term.h"
#include "note.h"
#include "numbers.h"

/* What is known of a UE by now but may still change. */
struct ue_state {
    guint64 ue_key;
    bool stale;                                                     /* something of this UE was followed since */
    GPtrArray *open;                                                /* struct result * (owned) */
    GPtrArray *former;                                              /* open results before, for news; likewise */
    struct daps_not_judged_count not_judged[DAPS_NOT_JUDGED_COUNT]; /* if the capture ended here, beside the settled */
};

enum { HANDOVERS, FINDINGS, KINDS };

struct session {
    struct session_options options;
    struct daps_engine *engine;
    struct daps_framing *framing;
    struct daps_rrc_result *result;
    GHashTable *notes;       /* frame to struct frame_note (owned) */
    struct note_draft draft; /* of the frame at hand */
    struct numbers numbers;
    guint64 frame;               /* id of the frame at hand (numbers.h) */
    GPtrArray *renumbered;       /* results handed out under numbers that are not ids: struct result *, owned */
    GArray *touched;             /* guint64 ue_key of it */
    GPtrArray *settled[KINDS];   /* handovers, findings: struct result *, owned, as the engine delivered them */
    guint settled_before[KINDS]; /* this frame */
    struct result_index *settled_at, *open_at;
    bool open_at_stale;
    GHashTable *ues;      /* ue_key to struct ue_state (owned) */
    bool ues_stale;       /* one of them at least */
    GPtrArray *open;      /* of all UEs, of one kind, for whoever asked */
    GPtrArray *previewed; /* where a preview is collected */
    struct daps_not_judged_count *previewed_not_judged;
};

static void free_results(GPtrArray *results)
{
    if (results != NULL)
        g_ptr_array_unref(results);
}

static void ue_state_free(gpointer data)
{
    struct ue_state *ue = data;

    free_results(ue->open);
    free_results(ue->former);
    g_free(ue);
}

static struct ue_state *state_of(struct session *session, guint64 ue_key)
{
    struct ue_state *ue = g_hash_table_lookup(session->ues, &ue_key);

    if (ue == NULL) {
        ue = g_new0(struct ue_state, 1);
        ue->ue_key = ue_key;
        ue->open = g_ptr_array_new_with_free_func(result_free);
        g_hash_table_insert(session->ues, &ue->ue_key, ue);
    }
    return ue;
}

/* ---- what the engine says ---- */

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct session *session = user;

    if (ue[0] == '\0' || ev->frame != session->frame)
        return; /* broadcast; or of a PDU that waited for its key, and its frame has gone by */
    note_add_event(&session->draft, ev);
    session->draft.matters |= note_event_matters(ev);
}

/* An attempt got its Complete or its outcome, perhaps from a message that says nothing else. */
static void on_progress(void *user, const char *ue, uint64_t frame)
{
    struct session *session = user;

    (void)ue;
    (void)frame;
    session->draft.matters = true;
}

static void on_handover(void *user, const struct daps_handover *handover)
{
    struct session *session = user;

    g_ptr_array_add(session->settled[HANDOVERS], result_of_handover(handover, session->options.keep_values));
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct session *session = user;

    g_ptr_array_add(session->settled[FINDINGS], result_of_finding(finding, session->options.keep_values));
}

static void on_scg_change(void *user, const struct daps_scg_change *change)
{
    struct session *session = user;

    note_add_scg_change(&session->draft, change);
}

static void on_key(void *user, const struct daps_key_step *step)
{
    struct session *session = user;

    note_add_step(&session->draft, step, session->options.keep_values);
}

static void on_rrc(void *user, const char *ue, const struct daps_pdu *pdu, const struct daps_term *key)
{
    struct session *session = user;

    (void)ue;
    if (key != NULL && pdu->deciphered &&
        pdu->frame == session->frame) /* what was only verified, Wireshark has read itself */
        note_add_rrc(&session->draft, pdu, key->label);
}

/* User data in its millions: only what meets an earlier use of its tuple is kept. */
static void on_use(void *user, const char *ue, const struct daps_keystream_use *use)
{
    struct session *session = user;

    (void)ue;
    if (use->frame == session->frame && (use->srb || use->earlier_is_other))
        note_add_use(&session->draft, use);
}

static void on_join(void *user, const struct daps_identity_join *join)
{
    struct session *session = user;

    note_add_join(&session->draft, join);
}

static void previewed_handover(void *user, const struct daps_handover *handover)
{
    struct session *session = user;

    g_ptr_array_add(session->previewed, result_of_handover(handover, session->options.keep_values));
}

static void previewed_finding(void *user, const struct daps_finding *finding)
{
    struct session *session = user;

    g_ptr_array_add(session->previewed, result_of_finding(finding, session->options.keep_values));
}

static void previewed_not_judged(void *user, enum daps_not_judged reason, uint64_t frame)
{
    struct session *session = user;

    daps_not_judged_add(session->previewed_not_judged, reason, frame);
}

/* ---- what framing says ---- */

static void touch(struct session *session, guint64 ue_key)
{
    state_of(session, ue_key)->stale = true;
    session->ues_stale = session->open_at_stale = true;
    for (guint i = 0; i < session->touched->len; i++) {
        if (g_array_index(session->touched, guint64, i) == ue_key)
            return;
    }
    g_array_append_val(session->touched, ue_key);
}

static void learn(struct session *session, guint64 ue_key, uint64_t frame)
{
    const struct daps_rrc_result *result = session->result;

    if (result->status == DAPS_RRC_OK) {
        daps_framing_learn(session->framing, ue_key, result);
        return;
    }
    daps_engine_gap(session->engine, ue_key, false, frame, "an RRC message could not be decoded");
    note_set_undecoded(&session->draft, result);
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct session *session = user;

    touch(session, pdu->ue_key);
    (void)daps_engine_pdu(session->engine, pdu, session->result);
    learn(session, pdu->ue_key, pdu->frame);
}

static void on_pdcp(void *user, const struct daps_pdcp_pdu *pdu)
{
    struct session *session = user;
    enum daps_pdcp_status status;

    touch(session, pdu->ue_key);
    status = daps_engine_pdcp(session->engine, pdu, session->result);
    if (status == DAPS_PDCP_READ)
        learn(session, pdu->ue_key, pdu->frame);
    if (status == DAPS_PDCP_UNREADABLE || status == DAPS_PDCP_UNVERIFIED)
        note_add_dark(&session->draft, status == DAPS_PDCP_UNREADABLE);
}

static void on_waited(void *user, const struct daps_pdcp_pdu *pdu, const struct daps_rrc_result *result)
{
    struct session *session = user;

    if (result->status == DAPS_RRC_OK)
        daps_framing_learn(session->framing, pdu->ue_key, result);
    else
        daps_engine_gap(session->engine, pdu->ue_key, false, pdu->frame, "an RRC message could not be decoded");
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct session *session = user;

    if (problem->rrc_lost)
        daps_engine_gap(session->engine, problem->ue_key, !problem->ue_known, problem->frame, problem->reason);
}

static void on_name(void *user, uint64_t ue_key, const struct daps_identity_join *join)
{
    struct session *session = user;

    daps_engine_join(session->engine, ue_key, join);
}

/* ---- life ---- */

struct session *session_new(const struct session_options *options)
{
    struct session *session = g_new0(struct session, 1);
    const struct daps_engine_options engine_options = {.keylog = options->keylog, .ncc_reading = options->ncc_reading};
    const struct daps_sink sink = {.user = session,
                                   .event = on_event,
                                   .progress = on_progress,
                                   .handover = on_handover,
                                   .scg_change = on_scg_change,
                                   .key = on_key,
                                   .finding = on_finding,
                                   .rrc = on_rrc,
                                   .use = on_use,
                                   .join = on_join};
    const struct daps_framing_sink framing_sink = {
        .user = session, .pdu = on_pdu, .pdcp = on_pdcp, .problem = on_problem, .join = on_name};

    session->options = *options;
    session->engine = daps_engine_new(&engine_options, &sink);
    daps_engine_on_waited(session->engine, on_waited, session);
    session->framing = daps_framing_new(&framing_sink);
    session->result = g_new0(struct daps_rrc_result, 1);
    session->notes = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, note_free);
    note_draft_init(&session->draft);
    session->touched = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (unsigned kind = 0; kind < KINDS; kind++)
        session->settled[kind] = g_ptr_array_new_with_free_func(result_free);
    session->settled_at = result_index_new();
    session->open_at = result_index_new();
    session->ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, ue_state_free);
    session->open = g_ptr_array_new();
    session->renumbered = g_ptr_array_new_with_free_func(result_free);
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    note_draft_clear(&session->draft);
    g_array_unref(session->touched);
    g_ptr_array_unref(session->open);
    g_ptr_array_unref(session->renumbered);
    numbers_clear(&session->numbers);
    result_index_free(session->open_at);
    result_index_free(session->settled_at);
    g_hash_table_unref(session->ues);
    for (unsigned kind = 0; kind < KINDS; kind++)
        g_ptr_array_unref(session->settled[kind]);
    g_hash_table_unref(session->notes);
    g_free(session->result);
    daps_framing_free(session->framing);
    daps_engine_free(session->engine);
    g_free(session);
}

struct daps_framing *session_framing(struct session *session)
{
    return session->framing;
}

void session_begin(struct session *session, uint64_t frame)
{
    note_draft_reset(&session->draft);
    session->frame = numbers_next(&session->numbers, frame);
    for (unsigned kind = 0; kind < KINDS; kind++)
        session->settled_before[kind] = session->settled[kind]->len;
    g_array_set_size(session->touched, 0);
}

void session_miss(struct session *session, const char *reason)
{
    session->draft.note.missed = reason;
    session->draft.matters = true;
    daps_engine_gap(session->engine, 0, true, session->frame, "a PDU could not be taken from the frame");
}

void session_end(struct session *session)
{
    struct frame_note *note;

    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (guint i = session->settled_before[kind]; i < session->settled[kind]->len; i++)
            result_index_add(session->settled_at, session->settled[kind]->pdata[i]);
    }
    for (guint i = 0; session->draft.matters && i < session->touched->len; i++)
        note_add_ue(&session->draft, session->engine, g_array_index(session->touched, guint64, i));
    note = note_of_draft(&session->draft, session->frame);
    if (note != NULL)
        g_hash_table_replace(session->notes, &note->frame, note);
}

uint64_t session_frame(const struct session *session)
{
    return session->frame;
}

const struct frame_note *session_note(const struct session *session, uint64_t frame)
{
    const guint64 id = numbers_id(&session->numbers, frame);

    return g_hash_table_lookup(session->notes, &id);
}

static const struct frame_note *note_at_hand(const struct session *session)
{
    return g_hash_table_lookup(session->notes, &session->frame);
}

/* ---- results ---- */

static void refresh(struct session *session, struct ue_state *ue)
{
    const struct daps_sink sink = {.user = session,
                                   .handover = previewed_handover,
                                   .finding = previewed_finding,
                                   .not_judged = previewed_not_judged};

    if (!ue->stale)
        return;
    ue->stale = false;
    session->previewed = g_ptr_array_new_with_free_func(result_free);
    memset(ue->not_judged, 0, sizeof ue->not_judged);
    session->previewed_not_judged = ue->not_judged;
    daps_engine_preview(session->engine, ue->ue_key, false, &sink);
    if (ue->former == NULL)
        ue->former = ue->open;
    else
        free_results(ue->open);
    ue->open = session->previewed;
    session->previewed = NULL;
}

static void refresh_all(struct session *session)
{
    GHashTableIter iter;
    gpointer ue;

    if (!session->ues_stale)
        return;
    session->ues_stale = false;
    g_hash_table_iter_init(&iter, session->ues);
    while (g_hash_table_iter_next(&iter, NULL, &ue))
        refresh(session, ue);
}

void session_not_judged(struct session *session, struct daps_not_judged_count *sum)
{
    GHashTableIter iter;
    gpointer value;

    refresh_all(session);
    memcpy(sum, daps_engine_counts(session->engine)->not_judged, DAPS_NOT_JUDGED_COUNT * sizeof *sum);
    g_hash_table_iter_init(&iter, session->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        daps_not_judged_sum(sum, ((const struct ue_state *)value)->not_judged);
}

static void index_open(struct session *session)
{
    GHashTableIter iter;
    gpointer value;

    if (!session->open_at_stale)
        return;
    refresh_all(session);
    session->open_at_stale = false;
    result_index_clear(session->open_at);
    g_hash_table_iter_init(&iter, session->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct ue_state *ue = value;
        for (guint i = 0; i < ue->open->len; i++)
            result_index_add(session->open_at, ue->open->pdata[i]);
    }
}

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
        struct result *twin = result_renumbered(results->pdata[i], number_of, session);
        g_ptr_array_add(session->renumbered, twin);
        results->pdata[i] = twin;
    }
}

void session_results(struct session *session, uint64_t frame, GPtrArray *out)
{
    const uint64_t id = numbers_id(&session->numbers, frame);

    index_open(session);
    result_index_at(session->settled_at, id, out);
    result_index_at(session->open_at, id, out);
    if (numbers_differ(&session->numbers))
        renumber(session, out);
}

static bool has_equal(const GPtrArray *results, const struct result *result)
{
    for (guint i = 0; results != NULL && i < results->len; i++) {
        if (result_equal(results->pdata[i], result))
            return true;
    }
    return false;
}

/* From the newest on: what has just been settled is found at once. */
static bool has_same(const GPtrArray *results, const struct result *result)
{
    for (guint i = results->len; i-- > 0;) {
        if (result_same(results->pdata[i], result))
            return true;
    }
    return false;
}

/* Takes up to date one UE, and says what is new of it. */
static void ue_news(struct session *session, struct ue_state *ue, struct session_news *news)
{
    refresh(session, ue);
    for (guint i = 0; i < ue->open->len; i++) {
        const struct result *result = ue->open->pdata[i];
        if (result_names(result, session->frame) || !has_equal(ue->former, result))
            g_ptr_array_add(news->results, (gpointer)result);
    }
    for (guint i = 0; ue->former != NULL && i < ue->former->len;) {
        struct result *before = ue->former->pdata[i];
        if (!has_same(ue->open, before) && !has_same(session->settled[before->is_finding], before))
            g_ptr_array_add(news->withdrawn, g_ptr_array_steal_index(ue->former, i));
        else
            i++;
    }
}

static bool was_said(struct session *session, const struct result *result)
{
    const struct frame_note *note = note_at_hand(session);

    for (unsigned i = 0; note != NULL && i < note->n_ues; i++) {
        const struct ue_state *ue = state_of(session, note->ues[i].ue_key);
        if (has_equal(ue->former != NULL ? ue->former : ue->open, result)) /* no former ones: nobody has asked since */
            return true;
    }
    return false;
}

void session_news(struct session *session, struct session_news *news)
{
    const struct frame_note *note = note_at_hand(session);

    if (note == NULL)
        return;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (guint i = session->settled_before[kind]; i < session->settled[kind]->len; i++) {
            const struct result *result = session->settled[kind]->pdata[i];
            if (result_names(result, session->frame) || !was_said(session, result))
                g_ptr_array_add(news->results, (gpointer)result);
        }
    }
    for (unsigned i = 0; i < note->n_ues; i++) {
        struct ue_state *ue = state_of(session, note->ues[i].ue_key);
        ue_news(session, ue, news);
        free_results(ue->former);
        ue->former = NULL;
    }
    if (numbers_differ(&session->numbers))
        renumber(session, news->results);
}

const GPtrArray *session_settled(const struct session *session, bool findings)
{
    return session->settled[findings];
}

const GPtrArray *session_open(struct session *session, bool findings)
{
    GHashTableIter iter;
    gpointer value;

    refresh_all(session);
    g_ptr_array_set_size(session->open, 0);
    g_hash_table_iter_init(&iter, session->ues);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GPtrArray *open = ((struct ue_state *)value)->open;
        for (guint i = 0; i < open->len; i++) {
            if (((const struct result *)open->pdata[i])->is_finding == findings)
                g_ptr_array_add(session->open, open->pdata[i]);
        }
    }
    return session->open;
}
