/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delta debugging: stretches are tried from half of what is left down to a single record, from the end to the
 * beginning, because what comes later rests on what came before.
 */
#include "evidence/reduce.h"

#include <inttypes.h>
#include <string.h>

#include "audit_run.h"
#include "daps/kdf.h"

/* ---- what was said ---- */

struct verdicts *verdicts_new(bool with_names)
{
    struct verdicts *verdicts = g_new0(struct verdicts, 1);

    verdicts->findings = g_ptr_array_new_with_free_func(g_free);
    verdicts->with_names = with_names;
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++)
        verdicts->evidence[i] = -1;
    return verdicts;
}

void verdicts_free(struct verdicts *verdicts)
{
    g_ptr_array_unref(verdicts->findings);
    g_free(verdicts);
}

static void append_key(GString *text, const struct daps_key_view *key)
{
    g_string_append_printf(text, " k%d/%d/%d/%d/%d/%d/%d/%d/%d/%d", key->kind, key->derivation, key->ncc, key->fc,
                           key->cell.pci, key->cell.ssb_arfcn, key->same_frequency, key->sk_counter,
                           key->computed_arfcn, key->computed_octets);
}

static void append_tuple(GString *text, const struct daps_keystream_tuple *tuple)
{
    g_string_append_printf(text, " t%d/%d/%d/%d/%" PRIu32 "/%d/%d/%" PRIu32 " ", tuple->integrity, tuple->algorithm,
                           tuple->bearer, tuple->direction, tuple->count, tuple->plaintext_differs, tuple->srb,
                           tuple->overlap);
    for (uint32_t i = 0; tuple->xor_ciphertext != NULL && i < tuple->octets; i++)
        g_string_append_printf(text, "%02x", tuple->xor_ciphertext[i]);
}

/* What only findings of some rules have. Frames and keys by name are elsewhere. */
static void append_particulars(GString *text, const struct daps_finding *finding)
{
    if (finding->rule == DAPS_RULE_KEY_MISMATCH && finding->variant == DAPS_VARIANT_NONE_FITS)
        g_string_append_printf(text, " u%" PRIu64, finding->unfit.messages);
    else if (finding->variant == DAPS_VARIANT_FITS)
        g_string_append_printf(text, " f%u/%d", finding->fit.what, finding->fit.arfcn);
    else if (finding->rule == DAPS_RULE_NULL_SECURITY)
        g_string_append_printf(text, " n%d/%d", finding->null.ciphering, finding->null.integrity);
    else if (finding->keystream.present)
        g_string_append_printf(text, " m%" PRIu64, finding->pdus.more);
}

/* A digest, for there may be many; of a key's value only that goes into it. */
void verdicts_add(struct verdicts *verdicts, const struct daps_finding *finding)
{
    GString *text = g_string_new(verdicts->with_names ? finding->ue : NULL);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

    g_string_append_printf(text, " %d/%d/%d/%d/%d/%d/%x/%d/%" PRIu32 "/%" PRIu32, finding->rule, finding->variant,
                           finding->severity, finding->evidence, finding->has_exposure, finding->exposure,
                           finding->assumptions, finding->rat, finding->repeats, finding->copies);
    for (uint32_t i = 0; i < finding->n_subjects; i++)
        g_string_append_printf(text, " %d:%" PRIu64 ":%d", finding->subjects[i].role, finding->subjects[i].frame,
                               finding->subjects[i].procedure);
    if (finding->has_key)
        append_key(text, &finding->key);
    if (finding->keystream.present)
        append_tuple(text, &finding->keystream);
    append_particulars(text, finding);
    g_checksum_update(sum, (const guchar *)text->str, (gssize)text->len);
    if (finding->has_key && finding->key.value != NULL)
        g_checksum_update(sum, finding->key.value, DAPS_KEY_OCTETS);
    g_ptr_array_add(verdicts->findings, g_strdup(g_checksum_get_string(sum)));
    verdicts->of_rule[finding->rule]++;
    verdicts->evidence[finding->rule] = MAX(verdicts->evidence[finding->rule], (int)finding->evidence);
    g_checksum_free(sum);
    g_string_free(text, TRUE);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool verdicts_same(struct verdicts *a, struct verdicts *b)
{
    if (a->findings->len != b->findings->len || (a->undecoded == 0 && b->undecoded > 0))
        return false;
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        if (b->not_judged[i] && !a->not_judged[i])
            return false;
    }
    g_ptr_array_sort(a->findings, by_text);
    g_ptr_array_sort(b->findings, by_text);
    for (guint i = 0; i < a->findings->len; i++) {
        if (strcmp(a->findings->pdata[i], b->findings->pdata[i]) != 0)
            return false;
    }
    return true;
}

/* ---- one audit ---- */

struct hearing {
    struct verdicts *said;
    const struct reduction *reduction;
    bool numbers;
};

static uint64_t old_number(const struct reduction *reduction, uint64_t frame)
{
    return frame >= 1 && frame <= reduction->kept->len
               ? reduction->records[g_array_index(reduction->kept, guint, frame - 1)].frame
               : 0;
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct hearing *hearing = user;
    struct daps_finding copy = *finding;

    if (!hearing->numbers) {
        verdicts_add(hearing->said, finding);
        return;
    }
    copy.subjects = g_memdup2(finding->subjects, finding->n_subjects * sizeof *finding->subjects);
    for (uint32_t i = 0; i < copy.n_subjects; i++)
        copy.subjects[i].frame = old_number(hearing->reduction, copy.subjects[i].frame);
    verdicts_add(hearing->said, &copy);
    g_free(copy.subjects);
}

struct verdicts *reduction_audit(const struct reduction *reduction, bool numbers)
{
    struct hearing hearing = {verdicts_new(reduction->wanted->with_names), reduction, numbers};
    const struct daps_sink sink = {.user = &hearing, .finding = on_finding};
    struct daps_engine *engine = audit_engine(reduction->options, &sink);
    const struct daps_engine_counts *counts;

    for (guint i = 0; i < reduction->kept->len; i++) {
        struct daps_record record = reduction->records[g_array_index(reduction->kept, guint, i)];
        if (numbers)
            record.frame = i + 1;
        daps_engine_record(engine, &record);
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    counts = daps_engine_counts(engine);
    hearing.said->undecoded = counts->undecoded;
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++)
        hearing.said->not_judged[i] = counts->not_judged[i].n > 0;
    daps_engine_free(engine);
    return hearing.said;
}

static bool still_same(struct reduction *reduction)
{
    struct verdicts *said;
    bool same;

    if (reduction->budget < reduction->kept->len) {
        reduction->ran_out = true;
        return false;
    }
    reduction->budget -= reduction->kept->len;
    said = reduction_audit(reduction, false);
    same = verdicts_same(reduction->wanted, said);
    verdicts_free(said);
    return same;
}

/* ---- leaving out ---- */

/* What is left without [from..end), but for frames that stay. */
static GArray *without(const struct reduction *reduction, guint from, guint end)
{
    const GArray *whole = reduction->kept;
    GArray *rest = g_array_sized_new(FALSE, FALSE, sizeof(guint), whole->len);

    g_array_append_vals(rest, whole->data, from);
    for (guint i = from; i < end; i++) {
        const guint index = g_array_index(whole, guint, i);
        if (g_hash_table_contains(reduction->stays, &reduction->records[index].frame))
            g_array_append_val(rest, index);
    }
    if (end < whole->len)
        g_array_append_vals(rest, &g_array_index(whole, guint, end), whole->len - end);
    return rest;
}

/* Tries every stretch of that length; true if one could be left out. */
static bool leave_out(struct reduction *reduction, guint length)
{
    bool any = false;

    for (guint end = reduction->kept->len; end > 0 && !reduction->ran_out;) {
        const guint from = end > length ? end - length : 0;
        GArray *whole = reduction->kept, *rest = without(reduction, from, end);

        reduction->kept = rest;
        if (rest->len < whole->len && still_same(reduction)) {
            g_array_unref(whole);
            any = true;
        } else {
            reduction->kept = whole;
            g_array_unref(rest);
        }
        end = from;
    }
    return any;
}

void reduction_run(struct reduction *reduction)
{
    guint length = reduction->kept->len / 2;

    while (length > 1 && !reduction->ran_out) {
        leave_out(reduction, length);
        length = MIN(length / 2, reduction->kept->len);
    }
    while (!reduction->ran_out && leave_out(reduction, 1))
        continue;
}
