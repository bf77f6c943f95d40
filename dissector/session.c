/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving framing and engine over one capture, and keeping what each frame was about. */
#include "session.h"

#include <string.h>

#include "daps/kdf.h"
#include "keys/term.h"
#include "note.h"
#include "numbers.h"

struct session {
    struct session_options options;
    struct daps_engine *engine;
    GHashTable *notes;       /* frame to struct frame_note (owned) */
    struct note_draft draft; /* of the frame at hand */
    struct numbers numbers;
    guint64 frame;         /* id of the frame at hand (numbers.h) */
    GPtrArray *renumbered; /* results handed out under numbers that are not ids: struct daps_result *, owned */
    GArray *touched;       /* guint64 ue_key of it */
    bool touched_all;
    struct daps_results *results;
};

/* ---- what the engine says ---- */

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct session *session = user;

    if (ue[0] == '\0' || ev->frame != session->frame)
        return; /* broadcast; or of a PDU that waited for its key, and its frame has gone by */
    if (daps_event_is_evidence(ev->kind))
        return; /* no message: what it comes to is among the results */
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

    daps_results_handover(session->results, handover);
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct session *session = user;

    daps_results_finding(session->results, finding);
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

/* ---- what framing says ---- */

static void touch(struct session *session, guint64 ue_key)
{
    daps_results_touch(session->results, ue_key);
    for (guint i = 0; i < session->touched->len; i++) {
        if (g_array_index(session->touched, guint64, i) == ue_key)
            return;
    }
    g_array_append_val(session->touched, ue_key);
}

static void touch_all(struct session *session)
{
    daps_results_touch_all(session->results);
    session->touched_all = true;
}

static void on_pdu(void *user, uint64_t ue_key, int32_t ue_id)
{
    (void)ue_id;
    touch(user, ue_key);
}

static void on_pdcp(void *user, enum daps_pdcp_status status)
{
    struct session *session = user;

    if (status == DAPS_PDCP_UNREADABLE || status == DAPS_PDCP_UNVERIFIED)
        note_add_dark(&session->draft, status == DAPS_PDCP_UNREADABLE);
}

static void on_undecoded(void *user, const struct daps_undecoded *undecoded)
{
    struct session *session = user;

    note_set_undecoded(&session->draft, undecoded);
}

/* A message that framing could not deliver is as unread as one that could not be decoded. */
static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct session *session = user;

    if (!problem->rrc_lost)
        return;
    note_set_lost(&session->draft, problem);
    if (problem->ue_known)
        touch(session, problem->ue_key);
    else
        touch_all(session);
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
                                   .join = on_join,
                                   .pdu = on_pdu,
                                   .pdcp = on_pdcp,
                                   .undecoded = on_undecoded,
                                   .problem = on_problem};

    session->options = *options;
    session->engine = daps_engine_new(&engine_options, &sink);
    session->notes = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, note_free);
    note_draft_init(&session->draft);
    session->touched = g_array_new(FALSE, FALSE, sizeof(guint64));
    session->results = daps_results_new(session->engine, options->keep_values);
    session->renumbered = g_ptr_array_new_with_free_func(daps_result_free);
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    note_draft_clear(&session->draft);
    g_array_unref(session->touched);
    g_ptr_array_unref(session->renumbered);
    numbers_clear(&session->numbers);
    daps_results_free(session->results);
    g_hash_table_unref(session->notes);
    daps_engine_free(session->engine);
    g_free(session);
}

void session_record(struct session *session, const struct daps_record *record)
{
    daps_engine_record(session->engine, record);
}

void session_pdu(struct session *session, const struct daps_pdu *pdu)
{
    daps_engine_pdu(session->engine, pdu);
}

const struct daps_framing_counts *session_unwrapped(const struct session *session)
{
    return daps_engine_unwrapped(session->engine);
}

void session_begin(struct session *session, uint64_t frame)
{
    note_draft_reset(&session->draft);
    session->frame = numbers_next(&session->numbers, frame);
    daps_results_begin(session->results);
    g_array_set_size(session->touched, 0);
    session->touched_all = false;
}

void session_miss(struct session *session, const char *reason)
{
    session->draft.note.missed = reason;
    session->draft.matters = true;
    daps_engine_gap(session->engine, 0, true, session->frame, DAPS_GAP_PDU_NOT_TAKEN);
    touch_all(session);
}

void session_end(struct session *session)
{
    struct frame_note *note;

    daps_results_end(session->results);
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
