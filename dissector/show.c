/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame was about, and one line of it. */
#include "show.h"

#include <epan/column-utils.h>
#include <string.h>

#include "daps/words.h"
#include "decipher.h"
#include "items.h"
#include "take.h"

const char *show_event(const struct note_event *event)
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

/* Is it a message of its own, and not a part of one? */
bool show_is_message(const struct note_event *event)
{
    const enum daps_event_kind kind = event->kind;

    return kind != DAPS_EV_CANDIDATE && kind != DAPS_EV_CANDIDATE_RELEASE && kind < DAPS_EV_TRAFFIC &&
           kind != DAPS_EV_SOURCE_IN_USE && kind != DAPS_EV_SCG_CHANGE && kind != DAPS_EV_SYSTEM_INFORMATION;
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
        return show_event(&note->events[0]);
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

/* One line: these are on every frame of a UE, and a capture has many; brief: its fields are left to frames that say
 * something. */
static void put_context(proto_tree *tree, tvbuff_t *tvb, const struct note_ue *ue, bool of_target,
                        const struct note_context *context, bool brief)
{
    const char *ciphering = daps_algorithm_name(ue->rat, true, context->ciphering),
               *integrity = daps_algorithm_name(ue->rat, false, context->integrity);
    char words[96] = "";
    proto_tree *sub;
    int n = 0;

    if (brief) {
        put_string(tree, tvb, of_target ? hf_daps_context_target : hf_daps_context_source, context->key);
        return;
    }
    if (context->ncc >= 0)
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", NCC %d", context->ncc);
    if (ciphering[0] != '\0' && integrity[0] != '\0')
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", %s/%s", ciphering, integrity);
    if (context->pci >= 0)
        n += g_snprintf(words + n, sizeof words - (size_t)n, ", PCI %d", context->pci);
    if (context->c_rnti >= 0)
        g_snprintf(words + n, sizeof words - (size_t)n, ", C-RNTI 0x%04x", (unsigned)context->c_rnti);
    sub = put_subtree(tree, tvb, hf_daps_context, ett_daps_context, "Context in force, %s: key: %s%s",
                      of_target ? "target" : "source", context->key, words);
    put_string(sub, tvb, of_target ? hf_daps_context_target : hf_daps_context_source, context->key);
    put_hidden_word(sub, tvb, hf_daps_context_ue, ue->name);
    put_known(sub, tvb, hf_daps_context_ncc, context->ncc);
    put_string(sub, tvb, hf_daps_context_ciphering, ciphering);
    put_string(sub, tvb, hf_daps_context_integrity, integrity);
    put_known(sub, tvb, hf_daps_context_pci, context->pci);
    put_known(sub, tvb, hf_daps_context_c_rnti, context->c_rnti);
}

static void put_ue(proto_tree *tree, tvbuff_t *tvb, struct session *session, const struct note_ue *ue, bool brief)
{
    proto_item *item = proto_tree_add_string(tree, field(hf_daps_ue), tvb, 0, 0, ue->name);
    proto_tree *sub = put_subtree_item(item, ett_daps_ue);

    if (ue->n_contexts > 0)
        put_context(sub, tvb, ue, false, &ue->source, brief);
    if (ue->n_contexts > 1) {
        struct note_context target = ue->target;
        g_strlcpy(target.key, session_target_key(session, ue), sizeof target.key);
        put_context(sub, tvb, ue, true, &target, brief);
    }
}

static void put_use(proto_tree *tree, tvbuff_t *tvb, const struct session *session, enum daps_rat rat,
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
    put_string(sub, tvb, hf_daps_use_algorithm, daps_algorithm_name(rat, true, use->ciphering));
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

/* ---- what could not be read ---- */

static const char *ue_words(packet_info *pinfo, const struct frame_note *note)
{
    if (note->n_ues != 1)
        return "";
    if (note->ues[0].n_contexts == 0)
        return wmem_strdup_printf(pinfo->pool, " of UE %s", note->ues[0].name);
    return wmem_strdup_printf(pinfo->pool, " of UE %s, whose key in force is %s", note->ues[0].name,
                              note->ues[0].source.key);
}

/* Does Wireshark show RRC in a frame in which all signalling is ciphered? It reads ciphertext then. */
static bool shows_ciphertext(const packet_info *pinfo, const struct frame_note *note)
{
    if (note->clear > 0 || (note->deciphered == 0 && note->unreadable == 0 && note->unverified == 0))
        return false;
    return take_shows_rrc(pinfo);
}

/* item: where they are shown, NULL no tree is wanted. */
static void note_experts(packet_info *pinfo, proto_item *item, const struct frame_note *note)
{
    if (note->unreadable > 0)
        expert_add_info_format(
            pinfo, item, field_other_expert(ei_daps_unreadable),
            "%u signalling PDU%s%s %s ciphered: a KGNB, KAMF or LEAF line in the key log (preference "
            "daps.keylog) would open %s",
            note->unreadable, note->unreadable == 1 ? "" : "s", ue_words(pinfo, note),
            note->unreadable == 1 ? "is" : "are", note->unreadable == 1 ? "it" : "them");
    if (note->unverified > 0)
        expert_add_info_format(
            pinfo, item, field_other_expert(ei_daps_unverified),
            "The MAC-I of %u signalling PDU%s%s is wrong under every key of the key log: another key "
            "is in use",
            note->unverified, note->unverified == 1 ? "" : "s", ue_words(pinfo, note));
    if (note->undecoded != NULL)
        expert_add_info_format(pinfo, item, field_other_expert(ei_daps_undecoded), "%s", note->undecoded);
    if (note->missed != NULL)
        expert_add_info_format(pinfo, item, field_other_expert(ei_daps_missed), "%s", note->missed);
    if (shows_ciphertext(pinfo, note))
        expert_add_info_format(pinfo, item, field_other_expert(ei_daps_ciphertext),
                               "The RRC that Wireshark shows here is ciphertext read as a message%s",
                               note->deciphered > 0 ? "; what was sent stands below DAPS" : "");
}

void show_experts(packet_info *pinfo, const struct showing *showing)
{
    if (showing->note != NULL)
        note_experts(pinfo, NULL, showing->note);
    for (guint i = 0; i < showing->results->len; i++) {
        const struct daps_result *result = showing->results->pdata[i];
        if (result->is_finding)
            show_finding_experts(pinfo, NULL, result);
    }
}

/* Name of a message that Wireshark does not show; what extends the list of messages only the event names. */
static const char *message_name(const struct frame_note *note, guint i)
{
    const char *name = decipher_message(&g_array_index(note->rrc, struct note_rrc, i));

    if (strcmp(name, "RRC") != 0 || note->rrc->len > 1 || note->n_events == 0 || !show_is_message(&note->events[0]))
        return name;
    return daps_words_message(note->events[0].kind, note->events[0].downlink, note->events[0].rat);
}

static void put_messages(proto_tree *tree, tvbuff_t *tvb, const struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        put_string(tree, tvb, hf_daps_message, message_name(note, i));
    for (unsigned i = 0; note->rrc == NULL && i < note->n_events; i++) {
        if (show_is_message(&note->events[i]))
            put_string(tree, tvb, hf_daps_message,
                       daps_words_message(note->events[i].kind, note->events[i].downlink, note->events[i].rat));
    }
}

void show_note(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct showing *showing)
{
    const struct frame_note *note = showing->note;

    if (showing->bystander != NULL)
        put_ue(tree, tvb, showing->session, showing->bystander, true);
    if (note == NULL)
        return;
    for (unsigned i = 0; i < note->n_ues; i++)
        put_ue(tree, tvb, showing->session, &note->ues[i], false);
    for (guint i = 0; note->joins != NULL && i < note->joins->len; i++)
        put_join(tree, tvb, showing->session, g_ptr_array_index(note->joins, i));
    put_messages(tree, tvb, note);
    for (unsigned i = 0; i < note->n_events; i++)
        put_string(tree, tvb, hf_daps_event, show_event(&note->events[i]));
    for (unsigned i = 0; i < note->n_steps; i++) {
        const struct note_step *step = &note->steps[i];
        if (!is_of_handover(step))
            put_step(tree, tvb, step);
    }
    for (guint i = 0; note->scg_changes != NULL && i < note->scg_changes->len; i++)
        put_scg_change(tree, tvb, &g_array_index(note->scg_changes, struct daps_scg_change, i));
    for (guint i = 0; note->uses != NULL && i < note->uses->len; i++)
        put_use(tree, tvb, showing->session, note->n_ues > 0 ? note->ues[0].rat : DAPS_RAT_NR,
                &g_array_index(note->uses, struct daps_keystream_use, i));
    if (note->unreadable > 0)
        put_unsigned(tree, tvb, hf_daps_unreadable, note->unreadable);
    if (note->unverified > 0)
        put_unsigned(tree, tvb, hf_daps_unverified, note->unverified);
    put_string(tree, tvb, hf_daps_undecoded, note->undecoded);
    put_string(tree, tvb, hf_daps_missed, note->missed);
    note_experts(pinfo, proto_tree_get_parent(tree), note);
}

/* ---- the Info column ---- */

/* Most handovers of a network have nothing to do with DAPS, and must not read as if they had. */
static const char *procedure_words(enum daps_procedure procedure)
{
    return procedure == DAPS_PROC_DAPS_HANDOVER ? "DAPS handover" : daps_procedure_name(procedure);
}

static void info_of_handover(packet_info *pinfo, const struct daps_handover *handover)
{
    if (handover->frame != pinfo->num && handover->executed_frame != pinfo->num) {
        if (handover->settled_frame == pinfo->num)
            col_append_fstr(pinfo->cinfo, COL_INFO, " | %s of %s %s", procedure_words(handover->procedure),
                            frame_words(pinfo->pool, handover->frame),
                            handover->outcome == DAPS_OUTCOME_DAPS_FALLBACK ? "fell back"
                                                                            : daps_outcome_name(handover->outcome));
        return;
    }
    col_append_fstr(pinfo->cinfo, COL_INFO, " | %s", procedure_words(handover->procedure));
    if (handover->target.pci >= 0)
        col_append_fstr(pinfo->cinfo, COL_INFO, " to PCI %d", handover->target.pci);
    if (handover->derivation != DAPS_DERIVATION_NONE)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", key %s", handover->key.id);
    if (handover->outcome != DAPS_OUTCOME_UNKNOWN)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", %s", daps_outcome_name(handover->outcome));
}

/* The messages that Wireshark does not show, by name. */
static void append_messages(wmem_strbuf_t *words, const struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++) {
        const struct note_rrc *rrc = &g_array_index(note->rrc, struct note_rrc, i);
        wmem_strbuf_append_printf(words, "%s%s", i > 0 ? ", " : "", message_name(note, i));
        if (rrc->key[0] != '\0')
            wmem_strbuf_append_printf(words, " (deciphered, %s)", rrc->key);
    }
}

/* What the signalling is, before what Wireshark says of it. */
static void info_of_signalling(packet_info *pinfo, const struct frame_note *note)
{
    const char *said = col_get_text(pinfo->cinfo, COL_INFO);
    const bool spoken = said != NULL && said[0] != '\0' && said[0] != ' ';
    const char *joint = !spoken ? "" : shows_ciphertext(pinfo, note) ? ", not " : "; ";
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");

    append_messages(words, note);
    if (note->unreadable > 0)
        wmem_strbuf_append_printf(words, "%sciphered RRC (no key)", note->rrc != NULL ? ", " : "");
    else if (note->unverified > 0)
        wmem_strbuf_append_printf(words, "%sciphered RRC (no key fits)", note->rrc != NULL ? ", " : "");
    if (wmem_strbuf_get_len(words) > 0)
        col_prepend_fstr(pinfo->cinfo, COL_INFO, "%s%s", wmem_strbuf_get_str(words), joint);
    if (note->rrc != NULL && note->deciphered == 0) /* as Wireshark writes what is inside: "LTE RRC DL_DCCH/NAS-EPS" */
        col_append_fstr(pinfo->cinfo, COL_PROTOCOL, "/%s RRC",
                        g_array_index(note->rrc, struct note_rrc, 0).rat == DAPS_RAT_LTE ? "LTE" : "NR");
}

void show_in_info(packet_info *pinfo, const struct showing *showing)
{
    if (showing->note != NULL)
        info_of_signalling(pinfo, showing->note);
    if (showing->note != NULL && showing->note->missed != NULL)
        col_append_str(pinfo->cinfo, COL_INFO, " | not followed");
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
