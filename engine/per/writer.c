/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ITU-T X.691 unaligned, encoder side: see engine/per/per.c for the layouts. Recursion follows the tables, whose depth
 * is bounded, never data from outside.
 */
#include "per/writer.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define MOST_PATH 512

struct writing {
    const struct per_table *table;
    const struct per_assign *assigns;
    size_t n;
    bool *used;
    struct per_output *out;
};

static void fail(struct writing *w, const char *path, const char *reason)
{
    if (w->out->error[0] == '\0')
        snprintf(w->out->error, sizeof w->out->error, "%.100s: %s", path, reason);
}

static void put(struct writing *w, uint64_t value, unsigned bits)
{
    struct per_output *out = w->out;

    for (unsigned i = bits; i-- > 0;) {
        if (out->bits >= (uint64_t)PER_MOST_OCTETS * 8) {
            fail(w, "message", "too long");
            return;
        }
        if ((out->bits & 7) == 0)
            out->octets[out->bits >> 3] = 0;
        out->octets[out->bits >> 3] |= (uint8_t)((value >> i & 1) << (7 - (out->bits & 7)));
        out->bits++;
    }
}

/* X.691 10.9.3, lengths below 16K. */
static void put_length(struct writing *w, const char *path, size_t length)
{
    if (length < 128)
        put(w, length, 8);
    else if (length < 16384)
        put(w, 0x8000 | length, 16);
    else
        fail(w, path, "contents of 16K and more are not written");
}

/* Does an assignment name path itself (then it is returned) or something below it (then *below)? */
static const struct per_assign *find(struct writing *w, const char *path, bool *below)
{
    size_t length = strlen(path);
    const struct per_assign *found = NULL;

    *below = false;
    for (size_t i = 0; i < w->n; i++) {
        const char *candidate = w->assigns[i].path;
        if (strncmp(candidate, path, length) != 0)
            continue;
        if (candidate[length] == '\0') {
            found = &w->assigns[i];
        } else if (length == 0 || candidate[length] == '.') {
            *below = true;
        }
    }
    return found;
}

static bool is_named(struct writing *w, const char *path)
{
    bool below;

    return find(w, path, &below) != NULL || below;
}

static void join(char out[static MOST_PATH], const char *path, const char *name)
{
    snprintf(out, MOST_PATH, "%s%s%s", path, *path != '\0' ? "." : "", name);
}

static void write_type(struct writing *w, uint32_t index, const char *path);

static void write_number(struct writing *w, const struct per_type *type, const char *path, int64_t value)
{
    uint64_t offset = (uint64_t)value - (uint64_t)type->lower;

    if ((type->flags & PER_EXTENSIBLE) != 0)
        put(w, 0, 1);
    if (type->bits >= PER_SEMI_CONSTRAINED || value < type->lower || offset > type->range) {
        fail(w, path, "value out of range");
        return;
    }
    put(w, offset, type->bits);
}

/* Position of name in a list of names separated by blanks, -1 if it is not there. */
static int64_t enum_index(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (int64_t i = 0; *names != '\0'; i++) {
        size_t n = strcspn(names, " ");
        if (n == length && strncmp(names, name, n) == 0)
            return i;
        names += n + (names[n] == ' ');
    }
    return -1;
}

static void write_enumerated(struct writing *w, uint32_t index, const char *path, const struct per_assign *given)
{
    int64_t value = given == NULL ? 0 : given->value;

    if (given != NULL && given->name != NULL)
        value = enum_index(w->table->enum_names[index], given->name);
    write_number(w, &w->table->types[index], path, value);
}

static void write_size(struct writing *w, const struct per_type *type, const char *path, uint64_t size)
{
    if ((type->flags & PER_EXTENSIBLE) != 0)
        put(w, 0, 1);
    if (type->bits == PER_UNCONSTRAINED) {
        put_length(w, path, size);
        return;
    }
    if (size < (uint64_t)type->lower || size - (uint64_t)type->lower > type->range) {
        fail(w, path, "size out of range");
        return;
    }
    put(w, size - (uint64_t)type->lower, type->bits);
}

static void write_string(struct writing *w, const struct per_type *type, const char *path,
                         const struct per_assign *given)
{
    uint64_t size = type->lower > 0 ? (uint64_t)type->lower : 0;

    if (given != NULL && given->octets != NULL)
        size = type->unit == 8 ? given->length : given->length * 8;
    write_size(w, type, path, size);
    if (given != NULL && given->octets != NULL) {
        for (size_t i = 0; i < given->length; i++)
            put(w, given->octets[i], 8);
    } else if (size * type->unit <= 64) {
        put(w, given != NULL ? (uint64_t)given->value : 0, (unsigned)(size * type->unit));
    } else {
        for (uint64_t i = 0; i < size; i++)
            put(w, 0, type->unit);
    }
}

static void write_list(struct writing *w, const struct per_type *type, const char *path)
{
    uint64_t n = 0;
    char element[MOST_PATH], name[16];

    for (;; n++) {
        snprintf(name, sizeof name, "[%u]", (unsigned)n);
        join(element, path, name);
        if (!is_named(w, element))
            break;
    }
    n = MAX(n, (uint64_t)type->lower);
    write_size(w, type, path, n);
    for (uint64_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "[%u]", (unsigned)i);
        join(element, path, name);
        write_type(w, type->first, element);
    }
}

/* A group of additions is named "/a/b": present if a or b is. */
static bool addition_is_named(struct writing *w, const char *path, const char *name)
{
    char **members, step[MOST_PATH];
    bool named = false;

    if (*name != '/') {
        join(step, path, name);
        return is_named(w, step);
    }
    members = g_strsplit(name + 1, "/", -1);
    for (unsigned i = 0; members[i] != NULL; i++) {
        join(step, path, members[i]);
        named |= is_named(w, step);
    }
    g_strfreev(members);
    return named;
}

/* X.691 10.2: whole octets behind their number. */
static void write_open(struct writing *w, uint32_t index, const char *path)
{
    struct per_output *inner = g_new0(struct per_output, 1), *outer = w->out;
    size_t octets;

    w->out = inner;
    write_type(w, index, path);
    w->out = outer;
    if (inner->error[0] != '\0' && outer->error[0] == '\0')
        memcpy(outer->error, inner->error, sizeof outer->error);
    octets = MAX((size_t)((inner->bits + 7) / 8), 1);
    put_length(w, path, octets);
    for (size_t i = 0; i < octets; i++)
        put(w, inner->octets[i], 8);
    g_free(inner);
}

static void write_additions(struct writing *w, const struct per_type *type, const char *path, uint32_t n)
{
    const struct per_component *components = w->table->components;
    bool there[64] = {false};
    char step[MOST_PATH];

    put(w, 0, 1); /* X.691 10.6.1: n - 1 below 64 */
    put(w, n - 1, 6);
    for (uint32_t i = 0; i < n; i++) {
        there[i] = addition_is_named(w, path, w->table->names[type->ext_first + i]);
        put(w, there[i], 1);
    }
    for (uint32_t i = 0; i < n; i++) {
        const char *name = w->table->names[type->ext_first + i];
        if (!there[i])
            continue;
        join(step, path, name);
        write_open(w, components[type->ext_first + i].type, *name == '/' ? path : step);
    }
}

static void write_sequence(struct writing *w, const struct per_type *type, const char *path)
{
    const struct per_component *components = w->table->components;
    char step[MOST_PATH];
    uint32_t additions = 0;

    for (uint32_t i = 0; i < type->ext_n; i++) {
        if (addition_is_named(w, path, w->table->names[type->ext_first + i]))
            additions = i + 1;
    }
    if ((type->flags & PER_EXTENSIBLE) != 0)
        put(w, additions > 0, 1);
    for (uint32_t i = 0; i < type->n; i++) {
        join(step, path, w->table->names[type->first + i]);
        if (components[type->first + i].optional)
            put(w, is_named(w, step), 1);
    }
    for (uint32_t i = 0; i < type->n; i++) {
        join(step, path, w->table->names[type->first + i]);
        if (!components[type->first + i].optional || is_named(w, step))
            write_type(w, components[type->first + i].type, step);
    }
    if (additions > 0)
        write_additions(w, type, path, additions);
}

static void write_choice(struct writing *w, const struct per_type *type, const char *path)
{
    uint32_t chosen = 0;
    char step[MOST_PATH];

    for (uint32_t i = 0; i < type->n; i++) {
        join(step, path, w->table->names[type->first + i]);
        if (is_named(w, step))
            chosen = i;
    }
    if ((type->flags & PER_EXTENSIBLE) != 0)
        put(w, 0, 1);
    put(w, chosen, type->bits);
    join(step, path, w->table->names[type->first + chosen]);
    write_type(w, w->table->components[type->first + chosen].type, step);
}

static void write_type(struct writing *w, uint32_t index, const char *path)
{
    const struct per_type *type = &w->table->types[index];
    const struct per_assign *given;
    bool below;

    given = find(w, path, &below);
    if (given != NULL)
        w->used[given - w->assigns] = true;
    if (given != NULL && given->only_there)
        given = NULL;
    switch ((enum per_kind)type->kind) {
    case PER_SKIP:
        if (given != NULL || below)
            fail(w, path, "not in the tables of this writer");
        break;
    case PER_NULL:
        break;
    case PER_BOOLEAN:
        put(w, given != NULL && given->value != 0, 1);
        break;
    case PER_INTEGER:
        write_number(w, type, path, given != NULL ? given->value : type->lower);
        break;
    case PER_ENUMERATED:
        write_enumerated(w, index, path, given);
        break;
    case PER_BIT_STRING:
    case PER_OCTET_STRING:
    case PER_STRING:
        write_string(w, type, path, given);
        break;
    case PER_SEQUENCE_OF:
        write_list(w, type, path);
        break;
    case PER_SEQUENCE:
        write_sequence(w, type, path);
        break;
    case PER_CHOICE:
        write_choice(w, type, path);
        break;
    case PER_OPEN:
        fail(w, path, "open types are not written");
        break;
    }
}

size_t per_write(const struct per_table *table, uint32_t root, const struct per_assign *assigns, size_t n,
                 struct per_output *out)
{
    struct writing w = {table, assigns, n, g_new0(bool, n + 1), out};

    out->bits = 0;
    out->error[0] = '\0';
    write_type(&w, root, "");
    for (size_t i = 0; i < n; i++) {
        if (!w.used[i])
            fail(&w, assigns[i].path, "no such place in the message");
    }
    g_free(w.used);
    if (out->error[0] != '\0')
        return 0;
    if (out->bits == 0)
        put(&w, 0, 8);
    return (size_t)((out->bits + 7) / 8);
}
