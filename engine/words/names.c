/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of what the engine delivers. */
#include "daps/words.h"

#include <inttypes.h>

#include "daps/rat.h"

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
    static const char *const names[] = {"unknown",  "completed",  "daps-fallback", "reestablished",
                                        "released", "superseded", "cancelled"};

    return NAME_OF(names, outcome);
}

const char *daps_derivation_name(enum daps_derivation derivation)
{
    static const char *const names[] = {"unknown", "horizontal", "vertical", "new-key-set", "none", "sk-counter"};

    return NAME_OF(names, derivation);
}

const char *daps_key_kind_name(enum daps_key_kind kind, enum daps_rat rat)
{
    return NAME_OF(daps_rat_row(rat)->kinds, kind);
}

const char *daps_algorithm_name(enum daps_rat rat, bool ciphering, int number)
{
    const struct daps_rat_row *row = daps_rat_row(rat);

    return number >= 0 && number <= 7 ? (ciphering ? row->ciphering : row->integrity)[number] : "";
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

const char *daps_words_outcome(enum daps_outcome outcome)
{
    static const char *const words[] = {
        [DAPS_OUTCOME_UNKNOWN] = "not in the log",
        [DAPS_OUTCOME_COMPLETED] = "completed",
        [DAPS_OUTCOME_DAPS_FALLBACK] = "fell back to source",
        [DAPS_OUTCOME_REESTABLISHED] = "failed, re-established",
        [DAPS_OUTCOME_RELEASED] = "connection released",
        [DAPS_OUTCOME_SUPERSEDED] = "superseded",
        [DAPS_OUTCOME_CANCELLED] = "cancelled by the source",
    };

    return NAME_OF(words, outcome);
}

void daps_words_cell(GString *text, const struct daps_cell *cell, enum daps_rat rat)
{
    if (cell->pci < 0) {
        g_string_append(text, "a cell not named");
        return;
    }
    g_string_append_printf(text, "PCI %" PRId32, cell->pci);
    if (cell->ssb_arfcn >= 0)
        g_string_append_printf(text, ", %s %" PRId32, daps_rat_row(rat)->arfcn, cell->ssb_arfcn);
}
