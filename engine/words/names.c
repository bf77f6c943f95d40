/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of what the engine delivers. */
#include "daps/words.h"

#include <inttypes.h>

#define NAME_OF(names, value) ((unsigned)(value) < sizeof(names) / sizeof(names)[0] ? (names)[value] : "unknown")

const char *daps_severity_name(enum daps_severity severity)
{
    static const char *const names[] = {"info", "low", "medium", "high"};

    return NAME_OF(names, severity);
}

const char *daps_evidence_name(enum daps_evidence evidence)
{
    static const char *const names[] = {"derived", "inferred", "observed", "proven"};

    return NAME_OF(names, evidence);
}

const char *daps_exposure_name(enum daps_exposure exposure)
{
    static const char *const names[] = {"none", "unlikely", "possible", "logged"};

    return NAME_OF(names, exposure);
}

const char *daps_procedure_name(enum daps_procedure procedure)
{
    static const char *const names[DAPS_PROC_COUNT] = {
        [DAPS_PROC_HANDOVER] = "handover",
        [DAPS_PROC_DAPS_HANDOVER] = "daps-handover",
        [DAPS_PROC_CONDITIONAL_HANDOVER] = "conditional-handover",
        [DAPS_PROC_INTRA_CELL_REFRESH] = "intra-cell-refresh",
        [DAPS_PROC_REESTABLISHMENT] = "reestablishment",
        [DAPS_PROC_RESUME] = "resume",
        [DAPS_PROC_SK_COUNTER] = "sk-counter",
    };

    return NAME_OF(names, procedure);
}

const char *daps_outcome_name(enum daps_outcome outcome)
{
    static const char *const names[] = {"unknown",       "completed", "daps-fallback",
                                        "reestablished", "released",  "superseded"};

    return NAME_OF(names, outcome);
}

const char *daps_derivation_name(enum daps_derivation derivation)
{
    static const char *const names[] = {"unknown", "horizontal", "vertical", "new-key-set", "none", "sk-counter"};

    return NAME_OF(names, derivation);
}

const char *daps_key_kind_name(enum daps_key_kind kind, enum daps_rat rat)
{
    static const char *const nr[] = {"kgnb", "nh", "kgnb-star", "ksn"};
    static const char *const lte[] = {"kenb", "nh", "kenb-star", "s-kenb"};

    return rat == DAPS_RAT_LTE ? NAME_OF(lte, kind) : NAME_OF(nr, kind);
}

const char *daps_algorithm_name(enum daps_rat rat, bool ciphering, int number)
{
    static const char *const names[][2][8] = {
        [DAPS_RAT_NR] = {{"NIA0", "NIA1", "NIA2", "NIA3", "NIA4", "NIA5", "NIA6", "NIA7"},
                         {"NEA0", "NEA1", "NEA2", "NEA3", "NEA4", "NEA5", "NEA6", "NEA7"}},
        [DAPS_RAT_LTE] = {{"EIA0", "EIA1", "EIA2", "EIA3", "EIA4", "EIA5", "EIA6", "EIA7"},
                          {"EEA0", "EEA1", "EEA2", "EEA3", "EEA4", "EEA5", "EEA6", "EEA7"}},
    };

    return number >= 0 && number <= 7 ? names[rat == DAPS_RAT_LTE][ciphering][number] : "";
}

void daps_words_frame(GString *text, uint64_t frame)
{
    if (frame == 0)
        g_string_append(text, "a dropped frame");
    else
        g_string_append_printf(text, "frame %" PRIu64, frame);
}

const char *daps_words_direction(int direction)
{
    return direction != 0 ? "downlink" : "uplink";
}
