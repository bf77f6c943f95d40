/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keystream-reuse, mac-nonce-reuse and count-reuse as PDCP PDUs show them.
 *
 * Two stays under one key (a repeated derivation) make it keystream or nonce reuse; one stay in which COUNT came again
 * makes it count-reuse.
 */
#include <glib.h>

#include "rules/rules.h"

/* The attempt that began that stay; NULL none. */
static struct daps_attempt *find(struct daps_attempt *const *attempts, unsigned n, uint32_t serial)
{
    for (unsigned i = daps_attempts_since(attempts, n, serial); i < n; i++) {
        if (attempts[i]->target.serial == serial && attempts[i]->procedure != DAPS_PROC_SK_COUNTER)
            return attempts[i];
    }
    return NULL;
}

static void fill_tuple(struct daps_finding *finding, const struct daps_collision *c)
{
    const bool ciphering = !c->stream.mac;

    finding->keystream = (struct daps_keystream_tuple){
        .present = true,
        .integrity = c->stream.mac,
        .algorithm = c->stream.algorithm,
        .bearer = c->stream.bearer,
        .direction = c->stream.direction,
        .count = c->count,
        .plaintext_differs = true,
        .srb = c->stream.srb,
        .octets = ciphering ? c->octets : 0,
        .overlap = c->overlap,
        .xor_ciphertext = ciphering ? c->xor_cipher : NULL,
        .xor_plaintext = ciphering && c->has_plain ? c->xor_plain : NULL,
    };
    finding->pdus.more = c->more;
    finding->pdus.some_equal = c->some_equal;
}

static void report(const struct judgement *j, const struct daps_collision *c, enum daps_rule_id rule)
{
    struct daps_attempt *attempts[DAPS_COLLISION_SIGHTS];
    struct daps_attempt *of[DAPS_COLLISION_SIGHTS]; /* each PDU's */
    struct daps_finding finding;
    unsigned n = 0;

    for (unsigned i = 0; i < c->n; i++) {
        of[i] = find(j->moment->attempts, j->moment->n_attempts, c->sights[i].entity);
        if (of[i] != NULL && (n == 0 || attempts[n - 1] != of[i]))
            attempts[n++] = of[i];
    }
    finding_start(&finding, j, rule, n > 0 ? attempts[0] : NULL);
    if (!finding.has_key && c->stream.key != NULL)
        finding_set_key(&finding, c->stream.key);
    for (unsigned i = 0; i < c->n; i++)
        finding_add_frame(&finding, c->sights[i].frame, DAPS_ROLE_MESSAGE, of[i]);
    fill_tuple(&finding, c);
    finding.variant = c->by_value ? DAPS_VARIANT_BY_VALUE : DAPS_VARIANT_SEEN;
    finding.evidence = c->proven ? DAPS_EVIDENCE_PROVEN : DAPS_EVIDENCE_OBSERVED;
    finding.severity = DAPS_SEVERITY_HIGH;
    finding.copies = c->copies;
    if (!c->proven) {
        finding_assume_no_gap(&finding, attempts, n);
        finding.assumptions |= DAPS_ASSUMES_RECEIVED;
    }
    finding_end(&finding, j);
}

static void report_collision(const struct judgement *j, const struct daps_collision *c)
{
    if (!c->one_entity)
        report(j, c, c->stream.mac ? DAPS_RULE_MAC_NONCE_REUSE : DAPS_RULE_KEYSTREAM_REUSE);
    else if (!c->counted_elsewhere)
        report(j, c, DAPS_RULE_COUNT_REUSE);
}

void rule_observed(const struct judgement *j, struct daps_attempt *const *group, bool pointless[static 2])
{
    const GPtrArray *of_key = j->collisions != NULL ? g_hash_table_lookup(j->collisions, group[0]->key) : NULL;

    for (guint i = 0; of_key != NULL && i < of_key->len; i++) {
        struct daps_collision *c = g_ptr_array_index(of_key, i);
        if (c->told || c->equal)
            continue;
        if (c->stream.srb && c->stream.bearer == 0 && c->stream.direction == 0) {
            pointless[0] = true;
            pointless[1] |= !c->by_value;
        }
        report_collision(j, c);
        c->told = true;
    }
}

void rule_collision_left(const struct judgement *j)
{
    report_collision(j, j->moment->collision);
}
