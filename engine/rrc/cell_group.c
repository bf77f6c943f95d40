/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CellGroupConfig (TS 38.331 6.3.2): reconfigurationWithSync, which is the handover (target cell, C-RNTI, T304, random
 * access), and the RLC bearers of the master's group.
 */
#include "per/tables_nr_rrc.h"
#include "rrc/raster.h"
#include "rrc/reading.h"

/* RLC-BearerConfig, one by one; out is NULL for a cell group that is not the master's. */
static void rlc_hit(struct daps_rrc_result *out, const struct per_hit *hit)
{
    struct daps_rlc_bearer *rlc = out->n_rlc > 0 ? &out->rlc[out->n_rlc - 1] : NULL;

    if (hit->field == NR_RRC_RLC_BEARER) {
        if (out->n_rlc < DAPS_RRC_MAX_RLC)
            out->rlc[out->n_rlc++] = (struct daps_rlc_bearer){0};
        return;
    }
    if (rlc == NULL)
        return;
    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_LOGICAL_CHANNEL_IDENTITY:
        rlc->lcid = (uint8_t)hit->value;
        break;
    case NR_RRC_SERVED_SRB:
    case NR_RRC_SERVED_DRB:
        rlc->srb = hit->field == NR_RRC_SERVED_SRB;
        rlc->bearer = (uint8_t)hit->value;
        break;
    case NR_RRC_RLC_MODE:
        rlc->am = hit->value == 0; /* CHOICE {am, um-Bi-Directional, um-Uni-Directional-UL, -DL} */
        rlc->um = hit->value >= 1 && hit->value <= 3;
        break;
    case NR_RRC_RLC_SN_UL_AM: /* SN-FieldLengthAM {size12, size18} */
        rlc->ul_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_RLC_SN_DL_AM:
        rlc->dl_sn = hit->value == 0 ? 12 : 18;
        break;
    case NR_RRC_RLC_SN_UL_UM: /* SN-FieldLengthUM {size6, size12} */
        rlc->ul_sn = hit->value == 0 ? 6 : 12;
        break;
    case NR_RRC_RLC_SN_DL_UM:
        rlc->dl_sn = hit->value == 0 ? 6 : 12;
        break;
    default:
        break;
    }
}

bool rrc_on_cell_group(void *user, const struct per_hit *hit)
{
    struct rrc_cell_group_walk *walk = user;
    struct daps_event *ev = walk->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_RECONFIGURATION_WITH_SYNC:
        ev->sync = true;
        ev->rach = DAPS_RACH_CBRA;
        break;
    case NR_RRC_PHYS_CELL_ID:
        ev->target.pci = (int32_t)hit->value;
        break;
    case NR_RRC_ABSOLUTE_FREQUENCY_SSB:
        ev->target.ssb_arfcn = (int32_t)hit->value;
        break;
    case NR_RRC_ABSOLUTE_FREQUENCY_POINT_A:
        ev->point_a = (int32_t)hit->value;
        break;
    case NR_RRC_OFFSET_TO_CARRIER:
        walk->offset = (uint32_t)hit->value;
        break;
    case NR_RRC_SUBCARRIER_SPACING: /* kHz15, kHz30, kHz60, ... */
        walk->scs_khz = hit->value <= 6 ? 15U << hit->value : 0;
        break;
    case NR_RRC_CARRIER_BANDWIDTH:
        if (ev->carrier < 0 && ev->point_a >= 0)
            ev->carrier = daps_raster_carrier(ev->point_a, walk->offset, walk->scs_khz, (uint32_t)hit->value);
        break;
    case NR_RRC_NEW_UE_IDENTITY:
        ev->c_rnti = (int32_t)hit->value;
        break;
    case NR_RRC_T304:
        ev->t304_ms = rrc_t304_ms(hit->value);
        break;
    case NR_RRC_CFRA:
        ev->rach = DAPS_RACH_CFRA;
        break;
    case NR_RRC_CFRA_TWO_STEP:
        ev->rach = DAPS_RACH_CFRA_2STEP;
        break;
    case NR_RRC_DAPS_UPLINK_POWER_CONFIG:
        ev->daps_power = true;
        break;
    default:
        if (walk->rlc != NULL)
            rlc_hit(walk->rlc, hit);
        break;
    }
    return true;
}

void rrc_secondary_cell_group(struct rrc_reading *r, struct rrc_span span, int32_t sk_counter)
{
    struct daps_event group, *ev;
    struct rrc_cell_group_walk walk = {.ev = &group};

    daps_event_clear(&group, DAPS_EV_SCG_CHANGE);
    if (!rrc_walk(r, NR_RRC_ROOT_CELLGROUPCONFIG, span, rrc_on_cell_group, &walk) || !group.sync)
        return;
    ev = rrc_add_event(r, DAPS_EV_SCG_CHANGE);
    if (ev == NULL)
        return;
    group.octets = ev->octets;
    group.rat = ev->rat;
    group.sk_counter = sk_counter;
    *ev = group;
}
