/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events from parsed NDJSON lines. Strict: an unknown member or a number out of range is an error, because a field
 * that is quietly ignored can turn a verdict around.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/event_json.h"
#include "report/rfc3339.h"

struct reading {
    const char *name; /* of the member at hand */
    char *error;
    size_t error_octets;
};

static bool wrong(const struct reading *r, const char *what)
{
    snprintf(r->error, r->error_octets, "\"%.40s\" %s", r->name, what);
    return false;
}

static bool read_integer(const struct reading *r, JsonNode *node, int64_t least, int64_t most, int64_t *out)
{
    char what[96];

    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
        return wrong(r, "is not a whole number");
    *out = json_node_get_int(node);
    if (*out >= least && *out <= most)
        return true;
    snprintf(what, sizeof what, "is %" PRId64 ", outside %" PRId64 " to %" PRId64, *out, least, most);
    return wrong(r, what);
}

static const char *read_string(const struct reading *r, JsonNode *node)
{
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_get_string(node);
    wrong(r, "is not a string");
    return NULL;
}

typedef const char *name_of(unsigned value);

static const char *rat_name(unsigned value)
{
    return daps_rat_name((enum daps_rat)value);
}

static const char *kind_name(unsigned value)
{
    return daps_event_kind_name((enum daps_event_kind)value);
}

static const char *channel_name(unsigned value)
{
    return daps_channel_name((enum daps_channel)value);
}

static const char *rach_name(unsigned value)
{
    return daps_rach_name((enum daps_rach)value);
}

static const char *cause_name(unsigned value)
{
    return daps_reestablishment_cause_name((enum daps_reestablishment_cause)value);
}

/* The value below n with that name. */
static bool read_name(const struct reading *r, JsonNode *node, name_of *names, unsigned n, unsigned *out)
{
    const char *string = read_string(r, node);
    char what[96];

    if (string == NULL)
        return false;
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(names(i), string) == 0) {
            *out = i;
            return true;
        }
    }
    snprintf(what, sizeof what, "has the unknown value \"%.40s\"", string);
    return wrong(r, what);
}

static bool read_flag(const struct reading *r, JsonNode *node, bool *out)
{
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN)
        return wrong(r, "is neither true nor false");
    *out = json_node_get_boolean(node);
    return true;
}

static bool read_set(const struct reading *r, JsonNode *node, uint32_t *out)
{
    JsonArray *array;
    int64_t identity;

    if (!JSON_NODE_HOLDS_ARRAY(node))
        return wrong(r, "is not a list");
    array = json_node_get_array(node);
    *out = 0;
    for (guint i = 0; i < json_array_get_length(array); i++) {
        if (!read_integer(r, json_array_get_element(array, i), 1, 32, &identity))
            return false;
        *out |= UINT32_C(1) << (identity - 1);
    }
    return true;
}

static bool read_digest(const struct reading *r, JsonNode *node, uint64_t *out)
{
    const char *string = read_string(r, node);

    if (string == NULL)
        return false;
    if (strlen(string) != 16 || !g_ascii_string_to_unsigned(string, 16, 0, UINT64_MAX, out, NULL))
        return wrong(r, "is not 16 hexadecimal digits");
    return true;
}

static bool read_text(const struct reading *r, JsonNode *node, char out[static 64])
{
    const char *string = read_string(r, node);

    if (string == NULL)
        return false;
    return g_strlcpy(out, string, 64) < 64 || wrong(r, "is longer than 63 octets");
}

static bool read_xor(const struct reading *r, JsonNode *node, uint8_t out[static DAPS_COLLISION_OCTETS])
{
    const char *string = read_string(r, node);
    const size_t length = string != NULL ? strlen(string) : 0;

    if (string == NULL)
        return false;
    if (length % 2 != 0 || length > 2 * (size_t)DAPS_COLLISION_OCTETS || strspn(string, "0123456789abcdef") != length)
        return wrong(r, "is not up to 64 octets in hexadecimal");
    for (size_t i = 0; i < length / 2; i++)
        out[i] = (uint8_t)(g_ascii_xdigit_value(string[2 * i]) << 4 | g_ascii_xdigit_value(string[2 * i + 1]));
    return true;
}

/* Numbers from 0 on, of whatever width. */
static bool read_number(const struct reading *r, const struct event_field *field, JsonNode *node, void *to)
{
    int64_t number = 0;

    if (!read_integer(r, node, 0, field->type == EVENT_FIELD_COUNT ? (int64_t)UINT32_MAX : field->most, &number))
        return false;
    if (field->type == EVENT_FIELD_U8)
        *(uint8_t *)to = (uint8_t)number;
    else if (field->type == EVENT_FIELD_U64)
        *(uint64_t *)to = (uint64_t)number;
    else if (field->type == EVENT_FIELD_I8)
        *(int8_t *)to = (int8_t)number;
    else if (field->type == EVENT_FIELD_I16)
        *(int16_t *)to = (int16_t)number;
    else if (field->type == EVENT_FIELD_I32)
        *(int32_t *)to = (int32_t)number;
    else if (field->type == EVENT_FIELD_I64)
        *(int64_t *)to = number;
    else
        *(uint32_t *)to = (uint32_t)number;
    return true;
}

static bool read_field(const struct reading *r, const struct event_field *field, JsonNode *node, struct daps_event *ev)
{
    void *to = (char *)ev + field->offset;
    int64_t number = 0;
    unsigned value = 0;

    switch (field->type) {
    case EVENT_FIELD_FLAG:
        return read_flag(r, node, to);
    case EVENT_FIELD_SET:
        return read_set(r, node, to);
    case EVENT_FIELD_DIGEST:
        return read_digest(r, node, to);
    case EVENT_FIELD_TEXT:
        return read_text(r, node, to);
    case EVENT_FIELD_XOR:
        return read_xor(r, node, to);
    case EVENT_FIELD_S8:
        if (!read_integer(r, node, -field->most, field->most, &number))
            return false;
        *(int8_t *)to = (int8_t)number;
        return true;
    case EVENT_FIELD_RACH:
        if (!read_name(r, node, rach_name, DAPS_RACH_SKIP + 1, &value))
            return false;
        ev->rach = (enum daps_rach)value;
        return true;
    case EVENT_FIELD_CAUSE:
        if (!read_name(r, node, cause_name, DAPS_REEST_OTHER_FAILURE + 1, &value))
            return false;
        ev->cause = (enum daps_reestablishment_cause)value;
        return true;
    default:
        return read_number(r, field, node, to);
    }
}

static bool read_time(const struct reading *r, JsonNode *node, int64_t *time_ns)
{
    const char *string;

    if (JSON_NODE_HOLDS_NULL(node)) {
        *time_ns = INT64_MIN;
        return true;
    }
    string = read_string(r, node);
    if (string == NULL)
        return false;
    return rfc3339_read(string, time_ns) || wrong(r, "is not an RFC 3339 time in UTC");
}

/* The members every event has, besides event itself. */
static bool read_common(const struct reading *r, JsonNode *node, struct daps_event *ev, bool *known)
{
    unsigned value = 0;
    int64_t number;

    *known = true;
    if (strcmp(r->name, "rat") == 0) {
        if (!read_name(r, node, rat_name, DAPS_RAT_LTE + 1, &value))
            return false;
        ev->rat = (enum daps_rat)value;
    } else if (strcmp(r->name, "channel") == 0) {
        if (!read_name(r, node, channel_name, DAPS_CH_COUNT, &value))
            return false;
        ev->channel = (enum daps_channel)value;
    } else if (strcmp(r->name, "frame") == 0) {
        if (!read_integer(r, node, 1, INT64_MAX, &number))
            return false;
        ev->frame = (uint64_t)number;
    } else if (strcmp(r->name, "time") == 0) {
        return read_time(r, node, &ev->time_ns);
    } else {
        *known = strcmp(r->name, "type") == 0 || strcmp(r->name, "capture") == 0 || strcmp(r->name, "ue") == 0 ||
                 strcmp(r->name, "event") == 0;
    }
    return true;
}

static const struct event_field *field_by_name(const char *name)
{
    for (size_t i = 0; i < event_fields_n; i++) {
        if (strcmp(event_fields[i].name, name) == 0)
            return &event_fields[i];
    }
    return NULL;
}

static bool has_required(JsonObject *line, struct reading *r)
{
    static const char *const required[] = {"rat", "frame", "event", "channel"};

    for (size_t i = 0; i < G_N_ELEMENTS(required); i++) {
        r->name = required[i];
        if (!json_object_has_member(line, r->name))
            return wrong(r, "is missing");
    }
    return true;
}

bool event_read(JsonObject *line, struct daps_event *ev, char *error, size_t error_octets)
{
    struct reading r = {.name = "", .error_octets = error_octets};
    const struct event_field *field;
    JsonObjectIter iter;
    unsigned kind = 0;
    JsonNode *node;
    bool known;

    r.error = error;
    if (!has_required(line, &r))
        return false;
    r.name = "event";
    if (!read_name(&r, json_object_get_member(line, "event"), kind_name, DAPS_EV_KIND_COUNT, &kind))
        return false;
    daps_event_clear(ev, (enum daps_event_kind)kind);
    json_object_iter_init(&iter, line);
    while (json_object_iter_next(&iter, &r.name, &node)) {
        if (!read_common(&r, node, ev, &known))
            return false;
        if (known)
            continue;
        field = field_by_name(r.name);
        if (field == NULL || !event_field_is_of(field, ev->kind))
            return wrong(&r, "is not a field of an event");
        if (!read_field(&r, field, node, ev))
            return false;
    }
    return true;
}
