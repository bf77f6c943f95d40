/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generated items, each in one line; what is not known is left out. */
#ifndef DAPS_DISSECTOR_ITEMS_H
#define DAPS_DISSECTOR_ITEMS_H

#include "daps/shapes.h"
#include "daps/words.h"
#include "fields.h"

/* A text; of an enumeration the word's number. NULL: it has none. */
static inline proto_item *put_word(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, const char *value)
{
    const value_string *words = field_words(id);
    proto_item *item;
    uint32_t number;

    if (words == NULL)
        item = proto_tree_add_string(tree, field(id), tvb, 0, 0, value);
    else if (enums_number(words, value, &number))
        item = proto_tree_add_uint(tree, field(id), tvb, 0, 0, number);
    else
        return NULL;
    proto_item_set_generated(item);
    return item;
}

static inline void put_string(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, const char *value)
{
    if (value != NULL && value[0] != '\0')
        (void)put_word(tree, tvb, id, value);
}

/* Found by filters, and not in the way of what says the same better. */
static inline void put_hidden(proto_item *item)
{
    proto_item_set_generated(item);
    proto_item_set_hidden(item);
}

static inline void put_hidden_word(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, const char *value)
{
    proto_item *item = put_word(tree, tvb, id, value);

    if (item != NULL)
        proto_item_set_hidden(item);
}

static inline void put_unsigned(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, uint32_t value)
{
    proto_item_set_generated(proto_tree_add_uint(tree, field(id), tvb, 0, 0, value));
}

/* Below 0: not known. */
static inline void put_known(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, int64_t value)
{
    if (value >= 0)
        put_unsigned(tree, tvb, id, (uint32_t)value);
}

/* 0: none. */
static inline void put_frame(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, uint64_t frame)
{
    if (frame != 0)
        put_unsigned(tree, tvb, id, (uint32_t)frame);
}

/* From a time to a later one, in ns; INT64_MIN not known. */
static inline void put_duration(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, int64_t from, int64_t to)
{
    nstime_t time;

    if (from == INT64_MIN || to == INT64_MIN || to < from)
        return;
    time = (nstime_t){.secs = (time_t)((to - from) / 1000000000), .nsecs = (int)((to - from) % 1000000000)};
    proto_item_set_generated(proto_tree_add_time(tree, field(id), tvb, 0, 0, &time));
}

static inline void put_bool(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, bool value)
{
    proto_item_set_generated(proto_tree_add_boolean(tree, field(id), tvb, 0, 0, value));
}

static inline void put_octets(proto_tree *tree, tvbuff_t *tvb, enum daps_field id, const uint8_t *octets, uint32_t n)
{
    if (octets != NULL && n > 0)
        proto_item_set_generated(proto_tree_add_bytes_with_length(tree, field(id), tvb, 0, 0, octets, (int)n));
}

/* A subtree under an item with the text of format. */
#define put_subtree(tree, tvb, id, ett, ...)                                                                           \
    put_subtree_item(proto_tree_add_protocol_format(tree, field(id), tvb, 0, 0, __VA_ARGS__), ett)

static inline proto_tree *put_subtree_item(proto_item *item, enum daps_subtree ett)
{
    proto_item_set_generated(item);
    return proto_item_add_subtree(item, subtree(ett));
}

/* members.c: a member of a shape, and the field that shows it; if_true: only where it is set. */
struct shown {
    const char *member;
    enum daps_field id;
    bool if_true;
};
/* What is not known, and frames that are not there any more, are left out. */
void put_members(proto_tree *tree, tvbuff_t *tvb, const struct daps_shape *shape, const struct shown *rows, size_t n,
                 const void *object);
/* The value as a cell of a table, "" if there is none; caller frees. */
char *member_cell(const struct daps_shape *shape, const char *member, const void *object);

/* show_key.c: the inputs of a key and, where they were asked for, the values. */
void put_key(proto_tree *tree, tvbuff_t *tvb, const struct daps_key_view *key, enum daps_rat rat);
/* "K2 = KDF(K1, FC 0x70, PCI 22, SSB-ARFCN 632628)"; of the packet's memory */
const char *key_words(wmem_allocator_t *scope, const struct daps_key_view *key, enum daps_rat rat);
/* "frame 7"; 0: the frame is not there any more. Of the packet's memory */
const char *frame_words(wmem_allocator_t *scope, uint64_t frame);

#endif
