/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys in words: what they were derived from. */
#include <inttypes.h>

#include "daps/derivations.h"
#include "daps/rat.h"
#include "daps/words.h"

static void append_input(GString *text, const char *name, int32_t value)
{
    if (value >= 0)
        g_string_append_printf(text, ", %s %" PRId32, name, value);
    else
        g_string_append_printf(text, ", %s not in the log", name);
}

void daps_words_key(GString *text, const struct daps_key_view *key, enum daps_rat rat)
{
    const struct daps_rat_row *row = daps_rat_row(rat);

    g_string_append(text, key->id);
    if (key->kind == DAPS_KEY_ROOT) {
        g_string_append_printf(text, " (%s from %s)", row->root, row->upper);
        return;
    }
    if (key->kind == DAPS_KEY_NH) {
        g_string_append_printf(text, " (NH of the chain of %s)", key->parent);
        return;
    }
    g_string_append_printf(text, " = KDF(%s", key->parent);
    if (key->fc != 0)
        g_string_append_printf(text, ", FC 0x%02X", key->fc);
    if (key->kind == DAPS_KEY_KSN) {
        g_string_append_printf(text, ", counter %" PRId32, key->sk_counter);
    } else {
        append_input(text, "PCI", key->cell.pci);
        if (key->same_frequency)
            g_string_append(text, ", same frequency as the source");
        else
            append_input(text, row->arfcn, key->cell.ssb_arfcn);
    }
    g_string_append_c(text, ')');
}

void daps_words_computed(GString *text, const struct daps_key_view *key)
{
    if (key->computed_octets > 0)
        g_string_append_printf(text, ", computed with ARFCN %" PRId32 " in %d octets", key->computed_arfcn,
                               key->computed_octets);
}

const char *daps_words_key_clause(const struct daps_key_view *key)
{
    const struct daps_derive_row *row = key->fc != 0 ? daps_derive_row_of(key->fc) : NULL;

    return row != NULL ? row->clause : NULL;
}
