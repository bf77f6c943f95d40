/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences that findings are made of. */
#include <inttypes.h>
#include <string.h>

#include "rules/rules.h"

char *daps_text_attempts(struct daps_attempt *const *group, guint n)
{
    GString *text = g_string_new(NULL);
    const guint most = 8;

    for (guint i = 0; i < n && i < most; i++) {
        const char *joint = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        g_string_append_printf(text, "%sframe %" PRIu64 " (%s)", joint, group[i]->frame,
                               daps_procedure_name(group[i]->procedure));
    }
    if (n > most)
        g_string_append_printf(text, " and %u more", n - most);
    return g_string_free(text, FALSE);
}

static void append_input(GString *text, const char *name, int32_t value)
{
    if (value >= 0)
        g_string_append_printf(text, ", %s %" PRId32, name, value);
    else
        g_string_append_printf(text, ", %s not in the log", name);
}

char *daps_text_derivation(const struct daps_attempt *attempt)
{
    const struct daps_term *key = attempt->key;
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s = KDF(%s, FC 0x%02X", key->label, key->parent_label, key->fc);
    if (key->kind == DAPS_TERM_KSN) {
        g_string_append_printf(text, ", counter %" PRIu32, key->n);
    } else {
        append_input(text, "PCI", key->pci);
        if (key->arfcn < -1 && attempt->source.arfcn == key->arfcn)
            g_string_append(text, ", same frequency as the source");
        else
            append_input(text, "SSB-ARFCN", key->arfcn);
    }
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

char *daps_text_gap(struct daps_attempt *const *group, guint n)
{
    for (guint i = 1; i < n; i++) {
        if (group[i]->gaps != group[i - 1]->gaps)
            return g_strdup_printf("that no handover, key change or release was missed around frame %" PRIu64 " (%s)",
                                   group[i]->gap_frame, group[i]->gap_reason);
    }
    return NULL;
}

void daps_finding_start(struct daps_finding *finding, const struct daps_ue *ue, enum daps_rule_id rule,
                        const struct daps_attempt *attempt)
{
    const struct daps_rule *entry = daps_rule(rule);

    memset(finding, 0, offsetof(struct daps_finding, frames));
    finding->n_procedures = 0;
    finding->repeats = 0;
    finding->keystream = (struct daps_keystream_tuple){0};
    finding->rule = rule;
    finding->severity = entry->severity;
    finding->rat = ue->rat;
    finding->ue = ue->name;
    finding->title = entry->title;
    finding->detail = "";
    finding->assumes = NULL;
    finding->has_key = attempt != NULL && attempt->key != NULL;
    if (finding->has_key)
        daps_view_key(&finding->key, attempt);
}

void daps_finding_add_frame(struct daps_finding *finding, uint64_t frame, enum daps_procedure procedure)
{
    finding->repeats++;
    if (finding->n_frames < DAPS_FINDING_MAX_FRAMES)
        finding->frames[finding->n_frames++] = frame;
    if (procedure != DAPS_PROC_COUNT && finding->n_procedures < DAPS_FINDING_MAX_FRAMES)
        finding->procedures[finding->n_procedures++] = procedure;
}
