/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PDCP has to tell the rules. */
#include "pdcp/pdcp.h"
#include "ue/ue.h"

void pdcp_tell_unfit(struct daps_pdcp *pdcp, const struct pdcp_period *period)
{
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_NO_KEY_FITS,
        .unfit = {.key = period->term, .messages = period->failed, .frame = period->first_failed_frame}};

    if (period->failed >= 2 && period->verified == 0 && period->term->has_value)
        daps_ue_tell(pdcp->ue, &moment);
}

static bool is_same_departure(const struct pdcp_departure *a, const struct pdcp_departure *b)
{
    return daps_dialect_equal(&a->dialect, &b->dialect) && a->stored_ncc == b->stored_ncc &&
           a->active_ncc == b->active_ncc && a->nh_ahead == b->nh_ahead && a->horizontal == b->horizontal &&
           a->failed_frame == b->failed_frame;
}

static struct daps_fit fit_of(const struct daps_attempt *attempt, const struct pdcp_departure *departure)
{
    const bool point_a = departure->dialect.frequency == DAPS_FREQUENCY_POINT_A,
               carrier = departure->dialect.frequency == DAPS_FREQUENCY_CARRIER;

    return (struct daps_fit){
        .what =
            (point_a ? DAPS_FITS_POINT_A : 0U) | (carrier ? DAPS_FITS_CARRIER : 0U) |
            (departure->dialect.two_octets ? DAPS_FITS_TWO_OCTETS : 0U) |
            (departure->stored_ncc ? DAPS_FITS_STORED_NCC : 0U) | (departure->active_ncc ? DAPS_FITS_ACTIVE_NCC : 0U) |
            (departure->nh_ahead != 0 ? DAPS_FITS_NH_STEP : 0U) | (departure->horizontal ? DAPS_FITS_HORIZONTAL : 0U) |
            (departure->failed_frame != 0 ? DAPS_FITS_FAILED_KEY : 0U),
        .arfcn = carrier   ? attempt->key->carrier
                 : point_a ? attempt->key->point_a
                           : -1,
        .nh = (int64_t)attempt->target.chain.n + departure->nh_ahead,
    };
}

void pdcp_tell_departure(struct daps_pdcp *pdcp, const struct daps_attempt *attempt,
                         const struct pdcp_departure *departure)
{
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_KEY_FITS,
        .fits = {.attempt = attempt, .parent_frame = departure->failed_frame, .fit = fit_of(attempt, departure)}};

    if (is_same_departure(departure, &pdcp->reported))
        return; /* the same network doing the same thing */
    pdcp->reported = *departure;
    daps_ue_tell(pdcp->ue, &moment);
}

void pdcp_tell_collisions(struct daps_pdcp *pdcp, bool (*is_kept)(const struct daps_term *key, void *user))
{
    for (guint i = 0; i < pdcp->collisions->len;) {
        const struct daps_collision *c = &g_array_index(pdcp->collisions, struct daps_collision, i);
        struct daps_moment moment = {.kind = DAPS_MOMENT_COLLISION, .collision = c};
        if (!c->told && is_kept(c->stream.key, pdcp->ue)) {
            i++;
            continue;
        }
        if (!c->told)
            daps_ue_tell(pdcp->ue, &moment);
        g_array_remove_index(pdcp->collisions, i);
    }
}
