/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding on a frame that it names. */
#include <string.h>

#include "daps/words.h"
#include "items.h"
#include "show.h"

#define LINE 200 /* characters that a line of the tree has room for */

/* A text, and below it, if it is longer than a line, its sentences. They are fields of their own for each text: -T ek
 * puts them beside it. */
static void put_text(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, enum daps_field id, enum daps_field sentence,
                     const char *text)
{
    proto_item *item;
    proto_tree *sub;

    if (text == NULL || text[0] == '\0')
        return;
    item = proto_tree_add_string(tree, field(id), tvb, 0, 0, text);
    proto_item_set_generated(item);
    if (strlen(text) <= LINE)
        return;
    sub = proto_item_add_subtree(item, subtree(ett_daps_text));
    while (text[0] != '\0') {
        const char *end = strstr(text, ". ");
        const size_t length = end != NULL ? (size_t)(end - text) + 1 : strlen(text);
        put_string(sub, tvb, sentence, wmem_strndup(pinfo->pool, text, length));
        text += length;
        text += strspn(text, " ");
    }
}

/* The same, freeing text. */
static void put_own_text(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, enum daps_field id,
                         enum daps_field sentence, char *text)
{
    put_text(tree, tvb, pinfo, id, sentence, text);
    g_free(text);
}

static void put_tuple(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result)
{
    const struct daps_keystream_tuple *tuple = &result->finding->keystream;
    const char *algorithm = daps_algorithm_name(result->finding->rat, !tuple->integrity, tuple->algorithm);
    proto_tree *sub;

    if (!tuple->present)
        return;
    sub = put_subtree(tree, tvb, hf_daps_ks, ett_daps_keystream, "%s, COUNT %u, BEARER %d, DIRECTION %d (%s)",
                      algorithm[0] != '\0' ? algorithm : "algorithm not known", tuple->count, tuple->bearer,
                      tuple->direction, daps_words_direction(tuple->direction));
    put_string(sub, tvb, hf_daps_ks_algorithm, algorithm);
    put_unsigned(sub, tvb, hf_daps_ks_count, tuple->count);
    put_known(sub, tvb, hf_daps_ks_bearer, tuple->bearer);
    put_known(sub, tvb, hf_daps_ks_direction, tuple->direction);
    put_bool(sub, tvb, hf_daps_ks_differs, tuple->plaintext_differs);
    if (tuple->overlap > 0)
        put_unsigned(sub, tvb, hf_daps_ks_overlap, tuple->overlap);
    put_octets(sub, tvb, hf_daps_ks_xor_cipher, tuple->xor_ciphertext, tuple->octets);
    put_octets(sub, tvb, hf_daps_ks_xor_plain, tuple->xor_plaintext, tuple->octets);
    for (uint32_t i = 0; i < result->finding->n_frames; i++) {
        if (result->finding->subjects[i].frame != pinfo->num)
            put_frame(sub, tvb, hf_daps_ks_frame, result->finding->subjects[i].frame);
    }
}

static void put_frames(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result)
{
    for (uint32_t i = 0; i < result->finding->n_frames; i++) {
        if (result->finding->subjects[i].frame == 0)
            continue; /* dropped by a read filter */
        const enum daps_procedure procedure = result->finding->subjects[i].procedure;
        proto_item *item = proto_tree_add_uint(tree, field(hf_daps_finding_frame), tvb, 0, 0,
                                               (uint32_t)result->finding->subjects[i].frame);
        proto_item_set_generated(item);
        if (procedure < DAPS_PROC_COUNT)
            proto_item_append_text(item, " (%s)", daps_procedure_name(procedure));
        if (result->finding->subjects[i].frame == pinfo->num)
            proto_item_append_text(item, ", this frame");
    }
    for (uint32_t i = 0; i < result->finding->n_frames; i++) {
        if (result->finding->subjects[i].procedure < DAPS_PROC_COUNT)
            put_hidden_word(tree, tvb, hf_daps_finding_procedure,
                            daps_procedure_name(result->finding->subjects[i].procedure));
    }
    if (result->finding->repeats > result->finding->n_frames)
        put_unsigned(tree, tvb, hf_daps_repeats, result->finding->repeats);
    if (result->finding->copies > 0)
        put_unsigned(tree, tvb, hf_daps_copies, result->finding->copies);
}

static void put_rule(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_finding *finding)
{
    const struct daps_prose prose = daps_rule_prose(finding->rule, finding->rat);

    for (unsigned i = 0; prose.clauses[i] != NULL; i++)
        put_string(tree, tvb, hf_daps_clause, prose.clauses[i]);
    put_string(tree, tvb, hf_daps_liaison, daps_rule(finding->rule)->liaison);
    put_text(tree, tvb, pinfo, hf_daps_remedy, hf_daps_remedy_sentence, prose.remedy);
}

/* One line, the same on every frame of the finding. */
static const char *expert_words(packet_info *pinfo, const struct daps_result *result)
{
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, daps_rule(result->finding->rule)->name);

    wmem_strbuf_append_printf(words, " (%s) of UE %s", daps_evidence_name(result->finding->evidence), result->ue);
    if (result->finding->has_key)
        wmem_strbuf_append_printf(words, ", key %s", result->finding->key.id);
    wmem_strbuf_append(words, result->finding->n_frames == 1 ? ", frame" : ", frames");
    for (uint32_t i = 0; i < result->finding->n_frames && i < 6; i++)
        if (result->finding->subjects[i].frame != 0)
            wmem_strbuf_append_printf(words, " %" PRIu64, result->finding->subjects[i].frame);
    if (result->finding->n_frames > 6)
        wmem_strbuf_append(words, " ...");
    wmem_strbuf_append_printf(words, ": %s", daps_words_title(result->finding));
    return wmem_strbuf_get_str(words);
}

void show_finding_experts(packet_info *pinfo, proto_item *item, const struct daps_result *result)
{
    char *assumes = daps_words_assumes(result->finding);

    expert_add_info_format(pinfo, item, field_expert(result->finding->rule, result->finding->severity), "%s",
                           expert_words(pinfo, result));
    if (assumes != NULL)
        expert_add_info_format(pinfo, item, field_other_expert(ei_daps_assumes), "%s of UE %s assumes %s",
                               daps_rule(result->finding->rule)->name, result->ue, assumes);
    g_free(assumes);
}

void show_finding(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct daps_result *result)
{
    const struct daps_rule *rule = daps_rule(result->finding->rule);
    const char *severity = daps_severity_name(result->finding->severity),
               *evidence = daps_evidence_name(result->finding->evidence);
    proto_item *item =
        proto_tree_add_protocol_format(tree, field(hf_daps_finding), tvb, 0, 0, "%s (%s, %s): %s", rule->name, severity,
                                       evidence, daps_words_title(result->finding));
    proto_tree *sub = put_subtree_item(item, ett_daps_finding);

    put_string(sub, tvb, hf_daps_rule, rule->name);
    put_hidden_word(sub, tvb, hf_daps_rule_name, rule->name);
    put_string(sub, tvb, hf_daps_finding_ue, result->ue);
    put_string(sub, tvb, hf_daps_rat, daps_rat_name(result->finding->rat));
    put_string(sub, tvb, hf_daps_severity, severity);
    put_hidden_word(sub, tvb, hf_daps_severity_name, severity);
    put_hidden(proto_tree_add_uint(sub, field(hf_daps_severity_level), tvb, 0, 0, result->finding->severity));
    put_string(sub, tvb, hf_daps_evidence, evidence);
    put_hidden_word(sub, tvb, hf_daps_evidence_name, evidence);
    if (result->finding->has_exposure)
        put_string(sub, tvb, hf_daps_exposure, daps_exposure_name(result->finding->exposure));
    put_string(sub, tvb, hf_daps_title, daps_words_title(result->finding));
    put_own_text(sub, tvb, pinfo, hf_daps_detail, hf_daps_sentence, daps_words_detail(result->finding));
    put_own_text(sub, tvb, pinfo, hf_daps_assumes, hf_daps_assumes_sentence, daps_words_assumes(result->finding));
    put_frames(sub, tvb, pinfo, result);
    if (result->finding->has_key) {
        proto_tree *key = put_subtree(sub, tvb, hf_daps_derived, ett_daps_derived, "Key: %s",
                                      key_words(pinfo->pool, &result->finding->key, result->finding->rat));
        put_key(key, tvb, &result->finding->key, result->finding->rat);
    }
    put_tuple(sub, tvb, pinfo, result);
    put_rule(sub, tvb, pinfo, result->finding);
    show_finding_experts(pinfo, item, result);
}

void show_withdrawn(proto_tree *tree, tvbuff_t *tvb, const struct daps_result *result)
{
    proto_item *item;
    proto_tree *sub;

    if (!result->is_finding)
        return;
    item = put_word(tree, tvb, hf_daps_withdrawn, daps_rule(result->finding->rule)->name);
    sub = put_subtree_item(item, ett_daps_finding);
    put_hidden_word(sub, tvb, hf_daps_withdrawn_name, daps_rule(result->finding->rule)->name);
    if (result->finding->n_frames > 0) {
        proto_item_append_text(item, " of frame %" PRIu64, result->finding->subjects[0].frame);
        put_frame(sub, tvb, hf_daps_finding_frame, result->finding->subjects[0].frame);
    }
    put_string(sub, tvb, hf_daps_finding_ue, result->ue);
    if (result->finding->has_key)
        put_string(sub, tvb, hf_daps_key, result->finding->key.id);
}
