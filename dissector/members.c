/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of shapes (daps/shapes.h) as items of the tree and cells of tables. */
#include <inttypes.h>

#include "items.h"

static struct daps_value value_of(const struct daps_shape *shape, const char *name, const void *object)
{
    const struct daps_member *member = daps_shape_member(shape, name);
    const struct daps_telling telling = {.rat = daps_shape_rat(shape, object), .show_keys = true};

    g_assert(member != NULL);
    return daps_member_value(member, object, &telling);
}

static void put_value(proto_tree *tree, tvbuff_t *tvb, const struct shown *row, const struct daps_value *value)
{
    switch (value->kind) {
    case DAPS_VALUE_NUMBER:
        if (proto_registrar_get_ftype(field(row->id)) == FT_FRAMENUM)
            put_frame(tree, tvb, row->id, value->number);
        else
            put_unsigned(tree, tvb, row->id, (uint32_t)value->number);
        break;
    case DAPS_VALUE_FLAG:
        if (value->number != 0 || !row->if_true)
            put_bool(tree, tvb, row->id, value->number != 0);
        break;
    case DAPS_VALUE_WORD:
        put_string(tree, tvb, row->id, value->word);
        break;
    case DAPS_VALUE_OCTETS:
        put_octets(tree, tvb, row->id, value->octets, (uint32_t)value->n_octets);
        break;
    case DAPS_VALUE_TIME:
    case DAPS_VALUE_NONE:
        break;
    }
}

void put_members(proto_tree *tree, tvbuff_t *tvb, const struct daps_shape *shape, const struct shown *rows, size_t n,
                 const void *object)
{
    for (size_t i = 0; i < n; i++) {
        struct daps_value value = value_of(shape, rows[i].member, object);
        put_value(tree, tvb, &rows[i], &value);
        g_free(value.owned);
    }
}

char *member_cell(const struct daps_shape *shape, const char *member, const void *object)
{
    struct daps_value value = value_of(shape, member, object);
    char *cell;

    if (value.kind == DAPS_VALUE_WORD)
        cell = g_strdup(value.word);
    else if (value.kind == DAPS_VALUE_NUMBER)
        cell = g_strdup_printf("%" PRIu64, value.number);
    else
        cell = g_strdup("");
    g_free(value.owned);
    return cell;
}
