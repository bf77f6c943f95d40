/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keystream-reuse, mac-nonce-reuse and count-reuse as PDCP PDUs show them, key-mismatch as MAC-Is do.
 *
 * Two stays under one key (a repeated derivation) make it keystream or nonce reuse; one stay in which COUNT came again
 * makes it count-reuse.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pdcp/pdcp.h"
#include "rules/rules.h"

static struct daps_attempt *attempt_of(const struct daps_ue *ue, struct daps_attempt *const *group, guint n,
                                       uint32_t serial)
{
    for (guint i = 0; i < n; i++) {
        if (group[i]->target.serial == serial && group[i]->procedure != DAPS_PROC_SK_COUNTER)
            return group[i];
    }
    for (guint i = 0; i < ue->attempts->len; i++) {
        struct daps_attempt *attempt = g_ptr_array_index(ue->attempts, i);
        if (attempt->target.serial == serial && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt;
    }
    return NULL;
}

static void describe(GString *detail, const struct pdcp_collision *c, bool ciphering)
{
    g_string_append(detail, "The PDCP PDUs in");
    for (unsigned i = 0; i < c->n; i++)
        g_string_append_printf(detail, "%s frame %" PRIu64,
                               i == 0          ? ""
                               : i + 1 == c->n ? " and"
                                               : ",",
                               c->sights[i].frame);
    g_string_append_printf(detail,
                           " differ and share COUNT %" PRIu32 ", BEARER %u (%s), DIRECTION %u (%s) under key %s.",
                           c->count, c->stream.bearer, c->stream.srb ? "SRB" : "DRB", c->stream.direction,
                           c->stream.direction != 0 ? "downlink" : "uplink", c->label);
    if (c->more > 0)
        g_string_append_printf(detail, " So do PDUs of %" PRIu64 " further COUNTs of this bearer.", c->more);
    if (!ciphering)
        g_string_append(detail, " Two messages under one tuple give a relation on its one-time mask and hash key.");
    else
        g_string_append_printf(detail,
                               " The XOR of their contents is the XOR of what they say: whoever knows one reads the "
                               "first %" PRIu32 " octets of the other, MAC-I included.",
                               c->overlap);
    if (c->proven)
        g_string_append(detail, " Their MAC-Is are right under the one computed key.");
}

static void fill_tuple(struct daps_finding *finding, const struct pdcp_collision *c, bool ciphering)
{
    struct daps_keystream_tuple *tuple = &finding->keystream;

    tuple->present = true;
    snprintf(tuple->algorithm, sizeof tuple->algorithm, "%s%u", ciphering ? "NEA" : "NIA",
             (unsigned)c->stream.algorithm & 7U);
    tuple->bearer = c->stream.bearer;
    tuple->direction = c->stream.direction;
    tuple->count = c->count;
    tuple->plaintext_differs = true;
    tuple->srb = c->stream.srb;
    tuple->octets = ciphering ? c->octets : 0;
    tuple->overlap = c->overlap;
    tuple->xor_ciphertext = ciphering ? c->xor_cipher : NULL;
    tuple->xor_plaintext = ciphering && c->has_plain ? c->xor_plain : NULL;
}

static void report(struct daps_ue *ue, struct daps_attempt *const *group, guint n, const struct pdcp_collision *c,
                   enum daps_rule_id rule, bool ciphering)
{
    struct daps_attempt *attempts[PDCP_MOST_SIGHTS];
    guint n_attempts = 0;
    struct daps_finding *finding = g_new(struct daps_finding, 1);
    GString *detail = g_string_new(NULL);
    char *gap = NULL;

    for (unsigned i = 0; i < c->n; i++) {
        struct daps_attempt *attempt = attempt_of(ue, group, n, c->sights[i].period);
        if (attempt != NULL && (n_attempts == 0 || attempts[n_attempts - 1] != attempt))
            attempts[n_attempts++] = attempt;
    }
    daps_finding_start(finding, ue, rule, n_attempts > 0 ? attempts[0] : NULL);
    if (!finding->has_key && c->stream.key != NULL) {
        finding->has_key = true;
        daps_view_term(&finding->key, c->stream.key);
        finding->key.derivation = DAPS_DERIVATION_NONE;
    }
    for (unsigned i = 0; i < c->n; i++) {
        const struct daps_attempt *attempt = attempt_of(ue, group, n, c->sights[i].period);
        daps_finding_add_frame(finding, c->sights[i].frame, attempt != NULL ? attempt->procedure : DAPS_PROC_COUNT);
    }
    describe(detail, c, ciphering);
    fill_tuple(finding, c, ciphering);
    finding->evidence = c->proven ? DAPS_EVIDENCE_PROVEN : DAPS_EVIDENCE_OBSERVED;
    finding->severity = DAPS_SEVERITY_HIGH;
    if (!c->proven)
        gap = daps_text_gap(attempts, n_attempts);
    if (!c->proven) {
        /* No framing says whether a receiver's CRC was right. */
        char *whole = g_strdup_printf("%s%sthat the PDUs were received without error", gap != NULL ? gap : "",
                                      gap != NULL ? ", and " : "");
        g_free(gap);
        gap = whole;
    }
    finding->detail = detail->str;
    finding->assumes = gap;
    daps_deliver_finding(ue, finding);
    g_free(gap);
    g_string_free(detail, TRUE);
    g_free(finding);
}

static void report_collision(struct daps_ue *ue, struct daps_attempt *const *group, guint n,
                             const struct pdcp_collision *c)
{
    if (!c->one_period)
        report(ue, group, n, c, c->stream.mac ? DAPS_RULE_MAC_NONCE_REUSE : DAPS_RULE_KEYSTREAM_REUSE, !c->stream.mac);
    else if (!c->counted_elsewhere)
        report(ue, group, n, c, DAPS_RULE_COUNT_REUSE, !c->stream.mac);
}

bool daps_rule_observed(struct daps_ue *ue, struct daps_attempt *const *group, guint n)
{
    GArray *collisions = ue->pdcp != NULL ? ue->pdcp->collisions : NULL;
    bool srb1_uplink = false;

    for (guint i = 0; collisions != NULL && i < collisions->len;) {
        const struct pdcp_collision *c = &g_array_index(collisions, struct pdcp_collision, i);
        if (c->stream.key != group[0]->key) {
            i++;
            continue;
        }
        srb1_uplink |= c->stream.srb && c->stream.bearer == 0 && c->stream.direction == 0;
        report_collision(ue, group, n, c);
        g_array_remove_index(collisions, i);
    }
    return srb1_uplink;
}

void daps_rule_observed_gone(struct daps_ue *ue, bool (*is_kept)(const struct daps_term *key, void *user))
{
    GArray *collisions = ue->pdcp->collisions;

    for (guint i = 0; i < collisions->len;) {
        const struct pdcp_collision *c = &g_array_index(collisions, struct pdcp_collision, i);
        if (is_kept(c->stream.key, ue)) {
            i++;
            continue;
        }
        report_collision(ue, NULL, 0, c);
        g_array_remove_index(collisions, i);
    }
}

/* ---- key-mismatch ---- */

static void G_GNUC_PRINTF(2, 3) add_departure(GString *detail, const char *format, ...)
{
    va_list arguments;

    g_string_append(detail, g_str_has_suffix(detail->str, "only if") ? " " : ", and ");
    va_start(arguments, format);
    g_string_append_vprintf(detail, format, arguments);
    va_end(arguments);
}

static bool is_same_departure(const struct pdcp_departure *a, const struct pdcp_departure *b)
{
    return daps_dialect_equal(&a->dialect, &b->dialect) && a->stored_ncc == b->stored_ncc &&
           a->active_ncc == b->active_ncc && a->nh_ahead == b->nh_ahead && a->horizontal == b->horizontal &&
           a->failed_frame == b->failed_frame;
}

static void describe_dialect(GString *detail, const struct daps_term *key, const struct daps_dialect *dialect)
{
    if (dialect->frequency == DAPS_FREQUENCY_POINT_A)
        add_departure(detail,
                      "the key is derived with ARFCN %" PRId32 ", the frequency of Point A, instead of the SSB's",
                      key->point_a);
    if (dialect->frequency == DAPS_FREQUENCY_CARRIER)
        add_departure(detail,
                      "the key is derived with ARFCN %" PRId32 ", the centre of the carrier, instead of the SSB's",
                      key->carrier);
    if (dialect->two_octets)
        add_departure(detail, "the ARFCN is written in two octets instead of three");
}

static void describe_departure(GString *detail, const struct daps_attempt *attempt,
                               const struct pdcp_departure *departure)
{
    const int64_t n = (int64_t)attempt->target.chain.n + departure->nh_ahead;

    describe_dialect(detail, attempt->key, &departure->dialect);
    if (departure->stored_ncc)
        add_departure(detail, "the received NCC is compared with the stored one, not with that of the active key");
    if (departure->active_ncc)
        add_departure(detail, "the received NCC is compared with that of the active key, not with the stored one");
    if (departure->nh_ahead != 0)
        add_departure(detail, "its parent is NH %" PRId64 ": the network used NH %" PRId64 " for NCC %d", n, n,
                      attempt->ncc);
    if (departure->horizontal)
        add_departure(detail, "its parent is the active key, although NCC %d asks for an NH", attempt->ncc);
    if (departure->failed_frame != 0)
        add_departure(detail, "the key of the failed attempt of frame %" PRIu64 " is its parent",
                      departure->failed_frame);
}

void daps_rule_departure(struct daps_ue *ue, const struct daps_attempt *attempt, const struct pdcp_departure *departure)
{
    enum daps_rule_id rule =
        departure->stored_ncc || departure->active_ncc ? DAPS_RULE_NCC_AMBIGUITY : DAPS_RULE_KEY_MISMATCH;
    struct daps_finding *finding;
    GString *detail;

    if (is_same_departure(departure, &ue->pdcp->reported))
        return; /* the same network doing the same thing */
    ue->pdcp->reported = *departure;
    finding = g_new(struct daps_finding, 1);
    detail = g_string_new(NULL);
    daps_finding_start(finding, ue, rule, attempt);
    daps_finding_add_frame(finding, attempt->frame, attempt->procedure);
    finding->evidence = DAPS_EVIDENCE_PROVEN;
    g_string_append(detail, "The MAC-I of the first message under the new key is right only if");
    describe_departure(detail, attempt, departure);
    if (departure->nh_ahead != 0 || departure->horizontal || departure->failed_frame != 0)
        g_string_append(detail,
                        ". Two messages agree, so UE and network took the same key: either both depart from the "
                        "standard, or the chain that the key log begins is not the one of this connection");
    g_string_append(detail, ". The audit goes on with the key that verifies.");
    finding->detail = detail->str;
    finding->assumes = NULL;
    daps_deliver_finding(ue, finding);
    g_string_free(detail, TRUE);
    g_free(finding);
}

/* Not one message of the period verified, although the key was at hand and nothing was seen to be missing. */
void daps_rule_mismatch(struct daps_ue *ue, const struct pdcp_period *period)
{
    struct daps_finding *finding;
    char *detail;

    if (period->failed < 2 || period->verified > 0 || !period->term->has_value)
        return;
    finding = g_new(struct daps_finding, 1);
    daps_finding_start(finding, ue, DAPS_RULE_KEY_MISMATCH, NULL);
    finding->has_key = true;
    daps_view_term(&finding->key, period->term);
    finding->key.derivation = DAPS_DERIVATION_NONE;
    daps_finding_add_frame(finding, period->first_failed_frame, DAPS_PROC_COUNT);
    finding->evidence = DAPS_EVIDENCE_OBSERVED;
    detail = g_strdup_printf("None of %" PRIu64 " protected messages from frame %" PRIu64
                             " on verifies under key %s, with any candidate for its inputs.",
                             period->failed, period->first_failed_frame, period->term->label);
    finding->detail = detail;
    finding->assumes = "that the key log is right and that no key change was missed before that frame";
    daps_deliver_finding(ue, finding);
    g_free(detail);
    g_free(finding);
}
