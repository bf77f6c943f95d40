/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings kept beyond the call that delivers them. */
#include "daps/finding.h"

#include <glib.h>
#include <string.h>

#include "daps/kdf.h"

enum daps_severity daps_rule_severity(enum daps_rule_id rule)
{
    static const enum daps_severity usual[DAPS_RULE_COUNT] = {
        [DAPS_RULE_REPEATED_KEY] = DAPS_SEVERITY_MEDIUM,    [DAPS_RULE_NH_REUSE] = DAPS_SEVERITY_LOW,
        [DAPS_RULE_KEYSTREAM_REUSE] = DAPS_SEVERITY_MEDIUM, [DAPS_RULE_MAC_NONCE_REUSE] = DAPS_SEVERITY_MEDIUM,
        [DAPS_RULE_NCC_AMBIGUITY] = DAPS_SEVERITY_INFO,     [DAPS_RULE_EXPOSED_FALLBACK] = DAPS_SEVERITY_INFO,
        [DAPS_RULE_KEY_MISMATCH] = DAPS_SEVERITY_MEDIUM,    [DAPS_RULE_COUNT_REUSE] = DAPS_SEVERITY_HIGH,
        [DAPS_RULE_NCC_INVALID] = DAPS_SEVERITY_MEDIUM,     [DAPS_RULE_NULL_SECURITY] = DAPS_SEVERITY_LOW,
        [DAPS_RULE_FORGED_REQUEST] = DAPS_SEVERITY_LOW,     [DAPS_RULE_COUNT_NEAR_WRAP] = DAPS_SEVERITY_LOW,
        [DAPS_RULE_UNCIPHERED] = DAPS_SEVERITY_LOW,         [DAPS_RULE_KEY_UNCHANGED] = DAPS_SEVERITY_MEDIUM,
    };

    return usual[rule];
}

static const uint8_t *copy_of(const uint8_t *octets, size_t n)
{
    return octets != NULL ? g_memdup2(octets, n) : NULL;
}

struct daps_finding *daps_finding_copy(const struct daps_finding *finding, bool with_values)
{
    struct daps_finding *copy = g_memdup2(finding, sizeof *finding);
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    copy->ue = g_strdup(finding->ue);
    copy->subjects = g_memdup2(finding->subjects, finding->n_subjects * sizeof *finding->subjects);
    copy->keystream.xor_ciphertext = copy_of(tuple->xor_ciphertext, tuple->octets);
    copy->keystream.xor_plaintext = copy_of(tuple->xor_plaintext, tuple->octets);
    if (!finding->has_key)
        memset(&copy->key, 0, sizeof copy->key);
    copy->key.value = with_values && finding->has_key ? copy_of(finding->key.value, DAPS_KEY_OCTETS) : NULL;
    copy->key.parent_value =
        with_values && finding->has_key ? copy_of(finding->key.parent_value, DAPS_KEY_OCTETS) : NULL;
    return copy;
}

static void free_key(const uint8_t *value)
{
    if (value != NULL)
        daps_wipe((uint8_t *)value, DAPS_KEY_OCTETS);
    g_free((gpointer)value);
}

void daps_finding_free(struct daps_finding *copy)
{
    if (copy == NULL)
        return;
    g_free((gpointer)copy->ue);
    g_free(copy->subjects);
    g_free((gpointer)copy->keystream.xor_ciphertext);
    g_free((gpointer)copy->keystream.xor_plaintext);
    free_key(copy->key.value);
    free_key(copy->key.parent_value);
    g_free(copy);
}

const struct daps_subject *daps_finding_subject(const struct daps_finding *finding, enum daps_role role)
{
    for (uint32_t i = 0; i < finding->n_subjects; i++) {
        if (finding->subjects[i].role == role)
            return &finding->subjects[i];
    }
    return NULL;
}

static bool same_subjects(const struct daps_finding *a, const struct daps_finding *b)
{
    if (a->n_subjects != b->n_subjects || a->repeats != b->repeats || a->copies != b->copies)
        return false;
    for (uint32_t i = 0; i < a->n_subjects; i++) {
        const struct daps_subject *x = &a->subjects[i], *y = &b->subjects[i];
        if (x->frame != y->frame || x->role != y->role || x->procedure != y->procedure)
            return false;
    }
    return true;
}

static bool same_tuple(const struct daps_keystream_tuple *a, const struct daps_keystream_tuple *b)
{
    return a->present == b->present && a->integrity == b->integrity && a->algorithm == b->algorithm &&
           a->bearer == b->bearer && a->direction == b->direction && a->srb == b->srb && a->count == b->count &&
           a->plaintext_differs == b->plaintext_differs && a->overlap == b->overlap;
}

static bool same_readings(const struct daps_reading *a, const struct daps_reading *b)
{
    return a->derivation == b->derivation && a->ncc == b->ncc && strcmp(a->parent, b->parent) == 0;
}

static bool same_fit(const struct daps_fit *a, const struct daps_fit *b)
{
    return a->what == b->what && a->arfcn == b->arfcn && a->nh == b->nh && a->nas_count == b->nas_count &&
           a->nas_count_given == b->nas_count_given;
}

/* What only findings of that rule and variant have. */
static bool same_particulars(const struct daps_finding *a, const struct daps_finding *b)
{
    switch (a->rule) {
    case DAPS_RULE_NCC_AMBIGUITY:
    case DAPS_RULE_KEY_MISMATCH:
        if (a->variant == DAPS_VARIANT_FITS)
            return same_fit(&a->fit, &b->fit);
        if (a->variant == DAPS_VARIANT_BY_VALUE || a->variant == DAPS_VARIANT_CARRIED)
            return true;
        if (a->variant == DAPS_VARIANT_NONE_FITS)
            return a->unfit.messages == b->unfit.messages;
        return same_readings(&a->readings.active, &b->readings.active) &&
               same_readings(&a->readings.stored, &b->readings.stored) &&
               a->readings.follows_stored == b->readings.follows_stored;
    case DAPS_RULE_NULL_SECURITY:
        return a->null.ciphering == b->null.ciphering && a->null.integrity == b->null.integrity;
    case DAPS_RULE_EXPOSED_FALLBACK:
        return strcmp(a->fallback.in_force, b->fallback.in_force) == 0;
    case DAPS_RULE_FORGED_REQUEST:
        return a->request.resume == b->request.resume && a->request.tried == b->request.tried;
    default:
        return a->pdus.more == b->pdus.more;
    }
}

bool daps_finding_equal(const struct daps_finding *a, const struct daps_finding *b)
{
    return a->rule == b->rule && a->variant == b->variant && a->severity == b->severity && a->evidence == b->evidence &&
           a->has_exposure == b->has_exposure && a->exposure == b->exposure && a->rat == b->rat &&
           strcmp(a->ue, b->ue) == 0 && same_subjects(a, b) && a->has_key == b->has_key &&
           strcmp(a->key.id, b->key.id) == 0 && a->key.derivation == b->key.derivation &&
           same_tuple(&a->keystream, &b->keystream) && a->assumptions == b->assumptions && a->gap == b->gap &&
           a->below_rrc == b->below_rrc && same_particulars(a, b);
}
