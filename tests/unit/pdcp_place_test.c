/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which context a PDU of signalling belongs to (engine/pdcp/place*.c), from the clauses: by its MAC-I where keys are
 * known (TS 38.323 5.9), with the COUNT of the receiver's rule (5.2.2.1); back at the source once an attempt has failed
 * (TS 38.331 5.3.5.8.3); without a key by its connection, else by the one COUNT that fits, else to none.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"
#include "pdcp/inside.h"

#define SECOND     INT64_C(1000000000)
#define SOURCE     1 /* serials */
#define TARGET     2
#define SOURCE_LEG (17921 + 1)
#define TARGET_LEG (17930 + 1)

struct world {
    struct daps_term_pool *pool;
    struct daps_ciphers *ciphers;
    struct daps_engine_options options;
    struct daps_engine_counts counts;
    struct daps_sink sink;
    struct pdcp_roots *roots;
    struct daps_ledger_room *room;
    struct daps_rrc_result *trial;
    struct daps_keylog *keylog;
    uint8_t *open, octets[64];
    struct daps_ue_view ue;
    struct daps_attempt attempt;
    struct daps_event candidate;
    struct daps_pdcp *pdcp;
    uint64_t frame;
    int64_t now_ns;
};

static void look(void *user, struct daps_ue_view *view)
{
    *view = ((const struct world *)user)->ue;
}

static void ignore_evidence(void *user, const struct daps_event *ev)
{
    (void)user;
    (void)ev;
}

static void ignore_reason(void *user, enum daps_not_judged reason, uint64_t frame)
{
    (void)user;
    (void)reason;
    (void)frame;
}

static bool yes(void *user, const struct daps_term *key)
{
    (void)user;
    (void)key;
    return true;
}

static bool no_identity(void *user, enum daps_rat rat, const struct daps_cell *cell, int64_t *identity)
{
    (void)user;
    (void)rat;
    (void)cell;
    (void)identity;
    return false;
}

/* A UE in A with NEA2 and NIA2. known: the key log has its KgNB. */
static void start(struct world *w, bool known)
{
    struct daps_keylog_root value = {.has_key = true, .key_given = true};
    struct daps_root_source source = {.known = &value, .ue = "1"};
    const struct daps_term *root;
    struct pdcp_host host;

    memset(w, 0, sizeof *w);
    w->pool = daps_term_pool_new(DAPS_RAT_NR);
    root = daps_term_root(w->pool);
    memset(value.key, 0x5a, sizeof value.key);
    if (known)
        daps_term_root_known(w->pool, root, &source);
    w->keylog = known ? daps_keylog_new() : NULL;
    w->ciphers = daps_ciphers_new(DAPS_LIBRARY_ANY);
    w->options.keylog = w->keylog;
    w->roots = pdcp_roots_new();
    w->room = daps_ledger_room_new();
    w->trial = g_new0(struct daps_rrc_result, 1);
    w->open = g_malloc(DAPS_PDCP_MOST_OCTETS);
    w->now_ns = SECOND;
    w->ue = (struct daps_ue_view){.name = "1",
                                  .rat = DAPS_RAT_NR,
                                  .pool = w->pool,
                                  .state = DAPS_UE_CONNECTED,
                                  .active = {.chain = {.root = root, .key = root, .n_known = true},
                                             .pci = 11,
                                             .arfcn = 630000,
                                             .c_rnti = SOURCE_LEG - 1,
                                             .ciphering = 2,
                                             .integrity = 2,
                                             .serial = SOURCE},
                                  .attempts = g_ptr_array_new(),
                                  .serials = 1,
                                  .last_time_ns = w->now_ns};
    host = (struct pdcp_host){.user = w,
                              .look = look,
                              .evidence = ignore_evidence,
                              .not_judged = ignore_reason,
                              .keeps = yes,
                              .holds = yes,
                              .came_from = yes,
                              .cell_identity = no_identity,
                              .options = &w->options,
                              .ciphers = w->ciphers,
                              .sink = &w->sink,
                              .counts = &w->counts,
                              .roots = w->roots,
                              .room = w->room,
                              .trial = w->trial,
                              .open = w->open};
    w->pdcp = daps_pdcp_new(&host);
    w->pdcp->contexts[0].ul_active = w->pdcp->contexts[0].dl_active = true;
    for (unsigned d = 0; d < 2; d++)
        w->pdcp->contexts[0].srb[0][d] = PDCP_COUNT_ZERO; /* seen from their start */
}

static void end(struct world *w)
{
    daps_pdcp_free(w->pdcp);
    pdcp_roots_free(w->roots);
    daps_ledger_room_free(w->room);
    daps_ciphers_free(w->ciphers);
    daps_keylog_free(w->keylog);
    g_ptr_array_unref((GPtrArray *)(guintptr)w->ue.attempts);
    daps_term_pool_free(w->pool);
    g_free(w->trial);
    g_free(w->open);
}

/* A DAPS handover to B is commanded: a second context, whose key comes from the first one's. */
static void command(struct world *w)
{
    struct daps_attempt *attempt = &w->attempt;

    attempt->source = attempt->target = w->ue.active;
    attempt->procedure = DAPS_PROC_DAPS_HANDOVER;
    attempt->derivation = DAPS_DERIVATION_HORIZONTAL;
    attempt->parent = w->ue.active.chain.key;
    attempt->key = daps_term_star(w->pool, attempt->parent, 22, 632628);
    attempt->target.chain.key = attempt->key;
    attempt->target.pci = 22;
    attempt->target.arfcn = 632628;
    attempt->target.c_rnti = TARGET_LEG - 1;
    attempt->target.serial = TARGET;
    attempt->daps = true;
    attempt->t304_ms = 1000;
    attempt->ncc = 0;
    attempt->frame = 1;
    attempt->time_ns = w->now_ns;
    attempt->executed_time_ns = INT64_MIN;
    attempt->serials = w->ue.serials = TARGET;
    g_ptr_array_add((GPtrArray *)(guintptr)w->ue.attempts, attempt);
    w->ue.open = attempt;
    look(w, &w->pdcp->ue);
    pdcp_sync(w->pdcp);
    ck_assert_uint_eq(w->pdcp->n_contexts, 2);
}

/* What a sender under that key makes of text (TS 38.323 5.8, 5.9); key NULL: octets that no key made. */
static struct daps_pdu pdu_of(struct world *w, const struct daps_term *key, bool downlink, uint32_t count,
                              const char *text)
{
    const struct daps_tuple tuple = {.count = count, .bearer = 0, .direction = downlink};
    const size_t length = strlen(text);
    uint8_t leaf[16], plain[60];

    w->now_ns += SECOND / 100;
    w->octets[0] = (uint8_t)(count >> 8 & 0x0F);
    w->octets[1] = (uint8_t)count;
    memcpy(w->octets + 2, text, length);
    memset(w->octets + 2 + length, 0x77, MAC);
    if (key != NULL) {
        ck_assert(daps_kdf_leaf(DAPS_RAT_NR, key->value, DAPS_USE_RRC_INT, 2, leaf));
        ck_assert(daps_nia(w->ciphers, 2, leaf, &tuple, w->octets, 8 * (2 + length), w->octets + 2 + length));
        ck_assert(daps_kdf_leaf(DAPS_RAT_NR, key->value, DAPS_USE_RRC_ENC, 2, leaf));
        memcpy(plain, w->octets + 2, length + MAC);
        ck_assert(daps_nea(w->ciphers, 2, leaf, &tuple, plain, w->octets + 2, length + MAC));
    }
    return (struct daps_pdu){.frame = ++w->frame + 1,
                             .time_ns = w->now_ns,
                             .layer = DAPS_LAYER_PDCP,
                             .rat = DAPS_RAT_NR,
                             .octets = w->octets,
                             .length = 2 + length + MAC,
                             .downlink = downlink,
                             .srb = true,
                             .bearer = 1,
                             .sn_bits = 12};
}

static struct pdcp_reading read_pdu(struct world *w, const struct daps_pdu *pdu)
{
    struct pdcp_reading reading;

    daps_pdcp_clock(w->pdcp, pdu->time_ns);
    daps_pdcp_read(w->pdcp, pdu, NULL, &reading);
    return reading;
}

static struct pdcp_reading say(struct world *w, const struct daps_term *key, bool downlink, uint32_t count,
                               const char *text)
{
    const struct daps_pdu pdu = pdu_of(w, key, downlink, count, text);

    return read_pdu(w, &pdu);
}

/* ---- by MAC-I ---- */

START_TEST(the_mac_decides_between_two_contexts)
{
    struct world w;
    struct pdcp_reading reading;
    const struct daps_term *source, *target;

    start(&w, true);
    source = w.ue.active.chain.key;
    ck_assert_int_eq(say(&w, source, true, 0, "command").status, DAPS_PDCP_READ);
    command(&w);
    target = w.attempt.key;
    reading = say(&w, target, false, 0, "complete");
    ck_assert_int_eq(reading.status, DAPS_PDCP_READ);
    ck_assert_ptr_eq(reading.key, target);
    ck_assert(reading.ciphered && !reading.returned);
    ck_assert_mem_eq(reading.rrc, "complete", 8);
    reading = say(&w, source, false, 0, "sent before it"); /* a leg may be out of step */
    ck_assert_ptr_eq(reading.key, source);
    ck_assert(reading.not_followed && !reading.returned);
    reading = say(&w, NULL, false, 1, "forged");
    ck_assert_int_eq(reading.status, DAPS_PDCP_UNVERIFIED);
    ck_assert_uint_eq(w.pdcp->contexts[1].srb[0][0].rx_next, 1); /* and its SN counts nowhere */
    end(&w);
}
END_TEST

/* TS 38.331 5.3.5.8.3: signalling under the source's key behind the command shows that the UE is back. */
START_TEST(the_source_in_use_again)
{
    struct world w;
    struct pdcp_reading reading;

    start(&w, true);
    (void)say(&w, w.ue.active.chain.key, true, 0, "command");
    command(&w);
    (void)say(&w, w.attempt.key, false, 0, "complete");
    w.now_ns += 2 * SECOND;
    reading = say(&w, w.ue.active.chain.key, true, 1, "next command");
    ck_assert_int_eq(reading.status, DAPS_PDCP_READ);
    ck_assert(reading.returned && !reading.not_followed);
    end(&w);
}
END_TEST

START_TEST(count_goes_on_behind_the_last_sn)
{
    struct world w;
    const struct daps_term *key;

    start(&w, true);
    key = w.ue.active.chain.key;
    w.pdcp->contexts[0].srb[0][0].rx_next = w.pdcp->contexts[0].srb[0][0].rx_deliv = 4095;
    ck_assert_int_eq(say(&w, key, false, 4095, "last of HFN 0").status, DAPS_PDCP_READ);
    ck_assert_int_eq(say(&w, key, false, 4096, "SN 0 of HFN 1").status, DAPS_PDCP_READ);
    ck_assert_int_eq(say(&w, key, false, 0, "SN 0 of HFN 0, late").status, DAPS_PDCP_READ);
    ck_assert_uint_eq(w.pdcp->contexts[0].srb[0][0].rx_next, 4097);
    end(&w);
}
END_TEST

/* Captured twice is no second use; other contents under one COUNT wait for what may explain them. */
START_TEST(a_count_that_is_taken)
{
    struct world w;
    struct daps_pdu pdu;
    struct pdcp_reading reading;
    const struct daps_term *key;

    start(&w, true);
    key = w.ue.active.chain.key;
    pdu = pdu_of(&w, key, false, 0, "first");
    ck_assert_int_eq(read_pdu(&w, &pdu).status, DAPS_PDCP_READ);
    ck_assert_int_eq(read_pdu(&w, &pdu).status, DAPS_PDCP_AGAIN);
    reading = say(&w, key, false, 0, "other");
    ck_assert(reading.suspect && reading.waits);
    ck_assert(!daps_pdcp_next(w.pdcp, &reading));
    daps_pdcp_clock(w.pdcp, w.now_ns + SECOND); /* longer than clocks may be apart: it is what it seems */
    ck_assert(daps_pdcp_next(w.pdcp, &reading));
    ck_assert_int_eq(reading.status, DAPS_PDCP_READ);
    ck_assert_mem_eq(reading.rrc, "other", 5);
    end(&w);
}
END_TEST

/* ---- by connection and COUNT ---- */

static struct pdcp_context *by_rule(struct world *w, uint64_t leg, bool srb, bool downlink, uint32_t sn)
{
    const struct daps_pdu pdu = {
        .leg = leg, .srb = srb, .bearer = 1, .downlink = downlink, .sn_bits = 12, .time_ns = w->now_ns};

    look(w, &w->pdcp->ue);
    return pdcp_place_by_rule(w->pdcp, &pdu, sn);
}

static void start_without_keys(struct world *w)
{
    start(w, false);
    command(w);
    w->pdcp->contexts[0].srb[0][0].rx_next = 40;
    w->pdcp->contexts[0].srb[0][1].rx_next = 200;
}

START_TEST(the_connection_says_whose)
{
    struct world w;

    start_without_keys(&w);
    ck_assert_ptr_eq(by_rule(&w, SOURCE_LEG, true, false, 0), &w.pdcp->contexts[0]);
    ck_assert_ptr_eq(by_rule(&w, TARGET_LEG, true, false, 40), &w.pdcp->contexts[1]);
    ck_assert_ptr_eq(by_rule(&w, TARGET_LEG, false, true, 7), &w.pdcp->contexts[1]);
    ck_assert_ptr_null(by_rule(&w, TARGET_LEG + 5, true, false, 40)); /* of neither: its key is not known, or gone */
    w.pdcp->contexts[1].leg = 0;
    ck_assert_ptr_eq(by_rule(&w, TARGET_LEG + 5, true, false, 40), &w.pdcp->contexts[1]); /* the one not known yet */
    end(&w);
}
END_TEST

START_TEST(else_the_one_count_that_fits)
{
    struct world w;

    start_without_keys(&w);
    ck_assert_ptr_eq(by_rule(&w, 0, true, false, 40), &w.pdcp->contexts[0]);
    ck_assert_ptr_eq(by_rule(&w, 0, true, false, 0), &w.pdcp->contexts[1]);
    ck_assert_ptr_eq(by_rule(&w, 0, true, true, 203), &w.pdcp->contexts[0]); /* some were lost */
    ck_assert_ptr_null(by_rule(&w, 0, true, false, 50));                     /* behind either */
    ck_assert_ptr_null(by_rule(&w, 0, true, false, 2000));                   /* near neither */
    ck_assert_ptr_null(by_rule(&w, 0, false, true, 0)); /* COUNT of a DAPS bearer runs on over both (TS 38.323 5.13) */
    w.pdcp->contexts[1].srb[0][0].rx_next = 40;
    ck_assert_ptr_null(by_rule(&w, 0, true, false, 40)); /* both */
    end(&w);
}
END_TEST

START_TEST(what_may_hide_a_key_change_places_nothing)
{
    struct world w;

    start_without_keys(&w);
    w.pdcp->dl_credit = -1; /* a downlink message was not read */
    ck_assert_ptr_null(by_rule(&w, SOURCE_LEG, true, false, 40));
    w.pdcp->dl_credit = 0;
    w.ue.state = DAPS_UE_REESTABLISHING; /* a new key is on its way (TS 38.331 5.3.7.5) */
    ck_assert_ptr_null(by_rule(&w, 0, true, true, 200));
    ck_assert_ptr_eq(by_rule(&w, SOURCE_LEG, true, true, 200), &w.pdcp->contexts[0]);
    w.ue.state = DAPS_UE_CONNECTED;
    w.ue.candidates = &w.candidate; /* armed: COUNT 0 may be an executed one's (5.3.5.13.5) */
    w.ue.n_candidates = 1;
    w.pdcp->contexts[1].srb[0][0].rx_next = 3;
    ck_assert_ptr_null(by_rule(&w, SOURCE_LEG, true, false, 0));
    ck_assert_ptr_eq(by_rule(&w, SOURCE_LEG, true, false, 40), &w.pdcp->contexts[0]);
    end(&w);
}
END_TEST

/* A key that is at hand is ruled out by a wrong MAC-I, whatever connection and COUNT say. */
START_TEST(no_rule_against_a_known_key)
{
    struct world w;

    start(&w, true);
    command(&w);
    ck_assert(pdcp_all_keyed(w.pdcp));
    ck_assert_ptr_null(by_rule(&w, SOURCE_LEG, true, false, 0));
    ck_assert_ptr_eq(by_rule(&w, SOURCE_LEG, false, false, 0), &w.pdcp->contexts[0]); /* user data has no MAC-I */
    end(&w);
}
END_TEST

/*
 * A security mode command is told without a key, by what it says (TS 38.331 5.3.4.3, 6.2.2):
 *
 *   | 0 c1 | 0100 | transaction 2 | 0 | 00 | 0 | 0 | 1 | 0 ciphering 3 | 0 integrity 3 | 000 |
 *
 * Ciphertext that begins alike is none.
 */
START_TEST(chance_is_no_security_mode_command)
{
    static const struct {
        uint8_t octets[5];
        size_t length;
        bool command;
    } read[] = {
        {{0x26, 0x09, 0x10}, 3, true},              /* NEA2, NIA2 */
        {{0x20, 0x08, 0x08}, 3, true},              /* NEA0, NIA1 */
        {{0x26, 0x09, 0x11}, 3, false},             /* goes on behind its end */
        {{0x26, 0x09, 0x10, 0x00, 0x40}, 5, false}, /* likewise */
        {{0x26, 0x01, 0x00}, 3, false},             /* names no integrity algorithm */
        {{0x26, 0x80, 0x00}, 3, false},             /* claims a part that is not there */
        {{0x27, 0x00, 0x00}, 3, false},             /* of a later release */
    };
    struct world w;

    start(&w, false);
    for (size_t i = 0; i < G_N_ELEMENTS(read); i++) {
        uint8_t octets[2 + 5 + 4] = {0};
        const struct daps_pdu pdu = {
            .octets = octets, .length = 2 + read[i].length + 4, .bearer = 1, .downlink = true, .sn_bits = 12};
        memcpy(octets + 2, read[i].octets, read[i].length);
        ck_assert_msg((pdcp_kind_if_clear(w.pdcp, &pdu) == DAPS_EV_SECURITY_MODE_COMMAND) == read[i].command,
                      "octets %zu", i);
    }
    end(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pdcp");
    TCase *tests = tcase_create("place");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, the_mac_decides_between_two_contexts);
    tcase_add_test(tests, the_source_in_use_again);
    tcase_add_test(tests, count_goes_on_behind_the_last_sn);
    tcase_add_test(tests, a_count_that_is_taken);
    tcase_add_test(tests, the_connection_says_whose);
    tcase_add_test(tests, else_the_one_count_that_fits);
    tcase_add_test(tests, what_may_hide_a_key_change_places_nothing);
    tcase_add_test(tests, no_rule_against_a_known_key);
    tcase_add_test(tests, chance_is_no_security_mode_command);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
