/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a phone's log says of PDCP: to the UE it is of. */
#include "inside.h"

static void evidence(void *user, const struct daps_event *ev)
{
    struct daps_ue *ue = user;

    daps_engine_evidence(ue->engine, ue, ev);
}

static uint32_t stay(const void *user, uint64_t digest, bool *current)
{
    return daps_ue_stay_under(user, digest, current);
}

static const char *name(const void *user, uint32_t serial)
{
    const struct daps_term *key = daps_ue_key_of(user, serial);

    return key != NULL ? key->label : "";
}

static bool wants(const void *user)
{
    return daps_ue_wants_keys(user);
}

static const uint8_t *derived(const void *user, uint32_t serial)
{
    const struct daps_term *key = daps_ue_key_of(user, serial);

    return key != NULL && key->has_value ? key->value : NULL;
}

static void unplaced(void *user)
{
    const struct daps_ue *ue = user;

    daps_engine_counters(ue->engine)->pdcp.unplaced++;
}

static void leaf(void *user, const struct daps_leaf_keys *keys)
{
    const struct daps_ue *ue = user;
    const struct daps_sink *sink = daps_engine_sink(ue->engine);

    if (sink->leaf != NULL)
        sink->leaf(sink->user, ue->name, keys);
}

/* A fact of the cell, whichever phone notes it. */
static void take_cell(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_SYSTEM_INFORMATION);
    ev.rat = pdu->rat;
    ev.channel = DAPS_CH_BCCH_DL_SCH;
    ev.frame = pdu->frame;
    ev.time_ns = pdu->time_ns;
    ev.logged_cell = pdu->logged_cell;
    ev.cell_identity = pdu->logged->cell_identity;
    ev.of_phone = true;
    daps_engine_event(engine, pdu->ue_key, NULL, &ev);
}

static void take_keys(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    struct daps_ue *ue = engine_get_ue(engine, pdu->ue_key, NULL, pdu->rat, pdu->frame);
    const struct logged_host host = {.user = ue,
                                     .evidence = evidence,
                                     .stay = stay,
                                     .name = name,
                                     .wants = wants,
                                     .derived = derived,
                                     .unplaced = unplaced,
                                     .leaf = leaf,
                                     .room = daps_engine_ledger_room(engine)};

    if (pdu->logged->has_pdu)
        engine->counts.pdcp.pdus++;
    if (ue->logged == NULL)
        ue->logged = logged_new(host.room);
    logged_take(ue->logged, &host, pdu);
}

void engine_logged(struct daps_engine *engine, const struct daps_pdu *pdu)
{
    if (pdu->logged->cell)
        take_cell(engine, pdu);
    else
        take_keys(engine, pdu);
}
