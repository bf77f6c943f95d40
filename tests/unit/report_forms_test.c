/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up results through every form a report has, with names that try to break out of it. */
#include <check.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"
#include "daps/words.h"
#include "report/records.h"
#include "report/report.h"

#define NASTY_CAPTURE "dir/a \"b\",\r\n\x1b[31m\xff \xe6\xb8\xac.pcap"
#define NASTY_READ    "dir/a \"b\",\r\n\x1b[31m\xef\xbf\xbd \xe6\xb8\xac.pcap"
#define NASTY_CELL    "dir/a \"b\",\\x0d\\x0a\\x1b[31m\xef\xbf\xbd \xe6\xb8\xac.pcap"
#define NASTY_UE_CELL "ue \"1\"\\x0a,\\x07"
#define NASTY_UE      "ue \"1\"\n,\x07"

static const uint8_t known_key[32] = {0xde, 0xad, 0xbe, 0xef};

static struct daps_handover some_handover(void)
{
    struct daps_handover handover = {
        .ue = NASTY_UE,
        .procedure = DAPS_PROC_DAPS_HANDOVER,
        .frame = 3,
        .time_ns = INT64_C(1767225600100000000),
        .complete_frame = 4,
        .daps = true,
        .derivation = DAPS_DERIVATION_HORIZONTAL,
        .ncc = 0,
        .source = {-1, -1},
        .target = {22, 632628},
        .c_rnti = 17942,
        .t304_ms = 1000,
        .rach = DAPS_RACH_CBRA,
        .ciphering = 2,
        .integrity = -1,
        .outcome = DAPS_OUTCOME_DAPS_FALLBACK,
        .key = {.id = "K2", .parent = "K1"},
    };

    return handover;
}

#define REASON "more than a minute without a message"
#define ASSUMES_OF(reason)                                                                                             \
    "that no handover, key change or release was missed around frame 5 (" reason "), and that no small data "          \
    "transmission went with the rejected resume"
#define ASSUMES ASSUMES_OF(REASON)

static struct daps_finding *some_finding(void)
{
    static struct daps_subject subjects[] = {
        {.frame = 4, .role = DAPS_ROLE_MESSAGE, .procedure = DAPS_PROC_DAPS_HANDOVER},
        {.frame = 7, .role = DAPS_ROLE_MESSAGE, .procedure = DAPS_PROC_HANDOVER},
        {.frame = 5, .role = DAPS_ROLE_GAP, .procedure = DAPS_PROC_COUNT},
    };
    struct daps_finding *finding = g_new0(struct daps_finding, 1);

    finding->rule = DAPS_RULE_KEYSTREAM_REUSE;
    finding->severity = DAPS_SEVERITY_MEDIUM;
    finding->evidence = DAPS_EVIDENCE_INFERRED;
    finding->ue = NASTY_UE;
    finding->variant = DAPS_VARIANT_LOGGED;
    finding->subjects = subjects;
    finding->n_frames = 2;
    finding->n_subjects = 3;
    finding->repeats = 2;
    finding->has_key = true;
    finding->key = (struct daps_key_view){.id = "K2",
                                          .parent = "K1",
                                          .kind = DAPS_KEY_KGNB_STAR,
                                          .derivation = DAPS_DERIVATION_HORIZONTAL,
                                          .ncc = 0,
                                          .fc = 0x70,
                                          .cell = {22, -1},
                                          .same_frequency = true,
                                          .sk_counter = -1,
                                          .value = known_key};
    finding->keystream = (struct daps_keystream_tuple){
        .present = true, .algorithm = 2, .bearer = 0, .direction = 0, .count = 0, .plaintext_differs = true};
    finding->assumptions = DAPS_ASSUMES_NO_GAP | DAPS_ASSUMES_NO_SDT;
    finding->gap = DAPS_GAP_PAUSE;
    return finding;
}

static struct daps_key_step some_key(void)
{
    struct daps_key_step step = {
        .ue = NASTY_UE,
        .frame = 3,
        .time_ns = INT64_MIN,
        .procedure = DAPS_PROC_COUNT,
        .ciphering = 2,
        .integrity = 1,
        .key = {.id = "K1", .kind = DAPS_KEY_ROOT, .ncc = 0, .cell = {-1, -1}, .sk_counter = -1, .value = known_key},
    };

    return step;
}

/* Everything above through one report; the text as a string, to be freed. */
static char *report_all(const struct report_style *style)
{
    struct capture_totals totals = {
        .frames = 8,
        .counts = {.rrc_messages = 8, .of = {[DAPS_RAT_NR] = true}, .undecoded = 1, .handovers = 1, .ues = 1}};
    struct daps_handover handover = some_handover();
    struct daps_finding *finding = some_finding();
    struct daps_key_step step = some_key();
    const struct daps_scg_change change = {
        .ue = NASTY_UE, .frame = 5, .time_ns = -1, .target = {7, -1}, .c_rnti = -1, .t304_ms = -1, .sk_counter = 3};
    struct daps_event ev;
    struct report *report;
    struct run_totals run = {0};
    struct outbuf out;
    struct daps_sink sink;
    char *text;

    totals.counts.findings[DAPS_RULE_KEYSTREAM_REUSE] = 1;
    totals.findings_by_severity[DAPS_SEVERITY_MEDIUM] = 1;
    totals.error = g_strdup("x.pcap: cut \"short\" in frame 8");
    totals.unreadable = true;
    totals_add_other(&totals, "lte-rrc", 7061);
    totals_add_other(&totals, "gtp-u", 2);
    totals_add_other(&totals, "lte-rrc", 1);
    outbuf_init(&out, NULL, NULL);
    report_prologue(style, &out);
    report = report_new(style, NASTY_CAPTURE, &out);
    sink = report_sink(report);
    daps_event_clear(&ev, DAPS_EV_RELEASE);
    ev.frame = 6;
    ev.suspend = true;
    if (sink.event != NULL) {
        sink.event(sink.user, NASTY_UE, &ev);
        report_gap(report, NULL, 7, DAPS_GAP_PDU_CUT);
        report_gap(report, NASTY_UE, 8, DAPS_GAP_PAUSE);
    }
    if (sink.handover != NULL)
        sink.handover(sink.user, &handover);
    if (sink.scg_change != NULL)
        sink.scg_change(sink.user, &change);
    if (sink.key != NULL)
        sink.key(sink.user, &step);
    if (sink.finding != NULL)
        sink.finding(sink.user, finding);
    report_end(report, &totals);
    report_free(report);
    totals_add_capture(&run, &totals);
    report_epilogue(style, &out, &run);
    text = g_strndup(out.octets, out.length);
    outbuf_clear(&out);
    totals_clear(&totals);
    g_free(finding);
    return text;
}

static JsonArray *lines_of(const char *text)
{
    char **lines = g_strsplit(text, "\n", -1);
    JsonArray *array = json_array_new();

    for (unsigned i = 0; lines[i][0] != '\0'; i++) {
        JsonNode *node = json_from_string(lines[i], NULL);
        ck_assert_msg(node != NULL, "%s", lines[i]);
        json_array_add_element(array, node);
    }
    g_strfreev(lines);
    return array;
}

static const char *type_of(JsonArray *array, guint i)
{
    return json_object_get_string_member(json_array_get_object_element(array, i), "type");
}

static void check_audit(JsonArray *array)
{
    JsonObject *handover, *finding, *key, *summary, *capture;

    ck_assert_uint_eq(json_array_get_length(array), 5);
    ck_assert_str_eq(type_of(array, 0), "handover");
    ck_assert_str_eq(type_of(array, 1), "scg-change");
    ck_assert_str_eq(type_of(array, 2), "finding");
    ck_assert_str_eq(type_of(array, 3), "capture");
    ck_assert_str_eq(type_of(array, 4), "summary");
    for (guint i = 0; i < 4; i++)
        ck_assert_str_eq(json_object_get_string_member(json_array_get_object_element(array, i), "capture"), NASTY_READ);
    handover = json_array_get_object_element(array, 0);
    ck_assert_str_eq(json_object_get_string_member(handover, "ue"), NASTY_UE);
    ck_assert_str_eq(json_object_get_string_member(handover, "time"), "2026-01-01T00:00:00.1Z");
    ck_assert_str_eq(json_object_get_string_member(handover, "ciphering"), "NEA2");
    ck_assert(json_object_get_null_member(handover, "integrity"));
    ck_assert(json_object_get_null_member(handover, "source_pci"));
    ck_assert(json_object_get_null_member(handover, "settled_frame"));
    ck_assert_int_eq(json_object_get_int_member(handover, "complete_frame"), 4);
    finding = json_array_get_object_element(array, 2);
    ck_assert_str_eq(json_object_get_string_member(finding, "assumes"), ASSUMES);
    ck_assert(
        g_str_has_prefix(json_object_get_string_member(finding, "detail"), "The messages in frame 4 and frame 7 "));
    ck_assert(!json_object_has_member(finding, "exposure"));
    key = json_object_get_object_member(finding, "key");
    ck_assert(json_object_get_null_member(key, "arfcn"));
    ck_assert(json_object_get_boolean_member(key, "same_frequency"));
    capture = json_array_get_object_element(array, 3);
    ck_assert_int_eq(json_object_get_int_member(json_object_get_object_member(capture, "other"), "lte-rrc"), 7062);
    summary = json_array_get_object_element(array, 4);
    ck_assert_int_eq(json_object_get_int_member(json_object_get_object_member(summary, "findings"), "keystream-reuse"),
                     1);
    ck_assert_uint_eq(json_object_get_size(json_object_get_object_member(summary, "findings")), 1);
    ck_assert_int_eq(json_object_get_int_member(summary, "unreadable"), 1);
}

START_TEST(ndjson_audit)
{
    const struct report_style style = {.format = REPORT_NDJSON, .view = REPORT_AUDIT};
    char *text = report_all(&style);
    JsonArray *array = lines_of(text);

    check_audit(array);
    ck_assert(strstr(text, "deadbeef") == NULL);
    json_array_unref(array);
    g_free(text);
}
END_TEST

START_TEST(json_array_has_the_same_records)
{
    const struct report_style style = {.format = REPORT_JSON, .view = REPORT_AUDIT};
    char *text = report_all(&style), *joined;
    JsonNode *node;

    /* Whoever joins reports drops the first separator; here there is one report. */
    ck_assert(g_str_has_prefix(text, "[\n" REPORT_JSON_SEPARATOR));
    joined = g_strconcat("[\n", text + 2 + strlen(REPORT_JSON_SEPARATOR), NULL);
    node = json_from_string(joined, NULL);
    ck_assert_ptr_nonnull(node);
    check_audit(json_node_get_array(node));
    json_node_unref(node);
    g_free(joined);
    g_free(text);
}
END_TEST

START_TEST(events_and_gaps)
{
    const struct report_style style = {.format = REPORT_NDJSON, .view = REPORT_EVENTS};
    char *text = report_all(&style);
    JsonArray *array = lines_of(text);

    ck_assert_uint_eq(json_array_get_length(array), 4);
    ck_assert_str_eq(type_of(array, 0), "event");
    ck_assert(json_object_get_boolean_member(json_array_get_object_element(array, 0), "suspend"));
    ck_assert(json_object_get_null_member(json_array_get_object_element(array, 1), "ue"));
    ck_assert_str_eq(json_object_get_string_member(json_array_get_object_element(array, 2), "ue"), NASTY_UE);
    ck_assert(!json_object_has_member(json_array_get_object_element(array, 3), "handovers"));
    json_array_unref(array);
    g_free(text);
}
END_TEST

START_TEST(keys_only_on_request)
{
    struct report_style style = {.format = REPORT_NDJSON, .view = REPORT_KEYS};
    char *hidden = report_all(&style), *shown;
    JsonArray *array;
    JsonObject *as_keys;
    uint8_t leaf[32];
    struct outbuf hex;

    ck_assert(strstr(hidden, "deadbeef") == NULL);
    g_free(hidden);
    style.show_keys = true;
    shown = report_all(&style);
    array = lines_of(shown);
    ck_assert(
        g_str_has_prefix(json_object_get_string_member(json_array_get_object_element(array, 0), "value"), "deadbeef"));
    as_keys = json_object_get_object_member(json_array_get_object_element(array, 0), "as_keys");
    ck_assert(daps_kdf_algorithm_key(known_key, DAPS_USE_UP_INT, 1, leaf));
    outbuf_init(&hex, NULL, NULL);
    outbuf_hex(&hex, leaf + 16, 16);
    outbuf_char(&hex, '\0');
    ck_assert_str_eq(json_object_get_string_member(as_keys, "up_int"), hex.octets);
    outbuf_clear(&hex);
    json_array_unref(array);
    g_free(shown);
}
END_TEST

START_TEST(every_form_hides_keys)
{
    const struct report_style style = {.format = (enum report_format)(_i % 4), .view = (enum report_view)(_i / 4)};
    char *text = report_all(&style);

    ck_assert(strstr(text, "deadbeef") == NULL);
    ck_assert(g_utf8_validate(text, -1, NULL));
    g_free(text);
}
END_TEST

/* The cells of RFC 4180 text, row by row; every row must have as many as the first. */
static GPtrArray *parse_csv(const char *text, guint *columns)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    GString *cell = g_string_new(NULL);
    guint in_row = 0;

    *columns = 0;
    for (const char *at = text; *at != '\0';) {
        g_string_truncate(cell, 0);
        if (*at == '"') {
            for (at++; *at != '"' || at[1] == '"'; at++) {
                ck_assert_msg(*at != '\0', "a quote is not closed");
                g_string_append_c(cell, *at);
                at += *at == '"';
            }
            at++;
        } else {
            size_t length = strcspn(at, ",\r\n");
            g_string_append_len(cell, at, (gssize)length);
            at += length;
        }
        g_ptr_array_add(cells, g_strdup(cell->str));
        in_row++;
        if (*at == ',') {
            at++;
            continue;
        }
        ck_assert_msg(at[0] == '\r' && at[1] == '\n', "after a cell: %.20s", at);
        at += 2;
        *columns = *columns == 0 ? in_row : *columns;
        ck_assert_uint_eq(in_row, *columns);
        in_row = 0;
    }
    g_string_free(cell, TRUE);
    return cells;
}

static const char *csv_cell(const GPtrArray *cells, guint columns, const char *title)
{
    for (guint i = 0; i < columns; i++) {
        if (strcmp(g_ptr_array_index(cells, i), title) == 0)
            return g_ptr_array_index(cells, columns + i);
    }
    ck_abort_msg("no column %s", title);
    return NULL;
}

START_TEST(csv_tables)
{
    static const struct report_style styles[] = {
        {.format = REPORT_CSV, .view = REPORT_AUDIT, .table = REPORT_TABLE_FINDINGS},
        {.format = REPORT_CSV, .view = REPORT_AUDIT, .table = REPORT_TABLE_HANDOVERS},
        {.format = REPORT_CSV, .view = REPORT_EVENTS},
        {.format = REPORT_CSV, .view = REPORT_KEYS},
    };
    static const struct {
        const char *title, *value;
    } expected[][3] = {{{"assumes", ASSUMES}, {"frames", "4 7"}, {"algorithm", "NEA2"}},
                       {{"outcome", "daps-fallback"}, {"integrity", ""}, {"t304", "1000"}},
                       {{"event", "release"}, {"suspend", "true"}, {"ncc", ""}},
                       {{"id", "K1"}, {"time", ""}, {"value", ""}}};
    char *text = report_all(&styles[_i]);
    guint columns;
    GPtrArray *cells = parse_csv(text, &columns);

    ck_assert_uint_eq(cells->len, (_i == 0 ? 6 : 2) * columns); /* behind findings what was not read or audited */
    ck_assert_str_eq(csv_cell(cells, columns, "capture"), NASTY_CELL);
    ck_assert_str_eq(csv_cell(cells, columns, "ue"), NASTY_UE_CELL);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_str_eq(csv_cell(cells, columns, expected[_i][i].title), expected[_i][i].value);
    g_ptr_array_unref(cells);
    g_free(text);
}
END_TEST

START_TEST(csv_without_key_keeps_its_columns)
{
    const struct report_style style = {.format = REPORT_CSV, .view = REPORT_AUDIT};
    struct daps_finding *finding = some_finding();
    struct report *report;
    struct outbuf out;
    struct daps_sink sink;
    guint columns;
    GPtrArray *cells;

    finding->has_key = false;
    finding->keystream.present = false;
    outbuf_init(&out, NULL, NULL);
    report_prologue(&style, &out);
    report = report_new(&style, "a", &out);
    sink = report_sink(report);
    sink.finding(sink.user, finding);
    outbuf_char(&out, '\0');
    cells = parse_csv(out.octets, &columns);
    ck_assert_uint_eq(cells->len, 2 * columns);
    ck_assert_str_eq(csv_cell(cells, columns, "title"), daps_words_title(finding));
    ck_assert_str_eq(csv_cell(cells, columns, "key"), "");
    g_ptr_array_unref(cells);
    report_free(report);
    outbuf_clear(&out);
    g_free(finding);
}
END_TEST

START_TEST(text_says_it_all)
{
    struct report_style style = {.format = REPORT_TEXT, .view = REPORT_AUDIT};
    static const char *const says[] = {"8 frames, 8 NR RRC messages, 1 UE",
                                       "7,062 LTE RRC PDUs",
                                       "1 NR RRC message could not be read",
                                       "cut \"short\" in frame 8",
                                       "keystream-reuse",
                                       "K2 = KDF(K1, FC 0x70, PCI 22, same frequency as the source)",
                                       "NCC 0, horizontal, TS 33.501 A.11",
                                       "4 (daps-handover), 7 (handover)",
                                       "inferred",
                                       "NEA2/?",
                                       "fell back to source",
                                       "1 SCG change (no handover of the UE): frame 5",
                                       "what to do",
                                       "1 finding: 1 keystream-reuse"};
    char *text = report_all(&style);

    for (unsigned i = 0; i < G_N_ELEMENTS(says); i++)
        ck_assert_msg(strstr(text, says[i]) != NULL, "%s is missing in:\n%s", says[i], text);
    for (const char *at = text; *at != '\0'; at++)
        ck_assert_msg((unsigned char)*at >= 0x20 || *at == '\n', "control character %d", *at);
    g_free(text);
    style.colour = true;
    text = report_all(&style);
    ck_assert(strstr(text, "\033[33mmedium") != NULL);
    ck_assert(strstr(text, "\033[31m") == NULL); /* the capture's own name must not colour anything */
    g_free(text);
}
END_TEST

/* A long log: bounded rows, gravest findings first, and what is left out is said. */
START_TEST(text_is_bounded)
{
    const struct report_style style = {.format = REPORT_TEXT, .view = REPORT_AUDIT};
    struct capture_totals totals = {.frames = 50000, .counts = {.rrc_messages = 50000, .handovers = 12000, .ues = 1}};
    struct daps_handover handover = some_handover();
    struct daps_finding *finding = some_finding();
    struct report *report;
    struct outbuf out;
    struct daps_sink sink;

    outbuf_init(&out, NULL, NULL);
    report = report_new(&style, "a", &out);
    sink = report_sink(report);
    for (unsigned i = 0; i < 12000; i++) {
        handover.frame = 12000 - i;
        sink.handover(sink.user, &handover);
    }
    finding->severity = DAPS_SEVERITY_LOW;
    finding->ue = "minor";
    sink.finding(sink.user, finding);
    finding->severity = DAPS_SEVERITY_HIGH;
    finding->ue = "grave";
    sink.finding(sink.user, finding);
    totals.counts.findings[finding->rule] = 2;
    report_end(report, &totals);
    outbuf_char(&out, '\0');
    ck_assert(strstr(out.octets, "2,000 more handovers not shown here") != NULL);
    ck_assert(strstr(out.octets, "grave") < strstr(out.octets, "minor"));
    report_free(report);
    outbuf_clear(&out);
    g_free(finding);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_forms");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, ndjson_audit);
    tcase_add_test(tests, json_array_has_the_same_records);
    tcase_add_test(tests, events_and_gaps);
    tcase_add_test(tests, keys_only_on_request);
    tcase_add_loop_test(tests, every_form_hides_keys, 0, 12);
    tcase_add_loop_test(tests, csv_tables, 0, 4);
    tcase_add_test(tests, csv_without_key_keeps_its_columns);
    tcase_add_test(tests, text_says_it_all);
    tcase_add_test(tests, text_is_bounded);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
