/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame was about, and one line of it. */
#include "show.h"

#include <epan/column-utils.h>
#include <string.h>

#include "daps/words.h"
#include "items.h"

static const char *event_words(const struct note_event *event)
{
    if (event->kind == DAPS_EV_RECONFIGURATION && event->sync)
        return event->prepared ? "handover-command-between-nodes"
               : event->daps   ? "daps-handover-command"
                               : "handover-command";
    if (event->kind == DAPS_EV_RECONFIGURATION && event->source_release)
        return "daps-source-release";
    if (event->kind == DAPS_EV_FAILURE_INFORMATION && event->daps_failure)
        return "daps-failure";
    if (event->kind == DAPS_EV_RELEASE && event->suspend)
        return "release-with-suspend-config";
    return daps_event_kind_name(event->kind);
}

static const struct daps_result *gravest(const GPtrArray *results)
{
    const struct daps_result *found = NULL;

    for (guint i = 0; results != NULL && i < results->len; i++) {
        const struct daps_result *result = results->pdata[i];
        if (result->is_finding && (found == NULL || result->finding->severity > found->finding->severity))
            found = result;
    }
    return found;
}

/* What the frame is about, in a word or two. */
static const char *subject(const struct frame_note *note)
{
    if (note != NULL && note->n_events > 0)
        return event_words(&note->events[0]);
    if (note != NULL && note->unreadable > 0)
        return "signalling without a key";
    if (note != NULL && note->unverified > 0)
        return "signalling that does not verify";
    return "";
}

proto_tree *show_start(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, int protocol, const struct showing *showing)
{
    const struct daps_result *finding = gravest(showing->results);
    const char *about = subject(showing->note);
    proto_item *item = proto_tree_add_protocol_format(tree, protocol, tvb, 0, 0, "DAPS handover security%s%s",
                                                      about[0] != '\0' ? ", " : "", about);

    (void)pinfo;
    if (finding != NULL)
        proto_item_append_text(item, " (%s, %s)", daps_rule(finding->finding->rule)->name,
                               daps_severity_name(finding->finding->severity));
    return proto_item_add_subtree(item, subtree(ett_daps_daps));
}

/* One line: these are on every frame that takes part, and a capture may have many. */
static void put_context(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, const char *title,
                        const struct note_context *context)
{
    char words[96] = "";
    int n = 0;

    if (context->ncc >= 0)
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", NCC %d", context->ncc);
    if (context->ciphering >= 0 && context->integrity >= 0)
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", NEA%d/NIA%d", context->ciphering, context->integrity);
    if (context->pci >= 0)
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", PCI %d", context->pci);
    if (context->c_rnti >= 0)
        g_snprintf(words + n, sizeof words - (size_t)n, ", C-RNTI %d", context->c_rnti);
    proto_item_set_generated(proto_tree_add_string_format(
        tree, field(id), tvb, 0, 0, context->key, "Context in force, %s: key: %s%s", title, context->key, words));
}

static void put_ue(proto_tree *tree, tvbuff_t *tvb, const struct note_ue *ue)
{
    proto_item *item = proto_tree_add_string(tree, field(hf_daps_ue), tvb, 0, 0, ue->name);
    proto_tree *sub = put_subtree_item(item, ett_daps_ue);

    if (ue->n_contexts > 0)
        put_context(sub, tvb, hf_daps_context_source, "source", &ue->source);
    if (ue->n_contexts > 1)
        put_context(sub, tvb, hf_daps_context_target, "target", &ue->target);
}

static void put_use(proto_tree *tree, tvbuff_t *tvb, const struct session *session,
                    const struct daps_keystream_use *use)
{
    proto_tree *sub =
        put_subtree(tree, tvb, hf_daps_use, ett_daps_use,
                    "PDCP PDU under key %s: COUNT %u, BEARER %u (%s), DIRECTION %u (%s)%s", use->key, use->count,
                    use->bearer, use->srb ? "SRB" : "DRB", use->direction, use->direction != 0 ? "downlink" : "uplink",
                    use->earlier == 0       ? ""
                    : use->earlier_is_other ? ", used before for another PDU"
                                            : ", the same PDU again");
    put_string(sub, tvb, hf_daps_use_key, use->key);
    put_unsigned(sub, tvb, hf_daps_use_count, use->count);
    put_unsigned(sub, tvb, hf_daps_use_bearer, use->bearer);
    put_unsigned(sub, tvb, hf_daps_use_direction, use->direction);
    put_string(sub, tvb, hf_daps_use_algorithm, daps_algorithm_name(DAPS_RAT_NR, true, use->ciphering));
    put_bool(sub, tvb, hf_daps_use_verified, use->verified);
    put_frame(sub, tvb, hf_daps_use_earlier, session_number(session, use->earlier));
    if (use->earlier != 0)
        put_bool(sub, tvb, hf_daps_use_differs, use->earlier_is_other);
}

/* Keys that belong to no handover: of a connection, a re-establishment, a resume, a secondary node. */
static void put_step(proto_tree *tree, tvbuff_t *tvb, const struct note_step *step)
{
    struct daps_key_view key = step->step.key;
    const char *procedure =
        step->step.procedure < DAPS_PROC_COUNT ? daps_procedure_name(step->step.procedure) : "connection";
    proto_tree *sub = put_subtree(tree, tvb, hf_daps_derived, ett_daps_derived, "%s of a %s: %s",
                                  key.kind == DAPS_KEY_NH ? "NH" : "Key", procedure, key.id);

    key.value = step->has_value ? step->value : NULL;
    key.parent_value = step->has_parent_value ? step->parent_value : NULL;
    put_key(sub, tvb, &key, step->step.rat);
}

static bool is_of_handover(const struct note_step *step)
{
    switch (step->step.procedure) {
    case DAPS_PROC_HANDOVER:
    case DAPS_PROC_DAPS_HANDOVER:
    case DAPS_PROC_CONDITIONAL_HANDOVER:
    case DAPS_PROC_INTRA_CELL_REFRESH:
        return step->step.key.kind != DAPS_KEY_NH;
    default:
        return false;
    }
}

static void put_scg_change(proto_tree *tree, tvbuff_t *tvb, const struct daps_scg_change *change)
{
    static const struct shown rows[] = {
        {"pci", hf_daps_pci, false},   {"arfcn", hf_daps_arfcn, false}, {"c_rnti", hf_daps_c_rnti, false},
        {"t304", hf_daps_t304, false}, {"rach", hf_daps_rach, false},   {"sk_counter", hf_daps_sk_counter, false},
    };
    proto_tree *sub = put_subtree(tree, tvb, hf_daps_scg_change, ett_daps_scg_change,
                                  "Change of the secondary cell group (no handover of the UE)");

    put_members(sub, tvb, &daps_shape_scg_change, rows, G_N_ELEMENTS(rows), change);
}

static void put_join(proto_tree *tree, tvbuff_t *tvb, const struct session *session,
                     const struct daps_identity_join *kept)
{
    struct daps_identity_join join = *kept;
    char *words;

    join.announced_frame = session_number(session, kept->announced_frame);
    words = daps_words_join(&join);
    put_string(tree, tvb, hf_daps_join, words);
    g_free(words);
}

void show_note(proto_tree *tree, tvbuff_t *tvb, const struct showing *showing)
{
    const struct frame_note *note = showing->note;

    if (note == NULL)
        return;
    for (unsigned i = 0; i < note->n_ues; i++)
        put_ue(tree, tvb, &note->ues[i]);
    for (guint i = 0; note->joins != NULL && i < note->joins->len; i++)
        put_join(tree, tvb, showing->session, g_ptr_array_index(note->joins, i));
    for (unsigned i = 0; i < note->n_events; i++)
        put_string(tree, tvb, hf_daps_event, event_words(&note->events[i]));
    for (unsigned i = 0; i < note->n_steps; i++) {
        const struct note_step *step = &note->steps[i];
        if (!is_of_handover(step))
            put_step(tree, tvb, step);
    }
    for (guint i = 0; note->scg_changes != NULL && i < note->scg_changes->len; i++)
        put_scg_change(tree, tvb, &g_array_index(note->scg_changes, struct daps_scg_change, i));
    for (guint i = 0; note->uses != NULL && i < note->uses->len; i++)
        put_use(tree, tvb, showing->session, &g_array_index(note->uses, struct daps_keystream_use, i));
    if (note->unreadable > 0)
        put_unsigned(tree, tvb, hf_daps_unreadable, note->unreadable);
    if (note->unverified > 0)
        put_unsigned(tree, tvb, hf_daps_unverified, note->unverified);
    put_string(tree, tvb, hf_daps_undecoded, note->undecoded);
    put_string(tree, tvb, hf_daps_missed, note->missed);
}

/* ---- the Info column ---- */

static void info_of_handover(packet_info *pinfo, const struct daps_handover *handover)
{
    if (handover->frame != pinfo->num && handover->executed_frame != pinfo->num) {
        if (handover->settled_frame == pinfo->num)
            col_append_fstr(
                pinfo->cinfo, COL_INFO, " | DAPS: handover of %s %s", frame_words(pinfo->pool, handover->frame),
                handover->outcome == DAPS_OUTCOME_DAPS_FALLBACK ? "fell back" : daps_outcome_name(handover->outcome));
        return;
    }
    col_append_fstr(pinfo->cinfo, COL_INFO, " | DAPS: %s", daps_procedure_name(handover->procedure));
    if (handover->target.pci >= 0)
        col_append_fstr(pinfo->cinfo, COL_INFO, " to PCI %d", handover->target.pci);
    if (handover->derivation != DAPS_DERIVATION_NONE)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", key %s", handover->key.id);
    if (handover->outcome != DAPS_OUTCOME_UNKNOWN)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", %s", daps_outcome_name(handover->outcome));
}

void show_in_info(packet_info *pinfo, const struct showing *showing)
{
    if (showing->note != NULL && showing->note->missed != NULL)
        col_append_str(pinfo->cinfo, COL_INFO, " | DAPS: not followed");
    for (guint i = 0; i < showing->results->len; i++) {
        const struct daps_result *result = showing->results->pdata[i];
        if (!result->is_finding)
            info_of_handover(pinfo, &result->handover);
    }
    for (guint i = 0; i < showing->results->len; i++) {
        const struct daps_result *result = showing->results->pdata[i];
        if (result->is_finding)
            col_append_fstr(pinfo->cinfo, COL_INFO, " | %s (%s)", daps_rule(result->finding->rule)->name,
                            daps_evidence_name(result->finding->evidence));
    }
}
