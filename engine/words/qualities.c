/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How sure a finding is, and what it rests on. */
#include "daps/words.h"

const char *daps_words_title(const struct daps_finding *finding)
{
    return daps_rule_prose(finding->rule, finding->rat).title;
}

static void say_gap(GString *text, const struct daps_finding *finding)
{
    const struct daps_subject *gap = daps_finding_subject(finding, DAPS_ROLE_GAP);

    g_string_append(text, "that no handover, key change or release was missed around ");
    daps_words_frame(text, gap != NULL ? gap->frame : 0);
    g_string_append_printf(text, " (%s)", daps_words_gap(finding->gap));
}

char *daps_words_assumes(const struct daps_finding *finding)
{
    static const struct {
        enum daps_assumption bit;
        const char *words;
    } rows[] = {
        {DAPS_ASSUMES_NO_GAP, NULL},
        {DAPS_ASSUMES_CIPHERING, "that ciphering is on: the log does not show which algorithm is in use"},
        {DAPS_ASSUMES_SENT, "that the message the log shows handed to the radio in the failed attempt was sent in its "
                            "random access, before it succeeded"},
        {DAPS_ASSUMES_SENT_RACH, "that the message the log shows handed to the radio in the failed attempt was sent; "
                                 "the log does not show the random access"},
        {DAPS_ASSUMES_NO_NAS_SMC, "that no NAS security mode command ran between the frames"},
        {DAPS_ASSUMES_NO_SDT, "that no small data transmission went with the rejected resume"},
        {DAPS_ASSUMES_RECEIVED, "that the PDUs were received without error"},
        {DAPS_ASSUMES_CELLS,
         "that the cells which the log names beside its messages follow the UE: it shows no handover "
         "by which to tell"},
        {DAPS_ASSUMES_KEY_LOG, "that the key log is right and that no key change was missed before that frame"},
    };
    GString *text;

    if (finding->assumptions == 0)
        return NULL;
    text = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((finding->assumptions & rows[i].bit) == 0)
            continue;
        g_string_append(text, text->len > 0 ? ", and " : "");
        if (rows[i].words != NULL)
            g_string_append(text, rows[i].words);
        else
            say_gap(text, finding);
    }
    return g_string_free(text, FALSE);
}

static const char *observed_words(const struct daps_finding *finding)
{
    if (finding->variant == DAPS_VARIANT_NONE_FITS || finding->rule == DAPS_RULE_FORGED_REQUEST)
        return "observed: the MAC is in the capture, and wrong under every key at hand";
    if (finding->rule == DAPS_RULE_UNCIPHERED || finding->rule == DAPS_RULE_COUNT_NEAR_WRAP)
        return "observed: the capture holds the PDCP PDUs";
    return "observed: PDCP PDUs with the same COUNT were seen under the repeated key";
}

static const char *proven_words(const struct daps_finding *finding)
{
    if (finding->variant == DAPS_VARIANT_BY_VALUE)
        return "proven: the phone's own log names the keys by value";
    if (finding->variant == DAPS_VARIANT_CARRIED)
        return "proven: node interfaces carried the keys, and their values are equal";
    if (finding->variant == DAPS_VARIANT_FITS)
        return "proven: the MAC-I is right under that key, and wrong under the standard's";
    if (finding->rule == DAPS_RULE_UNCIPHERED || finding->rule == DAPS_RULE_COUNT_NEAR_WRAP)
        return "proven: the MAC-I of the PDUs is right under the computed key";
    return "proven: both PDUs verify under one computed key, or their ciphertexts and plaintexts agree";
}

const char *daps_words_evidence(const struct daps_finding *finding)
{
    switch (finding->evidence) {
    case DAPS_EVIDENCE_DERIVED:
        return "derived: follows from the fields of the RRC messages";
    case DAPS_EVIDENCE_INFERRED:
        return "inferred: the log shows the messages that collide, their COUNT follows from the procedure";
    case DAPS_EVIDENCE_OBSERVED:
        return observed_words(finding);
    case DAPS_EVIDENCE_PROVEN:
        return proven_words(finding);
    }
    return "";
}

const char *daps_words_exposure(enum daps_exposure exposure)
{
    switch (exposure) {
    case DAPS_EXPOSURE_NONE:
        return "none: nothing can have been protected twice";
    case DAPS_EXPOSURE_UNLIKELY:
        return "unlikely: the kind of random access, or what the capture holds, speaks against it";
    case DAPS_EXPOSURE_POSSIBLE:
        return "possible: a message of the earlier attempt may have left the UE";
    case DAPS_EXPOSURE_LOGGED:
        return "logged: the messages of both attempts are in the log";
    }
    return "";
}
