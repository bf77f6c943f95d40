/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one frame was about. */
#include "note.h"

#include <string.h>

#include "daps/kdf.h"
#include "daps/words.h"

#define MOST_USES 64 /* of a frame; a transport block holds few PDUs of signalling */

bool note_event_matters(const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_COUNTER_CHECK:
    case DAPS_EV_TRAFFIC: /* the response among it: what they say of COUNT may be a finding */
        return ev->counts.drb[0] != 0 || ev->counts.drb[1] != 0;
    case DAPS_EV_SYSTEM_INFORMATION:
    case DAPS_EV_NAS_TRANSFER:
    case DAPS_EV_RECONFIGURATION_COMPLETE: /* if it completes an attempt, the engine says so */
        return false;
    case DAPS_EV_RECONFIGURATION:
        return ev->sync || ev->key_update || ev->daps_source_release || ev->sk_counter >= 0;
    default:
        return true;
    }
}

static void free_step(gpointer step)
{
    daps_wipe(step, sizeof(struct note_step));
    g_free(step);
}

void note_draft_init(struct note_draft *draft)
{
    *draft = (struct note_draft){.events = g_array_new(FALSE, FALSE, sizeof(struct note_event)),
                                 .ues = g_array_new(FALSE, FALSE, sizeof(struct note_ue)),
                                 .steps = g_ptr_array_new_with_free_func(free_step)};
}

static void free_array(GArray *array)
{
    if (array != NULL)
        g_array_unref(array);
}

/* What a note has beside its own piece of memory. */
static void free_parts(struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        g_free(g_array_index(note->rrc, struct note_rrc, i).octets);
    free_array(note->scg_changes);
    free_array(note->rrc);
    free_array(note->uses);
    if (note->joins != NULL)
        g_ptr_array_unref(note->joins);
    g_free(note->undecoded);
}

void note_draft_clear(struct note_draft *draft)
{
    g_array_unref(draft->events);
    g_array_unref(draft->ues);
    g_ptr_array_unref(draft->steps);
    free_parts(&draft->note);
}

void note_add_event(struct note_draft *draft, const struct daps_event *ev)
{
    const struct note_event event = {.kind = ev->kind,
                                     .rat = ev->rat,
                                     .downlink = ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_DL_CCCH,
                                     .sync = ev->sync,
                                     .daps = ev->daps,
                                     .daps_failure = ev->daps_failure,
                                     .source_release = ev->daps_source_release,
                                     .suspend = ev->suspend,
                                     .prepared = ev->prepared};

    g_array_append_val(draft->events, event);
}

/* note: all zero. */
static void note_context_of(const struct daps_context_view *context, struct note_context *note)
{
    note->ncc = context->key.ncc >= 0 ? (int8_t)(context->key.ncc & 7) : -1;
    note->ciphering = (int8_t)context->ciphering;
    note->integrity = (int8_t)context->integrity;
    note->pci = context->cell.pci;
    note->c_rnti = context->c_rnti;
    g_strlcpy(note->key, context->key.id, sizeof note->key);
}

bool note_ue_fill(struct note_ue *ue, const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat)
{
    struct daps_context_view source, target;

    memset(ue, 0, sizeof *ue); /* its holes as well: it is compared octet by octet */
    ue->ue_key = ue_key;
    ue->name = daps_engine_ue_name(engine, ue_key);
    if (ue->name == NULL)
        return false; /* broadcast only */
    for (unsigned i = 0; i < DAPS_RAT_COUNT && ue->n_contexts == 0; i++) {
        ue->rat = rat != DAPS_RAT_COUNT ? rat : (enum daps_rat)i;
        ue->n_contexts = daps_engine_contexts(engine, ue_key, ue->rat, &source, &target);
    }
    if (ue->n_contexts > 0)
        note_context_of(&source, &ue->source);
    if (ue->n_contexts > 1)
        note_context_of(&target, &ue->target);
    return true;
}

void note_add_ue(struct note_draft *draft, const struct daps_engine *engine, uint64_t ue_key, enum daps_rat rat,
                 uint64_t command)
{
    struct note_ue ue;

    if (!note_ue_fill(&ue, engine, ue_key, rat))
        return;
    ue.command = command;
    g_array_append_val(draft->ues, ue);
}

void note_add_step(struct note_draft *draft, const struct daps_key_step *step, bool with_values)
{
    struct note_step *kept = g_new0(struct note_step, 1);
    const struct daps_key_view *key = &step->key;

    kept->step = *step;
    kept->step.key.value = kept->step.key.parent_value = NULL;
    kept->has_value = with_values && key->value != NULL;
    kept->has_parent_value = with_values && key->parent_value != NULL;
    if (kept->has_value)
        memcpy(kept->value, key->value, sizeof kept->value);
    if (kept->has_parent_value)
        memcpy(kept->parent_value, key->parent_value, sizeof kept->parent_value);
    g_ptr_array_add(draft->steps, kept);
    draft->matters = true;
}

static void append(struct note_draft *draft, GArray **array, gconstpointer item, guint size)
{
    if (*array == NULL)
        *array = g_array_new(FALSE, FALSE, size);
    g_array_append_vals(*array, item, 1);
    draft->matters = true;
}

void note_add_scg_change(struct note_draft *draft, const struct daps_scg_change *change)
{
    append(draft, &draft->note.scg_changes, change, sizeof *change);
}

void note_add_rrc(struct note_draft *draft, const struct daps_pdu *pdu, const char *key)
{
    struct note_rrc rrc = {.rat = pdu->rat, .channel = pdu->channel, .length = (uint32_t)pdu->length};

    g_strlcpy(rrc.key, key, sizeof rrc.key);
    rrc.octets = g_memdup2(pdu->octets, pdu->length);
    append(draft, &draft->note.rrc, &rrc, sizeof rrc);
}

void note_add_use(struct note_draft *draft, const struct daps_keystream_use *use)
{
    if (draft->note.uses == NULL || draft->note.uses->len < MOST_USES)
        append(draft, &draft->note.uses, use, sizeof *use);
}

static void free_join(gpointer data)
{
    struct daps_identity_join *join = data;

    g_free((char *)join->name);
    g_free(join);
}

void note_add_join(struct note_draft *draft, const struct daps_identity_join *join)
{
    struct daps_identity_join *kept = g_memdup2(join, sizeof *join);

    kept->ue = NULL;
    kept->name = g_strdup(join->name);
    if (draft->note.joins == NULL)
        draft->note.joins = g_ptr_array_new_with_free_func(free_join);
    g_ptr_array_add(draft->note.joins, kept);
    draft->matters |= join->reason != DAPS_JOIN_FIRST_SEEN && join->reason != DAPS_JOIN_LOG;
}

void note_add_dark(struct note_draft *draft, bool unreadable)
{
    draft->note.unreadable += unreadable;
    draft->note.unverified += !unreadable;
    draft->matters = true;
}

void note_set_undecoded(struct note_draft *draft, const struct daps_undecoded *undecoded)
{
    draft->matters = true;
    if (draft->note.undecoded == NULL)
        draft->note.undecoded =
            g_strdup_printf("%s: %s (bit %u)", undecoded->message != NULL ? undecoded->message : "",
                            undecoded->error != NULL ? undecoded->error : "cannot be decoded", undecoded->error_bit);
}

void note_set_lost(struct note_draft *draft, const struct daps_framing_problem *problem)
{
    GString *detail;

    draft->matters = true;
    if (draft->note.undecoded != NULL)
        return;
    detail = g_string_new(NULL);
    daps_problem_say(detail, problem);
    draft->note.undecoded = g_string_free(detail, FALSE);
}

/* Note, UEs, steps and events behind one another; each begins where its type may, as none is stricter than the first.
 */
static struct frame_note *in_one_piece(const struct note_draft *draft)
{
    const size_t n_ues = draft->ues->len, n_steps = draft->steps->len, n_events = draft->events->len;
    struct frame_note *note = g_malloc(sizeof *note + n_ues * sizeof(struct note_ue) +
                                       n_steps * sizeof(struct note_step) + n_events * sizeof(struct note_event));
    struct note_ue *ues = (struct note_ue *)(void *)(note + 1);
    struct note_step *steps = (struct note_step *)(void *)(ues + n_ues);
    struct note_event *events = (struct note_event *)(void *)(steps + n_steps);

    *note = draft->note;
    if (n_ues > 0)
        memcpy(ues, draft->ues->data, n_ues * sizeof *ues);
    for (size_t i = 0; i < n_steps; i++)
        memcpy(&steps[i], draft->steps->pdata[i], sizeof *steps);
    if (n_events > 0)
        memcpy(events, draft->events->data, n_events * sizeof *events);
    note->ues = ues;
    note->steps = steps;
    note->events = events;
    note->n_ues = (unsigned)n_ues;
    note->n_steps = (unsigned)n_steps;
    note->n_events = (unsigned)n_events;
    return note;
}

static void empty(struct note_draft *draft)
{
    draft->matters = false;
    draft->note = (struct frame_note){.frame = 0};
    g_array_set_size(draft->events, 0);
    g_array_set_size(draft->ues, 0);
    g_ptr_array_set_size(draft->steps, 0);
}

void note_draft_reset(struct note_draft *draft)
{
    if (!draft->matters && draft->events->len == 0 && draft->note.joins == NULL)
        return;
    free_parts(&draft->note);
    empty(draft);
}

struct frame_note *note_of_draft(struct note_draft *draft, uint64_t frame)
{
    struct frame_note *note = NULL;

    if (draft->matters && (draft->ues->len > 0 || draft->note.missed != NULL || draft->note.undecoded != NULL ||
                           draft->note.rrc != NULL)) {
        note = in_one_piece(draft);
        note->frame = frame;
    } else {
        free_parts(&draft->note);
    }
    empty(draft);
    return note;
}

void note_free(gpointer data)
{
    struct frame_note *note = data;

    if (note == NULL)
        return;
    daps_wipe(note->steps, note->n_steps * sizeof *note->steps);
    free_parts(note);
    g_free(note);
}
