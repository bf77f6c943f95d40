/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Table-driven reader of ASN.1 Packed Encoding Rules (ITU-T X.691), unaligned and aligned.
 *
 * The tables are generated (engine/per/generate) from the ASN.1 modules and a manifest of wanted fields. A walk goes
 * through an encoding once, front to back, and reports the wanted fields in the order they come; everything else is
 * stepped over. No allocation, no recursion: a fixed stack whose depth the generator checks. Where speed counts the
 * generator makes a walk in C of the same rows as well (run.h); the tables then say what is wrong with an encoding that
 * it could not read, and a test holds both against each other.
 *
 *   types[]       one row a type: how it is encoded, which hit it gives
 *   components[]  what SEQUENCEs, CHOICEs and open types are made of, as runs of rows
 *
 *   kind             meaning of the row
 *   SKIP             `bits` bits without meaning to us
 *   BOOLEAN, NULL
 *   INTEGER          lower + number in `bits` bits, at most `range`; bits 255: unconstrained (signed, with length);
 *                    bits 254: semi-constrained; EXTENSIBLE: a bit before says "unconstrained"
 *   ENUMERATED       index in `bits` bits, at most `range`
 *   BIT_STRING, OCTET_STRING, STRING (unit = bits of one character, SEQUENCE_OF)
 *                    lower = least size; size in `bits` bits, at most `range` above lower; bits 255: length
 *                    determinant; bits 0: fixed. SEQUENCE_OF: elements are of type `first`
 *   SEQUENCE         `bits` OPTIONAL or DEFAULT components announced by a bitmap; components first .. first + n;
 *                    additions ext_first .. ext_first + ext_n
 *   CHOICE           index in `bits` bits; alternatives likewise
 *   OPEN             open type, contents given by the INTEGER hit last seen of field `key`: components
 *                    first .. first + n hold (key, type); others are skipped
 *
 * Components of a SEQUENCE that follow the last wanted one are read only if something wanted may follow the SEQUENCE
 * itself: n_tail counts those up to the last wanted one.
 */
#ifndef DAPS_ENGINE_PER_H
#define DAPS_ENGINE_PER_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/bits.h"

enum per_kind {
    PER_SKIP,
    PER_BOOLEAN,
    PER_NULL,
    PER_INTEGER,
    PER_ENUMERATED,
    PER_BIT_STRING,
    PER_OCTET_STRING,
    PER_STRING,
    PER_SEQUENCE,
    PER_SEQUENCE_OF,
    PER_CHOICE,
    PER_OPEN,
};

enum per_flags {
    PER_EXTENSIBLE = 1, /* an extension bit comes first */
    PER_WANTED = 2,     /* the type or something in it gives a hit */
};

#define PER_UNCONSTRAINED    255
#define PER_SEMI_CONSTRAINED 254

struct per_type {
    uint8_t kind;
    uint8_t flags;
    uint8_t unit; /* bits of one character or octet or bit */
    uint16_t field;
    uint32_t bits;
    uint64_t range;
    int64_t lower;
    uint32_t first, n, n_tail;
    uint32_t ext_first, ext_n;
};

struct per_component {
    uint32_t type;
    int32_t key; /* OPEN: value that selects this type */
    bool optional;
};

struct per_table {
    const struct per_type *types;
    const struct per_component *components;
    bool aligned;
    const char *const *names;      /* of components, for writers; NULL in tables that are only read */
    const char *const *enum_names; /* reserved for writers */
};

/* A wanted field. value: of a number, enumeration (index), choice (index), boolean; size in octets or bits of a string;
 * number of elements of a list. bit: where its contents start (strings), else where the field ended. */
struct per_hit {
    uint16_t field;
    int64_t value;
    uint64_t bit;
    bool
        fragmented; /* OCTET_STRING in fragments (X.691 10.9.3.8): bit is where its first length is; see per_gather() */
};

/* Called for each hit; false stops the walk (not an error). */
typedef bool per_on_hit(void *user, const struct per_hit *hit);

/*
 * Walks the encoding of type `root` that starts at bits->position. Returns true if all that is wanted was read; false
 * with bits->error and bits->position saying what is wrong and where.
 */
bool per_walk(const struct per_table *table, uint32_t root, struct daps_bits *bits, per_on_hit *on_hit, void *user);

/*
 * Joins the fragments of an OCTET STRING whose first length determinant is at bits->position into
 * octets[0..capacity). Returns its length in octets; 0 with bits->error set if it does not fit or is cut short.
 */
size_t per_gather(const struct per_table *table, struct daps_bits *bits, uint8_t *octets, size_t capacity);

#define PER_DEPTH 64 /* generator's limit on nested types */

#endif
