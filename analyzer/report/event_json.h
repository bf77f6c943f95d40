/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as NDJSON lines, out and in again without loss (schema: docs/schema.json, type "event").
 *
 * One table of fields drives writer, reader, CSV and schema test: a field is written when it differs from what
 * daps_event_clear() leaves, and a field that is not written is read back as that.
 */
#ifndef DAPSAUDIT_EVENT_JSON_H
#define DAPSAUDIT_EVENT_JSON_H

#include <stddef.h>

#include "daps/event.h"
#include "report/json_read.h"
#include "report/outbuf.h"

enum event_field_type {
    EVENT_FIELD_FLAG,   /* bool, present when true */
    EVENT_FIELD_I8,     /* number from 0, present when not negative */
    EVENT_FIELD_I16,    /* the same */
    EVENT_FIELD_I32,    /* the same */
    EVENT_FIELD_I64,    /* the same */
    EVENT_FIELD_COUNT,  /* uint32_t, present when not 0 */
    EVENT_FIELD_SET,    /* uint32_t as a list of identities: bit n-1 stands for n; present when not empty */
    EVENT_FIELD_DIGEST, /* uint64_t as 16 hexadecimal digits, present when not 0 */
    EVENT_FIELD_U8,     /* number from 0, present when not 0 */
    EVENT_FIELD_S8,     /* number of either sign, present when not 0 */
    EVENT_FIELD_U64,    /* number from 0, present when not 0 */
    EVENT_FIELD_TEXT,   /* char[64], present when not empty */
    EVENT_FIELD_XOR,    /* uint8_t[64] in hexadecimal, as many as the collision has; present when there are any */
    EVENT_FIELD_RACH,
    EVENT_FIELD_CAUSE,
    EVENT_FIELD_SAYS, /* enum daps_node_says, always there */
};

/* Names are those of one list: a field belongs to messages, or to one kind of evidence. */
struct event_field {
    const char *name;
    size_t offset; /* in struct daps_event */
    enum event_field_type type;
    int64_t most;              /* largest number; 0 where the type says it all */
    enum daps_event_kind kind; /* of evidence that has it; DAPS_EV_KIND_COUNT: messages, or any with size 0 */
};

/* Does an event of that kind have this field? */
bool event_field_is_of(const struct event_field *field, enum daps_event_kind kind);

extern const struct event_field event_fields[];
extern const size_t event_fields_n;

/* ,"name":value for every field that is present. */
void event_fields_write(struct outbuf *out, const struct daps_event *ev);

/* One field's value without its name, nothing if it is not present: for tables. */
void event_field_write_plain(struct outbuf *out, const struct event_field *field, const struct daps_event *ev);
const char *event_field_text(const struct event_field *field, const struct daps_event *ev); /* of EVENT_FIELD_TEXT */
bool event_field_is_present(const struct event_field *field, const struct daps_event *ev);

/*
 * The event of a line of type "event", an object. Fills ev, or returns false with a sentence about what is wrong in
 * error[0..error_octets). Members capture and ue are the caller's business.
 */
bool event_read(const struct json_value *line, struct daps_event *ev, char *error, size_t error_octets);

#endif
