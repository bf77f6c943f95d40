/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells that RRC does not name: that of a connection, a re-establishment, a resume. Only what the log says beside each
 * message can name them. Some tools write one cell into every frame; so it is believed once it has been seen to follow
 * a handover, not at all once it has not followed one, and until then keys that rest on it are marked by a taint: two
 * keys that are one term but have different taints are one key only if the log's cells are right.
 */
#include "ue/ue.h"

#define NS_PER_MS INT64_C(1000000)

static uint64_t mix(uint64_t taint, uint64_t with)
{
    return with == 0 ? taint : (taint ^ with) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

bool daps_ue_is_same_cell(const struct daps_cell *a, const struct daps_cell *b)
{
    return a->pci == b->pci && (a->ssb_arfcn == b->ssb_arfcn || a->ssb_arfcn < 0 || b->ssb_arfcn < 0);
}

/* The newest handover is over, and the log still names the cell before it. */
static bool stays_behind(const struct daps_ue *ue, const struct daps_attempt *last, const struct daps_event *ev)
{
    return last->outcome == DAPS_OUTCOME_COMPLETED && last->complete_frame != 0 && last->pci_given &&
           last->target.pci >= 0 && last->source.pci != last->target.pci && ev->logged_cell.pci != last->target.pci &&
           daps_ue_is_same_cell(&ev->logged_cell, &ue->logged_cell);
}

/* Between a request and its answer, and while suspended, the UE moves by itself (TS 38.331 5.3.7.3, 5.3.13.6). */
static bool stays_put(const struct daps_ue *ue, const struct daps_event *ev)
{
    return ue->state == DAPS_UE_CONNECTED && !ue->request.pending && ue->unsuspended == 0 &&
           ev->kind != DAPS_EV_REESTABLISHMENT && ev->kind != DAPS_EV_RESUME &&
           (ev->channel == DAPS_CH_DL_DCCH || ev->channel == DAPS_CH_UL_DCCH);
}

void daps_ue_watch_cells(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last;

    if (ev->logged_cell.pci < 0 || ue->cells != DAPS_CELLS_UNKNOWN || !stays_put(ue, ev))
        return;
    last = daps_attempt_newest(ue);
    if (last == NULL || !stays_behind(ue, last, ev))
        return;
    ue->cells_behind = true;
    if (daps_ue_elapsed(ue, last->complete_time_ns, ev->time_ns) > DAPS_LAG_NS)
        ue->cells = DAPS_CELLS_DO_NOT_FOLLOW; /* for longer than any tool lags */
}

/* The log ends before a tool's lag was over, and nothing ever spoke for its cells. */
void daps_ue_watch_cells_end(struct daps_ue *ue)
{
    const struct daps_attempt *last = daps_attempt_newest(ue);
    const struct daps_event newest = {.logged_cell = ue->logged_cell};

    if (ue->cells == DAPS_CELLS_UNKNOWN &&
        (ue->cells_behind || (last != NULL && newest.logged_cell.pci >= 0 && ue->state == DAPS_UE_CONNECTED &&
                              !ue->request.pending && stays_behind(ue, last, &newest))))
        ue->cells = DAPS_CELLS_DO_NOT_FOLLOW;
}

void daps_ue_watch_cells_after(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last;
    const struct daps_cell *cell = &ev->logged_cell;

    if (cell->pci < 0)
        return;
    last = daps_attempt_newest(ue);
    /* Where a command led, or where the UE speaks up by itself (TS 38.331 5.3.7.3, 5.3.13.6). */
    if (ue->logged_cell.pci >= 0 && !daps_ue_is_same_cell(cell, &ue->logged_cell) &&
        ((last != NULL && last->target.pci == cell->pci) ||
         (ev->channel == DAPS_CH_UL_CCCH && ue->cells == DAPS_CELLS_UNKNOWN)))
        ue->cells = DAPS_CELLS_FOLLOW;
    ue->logged_cell = *cell;
}

static bool is_derived_from(const struct daps_ue *ue)
{
    return daps_attempt_newest(ue) != NULL; /* a KSN does not rest on a cell (TS 33.501 A.16) */
}

/*
 * Only what is not known, and only while no key was derived from it: what stood for it must go on standing for it. In a
 * log that begins in the middle the newest cell counts: the UE may be on its way from one to another.
 */
void daps_ue_learn_cell(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_context *active = &ue->active;
    const struct daps_cell *cell = &ev->logged_cell;
    const bool anew = active->chain.key == NULL && active->cell_taint != 0,
               pci = (active->pci < 0 || anew) && cell->pci >= 0,
               arfcn = (active->arfcn < 0 || anew) && cell->ssb_arfcn >= 0;

    if (ue->open != NULL || ue->cells == DAPS_CELLS_DO_NOT_FOLLOW || (!pci && !arfcn) || is_derived_from(ue))
        return;
    if (pci)
        active->pci = cell->pci;
    if (arfcn)
        active->arfcn = cell->ssb_arfcn;
    if (ue->cells == DAPS_CELLS_UNKNOWN || anew)
        active->cell_taint = ++ue->taints;
}

/*
 * The log names the cell that sends the command. If that is neither the serving cell nor one of the newest attempt
 * (tools lag a little), a handover was missed and the key in force is not the one we follow.
 */
bool daps_ue_is_from_elsewhere(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last;
    const int32_t pci = ev->logged_cell.pci;

    if (ue->cells != DAPS_CELLS_FOLLOW || pci < 0 || ue->active.pci < 0 || pci == ue->active.pci)
        return false;
    if (pci == ev->target.pci && !ue->tool.command_in_source)
        return false; /* the tool may name the cell that the command leads to */
    last = daps_attempt_newest(ue);
    if (last != NULL && daps_attempt_has_failed(last) && pci != last->source.pci &&
        daps_ue_elapsed(ue, last->closed_time_ns, ev->time_ns) > DAPS_LAG_NS)
        return true; /* where it failed to go */
    return last == NULL || (pci != last->source.pci && pci != last->target.pci);
}

static bool is_armed_cell(const struct daps_ue *ue, int32_t pci)
{
    for (unsigned i = 0; i < ue->n_candidates; i++) {
        if (ue->candidates[i].target.pci == pci)
            return true;
    }
    return false;
}

bool daps_ue_is_elsewhere(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_attempt *last;
    const int32_t pci = ev->logged_cell.pci;

    if (pci < 0 || pci == ue->active.pci || !stays_put(ue, ev) || ev->kind == DAPS_EV_REESTABLISHMENT_COMPLETE ||
        ev->kind == DAPS_EV_SETUP_COMPLETE || (ev->kind == DAPS_EV_RECONFIGURATION && ev->sync))
        return false;
    if (ue->cells == DAPS_CELLS_DO_NOT_FOLLOW || ue->cells_behind || ue->active.pci < 0 || is_armed_cell(ue, pci))
        return false;
    if (ue->cells != DAPS_CELLS_FOLLOW && (ue->logged_cell.pci < 0 || ue->logged_cell.pci == pci))
        return false; /* the cell may be that of every frame */
    last = daps_attempt_newest(ue);
    return last == NULL || (pci != last->source.pci && pci != last->target.pci);
}

/* TS 38.331 5.3.5.5.2: what the command does not give is that of the source. */
struct daps_place daps_ue_command_place(const struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_context *source = &ue->active;
    const bool whole = ev->target.pci >= 0 && ev->target.ssb_arfcn >= 0;

    return (struct daps_place){ev->target.pci >= 0 ? ev->target.pci : source->pci,
                               ev->target.ssb_arfcn >= 0 ? ev->target.ssb_arfcn : source->arfcn,
                               whole ? 0 : source->cell_taint};
}

/* RRC never names the selected cell; only the log can, and if it does not, the cell equals nothing. */
struct daps_place daps_ue_logged_place(struct daps_ue *ue, const struct daps_event *ev, const struct daps_cell *also)
{
    struct daps_place place = {-1, -1, 0};

    if (ue->cells != DAPS_CELLS_DO_NOT_FOLLOW) {
        place.pci = ev->logged_cell.pci >= 0 ? ev->logged_cell.pci : also->pci;
        place.arfcn = ev->logged_cell.ssb_arfcn >= 0 ? ev->logged_cell.ssb_arfcn : also->ssb_arfcn;
        if (ue->cells == DAPS_CELLS_UNKNOWN && (place.pci >= 0 || place.arfcn >= 0))
            place.taint = ++ue->taints;
    }
    if (place.pci < 0)
        place.pci = daps_term_symbol(ue->pool);
    if (place.arfcn < 0)
        place.arfcn = daps_term_symbol(ue->pool);
    return place;
}

void daps_ue_taint(struct daps_attempt *attempt, const struct daps_place *place)
{
    const struct daps_context *source = &attempt->source;

    attempt->taint = mix(attempt->parent == source->chain.key ? source->key_taint : 0, place->taint);
    attempt->target.cell_taint = place->taint;
    attempt->target.key_taint = attempt->taint;
}
