/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of members, and the counts. */
#include <string.h>

#include "daps/shapes.h"
#include "daps/words.h"

_Static_assert(sizeof(int) == sizeof(int32_t), "members of type INT are int or int32_t");

enum daps_rat daps_shape_rat(const struct daps_shape *shape, const void *object)
{
    return *(const enum daps_rat *)(const void *)((const char *)object + shape->rat);
}

static struct daps_value number(const struct daps_member *member, const void *object)
{
    struct daps_value value = {.kind = DAPS_VALUE_NONE};

    if (daps_member_number(member, object, &value.number))
        value.kind = member->type == DAPS_MEMBER_FLAG ? DAPS_VALUE_FLAG : DAPS_VALUE_NUMBER;
    return value;
}

static struct daps_value word(const char *text)
{
    return (struct daps_value){.kind = text != NULL && text[0] != '\0' ? DAPS_VALUE_WORD : DAPS_VALUE_NONE,
                               .word = text};
}

static struct daps_value octets(const uint8_t *value, uint32_t n)
{
    return (struct daps_value){
        .kind = value != NULL ? DAPS_VALUE_OCTETS : DAPS_VALUE_NONE, .octets = value, .n_octets = n};
}

static struct daps_value said(char *text)
{
    struct daps_value value = word(text);

    value.owned = text;
    return value;
}

/* Text of the capture's: also where it is empty. */
static struct daps_value text_of(const char *text)
{
    return (struct daps_value){.kind = text != NULL ? DAPS_VALUE_WORD : DAPS_VALUE_NONE, .word = text};
}

struct daps_value daps_member_value(const struct daps_member *member, const void *object,
                                    const struct daps_telling *telling)
{
    const void *at = (const char *)object + member->offset;
    const struct daps_keystream_tuple *tuple = object;

    if (!daps_member_is_there(member, object))
        return (struct daps_value){.kind = DAPS_VALUE_NONE};
    switch (member->type) {
    case DAPS_MEMBER_CAPTURE:
        return text_of(telling->capture);
    case DAPS_MEMBER_TEXT:
        return text_of(*(const char *const *)at);
    case DAPS_MEMBER_NAME:
        return word(at);
    case DAPS_MEMBER_WORD:
        return word(member->word(at, telling->rat));
    case DAPS_MEMBER_FLAG:
    case DAPS_MEMBER_INT:
    case DAPS_MEMBER_SOME:
    case DAPS_MEMBER_U32:
    case DAPS_MEMBER_U64:
    case DAPS_MEMBER_FRAME:
    case DAPS_MEMBER_OCTET:
        return number(member, object);
    case DAPS_MEMBER_TIME:
        return (struct daps_value){.kind = *(const int64_t *)at != INT64_MIN ? DAPS_VALUE_TIME : DAPS_VALUE_NONE,
                                   .time_ns = *(const int64_t *)at};
    case DAPS_MEMBER_KEY:
        return octets(telling->show_keys ? *(const uint8_t *const *)at : NULL, 32);
    case DAPS_MEMBER_XOR:
        return octets(*(const uint8_t *const *)at, tuple->octets);
    case DAPS_MEMBER_SAID:
        return said(member->say(object));
    case DAPS_MEMBER_LIST:
    case DAPS_MEMBER_OBJECT:
    case DAPS_MEMBER_AS_KEYS:
        break;
    }
    return (struct daps_value){.kind = DAPS_VALUE_NONE};
}

const void *daps_member_object(const struct daps_member *member, const void *object)
{
    return daps_member_is_there(member, object) ? (const char *)object + member->offset : NULL;
}

const struct daps_member *daps_shape_member(const struct daps_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->n; i++) {
        if (strcmp(shape->members[i].name, name) == 0)
            return &shape->members[i];
    }
    return NULL;
}

/* ---- counts ---- */

#define COUNT(name)                                                                                                    \
    {                                                                                                                  \
#name, offsetof(struct daps_engine_counts, name), false                                                        \
    }
#define JUDGED(name)                                                                                                   \
    {                                                                                                                  \
#name, offsetof(struct daps_engine_counts, name), true                                                         \
    }
#define PDCP(name)                                                                                                     \
    {                                                                                                                  \
#name, offsetof(struct daps_engine_counts, pdcp.name), false                                                   \
    }

const struct daps_count daps_counts[] = {
    COUNT(rrc_messages),    COUNT(undecoded),  JUDGED(duplicates), JUDGED(handovers),
    JUDGED(daps_handovers), JUDGED(fallbacks), COUNT(ues),         JUDGED(scg_changes),
};
const size_t daps_counts_n = G_N_ELEMENTS(daps_counts);

const struct daps_count daps_pdcp_counts[] = {
    PDCP(pdus),       PDCP(signalling), PDCP(clear),    PDCP(deciphered), PDCP(verified),
    PDCP(unreadable), PDCP(unverified), PDCP(unplaced), PDCP(uncompared), PDCP(malformed),
};
const size_t daps_pdcp_counts_n = G_N_ELEMENTS(daps_pdcp_counts);

const struct daps_count *daps_count(const char *name)
{
    for (size_t i = 0; i < daps_counts_n; i++) {
        if (strcmp(daps_counts[i].name, name) == 0)
            return &daps_counts[i];
    }
    g_assert_not_reached();
}

static void add(struct daps_engine_counts *sum, const struct daps_engine_counts *more, const struct daps_count *counts,
                size_t n)
{
    for (size_t i = 0; i < n; i++)
        *(uint64_t *)(void *)((char *)sum + counts[i].offset) += daps_count_of(more, &counts[i]);
}

void daps_counts_add(struct daps_engine_counts *sum, const struct daps_engine_counts *more)
{
    add(sum, more, daps_counts, daps_counts_n);
    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++)
        sum->of[rat] |= more->of[rat];
    sum->repeats += more->repeats;
    sum->ues_given_up += more->ues_given_up;
    add(sum, more, daps_pdcp_counts, daps_pdcp_counts_n);
    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++)
        sum->findings[rule] += more->findings[rule];
    daps_not_judged_sum(sum->not_judged, more->not_judged);
}
