/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules about one bearer or one message, which PDCP and RRC tell ready-made:
 *
 *     unciphered       a PDU in clear with a right MAC-I while ciphering is on (TS 38.323 5.8, TS 38.331 5.3.1.2)
 *     count-near-wrap  COUNT close to 2^32 (TS 33.501 6.9.4.1)
 *     forged-request   shortMAC-I or resumeMAC-I right under no key of the UE (TS 38.331 5.3.7.4, 5.3.13.3)
 */
#include "rules/rules.h"

static void start(struct daps_finding *finding, const struct judgement *j, enum daps_rule_id rule)
{
    const struct daps_bearer_fact *fact = &j->moment->bearer;

    finding_start(finding, j, rule, NULL);
    if (fact->key != NULL)
        finding_set_key(finding, fact->key);
    for (unsigned i = 0; i < fact->n; i++)
        finding_add_frame(finding, fact->frames[i], DAPS_ROLE_MESSAGE, NULL);
    finding->variant = fact->said ? DAPS_VARIANT_LOGGED : DAPS_VARIANT_SEEN;
    finding->evidence = fact->said       ? DAPS_EVIDENCE_DERIVED
                        : fact->verified ? DAPS_EVIDENCE_PROVEN
                                         : DAPS_EVIDENCE_OBSERVED;
    finding->keystream = (struct daps_keystream_tuple){.present = true,
                                                       .algorithm = fact->ciphering,
                                                       .bearer = fact->bearer,
                                                       .direction = fact->direction,
                                                       .count = fact->count,
                                                       .srb = fact->srb};
    finding->pdus.more = fact->more;
}

void rule_unciphered(const struct judgement *j)
{
    struct daps_finding finding;

    start(&finding, j, DAPS_RULE_UNCIPHERED);
    finding_end(&finding, j);
}

void rule_count_near_wrap(const struct judgement *j)
{
    struct daps_finding finding;

    start(&finding, j, DAPS_RULE_COUNT_NEAR_WRAP);
    finding_end(&finding, j);
}

void rule_forged_request(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_FORGED_REQUEST, NULL);
    finding_add(&finding, (struct daps_subject){
                              .frame = moment->request.frame, .role = DAPS_ROLE_REQUEST, .procedure = DAPS_PROC_COUNT});
    finding.evidence = DAPS_EVIDENCE_OBSERVED;
    finding.request.resume = moment->request.resume;
    finding.request.tried = moment->request.tried;
    finding.assumptions = DAPS_ASSUMES_KEY_LOG;
    finding_end(&finding, j);
}
