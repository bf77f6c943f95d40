/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers, findings, keys and events as JSON objects: what one call of the engine's sink becomes. */
#include "report/records.h"

#include <stdio.h>

#include "daps/kdf.h"
#include "daps/words.h"
#include "report/event_json.h"
#include "report/json.h"

const char *const as_key_names[AS_KEYS] = {"rrc_enc", "rrc_int", "up_enc", "up_int"};

/* "" is null. */
static void json_name(struct outbuf *out, const char *name)
{
    json_string(out, name[0] != '\0' ? name : NULL);
}

static void algorithm(struct outbuf *out, enum daps_rat rat, bool ciphering, int number)
{
    json_name(out, daps_algorithm_name(rat, ciphering, number));
}

/* ,"capture":...,"ue":...,"rat":...,"frame":...,"time":... */
static void origin(struct outbuf *out, const char *capture, const char *ue, enum daps_rat rat, uint64_t frame,
                   int64_t time_ns)
{
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, ue);
    json_key(out, "rat");
    json_string(out, daps_rat_name(rat));
    json_key(out, "frame");
    outbuf_unsigned(out, frame);
    json_key(out, "time");
    json_time(out, time_ns);
}

static void cell(struct outbuf *out, const struct daps_cell *cell)
{
    json_key(out, "pci");
    json_integer_or_null(out, cell->pci);
    json_key(out, "arfcn");
    json_integer_or_null(out, cell->ssb_arfcn);
}

void record_handover(struct outbuf *out, const char *capture, const struct daps_handover *handover)
{
    outbuf_literal(out, "{\"type\":\"handover\"");
    origin(out, capture, handover->ue, handover->rat, handover->frame, handover->time_ns);
    json_key(out, "daps");
    json_bool(out, handover->daps);
    json_key(out, "derivation");
    json_string(out, daps_derivation_name(handover->derivation));
    json_key(out, "ncc");
    json_integer_or_null(out, handover->ncc);
    cell(out, &handover->target);
    json_key(out, "c_rnti");
    json_integer_or_null(out, handover->c_rnti);
    json_key(out, "rach");
    json_string(out, daps_rach_name(handover->rach));
    json_key(out, "outcome");
    json_string(out, daps_outcome_name(handover->outcome));
    json_key(out, "key");
    json_name(out, handover->key.id);
    json_key(out, "procedure");
    json_string(out, daps_procedure_name(handover->procedure));
    json_key(out, "key_set_change");
    json_bool(out, handover->key_set_change);
    json_key(out, "t304");
    json_integer_or_null(out, handover->t304_ms);
    json_key(out, "source_pci");
    json_integer_or_null(out, handover->source.pci);
    json_key(out, "source_arfcn");
    json_integer_or_null(out, handover->source.ssb_arfcn);
    json_key(out, "complete_frame");
    json_frame_or_null(out, handover->complete_frame);
    json_key(out, "settled_frame");
    json_frame_or_null(out, handover->settled_frame);
    json_key(out, "executed_frame");
    json_frame_or_null(out, handover->executed_frame);
    json_key(out, "same_frequency");
    json_bool(out, handover->same_frequency);
    json_key(out, "ciphering");
    algorithm(out, handover->rat, true, handover->ciphering);
    json_key(out, "integrity");
    algorithm(out, handover->rat, false, handover->integrity);
    json_key(out, "prepared");
    json_bool(out, handover->prepared);
    outbuf_char(out, '}');
}

void record_scg_change(struct outbuf *out, const char *capture, const struct daps_scg_change *change)
{
    outbuf_literal(out, "{\"type\":\"scg-change\"");
    origin(out, capture, change->ue, change->rat, change->frame, change->time_ns);
    cell(out, &change->target);
    json_key(out, "c_rnti");
    json_integer_or_null(out, change->c_rnti);
    json_key(out, "t304");
    json_integer_or_null(out, change->t304_ms);
    json_key(out, "rach");
    json_string(out, daps_rach_name(change->rach));
    json_key(out, "sk_counter");
    json_integer_or_null(out, change->sk_counter);
    outbuf_char(out, '}');
}

static void key_value(struct outbuf *out, const uint8_t *value, bool show_keys)
{
    if (!show_keys || value == NULL) {
        outbuf_literal(out, "null");
        return;
    }
    outbuf_char(out, '"');
    outbuf_hex(out, value, DAPS_KEY_OCTETS);
    outbuf_char(out, '"');
}

static void finding_key(struct outbuf *out, const struct daps_finding *finding, bool show_keys)
{
    const struct daps_key_view *key = &finding->key;

    json_key(out, "key");
    if (!finding->has_key) {
        outbuf_literal(out, "null");
        return;
    }
    outbuf_literal(out, "{\"id\":");
    json_name(out, key->id);
    json_key(out, "kind");
    json_string(out, daps_key_kind_name(key->kind, finding->rat));
    json_key(out, "derivation");
    json_string(out, daps_derivation_name(key->derivation));
    json_key(out, "parent");
    json_name(out, key->parent);
    json_key(out, "ncc");
    json_integer_or_null(out, key->ncc);
    cell(out, &key->cell);
    json_key(out, "value");
    key_value(out, key->value, show_keys);
    json_key(out, "fc");
    json_frame_or_null(out, key->fc);
    json_key(out, "same_frequency");
    json_bool(out, key->same_frequency);
    json_key(out, "sk_counter");
    json_integer_or_null(out, key->sk_counter);
    outbuf_char(out, '}');
}

static void octets_or_null(struct outbuf *out, const uint8_t *octets, uint32_t n)
{
    if (octets == NULL) {
        outbuf_literal(out, "null");
        return;
    }
    outbuf_char(out, '"');
    outbuf_hex(out, octets, n);
    outbuf_char(out, '"');
}

/* What the PDUs themselves show. */
static void observed_keystream(struct outbuf *out, const struct daps_keystream_tuple *tuple)
{
    json_key(out, "plane");
    json_string(out, tuple->srb ? "rrc" : "user");
    json_key(out, "overlap_octets");
    outbuf_unsigned(out, tuple->overlap);
    json_key(out, "xor_ciphertext");
    octets_or_null(out, tuple->xor_ciphertext, tuple->octets);
    json_key(out, "xor_plaintext");
    octets_or_null(out, tuple->xor_plaintext, tuple->octets);
}

static void finding_keystream(struct outbuf *out, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    if (!tuple->present)
        return;
    json_key(out, "keystream");
    outbuf_literal(out, "{\"algorithm\":");
    algorithm(out, finding->rat, !tuple->integrity, tuple->algorithm);
    json_key(out, "bearer");
    outbuf_signed(out, tuple->bearer);
    json_key(out, "direction");
    outbuf_signed(out, tuple->direction);
    json_key(out, "count");
    outbuf_unsigned(out, tuple->count);
    json_key(out, "plaintext_differs");
    json_bool(out, tuple->plaintext_differs);
    if (tuple->overlap > 0)
        observed_keystream(out, tuple);
    outbuf_char(out, '}');
}

static void finding_lists(struct outbuf *out, const struct daps_finding *finding, bool show_keys)
{
    const struct daps_rule *rule = daps_rule(finding->rule);
    bool any = false;

    json_key(out, "frames");
    outbuf_char(out, '[');
    for (uint32_t i = 0; i < finding->n_frames; i++) {
        if (i > 0)
            outbuf_char(out, ',');
        outbuf_unsigned(out, finding->subjects[i].frame);
    }
    outbuf_literal(out, "],\"liaison\":[");
    if (rule->liaison[0] != '\0')
        json_string(out, rule->liaison);
    outbuf_char(out, ']');
    finding_key(out, finding, show_keys);
    json_key(out, "procedures");
    outbuf_char(out, '[');
    for (uint32_t i = 0; i < finding->n_frames; i++) {
        if (finding->subjects[i].procedure == DAPS_PROC_COUNT)
            continue;
        outbuf_string(out, any ? "," : "");
        json_string(out, daps_procedure_name(finding->subjects[i].procedure));
        any = true;
    }
    outbuf_literal(out, "],\"clauses\":[");
    for (unsigned i = 0; rule->clauses[i] != NULL; i++) {
        if (i > 0)
            outbuf_char(out, ',');
        json_string(out, rule->clauses[i]);
    }
    outbuf_char(out, ']');
}

void record_finding(struct outbuf *out, const char *capture, const struct daps_finding *finding, bool show_keys)
{
    char *detail = daps_words_detail(finding), *assumes = daps_words_assumes(finding);

    outbuf_literal(out, "{\"type\":\"finding\",\"rule\":");
    json_string(out, daps_rule(finding->rule)->name);
    json_key(out, "severity");
    json_string(out, daps_severity_name(finding->severity));
    json_key(out, "evidence");
    json_string(out, daps_evidence_name(finding->evidence));
    json_key(out, "rat");
    json_string(out, daps_rat_name(finding->rat));
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, finding->ue);
    finding_lists(out, finding, show_keys);
    json_key(out, "title");
    json_string(out, daps_words_title(finding));
    json_key(out, "detail");
    json_string(out, detail);
    if (finding->has_exposure) {
        json_key(out, "exposure");
        json_string(out, daps_exposure_name(finding->exposure));
    }
    json_key(out, "repeats");
    outbuf_unsigned(out, finding->repeats);
    json_key(out, "assumes");
    json_string(out, assumes);
    finding_keystream(out, finding);
    outbuf_char(out, '}');
    g_free(detail);
    g_free(assumes);
}

static bool derive_as_key(const struct daps_key_step *step, enum daps_key_use use, int number, uint8_t out[static 32])
{
    if (step->rat == DAPS_RAT_LTE)
        return daps_kdf_algorithm_key_lte(step->key.value, use, (uint8_t)number, out);
    return daps_kdf_algorithm_key(step->key.value, use, (uint8_t)number, out);
}

bool as_keys_of(const struct daps_key_step *step, uint8_t as_keys[static AS_KEYS][16])
{
    static const enum daps_key_use uses[AS_KEYS] = {DAPS_USE_RRC_ENC, DAPS_USE_RRC_INT, DAPS_USE_UP_ENC,
                                                    DAPS_USE_UP_INT};
    uint8_t key[32];
    bool ok = step->key.value != NULL && step->ciphering >= 0 && step->integrity >= 0;

    for (unsigned i = 0; ok && i < AS_KEYS; i++) {
        ok = derive_as_key(step, uses[i], i % 2 == 0 ? step->ciphering : step->integrity, key);
        for (unsigned octet = 0; octet < 16; octet++)
            as_keys[i][octet] = key[16 + octet];
    }
    daps_wipe(key, sizeof key);
    return ok;
}

static void write_as_keys(struct outbuf *out, const struct daps_key_step *step, bool show_keys)
{
    uint8_t as_keys[AS_KEYS][16];

    json_key(out, "as_keys");
    if (!show_keys || !as_keys_of(step, as_keys)) {
        outbuf_literal(out, "null");
        return;
    }
    for (unsigned i = 0; i < AS_KEYS; i++) {
        outbuf_string(out, i == 0 ? "{\"" : ",\"");
        outbuf_string(out, as_key_names[i]);
        outbuf_literal(out, "\":\"");
        outbuf_hex(out, as_keys[i], 16);
        outbuf_char(out, '"');
    }
    outbuf_char(out, '}');
    daps_wipe(as_keys, sizeof as_keys);
}

void record_key(struct outbuf *out, const char *capture, const struct daps_key_step *step, bool show_keys)
{
    const struct daps_key_view *key = &step->key;

    outbuf_literal(out, "{\"type\":\"key\"");
    origin(out, capture, step->ue, step->rat, step->frame, step->time_ns);
    json_key(out, "id");
    json_name(out, key->id);
    json_key(out, "parent");
    json_name(out, key->parent);
    json_key(out, "kind");
    json_string(out, daps_key_kind_name(key->kind, step->rat));
    json_key(out, "procedure");
    json_string(out, step->procedure < DAPS_PROC_COUNT ? daps_procedure_name(step->procedure) : NULL);
    json_key(out, "derivation");
    json_string(out, daps_derivation_name(key->derivation));
    json_key(out, "ncc");
    json_integer_or_null(out, key->ncc);
    json_key(out, "fc");
    json_frame_or_null(out, key->fc);
    cell(out, &key->cell);
    json_key(out, "ciphering");
    algorithm(out, step->rat, true, step->ciphering);
    json_key(out, "integrity");
    algorithm(out, step->rat, false, step->integrity);
    json_key(out, "value");
    key_value(out, key->value, show_keys);
    write_as_keys(out, step, show_keys);
    json_key(out, "same_frequency");
    json_bool(out, key->same_frequency);
    json_key(out, "sk_counter");
    json_integer_or_null(out, key->sk_counter);
    json_key(out, "computed_arfcn");
    json_integer_or_null(out, key->computed_arfcn);
    json_key(out, "computed_octets");
    json_integer_or_null(out, key->computed_octets > 0 ? key->computed_octets : -1);
    outbuf_char(out, '}');
}

void record_event(struct outbuf *out, const char *capture, const char *ue, const struct daps_event *ev)
{
    outbuf_literal(out, "{\"type\":\"event\"");
    origin(out, capture, ue[0] != '\0' ? ue : NULL, ev->rat, ev->frame, ev->time_ns);
    json_key(out, "event");
    json_string(out, daps_event_kind_name(ev->kind));
    json_key(out, "channel");
    json_string(out, daps_channel_name(ev->channel));
    event_fields_write(out, ev);
    outbuf_char(out, '}');
}

void record_gap(struct outbuf *out, const char *capture, const char *ue, uint64_t frame, const char *reason)
{
    outbuf_literal(out, "{\"type\":\"gap\"");
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, ue);
    json_key(out, "frame");
    outbuf_unsigned(out, frame);
    json_key(out, "reason");
    json_string(out, reason);
    outbuf_char(out, '}');
}
