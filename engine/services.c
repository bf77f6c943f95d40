/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rooms ask of the engine, and where moments go: to the rules, and what they find to the sink. */
#include "inside.h"

static void deliver(void *user, const struct daps_finding *finding)
{
    struct daps_engine *engine = user;

    engine->counts.findings[finding->rule]++;
    if (engine->sink.finding != NULL)
        engine->sink.finding(engine->sink.user, finding);
}

void daps_engine_tell(struct daps_engine *engine, const struct daps_moment *moment)
{
    const struct judgement judgement = {.moment = moment, .deliver = deliver, .user = engine};

    daps_rules_see(&judgement);
}

const struct daps_sink *daps_engine_sink(const struct daps_engine *engine)
{
    return &engine->sink;
}

const struct daps_engine_options *daps_engine_options(const struct daps_engine *engine)
{
    return &engine->options;
}

enum daps_ncc_reading daps_engine_ncc_reading(const struct daps_engine *engine)
{
    return engine->options.ncc_reading;
}

const struct daps_keylog *daps_engine_keylog(const struct daps_engine *engine)
{
    return engine->options.keylog;
}

struct daps_engine_counts *daps_engine_counters(struct daps_engine *engine)
{
    return &engine->counts;
}

struct daps_ciphers *daps_engine_ciphers(struct daps_engine *engine)
{
    if (engine->ciphers == NULL)
        engine->ciphers = daps_ciphers_new(DAPS_LIBRARY_ANY);
    return engine->ciphers;
}

uint8_t *daps_engine_open_octets(struct daps_engine *engine)
{
    if (engine->open == NULL)
        engine->open = g_malloc(DAPS_PDCP_MOST_OCTETS);
    return engine->open;
}

struct daps_rrc_result *daps_engine_trial(struct daps_engine *engine)
{
    if (engine->trial == NULL)
        engine->trial = g_new0(struct daps_rrc_result, 1);
    return engine->trial;
}

struct pdcp_roots *daps_engine_roots(struct daps_engine *engine)
{
    if (engine->roots == NULL)
        engine->roots = pdcp_roots_new();
    return engine->roots;
}

struct daps_ledger_room *daps_engine_ledger_room(struct daps_engine *engine)
{
    if (engine->ledger_room == NULL)
        engine->ledger_room = daps_ledger_room_new();
    return engine->ledger_room;
}

struct daps_mitigation_cost *daps_engine_mitigation_cost(struct daps_engine *engine)
{
    return &engine->cost;
}

const struct daps_mitigation_cost *daps_engine_cost(const struct daps_engine *engine)
{
    return &engine->cost;
}
