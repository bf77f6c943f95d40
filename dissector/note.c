/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one frame was about. */
#include "note.h"

#include <string.h>

#include "crypto/kdf.h"

#define MOST_USES 64 /* of a frame; a transport block holds few PDUs of signalling */

bool note_event_matters(const struct daps_event *ev)
{
    switch (ev->kind) {
    case DAPS_EV_SYSTEM_INFORMATION:
    case DAPS_EV_COUNTER_CHECK:
    case DAPS_EV_NAS_TRANSFER:
    case DAPS_EV_TRAFFIC:
    case DAPS_EV_RECONFIGURATION_COMPLETE: /* if it completes an attempt, the engine says so */
        return false;
    case DAPS_EV_RECONFIGURATION:
        return ev->sync || ev->key_update || ev->daps_source_release || ev->sk_counter >= 0;
    default:
        return true;
    }
}

struct note_event note_event_of(const struct daps_event *ev)
{
    return (struct note_event){.kind = ev->kind,
                               .sync = ev->sync,
                               .daps = ev->daps,
                               .daps_failure = ev->daps_failure,
                               .source_release = ev->daps_source_release,
                               .suspend = ev->suspend,
                               .prepared = ev->prepared};
}

static void append(GArray **array, gconstpointer item, guint size)
{
    if (*array == NULL)
        *array = g_array_new(FALSE, FALSE, size);
    g_array_append_vals(*array, item, 1);
}

void note_add_events(struct frame_note *note, const GArray *events)
{
    for (guint i = 0; i < events->len; i++)
        append(&note->events, &g_array_index(events, struct note_event, i), sizeof(struct note_event));
}

static struct note_context note_context_of(const struct daps_context_view *context)
{
    struct note_context note = {.ncc = context->key.ncc >= 0 ? (int8_t)(context->key.ncc & 7) : -1,
                                .ciphering = (int8_t)context->ciphering,
                                .integrity = (int8_t)context->integrity,
                                .pci = context->cell.pci,
                                .c_rnti = context->c_rnti};

    g_strlcpy(note.key, context->key.id, sizeof note.key);
    return note;
}

void note_add_ue(struct frame_note *note, const struct daps_engine *engine, guint64 ue_key)
{
    struct note_ue ue = {.ue_key = ue_key, .name = daps_engine_ue_name(engine, ue_key)};
    struct daps_context_view source, target;

    if (ue.name == NULL)
        return; /* broadcast only */
    ue.n_contexts = daps_engine_contexts(engine, ue_key, &source, &target);
    if (ue.n_contexts > 0)
        ue.source = note_context_of(&source);
    if (ue.n_contexts > 1)
        ue.target = note_context_of(&target);
    append(&note->ues, &ue, sizeof ue);
}

static void free_step(gpointer step)
{
    daps_wipe(step, sizeof(struct note_step));
    g_free(step);
}

void note_add_step(struct frame_note *note, const struct daps_key_step *step, bool with_values)
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
    if (note->steps == NULL)
        note->steps = g_ptr_array_new_with_free_func(free_step);
    g_ptr_array_add(note->steps, kept);
}

void note_add_scg_change(struct frame_note *note, const struct daps_scg_change *change)
{
    append(&note->scg_changes, change, sizeof *change);
}

void note_add_rrc(struct frame_note *note, const struct daps_pdu *pdu, const char *key)
{
    struct note_rrc rrc = {.channel = pdu->channel, .length = (uint32_t)pdu->length};

    g_strlcpy(rrc.key, key, sizeof rrc.key);
    rrc.octets = g_memdup2(pdu->octets, pdu->length);
    append(&note->rrc, &rrc, sizeof rrc);
}

void note_add_use(struct frame_note *note, const struct daps_keystream_use *use)
{
    if (note->uses == NULL || note->uses->len < MOST_USES)
        append(&note->uses, use, sizeof *use);
}

void note_set_undecoded(struct frame_note *note, const struct daps_rrc_result *result)
{
    if (note->undecoded == NULL)
        note->undecoded =
            g_strdup_printf("%s: %s (bit %u)", result->message != NULL ? result->message : "",
                            result->error != NULL ? result->error : "cannot be decoded", result->error_bit);
}

static void free_array(GArray *array)
{
    if (array != NULL)
        g_array_unref(array);
}

void note_free(gpointer data)
{
    struct frame_note *note = data;

    if (note == NULL)
        return;
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        g_free(g_array_index(note->rrc, struct note_rrc, i).octets);
    free_array(note->events);
    free_array(note->ues);
    if (note->steps != NULL)
        g_ptr_array_unref(note->steps);
    free_array(note->scg_changes);
    free_array(note->rrc);
    free_array(note->uses);
    g_free(note->undecoded);
    g_free(note);
}
