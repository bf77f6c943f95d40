/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of members. */
#include "daps/shapes.h"

#include "daps/words.h"

/* A key that is too long for its room does not compile. */
#define NAMED(label) .name = (label), .key = ",\"" label "\":", .key_octets = sizeof(",\"" label "\":") - 1

#define MEMBER(kind, label, structure, place, ...)                                                                     \
    {                                                                                                                  \
        NAMED(label), .type = DAPS_MEMBER_##kind, .offset = offsetof(struct structure, place), __VA_ARGS__             \
    }

/* ---- words of values ---- */

#define WORD(function, type, name)                                                                                     \
    static const char *function(const void *at, enum daps_rat rat)                                                     \
    {                                                                                                                  \
        (void)rat;                                                                                                     \
        return name(*(const type *)at);                                                                                \
    }

WORD(rat_word, enum daps_rat, daps_rat_name)
WORD(derivation_word, enum daps_derivation, daps_derivation_name)
WORD(rach_word, enum daps_rach, daps_rach_name)
WORD(outcome_word, enum daps_outcome, daps_outcome_name)
WORD(procedure_word, enum daps_procedure, daps_procedure_name)
WORD(severity_word, enum daps_severity, daps_severity_name)
WORD(evidence_word, enum daps_evidence, daps_evidence_name)
WORD(exposure_word, enum daps_exposure, daps_exposure_name)

static const char *ciphering_word(const void *at, enum daps_rat rat)
{
    return daps_algorithm_name(rat, true, *(const int *)at);
}

static const char *integrity_word(const void *at, enum daps_rat rat)
{
    return daps_algorithm_name(rat, false, *(const int *)at);
}

static const char *kind_word(const void *at, enum daps_rat rat)
{
    return daps_key_kind_name(*(const enum daps_key_kind *)at, rat);
}

/* Of a step: none for a root. */
static const char *step_word(const void *at, enum daps_rat rat)
{
    (void)rat;
    return *(const enum daps_procedure *)at < DAPS_PROC_COUNT ? daps_procedure_name(*(const enum daps_procedure *)at)
                                                              : NULL;
}

/* ---- handovers and SCG changes ---- */

/* A node interface carried the key. */
static bool is_carried(const void *object)
{
    return ((const struct daps_handover *)object)->key_frame != 0;
}

#define CARRIED .there = is_carried, .optional = true, .column = 0

static const struct daps_member handover_members[] = {
    {NAMED("capture"), .type = DAPS_MEMBER_CAPTURE, .column = 1},
    MEMBER(TEXT, "ue", daps_handover, ue, .column = 2),
    MEMBER(WORD, "rat", daps_handover, rat, .word = rat_word, .column = 3),
    MEMBER(U64, "frame", daps_handover, frame, .column = 4),
    MEMBER(TIME, "time", daps_handover, time_ns, .column = 5),
    MEMBER(FLAG, "daps", daps_handover, daps, .column = 7),
    MEMBER(WORD, "derivation", daps_handover, derivation, .word = derivation_word, .column = 8),
    MEMBER(INT, "ncc", daps_handover, ncc, .column = 9),
    MEMBER(INT, "pci", daps_handover, target.pci, .column = 10),
    MEMBER(INT, "arfcn", daps_handover, target.ssb_arfcn, .column = 11),
    MEMBER(INT, "c_rnti", daps_handover, c_rnti, .column = 12),
    MEMBER(WORD, "rach", daps_handover, rach, .word = rach_word, .column = 14),
    MEMBER(WORD, "outcome", daps_handover, outcome, .word = outcome_word, .column = 15),
    MEMBER(NAME, "key", daps_handover, key.id, .column = 16),
    MEMBER(NAME, "parent", daps_handover, key.parent, .column = 17, .csv_only = true),
    MEMBER(WORD, "procedure", daps_handover, procedure, .word = procedure_word, .column = 6),
    MEMBER(FLAG, "key_set_change", daps_handover, key_set_change, .column = 18),
    MEMBER(INT, "t304", daps_handover, t304_ms, .column = 13),
    MEMBER(INT, "source_pci", daps_handover, source.pci, .column = 19),
    MEMBER(INT, "source_arfcn", daps_handover, source.ssb_arfcn, .column = 20),
    MEMBER(FRAME, "complete_frame", daps_handover, complete_frame, .column = 22),
    MEMBER(FRAME, "settled_frame", daps_handover, settled_frame, .column = 23),
    MEMBER(FRAME, "executed_frame", daps_handover, executed_frame, .column = 24),
    MEMBER(FLAG, "same_frequency", daps_handover, same_frequency, .column = 21),
    MEMBER(WORD, "ciphering", daps_handover, ciphering, .word = ciphering_word, .column = 25),
    MEMBER(WORD, "integrity", daps_handover, integrity, .word = integrity_word, .column = 26),
    MEMBER(FLAG, "prepared", daps_handover, prepared, .column = 27),
    MEMBER(FRAME, "key_frame", daps_handover, key_frame, CARRIED),
    MEMBER(FLAG, "key_verified", daps_handover, key_verified, CARRIED),
};

const struct daps_shape daps_shape_handover = {"handover", handover_members, G_N_ELEMENTS(handover_members),
                                               offsetof(struct daps_handover, rat)};

static const struct daps_member scg_change_members[] = {
    {NAMED("capture"), .type = DAPS_MEMBER_CAPTURE},
    MEMBER(TEXT, "ue", daps_scg_change, ue, .column = 0),
    MEMBER(WORD, "rat", daps_scg_change, rat, .word = rat_word),
    MEMBER(U64, "frame", daps_scg_change, frame, .column = 0),
    MEMBER(TIME, "time", daps_scg_change, time_ns, .column = 0),
    MEMBER(INT, "pci", daps_scg_change, target.pci, .column = 0),
    MEMBER(INT, "arfcn", daps_scg_change, target.ssb_arfcn, .column = 0),
    MEMBER(INT, "c_rnti", daps_scg_change, c_rnti, .column = 0),
    MEMBER(INT, "t304", daps_scg_change, t304_ms, .column = 0),
    MEMBER(WORD, "rach", daps_scg_change, rach, .word = rach_word),
    MEMBER(INT, "sk_counter", daps_scg_change, sk_counter, .column = 0),
};

const struct daps_shape daps_shape_scg_change = {"scg-change", scg_change_members, G_N_ELEMENTS(scg_change_members),
                                                 offsetof(struct daps_scg_change, rat)};

/* ---- steps of the key chain ---- */

static const struct daps_member step_members[] = {
    {NAMED("capture"), .type = DAPS_MEMBER_CAPTURE, .column = 1},
    MEMBER(TEXT, "ue", daps_key_step, ue, .column = 2),
    MEMBER(WORD, "rat", daps_key_step, rat, .word = rat_word, .column = 3),
    MEMBER(U64, "frame", daps_key_step, frame, .column = 4),
    MEMBER(TIME, "time", daps_key_step, time_ns, .column = 5),
    MEMBER(NAME, "id", daps_key_step, key.id, .column = 6),
    MEMBER(NAME, "parent", daps_key_step, key.parent, .column = 7),
    MEMBER(WORD, "kind", daps_key_step, key.kind, .word = kind_word, .column = 8),
    MEMBER(WORD, "procedure", daps_key_step, procedure, .word = step_word, .column = 9),
    MEMBER(WORD, "derivation", daps_key_step, key.derivation, .word = derivation_word, .column = 10),
    MEMBER(INT, "ncc", daps_key_step, key.ncc, .column = 11),
    MEMBER(OCTET, "fc", daps_key_step, key.fc, .column = 12),
    MEMBER(INT, "pci", daps_key_step, key.cell.pci, .column = 13),
    MEMBER(INT, "arfcn", daps_key_step, key.cell.ssb_arfcn, .column = 14),
    MEMBER(WORD, "ciphering", daps_key_step, ciphering, .word = ciphering_word, .column = 15),
    MEMBER(WORD, "integrity", daps_key_step, integrity, .word = integrity_word, .column = 16),
    MEMBER(KEY, "value", daps_key_step, key.value, .column = 17),
    {NAMED("as_keys"), .type = DAPS_MEMBER_AS_KEYS, .column = 18}, /* four of them */
    MEMBER(FLAG, "same_frequency", daps_key_step, key.same_frequency, .column = 0),
    MEMBER(INT, "sk_counter", daps_key_step, key.sk_counter, .column = 0),
    MEMBER(INT, "computed_arfcn", daps_key_step, key.computed_arfcn, .column = 0),
    MEMBER(SOME, "computed_octets", daps_key_step, key.computed_octets, .column = 0),
};

const struct daps_shape daps_shape_key = {"key", step_members, G_N_ELEMENTS(step_members),
                                          offsetof(struct daps_key_step, rat)};

/* ---- findings ---- */

static const struct daps_member key_members[] = {
    MEMBER(NAME, "id", daps_key_view, id, .column = 11, .header = "key"),
    MEMBER(WORD, "kind", daps_key_view, kind, .word = kind_word, .column = 13),
    MEMBER(WORD, "derivation", daps_key_view, derivation, .word = derivation_word, .column = 14),
    MEMBER(NAME, "parent", daps_key_view, parent, .column = 12),
    MEMBER(INT, "ncc", daps_key_view, ncc, .column = 15),
    MEMBER(INT, "pci", daps_key_view, cell.pci, .column = 16),
    MEMBER(INT, "arfcn", daps_key_view, cell.ssb_arfcn, .column = 17),
    MEMBER(KEY, "value", daps_key_view, value, .column = 18),
    MEMBER(OCTET, "fc", daps_key_view, fc, .column = 0),
    MEMBER(FLAG, "same_frequency", daps_key_view, same_frequency, .column = 0),
    MEMBER(INT, "sk_counter", daps_key_view, sk_counter, .column = 0),
};

static const struct daps_shape key_part = {NULL, key_members, G_N_ELEMENTS(key_members), 0};

static const char *tuple_word(const void *at, enum daps_rat rat)
{
    const struct daps_keystream_tuple *tuple = at;

    return daps_algorithm_name(rat, !tuple->integrity, tuple->algorithm);
}

static const char *plane_word(const void *at, enum daps_rat rat)
{
    (void)rat;
    return *(const bool *)at ? "rrc" : "user";
}

/* The PDUs themselves are in the capture. */
static bool is_observed(const void *object)
{
    return ((const struct daps_keystream_tuple *)object)->overlap > 0;
}

#define OBSERVED .there = is_observed, .optional = true

static const struct daps_member tuple_members[] = {
    MEMBER(WORD, "algorithm", daps_keystream_tuple, present, .word = tuple_word, .column = 19),
    MEMBER(INT, "bearer", daps_keystream_tuple, bearer, .column = 20),
    MEMBER(INT, "direction", daps_keystream_tuple, direction, .column = 21),
    MEMBER(U32, "count", daps_keystream_tuple, count, .column = 22),
    MEMBER(FLAG, "plaintext_differs", daps_keystream_tuple, plaintext_differs, .column = 23),
    MEMBER(WORD, "plane", daps_keystream_tuple, srb, .word = plane_word, OBSERVED),
    MEMBER(U32, "overlap_octets", daps_keystream_tuple, overlap, OBSERVED),
    MEMBER(XOR, "xor_ciphertext", daps_keystream_tuple, xor_ciphertext, OBSERVED),
    MEMBER(XOR, "xor_plaintext", daps_keystream_tuple, xor_plaintext, OBSERVED),
};

static const struct daps_shape tuple_part = {NULL, tuple_members, G_N_ELEMENTS(tuple_members), 0};

static const char *rule_word(const void *at, enum daps_rat rat)
{
    (void)rat;
    return daps_rule(*(const enum daps_rule_id *)at)->name;
}

static const char *title_word(const void *at, enum daps_rat rat)
{
    (void)rat;
    return daps_words_title(at);
}

static char *detail_said(const void *object)
{
    return daps_words_detail(object);
}

static char *assumes_said(const void *object)
{
    return daps_words_assumes(object);
}

static bool has_exposure(const void *object)
{
    return ((const struct daps_finding *)object)->has_exposure;
}

static bool has_copies(const void *object)
{
    return ((const struct daps_finding *)object)->copies > 0;
}

static bool has_key(const void *object)
{
    return ((const struct daps_finding *)object)->has_key;
}

static bool has_tuple(const void *object)
{
    return ((const struct daps_finding *)object)->keystream.present;
}

static bool frame_item(const void *object, uint32_t *at, struct daps_value *value)
{
    const struct daps_finding *finding = object;

    if (*at >= finding->n_frames)
        return false;
    *value = (struct daps_value){.kind = DAPS_VALUE_NUMBER, .number = finding->subjects[(*at)++].frame};
    return true;
}

static bool procedure_item(const void *object, uint32_t *at, struct daps_value *value)
{
    const struct daps_finding *finding = object;

    while (*at < finding->n_frames && finding->subjects[*at].procedure >= DAPS_PROC_COUNT)
        (*at)++;
    if (*at >= finding->n_frames)
        return false;
    *value =
        (struct daps_value){.kind = DAPS_VALUE_WORD, .word = daps_procedure_name(finding->subjects[(*at)++].procedure)};
    return true;
}

static bool liaison_item(const void *object, uint32_t *at, struct daps_value *value)
{
    const char *liaison = daps_rule(((const struct daps_finding *)object)->rule)->liaison;

    if ((*at)++ > 0 || liaison[0] == '\0')
        return false;
    *value = (struct daps_value){.kind = DAPS_VALUE_WORD, .word = liaison};
    return true;
}

static bool clause_item(const void *object, uint32_t *at, struct daps_value *value)
{
    const struct daps_finding *finding = object;
    const char *clause = daps_rule_prose(finding->rule, finding->rat).clauses[*at];

    (*at)++;
    *value = (struct daps_value){.kind = DAPS_VALUE_WORD, .word = clause};
    return clause != NULL;
}

static const struct daps_member finding_members[] = {
    MEMBER(WORD, "rule", daps_finding, rule, .word = rule_word, .column = 4),
    MEMBER(WORD, "severity", daps_finding, severity, .word = severity_word, .column = 5),
    MEMBER(WORD, "evidence", daps_finding, evidence, .word = evidence_word, .column = 6),
    MEMBER(WORD, "rat", daps_finding, rat, .word = rat_word, .column = 3),
    {NAMED("capture"), .type = DAPS_MEMBER_CAPTURE, .column = 1},
    MEMBER(TEXT, "ue", daps_finding, ue, .column = 2),
    {NAMED("frames"), .type = DAPS_MEMBER_LIST, .item = frame_item, .column = 8, .joint = " "},
    {NAMED("liaison"), .type = DAPS_MEMBER_LIST, .item = liaison_item, .column = 24, .joint = " "},
    MEMBER(OBJECT, "key", daps_finding, key, .object = &key_part, .there = has_key),
    {NAMED("procedures"), .type = DAPS_MEMBER_LIST, .item = procedure_item, .column = 9, .joint = " "},
    {NAMED("clauses"), .type = DAPS_MEMBER_LIST, .item = clause_item, .column = 25, .joint = "; "},
    {NAMED("title"), .type = DAPS_MEMBER_WORD, .word = title_word, .column = 26}, /* of the whole */
    {NAMED("detail"), .type = DAPS_MEMBER_SAID, .say = detail_said, .column = 27},
    MEMBER(WORD, "exposure", daps_finding, exposure, .word = exposure_word, .there = has_exposure, .optional = true,
           .column = 7),
    MEMBER(U32, "repeats", daps_finding, repeats, .column = 10),
    MEMBER(U32, "copies", daps_finding, copies, .there = has_copies, .optional = true, .column = 29),
    {NAMED("assumes"), .type = DAPS_MEMBER_SAID, .say = assumes_said, .column = 28},
    MEMBER(OBJECT, "keystream", daps_finding, keystream, .object = &tuple_part, .there = has_tuple, .optional = true),
};

const struct daps_shape daps_shape_finding = {"finding", finding_members, G_N_ELEMENTS(finding_members),
                                              offsetof(struct daps_finding, rat)};
