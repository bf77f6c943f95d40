/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings while a rule makes them. */
#include <glib.h>

#include "rules/rules.h"

void finding_start(struct daps_finding *finding, const struct judgement *j, enum daps_rule_id rule,
                   const struct daps_attempt *attempt)
{
    *finding = (struct daps_finding){.rule = rule,
                                     .severity = daps_rule_severity(rule),
                                     .evidence = DAPS_EVIDENCE_DERIVED,
                                     .rat = j->moment->rat,
                                     .ue = j->moment->ue,
                                     .below_rrc = j->moment->below_rrc};
    if (attempt != NULL && attempt->key != NULL) {
        finding->has_key = true;
        daps_view_key(&finding->key, attempt);
    }
}

void finding_set_key(struct daps_finding *finding, const struct daps_term *key)
{
    finding->has_key = true;
    daps_view_term(&finding->key, key);
    finding->key.derivation = DAPS_DERIVATION_NONE;
}

void finding_add(struct daps_finding *finding, struct daps_subject subject)
{
    const uint32_t n = finding->n_subjects;

    if (daps_subject_counts(&subject)) {
        if (++finding->repeats > DAPS_FINDING_MAX_FRAMES)
            return;
        finding->n_frames++;
    }
    if ((n & (n - 1)) == 0) /* full: 1, 2, 4, ... */
        finding->subjects = g_renew(struct daps_subject, finding->subjects, n == 0 ? 1 : 2 * n);
    finding->subjects[finding->n_subjects++] = subject;
}

void finding_add_frame(struct daps_finding *finding, uint64_t frame, enum daps_role role,
                       const struct daps_attempt *attempt)
{
    finding_add(finding, (struct daps_subject){.frame = frame,
                                               .role = role,
                                               .procedure = attempt != NULL ? attempt->procedure : DAPS_PROC_COUNT,
                                               .attempt = attempt != NULL ? attempt->number : 0});
}

void finding_add_attempt(struct daps_finding *finding, const struct daps_attempt *attempt)
{
    finding_add_frame(finding, attempt->frame, DAPS_ROLE_COMMAND, attempt);
}

void finding_assume_gap_harmless(struct daps_finding *finding, uint64_t frame, enum daps_gap gap)
{
    if ((finding->assumptions & DAPS_ASSUMES_NO_GAP) != 0)
        return;
    finding->assumptions |= DAPS_ASSUMES_NO_GAP;
    finding->gap = gap;
    finding_add_frame(finding, frame, DAPS_ROLE_GAP, NULL);
}

void finding_assume_chain_known(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (group[i]->gaps != group[i]->source.gaps) {
            finding_assume_gap_harmless(finding, group[i]->gap_frame, group[i]->gap);
            return;
        }
    }
}

void finding_assume_cells(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        if (group[i]->unproven != group[0]->unproven)
            finding->assumptions |= DAPS_ASSUMES_CELLS;
    }
}

void finding_assume_no_gap(struct daps_finding *finding, struct daps_attempt *const *group, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (group[i]->rests_frame != 0)
            finding_assume_gap_harmless(finding, group[i]->rests_frame, group[i]->rests);
    }
    for (unsigned i = 1; i < n; i++) {
        if (group[i]->gaps == group[i - 1]->gaps)
            continue;
        finding_assume_gap_harmless(finding, group[i]->gap_frame, group[i]->gap);
        return;
    }
}

void finding_end(struct daps_finding *finding, const struct judgement *j)
{
    j->deliver(j->user, finding);
    g_free(finding->subjects);
}
