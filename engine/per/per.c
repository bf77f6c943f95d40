/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ITU-T X.691 (07/2002 and later): packed encoding rules, BASIC-PER, UNALIGNED and ALIGNED.
 *
 *   SEQUENCE     [extension bit] [bitmap of OPTIONAL root components] root components
 *                [number of additions, bitmap, each addition as an open type]            18
 *   CHOICE       [extension bit] index, or for an addition: small number, open type      22
 *   open type    length determinant, octets                                              10.2
 */
#include "per/per.h"

#include "per/numbers.h"

struct frame {
    const struct per_type *type;
    enum { AT_ROOT, AT_ADDITIONS, AT_ELEMENTS, AT_OPEN } at;
    bool tail;      /* nothing wanted follows this frame in its region */
    bool extended;  /* SEQUENCE: additions follow */
    uint32_t index; /* next component, or element */
    uint32_t end;
    uint64_t optional;  /* presence bits, next one on top */
    uint64_t additions; /* presence bits of additions, next one on top */
    uint32_t n_additions;
    uint64_t open_end; /* AT_OPEN, AT_ADDITIONS: where the current open type ends */
    uint64_t limit;    /* of the surrounding region */
};

struct walk {
    const struct per_table *table;
    struct daps_bits *bits;
    per_on_hit *on_hit;
    void *user;
    bool stopped;
    int64_t key; /* newest INTEGER hit, for OPEN */
    unsigned depth;
    struct frame frames[PER_DEPTH];
};

static void report(struct walk *w, const struct per_type *type, int64_t value, uint64_t bit)
{
    struct per_hit h = {type->field, value, bit, false};

    if (w->bits->error == NULL && !w->stopped && !w->on_hit(w->user, &h))
        w->stopped = true;
}

static inline void hit(struct walk *w, const struct per_type *type, int64_t value, uint64_t bit)
{
    if (type->field != 0)
        report(w, type, value, bit);
}

static bool is_extended(struct walk *w, const struct per_type *type)
{
    return (type->flags & PER_EXTENSIBLE) != 0 && daps_bits_take(w->bits, 1) != 0;
}

static void boolean(struct walk *w, const struct per_type *type)
{
    int64_t value = daps_bits_take(w->bits, 1);

    hit(w, type, value, w->bits->position);
}

static void integer(struct walk *w, const struct per_type *type)
{
    int64_t value;

    if (is_extended(w, type) || type->bits == PER_UNCONSTRAINED) {
        value = per_unconstrained_integer(w->bits, w->table->aligned, type->field != 0);
    } else if (type->bits == PER_SEMI_CONSTRAINED) {
        uint32_t octets;
        value = (int64_t)((uint64_t)type->lower +
                          per_counted_number(w->bits, w->table->aligned, type->field != 0, &octets));
    } else {
        value = (int64_t)((uint64_t)type->lower + per_constrained(w->bits, w->table->aligned, type->bits, type->range));
    }
    w->key = value;
    hit(w, type, value, w->bits->position);
}

static void enumerated(struct walk *w, const struct per_type *type)
{
    int64_t value;

    if (is_extended(w, type))
        value = (int64_t)type->range + 1 + per_small_number(w->bits, w->table->aligned);
    else
        value = (int64_t)per_constrained(w->bits, w->table->aligned, type->bits, type->range);
    hit(w, type, value, w->bits->position);
}

/* How many units a string or list has. */
static uint64_t size_of(struct walk *w, const struct per_type *type, bool counted)
{
    if (counted)
        return per_whole_length(w->bits, w->table->aligned);
    return type->bits == 0
               ? (uint64_t)type->lower
               : (uint64_t)type->lower + per_constrained(w->bits, w->table->aligned, type->bits, type->range);
}

/* A string with a length determinant; its contents may come in fragments. */
static void counted_string(struct walk *w, const struct per_type *type)
{
    struct per_hit h = {type->field, 0, w->bits->position, false};
    bool more;

    do {
        uint32_t n = per_length(w->bits, w->table->aligned, &more);
        if (more)
            h.fragmented = true;
        else if (!h.fragmented)
            h.bit = w->bits->position;
        h.value += n;
        daps_bits_skip(w->bits, (uint64_t)n * type->unit);
    } while (more && w->bits->error == NULL);
    if (type->field != 0 && w->bits->error == NULL && !w->stopped && !w->on_hit(w->user, &h))
        w->stopped = true;
}

/* X.691 15.9 to 15.11, 16.5 to 16.8, 27.5: contents are aligned unless fixed and at most 16 bits. */
static void string(struct walk *w, const struct per_type *type)
{
    uint64_t most = (uint64_t)type->lower + type->range, size, start;
    bool small = type->bits == 0 ? most * type->unit <= 16 : type->kind == PER_STRING && most * type->unit < 16;

    if (is_extended(w, type) || type->bits == PER_UNCONSTRAINED) {
        counted_string(w, type);
        return;
    }
    size = size_of(w, type, false);
    if (w->table->aligned && !small && size > 0)
        daps_bits_align(w->bits);
    start = w->bits->position;
    daps_bits_skip(w->bits, size * type->unit);
    hit(w, type, (int64_t)size, start);
}

static struct frame *push(struct walk *w, const struct per_type *type, bool tail)
{
    struct frame *frame;

    if (w->depth == PER_DEPTH) {
        daps_bits_fail(w->bits, "nested too deep");
        return NULL;
    }
    frame = &w->frames[w->depth++];
    frame->type = type;
    frame->tail = tail;
    frame->limit = frame->open_end = 0;
    return frame;
}

/* Extension bit and bitmap of optional components in one read where they fit. */
static void preamble(struct walk *w, const struct per_type *type, struct frame *frame)
{
    const unsigned extension = type->flags & PER_EXTENSIBLE;
    uint32_t read;

    if (type->bits + extension > 32) {
        frame->extended = is_extended(w, type);
        frame->optional = daps_bits_take64(w->bits, type->bits) << (64 - type->bits);
        return;
    }
    read = daps_bits_take(w->bits, type->bits + extension);
    frame->extended = extension != 0 && read >> type->bits != 0;
    frame->optional = type->bits == 0 ? 0 : (uint64_t)read << (64 - type->bits);
}

static void sequence(struct walk *w, const struct per_type *type, bool tail)
{
    struct frame *frame = push(w, type, tail);

    if (frame == NULL)
        return;
    frame->at = AT_ROOT;
    preamble(w, type, frame);
    frame->index = type->first;
    frame->end = type->first + (tail && !(type->ext_n > 0 && frame->extended) ? type->n_tail : type->n);
    hit(w, type, 0, w->bits->position);
}

static void sequence_of(struct walk *w, const struct per_type *type, bool tail)
{
    uint64_t n = size_of(w, type, is_extended(w, type) || type->bits == PER_UNCONSTRAINED);
    const struct per_type *element = &w->table->types[type->first];
    struct frame *frame;

    hit(w, type, (int64_t)n, w->bits->position);
    if (element->kind == PER_SKIP) {
        daps_bits_skip(w->bits, n * element->bits);
        return;
    }
    if (n == 0 || (frame = push(w, type, tail)) == NULL)
        return;
    frame->at = AT_ELEMENTS;
    frame->index = 0;
    frame->end = (uint32_t)n;
}

/* Limits reading to the open type that starts here; false if it must be stepped over (and was). */
static bool enter_open(struct walk *w, struct frame *frame)
{
    uint32_t octets = per_whole_length(w->bits, w->table->aligned);

    if (w->bits->error != NULL)
        return false;
    if ((uint64_t)octets * 8 > w->bits->limit - w->bits->position) {
        daps_bits_fail(w->bits, "message ends too early");
        return false;
    }
    frame->limit = w->bits->limit;
    frame->open_end = w->bits->position + (uint64_t)octets * 8;
    w->bits->limit = frame->open_end;
    return true;
}

static void leave_open(struct walk *w, const struct frame *frame)
{
    if (w->bits->error != NULL)
        return;
    w->bits->position = frame->open_end;
    w->bits->limit = frame->limit;
}

static void enter(struct walk *w, const struct per_type *type, bool tail);

/* The open type's contents are read as a region of their own. */
static void open_contents(struct walk *w, const struct per_type *holder, const struct per_type *type)
{
    struct frame *frame = push(w, holder, true);

    if (frame == NULL)
        return;
    frame->at = AT_OPEN;
    if (enter_open(w, frame))
        enter(w, type, true);
}

static void choice(struct walk *w, const struct per_type *type, bool tail)
{
    const struct per_component *alternatives = w->table->components;
    uint32_t index;

    if (is_extended(w, type)) {
        index = per_small_number(w->bits, w->table->aligned);
        hit(w, type, (int64_t)type->n + index, w->bits->position);
        if (index < type->ext_n &&
            (w->table->types[alternatives[type->ext_first + index].type].flags & PER_WANTED) != 0)
            open_contents(w, type, &w->table->types[alternatives[type->ext_first + index].type]);
        else
            per_skip_units(w->bits, w->table->aligned, 8);
        return;
    }
    index = (uint32_t)per_constrained(w->bits, w->table->aligned, type->bits, type->n > 0 ? type->n - 1 : 0);
    if (w->bits->error != NULL)
        return;
    hit(w, type, index, w->bits->position);
    enter(w, &w->table->types[alternatives[type->first + index].type], tail);
}

static void open_type(struct walk *w, const struct per_type *type)
{
    const struct per_component *components = w->table->components;

    hit(w, type, w->key, w->bits->position);
    for (uint32_t i = 0; i < type->n; i++) {
        if (components[type->first + i].key == w->key) {
            open_contents(w, type, &w->table->types[components[type->first + i].type]);
            return;
        }
    }
    per_skip_units(w->bits, w->table->aligned, 8);
}

/* Everything wanted of this region has been read: back to its open type, or to the end. */
static void finish_region(struct walk *w)
{
    while (w->depth > 0) {
        const struct frame *frame = &w->frames[w->depth - 1];
        if (frame->at == AT_OPEN || frame->at == AT_ADDITIONS)
            return;
        w->depth--;
    }
}

/* Reads one value, or lays its frame on the stack. Calls itself only through a CHOICE or an open type, and at most as
 * deep as the tables are: a value never decides how deep. */
static void enter(struct walk *w, const struct per_type *type, bool tail)
{
    if (tail && (type->flags & PER_WANTED) == 0) {
        finish_region(w);
        return;
    }
    switch ((enum per_kind)type->kind) {
    case PER_SKIP:
        daps_bits_skip(w->bits, type->bits);
        break;
    case PER_NULL:
        hit(w, type, 0, w->bits->position);
        break;
    case PER_BOOLEAN:
        boolean(w, type);
        break;
    case PER_INTEGER:
        integer(w, type);
        break;
    case PER_ENUMERATED:
        enumerated(w, type);
        break;
    case PER_BIT_STRING:
    case PER_OCTET_STRING:
    case PER_STRING:
        string(w, type);
        break;
    case PER_SEQUENCE:
        sequence(w, type, tail);
        break;
    case PER_SEQUENCE_OF:
        sequence_of(w, type, tail);
        break;
    case PER_CHOICE:
        choice(w, type, tail);
        break;
    case PER_OPEN:
        open_type(w, type);
        break;
    }
}

/* X.691 18.7, 18.8: how many additions, which, and then each as an open type. */
static void start_additions(struct walk *w, struct frame *frame)
{
    uint32_t n;

    if (daps_bits_take(w->bits, 1) == 0)
        n = daps_bits_take(w->bits, 6) + 1;
    else
        n = per_whole_length(w->bits, w->table->aligned);
    if (n == 0 || n > 1024) {
        daps_bits_fail(w->bits, "impossible number of extension additions");
        return;
    }
    frame->at = AT_ADDITIONS;
    frame->index = 0;
    frame->open_end = 0;
    frame->limit = 0;
    frame->n_additions = n;
    frame->end = n;
    if (n <= 64) {
        frame->additions = daps_bits_take64(w->bits, n) << (64 - n);
        return;
    }
    /* Beyond what any known type has: only the first 64 can be wanted, the rest are counted. */
    frame->additions = daps_bits_take64(w->bits, 64);
    frame->end = 64;
    for (uint32_t i = 64; i < n; i++)
        frame->end += daps_bits_take(w->bits, 1);
    frame->n_additions = frame->end;
}

static void next_addition(struct walk *w, struct frame *frame)
{
    if (frame->open_end != 0) {
        leave_open(w, frame);
        frame->open_end = 0;
    }
    while (frame->index < frame->end && w->bits->error == NULL) {
        uint32_t i = frame->index++;
        bool there = i >= 64 || frame->additions >> 63 != 0;
        const struct per_type *type;

        if (i < 64)
            frame->additions <<= 1;
        if (!there)
            continue;
        type = i < frame->type->ext_n ? &w->table->types[w->table->components[frame->type->ext_first + i].type] : NULL;
        if (type == NULL || (type->flags & PER_WANTED) == 0) {
            per_skip_units(w->bits, w->table->aligned, 8);
            continue;
        }
        if (enter_open(w, frame))
            enter(w, type, true);
        return;
    }
    if (w->bits->error == NULL && --w->depth > 0 && frame->tail)
        finish_region(w);
}

/* Behind the last root component: additions if there are any that matter, else the SEQUENCE is done. */
static void end_of_root(struct walk *w, struct frame *frame)
{
    if (w->bits->error == NULL && frame->extended && !(frame->tail && frame->type->ext_n == 0)) {
        start_additions(w, frame);
        return;
    }
    w->depth--;
    if (frame->tail)
        finish_region(w);
}

static void next_component(struct walk *w, struct frame *frame)
{
    const struct per_component *components = w->table->components;
    const struct per_type *types = w->table->types;
    const unsigned depth = w->depth;
    /* Nothing wanted after the last component of a tail: what it holds is a tail itself. */
    const uint32_t last =
        frame->tail && !(frame->extended && frame->type->ext_n > 0) ? frame->type->first + frame->type->n_tail : 0;

    while (frame->index < frame->end) {
        const struct per_component *component = &components[frame->index++];
        const struct per_type *type = &types[component->type];

        if (component->optional) {
            const bool there = frame->optional >> 63 != 0;
            frame->optional <<= 1;
            if (!there)
                continue;
        }
        if (type->kind == PER_SKIP) {
            daps_bits_skip(w->bits, type->bits);
            continue;
        }
        enter(w, type, frame->index == last);
        if (w->depth != depth || w->bits->error != NULL || w->stopped)
            return;
    }
    end_of_root(w, frame);
}

static inline void step(struct walk *w)
{
    struct frame *frame = &w->frames[w->depth - 1];

    switch (frame->at) {
    case AT_ROOT:
        next_component(w, frame);
        break;
    case AT_ADDITIONS:
        next_addition(w, frame);
        break;
    case AT_ELEMENTS:
        if (frame->index++ < frame->end) {
            enter(w, &w->table->types[frame->type->first], false);
        } else {
            w->depth--;
            if (frame->tail)
                finish_region(w);
        }
        break;
    case AT_OPEN:
        leave_open(w, frame);
        w->depth--;
        break;
    }
}

bool per_walk(const struct per_table *table, uint32_t root, struct daps_bits *bits, per_on_hit *on_hit, void *user)
{
    struct walk w;

    w.table = table;
    w.bits = bits;
    w.on_hit = on_hit;
    w.user = user;
    w.stopped = false;
    w.key = 0;
    w.depth = 0;
    enter(&w, &table->types[root], true);
    while (w.depth > 0 && bits->error == NULL && !w.stopped)
        step(&w);
    if (w.stopped)
        bits->error = NULL; /* what a CHOICE read on behind the hit that was the last one wanted */
    return bits->error == NULL;
}

size_t per_gather(const struct per_table *table, struct daps_bits *bits, uint8_t *octets, size_t capacity)
{
    size_t length = 0;
    bool more;

    do {
        uint32_t n = per_length(bits, table->aligned, &more);
        if (n > capacity - length) {
            daps_bits_fail(bits, "contents too long");
            return 0;
        }
        for (uint32_t i = 0; i < n && bits->error == NULL; i++)
            octets[length++] = (uint8_t)daps_bits_take(bits, 8);
    } while (more && bits->error == NULL);
    return bits->error == NULL ? length : 0;
}
