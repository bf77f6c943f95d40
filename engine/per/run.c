/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rarer parts of generated walks. */
#include "per/run.h"

static void tell(struct per_run *run, const struct per_hit *hit)
{
    if (!per_run_is_good(run) || run->on_hit(run->user, hit))
        return;
    run->stopped = true;
    per_run_fail(run);
}

void per_run_tell(struct per_run *run, uint16_t field, int64_t value)
{
    const struct per_hit hit = {field, value, run->position, false};

    tell(run, &hit);
}

void per_run_tell_at(struct per_run *run, uint16_t field, int64_t value, uint64_t bit)
{
    const struct per_hit hit = {field, value, bit, false};

    tell(run, &hit);
}

uint64_t per_run_last_octets(const struct per_run *run, uint64_t octet)
{
    uint64_t window = 0;

    if (octet >= run->size)
        return 0;
    if (run->size >= 8) { /* the eight that end with the last */
        memcpy(&window, run->octets + run->size - 8, 8);
        return GUINT64_FROM_BE(window) << (64 - 8 * (run->size - octet));
    }
    for (unsigned i = 0; i < 8; i++)
        window = window << 8 | (octet + i < run->size ? run->octets[octet + i] : 0U);
    return window;
}

uint32_t per_run_small_number(struct per_run *run)
{
    uint32_t octets;

    if (per_run_take(run, 1) == 0)
        return (uint32_t)per_run_take(run, 6);
    octets = per_run_whole_length(run);
    if (octets < 1 || octets > 4) {
        per_run_fail(run);
        return 0;
    }
    return (uint32_t)per_run_take(run, octets * 8);
}

int64_t per_run_counted_integer(struct per_run *run, bool has_sign, bool wanted)
{
    const uint32_t octets = per_run_whole_length(run);
    uint64_t value = 0;

    if (octets == 0 || (octets > 8 && wanted)) {
        per_run_fail(run);
        return 0;
    }
    if (octets > 8) {
        run->position += (uint64_t)octets * 8;
        return 0;
    }
    for (uint32_t i = 0; i < octets; i++)
        value = value << 8 | per_run_take(run, 8);
    if (has_sign && octets < 8 && value >> (octets * 8 - 1) != 0)
        value |= UINT64_MAX << (octets * 8);
    return (int64_t)value;
}

void per_run_over_units(struct per_run *run, unsigned unit)
{
    bool more;

    do {
        const uint32_t n = per_run_length(run, &more);
        run->position += (uint64_t)n * unit;
    } while (more && per_run_is_good(run));
}

void per_run_string(struct per_run *run, unsigned unit, uint16_t field)
{
    struct per_hit hit = {field, 0, run->position, false};
    bool more;

    do {
        const uint32_t n = per_run_length(run, &more);
        if (more)
            hit.fragmented = true;
        else if (!hit.fragmented)
            hit.bit = run->position;
        hit.value += n;
        run->position += (uint64_t)n * unit;
    } while (more && per_run_is_good(run));
    tell(run, &hit);
}

void per_run_additions(struct per_run *run, struct per_run_additions *additions)
{
    const uint32_t n = per_run_take(run, 1) == 0 ? (uint32_t)per_run_take(run, 6) + 1 : per_run_whole_length(run);

    *additions = (struct per_run_additions){0, 0, 0};
    if (n == 0 || n > 1024) {
        per_run_fail(run);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t there = per_run_take(run, 1);
        if (i < 64)
            additions->there |= there << (63 - i);
        additions->end += i < 64 || there != 0; /* only the first 64 can be wanted, the rest are counted */
    }
}

int per_run_next_addition(struct per_run *run, struct per_run_additions *additions)
{
    while (additions->next < additions->end && per_run_is_good(run)) {
        const uint32_t i = additions->next++;
        const bool there = i >= 64 || additions->there >> 63 != 0;
        if (i < 64)
            additions->there <<= 1;
        if (there)
            return (int)i;
    }
    return -1;
}

void per_run_over_additions(struct per_run *run)
{
    struct per_run_additions additions;

    per_run_additions(run, &additions);
    while (per_run_next_addition(run, &additions) >= 0)
        per_run_over_units(run, 8);
}

static bool unheard(void *user, const struct per_hit *hit)
{
    (void)user;
    (void)hit;
    return true;
}

bool per_run_end(const struct per_run *run, const struct per_table *table, uint32_t root, struct daps_bits *bits)
{
    if (run->stopped)
        return true;
    if (per_run_is_good(run)) {
        bits->position = run->position;
        return true;
    }
    if (per_walk(table, root, bits, unheard, NULL))
        daps_bits_fail(bits, "walk and tables disagree");
    return false;
}
