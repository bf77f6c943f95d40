/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driving framing and engine over one capture, and keeping what each frame was about. */
#include "session.h"

#include <string.h>

#include "bystanders.h"
#include "daps/kdf.h"
#include "ground.h"
#include "keys/term.h"
#include "note.h"
#include "numbers.h"

/* A UE of the frame at hand, in the technology of its newest PDU there. */
struct touched_ue {
    uint64_t ue_key;
    enum daps_rat rat; /* DAPS_RAT_COUNT: only something that was lost is known to be its */
};

struct session {
    struct session_options options;
    struct daps_engine *engine;
    GHashTable *notes;       /* frame to struct frame_note (owned) */
    struct note_draft draft; /* of the frame at hand */
    struct numbers numbers;
    guint64 frame;         /* id of the frame at hand (numbers.h) */
    GPtrArray *renumbered; /* results handed out under numbers that are not ids: struct daps_result *, owned */
    GArray *touched;       /* struct touched_ue of it */
    bool touched_all;
    struct daps_results *results;
    struct ground *ground;
    struct bystanders *bystanders;
    struct coverage_count coverage[COVERAGE_COUNT];
    uint64_t coverage_state;
    int64_t first_time_ns, time_ns; /* of the capture; of the frame at hand */
    GHashTable *commands;           /* ue_key to the frame of its newest handover command: guint64 (owned), both */
    GPtrArray *at_command;          /* results that name it, while they are looked through */
    bool command;                   /* the frame at hand holds one */
    bool keep_clear;                /* its RRC is kept even if it was in clear */
    bool signalling, begins;        /* of the frame at hand: RRC of a UE; a connection's root key */
};

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

const struct note_ue *session_bystander(const struct session *session, uint64_t frame)
{
    return bystanders_at(session->bystanders, numbers_id(&session->numbers, frame));
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

const char *session_target_key(struct session *session, const struct note_ue *ue)
{
    const struct frame_note *now = note_at_hand(session);

    if (now != NULL && ue >= now->ues && ue < now->ues + now->n_ues)
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
