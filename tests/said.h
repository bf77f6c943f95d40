/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers and findings as text, field by field, so that two ways of asking can be held against each other. */
#ifndef DAPS_TEST_SAID_H
#define DAPS_TEST_SAID_H

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "daps/engine.h"
#include "daps/words.h"

static inline void put(GString *text, const char *name, int64_t value)
{
    g_string_append_printf(text, " %s=%" PRId64, name, value);
}

static inline void put_octets(GString *text, const char *name, const uint8_t *octets, size_t n)
{
    g_string_append_printf(text, " %s=%s", name, octets == NULL ? "-" : "");
    for (size_t i = 0; octets != NULL && i < n; i++)
        g_string_append_printf(text, "%02x", octets[i]);
}

static inline void put_key(GString *text, const struct daps_key_view *key)
{
    g_string_append_printf(text, " key=%s<%s", key->id, key->parent);
    put(text, "kind", key->kind);
    put(text, "derivation", key->derivation);
    put(text, "ncc", key->ncc);
    put(text, "fc", key->fc);
    put(text, "pci", key->cell.pci);
    put(text, "arfcn", key->cell.ssb_arfcn);
    put(text, "same_frequency", key->same_frequency);
    put(text, "sk_counter", key->sk_counter);
    put_octets(text, "value", key->value, 32);
    put_octets(text, "parent_value", key->parent_value, 32);
}

/* One handover or finding. id: what stays the same of it while the rest may still change. */
struct said {
    bool is_finding;
    char *id, *text;
    GArray *frames; /* uint64_t */
};

static inline void said_free(gpointer data)
{
    struct said *said = data;

    g_free(said->id);
    g_free(said->text);
    g_array_unref(said->frames);
    g_free(said);
}

static inline GPtrArray *said_new(void)
{
    return g_ptr_array_new_with_free_func(said_free);
}

static inline void name_frame(struct said *said, uint64_t frame)
{
    if (frame != 0)
        g_array_append_val(said->frames, frame);
}

static inline struct said *said_of_handover(const struct daps_handover *h)
{
    struct said *said = g_new0(struct said, 1);
    GString *text = g_string_new(NULL);

    said->frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    name_frame(said, h->frame);
    name_frame(said, h->executed_frame);
    name_frame(said, h->complete_frame);
    name_frame(said, h->settled_frame);
    said->id = g_strdup_printf("handover %s %" PRIu64 " %d %" PRIu64, h->ue, h->frame, h->procedure, h->executed_frame);
    g_string_append_printf(text, "handover ue=%s", h->ue);
    put(text, "rat", h->rat);
    put(text, "procedure", h->procedure);
    put(text, "frame", (int64_t)h->frame);
    put(text, "time", h->time_ns);
    put(text, "complete", (int64_t)h->complete_frame);
    put(text, "settled", (int64_t)h->settled_frame);
    put(text, "executed", (int64_t)h->executed_frame);
    put(text, "daps", h->daps);
    put(text, "prepared", h->prepared);
    put(text, "key_set_change", h->key_set_change);
    put(text, "derivation", h->derivation);
    put(text, "ncc", h->ncc);
    put(text, "source.pci", h->source.pci);
    put(text, "source.arfcn", h->source.ssb_arfcn);
    put(text, "target.pci", h->target.pci);
    put(text, "target.arfcn", h->target.ssb_arfcn);
    put(text, "same_frequency", h->same_frequency);
    put(text, "c_rnti", h->c_rnti);
    put(text, "t304", h->t304_ms);
    put(text, "rach", h->rach);
    put(text, "ciphering", h->ciphering);
    put(text, "integrity", h->integrity);
    put(text, "outcome", h->outcome);
    put_key(text, &h->key);
    said->text = g_string_free(text, FALSE);
    return said;
}

static inline void put_tuple(GString *text, const struct daps_keystream_tuple *tuple)
{
    put(text, "tuple", tuple->present);
    put(text, "algorithm", tuple->algorithm);
    put(text, "tuple_of_mac", tuple->integrity);
    put(text, "bearer", tuple->bearer);
    put(text, "direction", tuple->direction);
    put(text, "count", tuple->count);
    put(text, "differs", tuple->plaintext_differs);
    put(text, "srb", tuple->srb);
    put(text, "overlap", tuple->overlap);
    put_octets(text, "xor_ciphertext", tuple->xor_ciphertext, tuple->octets);
    put_octets(text, "xor_plaintext", tuple->xor_plaintext, tuple->octets);
}

static inline struct said *said_of_finding(const struct daps_finding *f)
{
    struct said *said = g_new0(struct said, 1);
    char *detail, *assumes;
    GString *text = g_string_new(NULL);

    said->is_finding = true;
    said->frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    said->id = g_strdup_printf("finding %s %d %" PRIu64 " %s %d %d %d %d %d %u", f->ue, f->rule,
                               f->n_frames > 0 ? f->subjects[0].frame : 0, f->has_key ? f->key.id : "",
                               f->keystream.algorithm, f->keystream.integrity, f->keystream.srb, f->keystream.bearer,
                               f->keystream.direction, f->keystream.count);
    g_string_append_printf(text, "finding ue=%s", f->ue);
    put(text, "rule", f->rule);
    put(text, "severity", f->severity);
    put(text, "evidence", f->evidence);
    put(text, "exposure", f->has_exposure ? (int)f->exposure : -1);
    put(text, "rat", f->rat);
    for (uint32_t i = 0; i < f->n_frames; i++) {
        put(text, "frame", (int64_t)f->subjects[i].frame);
        name_frame(said, f->subjects[i].frame);
    }
    for (uint32_t i = 0; i < f->n_frames; i++)
        put(text, "procedure", f->subjects[i].procedure);
    put(text, "repeats", f->repeats);
    if (f->has_key)
        put_key(text, &f->key);
    if (f->keystream.present)
        put_tuple(text, &f->keystream);
    detail = daps_words_detail(f);
    assumes = daps_words_assumes(f);
    g_string_append_printf(text, " title=\"%s\" detail=\"%s\" assumes=\"%s\"", daps_words_title(f), detail,
                           assumes != NULL ? assumes : "-");
    g_free(detail);
    g_free(assumes);
    said->text = g_string_free(text, FALSE);
    return said;
}

static inline bool said_names(const struct said *said, uint64_t frame)
{
    for (guint i = 0; i < said->frames->len; i++) {
        if (g_array_index(said->frames, uint64_t, i) == frame)
            return true;
    }
    return false;
}

static inline gint said_order(gconstpointer a, gconstpointer b)
{
    return strcmp((*(struct said *const *)a)->text, (*(struct said *const *)b)->text);
}

#endif
