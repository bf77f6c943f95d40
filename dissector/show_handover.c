/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handover on a frame that takes part in it. */
#include "items.h"
#include "show.h"

#include <string.h>

static const char *outcome_words(packet_info *pinfo, const struct daps_handover *handover)
{
    const char *words = "outcome not known";

    switch (handover->outcome) {
    case DAPS_OUTCOME_UNKNOWN:
        break;
    case DAPS_OUTCOME_COMPLETED:
        words = "completed";
        break;
    case DAPS_OUTCOME_DAPS_FALLBACK:
        words = "fell back to the source";
        break;
    case DAPS_OUTCOME_REESTABLISHED:
        words = "failed, re-established";
        break;
    case DAPS_OUTCOME_RELEASED:
        words = "ended by release";
        break;
    case DAPS_OUTCOME_SUPERSEDED:
        words = "superseded";
        break;
    }
    if (handover->settled_frame == 0)
        return words;
    return wmem_strdup_printf(pinfo->pool, "%s in %s", words, frame_words(pinfo->pool, handover->settled_frame));
}

static const char *cell_words(packet_info *pinfo, const struct daps_cell *cell)
{
    if (cell->pci < 0)
        return "a cell not named";
    if (cell->ssb_arfcn < 0)
        return wmem_strdup_printf(pinfo->pool, "PCI %d", cell->pci);
    return wmem_strdup_printf(pinfo->pool, "PCI %d, SSB-ARFCN %d", cell->pci, cell->ssb_arfcn);
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

/* What only the frames of the command say; the others link to it. */
static void put_command(proto_tree *tree, tvbuff_t *tvb, const struct daps_handover *handover)
{
    put_string(tree, tvb, hf_daps_rat, daps_rat_name(handover->rat));
    put_bool(tree, tvb, hf_daps_daps, handover->daps);
    if (handover->prepared)
        put_bool(tree, tvb, hf_daps_prepared, true);
    put_known(tree, tvb, hf_daps_source_pci, handover->source.pci);
    put_known(tree, tvb, hf_daps_source_arfcn, handover->source.ssb_arfcn);
    if (handover->same_frequency)
        put_bool(tree, tvb, hf_daps_same_frequency, true);
    put_known(tree, tvb, hf_daps_c_rnti, handover->c_rnti);
    put_known(tree, tvb, hf_daps_t304, handover->t304_ms);
    put_string(tree, tvb, hf_daps_rach, daps_rach_name(handover->rach));
    put_string(tree, tvb, hf_daps_ciphering, daps_algorithm_name(handover->rat, true, handover->ciphering));
    put_string(tree, tvb, hf_daps_integrity, daps_algorithm_name(handover->rat, false, handover->integrity));
}

static void put_derivation(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_handover *handover)
{
    const struct daps_key_view *key = &handover->key;
    proto_tree *derived =
        put_subtree(tree, tvb, hf_daps_derived, ett_daps_derived, "Key in the target: %s%s%s",
                    key_words(pinfo->pool, key), handover->derivation == DAPS_DERIVATION_NONE ? ", unchanged" : ", ",
                    handover->derivation == DAPS_DERIVATION_NONE ? "" : daps_derivation_name(handover->derivation));

    put_string(derived, tvb, hf_daps_key, key->id);
    put_string(derived, tvb, hf_daps_key_kind, daps_key_kind_name(key->kind, handover->rat));
    put_string(derived, tvb, hf_daps_derivation, daps_derivation_name(handover->derivation));
    put_string(derived, tvb, hf_daps_key_parent, key->parent);
    if (key->fc != 0)
        put_unsigned(derived, tvb, hf_daps_key_fc, key->fc);
    put_known(derived, tvb, hf_daps_ncc, handover->ncc);
    if (handover->key_set_change)
        put_bool(derived, tvb, hf_daps_key_set_change, true);
    put_octets(derived, tvb, hf_daps_key_value, key->value, 32);
    put_octets(derived, tvb, hf_daps_key_parent_value, key->parent_value, 32);
}

void show_handover(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result,
                   const GPtrArray *results)
{
    const struct daps_handover *handover = &result->handover;
    proto_tree *sub = put_subtree(tree, tvb, hf_daps_handover, ett_daps_handover, "%s of %s to %s: %s",
                                  daps_procedure_name(handover->procedure), frame_words(pinfo->pool, handover->frame),
                                  cell_words(pinfo, &handover->target), outcome_words(pinfo, handover));

    put_string(sub, tvb, hf_daps_handover_ue, handover->ue);
    put_frame(sub, tvb, hf_daps_command_frame, handover->frame);
    put_frame(sub, tvb, hf_daps_executed_frame, handover->executed_frame);
    put_frame(sub, tvb, hf_daps_complete_frame, handover->complete_frame);
    put_frame(sub, tvb, hf_daps_outcome_frame, handover->settled_frame);
    put_string(sub, tvb, hf_daps_outcome, daps_outcome_name(handover->outcome));
    put_string(sub, tvb, hf_daps_procedure, daps_procedure_name(handover->procedure));
    put_known(sub, tvb, hf_daps_pci, handover->target.pci);
    put_known(sub, tvb, hf_daps_arfcn, handover->target.ssb_arfcn);
    if (handover->frame == pinfo->num || handover->executed_frame == pinfo->num)
        put_command(sub, tvb, handover);
    put_derivation(sub, tvb, pinfo, handover);
    put_repeats(sub, tvb, handover, results);
}
