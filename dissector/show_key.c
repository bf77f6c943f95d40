/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and cells in words and fields. */
#include "items.h"

const char *frame_words(wmem_allocator_t *scope, uint64_t frame)
{
    return frame != 0 ? wmem_strdup_printf(scope, "frame %" PRIu64, frame) : "a dropped frame";
}

const char *key_words(wmem_allocator_t *scope, const struct daps_key_view *key, enum daps_rat rat)
{
    GString *text = g_string_new(NULL);
    const char *words;

    daps_words_key(text, key, rat);
    words = wmem_strdup(scope, text->str);
    g_string_free(text, TRUE);
    return words;
}

void put_key(proto_tree *tree, tvbuff_t *tvb, const struct daps_key_view *key, enum daps_rat rat)
{
    put_string(tree, tvb, hf_daps_key, key->id);
    put_string(tree, tvb, hf_daps_key_kind, daps_key_kind_name(key->kind, rat));
    put_string(tree, tvb, hf_daps_derivation, daps_derivation_name(key->derivation));
    put_string(tree, tvb, hf_daps_key_parent, key->parent);
    if (key->fc != 0)
        put_unsigned(tree, tvb, hf_daps_key_fc, key->fc);
    put_known(tree, tvb, hf_daps_pci, key->cell.pci);
    put_known(tree, tvb, hf_daps_arfcn, key->cell.ssb_arfcn);
    if (key->same_frequency)
        put_bool(tree, tvb, hf_daps_same_frequency, true);
    put_known(tree, tvb, hf_daps_ncc, key->ncc);
    put_known(tree, tvb, hf_daps_sk_counter, key->sk_counter);
    put_octets(tree, tvb, hf_daps_key_value, key->value, 32);
    put_octets(tree, tvb, hf_daps_key_parent_value, key->parent_value, 32);
}
