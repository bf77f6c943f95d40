/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events survive being written as lines and read again, and lines that are no events are refused with a reason. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "report/event_json.h"
#include "report/records.h"

/* Valid as long as line. */
static const struct json_value *parse(struct json_line *line, const char *text)
{
    const char *reason;
    size_t at;
    const struct json_value *value = json_line_read(line, text, strlen(text), &reason, &at);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

static char *write_event(const struct daps_event *ev)
{
    struct outbuf out;
    char *text;

    outbuf_init(&out, NULL, NULL);
    record_event(&out, "a.pcap", "1", ev);
    text = g_strndup(out.octets, out.length);
    outbuf_clear(&out);
    return text;
}

static void read_event(const char *text, struct daps_event *ev)
{
    struct json_line *line = json_line_new();
    char error[256] = "";

    ck_assert_msg(event_read(parse(line, text), ev, error, sizeof error), "%s: %s", error, text);
    json_line_free(line);
}

static int64_t any(GRand *rand, int64_t most)
{
    switch (g_rand_int_range(rand, 0, 4)) {
    case 0:
        return 0;
    case 1:
        return most;
    default:
        return (int64_t)(g_rand_double(rand) * (double)most);
    }
}

static void set_field(struct daps_event *ev, const struct event_field *field, GRand *rand)
{
    void *at = (char *)ev + field->offset;

    switch (field->type) {
    case EVENT_FIELD_FLAG:
        *(bool *)at = true;
        break;
    case EVENT_FIELD_I8:
        *(int8_t *)at = (int8_t)any(rand, field->most);
        break;
    case EVENT_FIELD_I16:
        *(int16_t *)at = (int16_t)any(rand, field->most);
        break;
    case EVENT_FIELD_I32:
        *(int32_t *)at = (int32_t)any(rand, field->most);
        break;
    case EVENT_FIELD_I64:
        *(int64_t *)at = any(rand, field->most);
        break;
    case EVENT_FIELD_COUNT:
        *(uint32_t *)at = (uint32_t)any(rand, UINT32_MAX);
        break;
    case EVENT_FIELD_SET:
        *(uint32_t *)at = g_rand_int(rand);
        break;
    case EVENT_FIELD_DIGEST:
        *(uint64_t *)at = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
        break;
    case EVENT_FIELD_U8:
        *(uint8_t *)at = (uint8_t)any(rand, field->most);
        break;
    case EVENT_FIELD_S8:
        *(int8_t *)at = (int8_t)(any(rand, 2 * field->most) - field->most);
        break;
    case EVENT_FIELD_U64:
        *(uint64_t *)at = (uint64_t)any(rand, field->most);
        break;
    case EVENT_FIELD_TEXT:
        g_strlcpy(at, g_rand_boolean(rand) ? "1" : "a \"name\"\\ of \xc3\xa4 UE", 64);
        break;
    case EVENT_FIELD_XOR:
        break; /* once its length is known: set_xors() */
    case EVENT_FIELD_RACH:
        ev->rach = (enum daps_rach)g_rand_int_range(rand, 0, DAPS_RACH_SKIP + 1);
        break;
    case EVENT_FIELD_SAYS:
        ev->node.says = (uint8_t)g_rand_int_range(rand, 0, DAPS_NODE_SAYS);
        break;
    case EVENT_FIELD_CAUSE:
        ev->cause = (enum daps_reestablishment_cause)g_rand_int_range(rand, 0, DAPS_REEST_OTHER_FAILURE + 1);
        break;
    }
}

/* As many octets as the collision says it has. */
static void set_xors(struct daps_event *ev, GRand *rand)
{
    for (unsigned i = 0; i < ev->collision.octets; i++) {
        ev->collision.xor_cipher[i] = (uint8_t)g_rand_int(rand);
        ev->collision.xor_plain[i] = ev->collision.has_plain ? (uint8_t)g_rand_int(rand) : 0;
    }
}

static size_t size_of(const struct event_field *field)
{
    switch (field->type) {
    case EVENT_FIELD_FLAG:
        return sizeof(bool);
    case EVENT_FIELD_I8:
    case EVENT_FIELD_U8:
    case EVENT_FIELD_S8:
    case EVENT_FIELD_SAYS:
        return 1;
    case EVENT_FIELD_TEXT:
    case EVENT_FIELD_XOR:
        return 64;
    case EVENT_FIELD_U64:
        return 8;
    case EVENT_FIELD_I16:
        return 2;
    case EVENT_FIELD_I64:
    case EVENT_FIELD_DIGEST:
        return 8;
    default:
        return 4;
    }
}

static void expect_equal(const struct daps_event *a, const struct daps_event *b, const char *text)
{
    ck_assert_msg(a->kind == b->kind && a->rat == b->rat && a->channel == b->channel && a->frame == b->frame &&
                      a->time_ns == b->time_ns,
                  "%s", text);
    for (size_t i = 0; i < event_fields_n; i++) {
        const struct event_field *field = &event_fields[i];
        if (!event_field_is_of(field, a->kind))
            continue;
        ck_assert_msg(memcmp((const char *)a + field->offset, (const char *)b + field->offset, size_of(field)) == 0,
                      "%s in %s", field->name, text);
    }
}

START_TEST(random_events_survive)
{
    GRand *rand = g_rand_new_with_seed(38331);

    for (unsigned i = 0; i < 20000; i++) {
        struct daps_event ev, back;
        char *text;

        daps_event_clear(&ev, (enum daps_event_kind)g_rand_int_range(rand, 0, DAPS_EV_KIND_COUNT));
        ev.rat = (enum daps_rat)g_rand_int_range(rand, 0, 2);
        ev.channel = (enum daps_channel)g_rand_int_range(rand, 0, DAPS_CH_COUNT);
        ev.frame = 1 + g_rand_int(rand);
        ev.time_ns = i % 7 == 0 ? INT64_MIN : (int64_t)((uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand));
        for (size_t f = 0; f < event_fields_n; f++) {
            if (event_field_is_of(&event_fields[f], ev.kind) && g_rand_boolean(rand))
                set_field(&ev, &event_fields[f], rand);
        }
        if (ev.kind == DAPS_EV_COLLISION)
            set_xors(&ev, rand);
        text = write_event(&ev);
        read_event(text, &back);
        expect_equal(&ev, &back, text);
        g_free(text);
    }
    g_rand_free(rand);
}
END_TEST

START_TEST(absent_stays_absent)
{
    struct daps_event ev, back;
    char *text;

    daps_event_clear(&ev, DAPS_EV_TRAFFIC);
    ev.frame = 1;
    text = write_event(&ev);
    ck_assert_str_eq(text,
                     "{\"type\":\"event\",\"capture\":\"a.pcap\",\"ue\":\"1\",\"rat\":\"nr\",\"frame\":1,\"time\":"
                     "null,\"event\":\"traffic\",\"channel\":\"none\"}");
    read_event(text, &back);
    expect_equal(&ev, &back, text);
    g_free(text);
}
END_TEST

/* Between the fields of a message is no more room than alignment takes (a compiler cannot tell padding in a union). */
START_TEST(no_room_between_fields_of_a_message)
{
    static const struct {
        size_t offset, size;
    } common[] = {{offsetof(struct daps_event, kind), sizeof(enum daps_event_kind)},
                  {offsetof(struct daps_event, rat), sizeof(enum daps_rat)},
                  {offsetof(struct daps_event, channel), sizeof(enum daps_channel)},
                  {offsetof(struct daps_event, frame), 8},
                  {offsetof(struct daps_event, time_ns), 8}};
    bool covered[sizeof(struct daps_event)] = {false}, begins[sizeof(struct daps_event)] = {false};
    size_t align[sizeof(struct daps_event)] = {0}, end = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
        memset(covered + common[i].offset, true, common[i].size);
        begins[common[i].offset] = true;
        align[common[i].offset] = common[i].size;
    }
    for (size_t i = 0; i < event_fields_n; i++) {
        const size_t size = size_of(&event_fields[i]);
        if (!event_field_is_of(&event_fields[i], DAPS_EV_TRAFFIC))
            continue;
        memset(covered + event_fields[i].offset, true, size);
        begins[event_fields[i].offset] = true;
        align[event_fields[i].offset] = size;
        end = MAX(end, event_fields[i].offset + size);
    }
    for (size_t i = 0, gap = 0; i < end; i++) {
        gap = covered[i] ? gap : gap + 1;
        if (!begins[i])
            continue;
        ck_assert_msg(gap < align[i], "%zu octets before octet %zu of a message are in no field", gap, i);
        gap = 0;
    }
}
END_TEST

#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
#define CAN_CLEAR_PADDING
#endif
#endif

/* A field added to the structure but not to the table would be lost between events and judge. */
START_TEST(every_octet_of_evidence_has_a_field)
{
#ifdef CAN_CLEAR_PADDING
    static const struct {
        enum daps_event_kind kind;
        size_t offset, size; /* of its member of the union */
    } evidence[] = {
        {DAPS_EV_KEY_ROOT, offsetof(struct daps_event, root), sizeof(struct daps_root_evidence)},
        {DAPS_EV_KEY_FITS, offsetof(struct daps_event, key), sizeof(struct daps_key_evidence)},
        {DAPS_EV_KEYSTREAM_USE, offsetof(struct daps_event, use), sizeof(struct daps_use_evidence)},
        {DAPS_EV_COLLISION, offsetof(struct daps_event, collision), sizeof(struct daps_collision_evidence)},
        {DAPS_EV_KEY_UNFIT, offsetof(struct daps_event, unfit), sizeof(struct daps_unfit_evidence)},
        {DAPS_EV_BEARER, offsetof(struct daps_event, bearer), sizeof(struct daps_bearer_evidence)},
    };
    struct daps_root_evidence root;
    struct daps_key_evidence key;
    struct daps_use_evidence use;
    struct daps_collision_evidence collision;
    struct daps_unfit_evidence unfit;
    struct daps_bearer_evidence bearer;
    void *const filled[] = {&root, &key, &use, &collision, &unfit, &bearer};
    struct daps_event ev;
    unsigned char *octets = (unsigned char *)&ev;

    memset(&root, 0xff, sizeof root);
    __builtin_clear_padding(&root);
    memset(&key, 0xff, sizeof key);
    __builtin_clear_padding(&key);
    memset(&use, 0xff, sizeof use);
    __builtin_clear_padding(&use);
    memset(&collision, 0xff, sizeof collision);
    __builtin_clear_padding(&collision);
    memset(&unfit, 0xff, sizeof unfit);
    __builtin_clear_padding(&unfit);
    memset(&bearer, 0xff, sizeof bearer);
    __builtin_clear_padding(&bearer);
    for (size_t e = 0; e < G_N_ELEMENTS(evidence); e++) {
        memset(&ev, 0, sizeof ev);
        memcpy(octets + evidence[e].offset, filled[e], evidence[e].size);
        for (size_t i = 0; i < event_fields_n; i++) {
            if (event_field_is_of(&event_fields[i], evidence[e].kind))
                memset(octets + event_fields[i].offset, 0, size_of(&event_fields[i]));
        }
        for (size_t i = 0; i < sizeof ev; i++)
            ck_assert_msg(octets[i] == 0, "octet %zu of %s is in no field", i, daps_event_kind_name(evidence[e].kind));
    }
#else
    g_print("skipped: this compiler cannot tell padding\n");
#endif
}
END_TEST

#define EVENT "{\"type\":\"event\",\"capture\":\"a\",\"ue\":\"1\",\"rat\":\"nr\",\"frame\":1,\"time\":null,"
#define REST  "\"event\":\"traffic\",\"channel\":\"dl-dcch\""

static const struct {
    const char *line, *says;
} wrong[] = {
    {EVENT REST ",\"ncc\":8}", "\"ncc\" is 8, outside 0 to 7"},
    {EVENT REST ",\"ncc\":-1}", "\"ncc\" is -1"},
    {EVENT REST ",\"ncc\":1.5}", "\"ncc\" is not a whole number"},
    {EVENT REST ",\"ncc\":\"1\"}", "\"ncc\" is not a whole number"},
    {EVENT REST ",\"ncc\":null}", "\"ncc\" is not a whole number"},
    {EVENT REST ",\"nnc\":1}", "\"nnc\" is not a field"},
    {EVENT REST ",\"daps\":1}", "\"daps\" is neither true nor false"},
    {EVENT REST ",\"digest\":\"12\"}", "\"digest\" is not 16 hexadecimal digits"},
    {EVENT REST ",\"digest\":\"zzzzzzzzzzzzzzzz\"}", "\"digest\" is not 16"},
    {EVENT REST ",\"rach\":\"fast\"}", "\"rach\" has the unknown value \"fast\""},
    {EVENT REST ",\"drb_daps\":3}", "\"drb_daps\" is not a list"},
    {EVENT REST ",\"drb_daps\":[33]}", "\"drb_daps\" is 33"},
    {EVENT REST ",\"drb_daps\":[0]}", "\"drb_daps\" is 0"},
    {EVENT REST ",\"pci\":1008}", "\"pci\" is 1008"},
    {EVENT REST ",\"arfcn\":99999999999}", "\"arfcn\" is 99999999999"},
    {EVENT "\"event\":\"tea\",\"channel\":\"dl-dcch\"}", "\"event\" has the unknown value \"tea\""},
    {EVENT "\"event\":\"traffic\"}", "\"channel\" is missing"},
    {EVENT "\"channel\":\"none\"}", "\"event\" is missing"},
    {"{\"rat\":\"6g\",\"frame\":1," REST "}", "\"rat\" has the unknown value \"6g\""},
    {"{\"rat\":\"nr\",\"frame\":0," REST "}", "\"frame\" is 0"},
    {"{\"rat\":\"nr\",\"frame\":1,\"time\":\"today\"," REST "}", "\"time\" is not an RFC 3339 time"},
    {"{\"rat\":\"nr\",\"frame\":1,\"time\":5," REST "}", "\"time\" is not a string"},
};

START_TEST(wrong_lines_are_refused)
{
    struct json_line *line = json_line_new();
    struct daps_event ev;
    char error[256] = "";

    ck_assert(!event_read(parse(line, wrong[_i].line), &ev, error, sizeof error));
    ck_assert_msg(g_str_has_prefix(error, wrong[_i].says), "%s instead of %s", error, wrong[_i].says);
    json_line_free(line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_event");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, random_events_survive);
    tcase_add_test(tests, absent_stays_absent);
    tcase_add_test(tests, no_room_between_fields_of_a_message);
    tcase_add_test(tests, every_octet_of_evidence_has_a_field);
    tcase_add_loop_test(tests, wrong_lines_are_refused, 0, G_N_ELEMENTS(wrong));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
