/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of what the engine says, each once: name, place in the structure, and how its value reads. JSON lines,
 * CSV columns and the plugin's tables are made from these tables, and docs/schema.json is held against them by a test.
 */
#ifndef DAPS_ENGINE_SHAPES_H
#define DAPS_ENGINE_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/counts.h"

enum daps_member_type {
    DAPS_MEMBER_CAPTURE, /* path of the capture, which the structure does not have */
    DAPS_MEMBER_TEXT,    /* const char *, NULL nothing */
    DAPS_MEMBER_NAME,    /* char[], "" nothing */
    DAPS_MEMBER_WORD,    /* what word() makes of it, "" or NULL nothing */
    DAPS_MEMBER_FLAG,    /* bool; from here numbers in the structure itself, ... */
    DAPS_MEMBER_INT,     /* int or int32_t, below 0 nothing */
    DAPS_MEMBER_SOME,    /* int, below 1 nothing */
    DAPS_MEMBER_U32,
    DAPS_MEMBER_U64,
    DAPS_MEMBER_FRAME,   /* uint64_t, 0 nothing */
    DAPS_MEMBER_OCTET,   /* uint8_t, 0 nothing; ... to here */
    DAPS_MEMBER_TIME,    /* int64_t in ns, INT64_MIN nothing */
    DAPS_MEMBER_KEY,     /* const uint8_t * to 32 octets, NULL or not asked for: nothing */
    DAPS_MEMBER_XOR,     /* const uint8_t * in a keystream tuple */
    DAPS_MEMBER_SAID,    /* sentences that say() makes of the object, NULL nothing */
    DAPS_MEMBER_LIST,    /* of values that item() gives */
    DAPS_MEMBER_OBJECT,  /* with members of its own */
    DAPS_MEMBER_AS_KEYS, /* leaf keys, which whoever writes them derives */
};

enum daps_value_kind {
    DAPS_VALUE_NONE,
    DAPS_VALUE_NUMBER,
    DAPS_VALUE_FLAG,
    DAPS_VALUE_WORD,
    DAPS_VALUE_TIME,
    DAPS_VALUE_OCTETS,
};

struct daps_value {
    enum daps_value_kind kind;
    uint32_t n_octets;
    union {
        uint64_t number; /* NUMBER; FLAG: 0 or 1 */
        int64_t time_ns;
        const char *word;
        const uint8_t *octets;
    };
    char *owned; /* memory of word, to be freed by whoever asked; NULL none */
};

#define DAPS_MEMBER_KEY_ROOM 32

struct daps_member {
    const char *name;               /* in JSON */
    char key[DAPS_MEMBER_KEY_ROOM]; /* ,"name": as it goes before the value, so that it is copied in one piece */
    uint8_t key_octets;
    enum daps_member_type type;
    size_t offset;
    const char *(*word)(const void *at, enum daps_rat rat);
    char *(*say)(const void *object);
    /* The next value from *at on, which starts at 0; false: no more. */
    bool (*item)(const void *object, uint32_t *at, struct daps_value *value);
    const struct daps_shape *object;
    bool (*there)(const void *object); /* NULL: always */
    bool optional;                     /* left out of JSON where it is not there; else null */
    bool csv_only;
    uint8_t column;     /* of CSV, from 1; 0 none */
    const char *header; /* of that column, NULL: name */
    const char *joint;  /* between the items of a list in CSV */
};

/* A structure and its members in the order of JSON. */
struct daps_shape {
    const char *type; /* "handover"; NULL: part of another */
    const struct daps_member *members;
    size_t n;
    size_t rat; /* offset of enum daps_rat; parts have that of the whole */
};

extern const struct daps_shape daps_shape_handover, daps_shape_scg_change, daps_shape_key, daps_shape_finding;

/* What the structures themselves do not hold. */
struct daps_telling {
    const char *capture;
    enum daps_rat rat;
    bool show_keys;
};

/* rat of the object, for a telling of it. */
enum daps_rat daps_shape_rat(const struct daps_shape *shape, const void *object);

static inline bool daps_member_is_there(const struct daps_member *member, const void *object)
{
    return member->there == NULL || member->there(object);
}

static inline bool daps_member_is_number(const struct daps_member *member)
{
    return member->type >= DAPS_MEMBER_FLAG && member->type <= DAPS_MEMBER_OCTET;
}

/* Into *value what such a member says; false: nothing. Inline, for most of what is written is this. */
static inline bool daps_member_number(const struct daps_member *member, const void *object, uint64_t *value)
{
    const void *at = (const char *)object + member->offset;

    *value = 0;
    if (!daps_member_is_there(member, object))
        return false;
    switch (member->type) {
    case DAPS_MEMBER_FLAG:
        *value = *(const bool *)at;
        return true;
    case DAPS_MEMBER_INT:
        *value = (uint64_t) * (const int *)at;
        return *(const int *)at >= 0;
    case DAPS_MEMBER_SOME:
        *value = (uint64_t) * (const int *)at;
        return *(const int *)at > 0;
    case DAPS_MEMBER_U32:
        *value = *(const uint32_t *)at;
        return true;
    case DAPS_MEMBER_U64:
        *value = *(const uint64_t *)at;
        return true;
    case DAPS_MEMBER_FRAME:
        *value = *(const uint64_t *)at;
        return *value != 0;
    case DAPS_MEMBER_OCTET:
        *value = *(const uint8_t *)at;
        return *value != 0;
    default:
        return false;
    }
}

/* A value that is no list and no object; NONE if there is none. */
struct daps_value daps_member_value(const struct daps_member *member, const void *object,
                                    const struct daps_telling *telling);

/* The object that a member of type OBJECT is, NULL if it is not there. */
const void *daps_member_object(const struct daps_member *member, const void *object);

/* The member of that name, NULL none. */
const struct daps_member *daps_shape_member(const struct daps_shape *shape, const char *name);

/* ---- counts of a capture: capture and summary lines, and adding them up ---- */

struct daps_count {
    const char *name;
    size_t offset; /* of a uint64_t in struct daps_engine_counts */
    bool judged;   /* only an audit has it */
};

extern const struct daps_count daps_counts[], daps_pdcp_counts[];
extern const size_t daps_counts_n, daps_pdcp_counts_n;

static inline uint64_t daps_count_of(const struct daps_engine_counts *counts, const struct daps_count *count)
{
    return *(const uint64_t *)(const void *)((const char *)counts + count->offset);
}

/* The count of that name, which there is. */
const struct daps_count *daps_count(const char *name);

/* Adds every count of more, findings and what could not be judged included. */
void daps_counts_add(struct daps_engine_counts *sum, const struct daps_engine_counts *more);

#endif
