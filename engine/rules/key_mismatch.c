/* SPDX-License-Identifier: GPL-2.0-or-later */
/* key-mismatch, and ncc-ambiguity as far as a MAC-I decides it: what was found to fit, or that nothing does. */
#include "rules/rules.h"

void rule_key_fits(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    const struct daps_fit *fit = &moment->fits.fit;
    const bool is_reading = (fit->what & (DAPS_FITS_STORED_NCC | DAPS_FITS_ACTIVE_NCC)) != 0;
    const struct daps_attempt *attempt = moment->fits.attempt;
    struct daps_finding finding;

    finding_start(&finding, j, is_reading ? DAPS_RULE_NCC_AMBIGUITY : DAPS_RULE_KEY_MISMATCH, attempt);
    finding.variant = DAPS_VARIANT_FITS;
    if (fit->what == DAPS_FITS_NAS_COUNT)
        finding.severity = DAPS_SEVERITY_INFO; /* UE and network agree: the key log is wrong */
    if (!finding.has_key && moment->fits.key != NULL)
        finding_set_key(&finding, moment->fits.key);
    finding_add_frame(&finding, moment->fits.frame != 0 || attempt == NULL ? moment->fits.frame : attempt->frame,
                      DAPS_ROLE_COMMAND, attempt);
    if (moment->fits.parent_frame != 0)
        finding_add_frame(&finding, moment->fits.parent_frame, DAPS_ROLE_PARENT, NULL);
    finding.evidence = DAPS_EVIDENCE_PROVEN;
    finding.fit = *fit;
    if (fit->nh_given) /* under the NCC of another line, perhaps */
        finding.assumptions |= DAPS_ASSUMES_KEY_LOG;
    finding_end(&finding, j);
}

/* Not one message of the stay verified, although the key was at hand and nothing was seen to be missing. */
void rule_no_key_fits(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    struct daps_finding finding;

    finding_start(&finding, j, DAPS_RULE_KEY_MISMATCH, NULL);
    finding.variant = DAPS_VARIANT_NONE_FITS;
    finding_set_key(&finding, moment->unfit.key);
    finding_add_frame(&finding, moment->unfit.frame, DAPS_ROLE_FAILED, NULL);
    finding.evidence = DAPS_EVIDENCE_OBSERVED;
    finding.unfit.messages = moment->unfit.messages;
    finding.assumptions = DAPS_ASSUMES_KEY_LOG;
    finding_end(&finding, j);
}
