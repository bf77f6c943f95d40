/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claims that wait. User data of a new key, or of a bearer set up anew, may be captured before the message that brings
 * it: a log and the PDUs beside it are out of step. So a COUNT that comes again without a message to explain it is
 * reported once the time has passed in which that message could still come.
 */
#include "daps/bound.h"
#include "pdcp/inside.h"

#define MOST_TENTATIVE DAPS_BOUND(64, 3) /* collisions of one UE */

void pdcp_tentative_add(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, const struct daps_event *ev,
                        int64_t since_ns)
{
    struct pdcp_tentative added = {*ev, since_ns};

    added.ev.frame = pdu->frame;
    added.ev.time_ns = pdu->time_ns;
    if (pdcp->tentative == NULL)
        pdcp->tentative = g_array_new(FALSE, FALSE, sizeof added);
    if (pdcp->tentative->len == MOST_TENTATIVE)
        pdcp_counts(pdcp)->pdcp.uncompared++;
    else
        g_array_append_val(pdcp->tentative, added);
}

void pdcp_tentative_confirm(struct daps_pdcp *pdcp, bool all)
{
    for (guint i = 0; pdcp->tentative != NULL && i < pdcp->tentative->len;) {
        struct pdcp_tentative t = g_array_index(pdcp->tentative, struct pdcp_tentative, i);
        const struct daps_pdu at = {.frame = t.ev.frame, .time_ns = t.ev.time_ns};
        if (!all && !pdcp_is_later(pdcp->now_ns, t.since_ns, PDCP_DISORDER_NS)) {
            i++;
            continue;
        }
        g_array_remove_index(pdcp->tentative, i);
        pdcp_tell_collision(pdcp, &at, &t.ev);
    }
}

void pdcp_tentative_drop(struct daps_pdcp *pdcp, uint32_t drbs)
{
    for (guint i = 0; pdcp->tentative != NULL && i < pdcp->tentative->len;) {
        const struct pdcp_tentative *t = &g_array_index(pdcp->tentative, struct pdcp_tentative, i);
        if (drbs != UINT32_MAX && (t->ev.collision.srb || (drbs >> t->ev.collision.bearer & 1) == 0)) {
            i++;
            continue;
        }
        pdcp_counts(pdcp)->pdcp.uncompared++;
        g_array_remove_index(pdcp->tentative, i);
    }
}
