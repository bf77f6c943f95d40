/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unaligned PER (ITU-T X.691) the other way: values to octets, driven by writer tables (engine/per/per.h, mode writer).
 *
 * The caller names the values it cares about by path; what is mandatory and not named is written with its smallest
 * value, what is optional and not named is left out, a CHOICE takes the alternative that a path goes into, or its
 * first. Path components are ASN.1 names joined by dots, list elements are [0], [1], ...
 */
#ifndef DAPS_ENGINE_PER_WRITER_H
#define DAPS_ENGINE_PER_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "per/per.h"

struct per_assign {
    const char *path;
    int64_t value;         /* number, enumeration index, boolean; for a bit string its bits as a number */
    const char *name;      /* enumeration by name; NULL: by value */
    const uint8_t *octets; /* contents of an OCTET STRING, length of them; NULL: by value */
    size_t length;
    bool only_there; /* the component shall be there, with its smallest value */
};

#define PER_MOST_OCTETS 65536

struct per_output {
    uint8_t octets[PER_MOST_OCTETS];
    uint64_t bits;
    char error[160]; /* empty while all is well */
};

/*
 * Writes a value of type root into out, padded to whole octets. Every one of the n assignments must have been used.
 * Returns the number of octets, 0 with out->error saying which path is wrong.
 */
size_t per_write(const struct per_table *table, uint32_t root, const struct per_assign *assigns, size_t n,
                 struct per_output *out);

#endif
