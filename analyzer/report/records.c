/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers, findings and keys as JSON objects: what one call of the engine's sink becomes. Their members are those of
 * daps/shapes.h. */
#include "report/records.h"

#include <stdio.h>
#include <string.h>

#include "daps/kdf.h"
#include "daps/shapes.h"
#include "daps/words.h"
#include "report/json.h"

const char *const as_key_names[AS_KEYS] = {"rrc_enc", "rrc_int", "up_enc", "up_int"};

bool as_keys_of(const struct daps_key_step *step, uint8_t as_keys[static AS_KEYS][16])
{
    static const enum daps_key_use uses[AS_KEYS] = {DAPS_USE_RRC_ENC, DAPS_USE_RRC_INT, DAPS_USE_UP_ENC,
                                                    DAPS_USE_UP_INT};
    bool ok = step->key.value != NULL && step->ciphering >= 0 && step->integrity >= 0;

    for (unsigned i = 0; ok && i < AS_KEYS; i++)
        ok = daps_kdf_leaf(step->rat, step->key.value, uses[i],
                           (uint8_t)(i % 2 == 0 ? step->ciphering : step->integrity), as_keys[i]);
    return ok;
}

static void write_as_keys(struct outbuf *out, const struct daps_key_step *step, bool show_keys)
{
    uint8_t as_keys[AS_KEYS][16];

    if (!show_keys || !as_keys_of(step, as_keys)) {
        outbuf_literal(out, "null");
        return;
    }
    for (unsigned i = 0; i < AS_KEYS; i++) {
        outbuf_string(out, i == 0 ? "{\"" : ",\"");
        outbuf_string(out, as_key_names[i]);
        outbuf_literal(out, "\":\"");
        outbuf_hex(out, as_keys[i], 16);
        outbuf_char(out, '"');
    }
    outbuf_char(out, '}');
    daps_wipe(as_keys, sizeof as_keys);
}

static void octets(struct outbuf *out, const struct daps_value *value)
{
    outbuf_char(out, '"');
    outbuf_hex(out, value->octets, value->n_octets);
    outbuf_char(out, '"');
}

static void write_value(struct outbuf *out, const struct daps_value *value)
{
    switch (value->kind) {
    case DAPS_VALUE_NONE:
        outbuf_literal(out, "null");
        break;
    case DAPS_VALUE_NUMBER:
        outbuf_unsigned(out, value->number);
        break;
    case DAPS_VALUE_FLAG:
        json_bool(out, value->number != 0);
        break;
    case DAPS_VALUE_WORD:
        json_string(out, value->word);
        break;
    case DAPS_VALUE_TIME:
        json_time(out, value->time_ns);
        break;
    case DAPS_VALUE_OCTETS:
        octets(out, value);
        break;
    }
}

static void write_list(struct outbuf *out, const struct daps_member *member, const void *object)
{
    struct daps_value value;
    uint32_t at = 0;
    bool first = true;

    outbuf_char(out, '[');
    for (; member->item(object, &at, &value); first = false) {
        if (!first)
            outbuf_char(out, ',');
        write_value(out, &value);
    }
    outbuf_char(out, ']');
}

static inline char *put(char *to, const char *word, size_t length)
{
    memcpy(to, word, length);
    return to + length;
}

/* At most as many octets as a number has. */
static char *put_number(char *to, const struct daps_member *member, const void *object)
{
    uint64_t number;

    if (!daps_member_number(member, object, &number))
        return put(to, "null", 4);
    if (member->type == DAPS_MEMBER_FLAG)
        return number != 0 ? put(to, "true", 4) : put(to, "false", 5);
    return outbuf_put_unsigned(to, number);
}

static void write_word(struct outbuf *out, const struct daps_member *member, const void *object, enum daps_rat rat)
{
    const char *word =
        daps_member_is_there(member, object) ? member->word((const char *)object + member->offset, rat) : NULL;

    json_string(out, word != NULL && word[0] != '\0' ? word : NULL);
}

static void write_plain(struct outbuf *out, const struct daps_member *member, const void *object,
                        const struct daps_telling *telling)
{
    struct daps_value value = daps_member_value(member, object, telling);

    write_value(out, &value);
    if (value.owned != NULL)
        g_free(value.owned);
}

/* The members of a part of a record. Parts have no parts. */
static void write_part(struct outbuf *out, const struct daps_shape *part, const void *object,
                       const struct daps_telling *telling)
{
    bool first = true;

    if (object == NULL) {
        outbuf_literal(out, "null");
        return;
    }
    outbuf_char(out, '{');
    for (size_t i = 0; i < part->n; i++) {
        const struct daps_member *member = &part->members[i];
        if (member->optional && !daps_member_is_there(member, object))
            continue;
        if (!first)
            outbuf_char(out, ',');
        first = false;
        json_string(out, member->name);
        outbuf_char(out, ':');
        write_plain(out, member, object, telling);
    }
    outbuf_char(out, '}');
}

/* Name and value, in one room and with no call, for most members are numbers. False: only the name. */
static inline bool write_number(struct outbuf *out, const struct daps_member *member, const void *object)
{
    char *const room = outbuf_room(out, sizeof member->key + OUTBUF_DIGITS), *to = room;
    const bool is_number = daps_member_is_number(member);

    memcpy(to, member->key, sizeof member->key);
    to += member->key_octets;
    if (is_number)
        to = put_number(to, member, object);
    outbuf_took(out, (size_t)(to - room));
    return is_number;
}

/* {"type":...,"member":value,...} */
static void write_record(struct outbuf *out, const struct daps_shape *shape, const void *object,
                         struct daps_telling telling)
{
    telling.rat = daps_shape_rat(shape, object);
    outbuf_literal(out, "{\"type\":");
    json_string(out, shape->type);
    for (size_t i = 0; i < shape->n; i++) {
        const struct daps_member *member = &shape->members[i];
        if (member->csv_only || (member->optional && !daps_member_is_there(member, object)))
            continue;
        if (write_number(out, member, object))
            continue;
        if (member->type == DAPS_MEMBER_LIST)
            write_list(out, member, object);
        else if (member->type == DAPS_MEMBER_OBJECT)
            write_part(out, member->object, daps_member_object(member, object), &telling);
        else if (member->type == DAPS_MEMBER_AS_KEYS)
            write_as_keys(out, object, telling.show_keys);
        else if (member->type == DAPS_MEMBER_WORD)
            write_word(out, member, object, telling.rat);
        else
            write_plain(out, member, object, &telling);
    }
    outbuf_char(out, '}');
}

void record_handover(struct outbuf *out, const char *capture, const struct daps_handover *handover)
{
    write_record(out, &daps_shape_handover, handover, (struct daps_telling){.capture = capture});
}

void record_scg_change(struct outbuf *out, const char *capture, const struct daps_scg_change *change)
{
    write_record(out, &daps_shape_scg_change, change, (struct daps_telling){.capture = capture});
}

void record_finding(struct outbuf *out, const char *capture, const struct daps_finding *finding, bool show_keys)
{
    write_record(out, &daps_shape_finding, finding, (struct daps_telling){.capture = capture, .show_keys = show_keys});
}

void record_key(struct outbuf *out, const char *capture, const struct daps_key_step *step, bool show_keys)
{
    write_record(out, &daps_shape_key, step, (struct daps_telling){.capture = capture, .show_keys = show_keys});
}
