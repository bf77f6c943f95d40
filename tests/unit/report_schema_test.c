/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/schema.json against the tables that the lines are written from (daps/shapes.h, daps/words.h). */
#include <check.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "daps/event.h"
#include "daps/not_judged.h"
#include "daps/shapes.h"
#include "daps/words.h"

static JsonParser *parser;

static JsonObject *definition(const char *name)
{
    JsonObject *defs = json_object_get_object_member(json_node_get_object(json_parser_get_root(parser)), "$defs");

    ck_assert_msg(json_object_has_member(defs, name), "the schema has no %s", name);
    return json_object_get_object_member(defs, name);
}

static bool has_word(JsonArray *array, const char *word)
{
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        if (g_strcmp0(json_array_get_string_element(array, i), word) == 0)
            return true;
    }
    return false;
}

/* Properties in the order of the members, and those required that are never left out. */
static void compare(JsonObject *object, const struct daps_shape *shape)
{
    GList *names = json_object_get_members(json_object_get_object_member(object, "properties")), *at = names;
    JsonArray *required = json_object_get_array_member(object, "required");
    guint n_required = 0;

    if (shape->type != NULL) {
        ck_assert_str_eq(at->data, "type");
        ck_assert(has_word(required, "type"));
        at = at->next;
        n_required++;
    }
    for (size_t i = 0; i < shape->n; i++) {
        const struct daps_member *member = &shape->members[i];
        if (member->csv_only)
            continue;
        ck_assert_msg(at != NULL, "the schema lacks %s", member->name);
        ck_assert_str_eq(at->data, member->name);
        ck_assert_msg(has_word(required, member->name) != member->optional, "required? %s", member->name);
        n_required += !member->optional;
        at = at->next;
    }
    ck_assert_msg(at == NULL, "the schema has %s as well", at != NULL ? (const char *)at->data : "");
    ck_assert_uint_eq(json_array_get_length(required), n_required);
    g_list_free(names);
}

static JsonObject *property(const char *type, const char *name)
{
    return json_object_get_object_member(json_object_get_object_member(definition(type), "properties"), name);
}

START_TEST(members_are_properties)
{
    const struct daps_member *key = daps_shape_member(&daps_shape_finding, "key"),
                             *tuple = daps_shape_member(&daps_shape_finding, "keystream");

    compare(definition("handover"), &daps_shape_handover);
    compare(definition("scg-change"), &daps_shape_scg_change);
    compare(definition("key"), &daps_shape_key);
    compare(definition("finding"), &daps_shape_finding);
    compare(json_array_get_object_element(json_object_get_array_member(property("finding", "key"), "oneOf"), 0),
            key->object);
    compare(property("finding", "keystream"), tuple->object);
}
END_TEST

/* Columns of CSV: each number once, none left out. */
START_TEST(columns_are_a_row)
{
    const struct daps_shape *const records[] = {&daps_shape_handover, &daps_shape_key, &daps_shape_finding};

    for (unsigned r = 0; r < G_N_ELEMENTS(records); r++) {
        guint64 seen = 0;
        for (size_t i = 0; i < records[r]->n; i++) {
            const struct daps_member *member = &records[r]->members[i];
            const struct daps_shape *parts[] = {&(struct daps_shape){.members = member, .n = 1}, member->object};
            for (unsigned p = 0; p < 2 && parts[p] != NULL; p++) {
                for (size_t k = 0; k < parts[p]->n; k++) {
                    const guint64 bit = G_GUINT64_CONSTANT(1) << parts[p]->members[k].column;
                    ck_assert_msg(bit == 1 || (seen & bit) == 0, "column of %s twice", parts[p]->members[k].name);
                    seen |= bit;
                }
            }
        }
        ck_assert_msg(((seen | 1) & ((seen | 1) + 1)) == 0, "%s: a column is missing", records[r]->type);
    }
}
END_TEST

/* A list of words in the schema, and what the program calls number 0, 1, ... */
static void compare_words(JsonArray *words, unsigned n, const char *(*name)(unsigned i))
{
    ck_assert_uint_eq(json_array_get_length(words), n);
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(has_word(words, name(i)), "the schema lacks %s", name(i));
}

#define NAME(function, type, call)                                                                                     \
    static const char *function(unsigned i)                                                                            \
    {                                                                                                                  \
        return call((type)i);                                                                                          \
    }

NAME(severity, enum daps_severity, daps_severity_name)
NAME(evidence, enum daps_evidence, daps_evidence_name)
NAME(exposure, enum daps_exposure, daps_exposure_name)
NAME(outcome, enum daps_outcome, daps_outcome_name)
NAME(procedure, enum daps_procedure, daps_procedure_name)
NAME(derivation, enum daps_derivation, daps_derivation_name)
NAME(rach, enum daps_rach, daps_rach_name)
NAME(not_judged, enum daps_not_judged, daps_not_judged_name)

static const char *rule(unsigned i)
{
    return daps_rule((enum daps_rule_id)i)->name;
}

START_TEST(words_are_enumerations)
{
    const struct {
        JsonObject *at;
        unsigned n;
        const char *(*name)(unsigned i);
    } rows[] = {
        {definition("rule"), DAPS_RULE_COUNT, rule},
        {definition("severity"), DAPS_SEVERITY_HIGH + 1, severity},
        {definition("procedure"), DAPS_PROC_COUNT, procedure},
        {definition("derivation"), DAPS_DERIVATION_SK_COUNTER + 1, derivation},
        {definition("rach"), DAPS_RACH_SKIP + 1, rach},
        {definition("not_judged_reason"), DAPS_NOT_JUDGED_COUNT, not_judged},
        {property("finding", "evidence"), DAPS_EVIDENCE_PROVEN + 1, evidence},
        {property("finding", "exposure"), DAPS_EXPOSURE_LOGGED + 1, exposure},
        {property("handover", "outcome"), DAPS_OUTCOMES, outcome},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        compare_words(json_object_get_array_member(rows[i].at, "enum"), rows[i].n, rows[i].name);
}
END_TEST

START_TEST(counts_are_properties)
{
    JsonObject *capture = definition("capture"), *summary = definition("summary"), *pdcp = definition("pdcp");
    JsonObject *of = json_object_get_object_member(pdcp, "properties");

    for (size_t i = 0; i < daps_counts_n; i++) {
        ck_assert(json_object_has_member(json_object_get_object_member(capture, "properties"), daps_counts[i].name));
        ck_assert(json_object_has_member(json_object_get_object_member(summary, "properties"), daps_counts[i].name));
        ck_assert_int_eq(
            json_object_has_member(json_object_get_object_member(definition("extracted_capture"), "properties"),
                                   daps_counts[i].name),
            !daps_counts[i].judged);
    }
    ck_assert_uint_eq(json_object_get_size(of), daps_pdcp_counts_n);
    for (size_t i = 0; i < daps_pdcp_counts_n; i++)
        ck_assert(json_object_has_member(of, daps_pdcp_counts[i].name));
}
END_TEST

/* Every rule has its words, and severities are what the design says. */
START_TEST(rules_have_words)
{
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++) {
        const struct daps_rule *about = daps_rule((enum daps_rule_id)i);
        ck_assert_uint_eq(about->id, i);
        ck_assert_ptr_eq(daps_rule_by_name(about->name), about);
        ck_assert(about->title[0] != '\0' && about->meaning[0] != '\0' && about->remedy[0] != '\0');
        ck_assert_msg(about->clauses[0] != NULL, "%s has no clause", about->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_schema");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    parser = json_parser_new();
    if (!json_parser_load_from_file(parser, DAPS_SOURCE_DIR "/docs/schema.json", NULL))
        return EXIT_FAILURE;
    tcase_add_test(tests, members_are_properties);
    tcase_add_test(tests, columns_are_a_row);
    tcase_add_test(tests, words_are_enumerations);
    tcase_add_test(tests, counts_are_properties);
    tcase_add_test(tests, rules_have_words);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    g_object_unref(parser);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
