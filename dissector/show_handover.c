/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handover on a frame that takes part in it. */
#include "items.h"
#include "show.h"

#include <string.h>

/* "daps-handover of frame 6 to PCI 22, SSB-ARFCN 632628: completed (frame 11)"; caller frees */
static GString *headline(const struct daps_handover *handover)
{
    GString *text = g_string_new(daps_procedure_name(handover->procedure));

    g_string_append(text, " of ");
    daps_words_frame(text, handover->frame);
    g_string_append(text, " to ");
    daps_words_cell(text, &handover->target, handover->rat);
    g_string_append_printf(text, ": %s", daps_words_outcome(handover->outcome));
    if (handover->settled_frame != 0) {
        g_string_append(text, " (");
        daps_words_frame(text, handover->settled_frame);
        g_string_append_c(text, ')');
    }
    return text;
}

/* Where a repeated-key finding says that this attempt's key was derived first, and again. */
static void put_repeats(proto_tree *tree, tvbuff_t *tvb, const struct daps_handover *handover, const GPtrArray *results)
{
    const uint64_t derived = handover->executed_frame != 0 ? handover->executed_frame : handover->frame;

    for (guint i = 0; i < results->len; i++) {
        const struct daps_result *result = results->pdata[i];
        if (!result->is_finding || result->finding->rule != DAPS_RULE_REPEATED_KEY ||
            strcmp(result->finding->key.id, handover->key.id) != 0 || strcmp(result->ue, handover->ue) != 0)
            continue;
        put_frame(tree, tvb, hf_daps_first_derived_in, result->finding->subjects[0].frame);
        for (uint32_t n = 1; n < result->finding->n_frames; n++) {
            if (result->finding->subjects[n].frame != derived)
                put_frame(tree, tvb, hf_daps_repeated_in, result->finding->subjects[n].frame);
        }
    }
}

static const struct shown general[] = {
    {"ue", hf_daps_handover_ue, false},
    {"frame", hf_daps_command_frame, false},
    {"executed_frame", hf_daps_executed_frame, false},
    {"complete_frame", hf_daps_complete_frame, false},
    {"settled_frame", hf_daps_outcome_frame, false},
    {"outcome", hf_daps_outcome, false},
    {"procedure", hf_daps_procedure, false},
    {"pci", hf_daps_pci, false},
    {"arfcn", hf_daps_arfcn, false},
    {"same_frequency", hf_daps_same_frequency, true},
    {"source_pci", hf_daps_source_pci, false},
    /* A MAC-I may show these later than the command. */
    {"source_arfcn", hf_daps_source_arfcn, false},
    {"ciphering", hf_daps_ciphering, false},
    {"integrity", hf_daps_integrity, false},
};

/* What only the frames of the command say; the others link to it. */
static const struct shown of_command[] = {
    {"rat", hf_daps_rat, false},       {"daps", hf_daps_daps, false}, {"prepared", hf_daps_prepared, true},
    {"c_rnti", hf_daps_c_rnti, false}, {"t304", hf_daps_t304, false}, {"rach", hf_daps_rach, false},
};

static void put_derivation(proto_tree *tree, tvbuff_t *tvb, const struct daps_handover *handover)
{
    static const struct shown rows[] = {
        {"derivation", hf_daps_derivation, false},
        {"ncc", hf_daps_ncc, false},
        {"key_set_change", hf_daps_key_set_change, true},
    };
    const struct daps_key_view *key = &handover->key;
    const bool kept = handover->derivation == DAPS_DERIVATION_NONE;
    GString *words = g_string_new("Key in the target: ");
    proto_tree *derived;

    daps_words_key(words, key, handover->rat);
    g_string_append_printf(words, ", %s", kept ? "unchanged" : daps_derivation_name(handover->derivation));
    derived = put_subtree(tree, tvb, hf_daps_derived, ett_daps_derived, "%s", words->str);
    g_string_free(words, TRUE);
    put_string(derived, tvb, hf_daps_key, key->id);
    put_string(derived, tvb, hf_daps_key_kind, daps_key_kind_name(key->kind, handover->rat));
    put_string(derived, tvb, hf_daps_key_parent, key->parent);
    if (key->fc != 0)
        put_unsigned(derived, tvb, hf_daps_key_fc, key->fc);
    put_members(derived, tvb, &daps_shape_handover, rows, G_N_ELEMENTS(rows), handover);
    put_octets(derived, tvb, hf_daps_key_value, key->value, 32);
    put_octets(derived, tvb, hf_daps_key_parent_value, key->parent_value, 32);
}

void show_handover(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result,
                   const struct showing *showing)
{
    const struct daps_handover *handover = &result->handover;
    const struct session *session = showing->session;
    const GPtrArray *results = showing->results;
    GString *words = headline(handover);
    proto_tree *sub = put_subtree(tree, tvb, hf_daps_handover, ett_daps_handover, "%s", words->str);

    g_string_free(words, TRUE);
    put_members(sub, tvb, &daps_shape_handover, general, G_N_ELEMENTS(general), handover);
    put_hidden_word(sub, tvb, hf_daps_outcome_name, daps_outcome_name(handover->outcome));
    put_hidden_word(sub, tvb, hf_daps_procedure_name, daps_procedure_name(handover->procedure));
    if (handover->frame == pinfo->num || handover->executed_frame == pinfo->num)
        put_members(sub, tvb, &daps_shape_handover, of_command, G_N_ELEMENTS(of_command), handover);
    put_duration(sub, tvb, hf_daps_time_to_complete, handover->time_ns,
                 session_frame_time(session, handover->complete_frame));
    put_duration(sub, tvb, hf_daps_time_to_outcome, handover->time_ns,
                 session_frame_time(session, handover->settled_frame));
    put_derivation(sub, tvb, handover);
    put_repeats(sub, tvb, handover, results);
}
