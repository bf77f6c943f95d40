/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEs of a log by who sent it to whom. */
#include "framing/peel.h"

static uint64_t mix(uint64_t state, uint64_t value)
{
    state = (state ^ value) * 0x9e3779b97f4a7c15u;
    return state ^ state >> 29;
}

static uint64_t endpoint_hash(uint64_t state, const struct daps_endpoint *e, bool with_port)
{
    return mix(mix(mix(state, e->high), e->low), with_port ? e->port : 0);
}

static bool endpoint_before(const struct daps_endpoint *a, const struct daps_endpoint *b, bool with_ports)
{
    if (a->high != b->high)
        return a->high < b->high;
    if (a->low != b->low)
        return a->low < b->low;
    return with_ports && a->port < b->port;
}

/* Absent, or what tools write that have no address: 0.0.0.0, 127.0.0.1 and the same of IPv6. */
static bool says_nothing(const struct daps_endpoint *e, bool with_port)
{
    bool address = e->high || (e->low > 1 && e->low != 0xffff00000000u && e->low != 0xffff7f000001u);
    return !address && !(with_port && e->port);
}

uint64_t daps_ends_key(const struct daps_ends *ends, bool with_ports)
{
    const struct daps_endpoint *a = &ends->source, *b = &ends->destination;

    if (says_nothing(a, with_ports) && says_nothing(b, with_ports))
        return 0;
    bool swap = endpoint_before(b, a, with_ports);
    uint64_t key = endpoint_hash(1, swap ? b : a, with_ports);
    key = endpoint_hash(key, swap ? a : b, with_ports);
    return key ? key : 1;
}

uint64_t peel_endpoint_key(const struct daps_endpoint *a)
{
    uint64_t key = endpoint_hash(2, a, true);
    return key ? key : 1;
}
