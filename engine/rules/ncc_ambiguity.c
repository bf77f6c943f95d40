/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ncc-ambiguity: TS 33.501 6.9.2.3.4 compares the received NCC with that of the active key; TS 38.331 5.3.5.7 lets the
 * UE store the received one, and its DAPS fallback (5.3.5.8.3) does not say that it is taken back.
 */
#include <glib.h>

#include "rules/rules.h"

static struct daps_reading reading_of(const struct daps_chain_step *step, uint32_t compared)
{
    struct daps_reading reading = {.derivation = step->derivation, .ncc = compared & 7U};

    g_strlcpy(reading.parent, step->parent->label, sizeof reading.parent);
    return reading;
}

void rule_ncc_ambiguity(const struct judgement *j)
{
    const struct daps_moment *moment = j->moment;
    const struct daps_attempt *attempt = moment->began.attempt;
    struct daps_finding finding;

    if (!moment->began.two_readings || moment->began.by_active.parent == moment->began.by_stored.parent)
        return;
    finding_start(&finding, j, DAPS_RULE_NCC_AMBIGUITY, attempt);
    finding_add(&finding, (struct daps_subject){.frame = moment->began.stored_frame,
                                                .role = DAPS_ROLE_STORED,
                                                .procedure = DAPS_PROC_DAPS_HANDOVER,
                                                .attempt = moment->began.stored_attempt});
    finding_add_attempt(&finding, attempt);
    finding.readings.active = reading_of(&moment->began.by_active, moment->began.active_n);
    finding.readings.stored = reading_of(&moment->began.by_stored, moment->began.stored_n);
    finding.readings.follows_stored = moment->began.follows_stored;
    if (attempt->gaps != attempt->source.gaps)
        finding_assume_gap_harmless(&finding, attempt->gap_frame, attempt->gap);
    finding_end(&finding, j);
}
