/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keystream-reuse and mac-nonce-reuse, inferred: the log holds the first SRB1 uplink message of two attempts under one
 * key. The target's PDCP entity is new each time (TS 38.331 5.3.5.3, TS 38.323 5.1.1), so both have COUNT 0, BEARER 0,
 * DIRECTION 0.
 */
#include <glib.h>
#include <stdio.h>

#include "daps/rat.h"
#include "rules/rules.h"

/*
 * Was the message whose submission the log shows also sent? With contention-based or two-step random access it goes
 * out before success is known, with four-step contention-free access only after it (TS 38.321 5.1.4 to 5.1.6).
 */
bool rule_sent_logged(const struct judgement *j, const struct daps_attempt *attempt)
{
    if (attempt->complete_frame == 0 || attempt->not_first || attempt->unsent)
        return false;
    if (attempt->sent)
        return true;
    if (j->moment->below_rrc)
        return attempt->target_used; /* what is not seen there was not sent */
    return attempt->rach != DAPS_RACH_CFRA || attempt->outcome == DAPS_OUTCOME_COMPLETED ||
           (attempt->outcome == DAPS_OUTCOME_RELEASED && attempt->proven);
}

/* The other attempts of the group that share one algorithm's key with group[first], itself included. */
struct collision {
    struct daps_attempt *attempts[DAPS_FINDING_MAX_FRAMES];
    unsigned n;
    int algorithm;
    bool ciphering;
    bool differs; /* in plaintext */
};

static int algorithm_of(const struct daps_attempt *attempt, bool ciphering)
{
    return ciphering ? attempt->target.ciphering : attempt->target.integrity;
}

static void collect(const struct judgement *j, struct collision *c, struct daps_attempt *const *group, unsigned n,
                    unsigned first)
{
    c->n = 0;
    c->differs = false;
    c->algorithm = algorithm_of(group[first], c->ciphering);
    for (unsigned i = first; i < n && c->n < DAPS_FINDING_MAX_FRAMES; i++) {
        struct daps_attempt *attempt = group[i];
        if (!rule_sent_logged(j, attempt) || algorithm_of(attempt, c->ciphering) != c->algorithm ||
            attempt->first_count != group[first]->first_count)
            continue;
        /* MAC-I is enciphered with the message, so another integrity key makes another plaintext. */
        if (c->n > 0 && (attempt->complete_digest != c->attempts[0]->complete_digest ||
                         (c->ciphering && attempt->target.integrity != c->attempts[0]->target.integrity)))
            c->differs = true;
        c->attempts[c->n++] = attempt;
    }
}

static bool seen_before(const struct judgement *j, struct daps_attempt *const *group, unsigned first, bool ciphering)
{
    for (unsigned i = 0; i < first; i++) {
        if (rule_sent_logged(j, group[i]) && group[i]->first_count == group[first]->first_count &&
            algorithm_of(group[i], ciphering) == algorithm_of(group[first], ciphering))
            return true;
    }
    return false;
}

static void report(const struct judgement *j, const struct collision *c)
{
    struct daps_finding finding;
    bool random_access_unknown = false, all_sent = true, any_shown = false;

    finding_start(&finding, j, c->ciphering ? DAPS_RULE_KEYSTREAM_REUSE : DAPS_RULE_MAC_NONCE_REUSE, c->attempts[0]);
    finding.variant = DAPS_VARIANT_LOGGED;
    finding.evidence = DAPS_EVIDENCE_INFERRED;
    for (unsigned i = 0; i < c->n; i++) {
        const struct daps_attempt *attempt = c->attempts[i];
        finding_add_frame(&finding, attempt->complete_frame, DAPS_ROLE_MESSAGE, attempt);
        random_access_unknown |= attempt->rach == DAPS_RACH_UNKNOWN && attempt->outcome != DAPS_OUTCOME_COMPLETED;
        all_sent &= attempt->sent || attempt->outcome == DAPS_OUTCOME_COMPLETED;
        any_shown |= attempt->sent;
    }
    finding.keystream = (struct daps_keystream_tuple){.present = true,
                                                      .integrity = !c->ciphering,
                                                      .algorithm = c->algorithm,
                                                      .count = c->attempts[0]->first_count,
                                                      .plaintext_differs = c->differs};
    if (!c->differs)
        finding.severity = DAPS_SEVERITY_LOW;
    finding_assume_no_gap(&finding, c->attempts, c->n);
    finding_assume_cells(&finding, c->attempts, c->n);
    if (c->algorithm < 0)
        finding.assumptions |= DAPS_ASSUMES_CIPHERING;
    if (!all_sent || !any_shown)
        finding.assumptions |= random_access_unknown ? DAPS_ASSUMES_SENT_RACH : DAPS_ASSUMES_SENT;
    finding_end(&finding, j);
}

/* NEA0 has no keystream; NIA2 is a CMAC and needs no nonce; an unknown integrity algorithm is most likely NIA2. */
static bool is_at_risk(const struct collision *c, enum daps_rat rat)
{
    if (c->n < 2)
        return false;
    if (c->ciphering)
        return c->algorithm != 0;
    return daps_rat_needs_nonce(rat, c->algorithm) && c->differs;
}

void rule_keystream(const struct judgement *j, struct daps_attempt *const *group, unsigned n)
{
    struct collision *c = g_new(struct collision, 1);
    bool pointless[2] = {false, false};

    rule_observed(j, group, pointless);
    for (unsigned kind = 0; kind < 2; kind++) {
        c->ciphering = kind == 0;
        for (unsigned first = 0; first + 1 < n && !pointless[kind]; first++) {
            if (!rule_sent_logged(j, group[first]) || seen_before(j, group, first, c->ciphering))
                continue;
            collect(j, c, group, n, first);
            if (is_at_risk(c, j->moment->rat))
                report(j, c);
        }
    }
    g_free(c);
}
