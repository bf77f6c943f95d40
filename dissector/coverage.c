/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what was read and what was not. */
#include "coverage.h"

static const struct {
    const char *name, *words;
} rows[COVERAGE_COUNT] = {
    [COVERAGE_READ] = {"RRC read", "audited"},
    [COVERAGE_DECIPHERED] = {"RRC deciphered", "audited"},
    [COVERAGE_UNREADABLE] = {"signalling without a key", "not audited: give its key in a key log (daps.keylog)"},
    [COVERAGE_UNVERIFIED] = {"signalling that no key fits",
                             "not audited: another key than those of the key log is used"},
    [COVERAGE_UNDECODED] = {"RRC that could not be read", "not audited: daps.undecoded says why"},
    [COVERAGE_MISSED] = {"PDUs not followed", "not audited: daps.not_followed says why"},
    [COVERAGE_NODES] = {"interfaces between nodes", "not audited by this version: NGAP, XnAP, F1AP, E1AP, E2AP, GTP"},
    [COVERAGE_NAS] = {"NAS", "not audited: it holds no AS security"},
};

const char *coverage_name(enum coverage what)
{
    return rows[what].name;
}

const char *coverage_words(enum coverage what)
{
    return rows[what].words;
}
