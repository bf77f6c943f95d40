/* SPDX-License-Identifier: GPL-2.0-or-later */
/* null-security: NEA0 or NIA0 selected by a security mode command or a handover (TS 33.501 5.3.2, 5.3.3, 6.7.3). */
#include <inttypes.h>

#include "rules/rules.h"

void daps_rule_null_security(struct daps_ue *ue)
{
    const char *what = ue->null_ciphering && ue->null_integrity ? "NEA0 and NIA0 were"
                       : ue->null_ciphering                     ? "NEA0 was"
                                                                : "NIA0 was";
    struct daps_finding finding;
    char *detail;

    if (ue->n_null_frames == 0)
        return;
    daps_finding_start(&finding, ue, DAPS_RULE_NULL_SECURITY, NULL);
    for (uint32_t i = 0; i < ue->n_null_frames; i++)
        daps_finding_add_frame(&finding, ue->null_frames[i], DAPS_PROC_COUNT);
    finding.evidence = DAPS_EVIDENCE_DERIVED;
    if (ue->null_integrity)
        finding.severity = DAPS_SEVERITY_MEDIUM;
    detail = g_strdup_printf("%s selected in frame %" PRIu64 "%s.%s", what, ue->null_frames[0],
                             ue->n_null_frames > 1 ? " and later ones" : "",
                             ue->null_integrity ? " NIA0 is for unauthenticated emergency sessions only."
                                                : " There is no keystream to reuse, and nothing is confidential.");
    finding.detail = detail;
    daps_deliver_finding(ue, &finding);
    g_free(detail);
    ue->n_null_frames = 0;
    ue->null_ciphering = ue->null_integrity = false;
}
