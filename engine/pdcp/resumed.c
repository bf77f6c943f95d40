/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection that was resumed by a request the capture does not have: RRCResumeRequest is sent on SRB0, without PDCP
 * (TS 38.331 5.3.13.3), so captures of PDCP never have it. The UE has made its key of suspendConfig's NCC and the cell
 * it is in, and what answers, RRCResume or RRCRelease, is the first downlink PDU under it, ciphered.
 */
#include "daps/kdf.h"
#include "keys/chain.h"
#include "pdcp/inside.h"

struct search {
    struct daps_pdcp *pdcp;
    const struct daps_pdu *pdu;
    const struct pdcp_context *suspended;
    const struct daps_term *parent;
};

static bool explains(const struct search *s, const struct daps_cell *cell)
{
    const struct pdcp_attempted how = {.count = 0, .ciphered = true};
    struct pdcp_context candidate = *s->suspended;
    struct daps_term key;
    bool fits;

    daps_term_star_trial(s->pdcp->ue.pool, s->parent, cell->pci, cell->ssb_arfcn, &key);
    candidate.term = &key;
    candidate.keys_valid = candidate.by_value = false;
    fits = pdcp_keys(s->pdcp, &candidate) && pdcp_verify(s->pdcp, &candidate, s->pdu, &how);
    daps_wipe(&candidate.keys, sizeof candidate.keys);
    daps_wipe(&key, sizeof key);
    return fits;
}

/* The cell it was suspended in, then those that the capture names: not so many that chance could make a MAC-I right. */
static bool find_cell(const struct search *s, struct daps_cell *cell)
{
    const struct daps_context *active = &s->pdcp->ue.active;
    struct pdcp_cell known;

    *cell = (struct daps_cell){active->pci, active->arfcn};
    if (cell->pci >= 0 && cell->ssb_arfcn >= 0 && explains(s, cell))
        return true;
    for (unsigned i = 0; i < PDCP_FEW && pdcp_cell_at(&s->pdcp->cells, i, &known); i++) {
        *cell = known.cell;
        if (explains(s, cell))
            return true;
    }
    return false;
}

bool pdcp_resumed_unasked(struct daps_pdcp *pdcp, const struct daps_pdu *pdu)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    struct search s = {.pdcp = pdcp, .pdu = pdu, .suspended = pdcp_context_of(pdcp, ue->active.serial)};
    struct daps_event ev;

    if (!pdu->downlink || pdu->bearer != 1 || pdcp_sn(pdu) != 0 || pdcp->log_beside || ue->suspend_ncc < 0 ||
        s.suspended == NULL || s.suspended->nia < 1 || ue->active.chain.key == NULL)
        return false;
    s.parent = daps_chain_step(ue->pool, &ue->active.chain, (uint8_t)ue->suspend_ncc).parent;
    daps_event_clear(&ev, DAPS_EV_RESUMED);
    if (!find_cell(&s, &ev.logged_cell))
        return false;
    pdcp_tell(pdcp, pdu, &ev);
    pdcp_sync(pdcp);
    return true;
}
