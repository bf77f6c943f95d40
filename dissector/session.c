/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving framing and engine over one capture, and keeping what each frame was about. */
#include "session.h"

#include "daps/kdf.h"
#include "keys/term.h"
#include "session_state.h"

/* ---- what the engine says ---- */

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct session *session = user;

    if (ue[0] == '\0' && ev->frame == session->frame)
        ground_broadcast(session->ground, ev->frame);
    if (ue[0] == '\0' || ev->frame != session->frame)
        return; /* broadcast; or of a PDU that waited for its key, and its frame has gone by */
    if (daps_event_is_evidence(ev->kind))
        return; /* no message: what it comes to is among the results */
    session->signalling = true;
    session->command |= ev->kind == DAPS_EV_RECONFIGURATION && ev->sync;
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

    session->begins |= step->key.kind == DAPS_KEY_ROOT;
    note_add_step(&session->draft, step, session->options.keep_values);
}

static void on_rrc(void *user, const char *ue, const struct daps_pdu *pdu, const struct daps_term *key)
{
    struct session *session = user;

    (void)ue;
    if (pdu->frame != session->frame)
        return;
    if (key != NULL && pdu->deciphered) { /* what was only verified, Wireshark has read itself */
        session->draft.note.deciphered++;
        note_add_rrc(&session->draft, pdu, key->label);
        return;
    }
    session->draft.note.clear++;
    if (session->keep_clear)
        note_add_rrc(&session->draft, pdu, "");
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

static void touch(struct session *session, uint64_t ue_key, enum daps_rat rat)
{
    const struct touched_ue touched = {ue_key, rat};

    daps_results_touch(session->results, ue_key);
    for (guint i = 0; i < session->touched->len; i++) {
        struct touched_ue *known = &g_array_index(session->touched, struct touched_ue, i);
        if (known->ue_key == ue_key) {
            if (rat != DAPS_RAT_COUNT)
                known->rat = rat;
            return;
        }
    }
    g_array_append_val(session->touched, touched);
}

static void touch_all(struct session *session)
{
    daps_results_touch_all(session->results);
    session->touched_all = true;
}

static void on_pdu(void *user, uint64_t ue_key, enum daps_rat rat, int32_t ue_id)
{
    (void)ue_id;
    touch(user, ue_key, rat);
}

static void on_pdcp(void *user, enum daps_pdcp_status status)
{
    struct session *session = user;

    session->signalling |= status != DAPS_PDCP_USER;
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
        touch(session, problem->ue_key, DAPS_RAT_COUNT);
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
    session->touched = g_array_new(FALSE, FALSE, sizeof(struct touched_ue));
    session->results = daps_results_new(session->engine, options->keep_values);
    session->ground = ground_new();
    session->bystanders = bystanders_new();
    session->commands = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    session->at_command = g_ptr_array_new();
    session->first_time_ns = session->time_ns = INT64_MIN;
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
    ground_free(session->ground);
    bystanders_free(session->bystanders);
    g_hash_table_unref(session->commands);
    g_ptr_array_unref(session->at_command);
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
    session->signalling = session->begins = session->command = session->keep_clear = false;
}

void session_keep_clear(struct session *session)
{
    session->keep_clear = true;
}

void session_time(struct session *session, int64_t time_ns)
{
    session->time_ns = time_ns;
    if (session->first_time_ns == INT64_MIN)
        session->first_time_ns = time_ns;
}

void session_aside(struct session *session, enum coverage what)
{
    struct coverage_count *count = &session->coverage[what];

    if (count->frames++ == 0)
        count->first = session->frame;
    session->coverage_state++;
}

/* What the draft of the frame at hand says of how it was read. */
static void cover(struct session *session)
{
    const struct frame_note *note = &session->draft.note;
    const bool is[COVERAGE_NODES] = {
        [COVERAGE_READ] = note->clear > 0,
        [COVERAGE_DECIPHERED] = note->deciphered > 0,
        [COVERAGE_UNREADABLE] = note->unreadable > 0,
        [COVERAGE_UNVERIFIED] = note->unverified > 0,
        [COVERAGE_UNDECODED] = note->undecoded != NULL,
        [COVERAGE_MISSED] = note->missed != NULL,
    };

    for (unsigned what = 0; what < COVERAGE_NODES; what++) {
        if (is[what])
            session_aside(session, (enum coverage)what);
    }
}

void session_miss(struct session *session, const char *reason)
{
    session->draft.note.missed = reason;
    session->draft.matters = true;
    daps_engine_gap(session->engine, 0, true, session->frame, DAPS_GAP_PDU_NOT_TAKEN);
    touch_all(session);
}

static uint64_t command_of(struct session *session, guint64 ue_key)
{
    const guint64 *frame;

    if (session->command)
        g_hash_table_replace(session->commands, g_memdup2(&ue_key, sizeof ue_key),
                             g_memdup2(&session->frame, sizeof session->frame));
    frame = g_hash_table_lookup(session->commands, &ue_key);
    return frame != NULL ? *frame : 0;
}

/* The frame is of that UE, and says nothing. */
static void stand_by(struct session *session, const struct touched_ue *touched)
{
    struct note_ue ue;

    if (!note_ue_fill(&ue, session->engine, touched->ue_key, touched->rat))
        return;
    ue.command = command_of(session, touched->ue_key);
    bystanders_add(session->bystanders, session->frame, &ue);
}

void session_end(struct session *session)
{
    struct frame_note *note;

    daps_results_end(session->results);
    for (guint i = 0; (session->signalling || session->begins) && i < session->touched->len; i++) {
        const struct touched_ue *touched = &g_array_index(session->touched, struct touched_ue, i);
        const char *ue = daps_engine_ue_name(session->engine, touched->ue_key);
        if (ue != NULL)
            ground_signalling(session->ground, ue, session->frame, session->begins);
    }
    for (guint i = 0; session->draft.matters && i < session->touched->len; i++) {
        const struct touched_ue *touched = &g_array_index(session->touched, struct touched_ue, i);
        note_add_ue(&session->draft, session->engine, touched->ue_key, touched->rat,
                    command_of(session, touched->ue_key));
    }
    cover(session);
    note = note_of_draft(&session->draft, session->frame);
    if (note != NULL)
        note->time_ns = session->time_ns;
    if (note != NULL)
        g_hash_table_replace(session->notes, &note->frame, note);
    else if (session->touched->len == 1)
        stand_by(session, &g_array_index(session->touched, struct touched_ue, 0));
}

uint64_t session_frame(const struct session *session)
{
    return session->frame;
}
