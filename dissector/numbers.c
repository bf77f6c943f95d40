/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids of frames and the numbers that go with them. */
#include "numbers.h"

static void set(GArray *array, uint64_t at, uint64_t value)
{
    if (at >= array->len)
        g_array_set_size(array, (guint)at + 1);
    g_array_index(array, uint64_t, at) = value;
}

static uint64_t get(const GArray *array, uint64_t at)
{
    return at < array->len ? g_array_index(array, uint64_t, at) : 0;
}

uint64_t numbers_next(struct numbers *numbers, uint64_t number)
{
    const bool dropped = number <= numbers->last_number; /* the one before */
    const uint64_t before = numbers->last_id, id = MAX(number, before + 1);

    numbers->last_id = id;
    numbers->last_number = number;
    if (!numbers_differ(numbers)) {
        if (!dropped)
            return id;
        numbers->first_id = before;
        numbers->first_number = number;
        numbers->number_of = g_array_new(FALSE, TRUE, sizeof(uint64_t));
        numbers->id_of = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    }
    if (dropped)
        set(numbers->number_of, before - numbers->first_id, 0);
    set(numbers->number_of, id - numbers->first_id, number);
    if (number >= numbers->first_number)
        set(numbers->id_of, number - numbers->first_number, id);
    return id;
}

void numbers_clear(struct numbers *numbers)
{
    if (numbers->number_of != NULL)
        g_array_unref(numbers->number_of);
    if (numbers->id_of != NULL)
        g_array_unref(numbers->id_of);
    *numbers = (struct numbers){0};
}

uint64_t numbers_id(const struct numbers *numbers, uint64_t number)
{
    if (!numbers_differ(numbers) || number < numbers->first_number)
        return number;
    return get(numbers->id_of, number - numbers->first_number);
}

uint64_t numbers_number(const struct numbers *numbers, uint64_t id)
{
    if (!numbers_differ(numbers) || id < numbers->first_id)
        return id;
    return get(numbers->number_of, id - numbers->first_id);
}
