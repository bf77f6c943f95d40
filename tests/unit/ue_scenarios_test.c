/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judgement at the seam: events in, findings and outcomes out. Expectations come from TS 33.501 6.9.2 and
 * TS 38.331 5.3.5, 5.3.7, 5.3.13, not from what the engine happens to say.
 */
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

static void free_finding(gpointer finding)
{
    daps_finding_free(finding);
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct log *log = user;

    log->findings[finding->rule]++;
    g_ptr_array_add(log->found, daps_finding_copy(finding, true));
}

static void on_handover(void *user, const struct daps_handover *handover)
{
    struct log *log = user;

    g_array_append_val(log->handovers, *handover);
}

static struct log *log_start(void)
{
    struct log *log = g_new0(struct log, 1);
    const struct daps_sink sink = {.user = log, .finding = on_finding, .handover = on_handover};

    log->engine = daps_engine_new(NULL, &sink);
    log->found = g_ptr_array_new_with_free_func(free_finding);
    log->handovers = g_array_new(FALSE, FALSE, sizeof(struct daps_handover));
    log->cell = (struct daps_cell){-1, -1};
    return log;
}

static void log_end(struct log *log)
{
    daps_engine_finish(log->engine);
}

static void log_free(struct log *log)
{
    daps_engine_free(log->engine);
    g_ptr_array_unref(log->found);
    g_array_unref(log->handovers);
    g_free(log);
}

static void put(struct log *log, struct daps_event *ev)
{
    ev->frame = ++log->frame;
    ev->time_ns = log->time_ns += 20 * 1000 * 1000;
    ev->logged_cell = log->cell;
    daps_engine_event(log->engine, log->ue_key, NULL, ev);
}

static void simple(struct log *log, enum daps_event_kind kind, enum daps_channel channel)
{
    struct daps_event ev;

    daps_event_clear(&ev, kind);
    ev.channel = channel;
    put(log, &ev);
}

static void connect_with(struct log *log, int8_t nea, int8_t nia)
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

static struct daps_event command_event(struct log *log, struct command c)
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

static int8_t command(struct log *log, struct command c)
{
    struct daps_event ev = command_event(log, c);

    put(log, &ev);
    return ev.transaction;
}

static void complete(struct log *log, int8_t transaction)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION_COMPLETE);
    ev.channel = DAPS_CH_UL_DCCH;
    ev.transaction = transaction;
    ev.digest = 1 + (uint64_t)transaction;
    put(log, &ev);
}

static void fallback(struct log *log)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_FAILURE_INFORMATION);
    ev.channel = DAPS_CH_UL_DCCH;
    ev.daps_failure = true;
    put(log, &ev);
}

static void traffic(struct log *log)
{
    simple(log, DAPS_EV_TRAFFIC, DAPS_CH_DL_DCCH);
}

static void reestablish(struct log *log, int32_t c_rnti, int32_t pci, enum daps_reestablishment_cause cause, int8_t ncc)
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

static unsigned count_all(const struct log *log)
{
    unsigned n = 0;

    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++)
        n += log->findings[i];
    return n;
}

static const struct daps_finding *finding_of(const struct log *log, enum daps_rule_id rule)
{
    for (guint i = 0; i < log->found->len; i++) {
        const struct daps_finding *f = g_ptr_array_index(log->found, i);
        if (f->rule == rule)
            return f;
    }
    ck_abort_msg("no finding of rule %d", rule);
    return NULL;
}

static enum daps_outcome outcome(const struct log *log, guint i)
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
static struct log *connected(void)
{
    struct log *log = log_start();

    connect_with(log, 2, 2);
    complete(log, command(log, (struct command){A, .ncc = 0}));
    traffic(log);
    return log;
}

START_TEST(daps_fallback_daps_again)
{
    struct log *log = connected();
    int8_t first = command(log, DAPS_B), second;
    uint64_t first_frame = log->frame, second_frame;
    const struct daps_finding *f;

    complete(log, first);
    fallback(log);
    second = command(log, DAPS_B);
    second_frame = log->frame;
    complete(log, second);
    traffic(log);
    log_end(log);
    f = finding_of(log, DAPS_RULE_REPEATED_KEY);
    ck_assert_uint_eq(f->n_frames, 2);
    ck_assert_uint_eq(f->subjects[0].frame, first_frame);
    ck_assert_uint_eq(f->subjects[1].frame, second_frame);
    ck_assert_int_eq(f->exposure, DAPS_EXPOSURE_LOGGED);
    ck_assert_int_eq(f->key.derivation, DAPS_DERIVATION_HORIZONTAL);
    ck_assert_uint_eq(f->assumptions, 0);
    f = finding_of(log, DAPS_RULE_KEYSTREAM_REUSE);
    ck_assert_int_eq(f->severity, DAPS_SEVERITY_MEDIUM);
    ck_assert_uint_eq(f->subjects[0].frame, first_frame + 1);
    ck_assert_uint_eq(f->subjects[1].frame, second_frame + 1);
    ck_assert(!f->keystream.integrity);
    ck_assert_int_eq(f->keystream.algorithm, 2);
    ck_assert(f->keystream.plaintext_differs);
    ck_assert_uint_eq(count_all(log), 2);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_DAPS_FALLBACK);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(complete_not_logged_means_possible)
{
    struct log *log = connected();

    command(log, DAPS_B);
    fallback(log);
    complete(log, command(log, PLAIN_B));
    traffic(log);
    log_end(log);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, DAPS_EXPOSURE_POSSIBLE);
    ck_assert_uint_eq(count_all(log), 1);
    log_free(log);
}
END_TEST

START_TEST(three_attempts_are_one_finding)
{
    struct log *log = connected();

    for (int i = 0; i < 2; i++) {
        complete(log, command(log, DAPS_B));
        fallback(log);
    }
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_uint_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->n_frames, 3);
    ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], 1);
    log_free(log);
}
END_TEST

START_TEST(other_inputs_are_other_keys)
{
    static const struct command second[] = {
        {C, .ncc = 0, .daps = true},          /* other cell */
        {22, 633000, .ncc = 0, .daps = true}, /* same PCI on another frequency */
    };

    for (unsigned i = 0; i < 2; i++) {
        struct log *log = connected();
        complete(log, command(log, DAPS_B));
        fallback(log);
        complete(log, command(log, second[i]));
        traffic(log);
        log_end(log);
        ck_assert_uint_eq(count_all(log), 0);
        log_free(log);
    }
}
END_TEST

START_TEST(refresh_between_changes_the_parent)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, (struct command){A, .ncc = 0}));
    traffic(log);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).procedure, DAPS_PROC_INTRA_CELL_REFRESH);
    log_free(log);
}
END_TEST

START_TEST(vertical_pairs)
{
    static const struct {
        struct command second;
        unsigned repeated, nh, ambiguity;
    } rows[] = {
        {{B, .ncc = 2, .daps = true}, 1, 1, 1},
        {{C, .ncc = 2, .daps = true}, 0, 1, 1},
        {{B, .ncc = 3, .daps = true}, 0, 0, 0},
        {{B, .ncc = 0, .daps = true}, 0, 0, 1}, /* back to the active key's NCC: NH 8 for the other reading */
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = connected();
        complete(log, command(log, (struct command){B, .ncc = 2, .daps = true}));
        fallback(log);
        complete(log, command(log, rows[i].second));
        traffic(log);
        log_end(log);
        ck_assert_msg(log->findings[DAPS_RULE_REPEATED_KEY] == rows[i].repeated, "row %u repeated-key", i);
        ck_assert_msg(log->findings[DAPS_RULE_NH_REUSE] == rows[i].nh, "row %u nh-reuse", i);
        ck_assert_msg(log->findings[DAPS_RULE_NCC_AMBIGUITY] == rows[i].ambiguity, "row %u ncc-ambiguity", i);
        log_free(log);
    }
}
END_TEST

START_TEST(ncc_wraps)
{
    struct log *log = connected();

    for (int n = 2; n <= 11; n++) {
        complete(log, command(log, (struct command){40 + n, 630000, .ncc = (int8_t)(n & 7)}));
        traffic(log);
    }
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_uint_eq(log->handovers->len, 11);
    for (guint i = 1; i < log->handovers->len; i++) {
        const struct daps_handover *h = &g_array_index(log->handovers, struct daps_handover, i);
        char nh[16];
        g_snprintf(nh, sizeof nh, "K1/NH%u", i + 1);
        ck_assert_int_eq(h->derivation, DAPS_DERIVATION_VERTICAL);
        ck_assert_str_eq(h->key.parent, nh);
    }
    log_free(log);
}
END_TEST

START_TEST(ordinary_mobility_is_silent)
{
    struct log *log = connected();

    for (int i = 0; i < 10; i++) {
        complete(log, command(log, i % 2 == 0 ? (struct command){B, .ncc = 0} : (struct command){A, .ncc = 0}));
        traffic(log);
    }
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    for (guint i = 0; i < log->handovers->len; i++)
        ck_assert_int_eq(outcome(log, i), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(null_and_other_algorithms)
{
    static const struct {
        int8_t nea, nia, retry_nea, retry_nia; /* 8: algorithm 0 */
        unsigned keystream, mac, null;
    } rows[] = {
        {0, 2, 0, 0, 0, 0, 1}, {2, 1, 0, 0, 1, 1, 0}, {2, 3, 0, 0, 1, 1, 0}, {2, 2, 0, 0, 1, 0, 0},
        {2, 2, 1, 0, 0, 0, 0}, {1, 1, 2, 0, 0, 1, 0}, {2, 2, 1, 1, 0, 0, 0},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = log_start();
        struct command retry = DAPS_B;
        connect_with(log, rows[i].nea, rows[i].nia);
        complete(log, command(log, DAPS_B));
        fallback(log);
        retry.nea = rows[i].retry_nea;
        retry.nia = rows[i].retry_nia;
        complete(log, command(log, retry));
        traffic(log);
        log_end(log);
        ck_assert_msg(log->findings[DAPS_RULE_REPEATED_KEY] == 1, "row %u repeated-key", i);
        ck_assert_msg(log->findings[DAPS_RULE_KEYSTREAM_REUSE] == rows[i].keystream, "row %u keystream", i);
        ck_assert_msg(log->findings[DAPS_RULE_MAC_NONCE_REUSE] == rows[i].mac, "row %u mac", i);
        ck_assert_msg(log->findings[DAPS_RULE_NULL_SECURITY] == rows[i].null, "row %u null", i);
        log_free(log);
    }
}
END_TEST

START_TEST(random_access_decides_exposure)
{
    static const struct {
        enum daps_rach rach;
        enum daps_exposure exposure;
        unsigned keystream;
    } rows[] = {
        {DAPS_RACH_CBRA, DAPS_EXPOSURE_LOGGED, 1},
        {DAPS_RACH_CFRA, DAPS_EXPOSURE_UNLIKELY, 0},
        {DAPS_RACH_CFRA_2STEP, DAPS_EXPOSURE_LOGGED, 1},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct log *log = connected();
        struct command c = DAPS_B;
        c.rach = rows[i].rach;
        complete(log, command(log, c));
        fallback(log);
        complete(log, command(log, c));
        traffic(log);
        log_end(log);
        ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, rows[i].exposure);
        ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], rows[i].keystream);
        log_free(log);
    }
}
END_TEST

START_TEST(no_key_update_no_repeat)
{
    struct log *log = connected();
    struct command c = DAPS_B;

    c.ncc = -1;
    complete(log, command(log, c));
    fallback(log);
    complete(log, command(log, c));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 1).derivation, DAPS_DERIVATION_NONE);
    log_free(log);
}
END_TEST

START_TEST(failed_handover_then_reestablishment_in_the_target)
{
    for (int named = 0; named < 2; named++) {
        struct log *log = log_start();
        int8_t t;
        connect_with(log, 2, 2);
        complete(log, command(log, (struct command){A, .ncc = 0, .c_rnti = 77}));
        traffic(log);
        t = command(log, PLAIN_B);
        complete(log, t);
        if (named)
            log->cell = (struct daps_cell){B};
        reestablish(log, 77, 11, DAPS_REEST_HANDOVER_FAILURE, 0);
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], (unsigned)named);
        ck_assert_uint_eq(log->findings[DAPS_RULE_KEYSTREAM_REUSE], (unsigned)named);
        ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_REESTABLISHED);
        log_free(log);
    }
}
END_TEST

START_TEST(reestablishment_from_a_reached_target_uses_its_key)
{
    struct log *log = connected();
    struct command c = PLAIN_B;

    c.c_rnti = 88;
    complete(log, command(log, c));
    log->cell = (struct daps_cell){B};
    reestablish(log, 88, 22, DAPS_REEST_OTHER_FAILURE, 0); /* radio link failure after success */
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_COMPLETED);
    log_free(log);
}
END_TEST

START_TEST(same_command_logged_twice)
{
    struct log *log = connected();
    struct daps_event ev = command_event(log, DAPS_B);

    put(log, &ev);
    put(log, &ev);
    complete(log, ev.transaction);
    complete(log, ev.transaction);
    fallback(log);
    fallback(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_uint_eq(log->findings[DAPS_RULE_EXPOSED_FALLBACK], 1);
    ck_assert_uint_eq(log->handovers->len, 2);
    ck_assert_uint_eq(daps_engine_counts(log->engine)->fallbacks, 1);
    log_free(log);
}
END_TEST

START_TEST(log_starts_in_the_middle)
{
    struct log *log = log_start();

    complete(log, command(log, (struct command){B, .ncc = 3, .daps = true}));
    fallback(log);
    complete(log, command(log, (struct command){B, .ncc = 3, .daps = true}));
    traffic(log);
    complete(log, command(log, (struct command){C, .ncc = 3}));
    traffic(log);
    complete(log, command(log, (struct command){A, .ncc = 4}));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 0).derivation, DAPS_DERIVATION_UNKNOWN);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).derivation, DAPS_DERIVATION_HORIZONTAL);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 3).derivation, DAPS_DERIVATION_VERTICAL);
    ck_assert_uint_ne(finding_of(log, DAPS_RULE_KEYSTREAM_REUSE)->assumptions, 0);
    log_free(log);
}
END_TEST

START_TEST(new_connection_between)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    simple(log, DAPS_EV_RELEASE, DAPS_CH_DL_DCCH);
    connect_with(log, 2, 2);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

START_TEST(two_ues_share_nothing)
{
    struct log *log = log_start();

    for (int round = 0; round < 2; round++) {
        for (log->ue_key = 1; log->ue_key <= 2; log->ue_key++) {
            if (round == 0)
                connect_with(log, 2, 2);
            command(log, DAPS_B);
            if (log->ue_key == 1 && round == 0)
                fallback(log);
        }
    }
    log_end(log);
    /* UE 1 repeats; UE 2's second command without a failure came from the cell it had reached. */
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_str_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->ue, "1");
    log_free(log);
}
END_TEST

static void arm(struct log *log, int8_t transaction, struct command c, int8_t own_transaction, int16_t id)
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

START_TEST(conditional_handover_to_the_failed_cell)
{
    struct log *log = connected();
    uint64_t armed_frame;

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    armed_frame = log->frame;
    complete(log, 0);
    traffic(log);
    complete(log, 1); /* executed */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->subjects[1].frame, armed_frame);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->subjects[1].procedure, DAPS_PROC_CONDITIONAL_HANDOVER);
    log_free(log);
}
END_TEST

START_TEST(armed_but_not_executed_is_only_exposed)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    complete(log, 0);
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_uint_eq(log->findings[DAPS_RULE_EXPOSED_FALLBACK], 1);
    log_free(log);
}
END_TEST

START_TEST(unnamed_candidate_equals_nothing)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    arm(log, 0, PLAIN_B, 1, 1);
    arm(log, 0, (struct command){C, .ncc = 0}, 1, 2);
    complete(log, 0);
    complete(log, 1);
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 0);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 2).target.pci, -1);
    log_free(log);
}
END_TEST

START_TEST(recovery_to_another_candidate)
{
    struct log *log = connected();

    arm(log, 0, PLAIN_B, 1, 1);
    arm(log, 0, (struct command){C, .ncc = 0}, 2, 2);
    complete(log, 0);
    complete(log, 1); /* towards B ... */
    log->time_ns += INT64_C(1100) * 1000 * 1000;
    complete(log, 2); /* ... which failed when T304 ran out, recovery in C */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_SUPERSEDED);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    ck_assert_str_eq(g_array_index(log->handovers, struct daps_handover, 2).key.parent,
                     g_array_index(log->handovers, struct daps_handover, 1).key.parent);
    log_free(log);
}
END_TEST

START_TEST(resume_rejected_and_retried)
{
    for (int same = 0; same < 2; same++) {
        struct log *log = log_start();
        struct daps_event ev;
        connect_with(log, 2, 2);
        daps_event_clear(&ev, DAPS_EV_RELEASE);
        ev.channel = DAPS_CH_DL_DCCH;
        ev.suspend = true;
        ev.ncc = 0;
        put(log, &ev);
        log->cell = (struct daps_cell){B};
        simple(log, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH);
        simple(log, DAPS_EV_REJECT, DAPS_CH_DL_CCCH);
        if (!same)
            log->cell = (struct daps_cell){C};
        simple(log, DAPS_EV_RESUME_REQUEST, DAPS_CH_UL_CCCH);
        simple(log, DAPS_EV_RESUME, DAPS_CH_DL_DCCH);
        simple(log, DAPS_EV_RESUME_COMPLETE, DAPS_CH_UL_DCCH);
        log_end(log);
        ck_assert_uint_eq(count_all(log), (unsigned)same);
        if (same)
            ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->exposure, DAPS_EXPOSURE_NONE);
        log_free(log);
    }
}
END_TEST

START_TEST(new_key_set)
{
    struct log *log = connected();
    struct command c = {B, .ncc = 0, .daps = true, .key_set_change = true};

    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, c)); /* other parent: KgNB anew from KAMF */
    fallback(log);
    simple(log, DAPS_EV_NAS_TRANSFER, DAPS_CH_DL_DCCH);
    complete(log, command(log, c)); /* a NAS security mode command may have run */
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

START_TEST(source_failure_then_reestablishment)
{
    struct log *log = log_start();

    connect_with(log, 2, 2);
    complete(log, command(log, (struct command){A, .ncc = 0, .c_rnti = 77}));
    traffic(log);
    complete(log, command(log, DAPS_B));
    log->cell = (struct daps_cell){B};
    reestablish(log, 77, 11, DAPS_REEST_HANDOVER_FAILURE, 0);
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_REESTABLISHED);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    log_free(log);
}
END_TEST

START_TEST(complete_alone_settles_nothing)
{
    struct log *log = connected();
    struct daps_event ev;

    complete(log, command(log, DAPS_B));
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_UNKNOWN);
    log_free(log);

    log = connected();
    complete(log, command(log, DAPS_B));
    traffic(log); /* a DAPS failure outweighs what looked like success */
    fallback(log);
    complete(log, command(log, DAPS_B));
    daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
    ev.channel = DAPS_CH_DL_DCCH;
    ev.daps_source_release = true;
    put(log, &ev);
    log_end(log);
    ck_assert_int_eq(outcome(log, 1), DAPS_OUTCOME_DAPS_FALLBACK);
    ck_assert_int_eq(outcome(log, 2), DAPS_OUTCOME_COMPLETED);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    log_free(log);
}
END_TEST

START_TEST(gap_is_said)
{
    struct log *log = connected();

    complete(log, command(log, DAPS_B));
    fallback(log);
    log->time_ns += INT64_C(120) * 1000 * 1000 * 1000;
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_ne(finding_of(log, DAPS_RULE_REPEATED_KEY)->assumptions, 0);
    log_free(log);
}
END_TEST

START_TEST(missed_handover_breaks_equality)
{
    for (int follows = 0; follows < 2; follows++) {
        struct log *log = connected();
        int8_t transaction;
        log->cell = (struct daps_cell){A};
        transaction = command(log, DAPS_B);
        if (follows)
            log->cell = (struct daps_cell){B}; /* this log's metadata is alive */
        complete(log, transaction);
        log->cell = (struct daps_cell){A};
        fallback(log);
        log->cell = (struct daps_cell){77, 630000}; /* the log lacks the handover that brought the UE here */
        complete(log, command(log, DAPS_B));
        traffic(log);
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], follows ? 0 : 1);
        log_free(log);
    }
}
END_TEST

START_TEST(one_cell_in_every_frame_is_no_metadata)
{
    struct log *log = connected();

    log->cell = (struct daps_cell){A};
    for (int i = 0; i < 3; i++) {
        complete(log, command(log, (struct command){50 + i, 630000, .ncc = 0}));
        traffic(log);
    }
    complete(log, command(log, DAPS_B));
    fallback(log);
    complete(log, command(log, DAPS_B));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert_int_eq(g_array_index(log->handovers, struct daps_handover, 4).derivation, DAPS_DERIVATION_HORIZONTAL);
    log_free(log);
}
END_TEST

START_TEST(same_frequency_as_the_source)
{
    struct log *log = log_start();
    struct command c = {22, -1, .ncc = 0, .daps = true};

    connect_with(log, 2, 2);
    complete(log, command(log, c));
    fallback(log);
    complete(log, command(log, c));
    traffic(log);
    log_end(log);
    ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], 1);
    ck_assert(finding_of(log, DAPS_RULE_REPEATED_KEY)->key.same_frequency);
    ck_assert_int_eq(finding_of(log, DAPS_RULE_REPEATED_KEY)->key.cell.ssb_arfcn, -1);
    log_free(log);
}
END_TEST

START_TEST(sk_counter_twice)
{
    for (int changed = 0; changed < 2; changed++) {
        struct log *log = connected();
        struct daps_event ev;
        for (int i = 0; i < 2; i++) {
            daps_event_clear(&ev, DAPS_EV_RECONFIGURATION);
            ev.channel = DAPS_CH_DL_DCCH;
            ev.sk_counter = 5 + (changed ? i : 0);
            ev.digest = 4000 + (uint64_t)i;
            put(log, &ev);
        }
        log_end(log);
        ck_assert_uint_eq(log->findings[DAPS_RULE_REPEATED_KEY], changed ? 0 : 1);
        log_free(log);
    }
}
END_TEST

START_TEST(memory_is_flat)
{
    struct log *log = connected();

    for (int i = 0; i < 20000; i++) {
        complete(log, command(log, (struct command){i % 1000, 630000, .ncc = (int8_t)(i & 7)}));
        traffic(log);
    }
    g_array_set_size(log->handovers, 0);
    log_end(log);
    ck_assert_uint_eq(count_all(log), 0);
    log_free(log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ue");
    TCase *tc = tcase_create("scenarios");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, daps_fallback_daps_again);
    tcase_add_test(tc, complete_not_logged_means_possible);
    tcase_add_test(tc, three_attempts_are_one_finding);
    tcase_add_test(tc, other_inputs_are_other_keys);
    tcase_add_test(tc, refresh_between_changes_the_parent);
    tcase_add_test(tc, vertical_pairs);
    tcase_add_test(tc, ncc_wraps);
    tcase_add_test(tc, ordinary_mobility_is_silent);
    tcase_add_test(tc, null_and_other_algorithms);
    tcase_add_test(tc, random_access_decides_exposure);
    tcase_add_test(tc, no_key_update_no_repeat);
    tcase_add_test(tc, failed_handover_then_reestablishment_in_the_target);
    tcase_add_test(tc, reestablishment_from_a_reached_target_uses_its_key);
    tcase_add_test(tc, same_command_logged_twice);
    tcase_add_test(tc, log_starts_in_the_middle);
    tcase_add_test(tc, new_connection_between);
    tcase_add_test(tc, two_ues_share_nothing);
    tcase_add_test(tc, conditional_handover_to_the_failed_cell);
    tcase_add_test(tc, armed_but_not_executed_is_only_exposed);
    tcase_add_test(tc, unnamed_candidate_equals_nothing);
    tcase_add_test(tc, recovery_to_another_candidate);
    tcase_add_test(tc, resume_rejected_and_retried);
    tcase_add_test(tc, new_key_set);
    tcase_add_test(tc, source_failure_then_reestablishment);
    tcase_add_test(tc, complete_alone_settles_nothing);
    tcase_add_test(tc, gap_is_said);
    tcase_add_test(tc, missed_handover_breaks_equality);
    tcase_add_test(tc, one_cell_in_every_frame_is_no_metadata);
    tcase_add_test(tc, same_frequency_as_the_source);
    tcase_add_test(tc, sk_counter_twice);
    tcase_add_test(tc, memory_is_flat);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
