/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log made event by event, for tests of the judgement at the seam: events in, findings and outcomes out.
 * Expectations come from TS 33.501 6.9.2 and TS 38.331 5.3.5, 5.3.7, 5.3.13, not from what the engine happens to say.
 */
#ifndef DAPS_UE_LOG_H
#define DAPS_UE_LOG_H

#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "daps/engine.h"

struct log {
    struct daps_engine *engine;
    uint64_t frame;
    int64_t time_ns;
    uint64_t ue_key;
    struct daps_cell cell; /* the log's own cell metadata */
    unsigned findings[DAPS_RULE_COUNT];
    GPtrArray *found;  /* struct daps_finding, copies */
    GArray *handovers; /* struct daps_handover */
};

static inline void free_finding(gpointer finding)
{
    daps_finding_free(finding);
}

static inline void on_finding(void *user, const struct daps_finding *finding)
{
    struct log *log = user;

    log->findings[finding->rule]++;
    g_ptr_array_add(log->found, daps_finding_copy(finding, true));
}

static inline void on_handover(void *user, const struct daps_handover *handover)
{
    struct log *log = user;

    g_array_append_val(log->handovers, *handover);
}

static inline struct log *log_start(void)
{
    struct log *log = g_new0(struct log, 1);
    const struct daps_sink sink = {.user = log, .finding = on_finding, .handover = on_handover};

    log->engine = daps_engine_new(NULL, &sink);
    log->found = g_ptr_array_new_with_free_func(free_finding);
    log->handovers = g_array_new(FALSE, FALSE, sizeof(struct daps_handover));
    log->cell = (struct daps_cell){-1, -1};
    return log;
}

static inline void log_end(struct log *log)
{
    daps_engine_finish(log->engine);
}

static inline void log_free(struct log *log)
{
    daps_engine_free(log->engine);
    g_ptr_array_unref(log->found);
    g_array_unref(log->handovers);
    g_free(log);
}

static inline void put(struct log *log, struct daps_event *ev)
{
    ev->frame = ++log->frame;
    ev->time_ns = log->time_ns += 20 * 1000 * 1000;
    ev->logged_cell = log->cell;
    daps_engine_event(log->engine, log->ue_key, NULL, ev);
}

static inline void simple(struct log *log, enum daps_event_kind kind, enum daps_channel channel)
{
    struct daps_event ev;

    daps_event_clear(&ev, kind);
    ev.channel = channel;
    put(log, &ev);
}

static inline void connect_with(struct log *log, int8_t nea, int8_t nia)
{
    struct daps_event ev;

    simple(log, DAPS_EV_SETUP, DAPS_CH_DL_CCCH);
    daps_event_clear(&ev, DAPS_EV_SECURITY_MODE_COMMAND);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.ciphering = nea;
    ev.integrity = nia;
    ev.digest = 7;
    put(log, &ev);
    simple(log, DAPS_EV_SECURITY_MODE_COMPLETE, DAPS_CH_UL_DCCH);
}

struct command {
    int32_t pci, arfcn;
    int8_t ncc; /* -1: no masterKeyUpdate */
    bool daps;
    enum daps_rach rach;
    int8_t nea, nia; /* 0 means not in the command here; use 8 for algorithm 0 */
    bool key_set_change;
    int32_t c_rnti;
};

static inline struct daps_event command_event(struct log *log, struct command c)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.sync = true;
    ev.transaction = (int8_t)(log->frame & 3);
    ev.digest = 1000 + log->frame;
    ev.key_update = c.ncc >= 0;
    ev.ncc = c.ncc;
    ev.key_set_change = c.key_set_change;
    ev.daps = c.daps;
    ev.rach = c.rach == DAPS_RACH_UNKNOWN ? DAPS_RACH_CBRA : c.rach;
    ev.target.pci = c.pci;
    ev.target.ssb_arfcn = c.arfcn;
    ev.c_rnti = c.c_rnti > 0 ? c.c_rnti : 1000 + (int32_t)log->frame;
    ev.t304_ms = 1000;
    ev.ciphering = c.nea > 0 ? (int8_t)(c.nea & 7) : -1;
    ev.integrity = c.nia > 0 ? (int8_t)(c.nia & 7) : -1;
    return ev;
}

static inline int8_t command(struct log *log, struct command c)
{
    struct daps_event ev = command_event(log, c);

    put(log, &ev);
    return ev.transaction;
}

static inline void complete(struct log *log, int8_t transaction)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION_COMPLETE);
    ev.channel = DAPS_CH_UL_DCCH;
    ev.transaction = transaction;
    ev.digest = 1 + (uint64_t)transaction;
    put(log, &ev);
}

static inline void fallback(struct log *log)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_FAILURE_INFORMATION);
    ev.channel = DAPS_CH_UL_DCCH;
    ev.daps_failure = true;
    put(log, &ev);
}

static inline void traffic(struct log *log)
{
    simple(log, DAPS_EV_TRAFFIC, DAPS_CH_DL_DCCH);
}

static inline void reestablish(struct log *log, int32_t c_rnti, int32_t pci, enum daps_reestablishment_cause cause,
                               int8_t ncc)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_REESTABLISHMENT_REQUEST);
    ev.channel = DAPS_CH_UL_CCCH;
    ev.ue_c_rnti = c_rnti;
    ev.ue_pci = pci;
    ev.cause = cause;
    put(log, &ev);
    daps_event_clear(&ev, DAPS_EV_REESTABLISHMENT);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.ncc = ncc;
    ev.digest = 500 + log->frame;
    put(log, &ev);
    daps_event_clear(&ev, DAPS_EV_REESTABLISHMENT_COMPLETE);
    ev.channel = DAPS_CH_UL_DCCH;
    ev.digest = 900 + log->frame;
    put(log, &ev);
}

static inline unsigned count_all(const struct log *log)
{
    unsigned n = 0;

    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++)
        n += log->findings[i];
    return n;
}

static inline const struct daps_finding *finding_of(const struct log *log, enum daps_rule_id rule)
{
    for (guint i = 0; i < log->found->len; i++) {
        const struct daps_finding *f = g_ptr_array_index(log->found, i);
        if (f->rule == rule)
            return f;
    }
    ck_abort_msg("no finding of rule %d", rule);
    return NULL;
}

static inline enum daps_outcome outcome(const struct log *log, guint i)
{
    ck_assert_uint_lt(i, log->handovers->len);
    return g_array_index(log->handovers, struct daps_handover, i).outcome;
}

#define A       11, 630000
#define B       22, 632628
#define C       33, 632628
#define DAPS_B  ((struct command){22, 632628, .ncc = 0, .daps = true})
#define PLAIN_B ((struct command){22, 632628, .ncc = 0})

/* Connected, in cell A, NCC 0 known. */
static inline struct log *connected(void)
{
    struct log *log = log_start();

    connect_with(log, 2, 2);
    complete(log, command(log, (struct command){A, .ncc = 0}));
    traffic(log);
    return log;
}

static inline void arm(struct log *log, int8_t transaction, struct command c, int8_t own_transaction, int16_t id)
{
    struct daps_event ev;

    if (id == 1) {
        daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
        ev.channel = DAPS_CH_DL_DCCH;
        ev.transaction = transaction;
        ev.digest = 3000 + log->frame;
        put(log, &ev);
    }
    ev = command_event(log, c);
    ev.kind = DAPS_EV_CANDIDATE;
    ev.transaction = own_transaction;
    ev.candidate_id = id;
    ev.frame = log->frame;
    ev.time_ns = log->time_ns;
    daps_engine_event(log->engine, log->ue_key, NULL, &ev);
}

/* Runs the tests of a case; what main returns. */
static inline int run_tests(TCase *tc)
{
    Suite *suite = suite_create("ue");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
