/* SPDX-License-Identifier: GPL-2.0-or-later */
/* null-security: NEA0 or NIA0 selected by a security mode command or a handover (TS 33.501 5.3.2, 5.3.3, 6.7.3). */
#include "rules/rules.h"

void rule_null_security(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    struct daps_finding finding;

    if (moment->ended.n_null_frames == 0)
        return;
    finding_start(&finding, j, DAPS_RULE_NULL_SECURITY, NULL);
    for (unsigned i = 0; i < moment->ended.n_null_frames; i++)
        finding_add_frame(&finding, moment->ended.null_frames[i], DAPS_ROLE_SELECTED, NULL);
    finding.null.ciphering = moment->ended.null_ciphering;
    finding.null.integrity = moment->ended.null_integrity;
    if (finding.null.integrity)
        finding.severity = DAPS_SEVERITY_MEDIUM;
    finding_end(&finding, j);
}
