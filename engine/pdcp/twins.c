/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message, two captures: a log holds RRC in clear, and beside it stand the PDCP PDUs it went in. Where those can be
 * read every message comes twice, up to 100 ms apart, in either order. The first is followed; its twin says nothing
 * new. Twins are told by octets, channel and time.
 */
#include <string.h>

#include "pdcp/inside.h"

#define MOST     32                  /* messages that still wait for their twin; the oldest gives way */
#define APART_NS UINT64_C(110000000) /* 100 ms, and those that are stamped one after the other */

struct pdcp_twins {
    unsigned n;
    struct twin {
        uint64_t digest;
        int64_t time_ns;
        enum daps_channel channel;
        bool below;
    } at[MOST]; /* oldest first */
};

static bool is_near(int64_t a, int64_t b)
{
    if (a == INT64_MIN || b == INT64_MIN)
        return true;
    return (a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a) <= APART_NS;
}

static void take_out(struct pdcp_twins *twins, unsigned i)
{
    memmove(&twins->at[i], &twins->at[i + 1], (--twins->n - i) * sizeof twins->at[0]);
}

bool daps_pdcp_is_twin(struct daps_pdcp *pdcp, bool below, const struct daps_event *message)
{
    struct pdcp_twins *twins = pdcp->twins;

    if (message->digest == 0)
        return false;
    if (twins == NULL)
        twins = pdcp->twins = g_new0(struct pdcp_twins, 1);
    pdcp->log_beside |= !below;
    for (unsigned i = 0; i < twins->n; i++) {
        const struct twin *other = &twins->at[i];
        if (other->below != below && other->digest == message->digest && other->channel == message->channel &&
            is_near(other->time_ns, message->time_ns)) {
            take_out(twins, i);
            if (!below && message->channel == DAPS_CH_DL_DCCH)
                pdcp->dl_credit = MIN(pdcp->dl_credit + 1, 1);
            return true;
        }
    }
    if (twins->n == MOST)
        take_out(twins, 0);
    twins->at[twins->n++] = (struct twin){message->digest, message->time_ns, message->channel, below};
    return false;
}

void pdcp_twins_forget(struct daps_pdcp *pdcp)
{
    g_clear_pointer(&pdcp->twins, g_free);
}
