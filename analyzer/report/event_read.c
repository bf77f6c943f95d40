/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events from parsed NDJSON lines. Strict: an unknown member or a number out of range is an error, because a field
 * that is quietly ignored can turn a verdict around.
 */
#include <glib.h>
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

static bool read_integer(const struct reading *r, const struct json_value *value, int64_t least, int64_t most,
                         int64_t *out)
{
    char what[96];

    if (value->kind != JSON_WHOLE)
        return wrong(r, "is not a whole number");
    *out = value->number;
    if (*out >= least && *out <= most)
        return true;
    snprintf(what, sizeof what, "is %" PRId64 ", outside %" PRId64 " to %" PRId64, *out, least, most);
    return wrong(r, what);
}

static const char *read_string(const struct reading *r, const struct json_value *value)
{
    if (value->kind == JSON_STRING)
        return value->string;
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

static const char *says_name(unsigned value)
{
    return daps_node_says_name((enum daps_node_says)value);
}

static const char *cause_name(unsigned value)
{
    return daps_reestablishment_cause_name((enum daps_reestablishment_cause)value);
}

/* The value below n with that name. */
static bool read_name(const struct reading *r, const struct json_value *value, name_of *names, unsigned n,
                      unsigned *out)
{
    const char *string = read_string(r, value);
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

static bool read_flag(const struct reading *r, const struct json_value *value, bool *out)
{
    if (value->kind != JSON_TRUTH)
        return wrong(r, "is neither true nor false");
    *out = value->number != 0;
    return true;
}

static bool read_set(const struct reading *r, const struct json_value *value, uint32_t *out)
{
    const struct json_value *element;
    int64_t identity;

    if (value->kind != JSON_ARRAY)
        return wrong(r, "is not a list");
    *out = 0;
    for (element = json_first(value); element != NULL; element = json_next(value, element)) {
        if (!read_integer(r, element, 1, 32, &identity))
            return false;
        *out |= UINT32_C(1) << (identity - 1);
    }
    return true;
}

static bool read_digest(const struct reading *r, const struct json_value *value, uint64_t *out)
{
    const char *string = read_string(r, value);

    if (string == NULL)
        return false;
    if (strlen(string) != 16 || !g_ascii_string_to_unsigned(string, 16, 0, UINT64_MAX, out, NULL))
        return wrong(r, "is not 16 hexadecimal digits");
    return true;
}

static bool read_text(const struct reading *r, const struct json_value *value, char out[static 64])
{
    const char *string = read_string(r, value);

    if (string == NULL)
        return false;
    return g_strlcpy(out, string, 64) < 64 || wrong(r, "is longer than 63 octets");
}

static bool read_xor(const struct reading *r, const struct json_value *value, uint8_t out[static DAPS_COLLISION_OCTETS])
{
    const char *string = read_string(r, value);
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
static bool read_number(const struct reading *r, const struct event_field *field, const struct json_value *value,
                        void *to)
{
    int64_t number = 0;

    if (!read_integer(r, value, 0, field->type == EVENT_FIELD_COUNT ? (int64_t)UINT32_MAX : field->most, &number))
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

static bool read_field(const struct reading *r, const struct event_field *field, const struct json_value *value,
                       struct daps_event *ev)
{
    void *to = (char *)ev + field->offset;
    int64_t number = 0;
    unsigned found = 0;

    switch (field->type) {
    case EVENT_FIELD_FLAG:
        return read_flag(r, value, to);
    case EVENT_FIELD_SET:
        return read_set(r, value, to);
    case EVENT_FIELD_DIGEST:
        return read_digest(r, value, to);
    case EVENT_FIELD_TEXT:
        return read_text(r, value, to);
    case EVENT_FIELD_XOR:
        return read_xor(r, value, to);
    case EVENT_FIELD_S8:
        if (!read_integer(r, value, -field->most, field->most, &number))
            return false;
        *(int8_t *)to = (int8_t)number;
        return true;
    case EVENT_FIELD_RACH:
        if (!read_name(r, value, rach_name, DAPS_RACH_SKIP + 1, &found))
            return false;
        ev->rach = (enum daps_rach)found;
        return true;
    case EVENT_FIELD_SAYS:
        if (!read_name(r, value, says_name, DAPS_NODE_SAYS, &found))
            return false;
        ev->node.says = (uint8_t)found;
        return true;
    case EVENT_FIELD_CAUSE:
        if (!read_name(r, value, cause_name, DAPS_REEST_OTHER_FAILURE + 1, &found))
            return false;
        ev->cause = (enum daps_reestablishment_cause)found;
        return true;
    default:
        return read_number(r, field, value, to);
    }
}

static bool read_time(const struct reading *r, const struct json_value *value, int64_t *time_ns)
{
    const char *string;

    if (value->kind == JSON_NULL) {
        *time_ns = INT64_MIN;
        return true;
    }
    string = read_string(r, value);
    if (string == NULL)
        return false;
    return rfc3339_read(string, time_ns) || wrong(r, "is not an RFC 3339 time in UTC");
}

/* The members every event has, besides event itself. */
static bool read_common(const struct reading *r, const struct json_value *value, struct daps_event *ev, bool *known)
{
    unsigned found = 0;
    int64_t number;

    *known = true;
    if (strcmp(r->name, "rat") == 0) {
        if (!read_name(r, value, rat_name, DAPS_RAT_LTE + 1, &found))
            return false;
        ev->rat = (enum daps_rat)found;
    } else if (strcmp(r->name, "channel") == 0) {
        if (!read_name(r, value, channel_name, DAPS_CH_COUNT, &found))
            return false;
        ev->channel = (enum daps_channel)found;
    } else if (strcmp(r->name, "frame") == 0) {
        if (!read_integer(r, value, 1, INT64_MAX, &number))
            return false;
        ev->frame = (uint64_t)number;
    } else if (strcmp(r->name, "time") == 0) {
        return read_time(r, value, &ev->time_ns);
    } else {
        *known = strcmp(r->name, "type") == 0 || strcmp(r->name, "capture") == 0 || strcmp(r->name, "ue") == 0 ||
                 strcmp(r->name, "event") == 0;
    }
    return true;
}

/* NULL none. Fields are written in the order of the table: the next one is mostly behind the last (*at). */
static const struct event_field *field_by_name(const char *name, size_t *at)
{
    for (size_t n = 0; n < event_fields_n; n++) {
        *at = (*at + 1) % event_fields_n;
        if (strcmp(event_fields[*at].name, name) == 0)
            return &event_fields[*at];
    }
    return NULL;
}

static bool has_required(const struct json_value *line, struct reading *r)
{
    static const char *const required[] = {"rat", "frame", "event", "channel"};

    for (size_t i = 0; i < G_N_ELEMENTS(required); i++) {
        r->name = required[i];
        if (json_member(line, r->name) == NULL)
            return wrong(r, "is missing");
    }
    return true;
}

bool event_read(const struct json_value *line, struct daps_event *ev, char *error, size_t error_octets)
{
    struct reading r = {.name = "", .error_octets = error_octets};
    const struct event_field *field;
    size_t at = event_fields_n - 1;
    unsigned kind = 0;
    bool known;

    r.error = error;
    if (!has_required(line, &r))
        return false;
    r.name = "event";
    if (!read_name(&r, json_member(line, "event"), kind_name, DAPS_EV_KIND_COUNT, &kind))
        return false;
    daps_event_clear(ev, (enum daps_event_kind)kind);
    for (const struct json_value *value = json_first(line); value != NULL; value = json_next(line, value)) {
        r.name = value->name;
        if (!read_common(&r, value, ev, &known))
            return false;
        if (known)
            continue;
        field = field_by_name(r.name, &at);
        if (field == NULL || !event_field_is_of(field, ev->kind))
            return wrong(&r, "is not a field of an event");
        if (!read_field(&r, field, value, ev))
            return false;
    }
    return true;
}
