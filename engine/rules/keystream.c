/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keystream-reuse and mac-nonce-reuse, inferred: the log holds the first SRB1 uplink message of two attempts under one
 * key. The target's PDCP entity is new each time (TS 38.331 5.3.5.3, TS 38.323 5.1.1), so both have COUNT 0, BEARER 0,
 * DIRECTION 0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pdcp/pdcp.h"
#include "rules/rules.h"

/*
 * Was the message whose submission the log shows also sent? With contention-based or two-step random access it goes
 * out before success is known, with four-step contention-free access only after it (TS 38.321 5.1.4 to 5.1.6).
 */
bool daps_rule_seen_below_rrc(const struct daps_ue *ue)
{
    return ue->pdcp != NULL && ue->pdcp->srb_ul_seen;
}

bool daps_rule_sent_logged(const struct daps_ue *ue, const struct daps_attempt *attempt)
{
    if (attempt->complete_frame == 0)
        return false;
    if (daps_rule_seen_below_rrc(ue))
        return attempt->target_used; /* what is not seen there was not sent */
    return attempt->rach != DAPS_RACH_CFRA || attempt->outcome == DAPS_OUTCOME_COMPLETED;
}

/* The other attempts of the group that share one algorithm's key with group[first], itself included. */
struct collision {
    struct daps_attempt *attempts[DAPS_FINDING_MAX_FRAMES];
    guint n;
    int algorithm;
    bool ciphering;
    bool differs; /* in plaintext */
};

static int algorithm_of(const struct daps_attempt *attempt, bool ciphering)
{
    return ciphering ? attempt->target.ciphering : attempt->target.integrity;
}

static void collect(const struct daps_ue *ue, struct collision *c, struct daps_attempt *const *group, guint n,
                    guint first)
{
    c->n = 0;
    c->differs = false;
    c->algorithm = algorithm_of(group[first], c->ciphering);
    for (guint i = first; i < n && c->n < DAPS_FINDING_MAX_FRAMES; i++) {
        struct daps_attempt *attempt = group[i];
        if (!daps_rule_sent_logged(ue, attempt) || algorithm_of(attempt, c->ciphering) != c->algorithm)
            continue;
        /* MAC-I is enciphered with the message, so another integrity key makes another plaintext. */
        if (c->n > 0 && (attempt->complete_digest != c->attempts[0]->complete_digest ||
                         (c->ciphering && attempt->target.integrity != c->attempts[0]->target.integrity)))
            c->differs = true;
        c->attempts[c->n++] = attempt;
    }
}

static bool seen_before(const struct daps_ue *ue, struct daps_attempt *const *group, guint first, bool ciphering)
{
    for (guint i = 0; i < first; i++) {
        if (daps_rule_sent_logged(ue, group[i]) &&
            algorithm_of(group[i], ciphering) == algorithm_of(group[first], ciphering))
            return true;
    }
    return false;
}

static char *assumptions(const struct collision *c, bool random_access_unknown)
{
    GString *text = g_string_new(NULL);
    char *gap = daps_text_gap(c->attempts, c->n);
    const char *joint = "";

    if (gap != NULL) {
        g_string_append(text, gap);
        joint = ", and ";
    }
    if (c->algorithm < 0) {
        g_string_append_printf(text, "%sthat ciphering is on: the log does not show which algorithm is in use", joint);
        joint = ", and ";
    }
    g_string_append_printf(text, "%sthat the message the log shows handed to the radio in the failed attempt %s", joint,
                           random_access_unknown ? "was sent; the log does not show the random access"
                                                 : "was sent in its random access, before it succeeded");
    g_free(gap);
    return g_string_free(text, FALSE);
}

static void report(struct daps_ue *ue, const struct collision *c)
{
    enum daps_rule_id rule = c->ciphering ? DAPS_RULE_KEYSTREAM_REUSE : DAPS_RULE_MAC_NONCE_REUSE;
    struct daps_finding finding;
    GString *detail = g_string_new("The messages in ");
    bool random_access_unknown = false;
    char *assumes;

    daps_finding_start(&finding, ue, rule, c->attempts[0]);
    for (guint i = 0; i < c->n; i++) {
        const struct daps_attempt *attempt = c->attempts[i];
        daps_finding_add_frame(&finding, attempt->complete_frame, attempt->procedure);
        random_access_unknown |= attempt->rach == DAPS_RACH_UNKNOWN && attempt->outcome != DAPS_OUTCOME_COMPLETED;
        g_string_append_printf(detail, "%sframe %" PRIu64,
                               i == 0          ? ""
                               : i + 1 == c->n ? " and "
                                               : ", ",
                               attempt->complete_frame);
    }
    finding.evidence = DAPS_EVIDENCE_INFERRED;
    finding.keystream.present = true;
    if (c->algorithm >= 0)
        snprintf(finding.keystream.algorithm, sizeof finding.keystream.algorithm, "%s%d", c->ciphering ? "NEA" : "NIA",
                 c->algorithm & 7);
    finding.keystream.plaintext_differs = c->differs;
    g_string_append_printf(
        detail, " are each the first on SRB1 uplink under key %s: COUNT 0, BEARER 0, DIRECTION 0 both times. ",
        c->attempts[0]->key->label);
    if (!c->differs) {
        finding.severity = DAPS_SEVERITY_LOW;
        g_string_append(detail, "Their octets are equal, so the same PDU was made twice and nothing is revealed.");
    } else if (c->ciphering) {
        g_string_append(detail, "The XOR of the two ciphertexts is the XOR of the two plaintexts, MAC-I included.");
    } else {
        g_string_append(detail, "Two messages under one tuple give a relation on its one-time mask and hash key.");
    }
    assumes = assumptions(c, random_access_unknown);
    finding.detail = detail->str;
    finding.assumes = assumes;
    daps_deliver_finding(ue, &finding);
    g_free(assumes);
    g_string_free(detail, TRUE);
}

/* NEA0 has no keystream; NIA2 is a CMAC and needs no nonce; an unknown integrity algorithm is most likely NIA2. */
static bool is_at_risk(const struct collision *c)
{
    if (c->n < 2)
        return false;
    if (c->ciphering)
        return c->algorithm != 0;
    return (c->algorithm == 1 || c->algorithm == 3) && c->differs;
}

void daps_rule_keystream(struct daps_ue *ue, struct daps_attempt *const *group, guint n)
{
    struct collision *c;

    if (daps_rule_observed(ue, group, n))
        return;
    c = g_new(struct collision, 1);
    for (guint kind = 0; kind < 2; kind++) {
        c->ciphering = kind == 0;
        for (guint first = 0; first + 1 < n; first++) {
            if (!daps_rule_sent_logged(ue, group[first]) || seen_before(ue, group, first, c->ciphering))
                continue;
            collect(ue, c, group, n, first);
            if (is_at_risk(c))
                report(ue, c);
        }
    }
    g_free(c);
}
